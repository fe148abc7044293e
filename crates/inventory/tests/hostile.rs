//! Input made to hurt: the inventory stays bounded, and says what it did not see.

mod support;

use std::fmt::Write;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use shindan_artifact::{Artifact, Limits};
use shindan_inventory::{Confidence, Format, sbom, take};
use support::{elf, go_build_info, names, open, zip};

#[test]
fn metadata_of_a_gigabyte_is_named_by_its_folder() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let info = folder.path().join("six-1.16.0.dist-info");
    std::fs::create_dir(&info).expect("a folder");
    let file = std::fs::File::create(info.join("METADATA")).expect("a file");
    file.set_len(1 << 30).expect("a file with a hole");
    let artifact = Artifact::open(folder.path(), &Limits::default()).expect("a good folder");
    let found = take(&artifact);
    assert_eq!(names(&found), ["six 1.16.0"]);
    assert_eq!(found.packages[0].confidence, Confidence::Medium);
    assert!(
        found
            .notes
            .iter()
            .any(|note| note.is_incomplete && note.path.ends_with("METADATA"))
    );
}

#[test]
fn jars_in_jars_forty_deep_end_with_a_note() {
    let mut jar = zip(&[("META-INF/maven/g/deepest/pom.properties", b"version=1\n")]);
    for _ in 0..40 {
        jar = zip(&[
            ("META-INF/maven/g/outer/pom.properties", b"version=1\n"),
            ("inner.jar", &jar),
        ]);
    }
    let found = take(&open(&[("a.jar", &jar)]));
    assert!(names(&found).contains(&"g:outer 1".to_owned()));
    assert!(
        found
            .notes
            .iter()
            .any(|note| note.is_incomplete && note.path.ends_with("inner.jar"))
    );
}

#[test]
fn metadata_is_read_where_there_are_more_files_than_are_listed() {
    let scripts: Vec<String> = (0..50)
        .map(|number| format!("node_modules/a/{number}.js"))
        .collect();
    let mut files: Vec<(&str, &[u8])> = scripts
        .iter()
        .map(|path| (path.as_str(), &b"x"[..]))
        .collect();
    files.push((
        "six-1.16.0.dist-info/METADATA",
        b"Name: six\nVersion: 1.16.0\n",
    ));
    files.push((
        "node_modules/a/package.json",
        br#"{"name": "a", "version": "1.0.0"}"#,
    ));
    let limits = Limits {
        entries: 10,
        ..Limits::default()
    };
    let artifact = Artifact::from_bytes("f.zip", zip(&files), &limits).expect("a good archive");
    assert_eq!(names(&take(&artifact)), ["six 1.16.0", "a 1.0.0"]);
}

/// Every format with a text that repeats the shape in which a reader could lose its way.
#[test]
fn the_work_grows_with_the_input_and_not_its_square() {
    let repeat = |text: &str, size: usize| text.repeat(size / text.len());
    for format in Format::ALL {
        for shape in [
            "[",
            "{\"a\":",
            "a: ",
            "- ",
            "<a>",
            "a@1, ",
            "node_modules/",
            "// node_modules/a/b\n",
            "require a v1\n",
            "-r a\n",
            "x.y=\"",
            "    a (1)\n",
            "/a/1.0:\n",
            "\"a\"\n",
            "[[package]]\nname=\"a\"\n",
        ] {
            let begun = Instant::now();
            let text = repeat(shape, 400_000);
            let _ = format.read("a/b.lock", text.as_bytes(), &());
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "{format:?} on {shape:?}"
            );
        }
    }
}

