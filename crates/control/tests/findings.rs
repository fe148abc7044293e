//! A finding through its life: one identity, timestamps that only move forward, the workflow by the book, and the shape
//! of ASFF.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};
use shindan_control::ShortText;
use shindan_control::definition::{ControlId, Standard};
use shindan_control::evaluate::{
    AccountCause, Cause, Check, ComplianceStatus, ReasonCode, StatusReason,
};
use shindan_control::finding::{
    ARCHIVED_FINDINGS_KEPT, ArchivalReason, ControlFinding, FindingId, Note, Observation,
    RecordState, WorkflowStatus, workflow,
};

const COMPLIANCE: [ComplianceStatus; 4] = [
    ComplianceStatus::Passed,
    ComplianceStatus::Failed,
    ComplianceStatus::Warning,
    ComplianceStatus::NotAvailable,
];

fn id() -> FindingId {
    FindingId {
        account: "111122223333".parse().expect("an account"),
        region: "ap-northeast-1".parse().expect("a Region"),
        control: ControlId::Inspector3,
    }
}

fn check(status: ComplianceStatus) -> Check {
    Check {
        status,
        reasons: Vec::new(),
        accounts: Vec::new(),
    }
}

fn standards() -> BTreeSet<Standard> {
    Standard::ALL.into()
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("a timestamp")
}

fn after(hours: i64) -> Timestamp {
    at("2024-08-19T00:00:00Z")
        .checked_add(SignedDuration::from_hours(hours))
        .expect("in range")
}

#[test]
fn the_consolidated_finding_has_the_shape_of_asff() {
    let mut failed = check(ComplianceStatus::Failed);
    failed.accounts = vec![AccountCause {
        account: id().account,
        cause: Cause::Disabled,
    }];
    let mut finding = ControlFinding::new(
        id(),
        &failed,
        standards(),
        at("2024-08-19T01:02:03.456789Z"),
    );
    finding.set_workflow(
        WorkflowStatus::Notified,
        Some(Note {
            text: ShortText::new("Asked the owners.").expect("a text"),
            updated_by: ShortText::new("sato").expect("a text"),
            updated_at: at("2024-08-19T02:00:00Z"),
        }),
        at("2024-08-19T02:00:00Z"),
    );
    let arn = id().arn();
    let product = "arn:aws:securityhub:ap-northeast-1::product/aws/securityhub";
    let severity = json!({"Label": "HIGH", "Normalized": 70, "Original": "HIGH"});
    let types = json!(["Software and Configuration Checks/Industry and Regulatory Standards"]);
    assert_eq!(
        finding.to_asff(),
        json!({
            "SchemaVersion": "2018-10-08",
            "Id": arn,
            "ProductArn": product,
            "ProductName": "Security Hub",
            "CompanyName": "AWS",
            "Region": "ap-northeast-1",
            "GeneratorId": "security-control/Inspector.3",
            "AwsAccountId": "111122223333",
            "Types": types,
            "FirstObservedAt": "2024-08-19T01:02:03.456Z",
            "LastObservedAt": "2024-08-19T01:02:03.456Z",
            "CreatedAt": "2024-08-19T01:02:03.456Z",
            "UpdatedAt": "2024-08-19T02:00:00.000Z",
            "Severity": severity,
            "Title": "Amazon Inspector Lambda code scanning should be enabled",
            "Description": ControlId::Inspector3.definition().description,
            "Remediation": {"Recommendation": {
                "Text": "The page behind the link says how to enable the scan type.",
                "Url": "https://docs.aws.amazon.com/console/securityhub/Inspector.3/remediation",
            }},
            "ProductFields": {
                "aws/securityhub/ProductName": "Security Hub",
                "aws/securityhub/CompanyName": "AWS",
                "aws/securityhub/FindingId": format!("{product}/{arn}"),
                "aws/securityhub/annotation": "111122223333: disabled",
                "Resources:0/Id": "arn:aws:iam::111122223333:root",
            },
            "Resources": [{
                "Type": "AwsAccount",
                "Id": "AWS::::Account:111122223333",
                "Partition": "aws",
                "Region": "ap-northeast-1",
            }],
            "Compliance": {
                "Status": "FAILED",
                "SecurityControlId": "Inspector.3",
                "RelatedRequirements": ["PCI DSS v4.0.1/6.2.4", "PCI DSS v4.0.1/6.3.1"],
                "AssociatedStandards": [
                    {"StandardsId": "standards/aws-foundational-security-best-practices/v/1.0.0"},
                    {"StandardsId": "standards/pci-dss/v/4.0.1"},
                ],
            },
            "WorkflowState": "NEW",
            "Workflow": {"Status": "NOTIFIED"},
            "RecordState": "ACTIVE",
            "Note": {
                "Text": "Asked the owners.",
                "UpdatedBy": "sato",
                "UpdatedAt": "2024-08-19T02:00:00.000Z",
            },
            "FindingProviderFields": {
                "Types": types,
                "Severity": {"Label": "HIGH", "Original": "HIGH"},
            },
        })
    );
}

