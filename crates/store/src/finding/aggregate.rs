//! Counts of active findings by what they have in common.
//!
//! Counts by account, finding type and function add up what [`super::count`] keeps of each function. The other kinds are one
//! range of one index each (see the migration), grouped in the order of that index: first by key and severity, which is cheap
//! and leaves few rows, then turned into one row a key. A page repeats that and takes its part.

use std::collections::{BTreeMap, BTreeSet};

use shindan_inspector::aggregation::{
    AccountRow, Aggregation, AggregationRequest, AggregationRow, ByAccount, FunctionRow, LayerRow,
    PackageRow, SeverityCounts, TitleRow,
};
use shindan_inspector::criteria::{MapFilter, StringFilter, TextMatch};
use shindan_inspector::{AccountId, FindingStatus, Severity, SortOrder, Timestamp};
use sqlx::Row;
use sqlx::any::AnyRow;

use super::driver::Driver;
use super::filter;
use super::page::bind;
use super::reach::FindingScope;
use super::title::titled;
use crate::page::CursorValue;
use crate::sql::Sql;
use crate::{Cursor, Engine, Page, Reach, Scope, Store, StoreError};

/// The shape of one kind of count: where it counts, and what a row is about.
#[derive(PartialEq, Eq)]
struct Shape {
    from: From,
    /// What a row is about, one or two columns.
    keys: &'static [&'static str],
}

