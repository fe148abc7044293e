//! From findings to the status of a control, and from controls to the security score.
//!
//! From the Security Hub user guide (pages `controls-overall-status` and `standards-security-score`): archived and
//! suppressed findings count for nothing, one failed finding fails the control, and the score is the share of passed
//! controls among those that passed, failed or are unknown. A control counts once, however many standards hold it.
//! The second page also calls the summary score an average of the standards' scores; its worked example does not, and
//! neither do we.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::evaluate::ComplianceStatus;
use crate::finding::{RecordState, WorkflowStatus};

/// The overall status of a control.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ControlStatus {
    Passed,
    Failed,
    Unknown,
    /// No findings, none but suppressed ones, or a Region without the control.
    NoData,
    Disabled,
}

/// What counts of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FindingStatus {
    pub compliance: ComplianceStatus,
    pub workflow: WorkflowStatus,
    pub record: RecordState,
}

impl ControlStatus {
    /// The status of an enabled control in one account and Region. One that is disabled is [`Self::Disabled`], though
    /// its findings may be there for another day.
    #[must_use]
    pub fn of(findings: impl IntoIterator<Item = FindingStatus>) -> Self {
        Self::aggregate(
            findings
                .into_iter()
                .filter(|f| {
                    f.record == RecordState::Active && f.workflow != WorkflowStatus::Suppressed
                })
                .map(|f| match f.compliance {
                    ComplianceStatus::Passed => Self::Passed,
                    ComplianceStatus::Failed => Self::Failed,
                    ComplianceStatus::Warning | ComplianceStatus::NotAvailable => Self::Unknown,
                }),
        )
    }

    /// The status as an administrator sees it over member accounts, and an aggregation Region over linked Regions: that
    /// of all their findings together. Disabled only where it is disabled everywhere.
    #[must_use]
    pub fn aggregate(statuses: impl IntoIterator<Item = Self>) -> Self {
        statuses
            .into_iter()
            .max_by_key(|status| match status {
                Self::Disabled => 0,
                Self::NoData => 1,
                Self::Passed => 2,
                Self::Unknown => 3,
                Self::Failed => 4,
            })
            .unwrap_or(Self::NoData)
    }
}

/// How many controls have which status, of those that count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    pub passed: u64,
    pub failed: u64,
    pub unknown: u64,
}

impl Tally {
    /// Counts controls by name. One that is named more than once, by several standards, counts once.
    #[must_use]
    pub fn of<K: Ord>(controls: impl IntoIterator<Item = (K, ControlStatus)>) -> Self {
        let mut unique: BTreeMap<K, ControlStatus> = BTreeMap::new();
        for (control, status) in controls {
            let known = unique.entry(control).or_insert(status);
            *known = ControlStatus::aggregate([*known, status]);
        }
        let mut tally = Self::default();
        for status in unique.into_values() {
            match status {
                ControlStatus::Passed => tally.passed += 1,
                ControlStatus::Failed => tally.failed += 1,
                ControlStatus::Unknown => tally.unknown += 1,
                ControlStatus::NoData | ControlStatus::Disabled => {}
            }
        }
        tally
    }

    /// The security score in percent, to the nearest whole number; none if no control counts.
    #[must_use]
    pub fn score(self) -> Option<u8> {
        let passed = u128::from(self.passed);
        let all = passed + u128::from(self.failed) + u128::from(self.unknown);
        // A half goes up. The quotient is at most 100.
        (all > 0).then(|| u8::try_from((200 * passed + all) / (2 * all)).unwrap_or(100))
    }
}
