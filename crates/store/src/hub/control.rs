//! Checks of the controls, and what they lead to; decided by [`shindan_security_hub::evaluation`].

use std::collections::BTreeMap;

use shindan_control::definition::ControlId;
use shindan_control::facts::RegionFacts;
use shindan_control::score::FindingStatus;
use shindan_inspector::{AccountId, Region, Timestamp};
use shindan_security_hub::aggregator::Linking;
use shindan_security_hub::evaluation::{Change, ChangeKind, StoredControl, evaluate};
use sqlx::Row;
use sqlx::any::AnyRow;

use super::columns::{self, Place};
use super::page::reach;
use super::rows::HubRow;
use crate::row::unknown;
use crate::sql::Sql;
use crate::{Job, JobNumbers, Priority, Scope, Store, StoreError, Write};

impl Store {
    /// Checks the controls of an account and writes what comes of it, in one transaction, so that what somebody says of a
    /// finding meanwhile is not lost. An account whose hub is not enabled has no checks.
    ///
    /// # Errors
    /// When the database fails; then nothing was written.
    pub async fn check_hub_controls(
        &self,
        region: &Region,
        account: AccountId,
        facts: &RegionFacts,
        now: Timestamp,
    ) -> Result<Vec<Change>, StoreError> {
        let first = self.numbers("hub_finding", ControlId::ALL.len()).await?;
        let mut write = self.write().await?;
        write.lock_hub(account).await?;
        if !write.has_hub(region, account).await? {
            return Ok(Vec::new());
        }
        let settings = write.hub_settings(region, account).await?;
        let (ids, stored): (Vec<_>, Vec<_>) = write
            .control_rows(region, account)
            .await?
            .into_iter()
            .unzip();
        let changes = evaluate(facts, &settings, &stored, now);
        let place = Place {
            region: region.clone(),
            account,
            administrator: write.hub_view(region, account).await?,
        };
        let mut numbers = first..;
        for change in &changes {
            let known = stored
                .iter()
                .position(|known| known.control.id() == change.finding.control.id())
                .and_then(|at| ids.get(at).copied());
            let Some(id) = known.or_else(|| numbers.next()) else {
                return Err(StoreError::Numbers);
            };
            let row = HubRow::of_control(id, &change.finding);
            if change.kind == ChangeKind::New {
                write.insert_hub_rows(&place, &[row]).await?;
            } else {
                write.replace_hub_row(&row).await?;
            }
        }
        sqlx::query("UPDATE hub SET checked_at = $1 WHERE region = $2 AND account_id = $3")
            .bind(now.as_millis())
            .bind(region.as_str())
            .bind(account.number())
            .execute(&mut *write)
            .await
            .map_err(|e| self.failed(e))?;
        write.commit().await?;
        Ok(changes)
    }

    /// Hubs whose controls were last checked so long ago, or, as a clock that was set back has it, later than now; at most
    /// `limit`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn hubs_to_check(
        &self,
        before: Timestamp,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<(Region, AccountId)>, StoreError> {
        let rows = sqlx::query(
            "SELECT region, account_id FROM hub WHERE disabled_at IS NULL AND (checked_at <= $1 OR checked_at > $2) \
             ORDER BY checked_at, region, account_id LIMIT $3",
        )
        .bind(before.as_millis())
        .bind(now.as_millis())
        .bind(i64::from(limit))
        .fetch_all(self.readers())
        .await
        .map_err(|e| self.failed(e))?;
        rows.iter().map(|row| self.hub_place(row)).collect()
    }

