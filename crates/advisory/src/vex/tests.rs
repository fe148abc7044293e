use proptest::prelude::*;
use shindan_package::Purl;

use super::{Status, Vex, VexError};

const OPENVEX: &str = r#"{"@context": "https://openvex.dev/ns/v0.2.0", "statements": [
    {"vulnerability": {"name": "CVE-2026-1", "aliases": ["GHSA-a"]}, "status": "not_affected",
     "justification": "vulnerable_code_not_present", "products": [{"@id": "pkg:pypi/Some-Tool@1.0"}]},
    {"vulnerability": {"name": "CVE-2026-2"}, "status": "fixed",
     "products": [{"@id": "pkg:generic/service@1", "subcomponents": [{"@id": "pkg:npm/part"}]}]},
    {"vulnerability": {"name": "CVE-2026-1"}, "status": "affected", "products": [{"@id": "pkg:pypi/some-tool@2.0"}]},
    {"vulnerability": "CVE-2026-3", "status": "under_investigation", "products": ["not-a-purl"]}]}"#;

const CSAF: &str = r#"{"document": {"csaf_version": "2.0"}, "product_tree": {"branches": [{"branches": [
        {"product": {"product_id": "a", "product_identification_helper": {"purl": "pkg:golang/example.org/a@v1.0.0"}}},
        {"product": {"product_id": "b", "product_identification_helper": {"purl": "pkg:golang/example.org/b@v2.0.0"}}}]}],
    "relationships": [{"product_reference": "b", "relates_to_product_reference": "a",
        "full_product_name": {"product_id": "a-b"}}]},
    "vulnerabilities": [{"cve": "CVE-2026-1", "product_status": {"known_not_affected": ["a-b", "unknown"]},
        "flags": [{"label": "component_not_present", "product_ids": ["x"]}],
        "threats": [{"category": "impact", "details": "not reachable"}]}]}"#;

const CYCLONEDX: &str = r#"{"bomFormat": "CycloneDX", "specVersion": "1.5",
    "components": [{"bom-ref": "outer", "components": [{"bom-ref": "inner", "purl": "pkg:maven/org.example/a@1.0"}]}],
    "vulnerabilities": [
    {"id": "CVE-2026-1", "analysis": {"state": "not_affected", "justification": "code_not_reachable"},
     "affects": [{"ref": "inner"}, {"ref": "urn:cdx:x/1#pkg:maven/org.example/b@1.0"}]},
    {"id": "CVE-2026-2", "affects": [{"ref": "inner"}]}]}"#;

fn vex(documents: &[&str]) -> Vex {
    let mut vex = Vex::default();
    for document in documents {
        vex.add(document.as_bytes()).expect("a document");
    }
    vex
}

fn status(vex: &Vex, id: &str, package: &str, product: Option<&str>) -> Option<Status> {
    let purl = |text: &str| text.parse::<Purl>().expect("a purl");
    vex.about(&[id], &purl(package), product.map(purl).as_ref())
        .map(|statement| statement.status)
}

#[test]
fn statements_apply_to_the_package_and_version_they_name() {
    let vex = vex(&[OPENVEX]);
    assert_eq!(vex.without_package, 1);
    assert_eq!(
        status(&vex, "GHSA-a", "pkg:pypi/some_tool@1.0.0", None),
        Some(Status::NotAffected)
    );
    assert_eq!(
        status(&vex, "CVE-2026-1", "pkg:pypi/some-tool@2.0", None),
        Some(Status::Affected)
    );
    assert_eq!(
        status(&vex, "CVE-2026-1", "pkg:pypi/some-tool@3.0", None),
        None
    );
    assert_eq!(
        status(&vex, "CVE-2026-9", "pkg:pypi/some-tool@1.0", None),
        None
    );
}

#[test]
fn a_statement_about_a_part_holds_in_its_product() {
    let vex = vex(&[OPENVEX]);
    let within = |product| status(&vex, "CVE-2026-2", "pkg:npm/part@7.0.0", product);
    assert_eq!(within(None), Some(Status::Fixed));
    assert_eq!(within(Some("pkg:generic/service@1")), Some(Status::Fixed));
    assert_eq!(within(Some("pkg:generic/other@1")), None);
}

#[test]
fn csaf_and_cyclonedx_say_the_same() {
    let vex = vex(&[CSAF, CYCLONEDX]);
    assert_eq!(vex.without_package, 1);
    let csaf = &vex.statements()[0];
    assert_eq!(csaf.package.to_string(), "pkg:golang/example.org/b@v2.0.0");
    assert_eq!(
        csaf.within.as_ref().map(ToString::to_string).as_deref(),
        Some("pkg:golang/example.org/a@v1.0.0")
    );
    assert_eq!(csaf.justification, "not reachable");
    for package in ["pkg:maven/org.example/a@1.0", "pkg:maven/org.example/b@1.0"] {
        assert_eq!(
            status(&vex, "CVE-2026-1", package, None),
            Some(Status::NotAffected)
        );
        assert_eq!(status(&vex, "CVE-2026-2", package, None), None);
    }
}

#[test]
fn later_documents_outweigh_earlier_ones() {
    let later = OPENVEX.replace("not_affected", "affected");
    let package = "pkg:pypi/some-tool@1.0";
    assert_eq!(
        status(&vex(&[OPENVEX, &later]), "CVE-2026-1", package, None),
        Some(Status::Affected)
    );
    assert_eq!(
        status(&vex(&[&later, OPENVEX]), "CVE-2026-1", package, None),
        Some(Status::NotAffected)
    );
}

#[test]
fn other_documents_are_refused() {
    let add = |json: &str| Vex::default().add(json.as_bytes());
    assert!(matches!(add("{}"), Err(VexError::Unknown)));
    assert!(matches!(add("no json"), Err(VexError::Unknown)));
    let broken = r#"{"@context": "https://openvex.dev/ns", "statements": [{"status": "maybe"}]}"#;
    assert!(matches!(
        add(broken),
        Err(VexError::Invalid {
            format: "OpenVEX",
            ..
        })
    ));
    let deep = format!(
        r#"{{"bomFormat": "CycloneDX", "components": {}"#,
        r#"[{"components": "#.repeat(10_000)
    );
    assert!(add(&deep).is_err());
}

proptest! {
    #[test]
    fn any_damage_is_survived(which in 0..3_usize, place in 0.0..1.0_f64, byte: u8) {
        let mut bytes = [OPENVEX, CSAF, CYCLONEDX][which].as_bytes().to_vec();
        let at = (bytes.len() as f64 * place) as usize;
        bytes[at] = byte;
        let _ = Vex::default().add(&bytes);
    }
}
