//! Findings of Inspector shown in Security Hub.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use shindan_inspector::{
    ClosedBecause, FilterAction, FilterCriteria, Retention, ScanType, Severity, Timestamp,
};
use shindan_security_hub::aggregator::Linking;
use shindan_security_hub::update::Update;
use shindan_security_hub::{Filters, Hub, HubArn, Identifier, Sort};
use shindan_store::{FILTER_QUOTA, FilterChange, Job, NewFilter, Scope};

use crate::sample::{DAY, Fixture, Function, account, at, region};

async fn enable(fixture: &Fixture, owner: i64, now: Timestamp) {
    let hub = Hub {
        arn: HubArn {
            region: region(),
            account: account(owner),
        },
        subscribed_at: now,
        auto_enable_controls: true,
        tags: BTreeMap::new(),
    };
    let mut write = fixture.store.write().await.expect("begins");
    assert!(write.enable_hub(&hub).await.expect("writes"));
    write.commit().await.expect("commits");
}

async fn disable(fixture: &Fixture, owner: i64, now: Timestamp) {
    let mut write = fixture.store.write().await.expect("begins");
    let done = write.disable_hub(&region(), account(owner), now).await;
    assert!(done.expect("writes"));
    write.commit().await.expect("commits");
}

/// What Security Hub shows, by title: `RECORD WORKFLOW STATUS`.
async fn shown(fixture: &Fixture, owner: i64) -> BTreeMap<String, String> {
    let findings = documents(fixture, owner).await;
    let said = findings.iter().map(|finding| {
        let title = finding["Title"].as_str().expect("a title").to_owned();
        let record = finding["RecordState"].as_str().expect("a state");
        let workflow = finding["Workflow"]["Status"].as_str().expect("a state");
        let status = finding["ProductFields"]["aws/inspector/FindingStatus"].as_str();
        (
            title,
            format!("{record} {workflow} {}", status.expect("Inspector's own")),
        )
    });
    said.collect()
}

async fn documents(fixture: &Fixture, owner: i64) -> Vec<Value> {
    let scope = Scope::own(region(), account(owner));
    let page = fixture
        .store
        .hub_findings(
            &scope,
            &Linking::None,
            &Filters::default(),
            &Sort::default(),
            None,
            1000,
            at(0),
        )
        .await;
    let rows = page.expect("lists").rows;
    rows.into_iter()
        .map(|finding| finding.into_value())
        .collect()
}

/// Does the jobs of mirrors as a worker does; how many there were.
async fn work(fixture: &Fixture, now: Timestamp) -> usize {
    let store = &fixture.store;
    let mut done = 0;
    while let Some(lease) = store.claim("test", now, 60_000).await.expect("claims") {
        match &lease.job {
            Job::MirrorFunction { function } => {
                store.mirror_function(*function, now).await.expect("shows");
                done += 1;
            }
            Job::ApplyFilters { region, owner } => {
                store
                    .apply_filters(region, *owner, now)
                    .await
                    .expect("applies");
            }
            job => panic!("{job:?} is nothing of this test"),
        }
        store.complete(&lease).await.expect("ends");
    }
    done
}

async fn suppress(fixture: &Fixture, owner: i64, name: &str, criteria: Value, now: Timestamp) {
    let criteria = FilterCriteria::parse(&criteria).expect("criteria");
    let filter = NewFilter {
        name: name.to_owned(),
        description: None,
        reason: None,
        action: FilterAction::Suppress,
        criteria,
        tags: BTreeMap::new(),
    };
    let made = fixture
        .store
        .create_filter(&region(), account(owner), filter, FILTER_QUOTA, now)
        .await;
    made.expect("makes");
}

fn title(name: &str) -> Value {
    json!({ "title": [{ "comparison": "EQUALS", "value": name }] })
}

