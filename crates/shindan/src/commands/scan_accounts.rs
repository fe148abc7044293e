//! `shindan scan --account`: the functions of AWS accounts, downloaded one after the other and scanned like any package.
//!
//! What cannot be read costs itself alone: the error is written, the report says that it is not complete, and the rest is
//! scanned. Tags do not exclude functions here; somebody asked for them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use shindan_cloud::{CodeHash, Fetched, FetchedLayer, Function, Known, Lambda, Policy, Sessions};
use shindan_finding::Outcome;
use shindan_inspector::{AccountId, FunctionArn, LayerArn};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::aws::Aws;
use crate::cli::ScanArgs;
use crate::commands::scan::{Failures, Scanned, scan_one};
use crate::complaint::{Blame, Complaint};
use crate::merge::{self, Prefix};
use crate::server::account;
use crate::settings::Settings;
use crate::terminal;
use crate::worker::Request;

/// Accounts and Regions that are listed at the same time.
const PARALLEL: usize = 8;

pub(super) fn scan_accounts(
    args: &ScanArgs,
    accounts: &[String],
    settings: &Settings,
    template: &Request,
) -> Result<Scanned, Complaint> {
    let accounts = accounts.iter().map(|text| account(text));
    let mut accounts: Vec<AccountId> = accounts.collect::<Result<_, _>>()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Complaint::program(format!("no runtime can be started: {error}")))?;
    let Aws {
        sessions, regions, ..
    } = runtime.block_on(Aws::open(&args.aws, Policy::Scanner))?;
    if accounts.is_empty() {
        accounts.push(sessions.home());
    }
    accounts.sort_unstable();
    accounts.dedup();
    let folder = tempfile::Builder::new()
        .prefix("shindan-scan-")
        .tempdir()
        .map_err(|error| Complaint::file(&std::env::temp_dir(), "written to", &error))?;
    let mut found = Found::default();
    let mut functions = Vec::new();
    for place in runtime.block_on(sessions.discover(&accounts, &regions, PARALLEL)) {
        let name = format!("{}/{}", place.account, place.region);
        match place.functions {
            Ok(listed) => {
                functions.extend(listed.functions);
                for reason in listed.unreadable {
                    let what = format!("account {}, {}: {reason}", place.account, place.region);
                    found.miss(&name, &Complaint::input(what));
                }
            }
            Err(error) => found.miss(&name, &error.into()),
        }
    }
    choose(&mut functions, &args.functions, &mut found);
    if !args.quiet {
        let count = functions.len();
        terminal::note(&format!(
            "{count} functions in {}",
            places(&accounts, &regions)
        ));
    }
    let mut downloads = Downloads {
        runtime: &runtime,
        sessions: &sessions,
        folder,
        packages: BTreeMap::new(),
        layers: BTreeMap::new(),
    };
    let mut left: BTreeMap<CodeHash, usize> = BTreeMap::new();
    for hash in functions.iter().filter_map(Function::hash) {
        *left.entry(hash).or_default() += 1;
    }
    for function in &functions {
        let name = shown(&function.arn);
        match downloads.get(function, &name, &mut found) {
            Ok(Some(package)) => {
                scan(args, settings, template, &package, &name, &mut found)?;
            }
            Ok(None) => {}
            Err(complaint) if complaint.blame == Blame::Program => return Err(complaint),
            Err(complaint) => found.miss(&name, &complaint),
        }
        if let Some(hash) = function.hash() {
            let left = left.entry(hash).or_default();
            *left = left.saturating_sub(1);
            if *left == 0 {
                downloads.forget(&hash);
            }
        }
    }
    Ok(Scanned {
        outcome: merge::merged(found.outcomes),
        failures: found.failures,
    })
}

/// What was found so far.
#[derive(Default)]
struct Found {
    outcomes: Vec<Outcome>,
    failures: Failures,
}

