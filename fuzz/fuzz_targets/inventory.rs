//! Any file read as evidence of packages: the first line of the input is its path, which chooses the reader; then all others read it too.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use shindan_fuzz::MAX_SOURCE;
use shindan_inventory::sbom::{self, Document};
use shindan_inventory::{Format, Inventory};

fuzz_target!(|bytes: &[u8]| -> Corpus {
    if bytes.len() > MAX_SOURCE {
        return Corpus::Reject;
    }
    let end = bytes.iter().position(|&byte| byte == b'\n');
    let (path, content) = bytes.split_at(end.unwrap_or(0));
    let path = String::from_utf8_lossy(path);
    for format in Format::ALL {
        let reading = format.read(&path, content, &());
        assert!(reading.packages.iter().all(|found| !found.name.is_empty()));
        assert!(
            reading
                .packages
                .iter()
                .all(|found| found.version.as_deref() != Some(""))
        );
    }
    if let Ok(inventory) = sbom::read(content) {
        round_trip(&inventory);
    }
    Corpus::Keep
});

/// What was read from one document is written, and read again, as the same.
fn round_trip(inventory: &Inventory) {
    let document = Document {
        subject: "fuzz".to_owned(),
        tool_version: "0".to_owned(),
        serial: [0; 16],
        created: 0,
    };
    for format in sbom::Format::ALL {
        let text = sbom::write(inventory, format, &document);
        let again = sbom::read(text.as_bytes()).expect("a document of our own");
        assert_eq!(again.packages.len(), inventory.packages.len());
    }
}
