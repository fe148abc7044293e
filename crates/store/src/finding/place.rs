//! Where a function's findings belong, and the function as they show it.

use shindan_inspector::finding::Resource;
use shindan_inspector::{AccountId, FunctionArn, Region};
use sqlx::Row;

use super::rows::{self, Place};
use crate::sql::Sql;
use crate::{StoreError, Write};

impl Write {
    /// Shows a function's findings with what is true of it now. [`Self::record_scan`] does it too; this is for changes
    /// that no scan follows, such as of tags.
    ///
    /// # Errors
    /// When the database fails or the function does not exist.
    pub async fn record_resource(
        &mut self,
        function: i64,
        resource: &Resource,
    ) -> Result<(), StoreError> {
        let place = self.place(function).await?;
        self.write_resource(&place, resource).await
    }

    /// Gives the findings of an account to whoever administers it now: itself when it is associated with nobody. To be
    /// called in the transaction that changes the association, followed by [`crate::Job::ApplyFilters`] of the new
    /// administrator, because what the old one suppressed is not what the new one suppresses.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_administrator(
        &mut self,
        region: &Region,
        account: AccountId,
        administrator: Option<AccountId>,
    ) -> Result<(), StoreError> {
        let administrator = administrator.unwrap_or(account).number();
        // The counts last, as whoever counts does it.
        for table in [
            "UPDATE finding_package SET administrator = $1 WHERE finding_id IN (SELECT id FROM finding \
             WHERE function_id IN (SELECT id FROM function WHERE region = $2 AND account_id = $3) AND administrator <> $1)",
            "UPDATE finding_layer SET administrator = $1 WHERE finding_id IN (SELECT id FROM finding \
             WHERE function_id IN (SELECT id FROM function WHERE region = $2 AND account_id = $3) AND administrator <> $1)",
            "UPDATE finding SET administrator = $1 \
             WHERE function_id IN (SELECT id FROM function WHERE region = $2 AND account_id = $3) AND administrator <> $1",
            "UPDATE finding_count SET administrator = $1 \
             WHERE function_id IN (SELECT id FROM function WHERE region = $2 AND account_id = $3) AND administrator <> $1",
        ] {
            let done = sqlx::query(table)
                .bind(administrator)
                .bind(region.as_str())
                .bind(account.number())
                .execute(&mut **self)
                .await;
            done.map_err(|e| self.failed(e))?;
        }
        Ok(())
    }

    /// Where a function's findings belong.
    pub(super) async fn place(&mut self, function: i64) -> Result<Place, StoreError> {
        let row = sqlx::query(
            "SELECT f.region, f.account_id, f.name, \
             (SELECT r.id FROM region r WHERE r.name = f.region), \
             (SELECT m.administrator FROM member m WHERE m.region = f.region AND m.account_id = f.account_id) \
             FROM function f WHERE f.id = $1",
        )
        .bind(function)
        .fetch_optional(&mut **self)
        .await
        .map_err(|e| self.failed(e))?;
        let unknown = || StoreError::Row {
            what: format!("findings of function number {function}, but no such function,"),
        };
        let row = row.ok_or_else(unknown)?;
        let get = |e| self.failed(e);
        let region: String = row.try_get(0).map_err(get)?;
        let account: i64 = row.try_get(1).map_err(get)?;
        let name: String = row.try_get(2).map_err(get)?;
        let region_id: Option<i64> = row.try_get(3).map_err(get)?;
        let administrator: Option<i64> = row.try_get(4).map_err(get)?;
        let arn = Region::parse(&region)
            .ok()
            .zip(AccountId::from_number(account))
            .and_then(|(region, account)| FunctionArn::new(region, account, &name).ok())
            .ok_or_else(unknown)?;
        let region_id = match region_id {
            Some(id) => id,
            None => self.number_region(&region).await?,
        };
        Ok(Place {
            function,
            arn,
            region_id,
            administrator: administrator.unwrap_or(account),
        })
    }

    /// The number of a Region that may be new. Two transactions may number one Region or two at once; each then finds its
    /// own after a try or two.
    async fn number_region(&mut self, region: &str) -> Result<i64, StoreError> {
        loop {
            sqlx::query(
                "INSERT INTO region (id, name) SELECT coalesce(max(id), 0) + 1, $1 FROM region WHERE 1 = 1 \
                 ON CONFLICT DO NOTHING",
            )
            .bind(region)
            .execute(&mut **self)
            .await
            .map_err(|e| self.failed(e))?;
            let row = sqlx::query("SELECT id FROM region WHERE name = $1")
                .bind(region)
                .fetch_optional(&mut **self)
                .await
                .map_err(|e| self.failed(e))?;
            if let Some(row) = row {
                return row.try_get(0).map_err(|e| self.failed(e));
            }
        }
    }

    pub(super) async fn write_resource(
        &mut self,
        place: &Place,
        resource: &Resource,
    ) -> Result<(), StoreError> {
        let json = serde_json::to_string(resource).map_err(|e| StoreError::Row {
            what: format!("a function that cannot be written ({e})"),
        })?;
        let row = sqlx::query("SELECT document FROM finding_resource WHERE function_id = $1")
            .bind(place.function)
            .fetch_optional(&mut **self)
            .await;
        let known: Option<String> = row
            .and_then(|row| row.map(|row| row.try_get(0)).transpose())
            .map_err(|e| self.failed(e))?;
        if known.as_deref() == Some(&json) {
            return Ok(());
        }
        let mut sql = Sql::new(self.engine(), rows::RESOURCE);
        sql.list(rows::resource_values(place, resource, json));
        sql.push(rows::RESOURCE_AGAIN);
        let done = sql.query().execute(&mut **self).await;
        done.map(drop).map_err(|e| self.failed(e))
    }
}
