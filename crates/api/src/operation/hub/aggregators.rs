//! The finding aggregator of an account: which Regions' findings one Region shows.

use shindan_security_hub::aggregator::{Aggregator, Linking};
use shindan_security_hub::{AggregatorArn, HubError, HubErrorKind};

use serde_json::json;

use super::HubCall;
use crate::call::{Answer, answer, nothing};
use crate::error::Fault;

pub(super) async fn create(call: &HubCall) -> Answer {
    let aggregator = Aggregator {
        linking: Linking::parse(&call.request, call.region())?,
        arn: AggregatorArn {
            region: call.region().clone(),
            account: call.account(),
            id: call.uuid(),
        },
    };
    let mut write = call.store().write().await?;
    if !write.create_hub_aggregator(&aggregator).await? {
        let message = "The account has a finding aggregator already, and can have one; ListFindingAggregators shows it";
        return Err(HubError::new(HubErrorKind::LimitExceeded, message).into());
    }
    call.audit(&mut write, &aggregator.arn.to_string()).await?;
    write.commit().await?;
    answer(&aggregator.to_json())
}

pub(super) async fn update(call: &HubCall) -> Answer {
    let arn = named(call)?;
    let aggregator = Aggregator {
        linking: Linking::parse(&call.request, &arn.region)?,
        arn,
    };
    let mut write = call.store().write().await?;
    if !write.update_hub_aggregator(&aggregator).await? {
        return Err(unknown(&aggregator.arn).into());
    }
    call.audit(&mut write, &aggregator.arn.to_string()).await?;
    write.commit().await?;
    answer(&aggregator.to_json())
}

pub(super) async fn delete(call: &HubCall) -> Answer {
    let arn = named(call)?;
    let mut write = call.store().write().await?;
    if !write.delete_hub_aggregator(&arn).await? {
        return Err(unknown(&arn).into());
    }
    call.audit(&mut write, &arn.to_string()).await?;
    write.commit().await?;
    nothing()
}

pub(super) async fn get(call: &HubCall) -> Answer {
    let arn = named(call)?;
    let aggregator = call.store().hub_aggregator(call.account()).await?;
    match aggregator.filter(|aggregator| aggregator.arn == arn) {
        Some(aggregator) => answer(&aggregator.to_json()),
        None => Err(unknown(&arn).into()),
    }
}

pub(super) async fn list(call: &HubCall) -> Answer {
    let aggregator = call.store().hub_aggregator(call.account()).await?;
    let aggregators = aggregator
        .iter()
        .map(|one| json!({ "FindingAggregatorArn": one.arn.to_string() }));
    call.paged("FindingAggregators", aggregators.collect())
}

/// The aggregator that a request names. It is changed and asked for in its home Region and by its account alone.
fn named(call: &HubCall) -> Result<AggregatorArn, Fault> {
    let text = call.needed("FindingAggregatorArn")?;
    let arn = AggregatorArn::parse(text)
        .ok_or_else(|| HubError::member("FindingAggregatorArn", "is no ARN of an aggregator"))?;
    if arn.account != call.account() || arn.region != *call.region() {
        return Err(unknown(&arn).into());
    }
    Ok(arn)
}

fn unknown(arn: &AggregatorArn) -> HubError {
    HubError::not_found(format!(
        "{arn} is no finding aggregator of the account in this Region"
    ))
}
