//! Exports of bills of materials. Asked for here, written by the job that is enqueued with them.

use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use shindan_store::ReportKind;

use super::reports::{add, destination, end, find, raw};
use crate::call::{Answer, Call, answer};
use crate::validate::Form;

/// Criteria about resources: the model's members, and whether they compare keys and values.
const CRITERIA: [(&str, bool); 19] = [
    ("accountId", false),
    ("resourceId", false),
    ("resourceType", false),
    ("ecrRepositoryName", false),
    ("lambdaFunctionName", false),
    ("ecrImageTags", false),
    ("ec2InstanceTags", true),
    ("lambdaFunctionTags", true),
    ("cloudProvider", false),
    ("cloudProviderAccountId", false),
    ("cloudProviderOrgId", false),
    ("cloudProviderRegion", false),
    ("cloudVmInstanceTags", true),
    ("cloudContainerImageTags", false),
    ("cloudContainerRepositoryName", false),
    ("cloudContainerRegistryName", false),
    ("cloudServerlessFunctionName", false),
    ("cloudServerlessFunctionRuntime", false),
    ("cloudServerlessFunctionTags", true),
];

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Export<'a> {
    report_id: &'a str,
    format: &'a str,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_message: Option<&'a str>,
    s3_destination: &'a RawValue,
    filter_criteria: &'a RawValue,
}

pub(super) async fn create(call: &Call) -> Answer {
    let (format, destination, criteria) = call.read(|form| {
        let criteria = criteria(form);
        (
            form.needed_word("reportFormat", &["CYCLONEDX_1_4", "SPDX_2_3"]),
            destination(form),
            criteria,
        )
    })?;
    add(call, ReportKind::Sbom, format, destination, &criteria).await
}

pub(super) async fn get(call: &Call) -> Answer {
    let id = call.read(|form| form.needed_text("reportId", 1..=256))?;
    let report = find(call, ReportKind::Sbom, &id).await?;
    let error = report.error.as_ref();
    answer(&Export {
        report_id: &report.id,
        format: &report.format,
        status: report.status.as_str(),
        error_code: error.map(|(code, _)| code.as_str()),
        error_message: error.map(|(_, message)| message.as_str()),
        s3_destination: raw(&report.destination)?,
        filter_criteria: raw(&report.criteria)?,
    })
}

pub(super) async fn cancel(call: &Call) -> Answer {
    end(call, ReportKind::Sbom).await
}

/// The criteria within the model's bounds, with nothing else in them: 1 to 10 comparisons of each member.
fn criteria(form: &mut Form<'_>) -> Value {
    let mut criteria = serde_json::Map::new();
    form.structure("resourceFilterCriteria", |form| {
        for name in form.names() {
            let Some((known, keyed)) = CRITERIA.iter().find(|(known, _)| *known == name) else {
                let name: String = name.chars().take(64).collect();
                form.refuse(&name, "Member must be known to the API's model");
                continue;
            };
            let comparisons = form.structures(known, 1..=10, |form| {
                let mut comparison = serde_json::Map::new();
                let words: &[&str] = if *keyed {
                    &["EQUALS"]
                } else {
                    &["EQUALS", "NOT_EQUALS"]
                };
                comparison.insert(
                    "comparison".to_owned(),
                    form.needed_word("comparison", words).into(),
                );
                if *keyed {
                    comparison.insert("key".to_owned(), form.needed_text("key", 1..=1024).into());
                    if let Some(value) = form.text("value", 1..=1024) {
                        comparison.insert("value".to_owned(), value.into());
                    }
                } else {
                    let value = form.needed_text("value", 1..=1024);
                    comparison.insert("value".to_owned(), value.into());
                }
                Value::Object(comparison)
            });
            criteria.insert((*known).to_owned(), Value::Array(comparisons));
        }
    });
    Value::Object(criteria)
}