#[test]
fn only_a_failed_finding_is_severe() {
    for status in COMPLIANCE {
        let asff = ControlFinding::new(id(), &check(status), standards(), after(0)).to_asff();
        let expected = if status == ComplianceStatus::Failed {
            "HIGH"
        } else {
            "INFORMATIONAL"
        };
        assert_eq!(asff["Severity"]["Label"], expected);
        assert_eq!(asff["FindingProviderFields"]["Severity"]["Label"], expected);
        assert_eq!(asff["Compliance"]["Status"], status.as_str());
    }
}

#[test]
fn reasons_and_the_archive_are_written() {
    let unknown = Check {
        status: ComplianceStatus::NotAvailable,
        reasons: vec![StatusReason {
            reason_code: ReasonCode::ConfigAccessDenied,
            description: "A permission is missing.".to_owned(),
        }],
        accounts: Vec::new(),
    };
    let mut finding = ControlFinding::new(id(), &unknown, BTreeSet::new(), after(0));
    finding.archive(ArchivalReason::ConsolidationChanged, after(1));
    let asff = finding.to_asff();
    assert_eq!(
        asff["Compliance"]["StatusReasons"],
        json!([{"ReasonCode": "CONFIG_ACCESS_DENIED", "Description": "A permission is missing."}])
    );
    assert_eq!(asff["RecordState"], "ARCHIVED");
    assert_eq!(
        asff["ProductFields"]["ArchivalReasons:0/ReasonCode"],
        "CONSOLIDATED_CONTROL_FINDINGS_UPDATE"
    );
}

#[test]
fn a_finding_of_ten_thousand_accounts_stays_small() {
    let mut failed = check(ComplianceStatus::Failed);
    for number in 0..10_000u64 {
        failed.accounts.push(AccountCause {
            account: format!("{number:012}").parse().expect("digits"),
            cause: Cause::Disabled,
        });
    }
    let asff = ControlFinding::new(id(), &failed, standards(), after(0)).to_asff();
    let Value::String(annotation) = &asff["ProductFields"]["aws/securityhub/annotation"] else {
        panic!("no annotation");
    };
    assert!(
        annotation.ends_with("; and 9992 more accounts"),
        "{annotation}"
    );
    assert!(annotation.chars().count() <= 2_048);
}

