use shindan_inspector::{Operation, Timestamp};
use sqlx::Row;

use crate::{Scope, Store, StoreError, Write};

/// What a call with a client token was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// SHA-256 of the request it was the answer to.
    pub request_hash: String,
    /// The answer, JSON.
    pub answer: String,
}

impl Write {
    /// The answer that a client token already got.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn remembered(
        &mut self,
        scope: &Scope,
        operation: Operation,
        token: &str,
    ) -> Result<Option<Remembered>, StoreError> {
        let row = sqlx::query(
            "SELECT request_hash, answer FROM client_token \
             WHERE region = $1 AND account_id = $2 AND operation = $3 AND token = $4",
        )
        .bind(scope.region.as_str())
        .bind(scope.account.number())
        .bind(operation.as_str())
        .bind(token)
        .fetch_optional(&mut **self)
        .await
        .map_err(|e| self.failed(e))?;
        let read = |row: sqlx::any::AnyRow| -> Result<Remembered, sqlx::Error> {
            Ok(Remembered {
                request_hash: row.try_get(0)?,
                answer: row.try_get(1)?,
            })
        };
        row.map(read).transpose().map_err(|e| self.failed(e))
    }

    /// Keeps an answer for the case that the call comes again. Two calls at once with one token: the second fails here
    /// and undoes what it did.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn remember(
        &mut self,
        scope: &Scope,
        operation: Operation,
        token: &str,
        remembered: &Remembered,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO client_token (region, account_id, operation, token, request_hash, answer, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(scope.region.as_str())
        .bind(scope.account.number())
        .bind(operation.as_str())
        .bind(token)
        .bind(&remembered.request_hash)
        .bind(&remembered.answer)
        .bind(now.as_millis())
        .execute(&mut **self)
        .await
        .map(drop)
        .map_err(|e| self.failed(e))
    }
}

impl Store {
    /// Forgets answers from before a moment. SDKs make a token for every call, so they pile up.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_client_tokens(&self, before: Timestamp) -> Result<u64, StoreError> {
        let mut write = self.write().await?;
        let removed = sqlx::query("DELETE FROM client_token WHERE created_at < $1")
            .bind(before.as_millis())
            .execute(&mut *write)
            .await
            .map_err(|e| self.failed(e))?
            .rows_affected();
        write.commit().await?;
        Ok(removed)
    }
}
