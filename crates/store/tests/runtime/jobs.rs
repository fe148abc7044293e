use std::collections::BTreeMap;

use shindan_inspector::Timestamp;
use shindan_store::{Completed, Failed, Job, Lease, Priority, Store};

use crate::database::TestDatabase;

const LEASE: i64 = 60_000;
const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn scan(function: i64) -> Job {
    Job::Scan { function }
}

async fn ask(store: &Store, job: &Job, priority: Priority) {
    let number = store.job_numbers(1).await.expect("numbers").next();
    let mut write = store.write().await.expect("begins");
    write
        .enqueue(job, priority, START, number.expect("one"))
        .await
        .expect("enqueues");
    write.commit().await.expect("commits");
}

async fn claim(store: &Store, owner: &str, now: Timestamp) -> Option<Lease> {
    store.claim(owner, now, LEASE).await.expect("claims")
}

#[tokio::test]
async fn a_waiting_job_is_kept_once_and_becomes_more_urgent() {
    for database in TestDatabase::each().await {
        let store = database.open().await;
        ask(&store, &scan(1), Priority::Later).await;
        ask(&store, &scan(2), Priority::Soon).await;
        ask(&store, &scan(1), Priority::Now).await;
        ask(&store, &scan(1), Priority::Later).await;
        let depth = store.queue_depth(START).await.expect("counts");
        assert_eq!(depth.waiting, [1, 1, 0]);
        let first = claim(&store, "a", START).await.expect("work");
        assert_eq!((&first.job, first.priority), (&scan(1), Priority::Now));
        assert_eq!(first.delivery, 1);
        let second = claim(&store, "a", START).await.expect("work");
        assert_eq!(second.job, scan(2));
        assert_eq!(claim(&store, "a", START).await, None);
        for lease in [first, second] {
            assert_eq!(store.complete(&lease).await.expect("ends"), Completed::Done);
        }
        let depth = store.queue_depth(START).await.expect("counts");
        assert_eq!(depth, shindan_store::QueueDepth::default());
        database.remove().await;
    }
}

#[tokio::test]
async fn a_job_asked_for_while_leased_runs_exactly_once_more() {
    for database in TestDatabase::each().await {
        let store = database.open().await;
        ask(&store, &scan(1), Priority::Now).await;
        let lease = claim(&store, "a", START).await.expect("work");
        for _ in 0..3 {
            ask(&store, &scan(1), Priority::Now).await;
        }
        assert_eq!(claim(&store, "b", START).await, None);
        assert_eq!(
            store.complete(&lease).await.expect("ends"),
            Completed::Again
        );
        let again = claim(&store, "b", START).await.expect("once more");
        assert_eq!(again.delivery, 1);
        // Whoever completed once has nothing to complete any more.
        assert_eq!(store.complete(&lease).await.expect("ends"), Completed::Lost);
        assert_eq!(store.complete(&again).await.expect("ends"), Completed::Done);
        assert_eq!(claim(&store, "b", START).await, None);
        database.remove().await;
    }
}

#[tokio::test]
async fn a_worker_that_dies_counts_as_a_try_and_a_late_one_changes_nothing() {
    for database in TestDatabase::each().await {
        let store = database.open().await;
        ask(&store, &scan(1), Priority::Now).await;
        let mut now = START;
        let mut late = Vec::new();
        for delivery in 1..=6 {
            let lease = claim(&store, "a", now).await.expect("delivered");
            assert_eq!(lease.delivery, delivery);
            assert!(store.extend(&lease, now, LEASE).await.expect("extends"));
            assert_eq!(claim(&store, "b", now.plus_millis(LEASE)).await, None);
            late.push(lease);
            now = now.plus_millis(LEASE + 1);
            assert_eq!(store.return_expired(now).await.expect("returns"), 1);
            now = now.plus_millis(10_000);
        }
        assert_eq!(claim(&store, "a", now).await, None);
        for lease in &late {
            assert!(!store.extend(lease, now, LEASE).await.expect("asks"));
            assert_eq!(store.complete(lease).await.expect("asks"), Completed::Lost);
            assert_eq!(
                store.fail(lease, "late", now).await.expect("asks"),
                Failed::Lost
            );
            store.give_back(lease).await.expect("asks");
        }
        let dead = store.dead_letters(None, 10).await.expect("lists");
        assert_eq!(dead.len(), 1);
        assert_eq!((&dead[0].job, dead[0].deliveries), (&scan(1), 6));
        assert!(dead[0].error.contains("worker"), "{}", dead[0].error);
        assert!(store.retry(dead[0].id).await.expect("retries"));
        assert!(!store.retry(dead[0].id).await.expect("retries"));
        let lease = claim(&store, "a", now).await.expect("alive again");
        assert_eq!(lease.delivery, 1);
        database.remove().await;
    }
}

