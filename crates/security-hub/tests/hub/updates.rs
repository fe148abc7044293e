//! BatchUpdateFindings.

use serde_json::json;
use shindan_security_hub::import::Stored;
use shindan_security_hub::update::{Update, UpdateFault, identifiers};

use crate::model;
use crate::sample::{finding, imported, now, with};

#[test]
fn everything_that_customers_may_set_is_set() {
    let update = json!({
        "Note": { "Text": "is known", "UpdatedBy": "somebody" },
        "Severity": { "Label": "LOW" },
        "VerificationState": "BENIGN_POSITIVE",
        "Confidence": 42,
        "Criticality": 0,
        "Types": ["TTPs"],
        "UserDefinedFields": { "ticket": "7" },
        "Workflow": { "Status": "SUPPRESSED" },
        "RelatedFindings": [{ "ProductArn": "arn:aws:securityhub:ap-northeast-1::product/aws/inspector", "Id": "other" }],
    });
    let stored = imported(with(
        finding(),
        json!({ "Severity": { "Label": "HIGH", "Original": "8" } }),
    ));
    let next = Update::parse(&update)
        .expect("an update")
        .apply(&stored, now())
        .expect("fits");
    let shown = next.finding.clone().into_value();
    for (pointer, value) in [
        ("/Note/UpdatedAt", json!("2026-06-01T12:00:00.000Z")),
        (
            "/Severity",
            json!({ "Label": "LOW", "Normalized": 1, "Original": "8" }),
        ),
        (
            "/FindingProviderFields/Severity",
            json!({ "Label": "HIGH", "Original": "8" }),
        ),
        ("/VerificationState", json!("BENIGN_POSITIVE")),
        ("/Confidence", json!(42)),
        ("/Criticality", json!(0)),
        ("/Types", json!(["TTPs"])),
        ("/UserDefinedFields", json!({ "ticket": "7" })),
        ("/Workflow/Status", json!("SUPPRESSED")),
        ("/RelatedFindings/0/Id", json!("other")),
        // The provider's time is not the customer's to move.
        ("/UpdatedAt", json!("2026-05-01T00:00:00Z")),
    ] {
        assert_eq!(shown.pointer(pointer), Some(&value), "{pointer}");
    }
    model::hold("AwsSecurityFinding", &shown);
    let again = Update::parse(&update)
        .expect("an update")
        .apply(&next, now());
    assert_eq!(again, Ok(next));
}

#[test]
fn what_is_out_of_bounds_is_refused() {
    for update in [
        json!({}),
        json!({ "Note": { "Text": "no author" } }),
        json!({ "Note": { "Text": "x".repeat(513), "UpdatedBy": "me" } }),
        json!({ "Severity": {} }),
        json!({ "Severity": { "Label": "BAD" } }),
        json!({ "Severity": { "Normalized": 101 } }),
        json!({ "VerificationState": "MAYBE" }),
        json!({ "Confidence": -1 }),
        json!({ "Criticality": 1.5 }),
        json!({ "Types": "TTPs" }),
        json!({ "UserDefinedFields": { "a": 1 } }),
        json!({ "UserDefinedFields": { "": "a" } }),
        json!({ "Workflow": { "Status": "DONE" } }),
        json!({ "RelatedFindings": [{ "Id": "x" }] }),
    ] {
        let error = Update::parse(&update).expect_err("refused");
        assert_eq!(error.kind.name(), "InvalidInputException", "{update}");
    }
}

#[test]
fn identifiers_are_1_to_100_and_each_counts_once() {
    let one = json!({ "Id": "a", "ProductArn": "p" });
    for body in [
        json!({}),
        json!({ "FindingIdentifiers": [] }),
        json!({ "FindingIdentifiers": vec![one.clone(); 101] }),
        json!({ "FindingIdentifiers": [{ "Id": "a" }] }),
    ] {
        assert!(identifiers(&body).is_err(), "{body}");
    }
    let (once, again) =
        identifiers(&json!({ "FindingIdentifiers": [one, one] })).expect("identifiers");
    assert_eq!((once.len(), again.len()), (1, 1));
    assert_eq!(again[0].code, UpdateFault::Duplicated);
    model::hold("BatchUpdateFindingsUnprocessedFinding", &again[0].to_json());
}

#[test]
fn a_finding_does_not_outgrow_its_bound() {
    let stored: Stored = imported(with(
        finding(),
        json!({ "Action": { "x": "a".repeat(238 * 1024) } }),
    ));
    let fields: serde_json::Map<_, _> = (0..50)
        .map(|n| (n.to_string(), "x".repeat(1024).into()))
        .collect();
    let update = Update::parse(&json!({ "UserDefinedFields": fields })).expect("an update");
    assert_eq!(update.apply(&stored, now()), Err(UpdateFault::TooLarge));
}
