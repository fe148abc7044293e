//! Compares the readers with what other tools' tests expect: `conformance FOLDER [KIND]`.
//!
//! FOLDER holds `cases.json`, an array of `{ecosystem, kind, fixture, is_dir, expected: [{name, version}]}`. Prints the
//! differences of each case, then for each kind how many of the expected packages were found, and how many more.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde::Deserialize;
use shindan_artifact::{Artifact, Limits};
use shindan_inventory::{Files, Format, take};
use shindan_package::Ecosystem;

#[derive(Deserialize)]
struct Case {
    ecosystem: String,
    kind: String,
    fixture: String,
    is_dir: bool,
    expected: Option<Vec<Expected>>,
}

#[derive(Deserialize)]
struct Expected {
    name: String,
    version: Option<String>,
}

/// Name and version.
type Pair = (String, String);

#[derive(Default)]
struct Score {
    expected: usize,
    found: usize,
    extra: usize,
}

/// The files around a fixture; every path in the readers is absolute here, without its first `/`.
struct Disk;

impl Files for Disk {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        std::fs::read(Path::new("/").join(path)).ok()
    }
}

#[allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the terminal"
)]
fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(folder) = arguments.next().map(PathBuf::from) else {
        eprintln!("usage: conformance FOLDER [KIND]");
        return ExitCode::from(2);
    };
    let only = arguments.next();
    let cases: Vec<Case> =
        match std::fs::read(folder.join("cases.json")).map(|text| serde_json::from_slice(&text)) {
            Ok(Ok(cases)) => cases,
            _ => {
                eprintln!("{}: no readable cases.json in it", folder.display());
                return ExitCode::from(2);
            }
        };
    let mut scores: BTreeMap<String, Score> = BTreeMap::new();
    for case in cases
        .iter()
        .filter(|case| only.as_ref().is_none_or(|only| *only == case.kind))
    {
        let (found, problems) = run(case, &folder);
        let ecosystem = Ecosystem::from_osv_name(&case.ecosystem);
        let normal = |name: &str| {
            ecosystem.map_or(name.to_owned(), |ecosystem| {
                ecosystem.normal_name(name).into_owned()
            })
        };
        let expected: BTreeSet<Pair> = case
            .expected
            .iter()
            .flatten()
            .map(|package| {
                (
                    normal(&package.name),
                    package.version.clone().unwrap_or_default(),
                )
            })
            .collect();
        let missing: Vec<_> = expected.difference(&found).collect();
        let extra: Vec<_> = found.difference(&expected).collect();
        let score = scores.entry(case.kind.clone()).or_default();
        score.expected += expected.len();
        score.found += expected.len() - missing.len();
        score.extra += extra.len();
        if !(missing.is_empty() && extra.is_empty()) {
            println!(
                "{}\n  missing {missing:?}\n  extra {extra:?}\n  problems {problems:?}",
                case.fixture
            );
        }
    }
    println!(
        "{:<22} {:>8} {:>8} {:>6}",
        "kind", "expected", "found", "extra"
    );
    let mut total = Score::default();
    for (kind, score) in &scores {
        println!(
            "{kind:<22} {:>8} {:>8} {:>6}",
            score.expected, score.found, score.extra
        );
        total.expected += score.expected;
        total.found += score.found;
        total.extra += score.extra;
    }
    println!(
        "{:<22} {:>8} {:>8} {:>6}",
        "all", total.expected, total.found, total.extra
    );
    ExitCode::SUCCESS
}

/// Names, normalised, and versions that the readers find, and their problems.
fn run(case: &Case, folder: &Path) -> (BTreeSet<Pair>, Vec<String>) {
    let path = folder.join(&case.fixture);
    if case.is_dir {
        let Ok(artifact) = Artifact::open(&path, &Limits::default()) else {
            return (BTreeSet::new(), vec!["cannot be opened".to_owned()]);
        };
        let inventory = take(&artifact);
        let packages = inventory
            .packages
            .iter()
            .filter(|package| !package.overruled && package.ecosystem.osv_name() == case.ecosystem);
        let pairs = packages.map(|package| {
            (
                package.ecosystem.normal_name(&package.name).into_owned(),
                package.version.clone().unwrap_or_default(),
            )
        });
        return (
            pairs.collect(),
            inventory.notes.into_iter().map(|note| note.text).collect(),
        );
    }
    let (Some(format), Ok(bytes)) = (format(&case.kind), std::fs::read(&path)) else {
        return (BTreeSet::new(), vec!["cannot be read".to_owned()]);
    };
    let path = std::fs::canonicalize(&path)
        .unwrap_or(path)
        .display()
        .to_string();
    let reading = format.read(path.trim_start_matches('/'), &bytes, &Disk);
    let pairs = reading.packages.into_iter().map(|found| {
        (
            found.ecosystem.normal_name(&found.name).into_owned(),
            found.version.unwrap_or_default(),
        )
    });
    (pairs.collect(), reading.problems)
}

fn format(kind: &str) -> Option<Format> {
    Some(match kind {
        "Gemfile.lock" => Format::GemfileLock,
        "Pipfile.lock" => Format::PipfileLock,
        "bun.lock" => Format::BunLock,
        "deps.json" => Format::DepsJson,
        "dist-info/egg-info" => Format::PythonMetadata,
        "gemspec" => Format::Gemspec,
        "go.mod" => Format::GoMod,
        "gradle.lockfile" => Format::GradleLockfile,
        "package-lock.json" => Format::PackageLock,
        "package.json" => Format::PackageJson,
        "packages.config" => Format::PackagesConfig,
        "packages.lock.json" => Format::PackagesLock,
        "packages.props" => Format::PackagesProps,
        "pdm.lock" => Format::PdmLock,
        "pnpm-lock.yaml" => Format::PnpmLock,
        "poetry.lock" => Format::PoetryLock,
        "pom.xml" => Format::Pom,
        "pylock.toml" => Format::Pylock,
        "requirements.txt" => Format::Requirements,
        "uv.lock" => Format::UvLock,
        "yarn.lock" => Format::YarnLock,
        _ => return None,
    })
}
