use std::fmt;

use shindan_inspector::{AccountId, Role, Timestamp};
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::{Store, StoreError, Write};

/// Who speaks for an account, and with what secret. Secrets are sealed before they come here; the store cannot open them.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessKey {
    /// `AKIA…`, or `ASIA…` with a session.
    pub id: String,
    /// For whom it speaks.
    pub account: AccountId,
    /// What it is for.
    pub role: Role,
    /// The secret, sealed.
    pub secret: Vec<u8>,
    /// The token that goes with a temporary key, sealed.
    pub session_token: Option<Vec<u8>>,
    /// When a temporary key ends.
    pub expires_at: Option<Timestamp>,
    /// Whose it is, in the words of whoever made it.
    pub description: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last seen, to a minute or so.
    pub last_used_at: Option<Timestamp>,
    /// Since when it is not accepted.
    pub disabled_at: Option<Timestamp>,
}

impl fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessKey")
            .field("id", &self.id)
            .field("account", &self.account)
            .field("role", &self.role)
            .field("disabled_at", &self.disabled_at)
            .finish_non_exhaustive()
    }
}

const COLUMNS: &str = "id, account_id, role, secret, session_token, expires_at, description, created_at, \
     last_used_at, disabled_at";

impl Store {
    /// The key of an id, also when it is disabled.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn access_key(&self, id: &str) -> Result<Option<AccessKey>, StoreError> {
        let statement = format!("SELECT {COLUMNS} FROM access_key WHERE id = $1");
        let row = sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(id)
            .fetch_optional(self.readers())
            .await
            .map_err(|e| self.failed(e))?;
        row.map(|row| read(&row, |e| self.failed(e))).transpose()
    }

    /// All keys, or those of an account, by id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn access_keys(
        &self,
        account: Option<AccountId>,
    ) -> Result<Vec<AccessKey>, StoreError> {
        let statement = format!(
            "SELECT {COLUMNS} FROM access_key WHERE $1 = -1 OR account_id = $1 ORDER BY id"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(account.map_or(-1, AccountId::number))
            .fetch_all(self.readers())
            .await
            .map_err(|e| self.failed(e))?;
        rows.iter()
            .map(|row| read(row, |e| self.failed(e)))
            .collect()
    }

    /// Notes that a key was used.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn touch_access_key(&self, id: &str, now: Timestamp) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        sqlx::query("UPDATE access_key SET last_used_at = $1 WHERE id = $2")
            .bind(now.as_millis())
            .bind(id)
            .execute(&mut *write)
            .await
            .map_err(|e| self.failed(e))?;
        write.commit().await
    }
}

impl Write {
    /// Adds a key.
    ///
    /// # Errors
    /// When the database fails; the id is taken, for example.
    pub async fn add_access_key(&mut self, key: &AccessKey) -> Result<(), StoreError> {
        let millis = |moment: Option<Timestamp>| moment.map(Timestamp::as_millis);
        let statement = format!(
            "INSERT INTO access_key ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
        );
        sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(&key.id)
            .bind(key.account.number())
            .bind(key.role.code())
            .bind(key.secret.clone())
            .bind(key.session_token.clone())
            .bind(millis(key.expires_at))
            .bind(&key.description)
            .bind(key.created_at.as_millis())
            .bind(millis(key.last_used_at))
            .bind(millis(key.disabled_at))
            .execute(&mut **self)
            .await
            .map(drop)
            .map_err(|e| self.failed(e))
    }

    /// Disables a key for good. False when there is none of this id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn disable_access_key(
        &mut self,
        id: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        sqlx::query("UPDATE access_key SET disabled_at = coalesce(disabled_at, $1) WHERE id = $2")
            .bind(now.as_millis())
            .bind(id)
            .execute(&mut **self)
            .await
            .map(|done| done.rows_affected() > 0)
            .map_err(|e| self.failed(e))
    }
}

fn read(row: &AnyRow, failed: impl Fn(sqlx::Error) -> StoreError) -> Result<AccessKey, StoreError> {
    let moment = |column: usize| -> Result<Option<Timestamp>, StoreError> {
        let millis: Option<i64> = row.try_get(column).map_err(&failed)?;
        Ok(millis.map(Timestamp::from_millis))
    };
    let account: i64 = row.try_get(1).map_err(&failed)?;
    let role: i16 = row.try_get(2).map_err(&failed)?;
    Ok(AccessKey {
        id: row.try_get(0).map_err(&failed)?,
        account: crate::row::account(account)?,
        role: Role::from_code(role).ok_or_else(|| crate::row::unknown("role", role))?,
        secret: row.try_get(3).map_err(&failed)?,
        session_token: row.try_get(4).map_err(&failed)?,
        expires_at: moment(5)?,
        description: row.try_get(6).map_err(&failed)?,
        created_at: moment(7)?.unwrap_or_default(),
        last_used_at: moment(8)?,
        disabled_at: moment(9)?,
    })
}
