//! Which functions are watched.

use std::borrow::Cow;

use serde::Serialize;
use shindan_inspector::criteria::{Fault as Mistake, Invalid};
use shindan_inspector::{CoverageCriteria, GroupKey};

use super::findings::json_list;
use crate::call::{Answer, Call, answer};
use crate::validate::Form;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Statistics<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    counts_by_group: Vec<Count<'a>>,
    total_counts: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// The model's shape names what was grouped by, not the value of the group.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Count<'a> {
    count: u64,
    group_key: &'a str,
}

/// What the model groups by. Those that no function has give no groups.
const GROUPS: [&str; 9] = [
    "SCAN_STATUS_CODE",
    "SCAN_STATUS_REASON",
    "ACCOUNT_ID",
    "RESOURCE_TYPE",
    "ECR_REPOSITORY_NAME",
    "PROVIDER",
    "PROVIDER_ACCOUNT_ID",
    "PROVIDER_REGION",
    "PROVIDER_ORG_ID",
];

/// Groups of a page; the model's list ends here.
const GROUPS_A_PAGE: usize = 5;

pub(super) async fn list(call: &Call) -> Answer {
    let (limit, criteria) = call.read(|form| {
        (
            form.number("maxResults", 1..=200).unwrap_or(100),
            criteria(form),
        )
    })?;
    let cursor = call.cursor()?;
    let page = call
        .store()
        .coverage(&call.scope(), &criteria, cursor.as_ref(), limit)
        .await?;
    let rows = page
        .rows
        .iter()
        .map(|row| Cow::Owned(row.to_json().to_string()));
    let token = call.next_token(page.next.as_ref())?;
    Ok(json_list("coveredResources", rows, token.as_deref()))
}

pub(super) async fn statistics(call: &Call) -> Answer {
    let (group, criteria) = call.read(|form| (form.word("groupBy", &GROUPS), criteria(form)))?;
    let before: usize = call.cursor()?.unwrap_or(0);
    let scope = call.scope();
    let totals = call
        .store()
        .coverage_statistics(&scope, &criteria, None)
        .await?;
    let counts = match group.and_then(GroupKey::parse) {
        Some(key) => {
            call.store()
                .coverage_statistics(&scope, &criteria, Some(key))
                .await?
        }
        None => Vec::new(),
    };
    let after = before.saturating_add(GROUPS_A_PAGE);
    let next = (counts.len() > after).then_some(after);
    answer(&Statistics {
        counts_by_group: counts
            .iter()
            .skip(before)
            .take(GROUPS_A_PAGE)
            .map(|count| Count {
                count: count.count,
                group_key: group.unwrap_or_default(),
            })
            .collect(),
        total_counts: totals.iter().map(|total| total.count).sum(),
        next_token: call.next_token(next.as_ref())?,
    })
}

fn criteria(form: &mut Form<'_>) -> CoverageCriteria {
    let Some(value) = form.raw("filterCriteria") else {
        return CoverageCriteria::default();
    };
    let read = CoverageCriteria::parse(value).map_err(|invalid| {
        vec![Invalid {
            path: invalid.member,
            message: invalid.constraint,
            fault: Mistake::OutOfBounds,
        }]
    });
    form.take(read).unwrap_or_default()
}
