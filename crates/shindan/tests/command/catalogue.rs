//! `explain`, `detectors`, and catalogues of one's own.

use crate::support::{BAD, Sandbox, Scan};

const MINE: &str = r#"
id = "my-print"
title = "Print is not for production"
severity = "low"
confidence = "high"
cwe = [1]
description = "Nobody reads it."
fix = "Use a logger."

[[check]]
language = "python"
call = "print"
message = "this prints"

[[example]]
language = "python"
bad = '''
print(1)
'''
"#;

#[test]
fn every_detector_explains_itself() {
    let sandbox = Sandbox::new();
    let listed = sandbox.run(&["detectors", "--format", "json"]).out;
    let listed: serde_json::Value = serde_json::from_str(&listed).expect("JSON");
    let rows = listed.as_array().expect("a list");
    assert!(rows.len() > 20);
    for kind in ["code", "secret"] {
        let row = rows
            .iter()
            .find(|row| row["kind"] == kind)
            .expect("one of each kind");
        let id = row["id"].as_str().expect("an id");
        let page = sandbox.run(&["explain", id]);
        assert_eq!(page.code, 0);
        for words in [
            "What is wrong",
            "How to repair it",
            "Bad (",
            "Good (",
            "CWE-",
        ] {
            assert!(page.out.contains(words), "{id}: {words}\n{}", page.out);
        }
    }
    let page = sandbox.run(&["explain", "sql-injection"]).out;
    assert!(page.contains("python/sql-injection@v1.0"), "{page}");
}

#[test]
fn an_unknown_detector_is_refused_with_the_nearest() {
    let run = Sandbox::new().run(&["explain", "sql-injektion"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(
        run.err.contains("did you mean `sql-injection`?"),
        "{}",
        run.err
    );
}

#[test]
fn the_list_has_a_line_for_each() {
    let out = Sandbox::new().run(&["detectors"]).out;
    let line = out
        .lines()
        .find(|line| line.starts_with("command-injection "))
        .expect("listed");
    for words in ["critical", "CWE-78", "py", "js"] {
        assert!(line.contains(words), "{line}");
    }
    assert!(out.contains("secret-aws-access-key-id"), "{out}");
    assert!(!out.contains('\x1b'));
}

#[test]
fn a_catalogue_of_ones_own_joins_the_built_in_one() {
    let sandbox = Sandbox::new();
    sandbox.write("mine/detectors/style/my-print.toml", MINE);
    sandbox.write("input/app.py", format!("{BAD}    print(1)\n"));
    let args = ["scan", "input", "--catalogue", "mine", "--format", "json"];
    let scan = Scan::of(sandbox.run(&args));
    assert_eq!(
        scan.findings(),
        ["command-injection app.py:3", "my-print app.py:4"]
    );
    let page = sandbox.run(&["explain", "my-print", "--catalogue", "mine"]);
    assert!(page.out.contains("Nobody reads it."), "{page:?}");
}

#[test]
fn mistakes_in_a_catalogue_are_named_with_their_file() {
    let sandbox = Sandbox::new();
    sandbox.write("input/app.py", BAD);
    sandbox.write(
        "mine/detectors/my-print.toml",
        MINE.replace("severity", "severe"),
    );
    sandbox.write("empty/readme.txt", "");
    let run = sandbox.run(&["scan", "input", "--catalogue", "mine"]);
    assert_eq!(run.code, 2);
    assert!(
        run.err.contains("my-print.toml") && run.err.contains("severe"),
        "{}",
        run.err
    );
    let run = sandbox.run(&["scan", "input", "--catalogue", "empty"]);
    assert!(
        run.err.contains("there is no TOML file in it"),
        "{}",
        run.err
    );
}
