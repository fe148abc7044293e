//! Settings for instances and images. There are none here: the model lets an answer say nothing.

use shindan_inspector::Action;

use crate::call::{Answer, Call, nothing};
use crate::error::Fault;

pub(super) async fn get(call: &Call) -> Answer {
    check_account(call, Action::Read).await?;
    nothing()
}

pub(super) async fn update(call: &Call) -> Answer {
    check_account(call, Action::Configure).await?;
    let named = [
        "ecrConfiguration",
        "ec2Configuration",
        "amiConfiguration",
        "updateConfigurationInheritance",
    ]
    .into_iter()
    .find(|name| call.body.get(name).is_some_and(|value| !value.is_null()));
    match named {
        Some(name) => Err(Fault::member(
            name,
            "Member must be null: shindan scans Lambda functions, not instances or images",
        )),
        None => nothing(),
    }
}

async fn check_account(call: &Call, action: Action) -> Result<(), Fault> {
    if let Some(account) = call.read(|form| form.account("accountId"))? {
        let target = call.target(account).await?;
        call.may(action, target)?;
    }
    Ok(())
}
