//! The example applications show what they are meant to show: every intended finding in the vulnerable versions,
//! nothing in the repaired ones, and nothing left out.
//!
//! `examples/functions/expected.txt` lists the findings, one a line. After a deliberate change write it anew with
//! `UPDATE_EXPECTED=1 cargo test -p shindan-scan --test examples` and read the difference.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use shindan_artifact::{Artifact, Limits};
use shindan_finding::{FunctionStatus, Outcome};
use shindan_scan::{Options, Silent, scan};
use shindan_secret::Rules;

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/functions")
}

fn outcome_of(folder: &Path) -> Outcome {
    let artifact =
        Artifact::open(folder, &Limits::default()).expect("the examples are a readable folder");
    scan(
        &artifact,
        &shindan_detect::builtin(),
        &Rules::builtin(),
        &Options::default(),
        &Silent,
    )
}

fn listing(outcome: &Outcome) -> String {
    let mut lines = String::new();
    for finding in &outcome.findings {
        let location = &finding.location;
        writeln!(
            lines,
            "{} {}:{}",
            finding.detector, location.path, location.region.start_line
        )
        .expect("writing to a string succeeds");
    }
    lines
}

#[test]
fn the_examples_show_exactly_the_intended_findings() {
    let folder = examples();
    let found = listing(&outcome_of(&folder));
    let file = folder.join("expected.txt");
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::write(&file, &found).expect("the list of expected findings can be written");
    }
    let expected =
        std::fs::read_to_string(&file).expect("the list of expected findings can be read");
    let missing: Vec<&str> = expected
        .lines()
        .filter(|line| !found.lines().any(|f| f == *line))
        .collect();
    let surplus: Vec<&str> = found
        .lines()
        .filter(|line| !expected.lines().any(|e| e == *line))
        .collect();
    assert!(
        missing.is_empty() && surplus.is_empty(),
        "missing: {missing:#?}\nnot expected: {surplus:#?}"
    );
    assert_eq!(
        found, expected,
        "the same findings, in another order or number"
    );
}

#[test]
fn the_repaired_examples_are_clean() {
    let outcome = outcome_of(&examples().join("repaired"));
    assert_eq!(listing(&outcome), "");
}

#[test]
fn all_of_the_examples_is_looked_at() {
    let outcome = outcome_of(&examples());
    assert!(
        outcome.coverage.skipped.is_empty(),
        "{:?}",
        outcome.coverage.skipped
    );
    for function in &outcome.coverage.functions {
        assert_eq!(
            function.status,
            FunctionStatus::Scanned,
            "{}",
            function.name
        );
    }
    let in_template = |name: &str| {
        outcome
            .coverage
            .functions
            .iter()
            .filter(|f| f.path == format!("{name}/template.yaml"))
            .count()
    };
    assert_eq!(
        (in_template("vulnerable"), in_template("repaired")),
        (13, 13)
    );
}
