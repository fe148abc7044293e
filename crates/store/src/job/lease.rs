//! Taking work, and what becomes of it.

use shindan_inspector::Timestamp;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::{DEAD, HORIZON_MILLIS, Job, Priority, back_off_millis};
use crate::{Engine, Store, StoreError, Write};

/// The right to do a job, for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    id: i64,
    owner: String,
    generation: i64,
    /// What is to be done.
    pub job: Job,
    /// How urgent it was.
    pub priority: Priority,
    /// Which try this is, from 1.
    pub delivery: i16,
}

/// What became of a job that was completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completed {
    /// It is gone.
    Done,
    /// It was asked for again meanwhile, and waits.
    Again,
    /// The lease was not the current one any more. Whatever the transaction did must not be kept.
    Lost,
}

/// What became of a job that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failed {
    /// It waits for its next try.
    Again,
    /// It had its last try, and is a dead letter now.
    Dead,
    /// The lease was not the current one any more. Whatever the transaction did must not be kept.
    Lost,
}

/// One claim in so many begins with lower priorities.
const FAIR_TURN: u32 = 8;

/// The longest error that is kept, in characters.
const MAX_ERROR: usize = 2000;

/// The priorities in the order in which a claim looks for work.
fn order(turn: u32) -> [Priority; 3] {
    use Priority::{Later, Now, Soon};
    if turn % FAIR_TURN != FAIR_TURN - 1 {
        [Now, Soon, Later]
    } else if (turn / FAIR_TURN).is_multiple_of(2) {
        [Later, Soon, Now]
    } else {
        [Soon, Later, Now]
    }
}

impl Store {
    /// Takes the most urgent job that can run now, for a while; `None` when there is none.
    ///
    /// `owner` names the worker: a process and a task in it. Leases that ran out are returned first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim(
        &self,
        owner: &str,
        now: Timestamp,
        lease_millis: i64,
    ) -> Result<Option<Lease>, StoreError> {
        // Idle workers look often; they should not stand in the way of writers.
        if !self.has_work(now).await? {
            return Ok(None);
        }
        let turn = self.next_turn();
        let mut write = self.write_again().await?;
        write.return_expired(now).await?;
        let mut lease = None;
        for priority in order(turn) {
            lease = write
                .claim_one(owner, priority, now, lease_millis.min(HORIZON_MILLIS))
                .await?;
            if lease.is_some() {
                break;
            }
        }
        write.commit().await?;
        Ok(lease)
    }

    async fn has_work(&self, now: Timestamp) -> Result<bool, StoreError> {
        let (now, horizon) = (now.as_millis(), now.plus_millis(HORIZON_MILLIS).as_millis());
        let waiting = sqlx::query(
            "SELECT 1 FROM job WHERE state = 0 AND (run_at <= $1 OR run_at > $2) LIMIT 1",
        );
        let expired = sqlx::query(
            "SELECT 1 FROM job WHERE state = 1 AND (lease_until < $1 OR lease_until > $2) LIMIT 1",
        );
        for query in [waiting, expired] {
            let found = query
                .bind(now)
                .bind(horizon)
                .fetch_optional(self.readers())
                .await
                .map_err(|e| self.failed(e))?;
            if found.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Holds a lease longer. `false` when it is not the current one any more: stop, the work is another's.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn extend(
        &self,
        lease: &Lease,
        now: Timestamp,
        lease_millis: i64,
    ) -> Result<bool, StoreError> {
        let until = now.plus_millis(lease_millis.min(HORIZON_MILLIS));
        let mut write = self.write().await?;
        let extended = sqlx::query(
            "UPDATE job SET lease_until = $1 WHERE id = $2 AND state = 1 AND lease_owner = $3 AND deliveries = $4 \
             AND leased_generation = $5",
        )
        .bind(until.as_millis())
        .bind(lease.id)
        .bind(&*lease.owner)
        .bind(lease.delivery)
        .bind(lease.generation)
        .execute(&mut *write)
        .await
        .map_err(|e| self.failed(e))?
        .rows_affected();
        write.commit().await?;
        Ok(extended == 1)
    }

    /// Completes a job that wrote nothing; see [`Write::complete`].
    ///
    /// # Errors
    /// When the database fails.
    pub async fn complete(&self, lease: &Lease) -> Result<Completed, StoreError> {
        let mut write = self.write().await?;
        let completed = write.complete(lease).await?;
        write.commit().await?;
        Ok(completed)
    }

    /// Fails a job that wrote nothing; see [`Write::fail`].
    ///
    /// # Errors
    /// When the database fails.
    pub async fn fail(
        &self,
        lease: &Lease,
        error: &str,
        now: Timestamp,
    ) -> Result<Failed, StoreError> {
        let mut write = self.write().await?;
        let failed = write.fail(lease, error, now).await?;
        write.commit().await?;
        Ok(failed)
    }

    /// Gives a job back that was not begun or not finished because the worker stops. The try does not count.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn give_back(&self, lease: &Lease) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        sqlx::query(
            "UPDATE job SET state = 0, run_at = 0, lease_until = NULL, lease_owner = NULL, leased_generation = NULL, \
             deliveries = deliveries - 1 \
             WHERE id = $1 AND state = 1 AND lease_owner = $2 AND deliveries = $3 AND leased_generation = $4",
        )
        .bind(lease.id)
        .bind(&*lease.owner)
        .bind(lease.delivery)
        .bind(lease.generation)
        .execute(&mut *write)
        .await
        .map_err(|e| self.failed(e))?;
        write.commit().await
    }

    /// Lets the jobs whose leases ran out wait again, or die when that was their last try.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn return_expired(&self, now: Timestamp) -> Result<u64, StoreError> {
        let mut write = self.write().await?;
        let returned = write.return_expired(now).await?;
        write.commit().await?;
        Ok(returned)
    }
}

