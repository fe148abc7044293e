//! Findings of Inspector shown in Security Hub.
//!
//! Each is stored once more, in ASFF, because it has a second life here: what customers say of it, when it is archived,
//! who administers it. What changes findings (a scan, a function that goes, rules that suppress) writes
//! [`Job::MirrorFunction`] in its own transaction, where the account has a hub at all, and that job shows what then is true.
//! So nothing is lost or shown twice, whoever dies, and a scan does not wait while a million documents are written in
//! another format: it pays one small row for each function whose findings became others, none when it says the same
//! again. A function has one such row however often it changes, and no job of one function waits for another's.
//!
//! `hub_finding.source_version` tells which state is shown: status, moment of the last change, digest of the document. Whatever
//! has another one is read and imported as the service's own ([`Importer::Service`]), so that what customers said stays.
//! Moments alone would not do: a clock that is set back gives two changes the same. That a scan saw a finding once more is
//! shown with its next change only; to say it at once would write all of it anew every day.
//!
//! An account whose hub is enabled gets all it has by [`Job::MirrorAccount`], in batches. A finding that was closed before
//! it could be shown is not shown.

use std::collections::BTreeMap;

use shindan_inspector::{AccountId, FindingArn, FindingId, FindingStatus, Region, Timestamp};
use shindan_security_hub::import::archived;
use shindan_security_hub::{Identifier, Importer, InspectorFinding, ProductArn, finding_of};
use sqlx::Row;

use super::columns::name;
use super::import::{HubImport, Incoming};
use super::rows::{HubRow, Source};
use crate::finding::digest;
use crate::job::JobNumber;
use crate::sql::Sql;
use crate::{Job, Priority, Scope, Store, StoreError, Write};

/// Findings that are shown in one transaction: other writers wait that long.
const BATCH: i64 = 100;

/// Whose findings are shown.
#[derive(Clone, Copy, Debug)]
enum Whose {
    Function(i64),
    Account,
}

/// A finding of Inspector and what of it is shown.
struct Head {
    id: i64,
    name: String,
    version: i64,
    closed: bool,
}

impl Store {
    /// Shows what a function's findings are now; nothing where there is no hub. Returns how many were written.
    ///
    /// # Errors
    /// When the database fails. Batches that are done stay done.
    pub async fn mirror_function(&self, function: i64, now: Timestamp) -> Result<u64, StoreError> {
        let Some(known) = self.function(function).await? else {
            return Ok(0);
        };
        let arn = known.state.arn;
        self.mirror(&arn.region, arn.account, Whose::Function(function), now)
            .await
    }

    /// Shows all findings of an account, and archives those that are shown but not there any more, as after a while in which
    /// the hub was disabled. Returns how many were written.
    ///
    /// # Errors
    /// When the database fails. Batches that are done stay done.
    pub async fn mirror_account(
        &self,
        region: &Region,
        account: AccountId,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let shown = self.mirror(region, account, Whose::Account, now).await?;
        let mut gone = 0;
        let mut from = i64::MIN;
        while let Some((batch, last)) = self.archive_gone(region, account, from, now).await? {
            gone += batch;
            from = last;
        }
        Ok(shown + gone)
    }

