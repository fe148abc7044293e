//! A call of Security Hub, and reading its request.
//!
//! Members of a request come in the body, the query or the path, as the model has it; here they are one JSON object, by the
//! names of the model. `null` is as good as missing, members that are not known are ignored.

use std::ops::{Deref, RangeInclusive};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use shindan_inspector::AccountId;
use shindan_security_hub::{HubError, HubOperation, HubStanding, members};
use shindan_store::{Reach, Scope, Write};

use crate::asked::Asked;
use crate::call::{Answer, Caller, answer};
use crate::error::Fault;
use crate::token::List;

/// The longest text that names something.
const MAX_TEXT: usize = 2048;

/// Entries of a page that nobody says the length of, and the most that most lists have.
const PAGE: u32 = 100;

pub(crate) struct HubCall {
    caller: Caller,
    pub(super) standing: HubStanding,
    pub(super) operation: HubOperation,
    pub(super) request: Value,
}

impl Deref for HubCall {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.caller
    }
}

impl HubCall {
    /// A call, if the caller may make it.
    pub(crate) async fn new(
        caller: Caller,
        operation: HubOperation,
        body: Value,
        query: &[(String, String)],
        label: Option<String>,
    ) -> Result<Self, Fault> {
        let (region, account) = (caller.region(), caller.account());
        let standing = caller.store().hub_standing(region, account).await?;
        members::may(caller.principal.role, standing, account, operation.action())?;
        Ok(Self {
            request: request(operation, body, query, label)?,
            caller,
            standing,
            operation,
        })
    }

    /// Whose rows the caller sees.
    pub(super) fn scope(&self) -> Scope {
        let sees_members = members::sees_members(self.principal.role, self.standing);
        Scope {
            region: self.region().clone(),
            account: self.account(),
            reach: if sees_members {
                Reach::Members
            } else {
                Reach::Own
            },
        }
    }

    /// Writes down what was done, in the transaction that does it.
    pub(super) async fn audit(&self, write: &mut Write, target: &str) -> Result<(), Fault> {
        self.note(write, Asked::Hub(self.operation), target).await
    }

    /// A member as it is.
    pub(super) fn raw(&self, name: &str) -> Option<&Value> {
        self.request.get(name).filter(|value| !value.is_null())
    }

    /// A text.
    pub(super) fn text(&self, name: &str) -> Result<Option<&str>, HubError> {
        self.raw(name).map(|value| named(name, value)).transpose()
    }

    /// A text that has to be there.
    pub(super) fn needed(&self, name: &str) -> Result<&str, HubError> {
        self.text(name)?
            .ok_or_else(|| HubError::member(name, "is missing"))
    }

    /// True or false.
    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, HubError> {
        let flag = |value: &Value| {
            value
                .as_bool()
                .ok_or_else(|| HubError::member(name, "must be true or false"))
        };
        self.raw(name).map(flag).transpose()
    }

    /// Texts, of which there must be some; none when the member is missing.
    pub(super) fn texts(&self, name: &str, most: usize) -> Result<Option<Vec<&str>>, HubError> {
        let Some(value) = self.raw(name) else {
            return Ok(None);
        };
        let list = value
            .as_array()
            .filter(|list| (1..=most).contains(&list.len()))
            .ok_or_else(|| {
                HubError::member(name, format_args!("must be a list of 1 to {most} texts"))
            })?;
        let texts = list.iter().map(|item| named(name, item));
        texts.collect::<Result<_, _>>().map(Some)
    }

    /// Texts that have to be there.
    pub(super) fn needed_texts(&self, name: &str, most: usize) -> Result<Vec<&str>, HubError> {
        self.texts(name, most)?
            .ok_or_else(|| HubError::member(name, "is missing"))
    }

    /// Accounts that have to be there, each once, in their order.
    pub(super) fn needed_accounts(
        &self,
        name: &str,
        most: usize,
    ) -> Result<Vec<AccountId>, HubError> {
        let texts = self.needed_texts(name, most)?;
        let mut accounts = texts
            .into_iter()
            .map(|text| account(name, text))
            .collect::<Result<Vec<_>, _>>()?;
        accounts.sort_unstable();
        accounts.dedup();
        Ok(accounts)
    }

    /// An account that has to be there.
    pub(super) fn needed_account(&self, name: &str) -> Result<AccountId, HubError> {
        account(name, self.needed(name)?)
    }

    /// How long a page is to be.
    pub(super) fn limit(&self, range: RangeInclusive<u32>) -> Result<u32, HubError> {
        let Some(value) = self.raw("MaxResults") else {
            return Ok(PAGE.min(*range.end()));
        };
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        number
            .filter(|number| range.contains(number))
            .ok_or_else(|| {
                let (least, most) = (range.start(), range.end());
                let expected = format!("must be a whole number from {least} to {most}");
                HubError::member("MaxResults", expected)
            })
    }

