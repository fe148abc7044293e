//! Archives made to break readers: each costs at most itself, with a clear reason.

mod support;

use shindan_artifact::{Artifact, Limits, SkipReason, UnsafePath};
use support::{item, only_skip, open, paths, read, skips, zip};

const GOOD: &str = "handler.py";

/// An archive of one good file and the given ones.
fn with_good(items: Vec<support::Item>) -> Artifact {
    let mut all = vec![item(GOOD, "import os\n")];
    all.extend(items);
    let artifact = open(zip(&all));
    assert_eq!(read(&artifact, GOOD).as_deref(), Ok("import os\n"));
    artifact
}

#[test]
fn unsafe_names_are_skipped_and_the_rest_stays() {
    let names = [
        ("../evil.py", UnsafePath::ClimbsOut),
        ("a/../../evil.py", UnsafePath::ClimbsOut),
        ("/etc/cron.d/evil", UnsafePath::Absolute),
        ("C:\\evil.py", UnsafePath::Absolute),
        ("..\\evil.py", UnsafePath::Backslash),
        ("evil\0.py", UnsafePath::Nul),
    ];
    for (name, expected) in names {
        let artifact = with_good(vec![item(name, "x")]);
        let skip = only_skip(&artifact);
        assert_eq!(skip.reason, SkipReason::UnsafePath(expected), "{name:?}");
        assert!(skip.is_incomplete() && !skip.to_string().contains('\0'));
        assert_eq!(paths(&artifact), [GOOD]);
    }
}

#[test]
fn encrypted_entries_are_skipped() {
    let mut secret = item("secret.py", "x");
    secret.flags |= 1;
    let artifact = with_good(vec![secret]);
    assert_eq!(skips(&artifact), ["secret.py: encrypted"]);
    assert!(only_skip(&artifact).is_incomplete());
}

#[test]
fn symbolic_links_are_skipped_and_judged_by_their_target() {
    let link = |name: &str, target: &str| {
        let mut link = item(name, target);
        link.mode = 0o120_777;
        link
    };
    let artifact = with_good(vec![
        link("a/in", "../handler.py"),
        link("a/loop", ".."),
        link("out", "../../etc/passwd"),
    ]);
    assert_eq!(
        skips(&artifact),
        [
            "a/in: a symbolic link to ../handler.py; links are not followed",
            "a/loop: a directory loop: a link to .., which contains it",
            "out: a symbolic link to ../../etc/passwd, out of the package; links are not followed",
        ]
    );
    assert_eq!(
        artifact
            .skips()
            .iter()
            .map(shindan_artifact::Skip::is_incomplete)
            .collect::<Vec<_>>(),
        [false, true, true]
    );
}

#[test]
fn the_last_of_equal_names_wins_with_a_note() {
    let artifact = open(zip(&[
        item("a.py", "first"),
        item("./a.py", "second"),
        item("a.py", "third"),
    ]));
    assert_eq!(read(&artifact, "a.py").as_deref(), Ok("third"));
    assert_eq!(
        skips(&artifact),
        ["a.py: stands 3 times in the archive; the last one counts"]
    );
    assert!(!only_skip(&artifact).is_incomplete());
}

#[test]
fn a_zip_bomb_is_refused_by_its_ratio() {
    let artifact = with_good(vec![item("bomb.txt", vec![b'0'; 8 << 20])]);
    assert!(matches!(
        only_skip(&artifact).reason,
        SkipReason::RatioTooHigh { limit: 200, .. }
    ));
    assert!(only_skip(&artifact).is_incomplete());
}

#[test]
fn a_padded_native_library_was_taken_for_a_bomb() {
    let artifact = with_good(vec![item("pillow.libs/libXau.so", vec![0; 2_100_545])]);
    assert!(artifact.skips().is_empty(), "{:?}", artifact.skips());
}

#[test]
fn a_bomb_that_declares_a_small_size_is_cut_off() {
    let mut bomb = item("bomb.py", vec![b'0'; 16 << 20]);
    bomb.size = Some(1000);
    let artifact = with_good(vec![bomb]);
    assert_eq!(
        read(&artifact, "bomb.py").err().as_deref(),
        Some("bomb.py: damaged: it holds more than the 1000 bytes it declares")
    );
}