impl Write {
    async fn return_expired(&mut self, now: Timestamp) -> Result<u64, StoreError> {
        // A lease further ahead than any lease lasts was given before the clock jumped back.
        let returned = sqlx::query(
            "UPDATE job SET \
             state = CASE WHEN generation = leased_generation AND deliveries >= max_deliveries THEN 2 ELSE 0 END, \
             deliveries = CASE WHEN generation = leased_generation THEN deliveries ELSE 0 END, \
             run_at = CASE WHEN generation = leased_generation THEN $3 ELSE 0 END, \
             last_error = 'the worker ended, or lost its connection, before the work was done', \
             lease_until = NULL, lease_owner = NULL, leased_generation = NULL \
             WHERE state = 1 AND (lease_until < $1 OR lease_until > $2)",
        )
        .bind(now.as_millis())
        .bind(now.plus_millis(HORIZON_MILLIS).as_millis())
        .bind(now.plus_millis(back_off_millis(1)).as_millis())
        .execute(&mut **self)
        .await
        .map_err(|e| self.failed(e))?;
        Ok(returned.rows_affected())
    }

    async fn claim_one(
        &mut self,
        owner: &str,
        priority: Priority,
        now: Timestamp,
        lease_millis: i64,
    ) -> Result<Option<Lease>, StoreError> {
        let statement = match self.engine() {
            Engine::Sqlite => {
                "UPDATE job SET state = 1, deliveries = deliveries + 1, lease_owner = $1, lease_until = $2, \
                 leased_generation = generation WHERE id = (SELECT id FROM job WHERE state = 0 AND priority = $3 \
                 AND (run_at <= $4 OR run_at > $5) ORDER BY run_at, id LIMIT 1) \
                 RETURNING id, kind, key, deliveries, generation"
            }
            // Rows that another worker is about to take are passed over instead of waited for.
            Engine::Postgres => {
                "UPDATE job SET state = 1, deliveries = deliveries + 1, lease_owner = $1, lease_until = $2, \
                 leased_generation = generation WHERE id = (SELECT id FROM job WHERE state = 0 AND priority = $3 \
                 AND (run_at <= $4 OR run_at > $5) ORDER BY run_at, id LIMIT 1 FOR UPDATE SKIP LOCKED) \
                 RETURNING id, kind, key, deliveries, generation"
            }
        };
        let row = sqlx::query(statement)
            .bind(owner)
            .bind(now.plus_millis(lease_millis).as_millis())
            .bind(priority as i16)
            .bind(now.as_millis())
            .bind(now.plus_millis(HORIZON_MILLIS).as_millis())
            .fetch_optional(&mut **self)
            .await
            .map_err(|e| self.failed(e))?;
        let lease = |row: &AnyRow| -> Result<(Lease, i16, String), sqlx::Error> {
            let lease = Lease {
                id: row.try_get(0)?,
                owner: owner.to_owned(),
                generation: row.try_get(4)?,
                job: Job::Scan { function: 0 },
                priority,
                delivery: row.try_get(3)?,
            };
            Ok((lease, row.try_get(1)?, row.try_get(2)?))
        };
        let Some(row) = row else { return Ok(None) };
        let (lease, kind, key) = lease(&row).map_err(|e| self.failed(e))?;
        let job = Job::of_row(kind, &key)?;
        Ok(Some(Lease { job, ..lease }))
    }

