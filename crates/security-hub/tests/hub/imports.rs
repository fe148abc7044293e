//! What imports make of what is there.

use proptest::prelude::*;
use serde_json::{Value, json};
use shindan_control::finding::{RecordState, WorkflowStatus};
use shindan_inspector::FindingStatus;
use shindan_security_hub::import::{Imported, Importer, Stored, admit, merge};
use shindan_security_hub::update::Update;

use crate::findings::{inspector_finding, package_finding};
use crate::model;
use crate::sample::{account, at, checked, finding, imported, now, tokyo, with};

const CLIENT: fn() -> Importer = || Importer::Client(account(1));

fn update(stored: &Stored, value: Value) -> Stored {
    match merge(Some(stored), checked(value), CLIENT(), now()) {
        Imported::Updated(stored) => stored,
        other => panic!("{other:?}"),
    }
}

fn said(stored: &Stored, update: Value) -> Stored {
    let update = Update::parse(&update).expect("an update");
    update.apply(stored, now()).expect("it fits")
}

fn later(members: Value) -> Value {
    with(
        with(finding(), json!({ "UpdatedAt": "2026-05-02T00:00:00Z" })),
        members,
    )
}

#[test]
fn a_new_finding_gets_what_security_hub_says_of_it() {
    let stored = imported(finding());
    let shown = stored.finding.clone().into_value();
    for (pointer, value) in [
        ("/RecordState", json!("ACTIVE")),
        ("/Workflow/Status", json!("NEW")),
        ("/WorkflowState", json!("NEW")),
        ("/Region", json!("ap-northeast-1")),
        ("/ProductName", json!("Default")),
        ("/CompanyName", json!("Personal")),
        ("/Severity/Normalized", json!(70)),
        ("/FindingProviderFields/Severity/Label", json!("HIGH")),
        (
            "/FindingProviderFields/Types/0",
            json!("Software and Configuration Checks"),
        ),
        ("/ProcessedAt", json!("2026-06-01T12:00:00.000Z")),
    ] {
        assert_eq!(shown.pointer(pointer), Some(&value), "{pointer}");
    }
    model::hold("AwsSecurityFinding", &shown);
    let passed = imported(with(
        finding(),
        json!({ "Compliance": { "Status": "PASSED" } }),
    ));
    assert_eq!(passed.finding.workflow(), WorkflowStatus::Resolved);
    let low = imported(with(finding(), json!({ "Severity": { "Normalized": 39 } })));
    assert_eq!(low.finding.text(&["Severity", "Label"]), Some("LOW"));
}

#[test]
fn an_update_that_is_not_newer_is_ignored() {
    let stored = imported(finding());
    for updated_at in [
        "2026-05-01T00:00:00Z",
        "2026-04-30T23:59:59.999Z",
        "2026-05-01T09:00:00+09:00",
    ] {
        let value = with(
            finding(),
            json!({ "UpdatedAt": updated_at, "Title": "Other" }),
        );
        assert_eq!(
            merge(Some(&stored), checked(value), CLIENT(), now()),
            Imported::Ignored
        );
    }
    let value = with(
        finding(),
        json!({ "UpdatedAt": "2026-05-01T00:00:00.001Z", "Title": "Other" }),
    );
    assert_eq!(
        update(&stored, value).finding.text(&["Title"]),
        Some("Other")
    );
}

#[test]
fn what_is_the_customers_stays() {
    let stored = said(
        &imported(finding()),
        json!({
            "Note": { "Text": "looked at", "UpdatedBy": "me" },
            "UserDefinedFields": { "ticket": "7" },
            "VerificationState": "TRUE_POSITIVE",
            "Workflow": { "Status": "NOTIFIED" },
        }),
    );
    let next = update(
        &stored,
        later(json!({
            "Note": { "Text": "provider", "UpdatedBy": "provider", "UpdatedAt": "2026-05-02T00:00:00Z" },
            "UserDefinedFields": { "ticket": "8" },
            "VerificationState": "FALSE_POSITIVE",
            "Workflow": { "Status": "RESOLVED" },
        })),
    );
    for name in ["Note", "UserDefinedFields", "VerificationState", "Workflow"] {
        let (before, after) = (stored.finding.members(), next.finding.members());
        assert_eq!(before.get(name), after.get(name), "{name}");
    }
    // Nor can a provider set what no customer has.
    let next = update(
        &imported(finding()),
        later(json!({ "UserDefinedFields": { "a": "b" } })),
    );
    assert!(!next.finding.members().contains_key("UserDefinedFields"));
}

