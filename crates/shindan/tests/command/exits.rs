//! Exit codes, formats and destinations.

use std::io::Read;
use std::process::{Command, Stdio};

use crate::support::{BAD, GOOD, Sandbox, Scan};

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("input/bad/app.py", BAD);
    sandbox.write("input/good/app.py", GOOD);
    sandbox.write("input/broken/app.py", "def handler(:\n");
    sandbox
}

#[test]
fn exit_codes_are_as_documented() {
    let sandbox = sandbox();
    for (args, code) in [
        (&["scan", "input/good"][..], 0),
        (&["scan", "input/bad"], 1),
        (&["scan", "input/bad", "--fail-on", "critical"], 1),
        (&["scan", "input/bad", "--fail-on", "never"], 0),
        (&["scan", "input/bad", "input/broken"], 1),
        (&["scan", "input/bad", "input/absent"], 1),
        (&["scan", "input/good", "input/absent"], 2),
        (&["scan", "input/absent"], 2),
        (&["scan"], 2),
        (&["scan", "input/good", "--fail-on", "sometimes"], 2),
        (&["scan", "input/good", "--jobs", "0"], 2),
        (&["scan", "input/good", "--runtime", "python3.12"], 2),
        (&["scan", "input/good", "--layer", "input/absent.zip"], 2),
        (
            &["scan", "input/good", "--baseline", "input/absent.json"],
            2,
        ),
        (&["scan", "input/good", "--catalogue", "input/absent"], 2),
        (&["scan", "input/good", "--output", "absent/report.json"], 2),
        (&["scan", "input/broken"], 3),
        (&["--help"], 0),
        (&["--version"], 0),
        (&[], 2),
    ] {
        let run = sandbox.run(args);
        assert_eq!(run.code, code, "{args:?}\n{}\n{}", run.out, run.err);
    }
}

#[test]
fn the_report_says_incomplete_although_findings_decide_the_code() {
    let run = sandbox().run(&["scan", "input/bad", "input/broken"]);
    assert!(run.out.contains("Incomplete:"), "{}", run.out);
    assert!(run.out.contains("input/bad/app.py:3"), "{}", run.out);
    assert!(run.out.contains("input/broken/app.py"), "{}", run.out);
}

#[test]
fn one_unusable_path_of_several_is_told_and_the_others_are_scanned() {
    let run = sandbox().run(&["scan", "input/absent", "input/bad", "--format", "json"]);
    assert!(
        run.err
            .contains("error: input/absent: no such file or folder"),
        "{}",
        run.err
    );
    let scan = Scan::of(run);
    scan.says("input/absent", "no such file or folder");
    assert_eq!(scan.findings(), ["command-injection input/bad/app.py:3"]);
}

#[test]
fn a_source_file_alone_keeps_its_name() {
    let sandbox = sandbox();
    let one = Scan::of(sandbox.run(&["scan", "input/bad/app.py", "--format", "json"]));
    assert_eq!(one.findings(), ["command-injection app.py:3"]);
    let two = [
        "scan",
        "./input/bad/app.py",
        "input/good/app.py",
        "--format",
        "json",
    ];
    let two = Scan::of(sandbox.run(&two));
    assert_eq!(two.findings(), ["command-injection input/bad/app.py:3"]);
}

#[test]
fn help_tells_the_exit_codes() {
    let help = sandbox().run(&["scan", "--help"]).out;
    for words in [
        "Exit codes:",
        "  3  nothing found, but",
        "Examples:",
        "--threat-model",
    ] {
        assert!(help.contains(words), "{words}\n{help}");
    }
    assert!(!help.contains("__scan-worker"));
}

#[test]
fn colours_follow_the_rules_of_the_ecosystem() {
    let sandbox = sandbox();
    let args = ["scan", "input/bad"];
    let is_coloured = |args: &[&str], variables: &[(&str, &str)]| {
        sandbox.run_with(args, variables).out.contains('\x1b')
    };
    assert!(!is_coloured(&args, &[]));
    assert!(is_coloured(&args, &[("CLICOLOR_FORCE", "1")]));
    assert!(!is_coloured(&args, &[("NO_COLOR", "1")]));
    assert!(is_coloured(
        &["--color", "always", "scan", "input/bad"],
        &[("NO_COLOR", "1")]
    ));
    let never = ["scan", "input/bad", "--color", "never"];
    assert!(!is_coloured(&never, &[("CLICOLOR_FORCE", "1")]));
}

#[test]
fn reports_go_to_files_whole() {
    let sandbox = sandbox();
    sandbox.write("reports/report.sarif", "old");
    let args = [
        "scan",
        "input/bad",
        "--format",
        "sarif",
        "--output",
        "reports/report.sarif",
    ];
    let run = sandbox.run(&args);
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    assert!(
        run.err.contains("; report written to reports/report.sarif"),
        "{}",
        run.err
    );
    let text = std::fs::read_to_string(sandbox.path("reports/report.sarif")).expect("written");
    let sarif: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(sarif["version"], "2.1.0");
    let results = &sarif["runs"][0]["results"];
    assert_eq!(results[0]["ruleId"], "command-injection", "{results}");
    let names: Vec<_> = std::fs::read_dir(sandbox.path("reports"))
        .expect("there")
        .collect();
    assert_eq!(names.len(), 1);
    let quiet = sandbox.run(&[&args[..], &["--quiet"]].concat());
    assert_eq!(quiet.err, "");
}

#[test]
fn a_closed_pipe_is_no_error() {
    let sandbox = sandbox();
    for args in [
        &["scan", "input/bad"][..],
        &["detectors"],
        &["explain", "sql-injection"],
    ] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_shindan"))
            .args(args)
            .current_dir(sandbox.path(""))
            .env("XDG_STATE_HOME", sandbox.path("state"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command starts");
        drop(child.stdout.take());
        let mut said = String::new();
        child
            .stderr
            .take()
            .expect("piped")
            .read_to_string(&mut said)
            .expect("UTF-8");
        let code = child.wait().expect("it ends").code();
        assert!(
            code.is_some_and(|code| code < 2),
            "{args:?}: {code:?} {said}"
        );
        assert_eq!(said, "", "{args:?}");
    }
}

#[test]
fn parts_can_be_scanned_alone() {
    let sandbox = sandbox();
    sandbox.write(
        "input/both/app.py",
        format!("{BAD}key = '{}{}'\n", "AKIA", "Z7QK2MXN4RJ5TV3B"),
    );
    let found = |only: &[&str]| {
        let args = [&["scan", "input/both", "--format", "json"][..], only].concat();
        Scan::of(sandbox.run(&args)).findings()
    };
    let code = "command-injection app.py:3";
    let secret = "secret-aws-access-key-id app.py:4";
    assert_eq!(found(&["--only", "code"]), [code]);
    assert_eq!(found(&["--only", "secrets"]), [secret]);
    assert_eq!(found(&[]), [code, secret]);
}