#[test]
fn an_entry_that_declares_too_much_is_damaged() {
    let mut short = item("short.py", "x");
    short.size = Some(5000);
    let artifact = with_good(vec![short]);
    assert_eq!(
        read(&artifact, "short.py").err().as_deref(),
        Some("short.py: damaged: it holds less than the 5000 bytes it declares")
    );
}

#[test]
fn wrong_checksums_and_broken_data_are_damage() {
    let mut wrong = item("wrong.py", "x");
    wrong.crc = Some(1);
    let mut broken = item("broken.py", "\u{7}\u{7}\u{7}\u{7}");
    broken.method = Some(8);
    broken.deflate = false;
    let artifact = with_good(vec![wrong, broken]);
    assert_eq!(
        read(&artifact, "wrong.py").err().as_deref(),
        Some("wrong.py: damaged: its checksum is wrong")
    );
    assert!(
        read(&artifact, "broken.py")
            .is_err_and(|text| text.starts_with("broken.py: damaged: its compressed data"))
    );
}

#[test]
fn packed_size_beyond_the_archive_is_damage() {
    let mut long = item("long.py", "x");
    long.packed = Some(u32::MAX - 1);
    let artifact = open(zip(&[item(GOOD, "ok"), long]));
    assert_eq!(paths(&artifact), [GOOD]);
    assert_eq!(only_skip(&artifact).reason, SkipReason::OverlappingEntries);
}

#[test]
fn entries_that_share_bytes_count_once() {
    let content = "x".repeat(500);
    let mut items = vec![item("a.py", &content)];
    for number in 0..50 {
        let mut copy = item(&format!("b{number}.py"), &content);
        copy.header_of = Some(0);
        items.push(copy);
    }
    let artifact = open(zip(&items));
    assert_eq!(paths(&artifact), ["a.py"]);
    assert_eq!(artifact.skips().len(), 50);
    assert!(
        artifact
            .skips()
            .iter()
            .all(|skip| skip.reason == SkipReason::OverlappingEntries && skip.is_incomplete())
    );
}

#[test]
fn unknown_compression_is_named() {
    let mut odd = item("odd.py", "x");
    odd.method = Some(14);
    assert_eq!(
        skips(&with_good(vec![odd])),
        ["odd.py: packed with method 14, which is not supported"]
    );
}

#[test]
fn too_deep_and_too_long_names_are_skipped() {
    let deep = format!("{}x.py", "d/".repeat(65));
    let long = format!("{}.py", "l".repeat(1100));
    let artifact = with_good(vec![item(&deep, "x"), item(&long, "x")]);
    assert!(
        artifact
            .skips()
            .iter()
            .any(|skip| skip.reason == SkipReason::FoldersTooDeep { limit: 64 })
    );
    assert!(
        artifact
            .skips()
            .iter()
            .any(|skip| skip.reason == SkipReason::UnsafePath(UnsafePath::TooLong))
    );
}

#[test]
fn truncated_and_foreign_files_are_refused_with_a_reason() {
    let whole = zip(&[item(GOOD, "x".repeat(100))]);
    let refused = |bytes: &[u8]| {
        Artifact::from_bytes("x.zip", bytes, &Limits::default())
            .err()
            .map(|error| error.to_string())
    };
    let truncated = refused(&whole[..whole.len() - 30]).expect("refused");
    assert!(
        truncated.starts_with("x.zip: ") && truncated.contains("truncated"),
        "{truncated}"
    );
    assert_eq!(
        refused(b"hello").as_deref(),
        Some("x.zip: not a zip archive")
    );
    assert_eq!(refused(b"").as_deref(), Some("x.zip: not a zip archive"));
}

