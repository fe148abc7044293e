//! The service from the outside: the real program, started, spoken to as clients do, and killed.
//!
//! With `SHINDAN_TEST_POSTGRES` (a URL whose user may create databases) the tests run on PostgreSQL too; with
//! `SHINDAN_TEST_PYTHON` (an interpreter that has boto3) the clients of AWS run against it. `.ci/run` sets both.

#![expect(clippy::print_stderr, reason = "a test that is not run says so")]

mod backup;
mod chaos;
mod clients;
mod sdk;
mod server;
