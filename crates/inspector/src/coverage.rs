//! Coverage as the API shows it: which functions are watched, and the criteria by which a list is cut down.
//!
//! Criteria of one member are alternatives (for `NOT_EQUALS`: all must hold), members are conditions that all hold.
//! Members about other resources than functions are understood: no function has an image tag, so `EQUALS` finds none and
//! `NOT_EQUALS` excludes none.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::finding::ResourceType;
use crate::wire_enum;
use crate::{AccountId, FunctionArn, ScanStatusCode, ScanStatusReason, ScanType, Timestamp};

wire_enum!(
    /// What statistics of coverage are counted by.
    GroupKey {
        ScanStatusCode = "SCAN_STATUS_CODE",
        ScanStatusReason = "SCAN_STATUS_REASON",
        AccountId = "ACCOUNT_ID",
        ResourceType = "RESOURCE_TYPE",
    }
);

/// A resource that is or could be watched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CoveredResource {
    /// Always `AWS_LAMBDA_FUNCTION`.
    pub resource_type: ResourceType,
    /// The function's ARN with `:$LATEST`.
    pub resource_id: String,
    /// Whose it is.
    pub account_id: AccountId,
    /// What it is scanned for.
    pub scan_type: ScanType,
    /// Whether it is watched.
    pub scan_status: ScanStatus,
    /// What kind of resource it is.
    pub resource_metadata: ResourceMetadata,
    /// When its last scan ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_scanned_at: Option<Timestamp>,
}

/// Whether a resource is watched, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScanStatus {
    /// Whether.
    pub status_code: ScanStatusCode,
    /// Why.
    pub reason: ScanStatusReason,
}

/// What kind of resource it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceMetadata {
    /// A function.
    pub lambda_function: FunctionMetadata,
}

/// What coverage shows of a function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FunctionMetadata {
    /// Its name.
    pub function_name: String,
    /// Its tags.
    pub function_tags: BTreeMap<String, String>,
    /// ARNs of its layers, at most 5.
    pub layers: Vec<String>,
    /// In the API's words.
    pub runtime: String,
}

/// What a member of a list may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice<T> {
    /// One of these; `None` when any will do. Values that nothing can have are left out, so an empty list finds nothing.
    pub any_of: Option<Vec<T>>,
    /// None of these.
    pub none_of: Vec<T>,
}

impl<T> Default for Choice<T> {
    fn default() -> Self {
        Self {
            any_of: None,
            none_of: Vec::new(),
        }
    }
}

/// A tag that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagCriterion {
    /// Its key.
    pub key: String,
    /// Its value; any when there is none.
    pub value: Option<String>,
}

/// A range of time, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// Not before.
    pub start: Option<Timestamp>,
    /// Not after.
    pub end: Option<Timestamp>,
}

/// Which resources a list of coverage is to hold: the API's `CoverageFilterCriteria`, checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CoverageCriteria {
    /// Whether watched.
    pub status: Choice<ScanStatusCode>,
    /// Why.
    pub reason: Choice<ScanStatusReason>,
    /// Whose.
    pub account: Choice<AccountId>,
    /// Which function, by ARN.
    pub function: Choice<FunctionArn>,
    /// Scanned for what.
    pub scan_type: Choice<ScanType>,
    /// Which function, by name.
    pub function_name: Choice<String>,
    /// The API's name of its runtime.
    pub runtime: Choice<String>,
    /// One of these tags; no condition when empty.
    pub tags: Vec<TagCriterion>,
    /// Last scanned within one of these; no condition when empty.
    pub last_scanned: Vec<Range>,
    /// Whether a member asks for something that no function has.
    pub finds_nothing: bool,
}

/// Why criteria are refused, in the words of the API's other validation messages.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Value at '{member}' failed to satisfy constraint: {constraint}")]
pub struct InvalidCriteria {
    /// Where: `filterCriteria.scanType`.
    pub member: String,
    /// What it must be.
    pub constraint: String,
}

/// The most values that one member may list.
const MAX_VALUES: usize = 10;
/// The longest value, in characters.
const MAX_VALUE: usize = 1024;

