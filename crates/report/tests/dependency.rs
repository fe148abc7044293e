//! A vulnerability of a dependency in every format.

use shindan_finding::{
    ClosedFinding, Confidence, DetectorId, Disposition, Epss, Finding, FindingKind, KnownExploit,
    Location, Outcome, PackagePlace, Region, Severity, SuppressedBy, Upgrade, Usage, Vulnerability,
    VulnerablePackage, fingerprints,
};
use shindan_package::{Ecosystem, Purl};
use shindan_report::{Format, Report, TextStyle, render};

fn package(version: &str, fixed: &[&str], usage: Usage, paths: &[&str]) -> VulnerablePackage {
    VulnerablePackage {
        ecosystem: Ecosystem::Npm,
        name: "@acme/tool".into(),
        version: version.into(),
        purl: Purl::of(Ecosystem::Npm, "@acme/tool", version),
        manager: "NODEPKG".into(),
        evidence: "installed".into(),
        vendored: false,
        places: paths
            .iter()
            .map(|path| PackagePlace {
                path: (*path).into(),
                line: None,
                layer: None,
            })
            .collect(),
        fixed: fixed.iter().map(|f| (*f).into()).collect(),
        upgrade: String::new(),
        usage,
    }
}

fn rendered(format: Format) -> String {
    let place = "node_modules/@acme/tool/package.json";
    let vulnerability = Vulnerability {
        id: "CVE-2026-1".into(),
        aliases: vec!["GHSA-a".into()],
        source: "GitHub Advisory Database".into(),
        url: "https://osv.dev/vulnerability/GHSA-a".into(),
        is_rated: true,
        score_tenths: Some(98),
        vectors: vec!["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H".into()],
        epss: Some(Epss {
            probability: 1_234,
            percentile: 90_000,
        }),
        known_exploit: Some(KnownExploit {
            added: "2026-02-03".into(),
            due: "2026-03-04".into(),
            ransomware: true,
        }),
        published: None,
        modified: "2026-01-01T00:00:00Z".into(),
        packages: vec![
            package("1.3.0", &["1.3.9", "2.0.1"], Usage::Imported, &[place]),
            package("0.9.0", &[], Usage::NotImported, &["a", "b", "c", "d", "e"]),
        ],
    };
    let finding = Finding {
        kind: FindingKind::Dependency,
        detector: DetectorId("CVE-2026-1".into()),
        message: "@acme/tool 1.3.0 and 1 other package: runs what it is \u{1b}[2Jgiven".into(),
        severity: Severity::Critical,
        confidence: Confidence::High,
        cwe: vec![78],
        location: Location {
            path: place.into(),
            region: Region {
                start_line: 1,
                start_column: 1,
                end_line: 1,
                end_column: 1,
            },
            snippet: None,
        },
        flow: Vec::new(),
        enclosing: String::new(),
        functions: vec!["Orders".into()],
        approximations: Vec::new(),
        normalized_sink: "npm/@acme/tool".into(),
        source: String::new(),
        masked: None,
        secret_hash: None,
        ignored_inline: None,
        vulnerability: Some(Box::new(vulnerability)),
    };
    let closed = |finding: &Finding| ClosedFinding {
        detector: finding.detector.clone(),
        path: finding.location.path.clone(),
    };
    // Less urgent, in spite of its place and severity: nobody is known to exploit it.
    let mut second = finding.clone();
    second.detector = DetectorId("CVE-2026-0".into());
    second.location.path = "a/package.json".into();
    if let Some(vulnerability) = &mut second.vulnerability {
        vulnerability.id = "CVE-2026-0".into();
        vulnerability.known_exploit = None;
        vulnerability.packages.truncate(1);
        vulnerability.packages[0].upgrade = "`npm install @acme/tool@^1.3.9`".into();
    }
    let mut suppressed = second.clone();
    suppressed.location.path = "b/package.json".into();
    let upgrade = |version: &str, closes: Vec<ClosedFinding>| Upgrade {
        ecosystem: Ecosystem::Npm,
        package: "@acme/tool".into(),
        version: version.into(),
        command: format!("`npm install @acme/tool@^{version}`"),
        closes,
    };
    let outcome = Outcome {
        upgrades: vec![
            upgrade("9.9.9", vec![closed(&suppressed)]),
            upgrade("1.3.9", vec![closed(&second), closed(&suppressed)]),
        ],
        findings: vec![second, suppressed, finding],
        ..Outcome::default()
    };
    let report = Report {
        outcome: &outcome,
        fingerprints: &fingerprints(&outcome.findings),
        dispositions: &[
            Disposition::Active,
            Disposition::Suppressed {
                by: SuppressedBy::Vex,
                reason: "not reached".into(),
            },
            Disposition::Active,
        ],
        baseline: None,
        notes: &[],
        version: "1.2.3",
        style: TextStyle::default(),
    };
    let mut out = Vec::new();
    render(format, &report, &mut out).expect("writing to memory");
    String::from_utf8(out).expect("UTF-8")
}

#[test]
fn people_read_versions_places_and_what_is_known_of_exploits() {
    insta::assert_snapshot!(rendered(Format::Text));
}

fn parsed(format: Format) -> serde_json::Value {
    serde_json::from_str(&rendered(format)).expect("JSON")
}

#[test]
fn programs_get_all_of_it_in_one_shape() {
    let json = parsed(Format::Json)["findings"][2]["vulnerability"].clone();
    insta::assert_snapshot!(serde_json::to_string_pretty(&json).expect("plain data"));
    let sarif = parsed(Format::Sarif);
    assert_eq!(
        sarif["runs"][0]["results"][2]["properties"]["vulnerability"],
        json
    );
}

#[test]
fn what_does_not_count_has_no_rank_and_is_closed_by_no_upgrade() {
    let json = parsed(Format::Json);
    let ranks: Vec<_> = (0..3)
        .map(|at| json["findings"][at]["vulnerability"]["rank"].as_u64())
        .collect();
    assert_eq!(ranks, [Some(2), None, Some(1)]);
    assert_eq!(
        json["upgrades"],
        serde_json::json!([{
            "ecosystem": "npm", "package": "@acme/tool", "version": "1.3.9",
            "command": "`npm install @acme/tool@^1.3.9`",
            "closes": [{"detector": "CVE-2026-0", "path": "a/package.json"}],
        }])
    );
}
