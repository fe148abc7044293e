//! One event: a call of Lambda's API, as CloudTrail tells it to EventBridge.
//!
//! Its shape is that of "AWS API Call via CloudTrail" in the EventBridge user guide, the members of `requestParameters`
//! are those of the call. Names of calls carry a date and sometimes a version, `UpdateFunctionCode20150331v2`, which
//! means nothing here.

use std::fmt;

use serde::Deserialize;
use serde_json::{Map, Value};
use shindan_inspector::{AccountId, FunctionArn, LayerArn, Region, Timestamp};

use crate::error::printable;

/// Something was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// In which account.
    pub account: AccountId,
    pub region: Region,
    pub subject: Subject,
    pub kind: ChangeKind,
    /// When the call was made.
    pub at: Timestamp,
}

/// What was changed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// `$LATEST` of a function.
    Function(FunctionArn),
    Layer(LayerArn),
}

/// How it was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeKind {
    Created,
    CodeUpdated,
    /// Also other layers, which changes what is scanned.
    ConfigurationUpdated,
    LayerPublished,
    Deleted,
    /// Tags were set or removed; they exclude functions from scanning.
    TagsChanged,
}

/// A message that is no event of this kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MalformedEvent {
    /// What is wrong, without the message's content.
    pub reason: String,
}