    /// Ends a job in the transaction that holds what it did. Call it first: it also keeps others from ending it meanwhile.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn complete(&mut self, lease: &Lease) -> Result<Completed, StoreError> {
        let gone = sqlx::query(
            "DELETE FROM job WHERE id = $1 AND state = 1 AND lease_owner = $2 AND deliveries = $3 \
             AND leased_generation = $4 AND generation = $4",
        )
        .bind(lease.id)
        .bind(&*lease.owner)
        .bind(lease.delivery)
        .bind(lease.generation)
        .execute(&mut **self)
        .await
        .map_err(|e| self.failed(e))?
        .rows_affected();
        if gone == 1 {
            return Ok(Completed::Done);
        }
        let again = sqlx::query(
            "UPDATE job SET state = 0, run_at = 0, deliveries = 0, last_error = NULL, lease_until = NULL, \
             lease_owner = NULL, leased_generation = NULL \
             WHERE id = $1 AND state = 1 AND lease_owner = $2 AND deliveries = $3 AND leased_generation = $4",
        )
        .bind(lease.id)
        .bind(&*lease.owner)
        .bind(lease.delivery)
        .bind(lease.generation)
        .execute(&mut **self)
        .await
        .map_err(|e| self.failed(e))?
        .rows_affected();
        Ok(if again == 1 {
            Completed::Again
        } else {
            Completed::Lost
        })
    }

    /// Ends a try that failed. The job waits longer after each, and dies after the last; one that was asked for again
    /// meanwhile begins anew.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn fail(
        &mut self,
        lease: &Lease,
        error: &str,
        now: Timestamp,
    ) -> Result<Failed, StoreError> {
        let error: String = error.chars().take(MAX_ERROR).collect();
        let retry_at = now.plus_millis(back_off_millis(lease.delivery));
        let state: Option<i16> = sqlx::query_scalar(
            "UPDATE job SET \
             state = CASE WHEN generation = leased_generation AND deliveries >= max_deliveries THEN 2 ELSE 0 END, \
             run_at = CASE WHEN generation = leased_generation AND deliveries < max_deliveries THEN $1 ELSE 0 END, \
             deliveries = CASE WHEN generation = leased_generation THEN deliveries ELSE 0 END, \
             last_error = $2, lease_until = NULL, lease_owner = NULL, leased_generation = NULL \
             WHERE id = $3 AND state = 1 AND lease_owner = $4 AND deliveries = $5 AND leased_generation = $6 \
             RETURNING state",
        )
        .bind(retry_at.as_millis())
        .bind(error)
        .bind(lease.id)
        .bind(&*lease.owner)
        .bind(lease.delivery)
        .bind(lease.generation)
        .fetch_optional(&mut **self)
        .await
        .map_err(|e| self.failed(e))?;
        Ok(match state {
            None => Failed::Lost,
            Some(DEAD) => Failed::Dead,
            Some(_) => Failed::Again,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_priority_is_first_now_and_then() {
        let mut first = [0; 3];
        for turn in 0..160 {
            first[order(turn)[0] as usize] += 1;
        }
        assert_eq!(first, [140, 10, 10]);
    }
}
