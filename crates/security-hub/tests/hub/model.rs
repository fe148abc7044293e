//! Holding what is written against botocore's model of the API, by `asff.py`, which answers a line for a line.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock};

use serde_json::{Value, json};

struct Checker {
    _child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

/// Checks a value against a shape of the model; does nothing where no Python is named.
pub(crate) fn hold(shape: &str, value: &Value) {
    static CHECKER: OnceLock<Option<Mutex<Checker>>> = OnceLock::new();

    let Some(checker) = CHECKER.get_or_init(start) else {
        return;
    };
    let mut checker = checker
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let request = json!({ "shape": shape, "value": value });
    writeln!(checker.requests, "{request}").expect("the checker reads");
    let mut answer = String::new();
    checker
        .answers
        .read_line(&mut answer)
        .expect("the checker answers");
    drop(checker);
    let problems: Vec<String> = serde_json::from_str(&answer).expect("a list of problems");
    assert!(problems.is_empty(), "{shape}: {problems:#?}\n{value:#}");
}

#[expect(clippy::print_stderr, reason = "a test that is not run says so")]
fn start() -> Option<Mutex<Checker>> {
    let Ok(python) = std::env::var("SHINDAN_TEST_PYTHON") else {
        eprintln!("SHINDAN_TEST_PYTHON is not set: shapes were not held against botocore's model");
        return None;
    };
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/asff.py");
    let mut child = Command::new(python)
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("SHINDAN_TEST_PYTHON runs");
    let requests = child.stdin.take().expect("piped");
    let answers = BufReader::new(child.stdout.take().expect("piped"));
    Some(Mutex::new(Checker {
        _child: child,
        requests,
        answers,
    }))
}

#[test]
fn the_checker_finds_what_is_wrong() {
    if std::env::var("SHINDAN_TEST_PYTHON").is_ok() {
        for wrong in [
            json!({ "Id": "x" }),
            json!({ "AccountId": 1 }),
            json!({ "NoSuchMember": "x" }),
            json!({ "AccountId": null }),
            json!({ "InvitedAt": 1_700_000_000 }),
        ] {
            let held = std::panic::catch_unwind(|| hold("Member", &wrong));
            assert!(held.is_err(), "{wrong}");
        }
    }
}
