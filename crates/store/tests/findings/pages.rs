use std::collections::BTreeSet;

use shindan_inspector::criteria::StringField;
use shindan_inspector::finding::Epss;
use shindan_inspector::{FilterCriteria, ScanType, Severity, SortCriteria, SortField, SortOrder};
use shindan_store::{Cursor, FindingRow, Scope};

use crate::sample::{Fixture, Function, account, at, region};

/// A few values each, some absent, so that pages end in the middle of each.
async fn fill(fixture: &Fixture) {
    for n in 0..3_i64 {
        let function = Function::new(n + 1, account(111 + n), &format!("f{n}"));
        fixture.add(&function).await;
        if n > 0 {
            fixture.associate(function.arn.account, account(111)).await;
        }
        let mut packages = Vec::new();
        for (i, severity) in (0..9).zip(Severity::ALL.iter().cycle()) {
            let mut one = function.package(&format!("CVE-{}", i % 4), &format!("p{i}"), *severity);
            one.document.inspector_score = [None, Some(9.8), Some(5.0)][i % 3];
            one.document.epss = (i % 4 == 0).then_some(Epss { score: 0.1 });
            packages.push(one);
        }
        fixture
            .record(&function, ScanType::Package, packages, at(n))
            .await;
        let code =
            (0..4).map(|i| function.code("SQL injection", &format!("a{i}.py"), Severity::High));
        fixture
            .record(&function, ScanType::Code, code.collect(), at(n))
            .await;
        fixture
            .record(&function, ScanType::Code, Vec::new(), at(n + 1))
            .await;
    }
}

async fn listed(
    fixture: &Fixture,
    scope: &Scope,
    criteria: &FilterCriteria,
    sort: SortCriteria,
    limit: u32,
) -> Vec<FindingRow> {
    let mut rows = Vec::new();
    let mut after: Option<Cursor> = None;
    loop {
        let page = fixture
            .store
            .findings(scope, criteria, Some(sort), after.as_ref(), limit)
            .await
            .expect("lists");
        assert!(page.rows.len() <= usize::try_from(limit).expect("small"));
        rows.extend(page.rows);
        // As a client has it: through text.
        let Some(next) = page.next else { return rows };
        let text = serde_json::to_string(&next).expect("serialises");
        after = Some(serde_json::from_str(&text).expect("reads"));
    }
}

#[tokio::test]
async fn pages_together_are_the_list_in_every_order() {
    for fixture in Fixture::each().await {
        fill(&fixture).await;
        let scope = Scope::members(region(), account(111));
        // Without a driver the list is walked; with one it is driven.
        let walked = FilterCriteria::default();
        let driven = FilterCriteria::equal(&[
            (StringField::LambdaFunctionName, "f1"),
            (StringField::LambdaFunctionName, "f2"),
        ]);
        for field in SortField::ALL {
            for order in SortOrder::ALL {
                let sort = SortCriteria {
                    field: *field,
                    sort_order: *order,
                };
                for (criteria, total) in [(&walked, 39), (&driven, 26)] {
                    let whole = listed(&fixture, &scope, criteria, sort, 1000).await;
                    let parts = listed(&fixture, &scope, criteria, sort, 4).await;
                    let distinct: BTreeSet<_> = parts.iter().map(|row| &row.arn).collect();
                    assert_eq!(
                        (parts.len(), distinct.len()),
                        (total, total),
                        "{field} {order}"
                    );
                    assert_eq!(parts, whole, "{field} {order}");
                }
            }
        }
        fixture.end().await;
    }
}

#[tokio::test]
async fn findings_without_the_value_come_last_in_either_order() {
    for fixture in Fixture::each().await {
        fill(&fixture).await;
        let scope = Scope::members(region(), account(111));
        for order in SortOrder::ALL {
            let sort = SortCriteria {
                field: SortField::InspectorScore,
                sort_order: *order,
            };
            let rows = listed(&fixture, &scope, &FilterCriteria::default(), sort, 7).await;
            let scores: Vec<_> = rows
                .iter()
                .map(|row| row.document().expect("reads").inspector_score)
                .collect();
            let first = if *order == SortOrder::Asc { 5.0 } else { 9.8 };
            assert_eq!(scores[0], Some(first));
            let absent = scores
                .iter()
                .position(Option::is_none)
                .expect("some are absent");
            assert!(scores[absent..].iter().all(Option::is_none));
        }
        fixture.end().await;
    }
}

#[tokio::test]
async fn a_scope_sees_its_own_findings_and_no_others() {
    for fixture in Fixture::each().await {
        fill(&fixture).await;
        let all = FilterCriteria::default();
        let sort = SortCriteria::default();
        for (scope, total) in [
            (Scope::own(region(), account(112)), 13),
            (Scope::own(region(), account(111)), 13),
            (Scope::members(region(), account(111)), 39),
            (Scope::members(region(), account(112)), 0),
            (Scope::own(region(), account(999)), 0),
        ] {
            assert_eq!(
                listed(&fixture, &scope, &all, sort, 100).await.len(),
                total,
                "{scope:?}"
            );
        }
        let elsewhere = shindan_inspector::Region::parse("eu-west-1").expect("a Region");
        let scope = Scope::members(elsewhere, account(111));
        assert_eq!(listed(&fixture, &scope, &all, sort, 100).await.len(), 0);
        fixture.end().await;
    }
}
