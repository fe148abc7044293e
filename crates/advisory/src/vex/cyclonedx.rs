use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Draft, Status};

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    components: Vec<Component>,
    #[serde(default)]
    vulnerabilities: Vec<Vulnerability>,
}

/// Nested as deep as the JSON reader allows, which is 128 levels.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Component {
    #[serde(rename = "bom-ref")]
    reference: String,
    purl: Option<String>,
    components: Vec<Component>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Vulnerability {
    id: String,
    references: Vec<Reference>,
    analysis: Option<Analysis>,
    affects: Vec<Affects>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Reference {
    id: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Analysis {
    state: String,
    justification: String,
    detail: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Affects {
    #[serde(rename = "ref")]
    reference: String,
}

fn status(state: &str) -> Option<Status> {
    match state {
        "not_affected" | "false_positive" => Some(Status::NotAffected),
        "resolved" | "resolved_with_pedigree" => Some(Status::Fixed),
        "exploitable" => Some(Status::Affected),
        "in_triage" => Some(Status::UnderInvestigation),
        _ => None,
    }
}

/// References are those of components in the document, or links into another one, which are often its package URLs
/// (<https://cyclonedx.org/capabilities/bomlink/>).
fn package(reference: &str, components: &BTreeMap<String, String>) -> String {
    if let Some(purl) = components.get(reference) {
        return purl.clone();
    }
    match reference.split_once('#') {
        Some((link, element)) if link.starts_with("urn:cdx:") => element.to_owned(),
        _ => reference.to_owned(),
    }
}

fn collect(components: Vec<Component>, found: &mut BTreeMap<String, String>) {
    for component in components {
        if let Some(purl) = component.purl {
            found.insert(component.reference, purl);
        }
        collect(component.components, found);
    }
}

pub(super) fn read(json: &[u8]) -> Result<Vec<Draft>, serde_json::Error> {
    let document: Document = serde_json::from_slice(json)?;
    let mut components = BTreeMap::new();
    collect(document.components, &mut components);
    let mut drafts = Vec::new();
    for vulnerability in document.vulnerabilities {
        let Some(analysis) = vulnerability.analysis else {
            continue;
        };
        let Some(status) = status(&analysis.state) else {
            continue;
        };
        let mut vulnerabilities = vec![vulnerability.id];
        vulnerabilities.extend(
            vulnerability
                .references
                .into_iter()
                .map(|reference| reference.id),
        );
        let justification = if analysis.justification.is_empty() {
            analysis.detail
        } else {
            analysis.justification
        };
        for affects in vulnerability.affects {
            drafts.push(Draft {
                vulnerabilities: vulnerabilities.clone(),
                package: Some(package(&affects.reference, &components)),
                within: None,
                status,
                justification: justification.clone(),
            });
        }
    }
    Ok(drafts)
}
