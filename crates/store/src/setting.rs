//! Values that the service remembers for itself, by name.

use crate::{Engine, Store, StoreError, Write};

impl Store {
    /// A value.
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
    /// A value, which nobody changes before this transaction ends.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn setting(&mut self, name: &str) -> Result<Option<String>, StoreError> {
        let statement = match self.engine() {
            Engine::Sqlite => "SELECT value FROM setting WHERE name = $1",
            Engine::Postgres => "SELECT value FROM setting WHERE name = $1 FOR SHARE",
        };
        sqlx::query_scalar(statement)
            .bind(name)
            .fetch_optional(&mut **self)
            .await
            .map_err(|e| self.failed(e))
    }

    /// Replaces a value.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_setting(&mut self, name: &str, value: &str) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO setting (name, value) VALUES ($1, $2) \
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )
        .bind(name)
        .bind(value)
        .execute(&mut **self)
        .await
        .map(drop)
        .map_err(|e| self.failed(e))
    }

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
