use std::collections::BTreeMap;

use shindan_control::definition::{ControlId, Standard};
use shindan_inspector::{AccountId, Region, Timestamp};
use shindan_security_hub::standards::{ControlSetting, Settings};
use shindan_security_hub::{Hub, HubArn};
use sqlx::{AnyConnection, Row};

use crate::row::unknown;
use crate::{Engine, Job, JobNumbers, Priority, Store, StoreError, Write};

/// Jobs that follow from a hub that is enabled.
pub const HUB_JOBS: usize = 2;

/// The account's hub; `tags` is the last column.
const HUB: &str = "SELECT subscribed_at, auto_enable_controls, tags FROM hub \
     WHERE region = $1 AND account_id = $2 AND disabled_at IS NULL";

impl Store {
    /// The hub of an account, when it is enabled.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn hub(
        &self,
        region: &Region,
        account: AccountId,
    ) -> Result<Option<Hub>, StoreError> {
        let row = sqlx::query(HUB)
            .bind(region.as_str())
            .bind(account.number())
            .fetch_optional(self.readers())
            .await
            .map_err(|e| self.failed(e))?;
        let Some(row) = row else { return Ok(None) };
        let subscribed_at: i64 = row.try_get(0).map_err(|e| self.failed(e))?;
        let auto_enable_controls: i16 = row.try_get(1).map_err(|e| self.failed(e))?;
        let tags: String = row.try_get(2).map_err(|e| self.failed(e))?;
        Ok(Some(Hub {
            arn: HubArn {
                region: region.clone(),
                account,
            },
            subscribed_at: Timestamp::from_millis(subscribed_at),
            auto_enable_controls: auto_enable_controls != 0,
            tags: serde_json::from_str(&tags).map_err(|_| unknown("tags of the hub", &tags))?,
        }))
    }

    /// Accounts of a Region whose hubs are enabled, for whoever checks their controls.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn hub_accounts(&self, region: &Region) -> Result<Vec<AccountId>, StoreError> {
        let numbers: Vec<i64> =
            sqlx::query_scalar("SELECT account_id FROM hub WHERE region = $1 AND disabled_at IS NULL ORDER BY account_id")
                .bind(region.as_str())
                .fetch_all(self.readers())
                .await
                .map_err(|e| self.failed(e))?;
        numbers.into_iter().map(crate::row::account).collect()
    }

    /// What an account has set about standards and controls.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn hub_settings(
        &self,
        region: &Region,
        account: AccountId,
    ) -> Result<Settings, StoreError> {
        let mut connection = self.readers().acquire().await.map_err(|e| self.failed(e))?;
        settings(&mut connection, region, account, |e| self.failed(e)).await
    }
}

impl Write {
    /// Enables a hub, and asks for what follows: its findings and the checks of its controls. It takes [`HUB_JOBS`].
    ///
    /// # Errors
    /// When the database fails. Returns false when it is enabled already; then nothing is done.
    pub async fn open_hub(
        &mut self,
        hub: &Hub,
        with_standards: bool,
        jobs: &mut JobNumbers,
    ) -> Result<bool, StoreError> {
        if !self.enable_hub(hub).await? {
            return Ok(false);
        }
        let (region, account, now) = (&hub.arn.region, hub.arn.account, hub.subscribed_at);
        if with_standards {
            for standard in Settings::with_defaults(now).subscriptions.into_keys() {
                self.subscribe_hub(region, account, standard, now).await?;
            }
        }
        self.check_controls_soon(region, account, now, jobs).await?;
        let job = Job::MirrorAccount {
            region: region.clone(),
            account,
        };
        let number = jobs.next().ok_or(StoreError::Numbers)?;
        self.enqueue(&job, Priority::Soon, now, number).await?;
        Ok(true)
    }

