//! The command from the outside: what it prints, what it returns, what it leaves alone.

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
