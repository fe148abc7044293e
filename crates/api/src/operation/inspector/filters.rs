//! Saved filters; those with the action SUPPRESS are suppression rules.

use std::collections::BTreeMap;

use serde::Serialize;
use shindan_inspector::{
    AccountId, Action, FilterAction, FilterArn, FilterCriteria, Target, Timestamp,
};
use shindan_store::{FilterChange, FilterError, NewFilter, SavedFilter};

use super::findings::criteria;
use crate::call::{Answer, Call, answer};
use crate::error::Fault;

#[derive(Serialize)]
struct Named<'a> {
    arn: &'a FilterArn,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Filters {
    filters: Vec<Filter>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Filter {
    arn: FilterArn,
    owner_id: AccountId,
    name: String,
    criteria: FilterCriteria,
    action: FilterAction,
    created_at: Timestamp,
    updated_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    tags: BTreeMap<String, String>,
}

impl From<SavedFilter> for Filter {
    fn from(saved: SavedFilter) -> Self {
        Self {
            owner_id: saved.arn.owner,
            arn: saved.arn,
            name: saved.name,
            criteria: saved.criteria,
            action: saved.action,
            created_at: saved.created_at,
            updated_at: saved.updated_at,
            description: saved.description,
            reason: saved.reason,
            tags: saved.tags,
        }
    }
}

pub(super) async fn create(call: &Call) -> Answer {
    let new = call.read(|form| {
        form.need("filterCriteria");
        NewFilter {
            action: form.needed_choice("action"),
            description: form.text("description", 1..=512),
            criteria: criteria(form, "filterCriteria"),
            name: form.needed_text("name", 1..=128),
            tags: form.tags("tags"),
            reason: form.text("reason", 1..=512),
        }
    })?;
    may_change(call, new.action)?;
    let name = new.name.clone();
    let quota = call.state.settings.filter_quota();
    let arn = call
        .store()
        .create_filter(call.region(), call.account(), new, quota, call.now)
        .await
        .map_err(|error| refused(error, &name))?;
    call.audit_after(&arn.to_string()).await?;
    answer(&Named { arn: &arn })
}

pub(super) async fn update(call: &Call) -> Answer {
    let (arn, change) = call.read(|form| {
        let criteria = form
            .raw("filterCriteria")
            .is_some()
            .then(|| criteria(form, "filterCriteria"));
        let change = FilterChange {
            action: form.choice("action"),
            description: form.text("description", 1..=512),
            criteria,
            name: form.text("name", 1..=128),
            reason: form.text("reason", 1..=512),
        };
        (form.needed_text("filterArn", 1..=128), change)
    })?;
    let saved = own(call, &arn).await?;
    may_change(call, saved.action)?;
    may_change(call, change.action.unwrap_or(saved.action))?;
    let name = change.name.clone().unwrap_or(saved.name);
    call.store()
        .update_filter(&saved.arn, change, call.now)
        .await
        .map_err(|error| refused(error, &name))?;
    call.audit_after(&arn).await?;
    answer(&Named { arn: &saved.arn })
}

pub(super) async fn delete(call: &Call) -> Answer {
    let arn = call.read(|form| form.needed_text("arn", 1..=128))?;
    let saved = own(call, &arn).await?;
    may_change(call, saved.action)?;
    call.store()
        .delete_filter(&saved.arn, call.now)
        .await
        .map_err(|error| refused(error, &saved.name))?;
    call.audit_after(&arn).await?;
    answer(&Named { arn: &saved.arn })
}

pub(super) async fn list(call: &Call) -> Answer {
    let (arns, action, limit) = call.read(|form| {
        (
            form.list("arns", 0..=500, |text| {
                FilterArn::parse(text).map_err(|error| format!("Member must be an ARN: {error}"))
            }),
            form.choice("action"),
            form.number("maxResults", 1..=100).unwrap_or(100),
        )
    })?;
    let cursor = call.cursor()?;
    let page = call
        .store()
        .filters(
            call.region(),
            call.account(),
            &arns,
            action,
            cursor.as_ref(),
            limit,
        )
        .await?;
    answer(&Filters {
        next_token: call.next_token(page.next.as_ref())?,
        filters: page.rows.into_iter().map(Filter::from).collect(),
    })
}

/// A filter of the caller's. Others' are as good as none.
pub(super) async fn own(call: &Call, arn: &str) -> Result<SavedFilter, Fault> {
    let missing = || Fault::NotFound(format!("There is no filter {arn}"));
    let arn = FilterArn::parse(arn).map_err(|_| missing())?;
    if arn.owner != call.account() || arn.region != *call.region() {
        return Err(missing());
    }
    call.store().filter(&arn).await?.ok_or_else(missing)
}

fn may_change(call: &Call, action: FilterAction) -> Result<(), Fault> {
    let action = match action {
        FilterAction::None => Action::ChangeFilters,
        FilterAction::Suppress => Action::Suppress,
    };
    Ok(call.may(action, Target::Own)?)
}

pub(super) fn refused(error: FilterError, name: &str) -> Fault {
    match error {
        FilterError::NameTaken(_) => Fault::BadRequest(sentence(&error)),
        FilterError::QuotaReached(_) => Fault::Quota {
            message: sentence(&error),
            resource: name.to_owned(),
        },
        FilterError::NotFound(_) => Fault::NotFound(sentence(&error)),
        FilterError::Store(error) => error.into(),
    }
}

fn sentence(error: &FilterError) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}
