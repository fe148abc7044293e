//! A package of any files through the whole pipeline. The input is a text of several files, each after a line
//! `-- PATH --`; what comes before the first such line is `app.py`.
#![no_main]

use std::io::{Cursor, Write};
use std::sync::OnceLock;

use libfuzzer_sys::{Corpus, fuzz_target};
use shindan_artifact::{Artifact, Limits};
use shindan_catalogue::Catalogue;
use shindan_finding::{Outcome, Region};
use shindan_fuzz::MAX_SOURCE;
use shindan_scan::{Options, Silent, ThreatModel, scan};
use shindan_secret::Rules;
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

static KNOWLEDGE: OnceLock<(Catalogue, Rules)> = OnceLock::new();

fuzz_target!(|bytes: &[u8]| -> Corpus {
    if bytes.len() > MAX_SOURCE {
        return Corpus::Reject;
    }
    let input = String::from_utf8_lossy(bytes);
    let package = zip(&files(&input));
    let Ok(artifact) = Artifact::from_bytes("x.zip", package, &Limits::default()) else {
        return Corpus::Reject;
    };
    let (catalogue, rules) =
        KNOWLEDGE.get_or_init(|| (shindan_detect::builtin(), Rules::builtin()));
    let options = Options {
        threat_model: ThreatModel {
            local: true,
            library: true,
        },
        ..Options::default()
    };
    let run = |jobs| {
        scan(
            &artifact,
            catalogue,
            rules,
            &Options {
                jobs,
                ..options.clone()
            },
            &Silent,
        )
    };
    let outcome = run(1);
    check(&outcome, &artifact);
    assert_eq!(outcome, run(2), "the number of threads changes the outcome");
    Corpus::Keep
});

/// Paths and contents. A path that repeats is dropped, since an archive may hold a name once.
fn files(input: &str) -> Vec<(&str, String)> {
    let mut files = vec![("app.py", String::new())];
    for line in input.split_inclusive('\n') {
        match line
            .trim_end()
            .strip_prefix("-- ")
            .and_then(|rest| rest.strip_suffix(" --"))
        {
            Some(path) => files.push((path, String::new())),
            None => files
                .last_mut()
                .expect("the first file is always there")
                .1
                .push_str(line),
        }
    }
    files
}

fn zip(files: &[(&str, String)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (path, content) in files {
        if writer.start_file(*path, stored).is_ok() {
            writer
                .write_all(content.as_bytes())
                .expect("memory does not fail");
        }
    }
    writer.finish().expect("memory does not fail").into_inner()
}

fn check(outcome: &Outcome, artifact: &Artifact) {
    for finding in &outcome.findings {
        let known = outcome
            .detectors
            .binary_search_by(|d| d.id.cmp(&finding.detector));
        assert!(
            known.is_ok(),
            "{:?} is not in the list of detectors",
            finding.detector
        );
        assert!(!finding.message.is_empty() && !finding.cwe.is_empty());
        let places = finding
            .flow
            .iter()
            .map(|step| &step.location)
            .chain([&finding.location]);
        for location in places {
            assert!(
                artifact.entry(&location.path).is_some(),
                "{:?} is no file of the package",
                location.path
            );
            assert!(
                is_in_order(&location.region),
                "{:?} ends before it starts",
                location.region
            );
        }
        for lambda in &finding.functions {
            assert!(
                outcome.coverage.functions.iter().any(|f| f.name == *lambda),
                "{lambda:?} is no function of the package"
            );
        }
    }
    serde_json::to_string(outcome).expect("an outcome is plain data");
}

fn is_in_order(region: &Region) -> bool {
    let (start, end) = (
        (region.start_line, region.start_column),
        (region.end_line, region.end_column),
    );
    start.0 >= 1 && start.1 >= 1 && start <= end
}
