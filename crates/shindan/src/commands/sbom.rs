//! `shindan sbom`: the packages of a function as a bill of materials.

use std::io::{self, Write};
use std::path::PathBuf;

use jiff::Timestamp;
use shindan_inventory::sbom::{self, Document};

use crate::cli::SbomArgs;
use crate::complaint::Complaint;
use crate::exit::Exit;
use crate::output::write_file;
use crate::progress_bar::Watcher;
use crate::terminal;
use crate::worker::{self, Packages, Request};

pub(crate) fn run(args: &SbomArgs) -> Result<Exit, Complaint> {
    let request = Request {
        path: args.path.clone().into_os_string(),
        layers: args
            .layers
            .iter()
            .cloned()
            .map(PathBuf::into_os_string)
            .collect(),
        catalogue: None,
        local: false,
        library: false,
        code: false,
        secrets: false,
        packages: Packages::List,
        jobs: 1,
        handler: None,
        exclude: Vec::new(),
        poisoned: Vec::new(),
        secret_key: [0; 32],
        announce: false,
    };
    let mut watcher = Watcher::new(args.path.display().to_string(), args.quiet);
    let inventory = worker::list(&request, &mut |notice| watcher.take_notice(notice));
    drop(watcher);
    let inventory = inventory?;
    if !args.quiet {
        for note in &inventory.notes {
            let text = format!("{}: {}", note.path, note.text);
            if note.is_incomplete {
                terminal::warn(&text);
            } else {
                terminal::note(&text);
            }
        }
        if inventory.packages.is_empty() {
            terminal::warn("no packages were found");
        }
    }
    let text = sbom::write(&inventory, args.format.into(), &document(args)?);
    match &args.output {
        Some(path) => write_file(path, |out| writeln!(out, "{text}"))?,
        None => terminal::survive_broken_pipe(writeln!(io::stdout().lock(), "{text}"))?,
    }
    Ok(if inventory.notes.iter().any(|n| n.is_incomplete) {
        Exit::Incomplete
    } else {
        Exit::Clean
    })
}

fn document(args: &SbomArgs) -> Result<Document, Complaint> {
    let mut serial = [0; 16];
    getrandom::fill(&mut serial).map_err(|error| {
        Complaint::program(format!("the system gives no random number: {error}"))
    })?;
    let name = args.path.file_name().map_or_else(
        || args.path.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    );
    Ok(Document {
        subject: name,
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        serial,
        created: u64::try_from(Timestamp::now().as_second()).unwrap_or(0),
    })
}
