//! Whatever the bytes, the reader ends in order and within its limits.

mod support;

use proptest::prelude::*;
use shindan_artifact::{Artifact, Limits, classify_content, classify_path, discover};
use support::{Item, item, zip};

fn limits() -> Limits {
    Limits {
        entries: 5,
        file_bytes: 2000,
        total_bytes: 5000,
        nested_bytes: 3000,
        records: 50,
        skips: 10,
        ..Limits::default()
    }
}

/// Opens, reads and discovers, and checks what must always hold.
fn exercise(bytes: &[u8]) {
    let limits = limits();
    let Ok(artifact) = Artifact::from_bytes("x.zip", bytes, &limits) else {
        return;
    };
    assert!(artifact.entries().len() <= limits.entries);
    assert!(artifact.entries().is_sorted_by(|a, b| a.path < b.path));
    let mut total = 0;
    for entry in artifact.entries() {
        assert!(!entry.path.split('/').any(|part| part == "..") && !entry.path.starts_with('/'));
        if let Ok(content) = artifact.read(entry) {
            assert!(content.len() as u64 <= limits.file_bytes.min(entry.size));
            total += content.len() as u64;
            let _ = classify_content(&entry.path, classify_path(&entry.path), &content);
        }
    }
    assert!(total <= limits.total_bytes);
    for entry in artifact.large() {
        assert!(entry.size > limits.file_bytes);
        if let Ok(mut parts) = artifact.parts(entry) {
            let _ = parts.read(entry.size / 2, 100);
            assert!(parts.read(0, 100).map_or(0, |part| part.len()) <= 100);
        }
    }
    let _ = discover(&artifact);
}

fn any_item() -> impl Strategy<Value = Item> {
    let name = prop_oneof!["[a-c./\\\\]{1,6}(\\.py|\\.yaml|/)?", "(x\\.zip|y\\.tf)"];
    let content = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..300),
        Just(zip(&[item("inner.py", "x"), item("../y", "y")])),
        Just(b"Resources:\n  F: {Type: AWS::Lambda::Function}\n".to_vec()),
        Just(vec![b'a'; 10_000]),
    ];
    (name, content, any::<bool>()).prop_map(|(name, content, deflate)| Item {
        deflate,
        ..item(&name, content)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        exercise(&bytes);
        exercise(&[b"PK\x03\x04", &bytes[..]].concat());
    }

    #[test]
    fn mutated_archives_are_survived(
        items in proptest::collection::vec(any_item(), 0..8),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = zip(&items);
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        exercise(&bytes);
    }

    #[test]
    fn arbitrary_templates_are_survived(text in "(Resources|functions|provider|handler|AWS::Lambda::Function|<<|&a|\\*a|[:{}\\[\\]|>\n -]|[ab]){0,60}") {
        let sniffed = format!("{text}\n# Resources AWS::Lambda::Function aws_lambda_function\n");
        let artifact = support::open(zip(&[item("t.yaml", &sniffed), item("t.tf", &sniffed), item("serverless.yml", &text)]));
        let _ = discover(&artifact);
    }
}
