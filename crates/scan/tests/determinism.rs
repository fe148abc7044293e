//! The same input gives the same outcome, byte for byte: whatever the number of threads, however often, and whether it is
//! a folder or the archive of it.
//!
//! The input is the example applications: many files in several languages, templates, a layer, flows across files.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use shindan_artifact::{Artifact, Limits};
use shindan_catalogue::Catalogue;
use shindan_finding::Outcome;
use shindan_scan::{Options, Silent, ThreatModel, scan};
use shindan_secret::Rules;

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/functions")
}

fn outcome(path: &Path, catalogue: &Catalogue, jobs: usize) -> Outcome {
    let artifact = Artifact::open(path, &Limits::default()).expect("the input is readable");
    let options = Options {
        jobs,
        // Everything that can be found, so that much can differ.
        threat_model: ThreatModel {
            local: true,
            library: true,
        },
        ..Options::default()
    };
    scan(&artifact, catalogue, &Rules::builtin(), &options, &Silent)
}

fn bytes(outcome: &Outcome) -> Vec<u8> {
    postcard::to_stdvec(outcome).expect("an outcome is plain data")
}

#[track_caller]
fn assert_same(one: &Outcome, other: &Outcome, what: &str) {
    // Told part by part first, since a difference of bytes tells nothing.
    for (a, b) in one.findings.iter().zip(&other.findings) {
        assert_eq!(a, b, "{what}");
    }
    assert_eq!(one.findings.len(), other.findings.len(), "{what}");
    assert_eq!(one.coverage, other.coverage, "{what}");
    assert_eq!(one.statistics, other.statistics, "{what}");
    assert!(bytes(one) == bytes(other), "{what}: the bytes differ");
}

/// Adds all files below a folder, in the reverse of the order in which a folder is walked.
fn pack(root: &Path, folder: &Path, archive: &mut zip::ZipWriter<std::fs::File>) {
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("it can be listed").path())
        .collect();
    paths.sort();
    for path in paths.iter().rev() {
        if path.is_dir() {
            pack(root, path, archive);
            continue;
        }
        let name = path.strip_prefix(root).expect("it lies below the root");
        let options = zip::write::SimpleFileOptions::default();
        archive
            .start_file(name.to_string_lossy(), options)
            .expect("the archive takes a file");
        let content = std::fs::read(path).expect("the file can be read");
        archive.write_all(&content).expect("the archive takes it");
    }
}

#[test]
fn the_number_of_threads_does_not_show() {
    let catalogue = shindan_detect::builtin();
    let one = outcome(&examples(), &catalogue, 1);
    assert!(one.findings.len() > 20, "the input shows something");
    for jobs in [2, 8] {
        let many = outcome(&examples(), &catalogue, jobs);
        assert_same(&one, &many, &format!("with {jobs} threads"));
    }
}

#[test]
fn a_second_run_gives_the_same() {
    let catalogue = shindan_detect::builtin();
    let first = outcome(&examples(), &catalogue, 4);
    let second = outcome(&examples(), &catalogue, 4);
    assert_same(&first, &second, "the second time");
}

#[test]
fn an_archive_is_what_its_folder_is() {
    let place = tempfile::tempdir().expect("a temporary folder can be made");
    let path = place.path().join("functions.zip");
    let file = std::fs::File::create(&path).expect("the temporary folder is writable");
    let mut archive = zip::ZipWriter::new(file);
    pack(&examples(), &examples(), &mut archive);
    archive.finish().expect("the archive can be closed");
    let catalogue = shindan_detect::builtin();
    let folder = outcome(&examples(), &catalogue, 2);
    assert_same(&folder, &outcome(&path, &catalogue, 2), "of the archive");
}
