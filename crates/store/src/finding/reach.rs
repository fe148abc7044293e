use shindan_inspector::{AccountId, FindingStatus, Region};
use sqlx::Row;

use crate::sql::Sql;
use crate::{Reach, Scope, Store, StoreError};

/// A scope in the words of the finding tables.
#[derive(Clone, Debug)]
pub(crate) struct FindingScope {
    pub(crate) region: Region,
    pub(crate) region_id: i64,
    pub(crate) administrator: i64,
    /// When only one account's findings are seen.
    pub(crate) account: Option<AccountId>,
}

impl Store {
    /// Where the findings of a scope are; none when there cannot be any.
    pub(crate) async fn finding_scope(
        &self,
        scope: &Scope,
    ) -> Result<Option<FindingScope>, StoreError> {
        let found = match scope.reach {
            Reach::Own => {
                sqlx::query(
                    "SELECT r.id, coalesce((SELECT m.administrator FROM member m \
                     WHERE m.region = r.name AND m.account_id = $2), CAST($2 AS BIGINT)) FROM region r WHERE r.name = $1",
                )
                .bind(scope.region.as_str())
                .bind(scope.account.number())
                .fetch_optional(self.readers())
                .await
            }
            Reach::Members => {
                sqlx::query("SELECT id, CAST($2 AS BIGINT) FROM region WHERE name = $1")
                    .bind(scope.region.as_str())
                    .bind(scope.account.number())
                    .fetch_optional(self.readers())
                    .await
            }
        };
        let row = found.map_err(|e| self.failed(e))?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(FindingScope {
            region: scope.region.clone(),
            region_id: row.try_get(0).map_err(|e| self.failed(e))?,
            administrator: row.try_get(1).map_err(|e| self.failed(e))?,
            account: (scope.reach == Reach::Own).then_some(scope.account),
        }))
    }
}

impl FindingScope {
    /// `region_id = … AND administrator = …`, of a table that has these columns by these names.
    pub(crate) fn condition(
        &self,
        sql: &mut Sql,
        region_id: &'static str,
        administrator: &'static str,
    ) {
        sql.column(region_id).push(" = ").bind(self.region_id);
        sql.push(" AND ").column(administrator).push(" = ");
        sql.bind(self.administrator);
    }

    /// All statuses, as text: an index begins with the status where counts need it, and lists of any status have to say so.
    pub(crate) fn any_status(sql: &mut Sql) {
        for (at, status) in FindingStatus::ALL.iter().enumerate() {
            sql.push(if at == 0 { "" } else { ", " })
                .number(i64::from(status.code()));
        }
    }
}
