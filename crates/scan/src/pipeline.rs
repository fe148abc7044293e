//! The order of work: read and parse every file, analyse code, look for secrets, compare packages, tell what was found and
//! what was not.

use std::collections::BTreeSet;

use rayon::prelude::*;
use rustc_hash::FxHashSet;
use shindan_artifact::{Artifact, Class, CodeLocation, Discovery, Entry, discover};
use shindan_base::{FileId, Interner};
use shindan_catalogue::Catalogue;
use shindan_finding::{DetectorId, Finding, Outcome, Severity};
use shindan_flow::Patterns;
use shindan_secret::Rules;
use shindan_source::Language;

use crate::analysis::Analysis;
use crate::coverage::{coverage, statistics};
use crate::dependencies;
use crate::findings::secrets;
use crate::functions::{self, FunctionCode, is_inside};
use crate::handler::Handler;
use crate::load::{Loaded, Reading};
use crate::options::{Options, Progress, Stage};

/// Stack of a worker thread: parsers and walks recurse, and the depth bound of the trees needs a fraction of it.
const STACK: usize = 64 << 20;

/// Source that one thread handles before a second one pays.
const BYTES_PER_THREAD: u64 = 2 << 20;

/// Scans an artifact.
#[must_use]
pub fn scan(
    artifact: &Artifact,
    catalogue: &Catalogue,
    rules: &Rules,
    options: &Options,
    progress: &dyn Progress,
) -> Outcome {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads(artifact, options.jobs))
        .stack_size(STACK)
        .thread_name(|i| format!("scan-{i}"))
        .build();
    match pool {
        Ok(pool) => pool.install(|| run(artifact, catalogue, rules, options, progress)),
        // Without threads of its own the scan runs on the caller's.
        Err(_) => run(artifact, catalogue, rules, options, progress),
    }
}

/// How many threads are worth their memory: each keeps tens of megabytes, and two megabytes of source take one thread a
/// quarter of a second.
fn threads(artifact: &Artifact, asked: usize) -> usize {
    if asked > 0 {
        return asked;
    }
    let bytes: u64 = artifact
        .entries()
        .iter()
        .filter(|e| matches!(e.class, Class::FirstParty | Class::Config))
        .map(|e| e.size)
        .sum();
    let useful = usize::try_from(bytes / BYTES_PER_THREAD)
        .unwrap_or(usize::MAX)
        .max(1);
    useful.min(std::thread::available_parallelism().map_or(1, usize::from))
}

fn run(
    artifact: &Artifact,
    catalogue: &Catalogue,
    rules: &Rules,
    options: &Options,
    progress: &dyn Progress,
) -> Outcome {
    let names = Interner::new();
    let patterns = Patterns::default();
    let discovery = discover(artifact);
    let reading = Reading {
        artifact,
        catalogue,
        names: &names,
        patterns: &patterns,
        code: options.code,
        secrets: options.secrets,
    };
    let (files, inline) = read(&reading, &discovery, options, progress);
    let functions = all_functions(artifact, &discovery, &files, &inline, options, &names);
    let mut findings: Vec<Finding> = Vec::new();
    let mut failed = Vec::new();
    let mut called = BTreeSet::new();
    if options.code {
        let analysis = Analysis {
            artifact,
            catalogue,
            rules,
            options,
            progress,
            names: &names,
            patterns: &patterns,
            files: &files,
            functions: &functions,
        };
        (findings, failed, called) = analysis.run();
    }
    if options.secrets {
        let found: Vec<Vec<Finding>> = files
            .par_iter()
            .filter(|f| f.for_secrets)
            .map(|f| secrets(f, rules, &options.secret_key))
            .collect();
        findings.extend(found.into_iter().flatten());
    }
    let matched = dependencies::compare(artifact, &files, &names, called, options, progress);
    findings.extend(matched.findings);
    failed.extend(matched.notes.iter().filter(|n| n.incomplete).cloned());
    attribute(&mut findings, &functions);
    soften_tests(&mut findings, &files);
    findings.sort_by(|a, b| a.order().cmp(&b.order()));
    let mut detectors: Vec<_> = Vec::new();
    if options.code {
        detectors.extend(catalogue.detectors.iter().map(|d| d.info.clone()));
    }
    if options.secrets {
        detectors.extend(rules.iter().map(|r| r.info()));
    }
    let found: FxHashSet<&DetectorId> = findings.iter().map(|f| &f.detector).collect();
    for silent in detectors.iter_mut().filter(|d| !found.contains(&d.id)) {
        // Reports tell what a detector is about where it found something; the catalogue tells the rest.
        (silent.description, silent.fix) = (String::new(), String::new());
        silent.references = Vec::new();
    }
    let mut statistics = statistics(&files, detectors.len());
    statistics.packages = matched.packages;
    detectors.extend(matched.infos);
    detectors.sort_by(|a, b| a.id.cmp(&b.id));
    let mut coverage = coverage(
        artifact, &discovery, &files, functions, failed, options, &names,
    );
    let remarks = matched.notes.into_iter().filter(|n| !n.incomplete);
    coverage.notes.extend(remarks);
    coverage.notes.sort();
    Outcome {
        findings,
        coverage,
        detectors,
        upgrades: matched.upgrades,
        statistics,
    }
}

