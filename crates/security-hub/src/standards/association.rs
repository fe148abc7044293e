//! Controls in standards: what is set about them, and how it is set.

use serde_json::{Value, json};
use shindan_control::definition::{ControlId, Standard};
use shindan_inspector::{AccountId, Region, Timestamp};

use super::catalogue::{requirements, standards_control_arn, status};
use super::{ControlSetting, Settings, control_of, security_control_arn, standard_of};
use crate::HubError;
use crate::asff::object;
use crate::time::write_time;

/// A control in a standard.
pub type AssociationId = (Standard, ControlId);

/// What is to be set about it.
pub type AssociationUpdate = (AssociationId, ControlSetting);

/// Entries of one request.
const MAX_ASSOCIATIONS: usize = 100;

/// An entry of `UnprocessedAssociations` or `UnprocessedAssociationUpdates`.
#[derive(Clone, Debug, PartialEq)]
pub struct UnprocessedAssociation {
    /// The entry of the request.
    pub request: Value,
    /// `ErrorCode`.
    pub code: &'static str,
    /// `ErrorReason`.
    pub reason: String,
}

impl UnprocessedAssociation {
    /// In the API's shape; `member` is what the request is called by in it: `StandardsControlAssociationId` or
    /// `StandardsControlAssociationUpdate`.
    #[must_use]
    pub fn to_json(&self, member: &str) -> Value {
        json!({ member: self.request, "ErrorCode": self.code, "ErrorReason": self.reason })
    }
}

/// The controls in standards that a BatchGetStandardsControlAssociations request names.
///
/// # Errors
/// When it is not a list of 1 to 100.
pub fn parse_association_ids(
    body: &Value,
    region: &Region,
) -> Result<Vec<Result<AssociationId, UnprocessedAssociation>>, HubError> {
    let list = entries(body, "StandardsControlAssociationIds")?;
    Ok(list
        .iter()
        .map(|entry| association(entry, region))
        .collect())
}

/// What a BatchUpdateStandardsControlAssociations request sets.
///
/// # Errors
/// When it is not a list of 1 to 100.
pub fn parse_association_updates(
    body: &Value,
    region: &Region,
    now: Timestamp,
) -> Result<Vec<Result<AssociationUpdate, UnprocessedAssociation>>, HubError> {
    let list = entries(body, "StandardsControlAssociationUpdates")?;
    let each = list.iter().map(|entry| {
        let id = association(entry, region)?;
        let invalid = |reason: &str| UnprocessedAssociation {
            request: entry.clone(),
            code: "INVALID_INPUT",
            reason: reason.to_owned(),
        };
        let reason = text(entry.get("UpdatedReason"));
        let enabled = match entry.get("AssociationStatus").and_then(Value::as_str) {
            Some("ENABLED") => true,
            Some("DISABLED") => false,
            _ => return Err(invalid("AssociationStatus must be ENABLED or DISABLED")),
        };
        if !enabled && reason.is_none() {
            return Err(invalid("UpdatedReason is needed to disable a control"));
        }
        let setting = ControlSetting {
            enabled,
            reason,
            updated_at: now,
        };
        Ok((id, setting))
    });
    Ok(each.collect())
}

/// What an UpdateStandardsControl request sets.
///
/// # Errors
/// When the status is none, or a control is disabled without a reason.
pub fn parse_standards_control_update(
    body: &Value,
    now: Timestamp,
) -> Result<ControlSetting, HubError> {
    let reason = text(body.get("DisabledReason"));
    let enabled = match body.get("ControlStatus").and_then(Value::as_str) {
        Some("ENABLED") => true,
        Some("DISABLED") => false,
        _ => {
            return Err(HubError::member(
                "ControlStatus",
                "must be ENABLED or DISABLED",
            ));
        }
    };
    if !enabled && reason.is_none() {
        return Err(HubError::member(
            "DisabledReason",
            "is needed to disable a control",
        ));
    }
    Ok(ControlSetting {
        enabled,
        reason,
        updated_at: now,
    })
}

/// A control in a standard in the shape `StandardsControlAssociationSummary`.
#[must_use]
pub fn association_summary(
    id: AssociationId,
    region: &Region,
    account: AccountId,
    settings: &Settings,
) -> Value {
    let (standard, control) = id;
    let definition = control.definition();
    let setting = settings.controls.get(&id);
    let since = setting.map(|setting| setting.updated_at);
    let since = since.or_else(|| settings.subscriptions.get(&standard).copied());
    let mut shape = object(json!({
        "StandardsArn": standard.arn(region),
        "SecurityControlId": control.as_str(),
        "SecurityControlArn": security_control_arn(control, region, account),
        "AssociationStatus": status(settings.is_enabled(standard, control)),
        "RelatedRequirements": requirements(standard, control),
        "StandardsControlTitle": definition.title,
        "StandardsControlDescription": definition.description,
    }));
    if let Some(since) = since {
        shape.insert("UpdatedAt".to_owned(), write_time(since).into());
    }
    if let Some(reason) = setting.and_then(|setting| setting.reason.as_deref()) {
        shape.insert("UpdatedReason".to_owned(), reason.into());
    }
    Value::Object(shape)
}

/// The same in the shape `StandardsControlAssociationDetail`, which also says what UpdateStandardsControl calls it.
#[must_use]
pub fn association_detail(
    id: AssociationId,
    region: &Region,
    account: AccountId,
    settings: &Settings,
) -> Value {
    let mut shape = association_summary(id, region, account, settings);
    let arn = standards_control_arn(id.0, id.1, region, account);
    shape["StandardsControlArns"] = json!([arn]);
    shape
}

fn entries<'b>(body: &'b Value, member: &str) -> Result<&'b Vec<Value>, HubError> {
    let list = body.get(member).and_then(Value::as_array);
    list.filter(|list| (1..=MAX_ASSOCIATIONS).contains(&list.len()))
        .ok_or_else(|| {
            HubError::member(
                member,
                format_args!("must hold 1 to {MAX_ASSOCIATIONS} entries"),
            )
        })
}

fn association(entry: &Value, region: &Region) -> Result<AssociationId, UnprocessedAssociation> {
    let named = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default();
    let control = control_of(named("SecurityControlId"));
    let standard = standard_of(named("StandardsArn"), region);
    match (standard, control) {
        (Some(standard), Some(control)) if control.definition().standards.contains(&standard) => {
            Ok((standard, control))
        }
        (None, _) => Err(unknown(
            entry,
            "there is no standard of this StandardsArn in the Region",
        )),
        (_, None) => Err(unknown(
            entry,
            "there is no control of this SecurityControlId here",
        )),
        _ => Err(unknown(entry, "the standard does not hold the control")),
    }
}

fn unknown(entry: &Value, reason: &str) -> UnprocessedAssociation {
    UnprocessedAssociation {
        request: entry.clone(),
        code: "RESOURCE_NOT_FOUND",
        reason: reason.to_owned(),
    }
}

fn text(value: Option<&Value>) -> Option<String> {
    let text = value.and_then(Value::as_str).map(str::trim);
    // Longer ones would serve nobody, and ASFF's notes end there too.
    text.filter(|text| !text.is_empty())
        .map(|text| text.chars().take(512).collect())
}
