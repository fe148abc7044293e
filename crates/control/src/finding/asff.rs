//! The AWS Security Finding Format of a control finding: names, order and constants of the consolidated shape.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use shindan_inspector::{AccountId, Region};

use super::{ArchivalReason, ControlFinding, RecordState, WorkflowStatus};
use crate::definition::{ControlId, ControlSeverity, ResourceType};
use crate::evaluate::{ComplianceStatus, StatusReason};

/// The only version of the format.
const SCHEMA_VERSION: &str = "2018-10-08";
const FINDING_TYPE: &str = "Software and Configuration Checks/Industry and Regulatory Standards";
const PRODUCT: &str = "Security Hub";
const COMPANY: &str = "AWS";

pub(super) fn write(finding: &ControlFinding) -> Value {
    let id = &finding.id;
    let definition = id.control.definition();
    let arn = id.arn();
    let partition = id.region.partition();
    let product_arn = format!(
        "arn:{partition}:securityhub:{}::product/aws/securityhub",
        id.region
    );
    let severity = severity(finding.status, definition.severity);
    let asff = Asff {
        schema_version: SCHEMA_VERSION,
        product_fields: product_fields(finding, &product_arn, &arn),
        id: arn,
        product_arn,
        product_name: PRODUCT,
        company_name: COMPANY,
        region: &id.region,
        generator_id: format!("security-control/{}", id.control),
        aws_account_id: id.account,
        types: [FINDING_TYPE],
        first_observed_at: Time(finding.first_observed_at),
        last_observed_at: Time(finding.last_observed_at),
        created_at: Time(finding.created_at),
        updated_at: Time(finding.updated_at),
        severity,
        title: definition.title,
        description: definition.description,
        remediation: Remediation {
            recommendation: Recommendation {
                text: "The page behind the link says how to enable the scan type.",
                url: id.control.remediation_url(),
            },
        },
        resources: [match definition.resource {
            ResourceType::AwsAccount => Resource {
                kind: "AwsAccount",
                id: format!("AWS::::Account:{}", id.account),
                partition,
                region: &id.region,
            },
        }],
        compliance: Compliance {
            status: finding.status,
            security_control_id: id.control,
            related_requirements: definition.related_requirements,
            associated_standards: finding
                .standards
                .iter()
                .map(|standard| AssociatedStandard {
                    standards_id: standard.standards_id(),
                })
                .collect(),
            status_reasons: &finding.reasons,
        },
        workflow_state: "NEW",
        workflow: Workflow {
            status: finding.workflow,
        },
        record_state: finding.record_state(),
        note: finding.note.as_ref().map(|note| Note {
            text: note.text.as_str(),
            updated_by: note.updated_by.as_str(),
            updated_at: Time(note.updated_at),
        }),
        finding_provider_fields: FindingProviderFields {
            types: [FINDING_TYPE],
            severity: ProviderSeverity {
                label: severity.label,
                original: severity.original,
            },
        },
    };
    // Structs with keys that are strings always have a JSON form.
    serde_json::to_value(asff).unwrap_or_default()
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Asff<'a> {
    schema_version: &'static str,
    id: String,
    product_arn: String,
    product_name: &'static str,
    company_name: &'static str,
    region: &'a Region,
    generator_id: String,
    aws_account_id: AccountId,
    types: [&'static str; 1],
    first_observed_at: Time,
    last_observed_at: Time,
    created_at: Time,
    updated_at: Time,
    severity: Severity,
    title: &'static str,
    description: &'static str,
    remediation: Remediation,
    product_fields: BTreeMap<&'static str, String>,
    resources: [Resource<'a>; 1],
    compliance: Compliance<'a>,
    /// Deprecated, and `NEW` whatever `Workflow` says.
    workflow_state: &'static str,
    workflow: Workflow,
    record_state: RecordState,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<Note<'a>>,
    finding_provider_fields: FindingProviderFields,
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Severity {
    label: &'static str,
    normalized: u8,
    original: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Remediation {
    recommendation: Recommendation,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Recommendation {
    text: &'static str,
    url: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Resource<'a> {
    #[serde(rename = "Type")]
    kind: &'static str,
    id: String,
    partition: &'static str,
    region: &'a Region,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Compliance<'a> {
    status: ComplianceStatus,
    security_control_id: ControlId,
    related_requirements: &'static [&'static str],
    associated_standards: Vec<AssociatedStandard>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    status_reasons: &'a [StatusReason],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct AssociatedStandard {
    standards_id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Workflow {
    status: WorkflowStatus,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Note<'a> {
    text: &'a str,
    updated_by: &'a str,
    updated_at: Time,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct FindingProviderFields {
    types: [&'static str; 1],
    severity: ProviderSeverity,
}

/// The same without the normalized value, which the API's model does not have here.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ProviderSeverity {
    label: &'static str,
    original: &'static str,
}

/// RFC 3339 with exactly three decimals, as Security Hub writes it.
#[derive(Clone, Copy)]
struct Time(Timestamp);

impl Serialize for Time {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:.3}", self.0))
    }
}

/// A finding that does not fail is informational, whatever the control.
const fn severity(status: ComplianceStatus, control: ControlSeverity) -> Severity {
    match (status, control) {
        (ComplianceStatus::Failed, ControlSeverity::High) => Severity {
            label: "HIGH",
            normalized: 70,
            original: "HIGH",
        },
        (
            ComplianceStatus::Passed | ComplianceStatus::Warning | ComplianceStatus::NotAvailable,
            ControlSeverity::High,
        ) => Severity {
            label: "INFORMATIONAL",
            normalized: 0,
            original: "INFORMATIONAL",
        },
    }
}

fn product_fields(
    finding: &ControlFinding,
    product_arn: &str,
    arn: &str,
) -> BTreeMap<&'static str, String> {
    let id = &finding.id;
    let mut fields = BTreeMap::from([
        ("aws/securityhub/ProductName", PRODUCT.to_owned()),
        ("aws/securityhub/CompanyName", COMPANY.to_owned()),
        ("aws/securityhub/FindingId", format!("{product_arn}/{arn}")),
        (
            "Resources:0/Id",
            format!("arn:{}:iam::{}:root", id.region.partition(), id.account),
        ),
    ]);
    if let Some(annotation) = &finding.annotation {
        fields.insert("aws/securityhub/annotation", annotation.clone());
    }
    if let Some(previous) = finding.previous_status {
        fields.insert("PreviousComplianceStatus", previous.as_str().to_owned());
    }
    if let Some(reason) = finding.archived {
        let (code, description) = archival(reason);
        fields.insert("ArchivalReasons:0/ReasonCode", code.to_owned());
        fields.insert("ArchivalReasons:0/Description", description.to_owned());
    }
    fields
}

/// Only the code of consolidation is documented; the others are in its style.
const fn archival(reason: ArchivalReason) -> (&'static str, &'static str) {
    match reason {
        ArchivalReason::ControlDisabled => (
            "CONTROL_DISABLED",
            "The control is disabled in this account and Region.",
        ),
        ArchivalReason::NotApplicable => (
            "RESOURCE_NOT_APPLICABLE",
            "The control no longer applies to this account.",
        ),
        ArchivalReason::NotUpdated => (
            "FINDING_NOT_UPDATED",
            "The control has not been checked for several days.",
        ),
        ArchivalReason::ConsolidationChanged => (
            "CONSOLIDATED_CONTROL_FINDINGS_UPDATE",
            "Consolidated control findings were switched on or off.",
        ),
    }
}
