//! Filters: which are valid, and which findings they mean.

use proptest::prelude::*;
use serde_json::{Value, json};
use shindan_security_hub::Filters;
use shindan_security_hub::filters::Field;

use crate::naive;
use crate::sample::{at, checked, finding, now, with};

fn parse(filters: &Value) -> Filters {
    Filters::parse(Some(filters)).unwrap_or_else(|e| panic!("{e}: {filters}"))
}

fn text(value: &str, comparison: &str) -> Value {
    json!({ "Value": value, "Comparison": comparison })
}

#[test]
fn what_is_no_filter_is_refused() {
    let equals = |n: usize| vec![text("x", "EQUALS"); n];
    let eleven: serde_json::Map<_, _> = Field::ALL
        .iter()
        .filter(|field| Filters::parse(Some(&json!({ field.as_str(): equals(1) }))).is_ok())
        .take(11)
        .map(|field| (field.as_str().to_owned(), json!(equals(1))))
        .collect();
    assert_eq!(eleven.len(), 11);
    for filters in [
        json!([]),
        json!({ "NoSuchField": [] }),
        json!({ "Title": text("x", "EQUALS") }),
        json!({ "Title": [{ "Value": "x" }] }),
        json!({ "Title": [{ "Comparison": "EQUALS" }] }),
        json!({ "Title": [text(" ", "EQUALS")] }),
        json!({ "Title": [text("x", "CONTAINS_WORD")] }),
        json!({ "Title": equals(21) }),
        Value::Object(eleven),
        json!({ "Title": [text("x", "EQUALS"), text("y", "NOT_EQUALS")] }),
        json!({ "Title": [text("x", "PREFIX_NOT_EQUALS"), text("y", "EQUALS")] }),
        json!({ "Title": [text("x", "CONTAINS"), text("y", "NOT_CONTAINS")] }),
        json!({ "Title": [text("x", "CONTAINS"), text("y", "EQUALS")] }),
        json!({ "Title": [text("x", "NOT_CONTAINS"), text("y", "NOT_EQUALS")] }),
        json!({ "Confidence": [{}] }),
        json!({ "Confidence": [{ "Gte": "1" }] }),
        json!({ "UpdatedAt": [{}] }),
        json!({ "UpdatedAt": [{ "Start": "yesterday" }] }),
        json!({ "UpdatedAt": [{ "DateRange": { "Value": -1, "Unit": "DAYS" } }] }),
        json!({ "UpdatedAt": [{ "DateRange": { "Value": 1, "Unit": "WEEKS" } }] }),
        json!({ "UpdatedAt": [{ "DateRange": { "Value": 1, "Unit": "DAYS", "Comparison": "AROUND" } }] }),
        json!({ "UpdatedAt": [{ "Start": "2026-05-01T00:00:00Z", "DateRange": { "Value": 1, "Unit": "DAYS" } }] }),
        json!({ "ResourceTags": [{ "Key": "a", "Value": "b", "Comparison": "PREFIX" }] }),
        json!({ "ResourceTags": [{ "Value": "b", "Comparison": "EQUALS" }] }),
        json!({ "NetworkSourceIpV4": [{ "Cidr": "somewhere" }] }),
        json!({ "Keyword": [{}] }),
        json!({ "Sample": [{ "Value": "true" }] }),
    ] {
        let error = Filters::parse(Some(&filters)).expect_err("refused");
        assert_eq!(error.kind.name(), "InvalidInputException", "{filters}");
    }
    for everything in [
        None,
        Some(Value::Null),
        Some(json!({})),
        Some(json!({ "Title": [] })),
        Some(json!({ "Title": null })),
    ] {
        assert!(
            Filters::parse(everything.as_ref())
                .expect("filters")
                .is_empty()
        );
    }
}