/// What is counted. Tables are `f`; each has the columns that scopes and requests name.
#[derive(PartialEq, Eq)]
enum From {
    /// Functions, whose findings are counted already.
    Functions,
    /// Findings, by the numbers of their titles, which become titles in the end.
    Titles,
    /// Rows of a table that holds copies of the columns of findings.
    Parts(&'static str),
}

/// The names of the key's columns while counting.
const KEYS: [&str; 2] = ["key_1", "key_2"];

const BY_ACCOUNT: Shape = Shape {
    from: From::Functions,
    keys: &["f.account_id"],
};
const BY_FUNCTION: Shape = Shape {
    from: From::Functions,
    keys: &["f.function_id"],
};
const BY_TITLE: Shape = Shape {
    from: From::Titles,
    keys: &["f.title_key / 8"],
};
const BY_PACKAGE: Shape = Shape {
    from: From::Parts("finding_package f"),
    keys: &["f.name"],
};
const BY_LAYER: Shape = Shape {
    from: From::Parts("finding_layer f"),
    keys: &["f.layer_arn", "f.function_id"],
};

impl Store {
    /// Counts the active findings that a caller sees.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn aggregate(
        &self,
        scope: &Scope,
        request: &AggregationRequest,
        after: Option<&Cursor>,
        limit: u32,
    ) -> Result<Page<AggregationRow>, StoreError> {
        let shape = match &request.by {
            Aggregation::FindingType(only)
            | Aggregation::Account(only)
            | Aggregation::Title { only, .. }
                if !only.counts_functions() =>
            {
                return Ok(Page::empty());
            }
            Aggregation::Other(_) => return Ok(Page::empty()),
            Aggregation::FindingType(_) | Aggregation::Account(_) => &BY_ACCOUNT,
            Aggregation::Title { .. } => &BY_TITLE,
            Aggregation::Package { .. } => &BY_PACKAGE,
            Aggregation::LambdaFunction { .. } => &BY_FUNCTION,
            Aggregation::LambdaLayer { .. } => &BY_LAYER,
        };
        let Some(seen) = self.finding_scope(scope).await? else {
            return Ok(Page::empty());
        };
        let own: Vec<Driver<'_>> = match shape.from {
            From::Titles | From::Parts(_) => {
                seen.account.map(Driver::Account).into_iter().collect()
            }
            From::Functions => Vec::new(),
        };
        let driver = self.fewest(&own, &seen).await?;
        let sql = self.counting(shape, &seen, driver, request, after, limit);
        let rows = match (self.engine(), driver, &shape.from) {
            (Engine::Postgres, None, From::Titles | From::Parts(_)) => {
                self.in_index_order(&sql).await
            }
            _ => sql.query_once().fetch_all(self.readers()).await,
        };
        let rows = rows.map_err(|e| self.failed(e))?;
        let counted: Vec<Counted> = rows
            .iter()
            .map(|row| Counted::read(shape, row))
            .collect::<Result<_, _>>()
            .map_err(|e| self.failed(e))?;
        let page = Page::cut(counted, limit, |row| row.cursor(request));
        Ok(Page {
            rows: self.shown(scope, request, page.rows).await?,
            next: page.next,
        })
    }

    /// PostgreSQL likes to read the whole table and to hash every text. Following the index, which holds all that is asked
    /// for in the order of the groups, took a third of the time for titles (300,000 findings), and never more.
    async fn in_index_order(&self, sql: &Sql) -> Result<Vec<AnyRow>, sqlx::Error> {
        let mut transaction = self.readers().begin().await?;
        for setting in [
            "SET LOCAL enable_hashagg = off",
            "SET LOCAL enable_seqscan = off",
        ] {
            sqlx::query(setting).execute(&mut *transaction).await?;
        }
        let rows = sql.query_once().fetch_all(&mut *transaction).await?;
        transaction.rollback().await?;
        Ok(rows)
    }

    fn counting(
        &self,
        shape: &Shape,
        scope: &FindingScope,
        driver: Option<&Driver<'_>>,
        request: &AggregationRequest,
        after: Option<&Cursor>,
        limit: u32,
    ) -> Sql {
        let mut sql = Sql::new(self.engine(), "SELECT * FROM (");
        match shape.from {
            From::Functions => {
                sql.push("SELECT ");
                for (name, key) in KEYS.into_iter().zip(shape.keys) {
                    sql.push(key).push(" AS ").push(name).push(", ");
                }
                sums(&mut sql, "f.", FUNCTION_COUNTS);
                sql.push(", CAST(SUM(f.untriaged + f.informational + f.low + f.medium + f.high + f.critical) AS BIGINT) AS all_of_it \
                     FROM finding_count f WHERE ");
                conditions(&mut sql, scope, request);
                // In the order of the index; a function is of one account.
                sql.push(" GROUP BY f.account_id");
                if shape == &BY_FUNCTION {
                    sql.push(", f.function_id");
                }
            }
            From::Titles => {
                sql.push("SELECT x.title AS key_1, MAX(x.vulnerability_id) AS vulnerability, ");
                sums(&mut sql, "c.", FINDING_COUNTS);
                sql.push(" FROM (");
                let groups = Groups {
                    finding: "f.id",
                    severity: "f.title_key % 8",
                    by: &["f.title_key"],
                };
                grouped(
                    &mut sql,
                    "finding f",
                    shape,
                    &groups,
                    driver,
                    scope,
                    request,
                );
                sql.push(") c JOIN finding_title x ON x.id = c.key_1 GROUP BY x.title");
            }
            From::Parts(table) => {
                let groups = Groups {
                    finding: "f.finding_id",
                    severity: "f.severity",
                    by: shape.keys,
                };
                grouped(&mut sql, table, shape, &groups, driver, scope, request);
            }
        }
        sql.push(") t");
        let sorted = sorted_column(request);
        if let Some(Cursor(values)) = after {
            behind(&mut sql, sorted, request.sort_order, values);
        }
        sql.push(" ORDER BY t.").push(sorted);
        if request.sort_order == SortOrder::Desc {
            sql.push(" DESC");
        }
        sql.push(", ");
        listed(&mut sql, &["t.key_1", "t.key_2"][..shape.keys.len()]);
        sql.push(" LIMIT ").number(i64::from(limit) + 1);
        sql
    }

    /// Adds what rows show beyond their key.
    async fn shown(
        &self,
        scope: &Scope,
        request: &AggregationRequest,
        counted: Vec<Counted>,
    ) -> Result<Vec<AggregationRow>, StoreError> {
        let own = (scope.reach == Reach::Own).then_some(scope.account);
        let functions = match &request.by {
            Aggregation::LambdaFunction { .. } | Aggregation::LambdaLayer { .. } => {
                self.named_functions(&counted).await?
            }
            _ => BTreeMap::new(),
        };
        let mut rows = Vec::with_capacity(counted.len());
        for row in counted {
            let severity_counts = row.counts;
            rows.push(match &request.by {
                Aggregation::FindingType(_) => AggregationRow::FindingType(row.account()?),
                Aggregation::Account(_) => AggregationRow::Account(row.account()?),
                Aggregation::Package { .. } => AggregationRow::Package(PackageRow {
                    package_name: row.text_key()?,
                    account_id: own,
                    severity_counts,
                }),
                Aggregation::Title { .. } => {
                    let title = row.text_key()?;
                    AggregationRow::Title(TitleRow {
                        vulnerability_id: Some(row.vulnerability).filter(|id| !id.is_empty()),
                        title,
                        account_id: own,
                        severity_counts,
                    })
                }
                Aggregation::LambdaFunction { .. } | Aggregation::LambdaLayer { .. } => {
                    let id = row.function()?;
                    let Some(function) = functions.get(&id).cloned() else {
                        // Removed between the two statements.
                        continue;
                    };
                    if let Aggregation::LambdaLayer { .. } = &request.by {
                        AggregationRow::LambdaLayer(LayerRow {
                            function_name: function.function_name,
                            resource_id: function.resource_id,
                            layer_arn: row.text_key()?,
                            account_id: function.account_id,
                            severity_counts,
                        })
                    } else {
                        AggregationRow::LambdaFunction(FunctionRow {
                            severity_counts,
                            ..function
                        })
                    }
                }
                Aggregation::Other(_) => continue,
            });
        }
        Ok(rows)
    }

    /// The functions of rows, without counts.
    async fn named_functions(
        &self,
        counted: &[Counted],
    ) -> Result<BTreeMap<i64, FunctionRow>, StoreError> {
        let mut functions = BTreeMap::new();
        let ids: BTreeSet<i64> = counted
            .iter()
            .map(Counted::function)
            .collect::<Result<_, _>>()?;
        if ids.is_empty() {
            return Ok(functions);
        }
        let mut sql = Sql::new(
            self.engine(),
            "SELECT r.function_id, r.account_id, r.resource_id, r.name, r.runtime, r.last_modified_at \
             FROM finding_resource r WHERE r.function_id IN (",
        );
        sql.list(ids.iter().copied()).push(")");
        let rows = sql
            .query_once()
            .fetch_all(self.readers())
            .await
            .map_err(|e| self.failed(e))?;
        for row in &rows {
            let (id, function) = read_function(row).map_err(|e| self.failed(e))??;
            functions.insert(id, function);
        }
        let mut tags = Sql::new(
            self.engine(),
            "SELECT t.function_id, t.key, t.value FROM function_tag t WHERE t.function_id IN (",
        );
        tags.list(ids).push(")");
        let rows = tags
            .query_once()
            .fetch_all(self.readers())
            .await
            .map_err(|e| self.failed(e))?;
        for row in &rows {
            let id: i64 = row.try_get(0).map_err(|e| self.failed(e))?;
            if let Some(function) = functions.get_mut(&id) {
                let key = row.try_get(1).map_err(|e| self.failed(e))?;
                let value = row.try_get(2).map_err(|e| self.failed(e))?;
                function.lambda_tags.insert(key, value);
            }
        }
        Ok(functions)
    }
}