#[tokio::test]
async fn what_becomes_of_a_finding_is_shown() {
    for fixture in Fixture::each().await {
        let function = Function::new(1, account(111), "orders");
        fixture.add(&function).await;
        let flask = || function.package("CVE-1", "flask", Severity::High);
        let django = || function.package("CVE-2", "django", Severity::Low);
        let scan = ScanType::Package;
        fixture.record(&function, scan, vec![flask()], at(0)).await;
        assert_eq!(work(&fixture, at(1)).await, 0, "there is no hub");
        enable(&fixture, 111, at(1)).await;
        let all = fixture
            .store
            .mirror_account(&region(), account(111), at(2))
            .await;
        assert_eq!(all.expect("shows"), 1);
        fixture
            .record(&function, scan, vec![flask(), django()], at(DAY))
            .await;
        assert_eq!(work(&fixture, at(DAY)).await, 1);
        let said = |flask: &str, django: &str| {
            BTreeMap::from([
                ("CVE-1 - flask".to_owned(), flask.to_owned()),
                ("CVE-2 - django".to_owned(), django.to_owned()),
            ])
        };
        let active = "ACTIVE NEW ACTIVE";
        assert_eq!(shown(&fixture, 111).await, said(active, active));

        fixture
            .record(&function, scan, vec![flask(), django()], at(DAY + 1))
            .await;
        assert_eq!(
            work(&fixture, at(DAY + 1)).await,
            0,
            "it is nothing new that they are still there"
        );
        let worse = function.package("CVE-2", "django", Severity::Critical);
        fixture
            .record(&function, scan, vec![flask(), worse], at(DAY + 2))
            .await;
        assert_eq!(work(&fixture, at(DAY + 2)).await, 1);
        let documents = documents(&fixture, 111).await;
        assert_eq!(documents[0]["Severity"]["Label"], "CRITICAL");

        fixture
            .record(&function, scan, vec![flask()], at(2 * DAY))
            .await;
        assert_eq!(work(&fixture, at(2 * DAY)).await, 1);
        assert_eq!(
            shown(&fixture, 111).await,
            said(active, "ARCHIVED NEW CLOSED")
        );
        fixture
            .record(&function, scan, vec![flask(), django()], at(3 * DAY))
            .await;
        work(&fixture, at(3 * DAY)).await;
        assert_eq!(shown(&fixture, 111).await, said(active, active));
        assert_eq!(documents.len(), 2);

        let mut write = fixture.store.write().await.expect("begins");
        let because = ClosedBecause::ResourceDeleted;
        write
            .close_findings(1, None, because, at(4 * DAY))
            .await
            .expect("closes");
        write.commit().await.expect("commits");
        assert_eq!(work(&fixture, at(4 * DAY)).await, 1);
        let closed = "ARCHIVED NEW CLOSED";
        assert_eq!(shown(&fixture, 111).await, said(closed, closed));
        fixture.end().await;
    }
}

#[tokio::test]
async fn suppressions_of_inspector_are_shown_and_those_of_customers_stay() {
    for fixture in Fixture::each().await {
        let function = Function::new(1, account(111), "orders");
        fixture.add(&function).await;
        enable(&fixture, 111, at(0)).await;
        let said = |severity| {
            let names = [("CVE-1", "flask"), ("CVE-2", "django")];
            names
                .map(|(id, name)| function.package(id, name, severity))
                .to_vec()
        };
        let scan = ScanType::Package;
        fixture
            .record(&function, scan, said(Severity::Low), at(1))
            .await;
        work(&fixture, at(1)).await;
        suppress(&fixture, 111, "flask", title("CVE-1 - flask"), at(2)).await;
        work(&fixture, at(2)).await;
        let states = shown(&fixture, 111).await;
        assert_eq!(states["CVE-1 - flask"], "ACTIVE SUPPRESSED SUPPRESSED");
        assert_eq!(states["CVE-2 - django"], "ACTIVE NEW ACTIVE");

        let django = documents(&fixture, 111).await;
        let django = django
            .iter()
            .find(|one| one["Title"] == "CVE-2 - django")
            .expect("shown");
        let identifier = Identifier {
            id: django["Id"].as_str().expect("an id").to_owned(),
            product_arn: django["ProductArn"].as_str().expect("a product").to_owned(),
        };
        let update = json!({ "Workflow": { "Status": "SUPPRESSED" }, "Note": { "Text": "ours", "UpdatedBy": "me" } });
        let update = Update::parse(&update).expect("an update");
        let scope = Scope::own(region(), account(111));
        let done = fixture
            .store
            .update_hub_findings(&scope, &Linking::None, &[identifier], &update, at(3))
            .await;
        assert_eq!(done.expect("updates").processed.len(), 1);

        let ours = FilterChange {
            action: Some(FilterAction::None),
            ..Default::default()
        };
        let filters = fixture
            .store
            .filters(&region(), account(111), &[], None, None, 10)
            .await
            .expect("lists");
        fixture
            .store
            .update_filter(&filters.rows[0].arn, ours, at(4))
            .await
            .expect("changes");
        work(&fixture, at(4)).await;
        fixture
            .record(&function, scan, said(Severity::High), at(5))
            .await;
        work(&fixture, at(5)).await;
        let states = shown(&fixture, 111).await;
        assert_eq!(states["CVE-1 - flask"], "ACTIVE NEW ACTIVE");
        assert_eq!(states["CVE-2 - django"], "ACTIVE SUPPRESSED ACTIVE");
        let documents = documents(&fixture, 111).await;
        assert!(
            documents
                .iter()
                .all(|one| one["Severity"]["Label"] == "HIGH")
        );
        assert!(documents.iter().any(|one| one["Note"]["Text"] == "ours"));
        fixture.end().await;
    }
}

