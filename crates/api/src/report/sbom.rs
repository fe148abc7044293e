use std::collections::BTreeMap;

use axum::body::Bytes;
use serde::Deserialize;
use shindan_inspector::{FunctionArn, Timestamp};
use shindan_inventory::sbom;
use shindan_store::{Cursor, Function, Report, Store};

use super::{Destination, ReportError};

/// Functions of a page.
const PAGE: u32 = 100;

/// An export of bills of materials while it is written: one document a function.
#[derive(Debug)]
pub struct SbomExport<'s> {
    store: &'s Store,
    report: &'s Report,
    criteria: Criteria,
    format: sbom::Format,
    destination: Destination,
    now: Timestamp,
    functions: Vec<Function>,
    more: More,
}

#[derive(Debug)]
enum More {
    First,
    From(Cursor),
    Nothing,
}

impl<'s> SbomExport<'s> {
    /// Begins to write.
    ///
    /// # Errors
    /// When the row is not one that the API wrote.
    pub fn new(store: &'s Store, report: &'s Report, now: Timestamp) -> Result<Self, ReportError> {
        let criteria = serde_json::from_str(&report.criteria)
            .map_err(|error| ReportError::malformed(report, error))?;
        let format = match report.format.as_str() {
            "CYCLONEDX_1_4" => sbom::Format::CycloneDx14,
            "SPDX_2_3" => sbom::Format::Spdx23,
            other => {
                return Err(ReportError::malformed(
                    report,
                    format!("the format {other}"),
                ));
            }
        };
        Ok(Self {
            store,
            report,
            criteria,
            format,
            destination: Destination::of(report)?,
            now,
            functions: Vec::new(),
            more: More::First,
        })
    }

    /// The next document and the key of its object; nothing at the end. Functions that were never scanned have none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn next(&mut self) -> Result<Option<(String, Bytes)>, ReportError> {
        loop {
            while let Some(function) = self.functions.pop() {
                if !self.criteria.holds(&function) {
                    continue;
                }
                if let Some(document) = self.document(&function).await? {
                    return Ok(Some((self.key(&function.state.arn), document)));
                }
            }
            let after = match std::mem::replace(&mut self.more, More::Nothing) {
                More::First => None,
                More::From(cursor) => Some(cursor),
                More::Nothing => return Ok(None),
            };
            let scope = &self.report.scope;
            let page = self.store.functions(scope, after.as_ref(), PAGE).await?;
            self.functions = page.rows;
            self.functions.reverse();
            self.more = page.next.map_or(More::Nothing, More::From);
        }
    }

    fn key(&self, function: &FunctionArn) -> String {
        let Report { id, format, .. } = self.report;
        let (account, name) = (function.account, function.name());
        self.destination.key(&format!(
            "{format}_outputs_{id}/account={account}/resource=AWS_LAMBDA_FUNCTION/{name}.json"
        ))
    }

    async fn document(&self, function: &Function) -> Result<Option<Bytes>, ReportError> {
        let Some(row) = self.store.inventory(function.id).await? else {
            return Ok(None);
        };
        let inventory = sbom::read(&row.document)
            .map_err(|error| ReportError::malformed(self.report, error))?;
        let document = sbom::Document {
            subject: function.state.arn.resource_id(),
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            serial: serial(&self.report.id, function.id),
            created: u64::try_from(self.now.as_millis() / 1000).unwrap_or_default(),
        };
        let text = sbom::write(&inventory, self.format, &document);
        Ok(Some(Bytes::from(text)))
    }
}

/// A number of its own for each document of a report: that of the report, with the function in it.
fn serial(report: &str, function: i64) -> [u8; 16] {
    use sha2::{Digest, Sha256};
    let digest = Sha256::digest(format!("{report} {function}"));
    let mut serial = [0; 16];
    serial.copy_from_slice(&digest[..16]);
    serial
}

/// Which functions: the API's `ResourceFilterCriteria`, checked when the export was asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
struct Criteria(BTreeMap<String, Vec<Comparison>>);

#[derive(Debug, Deserialize)]
struct Comparison {
    comparison: String,
    #[serde(default)]
    key: String,
    value: Option<String>,
}

impl Criteria {
    /// Members are conditions that all hold; of one member one of the EQUALS, if there are any, and none of the NOT_EQUALS.
    fn holds(&self, function: &Function) -> bool {
        let state = &function.state;
        self.0.iter().all(|(member, comparisons)| {
            let text = match member.as_str() {
                "accountId" => Some(state.arn.account.to_string()),
                "resourceType" => Some("AWS_LAMBDA_FUNCTION".to_owned()),
                "lambdaFunctionName" => Some(state.arn.name().to_owned()),
                "resourceId" => Some(state.arn.resource_id()),
                "lambdaFunctionTags" => {
                    return comparisons.iter().any(|wanted| {
                        let tag = state.tags.get(&wanted.key);
                        tag.is_some_and(|tag| wanted.value.as_ref().is_none_or(|v| v == tag))
                    });
                }
                // No function has it.
                _ => None,
            };
            let is = |wanted: &Comparison| match (&text, &wanted.value) {
                (Some(text), Some(value)) if member == "resourceId" => {
                    value == text || *value == state.arn.to_string()
                }
                (Some(text), Some(value)) => value == text,
                _ => false,
            };
            let (equal, unequal): (Vec<_>, Vec<_>) = comparisons
                .iter()
                .partition(|wanted| wanted.comparison == "EQUALS");
            (equal.is_empty() || equal.into_iter().any(is)) && !unequal.into_iter().any(is)
        })
    }
}