/// The three cases of the page on FindingProviderFields, for a new and for a known finding, untouched and touched by the
/// customer: what stands at the top and what is kept of the provider.
#[test]
fn shared_attributes_follow_the_provider_until_the_customer_sets_them() {
    let confidence = |stored: &Stored| {
        let shown = stored.finding.clone().into_value();
        (
            shown["Confidence"].as_u64(),
            shown["FindingProviderFields"]["Confidence"].as_u64(),
        )
    };
    let only_provided = json!({ "FindingProviderFields": { "Confidence": 1 } });
    let only_top = json!({ "Confidence": 2 });
    let both = json!({ "Confidence": 3, "FindingProviderFields": { "Confidence": 4 } });
    for (members, new, known, touched) in [
        (&only_provided, (1, 1), (1, 1), (9, 1)),
        (&only_top, (2, 2), (2, 2), (9, 2)),
        (&both, (4, 4), (3, 4), (9, 4)),
    ] {
        let some = |(top, provided)| (Some(top), Some(provided));
        let first = imported(with(finding(), members.clone()));
        assert_eq!(confidence(&first), some(new), "{members}");
        let stored = imported(with(finding(), json!({ "Confidence": 50 })));
        let next = update(&stored, later(members.clone()));
        assert_eq!(confidence(&next), some(known), "{members}");
        let stored = said(&stored, json!({ "Confidence": 9 }));
        let next = update(&stored, later(members.clone()));
        assert_eq!(confidence(&next), some(touched), "{members}");
    }
    // What the provider says nothing of stays.
    let stored = imported(with(finding(), json!({ "Confidence": 50 })));
    assert_eq!(
        confidence(&update(&stored, later(json!({})))),
        (Some(50), Some(50))
    );
}

#[test]
fn the_investigation_follows_what_is_found() {
    let status = |text: &str| json!({ "Compliance": { "Status": text } });
    for (before, set, after, expected) in [
        (status("FAILED"), None, status("PASSED"), "RESOLVED"),
        (status("PASSED"), None, status("FAILED"), "NEW"),
        (
            status("FAILED"),
            Some("NOTIFIED"),
            status("FAILED"),
            "NOTIFIED",
        ),
        (
            status("FAILED"),
            Some("SUPPRESSED"),
            status("PASSED"),
            "SUPPRESSED",
        ),
        (
            status("PASSED"),
            Some("SUPPRESSED"),
            status("FAILED"),
            "SUPPRESSED",
        ),
        (
            json!({ "RecordState": "ARCHIVED" }),
            Some("RESOLVED"),
            json!({}),
            "NEW",
        ),
        (
            json!({ "RecordState": "ARCHIVED" }),
            Some("SUPPRESSED"),
            json!({}),
            "SUPPRESSED",
        ),
        (json!({}), Some("RESOLVED"), json!({}), "RESOLVED"),
        (
            json!({}),
            Some("RESOLVED"),
            json!({ "RecordState": "ARCHIVED" }),
            "RESOLVED",
        ),
    ] {
        let mut stored = imported(with(finding(), before.clone()));
        if let Some(set) = set {
            stored = said(&stored, json!({ "Workflow": { "Status": set } }));
        }
        let next = update(&stored, later(after.clone()));
        assert_eq!(
            next.finding.workflow().as_str(),
            expected,
            "{before} {set:?} {after}"
        );
    }
}

#[test]
fn a_filter_of_inspector_suppresses_and_gives_back() {
    let document = package_finding(1);
    let asff = |status, time| inspector_finding(&document, status, at(time));
    let Imported::New(stored) = merge(
        None,
        asff(FindingStatus::Active, "2026-05-01T00:00:00Z"),
        Importer::Service,
        now(),
    ) else {
        panic!("is new")
    };
    let mut stored = said(&stored, json!({ "Workflow": { "Status": "NOTIFIED" } }));
    for (status, time, workflow, record) in [
        (
            FindingStatus::Active,
            "2026-05-02T00:00:00Z",
            WorkflowStatus::Notified,
            RecordState::Active,
        ),
        (
            FindingStatus::Suppressed,
            "2026-05-03T00:00:00Z",
            WorkflowStatus::Suppressed,
            RecordState::Active,
        ),
        (
            FindingStatus::Suppressed,
            "2026-05-04T00:00:00Z",
            WorkflowStatus::Suppressed,
            RecordState::Active,
        ),
        (
            FindingStatus::Active,
            "2026-05-05T00:00:00Z",
            WorkflowStatus::New,
            RecordState::Active,
        ),
        (
            FindingStatus::Closed,
            "2026-05-06T00:00:00Z",
            WorkflowStatus::New,
            RecordState::Archived,
        ),
    ] {
        match merge(Some(&stored), asff(status, time), Importer::Service, now()) {
            Imported::Updated(next) => stored = next,
            other => panic!("{other:?}"),
        }
        assert_eq!(stored.finding.workflow(), workflow, "{time}");
        assert_eq!(stored.finding.record_state(), record, "{time}");
    }
}