/// The filters of one member.
enum Member {
    Text(Vec<TextFilter>),
    Map(Vec<MapFilter>),
    Date(Vec<DateFilter>),
    Number,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TextFilter {
    comparison: String,
    value: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MapFilter {
    comparison: String,
    key: String,
    value: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct DateFilter {
    start_inclusive: Option<Timestamp>,
    end_inclusive: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NumberFilter {
    #[serde(rename = "lowerInclusive")]
    _lower_inclusive: Option<i64>,
    #[serde(rename = "upperInclusive")]
    _upper_inclusive: Option<i64>,
}

/// What kind of filter a member of the API's model takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Text,
    Map,
    Date,
    Number,
}

/// All members of the API's model.
const MEMBERS: &[(&str, Shape)] = &[
    ("accountId", Shape::Text),
    ("cloudContainerImageTags", Shape::Text),
    ("cloudContainerRegistryName", Shape::Text),
    ("cloudContainerRepositoryName", Shape::Text),
    ("cloudProvider", Shape::Text),
    ("cloudProviderAccountId", Shape::Text),
    ("cloudProviderOrgId", Shape::Text),
    ("cloudProviderRegion", Shape::Text),
    ("cloudServerlessFunctionName", Shape::Text),
    ("cloudServerlessFunctionRuntime", Shape::Text),
    ("cloudServerlessFunctionTags", Shape::Map),
    ("cloudVmInstanceTags", Shape::Map),
    ("codeRepositoryProjectName", Shape::Text),
    ("codeRepositoryProviderType", Shape::Text),
    ("codeRepositoryProviderTypeVisibility", Shape::Text),
    ("ec2InstanceTags", Shape::Map),
    ("ecrImageInUseCount", Shape::Number),
    ("ecrImageLastInUseAt", Shape::Date),
    ("ecrImageTags", Shape::Text),
    ("ecrRepositoryName", Shape::Text),
    ("imagePulledAt", Shape::Date),
    ("lambdaFunctionName", Shape::Text),
    ("lambdaFunctionRuntime", Shape::Text),
    ("lambdaFunctionTags", Shape::Map),
    ("lastScannedAt", Shape::Date),
    ("lastScannedCommitId", Shape::Text),
    ("machineImageTags", Shape::Map),
    ("resourceId", Shape::Text),
    ("resourceType", Shape::Text),
    ("scanMode", Shape::Text),
    ("scanStatusCode", Shape::Text),
    ("scanStatusReason", Shape::Text),
    ("scanType", Shape::Text),
];

impl CoverageCriteria {
    /// Reads and checks the API's `CoverageFilterCriteria`.
    ///
    /// # Errors
    /// When a member is not of the model, or breaks its bounds: 1 to 10 filters, values of 1 to 1,024 characters.
    pub fn parse(criteria: &serde_json::Value) -> Result<Self, InvalidCriteria> {
        let Some(members) = criteria.as_object() else {
            return Err(refused("", "Member must be a structure"));
        };
        let mut parsed = Self::default();
        for (name, value) in members {
            if value.is_null() {
                continue;
            }
            let shape = MEMBERS
                .iter()
                .find(|(known, _)| known == name)
                .map(|(_, shape)| *shape)
                .ok_or_else(|| refused(name, "Member must be known to the API's model"))?;
            let filters = checked(name, shape, value)?;
            parsed.add(name, filters)?;
        }
        Ok(parsed)
    }

    fn add(&mut self, name: &str, filters: Member) -> Result<(), InvalidCriteria> {
        match filters {
            Member::Text(filters) => {
                let mut equal = Vec::new();
                let mut unequal = Vec::new();
                for filter in filters {
                    match filter.comparison.as_str() {
                        "EQUALS" => equal.push(filter.value),
                        "NOT_EQUALS" => unequal.push(filter.value),
                        _ => {
                            return Err(refused(
                                name,
                                "Member must satisfy enum value set: [EQUALS, NOT_EQUALS]",
                            ));
                        }
                    }
                }
                self.add_texts(name, equal, unequal);
            }
            Member::Map(filters) => {
                if filters.iter().any(|filter| filter.comparison != "EQUALS") {
                    return Err(refused(
                        name,
                        "Member must satisfy enum value set: [EQUALS]",
                    ));
                }
                if name == "lambdaFunctionTags" {
                    let tags = filters.into_iter().map(|filter| TagCriterion {
                        key: filter.key,
                        value: filter.value,
                    });
                    self.tags.extend(tags);
                } else {
                    self.finds_nothing = true;
                }
            }
            Member::Date(filters) if name == "lastScannedAt" => {
                let ranges = filters.into_iter().map(|filter| Range {
                    start: filter.start_inclusive,
                    end: filter.end_inclusive,
                });
                self.last_scanned.extend(ranges);
            }
            Member::Date(_) | Member::Number => self.finds_nothing = true,
        }
        Ok(())
    }

    fn add_texts(&mut self, name: &str, equal: Vec<String>, unequal: Vec<String>) {
        match name {
            "scanStatusCode" => self.status = choice(&equal, &unequal, ScanStatusCode::parse),
            "scanStatusReason" => self.reason = choice(&equal, &unequal, ScanStatusReason::parse),
            "accountId" => {
                self.account = choice(&equal, &unequal, |text| AccountId::parse(text).ok());
            }
            "resourceId" => {
                self.function = choice(&equal, &unequal, |text| FunctionArn::parse(text).ok());
            }
            "scanType" => self.scan_type = choice(&equal, &unequal, ScanType::parse),
            "lambdaFunctionName" => {
                self.function_name = choice(&equal, &unequal, |text| Some(text.to_owned()));
            }
            "lambdaFunctionRuntime" => {
                self.runtime = choice(&equal, &unequal, |text| Some(text.to_owned()));
            }
            "resourceType" => {
                let is_function = |text: &String| text == "AWS_LAMBDA_FUNCTION";
                let asks_for_others = !equal.is_empty() && !equal.iter().any(is_function);
                self.finds_nothing |= asks_for_others || unequal.iter().any(is_function);
            }
            // Nothing of the kind belongs to a function.
            _ => self.finds_nothing |= !equal.is_empty(),
        }
    }
}

fn choice<T>(equal: &[String], unequal: &[String], parse: impl Fn(&str) -> Option<T>) -> Choice<T> {
    let parsed = |texts: &[String]| texts.iter().filter_map(|text| parse(text)).collect();
    Choice {
        any_of: (!equal.is_empty()).then(|| parsed(equal)),
        none_of: parsed(unequal),
    }
}

fn checked(name: &str, shape: Shape, value: &serde_json::Value) -> Result<Member, InvalidCriteria> {
    let filters = value
        .as_array()
        .ok_or_else(|| refused(name, "Member must be a list"))?;
    if filters.is_empty() {
        return Err(refused(
            name,
            "Member must have length greater than or equal to 1",
        ));
    }
    if filters.len() > MAX_VALUES {
        return Err(refused(
            name,
            "Member must have length less than or equal to 10",
        ));
    }
    let member = match shape {
        Shape::Text => Vec::deserialize(value).map(Member::Text),
        Shape::Map => Vec::deserialize(value).map(Member::Map),
        Shape::Date => Vec::deserialize(value).map(Member::Date),
        Shape::Number => Vec::<NumberFilter>::deserialize(value).map(|_| Member::Number),
    };
    let member = member.map_err(|error| {
        refused(
            name,
            &format!("Member must have the filter's form: {error}"),
        )
    })?;
    let texts: Vec<&str> = match &member {
        Member::Text(filters) => filters.iter().map(|f| f.value.as_str()).collect(),
        Member::Map(filters) => filters
            .iter()
            .flat_map(|f| std::iter::once(f.key.as_str()).chain(f.value.as_deref()))
            .collect(),
        Member::Date(_) | Member::Number => Vec::new(),
    };
    if texts.iter().any(|text| text.is_empty()) {
        return Err(refused(
            name,
            "Member must have length greater than or equal to 1",
        ));
    }
    if texts
        .iter()
        .any(|text| text.chars().nth(MAX_VALUE).is_some())
    {
        return Err(refused(
            name,
            "Member must have length less than or equal to 1024",
        ));
    }
    Ok(member)
}

fn refused(name: &str, constraint: &str) -> InvalidCriteria {
    let member = if name.is_empty() {
        "filterCriteria".to_owned()
    } else {
        let name: String = name.chars().take(64).collect();
        format!("filterCriteria.{name}")
    };
    InvalidCriteria {
        member,
        constraint: constraint.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn criteria_of_functions_are_read() {
        let arn = "arn:aws:lambda:us-east-1:123456789012:function:orders";
        let parsed = CoverageCriteria::parse(&json!({
            "scanStatusCode": [{"comparison": "EQUALS", "value": "ACTIVE"}],
            "scanStatusReason": [
                {"comparison": "NOT_EQUALS", "value": "SUCCESSFUL"},
                {"comparison": "EQUALS", "value": "UNMANAGED_EC2_INSTANCE"},
            ],
            "resourceId": [{"comparison": "EQUALS", "value": format!("{arn}:$LATEST")}],
            "lambdaFunctionTags": [{"comparison": "EQUALS", "key": "team"}],
            "lastScannedAt": [{"startInclusive": 10}],
            "ecrRepositoryName": [{"comparison": "NOT_EQUALS", "value": "x"}],
            "resourceType": [{"comparison": "EQUALS", "value": "AWS_LAMBDA_FUNCTION"}],
        }))
        .expect("valid");
        assert_eq!(parsed.status.any_of, Some(vec![ScanStatusCode::Active]));
        assert_eq!(parsed.reason.any_of, Some(Vec::new()));
        assert_eq!(parsed.reason.none_of, [ScanStatusReason::Successful]);
        assert_eq!(
            parsed.function.any_of,
            Some(vec![FunctionArn::parse(arn).expect("an ARN")])
        );
        assert_eq!(parsed.tags[0].value, None);
        assert_eq!(
            parsed.last_scanned[0].start,
            Some(Timestamp::from_millis(10_000))
        );
        assert!(!parsed.finds_nothing);
    }

    #[test]
    fn what_no_function_has_finds_nothing() {
        for criteria in [
            json!({"ec2InstanceTags": [{"comparison": "EQUALS", "key": "a", "value": "b"}]}),
            json!({"ecrRepositoryName": [{"comparison": "EQUALS", "value": "x"}]}),
            json!({"imagePulledAt": [{}]}),
            json!({"ecrImageInUseCount": [{"lowerInclusive": 1}]}),
            json!({"resourceType": [{"comparison": "EQUALS", "value": "AWS_EC2_INSTANCE"}]}),
            json!({"resourceType": [{"comparison": "NOT_EQUALS", "value": "AWS_LAMBDA_FUNCTION"}]}),
        ] {
            let parsed = CoverageCriteria::parse(&criteria).expect("valid");
            assert!(parsed.finds_nothing, "{criteria}");
        }
    }

    #[test]
    fn what_breaks_the_model_is_refused() {
        let text =
            |comparison: &str, value: &str| json!({"comparison": comparison, "value": value});
        for criteria in [
            json!([]),
            json!({"scanColour": [text("EQUALS", "blue")]}),
            json!({"scanType": []}),
            json!({"scanType": vec![text("EQUALS", "CODE"); 11]}),
            json!({"scanType": [text("PREFIX", "CODE")]}),
            json!({"scanType": [text("EQUALS", "")]}),
            json!({"lambdaFunctionName": [text("EQUALS", &"é".repeat(1025))]}),
            json!({"scanType": "CODE"}),
            json!({"scanType": [{"value": "CODE"}]}),
            json!({"lastScannedAt": [{"startInclusive": "yesterday"}]}),
            json!({"lambdaFunctionTags": [{"comparison": "NOT_EQUALS", "key": "a"}]}),
        ] {
            let error = CoverageCriteria::parse(&criteria).expect_err("refused");
            assert!(
                error.member.starts_with("filterCriteria"),
                "{criteria}: {error}"
            );
        }
        let longest = json!({"lambdaFunctionName": [text("EQUALS", &"é".repeat(1024))]});
        assert!(CoverageCriteria::parse(&longest).is_ok());
    }
}
