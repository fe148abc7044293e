use shindan_inspector::{ClosedBecause, Retention, Timestamp};
use sqlx::Row;

use crate::sql::Sql;
use crate::{Store, StoreError};

/// Findings that are removed in one transaction: other writers wait that long.
const BATCH: i64 = 500;

/// Rows that belong to findings.
pub(super) const TABLES: [&str; 6] = [
    "DELETE FROM finding_document WHERE finding_id IN (",
    "DELETE FROM finding_package WHERE finding_id IN (",
    "DELETE FROM finding_layer WHERE finding_id IN (",
    "DELETE FROM finding_related WHERE finding_id IN (",
    "DELETE FROM finding_detector_tag WHERE finding_id IN (",
    "DELETE FROM snippet WHERE finding_id IN (",
];

impl Store {
    /// Removes findings that were closed long enough ago, in batches; what a stop in between leaves is removed next time.
    /// Returns how many.
    ///
    /// # Errors
    /// When the database fails; batches that are done stay done.
    pub async fn remove_expired(
        &self,
        retention: &Retention,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let mut removed = 0;
        for because in ClosedBecause::ALL {
            let before = now.plus_millis(-retention.of(*because));
            loop {
                let batch = self.remove_batch(*because, before).await?;
                removed += batch;
                if batch == 0 {
                    break;
                }
            }
        }
        Ok(removed)
    }

    async fn remove_batch(
        &self,
        because: ClosedBecause,
        before: Timestamp,
    ) -> Result<u64, StoreError> {
        let mut write = self.write().await?;
        let rows = sqlx::query(
            // The status again: one that reopens at this very moment stays.
            "DELETE FROM finding WHERE status = 2 AND id IN (SELECT id FROM finding \
             WHERE status = 2 AND closed_because = $1 AND closed_at <= $2 LIMIT $3) RETURNING id",
        )
        .bind(because.code())
        .bind(before.as_millis())
        .bind(BATCH)
        .fetch_all(&mut *write)
        .await
        .map_err(|e| self.failed(e))?;
        let ids: Result<Vec<i64>, _> = rows.iter().map(|row| row.try_get(0)).collect();
        let ids = ids.map_err(|e| self.failed(e))?;
        if ids.is_empty() {
            return Ok(0);
        }
        for table in TABLES {
            let mut sql = Sql::new(self.engine(), table);
            sql.list(ids.iter().copied()).push(")");
            let done = sql.query_once().execute(&mut *write).await;
            done.map_err(|e| self.failed(e))?;
        }
        write.commit().await?;
        Ok(u64::try_from(ids.len()).unwrap_or(u64::MAX))
    }
}