impl Found {
    /// Tells that something could not be read, here and in the report.
    fn miss(&mut self, name: &str, complaint: &Complaint) {
        terminal::complain(complaint);
        self.note(name, complaint.what.clone());
    }

    /// Tells it in the report alone.
    fn note(&mut self, name: &str, reason: String) {
        let prefix = Prefix::named(name.to_owned());
        self.outcomes.push(merge::unusable(&prefix, &reason));
    }
}

/// A function's files.
struct Package {
    function: Function,
    zip: PathBuf,
    layers: Vec<PathBuf>,
}

/// What was downloaded, in a folder that only this user can read and that goes away at the end.
struct Downloads<'a> {
    runtime: &'a Runtime,
    sessions: &'a Sessions,
    folder: TempDir,
    packages: BTreeMap<CodeHash, PathBuf>,
    /// `None` for those that cannot be had.
    layers: BTreeMap<LayerArn, Option<PathBuf>>,
}

impl Downloads<'_> {
    /// Gets a function's code and layers; `None` when there is nothing to scan.
    fn get(
        &mut self,
        function: &Function,
        name: &str,
        found: &mut Found,
    ) -> Result<Option<Package>, Complaint> {
        let (account, region) = (function.arn.account, &function.arn.region);
        let session = self
            .runtime
            .block_on(self.sessions.session(account, region))?;
        let lambda = session.lambda();
        let known = function.hash().and_then(|hash| self.packages.get(&hash));
        let (function, zip) = match known {
            Some(path) => (function.clone(), path.clone()),
            None => {
                let nothing = Known::default();
                match self.runtime.block_on(lambda.fetch(function, &nothing))? {
                    Fetched::Zip {
                        function,
                        hash,
                        zip,
                    } => {
                        let path = self.write(&zip)?;
                        self.packages.insert(hash, path.clone());
                        (*function, path)
                    }
                    Fetched::Image { .. } => {
                        found.note(
                            name,
                            "it is a container image, and images are not scanned".to_owned(),
                        );
                        return Ok(None);
                    }
                    // What is gone holds no code that runs.
                    Fetched::Deleted | Fetched::Known(_) => return Ok(None),
                }
            }
        };
        let mut layers = Vec::new();
        for layer in &function.layers {
            layers.extend(self.layer(&lambda, layer, name, found)?);
        }
        for layer in &function.unreadable_layers {
            found.note(
                name,
                format!("the layer {layer} is not understood and was not scanned"),
            );
        }
        Ok(Some(Package {
            function,
            zip,
            layers,
        }))
    }

    fn layer(
        &mut self,
        lambda: &Lambda,
        layer: &LayerArn,
        name: &str,
        found: &mut Found,
    ) -> Result<Option<PathBuf>, Complaint> {
        let missing = || format!("the layer {layer} was not scanned");
        if let Some(known) = self.layers.get(layer) {
            if known.is_none() {
                found.note(name, missing());
            }
            return Ok(known.clone());
        }
        let nothing = Known::default();
        let path = match self.runtime.block_on(lambda.fetch_layer(layer, &nothing)) {
            Ok(FetchedLayer::Zip { zip, .. }) => Some(self.write_layer(layer, &zip)?),
            Ok(FetchedLayer::Known(_) | FetchedLayer::Deleted) => {
                let what = format!("{layer} was deleted, so that nobody can download it");
                let complaint = Complaint::input(what);
                terminal::complain(&complaint.with_hint("attach a newer version to its functions"));
                None
            }
            Err(error) => {
                terminal::complain(&error.into());
                None
            }
        };
        if path.is_none() {
            found.note(name, missing());
        }
        self.layers.insert(layer.clone(), path.clone());
        Ok(path)
    }

    /// Packages have names of their own, because those of functions repeat.
    fn write(&self, zip: &[u8]) -> Result<PathBuf, Complaint> {
        let path = tempfile::Builder::new()
            .suffix(".zip")
            .tempfile_in(self.folder.path())
            .and_then(|file| Ok(file.keep()?.1))
            .map_err(|error| Complaint::file(self.folder.path(), "written to", &error))?;
        written(path, zip)
    }

    /// Findings in a layer name its file, so it is called like the layer.
    fn write_layer(&self, layer: &LayerArn, zip: &[u8]) -> Result<PathBuf, Complaint> {
        let arn = layer.to_string();
        let mut parts = arn.rsplit(':');
        let (version, name) = (
            parts.next().unwrap_or_default(),
            parts.next().unwrap_or_default(),
        );
        // Layers of several accounts can have the same name.
        let folder = self
            .folder
            .path()
            .join(layer.account.to_string())
            .join(layer.region.as_str());
        std::fs::create_dir_all(&folder)
            .map_err(|error| Complaint::file(&folder, "made", &error))?;
        written(folder.join(format!("{name}-{version}.zip")), zip)
    }

    fn forget(&mut self, hash: &CodeHash) {
        if let Some(path) = self.packages.remove(hash) {
            // The folder goes away with everything in it at the end.
            let _ = std::fs::remove_file(path);
        }
    }
}

