//! Counts of findings by what they have in common.

use serde::Serialize;
use shindan_inspector::{AggregationRequest, AggregationRow};

use crate::call::{Answer, Call, answer};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Aggregations<'a> {
    aggregation_type: &'a serde_json::Value,
    responses: Vec<AggregationRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

pub(super) async fn list(call: &Call) -> Answer {
    let limit = call.read(|form| form.number("maxResults", 1..=100).unwrap_or(100))?;
    let request = AggregationRequest::parse(&call.body)?;
    let cursor = call.cursor()?;
    let page = call
        .store()
        .aggregate(&call.scope(), &request, cursor.as_ref(), limit)
        .await?;
    answer(&Aggregations {
        aggregation_type: &call.body["aggregationType"],
        next_token: call.next_token(page.next.as_ref())?,
        responses: page.rows,
    })
}
