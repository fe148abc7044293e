//! Counts of active findings by what they have in common.
//!
//! Each kind of count is one range of one index (see the migration), grouped in the order of that index: first by key and
//! severity, which is cheap and leaves few rows, then turned into one row a key. A page repeats that and takes its part;
//! there are no stored totals that could be wrong.

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
use crate::page::CursorValue;
use crate::sql::Sql;
use crate::{Cursor, Engine, Page, Reach, Scope, Store, StoreError};

/// The shape of one kind of count: where it counts, and what a row is about.
struct Shape {
    /// `finding f`, or a table that holds copies of its columns under the same name.
    table: &'static str,
    /// The finding's number there.
    finding: &'static str,
    /// What a row is about, one or two columns.
    keys: &'static [&'static str],
    /// What is counted apart before it becomes one row, in the order of the index, so that nothing has to be sorted.
    groups: &'static str,
    extras: Extras,
}

/// What else a row shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Extras {
    Nothing,
    /// How many have an exploit, and a fix.
    ExploitsAndFixes,
    Vulnerability,
}

impl Extras {
    /// As columns of the inner grouping.
    const fn inner(self) -> &'static str {
        match self {
            Self::Nothing => "",
            Self::ExploitsAndFixes => ", f.exploit AS exploit, f.fix AS fix",
            Self::Vulnerability => ", MAX(f.vulnerability_id) AS vulnerability",
        }
    }

    /// As aggregates of the outer grouping. The numbers are those of the enumerations for YES.
    const fn outer(self) -> &'static str {
        match self {
            Self::Nothing => "",
            Self::ExploitsAndFixes => {
                ", CAST(SUM(CASE WHEN g.exploit = 1 THEN g.n ELSE 0 END) AS BIGINT) AS exploits, \
                 CAST(SUM(CASE WHEN g.fix = 2 THEN g.n ELSE 0 END) AS BIGINT) AS fixes"
            }
            Self::Vulnerability => ", MAX(g.vulnerability) AS vulnerability",
        }
    }
}

/// The names of the key's columns while counting.
const KEYS: [&str; 2] = ["key_1", "key_2"];

const BY_ACCOUNT: Shape = Shape {
    table: "finding f",
    finding: "f.id",
    keys: &["f.account_id"],
    groups: "f.account_id, f.type, f.severity, f.fix, f.exploit",
    extras: Extras::ExploitsAndFixes,
};
const BY_TITLE: Shape = Shape {
    table: "finding f",
    finding: "f.id",
    keys: &["f.title"],
    groups: "f.title, f.severity",
    extras: Extras::Vulnerability,
};
const BY_PACKAGE: Shape = Shape {
    table: "finding_package f",
    finding: "f.finding_id",
    keys: &["f.name"],
    groups: "f.name, f.severity",
    extras: Extras::Nothing,
};
const BY_FUNCTION: Shape = Shape {
    table: "finding f",
    finding: "f.id",
    keys: &["f.function_id"],
    groups: "f.function_id, f.severity",
    extras: Extras::Nothing,
};
const BY_LAYER: Shape = Shape {
    table: "finding_layer f",
    finding: "f.finding_id",
    keys: &["f.layer_arn", "f.function_id"],
    groups: "f.layer_arn, f.function_id, f.severity",
    extras: Extras::Nothing,
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
        let own: Vec<Driver<'_>> = seen.account.map(Driver::Account).into_iter().collect();
        let driver = self.fewest(&own, &seen).await?;
        let sql = self.counting(shape, &seen, driver, request, after, limit);
        let rows = match (self.engine(), driver) {
            (Engine::Postgres, None) => self.in_index_order(&sql).await,
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
        let mut sql = Sql::new(self.engine(), "SELECT * FROM (SELECT ");
        for name in KEYS.into_iter().take(shape.keys.len()) {
            sql.push("g.").push(name).push(", ");
        }
        sql.push("CAST(SUM(g.n) AS BIGINT) AS all_of_it");
        for (name, severity) in SEVERITIES {
            sql.push(", CAST(SUM(CASE WHEN g.severity = ")
                .number(i64::from(severity.code()))
                .push(" THEN g.n ELSE 0 END) AS BIGINT) AS ")
                .push(name);
        }
        sql.push(shape.extras.outer()).push(" FROM (SELECT ");
        for (name, key) in KEYS.into_iter().zip(shape.keys) {
            sql.push(key).push(" AS ").push(name).push(", ");
        }
        sql.push("f.severity AS severity, COUNT(*) AS n")
            .push(shape.extras.inner())
            .push(" FROM ")
            .push(shape.table)
            .push(" WHERE ");
        if let Some(driver) = driver {
            sql.push(shape.finding).push(" IN (");
            driver.select(&mut sql, scope);
            sql.push(") AND ");
            sql.fence();
        }
        scope.condition(&mut sql, "f.region_id", "f.administrator");
        if let Some(account) = scope.account {
            sql.push(" AND ").column("f.account_id").push(" = ");
            sql.bind(account.number());
        }
        sql.push(" AND ").column("f.status").push(" = ");
        sql.number(i64::from(FindingStatus::Active.code()));
        wanted(&mut sql, request);
        sql.unfence();
        sql.push(" GROUP BY ").push(shape.groups);
        sql.push(") g GROUP BY g.key_1");
        if shape.keys.len() > 1 {
            sql.push(", g.key_2");
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
        sql.push(", t.key_1");
        if shape.keys.len() > 1 {
            sql.push(", t.key_2");
        }
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
                Aggregation::Title { .. } => AggregationRow::Title(TitleRow {
                    title: row.text_key()?,
                    vulnerability_id: row.vulnerability,
                    account_id: own,
                    severity_counts,
                }),
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

/// The conditions that a request adds.
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
            texts(sql, "f.title", titles);
            texts(sql, "f.vulnerability_id", vulnerability_ids);
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
    vulnerability: Option<String>,
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
        let counts_fixes = shape.extras == Extras::ExploitsAndFixes;
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
            exploits: if counts_fixes {
                row.try_get("exploits")?
            } else {
                0
            },
            fixes: if counts_fixes {
                row.try_get("fixes")?
            } else {
                0
            },
            vulnerability: match shape.extras {
                Extras::Vulnerability => row.try_get("vulnerability")?,
                Extras::Nothing | Extras::ExploitsAndFixes => None,
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