#[test]
fn a_damaged_directory_keeps_what_stands_before_the_damage() {
    let mut bytes = zip(&[item("a.py", "a"), item("b.py", "b")]);
    let second = bytes
        .windows(4)
        .rposition(|window| window == b"PK\x01\x02")
        .expect("directory");
    bytes[second] = b'X';
    let artifact = open(bytes);
    assert_eq!(paths(&artifact), ["a.py"]);
    assert_eq!(
        skips(&artifact),
        ["damaged: its directory is broken after 1 entries"]
    );
    assert!(only_skip(&artifact).is_incomplete());
}

#[test]
fn a_false_number_of_entries_hides_nothing() {
    let mut bytes = zip(&[item("a.py", "a"), item("b.py", "b")]);
    let end = bytes.len() - 22;
    bytes[end + 8..end + 12].copy_from_slice(&[1, 0, 1, 0]);
    assert_eq!(paths(&open(bytes)), ["a.py", "b.py"]);
}

#[test]
fn bytes_before_and_after_the_archive_do_not_matter() {
    let mut bytes = b"#!/usr/bin/env python3\n".to_vec();
    bytes.extend(zip(&[item("__main__.py", "x")]));
    bytes.extend(b"trailing");
    assert_eq!(read(&open(bytes), "__main__.py").as_deref(), Ok("x"));
}

#[test]
fn an_end_record_in_a_comment_does_not_cloak_the_archive() {
    let mut bytes = zip(&[item("a.py", "a")]);
    let length = bytes.len();
    bytes[length - 2..].copy_from_slice(&[26, 0]);
    bytes.extend(b"PK\x05\x06AAAAAAAAAAAAAAAAAAAAAA");
    assert_eq!(paths(&open(bytes)), ["a.py"]);
}

