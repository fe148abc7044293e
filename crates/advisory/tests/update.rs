//! Updates that go well, that are cut off, and that meet each other.

mod export;
mod server;

use std::fs;
use std::io::Write;

use export::{archive, fixed, record, silent};
use server::Server;
use shindan_advisory::database::{Database, DatabaseError};
use shindan_advisory::update::{Source, UpdateError, update};
use zip::write::SimpleFileOptions;

/// `all.zip` of an export with one record, its list, and the record itself.
fn export(server: &Server, modified: &str, fixed: &str, with_archive: bool) {
    let json = record("A-1", modified, fixed);
    server.put(
        "/PyPI/modified_id.csv",
        format!("{modified},A-1\n").into_bytes(),
    );
    server.put("/PyPI/A-1.json", json.clone().into_bytes());
    if with_archive {
        server.put("/PyPI/all.zip", archive(&[("A-1.json".to_owned(), json)]));
    }
}

#[test]
fn an_export_is_fetched_whole_once_and_record_by_record_after_that() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = Database::new(folder.path());
    let server = Server::start();
    export(&server, "2026-01-01T00:00:00Z", "1.1", true);
    server.put(
        "/epss_scores-current.csv.gz",
        b"cve,epss,percentile\nCVE-2026-1,0.1,0.2\n".to_vec(),
    );
    let source = Source::of(&server.url());
    let outcome = update(&database, &source, &mut silent).expect("an update");
    assert_eq!(
        (outcome.facts.records["PyPI"], outcome.facts.epss_scores),
        (1, 1)
    );
    assert!(
        outcome
            .notes
            .iter()
            .any(|note| note.contains("known_exploited"))
    );
    assert_eq!(fixed(&database, "1.0"), ["1.1"]);

    export(&server, "2026-01-02T00:00:00Z", "1.2", false);
    update(&database, &source, &mut silent).expect("an update");
    assert_eq!(fixed(&database, "1.0"), ["1.2"]);
    assert_eq!(server.asked("/PyPI/all.zip"), 1);
    assert_eq!(server.asked("/PyPI/A-1.json"), 1);

    update(&database, &source, &mut silent).expect("an update");
    assert_eq!(server.asked("/PyPI/A-1.json"), 1, "nothing changed");
}

#[test]
fn a_download_that_was_cut_goes_on_where_it_stopped() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = Database::new(folder.path());
    let server = Server::start();
    let records: Vec<(String, String)> = (0..500)
        .map(|number| {
            let id = format!("A-{number}");
            (
                format!("{id}.json"),
                record(&id, "2026-01-01T00:00:00Z", "1.1"),
            )
        })
        .collect();
    let bytes = archive(&records);
    let size = bytes.len();
    server.put("/PyPI/all.zip", bytes);
    server.cut_after(size / 3);
    update(&database, &Source::of(&server.url()), &mut silent).expect("an update");
    assert_eq!(
        database
            .index()
            .expect("usable")
            .expect("there")
            .vulnerabilities(),
        500
    );
    let ranges = server.ranges();
    assert!(
        !ranges.is_empty() && ranges[0].starts_with("bytes="),
        "{ranges:?}"
    );
    assert!(
        server.sent("/PyPI/all.zip") < size * 3 / 2,
        "nothing is sent twice"
    );
}

#[test]
fn what_is_no_export_leaves_the_database_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = Database::new(folder.path().join("db"));
    let file = folder.path().join("A-1.json");
    fs::write(&file, record("A-1", "2026-01-01T00:00:00Z", "1.1")).expect("written");
    update(&database, &Source::Path(file), &mut silent).expect("an update");

    let server = Server::start();
    server.put("/PyPI/all.zip", b"no archive".to_vec());
    let empty = folder.path().join("empty");
    fs::create_dir(&empty).expect("made");
    let text = folder.path().join("notes.txt");
    fs::write(&text, "x").expect("written");
    let broken = folder.path().join("broken.zip");
    fs::write(&broken, "x").expect("written");
    for (source, part) in [
        (Source::of(&server.url()), "is damaged"),
        (Source::of("http://127.0.0.1:1"), "127.0.0.1:1"),
        (Source::Path(empty), "holds no advisory"),
        (Source::Path(text), "is no folder"),
        (Source::Path(broken), "is no zip archive"),
        (Source::Path(folder.path().join("absent")), "cannot be read"),
    ] {
        let error = update(&database, &source, &mut silent).expect_err("no export");
        assert!(error.to_string().contains(part), "{error}");
        assert_eq!(fixed(&database, "1.0"), ["1.1"]);
    }
}

#[test]
fn archives_in_archives_and_folders_are_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = Database::new(folder.path().join("db"));
    let inner = archive(&[(
        "A-1.json".to_owned(),
        record("A-1", "2026-01-01T00:00:00Z", "1.1"),
    )]);
    let mut outer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    outer
        .start_file("PyPI/all.zip", SimpleFileOptions::default())
        .expect("in memory");
    outer.write_all(&inner).expect("in memory");
    let outer = outer.finish().expect("in memory").into_inner();
    let export = folder.path().join("export");
    fs::create_dir_all(export.join("PyPI")).expect("made");
    fs::write(export.join("all.zip"), outer).expect("written");
    fs::write(
        export.join("PyPI/A-2.json"),
        record("A-2", "2026-01-01T00:00:00Z", "1.2"),
    )
    .expect("written");
    fs::write(export.join("PyPI/A-3.json"), "{").expect("written");
    fs::write(export.join("PyPI/modified_id.csv"), "x").expect("written");
    let outcome = update(&database, &Source::Path(export), &mut silent).expect("an update");
    assert_eq!(outcome.facts.records["PyPI"], 2);
    assert_eq!(outcome.facts.skipped["is no valid JSON"].count, 1);
    assert_eq!(fixed(&database, "1.0"), ["1.1", "1.2"]);
}

#[test]
fn a_second_update_at_once_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = Database::new(folder.path());
    let lock = database.lock().expect("free");
    let source = Source::Path(folder.path().to_owned());
    match update(&database, &source, &mut silent) {
        Err(UpdateError::Database(DatabaseError::Busy { path })) => assert_eq!(path, folder.path()),
        other => panic!("{other:?}"),
    }
    drop(lock);
    drop(database.lock().expect("free again"));
}
