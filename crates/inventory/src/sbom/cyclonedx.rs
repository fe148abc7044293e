//! CycloneDX 1.4 to 1.6 as JSON (<https://cyclonedx.org/docs/1.6/json/>).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::detail::{self, NOTE, PROPERTY, Stated};
use super::{Document, SbomError, inventory};
use crate::package::{Evidence, Inventory, Note, Package, Place};
use crate::text::json::parse;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bom {
    bom_format: String,
    spec_version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    serial_number: Option<String>,
    #[serde(default)]
    version: u32,
    #[serde(default)]
    metadata: Metadata,
    #[serde(default)]
    components: Vec<Component>,
}

#[derive(Default, Serialize, Deserialize)]
struct Metadata {
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", skip_deserializing)]
    tools: Option<Tools>,
    #[serde(skip_serializing_if = "Option::is_none", skip_deserializing)]
    component: Option<Component>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    properties: Vec<Property>,
}

/// A list of its own kind of record in 1.4, components since.
#[derive(Serialize)]
#[serde(untagged)]
enum Tools {
    Legacy([LegacyTool; 1]),
    Components { components: Vec<Component> },
}

#[derive(Serialize)]
struct LegacyTool {
    name: &'static str,
    version: String,
}

#[derive(Default, Serialize, Deserialize)]
struct Component {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(rename = "bom-ref", skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    #[serde(default)]
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    /// `excluded` for what is declared but not there, `optional` for development.
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty", skip_deserializing)]
    hashes: Vec<Hash>,
    #[serde(skip_serializing_if = "Option::is_none")]
    purl: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    properties: Vec<Property>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    components: Vec<Component>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    evidence: Option<Occurrences>,
}

#[derive(Serialize)]
struct Hash {
    alg: &'static str,
    content: String,
}

/// Where a component was seen; since 1.5.
#[derive(Serialize, Deserialize)]
struct Occurrences {
    #[serde(default)]
    occurrences: Vec<Occurrence>,
}

#[derive(Serialize, Deserialize)]
struct Occurrence {
    #[serde(default)]
    location: String,
    /// Since 1.6.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
}

#[derive(Serialize, Deserialize)]
struct Property {
    #[serde(default)]
    name: String,
    #[serde(default)]
    value: String,
}

pub(super) fn write(inventory: &Inventory, version: &str, document: &Document) -> String {
    let mut taken = BTreeSet::new();
    let packages = inventory.packages.iter().enumerate();
    let components = packages
        .map(|(number, package)| component(package, number, version, &mut taken))
        .collect();
    let tool_version = document.tool_version.clone();
    let tools = if version == "1.4" {
        Tools::Legacy([LegacyTool {
            name: "shindan",
            version: tool_version,
        }])
    } else {
        let tool = Component {
            kind: "application".to_owned(),
            name: "shindan".to_owned(),
            version: Some(tool_version),
            ..Component::default()
        };
        Tools::Components {
            components: vec![tool],
        }
    };
    let subject = Component {
        kind: "application".to_owned(),
        reference: Some("subject".to_owned()),
        name: document.subject.clone(),
        ..Component::default()
    };
    let notes = inventory.notes.iter().map(|note| Property {
        name: NOTE.to_owned(),
        value: serde_json::to_string(note).unwrap_or_default(),
    });
    let bom = Bom {
        bom_format: "CycloneDX".to_owned(),
        spec_version: version.to_owned(),
        serial_number: Some(format!("urn:uuid:{}", document.uuid())),
        version: 1,
        metadata: Metadata {
            timestamp: Some(document.timestamp()),
            tools: Some(tools),
            component: Some(subject),
            properties: notes.collect(),
        },
        components,
    };
    // Plain data without maps always serialises.
    serde_json::to_string_pretty(&bom).unwrap_or_default()
}

pub(super) fn read(bytes: &[u8]) -> Result<Inventory, SbomError> {
    let bom: Bom = parse(bytes).map_err(SbomError::NoJson)?;
    let notes = bom
        .metadata
        .properties
        .iter()
        .filter(|property| property.name == NOTE);
    let notes: Vec<Note> = notes
        .filter_map(|property| serde_json::from_str(&property.value).ok())
        .collect();
    let (mut packages, mut unknown) = (Vec::new(), 0);
    // Nesting is bounded by the parser of JSON; this order does not matter.
    let mut waiting = bom.components;
    while let Some(mut component) = waiting.pop() {
        waiting.append(&mut component.components);
        match package(&component) {
            Some(package) => packages.push(package),
            None if matches!(component.kind.as_str(), "library" | "framework") => unknown += 1,
            None => {}
        }
    }
    Ok(inventory(packages, notes, unknown))
}

fn component(
    package: &Package,
    number: usize,
    version: &str,
    taken: &mut BTreeSet<String>,
) -> Component {
    let purl = package.purl.as_ref().map(ToString::to_string);
    let reference = purl
        .clone()
        .filter(|purl| !taken.contains(purl))
        .unwrap_or_else(|| format!("package-{number}"));
    taken.insert(reference.clone());
    let scope = match (package.overruled, package.development) {
        (true, _) => Some("excluded"),
        (false, true) => Some("optional"),
        (false, false) => None,
    };
    let (group, name) = divide(package);
    let occurrence = |place: &Place| Occurrence {
        location: place.path.clone(),
        line: place.line.filter(|_| version == "1.6"),
    };
    let has_occurrences = version != "1.4";
    let hash = detail::sha1(package).map(|sha1| Hash {
        alg: "SHA-1",
        content: sha1.to_string(),
    });
    let kind = match package.evidence {
        Evidence::Subject => "application",
        _ => "library",
    };
    Component {
        kind: kind.to_owned(),
        reference: Some(reference),
        group: group.map(str::to_owned),
        name: name.to_owned(),
        version: package.version.clone(),
        scope: scope.map(str::to_owned),
        hashes: hash.into_iter().collect(),
        purl,
        properties: vec![Property {
            name: PROPERTY.to_owned(),
            value: detail::write(package),
        }],
        components: Vec::new(),
        evidence: has_occurrences.then(|| Occurrences {
            occurrences: package.places.iter().map(occurrence).collect(),
        }),
    }
}

/// Group and name, where the ecosystem has groups.
fn divide(package: &Package) -> (Option<&str>, &str) {
    let separator = match package.ecosystem {
        shindan_package::Ecosystem::Maven => ':',
        shindan_package::Ecosystem::Npm => '/',
        _ => return (None, &package.name),
    };
    match package.name.split_once(separator) {
        Some((group, name)) => (Some(group), name),
        None => (None, &package.name),
    }
}

fn package(component: &Component) -> Option<Package> {
    let property = |wanted: &str| {
        let found = component
            .properties
            .iter()
            .find(|property| property.name == wanted);
        found.map(|property| property.value.as_str())
    };
    let is_maven = component
        .purl
        .as_deref()
        .is_none_or(|purl| purl.starts_with("pkg:maven/"));
    let name = match &component.group {
        Some(group) if !group.is_empty() && is_maven => format!("{group}:{}", component.name),
        Some(group) if !group.is_empty() => format!("{group}/{}", component.name),
        _ => component.name.clone(),
    };
    let occurrences = component
        .evidence
        .iter()
        .flat_map(|evidence| &evidence.occurrences);
    let mut paths: Vec<String> = occurrences
        .map(|occurrence| occurrence.location.clone())
        .collect();
    if paths.is_empty() {
        // What Syft and Trivy call it.
        let known = ["syft:location:0:path", "aquasecurity:trivy:FilePath"];
        paths.extend(known.into_iter().find_map(property).map(str::to_owned));
    }
    detail::read(Stated {
        name,
        version: component.version.as_deref(),
        purl: component.purl.as_deref(),
        detail: property(PROPERTY),
        paths,
    })
}
