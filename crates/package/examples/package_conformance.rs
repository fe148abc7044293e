//! Runs the package URL specification's tests and comparisons of versions over a folder of data:
//! `cargo run -p shindan-package --example package_conformance -- DATA`.
//!
//! `DATA/purl/tests/**.json` are the tests as the specification publishes them, `DATA/versions/*.jsonl.gz` hold lines
//! `{"a": VERSION, "op": "<" | "=", "b": VERSION}`.

#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::cmp::Ordering;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::Value;
use shindan_package::version::{NpmRange, compare};
use shindan_package::{Ecosystem, Parts, Purl};

fn main() {
    let data = PathBuf::from(std::env::args_os().nth(1).expect("the folder of the data"));
    let mut files = Vec::new();
    for folder in ["spec", "types"] {
        for entry in std::fs::read_dir(data.join("purl/tests").join(folder)).unwrap() {
            files.push(entry.unwrap().path());
        }
    }
    files.sort();
    let (mut all, mut wrong) = (0, 0);
    for file in files {
        let (tests, failed) = purl_tests(&file);
        all += tests;
        wrong += failed;
    }
    println!("purl: {wrong} of {all} wrong");
    for (name, ecosystem) in [
        ("PyPI", Ecosystem::PyPi),
        ("npm", Ecosystem::Npm),
        ("SemVer", Ecosystem::Npm),
        ("Maven", Ecosystem::Maven),
        ("RubyGems", Ecosystem::RubyGems),
        ("NuGet", Ecosystem::NuGet),
        ("Go", Ecosystem::Go),
    ] {
        comparisons(
            &data.join("versions").join(name).with_extension("jsonl.gz"),
            ecosystem,
        );
    }
    ranges(&data.join("versions/npm-ranges.jsonl.gz"));
}

/// `{"range": RANGE, "version": VERSION, "expected": BOOL, "options": {"includePrerelease": BOOL}}`
fn ranges(file: &Path) {
    let lines = lines(file);
    let mut wrong = 0;
    for line in &lines {
        let (range, version) = (
            line["range"].as_str().unwrap(),
            line["version"].as_str().unwrap(),
        );
        let holds = NpmRange::parse(range).is_some_and(|range| {
            if line["options"]["includePrerelease"] == true {
                range.contains_with_pre_releases(version)
            } else {
                range.contains(version)
            }
        });
        if holds != line["expected"] {
            wrong += 1;
            println!("{version} in {range:?}: {holds} ({})", line["options"]);
        }
    }
    println!("{}: {wrong} of {} wrong", file.display(), lines.len());
}

fn lines(file: &Path) -> Vec<Value> {
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(std::fs::File::open(file).unwrap())
        .read_to_string(&mut text)
        .unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn comparisons(file: &Path, ecosystem: Ecosystem) {
    let lines = lines(file);
    let start = Instant::now();
    let mut wrong = 0;
    for line in &lines {
        let (a, b) = (line["a"].as_str().unwrap(), line["b"].as_str().unwrap());
        let expected = match line["op"].as_str() {
            Some("=") => Ordering::Equal,
            _ => Ordering::Less,
        };
        if compare(ecosystem, a, b) != expected || compare(ecosystem, b, a) != expected.reverse() {
            wrong += 1;
            println!("{a} {} {b} ({})", line["op"], line["src"]);
        }
    }
    let each = start.elapsed().as_nanos() / lines.len().max(1) as u128 / 2;
    println!(
        "{}: {wrong} of {} wrong, {each} ns a comparison",
        file.display(),
        lines.len()
    );
}

fn purl_tests(file: &Path) -> (usize, usize) {
    let text = std::fs::read_to_string(file).unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    let tests = document["tests"].as_array().unwrap();
    let mut wrong = 0;
    for test in tests {
        let done = match &test["input"] {
            // Both a test of `parse` and one of `validate` may have an input that is not canonical; the latter asks for
            // the canonical form, whatever was wrong.
            Value::String(text) if test["test_type"] == "parse" => Purl::parse_strict(text),
            Value::String(text) => text.parse::<Purl>(),
            parts => build(parts),
        };
        let expected = &test["expected_output"];
        let right = match (&done, test["expected_failure"].as_bool().unwrap_or(false)) {
            (Err(_), failure) => failure,
            (Ok(_), true) => false,
            (Ok(purl), false) if expected.is_string() => {
                purl.to_string() == expected.as_str().unwrap()
            }
            (Ok(purl), false) => build(expected).as_ref() == Ok(purl) && same_parts(purl, expected),
        };
        if !right {
            wrong += 1;
            println!(
                "{} {}: {} => {:?}, not {expected}",
                file.file_name().unwrap().to_string_lossy(),
                test["test_type"],
                test["input"],
                done.map(|purl| purl.to_string())
            );
        }
    }
    (tests.len(), wrong)
}

fn build(parts: &Value) -> Result<Purl, shindan_package::PurlError> {
    let text = |key: &str| parts[key].as_str().unwrap_or_default();
    let qualifiers: Vec<(&str, &str)> = parts["qualifiers"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, value)| (key.as_str(), value.as_str().unwrap()))
        .collect();
    Purl::new(&Parts {
        kind: text("type"),
        namespace: text("namespace"),
        name: text("name"),
        version: text("version"),
        qualifiers: &qualifiers,
        subpath: text("subpath"),
    })
}

fn same_parts(purl: &Purl, expected: &Value) -> bool {
    purl.kind() == expected["type"]
        && purl.namespace() == expected["namespace"].as_str()
        && purl.name() == expected["name"]
        && purl.version() == expected["version"].as_str()
        && purl.subpath() == expected["subpath"].as_str()
}
