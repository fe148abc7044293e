//! The files of the built-in catalogue, as files: each is named after what it holds and says what it has to say.

use std::path::{Path, PathBuf};

use shindan_catalogue::{Builder, Catalogue, RowLanguage, read_folder};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../catalogue")
}

fn catalogue() -> Catalogue {
    read_folder(&root(), Builder::default()).unwrap_or_else(|error| panic!("{error}"))
}

/// Names of the TOML files below a folder, without their ending, sorted.
fn stems(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("it can be listed").path();
        if path.is_dir() {
            found.extend(stems(&path));
        } else if path.extension().is_some_and(|e| e == "toml") {
            let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned());
            // `ID.LANGUAGE.toml` is a part of `ID.toml`.
            found.extend(stem.and_then(|s| s.split('.').next().map(str::to_owned)));
        }
    }
    found.sort();
    found.dedup();
    found
}

#[test]
fn a_detector_has_the_name_of_its_file() {
    let catalogue = catalogue();
    let ids: Vec<&str> = catalogue
        .detectors
        .iter()
        .map(|d| d.info.id.0.as_str())
        .collect();
    // Both are sorted; a file whose id is that of another one would leave a gap.
    assert_eq!(ids, stems(&root().join("detectors")));
}

#[test]
fn a_model_has_the_language_of_its_folder() {
    let catalogue = catalogue();
    for language in RowLanguage::ALL {
        let folder = format!("models/{}", language.name());
        let models = catalogue.models.of(language);
        let mut names: Vec<&str> = models.iter().map(|m| m.name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, stems(&root().join(folder)));
    }
}

#[test]
fn every_detector_explains_itself() {
    let mut silent = Vec::new();
    for detector in &catalogue().detectors {
        let info = &detector.info;
        let says = [
            ("title", info.title.as_str()),
            ("description", info.description.as_str()),
            ("fix", info.fix.as_str()),
        ];
        silent.extend(
            says.iter()
                .filter(|(_, text)| text.trim().is_empty())
                .map(|(what, _)| format!("{}: no {what}", info.id)),
        );
        if info.title.ends_with('.') || info.title.lines().count() > 1 {
            silent.push(format!(
                "{}: a title is one line without a full stop",
                info.id
            ));
        }
        silent.extend(
            detector
                .checks
                .iter()
                .filter(|c| c.message.trim().is_empty())
                .map(|_| format!("{}: a check without a message", info.id)),
        );
        if info.references.iter().any(|r| !r.starts_with("https://")) {
            silent.push(format!("{}: a reference is an https link", info.id));
        }
    }
    assert!(silent.is_empty(), "{silent:#?}");
}

#[test]
fn every_kind_of_sink_has_a_model() {
    let catalogue = catalogue();
    // The engine itself looks for these.
    let by_engine = [
        "html-text",
        "sql-text",
        "url-host",
        "prototype",
        "loop-bound",
    ];
    let modelled = |kind: &str| {
        catalogue
            .models
            .iter()
            .any(|m| m.sinks.iter().any(|s| s.kind == kind))
    };
    let without: Vec<&String> = catalogue
        .sink_kinds
        .iter()
        .filter(|k| !by_engine.contains(&k.as_str()) && !modelled(k))
        .collect();
    assert!(without.is_empty(), "nothing can arrive there: {without:?}");
}