    /// Enables the hub of an account. One that was disabled not long ago has its findings still.
    ///
    /// # Errors
    /// When the database fails. Returns false when it is enabled already; then nothing is done.
    pub async fn enable_hub(&mut self, hub: &Hub) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "INSERT INTO hub (region, account_id, subscribed_at, auto_enable_controls, tags, disabled_at) \
             VALUES ($1, $2, $3, $4, $5, NULL) \
             ON CONFLICT (region, account_id) DO UPDATE SET subscribed_at = excluded.subscribed_at, \
             auto_enable_controls = excluded.auto_enable_controls, tags = excluded.tags, disabled_at = NULL, checked_at = 0 \
             WHERE hub.disabled_at IS NOT NULL",
        )
        .bind(hub.arn.region.as_str())
        .bind(hub.arn.account.number())
        .bind(hub.subscribed_at.as_millis())
        .bind(i16::from(hub.auto_enable_controls))
        .bind(tags_text(&hub.tags))
        .execute(&mut **self)
        .await
        .map_err(|e| self.failed(e))?;
        Ok(done.rows_affected() > 0)
    }

    /// Disables the hub of an account: what was set in it is gone, its membership too; its findings are kept for 90 days.
    ///
    /// # Errors
    /// When the database fails. Returns false when it is not enabled.
    pub async fn disable_hub(
        &mut self,
        region: &Region,
        account: AccountId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "UPDATE hub SET disabled_at = $1, tags = '{}' WHERE region = $2 AND account_id = $3 AND disabled_at IS NULL",
        )
        .bind(now.as_millis())
        .bind(region.as_str())
        .bind(account.number())
        .execute(&mut **self)
        .await
        .map_err(|e| self.failed(e))?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        for statement in [
            "DELETE FROM hub_subscription WHERE region = $1 AND account_id = $2",
            "DELETE FROM hub_control WHERE region = $1 AND account_id = $2",
            "DELETE FROM hub_member WHERE region = $1 AND account_id = $2",
            "DELETE FROM hub_aggregator WHERE region = $1 AND account_id = $2",
            "UPDATE hub_finding SET administrator = account_id WHERE region = $1 AND account_id = $2",
        ] {
            sqlx::query(statement)
                .bind(region.as_str())
                .bind(account.number())
                .execute(&mut **self)
                .await
                .map_err(|e| self.failed(e))?;
        }
        Ok(true)
    }

    /// Changes what is set of the hub itself, and its tags.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_hub(&mut self, hub: &Hub) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE hub SET auto_enable_controls = $1, tags = $2 \
             WHERE region = $3 AND account_id = $4 AND disabled_at IS NULL",
        )
        .bind(i16::from(hub.auto_enable_controls))
        .bind(tags_text(&hub.tags))
        .bind(hub.arn.region.as_str())
        .bind(hub.arn.account.number())
        .execute(&mut **self)
        .await
        .map(drop)
        .map_err(|e| self.failed(e))
    }

    /// What an account has set about standards and controls, as this transaction sees it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn hub_settings(
        &mut self,
        region: &Region,
        account: AccountId,
    ) -> Result<Settings, StoreError> {
        let engine = self.engine();
        let failed = |source| StoreError::Statement { engine, source };
        settings(self, region, account, failed).await
    }

    /// Subscribes to a standard, which then has no control disabled. One that is subscribed to already stays as it is.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn subscribe_hub(
        &mut self,
        region: &Region,
        account: AccountId,
        standard: Standard,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO hub_subscription (region, account_id, standard, since) VALUES ($1, $2, $3, $4) \
             ON CONFLICT DO NOTHING",
        )
        .bind(region.as_str())
        .bind(account.number())
        .bind(standard_code(standard))
        .bind(now.as_millis())
        .execute(&mut **self)
        .await
        .map(drop)
        .map_err(|e| self.failed(e))
    }

    /// Gives up a standard, and what was set about its controls.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn unsubscribe_hub(
        &mut self,
        region: &Region,
        account: AccountId,
        standard: Standard,
    ) -> Result<(), StoreError> {
        for statement in [
            "DELETE FROM hub_subscription WHERE region = $1 AND account_id = $2 AND standard = $3",
            "DELETE FROM hub_control WHERE region = $1 AND account_id = $2 AND standard = $3",
        ] {
            sqlx::query(statement)
                .bind(region.as_str())
                .bind(account.number())
                .bind(standard_code(standard))
                .execute(&mut **self)
                .await
                .map_err(|e| self.failed(e))?;
        }
        Ok(())
    }

    /// Sets whether a control is checked for a standard.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_hub_control(
        &mut self,
        region: &Region,
        account: AccountId,
        (standard, control): (Standard, ControlId),
        setting: &ControlSetting,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO hub_control (region, account_id, standard, control, enabled, reason, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (region, account_id, standard, control) \
             DO UPDATE SET enabled = excluded.enabled, reason = excluded.reason, updated_at = excluded.updated_at",
        )
        .bind(region.as_str())
        .bind(account.number())
        .bind(standard_code(standard))
        .bind(control_code(control))
        .bind(i16::from(setting.enabled))
        .bind(setting.reason.as_deref().map(super::columns::storable))
        .bind(setting.updated_at.as_millis())
        .execute(&mut **self)
        .await
        .map(drop)
        .map_err(|e| self.failed(e))
    }

    /// Lets others that would change an account's findings wait for the end of this transaction. On SQLite there is one
    /// writer. Not the lock of the account's settings, which scans take: these findings are none that scans write.
    pub(super) async fn lock_hub(&mut self, account: AccountId) -> Result<(), StoreError> {
        if self.engine() == Engine::Postgres {
            sqlx::query("SELECT CAST(pg_advisory_xact_lock($1) AS TEXT)")
                .bind(!account.number())
                .execute(&mut **self)
                .await
                .map_err(|e| self.failed(e))?;
        }
        Ok(())
    }
}

