//! Records and archives as an export has them, and what a database made of them says.

use std::io::Write;

use shindan_advisory::database::Database;
use shindan_advisory::update::Progress;
use shindan_package::Ecosystem;
use zip::write::SimpleFileOptions;

pub(crate) fn record(id: &str, modified: &str, fixed: &str) -> String {
    format!(
        r#"{{"id": "{id}", "modified": "{modified}", "summary": "{id}", "affected": [{{
            "package": {{"ecosystem": "PyPI", "name": "tool"}},
            "ranges": [{{"type": "ECOSYSTEM", "events": [{{"introduced": "0"}}, {{"fixed": "{fixed}"}}]}}]}}]}}"#
    )
}

pub(crate) fn archive(records: &[(String, String)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, json) in records {
        archive
            .start_file(name.as_str(), SimpleFileOptions::default())
            .expect("in memory");
        archive.write_all(json.as_bytes()).expect("in memory");
    }
    archive.finish().expect("in memory").into_inner()
}

pub(crate) fn fixed(database: &Database, version: &str) -> Vec<String> {
    let index = database.index().expect("usable").expect("there");
    index.verify().expect("whole");
    let found = index
        .matches(Ecosystem::PyPi, "tool", version)
        .expect("whole");
    found
        .iter()
        .flat_map(|found| &found.fixed)
        .map(|fixed| (*fixed).to_owned())
        .collect()
}

pub(crate) fn silent(_: Progress<'_>) {}
