//! Findings: asked for, imported, and what customers say of them.

use serde_json::{Value, json};
use shindan_security_hub::import::{admit, batch};
use shindan_security_hub::members::not_subscribed;
use shindan_security_hub::update::{Unprocessed, Update, identifiers};
use shindan_security_hub::{Filters, Finding, Identifier, Importer, Sort};

use super::HubCall;
use crate::call::{Answer, answer};

pub(super) async fn get(call: &HubCall) -> Answer {
    let limit = call.limit(1..=100)?;
    let filters = Filters::parse(call.raw("Filters"))?;
    let sort = Sort::parse(call.raw("SortCriteria"))?;
    let cursor = call.cursor()?;
    let scope = call.scope();
    let linking = call
        .store()
        .hub_linking(call.region(), call.account())
        .await?;
    let page = call
        .store()
        .hub_findings(
            &scope,
            &linking,
            &filters,
            &sort,
            cursor.as_ref(),
            limit,
            call.now,
        )
        .await?;
    let findings = page.rows.into_iter().map(Finding::into_value).collect();
    call.listed("Findings", findings, page.next.as_ref())
}

/// Imports findings of the caller's own. One that is not newer than what is there changes nothing, and counts as imported.
pub(super) async fn import(call: &HubCall) -> Answer {
    let importer = Importer::Client(call.account());
    let (mut admitted, mut failed) = (Vec::new(), Vec::new());
    for finding in batch(&call.request)? {
        let finding = finding.and_then(|finding| {
            admit(&finding, importer, call.region())?;
            Ok(finding)
        });
        match finding {
            Ok(finding) => admitted.push(finding),
            Err(rejected) => failed.push(rejected.to_json()),
        }
    }
    let count = admitted.len();
    if count > 0 {
        let done = call
            .store()
            .import_hub_findings(call.region(), importer, admitted, call.now)
            .await?;
        if done.refused > 0 {
            // Its hub was disabled between the check and now.
            return Err(not_subscribed(call.account()).into());
        }
        let mut write = call.store().write().await?;
        let target = format!(
            "{} new findings, {} updated, {} as they were",
            done.new, done.updated, done.ignored
        );
        call.audit(&mut write, &target).await?;
        write.commit().await?;
    }
    answer(&json!({
        "SuccessCount": count,
        "FailedCount": failed.len(),
        "FailedFindings": failed,
    }))
}

pub(super) async fn update(call: &HubCall) -> Answer {
    let (asked, again) = identifiers(&call.request)?;
    let update = Update::parse(&call.request)?;
    let linking = call
        .store()
        .hub_linking(call.region(), call.account())
        .await?;
    let done = call
        .store()
        .update_hub_findings(&call.scope(), &linking, &asked, &update, call.now)
        .await?;
    if !done.processed.is_empty() {
        let mut write = call.store().write().await?;
        let state = update.workflow.map_or("", |status| status.as_str());
        let target = format!("{} findings {state}", done.processed.len());
        call.audit(&mut write, target.trim_end()).await?;
        write.commit().await?;
    }
    let processed: Vec<Value> = done.processed.iter().map(Identifier::to_json).collect();
    let unprocessed = done.unprocessed.iter().chain(&again);
    let unprocessed: Vec<Value> = unprocessed.map(Unprocessed::to_json).collect();
    answer(&json!({ "ProcessedFindings": processed, "UnprocessedFindings": unprocessed }))
}