/// The columns that counts of each severity have.
const SEVERITIES: [(&str, Severity); 6] = [
    ("untriaged", Severity::Untriaged),
    ("informational", Severity::Informational),
    ("low", Severity::Low),
    ("medium", Severity::Medium),
    ("high", Severity::High),
    ("critical", Severity::Critical),
];

const fn sorted_column(request: &AggregationRequest) -> &'static str {
    use shindan_inspector::aggregation::SortBy;
    match request.sort_by {
        SortBy::Critical => "critical",
        SortBy::High => "high",
        SortBy::All => "all_of_it",
    }
}

/// What is summed up of findings.
const FINDING_COUNTS: &[&str] = &[
    "all_of_it",
    "untriaged",
    "informational",
    "low",
    "medium",
    "high",
    "critical",
];

/// What is summed up of functions: columns of `finding_count`.
const FUNCTION_COUNTS: &[&str] = &[
    "untriaged",
    "informational",
    "low",
    "medium",
    "high",
    "critical",
    "exploits",
    "fixes",
];

fn sums(sql: &mut Sql, table: &'static str, columns: &[&'static str]) {
    for (at, column) in columns.iter().enumerate() {
        sql.push(if at == 0 { "CAST(SUM(" } else { ", CAST(SUM(" })
            .push(table)
            .push(column);
        sql.push(") AS BIGINT) AS ").push(column);
    }
}

/// How findings are counted apart before they become one row a key: in the order of an index, so that nothing has to be
/// sorted.
struct Groups {
    /// The number of the finding.
    finding: &'static str,
    severity: &'static str,
    /// With the severity, what is grouped by.
    by: &'static [&'static str],
}

