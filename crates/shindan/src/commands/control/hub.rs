//! The findings of controls in AWS Security Hub, as far as this program decides by them.

use serde::Deserialize;
use serde_json::{Value, json};
use shindan_cloud::security_hub::{FindingId, SecurityHub};
use shindan_cloud::{CloudError, ErrorKind};
use shindan_control::definition::ControlId;
use shindan_control::evaluate::ComplianceStatus;
use shindan_control::finding::{RecordState, WorkflowStatus};
use shindan_control::score::FindingStatus;
use shindan_inspector::{AccountId, Region};

/// Who this program says it is in notes.
pub(super) const WRITER: &str = "shindan";

/// A control's finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ControlFinding {
    pub(super) id: FindingId,
    /// `Inspector.3`, or that of any other control.
    pub(super) control: String,
    pub(super) status: FindingStatus,
    /// Who wrote the note, if there is one.
    pub(super) noted_by: Option<String>,
}

impl ControlFinding {
    /// Whether this program suppressed it.
    pub(super) fn is_suppressed_here(&self) -> bool {
        self.status.workflow == WorkflowStatus::Suppressed
            && self.noted_by.as_deref() == Some(WRITER)
    }
}

/// What counts of a finding in ASFF.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Asff {
    id: String,
    product_arn: String,
    compliance: Option<Compliance>,
    workflow: Option<Workflow>,
    record_state: Option<RecordState>,
    note: Option<Note>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Compliance {
    status: Option<ComplianceStatus>,
    security_control_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Workflow {
    status: Option<WorkflowStatus>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Note {
    updated_by: Option<String>,
}

/// The active findings of a control in an account; `None` where Security Hub is not enabled.
pub(super) async fn of_control(
    hub: &SecurityHub,
    control: ControlId,
    account: AccountId,
    region: &Region,
) -> Result<Option<Vec<ControlFinding>>, CloudError> {
    let equals = |value: &str| json!([{ "Value": value, "Comparison": "EQUALS" }]);
    let filters = json!({
        "ComplianceSecurityControlId": equals(control.as_str()),
        "AwsAccountId": equals(&account.to_string()),
        "Region": equals(region.as_str()),
        "RecordState": equals("ACTIVE"),
    });
    found(hub, &filters).await
}

/// The active findings of all controls that the account sees in its Region.
pub(super) async fn of_all(
    hub: &SecurityHub,
    region: &Region,
) -> Result<Option<Vec<ControlFinding>>, CloudError> {
    let equals = |value: &str| json!([{ "Value": value, "Comparison": "EQUALS" }]);
    let filters = json!({
        "ProductName": equals("Security Hub"),
        "Region": equals(region.as_str()),
        "RecordState": equals("ACTIVE"),
    });
    found(hub, &filters).await
}

async fn found(
    hub: &SecurityHub,
    filters: &Value,
) -> Result<Option<Vec<ControlFinding>>, CloudError> {
    match hub.findings(filters).await {
        Ok(findings) => Ok(Some(findings.into_iter().filter_map(read).collect())),
        Err(error) if error.kind == ErrorKind::NotEnabled => Ok(None),
        Err(error) => Err(error),
    }
}

/// None for what is no finding of a control.
fn read(finding: Value) -> Option<ControlFinding> {
    let asff: Asff = serde_json::from_value(finding).ok()?;
    let compliance = asff.compliance?;
    Some(ControlFinding {
        control: compliance.security_control_id?,
        status: FindingStatus {
            compliance: compliance.status?,
            workflow: asff
                .workflow
                .and_then(|workflow| workflow.status)
                .unwrap_or(WorkflowStatus::New),
            record: asff.record_state.unwrap_or(RecordState::Active),
        },
        noted_by: asff.note.and_then(|note| note.updated_by),
        id: FindingId {
            id: asff.id,
            product: asff.product_arn,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_of_controls_are_told_from_others() {
        let control = json!({
            "Id": "f", "ProductArn": "p", "RecordState": "ACTIVE",
            "Compliance": { "Status": "FAILED", "SecurityControlId": "Inspector.3" },
            "Workflow": { "Status": "SUPPRESSED" },
            "Note": { "Text": "why", "UpdatedBy": "shindan", "UpdatedAt": "2026-11-29T17:00:00Z" },
        });
        let read_back = read(control.clone()).expect("one of a control");
        assert_eq!(read_back.control, "Inspector.3");
        assert!(read_back.is_suppressed_here());
        let mut by_hand = control.clone();
        by_hand["Note"]["UpdatedBy"] = json!("yamada");
        assert!(
            !read(by_hand)
                .expect("one of a control")
                .is_suppressed_here()
        );
        let mut other = control;
        other["Compliance"] = json!({ "Status": "FAILED" });
        assert_eq!(read(other), None);
    }
}
