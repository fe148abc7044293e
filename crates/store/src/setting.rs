//! Settings of the installation itself, which all servers on one database share.

use crate::{Store, StoreError, Write};

impl Store {
    /// A setting's value.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        sqlx::query_scalar("SELECT value FROM setting WHERE name = $1")
            .bind(name)
            .fetch_optional(self.readers())
            .await
            .map_err(|e| self.failed(e))
    }
}

impl Write {
    /// Gives a setting a value unless it has one, and tells the value it has now. Of several servers that start at once,
    /// one wins.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn setting_or(&mut self, name: &str, value: &str) -> Result<String, StoreError> {
        sqlx::query(
            "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
        )
        .bind(name)
        .bind(value)
        .execute(&mut **self)
        .await
        .map_err(|e| self.failed(e))?;
        sqlx::query_scalar("SELECT value FROM setting WHERE name = $1")
            .bind(name)
            .fetch_one(&mut **self)
            .await
            .map_err(|e| self.failed(e))
    }
}
