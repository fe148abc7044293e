//! From what a scan says to what Inspector's API shows.
//!
//! Titles, identifiers and texts follow the style of Inspector's own findings: `CWE-89 - SQL injection`,
//! `CVE-2023-30861 - flask`, `python/sql-injection@v1.0`. A finding's identity is the fingerprint of the code, or the
//! vulnerability: neither changes when lines move or a package is upgraded to a version that does not help.

mod code;
mod layers;
mod package;
mod snippet;

use std::collections::BTreeSet;

use shindan_finding::{FindingKind, Outcome, Severity as Found, fingerprints};
use shindan_inspector::finding::Resource;
use shindan_inspector::{Observed, ScanType, Severity, Unseen};
use shindan_inventory::Inventory;
use shindan_store::FunctionState;

pub use layers::LayerFile;
pub(crate) use layers::{layer_path, name_layers};

/// Seals the lines of code around a finding of a function, given with the identity of the finding: a JSON text with the members of the API's
/// `CodeSnippetResult` but for the ARN. `None` when snippets are not to be kept.
pub type Seal = dyn Fn(&FunctionState, &str, &[u8]) -> Option<Vec<u8>> + Send + Sync;

/// What one scan of one kind says about a function.
#[derive(Debug, Default)]
pub struct Translated {
    /// Findings, each identity once.
    pub observed: Vec<Observed>,
    /// What was not looked at.
    pub unseen: Unseen,
    /// Why the scan is incomplete, one line a reason.
    pub notes: String,
}

/// What the scan says in every note about advisories that are missing or damaged, which concern packages only.
const NOT_COMPARED: &str = "`shindan db update`";

/// Lines of notes that are kept.
const MAX_NOTES: usize = 100;

/// The longest line of notes, in characters.
const MAX_NOTE: usize = 500;

/// Translates the findings of one kind of scanning.
#[must_use]
pub fn translate(
    outcome: &Outcome,
    inventory: &Inventory,
    scan: ScanType,
    function: &FunctionState,
    seal: &Seal,
) -> Translated {
    let resource = resource(function);
    let mut known = BTreeSet::new();
    let mut observed = Vec::new();
    // Fingerprints number equal findings among all, so they are taken of all.
    for (finding, fingerprint) in outcome.findings.iter().zip(fingerprints(&outcome.findings)) {
        let info = outcome
            .detectors
            .binary_search_by(|info| info.id.cmp(&finding.detector))
            .ok()
            .map(|at| &outcome.detectors[at]);
        let translated = match (finding.kind, scan) {
            (FindingKind::Dependency, ScanType::Package) => finding
                .vulnerability
                .as_deref()
                .map(|vulnerability| package::observed(vulnerability, info, function, &resource)),
            (FindingKind::Code | FindingKind::Secret, ScanType::Code)
                if finding.ignored_inline.is_none() =>
            {
                Some(code::observed(
                    finding,
                    fingerprint.finding,
                    info,
                    function,
                    &resource,
                    seal,
                ))
            }
            _ => None,
        };
        if let Some(translated) = translated
            && known.insert(translated.identity.clone())
        {
            observed.push(translated);
        }
    }
    Translated {
        observed,
        unseen: unseen(outcome, inventory, scan),
        notes: notes(outcome),
    }
}

/// A function as its findings show it.
#[must_use]
pub fn resource(function: &FunctionState) -> Resource {
    Resource::function(&function.arn, function.tags.clone(), function.details())
}

/// What the scan could not look at for one kind of findings.
///
/// The scan's notes do not say which kind they concern. Packages: what the inventory itself says, and whatever else was
/// skipped in which the inventory saw no package. Code: what was skipped, but for what only the inventory says.
fn unseen(outcome: &Outcome, inventory: &Inventory, scan: ScanType) -> Unseen {
    let of_inventory: BTreeSet<(&str, &str)> = inventory
        .notes
        .iter()
        .filter(|note| note.is_incomplete)
        .map(|note| (note.path.as_str(), note.text.as_str()))
        .collect();
    let seen: BTreeSet<&str> = inventory
        .packages
        .iter()
        .flat_map(|package| &package.places)
        .map(|place| place.path.as_str())
        .collect();
    let saw_packages_in = |path: &str| {
        let within = |rest: &str| rest.is_empty() || rest.starts_with(['/', '!']);
        let mut from = seen
            .range(path..)
            .take_while(|place| place.starts_with(path));
        from.any(|place| place.strip_prefix(path).is_some_and(within))
    };
    let skipped = outcome.coverage.skipped.iter();
    let concerned = skipped.filter(|note| {
        let is_of_inventory = of_inventory.contains(&(note.path.as_str(), note.reason.as_str()));
        note.incomplete
            && match scan {
                ScanType::Code => {
                    !(is_of_inventory || note.path.is_empty() && note.reason.contains(NOT_COMPARED))
                }
                ScanType::Package | ScanType::Network => {
                    is_of_inventory || note.path.is_empty() || !saw_packages_in(&note.path)
                }
            }
    });
    let paths: BTreeSet<String> = concerned.map(|note| note.path.clone()).collect();
    if paths.contains("") {
        Unseen::Everything
    } else if paths.is_empty() {
        Unseen::Nothing
    } else {
        Unseen::Paths(paths)
    }
}

fn notes(outcome: &Outcome) -> String {
    let incomplete = outcome
        .coverage
        .skipped
        .iter()
        .filter(|note| note.incomplete);
    let lines = incomplete.take(MAX_NOTES).map(|note| {
        let line = match note.path.as_str() {
            "" => note.reason.clone(),
            path => format!("{path}: {}", note.reason),
        };
        let visible = line.chars().map(|c| if c.is_control() { ' ' } else { c });
        visible.take(MAX_NOTE).collect::<String>()
    });
    lines.collect::<Vec<_>>().join("\n")
}

const fn severity(found: Found) -> Severity {
    match found {
        Found::Info => Severity::Informational,
        Found::Low => Severity::Low,
        Found::Medium => Severity::Medium,
        Found::High => Severity::High,
        Found::Critical => Severity::Critical,
    }
}

/// A text that is never empty, with what controls a terminal made harmless.
fn text(text: &str, otherwise: &str) -> String {
    let clean: String = text
        .chars()
        .map(|c| if c.is_control() && c != '\n' { ' ' } else { c })
        .collect();
    let clean = clean.trim();
    if clean.is_empty() { otherwise } else { clean }.to_owned()
}

#[cfg(test)]
mod tests;
