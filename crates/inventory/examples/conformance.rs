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
    decided: usize,
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
    let decisions = decisions();
    for case in cases
        .iter()
        .filter(|case| only.as_ref().is_none_or(|only| *only == case.kind))
    {
        let (found, problems) = run(case, &folder);
        let ecosystem = Ecosystem::from_osv_name(&case.ecosystem);
        let expected: BTreeSet<Pair> = case
            .expected
            .iter()
            .flatten()
            .map(|package| pair(ecosystem, &package.name, package.version.as_deref()))
            .collect();
        let (decided, missing): (Vec<&Pair>, Vec<&Pair>) = expected
            .iter()
            .filter(|wanted| !found.iter().any(|found| is_same(found, wanted)))
            .partition(|wanted| {
                decisions
                    .iter()
                    .any(|(fixture, name)| case.fixture.ends_with(fixture) && *name == wanted.0)
            });
        let extra: Vec<_> = found
            .iter()
            .filter(|found| !expected.iter().any(|wanted| is_same(found, wanted)))
            .collect();
        let score = scores.entry(case.kind.clone()).or_default();
        score.expected += expected.len();
        score.found += expected.len() - missing.len() - decided.len();
        score.decided += decided.len();
        score.extra += extra.len();
        if !(missing.is_empty() && extra.is_empty()) {
            println!(
                "{}\n  missing {missing:?}\n  extra {extra:?}\n  problems {problems:?}",
                case.fixture
            );
        }
    }
    let row = |kind: &str, score: &Score| {
        let Score {
            expected,
            found,
            decided,
            extra,
        } = score;
        println!("{kind:<22} {expected:>8} {found:>8} {decided:>8} {extra:>6}");
    };
    println!(
        "{:<22} {:>8} {:>8} {:>8} {:>6}",
        "kind", "expected", "found", "decided", "extra"
    );
    let mut total = Score::default();
    for (kind, score) in &scores {
        row(kind, score);
        total.expected += score.expected;
        total.found += score.found;
        total.decided += score.decided;
        total.extra += score.extra;
    }
    row("all", &total);
    ExitCode::SUCCESS
}

/// Fixtures and the packages in them that are not taken for a reason; `docs/inventory.md` explains each kind.
fn decisions() -> Vec<(&'static str, &'static str)> {
    include_str!("decisions.tsv")
        .lines()
        .filter_map(|line| {
            let mut fields = line.split('\t');
            let (_reason, fixture, name) = (fields.next()?, fields.next()?, fields.next()?);
            Some((fixture, name))
        })
        .collect()
}

/// A package in the form in which it is compared: names normalised, Go's versions without their `v`.
fn pair(ecosystem: Option<Ecosystem>, name: &str, version: Option<&str>) -> Pair {
    let name = ecosystem.map_or(name.into(), |ecosystem| ecosystem.normal_name(name));
    let version = version.unwrap_or_default();
    let version = match ecosystem {
        Some(Ecosystem::Go) => version.trim_start_matches('v'),
        _ => version,
    };
    (name.into_owned(), version.to_owned())
}

/// Some tools name packages of Maven by their artifact alone.
fn is_same(found: &Pair, wanted: &Pair) -> bool {
    let artifact = found.0.rsplit(':').next();
    found.1 == wanted.1 && (found.0 == wanted.0 || artifact == Some(&wanted.0))
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
            pair(
                Some(package.ecosystem),
                &package.name,
                package.version.as_deref(),
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
    let pairs = reading
        .packages
        .into_iter()
        .map(|found| pair(Some(found.ecosystem), &found.name, found.version.as_deref()));
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
