//! Packages with known vulnerabilities.

use shindan_advisory::severity::Rating;
use shindan_finding::{DetectorInfo, Vulnerability, VulnerablePackage as Affected};
use shindan_inspector::finding::{
    AdjustedCvss, CvssScore, Epss, ExploitabilityDetails, InspectorScoreDetails,
    PackageVulnerabilityDetails, Recommendation, Remediation, Resource, VulnerablePackage,
};
use shindan_inspector::{
    ExploitAvailable, FindingDocument, FindingType, FixAvailable, Observed, PackageManager,
    Severity, Timestamp,
};
use shindan_store::FunctionState;

use super::text;

/// Places of packages that one finding lists; a vulnerable library can be in a package a thousand times.
const MAX_PACKAGES: usize = 100;

/// Whose database describes it, where a record does not say.
const UNKNOWN_SOURCE: &str = "OSV";

pub(super) fn observed(
    vulnerability: &Vulnerability,
    info: Option<&DetectorInfo>,
    function: &FunctionState,
    resource: &Resource,
) -> Observed {
    let source = text(&vulnerability.source, UNKNOWN_SOURCE);
    let cvss = scores(vulnerability, &source);
    let score = vulnerability
        .score_tenths
        .map(|tenths| f64::from(tenths) / 10.0);
    let severity = severity(vulnerability, score, info);
    let score_details = score
        .zip(cvss.first())
        .map(|(score, first)| InspectorScoreDetails {
            adjusted_cvss: AdjustedCvss {
                score_source: source.clone(),
                cvss_source: source.clone(),
                version: first.version.clone(),
                score,
                scoring_vector: first.scoring_vector.clone(),
            },
        });
    let references = info.map_or_else(Vec::new, |info| info.references.clone());
    let exploited = vulnerability.known_exploit.as_ref();
    let document = FindingDocument {
        finding_type: FindingType::PackageVulnerability,
        description: text(
            info.map_or("", |info| &info.description),
            info.map_or(&vulnerability.id, |info| &info.title),
        ),
        title: title(vulnerability),
        remediation: Remediation {
            recommendation: Recommendation {
                text: text(info.map_or("", |info| &info.fix), "None Provided"),
                url: None,
            },
        },
        severity,
        resources: vec![resource.clone()],
        inspector_score: score,
        inspector_score_details: score_details,
        package_vulnerability_details: Some(PackageVulnerabilityDetails {
            vulnerability_id: vulnerability.id.clone(),
            vulnerable_packages: packages(vulnerability, function),
            source,
            source_url: filled(&vulnerability.url),
            cvss,
            related_vulnerabilities: vulnerability.aliases.clone(),
            vendor_severity: Some(severity.to_string()),
            vendor_created_at: vulnerability.published.as_deref().and_then(moment),
            vendor_updated_at: moment(&vulnerability.modified),
            reference_urls: references,
        }),
        code_vulnerability_details: None,
        fix_available: fix_available(&vulnerability.packages),
        exploit_available: if exploited.is_some() {
            ExploitAvailable::Yes
        } else {
            ExploitAvailable::No
        },
        exploitability_details: exploited
            .and_then(|known| moment(&format!("{}T00:00:00Z", known.added)))
            .map(|last_known_exploit_at| ExploitabilityDetails {
                last_known_exploit_at,
            }),
        epss: vulnerability.epss.map(|epss| Epss {
            score: f64::from(epss.probability.min(100_000)) / 100_000.0,
        }),
    };
    Observed {
        identity: vulnerability.id.clone(),
        document: document.bounded(),
        sealed_snippet: None,
    }
}

/// `CVE-2023-30861 - flask`, `CVE-2021-44228 - log4j-core, log4j-api`.
fn title(vulnerability: &Vulnerability) -> String {
    let mut names: Vec<&str> = Vec::new();
    for package in &vulnerability.packages {
        if !names.contains(&package.name.as_str()) {
            names.push(&package.name);
        }
    }
    format!("{} - {}", vulnerability.id, names.join(", "))
}

/// By the score, as Inspector does; by the database's word where there is no score.
fn severity(
    vulnerability: &Vulnerability,
    score: Option<f64>,
    info: Option<&DetectorInfo>,
) -> Severity {
    match score {
        _ if !vulnerability.is_rated => Severity::Untriaged,
        Some(score) if score >= 9.0 => Severity::Critical,
        Some(score) if score >= 7.0 => Severity::High,
        Some(score) if score >= 4.0 => Severity::Medium,
        Some(score) if score > 0.0 => Severity::Low,
        Some(_) => Severity::Informational,
        None => info.map_or(Severity::Untriaged, |info| super::severity(info.severity)),
    }
}

fn scores(vulnerability: &Vulnerability, source: &str) -> Vec<CvssScore> {
    let vectors = vulnerability.vectors.iter().take(10);
    vectors
        .filter_map(|vector| {
            let rating = Rating::of(vector)?;
            let version = rating
                .vector
                .strip_prefix("CVSS:")
                .and_then(|rest| rest.split('/').next())
                .unwrap_or("2.0");
            Some(CvssScore {
                base_score: rating.score,
                version: version.to_owned(),
                source: source.to_owned(),
                scoring_vector: rating.vector.clone(),
            })
        })
        .collect()
}

fn packages(vulnerability: &Vulnerability, function: &FunctionState) -> Vec<VulnerablePackage> {
    let each_place = vulnerability.packages.iter().flat_map(|package| {
        let places = package.places.iter().map(Some);
        let none = package.places.is_empty().then_some(None);
        places.chain(none).map(move |place| (package, place))
    });
    each_place
        .take(MAX_PACKAGES)
        .map(|(package, place)| VulnerablePackage {
            name: text(&package.name, "unknown"),
            version: text(&package.version, "unknown"),
            package_manager: PackageManager::parse(&package.manager),
            file_path: place.and_then(|place| filled(&place.path)),
            // Of several, Inspector shows the latest.
            fixed_in_version: package.fixed.last().cloned(),
            remediation: filled(&package.upgrade),
            source_lambda_layer_arn: place
                .and_then(|place| place.layer)
                .and_then(|layer| function.layers.get(usize::try_from(layer).ok()?))
                .map(|layer| layer.arn.clone()),
        })
        .collect()
}

fn fix_available(packages: &[Affected]) -> FixAvailable {
    let fixed = packages.iter().filter(|p| !p.fixed.is_empty()).count();
    if fixed == 0 {
        FixAvailable::No
    } else if fixed == packages.len() {
        FixAvailable::Yes
    } else {
        FixAvailable::Partial
    }
}

fn filled(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// The moment of an RFC 3339 text.
fn moment(text: &str) -> Option<Timestamp> {
    let moment: jiff::Timestamp = text.parse().ok()?;
    Some(Timestamp::from_millis(moment.as_millisecond()))
}
