//! Standards, subscriptions to them, and their controls.

use serde_json::{Value, json};
use shindan_control::definition::{ControlId, Standard};
use shindan_security_hub::HubError;
use shindan_security_hub::standards::{
    Settings, Subscription, SubscriptionArn, control_standard, describe_standards,
    parse_standards_control_update, standard_of, standards_control,
};

use super::HubCall;
use crate::call::{Answer, answer, nothing};
use crate::error::Fault;

/// Subscriptions of one request.
const MAX_SUBSCRIPTIONS: usize = 25;

pub(super) fn describe(call: &HubCall) -> Answer {
    let standards = if call.wants_aws()? {
        describe_standards(call.region())
    } else {
        Vec::new()
    };
    call.paged("Standards", standards)
}

pub(super) async fn enable(call: &HubCall) -> Answer {
    let standards = asked_for(call)?;
    let mut jobs = call.store().job_numbers(1).await?;
    let mut write = call.store().write().await?;
    let (region, account) = (call.region(), call.account());
    let before = write.hub_settings(region, account).await?;
    let mut subscriptions = Vec::with_capacity(standards.len());
    for standard in standards {
        let state = if before.subscriptions.contains_key(&standard) {
            Subscription::Ready
        } else {
            write
                .subscribe_hub(region, account, standard, call.now)
                .await?;
            Subscription::Pending
        };
        subscriptions.push(state.to_json(&arn(call, standard)));
        call.audit(&mut write, &arn(call, standard).to_string())
            .await?;
    }
    write
        .check_controls_soon(region, account, call.now, &mut jobs)
        .await?;
    write.commit().await?;
    answer(&json!({ "StandardsSubscriptions": subscriptions }))
}

pub(super) async fn disable(call: &HubCall) -> Answer {
    let named = call.needed_texts("StandardsSubscriptionArns", MAX_SUBSCRIPTIONS)?;
    let mut jobs = call.store().job_numbers(1).await?;
    let mut write = call.store().write().await?;
    let (region, account) = (call.region(), call.account());
    let settings = write.hub_settings(region, account).await?;
    let mut subscriptions = Vec::with_capacity(named.len());
    for text in named {
        let standard = subscription(call, text, &settings).ok_or_else(|| {
            let expected = format!("{text} is no subscription of account {account}");
            HubError::member("StandardsSubscriptionArns", expected)
        })?;
        write.unsubscribe_hub(region, account, standard).await?;
        subscriptions.push(Subscription::Deleting.to_json(&arn(call, standard)));
        call.audit(&mut write, text).await?;
    }
    write
        .check_controls_soon(region, account, call.now, &mut jobs)
        .await?;
    write.commit().await?;
    answer(&json!({ "StandardsSubscriptions": subscriptions }))
}

pub(super) async fn enabled(call: &HubCall) -> Answer {
    let wanted = call.texts("StandardsSubscriptionArns", MAX_SUBSCRIPTIONS)?;
    let settings = settings(call).await?;
    let subscribed = settings.subscriptions.keys();
    let subscriptions = subscribed
        .map(|standard| arn(call, *standard))
        .filter(|arn| {
            let arn = arn.to_string();
            wanted
                .as_ref()
                .is_none_or(|wanted| wanted.contains(&arn.as_str()))
        })
        .map(|arn| Subscription::Ready.to_json(&arn));
    let subscriptions: Vec<Value> = if call.wants_aws()? {
        subscriptions.collect()
    } else {
        Vec::new()
    };
    call.paged("StandardsSubscriptions", subscriptions)
}

pub(super) async fn controls(call: &HubCall) -> Answer {
    let named = call.needed("StandardsSubscriptionArn")?;
    let settings = settings(call).await?;
    let standard = subscription(call, named, &settings).ok_or_else(|| {
        let account = call.account();
        HubError::not_found(format!("{named} is no subscription of account {account}"))
    })?;
    let (region, account) = (call.region(), call.account());
    let held = ControlId::ALL
        .into_iter()
        .filter(|control| control.definition().standards.contains(&standard));
    let controls = held.map(|id| standards_control(standard, id, region, account, &settings));
    call.paged("Controls", controls.collect())
}

pub(super) async fn update_control(call: &HubCall) -> Answer {
    let named = call.needed("StandardsControlArn")?;
    let setting = parse_standards_control_update(&call.request, call.now)?;
    let (region, account) = (call.region(), call.account());
    let mut jobs = call.store().job_numbers(1).await?;
    let mut write = call.store().write().await?;
    let settings = write.hub_settings(region, account).await?;
    let id = control_standard(named, region, account)
        .filter(|(standard, _)| settings.subscriptions.contains_key(standard))
        .ok_or_else(|| {
            HubError::not_found(format!(
                "{named} is no control of a standard that account {account} is subscribed to"
            ))
        })?;
    write.set_hub_control(region, account, id, &setting).await?;
    write
        .check_controls_soon(region, account, call.now, &mut jobs)
        .await?;
    call.audit(&mut write, named).await?;
    write.commit().await?;
    nothing()
}

/// What the caller has set.
pub(super) async fn settings(call: &HubCall) -> Result<Settings, Fault> {
    let (region, account) = (call.region(), call.account());
    Ok(call.store().hub_settings(region, account).await?)
}

/// The standards of a BatchEnableStandards request, each once.
fn asked_for(call: &HubCall) -> Result<Vec<Standard>, HubError> {
    let name = "StandardsSubscriptionRequests";
    let requests = call
        .raw(name)
        .and_then(Value::as_array)
        .filter(|list| (1..=MAX_SUBSCRIPTIONS).contains(&list.len()))
        .ok_or_else(|| {
            HubError::member(
                name,
                format_args!("must be a list of 1 to {MAX_SUBSCRIPTIONS} standards"),
            )
        })?;
    let mut standards = Vec::new();
    for (request, at) in requests.iter().zip(0..) {
        let arn = request.get("StandardsArn").and_then(Value::as_str);
        let arn = arn.unwrap_or_default();
        let standard = standard_of(arn, call.region()).ok_or_else(|| {
            HubError::member(
                format_args!("{name}[{at}].StandardsArn"),
                "must be the ARN of a standard that DescribeStandards lists",
            )
        })?;
        if !standards.contains(&standard) {
            standards.push(standard);
        }
    }
    Ok(standards)
}

/// The standard of a subscription of the caller's.
fn subscription(call: &HubCall, text: &str, settings: &Settings) -> Option<Standard> {
    let named = SubscriptionArn::parse(text)?;
    let own = named == arn(call, named.standard);
    (own && settings.subscriptions.contains_key(&named.standard)).then_some(named.standard)
}

fn arn(call: &HubCall, standard: Standard) -> SubscriptionArn {
    SubscriptionArn {
        region: call.region().clone(),
        account: call.account(),
        standard,
    }
}
