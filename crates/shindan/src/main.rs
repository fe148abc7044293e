//! The command `shindan`: what it is asked, where things are, and what it answers.
//!
//! Knows commands, settings, progress and exit codes; how a package is scanned and how a result is written is the
//! business of the crates below. All reading of what is scanned happens in a child process without rights
//! ([`worker`]); this process never opens a scanned file.

mod aws;
mod catalogue_folder;
mod cli;
mod commands;
mod complaint;
mod database;
mod exit;
mod merge;
mod output;
mod progress_bar;
mod secret_key;
mod server;
mod settings;
mod settings_paths;
mod terminal;
mod vex;
mod worker;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, Command};
use crate::exit::Exit;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    use_small_pages();
    // Before the arguments are parsed: the worker takes none, and must not be slowed down by them.
    if std::env::args_os()
        .nth(1)
        .is_some_and(|first| first == worker::ARGUMENT)
    {
        return worker::serve();
    }
    let cli = Cli::parse();
    terminal::choose_colour(cli.color);
    let done = match cli.command {
        Command::Scan(args) => commands::scan::run(&args),
        Command::Sbom(args) => commands::sbom::run(&args),
        Command::Explain(args) => commands::explain::run(&args),
        Command::Detectors(args) => commands::detectors::run(&args),
        Command::Db(args) => database::run(&args),
        Command::Serve(args) => commands::serve::run(&args),
        Command::Push(args) => commands::push::run(&args),
        Command::Access(args) => commands::access::run(&args),
        Command::Organization(args) => commands::organization::run(&args),
        Command::Backup(args) => commands::backup::backup(&args),
        Command::Restore(args) => commands::backup::restore(&args),
    };
    match done {
        Ok(exit) => exit.into(),
        Err(complaint) => {
            terminal::complain(&complaint);
            Exit::from(&complaint).into()
        }
    }
}

/// Asks for pages of the usual size, here and in the child: the allocator spreads small objects over many places, and
/// huge pages would double the memory in use and have the kernel clear what is never touched.
fn use_small_pages() {
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::disable_transparent_huge_pages(true);
}
