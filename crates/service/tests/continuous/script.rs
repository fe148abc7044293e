//! A scanner that does what a package says, line by line:
//!
//! - `code FILE LINE SINK`: a weakness; - `package NAME VERSION`: a package; - `skip FILE`: it could not be read;
//! - `unusable` and `fail`: there is no answer; - `slow`: it never ends.

use std::sync::{Arc, Mutex};

use shindan_advisory::Index;
use shindan_finding::{
    Confidence, DetectorId, DetectorInfo, FileNote, Finding, FindingKind, Location, Outcome,
    PackagePlace, Region, Severity, Snippet, Usage, Vulnerability, VulnerablePackage,
};
use shindan_inventory::{
    Confidence as Trust, Evidence, Inventory, Package, PackageManager, Place, Relation, sbom,
};
use shindan_package::{Ecosystem, Purl};
use shindan_service::{ScanAnswer, ScanFailure, ScanRequest, Scanner};

/// What the scanner was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    Scan(String),
    Rematch,
}

#[derive(Clone)]
pub(crate) struct Script {
    pub(crate) asked: Arc<Mutex<Vec<Asked>>>,
    pub(crate) advisories: Arc<Mutex<(String, Arc<Index>)>>,
}

impl Script {
    pub(crate) fn take_asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.asked.lock().expect("no panic"))
    }

    fn answer(&self, mut outcome: Outcome, inventory: Inventory) -> ScanAnswer {
        let (name, index) = self.advisories.lock().expect("no panic").clone();
        for package in &inventory.packages {
            let version = package.version.as_deref().unwrap_or_default();
            let matches = index.matches(package.ecosystem, &package.name, version);
            for hit in matches.expect("a valid index") {
                let known = index.vulnerability(hit.vulnerability).expect("valid");
                outcome
                    .findings
                    .push(vulnerable(known.id, package, version));
                outcome.detectors.push(info(known.id));
            }
        }
        outcome.detectors.push(info("sql-injection"));
        outcome.detectors.sort_by(|a, b| a.id.cmp(&b.id));
        outcome.detectors.dedup();
        ScanAnswer {
            outcome,
            inventory,
            detectors: "detectors 1".to_owned(),
            advisories: name,
        }
    }
}

impl Scanner for Script {
    async fn scan(&self, request: ScanRequest) -> Result<ScanAnswer, ScanFailure> {
        let mut outcome = Outcome::default();
        let mut inventory = Inventory::default();
        let mut all = String::new();
        let files =
            std::iter::once((None, &request.package)).chain((0..).map(Some).zip(&request.layers));
        for (layer, file) in files {
            let text = std::fs::read_to_string(file.path()).expect("a script");
            let name = file.path().file_name().expect("a file").to_string_lossy();
            let prefix = layer.map_or_else(String::new, |_| format!("{name}!/"));
            for line in text.lines() {
                let words: Vec<&str> = line.split(' ').collect();
                match words.as_slice() {
                    ["code", path, line, sink] => {
                        let line = line.parse().expect("a number");
                        outcome
                            .findings
                            .push(weakness(&format!("{prefix}{path}"), line, sink));
                    }
                    ["package", name, version] => {
                        inventory
                            .packages
                            .push(package(name, version, &prefix, layer));
                    }
                    ["skip", path] => outcome.coverage.skipped.push(FileNote {
                        path: (*path).to_owned(),
                        reason: "too large".to_owned(),
                        incomplete: true,
                    }),
                    ["unusable"] => return Err(ScanFailure::Unusable("no archive".to_owned())),
                    ["fail"] => return Err(ScanFailure::Failed("no memory".to_owned())),
                    ["slow"] => std::future::pending().await,
                    _ => {}
                }
            }
            all.push_str(&text);
        }
        self.asked.lock().expect("no panic").push(Asked::Scan(all));
        tokio::task::yield_now().await;
        Ok(self.answer(outcome, inventory))
    }

