//! `shindan db`: where the database is, what is said about it, and what a failed update leaves.

use std::fs;

use crate::support::Sandbox;

const RECORD: &str = r#"{"id": "GHSA-a", "modified": "2026-01-01T00:00:00Z", "aliases": ["CVE-2026-1"], "affected": [
    {"package": {"ecosystem": "npm", "name": "tool"}, "versions": ["1.0.0"]}]}"#;

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("export/npm/GHSA-a.json", RECORD);
    sandbox.write("export/npm/broken.json", "{");
    sandbox.write(
        "export/epss_scores-current.csv",
        "cve,epss,percentile\nCVE-2026-1,0.5,0.9\n",
    );
    sandbox.write("empty/notes.txt", "");
    sandbox
}

#[test]
fn a_database_is_made_from_files_and_described() {
    let sandbox = sandbox();
    let none = sandbox.run(&["db", "status", "--db", "db"]);
    assert_eq!(none.code, 3);
    assert!(none.out.contains("no database"), "{}", none.out);

    let made = sandbox.run(&["db", "update", "--db", "db", "--from", "export"]);
    assert_eq!(made.code, 0, "{}", made.err);
    assert!(made.out.contains("npm 1"), "{}", made.out);
    assert!(made.err.contains("broken.json"), "{}", made.err);

    let status = sandbox.run(&["db", "status", "--db", "db", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&status.out).expect("JSON");
    assert_eq!((status.code, &json["vulnerabilities"]), (0, &1.into()));
    assert_eq!(
        (&json["epss_scores"], &json["newest"]),
        (&1.into(), &"2026-01-01T00:00:00Z".into())
    );

    let quiet = sandbox.run(&["db", "update", "--db", "db", "--from", "export", "--quiet"]);
    assert_eq!(
        (quiet.code, quiet.out.as_str(), quiet.err.as_str()),
        (0, "", "")
    );
}

#[test]
fn the_argument_outranks_the_variable_and_that_the_users_folder() {
    let sandbox = sandbox();
    let data = sandbox.path("data").display().to_string();
    let variable = sandbox.path("variable").display().to_string();
    let update = ["db", "update", "--from", "export"];
    if cfg!(target_os = "linux") {
        assert_eq!(
            sandbox.run_with(&update, &[("XDG_DATA_HOME", &data)]).code,
            0
        );
        assert!(sandbox.path("data/shindan/advisories.index").exists());
        assert_eq!(sandbox.run(&update).code, 2, "there is no home");
    }
    let both = [("XDG_DATA_HOME", data.as_str()), ("SHINDAN_DB", &variable)];
    assert_eq!(sandbox.run_with(&update, &both).code, 0);
    assert!(sandbox.path("variable/advisories.index").exists());
    let run = sandbox.run_with(
        &["db", "update", "--from", "export", "--db", "argument"],
        &both,
    );
    assert_eq!(run.code, 0);
    assert!(sandbox.path("argument/advisories.index").exists());
}

#[test]
fn a_source_that_cannot_be_used_and_a_damaged_database_are_errors_with_advice() {
    let sandbox = sandbox();
    sandbox.run(&["db", "update", "--db", "db", "--from", "export"]);
    for source in ["empty", "absent", "empty/notes.txt", "http://127.0.0.1:1"] {
        let run = sandbox.run(&["db", "update", "--db", "db", "--from", source]);
        assert_eq!(run.code, 2, "{source}");
        assert!(run.err.contains("stays as it was"), "{}", run.err);
        assert_eq!(sandbox.run(&["db", "status", "--db", "db"]).code, 0);
    }
    let index = sandbox.path("db/advisories.index");
    let bytes = fs::read(&index).expect("there");
    fs::write(&index, &bytes[..bytes.len() / 2]).expect("written");
    let run = sandbox.run(&["db", "status", "--db", "db"]);
    assert_eq!(run.code, 2);
    assert!(
        run.err.contains("cut short") && run.err.contains("db update"),
        "{}",
        run.err
    );
}

#[test]
fn a_vulnerability_is_explained_by_any_of_its_ids() {
    let sandbox = crate::dependencies::sandbox();
    sandbox.write(
        "kev.json",
        r#"{"vulnerabilities": [{"cveID": "CVE-2026-1", "dateAdded": "2026-01-01", "dueDate": "2026-01-22"}]}"#,
    );
    let hostile = crate::dependencies::RECORD.replace("runs what", "\\u001b[2J\\u202eruns what");
    sandbox.write("export/PyPI/GHSA-a.json", hostile);
    sandbox.write(
        "export/kev.json",
        std::fs::read(sandbox.path("kev.json")).expect("written"),
    );
    let made = sandbox.run(&["db", "update", "--db", "db", "--from", "export", "--quiet"]);
    assert_eq!(made.code, 0, "{}", made.err);
    let page = sandbox.run(&["explain", "ghsa-a", "--db", "db"]);
    assert_eq!(page.code, 0, "{}", page.err);
    for expected in [
        "CVE-2026-1: Tool \u{fffd}[2J\u{fffd}runs what it is given",
        "GHSA-a · CWE-78 · changed 2026-01-01",
        "critical, 9.8",
        "9.8  CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "known to CISA since 2026-01-01, to be repaired by 2026-01-22",
        "probability of 25.00 %",
        "tool (PyPI)",
        "affected: before 1.4",
        "repaired in: 1.4",
        "https://osv.dev/vulnerability/GHSA-a",
    ] {
        assert!(page.out.contains(expected), "{expected}: {}", page.out);
    }
}

#[test]
fn a_vulnerability_that_cannot_be_explained_says_what_to_do() {
    let sandbox = crate::dependencies::sandbox();
    let missing = sandbox.run(&["explain", "CVE-2026-1", "--db", "elsewhere"]);
    assert_eq!(missing.code, 2);
    assert!(
        missing.err.contains("no advisory database in elsewhere")
            && missing.err.contains("shindan db update"),
        "{}",
        missing.err
    );
    let unknown = sandbox.run(&["explain", "CVE-2026-2", "--db", "db"]);
    assert_eq!(unknown.code, 2);
    assert!(
        unknown.err.contains("knows no CVE-2026-2") && unknown.err.contains("2026-01-01"),
        "{}",
        unknown.err
    );
}
