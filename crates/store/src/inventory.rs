//! What scans found to be inside functions, kept so that new advisories are compared without reading code again.

use shindan_inspector::Timestamp;
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::sql::insert;
use crate::{Store, StoreError, Write};

/// The packages of one function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InventoryRow {
    /// The function's content that it was taken of.
    pub content: String,
    /// The bill of materials, as the scan wrote it.
    pub document: Vec<u8>,
    /// When it was taken.
    pub updated_at: Timestamp,
}

/// A package in a function.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct InventoryPackage {
    /// Ecosystem and normal name, as whoever looks for it writes them.
    pub package: String,
    /// The version.
    pub version: String,
}

impl Store {
    /// The inventory of a function.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn inventory(&self, function: i64) -> Result<Option<InventoryRow>, StoreError> {
        let row = sqlx::query(
            "SELECT content, document, updated_at FROM inventory WHERE function_id = $1",
        )
        .bind(function)
        .fetch_optional(self.readers())
        .await
        .map_err(|e| self.failed(e))?;
        let read = |row: &AnyRow| -> Result<InventoryRow, sqlx::Error> {
            Ok(InventoryRow {
                content: row.try_get(0)?,
                document: row.try_get(1)?,
                updated_at: Timestamp::from_millis(row.try_get(2)?),
            })
        };
        row.as_ref()
            .map(read)
            .transpose()
            .map_err(|e| self.failed(e))
    }

    /// Functions that have a package in some version, with the version, in that order: those after a function and version.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn functions_with_package(
        &self,
        package: &str,
        after: Option<(i64, &str)>,
        limit: u32,
    ) -> Result<Vec<(i64, String)>, StoreError> {
        let rows = sqlx::query(
            "SELECT function_id, version FROM inventory_package WHERE package = $1 \
             AND (function_id, version) > ($2, $3) ORDER BY function_id, version LIMIT $4",
        )
        .bind(package)
        .bind(after.map_or(-1, |(function, _)| function))
        .bind(after.map_or("", |(_, version)| version))
        .bind(i64::from(limit))
        .fetch_all(self.readers())
        .await
        .map_err(|e| self.failed(e))?;
        rows.iter()
            .map(|row| {
                let read = |row: &AnyRow| -> Result<(i64, String), sqlx::Error> {
                    Ok((row.try_get(0)?, row.try_get(1)?))
                };
                read(row).map_err(|e| self.failed(e))
            })
            .collect()
    }

    /// Functions that have an inventory: those after a function, in the order of rows.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn functions_with_inventory(
        &self,
        after: Option<i64>,
        limit: u32,
    ) -> Result<Vec<i64>, StoreError> {
        sqlx::query_scalar(
            "SELECT function_id FROM inventory WHERE function_id > $1 ORDER BY function_id LIMIT $2",
        )
        .bind(after.unwrap_or(-1))
        .bind(i64::from(limit))
        .fetch_all(self.readers())
        .await
        .map_err(|e| self.failed(e))
    }
}

impl Write {
    /// Replaces a function's inventory. `packages` are those that advisories can be about.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_inventory(
        &mut self,
        function: i64,
        inventory: &InventoryRow,
        mut packages: Vec<InventoryPackage>,
    ) -> Result<(), StoreError> {
        packages.sort();
        packages.dedup();
        sqlx::query(
            "INSERT INTO inventory (function_id, content, document, updated_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (function_id) DO UPDATE SET content = excluded.content, document = excluded.document, \
             updated_at = excluded.updated_at",
        )
        .bind(function)
        .bind(&*inventory.content)
        .bind(inventory.document.clone())
        .bind(inventory.updated_at.as_millis())
        .execute(&mut **self)
        .await
        .map_err(|e| self.failed(e))?;
        self.clear(
            "DELETE FROM inventory_package WHERE function_id = $1",
            function,
        )
        .await?;
        let rows = packages.into_iter().map(|package| {
            vec![
                package.package.into(),
                package.version.into(),
                function.into(),
            ]
        });
        insert(
            self,
            "inventory_package (package, version, function_id) VALUES ",
            rows.collect(),
        )
        .await
    }

    /// Forgets a function's inventory.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn remove_inventory(&mut self, function: i64) -> Result<(), StoreError> {
        self.clear("DELETE FROM inventory WHERE function_id = $1", function)
            .await?;
        self.clear(
            "DELETE FROM inventory_package WHERE function_id = $1",
            function,
        )
        .await
    }
}