#[test]
fn there_are_107_fields_and_each_finds_its_value() {
    assert_eq!(Field::ALL.len(), 107);
    let everything = with(
        finding(),
        json!({
            "Region": "r", "ProductName": "r", "CompanyName": "r", "AwsAccountName": "r", "SourceUrl": "r",
            "Title": "r", "Description": "r", "GeneratorId": "r",
            "Types": ["q", "r"],
            "Remediation": { "Recommendation": { "Text": "r" } },
            "Malware": [{ "Name": "q" }, { "Name": "r", "Type": "r", "Path": "r", "State": "OBSERVED" }],
            "Network": { "Direction": "IN", "Protocol": "r", "SourceDomain": "r", "SourceMac": "r", "DestinationDomain": "r",
                "SourceIpV4": "192.0.2.1", "SourceIpV6": "2001:db8::1", "SourcePort": 7, "DestinationIpV4": "192.0.2.1",
                "DestinationIpV6": "2001:db8::1", "DestinationPort": 7 },
            "Process": { "Name": "r", "Path": "r", "Pid": 7, "ParentPid": 7, "LaunchedAt": "2026-05-01T00:00:00Z", "TerminatedAt": "2026-05-01T00:00:00Z" },
            "ThreatIntelIndicators": [{ "Type": "r", "Value": "r", "Category": "r", "Source": "r", "SourceUrl": "r", "LastObservedAt": "2026-05-01T00:00:00Z" }],
            "Resources": [{ "Type": "q", "Id": "q" }, {
                "Type": "r", "Id": "r", "Partition": "aws", "Region": "r", "Provider": "AWS", "ApplicationName": "r", "ApplicationArn": "r",
                "Owner": { "Account": { "Id": "r" }, "Org": { "Id": "r" } }, "Tags": { "k": "m" },
                "Details": {
                    "AwsEc2Instance": { "Type": "r", "ImageId": "r", "IpV4Addresses": ["192.0.2.1"], "IpV6Addresses": ["2001:db8::1"],
                        "KeyName": "r", "IamInstanceProfileArn": "r", "VpcId": "r", "SubnetId": "r", "LaunchedAt": "2026-05-01T00:00:00Z" },
                    "AwsS3Bucket": { "OwnerId": "r", "OwnerName": "r" },
                    "AwsIamAccessKey": { "UserName": "r", "PrincipalName": "r", "Status": "r", "CreatedAt": "2026-05-01T00:00:00Z" },
                    "AwsIamUser": { "UserName": "r" },
                    "Container": { "Name": "r", "ImageId": "r", "ImageName": "r", "LaunchedAt": "2026-05-01T00:00:00Z" },
                    "Other": { "k": "m" },
                },
            }],
            "ProductFields": { "k": "m" }, "UserDefinedFields": { "k": "m" },
            "FirstObservedAt": "2026-05-01T00:00:00Z", "LastObservedAt": "2026-05-01T00:00:00Z",
            "Severity": { "Label": "HIGH", "Normalized": 7, "Product": 7 }, "Confidence": 7, "Criticality": 7,
            "Compliance": { "Status": "FAILED", "SecurityControlId": "r", "AssociatedStandards": [{ "StandardsId": "r" }],
                "SecurityControlParameters": [{ "Name": "r", "Value": ["q", "r"] }] },
            "VerificationState": "UNKNOWN", "WorkflowState": "NEW", "Workflow": { "Status": "NEW" }, "RecordState": "ACTIVE",
            "RelatedFindings": [{ "ProductArn": "r", "Id": "r" }],
            "Note": { "Text": "r", "UpdatedBy": "r", "UpdatedAt": "2026-05-01T00:00:00Z" },
            "Vulnerabilities": [{ "Id": "r", "ExploitAvailable": "YES", "FixAvailable": "YES" }],
            "FindingProviderFields": { "Confidence": 7, "Criticality": 7, "RelatedFindings": [{ "ProductArn": "r", "Id": "r" }],
                "Severity": { "Label": "HIGH", "Original": "r" }, "Types": ["r"] },
            "Sample": true,
        }),
    );
    let everything = checked(everything);
    let nothing = checked(finding());
    // A keyword is looked for everywhere.
    let keyword = |word: &str| parse(&json!({ "Keyword": [{ "Value": word }] }));
    assert!(keyword("2001:db8").matches(&everything, now()));
    assert!(!keyword("2001:db8").matches(&nothing, now()));
    for field in Field::ALL.iter().filter(|field| **field != Field::Keyword) {
        let word = match field.as_str() {
            "ProductArn" => {
                "arn:aws:securityhub:ap-northeast-1:000000000001:product/000000000001/default"
            }
            "AwsAccountId" => "000000000001",
            "Id" => "finding-1",
            "SeverityLabel" | "FindingProviderFieldsSeverityLabel" => "HIGH",
            "MalwareState" => "OBSERVED",
            "NetworkDirection" => "IN",
            "ResourcePartition" => "aws",
            "ResourceProvider" => "AWS",
            "ComplianceStatus" => "FAILED",
            "VerificationState" => "UNKNOWN",
            "WorkflowState" | "WorkflowStatus" => "NEW",
            "RecordState" => "ACTIVE",
            "VulnerabilitiesExploitAvailable" | "VulnerabilitiesFixAvailable" => "YES",
            _ => "r",
        };
        // Of all kinds of filters only the field's own is one.
        let date = json!({ "Start": "2026-05-01T00:00:00Z", "End": "2026-05-01T00:00:00Z" });
        let kinds = [
            text(word, "EQUALS"),
            json!({ "Eq": 7 }),
            date,
            json!({ "Key": "k", "Value": "m", "Comparison": "EQUALS" }),
            json!({ "Cidr": if field.as_str().contains("V6") { "2001:db8::/32" } else { "192.0.2.0/24" } }),
            json!({ "Value": true }),
        ];
        let matching = kinds.iter().filter(|filter| {
            let filters = Filters::parse(Some(&json!({ field.as_str(): [filter] })));
            filters.is_ok_and(|filters| filters.matches(&everything, now()))
        });
        assert_eq!(matching.count(), 1, "{field}");
        // And what a finding does not have matches nothing positive, but for what has a default.
        let absent = kinds.iter().any(|filter| {
            let filters = Filters::parse(Some(&json!({ field.as_str(): [filter] })));
            filters.is_ok_and(|filters| filters.matches(&nothing, now()))
        });
        let there = [
            "ProductArn",
            "AwsAccountId",
            "Id",
            "CreatedAt",
            "UpdatedAt",
            "SeverityLabel",
        ];
        let default = [
            "VerificationState",
            "WorkflowStatus",
            "RecordState",
            "ResourceProvider",
        ];
        let expected = there.contains(&field.as_str()) || default.contains(&field.as_str());
        assert_eq!(absent, expected, "{field}");
    }
}

