//! Work that shares transactions.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use shindan_store::{Store, StoreError, Work, Write};
use tokio::task::JoinSet;

use crate::database::TestDatabase;

#[derive(Clone, Copy, PartialEq)]
enum Ends {
    Well,
    InFailure,
    InPanic,
}

/// Writes down its number, and how often it was done.
struct Numbered {
    number: u32,
    ends: Ends,
    tries: Arc<AtomicU32>,
}

impl Work for Numbered {
    type Output = u32;

    async fn run(&self, write: &mut Write) -> Result<u32, StoreError> {
        self.tries.fetch_add(1, Ordering::Relaxed);
        write
            .put_setting(&format!("work {}", self.number), "done")
            .await?;
        match self.ends {
            Ends::Well => Ok(self.number),
            Ends::InFailure => Err(StoreError::Numbers),
            Ends::InPanic => panic!("as asked"),
        }
    }
}

async fn do_all(store: &Store, ends: impl Fn(u32) -> Ends) -> u32 {
    const WORKS: u32 = 60;
    let tries = Arc::new(AtomicU32::new(0));
    let mut works = JoinSet::new();
    for number in 0..WORKS {
        let work = Numbered {
            number,
            ends: ends(number),
            tries: Arc::clone(&tries),
        };
        let store = store.clone();
        works.spawn(async move { (number, store.write_together(work).await) });
    }
    let mut ended = 0;
    while let Some(end) = works.join_next().await {
        ended += 1;
        let Ok((number, output)) = end else {
            continue;
        };
        match output {
            Ok(output) => assert!(output == number && ends(number) == Ends::Well),
            Err(error) => {
                assert!(ends(number) == Ends::InFailure, "{number}: {error}");
                assert!(matches!(error, StoreError::Numbers), "{number}: {error}");
            }
        }
    }
    assert_eq!(ended, WORKS);
    for number in 0..WORKS {
        let written = store.setting(&format!("work {number}")).await;
        let is_written = written.expect("reads").is_some();
        assert_eq!(is_written, ends(number) == Ends::Well, "{number}");
    }
    tries.load(Ordering::Relaxed)
}

#[tokio::test(flavor = "multi_thread")]
async fn work_is_done_once_when_nothing_fails() {
    for database in TestDatabase::each().await {
        let store = database.open().await;
        assert_eq!(do_all(&store, |_| Ends::Well).await, 60);
        store.close().await;
        database.remove().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn work_that_fails_takes_no_other_with_it() {
    for ends in [Ends::InFailure, Ends::InPanic] {
        for database in TestDatabase::each().await {
            let store = database.open().await;
            let some = |number| if number % 7 == 3 { ends } else { Ends::Well };
            do_all(&store, some).await;
            // And whoever comes later finds everything in order.
            let work = Numbered {
                number: 99,
                ends: Ends::Well,
                tries: Arc::default(),
            };
            assert_eq!(store.write_together(work).await.expect("works"), 99);
            store.close().await;
            database.remove().await;
        }
    }
}
