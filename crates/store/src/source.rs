//! Places that are looked at for functions from time to time, so that of several servers one does it.

use shindan_inspector::Timestamp;
use sqlx::Row;

use crate::{Store, StoreError};

/// The right to look at a place, for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceLease {
    name: String,
    owner: String,
    /// When it was last asked how the functions there are used.
    pub invocations_at: Option<Timestamp>,
}

/// How often a place is looked at, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LookIntervals {
    /// After a look that saw everything.
    pub complete: i64,
    /// After one that did not.
    pub incomplete: i64,
}

/// A place that is due and that nobody looks at. A moment in the future was written before the clock jumped back.
const IS_FREE: &str = "(owner = '' OR lease_until < $2 OR lease_until > $3) AND (looked_at IS NULL \
     OR looked_at > $2 OR (is_complete = 1 AND looked_at <= $4) OR (is_complete = 0 AND looked_at <= $5))";

impl Store {
    /// Takes the right to look at a place that is due; `None` when it is not, or when another looks at it.
    ///
    /// `owner` names the process. A lease that ran out is anybody's.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_source(
        &self,
        name: &str,
        owner: &str,
        now: Timestamp,
        lease_millis: i64,
        every: LookIntervals,
    ) -> Result<Option<SourceLease>, StoreError> {
        let moments = [
            now,
            now.plus_millis(lease_millis),
            now.plus_millis(-every.complete),
            now.plus_millis(-every.incomplete),
        ];
        let known = sqlx::query("SELECT 1 FROM source WHERE name = $1")
            .bind(name)
            .fetch_optional(self.readers())
            .await
            .map_err(|e| self.failed(e))?;
        if known.is_some() && !self.is_free(name, moments).await? {
            return Ok(None);
        }
        let mut write = self.write().await?;
        sqlx::query(
            "INSERT INTO source (name, owner, lease_until, is_complete) VALUES ($1, '', 0, 0) \
             ON CONFLICT (name) DO NOTHING",
        )
        .bind(name)
        .execute(&mut *write)
        .await
        .map_err(|e| self.failed(e))?;
        let statement = format!(
            "UPDATE source SET owner = $6, lease_until = $3 WHERE name = $1 AND {IS_FREE} RETURNING invocations_at"
        );
        // Made of the texts above alone.
        let mut query = sqlx::query(sqlx::AssertSqlSafe(statement)).bind(name);
        for moment in moments {
            query = query.bind(moment.as_millis());
        }
        let taken = query
            .bind(owner)
            .fetch_optional(&mut *write)
            .await
            .map_err(|e| self.failed(e))?;
        write.commit().await?;
        taken
            .map(|row| {
                let invocations: Option<i64> = row.try_get(0).map_err(|e| self.failed(e))?;
                Ok(SourceLease {
                    name: name.to_owned(),
                    owner: owner.to_owned(),
                    invocations_at: invocations.map(Timestamp::from_millis),
                })
            })
            .transpose()
    }

    /// Most places are not due most of the time, and asking should not stand in the way of writers.
    async fn is_free(&self, name: &str, moments: [Timestamp; 4]) -> Result<bool, StoreError> {
        let statement = format!("SELECT 1 FROM source WHERE name = $1 AND {IS_FREE}");
        let mut query = sqlx::query(sqlx::AssertSqlSafe(statement)).bind(name);
        for moment in moments {
            query = query.bind(moment.as_millis());
        }
        let found = query.fetch_optional(self.readers()).await;
        Ok(found.map_err(|e| self.failed(e))?.is_some())
    }

    /// Holds a lease longer; `false` when it is another's by now.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn hold_source(
        &self,
        lease: &SourceLease,
        now: Timestamp,
        lease_millis: i64,
    ) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        let held = sqlx::query("UPDATE source SET lease_until = $1 WHERE name = $2 AND owner = $3")
            .bind(now.plus_millis(lease_millis).as_millis())
            .bind(&*lease.name)
            .bind(&*lease.owner)
            .execute(&mut *write)
            .await
            .map_err(|e| self.failed(e))?
            .rows_affected();
        write.commit().await?;
        Ok(held == 1)
    }

    /// Ends a look. `invocations_at` is when it was asked how functions are used, if it was.
    ///
    /// # Errors
    /// When the database fails; the lease runs out then.
    pub async fn end_source(
        &self,
        lease: &SourceLease,
        now: Timestamp,
        is_complete: bool,
        invocations_at: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        sqlx::query(
            "UPDATE source SET owner = '', lease_until = 0, looked_at = $1, is_complete = $2, \
             invocations_at = coalesce($3, invocations_at) WHERE name = $4 AND owner = $5",
        )
        .bind(now.as_millis())
        .bind(i16::from(is_complete))
        .bind(invocations_at.map(Timestamp::as_millis))
        .bind(&*lease.name)
        .bind(&*lease.owner)
        .execute(&mut *write)
        .await
        .map_err(|e| self.failed(e))?;
        write.commit().await
    }
}
