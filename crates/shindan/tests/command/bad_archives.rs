//! Archives made to harm: each costs what cannot be trusted in it, and says so.

use std::io::Write;

use crate::support::{Archive, GOOD, Sandbox, Scan};

fn scan(archive: &[u8]) -> Scan {
    let sandbox = Sandbox::new();
    sandbox.write("input/function.zip", archive);
    sandbox.scan("input/function.zip")
}

/// Where the central directory's record of a name starts.
fn record_of(archive: &[u8], name: &str) -> usize {
    let at = archive
        .windows(name.len())
        .rposition(|window| window == name.as_bytes())
        .expect("the name is in the archive");
    at - 46
}

#[test]
fn names_that_lead_elsewhere_are_not_followed() {
    let archive = Archive::with_sibling()
        .stored("../climbs.py", GOOD.as_bytes())
        .stored("a/../../../climbs.py", GOOD.as_bytes())
        .stored("/etc/absolute.py", GOOD.as_bytes())
        .stored("C:\\windows.py", GOOD.as_bytes());
    let scan = scan(&archive.finish());
    scan.rest_was_scanned(3)
        .says("../climbs.py", "climbs out")
        .says("/etc/absolute.py", "is absolute");
}

#[test]
fn links_are_not_followed() {
    let archive = Archive::with_sibling()
        .link("passwords.py", "/etc/passwd")
        .link("up.py", "../../secret.py");
    let scan = scan(&archive.finish());
    scan.rest_was_scanned(3)
        .says(
            "passwords.py",
            "symbolic link to /etc/passwd, out of the package",
        )
        .says("up.py", "out of the package");
}

#[test]
fn encrypted_entries_are_named() {
    let mut archive = Archive::with_sibling()
        .stored("locked.py", GOOD.as_bytes())
        .finish();
    let record = record_of(&archive, "locked.py");
    archive[record + 8] |= 1;
    scan(&archive)
        .rest_was_scanned(3)
        .says("locked.py", "encrypted");
}

#[test]
fn a_zip_bomb_is_not_unpacked() {
    let zeros = vec![b' '; 30 << 20];
    let archive = Archive::with_sibling().packed("bomb.py", &zeros);
    scan(&archive.finish())
        .rest_was_scanned(3)
        .says("bomb.py", "a zip bomb");
}

#[test]
fn overlapping_entries_are_not_unpacked() {
    let mut archive = Archive::with_sibling()
        .stored("first.py", GOOD.as_bytes())
        .stored("other.py", GOOD.as_bytes())
        .finish();
    // The second entry's record points at the first one's data.
    let (first, other) = (
        record_of(&archive, "first.py"),
        record_of(&archive, "other.py"),
    );
    archive.copy_within(first + 42..first + 46, other + 42);
    let scan = scan(&archive);
    scan.rest_was_scanned(3);
    let overlaps = scan
        .remarks()
        .iter()
        .filter(|r| r.contains("overlaps"))
        .count();
    assert!(overlaps >= 1, "{:#?}", scan.remarks());
}

#[test]
fn a_truncated_archive_gives_what_is_left_or_a_clear_refusal() {
    let whole = Archive::with_sibling()
        .stored("other.py", GOOD.as_bytes())
        .finish();
    let sandbox = Sandbox::new();
    sandbox.write("input/cut.zip", &whole[..whole.len() / 3]);
    let run = sandbox.run(&["scan", "input/cut.zip"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.err.contains("error: input/cut.zip: "), "{}", run.err);
    assert!(
        run.err.contains("help: check that the archive is complete"),
        "{}",
        run.err
    );
    assert_eq!(run.out, "");
}

#[test]
fn a_truncated_source_in_an_archive_costs_itself() {
    let mut archive = Archive::with_sibling()
        .packed("torn.py", &b"x = 1\n".repeat(50))
        .finish();
    let at = archive
        .windows(7)
        .position(|w| w == b"torn.py")
        .expect("its local header");
    archive[at + 7..at + 12].fill(0xff);
    scan(&archive)
        .rest_was_scanned(3)
        .says("torn.py", "damaged");
}

#[test]
fn a_million_entries_are_counted_and_not_kept() {
    let scan = scan(&with_empty_entries(1_000_000));
    scan.rest_was_scanned(3);
    assert!(
        scan.remarks()
            .iter()
            .any(|r| r.contains("files; ") && r.contains("were not looked at")),
        "{:#?}",
        scan.remarks()
    );
}

/// An archive with the sibling and many empty files, written by hand because an archiver takes longer than the scan.
fn with_empty_entries(count: u32) -> Vec<u8> {
    let mut archive = Archive::with_sibling().finish();
    let end = archive.len() - 22;
    let start =
        u32::from_le_bytes(archive[end + 16..end + 20].try_into().expect("four bytes")) as usize;
    let mut directory = archive[start..end].to_vec();
    archive.truncate(start);
    for number in 0..count {
        let name = format!("{number:06x}");
        let offset = archive.len() as u32;
        archive.extend(b"PK\x03\x04\x0a\0");
        archive.extend([0; 20]);
        archive.extend([name.len() as u8, 0, 0, 0]);
        archive.extend(name.as_bytes());
        directory.extend(b"PK\x01\x02\x0a\0\x0a\0");
        directory.extend([0; 20]);
        directory.extend([name.len() as u8, 0]);
        directory.extend([0; 12]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (start, entries) = (archive.len() as u64, u64::from(count) + 1);
    archive.extend(&directory);
    let end = archive.len() as u64;
    archive.extend(b"PK\x06\x06");
    archive.extend(44u64.to_le_bytes());
    archive.extend([45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    for field in [entries, entries, directory.len() as u64, start] {
        archive.extend(field.to_le_bytes());
    }
    archive.extend(b"PK\x06\x07\0\0\0\0");
    archive.extend(end.to_le_bytes());
    archive.extend([1, 0, 0, 0]);
    archive.extend(b"PK\x05\x06\0\0\0\0");
    archive.extend([0xff; 12]);
    archive.extend([0, 0]);
    archive
}

#[test]
fn what_is_no_archive_is_refused_in_words() {
    let sandbox = Sandbox::new();
    let mut noise = std::fs::File::create(sandbox.path("input/noise.zip")).expect("created");
    noise
        .write_all(b"this is not a zip archive")
        .expect("written");
    let run = sandbox.run(&["scan", "input/noise.zip"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("input/noise.zip"), "{}", run.err);
}