    async fn mirror(
        &self,
        region: &Region,
        account: AccountId,
        whose: Whose,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let mut written = 0;
        let mut after = i64::MIN;
        loop {
            let mut sql = Sql::new(self.engine(), "SELECT f.id FROM finding f WHERE ");
            match whose {
                Whose::Function(function) => {
                    sql.push("f.function_id = ").bind(function);
                }
                Whose::Account => {
                    let own = Scope::own(region.clone(), account);
                    let Some(scope) = self.finding_scope(&own).await? else {
                        return Ok(written);
                    };
                    // With the administrator, which the index of accounts begins with.
                    scope.condition(&mut sql, "f.region_id", "f.administrator");
                    sql.push(" AND f.account_id = ").bind(account.number());
                }
            }
            sql.push(" AND f.id > ").bind(after);
            sql.push(" ORDER BY f.id LIMIT ").number(BATCH);
            let rows = sql.query().fetch_all(self.readers()).await;
            let rows = rows.map_err(|e| self.failed(e))?;
            let ids: Result<Vec<i64>, _> = rows.iter().map(|row| row.try_get(0)).collect();
            let ids = ids.map_err(|e| self.failed(e))?;
            let Some(last) = ids.last() else {
                return Ok(written);
            };
            match self.mirror_batch(region, account, &ids, now).await? {
                Some(batch) => written += batch,
                None => return Ok(written),
            }
            after = *last;
        }
    }

    /// Shows some findings of an account; none when its hub is not enabled.
    async fn mirror_batch(
        &self,
        region: &Region,
        account: AccountId,
        ids: &[i64],
        now: Timestamp,
    ) -> Result<Option<u64>, StoreError> {
        let mut next = self.numbers("hub_finding", ids.len()).await?;
        let mut write = self.write_again().await?;
        write.lock_hub(account).await?;
        if !write.has_hub(region, account).await? {
            return Ok(None);
        }
        // Read after the lock was had: whoever shows these findings next reads what is newer.
        let heads = self.finding_heads(region, account, ids).await?;
        let shown = write.shown(region, account, &heads).await?;
        let stale: BTreeMap<i64, Head> = heads
            .into_iter()
            .filter(|head| match shown.get(&head.name) {
                Some((version, _)) => *version != head.version,
                None => !head.closed,
            })
            .map(|head| (head.id, head))
            .collect();
        let stale_ids: Vec<i64> = stale.keys().copied().collect();
        let mut incoming = Vec::with_capacity(stale.len());
        for row in self.finding_rows(region, &stale_ids).await? {
            let Some(head) = stale.get(&row.id) else {
                continue;
            };
            let document = row.document()?;
            let since = shown.get(&head.name);
            let since = since.map(|(_, updated_at)| updated_at.plus_millis(1));
            let finding = finding_of(&InspectorFinding {
                arn: &row.arn,
                document: &document,
                status: row.status,
                first_observed_at: row.first_observed_at,
                last_observed_at: row.last_observed_at,
                updated_at: since.map_or(row.updated_at, |since| since.max(row.updated_at)),
            });
            let source = Source {
                finding: row.id,
                version: head.version,
            };
            incoming.push(Incoming { finding, source });
        }
        let mut outcome = HubImport::default();
        write
            .import_hub_account(
                region,
                account,
                Importer::Service,
                incoming,
                &mut next,
                &mut outcome,
                now,
            )
            .await?;
        write.commit().await?;
        Ok(Some(outcome.new + outcome.updated))
    }

    async fn finding_heads(
        &self,
        region: &Region,
        account: AccountId,
        ids: &[i64],
    ) -> Result<Vec<Head>, StoreError> {
        let mut sql = Sql::new(
            self.engine(),
            "SELECT f.id, f.arn_id, f.status, f.updated_at, f.digest FROM finding f WHERE f.id IN (",
        );
        sql.list(ids.iter().copied()).push(")");
        let rows = sql.query_once().fetch_all(self.readers()).await;
        let product_arn = ProductArn::inspector(region).to_string();
        let mut heads = Vec::with_capacity(ids.len());
        for row in rows.map_err(|e| self.failed(e))? {
            let id: String = row.try_get(1).map_err(|e| self.failed(e))?;
            let id =
                FindingId::parse(&id).ok_or_else(|| crate::row::unknown("id of a finding", &id))?;
            let arn = FindingArn {
                region: region.clone(),
                account,
                id,
            };
            let status: i16 = row.try_get(2).map_err(|e| self.failed(e))?;
            let mut state = [0_i64; 2];
            for (value, column) in state.iter_mut().zip(3..) {
                *value = row.try_get(column).map_err(|e| self.failed(e))?;
            }
            let [updated_at, said] = state;
            let identifier = Identifier {
                id: arn.to_string(),
                product_arn: product_arn.clone(),
            };
            heads.push(Head {
                id: row.try_get(0).map_err(|e| self.failed(e))?,
                name: name(&identifier),
                version: digest(format!("{status} {updated_at} {said}").as_bytes()),
                closed: status == FindingStatus::Closed.code(),
            });
        }
        Ok(heads)
    }

