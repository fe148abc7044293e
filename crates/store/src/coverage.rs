//! Which functions are watched for what: one row for each function and kind of scanning, as `ListCoverage` answers.

use std::collections::BTreeMap;

use shindan_inspector::coverage::{
    Choice, CoveredResource, FunctionMetadata, Range, ResourceMetadata, ScanStatus, TagCriterion,
};
use shindan_inspector::finding::ResourceType;
use shindan_inspector::{
    CoverageCriteria, FunctionArn, GroupKey, ScanStatusCode, ScanStatusReason, ScanType, Timestamp,
    runtime,
};
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::function::{arn, layers, tags};
use crate::page::CursorValue;
use crate::sql::{Sql, Value};
use crate::{Cursor, Page, Scope, Store, StoreError, Write};

/// What coverage says of a function and a kind of scanning, and what the API does not show of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoverageRow {
    /// The function's row.
    pub function: i64,
    /// What the API shows.
    pub resource: CoveredResource,
    /// Why the last scan was incomplete, one line a reason; empty when it was complete.
    pub notes: String,
}

impl CoverageRow {
    /// The API's `CoveredResource`.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::to_value(&self.resource).unwrap_or_default()
    }
}

/// Where a function and a kind of scanning stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoverageState {
    /// Whether it is watched, and why.
    pub status: ScanStatus,
    /// When its last scan ended.
    pub last_scanned_at: Option<Timestamp>,
    /// The content that the last scan was of; empty before the first.
    pub scanned_content: String,
    /// What it was done with: the version of the detectors, or the advisories.
    pub scanned_with: String,
    /// Why the last scan was incomplete.
    pub notes: String,
}

/// How many resources share a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoverageCount {
    /// The value of the [`GroupKey`], on the wire.
    pub value: String,
    /// How many.
    pub count: u64,
}

const ROWS: &str = "SELECT c.function_id, c.scan_type, c.status, c.reason, c.last_scanned_at, c.notes, f.region, \
     f.account_id, f.name, f.runtime FROM coverage c JOIN function f ON f.id = c.function_id WHERE ";

