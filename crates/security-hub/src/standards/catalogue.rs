//! Standards and controls in the API's shapes.

use serde_json::{Value, json};
use shindan_control::definition::{ControlId, ControlSeverity, Standard};
use shindan_inspector::{AccountId, Region};

use super::subscription::short_id;
use super::{Settings, is_default};
use crate::name::{prefix, split};
use crate::time::write_time;

/// All standards, in the shape `Standard` of DescribeStandards.
#[must_use]
pub fn describe_standards(region: &Region) -> Vec<Value> {
    let all = Standard::ALL.into_iter();
    all.map(|standard| {
        json!({
            "StandardsArn": standard.arn(region),
            "Name": standard.name(),
            "Description": description(standard),
            "EnabledByDefault": is_default(standard),
            "StandardsManagedBy": { "Company": "AWS", "Product": "Security Hub" },
        })
    })
    .collect()
}

const fn description(standard: Standard) -> &'static str {
    match standard {
        Standard::FoundationalBestPractices => {
            "What AWS recommends for every account. Here it holds the controls for Amazon Inspector."
        }
        Standard::PciDss401 => {
            "What the Payment Card Industry asks of whoever handles cards. Here it holds the controls for Amazon Inspector."
        }
    }
}

/// The control of an id or ARN, `Inspector.3` or `arn:…:security-control/Inspector.3`.
#[must_use]
pub fn control_of(text: &str) -> Option<ControlId> {
    let id = match split(text) {
        Some((_, Some(_), rest)) => rest.strip_prefix("security-control/")?,
        Some(_) => return None,
        None => text,
    };
    ControlId::ALL
        .into_iter()
        .find(|control| control.as_str() == id)
}

/// A control's ARN in an account.
#[must_use]
pub fn security_control_arn(control: ControlId, region: &Region, account: AccountId) -> String {
    format!(
        "{}:security-control/{control}",
        prefix(region, Some(account))
    )
}

/// The standard and control of the ARN of a control in a standard, `arn:…:control/STANDARD/v/VERSION/Inspector.3`, if it is
/// the account's.
#[must_use]
pub fn control_standard(
    arn: &str,
    region: &Region,
    account: AccountId,
) -> Option<(Standard, ControlId)> {
    let (named, owner, rest) = split(arn)?;
    let (standard, control) = rest.strip_prefix("control/")?.rsplit_once('/')?;
    let standard = Standard::ALL
        .into_iter()
        .find(|s| short_id(*s) == standard)?;
    let control = control_of(control).filter(|c| c.definition().standards.contains(&standard))?;
    (named == *region && owner == Some(account)).then_some((standard, control))
}

/// The ARN of a control in a standard.
pub(super) fn standards_control_arn(
    standard: Standard,
    control: ControlId,
    region: &Region,
    account: AccountId,
) -> String {
    let prefix = prefix(region, Some(account));
    format!("{prefix}:control/{}/{control}", short_id(standard))
}

/// A control in the shape `SecurityControlDefinition`.
#[must_use]
pub fn definition(control: ControlId, region: &Region) -> Value {
    let definition = control.definition();
    let available = control.exists_in(region);
    json!({
        "SecurityControlId": control.as_str(),
        "Title": definition.title,
        "Description": definition.description,
        "RemediationUrl": control.remediation_url(),
        "SeverityRating": rating(definition.severity),
        "CurrentRegionAvailability": if available { "AVAILABLE" } else { "UNAVAILABLE" },
        "CustomizableProperties": [],
    })
}

/// All controls of a standard, or all there are, for ListSecurityControlDefinitions.
#[must_use]
pub fn definitions(standard: Option<Standard>, region: &Region) -> Vec<(ControlId, Value)> {
    ControlId::ALL
        .into_iter()
        .filter(|control| standard.is_none_or(|s| control.definition().standards.contains(&s)))
        .map(|control| (control, definition(control, region)))
        .collect()
}

/// A control in the shape `SecurityControl` of BatchGetSecurityControls.
#[must_use]
pub fn security_control(
    control: ControlId,
    region: &Region,
    account: AccountId,
    settings: &Settings,
) -> Value {
    let definition = control.definition();
    json!({
        "SecurityControlId": control.as_str(),
        "SecurityControlArn": security_control_arn(control, region, account),
        "Title": definition.title,
        "Description": definition.description,
        "RemediationUrl": control.remediation_url(),
        "SeverityRating": rating(definition.severity),
        "SecurityControlStatus": status(!settings.standards_of(control).is_empty()),
        "UpdateStatus": "READY",
    })
}

/// A control of a standard in the shape `StandardsControl` of DescribeStandardsControls.
#[must_use]
pub fn standards_control(
    standard: Standard,
    control: ControlId,
    region: &Region,
    account: AccountId,
    settings: &Settings,
) -> Value {
    let definition = control.definition();
    let setting = settings.controls.get(&(standard, control));
    let since = setting.map(|setting| setting.updated_at);
    let since = since.or_else(|| settings.subscriptions.get(&standard).copied());
    let mut shape = json!({
        "StandardsControlArn": standards_control_arn(standard, control, region, account),
        "ControlStatus": status(settings.is_enabled(standard, control)),
        "ControlStatusUpdatedAt": write_time(since.unwrap_or_default()),
        "ControlId": control.as_str(),
        "Title": definition.title,
        "Description": definition.description,
        "RemediationUrl": control.remediation_url(),
        "SeverityRating": rating(definition.severity),
        "RelatedRequirements": requirements(standard, control),
    });
    let reason = setting.filter(|setting| !setting.enabled);
    if let Some(reason) = reason.and_then(|setting| setting.reason.as_deref()) {
        shape["DisabledReason"] = reason.into();
    }
    shape
}

/// The requirements of a standard that a control is about; the foundational one has none of its own.
pub(super) fn requirements(standard: Standard, control: ControlId) -> &'static [&'static str] {
    match standard {
        Standard::FoundationalBestPractices => &[],
        Standard::PciDss401 => control.definition().related_requirements,
    }
}

pub(super) const fn status(enabled: bool) -> &'static str {
    if enabled { "ENABLED" } else { "DISABLED" }
}

const fn rating(severity: ControlSeverity) -> &'static str {
    match severity {
        ControlSeverity::High => "HIGH",
    }
}