    /// Archives some findings that show what is not there any more. Returns how many, and the last moment that was looked at;
    /// none when there are no more.
    async fn archive_gone(
        &self,
        region: &Region,
        account: AccountId,
        from: i64,
        now: Timestamp,
    ) -> Result<Option<(u64, i64)>, StoreError> {
        let mut write = self.write_again().await?;
        write.lock_hub(account).await?;
        let mut sql = Sql::new(
            self.engine(),
            "SELECT h.id, h.updated_at FROM hub_finding h LEFT JOIN finding f ON f.id = h.source WHERE h.account_id = ",
        );
        sql.bind(account.number()).push(" AND h.region = ");
        sql.bind(region.as_str()).push(" AND h.updated_at >= ");
        sql.bind(from);
        sql.push(" AND h.source > 0 AND h.record_state = 0 AND f.id IS NULL ORDER BY h.updated_at, h.id LIMIT ");
        sql.number(BATCH);
        let rows = sql.query().fetch_all(&mut *write).await;
        let rows = rows.map_err(|e| self.failed(e))?;
        let mut ids: Vec<i64> = Vec::with_capacity(rows.len());
        let mut last = from;
        for row in &rows {
            ids.push(row.try_get(0).map_err(|e| self.failed(e))?);
            last = row.try_get(1).map_err(|e| self.failed(e))?;
        }
        if ids.is_empty() {
            return Ok(None);
        }
        let mut sql = Sql::new(self.engine(), HubRow::SELECT);
        sql.push("h.id IN (").list(ids).push(")");
        let mut gone = 0;
        for mut row in write.read_hub_rows(&sql).await? {
            row.stored = archived(&row.stored, now);
            write.replace_hub_row(&row).await?;
            gone += 1;
        }
        write.commit().await?;
        Ok(Some((gone, last)))
    }
}

impl Write {
    /// Asks for a function's findings to be shown, where its account has a hub.
    pub(crate) async fn mirror_soon(
        &mut self,
        region: &Region,
        account: AccountId,
        function: i64,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if !self.has_hub(region, account).await? {
            return Ok(());
        }
        let job = Job::MirrorFunction { function };
        let number = JobNumber::of_function(function);
        self.enqueue(&job, Priority::Later, now, number).await
    }

    /// What is shown of findings, by name: which version, and since when.
    async fn shown(
        &mut self,
        region: &Region,
        account: AccountId,
        heads: &[Head],
    ) -> Result<BTreeMap<String, (i64, Timestamp)>, StoreError> {
        let mut sql = Sql::new(
            self.engine(),
            "SELECT h.name, h.source_version, h.updated_at FROM hub_finding h WHERE h.account_id = ",
        );
        sql.bind(account.number()).push(" AND h.region = ");
        sql.bind(region.as_str()).push(" AND h.name IN (");
        sql.list(heads.iter().map(|head| head.name.as_str()));
        sql.push(")");
        let rows = sql.query_once().fetch_all(&mut **self).await;
        let rows = rows.map_err(|e| self.failed(e))?;
        let read = rows.iter().map(|row| {
            let updated_at = Timestamp::from_millis(row.try_get(2)?);
            Ok((row.try_get(0)?, (row.try_get(1)?, updated_at)))
        });
        read.collect::<Result<_, sqlx::Error>>()
            .map_err(|e| self.failed(e))
    }
}
