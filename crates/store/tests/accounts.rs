//! Accounts, organisations, access keys, client tokens, reports and the audit log, on SQLite and, when
//! SHINDAN_TEST_POSTGRES names a server, on PostgreSQL.

#[path = "runtime/database.rs"]
mod database;
#[path = "runtime/on_each.rs"]
mod on_each;

use on_each::on_each;
use shindan_inspector::{
    AccountId, Member, Operation, Organization, Region, Relation, RelationshipStatus,
    ResourceScanType, Role, Status, Timestamp,
};
use shindan_store::{
    AccessKey, Association, AuditEntry, AuditError, Reach, Remembered, Report, ReportKind,
    ReportStatus, Scope, Store,
};

fn account(number: i64) -> AccountId {
    AccountId::from_number(number).expect("an account")
}

fn tokyo() -> Region {
    Region::parse("ap-northeast-1").expect("a Region")
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_millis(second * 1000)
}

async fn set(store: &Store, scan: ResourceScanType, status: Status, second: i64) {
    let mut write = store.write().await.expect("begins");
    write
        .set_scan_status(&tokyo(), account(1), scan, status, at(second))
        .await
        .expect("writes");
    write.commit().await.expect("commits");
}

#[tokio::test]
async fn settings_are_kept_per_region_and_first_activation_for_good() {
    on_each(async |store| {
        let (region, other) = (tokyo(), Region::parse("us-east-1").expect("a Region"));
        let lambda = ResourceScanType::Lambda;
        let off = store.account_settings(&region, account(1)).await;
        assert_eq!(off.expect("reads").status(), Status::Disabled);
        for (second, status) in [
            (10, Status::Enabling),
            (20, Status::Enabled),
            (30, Status::Disabled),
            (40, Status::Enabling),
        ] {
            set(&store, lambda, status, second).await;
            let settings = store.account_settings(&region, account(1)).await;
            assert_eq!(settings.expect("reads").status_of(lambda), status);
        }
        let details = store.account_details(&region, account(1)).await;
        assert_eq!(details.expect("reads").lambda_since, Some(at(10)));
        let elsewhere = store.account_settings(&other, account(1)).await;
        assert_eq!(elsewhere.expect("reads").status(), Status::Disabled);
        let active = store.active_accounts(&region).await.expect("reads");
        assert_eq!(active, [account(1)]);
    })
    .await;
}

#[tokio::test]
async fn two_changes_of_one_account_at_once_both_count() {
    on_each(async |store| {
        tokio::join!(
            set(&store, ResourceScanType::Lambda, Status::Enabling, 1),
            set(&store, ResourceScanType::LambdaCode, Status::Enabling, 1)
        );
        let settings = store.account_settings(&tokyo(), account(1)).await;
        let settings = settings.expect("reads");
        assert!(settings.is_on(ResourceScanType::Lambda), "{settings:?}");
        assert!(settings.is_on(ResourceScanType::LambdaCode), "{settings:?}");
    })
    .await;
}

#[tokio::test]
async fn standing_is_read_from_designation_and_association() {
    on_each(async |store| {
        let region = tokyo();
        let relation = async |number| {
            let standing = store.standing(&tokyo(), account(number)).await;
            standing.expect("reads").relation
        };
        assert_eq!(relation(3).await, Relation::Standalone);
        let mut write = store.write().await.expect("begins");
        let mut organization = Organization::new(account(1));
        organization.designate(account(2), true).expect("allowed");
        write
            .put_organization(&region, &organization, at(1))
            .await
            .expect("writes");
        for number in 2..9 {
            let member = Member {
                account: account(number),
                administrator: (number > 4).then(|| account(2)),
                relationship: RelationshipStatus::Enabled,
                updated_at: at(1),
            };
            write.put_member(&region, &member).await.expect("writes");
        }
        write.commit().await.expect("commits");
        let read = store.organization(&region).await.expect("reads");
        assert_eq!(read, Some(organization));
        assert_eq!(relation(2).await, Relation::Administrator);
        assert_eq!(relation(3).await, Relation::Standalone);
        assert_eq!(relation(5).await, Relation::Member(account(2)));
        let count = store.member_count(&region, account(2)).await;
        assert_eq!(count.expect("reads"), 4);
        let page = store
            .members(&region, Association::With(account(2)), Some(account(5)), 2)
            .await
            .expect("reads");
        let page: Vec<_> = page.iter().map(|member| member.account).collect();
        assert_eq!(page, [account(6), account(7)]);
        let all = store.members(&region, Association::Any, None, 100).await;
        assert_eq!(all.expect("reads").len(), 7);

        let mut write = store.write().await.expect("begins");
        write
            .release_members(&region, account(2), at(2))
            .await
            .expect("writes");
        write.commit().await.expect("commits");
        assert_eq!(relation(5).await, Relation::Standalone);
    })
    .await;
}

