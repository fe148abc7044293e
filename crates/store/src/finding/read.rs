use std::collections::BTreeMap;
use std::fmt::Write as _;

use shindan_inspector::{
    AccountId, FindingArn, FindingDocument, FindingId, FindingStatus, Region, Timestamp,
};
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::sql::Sql;
use crate::{Scope, Store, StoreError};

/// A finding as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingRow {
    /// Its name.
    pub arn: FindingArn,
    /// The row of its function.
    pub function: i64,
    /// Its state.
    pub status: FindingStatus,
    /// When it was first observed.
    pub first_observed_at: Timestamp,
    /// When it was last observed.
    pub last_observed_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    pub(crate) id: i64,
    document: String,
    resource: String,
}

impl FindingRow {
    /// The finding as the API shows it: a JSON object `Finding`.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut json = String::with_capacity(self.document.len() + self.resource.len() + 400);
        let Self { arn, status, .. } = self;
        let account = arn.account;
        let _ = write!(
            json,
            r#"{{"findingArn":"{arn}","awsAccountId":"{account}","status":"{status}""#
        );
        for (name, time) in [
            ("firstObservedAt", self.first_observed_at),
            ("lastObservedAt", self.last_observed_at),
            ("updatedAt", self.updated_at),
        ] {
            let time = serde_json::to_string(&time).unwrap_or_default();
            let _ = write!(json, r#","{name}":{time}"#);
        }
        // What is stored is an object that was written without spaces, and never empty.
        let members = self.document.strip_prefix('{').unwrap_or("}");
        let _ = write!(json, r#","resources":[{}],{members}"#, self.resource);
        json
    }

    /// What the scan said, with the resource as it is now.
    ///
    /// # Errors
    /// When the row holds something that this program does not write.
    pub fn document(&self) -> Result<FindingDocument, StoreError> {
        serde_json::from_str(&self.to_json()).map_err(|e| StoreError::Row {
            what: format!("a document of finding {} ({e})", self.arn),
        })
    }
}

impl Store {
    /// A finding of the scope.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn finding(
        &self,
        scope: &Scope,
        arn: &FindingArn,
    ) -> Result<Option<FindingRow>, StoreError> {
        let Some(id) = self.finding_number(scope, arn).await? else {
            return Ok(None);
        };
        Ok(self.finding_rows(&arn.region, &[id]).await?.pop())
    }

    /// The row of a finding that the scope may see.
    pub(super) async fn finding_number(
        &self,
        scope: &Scope,
        arn: &FindingArn,
    ) -> Result<Option<i64>, StoreError> {
        let Some(seen) = self.finding_scope(scope).await? else {
            return Ok(None);
        };
        if arn.region != seen.region || seen.account.is_some_and(|own| own != arn.account) {
            return Ok(None);
        }
        let mut sql = Sql::new(
            self.engine(),
            "SELECT f.id FROM finding f WHERE f.arn_id = ",
        );
        sql.bind(arn.id.to_string()).push(" AND f.account_id = ");
        sql.bind(arn.account.number()).push(" AND ");
        seen.condition(&mut sql, "f.region_id", "f.administrator");
        let row = sql.query().fetch_optional(self.readers()).await;
        row.and_then(|row| row.map(|row| row.try_get(0)).transpose())
            .map_err(|e| self.failed(e))
    }

    /// Findings by their numbers, in that order; those that are gone meanwhile are left out.
    pub(crate) async fn finding_rows(
        &self,
        region: &Region,
        ids: &[i64],
    ) -> Result<Vec<FindingRow>, StoreError> {
        let mut found = BTreeMap::new();
        for ids in ids.chunks(200) {
            let mut sql = Sql::new(
                self.engine(),
                "SELECT f.id, f.arn_id, f.account_id, f.function_id, f.status, f.first_observed_at, \
                 f.last_observed_at, f.updated_at, d.document, r.document \
                 FROM finding f JOIN finding_document d ON d.finding_id = f.id \
                 JOIN finding_resource r ON r.function_id = f.function_id WHERE f.id IN (",
            );
            sql.list(ids.iter().copied()).push(")");
            let rows = sql.query_once().fetch_all(self.readers()).await;
            for row in rows.map_err(|e| self.failed(e))? {
                let row = self.finding_row(region, &row)?;
                found.insert(row.id, row);
            }
        }
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }

    fn finding_row(&self, region: &Region, row: &AnyRow) -> Result<FindingRow, StoreError> {
        let arn_id: String = row.try_get(1).map_err(|e| self.failed(e))?;
        let mut numbers = [0_i64; 7];
        for (number, column) in numbers.iter_mut().zip([0, 2, 3, 4, 5, 6, 7]) {
            *number = row.try_get(column).map_err(|e| self.failed(e))?;
        }
        let [id, account, function, status, first, last, updated] = numbers;
        let wrong = |what: String| StoreError::Row { what };
        let arn = FindingArn {
            region: region.clone(),
            account: AccountId::from_number(account)
                .ok_or_else(|| wrong(format!("the account {account}")))?,
            id: FindingId::parse(&arn_id).ok_or_else(|| wrong(format!("the id {arn_id:?}")))?,
        };
        let status = i16::try_from(status)
            .ok()
            .and_then(FindingStatus::from_code);
        Ok(FindingRow {
            status: status.ok_or_else(|| wrong(format!("a status of {arn}")))?,
            function,
            first_observed_at: Timestamp::from_millis(first),
            last_observed_at: Timestamp::from_millis(last),
            updated_at: Timestamp::from_millis(updated),
            id,
            document: row.try_get(8).map_err(|e| self.failed(e))?,
            resource: row.try_get(9).map_err(|e| self.failed(e))?,
            arn,
        })
    }
}