impl Store {
    /// Coverage in the order of functions and kinds of scanning.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn coverage(
        &self,
        scope: &Scope,
        criteria: &CoverageCriteria,
        after: Option<&Cursor>,
        limit: u32,
    ) -> Result<Page<CoverageRow>, StoreError> {
        let mut sql = Sql::new(self.engine(), ROWS);
        sql.within("c", scope);
        restrict(&mut sql, criteria);
        if let Some([CursorValue::Integer(function), CursorValue::Integer(scan)]) =
            after.map(|cursor| cursor.0.as_slice())
        {
            sql.push(" AND (c.function_id, c.scan_type) > (");
            sql.bind(*function).push(", ").bind(*scan).push(")");
        }
        sql.push(" ORDER BY c.function_id, c.scan_type LIMIT ")
            .bind(i64::from(limit) + 1);
        let mut connection = self.readers().acquire().await.map_err(|e| self.failed(e))?;
        let rows = sql
            .rows(&mut *connection)
            .await
            .map_err(|e| self.failed(e))?;
        let mut covered = Vec::with_capacity(rows.len());
        for row in &rows {
            covered.push(read(row, |e| self.failed(e))?);
        }
        let mut ids: Vec<i64> = covered.iter().map(|row| row.function).collect();
        ids.dedup();
        let tags = tags(&mut connection, self.engine(), &ids)
            .await
            .map_err(|e| self.failed(e))?;
        let layers = layers(&mut connection, self.engine(), &ids)
            .await
            .map_err(|e| self.failed(e))?;
        for row in &mut covered {
            let metadata = &mut row.resource.resource_metadata.lambda_function;
            metadata.function_tags = tags.get(&row.function).cloned().unwrap_or_default();
            let layers = layers.get(&row.function).into_iter().flatten();
            metadata.layers = layers.map(|layer| layer.arn.clone()).collect();
        }
        Ok(Page::cut(covered, limit, |last| {
            Cursor(vec![
                CursorValue::Integer(last.function),
                CursorValue::Integer(i64::from(last.resource.scan_type.code())),
            ])
        }))
    }

    /// How many rows of coverage there are: by the values of a group key, or all in one count with an empty value.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn coverage_statistics(
        &self,
        scope: &Scope,
        criteria: &CoverageCriteria,
        group: Option<GroupKey>,
    ) -> Result<Vec<CoverageCount>, StoreError> {
        let column = match group {
            Some(GroupKey::ScanStatusCode) => "CAST(c.status AS BIGINT)",
            Some(GroupKey::ScanStatusReason) => "CAST(c.reason AS BIGINT)",
            Some(GroupKey::AccountId) => "c.account_id",
            Some(GroupKey::ResourceType) | None => "CAST(0 AS BIGINT)",
        };
        let mut sql = Sql::new(self.engine(), "SELECT ");
        sql.push(column);
        sql.push(", count(*) FROM coverage c JOIN function f ON f.id = c.function_id WHERE ");
        sql.within("c", scope);
        restrict(&mut sql, criteria);
        sql.push(" GROUP BY 1 ORDER BY 1");
        let rows = sql.rows(self.readers()).await.map_err(|e| self.failed(e))?;
        rows.iter()
            .map(|row| {
                let key: i64 = row.try_get(0).map_err(|e| self.failed(e))?;
                let count: i64 = row.try_get(1).map_err(|e| self.failed(e))?;
                let code = || i16::try_from(key).ok();
                let value = match group {
                    Some(GroupKey::ScanStatusCode) => code()
                        .and_then(ScanStatusCode::from_code)
                        .map(|code| code.to_string()),
                    Some(GroupKey::ScanStatusReason) => code()
                        .and_then(ScanStatusReason::from_code)
                        .map(|reason| reason.to_string()),
                    Some(GroupKey::AccountId) => Some(format!("{key:012}")),
                    Some(GroupKey::ResourceType) => Some("AWS_LAMBDA_FUNCTION".to_owned()),
                    None => Some(String::new()),
                };
                Ok(CoverageCount {
                    value: value.ok_or_else(|| unreadable(key))?,
                    count: count.unsigned_abs(),
                })
            })
            .collect()
    }

    /// Rows of functions that were deleted before a moment and that coverage still shows, ascending.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn deleted_before(
        &self,
        moment: Timestamp,
        limit: u32,
    ) -> Result<Vec<i64>, StoreError> {
        sqlx::query_scalar(
            "SELECT DISTINCT f.id FROM function f JOIN coverage c ON c.function_id = f.id WHERE f.deleted_at < $1 \
             ORDER BY f.id LIMIT $2",
        )
        .bind(moment.as_millis())
        .bind(i64::from(limit))
        .fetch_all(self.readers())
        .await
        .map_err(|e| self.failed(e))
    }
}

impl Store {
    /// Rows of watched functions behind a row, ascending, whose code was last scanned with other detectors than these.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn scanned_without(
        &self,
        detectors: &str,
        after: i64,
        limit: u32,
    ) -> Result<Vec<i64>, StoreError> {
        let mut sql = Sql::new(
            self.engine(),
            "SELECT c.function_id FROM coverage c JOIN function f ON f.id = c.function_id \
             WHERE f.deleted_at IS NULL AND c.scanned_with NOT IN ('', ",
        );
        sql.bind(detectors).push(") AND c.scan_type = ");
        sql.number(i64::from(ScanType::Code.code()));
        sql.push(" AND c.status = ")
            .number(i64::from(ScanStatusCode::Active.code()));
        sql.push(" AND c.function_id > ").bind(after);
        sql.push(" ORDER BY c.function_id LIMIT ")
            .number(i64::from(limit));
        let rows = sql.rows(self.readers()).await;
        let rows = rows.map_err(|e| self.failed(e))?;
        rows.iter()
            .map(|row| row.try_get(0).map_err(|e| self.failed(e)))
            .collect()
    }
}

