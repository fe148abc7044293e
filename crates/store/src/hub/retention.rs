//! Forgetting: archived findings 30 days after their last update, and what a disabled hub held after 90 days. Control
//! findings that nobody has checked for days are archived first.

use jiff::SignedDuration;
use shindan_control::finding::ARCHIVED_FINDINGS_KEPT;
use shindan_inspector::{AccountId, Region, Timestamp};
use shindan_security_hub::evaluation::archive_stale;
use sqlx::Row;

use super::rows::HubRow;
use crate::sql::Sql;
use crate::{Store, StoreError};

/// Findings that are removed in one transaction: other writers wait that long.
const BATCH: i64 = 500;

/// How long what a hub held is kept after it was disabled.
const DISABLED_HUBS_KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);

impl Store {
    /// Removes findings whose time is over, in batches; what a stop in between leaves is removed next time. Returns how many.
    ///
    /// # Errors
    /// When the database fails; batches that are done stay done.
    pub async fn remove_expired_hub_findings(&self, now: Timestamp) -> Result<u64, StoreError> {
        let archived = before(now, ARCHIVED_FINDINGS_KEPT);
        let disabled = before(now, DISABLED_HUBS_KEPT);
        let mut removed = 0;
        loop {
            let mut sql = Sql::new(
                self.engine(),
                "SELECT id FROM hub_finding WHERE record_state = 1 AND updated_at <= ",
            );
            sql.bind(archived).push(" LIMIT ").bind(BATCH);
            let batch = self.remove_hub_batch(&sql, true).await?;
            removed += batch;
            if batch == 0 {
                break;
            }
        }
        loop {
            let mut sql = Sql::new(
                self.engine(),
                "SELECT f.id FROM hub h JOIN hub_finding f ON f.account_id = h.account_id AND f.region = h.region \
                 WHERE h.disabled_at <= ",
            );
            sql.bind(disabled).push(" LIMIT ").bind(BATCH);
            let batch = self.remove_hub_batch(&sql, false).await?;
            removed += batch;
            if batch == 0 {
                break;
            }
        }
        let mut write = self.write().await?;
        sqlx::query("DELETE FROM hub WHERE disabled_at <= $1")
            .bind(disabled)
            .execute(&mut *write)
            .await
            .map_err(|e| self.failed(e))?;
        write.commit().await?;
        Ok(removed)
    }

    /// Archives an account's control findings that were not checked for days. Returns how many.
    ///
    /// # Errors
    /// When the database fails; then nothing was done.
    pub async fn archive_stale_hub_controls(
        &self,
        region: &Region,
        account: AccountId,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        let mut write = self.write().await?;
        write.lock_hub(account).await?;
        let (ids, stored): (Vec<_>, Vec<_>) = write
            .control_rows(region, account)
            .await?
            .into_iter()
            .unzip();
        let changes = archive_stale(&stored, now);
        for change in &changes {
            let at = stored
                .iter()
                .position(|known| known.control.id() == change.finding.control.id());
            if let Some(id) = at.and_then(|at| ids.get(at).copied()) {
                write
                    .replace_hub_row(&HubRow::of_control(id, &change.finding))
                    .await?;
            }
        }
        write.commit().await?;
        Ok(changes.len())
    }

    async fn remove_hub_batch(&self, select: &Sql, archived: bool) -> Result<u64, StoreError> {
        let mut write = self.write().await?;
        let rows = select.query().fetch_all(&mut *write).await;
        let rows = rows.map_err(|e| self.failed(e))?;
        let ids: Result<Vec<i64>, _> = rows.iter().map(|row| row.try_get(0)).collect();
        let ids = ids.map_err(|e| self.failed(e))?;
        if ids.is_empty() {
            return Ok(0);
        }
        // The state again: one that comes back at this very moment stays.
        let mut sql = Sql::new(self.engine(), "DELETE FROM hub_finding WHERE id IN (");
        sql.list(ids.iter().copied()).push(")");
        if archived {
            sql.push(" AND record_state = 1");
        }
        sql.push(" RETURNING id");
        let rows = sql.query_once().fetch_all(&mut *write).await;
        let rows = rows.map_err(|e| self.failed(e))?;
        let gone: Result<Vec<i64>, _> = rows.iter().map(|row| row.try_get(0)).collect();
        let gone = gone.map_err(|e| self.failed(e))?;
        if gone.is_empty() {
            return Ok(0);
        }
        let mut sql = Sql::new(
            self.engine(),
            "DELETE FROM hub_finding_document WHERE finding_id IN (",
        );
        sql.list(gone.iter().copied()).push(")");
        let done = sql.query_once().execute(&mut *write).await;
        done.map_err(|e| self.failed(e))?;
        write.commit().await?;
        Ok(u64::try_from(gone.len()).unwrap_or(u64::MAX))
    }
}

fn before(now: Timestamp, kept: SignedDuration) -> i64 {
    let kept = i64::try_from(kept.as_millis()).unwrap_or(i64::MAX);
    now.plus_millis(-kept).as_millis()
}