#[test]
fn a_million_entries_are_counted_and_the_limit_is_named() {
    let count = 1_000_000u64;
    let mut bytes = Vec::new();
    let mut central = Vec::new();
    for number in 0..count {
        let name = format!("f/{number:07}.py");
        let start = bytes.len() as u32;
        bytes.extend(b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
        bytes.extend((name.len() as u32).to_le_bytes());
        bytes.extend(name.as_bytes());
        central.extend(b"PK\x01\x02\x14\0\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
        central.extend((name.len() as u32).to_le_bytes());
        central.extend([0; 10]);
        central.extend(start.to_le_bytes());
        central.extend(name.as_bytes());
    }
    let (start, size) = (bytes.len() as u64, central.len() as u64);
    bytes.extend(central);
    let end64 = bytes.len() as u64;
    bytes.extend(b"PK\x06\x06\x2c\0\0\0\0\0\0\0\x2d\0\x2d\0\0\0\0\0\0\0\0\0");
    for value in [count, count, size, start] {
        bytes.extend(value.to_le_bytes());
    }
    bytes.extend(b"PK\x06\x07\0\0\0\0");
    bytes.extend(end64.to_le_bytes());
    bytes.extend(b"\x01\0\0\0PK\x05\x06\0\0\0\0");
    bytes.extend([0xff; 12]);
    bytes.extend([0; 2]);
    let artifact = open(bytes);
    assert_eq!(artifact.entries().len(), 20_000);
    assert_eq!(
        skips(&artifact),
        ["more than 20000 files; 980000 were not looked at"]
    );
    assert!(only_skip(&artifact).is_incomplete());
}

#[test]
fn skips_beyond_the_limit_are_counted() {
    let limits = Limits {
        skips: 3,
        ..Limits::default()
    };
    let items: Vec<_> = (0..10)
        .map(|number| item(&format!("../{number}.py"), "x"))
        .collect();
    let artifact = Artifact::from_bytes("x.zip", zip(&items), &limits).expect("opens");
    assert_eq!(artifact.skips().len(), 4);
    assert_eq!(
        skips(&artifact)[0],
        "7 more were skipped as the first was: unsafe name: climbs out of the package"
    );
    assert!(artifact.skips()[0].is_incomplete());
}

#[test]
fn archives_within_archives_are_opened_to_the_limit() {
    let mut inner = zip(&[item("deepest.py", "5")]);
    for level in (1..5).rev() {
        inner = zip(&[
            item(&format!("level{level}.py"), "x"),
            item("next.zip", inner),
        ]);
    }
    let limits = Limits {
        archive_depth: 3,
        ..Limits::default()
    };
    let artifact = Artifact::from_bytes("x.zip", inner, &limits).expect("opens");
    assert_eq!(
        paths(&artifact),
        [
            "level1.py",
            "next.zip",
            "next.zip!/level2.py",
            "next.zip!/next.zip",
            "next.zip!/next.zip!/level3.py",
            "next.zip!/next.zip!/next.zip",
            "next.zip!/next.zip!/next.zip!/level4.py",
            "next.zip!/next.zip!/next.zip!/next.zip",
        ]
    );
    assert_eq!(
        only_skip(&artifact).reason,
        SkipReason::NestedTooDeep { limit: 3 }
    );
    let entry = artifact
        .entry("next.zip!/next.zip!/level3.py")
        .expect("listed");
    assert_eq!(
        (entry.container.to_vec(), entry.inner_path()),
        (vec!["next.zip".to_owned(); 2], "level3.py")
    );
    assert_eq!(read(&artifact, &entry.path).as_deref(), Ok("x"));
}

#[test]
fn nested_archives_share_the_budgets_of_the_whole() {
    let inner = zip(&[item("a.py", "x".repeat(600)), item("b.py", "y".repeat(600))]);
    let items = [
        item("1.jar", &inner),
        item("2.jar", &inner),
        item("z.py", "z"),
    ];
    let limits = Limits {
        nested_bytes: inner.len() as u64 + 10,
        ..Limits::default()
    };
    let artifact = Artifact::from_bytes("x.zip", zip(&items), &limits).expect("opens");
    assert_eq!(
        paths(&artifact),
        ["1.jar", "1.jar!/a.py", "1.jar!/b.py", "2.jar", "z.py"]
    );
    assert!(matches!(
        only_skip(&artifact).reason,
        SkipReason::NestedTooLarge { .. }
    ));
}

#[test]
fn archives_that_are_stored_and_not_packed_are_read_where_they_lie() {
    let inner = zip(&[item("a.py", "x".repeat(600))]);
    let mut middle = item("BOOT-INF/lib/inner.jar", &inner);
    middle.deflate = false;
    let mut outer = item("app.jar", zip(&[middle]));
    outer.deflate = false;
    let mut broken = item("lies.jar", &inner);
    broken.deflate = false;
    broken.size = Some(inner.len() as u32 + 1);
    let limits = Limits {
        nested_bytes: 0,
        ..Limits::default()
    };
    let artifact = Artifact::from_bytes("x.zip", zip(&[outer, broken]), &limits).expect("opens");
    let path = "app.jar!/BOOT-INF/lib/inner.jar!/a.py";
    assert_eq!(read(&artifact, path).map(|content| content.len()), Ok(600));
    assert_eq!(
        skips(&artifact),
        ["lies.jar: damaged: its two sizes differ"]
    );
}

#[test]
fn parts_of_large_files_are_read_in_any_order() {
    let content: Vec<u8> = (0..200_000_u32).flat_map(u32::to_le_bytes).collect();
    let limits = Limits {
        file_bytes: 1000,
        ..Limits::default()
    };
    let mut stored = item("stored", &content);
    stored.deflate = false;
    let mut lying = item("lying", &content);
    lying.size = Some(2_000_000);
    let bytes = zip(&[item("packed", &content), stored, lying]);
    let artifact = Artifact::from_bytes("x.zip", bytes, &limits).expect("opens");
    assert!(artifact.entries().is_empty() && artifact.skips().len() == 3);
    let names: Vec<_> = artifact
        .large()
        .iter()
        .map(|entry| entry.path.as_str())
        .collect();
    assert_eq!(names, ["lying", "packed", "stored"]);
    for entry in artifact.large() {
        let mut parts = artifact.parts(entry).expect("opens");
        for (offset, length) in [
            (700_000, 70_000),
            (0, 4),
            (5, 1),
            (799_999, 100),
            (800_000, 1),
        ] {
            let end = (offset + length).min(content.len());
            let part = parts.read(offset as u64, length).expect("reads");
            assert_eq!(part, content[offset..end], "{} at {offset}", entry.path);
        }
    }
    let mut parts = artifact.parts(&artifact.large()[1]).expect("opens");
    parts.read(400_000, 1).expect("reads");
    parts.read(500_000, 1).expect("reads");
    assert_eq!(parts.work(), 500_001);
    parts.read(0, 1).expect("reads");
    assert_eq!(parts.work(), 500_002);
}

#[test]
fn damaged_nested_archives_cost_themselves_unless_they_are_test_data() {
    let artifact = open(zip(&[
        item("lib/x.jar", "no zip"),
        item("tests/bad.zip", "no zip"),
        item("node_modules/a/bad.zip", "no zip"),
    ]));
    assert_eq!(skips(&artifact), ["lib/x.jar: damaged: not a zip archive"]);
}

#[test]
fn what_matters_most_is_kept_when_the_total_is_too_large() {
    let limits = Limits {
        total_bytes: 1000,
        ..Limits::default()
    };
    let items = [
        item("a.bin", "d".repeat(600)),
        item("m.yaml", "c".repeat(300)),
        item("z.py", "p".repeat(600)),
    ];
    let artifact = Artifact::from_bytes("x.zip", zip(&items), &limits).expect("opens");
    assert_eq!(paths(&artifact), ["m.yaml", "z.py"]);
    assert_eq!(only_skip(&artifact).path, "a.bin");
    assert!(!only_skip(&artifact).is_incomplete());
}

#[test]
fn large_files_are_skipped_and_only_source_makes_the_scan_incomplete() {
    let limits = Limits {
        file_bytes: 100,
        ..Limits::default()
    };
    let mut items = [
        item("a.bin", "d".repeat(101)),
        item("z.py", "p".repeat(101)),
        item("y.py", "p".repeat(100)),
    ];
    items.iter_mut().for_each(|item| item.deflate = false);
    let artifact = Artifact::from_bytes("x.zip", zip(&items), &limits).expect("opens");
    assert_eq!(paths(&artifact), ["y.py"]);
    assert_eq!(
        artifact
            .skips()
            .iter()
            .map(shindan_artifact::Skip::is_incomplete)
            .collect::<Vec<_>>(),
        [false, true]
    );
    assert_eq!(
        skips(&artifact)[1],
        "z.py: 101 bytes large, more than the 100 that are read of one file"
    );
}

#[test]
fn what_matters_most_is_kept_when_there_are_too_many() {
    let limits = Limits {
        entries: 2,
        ..Limits::default()
    };
    let names = [
        "a.bin",
        "b.yaml",
        "node_modules/x/y.js",
        "test_z.py",
        "z.py",
    ];
    let artifact = Artifact::from_bytes("x.zip", zip(&names.map(|name| item(name, "x"))), &limits)
        .expect("opens");
    assert_eq!(paths(&artifact), ["test_z.py", "z.py"]);
    assert_eq!(
        skips(&artifact),
        ["more than 2 files; 3 were not looked at"]
    );
    let vendored = ["a.py", "b.py", "node_modules/x/y.js"].map(|name| item(name, "x"));
    let artifact = Artifact::from_bytes("x.zip", zip(&vendored), &limits).expect("opens");
    assert!(!only_skip(&artifact).is_incomplete());
}

#[test]
fn archives_written_as_a_stream_are_read() {
    use std::io::{Read, Write};
    let mut writer = ::zip::ZipWriter::new_stream(Vec::new());
    let options = ::zip::write::SimpleFileOptions::default().large_file(true);
    writer.start_file("a.py", options).expect("file");
    writer.write_all(&b"x = 1\n".repeat(1000)).expect("content");
    let mut bytes = Vec::new();
    let mut inner = writer.finish().expect("zip").into_inner();
    std::io::Cursor::new(&mut inner)
        .read_to_end(&mut bytes)
        .expect("memory");
    assert_eq!(
        read(&open(bytes), "a.py").map(|content| content.len()),
        Ok(6000)
    );
}
