//! The clients of AWS, unmodified, against the service.

use std::path::Path;
use std::process::Command;

use crate::server::{PROGRAM, postgres};

fn run(script: &str, database: Option<&str>, more: &[&str]) {
    let Ok(python) = std::env::var("SHINDAN_TEST_PYTHON") else {
        eprintln!("SHINDAN_TEST_PYTHON is not set: {script} was not run");
        return;
    };
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/clients")
        .join(script);
    let mut command = Command::new(python);
    command.arg(path).arg(PROGRAM).args(more);
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
    run("scenario.py", None, &[]);
}

#[test]
fn a_function_lives_its_life_before_boto3_on_postgres() {
    if let Some(database) = postgres("scenario") {
        run("scenario.py", Some(&database), &[]);
    }
}

#[test]
fn the_aws_cli_enables_lists_and_tags() {
    run("cli.py", None, &[]);
}

#[test]
fn tls_is_spoken_and_packages_and_reports_are_in_buckets() {
    run("buckets.py", None, &[]);
}

/// moto stands in for AWS here; what its Python lacks is said.
#[test]
fn accounts_of_aws_are_scanned_and_kept_being_scanned() {
    run("accounts.py", None, &[]);
}

#[test]
fn accounts_of_aws_are_kept_being_scanned_on_postgres() {
    if let Some(database) = postgres("accounts") {
        run("accounts.py", Some(&database), &[]);
    }
}

/// Prowler brings two gigabytes of other providers' libraries, so it runs where `SHINDAN_TEST_PROWLER` names its program and
/// `SHINDAN_TEST_MOTO` moto's server, which answers everything that is not Inspector.
#[test]
fn prowler_judges_the_service_as_it_is() {
    let program = |name| std::env::var(name).ok();
    match (
        program("SHINDAN_TEST_PROWLER"),
        program("SHINDAN_TEST_MOTO"),
    ) {
        (Some(prowler), Some(moto)) => run("prowler.py", None, &[&prowler, &moto]),
        _ => eprintln!("SHINDAN_TEST_PROWLER or SHINDAN_TEST_MOTO is not set: Prowler was not run"),
    }
}