    /// Whether the caller wants to see what belongs to AWS. There are no other clouds here.
    pub(super) fn wants_aws(&self) -> Result<bool, HubError> {
        let Some(providers) = self.texts("Providers", 3)? else {
            return Ok(true);
        };
        let known = ["AWS", "Azure", "GCP"];
        if providers.iter().any(|provider| !known.contains(provider)) {
            return Err(HubError::member("Providers", "must be of AWS, Azure, GCP"));
        }
        Ok(providers.contains(&"AWS"))
    }

    /// The cursor of the request's `NextToken`.
    pub(super) fn cursor<T: DeserializeOwned>(&self) -> Result<Option<T>, Fault> {
        match self.raw("NextToken") {
            None => Ok(None),
            // Clients send an empty token for the first page.
            Some(Value::String(token)) if token.is_empty() => Ok(None),
            Some(Value::String(token)) => {
                let scope = self.scope();
                self.state.tokens.open(self.list(&scope), token).map(Some)
            }
            Some(_) => Err(HubError::member("NextToken", "must be a text").into()),
        }
    }

    /// A list with the token of its next page.
    pub(super) fn listed<T: Serialize>(
        &self,
        name: &str,
        items: Vec<Value>,
        next: Option<&T>,
    ) -> Answer {
        let mut body = json!({ name: items });
        if let Some(cursor) = next {
            let scope = self.scope();
            let token = self.state.tokens.seal(self.list(&scope), cursor)?;
            body["NextToken"] = token.into();
        }
        answer(&body)
    }

    /// A page of a list that is short enough to be made whole.
    pub(super) fn paged(&self, name: &str, items: Vec<Value>) -> Answer {
        let limit = usize::try_from(self.limit(1..=PAGE)?).unwrap_or(usize::MAX);
        let from: usize = self.cursor()?.unwrap_or_default();
        let end = from.saturating_add(limit);
        let next = (end < items.len()).then_some(end);
        let page = items.into_iter().skip(from).take(limit).collect();
        self.listed(name, page, next.as_ref())
    }

    const fn list<'c>(&'c self, scope: &'c Scope) -> List<'c> {
        List {
            scope,
            operation: Asked::Hub(self.operation),
            request: &self.request,
        }
    }
}

/// Reads an account.
pub(super) fn account(name: &str, text: &str) -> Result<AccountId, HubError> {
    AccountId::parse(text)
        .map_err(|_| HubError::member(name, "must be an account: a number of 12 digits"))
}

/// A text that is not blank.
fn named<'v>(name: &str, value: &'v Value) -> Result<&'v str, HubError> {
    value
        .as_str()
        .filter(|text| !text.trim().is_empty() && text.chars().nth(MAX_TEXT).is_none())
        .ok_or_else(|| {
            let expected = format!("must be a text of 1 to {MAX_TEXT} characters");
            HubError::member(name, expected)
        })
}

/// The members of a request, wherever they stand.
fn request(
    operation: HubOperation,
    body: Value,
    query: &[(String, String)],
    label: Option<String>,
) -> Result<Value, HubError> {
    let Value::Object(mut members) = body else {
        return Err(HubError::invalid(
            "The body of the request is not a JSON object",
        ));
    };
    for (name, value) in query {
        read_query(&mut members, name, value);
    }
    if let (Some(name), Some(value)) = (label_name(operation), label) {
        members.insert(name.to_owned(), value.into());
    }
    Ok(Value::Object(members))
}

fn read_query(members: &mut Map<String, Value>, name: &str, value: &str) {
    let text = Value::from(value);
    match name {
        "MaxResults" => {
            let number = value.parse::<u32>().map(Value::from);
            members.insert(name.to_owned(), number.unwrap_or(text));
        }
        "OnlyAssociated" => {
            let flag = value.parse::<bool>().map(Value::from);
            members.insert(name.to_owned(), flag.unwrap_or(text));
        }
        "Providers" | "tagKeys" => {
            let list = members
                .entry(name)
                .or_insert_with(|| Value::Array(Vec::new()));
            match list.as_array_mut() {
                Some(list) => list.push(text),
                None => *list = json!([text]),
            }
        }
        _ => {
            members.insert(name.to_owned(), text);
        }
    }
}

/// What the value in the path is called.
const fn label_name(operation: HubOperation) -> Option<&'static str> {
    Some(match operation {
        HubOperation::DescribeStandardsControls => "StandardsSubscriptionArn",
        HubOperation::UpdateStandardsControl => "StandardsControlArn",
        HubOperation::GetFindingAggregator | HubOperation::DeleteFindingAggregator => {
            "FindingAggregatorArn"
        }
        HubOperation::ListTagsForResource
        | HubOperation::TagResource
        | HubOperation::UntagResource => "ResourceArn",
        _ => return None,
    })
}
