//! From a finding to the columns that lists are filtered and sorted by.

use shindan_control::evaluate::ComplianceStatus;
use shindan_control::finding::{RecordState, WorkflowStatus};
use shindan_inspector::{AccountId, Region};
use shindan_security_hub::import::Stored;
use shindan_security_hub::{Identifier, SeverityLabel};

use crate::finding::digest;
use crate::sql::Value;

/// The columns after `id`, `region`, `account_id`, `administrator`, in the order of [`COLUMNS`].
pub(super) struct Columns([Value; 16]);

/// Their names.
pub(super) const COLUMNS: [&str; 16] = [
    "name",
    "id_digest",
    "product_arn",
    "generator_id",
    "control_id",
    "title",
    "severity_label",
    "severity",
    "compliance",
    "workflow",
    "record_state",
    "created_at",
    "updated_at",
    "first_observed_at",
    "last_observed_at",
    "customer",
];

impl Columns {
    pub(super) fn of(stored: &Stored) -> Self {
        let finding = &stored.finding;
        let identifier = finding.identifier();
        let text = |member| Value::Text(storable(finding.text(&[member]).unwrap_or_default()));
        let time = |member| Value::Integer(finding.time(member).unwrap_or_default().as_millis());
        Self([
            name(&identifier).into(),
            id_digest(&identifier.id).into(),
            text("ProductArn"),
            text("GeneratorId"),
            storable(finding.control().unwrap_or_default()).into(),
            text("Title"),
            finding.severity().map_or(0, severity_code).into(),
            i16::from(finding.normalized_severity()).into(),
            finding.compliance().map_or(0, compliance_code).into(),
            workflow_code(finding.workflow()).into(),
            record_code(finding.record_state()).into(),
            time("CreatedAt"),
            time("UpdatedAt"),
            time("FirstObservedAt"),
            time("LastObservedAt"),
            stored.customer.code().into(),
        ])
    }

    pub(super) fn into_values(self) -> [Value; 16] {
        self.0
    }
}

/// What makes a finding the same finding within its account and Region.
pub(super) fn name(identifier: &Identifier) -> String {
    let text = format!("{}\n{}", identifier.product_arn, identifier.id);
    blake3::hash(text.as_bytes()).to_hex()[..32].to_owned()
}

pub(super) fn id_digest(id: &str) -> i64 {
    digest(id.as_bytes())
}

/// 0 is a finding that has none.
pub(super) const fn severity_code(label: SeverityLabel) -> i16 {
    label.code() + 1
}

/// In the order of their names, as lists are sorted; 0 is a finding that tells of no check.
pub(super) const fn compliance_code(status: ComplianceStatus) -> i16 {
    match status {
        ComplianceStatus::Failed => 1,
        ComplianceStatus::NotAvailable => 2,
        ComplianceStatus::Passed => 3,
        ComplianceStatus::Warning => 4,
    }
}

pub(super) const fn compliance(code: i16) -> Option<ComplianceStatus> {
    match code {
        1 => Some(ComplianceStatus::Failed),
        2 => Some(ComplianceStatus::NotAvailable),
        3 => Some(ComplianceStatus::Passed),
        4 => Some(ComplianceStatus::Warning),
        _ => None,
    }
}

/// In the order of their names.
pub(super) const fn workflow_code(status: WorkflowStatus) -> i16 {
    match status {
        WorkflowStatus::New => 0,
        WorkflowStatus::Notified => 1,
        WorkflowStatus::Resolved => 2,
        WorkflowStatus::Suppressed => 3,
    }
}

pub(super) const fn workflow(code: i16) -> Option<WorkflowStatus> {
    match code {
        0 => Some(WorkflowStatus::New),
        1 => Some(WorkflowStatus::Notified),
        2 => Some(WorkflowStatus::Resolved),
        3 => Some(WorkflowStatus::Suppressed),
        _ => None,
    }
}

pub(super) const fn record_code(state: RecordState) -> i16 {
    match state {
        RecordState::Active => 0,
        RecordState::Archived => 1,
    }
}

pub(super) const fn record(code: i16) -> Option<RecordState> {
    match code {
        0 => Some(RecordState::Active),
        1 => Some(RecordState::Archived),
        _ => None,
    }
}

/// PostgreSQL holds no NUL in a text. The document keeps it, as an escape; columns lose it.
pub(super) fn storable(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// Where findings of an account belong.
pub(super) struct Place {
    pub(super) region: Region,
    pub(super) account: AccountId,
    pub(super) administrator: AccountId,
}
