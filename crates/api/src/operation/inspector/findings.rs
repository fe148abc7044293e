//! Lists of findings.

use std::borrow::Cow;

use shindan_inspector::criteria::Invalid;
use shindan_inspector::{FilterCriteria, FindingArn, SortCriteria};

use crate::call::{Answer, Call};
use crate::error::Fault;
use crate::validate::Form;

/// Findings of a page. Clients may ask for 100, but the model's own list ends here.
const PAGE: u32 = 25;

pub(super) async fn list(call: &Call) -> Answer {
    let (limit, criteria, sort) = call.read(|form| {
        let sort = form.raw("sortCriteria").map(SortCriteria::parse);
        (
            form.number("maxResults", 1..=100).unwrap_or(PAGE).min(PAGE),
            criteria(form, "filterCriteria"),
            sort.and_then(|sort| form.take(sort)),
        )
    })?;
    let cursor = call.cursor()?;
    let page = call
        .store()
        .findings(&call.scope(), &criteria, sort, cursor.as_ref(), limit)
        .await?;
    let rows = page.rows.iter().map(|row| Cow::Owned(row.to_json()));
    let token = call.next_token(page.next.as_ref())?;
    Ok(json_list("findings", rows, token.as_deref()))
}

/// A member that holds criteria; all findings when it is missing.
pub(super) fn criteria(form: &mut Form<'_>, name: &str) -> FilterCriteria {
    let Some(value) = form.raw(name) else {
        return FilterCriteria::default();
    };
    let read = FilterCriteria::parse(value).map_err(|invalid| {
        invalid
            .into_iter()
            .map(|one| Invalid {
                path: if one.path == "filterCriteria" {
                    name.to_owned()
                } else {
                    format!("{name}.{}", one.path)
                },
                ..one
            })
            .collect()
    });
    form.take(read).unwrap_or_default()
}

/// An answer of documents that are JSON already and not read again.
pub(super) fn json_list<'d>(
    name: &str,
    documents: impl Iterator<Item = Cow<'d, str>>,
    token: Option<&str>,
) -> Vec<u8> {
    let mut body = format!("{{\"{name}\":[");
    for (at, document) in documents.enumerate() {
        if at > 0 {
            body.push(',');
        }
        body.push_str(&document);
    }
    body.push(']');
    if let Some(token) = token {
        // Tokens are base64.
        body.push_str(&format!(",\"nextToken\":\"{token}\""));
    }
    body.push('}');
    body.into_bytes()
}

/// ARNs of findings, as the batch operations take them.
pub(super) fn finding_arns(call: &Call) -> Result<Vec<FindingArn>, Fault> {
    call.read(|form| {
        form.need("findingArns");
        form.list("findingArns", 1..=10, |text| {
            FindingArn::parse(text).map_err(|_| {
                "Member must satisfy regular expression pattern: \
                 arn:(aws[a-zA-Z-]*)?:inspector2:[a-z]{2}(-gov)?-[a-z]+-\\d{1}:\\d{12}:finding/[a-f0-9]{32}"
                    .to_owned()
            })
        })
    })
}
