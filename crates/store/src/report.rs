use shindan_inspector::{Region, Timestamp};
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::{Scope, Store, StoreError, Write};

/// A findings report or an export of bills of materials that someone asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// A UUID.
    pub id: String,
    /// For whom it is, and whose things are in it.
    pub scope: Scope,
    /// What it is.
    pub kind: ReportKind,
    /// The API's word: `CSV`, `JSON`, `CYCLONEDX_1_4`, `SPDX_2_3`.
    pub format: String,
    /// Where it goes: the API's `Destination`, JSON.
    pub destination: String,
    /// What is in it: the API's filter criteria, JSON.
    pub criteria: String,
    /// How far it is.
    pub status: ReportStatus,
    /// Why it failed: the API's code and a sentence.
    pub error: Option<(String, String)>,
    /// When it was asked for.
    pub created_at: Timestamp,
}

/// What a report is about. The numbers are in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportKind {
    /// Findings.
    Findings = 0,
    /// Bills of materials.
    Sbom = 1,
}

/// How far a report is. The numbers are in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportStatus {
    /// Being written, or about to.
    InProgress = 0,
    /// At its destination.
    Succeeded = 1,
    /// Not wanted any more.
    Cancelled = 2,
    /// Not written.
    Failed = 3,
}

impl ReportStatus {
    /// The API's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InProgress => "IN_PROGRESS",
            Self::Succeeded => "SUCCEEDED",
            Self::Cancelled => "CANCELLED",
            Self::Failed => "FAILED",
        }
    }
}

const COLUMNS: &str = "id, region, account_id, reach, kind, format, destination, criteria, status, error_code, \
     error_message, created_at";

impl Store {
    /// A report that the account of the scope asked for.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn report(
        &self,
        scope: &Scope,
        kind: ReportKind,
        id: &str,
    ) -> Result<Option<Report>, StoreError> {
        let report = self.report_to_write(id).await?;
        Ok(report.filter(|report| {
            report.scope.region == scope.region
                && report.scope.account == scope.account
                && report.kind == kind
        }))
    }

    /// A report by its id, for whoever writes it. It holds the scope to read in.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn report_to_write(&self, id: &str) -> Result<Option<Report>, StoreError> {
        let statement = format!("SELECT {COLUMNS} FROM report WHERE id = $1");
        let row = sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(id)
            .fetch_optional(self.readers())
            .await
            .map_err(|e| self.failed(e))?;
        row.map(|row| read(&row, |e| self.failed(e))).transpose()
    }

    /// The newest report of a kind that the account of the scope asked for.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn newest_report(
        &self,
        scope: &Scope,
        kind: ReportKind,
    ) -> Result<Option<Report>, StoreError> {
        let statement = format!(
            "SELECT {COLUMNS} FROM report WHERE region = $1 AND account_id = $2 AND kind = $3 \
             ORDER BY created_at DESC, id DESC LIMIT 1"
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(scope.region.as_str())
            .bind(scope.account.number())
            .bind(kind as i16)
            .fetch_optional(self.readers())
            .await
            .map_err(|e| self.failed(e))?;
        row.map(|row| read(&row, |e| self.failed(e))).transpose()
    }

    /// How many reports of a kind the account of the scope has in progress.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn reports_in_progress(
        &self,
        scope: &Scope,
        kind: ReportKind,
    ) -> Result<u64, StoreError> {
        let count: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM report WHERE region = $1 AND account_id = $2 AND kind = $3 AND status = $4",
        )
        .bind(scope.region.as_str())
        .bind(scope.account.number())
        .bind(kind as i16)
        .bind(ReportStatus::InProgress as i16)
        .fetch_one(self.readers())
        .await
        .map_err(|e| self.failed(e))?;
        Ok(u64::try_from(count).unwrap_or_default())
    }
}

impl Write {
    /// Adds a report to be written.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_report(&mut self, report: &Report) -> Result<(), StoreError> {
        let error = report.error.as_ref();
        let statement = format!(
            "INSERT INTO report ({COLUMNS}, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)"
        );
        sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(&report.id)
            .bind(report.scope.region.as_str())
            .bind(report.scope.account.number())
            .bind(report.scope.reach as i16)
            .bind(report.kind as i16)
            .bind(&report.format)
            .bind(&report.destination)
            .bind(&report.criteria)
            .bind(report.status as i16)
            .bind(error.map(|(code, _)| code.clone()))
            .bind(error.map(|(_, message)| message.clone()))
            .bind(report.created_at.as_millis())
            .execute(&mut **self)
            .await
            .map(drop)
            .map_err(|e| self.failed(e))
    }

    /// Ends a report that is in progress. False when it is not: whoever came first decides how it ended.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_report(
        &mut self,
        id: &str,
        status: ReportStatus,
        error: Option<(&str, &str)>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        sqlx::query(
            "UPDATE report SET status = $1, error_code = $2, error_message = $3, updated_at = $4 \
             WHERE id = $5 AND status = $6",
        )
        .bind(status as i16)
        .bind(error.map(|(code, _)| code))
        .bind(error.map(|(_, message)| message))
        .bind(now.as_millis())
        .bind(id)
        .bind(ReportStatus::InProgress as i16)
        .execute(&mut **self)
        .await
        .map(|done| done.rows_affected() > 0)
        .map_err(|e| self.failed(e))
    }
}

fn read(row: &AnyRow, failed: impl Fn(sqlx::Error) -> StoreError) -> Result<Report, StoreError> {
    let text =
        |column: usize| -> Result<String, StoreError> { row.try_get(column).map_err(&failed) };
    let number =
        |column: usize| -> Result<i16, StoreError> { row.try_get(column).map_err(&failed) };
    let account: i64 = row.try_get(2).map_err(&failed)?;
    let region = text(1)?;
    let code: Option<String> = row.try_get(9).map_err(&failed)?;
    let message: Option<String> = row.try_get(10).map_err(&failed)?;
    let created_at: i64 = row.try_get(11).map_err(&failed)?;
    Ok(Report {
        id: text(0)?,
        scope: Scope {
            account: crate::row::account(account)?,
            reach: match number(3)? {
                0 => crate::Reach::Own,
                1 => crate::Reach::Members,
                other => return Err(crate::row::unknown("reach", other)),
            },
            region: Region::parse(&region).map_err(|_| crate::row::unknown("Region", &region))?,
        },
        kind: match number(4)? {
            0 => ReportKind::Findings,
            1 => ReportKind::Sbom,
            other => return Err(crate::row::unknown("kind of report", other)),
        },
        format: text(5)?,
        destination: text(6)?,
        criteria: text(7)?,
        status: match number(8)? {
            0 => ReportStatus::InProgress,
            1 => ReportStatus::Succeeded,
            2 => ReportStatus::Cancelled,
            3 => ReportStatus::Failed,
            other => return Err(crate::row::unknown("status of a report", other)),
        },
        error: code.map(|code| (code, message.unwrap_or_default())),
        created_at: Timestamp::from_millis(created_at),
    })
}
