//! Records in, findings out; and what damaged files do.

use proptest::prelude::*;
use shindan_advisory::epss::Epss;
use shindan_advisory::import::Import;
use shindan_advisory::index::{Facts, Index, IndexError};
use shindan_advisory::kev::Kev;
use shindan_advisory::{Severity, Vulnerability};
use shindan_package::Ecosystem;

const RECORDS: &[&str] = &[
    // One CVE in two databases, of which one knows the severity.
    r#"{"id": "PYSEC-2026-1", "modified": "2026-01-01T00:00:00+00:00", "aliases": ["CVE-2026-10", "GHSA-a"],
        "details": "From PyPA.", "affected": [{"package": {"ecosystem": "PyPI", "name": "Some_Tool"},
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.2"}]},
                   {"type": "GIT", "repo": "x", "events": [{"introduced": "abc"}]}],
        "versions": ["1.0", "1.9-odd"]}]}"#,
    r#"{"id": "GHSA-a", "modified": "2026-02-01T00:00:00Z", "published": "2025-12-31T23:00:00-01:00",
        "aliases": ["CVE-2026-10"], "summary": "A title", "details": "From GitHub.",
        "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"},
                     {"type": "CVSS_V3", "score": "CVSS:3.1/nonsense"}],
        "affected": [{"package": {"ecosystem": "PyPI", "name": "some-tool"},
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.2.0"}]},
                   {"type": "ECOSYSTEM", "events": [{"introduced": "0.5"}, {"fixed": "1.3"}]}]}],
        "references": [{"type": "WEB", "url": "https://registry.example/a"}],
        "database_specific": {"cwe_ids": ["CWE-79"], "severity": "CRITICAL"}}"#,
    // Without a vector.
    r#"{"id": "GO-2026-1", "modified": "2026-01-01T00:00:00Z", "aliases": null, "affected": [
        {"package": {"ecosystem": "Go", "name": "example.org/Tool"},
         "ranges": [{"type": "SEMVER", "events": [{"introduced": "1.0.0"}, {"last_affected": "1.5.0"}]}],
         "ecosystem_specific": {"imports": [{"path": "example.org/Tool/x", "symbols": ["T.Run"]}]}}]}"#,
    // Withdrawn, and an older copy that is not.
    r#"{"id": "GHSA-w", "modified": "2026-01-02T00:00:00Z", "withdrawn": "2026-01-02T00:00:00Z"}"#,
    r#"{"id": "GHSA-w", "modified": "2026-01-01T00:00:00Z", "affected": [
        {"package": {"ecosystem": "PyPI", "name": "some-tool"}, "versions": ["1.0"]}]}"#,
    // A word instead of a vector, and a known exploit.
    r#"{"id": "GHSA-b", "modified": "2026-01-01T00:00:00Z", "aliases": ["CVE-2026-11"], "affected": [
        {"package": {"ecosystem": "Maven", "name": "org.example:tool"}, "versions": ["1-rc1"]}],
        "database_specific": {"severity": "MODERATE", "cwe_ids": 7}}"#,
    // Not to be read.
    r#"{"id": 7}"#,
    r#"{"id": "X-1", "modified": "yesterday"}"#,
    r#"{"id": "X-1", "#,
    r#"{"id": "X-2", "modified": "2026-01-01T00:00:00Z", "affected": [
        {"package": {"ecosystem": "Debian:12", "name": "tool"}, "versions": ["1"]}]}"#,
];

fn built() -> (Vec<u8>, Facts) {
    let mut import = Import::new().expect("memory");
    for record in RECORDS {
        import.add_record("test", record.as_bytes()).expect("small");
    }
    let epss = Epss::read(b"cve,epss,percentile\nCVE-2026-10,0.5,0.9\n").expect("valid");
    import.set_epss(epss);
    let kev = br#"{"vulnerabilities": [{"cveID": "CVE-2026-11", "dateAdded": "2026-03-01"}]}"#;
    import.set_kev(Kev::read(kev).expect("valid"));
    import.finish().expect("small")
}

fn index() -> Index {
    Index::from_bytes(built().0).expect("valid")
}

fn ids(index: &Index, ecosystem: Ecosystem, name: &str, version: &str) -> Vec<String> {
    index
        .matches(ecosystem, name, version)
        .expect("valid")
        .iter()
        .map(|found| index.id(found.vulnerability).expect("valid").to_owned())
        .collect()
}

fn only<'a>(
    index: &'a Index,
    ecosystem: Ecosystem,
    name: &str,
    version: &str,
) -> Vulnerability<'a> {
    let found = index.matches(ecosystem, name, version).expect("valid");
    assert_eq!(found.len(), 1);
    index.vulnerability(found[0].vulnerability).expect("valid")
}

