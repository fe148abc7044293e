//! The JSON report: its exact form, and that a baseline reads it.

mod sample;

use sample::{rendered, sample};
use shindan_finding::{Baseline, BaselineState};
use shindan_report::Format;

#[test]
fn the_schema_is_stable() {
    insta::assert_snapshot!(rendered(Format::Json, &sample().report()));
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
