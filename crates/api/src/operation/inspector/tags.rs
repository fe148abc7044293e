//! Tags of filters, the only resource that has any here.

use std::collections::BTreeMap;

use serde::Serialize;

use super::filters::{own, refused};
use crate::call::{Answer, Call, answer, nothing};
use crate::error::Fault;
use crate::validate::MAX_TAGS;

#[derive(Serialize)]
struct Tags {
    tags: BTreeMap<String, String>,
}

pub(super) async fn list(call: &Call) -> Answer {
    let filter = own(call, arn(call)).await?;
    answer(&Tags { tags: filter.tags })
}

pub(super) async fn tag(call: &Call) -> Answer {
    let added = call.read(|form| {
        form.need("tags");
        form.tags("tags")
    })?;
    let filter = own(call, arn(call)).await?;
    let mut tags = filter.tags;
    tags.extend(added);
    if tags.len() > MAX_TAGS {
        return Err(Fault::BadRequest(format!(
            "A resource can have {MAX_TAGS} tags; remove some first"
        )));
    }
    call.store()
        .set_filter_tags(&filter.arn, &tags)
        .await
        .map_err(|error| refused(error, &filter.name))?;
    call.audit_after(arn(call)).await?;
    nothing()
}

pub(super) async fn untag(call: &Call) -> Answer {
    let keys: Vec<&str> = call
        .query
        .iter()
        .filter(|(name, _)| name == "tagKeys")
        .map(|(_, key)| key.as_str())
        .collect();
    if keys.is_empty() {
        return Err(Fault::member("tagKeys", "Member must not be null"));
    }
    if keys.len() > MAX_TAGS {
        return Err(Fault::member(
            "tagKeys",
            format!("Member must have length less than or equal to {MAX_TAGS}"),
        ));
    }
    let filter = own(call, arn(call)).await?;
    let mut tags = filter.tags;
    tags.retain(|key, _| !keys.contains(&key.as_str()));
    call.store()
        .set_filter_tags(&filter.arn, &tags)
        .await
        .map_err(|error| refused(error, &filter.name))?;
    call.audit_after(arn(call)).await?;
    nothing()
}

fn arn(call: &Call) -> &str {
    call.label.as_deref().unwrap_or_default()
}
