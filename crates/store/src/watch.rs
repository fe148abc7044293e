//! Spans of time in which functions were watched, which usage is metered from.

use shindan_inspector::{AccountId, FunctionArn, ScanType, Timestamp, metering};
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::sql::Sql;
use crate::{Scope, Store, StoreError, Write};

/// How long functions of an account were watched in the current month.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usage {
    /// Whose functions.
    pub account: AccountId,
    /// Which kind of scanning.
    pub scan_type: ScanType,
    /// The sum over all functions.
    pub coverage_hours: f64,
}

/// A span in which a function was watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watched {
    /// Which function.
    pub function: FunctionArn,
    /// For which kind of scanning.
    pub scan_type: ScanType,
    /// From when to when.
    pub span: metering::Span,
}

impl Store {
    /// The spans that reach into a time, in the order of functions, kinds of scanning and beginnings.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn watched(
        &self,
        scope: &Scope,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Watched>, StoreError> {
        let mut sql = Sql::new(
            self.engine(),
            "SELECT f.region, f.account_id, f.name, w.scan_type, w.began_at, w.ended_at FROM watch w \
             JOIN function f ON f.id = w.function_id WHERE ",
        );
        sql.within("w", scope);
        sql.push(" AND w.began_at < ").bind(to.as_millis());
        sql.push(" AND (w.ended_at IS NULL OR w.ended_at > ")
            .bind(from.as_millis())
            .push(") ORDER BY w.function_id, w.scan_type, w.began_at");
        let rows = sql.rows(self.readers()).await.map_err(|e| self.failed(e))?;
        rows.iter()
            .map(|row| {
                type Columns = (String, i64, String, i16, i64, Option<i64>);
                let read = |row: &AnyRow| -> Result<Columns, sqlx::Error> {
                    Ok((
                        row.try_get(0)?,
                        row.try_get(1)?,
                        row.try_get(2)?,
                        row.try_get(3)?,
                        row.try_get(4)?,
                        row.try_get(5)?,
                    ))
                };
                let (region, account, name, scan, began_at, ended_at) =
                    read(row).map_err(|e| self.failed(e))?;
                Ok(Watched {
                    function: crate::function::arn(&region, account, &name)?,
                    scan_type: ScanType::from_code(scan)
                        .ok_or_else(|| crate::row::unknown("scan type", scan))?,
                    span: metering::Span {
                        began_at: Timestamp::from_millis(began_at),
                        ended_at: ended_at.map(Timestamp::from_millis),
                    },
                })
            })
            .collect()
    }

    /// Coverage hours of the current month (UTC), by account and kind of scanning. Of `accounts` only, or of all that the
    /// scope reaches when there are none; accounts out of reach are left out.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn usage(
        &self,
        scope: &Scope,
        accounts: &[AccountId],
        now: Timestamp,
    ) -> Result<Vec<Usage>, StoreError> {
        let from = metering::month_of(now).as_millis();
        let now = now.as_millis();
        // PostgreSQL's sum of BIGINT is NUMERIC, hence the cast.
        let mut sql = Sql::new(
            self.engine(),
            "SELECT w.account_id, w.scan_type, CAST(sum((CASE WHEN w.ended_at IS NULL OR w.ended_at > ",
        );
        sql.bind(now).push(" THEN ").bind(now);
        sql.push(" ELSE w.ended_at END) - (CASE WHEN w.began_at < ")
            .bind(from);
        sql.push(" THEN ").bind(from);
        sql.push(" ELSE w.began_at END)) AS BIGINT) FROM watch w WHERE ");
        sql.within("w", scope);
        sql.push(" AND w.began_at < ").bind(now);
        sql.push(" AND (w.ended_at IS NULL OR w.ended_at > ")
            .bind(from)
            .push(")");
        if !accounts.is_empty() {
            sql.push(" AND w.account_id IN ");
            sql.among(accounts.iter().map(|account| account.number()));
        }
        sql.push(" GROUP BY w.account_id, w.scan_type ORDER BY w.account_id, w.scan_type");
        let rows = sql.rows(self.readers()).await.map_err(|e| self.failed(e))?;
        rows.iter()
            .map(|row| {
                let read = |row: &AnyRow| -> Result<(i64, i16, i64), sqlx::Error> {
                    Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?))
                };
                let (account, scan_type, millis) = read(row).map_err(|e| self.failed(e))?;
                let usage = || {
                    Some(Usage {
                        account: AccountId::from_number(account)?,
                        scan_type: ScanType::from_code(scan_type)?,
                        coverage_hours: metering::hours(millis),
                    })
                };
                usage().ok_or_else(|| StoreError::Row {
                    what: format!("a span of account {account} and scan type {scan_type}"),
                })
            })
            .collect()
    }
}

impl Write {
    /// Begins to watch a function; nothing when it is watched already.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn begin_watch(
        &mut self,
        function: i64,
        arn: &FunctionArn,
        scan: ScanType,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let open: Option<i64> = sqlx::query_scalar(
            "SELECT began_at FROM watch WHERE function_id = $1 AND scan_type = $2 AND ended_at IS NULL",
        )
        .bind(function)
        .bind(scan.code())
        .fetch_optional(&mut **self)
        .await
        .map_err(|e| self.failed(e))?;
        if open.is_some() {
            return Ok(());
        }
        // A span that began and ended in this very moment goes on.
        sqlx::query(
            "INSERT INTO watch (function_id, scan_type, began_at, ended_at, region, account_id) \
             VALUES ($1, $2, $3, NULL, $4, $5) \
             ON CONFLICT (function_id, scan_type, began_at) DO UPDATE SET ended_at = NULL",
        )
        .bind(function)
        .bind(scan.code())
        .bind(now.as_millis())
        .bind(arn.region.as_str())
        .bind(arn.account.number())
        .execute(&mut **self)
        .await
        .map(drop)
        .map_err(|e| self.failed(e))
    }

    /// Ends watching a function; nothing when it is not watched.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_watch(
        &mut self,
        function: i64,
        scan: ScanType,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        // A clock that jumped back makes an empty span, not a negative one.
        sqlx::query(
            "UPDATE watch SET ended_at = CASE WHEN began_at > $1 THEN began_at ELSE $1 END \
             WHERE function_id = $2 AND scan_type = $3 AND ended_at IS NULL",
        )
        .bind(now.as_millis())
        .bind(function)
        .bind(scan.code())
        .execute(&mut **self)
        .await
        .map(drop)
        .map_err(|e| self.failed(e))
    }
}
