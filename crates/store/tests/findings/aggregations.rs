use std::collections::BTreeMap;

use serde_json::{Value, json};
use shindan_inspector::aggregation::{AggregationType, SeverityCounts};
use shindan_inspector::{
    AggregationRequest, AggregationRow, ExploitAvailable, FindingStatus, FixAvailable, ScanType,
    Severity,
};
use shindan_store::{Cursor, FindingRow, Scope};

use crate::sample::{Fixture, Function, account, at, region};

const LAYER: &str = "arn:aws:lambda:us-east-1:111111111111:layer:tools:1";

async fn fill(fixture: &Fixture) {
    for n in 0..6_i64 {
        let mut function = Function::new(n + 1, account(111 + n / 2), &format!("f{n}"));
        if n % 2 == 0 {
            function.tags.insert("team".to_owned(), "blue".to_owned());
        }
        fixture.add(&function).await;
        if n == 2 {
            fixture.associate(function.arn.account, account(111)).await;
        }
        let mut packages = Vec::new();
        for (i, severity) in (0..5 + n).zip(Severity::ALL.iter().cycle()) {
            let mut one = function.package(&format!("CVE-{i}"), &format!("p{}", i % 3), *severity);
            if i % 2 == 0 {
                one.document.exploit_available = ExploitAvailable::Yes;
                one.document.fix_available = FixAvailable::Partial;
            }
            let details = one
                .document
                .package_vulnerability_details
                .as_mut()
                .expect("a package");
            let mut twice = details.vulnerable_packages[0].clone();
            twice.version = "2.0".to_owned();
            twice.source_lambda_layer_arn = (i == 1).then(|| LAYER.to_owned());
            details.vulnerable_packages.push(twice);
            packages.push(one);
        }
        fixture
            .record(&function, ScanType::Package, packages.clone(), at(0))
            .await;
        packages.pop();
        fixture
            .record(&function, ScanType::Package, packages, at(1))
            .await;
        let code = function.code("SQL injection", "a.py", Severity::High);
        fixture
            .record(&function, ScanType::Code, vec![code], at(0))
            .await;
    }
}

async fn rows(
    fixture: &Fixture,
    scope: &Scope,
    request: &Value,
    limit: u32,
) -> Vec<AggregationRow> {
    let request = AggregationRequest::parse(request).expect("valid");
    let mut rows = Vec::new();
    let mut after: Option<Cursor> = None;
    loop {
        let page = fixture
            .store
            .aggregate(scope, &request, after.as_ref(), limit)
            .await
            .expect("counts");
        rows.extend(page.rows);
        after = page.next;
        if after.is_none() {
            return rows;
        }
    }
}

/// What rows are about, counted one by one.
fn counted(findings: &[FindingRow], kind: AggregationType) -> BTreeMap<String, SeverityCounts> {
    let mut counts: BTreeMap<String, SeverityCounts> = BTreeMap::new();
    for row in findings
        .iter()
        .filter(|row| row.status == FindingStatus::Active)
    {
        let document = row.document().expect("reads");
        let resource = document.resources[0].id.clone();
        let package = document
            .package_vulnerability_details
            .as_ref()
            .map(|d| &d.vulnerable_packages);
        let keys = match kind {
            AggregationType::Account | AggregationType::FindingType => {
                vec![row.arn.account.to_string()]
            }
            AggregationType::Title => vec![document.title.clone()],
            AggregationType::AwsLambdaFunction => vec![resource],
            AggregationType::Package => package.map(|p| p[0].name.clone()).into_iter().collect(),
            _ => {
                let from_layer =
                    package.is_some_and(|p| p.iter().any(|p| p.source_lambda_layer_arn.is_some()));
                from_layer
                    .then(|| format!("{LAYER} {resource}"))
                    .into_iter()
                    .collect()
            }
        };
        for key in keys {
            counts.entry(key).or_default().add(document.severity, 1);
        }
    }
    counts
}

fn key(row: &AggregationRow) -> String {
    match row {
        AggregationRow::FindingType(row) | AggregationRow::Account(row) => {
            row.account_id.to_string()
        }
        AggregationRow::Package(row) => row.package_name.clone(),
        AggregationRow::Title(row) => row.title.clone(),
        AggregationRow::LambdaFunction(row) => row.resource_id.clone(),
        AggregationRow::LambdaLayer(row) => format!("{} {}", row.layer_arn, row.resource_id),
    }
}

