use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;
use crate::{AggregationRequest, AggregationType, SortCriteria};

fn complaints(criteria: &Value) -> Vec<(String, Fault)> {
    let invalid = FilterCriteria::parse(criteria).expect_err("refused");
    invalid.into_iter().map(|i| (i.path, i.fault)).collect()
}

#[test]
fn there_are_sixty_nine_criteria() {
    let names: BTreeSet<&str> = StringField::ALL
        .iter()
        .map(|f| f.as_str())
        .chain(DateField::ALL.iter().map(|f| f.as_str()))
        .chain(NumberField::ALL.iter().map(|f| f.as_str()))
        .chain(["resourceTags", "portRange", "vulnerablePackages"])
        .collect();
    assert_eq!(names.len(), 69);
}

#[test]
fn criteria_are_written_as_they_are_read() {
    let text = json!({
        "severity": [{ "comparison": "EQUALS", "value": "HIGH" }, { "comparison": "NOT_EQUALS", "value": "LOW" }],
        "ec2InstanceVpcId": [{ "comparison": "PREFIX", "value": "vpc-" }],
        "updatedAt": [{ "startInclusive": 1_700_000_000, "endInclusive": 1_700_000_001.5 }, {}],
        "epssScore": [{ "lowerInclusive": 0.5 }],
        "resourceTags": [{ "comparison": "EQUALS", "key": "team", "value": "" }],
        "portRange": [{ "beginInclusive": 0, "endInclusive": 65535 }],
        "vulnerablePackages": [{
            "name": { "comparison": "EQUALS", "value": "flask" },
            "epoch": { "upperInclusive": 1.0 },
            "runtimeReachability": { "comparison": "NOT_EQUALS", "value": "UNKNOWN" },
            "purlQualifier": { "comparison": "EQUALS", "key": "arch", "value": "x" },
        }],
    });
    let criteria = FilterCriteria::parse(&text).expect("valid");
    assert_eq!(serde_json::to_value(&criteria).expect("serialises"), text);
    assert_eq!(
        serde_json::from_value::<FilterCriteria>(text).expect("reads"),
        criteria
    );
    assert!(
        FilterCriteria::parse(&json!({ "title": null }))
            .expect("valid")
            .is_empty()
    );
}

#[test]
fn everything_wrong_is_said_at_once() {
    let eleven: Vec<Value> = (0..11)
        .map(|_| json!({ "comparison": "EQUALS", "value": "x" }))
        .collect();
    let said = complaints(&json!({
        "title": eleven,
        "severity": [],
        "findingArn": [{ "comparison": "LIKE", "value": "" }],
        "awsAccountId": [{ "value": "x".repeat(1025) }],
        "updatedAt": [{ "startInclusive": "yesterday" }],
        "portRange": [{ "beginInclusive": 65536 }],
        "resourceTags": {},
        "vulnerablePackages": [{ "name": { "comparison": "EQUALS" } }],
        "sourceIp": [],
    }));
    for (path, fault) in [
        ("title", Fault::OutOfBounds),
        ("severity", Fault::OutOfBounds),
        ("findingArn.1.member.comparison", Fault::OutOfBounds),
        ("findingArn.1.member.value", Fault::OutOfBounds),
        ("awsAccountId.1.member.comparison", Fault::OutOfBounds),
        ("awsAccountId.1.member.value", Fault::OutOfBounds),
        ("updatedAt.1.member.startInclusive", Fault::CannotParse),
        ("portRange.1.member.beginInclusive", Fault::OutOfBounds),
        ("resourceTags", Fault::CannotParse),
        ("vulnerablePackages.1.member.name.value", Fault::OutOfBounds),
        ("sourceIp", Fault::OutOfBounds),
    ] {
        assert!(
            said.contains(&(path.to_owned(), fault)),
            "{path} {fault:?} in {said:?}"
        );
    }
    assert_eq!(complaints(&json!([])).len(), 1);
}

#[test]
fn values_of_one_criterion_are_alternatives_and_exclusions() {
    let filter = |comparison, value: &str| StringFilter {
        comparison,
        value: value.to_owned(),
    };
    let filters = [
        filter(StringComparison::Equals, "a"),
        filter(StringComparison::Prefix, "b"),
        filter(StringComparison::NotEquals, "bad"),
    ];
    let wanted = TextMatch::new(&filters);
    for (values, holds) in [
        (&["a"][..], true),
        (&["best"], true),
        (&["bad"], false),
        (&["c"], false),
        (&["c", "a"], true),
        (&["bad", "a"], false),
        (&[], false),
    ] {
        assert_eq!(wanted.holds(values), holds, "{values:?}");
    }
    assert!(TextMatch::new(&filters[2..]).holds(&[]));
}

#[test]
fn an_aggregation_takes_the_details_of_its_own_type_only() {
    let request = json!({
        "aggregationType": "TITLE",
        "accountIds": [{ "comparison": "EQUALS", "value": "123456789012" }],
        "aggregationRequest": { "titleAggregation": { "sortBy": "ALL", "sortOrder": "ASC" } },
    });
    let parsed = AggregationRequest::parse(&request).expect("valid");
    assert_eq!(parsed.account_ids.len(), 1);
    let wrong = AggregationRequest::parse(&json!({
        "aggregationType": "PACKAGE",
        "aggregationRequest": { "titleAggregation": {} },
    }));
    assert_eq!(
        wrong.expect_err("refused")[0].path,
        "aggregationRequest.titleAggregation"
    );
    for kind in AggregationType::ALL {
        AggregationRequest::parse(&json!({ "aggregationType": kind })).expect("valid");
    }
    assert!(AggregationRequest::parse(&json!({})).is_err());
}

#[test]
fn a_sort_needs_a_field_and_an_order() {
    let invalid = SortCriteria::parse(&json!({ "field": "COLOUR" })).expect_err("refused");
    let paths: Vec<_> = invalid.iter().map(|i| &*i.path).collect();
    assert_eq!(paths, ["sortCriteria.field", "sortCriteria.sortOrder"]);
}
