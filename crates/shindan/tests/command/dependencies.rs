//! Standard scanning from the outside: what is compared, what is said without a database, bills of materials, VEX.
//! The use of packages by own code is in `usage.rs`.

use serde_json::{Value, json};

use crate::support::{GOOD, Run, Sandbox, Scan};

pub(crate) const RECORD: &str = r#"{"id": "GHSA-a", "modified": "2026-01-01T00:00:00Z", "aliases": ["CVE-2026-1"],
    "summary": "Tool runs what it is given", "database_specific": {"cwe_ids": ["CWE-78"]},
    "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
    "affected": [{"package": {"ecosystem": "PyPI", "name": "tool"},
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.4"}]}]}]}"#;

/// A function with two requirements, of which one has a vulnerability, and a database that knows it.
pub(crate) fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("export/PyPI/GHSA-a.json", RECORD);
    sandbox.write(
        "export/epss.csv",
        "cve,epss,percentile\nCVE-2026-1,0.25,0.9\n",
    );
    sandbox.write("input/app.py", format!("import tool\n{GOOD}"));
    sandbox.write("input/requirements.txt", "other==2.0\nTool==1.3\n");
    let made = sandbox.run(&["db", "update", "--db", "db", "--from", "export", "--quiet"]);
    assert_eq!(made.code, 0, "{}", made.err);
    sandbox
}

pub(crate) fn scan(sandbox: &Sandbox, path: &str, more: &[&str]) -> Scan {
    let args = ["scan", path, "--format", "json", "--db", "db", "--quiet"];
    Scan::of(sandbox.run(&[&args, more].concat()))
}

pub(crate) fn findings(scan: &Scan) -> &[Value] {
    scan.report["findings"].as_array().expect("a list")
}

#[test]
fn a_vulnerable_package_is_a_finding_with_all_that_is_known() {
    let sandbox = sandbox();
    let scan = scan(&sandbox, "input", &[]);
    assert_eq!(scan.code, 1);
    let [finding] = findings(&scan) else {
        panic!("{}", scan.text)
    };
    assert_eq!(
        (
            &finding["detector"],
            &finding["kind"],
            &finding["severity"],
            &finding["cwe"]
        ),
        (
            &json!("CVE-2026-1"),
            &json!("dependency"),
            &json!("critical"),
            &json!([78])
        )
    );
    assert_eq!(finding["message"], "Tool 1.3: Tool runs what it is given");
    assert_eq!(finding["location"]["path"], "requirements.txt");
    assert_eq!(finding["location"]["startLine"], 2);
    let vulnerability = &finding["vulnerability"];
    assert_eq!(vulnerability["aliases"], json!(["GHSA-a"]));
    assert_eq!(
        (
            &vulnerability["score"],
            &vulnerability["epss"]["probability"]
        ),
        (&json!(9.8), &json!(0.25))
    );
    let package = &vulnerability["packages"][0];
    assert_eq!(package["purl"], "pkg:pypi/tool@1.3");
    assert_eq!(
        (&package["fixed"], &package["usage"]),
        (&json!(["1.4"]), &json!("imported"))
    );
    assert_eq!(scan.report["statistics"]["packages"], 2);

    let only_code = self::scan(&sandbox, "input", &["--only", "code"]);
    assert_eq!((only_code.code, findings(&only_code).len()), (0, 0));
    let only_packages = self::scan(&sandbox, "input", &["--only", "deps"]);
    assert_eq!((only_packages.code, findings(&only_packages).len()), (1, 1));
}

#[test]
fn without_a_database_packages_make_a_scan_incomplete_and_never_clean() {
    let sandbox = sandbox();
    let run = sandbox.run(&["scan", "input"]);
    assert_eq!(run.code, 3);
    assert!(
        run.out
            .contains("2 packages were not compared with advisories"),
        "{}",
        run.out
    );
    assert!(run.out.contains("shindan db update"), "{}", run.out);
    let named = sandbox.run(&["scan", "input", "--db", "elsewhere"]);
    assert_eq!(named.code, 2, "a database that is named must be there");
    assert!(named.err.contains("no advisory database"), "{}", named.err);
    sandbox.write("plain/app.py", GOOD);
    assert_eq!(
        sandbox.run(&["scan", "plain"]).code,
        0,
        "no packages, nothing to compare"
    );
}

#[test]
fn a_damaged_database_is_an_error_that_names_it() {
    let sandbox = sandbox();
    sandbox.write("db/advisories.index", "not an index");
    let run = sandbox.run(&["scan", "input", "--db", "db"]);
    assert_eq!(run.code, 2);
    assert!(
        run.err.contains("advisories.index") && run.err.contains("db update"),
        "{}",
        run.err
    );
}

#[test]
fn every_bill_of_materials_gives_the_findings_of_its_package() {
    let sandbox = sandbox();
    let essence = |scan: &Scan| -> Vec<(Value, Value)> {
        let of = |f: &Value| (f["detector"].clone(), f["vulnerability"].clone());
        findings(scan).iter().map(of).collect()
    };
    let expected = essence(&scan(&sandbox, "input", &["--only", "deps"]));
    assert_eq!(expected.len(), 1);
    for format in [
        "cyclonedx-1.4",
        "cyclonedx-1.5",
        "cyclonedx-1.6",
        "spdx-2.3",
    ] {
        let file = format!("{format}.json");
        let args = [
            "sbom", "input", "--format", format, "--output", &file, "--quiet",
        ];
        let Run { code, err, .. } = sandbox.run(&args);
        assert_eq!(code, 0, "{format}: {err}");
        assert_eq!(
            essence(&scan(&sandbox, &file, &["--only", "deps"])),
            expected,
            "{format}"
        );
    }
}

#[test]
fn statements_and_rules_suppress_with_a_reason_and_hide_nothing() {
    let sandbox = sandbox();
    let statement = r#"{"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://vex.example/1", "author": "us",
        "timestamp": "2026-01-02T00:00:00Z", "version": 1, "statements": [{"vulnerability": {"name": "GHSA-a"},
        "products": [{"@id": "pkg:pypi/tool@1.3"}], "status": "not_affected",
        "justification": "vulnerable_code_not_in_execute_path"}]}"#;
    sandbox.write("vex.json", statement);
    let stated = scan(&sandbox, "input", &["--vex", "vex.json"]);
    assert_eq!((stated.code, findings(&stated).len()), (0, 1));
    let suppression = &findings(&stated)[0]["suppression"];
    assert_eq!(suppression["by"], "vex");
    assert_eq!(suppression["reason"], "vulnerable_code_not_in_execute_path");
    sandbox.write("broken.json", "{}");
    assert_eq!(
        sandbox.run(&["scan", "input", "--vex", "broken.json"]).code,
        2
    );

    let rule = "[[ignore]]\ndetector = \"GHSA-a\"\nreason = \"never called\"\n";
    sandbox.write("input/shindan.toml", rule);
    let ruled = scan(&sandbox, "input", &[]);
    assert_eq!(ruled.code, 0, "an alias names it too");
    assert_eq!(findings(&ruled)[0]["suppression"]["by"], "config");
}