#[test]
fn days_are_counted_from_now_and_bounds_are_included() {
    let at_day = |time: &str| checked(with(finding(), json!({ "UpdatedAt": time })));
    let range = |days: i64, comparison: &str| {
        parse(
            &json!({ "UpdatedAt": [{ "DateRange": { "Value": days, "Unit": "DAYS", "Comparison": comparison } }] }),
        )
    };
    // Now is 2026-06-01T12:00.
    for (time, within) in [
        ("2026-05-31T12:00:00Z", true),
        ("2026-05-31T11:59:59.999Z", false),
        ("2026-06-01T12:00:05Z", true),
    ] {
        assert_eq!(
            range(1, "WITHIN").matches(&at_day(time), now()),
            within,
            "{time}"
        );
        assert_eq!(
            range(1, "OLDER_THAN").matches(&at_day(time), now()),
            !within,
            "{time}"
        );
    }
    let between = parse(&json!({ "UpdatedAt": [
        { "Start": "2026-05-01T00:00:00Z", "End": "2026-05-02T00:00:00Z" },
        { "Start": "2026-05-05T09:00:00+09:00" },
    ] }));
    for (time, meant) in [
        ("2026-04-30T23:59:59Z", false),
        ("2026-05-01T00:00:00Z", true),
        ("2026-05-02T00:00:00Z", true),
        ("2026-05-03T00:00:00Z", false),
        ("2026-05-05T00:00:00Z", true),
    ] {
        assert_eq!(between.matches(&at_day(time), now()), meant, "{time}");
    }
    assert_eq!(
        between.between(Field::UpdatedAt, now()),
        (Some(at("2026-05-01T00:00:00Z")), None)
    );
}

#[test]
fn a_database_is_told_what_it_may_leave_out() {
    let filters = parse(&json!({
        "Title": [text("a", "EQUALS"), text("b", "EQUALS")],
        "Id": [text("a", "EQUALS"), text("b", "PREFIX")],
        "GeneratorId": [text("a", "NOT_EQUALS")],
    }));
    assert_eq!(filters.exact(Field::Title), Some(vec!["a", "b"]));
    for field in [Field::Id, Field::GeneratorId, Field::Region] {
        assert_eq!(filters.exact(field), None, "{field}");
    }
}

fn word() -> impl Strategy<Value = String> {
    proptest::sample::select(&["a", "b", "ab", "ba", "aab"][..]).prop_map(str::to_owned)
}

fn day() -> impl Strategy<Value = String> {
    (20..=30_u8).prop_map(|day| format!("2026-05-{day:02}T00:00:00Z"))
}

