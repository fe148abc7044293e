use std::fmt;

use serde_json::{Value, json};
use shindan_control::definition::Standard;
use shindan_inspector::{AccountId, Region};

use crate::name::{prefix, split};

/// The name of an account's subscription to a standard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriptionArn {
    /// Where.
    pub region: Region,
    /// Whose.
    pub account: AccountId,
    /// To what.
    pub standard: Standard,
}

impl SubscriptionArn {
    /// Reads one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (region, account, rest) = split(text)?;
        let name = rest.strip_prefix("subscription/")?;
        Some(Self {
            region,
            account: account?,
            standard: Standard::ALL.into_iter().find(|s| short_id(*s) == name)?,
        })
    }
}

impl fmt::Display for SubscriptionArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = prefix(&self.region, Some(self.account));
        write!(f, "{prefix}:subscription/{}", short_id(self.standard))
    }
}

/// A subscription as the API shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subscription {
    /// It was just asked for; the next list shows it ready.
    Pending,
    /// It is there.
    Ready,
    /// It was just given up; the next list does not show it.
    Deleting,
}

impl Subscription {
    /// In the API's shape, `StandardsSubscription`.
    #[must_use]
    pub fn to_json(self, arn: &SubscriptionArn) -> Value {
        let (status, updatable) = match self {
            Self::Pending => ("PENDING", "NOT_READY_FOR_UPDATES"),
            Self::Ready => ("READY", "READY_FOR_UPDATES"),
            Self::Deleting => ("DELETING", "NOT_READY_FOR_UPDATES"),
        };
        json!({
            "StandardsSubscriptionArn": arn.to_string(),
            "StandardsArn": arn.standard.arn(&arn.region),
            "StandardsInput": {},
            "StandardsStatus": status,
            "StandardsControlsUpdatable": updatable,
        })
    }
}

/// The standard of an ARN, `arn:aws:securityhub:REGION::standards/…`.
#[must_use]
pub fn standard_of(arn: &str, region: &Region) -> Option<Standard> {
    Standard::ALL
        .into_iter()
        .find(|standard| standard.arn(region) == arn)
}

/// `aws-foundational-security-best-practices/v/1.0.0`: what subscriptions and controls of a standard are called by.
pub(super) fn short_id(standard: Standard) -> &'static str {
    let id = standard.standards_id();
    id.strip_prefix("standards/").unwrap_or(id)
}
