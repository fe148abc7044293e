use shindan_inspector::{ScanStatusReason, Timestamp};
use shindan_store::{LookIntervals, MissingCode, SourceLease, Store};

use crate::database::TestDatabase;

const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const LEASE: i64 = 90_000;
const EVERY: LookIntervals = LookIntervals {
    complete: 3_600_000,
    incomplete: 600_000,
};

async fn take(store: &Store, owner: &str, after: i64) -> Option<SourceLease> {
    let now = START.plus_millis(after);
    let taken = store.take_source("111122223333/eu-west-1", owner, now, LEASE, EVERY);
    taken.await.expect("asks")
}

#[tokio::test]
async fn a_place_is_looked_at_by_one_and_when_it_is_due() {
    for database in TestDatabase::each().await {
        let store = database.open().await;
        let first = take(&store, "a", 0).await.expect("new places are due");
        assert_eq!(first.invocations_at, None);
        assert_eq!(take(&store, "b", 1000).await, None);
        let held = store.hold_source(&first, START.plus_millis(1000), LEASE);
        assert!(held.await.expect("asks"));
        assert_eq!(take(&store, "b", LEASE + 999).await, None);
        let second = take(&store, "b", LEASE + 1001).await.expect("it ran out");
        // Who lost a lease changes nothing any more.
        let end = async |lease: &SourceLease, after, is_complete, asked| {
            let now = START.plus_millis(after);
            let asked: Option<i64> = asked;
            let asked = asked.map(|after| START.plus_millis(after));
            let ended = store.end_source(lease, now, is_complete, asked);
            ended.await.expect("ends");
        };
        end(&first, LEASE + 2000, true, Some(7)).await;
        let held = store.hold_source(&first, START.plus_millis(LEASE + 2000), LEASE);
        assert!(!held.await.expect("asks"));
        assert_eq!(take(&store, "c", LEASE + 2000).await, None);

        end(&second, 100_000, false, None).await;
        assert_eq!(take(&store, "a", 100_000 + 599_999).await, None);
        let third = take(&store, "a", 100_000 + 600_000)
            .await
            .expect("soon again");
        end(&third, 1_000_000, true, Some(700_000)).await;
        assert_eq!(take(&store, "a", 1_000_000 + 3_599_999).await, None);
        let fourth = take(&store, "a", 1_000_000 + 3_600_000).await;
        let fourth = fourth.expect("an hour has passed");
        assert_eq!(fourth.invocations_at, Some(START.plus_millis(700_000)));
        end(&fourth, 5_000_000, true, None).await;
        let fifth = take(&store, "a", -1).await.expect("the clock jumped back");
        assert_eq!(fifth.invocations_at, Some(START.plus_millis(700_000)));
        store.close().await;
        database.remove().await;
    }
}

#[tokio::test]
async fn why_code_is_missing_is_kept_until_it_is_not() {
    for database in TestDatabase::each().await {
        let store = database.open().await;
        let why = |note: &str| MissingCode {
            reason: ScanStatusReason::AccessDenied,
            note: note.to_owned(),
        };
        for missing in [Some(why("first")), Some(why("second")), None] {
            let mut write = store.write().await.expect("begins");
            write
                .set_missing_code(1, missing.as_ref())
                .await
                .expect("writes");
            assert_eq!(write.missing_code(1).await.expect("reads"), missing);
            write.commit().await.expect("commits");
            assert_eq!(store.missing_code(1).await.expect("reads"), missing);
            assert_eq!(store.missing_code(2).await.expect("reads"), None);
        }
        store.close().await;
        database.remove().await;
    }
}
