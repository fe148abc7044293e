//! The hub of an account: enabled, described, changed, disabled.

use std::collections::BTreeMap;

use shindan_security_hub::members::{already_subscribed, not_subscribed};
use shindan_security_hub::{ControlFindingGenerator, Hub, HubArn, HubError};
use shindan_store::HUB_JOBS;

use super::HubCall;
use super::tags;
use crate::call::{Answer, answer, nothing};
use crate::error::Fault;

pub(super) async fn enable(call: &HubCall) -> Answer {
    let with_standards = call.flag("EnableDefaultStandards")?.unwrap_or(true);
    generator(call)?;
    let hub = Hub {
        arn: own(call),
        subscribed_at: call.now,
        auto_enable_controls: true,
        tags: match call.raw("Tags") {
            Some(tags) => tags::read(tags)?,
            None => BTreeMap::new(),
        },
    };
    let mut jobs = call.store().job_numbers(HUB_JOBS).await?;
    let mut write = call.store().write().await?;
    if !write.open_hub(&hub, with_standards, &mut jobs).await? {
        return Err(already_subscribed().into());
    }
    call.audit(&mut write, &hub.arn.to_string()).await?;
    write.commit().await?;
    nothing()
}

pub(super) async fn disable(call: &HubCall) -> Answer {
    let mut write = call.store().write().await?;
    let disabled = write
        .disable_hub(call.region(), call.account(), call.now)
        .await?;
    if !disabled {
        return Err(not_subscribed(call.account()).into());
    }
    call.audit(&mut write, &own(call).to_string()).await?;
    write.commit().await?;
    nothing()
}

pub(super) async fn describe(call: &HubCall) -> Answer {
    let hub = current(call).await?;
    match call.text("HubArn")? {
        Some(arn) if HubArn::parse(arn).as_ref() != Some(&hub.arn) => Err(HubError::not_found(
            format!("{arn} is not the hub of account {}", call.account()),
        )
        .into()),
        _ => answer(&hub.to_json()),
    }
}

pub(super) async fn update(call: &HubCall) -> Answer {
    generator(call)?;
    let mut hub = current(call).await?;
    if let Some(automatic) = call.flag("AutoEnableControls")? {
        hub.auto_enable_controls = automatic;
        let mut write = call.store().write().await?;
        write.put_hub(&hub).await?;
        call.audit(&mut write, &hub.arn.to_string()).await?;
        write.commit().await?;
    }
    nothing()
}

/// The caller's hub.
pub(super) async fn current(call: &HubCall) -> Result<Hub, Fault> {
    let hub = call.store().hub(call.region(), call.account()).await?;
    Ok(hub.ok_or_else(|| not_subscribed(call.account()))?)
}

/// The name that the caller's hub has, enabled or not.
pub(super) fn own(call: &HubCall) -> HubArn {
    HubArn {
        region: call.region().clone(),
        account: call.account(),
    }
}

fn generator(call: &HubCall) -> Result<(), HubError> {
    match call.text("ControlFindingGenerator")? {
        Some(word) if ControlFindingGenerator::parse(word).is_none() => Err(HubError::member(
            "ControlFindingGenerator",
            "must be SECURITY_CONTROL; a finding for each standard is not served here",
        )),
        _ => Ok(()),
    }
}