prop_compose! {
    fn findings()(
        title in word(),
        types in proptest::collection::vec(word(), 0..3),
        label in proptest::option::of(proptest::sample::select(&["LOW", "HIGH"][..])),
        compliance in proptest::option::of(proptest::sample::select(&["PASSED", "FAILED"][..])),
        resources in proptest::collection::vec((word(), proptest::collection::btree_map(word(), word(), 0..2)), 1..3),
        confidence in proptest::option::of(0..5_u8),
        updated in day(),
    ) -> Value {
        let resources: Vec<_> = resources.into_iter().map(|(kind, tags)| json!({ "Type": kind, "Id": "x", "Tags": tags })).collect();
        let severity = label.map_or(json!({ "Normalized": 0 }), |label| json!({ "Label": label }));
        let mut value = with(finding(), json!({ "Title": title, "Types": types, "Resources": resources, "UpdatedAt": updated, "Severity": severity }));
        if let Some(compliance) = compliance { value["Compliance"] = json!({ "Status": compliance }); }
        if let Some(confidence) = confidence { value["Confidence"] = confidence.into(); }
        value
    }
}

fn comparison(map: bool) -> impl Strategy<Value = String> {
    let all: &[&str] = if map {
        &["EQUALS", "NOT_EQUALS", "CONTAINS", "NOT_CONTAINS"]
    } else {
        &[
            "EQUALS",
            "PREFIX",
            "NOT_EQUALS",
            "PREFIX_NOT_EQUALS",
            "CONTAINS",
            "NOT_CONTAINS",
        ]
    };
    proptest::sample::select(all).prop_map(str::to_owned)
}

fn filter(field: &'static str) -> BoxedStrategy<Value> {
    match field {
        "Confidence" => (proptest::sample::select(&["Gte", "Lte", "Eq", "Gt", "Lt"][..]), 0..5_u8)
            .prop_map(|(name, bound)| json!({ name: bound }))
            .boxed(),
        "UpdatedAt" => prop_oneof![
            (proptest::option::of(day()), day()).prop_map(|(start, end)| json!({ "Start": start, "End": end })),
            (0..10_u8, proptest::sample::select(&["WITHIN", "OLDER_THAN"][..])).prop_map(|(days, comparison)| {
                json!({ "DateRange": { "Value": days, "Unit": "DAYS", "Comparison": comparison } })
            }),
        ]
        .boxed(),
        "ResourceTags" => (word(), word(), comparison(true))
            .prop_map(|(key, value, comparison)| json!({ "Key": key, "Value": value, "Comparison": comparison }))
            .boxed(),
        "SeverityLabel" => (proptest::sample::select(&["LOW", "HIGH", "H"][..]), comparison(false))
            .prop_map(|(value, comparison)| text(value, &comparison))
            .boxed(),
        _ => (word(), comparison(false)).prop_map(|(value, comparison)| text(&value, &comparison)).boxed(),
    }
}

fn filters() -> impl Strategy<Value = Value> {
    let fields = [
        "Title",
        "Type",
        "SeverityLabel",
        "ComplianceStatus",
        "ResourceType",
        "ResourceTags",
        "Confidence",
        "UpdatedAt",
    ];
    let one = proptest::sample::select(fields.to_vec())
        .prop_flat_map(|field| (Just(field), proptest::collection::vec(filter(field), 1..4)));
    proptest::collection::vec(one, 0..3).prop_map(|fields| {
        fields
            .into_iter()
            .map(|(field, filters)| (field.to_owned(), Value::from(filters)))
            .collect::<serde_json::Map<_, _>>()
            .into()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn filters_mean_what_the_documentation_says(filters in filters(), finding in findings()) {
        // Comparisons that do not go together are another test's.
        let Ok(parsed) = Filters::parse(Some(&filters)) else { return Ok(()) };
        let today = at(&format!("2026-05-{}T00:00:00Z", naive::TODAY));
        let checked = checked(finding.clone());
        prop_assert_eq!(parsed.matches(&checked, today), naive::matches(&filters, &finding), "{}\n{}", filters, finding);
    }

    #[test]
    fn nothing_that_a_client_sends_makes_a_panic(field in proptest::sample::select(Field::ALL), text in ".{0,20}", number: i64) {
        for filter in [json!({ "Value": text, "Comparison": text }), json!({ "Start": text }), json!({ "Cidr": text }),
            json!({ "DateRange": { "Value": number, "Unit": "DAYS" } }), json!({ "Gte": number }), json!(text), json!(number)] {
            if let Ok(filters) = Filters::parse(Some(&json!({ field.as_str(): [filter] }))) {
                let _ = filters.matches(&checked(finding()), now());
                let _ = filters.between(field, now());
            }
        }
    }
}
