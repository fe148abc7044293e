//! SPDX 2.3 as JSON (<https://spdx.github.io/spdx-spec/v2.3/>).

use serde::{Deserialize, Serialize};

use super::detail::{self, NOTE, PROPERTY, Stated};
use super::{Document, SbomError, inventory};
use crate::package::{Inventory, Note, Package};
use crate::text::json::parse;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Spdx {
    spdx_version: String,
    #[serde(rename = "SPDXID", default)]
    id: String,
    #[serde(default)]
    data_license: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    document_namespace: String,
    #[serde(skip_deserializing)]
    creation_info: CreationInfo,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    annotations: Vec<Annotation>,
    #[serde(default)]
    packages: Vec<SpdxPackage>,
    #[serde(skip_deserializing)]
    relationships: Vec<Relationship>,
}

#[derive(Default, Serialize)]
struct CreationInfo {
    created: String,
    creators: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SpdxPackage {
    #[serde(rename = "SPDXID", default)]
    id: String,
    #[serde(default)]
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_info: Option<String>,
    #[serde(default)]
    download_location: String,
    #[serde(default)]
    files_analyzed: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty", skip_deserializing)]
    checksums: Vec<Checksum>,
    /// How the package was found; other tools write paths here.
    #[serde(skip_serializing_if = "Option::is_none")]
    source_info: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    external_refs: Vec<ExternalRef>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    annotations: Vec<Annotation>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Checksum {
    algorithm: &'static str,
    checksum_value: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ExternalRef {
    #[serde(default)]
    reference_category: String,
    #[serde(default)]
    reference_type: String,
    #[serde(default)]
    reference_locator: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Annotation {
    #[serde(default)]
    annotation_date: String,
    #[serde(default)]
    annotation_type: String,
    #[serde(default)]
    annotator: String,
    #[serde(default)]
    comment: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Relationship {
    spdx_element_id: String,
    relationship_type: &'static str,
    related_spdx_element: String,
}

const DOCUMENT: &str = "SPDXRef-DOCUMENT";
const SUBJECT: &str = "SPDXRef-Subject";

pub(super) fn write(inventory: &Inventory, document: &Document) -> String {
    let created = document.timestamp();
    let annotation = |name: &str, json: String| Annotation {
        annotation_date: created.clone(),
        annotation_type: "OTHER".to_owned(),
        annotator: "Tool: shindan".to_owned(),
        comment: format!("{name} {json}"),
    };
    let subject = SpdxPackage {
        id: SUBJECT.to_owned(),
        name: document.subject.clone(),
        version_info: None,
        download_location: "NOASSERTION".to_owned(),
        files_analyzed: false,
        checksums: Vec::new(),
        source_info: None,
        external_refs: Vec::new(),
        annotations: Vec::new(),
    };
    let id = |number: usize| format!("SPDXRef-Package-{number}");
    let packages = inventory
        .packages
        .iter()
        .enumerate()
        .map(|(number, package)| SpdxPackage {
            id: id(number),
            name: package.name.clone(),
            version_info: package.version.clone(),
            download_location: "NOASSERTION".to_owned(),
            files_analyzed: false,
            checksums: detail::sha1(package)
                .map(|sha1| Checksum {
                    algorithm: "SHA1",
                    checksum_value: sha1.to_string(),
                })
                .into_iter()
                .collect(),
            source_info: Some(source_info(package)),
            external_refs: package.purl.iter().map(external_ref).collect(),
            annotations: vec![annotation(PROPERTY, detail::write(package))],
        });
    let contains = (0..inventory.packages.len()).map(|number| Relationship {
        spdx_element_id: SUBJECT.to_owned(),
        relationship_type: "CONTAINS",
        related_spdx_element: id(number),
    });
    let describes = Relationship {
        spdx_element_id: DOCUMENT.to_owned(),
        relationship_type: "DESCRIBES",
        related_spdx_element: SUBJECT.to_owned(),
    };
    let notes = inventory.notes.iter();
    let spdx = Spdx {
        spdx_version: "SPDX-2.3".to_owned(),
        id: DOCUMENT.to_owned(),
        data_license: "CC0-1.0".to_owned(),
        name: document.subject.clone(),
        document_namespace: format!("urn:uuid:{}", document.uuid()),
        creation_info: CreationInfo {
            created: created.clone(),
            creators: vec![format!("Tool: shindan-{}", document.tool_version)],
        },
        annotations: notes
            .map(|note| annotation(NOTE, serde_json::to_string(note).unwrap_or_default()))
            .collect(),
        packages: std::iter::once(subject).chain(packages).collect(),
        relationships: std::iter::once(describes).chain(contains).collect(),
    };
    // Plain data without maps always serialises.
    serde_json::to_string_pretty(&spdx).unwrap_or_default()
}

pub(super) fn read(bytes: &[u8]) -> Result<Inventory, SbomError> {
    let spdx: Spdx = parse(bytes).map_err(SbomError::NoJson)?;
    let notes = spdx
        .annotations
        .iter()
        .filter_map(|annotation| commented(annotation, NOTE));
    let notes: Vec<Note> = notes
        .filter_map(|json| serde_json::from_str(json).ok())
        .collect();
    let (mut packages, mut unknown) = (Vec::new(), 0);
    for package in &spdx.packages {
        let purl = package
            .external_refs
            .iter()
            .find(|reference| reference.reference_type == "purl");
        let stated = Stated {
            name: package.name.clone(),
            version: package.version_info.as_deref(),
            purl: purl.map(|reference| reference.reference_locator.as_str()),
            detail: package
                .annotations
                .iter()
                .find_map(|annotation| commented(annotation, PROPERTY)),
            paths: paths(package.source_info.as_deref().unwrap_or_default()),
        };
        match detail::read(stated) {
            Some(package) => packages.push(package),
            // What a document describes has no package URL by custom.
            None if purl.is_some() => unknown += 1,
            None => {}
        }
    }
    Ok(inventory(packages, notes, unknown))
}

fn external_ref(purl: &shindan_package::Purl) -> ExternalRef {
    ExternalRef {
        reference_category: "PACKAGE-MANAGER".to_owned(),
        reference_type: "purl".to_owned(),
        reference_locator: purl.to_string(),
    }
}

/// The JSON in a comment of our own.
fn commented<'a>(annotation: &'a Annotation, name: &str) -> Option<&'a str> {
    annotation.comment.strip_prefix(name)?.strip_prefix(' ')
}

fn source_info(package: &Package) -> String {
    let paths: Vec<&str> = package
        .places
        .iter()
        .map(|place| place.path.as_str())
        .collect();
    format!("found in: {}", paths.join(", "))
}

/// The paths behind the last `: ` of what Syft, Trivy and we write.
fn paths(source_info: &str) -> Vec<String> {
    let Some((_, paths)) = source_info.rsplit_once(": ") else {
        return Vec::new();
    };
    paths
        .split(", ")
        .map(str::trim)
        .filter(|path| !path.is_empty())
        .map(str::to_owned)
        .collect()
}
