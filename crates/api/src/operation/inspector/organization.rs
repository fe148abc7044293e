//! What accounts that join the organisation get.

use shindan_inspector::{AutoEnable, organization::MAX_MEMBERS};

use super::members::refused;
use crate::call::{Answer, Call, answer};
use crate::error::Fault;
use crate::wire::AutoEnableAnswer;

pub(super) async fn describe(call: &Call) -> Answer {
    let organization = call.store().organization(call.region()).await?;
    let organization = organization.ok_or_else(gone)?;
    let members = call
        .store()
        .member_count(call.region(), call.account())
        .await?;
    answer(&AutoEnableAnswer {
        auto_enable: organization.auto_enable,
        max_account_limit_reached: Some(members >= MAX_MEMBERS),
    })
}

pub(super) async fn update(call: &Call) -> Answer {
    let auto_enable = call.read(|form| {
        form.need("autoEnable");
        form.structure("autoEnable", |form| AutoEnable {
            ec2: form.needed_flag("ec2"),
            ecr: form.needed_flag("ecr"),
            lambda: form.flag("lambda").unwrap_or_default(),
            lambda_code: form.flag("lambdaCode").unwrap_or_default(),
            code_repository: form.flag("codeRepository").unwrap_or_default(),
        })
        .unwrap_or_default()
    })?;
    auto_enable.check().map_err(refused)?;
    let regions = &call.state.settings.code_scanning;
    if let Some(refusal) = regions.refusal(call.region(), &auto_enable.scans()) {
        return Err(Fault::AccessDenied(refusal));
    }
    let mut jobs = call.store().job_numbers(1).await?;
    let mut write = call.store().write().await?;
    let mut organization = write.organization(call.region()).await?.ok_or_else(gone)?;
    organization.auto_enable = auto_enable;
    write
        .put_organization(call.region(), &organization, call.now)
        .await?;
    write
        .check_controls_soon(call.region(), call.account(), call.now, &mut jobs)
        .await?;
    let kept = serde_json::to_string(&auto_enable).unwrap_or_default();
    call.audit(&mut write, &kept).await?;
    write.commit().await?;
    answer(&AutoEnableAnswer {
        auto_enable,
        max_account_limit_reached: None,
    })
}

/// Between the check and now.
fn gone() -> Fault {
    Fault::AccessDenied(shindan_inspector::access::Denied::NotAdministrator.to_string())
}
