//! The command from the outside: what it prints, what it returns, what it leaves alone.

#[path = "../../../cloud/tests/cloud/server.rs"]
#[allow(dead_code, reason = "the tests of the crate `cloud` look at more")]
mod aws_server;
mod bad_accounts;
mod bad_archives;
mod bad_classes;
mod bad_folders;
mod bad_nominal_sources;
mod bad_sources;
mod catalogue;
mod database;
mod dependencies;
mod exits;
mod nominal;
mod same_result;
mod settings;
mod support;
mod usage;