#[test]
fn what_is_only_for_development_or_has_no_version_is_counted_and_not_compared() {
    let sandbox = sandbox();
    sandbox.write("input/requirements.txt", "tool>=1.0\n");
    let scan = scan(&sandbox, "input", &[]);
    assert_eq!((scan.code, findings(&scan).len()), (0, 0));
    let notes = scan.report["coverage"]["notes"].to_string();
    assert!(notes.contains("1 package was not compared"), "{notes}");
}

#[test]
fn a_call_of_what_the_advisory_names_is_told() {
    let sandbox = sandbox();
    let record = RECORD.replace("\"PyPI\"", "\"npm\"").replace(
        "\"ranges\"",
        "\"ecosystem_specific\": {\"affected_functions\": [\"tool.render\"]}, \"ranges\"",
    );
    sandbox.write("functions/GHSA-a.json", record);
    let made = sandbox.run(&[
        "db",
        "update",
        "--db",
        "db",
        "--from",
        "functions",
        "--quiet",
    ]);
    assert_eq!(made.code, 0, "{}", made.err);
    let lock = r#"{"name": "f", "lockfileVersion": 3, "packages": {"": {"dependencies": {"tool": "1.3.0"}},
        "node_modules/tool": {"version": "1.3.0"}}}"#;
    sandbox.write("node/package-lock.json", lock);
    for (call, usage) in [("render", "called"), ("parse", "imported")] {
        let code = format!(
            "const tool = require('tool');\nexports.handler = async (event) => tool.{call}(event.a);\n"
        );
        sandbox.write("node/index.js", code);
        let scan = scan(&sandbox, "node", &[]);
        let found = findings(&scan).iter().find(|f| f["kind"] == "dependency");
        let package = &found.expect("vulnerable")["vulnerability"]["packages"][0];
        assert_eq!(package["usage"], usage, "{}", scan.text);
    }
}