/// A SELECT of the keys of a shape and of [`FINDING_COUNTS`].
fn grouped(
    sql: &mut Sql,
    table: &'static str,
    shape: &Shape,
    groups: &Groups,
    driver: Option<&Driver<'_>>,
    scope: &FindingScope,
    request: &AggregationRequest,
) {
    sql.push("SELECT ");
    for name in KEYS.into_iter().take(shape.keys.len()) {
        sql.push("g.").push(name).push(" AS ").push(name).push(", ");
    }
    sql.push("CAST(SUM(g.n) AS BIGINT) AS all_of_it");
    for (name, severity) in SEVERITIES {
        sql.push(", CAST(SUM(CASE WHEN g.severity = ")
            .number(i64::from(severity.code()))
            .push(" THEN g.n ELSE 0 END) AS BIGINT) AS ")
            .push(name);
    }
    sql.push(" FROM (SELECT ");
    for (name, key) in KEYS.into_iter().zip(shape.keys) {
        sql.push(key).push(" AS ").push(name).push(", ");
    }
    sql.push(groups.severity)
        .push(" AS severity, COUNT(*) AS n FROM ")
        .push(table)
        .push(" WHERE ");
    if let Some(driver) = driver {
        sql.push(groups.finding).push(" IN (");
        driver.select(sql, scope);
        sql.push(") AND ");
        sql.fence();
    }
    conditions(sql, scope, request);
    sql.push(" AND ").column("f.status").push(" = ");
    sql.number(i64::from(FindingStatus::Active.code()));
    sql.unfence();
    sql.push(" GROUP BY ");
    listed(sql, groups.by);
    if groups.severity == "f.severity" {
        sql.push(", f.severity");
    }
    sql.push(") g GROUP BY ");
    listed(sql, &["g.key_1", "g.key_2"][..shape.keys.len()]);
}

