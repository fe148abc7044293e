//! Security standards and their controls, as far as the controls for Amazon Inspector go.
//!
//! Two standards hold them: AWS Foundational Security Best Practices v1.0.0 and PCI DSS v4.0.1. An account *subscribes* to a
//! standard; each control then is *associated* with each standard that holds it, enabled unless somebody disabled it there.
//! A control is checked while it is enabled in a standard that is subscribed to.
//!
//! What the controls are is `control`'s ([`Definition`](shindan_control::definition::Definition)); here are the shapes that
//! the API gives them, and what can be set.

mod association;
mod catalogue;
mod subscription;

use std::collections::{BTreeMap, BTreeSet};

use shindan_control::{definition::ControlId, definition::Standard};
use shindan_inspector::Timestamp;

pub use association::{
    AssociationId, AssociationUpdate, UnprocessedAssociation, association_detail,
    association_summary, parse_association_ids, parse_association_updates,
    parse_standards_control_update,
};
pub use catalogue::{
    control_of, control_standard, definition, definitions, describe_standards, security_control,
    security_control_arn, standards_control,
};
pub use subscription::{Subscription, SubscriptionArn, standard_of};

/// What an account has set about standards and controls in a Region.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The standards it is subscribed to, and since when.
    pub subscriptions: BTreeMap<Standard, Timestamp>,
    /// What was set about a control in a standard; what nobody set is enabled.
    pub controls: BTreeMap<(Standard, ControlId), ControlSetting>,
}

/// What somebody set about a control in a standard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControlSetting {
    /// Whether it is checked.
    pub enabled: bool,
    /// Why; always there when it is disabled.
    pub reason: Option<String>,
    /// When it was set.
    pub updated_at: Timestamp,
}

impl Settings {
    /// The settings of an account that takes what is there by default.
    #[must_use]
    pub fn with_defaults(now: Timestamp) -> Self {
        let mut settings = Self::default();
        let by_default = Standard::ALL.into_iter().filter(|s| is_default(*s));
        settings.subscriptions.extend(by_default.map(|s| (s, now)));
        settings
    }

    /// Whether a control is enabled in a standard, subscribed to or not.
    #[must_use]
    pub fn is_enabled(&self, standard: Standard, control: ControlId) -> bool {
        let setting = self.controls.get(&(standard, control));
        setting.is_none_or(|setting| setting.enabled)
    }

    /// The standards for which a control is checked. None: it is disabled.
    #[must_use]
    pub fn standards_of(&self, control: ControlId) -> BTreeSet<Standard> {
        let standards = control.definition().standards.iter().copied();
        standards
            .filter(|standard| self.subscriptions.contains_key(standard))
            .filter(|standard| self.is_enabled(*standard, control))
            .collect()
    }
}

/// Whether a standard is subscribed to when a hub is enabled with its default standards.
const fn is_default(standard: Standard) -> bool {
    matches!(standard, Standard::FoundationalBestPractices)
}
