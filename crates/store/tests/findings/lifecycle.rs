use shindan_inspector::{
    ClosedBecause, FilterCriteria, FindingStatus, Retention, ScanType, Severity, Unseen,
};
use shindan_store::{FindingRow, Recorded, Scope};

use crate::sample::{DAY, Fixture, Function, account, at, region};

async fn all(fixture: &Fixture, owner: i64) -> Vec<FindingRow> {
    let scope = Scope::own(region(), account(owner));
    let page = fixture
        .store
        .findings(&scope, &FilterCriteria::default(), None, None, 100)
        .await;
    page.expect("lists").rows
}

#[tokio::test]
async fn a_finding_is_closed_when_fixed_and_the_same_when_it_is_back() {
    for fixture in Fixture::each().await {
        let function = Function::new(1, account(111), "orders");
        fixture.add(&function).await;
        let flask = || function.package("CVE-1", "flask", Severity::High);
        let django = || function.package("CVE-2", "django", Severity::Low);
        let said = fixture
            .record(&function, ScanType::Package, vec![flask(), django()], at(0))
            .await;
        assert_eq!(
            said,
            Recorded {
                new: 2,
                ..Recorded::default()
            }
        );
        let first = all(&fixture, 111).await;
        assert_eq!(first.len(), 2);
        assert_eq!(first[0].document().expect("reads"), flask().document);

        let said = fixture
            .record(&function, ScanType::Package, vec![django()], at(DAY))
            .await;
        assert_eq!(
            said,
            Recorded {
                known: 1,
                closed: 1,
                ..Recorded::default()
            }
        );
        let said = fixture
            .record(
                &function,
                ScanType::Package,
                vec![django(), flask()],
                at(5 * DAY),
            )
            .await;
        assert_eq!(
            said,
            Recorded {
                known: 1,
                reopened: 1,
                ..Recorded::default()
            }
        );
        let back = all(&fixture, 111).await;
        assert_eq!(back[0].arn, first[0].arn);
        assert_eq!(back[0].first_observed_at, at(0));
        assert_eq!(
            (back[0].last_observed_at, back[0].updated_at),
            (at(5 * DAY), at(5 * DAY))
        );
        assert_eq!(
            (back[1].last_observed_at, back[1].updated_at),
            (at(5 * DAY), at(0))
        );

        fixture
            .record(&function, ScanType::Package, vec![django()], at(6 * DAY))
            .await;
        let said = fixture
            .record(&function, ScanType::Package, vec![flask()], at(14 * DAY))
            .await;
        assert_eq!(
            said,
            Recorded {
                new: 1,
                closed: 1,
                ..Recorded::default()
            }
        );
        assert_eq!(all(&fixture, 111).await.len(), 3);
        fixture.end().await;
    }
}

#[tokio::test]
async fn scans_of_one_kind_say_nothing_about_the_other() {
    for fixture in Fixture::each().await {
        let function = Function::new(1, account(111), "orders");
        fixture.add(&function).await;
        fixture
            .record(
                &function,
                ScanType::Package,
                vec![function.package("CVE-1", "flask", Severity::High)],
                at(0),
            )
            .await;
        let sql = function.code("SQL injection", "src/app.py", Severity::High);
        fixture
            .record(&function, ScanType::Code, vec![sql], at(0))
            .await;
        fixture
            .record(&function, ScanType::Code, Vec::new(), at(1))
            .await;
        let rows = all(&fixture, 111).await;
        let active = rows
            .iter()
            .filter(|row| row.status == FindingStatus::Active);
        assert_eq!(active.count(), 1);
        fixture.end().await;
    }
}

#[tokio::test]
async fn what_a_scan_could_not_see_stays_open() {
    for fixture in Fixture::each().await {
        let function = Function::new(1, account(111), "orders");
        fixture.add(&function).await;
        let said = vec![
            function.code("SQL injection", "src/app.py", Severity::High),
            function.code("SQL injection", "vendor/x.py", Severity::High),
        ];
        fixture.record(&function, ScanType::Code, said, at(0)).await;
        let unseen = Unseen::Paths(["vendor".to_owned()].into());
        let said = fixture
            .record_with(&function, ScanType::Code, Vec::new(), &unseen, at(1))
            .await;
        assert_eq!(said.closed, 1);
        fixture
            .record(
                &function,
                ScanType::Package,
                vec![function.package("CVE-1", "a", Severity::Low)],
                at(0),
            )
            .await;
        let unseen = Unseen::Paths(["requirements.txt".to_owned()].into());
        let said = fixture
            .record_with(&function, ScanType::Package, Vec::new(), &unseen, at(1))
            .await;
        assert_eq!(said.closed, 0);
        let said = fixture
            .record_with(
                &function,
                ScanType::Package,
                Vec::new(),
                &Unseen::Everything,
                at(1),
            )
            .await;
        assert_eq!(said.closed, 0);
        fixture.end().await;
    }
}

