//! Numbers for new rows. The two databases disagree about columns that count by themselves, so blocks of numbers are taken
//! from a row and handed out in memory; a crash loses the rest of a block, which nobody misses.

use std::collections::HashMap;
use std::ops::Range;

use sqlx::AnyConnection;
use tokio::sync::Mutex;

const BLOCK: i64 = 1000;

/// Hands out numbers of named sequences, each once.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    free: Mutex<HashMap<&'static str, Range<i64>>>,
}

impl Counters {
    /// The first of `count` consecutive new numbers.
    ///
    /// `connection` must not be one whose transaction may still be rolled back with the numbers in use elsewhere: rolled-back
    /// blocks would be handed out twice. Callers pass a connection outside their transaction.
    pub(crate) async fn take(
        &self,
        connection: &mut AnyConnection,
        name: &'static str,
        count: i64,
    ) -> Result<i64, sqlx::Error> {
        let mut free = self.free.lock().await;
        let range = free.entry(name).or_insert(0..0);
        if let Some(first) = first_of(range, count) {
            return Ok(first);
        }
        let block = BLOCK.max(count);
        let next: i64 = sqlx::query_scalar(
            "INSERT INTO counter (name, next) VALUES ($1, $2 + 1) \
                 ON CONFLICT (name) DO UPDATE SET next = counter.next + $2 RETURNING next",
        )
        .bind(name)
        .bind(block)
        .fetch_one(connection)
        .await?;
        *range = next - block + count..next;
        Ok(next - block)
    }

    /// The same, if the numbers at hand are enough.
    pub(crate) async fn take_known(&self, name: &str, count: i64) -> Option<i64> {
        first_of(self.free.lock().await.get_mut(name)?, count)
    }
}

fn first_of(free: &mut Range<i64>, count: i64) -> Option<i64> {
    let first = free.start;
    (free.end - first >= count).then(|| {
        free.start += count;
        first
    })
}
