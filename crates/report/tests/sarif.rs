//! The SARIF report: its exact form, and the rules that the schema cannot state or that consumers add to it.

mod sample;

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use sample::{rendered, sample};
use serde_json::Value;
use shindan_report::Format;

fn sarif() -> Value {
    serde_json::from_str(&rendered(Format::Sarif, &sample().report())).expect("JSON")
}

fn run(log: &Value) -> &Value {
    &log["runs"][0]
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("")
}

/// Every object in the document that has `key`.
fn having<'a>(value: &'a Value, key: &str, found: &mut Vec<&'a Value>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| having(item, key, found)),
        Value::Object(fields) => {
            found.extend(fields.get(key));
            fields.values().for_each(|field| having(field, key, found));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn the_document_is_stable() {
    let log = rendered(Format::Sarif, &sample().report());
    // Kept where the schema check of the whole project finds it.
    fs::write(
        Path::new(env!("CARGO_TARGET_TMPDIR")).join("sample.sarif"),
        &log,
    )
    .expect("the directory is cargo's");
    let pretty = serde_json::to_string_pretty(&sarif()).expect("JSON");
    insta::assert_snapshot!(pretty);
}

#[test]
fn results_point_at_their_rules() {
    let log = sarif();
    let rules = array(&run(&log)["tool"]["driver"]["rules"]);
    for result in array(&run(&log)["results"]) {
        let index = result["ruleIndex"].as_u64().expect("an index") as usize;
        assert_eq!(rules[index]["id"], result["ruleId"]);
    }
    let ids: HashSet<&str> = rules.iter().map(|r| text(&r["id"])).collect();
    assert_eq!(ids.len(), rules.len());
    assert!(
        !ids.contains("xxe"),
        "a detector without results has no rule"
    );
}

#[test]
fn the_first_tag_is_the_primary_cwe_of_every_finding() {
    let log = sarif();
    let rules = array(&run(&log)["tool"]["driver"]["rules"]);
    for (result, finding) in array(&run(&log)["results"])
        .iter()
        .zip(sample().outcome.findings)
    {
        let tag = format!("external/cwe/cwe-{:03}", finding.cwe[0]);
        let rule = &rules[result["ruleIndex"].as_u64().expect("an index") as usize];
        assert_eq!(text(&rule["properties"]["tags"][0]), tag);
        assert_eq!(text(&result["properties"]["tags"][0]), tag);
        let tags = array(&rule["properties"]["tags"]);
        assert!(tags.contains(&Value::from("security")));
        assert_eq!(
            tags.iter().map(text).collect::<HashSet<_>>().len(),
            tags.len(),
            "tags are a set"
        );
    }
    assert!(
        rules.iter().any(|r| r["id"] == "sql-injection")
            && rules.iter().any(|r| r["id"] == "sql-injection/cwe-943")
    );
}

#[test]
fn uris_are_relative_and_encoded() {
    let log = sarif();
    let mut locations = Vec::new();
    having(&log, "artifactLocation", &mut locations);
    assert!(locations.len() > 10);
    for location in locations {
        let uri = text(&location["uri"]);
        assert_eq!(location["uriBaseId"], "%SRCROOT%");
        assert!(!uri.is_empty() && !uri.starts_with('/'), "{uri}");
        assert!(
            uri.bytes()
                .all(|b| b.is_ascii_graphic() && !br#"<>"\^`{|}#:"#.contains(&b)),
            "{uri}"
        );
    }
}

#[test]
fn regions_are_one_based_and_ordered() {
    let log = sarif();
    let mut regions = Vec::new();
    having(&log, "region", &mut regions);
    for region in regions {
        let number = |key: &str| region[key].as_u64().expect("a number");
        assert!(number("startLine") >= 1 && number("startColumn") >= 1 && number("endColumn") >= 1);
        assert!(
            (number("startLine"), number("startColumn"))
                <= (number("endLine"), number("endColumn"))
        );
    }
}

#[test]
fn flows_run_from_source_to_sink_with_words() {
    let log = sarif();
    let result = &run(&log)["results"][3];
    let steps = array(&result["codeFlows"][0]["threadFlows"][0]["locations"]);
    let messages: Vec<&str> = steps
        .iter()
        .map(|s| text(&s["location"]["message"]["text"]))
        .collect();
    assert_eq!(
        messages,
        [
            "query string of the event",
            "passed to `find`",
            "formatted into a string",
            "run as SQL here"
        ]
    );
    let last = steps.last().expect("steps");
    assert_eq!(
        last["location"]["physicalLocation"]["region"],
        result["locations"][0]["physicalLocation"]["region"]
    );
}

#[test]
fn suppressed_results_stay_and_say_why() {
    let log = sarif();
    let results = array(&run(&log)["results"]);
    let suppressions: Vec<(&str, &str)> = results
        .iter()
        .map(|r| {
            (
                text(&r["suppressions"][0]["kind"]),
                text(&r["suppressions"][0]["justification"]),
            )
        })
        .collect();
    assert_eq!(
        suppressions,
        [
            ("", ""),
            ("inSource", "audited"),
            ("", ""),
            ("", ""),
            ("", ""),
            ("external", "rotated")
        ]
    );
}

#[test]
fn everything_that_was_not_analysed_is_a_notification() {
    let log = sarif();
    let invocation = &run(&log)["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], true);
    let notifications = array(&invocation["toolExecutionNotifications"]);
    let of = |level: &str| notifications.iter().filter(|n| n["level"] == level).count();
    assert_eq!((of("warning"), of("note")), (7, 3));
}

#[test]
fn names_in_the_code_cannot_forge_links_or_control_a_terminal() {
    let raw = rendered(Format::Sarif, &sample().report());
    assert!(
        raw.trim_end()
            .chars()
            .all(|c| !c.is_control() && !('\u{202a}'..='\u{202e}').contains(&c))
    );
    let log = sarif();
    assert!(
        text(&run(&log)["results"][0]["message"]["text"])
            .starts_with("\\[click\\](https://evil.example)")
    );
}

#[test]
fn no_results_make_a_valid_run() {
    let mut sample = sample();
    sample.outcome = shindan_finding::Outcome::default();
    let log: Value =
        serde_json::from_str(&rendered(Format::Sarif, &sample.report())).expect("JSON");
    assert_eq!(run(&log)["results"], Value::Array(Vec::new()));
}
