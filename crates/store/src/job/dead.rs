//! What the queue looks like from outside: how much waits, and what was given up.

use shindan_inspector::Timestamp;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Job, Priority};
use crate::{Store, StoreError};

/// A job that failed too often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// Its number, by which it is retried.
    pub id: i64,
    /// What was to be done.
    pub job: Job,
    /// How often it was tried.
    pub deliveries: i16,
    /// Why the last try failed.
    pub error: String,
    /// When it was asked for.
    pub created_at: Timestamp,
}

/// How many jobs there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueDepth {
    /// Waiting, by priority: now, soon, later.
    pub waiting: [u64; 3],
    /// Of them, those that wait for their next try.
    pub delayed: u64,
    /// Being worked on.
    pub leased: u64,
    /// Given up.
    pub dead: u64,
    /// When the oldest of those that wait or are worked on was asked for.
    pub oldest: Option<Timestamp>,
}

impl Store {
    /// Jobs that were given up, by number, those after `after`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn dead_letters(
        &self,
        after: Option<i64>,
        limit: u32,
    ) -> Result<Vec<DeadLetter>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, kind, key, deliveries, last_error, created_at FROM job WHERE state = 2 AND id > $1 \
             ORDER BY id LIMIT $2",
        )
        .bind(after.unwrap_or(i64::MIN))
        .bind(i64::from(limit))
        .fetch_all(self.readers())
        .await
        .map_err(|e| self.failed(e))?;
        let letter = |row: &AnyRow| -> Result<(DeadLetter, i16, String), sqlx::Error> {
            let letter = DeadLetter {
                id: row.try_get(0)?,
                job: Job::Scan { function: 0 },
                deliveries: row.try_get(3)?,
                error: row.try_get::<Option<String>, _>(4)?.unwrap_or_default(),
                created_at: Timestamp::from_millis(row.try_get(5)?),
            };
            Ok((letter, row.try_get(1)?, row.try_get(2)?))
        };
        rows.iter()
            .map(|row| {
                let (letter, kind, key) = letter(row).map_err(|e| self.failed(e))?;
                let job = Job::of_row(kind, &key)?;
                Ok(DeadLetter { job, ..letter })
            })
            .collect()
    }

    /// Lets a dead job be tried again; whether it was dead.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn retry(&self, dead: i64) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        let retried = sqlx::query(
            "UPDATE job SET state = 0, run_at = 0, deliveries = 0, generation = generation + 1 \
             WHERE id = $1 AND state = 2",
        )
        .bind(dead)
        .execute(&mut *write)
        .await
        .map_err(|e| self.failed(e))?;
        write.commit().await?;
        Ok(retried.rows_affected() == 1)
    }

    /// How many jobs there are, for metrics.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn queue_depth(&self, now: Timestamp) -> Result<QueueDepth, StoreError> {
        let rows = sqlx::query(
            "SELECT state, priority, count(*), count(CASE WHEN run_at > $1 THEN 1 END), min(created_at) \
             FROM job GROUP BY state, priority",
        )
        .bind(now.as_millis())
        .fetch_all(self.readers())
        .await
        .map_err(|e| self.failed(e))?;
        let mut depth = QueueDepth::default();
        for row in &rows {
            let read = |row: &AnyRow| -> Result<(i16, i16, i64, i64, i64), sqlx::Error> {
                Ok((
                    row.try_get(0)?,
                    row.try_get(1)?,
                    row.try_get(2)?,
                    row.try_get(3)?,
                    row.try_get(4)?,
                ))
            };
            let (state, priority, count, delayed, oldest) =
                read(row).map_err(|e| self.failed(e))?;
            let count = count.unsigned_abs();
            let oldest = Timestamp::from_millis(oldest);
            match state {
                0 => {
                    let slot = Priority::ALL.iter().position(|p| *p as i16 == priority);
                    depth.waiting[slot.unwrap_or(Priority::ALL.len() - 1)] += count;
                    depth.delayed += delayed.unsigned_abs();
                }
                1 => depth.leased += count,
                _ => depth.dead += count,
            }
            if state != 2 {
                depth.oldest = Some(depth.oldest.map_or(oldest, |known| known.min(oldest)));
            }
        }
        Ok(depth)
    }
}