#[test]
fn a_check_updates_the_finding_in_place() {
    let mut finding = ControlFinding::new(
        id(),
        &check(ComplianceStatus::Failed),
        standards(),
        after(0),
    );
    assert_eq!(
        finding.to_asff()["ProductFields"].get("PreviousComplianceStatus"),
        None
    );

    finding.update(&check(ComplianceStatus::Failed), standards(), after(12));
    assert_eq!(finding.first_observed_at(), after(0), "nothing changed");
    assert_eq!(
        finding.to_asff()["ProductFields"]["PreviousComplianceStatus"],
        "FAILED"
    );

    finding.update(&check(ComplianceStatus::Passed), standards(), after(24));
    let asff = finding.to_asff();
    assert_eq!(asff["Id"], id().arn());
    assert_eq!(asff["CreatedAt"], "2024-08-19T00:00:00.000Z");
    assert_eq!(asff["FirstObservedAt"], "2024-08-20T00:00:00.000Z");
    assert_eq!(asff["ProductFields"]["PreviousComplianceStatus"], "FAILED");
    assert_eq!(asff["Workflow"]["Status"], "RESOLVED");
}

#[test]
fn updated_at_moves_forward_when_the_clock_was_set_back() {
    let mut finding = ControlFinding::new(
        id(),
        &check(ComplianceStatus::Failed),
        standards(),
        after(1),
    );
    finding.update(&check(ComplianceStatus::Passed), standards(), after(0));
    assert_eq!(
        finding.updated_at().duration_since(after(1)),
        SignedDuration::from_millis(1)
    );
    assert!(finding.last_observed_at() <= finding.updated_at());
}

#[test]
fn a_finding_is_archived_after_days_without_check_and_deleted_after_thirty_more() {
    let mut finding = ControlFinding::new(
        id(),
        &check(ComplianceStatus::Failed),
        standards(),
        after(0),
    );
    assert!(!finding.is_stale(after(5 * 24 - 1)));
    assert!(finding.is_stale(after(5 * 24)));
    assert!(!finding.is_expired(after(1_000 * 24)), "it is not archived");
    finding.archive(ArchivalReason::NotUpdated, after(5 * 24));
    assert!(!finding.is_stale(after(9 * 24)));
    finding.archive(ArchivalReason::NotApplicable, after(9 * 24));
    assert_eq!(
        finding.updated_at(),
        after(5 * 24),
        "it was archived already"
    );
    assert!(!finding.is_expired(after(34 * 24)));
    assert!(
        finding.is_expired(
            after(5 * 24)
                .saturating_add(ARCHIVED_FINDINGS_KEPT)
                .expect("in range")
        )
    );
}

/// One line for each sentence of the documentation: workflow, compliance and record before, the same after, workflow.
#[test]
fn the_workflow_changes_by_itself_as_documented() {
    use ComplianceStatus::{Failed, NotAvailable, Passed, Warning};
    use RecordState::{Active, Archived};
    use WorkflowStatus::{New, Notified, Resolved, Suppressed};
    for (workflow, before, after, expected) in [
        // Compliance.Status PASSED sets RESOLVED.
        (New, (Failed, Active), (Passed, Active), Resolved),
        (Notified, (Failed, Active), (Passed, Active), Resolved),
        (New, (Warning, Active), (Passed, Active), Resolved),
        (New, (NotAvailable, Active), (Passed, Active), Resolved),
        (Resolved, (Failed, Active), (Passed, Active), Resolved),
        // From PASSED to FAILED, WARNING or NOT_AVAILABLE, NOTIFIED and RESOLVED become NEW.
        (Resolved, (Passed, Active), (Failed, Active), New),
        (Resolved, (Passed, Active), (Warning, Active), New),
        (Resolved, (Passed, Active), (NotAvailable, Active), New),
        (Notified, (Passed, Active), (Failed, Active), New),
        (New, (Passed, Active), (Failed, Active), New),
        // Between the others nothing happens.
        (Notified, (Warning, Active), (Failed, Active), Notified),
        (Resolved, (Failed, Active), (NotAvailable, Active), Resolved),
        // From ARCHIVED to ACTIVE, NOTIFIED and RESOLVED become NEW.
        (Notified, (Failed, Archived), (Failed, Active), New),
        (Resolved, (Failed, Archived), (Failed, Active), New),
        (Resolved, (Failed, Archived), (Warning, Active), New),
        // But a finding that passes is resolved.
        (Resolved, (Passed, Archived), (Passed, Active), Resolved),
        (Notified, (Passed, Archived), (Passed, Active), Resolved),
        (Notified, (Failed, Archived), (Passed, Active), Resolved),
        // What did not change at the next check stays as the user set it.
        (Notified, (Failed, Active), (Failed, Active), Notified),
        (Resolved, (Failed, Active), (Failed, Active), Resolved),
        (New, (Passed, Active), (Passed, Active), New),
        (Notified, (Passed, Active), (Passed, Active), Notified),
        // SUPPRESSED never changes by itself.
        (Suppressed, (Failed, Active), (Passed, Active), Suppressed),
        (Suppressed, (Passed, Active), (Failed, Active), Suppressed),
        (Suppressed, (Failed, Archived), (Failed, Active), Suppressed),
    ] {
        let of = |(compliance, record)| Observation { compliance, record };
        assert_eq!(
            workflow::next(workflow, of(before), of(after)),
            expected,
            "{workflow:?} from {before:?} to {after:?}"
        );
    }
}

