//! Lists of findings.

use crate::on_each::on_each;
use crate::world::{enable, finding, import, now, own};
use proptest::prelude::*;
use serde_json::{Value, json};
use shindan_security_hub::aggregator::Linking;
use shindan_security_hub::{Filters, Finding, Sort};
use shindan_store::Store;

async fn pages(store: &Store, filters: &Filters, sort: &Sort, limit: u32) -> Vec<Finding> {
    let mut all = Vec::new();
    let mut cursor = None;
    loop {
        let page = store
            .hub_findings(
                &own(1),
                &Linking::None,
                filters,
                sort,
                cursor.as_ref(),
                limit,
                now(),
            )
            .await;
        let page = page.expect("reads");
        assert!(page.rows.len() <= usize::try_from(limit).expect("small"));
        all.extend(page.rows);
        // As clients carry it.
        let text = page
            .next
            .map(|next| serde_json::to_string(&next).expect("serialises"));
        cursor = text.map(|text| serde_json::from_str(&text).expect("reads"));
        if cursor.is_none() {
            return all;
        }
    }
}

#[tokio::test]
async fn pages_of_few_matches_among_many_findings_end_and_miss_none() {
    on_each(async |store| {
        enable(&store, 1).await;
        for batch in 0..24_i64 {
            let findings = (0..500).map(|n| {
                let title = if (batch * 500 + n) % 3_000 == 7 {
                    "wanted"
                } else {
                    "other"
                };
                finding(1, &format!("{batch}-{n}"), json!({ "Title": title }))
            });
            assert_eq!(import(&store, findings.collect()).await.new, 500);
        }
        let filters = json!({ "Title": [{ "Value": "wanted", "Comparison": "EQUALS" }] });
        let filters = Filters::parse(Some(&filters)).expect("filters");
        assert_eq!(pages(&store, &filters, &Sort::default(), 2).await.len(), 4);
        // The database cannot narrow this one, so that pages end early.
        let filters = json!({ "Title": [{ "Value": "wan", "Comparison": "PREFIX" }] });
        let filters = Filters::parse(Some(&filters)).expect("filters");
        assert_eq!(
            pages(&store, &filters, &Sort::default(), 100).await.len(),
            4
        );
    })
    .await;
}

fn choice(values: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    proptest::sample::select(values)
}

fn some_finding() -> impl Strategy<Value = Value> {
    (
        choice(&["LOW", "MEDIUM", "CRITICAL"]),
        choice(&["a", "b", "c"]),
        1..9_u8,
        proptest::option::of(choice(&["PASSED", "FAILED"])),
        choice(&["ACTIVE", "ARCHIVED"]),
    )
        .prop_map(|(label, title, day, compliance, record)| {
            let mut members = json!({
                "Severity": { "Label": label },
                "Title": title,
                "GeneratorId": title,
                "UpdatedAt": format!("2026-05-{day:02}T00:00:00Z"),
                "RecordState": record,
            });
            if let Some(compliance) = compliance {
                members["Compliance"] = json!({ "Status": compliance, "SecurityControlId": title });
            }
            members
        })
}

fn some_filters() -> impl Strategy<Value = Value> {
    let text = |field: &'static str, values: &'static [&'static str]| {
        let comparison = choice(&["EQUALS", "NOT_EQUALS", "PREFIX"]);
        (choice(values), comparison).prop_map(move |(value, comparison)| {
            (
                field.to_owned(),
                json!([{ "Value": value, "Comparison": comparison }]),
            )
        })
    };
    let one = prop_oneof![
        text("SeverityLabel", &["LOW", "CRITICAL", "NONE"]),
        text("Title", &["a", "b"]),
        text("GeneratorId", &["a", "b", "\u{0}"]),
        text("ComplianceStatus", &["PASSED", "FAILED", "?"]),
        text("ComplianceSecurityControlId", &["a", "b"]),
        text("RecordState", &["ACTIVE", "ARCHIVED"]),
        text("WorkflowStatus", &["NEW", "RESOLVED"]),
        text("AwsAccountId", &["000000000001", "1"]),
        text("Id", &["0", "1", "2"]),
        (1..9_u8, 1..9_u8).prop_map(|(from, to)| {
            let time = |day: u8| format!("2026-05-{day:02}T00:00:00Z");
            (
                "UpdatedAt".to_owned(),
                json!([{ "Start": time(from), "End": time(to) }]),
            )
        }),
    ];
    proptest::collection::vec(one, 0..3)
        .prop_map(|fields| fields.into_iter().collect::<serde_json::Map<_, _>>().into())
}

fn some_sort() -> impl Strategy<Value = Value> {
    let fields = &[
        "SeverityLabel",
        "Title",
        "UpdatedAt",
        "ComplianceStatus",
        "RecordState",
    ][..];
    proptest::sample::subsequence(fields, 0..3).prop_flat_map(|fields| {
        let orders = proptest::collection::vec(choice(&["asc", "desc"]), fields.len());
        orders.prop_map(move |orders| {
            let criteria = fields.iter().zip(orders);
            criteria
                .map(|(field, order)| json!({ "Field": field, "SortOrder": order }))
                .collect::<Vec<_>>()
                .into()
        })
    })
}

/// The value that a finding has to be sorted by, as texts that are in the order of the values.
fn sort_key(finding: &Finding, field: &str) -> String {
    match field {
        "SeverityLabel" => format!("{:03}", finding.normalized_severity()),
        "ComplianceStatus" => finding
            .text(&["Compliance", "Status"])
            .unwrap_or_default()
            .to_owned(),
        other => finding.text(&[other]).unwrap_or_default().to_owned(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// What the database leaves out is what the evaluator would: pages hold exactly the findings that match, each once, in
    /// order, whatever their size.
    #[test]
    fn pages_hold_what_matches_in_order(
        findings in proptest::collection::vec(some_finding(), 1..30),
        asked in proptest::collection::vec((some_filters(), some_sort(), 1..8_u32), 1..6),
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
        runtime.block_on(on_each(async |store| {
            enable(&store, 1).await;
            let findings: Vec<_> = findings.iter().enumerate().map(|(n, members)| finding(1, &n.to_string(), members.clone())).collect();
            import(&store, findings).await;
            let everything = pages(&store, &Filters::default(), &Sort::default(), 100).await;
            for (filters, sort, limit) in &asked {
                let filters = Filters::parse(Some(filters)).expect("filters");
                let parsed = Sort::parse(Some(sort)).expect("an order");
                let found = pages(&store, &filters, &parsed, *limit).await;
                let ids = |findings: &mut dyn Iterator<Item = &Finding>| {
                    let mut ids: Vec<_> = findings.map(|finding| finding.identifier().id).collect();
                    ids.sort();
                    ids
                };
                let expected = ids(&mut everything.iter().filter(|finding| filters.matches(finding, now())));
                assert_eq!(ids(&mut found.iter()), expected, "{filters:?}");
                for pair in found.windows(2) {
                    let mut order = std::cmp::Ordering::Equal;
                    for criterion in sort.as_array().into_iter().flatten() {
                        let field = criterion["Field"].as_str().expect("a field");
                        let one = sort_key(&pair[0], field).cmp(&sort_key(&pair[1], field));
                        order = order.then(if criterion["SortOrder"] == "desc" { one.reverse() } else { one });
                    }
                    assert_ne!(order, std::cmp::Ordering::Greater, "{sort}");
                }
            }
        }));
    }
}