fn listed(sql: &mut Sql, columns: &[&'static str]) {
    for (at, column) in columns.iter().enumerate() {
        sql.push(if at == 0 { "" } else { ", " }).push(column);
    }
}

/// The scope, and what a request adds.
fn conditions(sql: &mut Sql, scope: &FindingScope, request: &AggregationRequest) {
    scope.condition(sql, "f.region_id", "f.administrator");
    if let Some(account) = scope.account {
        sql.push(" AND ").column("f.account_id").push(" = ");
        sql.bind(account.number());
    }
    wanted(sql, request);
}

fn wanted(sql: &mut Sql, request: &AggregationRequest) {
    match &request.by {
        Aggregation::FindingType(only) | Aggregation::Account(only) => of_type(sql, *only),
        Aggregation::Package { names } => {
            sql.push(" AND ").column("f.counted").push(" = 1");
            texts(sql, "f.name", names);
        }
        Aggregation::Title {
            titles,
            vulnerability_ids,
            only,
        } => {
            of_type(sql, *only);
            if !titles.is_empty() || !vulnerability_ids.is_empty() {
                let vulnerability = TextMatch::new(vulnerability_ids);
                sql.push(" AND ");
                titled(sql, "f.title_key", &TextMatch::new(titles), &vulnerability);
            }
        }
        Aggregation::LambdaFunction {
            resource_ids,
            function_names,
            runtimes,
            function_tags,
        } => {
            of_functions(sql, resource_ids, function_names, runtimes);
            tagged(sql, function_tags);
        }
        Aggregation::LambdaLayer {
            function_names,
            resource_ids,
            layer_arns,
        } => {
            texts(sql, "f.layer_arn", layer_arns);
            of_functions(sql, resource_ids, function_names, &[]);
        }
        Aggregation::Other(_) => {}
    }
    if !request.account_ids.is_empty() {
        sql.push(" AND ");
        let wanted = TextMatch::new(&request.account_ids);
        filter::account(sql, "f.account_id", &wanted);
    }
}

fn of_type(sql: &mut Sql, only: ByAccount) {
    if let Some(kind) = only.finding_type {
        sql.push(" AND ")
            .column("f.type")
            .push(" = ")
            .number(i64::from(kind.code()));
    }
}

fn of_functions(
    sql: &mut Sql,
    resource_ids: &[StringFilter],
    names: &[StringFilter],
    runtimes: &[StringFilter],
) {
    if resource_ids.is_empty() && names.is_empty() && runtimes.is_empty() {
        return;
    }
    sql.push(" AND ")
        .column("f.function_id")
        .push(" IN (SELECT r.function_id FROM finding_resource r WHERE 1 = 1");
    texts(sql, "r.resource_id", resource_ids);
    texts(sql, "r.name", names);
    texts(sql, "r.runtime", runtimes);
    sql.push(")");
}

fn tagged(sql: &mut Sql, filters: &[MapFilter]) {
    if !filters.is_empty() {
        sql.push(" AND ").column("f.function_id");
        sql.push(" IN (SELECT t.function_id FROM function_tag t WHERE ");
        filter::tags(sql, filters);
        sql.push(")");
    }
}

fn texts(sql: &mut Sql, column: &'static str, filters: &[StringFilter]) {
    if !filters.is_empty() {
        sql.push(" AND ");
        filter::nullable(sql, column, &TextMatch::new(filters));
    }
}

/// The condition that a row comes behind the last one of the page before.
fn behind(sql: &mut Sql, sorted: &'static str, order: SortOrder, values: &[CursorValue]) {
    let [CursorValue::Integer(count), keys @ ..] = values else {
        return;
    };
    let beyond = if order == SortOrder::Desc {
        " < "
    } else {
        " > "
    };
    sql.push(" WHERE (t.")
        .push(sorted)
        .push(beyond)
        .bind(*count);
    sql.push(" OR (t.")
        .push(sorted)
        .push(" = ")
        .bind(*count)
        .push(" AND (t.key_1");
    match keys {
        [first] => {
            sql.push(" > ");
            bind(sql, first);
        }
        [first, second, ..] => {
            sql.push(", t.key_2) > (");
            bind(sql, first).push(", ");
            bind(sql, second);
        }
        [] => {
            sql.push(" IS NULL");
        }
    }
    sql.push(")))");
}

/// One row as counted.
#[derive(Clone, Debug)]
struct Counted {
    keys: Vec<CursorValue>,
    counts: SeverityCounts,
    exploits: i64,
    fixes: i64,
    /// Of a title: empty when it is about none.
    vulnerability: String,
}

impl Counted {
    fn read(shape: &Shape, row: &AnyRow) -> Result<Self, sqlx::Error> {
        let mut keys = Vec::with_capacity(2);
        for (name, column) in KEYS.into_iter().zip(shape.keys) {
            keys.push(if column.ends_with("_id") {
                CursorValue::Integer(row.try_get(name)?)
            } else {
                CursorValue::Text(row.try_get(name)?)
            });
        }
        let of_functions = |name: &str| match shape.from {
            From::Functions => row.try_get(name),
            From::Titles | From::Parts(_) => Ok(0),
        };
        Ok(Self {
            keys,
            counts: SeverityCounts {
                all: row.try_get("all_of_it")?,
                medium: row.try_get("medium")?,
                high: row.try_get("high")?,
                critical: row.try_get("critical")?,
                low: row.try_get("low")?,
                informational: row.try_get("informational")?,
                untriaged: row.try_get("untriaged")?,
            },
            exploits: of_functions("exploits")?,
            fixes: of_functions("fixes")?,
            vulnerability: match shape.from {
                From::Titles => row.try_get("vulnerability")?,
                From::Functions | From::Parts(_) => String::new(),
            },
        })
    }

    fn cursor(&self, request: &AggregationRequest) -> Cursor {
        let mut values = vec![CursorValue::Integer(self.counts.sorted_by(request.sort_by))];
        values.extend(self.keys.iter().cloned());
        Cursor(values)
    }

    fn text_key(&self) -> Result<String, StoreError> {
        match self.keys.first() {
            Some(CursorValue::Text(text)) => Ok(text.clone()),
            other => Err(odd("a key of counts", other)),
        }
    }

    fn function(&self) -> Result<i64, StoreError> {
        match self.keys.last() {
            Some(CursorValue::Integer(id)) => Ok(*id),
            other => Err(odd("a function of counts", other)),
        }
    }

    fn account(&self) -> Result<AccountRow, StoreError> {
        let number = match self.keys.first() {
            Some(CursorValue::Integer(number)) => *number,
            other => return Err(odd("an account of counts", other)),
        };
        Ok(AccountRow {
            account_id: AccountId::from_number(number).ok_or_else(|| odd("account_id", number))?,
            severity_counts: self.counts,
            exploit_available_count: self.exploits,
            fix_available_count: self.fixes,
        })
    }
}

fn read_function(row: &AnyRow) -> Result<Result<(i64, FunctionRow), StoreError>, sqlx::Error> {
    let account: i64 = row.try_get("account_id")?;
    let Some(account_id) = AccountId::from_number(account) else {
        return Ok(Err(odd("account_id", account)));
    };
    let modified: i64 = row.try_get("last_modified_at")?;
    let function = FunctionRow {
        resource_id: row.try_get("resource_id")?,
        function_name: row.try_get("name")?,
        runtime: row.try_get("runtime")?,
        lambda_tags: BTreeMap::new(),
        account_id,
        severity_counts: SeverityCounts::default(),
        last_modified_at: Timestamp::from_millis(modified),
    };
    Ok(Ok((row.try_get("function_id")?, function)))
}

fn odd(what: &str, value: impl std::fmt::Debug) -> StoreError {
    StoreError::Row {
        what: format!("{what} {value:?}"),
    }
}
