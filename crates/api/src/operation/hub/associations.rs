//! Controls in the standards that an account is subscribed to.

use serde_json::{Value, json};
use shindan_security_hub::HubError;
use shindan_security_hub::standards::{
    AssociationId, Settings, UnprocessedAssociation, association_detail, association_summary,
    control_of, parse_association_ids, parse_association_updates,
};

use super::HubCall;
use super::standards::settings;
use crate::call::{Answer, answer};

pub(super) async fn list(call: &HubCall) -> Answer {
    let id = call.needed("SecurityControlId")?;
    let control = control_of(id).ok_or_else(|| {
        HubError::member(
            "SecurityControlId",
            format_args!("there is no control {id} here"),
        )
    })?;
    let settings = settings(call).await?;
    let (region, account) = (call.region(), call.account());
    let held = control.definition().standards.iter();
    let subscribed = held.filter(|standard| settings.subscriptions.contains_key(standard));
    let summaries = subscribed
        .map(|standard| association_summary((*standard, control), region, account, &settings));
    call.paged("StandardsControlAssociationSummaries", summaries.collect())
}

pub(super) async fn batch_get(call: &HubCall) -> Answer {
    let asked = parse_association_ids(&call.request, call.region())?;
    let entries = entries(call, "StandardsControlAssociationIds");
    let settings = settings(call).await?;
    let (mut details, mut unprocessed) = (Vec::new(), Vec::new());
    for (asked, entry) in asked.into_iter().zip(entries) {
        match asked.and_then(|id| subscribed(id, &settings, entry)) {
            Ok(id) => {
                let (region, account) = (call.region(), call.account());
                details.push(association_detail(id, region, account, &settings));
            }
            Err(error) => unprocessed.push(error.to_json("StandardsControlAssociationId")),
        }
    }
    answer(&json!({
        "StandardsControlAssociationDetails": details,
        "UnprocessedAssociations": unprocessed,
    }))
}

pub(super) async fn batch_update(call: &HubCall) -> Answer {
    let asked = parse_association_updates(&call.request, call.region(), call.now)?;
    let entries = entries(call, "StandardsControlAssociationUpdates");
    let (region, account) = (call.region(), call.account());
    let mut jobs = call.store().job_numbers(1).await?;
    let mut write = call.store().write().await?;
    let settings = write.hub_settings(region, account).await?;
    let mut unprocessed = Vec::new();
    for (asked, entry) in asked.into_iter().zip(entries) {
        let asked =
            asked.and_then(|(id, setting)| Ok((subscribed(id, &settings, entry)?, setting)));
        match asked {
            Ok((id, setting)) => {
                write.set_hub_control(region, account, id, &setting).await?;
                let state = if setting.enabled {
                    "enabled"
                } else {
                    "disabled"
                };
                let target = format!("{} of {} {state}", id.1, id.0.standards_id());
                call.audit(&mut write, &target).await?;
            }
            Err(error) => unprocessed.push(error.to_json("StandardsControlAssociationUpdate")),
        }
    }
    write
        .check_controls_soon(region, account, call.now, &mut jobs)
        .await?;
    write.commit().await?;
    answer(&json!({ "UnprocessedAssociationUpdates": unprocessed }))
}

fn entries<'c>(call: &'c HubCall, name: &str) -> impl Iterator<Item = &'c Value> {
    call.raw(name)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

/// A control in a standard that is subscribed to: others have no association.
fn subscribed(
    id: AssociationId,
    settings: &Settings,
    entry: &Value,
) -> Result<AssociationId, UnprocessedAssociation> {
    if settings.subscriptions.contains_key(&id.0) {
        return Ok(id);
    }
    Err(UnprocessedAssociation {
        request: entry.clone(),
        code: "RESOURCE_NOT_FOUND",
        reason: format!("the account is not subscribed to {}", id.0.name()),
    })
}
