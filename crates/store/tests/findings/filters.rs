use std::collections::BTreeMap;

use shindan_inspector::criteria::StringField;
use shindan_inspector::{
    AccountId, FilterAction, FilterCriteria, FindingStatus, ScanType, Severity, Timestamp,
};
use shindan_store::{FILTER_QUOTA, FilterChange, FilterError, Job, NewFilter, Scope};

use crate::sample::{Fixture, Function, account, at, region};

fn rule(name: &str, criteria: FilterCriteria) -> NewFilter {
    NewFilter {
        name: name.to_owned(),
        description: None,
        reason: Some("accepted".to_owned()),
        action: FilterAction::Suppress,
        criteria,
        tags: BTreeMap::new(),
    }
}

async fn statuses(fixture: &Fixture, owner: AccountId) -> Vec<FindingStatus> {
    let scope = Scope::own(region(), owner);
    let page = fixture
        .store
        .findings(&scope, &FilterCriteria::default(), None, None, 100)
        .await;
    page.expect("lists")
        .rows
        .iter()
        .map(|row| row.status)
        .collect()
}

async fn apply(fixture: &Fixture, owner: AccountId, now: Timestamp) -> u64 {
    fixture
        .store
        .apply_filters(&region(), owner, now)
        .await
        .expect("applies")
}

#[tokio::test]
async fn rules_suppress_old_and_new_findings_until_they_go() {
    for fixture in Fixture::each().await {
        let owner = account(111);
        let function = Function::new(1, owner, "orders");
        fixture.add(&function).await;
        let flask = || function.package("CVE-1", "flask", Severity::High);
        fixture
            .record(&function, ScanType::Package, vec![flask()], at(0))
            .await;
        let by_title = FilterCriteria::equal(&[
            (StringField::Title, "CVE-1 - flask"),
            (StringField::FindingStatus, "ACTIVE"),
        ]);
        let arn = fixture
            .store
            .create_filter(&region(), owner, rule("old", by_title), FILTER_QUOTA, at(1))
            .await
            .expect("saves");
        let lease = fixture
            .store
            .claim("test", at(1), 1000)
            .await
            .expect("claims")
            .expect("a job");
        assert_eq!(
            lease.job,
            Job::ApplyFilters {
                region: region(),
                owner
            }
        );
        assert_eq!(statuses(&fixture, owner).await, [FindingStatus::Active]);
        assert_eq!(apply(&fixture, owner, at(2)).await, 1);
        assert_eq!(statuses(&fixture, owner).await, [FindingStatus::Suppressed]);
        assert_eq!(
            fixture
                .count("SELECT count(*) FROM finding_package WHERE status = 1")
                .await,
            1
        );
        // A rule about active findings does not undo itself, neither in a scan nor when applied again.
        assert_eq!(apply(&fixture, owner, at(3)).await, 0);
        fixture
            .record(&function, ScanType::Package, vec![flask()], at(4))
            .await;
        assert_eq!(statuses(&fixture, owner).await, [FindingStatus::Suppressed]);

        // Fixed although suppressed, and suppressed when it is back.
        fixture
            .record(&function, ScanType::Package, Vec::new(), at(5))
            .await;
        assert_eq!(statuses(&fixture, owner).await, [FindingStatus::Closed]);
        fixture
            .record(&function, ScanType::Package, vec![flask()], at(6))
            .await;
        assert_eq!(statuses(&fixture, owner).await, [FindingStatus::Suppressed]);

        fixture
            .store
            .delete_filter(&arn, at(7))
            .await
            .expect("deletes");
        assert_eq!(apply(&fixture, owner, at(8)).await, 1);
        assert_eq!(statuses(&fixture, owner).await, [FindingStatus::Active]);
        fixture.end().await;
    }
}

