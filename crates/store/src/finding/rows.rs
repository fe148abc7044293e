//! From what a scan says to the rows that hold it.

use std::collections::{BTreeSet, HashMap};

use shindan_inspector::finding::Resource;
use shindan_inspector::lifecycle::{Life, State};
use shindan_inspector::{AccountId, FindingArn, FindingId, FunctionArn, Observed, Timestamp};

use super::title::{Title, title_key};
use crate::StoreError;
use crate::sql::Value;

/// Where findings of a function belong.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) function: i64,
    pub(super) arn: FunctionArn,
    pub(super) region_id: i64,
    pub(super) administrator: i64,
}

impl Place {
    pub(super) const fn account(&self) -> AccountId {
        self.arn.account
    }

    pub(super) fn finding(&self, id: FindingId) -> FindingArn {
        FindingArn {
            region: self.arn.region.clone(),
            account: self.account(),
            id,
        }
    }

    /// The name of a new finding. It begins with the time, so that new names lie together in the index, as a version 7 UUID
    /// does; the rest is unlike any other, and tells nothing of how many findings there are.
    pub(super) fn new_finding(&self, number: i64, identity: &str, now: Timestamp) -> FindingArn {
        let text = format!("{} {number} {} {identity}", self.arn, now.as_millis());
        let hash = blake3::hash(text.as_bytes());
        let mut id = [0; 16];
        id[..6].copy_from_slice(&now.as_millis().to_be_bytes()[2..]);
        id[6..].copy_from_slice(&hash.as_bytes()[..10]);
        self.finding(FindingId(id))
    }
}

/// What a scan says, ready to be stored.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub(super) observed: Observed,
    /// The document without its resource.
    pub(super) json: String,
    pub(super) digest: i64,
    /// The number of its title.
    title: i64,
}

impl Said {
    pub(super) fn new(
        mut observed: Observed,
        titles: &HashMap<Title, i64>,
    ) -> Result<Self, StoreError> {
        let title = titles
            .get(&title(&observed))
            .copied()
            .ok_or(StoreError::Numbers)?;
        let resources = std::mem::take(&mut observed.document.resources);
        let json = serde_json::to_string(&observed.document).map_err(|e| StoreError::Row {
            what: format!("a finding that cannot be written ({e})"),
        })?;
        observed.document.resources = resources;
        let digest = digest(json.as_bytes());
        Ok(Self {
            observed,
            json,
            digest,
            title,
        })
    }
}

/// The title of a finding as it is stored.
pub(super) fn title(observed: &Observed) -> Title {
    let package = observed.document.package_vulnerability_details.as_ref();
    Title {
        title: storable(&observed.document.title),
        vulnerability_id: storable(package.map_or("", |p| &*p.vulnerability_id)),
    }
}

/// 64 bits of BLAKE3.
pub(crate) fn digest(bytes: &[u8]) -> i64 {
    let hash = blake3::hash(bytes);
    let mut first = [0; 8];
    first.copy_from_slice(&hash.as_bytes()[..8]);
    i64::from_le_bytes(first)
}

