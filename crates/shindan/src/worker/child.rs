//! The child's side: give up all rights, scan, answer.

use std::io;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use shindan_advisory::Index;
use shindan_artifact::{Artifact, Limits, OpenError};
use shindan_finding::PathPattern;
use shindan_scan::{Dependencies, Options, ThreatModel};

use super::protocol::{Message, Packages, Request, WorkStage, receive};
use super::sandbox;
use super::watchdog::{Reporter, Work, allowance};
use crate::catalogue_folder;
use crate::complaint::Complaint;

/// Opening reads names, not contents; a million of them are slow on some file systems.
const OPENING_COUNTS_AS: u64 = 8 << 20;

/// Does what the request on the standard input says, and answers on the standard output.
pub(crate) fn serve() -> ExitCode {
    let Ok(Some(request)) = receive::<Request>(&mut io::stdin().lock()) else {
        // Somebody typed the hidden argument.
        return ExitCode::from(2);
    };
    let confined = sandbox::enter(&request);
    let work = Arc::new(Work::new(io::stdout(), request.announce));
    let _ = work.tell(&Message::Sandboxed(confined));
    let answer = match work.watch() {
        Ok(()) if request.packages == Packages::List => list(&request, &work),
        Ok(()) => scan(&request, &work),
        Err(error) => Err(Complaint::program(format!(
            "no thread can be started: {error}"
        ))),
    };
    let told = match answer {
        Ok(message) => work.tell(&message),
        Err(complaint) => work.tell(&Message::Refused(complaint)),
    };
    if told.is_err() {
        let too_large = Complaint::program("the result is too large to be passed on");
        let _ = work.tell(&Message::Refused(too_large));
    }
    std::process::exit(0)
}

fn list(request: &Request, work: &Work<io::Stdout>) -> Result<Message, Complaint> {
    let shown = request.path.to_string_lossy();
    work.enter(WorkStage::Open, &shown, allowance(OPENING_COUNTS_AS));
    let artifact = open(request)?;
    let inventory = shindan_scan::inventory(&artifact);
    work.leave(WorkStage::Open, &shown);
    Ok(Message::Inventory(Box::new(inventory)))
}

fn scan(request: &Request, work: &Work<io::Stdout>) -> Result<Message, Complaint> {
    let (catalogue, rules) = catalogue_folder::load(request.catalogue.as_ref().map(Path::new))?;
    let options = options(request)?;
    let shown = request.path.to_string_lossy();
    work.enter(WorkStage::Open, &shown, allowance(OPENING_COUNTS_AS));
    let artifact = open(request)?;
    work.leave(WorkStage::Open, &shown);
    let keeps = matches!(request.packages, Packages::Keep(_));
    let reporter = Reporter::new(work, &artifact, keeps);
    let outcome = shindan_scan::scan(&artifact, &catalogue, &rules, &options, &reporter);
    // The process ends soon, and the system takes the memory back faster than destructors do.
    std::mem::forget((catalogue, rules, artifact));
    Ok(Message::Outcome(Box::new(outcome)))
}

fn open(request: &Request) -> Result<Artifact, Complaint> {
    let limits = Limits::default();
    let mut artifact = Artifact::open(Path::new(&request.path), &limits).map_err(|error| {
        let complaint = Complaint::input(error.to_string());
        match error {
            OpenError::BadArchive { .. } => complaint
                .with_hint("check that the archive is complete, for instance with `unzip -t`"),
            OpenError::Unreadable { .. } => {
                complaint.with_hint("check the permissions of the file and of the folders above it")
            }
            OpenError::NotFound { .. } | OpenError::NotAFile { .. } => complaint,
        }
    })?;
    for layer in &request.layers {
        let layer = Artifact::open(Path::new(layer), &limits)
            .map_err(|error| Complaint::input(format!("--layer {error}")))?;
        artifact.attach_layer(layer);
    }
    Ok(artifact)
}

fn options(request: &Request) -> Result<Options, Complaint> {
    let patterns = request.exclude.iter().map(|text| {
        PathPattern::new(text).map_err(|why| Complaint::program(format!("pattern `{text}`: {why}")))
    });
    Ok(Options {
        threat_model: ThreatModel {
            local: request.local,
            library: request.library,
        },
        code: request.code,
        secrets: request.secrets,
        dependencies: dependencies(request)?,
        jobs: request.jobs,
        handler: request.handler.clone(),
        exclude: patterns.collect::<Result<_, _>>()?,
        poisoned: request.poisoned.clone(),
        secret_key: request.secret_key,
    })
}

fn dependencies(request: &Request) -> Result<Dependencies, Complaint> {
    let index = match &request.packages {
        Packages::Skip | Packages::List => return Ok(Dependencies::Skip),
        Packages::Match(None) | Packages::Keep(None) => return Ok(Dependencies::Unmatched),
        Packages::Match(Some(index)) | Packages::Keep(Some(index)) => Path::new(index),
    };
    Index::open(index).map_or_else(
        |error| {
            let complaint = format!("the advisory database {}: {error}", index.display());
            Err(Complaint::input(complaint).with_hint("make it anew with `shindan db update`"))
        },
        |index| Ok(Dependencies::Match(Arc::new(index))),
    )
}
