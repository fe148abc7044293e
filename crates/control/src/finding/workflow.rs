//! The state of an investigation, and what a check does to it by itself.
//!
//! From the Security Hub user guide (pages `findings-workflow-status`, `controls-overall-status` and
//! `securityhub-standards-schedule`):
//!
//! - `PASSED` sets `RESOLVED`. If the status was `PASSED` before, what a person set stays.
//! - From `PASSED` to anything else, `NOTIFIED` and `RESOLVED` become `NEW`.
//! - From `ARCHIVED` to `ACTIVE` likewise.
//! - `SUPPRESSED` never changes by itself.

use serde::{Deserialize, Serialize};

use crate::evaluate::ComplianceStatus;

/// `Workflow.Status` of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum WorkflowStatus {
    New,
    Notified,
    Suppressed,
    Resolved,
}

impl WorkflowStatus {
    pub const ALL: [Self; 4] = [Self::New, Self::Notified, Self::Suppressed, Self::Resolved];

    /// As ASFF writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "NEW",
            Self::Notified => "NOTIFIED",
            Self::Suppressed => "SUPPRESSED",
            Self::Resolved => "RESOLVED",
        }
    }
}

/// `RecordState` of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RecordState {
    Active,
    Archived,
}

impl RecordState {
    /// As ASFF writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Archived => "ARCHIVED",
        }
    }
}

/// What the workflow depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observation {
    pub compliance: ComplianceStatus,
    pub record: RecordState,
}

/// The status of a new finding.
#[must_use]
pub const fn initial(compliance: ComplianceStatus) -> WorkflowStatus {
    match compliance {
        ComplianceStatus::Passed => WorkflowStatus::Resolved,
        ComplianceStatus::Failed | ComplianceStatus::Warning | ComplianceStatus::NotAvailable => {
            WorkflowStatus::New
        }
    }
}

/// The status after a change.
#[must_use]
pub const fn next(
    workflow: WorkflowStatus,
    before: Observation,
    after: Observation,
) -> WorkflowStatus {
    if matches!(workflow, WorkflowStatus::Suppressed) {
        return workflow;
    }
    let reactivated = matches!(before.record, RecordState::Archived)
        && matches!(after.record, RecordState::Active);
    let passed = matches!(before.compliance, ComplianceStatus::Passed);
    let passes = matches!(after.compliance, ComplianceStatus::Passed);
    if passes && (!passed || reactivated) {
        // Nothing is left to investigate, also when the finding comes back from the archive.
        WorkflowStatus::Resolved
    } else if !passes && (passed || reactivated) {
        WorkflowStatus::New
    } else {
        workflow
    }
}