#[test]
fn a_package_whose_installed_copy_is_excluded_cost_all_dependencies() {
    let sandbox = sandbox();
    let package = |name: &str| format!(r#"{{"name": "{name}", "version": "1.3.0"}}"#);
    sandbox.write("node/node_modules/other/package.json", package("other"));
    sandbox.write("node/sub/node_modules/gone/package.json", package("gone"));
    // The lock file's entry is overruled by what is installed beside it, the copy in `sub` is not looked at.
    let lock = r#"{"name": "f", "lockfileVersion": 3, "packages": {"": {"dependencies": {"gone": "1.3.0"}},
        "node_modules/gone": {"version": "1.3.0"}, "node_modules/other": {"version": "1.3.0"}}}"#;
    sandbox.write("node/package-lock.json", lock);
    sandbox.write("node/shindan.toml", "[paths]\nexclude = [\"sub\"]\n");
    let tool = RECORD
        .replace("\"PyPI\"", "\"npm\"")
        .replace("\"tool\"", "\"gone\"");
    sandbox.write("gone/GHSA-a.json", tool.replace("\"1.4\"", "\"1.4.0\""));
    let made = sandbox.run(&["db", "update", "--db", "db", "--from", "gone", "--quiet"]);
    assert_eq!(made.code, 0, "{}", made.err);
    let scan = scan(&sandbox, "node", &["--only", "deps"]);
    assert_eq!((scan.code, findings(&scan).len()), (0, 0), "{}", scan.text);
    assert_eq!(scan.report["statistics"]["packages"], 1);
}

/// Replaces the database by one with a record about `tool` for each list of events.
fn know(sandbox: &Sandbox, events: &[(&str, &str)]) {
    for (id, events) in events {
        let record = RECORD
            .replace("GHSA-a", &format!("GHSA-{id}"))
            .replace("CVE-2026-1", &format!("CVE-2026-{id}"));
        let (before, _) = record.split_once("\"events\"").expect("one range");
        let record = format!("{before}\"events\": {events}}}]}}]}}");
        sandbox.write(&format!("known/GHSA-{id}.json"), record);
    }
    let made = sandbox.run(&["db", "update", "--db", "db", "--from", "known", "--quiet"]);
    assert_eq!((made.code, made.err.as_str()), (0, ""));
}

