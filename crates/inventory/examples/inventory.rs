//! Lists the packages of a folder or archive, one a line: `inventory PATH`.

use std::path::Path;
use std::process::ExitCode;

use shindan_artifact::{Artifact, Limits};
use shindan_inventory::take;

#[allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the terminal"
)]
fn main() -> ExitCode {
    let Some(path) = std::env::args().nth(1) else {
        eprintln!("usage: inventory PATH");
        return ExitCode::from(2);
    };
    let artifact = match Artifact::open(Path::new(&path), &Limits::default()) {
        Ok(artifact) => artifact,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(2);
        }
    };
    let inventory = take(&artifact);
    for package in &inventory.packages {
        let version = package.version.as_deref().unwrap_or("?");
        let evidence = package.evidence.name();
        let overruled = if package.overruled { " overruled" } else { "" };
        let vendored = if package.vendored { " vendored" } else { "" };
        println!(
            "{} {} {version} {evidence}{overruled}{vendored} {}",
            package.ecosystem, package.name, package.places[0].path
        );
    }
    for note in &inventory.notes {
        eprintln!("{}: {}", note.path, note.text);
    }
    ExitCode::SUCCESS
}
