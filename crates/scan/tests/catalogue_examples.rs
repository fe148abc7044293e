//! Every example of every detector is a test: a bad one must be found by its detector, a good one must not.
//!
//! An example is scanned as the only file of its package, as the built-in catalogue would scan a user's. What does not
//! hold is collected over the whole catalogue and told in one list, so that a change of the engine or of a model shows
//! everything that it moved.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use shindan_artifact::{Artifact, Limits};
use shindan_catalogue::{Catalogue, Detector, Example, RowLanguage};
use shindan_scan::{Options, Silent, scan};
use shindan_secret::Rules;

fn catalogue() -> &'static Catalogue {
    static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
    CATALOGUE.get_or_init(shindan_detect::builtin)
}

/// Lines of the example at which its detector finds something.
fn found_lines(detector: &Detector, example: &Example, folder: &Path, rules: &Rules) -> Vec<u32> {
    let name = match example.language.as_str() {
        "python" => "app.py",
        "typescript" => "app.ts",
        "java" => "App.java",
        "csharp" => "App.cs",
        "ruby" => "app.rb",
        _ => "app.js",
    };
    let file = folder.join(name);
    std::fs::write(&file, &example.code).expect("the temporary folder is writable");
    let artifact = Artifact::open(&file, &Limits::default()).expect("the file was just written");
    let options = Options {
        secrets: false,
        jobs: 1,
        ..Options::default()
    };
    let outcome = scan(&artifact, catalogue(), rules, &options, &Silent);
    let here = outcome
        .findings
        .iter()
        .filter(|f| f.detector == detector.info.id);
    here.map(|f| f.location.region.start_line).collect()
}

/// What is wrong with one example, or nothing.
fn complaint(detector: &Detector, number: usize, folder: &Path, rules: &Rules) -> Option<String> {
    let example = &detector.examples.get()[number];
    let lines = found_lines(detector, example, folder, rules);
    let problem = match (example.bad, lines.is_empty()) {
        (true, true) => "bad, but nothing is found".to_owned(),
        (false, false) => format!("good, but found at lines {lines:?}"),
        _ => return None,
    };
    let mut text = format!(
        "{}: example {} ({}): {problem}\n",
        detector.info.id,
        number + 1,
        example.language
    );
    for (i, line) in example.code.trim_matches('\n').lines().enumerate() {
        let shown = i + 1 + usize::from(example.code.starts_with('\n'));
        writeln!(text, "    {shown:>3} | {line}").expect("writing to a string succeeds");
    }
    Some(text)
}

#[test]
fn examples_are_found_or_left_alone_as_they_say() {
    let all: Vec<(&Detector, usize)> = catalogue()
        .detectors
        .iter()
        .flat_map(|d| (0..d.examples.get().len()).map(move |n| (d, n)))
        .collect();
    let next = AtomicUsize::new(0);
    let mut complaints: Vec<(usize, String)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let folder = tempfile::tempdir().expect("a temporary folder can be made");
                    let rules = Rules::builtin();
                    let mut mine = Vec::new();
                    loop {
                        let at = next.fetch_add(1, Ordering::Relaxed);
                        let Some((detector, number)) = all.get(at) else {
                            return mine;
                        };
                        mine.extend(
                            complaint(detector, *number, folder.path(), &rules)
                                .map(|text| (at, text)),
                        );
                    }
                })
            })
            .collect();
        workers
            .into_iter()
            .flat_map(|w| w.join().expect("no example makes the scan panic"))
            .collect()
    });
    complaints.sort();
    let texts: Vec<&str> = complaints.iter().map(|(_, text)| text.as_str()).collect();
    assert!(
        texts.is_empty(),
        "{} of {} examples are not what they say:\n\n{}",
        texts.len(),
        all.len(),
        texts.join("\n")
    );
}

/// The languages in which a detector can find something: those of its checks, and of the sinks of its kind.
fn languages(detector: &Detector) -> BTreeSet<RowLanguage> {
    let mut languages: BTreeSet<RowLanguage> = detector.checks.iter().map(|c| c.language).collect();
    if let Some(taint) = &detector.taint {
        languages.extend(
            catalogue()
                .models
                .iter()
                .filter(|m| m.sinks.iter().any(|s| s.kind == taint.sink))
                .map(|m| m.language),
        );
    }
    languages
}

#[test]
fn every_detector_shows_what_is_bad_in_each_of_its_languages_and_what_is_good() {
    let mut missing = String::new();
    for detector in &catalogue().detectors {
        let shows = |language: RowLanguage| {
            detector
                .examples
                .get()
                .iter()
                .any(|e| e.bad && RowLanguage::of(&e.language) == Some(language))
        };
        for language in languages(detector) {
            if !shows(language) {
                writeln!(
                    missing,
                    "{}: no bad example in {language:?}",
                    detector.info.id
                )
                .expect("writing to a string succeeds");
            }
        }
        if !detector.examples.get().iter().any(|e| !e.bad) {
            writeln!(missing, "{}: no good example", detector.info.id)
                .expect("writing to a string succeeds");
        }
    }
    assert!(missing.is_empty(), "\n{missing}");
}
