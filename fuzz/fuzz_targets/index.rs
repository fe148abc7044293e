//! An index of advisories in which any bytes were changed: it is refused or answers, and the checksum of the header is
//! made right, as an attacker would.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use shindan_advisory::Index;
use shindan_advisory::import::Import;
use shindan_package::Ecosystem;

const RECORD: &str = r#"{"id": "GHSA-a", "modified": "2026-01-01T00:00:00Z", "aliases": ["CVE-2026-1"],
    "summary": "A title", "details": "Some details.", "references": [{"type": "WEB", "url": "https://registry.example"}],
    "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"}],
    "affected": [{"package": {"ecosystem": "PyPI", "name": "tool"}, "versions": ["0.9"], "ranges": [
        {"type": "ECOSYSTEM", "events": [{"introduced": "1.0"}, {"fixed": "1.2"}, {"introduced": "2"}]}]}]}"#;
/// Length of the header without its checksum, and of the checksum.
const HEADER: usize = 56 + 6 * 32;
const HASH: usize = 32;

fn valid() -> &'static [u8] {
    static INDEX: OnceLock<Vec<u8>> = OnceLock::new();
    INDEX.get_or_init(|| {
        let mut import = Import::new().expect("memory");
        import.add_record("fuzz", RECORD.as_bytes()).expect("small");
        import.finish().expect("small").0
    })
}

fuzz_target!(|bytes: &[u8]| {
    let mut index = valid().to_vec();
    // Places and what to put there.
    for change in bytes.chunks_exact(3) {
        let at = 24 + usize::from(u16::from_le_bytes([change[0], change[1]])) % (index.len() - 24);
        index[at] = change[2];
    }
    let hash = *blake3::hash(&index[..HEADER]).as_bytes();
    index[HEADER..HEADER + HASH].copy_from_slice(&hash);
    let Ok(index) = Index::from_bytes(index) else {
        return;
    };
    let _ = (index.facts(), index.verify().is_ok());
    for found in index
        .matches(Ecosystem::PyPi, "tool", "1.0")
        .into_iter()
        .flatten()
    {
        let _ = index.vulnerability(found.vulnerability);
        let _ = index.describe(found.vulnerability);
        let _ = index.packages_with(found.vulnerability);
    }
    let _ = index.vulnerability_of_id("GHSA-a");
    let _ = shindan_advisory::rematch::changed_packages(&index, &index);
});