#[tokio::test]
async fn members_are_under_the_rules_of_their_administrator() {
    for fixture in Fixture::each().await {
        let (admin, member) = (account(111), account(222));
        let function = Function::new(1, member, "orders");
        fixture.add(&function).await;
        fixture.associate(member, admin).await;
        let all = || FilterCriteria::equal(&[(StringField::AwsAccountId, "000000000222")]);
        for owner in [admin, member] {
            let mut filter = rule("mine", all());
            filter.action = if owner == admin {
                FilterAction::None
            } else {
                FilterAction::Suppress
            };
            fixture
                .store
                .create_filter(&region(), owner, filter, 1, at(0))
                .await
                .expect("saves");
        }
        let flask = || function.package("CVE-1", "flask", Severity::High);
        fixture
            .record(&function, ScanType::Package, vec![flask()], at(0))
            .await;
        assert_eq!(statuses(&fixture, member).await, [FindingStatus::Active]);
        let seen = fixture
            .store
            .findings(
                &Scope::members(region(), admin),
                &FilterCriteria::default(),
                None,
                None,
                9,
            )
            .await;
        assert_eq!(seen.expect("lists").rows.len(), 1);

        // It leaves, and its own rules count.
        let mut write = fixture.store.write().await.expect("begins");
        let released = write.release_members(&region(), admin, at(1)).await;
        assert_eq!(released.expect("gives"), [member]);
        write.commit().await.expect("commits");
        assert_eq!(apply(&fixture, member, at(1)).await, 1);
        assert_eq!(
            statuses(&fixture, member).await,
            [FindingStatus::Suppressed]
        );
        let seen = fixture
            .store
            .findings(
                &Scope::members(region(), admin),
                &FilterCriteria::default(),
                None,
                None,
                9,
            )
            .await;
        assert_eq!(seen.expect("lists").rows.len(), 0);
        assert_eq!(
            fixture
                .count("SELECT count(*) FROM finding_package WHERE administrator = 222")
                .await,
            1
        );
        fixture.end().await;
    }
}

#[tokio::test]
async fn more_findings_than_a_batch_are_all_suppressed() {
    for fixture in Fixture::each().await {
        let owner = account(111);
        let function = Function::new(1, owner, "orders");
        fixture.add(&function).await;
        let many = (0..2500).map(|n| {
            function.package(
                &format!("CVE-{n}"),
                if n % 2 == 0 { "even" } else { "odd" },
                Severity::Low,
            )
        });
        fixture
            .record(&function, ScanType::Package, many.collect(), at(0))
            .await;
        let criteria = serde_json::json!({ "vulnerablePackages": [{ "name": { "comparison": "EQUALS", "value": "odd" } }] });
        let criteria = FilterCriteria::parse(&criteria).expect("valid");
        let arn = fixture
            .store
            .create_filter(&region(), owner, rule("odd", criteria), FILTER_QUOTA, at(1))
            .await
            .expect("saves");
        assert_eq!(apply(&fixture, owner, at(2)).await, 1250);
        assert_eq!(apply(&fixture, owner, at(3)).await, 0);
        let change = FilterChange {
            criteria: Some(FilterCriteria::equal(&[(StringField::Severity, "HIGH")])),
            ..FilterChange::default()
        };
        fixture
            .store
            .update_filter(&arn, change, at(4))
            .await
            .expect("changes");
        assert_eq!(apply(&fixture, owner, at(5)).await, 1250);
        fixture.end().await;
    }
}

#[tokio::test]
async fn filters_have_one_name_an_owner_and_a_quota() {
    for fixture in Fixture::each().await {
        let owner = account(111);
        let make = async |name: &str| {
            fixture
                .store
                .create_filter(
                    &region(),
                    owner,
                    rule(name, FilterCriteria::default()),
                    2,
                    at(0),
                )
                .await
        };
        let first = make("a").await.expect("saves");
        assert!(matches!(make("a").await, Err(FilterError::NameTaken(_))));
        let second = make("b").await.expect("saves");
        assert!(matches!(make("c").await, Err(FilterError::QuotaReached(2))));
        let named = |name: &str| FilterChange {
            name: Some(name.to_owned()),
            ..FilterChange::default()
        };
        assert!(matches!(
            fixture
                .store
                .update_filter(&second, named("a"), at(1))
                .await,
            Err(FilterError::NameTaken(_))
        ));
        fixture
            .store
            .update_filter(&second, named("z"), at(1))
            .await
            .expect("renames");
        fixture
            .store
            .set_filter_tags(&second, &[("k".to_owned(), "v".to_owned())].into())
            .await
            .expect("tags");
        let page = fixture
            .store
            .filters(&region(), owner, &[], None, None, 1)
            .await
            .expect("lists");
        assert_eq!(page.rows[0].arn, first);
        let page = fixture
            .store
            .filters(
                &region(),
                owner,
                &[],
                Some(FilterAction::Suppress),
                page.next.as_ref(),
                1,
            )
            .await
            .expect("lists");
        assert_eq!(
            (
                page.rows[0].name.as_str(),
                page.rows[0].tags.len(),
                page.next
            ),
            ("z", 1, None)
        );
        let mut stranger = first.clone();
        stranger.owner = account(222);
        assert!(matches!(
            fixture.store.delete_filter(&stranger, at(2)).await,
            Err(FilterError::NotFound(_))
        ));
        assert!(fixture.store.filter(&first).await.expect("reads").is_some());
        fixture
            .store
            .delete_filter(&first, at(2))
            .await
            .expect("deletes");
        assert!(fixture.store.filter(&first).await.expect("reads").is_none());
        fixture.end().await;
    }
}