#[test]
fn accounts_import_their_own_findings_only() {
    let product = |arn: &str| json!({ "ProductArn": arn });
    for (members, importer, code) in [
        (json!({}), CLIENT(), None),
        (
            json!({}),
            Importer::Client(account(2)),
            Some("InvalidAccess"),
        ),
        (
            json!({ "AwsAccountId": "000000000002" }),
            CLIENT(),
            Some("InvalidAccess"),
        ),
        (
            product("arn:aws:securityhub:ap-northeast-1:000000000002:product/000000000002/default"),
            CLIENT(),
            Some("InvalidAccess"),
        ),
        (
            product("arn:aws:securityhub:us-east-1:000000000001:product/000000000001/default"),
            CLIENT(),
            Some("InvalidInput"),
        ),
        (
            product("arn:aws:securityhub:ap-northeast-1::product/prowler/prowler"),
            CLIENT(),
            None,
        ),
        (
            product("arn:aws:securityhub:ap-northeast-1::product/aws/securityhub"),
            CLIENT(),
            Some("InvalidAccess"),
        ),
        (
            product("arn:aws:securityhub:ap-northeast-1::product/aws/inspector"),
            Importer::Service,
            None,
        ),
        (product("anything"), CLIENT(), Some("InvalidInput")),
    ] {
        let finding = checked(with(finding(), members.clone()));
        let admitted = admit(&finding, importer, &tokyo());
        assert_eq!(
            admitted.err().map(|rejected| rejected.code.as_str()),
            code,
            "{members}"
        );
    }
}

fn words(words: &'static [&'static str]) -> impl Strategy<Value = Option<Value>> {
    proptest::option::of(proptest::sample::select(words).prop_map(Value::from))
}

prop_compose! {
    /// What a provider may say.
    fn provided()(
        day in 1..28_u8,
        title in "[a-z]{1,8}",
        label in proptest::sample::select(&["LOW", "HIGH"][..]),
        provided in words(&["LOW", "CRITICAL"]),
        confidence in proptest::option::of(0..=100_u8),
        compliance in words(&["PASSED", "FAILED", "WARNING", "NOT_AVAILABLE"]),
        record in words(&["ACTIVE", "ARCHIVED"]),
        workflow in words(&["NEW", "NOTIFIED", "RESOLVED", "SUPPRESSED"]),
    ) -> Value {
        let time = format!("2026-05-{day:02}T00:00:00Z");
        let mut value = with(finding(), json!({ "UpdatedAt": time, "Title": title, "Severity": { "Label": label } }));
        if let Some(provided) = provided {
            value["FindingProviderFields"] = json!({ "Severity": { "Label": provided } });
        }
        if let Some(confidence) = confidence {
            value["Confidence"] = confidence.into();
        }
        if let Some(compliance) = compliance {
            value["Compliance"] = json!({ "Status": compliance });
        }
        if let Some(record) = record {
            value["RecordState"] = record;
        }
        if let Some(workflow) = workflow {
            value["Workflow"] = json!({ "Status": workflow });
        }
        value
    }
}

fn step(stored: Option<Stored>, value: Value) -> Option<Stored> {
    match merge(stored.as_ref(), checked(value), CLIENT(), now()) {
        Imported::New(next) | Imported::Updated(next) => Some(next),
        Imported::Ignored => stored,
    }
}

proptest! {
    #[test]
    fn importing_twice_is_importing_once(values in proptest::collection::vec(provided(), 1..6)) {
        let mut stored = None;
        for value in values {
            let once = step(stored, value.clone());
            let twice = step(once.clone(), value);
            prop_assert_eq!(&once, &twice);
            stored = once;
        }
    }

    /// Of findings in any order, what is there at the end is what the newest said, and suppression outlives them all.
    #[test]
    fn the_newest_wins_and_suppression_stays(values in proptest::collection::vec(provided(), 1..6)) {
        let first = imported(finding());
        let mut stored = Some(said(&first, json!({ "Workflow": { "Status": "SUPPRESSED" } })));
        let mut newest = first.finding.updated_at();
        for value in values {
            newest = newest.max(checked(value.clone()).updated_at());
            stored = step(stored, value);
        }
        let stored = stored.expect("it is there");
        prop_assert_eq!(stored.finding.updated_at(), newest);
        prop_assert_eq!(stored.finding.workflow(), WorkflowStatus::Suppressed);
        // What is stored is within the format, too.
        checked(stored.finding.into_value());
    }
}
