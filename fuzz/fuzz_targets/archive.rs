//! Any bytes as a zip archive: opening, reading every entry and finding functions stays within the limits.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use shindan_artifact::{Artifact, Limits, classify_content, classify_path, discover, import_roots};
use shindan_fuzz::{MAX_ARCHIVE, with_scanner_stack};

fuzz_target!(|bytes: &[u8]| -> Corpus {
    if bytes.len() > MAX_ARCHIVE {
        return Corpus::Reject;
    }
    with_scanner_stack(|| {
        exercise(bytes, &tight());
        exercise(bytes, &Limits::default());
    });
    Corpus::Keep
});

/// Limits that small inputs can hit.
fn tight() -> Limits {
    Limits {
        entries: 5,
        records: 50,
        file_bytes: 2000,
        total_bytes: 5000,
        ratio_floor: 100,
        archive_depth: 1,
        nested_bytes: 3000,
        directory_depth: 3,
        path_bytes: 40,
        skips: 10,
        template_bytes: 1000,
        functions: 3,
        members: 3,
        declared_bytes: 500,
        ..Limits::default()
    }
}

fn exercise(bytes: &[u8], limits: &Limits) {
    let Ok(artifact) = Artifact::from_bytes("x.zip", bytes, limits) else {
        return;
    };
    assert!(artifact.entries().len() <= limits.entries);
    assert!(
        artifact.entries().is_sorted_by(|a, b| a.path < b.path),
        "paths are not sorted or not unique"
    );
    let mut total = 0;
    for entry in artifact.entries() {
        let inside = entry
            .path
            .split('/')
            .all(|part| !matches!(part, "" | "." | ".."));
        assert!(
            inside && !entry.path.contains(['\0', '\\']),
            "a path that leads elsewhere: {:?}",
            entry.path
        );
        assert_eq!(
            artifact.entry(&entry.path).map(|e| &e.path),
            Some(&entry.path)
        );
        assert!(entry.container.len() <= limits.archive_depth);
        if let Ok(content) = artifact.read(entry) {
            assert!(
                content.len() as u64 <= limits.file_bytes.min(entry.size),
                "{} is larger than declared",
                entry.path
            );
            total += content.len() as u64;
            let _ = classify_content(&entry.path, classify_path(&entry.path), &content);
        }
    }
    assert!(total <= limits.total_bytes);
    for skip in artifact.skips() {
        let reason = skip.reason.to_string();
        assert!(
            !reason.contains(['\n', '\r']),
            "a reason of two lines: {reason}"
        );
    }
    let _ = import_roots(artifact.entries(), "");
    let discovery = discover(&artifact);
    assert!(discovery.functions.len() <= limits.functions);
}
