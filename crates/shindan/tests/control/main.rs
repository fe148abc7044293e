//! The loop of a failed control from the outside: the program against a second one that stands in for AWS.
//!
//! One `shindan serve` has an organization, its members, Inspector and Security Hub. The other program knows it as a URL and
//! access keys, and keeps its decisions in a folder of its own, as on somebody's laptop.

#![expect(clippy::print_stderr, reason = "a test that is not run says so")]

mod article;
mod bad_input;
mod laptop;
mod organization;
#[path = "../service/server.rs"]
#[allow(dead_code, reason = "the service's own tests use all of it")]
mod server;
