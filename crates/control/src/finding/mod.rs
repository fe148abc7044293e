//! The finding of a control, as Security Hub keeps it with consolidated control findings.
//!
//! There is one [`ControlFinding`] for an account, a Region and a control. It is made by the first check and updated by
//! all later ones; it never gets another identity, and `CreatedAt` never changes. [`workflow`] decides what a check does
//! to the state of the investigation, [`ControlFinding::to_asff`] writes the AWS Security Finding Format.
//!
//! `UpdatedAt` always moves forward, by a millisecond at least, also when the clock has been set back: Security Hub
//! drops an update that is not newer than what it has.

mod asff;
mod identity;
pub mod workflow;

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::definition::Standard;
use crate::evaluate::{AccountCause, Check, ComplianceStatus, StatusReason};
use crate::score::FindingStatus;
use crate::text::{ShortText, shorten};

pub use identity::FindingId;
pub use workflow::{Observation, RecordState, WorkflowStatus};

/// How long archived findings are kept after their last update.
pub const ARCHIVED_FINDINGS_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// After how long without a check a finding is archived; Security Hub takes three to five days.
pub const ARCHIVED_WITHOUT_CHECK_AFTER: SignedDuration = SignedDuration::from_hours(5 * 24);

/// One control's finding for one account and Region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlFinding {
    id: FindingId,
    standards: BTreeSet<Standard>,
    status: ComplianceStatus,
    reasons: Vec<StatusReason>,
    annotation: Option<String>,
    /// The status before the last update; none until there was one.
    previous_status: Option<ComplianceStatus>,
    workflow: WorkflowStatus,
    archived: Option<ArchivalReason>,
    note: Option<Note>,
    created_at: Timestamp,
    first_observed_at: Timestamp,
    last_observed_at: Timestamp,
    updated_at: Timestamp,
}

/// Why a finding is archived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ArchivalReason {
    /// The control was disabled, or every standard that holds it.
    ControlDisabled,
    /// The account has the finding no longer: it left, or another one became the delegated administrator.
    NotApplicable,
    /// There was no check for days.
    NotUpdated,
    /// Consolidated control findings were switched on or off.
    ConsolidationChanged,
}

/// What somebody wrote beside a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    pub text: ShortText,
    pub updated_by: ShortText,
    pub updated_at: Timestamp,
}

impl ControlFinding {
    /// The finding of a first check. `standards` are the enabled ones that hold the control.
    #[must_use]
    pub fn new(
        id: FindingId,
        check: &Check,
        standards: BTreeSet<Standard>,
        now: Timestamp,
    ) -> Self {
        let now = whole_milliseconds(now);
        Self {
            id,
            standards,
            status: check.status,
            reasons: check.reasons.clone(),
            annotation: annotation(&check.accounts),
            previous_status: None,
            workflow: workflow::initial(check.status),
            archived: None,
            note: None,
            created_at: now,
            first_observed_at: now,
            last_observed_at: now,
            updated_at: now,
        }
    }

    /// Takes in a later check. An archived finding is active again.
    pub fn update(&mut self, check: &Check, standards: BTreeSet<Standard>, now: Timestamp) {
        let before = self.observation();
        let now = self.forward(now);
        if check.status != self.status {
            self.first_observed_at = now;
        }
        self.previous_status = Some(self.status);
        self.status = check.status;
        self.reasons.clone_from(&check.reasons);
        self.annotation = annotation(&check.accounts);
        self.standards = standards;
        self.archived = None;
        self.last_observed_at = now;
        self.workflow = workflow::next(self.workflow, before, self.observation());
    }

    /// Takes the finding out of the list of what has to be looked at. Nothing happens to one that is archived already.
    pub fn archive(&mut self, reason: ArchivalReason, now: Timestamp) {
        if self.archived.is_none() {
            self.archived = Some(reason);
            self.forward(now);
        }
    }

    /// Sets the workflow status, as a person does, who may set any. A note replaces the one before.
    pub fn set_workflow(&mut self, status: WorkflowStatus, note: Option<Note>, now: Timestamp) {
        self.workflow = status;
        if note.is_some() {
            self.note = note;
        }
        self.forward(now);
    }

    #[must_use]
    pub const fn id(&self) -> &FindingId {
        &self.id
    }

    #[must_use]
    pub const fn status(&self) -> ComplianceStatus {
        self.status
    }

    #[must_use]
    pub const fn workflow(&self) -> WorkflowStatus {
        self.workflow
    }

    #[must_use]
    pub const fn record_state(&self) -> RecordState {
        match self.archived {
            None => RecordState::Active,
            Some(_) => RecordState::Archived,
        }
    }

    #[must_use]
    pub const fn note(&self) -> Option<&Note> {
        self.note.as_ref()
    }

    /// When the finding was made.
    #[must_use]
    pub const fn created_at(&self) -> Timestamp {
        self.created_at
    }

    /// Since when the compliance status is what it is.
    #[must_use]
    pub const fn first_observed_at(&self) -> Timestamp {
        self.first_observed_at
    }

    /// When the last check ran.
    #[must_use]
    pub const fn last_observed_at(&self) -> Timestamp {
        self.last_observed_at
    }

    /// When anything was last changed.
    #[must_use]
    pub const fn updated_at(&self) -> Timestamp {
        self.updated_at
    }

    /// What the control's status is made of.
    #[must_use]
    pub const fn for_score(&self) -> FindingStatus {
        FindingStatus {
            compliance: self.status,
            workflow: self.workflow,
            record: self.record_state(),
        }
    }

    /// Whether it was not checked for so long that it has to be archived.
    #[must_use]
    pub fn is_stale(&self, now: Timestamp) -> bool {
        self.archived.is_none()
            && now.duration_since(self.last_observed_at) >= ARCHIVED_WITHOUT_CHECK_AFTER
    }

    /// Whether it has been archived for so long that it may be deleted.
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.archived.is_some() && now.duration_since(self.updated_at) >= ARCHIVED_FINDINGS_KEPT
    }

    /// The finding in the AWS Security Finding Format.
    #[must_use]
    pub fn to_asff(&self) -> serde_json::Value {
        asff::write(self)
    }

    const fn observation(&self) -> Observation {
        Observation {
            compliance: self.status,
            record: self.record_state(),
        }
    }

    /// Moves `UpdatedAt` to now, or just past itself if the clock says that now is earlier.
    fn forward(&mut self, now: Timestamp) -> Timestamp {
        let least = self
            .updated_at
            .checked_add(SignedDuration::from_millis(1))
            .unwrap_or(self.updated_at);
        self.updated_at = whole_milliseconds(now).max(least);
        self.updated_at
    }
}

/// What ASFF can write: it has three decimals.
fn whole_milliseconds(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}

/// Names the first of the accounts that keep the control from passing, and counts the others.
fn annotation(accounts: &[AccountCause]) -> Option<String> {
    /// An annotation is one value of `ProductFields`, which may have 2,048 characters.
    const NAMED: usize = 8;
    const MAX_CHARS: usize = 200;

    if accounts.is_empty() {
        return None;
    }
    let mut text = String::new();
    for account in accounts.iter().take(NAMED) {
        if !text.is_empty() {
            text.push_str("; ");
        }
        let cause = shorten(&account.cause.to_string(), MAX_CHARS);
        text.push_str(&format!("{}: {cause}", account.account));
    }
    if accounts.len() > NAMED {
        text.push_str(&format!("; and {} more accounts", accounts.len() - NAMED));
    }
    Some(text)
}
