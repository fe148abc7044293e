//! Compares the readers with what other tools' tests expect: `conformance FOLDER [KIND]`.
//!
//! FOLDER holds `cases.json`, an array of `{ecosystem, kind, fixture, is_dir, expected: [{name, version}]}`. Prints the
//! differences of each case, then for each kind how many of the expected packages were found, how many were not for a
//! reason in `decisions.tsv`, and how many more were found. *absent* counts those that no file of the fixture tells: they
//! stand in a file that is not among the data, or in a repository that the tool under test was given.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde::Deserialize;
use shindan_artifact::{Artifact, Limits};
use shindan_inventory::{Evidence, Files, Format, take};
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
    absent: usize,
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
        let score = scores.entry(case.kind.clone()).or_default();
        score.expected += expected.len();
        let mut missing = Vec::new();
        for wanted in &expected {
            if found.keys().any(|found| is_same(found, wanted)) {
                score.found += 1;
                continue;
            }
            let decision = decisions
                .iter()
                .find(|(_, fixture, name)| case.fixture.ends_with(fixture) && *name == wanted.0);
            match decision {
                Some(("absent-file" | "repository", ..)) => score.absent += 1,
                Some(_) => score.decided += 1,
                None => missing.push(wanted),
            }
        }
        let extra = found.iter().filter(|(found, evidence)| {
            **evidence != Evidence::Subject && !expected.iter().any(|wanted| is_same(found, wanted))
        });
        let extra: Vec<_> = extra.map(|(found, _)| found).collect();
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
            absent,
            decided,
            extra,
        } = score;
        let missing = expected - found - absent - decided;
        println!(
            "{kind:<22} {expected:>8} {found:>8} {absent:>8} {decided:>8} {missing:>8} {extra:>6}"
        );
    };
    println!(
        "{:<22} {:>8} {:>8} {:>8} {:>8} {:>8} {:>6}",
        "kind", "expected", "found", "absent", "decided", "missing", "extra"
    );
    let mut total = Score::default();
    for (kind, score) in &scores {
        row(kind, score);
        total.expected += score.expected;
        total.found += score.found;
        total.absent += score.absent;
        total.decided += score.decided;
        total.extra += score.extra;
    }
    row("all", &total);
    #[allow(clippy::cast_precision_loss, reason = "small counts")]
    let percent = |expected: usize| 100.0 * total.found as f64 / expected.max(1) as f64;
    println!(
        "found: {:.1} % of all, {:.1} % of those that the fixtures' own files tell",
        percent(total.expected),
        percent(total.expected - total.absent)
    );
    ExitCode::SUCCESS
}

/// Reasons, fixtures and the packages in them that are not found; `docs/inventory.md` explains each reason.
fn decisions() -> Vec<(&'static str, &'static str, &'static str)> {
    include_str!("decisions.tsv")
        .lines()
        .filter_map(|line| {
            let mut fields = line.split('\t');
            Some((fields.next()?, fields.next()?, fields.next()?))
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

/// Packages that the readers find, with the strongest evidence, and their problems.
type Run = (BTreeMap<Pair, Evidence>, Vec<String>);

fn run(case: &Case, folder: &Path) -> Run {
    let path = folder.join(&case.fixture);
    let mut found = BTreeMap::new();
    let mut problems = Vec::new();
    if case.is_dir {
        let Ok(artifact) = Artifact::open(&path, &Limits::default()) else {
            return (found, vec!["cannot be opened".to_owned()]);
        };
        let inventory = take(&artifact);
        for package in inventory
            .packages
            .iter()
            .filter(|package| !package.overruled && package.ecosystem.osv_name() == case.ecosystem)
        {
            let version = package.version.as_deref();
            let pair = pair(Some(package.ecosystem), &package.name, version);
            found.insert(pair, package.evidence);
        }
        problems.extend(inventory.notes.into_iter().map(|note| note.text));
        return (found, problems);
    }
    let Some(format) = format(&case.kind) else {
        return (found, vec!["is of no known format".to_owned()]);
    };
    let mut waiting = vec![path];
    let mut seen = BTreeSet::new();
    while let Some(path) = waiting.pop() {
        let (Ok(path), Ok(bytes)) = (std::fs::canonicalize(&path), std::fs::read(&path)) else {
            problems.push("cannot be read".to_owned());
            continue;
        };
        if !seen.insert(path.clone()) {
            continue;
        }
        if format == Format::Pom {
            waiting.extend(modules(&path, &String::from_utf8_lossy(&bytes)));
        }
        let shown = path.display().to_string();
        let reading = format.read(shown.trim_start_matches('/'), &bytes, &Disk);
        for package in reading.packages {
            let version = package.version.as_deref();
            let pair = pair(Some(package.ecosystem), &package.name, version);
            let evidence = found.entry(pair).or_insert(package.evidence);
            *evidence = package.evidence.max(*evidence);
        }
        problems.extend(reading.problems);
    }
    (found, problems)
}

/// The modules of a POM that lie beside it: an inventory reads them because they are files of the same repository, and
/// the tools whose expectations these are because the POM names them.
fn modules(path: &Path, pom: &str) -> Vec<PathBuf> {
    pom.split("<module>")
        .skip(1)
        .filter_map(|rest| Some(rest.split_once("</module>")?.0.trim()))
        .map(|module| path.with_file_name(module).join("pom.xml"))
        .filter(|path| path.exists())
        .collect()
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
