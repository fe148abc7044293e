//! The clients of AWS, unmodified, against the service.

use std::path::Path;
use std::process::Command;

use crate::server::{PROGRAM, postgres};

fn run(script: &str, database: Option<&str>) {
    let Ok(python) = std::env::var("SHINDAN_TEST_PYTHON") else {
        eprintln!("SHINDAN_TEST_PYTHON is not set: {script} was not run");
        return;
    };
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/clients")
        .join(script);
    let mut command = Command::new(python);
    command.arg(path).arg(PROGRAM);
    if let Some(database) = database {
        command.env("SHINDAN_DATABASE", database);
    }
    let done = command.output().expect("runs");
    let (out, err) = (
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr),
    );
    assert!(done.status.success(), "{out}\n{err}");
}

#[test]
fn a_function_lives_its_life_before_boto3() {
    run("scenario.py", None);
}

#[test]
fn a_function_lives_its_life_before_boto3_on_postgres() {
    if let Some(database) = postgres("scenario") {
        run("scenario.py", Some(&database));
    }
}
