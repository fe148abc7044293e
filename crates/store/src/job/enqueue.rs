//! Asking for work.

use std::ops::Range;

use shindan_inspector::Timestamp;

use super::{Job, MAX_DELIVERIES, Priority};
use crate::{Store, StoreError, Write};

/// The number of a new row of the queue. Unused ones are lost, which nobody misses.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Clone)]
pub struct JobNumber(i64);

impl JobNumber {
    /// The number of the one job that a function has of a kind whose jobs have no others: nobody needs to take one
    /// beforehand. Those that are taken are never negative.
    pub(crate) const fn of_function(function: i64) -> Self {
        Self(-function)
    }
}

/// Numbers for the jobs of one transaction, taken before it begins.
#[derive(Debug)]
pub struct JobNumbers(Range<i64>);

impl Iterator for JobNumbers {
    type Item = JobNumber;

    fn next(&mut self) -> Option<JobNumber> {
        self.0.next().map(JobNumber)
    }
}

impl Store {
    /// Numbers for up to `count` jobs. Must be called before [`Self::write`].
    ///
    /// # Errors
    /// When the database fails.
    pub async fn job_numbers(&self, count: usize) -> Result<JobNumbers, StoreError> {
        let first = self.numbers("job", count).await?;
        let end = first.saturating_add(i64::try_from(count).unwrap_or(i64::MAX));
        Ok(JobNumbers(first..end))
    }
}

impl Write {
    /// Asks for work.
    ///
    /// A job of the kind and key that waits already is kept, with the more urgent of the two priorities and all its tries
    /// ahead of it; a leased one will run once more; a dead one comes back to life.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn enqueue(
        &mut self,
        job: &Job,
        priority: Priority,
        now: Timestamp,
        JobNumber(number): JobNumber,
    ) -> Result<(), StoreError> {
        // States: 0 waiting, 1 leased, 2 dead.
        sqlx::query(
            "INSERT INTO job (id, kind, key, priority, run_at, state, deliveries, max_deliveries, generation, created_at) \
             VALUES ($1, $2, $3, $4, 0, 0, 0, $5, 0, $6) \
             ON CONFLICT (kind, key) DO UPDATE SET \
             priority = CASE WHEN job.state <> 2 AND job.priority < excluded.priority THEN job.priority ELSE excluded.priority END, \
             run_at = CASE WHEN job.state = 1 THEN job.run_at ELSE 0 END, \
             deliveries = CASE WHEN job.state = 1 THEN job.deliveries ELSE 0 END, \
             last_error = CASE WHEN job.state = 1 THEN job.last_error ELSE NULL END, \
             created_at = CASE WHEN job.state = 2 THEN excluded.created_at ELSE job.created_at END, \
             state = CASE WHEN job.state = 1 THEN job.state ELSE 0 END, \
             generation = job.generation + 1",
        )
        .bind(number)
        .bind(job.kind())
        .bind(job.key())
        .bind(priority as i16)
        .bind(MAX_DELIVERIES)
        .bind(now.as_millis())
        .execute(&mut **self)
        .await
        .map(drop)
        .map_err(|e| self.failed(e))
    }
}
