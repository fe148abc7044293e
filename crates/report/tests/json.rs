//! The JSON report: its exact form, and that a baseline reads it.

mod sample;

use std::collections::BTreeSet;

use sample::{rendered, sample};
use shindan_finding::{Baseline, BaselineState};
use shindan_report::Format;

#[test]
fn the_schema_is_stable() {
    insta::assert_snapshot!(rendered(Format::Json, &sample().report()));
}

/// Keys that come from the scanned package or the catalogue do not occur in our schema, so all keys are ours.
fn keys(value: &serde_json::Value, found: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::Array(items) => items.iter().for_each(|item| keys(item, found)),
        serde_json::Value::Object(fields) => {
            for (key, field) in fields {
                found.insert(key.clone());
                keys(field, found);
            }
        }
        _ => {}
    }
}

#[test]
fn every_key_is_documented() {
    let sample = sample();
    let mut report = sample.report();
    report.baseline = Some(&[]);
    let json = serde_json::from_str(&rendered(Format::Json, &report)).expect("JSON");
    let mut found = BTreeSet::new();
    keys(&json, &mut found);
    let documentation = include_str!("../JSON.md");
    let missing: Vec<_> = found
        .iter()
        .filter(|key| !documentation.contains(&format!("`{key}`")))
        .collect();
    assert_eq!(missing, [] as [&String; 0]);
}

#[test]
fn the_value_of_a_secret_is_in_no_report() {
    let sample = sample();
    assert!(
        sample
            .outcome
            .findings
            .iter()
            .any(|f| f.normalized_sink.contains("AKIAIOSFODNN7EXAMPLE"))
    );
    for format in [Format::Text, Format::Json, Format::Sarif] {
        assert!(
            !rendered(format, &sample.report()).contains("AKIAIOSFODNN7EXAMPLE"),
            "{format:?}"
        );
    }
}

#[test]
fn json_and_sarif_serve_as_baselines_and_forget_what_was_suppressed() {
    let sample = sample();
    for format in [Format::Json, Format::Sarif] {
        let baseline =
            Baseline::parse(&rendered(format, &sample.report()), "old").expect("our own report");
        let states: Vec<_> = baseline
            .compare(&sample.outcome.findings, &sample.fingerprints)
            .into_iter()
            .map(BaselineState::name)
            .collect();
        assert_eq!(
            states,
            [
                "unchanged",
                "new",
                "unchanged",
                "unchanged",
                "unchanged",
                "new"
            ],
            "{format:?}"
        );
    }
}

#[test]
fn states_of_a_baseline_are_written() {
    let sample = sample();
    let mut report = sample.report();
    let states = [
        BaselineState::New,
        BaselineState::Unchanged,
        BaselineState::Updated,
    ];
    report.baseline = Some(&states);
    let json: serde_json::Value =
        serde_json::from_str(&rendered(Format::Json, &report)).expect("JSON");
    let sarif: serde_json::Value =
        serde_json::from_str(&rendered(Format::Sarif, &report)).expect("JSON");
    let expected = ["new", "unchanged", "updated", "new", "new", "new"];
    for (i, state) in expected.iter().enumerate() {
        assert_eq!(json["findings"][i]["baseline"], *state);
        assert_eq!(sarif["runs"][0]["results"][i]["baselineState"], *state);
    }
}
