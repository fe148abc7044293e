//! Security Hub's administrator of the organisation, and what accounts get that become its members.

use serde_json::json;
use shindan_inspector::AccountId;
use shindan_security_hub::HubError;

use super::HubCall;
use crate::call::{Answer, answer, nothing};

/// The only feature.
const FEATURE: &str = "SecurityHub";

pub(super) async fn designate(call: &HubCall) -> Answer {
    let account = named(call)?;
    let mut write = call.store().write().await?;
    let organization = write.hub_organization(call.region()).await?;
    let known = write.member(call.region(), account).await?;
    let organization = organization.designate(account, known.is_some())?;
    write
        .put_hub_organization(call.region(), &organization, call.now)
        .await?;
    call.audit(&mut write, &account.to_string()).await?;
    write.commit().await?;
    answer(&json!({ "AdminAccountId": account.to_string(), "Feature": FEATURE }))
}

pub(super) async fn dismiss(call: &HubCall) -> Answer {
    let account = named(call)?;
    let mut write = call.store().write().await?;
    let organization = write.hub_organization(call.region()).await?;
    let organization = organization.dismiss(account)?;
    write
        .put_hub_organization(call.region(), &organization, call.now)
        .await?;
    call.audit(&mut write, &account.to_string()).await?;
    write.commit().await?;
    nothing()
}

/// There is one at most, so there is never a second page.
pub(super) async fn designated(call: &HubCall) -> Answer {
    call.limit(1..=10)?;
    feature(call)?;
    let _: Option<AccountId> = call.cursor()?;
    let organization = call.store().hub_organization(call.region()).await?;
    let administrators = organization.administrators();
    answer(&json!({ "AdminAccounts": administrators, "Feature": FEATURE }))
}

pub(super) async fn describe(call: &HubCall) -> Answer {
    let organization = call.store().hub_organization(call.region()).await?;
    let members = call
        .store()
        .hub_member_count(call.region(), call.account())
        .await?;
    answer(&organization.to_json(members))
}

pub(super) async fn update(call: &HubCall) -> Answer {
    let mut write = call.store().write().await?;
    let organization = write.hub_organization(call.region()).await?;
    let organization = organization.configure(&call.request)?;
    write
        .put_hub_organization(call.region(), &organization, call.now)
        .await?;
    let target = format!(
        "new members get a hub: {}, standards: {}",
        organization.auto_enable, organization.auto_enable_standards
    );
    call.audit(&mut write, &target).await?;
    write.commit().await?;
    nothing()
}

fn named(call: &HubCall) -> Result<AccountId, HubError> {
    feature(call)?;
    call.needed_account("AdminAccountId")
}

fn feature(call: &HubCall) -> Result<(), HubError> {
    match call.text("Feature")? {
        None | Some(FEATURE) => Ok(()),
        Some(_) => Err(HubError::member(
            "Feature",
            "must be SecurityHub; the second version of Security Hub is not served here",
        )),
    }
}
