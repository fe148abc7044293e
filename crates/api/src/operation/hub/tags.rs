//! Tags of hubs, the only resource that has any here.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use shindan_security_hub::{Hub, HubArn, HubError};

use super::{HubCall, hubs};
use crate::call::{Answer, answer, nothing};
use crate::error::Fault;
use crate::validate::MAX_TAGS;

pub(super) async fn list(call: &HubCall) -> Answer {
    let hub = named(call).await?;
    answer(&json!({ "Tags": hub.tags }))
}

pub(super) async fn tag(call: &HubCall) -> Answer {
    let added = call
        .raw("Tags")
        .ok_or_else(|| HubError::member("Tags", "is missing"))?;
    let added = read(added)?;
    let mut hub = named(call).await?;
    hub.tags.extend(added);
    if hub.tags.len() > MAX_TAGS {
        let expected = format!("would be more than {MAX_TAGS}; remove some first");
        return Err(HubError::member("Tags", expected).into());
    }
    put(call, &hub).await
}

pub(super) async fn untag(call: &HubCall) -> Answer {
    let keys = call.needed_texts("tagKeys", MAX_TAGS)?;
    let mut hub = named(call).await?;
    hub.tags.retain(|key, _| !keys.contains(&key.as_str()));
    put(call, &hub).await
}

/// Tags of a request.
pub(super) fn read(value: &Value) -> Result<BTreeMap<String, String>, HubError> {
    let wrong = || {
        HubError::member(
            "Tags",
            "must be 1 to 50 tags with keys of 1 to 128 characters that do not begin with aws:, and values of at most 256",
        )
    };
    let tags = value
        .as_object()
        .filter(|tags| (1..=MAX_TAGS).contains(&tags.len()));
    let read = tags.ok_or_else(wrong)?.iter().map(|(key, value)| {
        let value = value.as_str().ok_or_else(wrong)?;
        let fits = (1..=128).contains(&key.chars().count())
            && !key.starts_with("aws:")
            && value.chars().count() <= 256;
        if fits {
            Ok((key.clone(), value.to_owned()))
        } else {
            Err(wrong())
        }
    });
    read.collect()
}

async fn put(call: &HubCall, hub: &Hub) -> Answer {
    let mut write = call.store().write().await?;
    write.put_hub(hub).await?;
    call.audit(&mut write, &hub.arn.to_string()).await?;
    write.commit().await?;
    nothing()
}

/// The hub that a request names, if it is the caller's.
async fn named(call: &HubCall) -> Result<Hub, Fault> {
    let arn = call.needed("ResourceArn")?;
    if HubArn::parse(arn) == Some(hubs::own(call)) {
        return hubs::current(call).await;
    }
    let message = format!(
        "{arn} is nothing of account {} that has tags",
        call.account()
    );
    Err(HubError::not_found(message).into())
}