#[test]
fn records_of_one_cve_become_one_finding() {
    let index = index();
    let found = index
        .matches(Ecosystem::PyPi, "SOME.tool", "1.0")
        .expect("valid");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].fixed, ["1.2", "1.3"]);
    let vulnerability = index.vulnerability(found[0].vulnerability).expect("valid");
    assert_eq!(vulnerability.id, "CVE-2026-10");
    assert_eq!(vulnerability.aliases, ["GHSA-a", "PYSEC-2026-1"]);
    assert_eq!(
        (vulnerability.severity, vulnerability.score),
        (Severity::Critical, Some(10.0))
    );
    assert_eq!(vulnerability.cwes, ["CWE-79"]);
    assert_eq!(vulnerability.epss.map(|epss| epss.score()), Some(0.5));
    assert_eq!(vulnerability.known_exploit, None);
    assert_eq!(
        vulnerability
            .published
            .map(|time| time.to_string())
            .as_deref(),
        Some("2026-01-01T00:00:00Z")
    );
    assert_eq!(vulnerability.modified.to_string(), "2026-02-01T00:00:00Z");
    assert_eq!(
        vulnerability.records[0].source(),
        "GitHub Advisory Database"
    );
    let description = index.describe(found[0].vulnerability).expect("valid");
    assert_eq!(description.title, "A title");
    assert_eq!(description.details, "From GitHub.");
    assert_eq!(description.references, ["https://registry.example/a"]);
}

#[test]
fn ranges_and_listed_versions_decide() {
    let index = index();
    for (version, expected) in [
        ("0.1", 1),
        ("1.2", 1),
        ("1.3", 0),
        ("1.9-odd", 1),
        ("1.9", 0),
    ] {
        let found = ids(&index, Ecosystem::PyPi, "some-tool", version);
        assert_eq!(found.len(), expected, "{version}");
    }
    let go = |version| ids(&index, Ecosystem::Go, "example.org/Tool", version).len();
    assert_eq!(
        [go("v0.9.0"), go("v1.0.0"), go("v1.5.0"), go("v1.5.1")],
        [0, 1, 1, 0]
    );
    assert!(ids(&index, Ecosystem::Go, "example.org/tool", "v1.0.0").is_empty());
}

#[test]
fn severity_is_a_vector_or_a_word_or_untriaged() {
    let index = index();
    let go = only(&index, Ecosystem::Go, "example.org/Tool", "1.2.0");
    assert_eq!((go.id, go.severity), ("GO-2026-1", Severity::Untriaged));
    let maven = only(&index, Ecosystem::Maven, "org.example:tool", "1.0-RC-1");
    assert_eq!(
        (maven.id, maven.severity),
        ("CVE-2026-11", Severity::Medium)
    );
    assert!(maven.known_exploit.is_some());
}

#[test]
fn affected_code_is_kept() {
    let index = index();
    let found = index
        .matches(Ecosystem::Go, "example.org/Tool", "1.2.0")
        .expect("valid");
    assert_eq!(found[0].code[0].path, "example.org/Tool/x");
    assert_eq!(found[0].code[0].symbols, ["T.Run"]);
    assert!(found[0].fixed.is_empty());
}

#[test]
fn what_is_left_out_is_counted() {
    let (_, facts) = built();
    assert_eq!(
        (facts.withdrawn, facts.superseded, facts.unrelated),
        (1, 1, 1)
    );
    assert_eq!(facts.skipped_records(), 3);
    assert_eq!(facts.skipped["has no valid time of modification"].count, 1);
    assert_eq!(facts.bad_vectors, 1);
    assert_eq!(facts.records.values().sum::<usize>(), 4);
    assert_eq!(facts.newest, "2026-02-01T00:00:00Z");
    assert_eq!(index().facts().expect("valid"), facts);
}

#[test]
fn the_order_of_records_does_not_matter() {
    let mut import = Import::new().expect("memory");
    for record in RECORDS.iter().rev() {
        import.add_record("test", record.as_bytes()).expect("small");
    }
    let reversed = Index::from_bytes(import.finish().expect("small").0).expect("valid");
    let index = index();
    for (ecosystem, name) in [
        (Ecosystem::PyPi, "some-tool"),
        (Ecosystem::Go, "example.org/Tool"),
    ] {
        assert_eq!(
            index.matches(ecosystem, name, "1.1").expect("valid"),
            reversed.matches(ecosystem, name, "1.1").expect("valid")
        );
    }
}

#[test]
fn a_record_about_two_cves_does_not_make_one_of_them() {
    let mut import = Import::new().expect("memory");
    for (id, aliases) in [
        ("GO-1", r#""CVE-2026-2", "CVE-2026-1""#),
        ("GHSA-1", r#""CVE-2026-1""#),
        ("GHSA-2", r#""CVE-2026-2""#),
    ] {
        let json = format!(
            r#"{{"id": "{id}", "modified": "2026-01-01T00:00:00Z", "aliases": [{aliases}], "affected": [
                {{"package": {{"ecosystem": "Go", "name": "a"}}, "versions": ["1.0.0"]}}]}}"#
        );
        import.add_record("test", json.as_bytes()).expect("small");
    }
    let index = Index::from_bytes(import.finish().expect("small").0).expect("valid");
    assert_eq!(
        ids(&index, Ecosystem::Go, "a", "1.0.0"),
        ["CVE-2026-1", "CVE-2026-2"]
    );
}