#[tokio::test]
async fn changes_are_shown_though_the_clock_stands_still() {
    for fixture in Fixture::each().await {
        let function = Function::new(1, account(111), "orders");
        fixture.add(&function).await;
        enable(&fixture, 111, at(0)).await;
        let flask = || function.package("CVE-1", "flask", Severity::High);
        let mut states = Vec::new();
        for observed in [vec![flask()], vec![], vec![flask()], vec![]] {
            fixture
                .record(&function, ScanType::Package, observed, at(7))
                .await;
            work(&fixture, at(7)).await;
            states.extend(shown(&fixture, 111).await.into_values());
        }
        let (open, closed) = ("ACTIVE NEW ACTIVE", "ARCHIVED NEW CLOSED");
        assert_eq!(states, [open, closed, open, closed]);
        fixture.end().await;
    }
}

#[tokio::test]
async fn a_hub_that_was_disabled_for_a_while_shows_what_is_there_now() {
    for fixture in Fixture::each().await {
        let function = Function::new(1, account(111), "orders");
        fixture.add(&function).await;
        enable(&fixture, 111, at(0)).await;
        let named = |name: &str| function.package(&format!("CVE-{name}"), name, Severity::High);
        let scan = ScanType::Package;
        fixture
            .record(
                &function,
                scan,
                vec![named("gone"), named("closed"), named("open")],
                at(1),
            )
            .await;
        work(&fixture, at(1)).await;
        disable(&fixture, 111, at(2)).await;
        // Closed and forgotten, closed, and new, none of it shown.
        fixture
            .record(&function, scan, vec![named("closed"), named("open")], at(3))
            .await;
        let removed = fixture
            .store
            .remove_expired(&Retention::default(), at(3 + 30 * DAY))
            .await;
        assert_eq!(removed.expect("removes"), 1);
        let observed = vec![named("open"), named("new"), named("brief")];
        fixture
            .record(&function, scan, observed, at(31 * DAY))
            .await;
        fixture
            .record(
                &function,
                scan,
                vec![named("open"), named("new")],
                at(32 * DAY),
            )
            .await;
        assert_eq!(work(&fixture, at(32 * DAY)).await, 0);
        let before = shown(&fixture, 111).await;
        assert_eq!(before.len(), 3);
        enable(&fixture, 111, at(33 * DAY)).await;
        let now = at(33 * DAY);
        let written = fixture
            .store
            .mirror_account(&region(), account(111), now)
            .await;
        assert_eq!(written.expect("shows"), 3, "one new, one closed, one gone");
        let written = fixture
            .store
            .mirror_account(&region(), account(111), now)
            .await;
        assert_eq!(written.expect("shows"), 0);
        let states = shown(&fixture, 111).await;
        let expected = [
            ("CVE-closed - closed", "ARCHIVED NEW CLOSED"),
            ("CVE-gone - gone", "ARCHIVED NEW CLOSED"),
            ("CVE-new - new", "ACTIVE NEW ACTIVE"),
            ("CVE-open - open", "ACTIVE NEW ACTIVE"),
        ];
        let expected = expected.map(|(title, state)| (title.to_owned(), state.to_owned()));
        assert_eq!(states, BTreeMap::from(expected));
        fixture.end().await;
    }
}

#[tokio::test]
async fn more_findings_than_one_batch_are_all_shown_to_their_own_account() {
    for fixture in Fixture::each().await {
        let function = Function::new(1, account(111), "orders");
        let other = Function::new(2, account(222), "orders");
        fixture.add(&function).await;
        fixture.add(&other).await;
        for owner in [111, 222] {
            enable(&fixture, owner, at(0)).await;
        }
        let many =
            (0..250).map(|at| function.package(&format!("CVE-{at}"), "flask", Severity::High));
        fixture
            .record(&function, ScanType::Package, many.collect(), at(1))
            .await;
        let code = vec![other.code("sql", "a.py", Severity::High)];
        fixture.record(&other, ScanType::Code, code, at(1)).await;
        assert_eq!(work(&fixture, at(2)).await, 2);
        assert_eq!(shown(&fixture, 111).await.len(), 250);
        assert_eq!(shown(&fixture, 222).await.len(), 1);
        fixture.end().await;
    }
}