async fn settings(
    connection: &mut AnyConnection,
    region: &Region,
    account: AccountId,
    failed: impl Fn(sqlx::Error) -> StoreError,
) -> Result<Settings, StoreError> {
    let mut settings = Settings::default();
    let rows = sqlx::query(
        "SELECT standard, since FROM hub_subscription WHERE region = $1 AND account_id = $2",
    )
    .bind(region.as_str())
    .bind(account.number())
    .fetch_all(&mut *connection)
    .await
    .map_err(&failed)?;
    for row in rows {
        let standard: i16 = row.try_get(0).map_err(&failed)?;
        let since: i64 = row.try_get(1).map_err(&failed)?;
        settings
            .subscriptions
            .insert(read_standard(standard)?, Timestamp::from_millis(since));
    }
    let rows = sqlx::query(
        "SELECT standard, control, enabled, updated_at, reason FROM hub_control WHERE region = $1 AND account_id = $2",
    )
    .bind(region.as_str())
    .bind(account.number())
    .fetch_all(connection)
    .await
    .map_err(&failed)?;
    for row in rows {
        let standard: i16 = row.try_get(0).map_err(&failed)?;
        let control: i16 = row.try_get(1).map_err(&failed)?;
        let enabled: i16 = row.try_get(2).map_err(&failed)?;
        let updated_at: i64 = row.try_get(3).map_err(&failed)?;
        let setting = ControlSetting {
            enabled: enabled != 0,
            reason: row.try_get(4).map_err(&failed)?,
            updated_at: Timestamp::from_millis(updated_at),
        };
        let id = (read_standard(standard)?, read_control(control)?);
        settings.controls.insert(id, setting);
    }
    Ok(settings)
}

const fn standard_code(standard: Standard) -> i16 {
    standard as i16
}

pub(crate) const fn control_code(control: ControlId) -> i16 {
    control as i16
}

fn read_standard(code: i16) -> Result<Standard, StoreError> {
    let at = usize::try_from(code).ok();
    at.and_then(|at| Standard::ALL.get(at).copied())
        .ok_or_else(|| unknown("standard", code))
}

fn read_control(code: i16) -> Result<ControlId, StoreError> {
    let at = usize::try_from(code).ok();
    at.and_then(|at| ControlId::ALL.get(at).copied())
        .ok_or_else(|| unknown("control", code))
}

fn tags_text(tags: &BTreeMap<String, String>) -> String {
    // A map of texts always has a JSON form.
    serde_json::to_string(tags).unwrap_or_default()
}