#[tokio::test]
async fn access_keys_keep_what_was_sealed_and_can_be_disabled() {
    on_each(async |store| {
        let key = AccessKey {
            id: "AKIASHINDANEXAMPLE01".to_owned(),
            account: account(7),
            role: Role::Scanner,
            secret: vec![0, 1, 254, 255],
            session_token: None,
            expires_at: None,
            description: "the pipeline".to_owned(),
            created_at: at(5),
            last_used_at: None,
            disabled_at: None,
        };
        let mut write = store.write().await.expect("begins");
        write.add_access_key(&key).await.expect("writes");
        write.commit().await.expect("commits");
        let read = store.access_key(&key.id).await.expect("reads");
        assert_eq!(read, Some(key.clone()));
        assert_eq!(store.access_key("AKIA").await.expect("reads"), None);
        assert!(!format!("{key:?}").contains("254"));

        let mut write = store.write().await.expect("begins");
        for (id, second, there) in [(&*key.id, 6, true), (&*key.id, 9, true), ("AKIA", 9, false)] {
            let done = write.disable_access_key(id, at(second)).await;
            assert_eq!(done.expect("writes"), there);
        }
        write.commit().await.expect("commits");
        store
            .touch_access_key(&key.id, at(8))
            .await
            .expect("writes");
        let keys = store.access_keys(Some(account(7))).await.expect("reads");
        let seen: Vec<_> = keys
            .iter()
            .map(|key| (key.disabled_at, key.last_used_at))
            .collect();
        assert_eq!(seen, [(Some(at(6)), Some(at(8)))]);
        let others = store.access_keys(Some(account(8))).await.expect("reads");
        assert!(others.is_empty());
    })
    .await;
}

#[tokio::test]
async fn an_answer_is_remembered_once_per_account_operation_and_token() {
    on_each(async |store| {
        let scope = Scope::own(tokyo(), account(1));
        let remembered = Remembered {
            request_hash: "ab".to_owned(),
            answer: "{}".to_owned(),
        };
        let mut write = store.write().await.expect("begins");
        write
            .remember(&scope, Operation::Enable, "t", &remembered, at(1))
            .await
            .expect("writes");
        write.commit().await.expect("commits");
        let mut write = store.write().await.expect("begins");
        let other = Scope::own(tokyo(), account(2));
        for (scope, operation, token, expected) in [
            (&scope, Operation::Enable, "t", Some(remembered)),
            (&scope, Operation::Enable, "u", None),
            (&scope, Operation::Disable, "t", None),
            (&other, Operation::Enable, "t", None),
        ] {
            let found = write.remembered(scope, operation, token).await;
            assert_eq!(found.expect("reads"), expected);
        }
        drop(write);
        assert_eq!(store.forget_client_tokens(at(1)).await.expect("ok"), 0);
        assert_eq!(store.forget_client_tokens(at(2)).await.expect("ok"), 1);
    })
    .await;
}