fn written(path: PathBuf, zip: &[u8]) -> Result<PathBuf, Complaint> {
    std::fs::write(&path, zip).map_err(|error| Complaint::file(&path, "written", &error))?;
    Ok(path)
}

fn scan(
    args: &ScanArgs,
    settings: &Settings,
    template: &Request,
    package: &Package,
    name: &str,
    found: &mut Found,
) -> Result<(), Complaint> {
    let as_text = |path: &Path| path.as_os_str().to_owned();
    let handler = package.function.handler.clone();
    let request = Request {
        path: as_text(&package.zip),
        layers: package.layers.iter().map(|layer| as_text(layer)).collect(),
        handler: handler.map(|handler| (handler, package.function.runtime.clone())),
        exclude: settings.excludes_for(&package.zip),
        ..template.clone()
    };
    match scan_one(args, name.to_owned(), request) {
        Ok(finished) => {
            if let Some(why) = &finished.given_up {
                terminal::warn(&format!("{name}: {why}"));
                found.failures.given_up = true;
            }
            let prefix = Prefix::named(name.to_owned());
            found
                .outcomes
                .push(merge::prefixed(finished.outcome, &prefix));
            Ok(())
        }
        Err(complaint) if complaint.blame == Blame::Program => Err(complaint),
        Err(mut complaint) => {
            complaint.what = complaint
                .what
                .replace(&package.zip.display().to_string(), name);
            found.miss(name, &complaint);
            Ok(())
        }
    }
}

/// Keeps the functions that were asked for, by name or ARN. One that is nowhere is missed.
fn choose(functions: &mut Vec<Function>, wanted: &[String], found: &mut Found) {
    if wanted.is_empty() {
        return;
    }
    let is = |function: &Function, text: &str| {
        function.arn.name() == text || function.arn.to_string() == text
    };
    for text in wanted {
        if !functions.iter().any(|function| is(function, text)) {
            let what = format!("no function {text} was found");
            let complaint = Complaint::input(what).with_hint("check name, account and Region");
            found.miss(text, &complaint);
        }
    }
    functions.retain(|function| wanted.iter().any(|text| is(function, text)));
}

/// How a function is shown, and what paths in it begin with.
fn shown(arn: &FunctionArn) -> String {
    format!("{}/{}/{}", arn.account, arn.region, arn.name())
}

fn places(accounts: &[AccountId], regions: &[shindan_inspector::Region]) -> String {
    let count = |number: usize, what: &str| match number {
        1 => format!("1 {what}"),
        number => format!("{number} {what}s"),
    };
    format!(
        "{} and {}",
        count(accounts.len(), "account"),
        count(regions.len(), "Region")
    )
}