impl Write {
    /// Where a function stands, by kind of scanning.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn coverage_of(
        &mut self,
        function: i64,
    ) -> Result<BTreeMap<ScanType, CoverageState>, StoreError> {
        let rows = sqlx::query(
            "SELECT scan_type, status, reason, last_scanned_at, scanned_content, scanned_with, notes FROM coverage \
             WHERE function_id = $1 ORDER BY scan_type",
        )
        .bind(function)
        .fetch_all(&mut **self)
        .await
        .map_err(|e| self.failed(e))?;
        let mut states = BTreeMap::new();
        for row in &rows {
            let read = |row: &AnyRow| -> Result<(i16, i16, i16, CoverageState), sqlx::Error> {
                let state = CoverageState {
                    status: ScanStatus {
                        status_code: ScanStatusCode::Inactive,
                        reason: ScanStatusReason::InternalError,
                    },
                    last_scanned_at: row
                        .try_get::<Option<i64>, _>(3)?
                        .map(Timestamp::from_millis),
                    scanned_content: row.try_get(4)?,
                    scanned_with: row.try_get(5)?,
                    notes: row.try_get(6)?,
                };
                Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, state))
            };
            let (scan, code, reason, mut state) = read(row).map_err(|e| self.failed(e))?;
            state.status = status(code, reason)?;
            let scan = ScanType::from_code(scan).ok_or_else(|| unreadable(i64::from(scan)))?;
            states.insert(scan, state);
        }
        Ok(states)
    }

    /// Sets where a function stands. What is known of its last scan stays.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_coverage(
        &mut self,
        function: i64,
        arn: &FunctionArn,
        scan: ScanType,
        status: ScanStatus,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO coverage (function_id, scan_type, region, account_id, status, reason, scanned_content, \
             scanned_with, notes, updated_at) VALUES ($1, $2, $3, $4, $5, $6, '', '', '', $7) \
             ON CONFLICT (function_id, scan_type) DO UPDATE SET status = excluded.status, reason = excluded.reason, \
             updated_at = excluded.updated_at",
        )
        .bind(function)
        .bind(scan.code())
        .bind(arn.region.as_str())
        .bind(arn.account.number())
        .bind(status.status_code.code())
        .bind(status.reason.code())
        .bind(now.as_millis())
        .execute(&mut **self)
        .await
        .map(drop)
        .map_err(|e| self.failed(e))
    }

    /// Notes the end of a scan of a function that is covered.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_scanned(
        &mut self,
        function: i64,
        scan: ScanType,
        state: &CoverageState,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE coverage SET status = $1, reason = $2, last_scanned_at = $3, scanned_content = $4, \
             scanned_with = $5, notes = $6, updated_at = $7 WHERE function_id = $8 AND scan_type = $9",
        )
        .bind(state.status.status_code.code())
        .bind(state.status.reason.code())
        .bind(state.last_scanned_at.map(Timestamp::as_millis))
        .bind(&*state.scanned_content)
        .bind(&*state.scanned_with)
        .bind(&*state.notes)
        .bind(now.as_millis())
        .bind(function)
        .bind(scan.code())
        .execute(&mut **self)
        .await
        .map(drop)
        .map_err(|e| self.failed(e))
    }

    /// Takes a function out of coverage.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn remove_coverage(
        &mut self,
        function: i64,
        scan: ScanType,
    ) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM coverage WHERE function_id = $1 AND scan_type = $2")
            .bind(function)
            .bind(scan.code())
            .execute(&mut **self)
            .await
            .map(drop)
            .map_err(|e| self.failed(e))
    }
}

/// Goes on with the conditions of criteria.
fn restrict(sql: &mut Sql, criteria: &CoverageCriteria) {
    if criteria.finds_nothing {
        sql.push(" AND 1 = 0");
    }
    choose(sql, " AND c.status", &criteria.status, |c| c.code());
    choose(sql, " AND c.reason", &criteria.reason, |r| r.code());
    choose(sql, " AND c.scan_type", &criteria.scan_type, |s| s.code());
    choose(sql, " AND c.account_id", &criteria.account, |a| a.number());
    choose(sql, " AND f.name", &criteria.function_name, String::as_str);
    restrict_functions(sql, &criteria.function);
    restrict_runtimes(sql, &criteria.runtime);
    restrict_tags(sql, &criteria.tags);
    restrict_times(sql, &criteria.last_scanned);
}

fn choose<'c, T, V: Into<Value>>(
    sql: &mut Sql,
    column: &'static str,
    choice: &'c Choice<T>,
    value: impl Fn(&'c T) -> V + Copy,
) {
    if let Some(any_of) = &choice.any_of {
        // A list without values would compare with NULL.
        if any_of.is_empty() {
            sql.push(" AND 1 = 0");
            return;
        }
        sql.push(column).push(" IN ");
        sql.among(any_of.iter().map(value));
    }
    if !choice.none_of.is_empty() {
        sql.push(column).push(" NOT IN ");
        sql.among(choice.none_of.iter().map(value));
    }
}

