use std::collections::BTreeMap;

use shindan_inspector::{AccountId, AccountSettings, Region, ResourceScanType, Status, Timestamp};
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::{Store, StoreError, Write};

/// What is known of an account in a Region beside its settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AccountDetails {
    /// When standard scanning was first switched on; a free trial counts from it.
    pub lambda_since: Option<Timestamp>,
    /// The same for code scanning.
    pub lambda_code_since: Option<Timestamp>,
}

const SETTINGS: &str = "SELECT ec2, ecr, lambda, lambda_code, code_repository, suspended FROM account \
     WHERE region = $1 AND account_id = $2";

impl Store {
    /// What an account has switched on; all DISABLED when it was never enabled.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn account_settings(
        &self,
        region: &Region,
        account: AccountId,
    ) -> Result<AccountSettings, StoreError> {
        let row = sqlx::query(SETTINGS)
            .bind(region.as_str())
            .bind(account.number())
            .fetch_optional(self.readers())
            .await
            .map_err(|e| self.failed(e))?;
        row.map_or_else(
            || Ok(AccountSettings::default()),
            |row| settings(&row, |e| self.failed(e)),
        )
    }

    /// The same of several accounts.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn settings_of(
        &self,
        region: &Region,
        accounts: &[AccountId],
    ) -> Result<BTreeMap<AccountId, AccountSettings>, StoreError> {
        let mut found = BTreeMap::new();
        for &account in accounts {
            found.insert(account, self.account_settings(region, account).await?);
        }
        Ok(found)
    }

    /// What else is known of an account.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn account_details(
        &self,
        region: &Region,
        account: AccountId,
    ) -> Result<AccountDetails, StoreError> {
        let row = sqlx::query(
            "SELECT lambda_since, lambda_code_since FROM account \
             WHERE region = $1 AND account_id = $2",
        )
        .bind(region.as_str())
        .bind(account.number())
        .fetch_optional(self.readers())
        .await
        .map_err(|e| self.failed(e))?;
        let Some(row) = row else {
            return Ok(AccountDetails::default());
        };
        let read = || -> Result<AccountDetails, sqlx::Error> {
            let moment = |millis: Option<i64>| millis.map(Timestamp::from_millis);
            Ok(AccountDetails {
                lambda_since: moment(row.try_get(0)?),
                lambda_code_since: moment(row.try_get(1)?),
            })
        };
        read().map_err(|e| self.failed(e))
    }

    /// Accounts of a Region that have a scan type on or changing, for whoever looks after all of them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn active_accounts(&self, region: &Region) -> Result<Vec<AccountId>, StoreError> {
        let numbers: Vec<i64> = sqlx::query_scalar(
            "SELECT account_id FROM account WHERE region = $1 AND (lambda <> $2 OR lambda_code <> $2) \
             ORDER BY account_id",
        )
        .bind(region.as_str())
        .bind(Status::Disabled.code())
        .fetch_all(self.readers())
        .await
        .map_err(|e| self.failed(e))?;
        numbers.into_iter().map(crate::row::account).collect()
    }
}

impl Write {
    /// What an account has switched on, as this transaction sees it. Others that would change it wait for its end.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn account_settings(
        &mut self,
        region: &Region,
        account: AccountId,
    ) -> Result<AccountSettings, StoreError> {
        // Two calls that change the same account must not both start from the same settings. On SQLite there is one writer;
        // on PostgreSQL a lock on the row would not do, as there may be none yet.
        if self.engine() == crate::Engine::Postgres {
            sqlx::query("SELECT CAST(pg_advisory_xact_lock($1) AS TEXT)")
                .bind(account.number())
                .execute(&mut **self)
                .await
                .map_err(|e| self.failed(e))?;
        }
        let row = sqlx::query(SETTINGS)
            .bind(region.as_str())
            .bind(account.number())
            .fetch_optional(&mut **self)
            .await
            .map_err(|e| self.failed(e))?;
        row.map_or_else(
            || Ok(AccountSettings::default()),
            |row| settings(&row, |e| self.failed(e)),
        )
    }

    /// Replaces an account's settings. The first time a scan type is on is kept for good.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_account_settings(
        &mut self,
        region: &Region,
        account: AccountId,
        settings: &AccountSettings,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let code = |scan| settings.stored(scan).code();
        let since = |scan| settings.is_on(scan).then(|| now.as_millis());
        sqlx::query(
            "INSERT INTO account (region, account_id, ec2, ecr, lambda, lambda_code, code_repository, \
             lambda_since, lambda_code_since, suspended, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11) \
             ON CONFLICT (region, account_id) DO UPDATE SET ec2 = excluded.ec2, ecr = excluded.ecr, \
             lambda = excluded.lambda, lambda_code = excluded.lambda_code, \
             code_repository = excluded.code_repository, suspended = excluded.suspended, \
             lambda_since = coalesce(account.lambda_since, excluded.lambda_since), \
             lambda_code_since = coalesce(account.lambda_code_since, excluded.lambda_code_since), \
             updated_at = excluded.updated_at",
        )
        .bind(region.as_str())
        .bind(account.number())
        .bind(code(ResourceScanType::Ec2))
        .bind(code(ResourceScanType::Ecr))
        .bind(code(ResourceScanType::Lambda))
        .bind(code(ResourceScanType::LambdaCode))
        .bind(code(ResourceScanType::CodeRepository))
        .bind(since(ResourceScanType::Lambda))
        .bind(since(ResourceScanType::LambdaCode))
        .bind(i16::from(settings.suspended))
        .bind(now.as_millis())
        .execute(&mut **self)
        .await
        .map(drop)
        .map_err(|e| self.failed(e))
    }

    /// Sets the status of one scan type: ENABLING and DISABLING when someone asked, ENABLED and DISABLED when what follows
    /// from it is done.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_scan_status(
        &mut self,
        region: &Region,
        account: AccountId,
        scan: ResourceScanType,
        status: Status,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut settings = self.account_settings(region, account).await?;
        settings.set(scan, status);
        self.put_account_settings(region, account, &settings, now)
            .await
    }
}

fn settings(
    row: &AnyRow,
    failed: impl Fn(sqlx::Error) -> StoreError,
) -> Result<AccountSettings, StoreError> {
    let mut settings = AccountSettings::default();
    let columns = [
        ResourceScanType::Ec2,
        ResourceScanType::Ecr,
        ResourceScanType::Lambda,
        ResourceScanType::LambdaCode,
        ResourceScanType::CodeRepository,
    ];
    for (column, scan) in columns.into_iter().enumerate() {
        let code: i16 = row.try_get(column).map_err(&failed)?;
        let status = Status::from_code(code).ok_or_else(|| crate::row::unknown("status", code))?;
        settings.set(scan, status);
    }
    let suspended: i16 = row.try_get(columns.len()).map_err(&failed)?;
    settings.suspended = suspended != 0;
    Ok(settings)
}