/// Reads every file that may hold code or secrets, in the order of the entries.
fn read(
    reading: &Reading<'_>,
    discovery: &Discovery,
    options: &Options,
    progress: &dyn Progress,
) -> (Vec<Loaded>, Vec<(usize, FileId)>) {
    let entries: Vec<&Entry> = reading
        .artifact
        .entries()
        .iter()
        .filter(|e| !options.exclude.iter().any(|p| p.matches(&e.path)))
        .collect();
    let wanted: Vec<String> = discovery
        .functions
        .iter()
        .flat_map(|f| match (&f.code, &f.handler) {
            (CodeLocation::Path(path), Some(handler)) => {
                let handler = Handler::new(handler, f.runtime.as_deref());
                handler.paths(path.trim_start_matches("./").trim_matches('/'))
            }
            _ => Vec::new(),
        })
        .collect();
    progress.begin(Stage::Read, entries.len());
    let mut files: Vec<Loaded> = entries
        .par_iter()
        .enumerate()
        .map(|(i, entry)| {
            let poisoned = options
                .poisoned
                .iter()
                .find(|(p, _)| *p == entry.path)
                .map(|(_, reason)| reason.as_str());
            progress.enter(Stage::Read, &entry.path);
            let loaded = reading.load(
                entry,
                FileId(i as u32),
                wanted.contains(&entry.path),
                poisoned,
            );
            progress.leave(Stage::Read, &entry.path);
            loaded
        })
        .collect();
    let mut inline = Vec::new();
    for (i, function) in discovery.functions.iter().enumerate() {
        let CodeLocation::Inline(code) = &function.code else {
            continue;
        };
        let language = match code.language {
            Some(shindan_artifact::Language::Python) => Language::Python,
            Some(shindan_artifact::Language::JavaScript) => Language::JavaScript,
            Some(shindan_artifact::Language::Ruby) => Language::Ruby,
            _ => continue,
        };
        let file = FileId(files.len() as u32);
        files.push(reading.inline(file, code, language));
        inline.push((i, file));
    }
    (files, inline)
}

fn all_functions(
    artifact: &Artifact,
    discovery: &Discovery,
    files: &[Loaded],
    inline: &[(usize, FileId)],
    options: &Options,
    names: &Interner,
) -> Vec<FunctionCode> {
    let mut all = functions::declared(artifact, discovery, files, inline, names);
    if let Some((handler, runtime)) = &options.handler {
        all.push(functions::by_option(
            handler,
            runtime.as_deref(),
            files,
            names,
        ));
    }
    all
}

/// Tests are not deployed: what stands in one is a remark.
fn soften_tests(findings: &mut [Finding], files: &[Loaded]) {
    let tests: FxHashSet<&str> = files
        .iter()
        .filter(|f| f.is_test)
        .map(|f| f.path.as_str())
        .collect();
    for finding in findings
        .iter_mut()
        .filter(|f| tests.contains(f.location.path.as_str()))
    {
        finding.severity = Severity::Info;
        finding
            .approximations
            .push("it stands in a test, which is not deployed".to_owned());
    }
}

/// Says whose code each finding is in.
fn attribute(findings: &mut [Finding], functions: &[FunctionCode]) {
    for finding in findings {
        let paths: Vec<&str> = match &finding.vulnerability {
            Some(vulnerability) => (vulnerability.packages.iter())
                .flat_map(|p| p.places.iter().map(|place| place.path.as_str()))
                .collect(),
            None => vec![&finding.location.path],
        };
        let mut names: Vec<String> = functions
            .iter()
            .filter(|f| {
                paths.iter().any(|path| {
                    f.folders.iter().any(|folder| is_inside(path, folder))
                        || (f.folders.is_empty() && f.note.path == *path)
                })
            })
            .map(|f| f.note.name.clone())
            .collect();
        names.sort();
        names.dedup();
        finding.functions = names;
    }
}