/// PostgreSQL holds no NUL in a text. The document keeps it, as an escape; columns for filters lose it.
fn storable(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

fn optional(text: Option<&str>) -> Value {
    Value::OptionalText(text.map(storable))
}

pub(super) const FINDING: &str = "finding (id, arn_id, region_id, account_id, administrator, function_id, type, identity, \
    first_observed_at, status, closed_because, closed_at, suppressed_by, last_observed_at, updated_at, \
    severity, title_key, score, epss, fix, exploit, vulnerability_id, vulnerability_source, vendor_severity, \
    detector_name, file_path, digest) VALUES ";
pub(super) const DOCUMENT: &str = "finding_document (finding_id, document) VALUES ";
pub(super) const PACKAGE: &str = "finding_package (finding_id, position, name, version, file_path, layer_arn, \
    counted, region_id, administrator, account_id, status, severity) VALUES ";
pub(super) const LAYER: &str = "finding_layer (finding_id, layer_arn, function_id, region_id, administrator, \
    account_id, status, severity) VALUES ";
pub(super) const RELATED: &str = "finding_related (finding_id, vulnerability_id) VALUES ";
pub(super) const DETECTOR_TAG: &str = "finding_detector_tag (finding_id, tag) VALUES ";
pub(super) const SNIPPET: &str = "snippet (finding_id, sealed) VALUES ";

/// Columns of `finding` that follow from the state, as [`FINDING`] has them: status to `updated_at`.
pub(super) fn state_values(life: &Life) -> Vec<Value> {
    let (because, at) = match life.state {
        State::Closed { because, at } => (Some(i64::from(because.code())), Some(at.as_millis())),
        State::Active | State::Suppressed { .. } => (None, None),
    };
    let suppressed_by = match life.state {
        State::Suppressed { by } => Some(by.to_string()),
        State::Active | State::Closed { .. } => None,
    };
    vec![
        life.state.status().code().into(),
        because.into(),
        at.into(),
        suppressed_by.into(),
        life.last_observed_at.as_millis().into(),
        life.updated_at.as_millis().into(),
    ]
}

/// Columns of `finding` that follow from the document, as [`FINDING`] has them: severity to digest.
pub(super) fn document_values(said: &Said) -> Vec<Value> {
    let document = &said.observed.document;
    let package = document.package_vulnerability_details.as_ref();
    let code = document.code_vulnerability_details.as_ref();
    vec![
        document.severity.code().into(),
        title_key(said.title, document.severity).into(),
        document.inspector_score.into(),
        document.epss.map(|epss| epss.score).into(),
        document.fix_available.code().into(),
        document.exploit_available.code().into(),
        optional(package.map(|p| &*p.vulnerability_id)),
        optional(package.map(|p| &*p.source)),
        optional(package.and_then(|p| p.vendor_severity.as_deref())),
        optional(code.map(|c| &*c.detector_name)),
        optional(code.map(|c| &*c.file_path.file_path)),
        said.digest.into(),
    ]
}

/// The rows of other tables than `finding`.
#[derive(Debug, Default)]
pub(super) struct SideRows {
    pub(super) documents: Vec<Vec<Value>>,
    pub(super) packages: Vec<Vec<Value>>,
    pub(super) layers: Vec<Vec<Value>>,
    pub(super) related: Vec<Vec<Value>>,
    pub(super) detector_tags: Vec<Vec<Value>>,
    pub(super) snippets: Vec<Vec<Value>>,
}

impl SideRows {
    pub(super) fn add(&mut self, id: i64, place: &Place, life: &Life, said: &Said) {
        self.documents
            .push(vec![id.into(), said.json.clone().into()]);
        if let Some(sealed) = &said.observed.sealed_snippet {
            self.snippets.push(vec![id.into(), sealed.clone().into()]);
        }
        let document = &said.observed.document;
        let copies = |row: &mut Vec<Value>| {
            row.extend([
                Value::Integer(place.region_id),
                place.administrator.into(),
                place.account().number().into(),
                life.state.status().code().into(),
                document.severity.code().into(),
            ]);
        };
        let mut layers = BTreeSet::new();
        if let Some(details) = &document.package_vulnerability_details {
            let mut names = BTreeSet::new();
            for (package, position) in details.vulnerable_packages.iter().zip(0_i64..) {
                let layer = package
                    .source_lambda_layer_arn
                    .as_deref()
                    .unwrap_or_default();
                let mut row = vec![
                    id.into(),
                    position.into(),
                    storable(&package.name).into(),
                    storable(&package.version).into(),
                    storable(package.file_path.as_deref().unwrap_or_default()).into(),
                    storable(layer).into(),
                    i16::from(names.insert(&package.name)).into(),
                ];
                copies(&mut row);
                self.packages.push(row);
                layers.insert(layer);
            }
            let related: BTreeSet<_> = details.related_vulnerabilities.iter().collect();
            let related = related
                .into_iter()
                .map(|name| vec![id.into(), storable(name).into()]);
            self.related.extend(related);
        }
        if let Some(details) = &document.code_vulnerability_details {
            let tags: BTreeSet<_> = details.detector_tags.iter().collect();
            let tags = tags
                .into_iter()
                .map(|tag| vec![id.into(), storable(tag).into()]);
            self.detector_tags.extend(tags);
            layers.extend(details.source_lambda_layer_arn.as_deref());
        }
        for layer in layers.into_iter().filter(|layer| !layer.is_empty()) {
            let mut row = vec![id.into(), storable(layer).into(), place.function.into()];
            copies(&mut row);
            self.layers.push(row);
        }
    }
}

pub(super) const RESOURCE: &str = "INSERT INTO finding_resource (function_id, account_id, resource_id, name, runtime, role_arn, \
    last_modified_at, document) VALUES (";
pub(super) const RESOURCE_AGAIN: &str = ") ON CONFLICT (function_id) DO UPDATE SET account_id = excluded.account_id, resource_id = excluded.resource_id, \
    name = excluded.name, runtime = excluded.runtime, role_arn = excluded.role_arn, \
    last_modified_at = excluded.last_modified_at, document = excluded.document";

/// The row of [`RESOURCE`].
pub(super) fn resource_values(place: &Place, resource: &Resource, json: String) -> Vec<Value> {
    let function = &resource.details.aws_lambda_function;
    vec![
        place.function.into(),
        place.account().number().into(),
        storable(&resource.id).into(),
        storable(&function.function_name).into(),
        storable(&function.runtime).into(),
        storable(&function.execution_role_arn).into(),
        function.last_modified_at.as_millis().into(),
        json.into(),
    ]
}