#[test]
fn the_version_that_closes_most_is_named_and_not_the_highest() {
    let sandbox = sandbox();
    know(
        &sandbox,
        &[
            ("1", r#"[{"introduced": "0"}, {"fixed": "1.4"}]"#),
            ("2", r#"[{"introduced": "0"}, {"fixed": "1.6"}]"#),
            ("3", r#"[{"introduced": "0"}, {"fixed": "1.6"}]"#),
            // Came back in 1.5, so that no version closes all.
            (
                "4",
                r#"[{"introduced": "0"}, {"fixed": "1.4"}, {"introduced": "1.5"}, {"fixed": "2.0"}]"#,
            ),
            // Was not there before 1.7, which would close the fourth.
            (
                "5",
                r#"[{"introduced": "0"}, {"fixed": "1.4"}, {"introduced": "1.7"}]"#,
            ),
            (
                "6",
                r#"[{"introduced": "0"}, {"fixed": "1.4"}, {"introduced": "1.7"}]"#,
            ),
        ],
    );
    let json = scan(&sandbox, "input", &[]);
    let upgrade = &json.report["upgrades"][0];
    let closed = upgrade["closes"].as_array().expect("a list").len();
    assert_eq!((&upgrade["version"], closed), (&json!("1.6"), 5));
    let text = sandbox.run(&["scan", "input", "--db", "db", "--only", "deps"]);
    let expected =
        "Fix first: Tool 1.6 closes 5 of 6 findings about dependencies: `pip install 'Tool>=1.6'`";
    assert!(text.out.contains(expected), "{}", text.out);

    // What is suppressed is nobody's work.
    let rule = "[[ignore]]\ndetector = \"CVE-2026-2\"\nreason = \"never called\"\n";
    sandbox.write("input/shindan.toml", rule);
    let text = sandbox.run(&["scan", "input", "--db", "db", "--only", "deps"]);
    assert!(text.out.contains("closes 4 of 5 findings"), "{}", text.out);
}

#[test]
fn findings_are_shown_by_urgency_after_those_in_code() {
    let sandbox = sandbox();
    let everywhere = r#"[{"introduced": "0"}]"#;
    know(
        &sandbox,
        &[("1", everywhere), ("2", everywhere), ("3", everywhere)],
    );
    sandbox.write(
        "known/epss.csv",
        "cve,epss,percentile\nCVE-2026-1,0.1,0.5\nCVE-2026-2,0.25,0.9\n",
    );
    sandbox.write(
        "known/kev.json",
        r#"{"title": "t", "catalogVersion": "1", "dateReleased": "2026-01-01T00:00:00Z", "count": 1, "vulnerabilities": [
            {"cveID": "CVE-2026-3", "dateAdded": "2026-01-01", "dueDate": "2026-01-22", "knownRansomwareCampaignUse": "Unknown"}]}"#,
    );
    know(&sandbox, &[]);
    let run = sandbox.run(&["scan", "input", "--db", "db", "--only", "deps"]);
    let shown: Vec<&str> = (run.out.lines())
        .filter(|line| line.starts_with("critical["))
        .filter_map(|line| line.get(9..19))
        .collect();
    assert_eq!(
        shown,
        ["CVE-2026-3", "CVE-2026-2", "CVE-2026-1"],
        "{}",
        run.out
    );
    assert!(
        run.out
            .contains("priority 1 of 3: known exploited, critical severity"),
        "{}",
        run.out
    );
}

#[test]
fn places_of_packages_lacked_the_name_of_their_argument() {
    let sandbox = sandbox();
    sandbox.write("second/requirements.txt", "tool==1.2\n");
    let args = [
        "scan", "input", "second", "--db", "db", "--format", "json", "--quiet",
    ];
    let scan = Scan::of(sandbox.run(&args));
    let places: Vec<&Value> = (findings(&scan).iter())
        .map(|f| &f["vulnerability"]["packages"][0]["places"][0]["path"])
        .collect();
    assert_eq!(
        places,
        ["input/requirements.txt", "second/requirements.txt"]
    );
    assert_eq!(scan.report["statistics"]["packages"], 3);
    let closed: Vec<&Value> = (scan.report["upgrades"].as_array().into_iter().flatten())
        .map(|upgrade| &upgrade["closes"][0]["path"])
        .collect();
    assert_eq!(closed, places, "each has its own upgrade");
}