#[test]
fn lock_files_of_many_packages_are_read_in_time() {
    let mut lock = String::from("{\"packages\": {\"\": {}");
    for number in 0..30_000 {
        write!(
            lock,
            ",\n\"node_modules/p{number}\": {{\"version\": \"1.0.{number}\"}}"
        )
        .expect("memory takes all");
    }
    lock.push_str("}}");
    let begun = Instant::now();
    let reading = Format::PackageLock.read("package-lock.json", lock.as_bytes(), &());
    assert_eq!(reading.packages.len(), 30_000);
    assert_eq!(reading.packages[29_999].line, Some(30_001));
    assert!(begun.elapsed() < Duration::from_secs(20));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn damaged_executables_are_survived_in_parts(
        padding in 64_000_usize..200_000,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..40),
        at_end in any::<bool>(),
    ) {
        let info = go_build_info("dep\ta\tv1.0.0\n");
        let mut bytes = elf(".go.buildinfo", &info, padding);
        let length = bytes.len();
        for (index, value) in changes {
            let near = index.index(200);
            bytes[if at_end { length - 1 - near } else { near }] = value;
        }
        let limits = Limits { file_bytes: 1000, ..Limits::default() };
        let artifact = Artifact::from_bytes("f.zip", zip(&[("bootstrap", &bytes)]), &limits);
        let _ = take(&artifact.expect("a good archive"));
    }

    #[test]
    fn no_reader_panics_on_any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..2000), path in "[a-z/.0-9-]{0,40}") {
        for format in Format::ALL {
            let reading = format.read(&path, &bytes, &());
            prop_assert!(reading.packages.iter().all(|found| !found.name.is_empty()));
        }
        let _ = sbom::read(&bytes);
    }

    #[test]
    fn no_reader_panics_on_texts_of_its_alphabet(text in r#"([{}\[\]<>":,@=/()'~#!\n -]|node_modules/|package|name|version|specs:|GEM|dependencies|1\.0|project|require|require a v1 => b){0,60}"#) {
        for format in Format::ALL {
            let _ = format.read("a/gems/b-1/b.gemspec", text.as_bytes(), &());
        }
    }

    #[test]
    fn no_reader_panics_on_executables_cut_short(length in 0_usize..600, flips in proptest::collection::vec((0_usize..600, any::<u8>()), 0..8)) {
        let mut bytes = go_binary();
        for (at, byte) in flips {
            if let Some(slot) = bytes.get_mut(at) {
                *slot = byte;
            }
        }
        bytes.truncate(length);
        let _ = Format::Executable.read("bootstrap", &bytes, &());
    }
}

/// The least of an ELF file, with Go's build information behind its header.
fn go_binary() -> Vec<u8> {
    let mut bytes = b"\x7fELF\x02\x01\x01".to_vec();
    bytes.resize(16, 0);
    for half in [2_u16, 62] {
        bytes.extend(half.to_le_bytes());
    }
    bytes.extend(1_u32.to_le_bytes());
    bytes.extend([0; 28]);
    for half in [64_u16, 56, 0, 64, 0, 0] {
        bytes.extend(half.to_le_bytes());
    }
    bytes.extend(b"\xff Go buildinf:\x08\x02");
    bytes.resize(64 + 32, 0);
    let modules = "0123456789abcdefpath\tcmd\nmod\tgithub.com/acme/app\t(devel)\t\ndep\tgolang.org/x/net\tv0.1.0\th1:x=\ndep\texample.com/old\tv1.0.0\n=>\texample.com/new\tv2.0.0\th1:y=\n0123456789abcdef";
    for text in ["go1.21.3", modules] {
        if text.len() >= 0x80 {
            bytes.push((text.len() & 0x7f) as u8 | 0x80);
            bytes.push((text.len() >> 7) as u8);
        } else {
            bytes.push(text.len() as u8);
        }
        bytes.extend(text.as_bytes());
    }
    bytes
}

#[test]
fn modules_of_an_executable_of_go_are_read() {
    let reading = Format::Executable.read("bootstrap", &go_binary(), &());
    let found: Vec<String> = reading
        .packages
        .iter()
        .map(|found| format!("{} {}", found.name, found.version.as_deref().unwrap_or("?")))
        .collect();
    assert_eq!(
        found,
        [
            "stdlib 1.21.3",
            "golang.org/x/net v0.1.0",
            "example.com/new v2.0.0"
        ]
    );
}