    async fn rematch(&self, document: Vec<u8>) -> Result<ScanAnswer, ScanFailure> {
        self.asked.lock().expect("no panic").push(Asked::Rematch);
        let inventory = sbom::read(&document).map_err(|e| ScanFailure::Failed(e.to_string()))?;
        tokio::task::yield_now().await;
        Ok(self.answer(Outcome::default(), inventory))
    }
}

fn location(path: &str, line: u32) -> Location {
    Location {
        path: path.to_owned(),
        region: Region {
            start_line: line,
            start_column: 1,
            end_line: line,
            end_column: 10,
        },
        snippet: Some(Snippet {
            first_line: line,
            text: format!("{}\nsecond", "x".repeat(300)),
            cut: 0,
        }),
    }
}

fn weakness(path: &str, line: u32, sink: &str) -> Finding {
    Finding {
        kind: FindingKind::Code,
        detector: DetectorId("sql-injection".to_owned()),
        message: "event data reaches an SQL statement".to_owned(),
        severity: Severity::High,
        confidence: Confidence::High,
        cwe: vec![89],
        location: location(path, line),
        flow: Vec::new(),
        enclosing: "handler".to_owned(),
        functions: Vec::new(),
        approximations: Vec::new(),
        normalized_sink: sink.to_owned(),
        source: "event".to_owned(),
        masked: None,
        secret_hash: None,
        ignored_inline: None,
        vulnerability: None,
    }
}

fn vulnerable(id: &str, package: &Package, version: &str) -> Finding {
    let places = package.places.iter().map(|place| PackagePlace {
        path: place.path.clone(),
        line: place.line,
        layer: place.layer,
    });
    Finding {
        kind: FindingKind::Dependency,
        detector: DetectorId(id.to_owned()),
        location: location(&package.places[0].path, 1),
        vulnerability: Some(Box::new(Vulnerability {
            id: id.to_owned(),
            aliases: Vec::new(),
            source: "NVD".to_owned(),
            url: String::new(),
            is_rated: true,
            score_tenths: Some(98),
            vectors: vec!["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H".to_owned()],
            epss: None,
            known_exploit: None,
            published: Some("2026-01-01T00:00:00Z".to_owned()),
            modified: "2026-01-02T00:00:00Z".to_owned(),
            packages: vec![VulnerablePackage {
                ecosystem: package.ecosystem,
                name: package.name.clone(),
                version: version.to_owned(),
                purl: package.purl.clone(),
                manager: package.manager.name().to_owned(),
                evidence: "installed".to_owned(),
                vendored: false,
                places: places.collect(),
                fixed: vec!["9".to_owned()],
                upgrade: String::new(),
                usage: Usage::Unknown,
            }],
        })),
        ..weakness("", 1, "")
    }
}

fn package(name: &str, version: &str, prefix: &str, layer: Option<u32>) -> Package {
    let place = Place {
        path: format!("{prefix}{name}-{version}.dist-info/METADATA"),
        line: None,
        layer,
        evidence: Evidence::Installed,
        manager: PackageManager::Pythonpkg,
        vendored: false,
        development: false,
        overruled: false,
        sha1: None,
    };
    Package {
        ecosystem: Ecosystem::PyPi,
        name: name.to_owned(),
        version: Some(version.to_owned()),
        purl: Purl::of(Ecosystem::PyPi, name, version),
        manager: PackageManager::Pythonpkg,
        evidence: Evidence::Installed,
        confidence: Trust::High,
        vendored: false,
        relation: Relation::Direct,
        development: false,
        overruled: false,
        places: vec![place],
    }
}

fn info(id: &str) -> DetectorInfo {
    DetectorInfo {
        id: DetectorId(id.to_owned()),
        title: "What is wrong".to_owned(),
        severity: Severity::High,
        confidence: Confidence::High,
        cwe: vec![89],
        description: "Untrusted data becomes part of a statement.".to_owned(),
        fix: "Bind values.\n\n```python\nexecute(q, (v,))\n```\n".to_owned(),
        references: vec!["https://cwe.mitre.org/data/definitions/89.html".to_owned()],
        languages: vec!["Python".to_owned()],
    }
}