#[derive(Clone, Copy, Debug)]
enum Deed {
    Check(ComplianceStatus),
    Archive,
    Set(WorkflowStatus),
}

fn any_deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        4 => prop::sample::select(&COMPLIANCE).prop_map(Deed::Check),
        1 => Just(Deed::Archive),
        2 => prop::sample::select(&WorkflowStatus::ALL).prop_map(Deed::Set),
    ]
}

proptest! {
    #[test]
    fn whatever_happens_a_finding_keeps_its_promises(
        first in prop::sample::select(&COMPLIANCE),
        deeds in prop::collection::vec((any_deed(), -48i64..96), 0..20),
    ) {
        let mut finding = ControlFinding::new(id(), &check(first), standards(), after(0));
        let created = finding.created_at();
        let mut now = 0;
        for (deed, hours) in deeds {
            now += hours;
            let before = finding.clone();
            match deed {
                Deed::Check(status) => {
                    finding.update(&check(status), standards(), after(now));
                    prop_assert_eq!(finding.record_state(), RecordState::Active);
                    prop_assert_eq!(finding.status(), status);
                    prop_assert!(finding.updated_at() > before.updated_at());
                    let suppressed = before.workflow() == WorkflowStatus::Suppressed;
                    prop_assert_eq!(suppressed, finding.workflow() == WorkflowStatus::Suppressed);
                    let newly_passes = status == ComplianceStatus::Passed && before.status() != status;
                    if newly_passes && !suppressed {
                        prop_assert_eq!(finding.workflow(), WorkflowStatus::Resolved);
                    }
                    let newly_fails = before.status() == ComplianceStatus::Passed && status != before.status();
                    if newly_fails && !suppressed {
                        prop_assert_eq!(finding.workflow(), WorkflowStatus::New);
                    }
                    if before.status() == status && before.record_state() == RecordState::Active {
                        prop_assert_eq!(finding.workflow(), before.workflow());
                        prop_assert_eq!(finding.first_observed_at(), before.first_observed_at());
                    }
                }
                Deed::Archive => {
                    finding.archive(ArchivalReason::ControlDisabled, after(now));
                    prop_assert_eq!(finding.workflow(), before.workflow());
                }
                Deed::Set(status) => {
                    finding.set_workflow(status, None, after(now));
                    prop_assert_eq!(finding.workflow(), status);
                    prop_assert_eq!(finding.status(), before.status());
                }
            }
            prop_assert_eq!(finding.id(), before.id());
            prop_assert_eq!(finding.created_at(), created);
            prop_assert!(finding.updated_at() >= before.updated_at());
            prop_assert!(finding.last_observed_at() >= before.last_observed_at());
            let kept = serde_json::to_string(&finding).expect("JSON");
            prop_assert_eq!(&serde_json::from_str::<ControlFinding>(&kept).expect("JSON"), &finding);
        }
    }
}
