//! What is known of findings beyond what they say: exploitation, weakness, probability.

use serde::Serialize;
use shindan_inspector::{Action, FindingArn, FindingDocument};

use super::findings::finding_arns;
use crate::call::{Answer, Call, answer};
use crate::error::Fault;
use crate::wire::{CisaData, Vulnerability};

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Details {
    finding_details: Vec<Detail>,
    errors: Vec<NoDetail>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Detail {
    finding_arn: FindingArn,
    #[serde(skip_serializing_if = "Option::is_none")]
    cisa_data: Option<CisaData>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reference_urls: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cwes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    epss_score: Option<f64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NoDetail {
    finding_arn: FindingArn,
    error_code: &'static str,
    error_message: String,
}

pub(super) async fn batch_get(call: &Call) -> Answer {
    let mut details = Details::default();
    for arn in finding_arns(call)? {
        match one(call, &arn).await? {
            Ok(detail) => details.finding_details.push(detail),
            Err((error_code, error_message)) => details.errors.push(NoDetail {
                finding_arn: arn,
                error_code,
                error_message,
            }),
        }
    }
    answer(&details)
}

async fn one(
    call: &Call,
    arn: &FindingArn,
) -> Result<Result<Detail, (&'static str, String)>, Fault> {
    let target = call.target(arn.account).await?;
    if let Err(denied) = call.may(Action::Read, target) {
        return Ok(Err(("ACCESS_DENIED", denied.to_string())));
    }
    let Some(row) = call.store().finding(&call.scope(), arn).await? else {
        let message = "There is no finding of this ARN".to_owned();
        return Ok(Err(("FINDING_DETAILS_NOT_FOUND", message)));
    };
    let document = row.document()?;
    let package = document.package_vulnerability_details.as_ref();
    let known = match package {
        Some(package) => call
            .ports()
            .advisories
            .vulnerability(&package.vulnerability_id)
            .map_err(Fault::internal)?,
        None => None,
    };
    Ok(Ok(detail(arn.clone(), &document, known)))
}

fn detail(
    finding_arn: FindingArn,
    document: &FindingDocument,
    known: Option<Vulnerability>,
) -> Detail {
    let code = document.code_vulnerability_details.as_ref();
    let package = document.package_vulnerability_details.as_ref();
    let known = known.unwrap_or_default();
    let or = |first: Vec<String>, second: Option<&Vec<String>>| {
        if first.is_empty() {
            second.cloned().unwrap_or_default()
        } else {
            first
        }
    };
    let said = code
        .map(|code| &code.reference_urls)
        .or(package.map(|package| &package.reference_urls));
    let mut reference_urls = or(known.reference_urls, said);
    reference_urls.truncate(100);
    Detail {
        finding_arn,
        cisa_data: known.cisa_data,
        reference_urls,
        cwes: or(known.cwes, code.map(|code| &code.cwes)),
        epss_score: known
            .epss
            .map(|epss| epss.score)
            .or(document.epss.map(|epss| epss.score)),
    }
}