#[tokio::test]
async fn a_changed_finding_shows_the_change() {
    for fixture in Fixture::each().await {
        let mut function = Function::new(1, account(111), "orders");
        fixture.add(&function).await;
        fixture
            .record(
                &function,
                ScanType::Package,
                vec![function.package("CVE-1", "flask", Severity::Low)],
                at(0),
            )
            .await;
        function.tags.insert("team".to_owned(), "blue".to_owned());
        let worse = function.package("CVE-1", "flask", Severity::Critical);
        fixture
            .record(&function, ScanType::Package, vec![worse.clone()], at(9))
            .await;
        let rows = all(&fixture, 111).await;
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].document().expect("reads"), worse.document);
        assert_eq!(
            (rows[0].first_observed_at, rows[0].updated_at),
            (at(0), at(9))
        );
        assert_eq!(
            fixture
                .count("SELECT count(*) FROM finding_package WHERE severity = 5")
                .await,
            1
        );
        assert_eq!(
            fixture.count("SELECT count(*) FROM finding_document").await,
            1
        );
        fixture.end().await;
    }
}

#[tokio::test]
async fn snippets_are_shown_to_their_scope_only() {
    for fixture in Fixture::each().await {
        let function = Function::new(1, account(111), "orders");
        fixture.add(&function).await;
        fixture
            .record(
                &function,
                ScanType::Code,
                vec![function.code("SQL injection", "a.py", Severity::High)],
                at(0),
            )
            .await;
        let arn = all(&fixture, 111).await[0].arn.clone();
        let own = Scope::own(region(), account(111));
        let other = Scope::own(region(), account(222));
        let kept = fixture.store.snippet(&own, &arn).await.expect("reads");
        let kept = kept.expect("there");
        assert_eq!(
            (kept.identity.as_str(), kept.sealed),
            ("SQL injection a.py", vec![1, 2, 3])
        );
        assert_eq!(
            fixture.store.snippet(&other, &arn).await.expect("reads"),
            None
        );
        assert!(
            fixture
                .store
                .finding(&own, &arn)
                .await
                .expect("reads")
                .is_some()
        );
        assert!(
            fixture
                .store
                .finding(&other, &arn)
                .await
                .expect("reads")
                .is_none()
        );
        fixture.end().await;
    }
}

#[tokio::test]
async fn closed_findings_are_kept_as_long_as_their_reason_says() {
    for fixture in Fixture::each().await {
        for (row, because) in [
            (1, ClosedBecause::ResourceDeleted),
            (2, ClosedBecause::ScanningDisabled),
            (3, ClosedBecause::Fixed),
        ] {
            let function = Function::new(row, account(111), &format!("f{row}"));
            fixture.add(&function).await;
            fixture
                .record(
                    &function,
                    ScanType::Code,
                    vec![function.code("SQL injection", "a.py", Severity::High)],
                    at(0),
                )
                .await;
            let mut write = fixture.store.write().await.expect("begins");
            let closed = write
                .close_findings(row, None, because, at(0))
                .await
                .expect("closes");
            assert_eq!(closed, 1);
            assert_eq!(
                write
                    .close_findings(row, None, because, at(9))
                    .await
                    .expect("closes"),
                0
            );
            write.commit().await.expect("commits");
        }
        for (now, removed) in [
            (DAY - 1, 0),
            (DAY, 1),
            (3 * DAY, 1),
            (30 * DAY - 1, 0),
            (30 * DAY, 1),
        ] {
            let count = fixture
                .store
                .remove_expired(&Retention::default(), at(now))
                .await;
            assert_eq!(count.expect("removes"), removed, "after {now}");
        }
        for table in [
            "SELECT count(*) FROM finding",
            "SELECT count(*) FROM finding_document",
            "SELECT count(*) FROM finding_detector_tag",
            "SELECT count(*) FROM snippet",
        ] {
            assert_eq!(fixture.count(table).await, 0, "{table}");
        }
        fixture.end().await;
    }
}