#[test]
fn foreign_cut_and_newer_files_are_refused_with_the_reason() {
    let (bytes, _) = built();
    let open = |bytes: Vec<u8>| Index::from_bytes(bytes).map(drop);
    assert!(matches!(
        open(b"PK\x03\x04".to_vec()),
        Err(IndexError::Foreign)
    ));
    assert!(matches!(open(Vec::new()), Err(IndexError::Foreign)));
    assert!(matches!(
        open(bytes[..bytes.len() - 1].to_vec()),
        Err(IndexError::Truncated)
    ));
    let mut newer = bytes.clone();
    newer[8] = 200;
    assert!(matches!(
        open(newer),
        Err(IndexError::Format { found: 200 })
    ));
    let mut longer = bytes.clone();
    longer.push(0);
    assert!(matches!(open(longer), Err(IndexError::Truncated)));
    let mut flipped = bytes.clone();
    *flipped.last_mut().expect("not empty") ^= 1;
    let index = Index::from_bytes(flipped).expect("the header is whole");
    assert!(matches!(index.verify(), Err(IndexError::Damaged)));
}

/// Asks everything there is to ask.
fn exhaust(index: &Index) {
    let _ = index.facts();
    for name in ["some-tool", "org.example:tool", "example.org/Tool"] {
        for ecosystem in Ecosystem::ALL {
            for found in index.matches(ecosystem, name, "1.0").into_iter().flatten() {
                let _ = index.vulnerability(found.vulnerability);
                let _ = index.describe(found.vulnerability);
            }
        }
    }
    let _ = shindan_advisory::rematch::changed_packages(index, &self::index());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn truncated_files_are_refused(cut in 0.0..1.0_f64) {
        let (bytes, _) = built();
        let length = (bytes.len() as f64 * cut) as usize;
        prop_assert!(Index::from_bytes(bytes[..length].to_vec()).is_err());
    }

    /// An attacker can make the checksum of the header right; the body is not even checked.
    #[test]
    fn any_content_is_survived(
        changes in proptest::collection::vec((0.0..1.0_f64, any::<u8>()), 1..20), in_header: bool,
    ) {
        let (mut bytes, _) = built();
        let header = 56 + 6 * 32;
        let span = if in_header { 24..header } else { header + 32..bytes.len() };
        for (place, value) in changes {
            bytes[span.start + (span.len() as f64 * place) as usize] = value;
        }
        let hash = *blake3::hash(&bytes[..header]).as_bytes();
        bytes[header..header + 32].copy_from_slice(&hash);
        if let Ok(index) = Index::from_bytes(bytes) {
            exhaust(&index);
        }
    }

    #[test]
    fn any_record_is_read_or_counted(text in "\\PC{0,200}", place in 0..RECORDS.len(), cut in 0.0..1.0_f64) {
        let mut import = Import::new().expect("memory");
        import.add_record("any", text.as_bytes()).expect("small");
        let record = RECORDS[place].as_bytes();
        let at = (record.len() as f64 * cut) as usize;
        let spliced = [&record[..at], text.as_bytes(), &record[at..]].concat();
        import.add_record("spliced", &spliced).expect("small");
        prop_assert_eq!(import.read(), 2);
        exhaust(&Index::from_bytes(import.finish().expect("small").0).expect("valid"));
    }
}

#[test]
fn a_vulnerability_is_found_by_any_of_its_ids_with_the_packages_that_have_it() {
    let index = index();
    let number = |id: &str| index.vulnerability_of_id(id).expect("whole");
    let found = number("CVE-2026-10").expect("imported");
    for id in ["cve-2026-10", "ghsa-A", "PYSEC-2026-1"] {
        assert_eq!(number(id), Some(found), "{id}");
    }
    assert_eq!(number("CVE-2026-1"), None);
    let packages = index.packages_with(found).expect("whole");
    let [package] = packages.as_slice() else {
        panic!("{packages:?}")
    };
    assert_eq!(
        (package.ecosystem, package.name),
        (Ecosystem::PyPi, "some-tool")
    );
    let introduced: Vec<&str> = package.ranges.iter().map(|r| r.introduced).collect();
    assert_eq!(introduced, ["", "", "0.5"]);
    // `1.2` and `1.2.0` are one version.
    assert_eq!(package.fixed(), ["1.2", "1.3"]);
    assert!(package.listed.is_empty(), "the ranges say it");
    let other = number("CVE-2026-11").expect("imported");
    let packages = index.packages_with(other).expect("whole");
    assert_eq!(
        (packages[0].name, &packages[0].listed[..]),
        ("org.example:tool", &["1-rc1"][..])
    );
}
