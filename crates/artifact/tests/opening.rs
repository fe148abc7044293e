//! Folders, files, layers, and that a folder and the zip of it are the same.

mod support;

use std::io::{Cursor, Write};
use std::path::Path;

use shindan_artifact::{Artifact, Class, Language, Limits, OpenError, SkipReason, import_roots};
use support::{folder, item, only_skip, open, paths, read, skips, zip};

fn open_path(path: &Path) -> Artifact {
    Artifact::open(path, &Limits::default()).expect("opens")
}

const FILES: [(&str, &str); 9] = [
    ("src/app.py", "import os\n"),
    ("src/app.py.bak", "x"),
    ("src-old/app.py", "x"),
    (".hidden/tool.py", "x"),
    (".git/config", "x"),
    ("src/__pycache__/app.pyc", "x"),
    ("node_modules/.cache/a.js", "x"),
    ("node_modules/a/index.js", "x"),
    ("README.md", "x"),
];

#[test]
fn a_folder_and_the_zip_of_it_are_the_same() {
    let root = folder(&FILES);
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    writer
        .add_directory("src", zip::write::SimpleFileOptions::default())
        .expect("folder");
    for (path, content) in FILES.iter().rev() {
        writer
            .start_file(*path, zip::write::SimpleFileOptions::default())
            .expect("file");
        writer.write_all(content.as_bytes()).expect("content");
    }
    let zipped = open(writer.finish().expect("zip").into_inner());
    let plain = open_path(root.path());
    let list = |artifact: &Artifact| {
        artifact
            .entries()
            .iter()
            .map(|e| {
                (
                    e.path.clone(),
                    e.size,
                    e.class,
                    e.reason,
                    artifact.read(e).ok(),
                )
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(list(&plain), list(&zipped));
    assert_eq!(plain.skips(), zipped.skips());
    assert_eq!(
        paths(&plain),
        [
            ".hidden/tool.py",
            "README.md",
            "node_modules/a/index.js",
            "src-old/app.py",
            "src/app.py",
            "src/app.py.bak"
        ]
    );
    assert_eq!(
        skips(&plain),
        ["node_modules/.cache: a tool's cache, not part of the package"]
    );
}

#[test]
fn archives_on_disk_are_read_in_place() {
    let root = folder(&[]);
    let path = root.path().join("function");
    std::fs::write(&path, zip(&[item("a.py", "x".repeat(200_000))])).expect("file");
    assert_eq!(
        read(&open_path(&path), "a.py").map(|content| content.len()),
        Ok(200_000)
    );
}

#[test]
fn archives_within_a_folder_are_opened() {
    let root = folder(&[("a.py", "x")]);
    std::fs::write(
        root.path().join("layer.zip"),
        zip(&[item("python/b.py", "b")]),
    )
    .expect("file");
    let artifact = open_path(root.path());
    assert_eq!(
        paths(&artifact),
        ["a.py", "layer.zip", "layer.zip!/python/b.py"]
    );
    assert_eq!(
        read(&artifact, "layer.zip!/python/b.py").as_deref(),
        Ok("b")
    );
}

#[test]
fn a_single_file_is_an_artifact_of_one_entry() {
    let root = folder(&[("handler.py", "import os\n")]);
    let artifact = open_path(&root.path().join("handler.py"));
    assert_eq!(
        (paths(&artifact), artifact.name()),
        (vec!["handler.py"], "handler.py")
    );
    assert_eq!(read(&artifact, "handler.py").as_deref(), Ok("import os\n"));
}

#[test]
fn what_cannot_be_opened_says_why() {
    let root = folder(&[("bad.zip", "no zip")]);
    let missing = Artifact::open(&root.path().join("missing"), &Limits::default());
    assert!(matches!(missing, Err(OpenError::NotFound { .. })));
    let bad = Artifact::open(&root.path().join("bad.zip"), &Limits::default())
        .err()
        .map(|e| e.to_string());
    assert!(bad.is_some_and(|text| text.ends_with("bad.zip: not a zip archive")));
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    use std::os::unix::fs::symlink;
    let outside = folder(&[("secret.py", "x")]);
    let root = folder(&[("a/b/app.py", "x")]);
    symlink("..", root.path().join("a/b/loop")).expect("link");
    symlink(outside.path(), root.path().join("outside")).expect("link");
    symlink("a/b/app.py", root.path().join("inside.py")).expect("link");
    let artifact = open_path(root.path());
    assert_eq!(paths(&artifact), ["a/b/app.py"]);
    let reasons: Vec<_> = artifact
        .skips()
        .iter()
        .map(|skip| (skip.path.as_str(), skip.is_incomplete()))
        .collect();
    assert_eq!(
        reasons,
        [("a/b/loop", true), ("inside.py", false), ("outside", true)]
    );
    assert!(matches!(
        artifact.skips()[0].reason,
        SkipReason::DirectoryLoop { .. }
    ));
}

#[cfg(unix)]
#[test]
fn a_file_that_became_a_link_after_the_listing_is_not_followed() {
    let outside = folder(&[("secret.py", "x")]);
    let root = folder(&[("app.py", "x")]);
    let artifact = open_path(root.path());
    std::fs::remove_file(root.path().join("app.py")).expect("removed");
    std::os::unix::fs::symlink(outside.path().join("secret.py"), root.path().join("app.py"))
        .expect("link");
    assert!(
        read(&artifact, "app.py").is_err_and(|text| text.starts_with("app.py: cannot be read"))
    );
}

#[cfg(unix)]
#[test]
fn what_the_system_refuses_costs_itself() {
    use std::os::unix::fs::PermissionsExt;
    let root = folder(&[("locked/a.py", "x"), ("b.py", "x"), ("c.py", "x")]);
    let lock = |path: &str| {
        std::fs::set_permissions(
            root.path().join(path),
            std::fs::Permissions::from_mode(0o000),
        )
        .expect("locked")
    };
    lock("locked");
    lock("b.py");
    let artifact = open_path(root.path());
    let is_root = std::fs::read_dir(root.path().join("locked")).is_ok();
    if !is_root {
        assert_eq!(
            skips(&artifact),
            ["locked: cannot be read: permission denied"]
        );
        assert!(only_skip(&artifact).is_incomplete());
        assert_eq!(
            read(&artifact, "b.py").err().as_deref(),
            Some("b.py: cannot be read: permission denied")
        );
    }
    assert_eq!(read(&artifact, "c.py").as_deref(), Ok("x"));
    std::fs::set_permissions(
        root.path().join("locked"),
        std::fs::Permissions::from_mode(0o700),
    )
    .expect("unlocked");
}

#[cfg(unix)]
#[test]
fn sockets_and_odd_names_are_named() {
    let root = folder(&[("a.py", "x"), ("b\\c.py", "x")]);
    let _socket = std::os::unix::net::UnixListener::bind(root.path().join("s")).expect("socket");
    let odd = <std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(b"d\xff.py");
    let takes_any_name = std::fs::write(root.path().join(odd), "x").is_ok();
    let artifact = open_path(root.path());
    assert_eq!(paths(&artifact), ["a.py"]);
    let mut expected = vec!["b\\c.py: unsafe name: contains a backslash"];
    if takes_any_name {
        expected.push("d\u{fffd}.py: unsafe name: is not UTF-8");
    }
    expected.push("s: not a regular file");
    assert_eq!(skips(&artifact), expected);
}

#[test]
fn folders_deeper_than_the_limit_are_named() {
    let limits = Limits {
        directory_depth: 2,
        ..Limits::default()
    };
    let files = [("a/b/c/d.py", "x"), ("a/b/c.py", "x")];
    let root = folder(&files);
    let plain = Artifact::open(root.path(), &limits).expect("opens");
    assert_eq!(
        (paths(&plain), skips(&plain)),
        (
            vec!["a/b/c.py"],
            vec!["a/b/c: more than 2 folders deep".to_owned()]
        )
    );
    let zipped = Artifact::from_bytes(
        "x.zip",
        zip(&files.map(|(path, content)| item(path, content))),
        &limits,
    )
    .expect("opens");
    assert_eq!(paths(&zipped), ["a/b/c.py"]);
}

#[test]
fn members_beyond_the_count_are_named() {
    let limits = Limits {
        records: 3,
        ..Limits::default()
    };
    let root = folder(&[
        ("a.py", "x"),
        ("b.py", "x"),
        ("c.py", "x"),
        ("d.py", "x"),
        ("e.py", "x"),
    ]);
    let artifact = Artifact::open(root.path(), &limits).expect("opens");
    assert_eq!(artifact.entries().len(), 3);
    assert!(only_skip(&artifact).is_incomplete());
}

#[test]
fn folders_are_found_by_their_whole_name() {
    let root = folder(&FILES);
    let artifact = open_path(root.path());
    let inside: Vec<_> = artifact
        .entries_in("src")
        .iter()
        .map(|entry| entry.path.as_str())
        .collect();
    assert_eq!(inside, ["src/app.py", "src/app.py.bak"]);
    assert!(artifact.entries_in("sr").is_empty());
}

#[test]
fn layers_are_attached_under_their_names() {
    let mut artifact = open(zip(&[item("app.py", "x")]));
    for _ in 0..2 {
        let layer = zip(&[item("python/shared.py", "s"), item("../x", "x")]);
        artifact.attach_layer(
            Artifact::from_bytes("layer.zip", layer, &Limits::default()).expect("opens"),
        );
    }
    assert_eq!(
        paths(&artifact),
        [
            "app.py",
            "layer.zip!/python/shared.py",
            "layer.zip#2!/python/shared.py"
        ]
    );
    let entry = artifact
        .entry("layer.zip#2!/python/shared.py")
        .expect("listed");
    assert_eq!(
        (entry.layer, entry.inner_path()),
        (Some(1), "python/shared.py")
    );
    assert_eq!(artifact.read(entry).as_deref(), Ok(&b"s"[..]));
    assert_eq!(artifact.skips()[0].path, "layer.zip!/../x");
    let roots = import_roots(artifact.entries(), "layer.zip!");
    assert_eq!(
        roots
            .iter()
            .map(|root| (root.language, root.path.as_str()))
            .collect::<Vec<_>>(),
        [(Language::Python, "layer.zip!/python")]
    );
}

#[test]
fn import_roots_come_in_the_order_of_the_search() {
    let artifact = open(zip(&[
        item("l/python/a.py", ""),
        item("l/python/lib/python3.12/site-packages/b.py", ""),
        item("python/other.py", ""),
    ]));
    let roots: Vec<_> = import_roots(artifact.entries(), "l")
        .into_iter()
        .map(|root| root.path)
        .collect();
    assert_eq!(roots, ["l/python/lib/python3.12/site-packages", "l/python"]);
}

#[test]
fn what_pip_put_beside_the_handler_is_vendored() {
    let artifact = open(zip(&[
        item("app.py", ""),
        item("shared/db.py", ""),
        item("bin/own.py", ""),
        item("requests/api.py", ""),
        item("six.py", ""),
        item("old/thing.py", ""),
        item(
            "requests-2.0.dist-info/RECORD",
            "requests/api.py,sha256=x,1\n../../bin/normalizer,,\nbin/tool.py,,\n\"six.py\",,\n",
        ),
        item("old-1.egg-info/top_level.txt", "old\n"),
        item("fn/requests/mine.py", ""),
    ]));
    let class = |path: &str| artifact.entry(path).map(|entry| entry.class);
    for path in ["requests/api.py", "six.py", "old/thing.py"] {
        assert_eq!(class(path), Some(Class::Vendored), "{path}");
    }
    for path in [
        "app.py",
        "shared/db.py",
        "bin/own.py",
        "fn/requests/mine.py",
    ] {
        assert_eq!(class(path), Some(Class::FirstParty), "{path}");
    }
}

#[test]
fn virtual_environments_are_vendored() {
    let artifact = open(zip(&[
        item("env/pyvenv.cfg", ""),
        item("env/bin/x.py", ""),
        item("environment/y.py", ""),
    ]));
    assert_eq!(
        artifact.entry("env/bin/x.py").map(|entry| entry.class),
        Some(Class::Vendored)
    );
    assert_eq!(
        artifact.entry("environment/y.py").map(|entry| entry.class),
        Some(Class::FirstParty)
    );
}

#[test]
fn an_artifact_can_be_read_from_many_threads() {
    fn is_shared<T: Sync + Send>(_: &T) {}
    let artifact = open(zip(&[item("a.py", "x".repeat(100_000))]));
    is_shared(&artifact);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                assert_eq!(
                    read(&artifact, "a.py").map(|content| content.len()),
                    Ok(100_000)
                )
            });
        }
    });
}
