//! Findings, coverage and usage, as Inspector lists them. Resources of other kinds than functions are in the lists too.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};
use shindan_inspector::{
    AccountId, FindingStatus, FindingType, ScanStatusCode, ScanStatusReason, ScanType, Severity,
    Timestamp,
};

use crate::word::Word;

/// A finding of Inspector.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListedFinding {
    #[serde(rename = "findingArn")]
    pub arn: String,
    #[serde(rename = "awsAccountId")]
    pub account: AccountId,
    #[serde(rename = "type")]
    pub finding_type: Word<FindingType>,
    pub severity: Word<Severity>,
    pub status: Word<FindingStatus>,
    #[serde(default)]
    pub title: String,
    pub first_observed_at: Timestamp,
    pub last_observed_at: Timestamp,
    /// All other members, in the API's shape.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// A resource that is or could be watched.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CoveredResource {
    /// `AWS_LAMBDA_FUNCTION` is the one with a function.
    pub resource_type: String,
    /// Of a function its ARN with `:$LATEST`.
    pub resource_id: String,
    #[serde(rename = "accountId")]
    pub account: AccountId,
    pub scan_type: Word<ScanType>,
    pub scan_status: Option<ScanState>,
    #[serde(rename = "resourceMetadata", default, deserialize_with = "function")]
    pub function: Option<CoveredFunction>,
    pub last_scanned_at: Option<Timestamp>,
}

/// Whether a resource is watched, and why.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScanState {
    #[serde(rename = "statusCode")]
    pub code: Word<ScanStatusCode>,
    pub reason: Word<ScanStatusReason>,
}

/// What coverage shows of a function.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CoveredFunction {
    pub function_name: String,
    pub function_tags: BTreeMap<String, String>,
    /// ARNs.
    pub layers: Vec<String>,
    /// In Inspector's words, `PYTHON_3_13`.
    pub runtime: String,
}

/// What an account used in this month.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UsageTotal {
    #[serde(rename = "accountId")]
    pub account: AccountId,
    #[serde(default)]
    pub usage: Vec<Usage>,
}

/// What an account used of one kind.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    /// `LAMBDA_FUNCTION_HOURS` and others.
    #[serde(rename = "type")]
    pub kind: String,
    /// Hours or scans.
    pub total: f64,
    /// What the month will cost at this pace, after Inspector's own estimate.
    pub estimated_monthly_cost: Option<f64>,
    /// `USD`.
    pub currency: Option<String>,
}

/// The free trials of an account.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FreeTrials {
    #[serde(rename = "accountId")]
    pub account: AccountId,
    #[serde(rename = "freeTrialInfo", default)]
    pub trials: Vec<FreeTrial>,
}

/// The free trial of one kind of scanning.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct FreeTrial {
    /// `LAMBDA`, `LAMBDA_CODE` and others.
    #[serde(rename = "type")]
    pub kind: String,
    pub start: Timestamp,
    pub end: Timestamp,
}

fn function<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<CoveredFunction>, D::Error> {
    #[derive(Default, Deserialize)]
    #[serde(rename_all = "camelCase", default)]
    struct Metadata {
        lambda_function: Option<CoveredFunction>,
    }
    Option::<Metadata>::deserialize(deserializer)
        .map(|metadata| metadata.and_then(|metadata| metadata.lambda_function))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_that_are_no_functions_and_findings_with_new_members_are_read() {
        let covered: Vec<CoveredResource> = serde_json::from_str(
            r#"[{"resourceType": "AWS_EC2_INSTANCE", "resourceId": "i-1", "accountId": "123456789012", "scanType": "PACKAGE",
                 "scanStatus": {"statusCode": "INACTIVE", "reason": "UNMANAGED_EC2_INSTANCE"},
                 "resourceMetadata": {"ec2": {"platform": "LINUX"}}},
                {"resourceType": "AWS_LAMBDA_FUNCTION", "resourceId": "f", "accountId": "123456789012", "scanType": "CODE",
                 "resourceMetadata": {"lambdaFunction": {"functionName": "f", "runtime": "PYTHON_3_13"}}, "lastScannedAt": 1795971600.5}]"#,
        )
        .expect("coverage");
        assert_eq!(covered[0].function, None);
        let function = covered[1].function.as_ref().expect("a function");
        assert_eq!(function.runtime, "PYTHON_3_13");

        let finding: ListedFinding = serde_json::from_str(
            r#"{"findingArn": "a", "awsAccountId": "123456789012", "type": "PACKAGE_VULNERABILITY", "severity": "DIRE",
                "status": "ACTIVE", "firstObservedAt": 1, "lastObservedAt": 2, "resources": []}"#,
        )
        .expect("a finding");
        assert_eq!(finding.severity.to_string(), "DIRE");
        assert!(finding.rest.contains_key("resources"));
    }
}