    /// Hubs that are disabled and still hold something.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn disabled_hubs(&self) -> Result<Vec<(Region, AccountId)>, StoreError> {
        let rows =
            sqlx::query("SELECT region, account_id FROM hub WHERE disabled_at IS NOT NULL ORDER BY region, account_id")
                .fetch_all(self.readers())
                .await
                .map_err(|e| self.failed(e))?;
        rows.iter().map(|row| self.hub_place(row)).collect()
    }

    fn hub_place(&self, row: &AnyRow) -> Result<(Region, AccountId), StoreError> {
        let region: String = row.try_get(0).map_err(|e| self.failed(e))?;
        let account: i64 = row.try_get(1).map_err(|e| self.failed(e))?;
        Ok((
            Region::parse(&region).map_err(|_| unknown("Region", &region))?,
            crate::row::account(account)?,
        ))
    }

    /// What counts of the control findings of a scope, for the status of controls and the score. A control without findings
    /// is not among them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn hub_control_findings(
        &self,
        scope: &Scope,
        linking: &Linking,
    ) -> Result<BTreeMap<ControlId, Vec<FindingStatus>>, StoreError> {
        let mut sql = Sql::new(
            self.engine(),
            "SELECT h.control_id, h.compliance, h.workflow, h.record_state FROM hub_finding h \
             JOIN hub_finding_document d ON d.finding_id = h.id WHERE ",
        );
        reach(&mut sql, scope, linking);
        sql.push(" AND h.control_id IN (");
        sql.list(ControlId::ALL.map(ControlId::as_str));
        sql.push(") AND d.control IS NOT NULL");
        let rows = sql.query().fetch_all(self.readers()).await;
        let mut controls: BTreeMap<ControlId, Vec<FindingStatus>> = BTreeMap::new();
        for row in rows.map_err(|e| self.failed(e))? {
            let control: String = row.try_get(0).map_err(|e| self.failed(e))?;
            let mut codes = [0_i16; 3];
            for (code, column) in codes.iter_mut().zip(1..) {
                *code = row.try_get(column).map_err(|e| self.failed(e))?;
            }
            let status = columns::compliance(codes[0])
                .zip(columns::workflow(codes[1]))
                .zip(columns::record(codes[2]))
                .map(|((compliance, workflow), record)| FindingStatus {
                    compliance,
                    workflow,
                    record,
                })
                .ok_or_else(|| {
                    unknown("state of the control finding", format_args!("{codes:?}"))
                })?;
            let control = control.parse().map_err(|_| unknown("control", &control))?;
            controls.entry(control).or_default().push(status);
        }
        Ok(controls)
    }
}

impl Write {
    /// Asks for a check of the controls of an account whose hub is enabled. Others need none.
    ///
    /// # Errors
    /// When the database fails, or there is no number left.
    pub async fn check_controls_soon(
        &mut self,
        region: &Region,
        account: AccountId,
        now: Timestamp,
        jobs: &mut JobNumbers,
    ) -> Result<(), StoreError> {
        if !self.has_hub(region, account).await? {
            return Ok(());
        }
        let job = Job::CheckControls {
            region: region.clone(),
            account,
        };
        let number = jobs.next().ok_or(StoreError::Numbers)?;
        self.enqueue(&job, Priority::Now, now, number).await
    }

    /// The same for all whose controls depend on what an account does in Inspector: itself and its delegated
    /// administrator. Takes two numbers at most.
    ///
    /// # Errors
    /// When the database fails, or there is no number left.
    pub async fn check_controls_around(
        &mut self,
        region: &Region,
        account: AccountId,
        now: Timestamp,
        jobs: &mut JobNumbers,
    ) -> Result<(), StoreError> {
        let member = self.member(region, account).await?;
        let administrator = member.and_then(|member| member.administrator);
        for account in std::iter::once(account).chain(administrator) {
            self.check_controls_soon(region, account, now, jobs).await?;
        }
        Ok(())
    }

    /// The control findings of an account, with the numbers of their rows. The account must be locked.
    pub(super) async fn control_rows(
        &mut self,
        region: &Region,
        account: AccountId,
    ) -> Result<Vec<(i64, StoredControl)>, StoreError> {
        let mut sql = Sql::new(self.engine(), HubRow::SELECT);
        sql.push("h.account_id = ").bind(account.number());
        sql.push(" AND h.region = ").bind(region.as_str());
        sql.push(" AND h.control_id IN (");
        sql.list(ControlId::ALL.map(ControlId::as_str));
        sql.push(") AND d.control IS NOT NULL");
        let rows = self.read_hub_rows(&sql).await?;
        rows.into_iter()
            .map(|row| {
                let control = row.control.as_deref().unwrap_or_default();
                let control =
                    serde_json::from_str(control).map_err(|e| unknown("control finding", e))?;
                Ok((
                    row.id,
                    StoredControl {
                        control,
                        shown: row.stored,
                    },
                ))
            })
            .collect()
    }
}
