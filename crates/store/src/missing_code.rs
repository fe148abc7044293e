//! Why the code of a function is not there.

use shindan_inspector::ScanStatusReason;
use sqlx::Row;

use crate::{Store, StoreError, Write};

/// Why nobody could get a function's code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingCode {
    /// What coverage says.
    pub reason: ScanStatusReason,
    /// What happened and what to do, for people.
    pub note: String,
}

const STATEMENT: &str = "SELECT reason, note FROM missing_code WHERE function_id = $1";

impl Store {
    /// Why a function's code is missing; `None` when it is not, or nobody said why.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn missing_code(&self, function: i64) -> Result<Option<MissingCode>, StoreError> {
        let row = sqlx::query(STATEMENT)
            .bind(function)
            .fetch_optional(self.readers())
            .await
            .map_err(|e| self.failed(e))?;
        row.map(|row| read(&row, |e| self.failed(e))).transpose()
    }
}

impl Write {
    /// The same within the transaction.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn missing_code(&mut self, function: i64) -> Result<Option<MissingCode>, StoreError> {
        let row = sqlx::query(STATEMENT)
            .bind(function)
            .fetch_optional(&mut **self)
            .await
            .map_err(|e| self.failed(e))?;
        row.map(|row| read(&row, |e| self.failed(e))).transpose()
    }

    /// Says why a function's code is missing, or that it is not.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_missing_code(
        &mut self,
        function: i64,
        missing: Option<&MissingCode>,
    ) -> Result<(), StoreError> {
        self.clear("DELETE FROM missing_code WHERE function_id = $1", function)
            .await?;
        let Some(missing) = missing else {
            return Ok(());
        };
        sqlx::query("INSERT INTO missing_code (function_id, reason, note) VALUES ($1, $2, $3)")
            .bind(function)
            .bind(missing.reason.code())
            .bind(&*missing.note)
            .execute(&mut **self)
            .await
            .map(drop)
            .map_err(|e| self.failed(e))
    }
}

fn read(
    row: &sqlx::any::AnyRow,
    failed: impl Fn(sqlx::Error) -> StoreError,
) -> Result<MissingCode, StoreError> {
    let code: i16 = row.try_get(0).map_err(&failed)?;
    Ok(MissingCode {
        reason: ScanStatusReason::from_code(code)
            .ok_or_else(|| crate::row::unknown("reason", code))?,
        note: row.try_get(1).map_err(&failed)?,
    })
}