fn restrict_functions(sql: &mut Sql, choice: &Choice<FunctionArn>) {
    let mut one_of = |arns: &[FunctionArn], begin: &'static str| {
        sql.push(begin).push("(1 = 0");
        for arn in arns {
            sql.push(" OR (f.region = ").bind(arn.region.as_str());
            sql.push(" AND f.account_id = ").bind(arn.account.number());
            sql.push(" AND f.name = ").bind(arn.name()).push(")");
        }
        sql.push(")");
    };
    if let Some(any_of) = &choice.any_of {
        one_of(any_of, " AND ");
    }
    if !choice.none_of.is_empty() {
        one_of(&choice.none_of, " AND NOT ");
    }
}

/// The API's names are many-to-one: `UNSUPPORTED` is whatever it has no name for.
fn restrict_runtimes(sql: &mut Sql, choice: &Choice<String>) {
    let mut one_of = |names: &[String], begin: &'static str| {
        sql.push(begin).push("(1 = 0");
        for name in names.iter().filter_map(|name| runtime::lambda_name(name)) {
            sql.push(" OR f.runtime = ").bind(name);
        }
        if names.iter().any(|name| name == runtime::UNSUPPORTED) {
            sql.push(" OR f.runtime NOT IN ");
            sql.among(runtime::named());
        }
        sql.push(")");
    };
    if let Some(any_of) = &choice.any_of {
        one_of(any_of, " AND ");
    }
    if !choice.none_of.is_empty() {
        one_of(&choice.none_of, " AND NOT ");
    }
}

fn restrict_tags(sql: &mut Sql, tags: &[TagCriterion]) {
    if tags.is_empty() {
        return;
    }
    sql.push(" AND (1 = 0");
    for tag in tags {
        sql.push(" OR EXISTS (SELECT 1 FROM function_tag t WHERE t.function_id = c.function_id AND t.key = ");
        sql.bind(tag.key.as_str());
        if let Some(value) = &tag.value {
            sql.push(" AND t.value = ").bind(value.as_str());
        }
        sql.push(")");
    }
    sql.push(")");
}

fn restrict_times(sql: &mut Sql, ranges: &[Range]) {
    if ranges.is_empty() {
        return;
    }
    sql.push(" AND (1 = 0");
    for range in ranges {
        sql.push(" OR (c.last_scanned_at IS NOT NULL");
        if let Some(start) = range.start {
            sql.push(" AND c.last_scanned_at >= ")
                .bind(start.as_millis());
        }
        if let Some(end) = range.end {
            sql.push(" AND c.last_scanned_at <= ").bind(end.as_millis());
        }
        sql.push(")");
    }
    sql.push(")");
}

fn read(
    row: &AnyRow,
    failed: impl Fn(sqlx::Error) -> StoreError,
) -> Result<CoverageRow, StoreError> {
    let text = |column: usize| row.try_get::<String, _>(column).map_err(&failed);
    let code = |column: usize| row.try_get::<i16, _>(column).map_err(&failed);
    let arn = arn(&text(6)?, row.try_get(7).map_err(&failed)?, &text(8)?)?;
    let scan = code(1)?;
    let last_scanned: Option<i64> = row.try_get(4).map_err(&failed)?;
    Ok(CoverageRow {
        function: row.try_get(0).map_err(&failed)?,
        resource: CoveredResource {
            resource_type: ResourceType::AwsLambdaFunction,
            resource_id: arn.resource_id(),
            account_id: arn.account,
            scan_type: ScanType::from_code(scan).ok_or_else(|| unreadable(i64::from(scan)))?,
            scan_status: status(code(2)?, code(3)?)?,
            resource_metadata: ResourceMetadata {
                lambda_function: FunctionMetadata {
                    function_name: arn.name().to_owned(),
                    function_tags: BTreeMap::new(),
                    layers: Vec::new(),
                    runtime: runtime::api_name(&text(9)?).to_owned(),
                },
            },
            last_scanned_at: last_scanned.map(Timestamp::from_millis),
        },
        notes: text(5)?,
    })
}

fn status(code: i16, reason: i16) -> Result<ScanStatus, StoreError> {
    let status = || {
        Some(ScanStatus {
            status_code: ScanStatusCode::from_code(code)?,
            reason: ScanStatusReason::from_code(reason)?,
        })
    };
    status().ok_or_else(|| unreadable(i64::from(reason)))
}

fn unreadable(code: i64) -> StoreError {
    StoreError::Row {
        what: format!("the code {code} in coverage"),
    }
}