#[tokio::test]
async fn failures_wait_longer_each_time_and_end_as_a_dead_letter() {
    for database in TestDatabase::each().await {
        let store = database.open().await;
        ask(&store, &scan(1), Priority::Now).await;
        let mut now = START;
        let mut waits = Vec::new();
        loop {
            let lease = claim(&store, "a", now).await.expect("delivered");
            let failed = store.fail(&lease, "no disk", now).await.expect("fails");
            if failed == Failed::Dead {
                break;
            }
            assert_eq!(claim(&store, "a", now).await, None, "it waits first");
            let since = now;
            while store.queue_depth(now).await.expect("counts").delayed == 1 {
                now = now.plus_millis(1000);
            }
            waits.push(now.millis_since(since));
        }
        assert_eq!(waits.len(), 5);
        assert!(waits.is_sorted(), "{waits:?}");
        let dead = store.dead_letters(None, 10).await.expect("lists");
        assert_eq!(dead[0].error, "no disk");
        // Whoever asks anew brings it back with all tries.
        ask(&store, &scan(1), Priority::Soon).await;
        let lease = claim(&store, "a", now).await.expect("alive again");
        assert_eq!((lease.delivery, lease.priority), (1, Priority::Soon));
        database.remove().await;
    }
}

#[tokio::test]
async fn a_job_that_is_given_back_keeps_its_tries() {
    for database in TestDatabase::each().await {
        let store = database.open().await;
        ask(&store, &scan(1), Priority::Now).await;
        for _ in 0..20 {
            let lease = claim(&store, "a", START).await.expect("work");
            assert_eq!(lease.delivery, 1);
            store.give_back(&lease).await.expect("gives back");
        }
        database.remove().await;
    }
}

#[tokio::test]
async fn a_clock_that_jumps_back_keeps_no_job_waiting() {
    for database in TestDatabase::each().await {
        let store = database.open().await;
        ask(&store, &scan(1), Priority::Now).await;
        ask(&store, &scan(2), Priority::Now).await;
        let failed = claim(&store, "a", START).await.expect("work");
        store.fail(&failed, "no disk", START).await.expect("fails");
        claim(&store, "a", START)
            .await
            .expect("work of a worker that dies");
        let yesterday = START.plus_millis(-Timestamp::DAY);
        let first = claim(&store, "b", yesterday).await.expect("work");
        let second = claim(&store, "b", yesterday.plus_millis(5_000)).await;
        let jobs = [first.job, second.expect("work").job];
        assert!(
            jobs.contains(&scan(1)) && jobs.contains(&scan(2)),
            "{jobs:?}"
        );
        database.remove().await;
    }
}

#[tokio::test]
async fn lower_priorities_get_a_turn() {
    for database in TestDatabase::each().await {
        let store = database.open().await;
        for (function, priority) in (0..).zip(
            [Priority::Now; 64]
                .into_iter()
                .chain([Priority::Soon; 64])
                .chain([Priority::Later; 64]),
        ) {
            ask(&store, &scan(function), priority).await;
        }
        let mut taken: BTreeMap<Priority, u32> = BTreeMap::new();
        for _ in 0..48 {
            let lease = claim(&store, "a", START).await.expect("work");
            *taken.entry(lease.priority).or_default() += 1;
            store.complete(&lease).await.expect("ends");
        }
        assert_eq!(
            taken.into_iter().collect::<Vec<_>>(),
            [
                (Priority::Now, 42),
                (Priority::Soon, 3),
                (Priority::Later, 3)
            ]
        );
        database.remove().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn workers_that_race_never_share_a_job() {
    for database in TestDatabase::each().await {
        let store = database.open().await;
        for function in 0..60 {
            ask(&store, &scan(function), Priority::Now).await;
        }
        let workers = (0..4).map(|worker| {
            // Each worker is a process of its own, as far as the database can tell.
            let url = database.url.clone();
            tokio::spawn(async move {
                let store = Store::open(&url).await.expect("opens");
                let mut done = Vec::new();
                while let Some(lease) = claim(&store, &format!("w{worker}"), START).await {
                    done.push((
                        lease.job.clone(),
                        store.complete(&lease).await.expect("ends"),
                    ));
                }
                done
            })
        });
        let mut seen = BTreeMap::new();
        for worker in workers.collect::<Vec<_>>() {
            for (job, completed) in worker.await.expect("no panic") {
                assert_eq!(completed, Completed::Done);
                *seen.entry(job.key()).or_insert(0) += 1;
            }
        }
        assert_eq!(seen.len(), 60);
        assert!(seen.values().all(|times| *times == 1), "{seen:?}");
        database.remove().await;
    }
}

#[tokio::test]
async fn results_of_a_lost_lease_can_be_undone_with_it() {
    for database in TestDatabase::each().await {
        let store = database.open().await;
        ask(&store, &scan(1), Priority::Now).await;
        let slow = claim(&store, "slow", START).await.expect("work");
        let later = START.plus_millis(LEASE + 1);
        store.return_expired(later).await.expect("returns");
        let later = later.plus_millis(2_000);
        let quick = claim(&store, "quick", later).await.expect("work");
        let mut write = store.write().await.expect("begins");
        assert_eq!(write.complete(&slow).await.expect("asks"), Completed::Lost);
        drop(write);
        let mut write = store.write().await.expect("begins");
        assert_eq!(write.complete(&quick).await.expect("ends"), Completed::Done);
        drop(write);
        // A transaction that was dropped completed nothing.
        assert!(store.extend(&quick, later, LEASE).await.expect("extends"));
        database.remove().await;
    }
}