#[derive(Deserialize)]
struct Event {
    source: String,
    /// AWS always names it; moto leaves it to CloudTrail.
    account: Option<AccountId>,
    region: Region,
    time: jiff::Timestamp,
    detail: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Detail {
    event_name: String,
    event_time: Option<jiff::Timestamp>,
    recipient_account_id: Option<AccountId>,
    error_code: Option<String>,
    request_parameters: Option<Map<String, Value>>,
    response_elements: Option<Map<String, Value>>,
}

/// Reads the body of a message; `None` if it is about something else: another service or call, a call that failed, or
/// a published version of a function, which never changes.
///
/// # Errors
/// When it is no event, or lacks what events of its kind have.
pub fn parse(body: &str) -> Result<Option<Change>, MalformedEvent> {
    let event: Event = serde_json::from_str(body).map_err(malformed)?;
    if event.source != "aws.lambda" {
        return Ok(None);
    }
    let detail: Detail = serde_json::from_value(event.detail).map_err(malformed)?;
    let Some(kind) = kind(&detail.event_name) else {
        return Ok(None);
    };
    if detail.error_code.is_some() {
        return Ok(None);
    }
    let account = event
        .account
        .or(detail.recipient_account_id)
        .ok_or_else(|| malformed("the account is missing"))?;
    let member = |members: &Option<Map<String, Value>>, name: &str| {
        members
            .as_ref()
            .and_then(|members| members.get(name))
            .and_then(Value::as_str)
            .map(str::to_owned)
            .ok_or_else(|| MalformedEvent {
                reason: format!("{} without {name}", printable(&detail.event_name, 60)),
            })
    };
    let request = &detail.request_parameters;
    let subject = match kind {
        ChangeKind::LayerPublished => {
            let arn = member(&detail.response_elements, "layerVersionArn")?;
            Some(Subject::Layer(LayerArn::parse(&arn).map_err(malformed)?))
        }
        ChangeKind::TagsChanged => {
            let arn = member(request, "resource")?;
            // Event source mappings and code signing configurations have tags too.
            match arn.split(':').nth(5) {
                Some("function") => Some(Subject::Function(
                    FunctionArn::parse(&arn).map_err(malformed)?,
                )),
                _ => None,
            }
        }
        ChangeKind::Created
        | ChangeKind::CodeUpdated
        | ChangeKind::ConfigurationUpdated
        | ChangeKind::Deleted => {
            let name = member(request, "functionName")?;
            let qualifier = member(request, "qualifier").ok();
            latest(&name, qualifier.as_deref(), account, &event.region)?.map(Subject::Function)
        }
    };
    let at = detail.event_time.unwrap_or(event.time).as_millisecond();
    Ok(subject.map(|subject| Change {
        account,
        region: event.region,
        subject,
        kind,
        at: Timestamp::from_millis(at),
    }))
}

fn kind(event_name: &str) -> Option<ChangeKind> {
    Some(match call_name(event_name) {
        "CreateFunction" => ChangeKind::Created,
        "UpdateFunctionCode" => ChangeKind::CodeUpdated,
        "UpdateFunctionConfiguration" => ChangeKind::ConfigurationUpdated,
        "PublishLayerVersion" => ChangeKind::LayerPublished,
        "DeleteFunction" => ChangeKind::Deleted,
        "TagResource" | "UntagResource" => ChangeKind::TagsChanged,
        _ => return None,
    })
}

/// The name of a call without the date, and the version behind it.
fn call_name(event_name: &str) -> &str {
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let dated = match event_name.rsplit_once('v') {
        Some((dated, version)) if !version.is_empty() && digits(version) => dated,
        _ => event_name,
    };
    match dated
        .len()
        .checked_sub(8)
        .and_then(|at| dated.split_at_checked(at))
    {
        Some((name, date)) if digits(date) => name,
        _ => event_name,
    }
}

/// The function of a request, which may give a name, an ARN, or a part of one (`123456789012:function:orders`), with a
/// version or alias behind it; `None` for a version.
fn latest(
    name: &str,
    qualifier: Option<&str>,
    account: AccountId,
    region: &Region,
) -> Result<Option<FunctionArn>, MalformedEvent> {
    let (name, account, region, behind) = if name.starts_with("arn:") {
        let arn = FunctionArn::parse(name).map_err(malformed)?;
        let (account, region) = (arn.account, arn.region.clone());
        (
            arn.name().to_owned(),
            account,
            region,
            name.split(':').nth(7),
        )
    } else {
        let (account, rest) = match name.split_once(":function:") {
            Some((owner, rest)) => (AccountId::parse(owner).map_err(malformed)?, rest),
            None => (account, name),
        };
        let (plain, behind) = rest
            .split_once(':')
            .map_or((rest, None), |(plain, behind)| (plain, Some(behind)));
        (plain.to_owned(), account, region.clone(), behind)
    };
    match qualifier.or(behind) {
        None | Some("$LATEST") => FunctionArn::new(region, account, &name)
            .map(Some)
            .map_err(malformed),
        Some(_) => Ok(None),
    }
}

fn malformed(error: impl fmt::Display) -> MalformedEvent {
    MalformedEvent {
        reason: printable(&error.to_string(), 200),
    }
}

impl fmt::Display for MalformedEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a message is no event of Lambda: {}", self.reason)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn event(name: &str, request: Value, response: Value) -> Value {
        json!({
            "version": "0",
            "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
            "detail-type": "AWS API Call via CloudTrail",
            "source": "aws.lambda",
            "account": "123456789012",
            "time": "2026-11-29T17:00:09Z",
            "region": "ap-northeast-1",
            "resources": [],
            "detail": {
                "eventVersion": "1.10",
                "eventSource": "lambda.amazonaws.com",
                "eventName": name,
                "eventTime": "2026-11-29T17:00:00Z",
                "awsRegion": "ap-northeast-1",
                "requestParameters": request,
                "responseElements": response,
            },
        })
    }

    fn read(event: &Value) -> Option<Change> {
        parse(&event.to_string()).expect("an event")
    }

    const ORDERS: &str = "arn:aws:lambda:ap-northeast-1:123456789012:function:orders";

    #[test]
    fn every_call_that_matters_becomes_a_change() {
        let named = json!({ "functionName": "orders" });
        let tagged = json!({ "resource": ORDERS, "tags": { "InspectorExclusion": "LambdaStandardScanning" } });
        let untagged = json!({ "resource": ORDERS, "tagKeys": ["InspectorExclusion"] });
        for (name, request, kind) in [
            ("CreateFunction20150331", &named, ChangeKind::Created),
            ("CreateFunction", &named, ChangeKind::Created),
            (
                "UpdateFunctionCode20150331v2",
                &named,
                ChangeKind::CodeUpdated,
            ),
            (
                "UpdateFunctionConfiguration20150331v2",
                &named,
                ChangeKind::ConfigurationUpdated,
            ),
            ("DeleteFunction20150331", &named, ChangeKind::Deleted),
            ("TagResource20170331v2", &tagged, ChangeKind::TagsChanged),
            (
                "UntagResource20170331v2",
                &untagged,
                ChangeKind::TagsChanged,
            ),
        ] {
            let change = read(&event(name, request.clone(), Value::Null)).expect(name);
            assert_eq!(change.kind, kind, "{name}");
            let function = FunctionArn::parse(ORDERS).expect("an ARN");
            assert_eq!(change.subject, Subject::Function(function), "{name}");
            assert_eq!(change.at.as_millis(), 1_795_971_600_000);
        }
    }

    #[test]
    fn a_published_layer_is_named_by_the_answer() {
        let arn = "arn:aws:lambda:ap-northeast-1:123456789012:layer:tools:3";
        let event = event(
            "PublishLayerVersion20181031",
            json!({ "layerName": "tools" }),
            json!({ "layerVersionArn": arn }),
        );
        let change = read(&event).expect("a change");
        assert_eq!(
            change.subject,
            Subject::Layer(LayerArn::parse(arn).expect("an ARN"))
        );
        assert_eq!(change.kind, ChangeKind::LayerPublished);
    }

    #[test]
    fn functions_are_named_in_all_ways_that_lambda_takes() {
        for name in [
            "orders",
            "orders:$LATEST",
            "123456789012:function:orders",
            ORDERS,
            "arn:aws:lambda:ap-northeast-1:123456789012:function:orders:$LATEST",
        ] {
            let request = json!({ "functionName": name });
            let change = read(&event("UpdateFunctionCode20150331v2", request, Value::Null));
            let subject = Subject::Function(FunctionArn::parse(ORDERS).expect("an ARN"));
            assert_eq!(change.expect(name).subject, subject, "{name}");
        }
    }

    #[test]
    fn deleting_a_version_does_not_delete_the_function() {
        for request in [
            json!({ "functionName": "orders", "qualifier": "7" }),
            json!({ "functionName": "orders:7" }),
            json!({ "functionName": format!("{ORDERS}:7") }),
        ] {
            assert_eq!(
                read(&event("DeleteFunction20150331", request, Value::Null)),
                None
            );
        }
    }

    #[test]
    fn what_changes_nothing_is_unrelated() {
        let named = json!({ "functionName": "orders" });
        let mut failed = event("UpdateFunctionCode20150331v2", named.clone(), Value::Null);
        failed["detail"]["errorCode"] = "AccessDenied".into();
        assert_eq!(read(&failed), None);
        let mut other = event("UpdateFunctionCode20150331v2", named.clone(), Value::Null);
        other["source"] = "aws.s3".into();
        assert_eq!(read(&other), None);
        assert_eq!(read(&event("Invoke20150331", named, Value::Null)), None);
        let mapping = "arn:aws:lambda:ap-northeast-1:123456789012:event-source-mapping:1";
        let request = json!({ "resource": mapping });
        assert_eq!(
            read(&event("TagResource20170331v2", request, Value::Null)),
            None
        );
    }

    #[test]
    fn what_is_no_event_is_malformed() {
        let without_name = event("CreateFunction20150331", json!({}), Value::Null).to_string();
        let strange_name = event(
            "CreateFunction20150331",
            json!({ "functionName": "a/b" }),
            Value::Null,
        )
        .to_string();
        for body in [
            "",
            "null",
            "{}",
            "[1]",
            &"[".repeat(10_000),
            &without_name,
            &strange_name,
        ] {
            assert!(parse(body).is_err(), "{body}");
        }
    }

    proptest! {
        #[test]
        fn no_message_makes_it_panic(body in ".{0,200}") {
            let _ = parse(&body);
        }

        #[test]
        fn no_name_of_a_call_or_function_makes_it_panic(call in ".{0,30}", name in ".{0,60}") {
            for call in [call.as_str(), "UpdateFunctionCode20150331v2", "TagResource20170331v2"] {
                let request = json!({ "functionName": &name, "resource": &name });
                let _ = parse(&event(call, request, Value::Null).to_string());
            }
        }
    }
}