#[tokio::test]
async fn a_report_ends_once_and_is_its_accounts_own() {
    on_each(async |store| {
        let scope = Scope::members(tokyo(), account(1));
        let report = Report {
            id: "11111111-2222-4333-8444-555555555555".to_owned(),
            scope: scope.clone(),
            kind: ReportKind::Findings,
            format: "CSV".to_owned(),
            destination: "{}".to_owned(),
            criteria: "{}".to_owned(),
            status: ReportStatus::InProgress,
            error: None,
            created_at: at(1),
        };
        let mut write = store.write().await.expect("begins");
        write.add_report(&report).await.expect("writes");
        write.commit().await.expect("commits");
        let other = Scope::members(tokyo(), account(2));
        for (scope, kind, expected) in [
            (&scope, ReportKind::Findings, Some(report.clone())),
            (&scope, ReportKind::Sbom, None),
            (&other, ReportKind::Findings, None),
        ] {
            let read = store.report(scope, kind, &report.id).await;
            assert_eq!(read.expect("reads"), expected);
        }
        let running = store
            .reports_in_progress(&scope, ReportKind::Findings)
            .await;
        assert_eq!(running.expect("reads"), 1);

        let failed = Some(("INTERNAL_ERROR", "the disk is full"));
        let mut write = store.write().await.expect("begins");
        for (status, error, ends) in [
            (ReportStatus::Failed, failed, true),
            (ReportStatus::Cancelled, None, false),
        ] {
            let done = write.end_report(&report.id, status, error, at(2)).await;
            assert_eq!(done.expect("writes"), ends);
        }
        write.commit().await.expect("commits");
        let newest = store.newest_report(&scope, ReportKind::Findings).await;
        let newest = newest.expect("reads").expect("there");
        let error = ("INTERNAL_ERROR".to_owned(), "the disk is full".to_owned());
        assert_eq!(
            (newest.status, newest.error),
            (ReportStatus::Failed, Some(error))
        );
    })
    .await;
}

#[tokio::test]
async fn a_changed_audit_row_breaks_the_chain() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}", folder.path().join("shindan.db").display());
    let store = Store::open(&url).await.expect("opens");
    write_audit(&store).await;
    let raw = sqlx::any::AnyPoolOptions::new()
        .connect(&url)
        .await
        .expect("opens");
    for (statement, row) in [
        ("UPDATE audit SET target = 'other' WHERE id = 2", 2),
        ("DELETE FROM audit WHERE id = 2", 3),
    ] {
        sqlx::query(statement).execute(&raw).await.expect("writes");
        let broken = store.verify_audit().await.expect_err("noticed");
        assert!(matches!(broken, AuditError::Broken(id) if id == row));
    }
}

#[tokio::test]
async fn audit_rows_are_chained_also_when_written_at_once() {
    on_each(async |store| {
        tokio::join!(
            write_audit(&store),
            write_audit(&store),
            write_audit(&store)
        );
        assert_eq!(store.verify_audit().await.expect("unbroken"), 9);
        let head = store.audit_head().await.expect("reads").expect("there");
        assert_eq!((head.0, head.1.len()), (9, 64));
    })
    .await;
}

async fn write_audit(store: &Store) {
    for second in 1..=3 {
        let mut write = store.write().await.expect("begins");
        write
            .audit(&AuditEntry {
                at: at(second),
                region: tokyo(),
                account: account(1),
                access_key: "AKIA".to_owned(),
                operation: "Enable".to_owned(),
                target: "000000000001".to_owned(),
                outcome: "done".to_owned(),
            })
            .await
            .expect("writes");
        write.commit().await.expect("commits");
    }
}

#[test]
fn reach_and_states_have_their_numbers_for_good() {
    assert_eq!([Reach::Own as i16, Reach::Members as i16], [0, 1]);
    let kinds = [ReportKind::Findings, ReportKind::Sbom];
    assert_eq!(kinds.map(|kind| kind as i16), [0, 1]);
    let states = [
        ReportStatus::InProgress,
        ReportStatus::Succeeded,
        ReportStatus::Cancelled,
        ReportStatus::Failed,
    ];
    assert_eq!(states.map(|state| state as i16), [0, 1, 2, 3]);
}
