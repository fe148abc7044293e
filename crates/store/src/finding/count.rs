//! The active findings of each function, counted whenever they change.
//!
//! A count is never added to: the rows of a function are made anew from its findings, in the transaction that changed them,
//! so that there is no history by which it could have become wrong.

use std::collections::BTreeMap;

use shindan_inspector::AccountId;
use sqlx::Row;

use crate::sql::Sql;
use crate::{Engine, StoreError, Write};

impl Write {
    /// Counts the active findings of functions, whose numbers ascend. Whoever changed what is active among them calls this last: on PostgreSQL it
    /// locks the functions' counts, and nothing may be waited for behind that.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn recount(&mut self, functions: &[i64]) -> Result<(), StoreError> {
        for functions in functions.chunks(500) {
            if self.engine() == Engine::Postgres {
                // Two transactions that changed different findings of one function: the second to come counts what the
                // first wrote. Locks of accounts have positive numbers, those of their hubs the complements of these, which no
                // function's number reaches.
                let mut sql = Sql::new(
                    self.engine(),
                    "SELECT CAST(pg_advisory_xact_lock(-v.column1) AS TEXT) FROM (VALUES (",
                );
                for (at, function) in functions.iter().enumerate() {
                    sql.push(if at == 0 { "" } else { "), (" }).bind(*function);
                }
                self.run(sql.push(")) v")).await?;
            }
            let mut sql = Sql::new(
                self.engine(),
                "DELETE FROM finding_count WHERE function_id IN ",
            );
            self.run(sql.among(functions.iter().copied())).await?;
            let mut sql = Sql::new(
                self.engine(),
                "INSERT INTO finding_count SELECT function_id, type, MIN(region_id), MIN(administrator), MIN(account_id), \
                 COUNT(CASE WHEN severity = 0 THEN 1 END), COUNT(CASE WHEN severity = 1 THEN 1 END), \
                 COUNT(CASE WHEN severity = 2 THEN 1 END), COUNT(CASE WHEN severity = 3 THEN 1 END), \
                 COUNT(CASE WHEN severity = 4 THEN 1 END), COUNT(CASE WHEN severity = 5 THEN 1 END), \
                 COUNT(CASE WHEN exploit = 1 THEN 1 END), COUNT(CASE WHEN fix = 2 THEN 1 END) \
                 FROM finding WHERE status = 0 AND function_id IN ",
            );
            sql.among(functions.iter().copied());
            self.run(sql.push(" GROUP BY function_id, type")).await?;
        }
        Ok(())
    }

    /// The functions of findings, and their accounts.
    pub(crate) async fn functions_of(
        &mut self,
        findings: &[i64],
    ) -> Result<BTreeMap<i64, AccountId>, StoreError> {
        let mut functions = BTreeMap::new();
        for findings in findings.chunks(500) {
            let mut sql = Sql::new(
                self.engine(),
                "SELECT DISTINCT function_id, account_id FROM finding WHERE id IN ",
            );
            sql.among(findings.iter().copied());
            let rows = sql.query_once().fetch_all(&mut **self).await;
            for row in rows.map_err(|e| self.failed(e))? {
                let function = row.try_get(0).map_err(|e| self.failed(e))?;
                let account = row.try_get(1).map_err(|e| self.failed(e))?;
                functions.insert(function, crate::row::account(account)?);
            }
        }
        Ok(functions)
    }

    async fn run(&mut self, sql: &mut Sql) -> Result<(), StoreError> {
        let done = sql.query().execute(&mut **self).await;
        done.map(drop).map_err(|e| self.failed(e))
    }
}