#[tokio::test]
async fn counts_are_those_of_the_findings_in_every_order() {
    for fixture in Fixture::each().await {
        fill(&fixture).await;
        for scope in [
            Scope::members(region(), account(111)),
            Scope::own(region(), account(112)),
            Scope::own(region(), account(113)),
        ] {
            let page = fixture
                .store
                .findings(&scope, &Default::default(), None, None, 1000)
                .await
                .expect("lists");
            for (kind, member) in [
                ("ACCOUNT", "accountAggregation"),
                ("FINDING_TYPE", "findingTypeAggregation"),
                ("TITLE", "titleAggregation"),
                ("PACKAGE", "packageAggregation"),
                ("AWS_LAMBDA_FUNCTION", "lambdaFunctionAggregation"),
                ("LAMBDA_LAYER", "lambdaLayerAggregation"),
            ] {
                let expected = counted(&page.rows, AggregationType::parse(kind).expect("a type"));
                assert!(!expected.is_empty(), "{kind}");
                for (by, order) in [
                    ("CRITICAL", "DESC"),
                    ("HIGH", "ASC"),
                    ("ALL", "DESC"),
                    ("ALL", "ASC"),
                ] {
                    let request = json!({ "aggregationType": kind, "aggregationRequest": { member: { "sortBy": by, "sortOrder": order } } });
                    let rows = rows(&fixture, &scope, &request, 2).await;
                    let found: BTreeMap<_, _> = rows
                        .iter()
                        .map(|row| (key(row), *row.severity_counts()))
                        .collect();
                    assert_eq!(found.len(), rows.len(), "{kind} {by} {order}");
                    assert_eq!(found, expected, "{kind} {by} {order}");
                    let counts: Vec<i64> = rows
                        .iter()
                        .map(|row| {
                            let counts = row.severity_counts();
                            match by {
                                "CRITICAL" => counts.critical,
                                "HIGH" => counts.high,
                                _ => counts.all,
                            }
                        })
                        .collect();
                    assert!(
                        counts.is_sorted_by(|a, b| if order == "ASC" { a <= b } else { a >= b }),
                        "{kind} {by} {order}: {counts:?}"
                    );
                }
            }
        }
        fixture.end().await;
    }
}

#[tokio::test]
async fn counts_are_limited_to_what_is_asked_for() {
    for fixture in Fixture::each().await {
        fill(&fixture).await;
        let scope = Scope::members(region(), account(111));
        let equals = |value: &str| json!([{ "comparison": "EQUALS", "value": value }]);
        for (request, expected) in [
            (
                json!({ "aggregationType": "TITLE", "aggregationRequest": { "titleAggregation": { "titles": [{ "comparison": "PREFIX", "value": "CWE" }, { "comparison": "EQUALS", "value": "nul\0" }] } } }),
                vec![4],
            ),
            (
                json!({ "aggregationType": "TITLE", "aggregationRequest": { "titleAggregation": { "vulnerabilityIds": equals("CVE-0") } } }),
                vec![4],
            ),
            (
                json!({ "aggregationType": "TITLE", "aggregationRequest": { "titleAggregation": { "findingType": "CODE_VULNERABILITY" } } }),
                vec![4],
            ),
            (
                json!({ "aggregationType": "TITLE", "aggregationRequest": { "titleAggregation": { "resourceType": "AWS_EC2_INSTANCE" } } }),
                vec![],
            ),
            (
                json!({ "aggregationType": "PACKAGE", "aggregationRequest": { "packageAggregation": { "packageNames": equals("p0") } } }),
                vec![9],
            ),
            (
                json!({ "aggregationType": "ACCOUNT", "accountIds": equals("000000000112"), "aggregationRequest": { "accountAggregation": { "findingType": "PACKAGE_VULNERABILITY" } } }),
                vec![13],
            ),
            (
                json!({ "aggregationType": "AWS_LAMBDA_FUNCTION", "aggregationRequest": { "lambdaFunctionAggregation": { "functionTags": [{ "comparison": "EQUALS", "key": "team" }] } } }),
                vec![7, 5],
            ),
            (
                json!({ "aggregationType": "AWS_LAMBDA_FUNCTION", "aggregationRequest": { "lambdaFunctionAggregation": { "functionNames": equals("f1"), "runtimes": equals("PYTHON_3_12") } } }),
                vec![6],
            ),
            (
                json!({ "aggregationType": "LAMBDA_LAYER", "aggregationRequest": { "lambdaLayerAggregation": { "functionNames": equals("f3"), "layerArns": equals(LAYER) } } }),
                vec![1],
            ),
            (json!({ "aggregationType": "AMI" }), vec![]),
        ] {
            let found = rows(&fixture, &scope, &request, 100).await;
            let mut counts: Vec<i64> = found.iter().map(|row| row.severity_counts().all).collect();
            counts.sort_by(|a, b| b.cmp(a));
            assert_eq!(counts, expected, "{request}");
        }
        let request = json!({ "aggregationType": "ACCOUNT" });
        let found = rows(&fixture, &Scope::own(region(), account(111)), &request, 9).await;
        let json = serde_json::to_value(&found).expect("serialises");
        assert_eq!(json[0]["accountAggregation"]["exploitAvailableCount"], 5);
        assert_eq!(json[0]["accountAggregation"]["fixAvailableCount"], 6);
        fixture.end().await;
    }
}
