//! The statements that count findings.

use shindan_inspector::aggregation::{Aggregation, AggregationRequest, ByAccount};
use shindan_inspector::criteria::{MapFilter, StringFilter, TextMatch};
use shindan_inspector::{FindingStatus, Severity, SortOrder};

use super::driver::Driver;
use super::filter;
use super::page::bind;
use super::reach::FindingScope;
use super::title::titled;
use crate::page::CursorValue;
use crate::sql::Sql;
use crate::{Cursor, Engine};

/// The shape of one kind of count: where it counts, and what a row is about.
#[derive(PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) from: From,
    /// What a row is about, one or two columns.
    pub(super) keys: &'static [&'static str],
    /// What is counted apart before it becomes one row a key, in the order of an index, so that nothing has to be sorted.
    groups: &'static str,
}

/// What is counted. Tables are `f`; each has the columns that scopes and requests name.
#[derive(PartialEq, Eq)]
pub(super) enum From {
    /// Functions, whose findings are counted already.
    Functions,
    /// Findings, by the numbers of their titles, which become titles in the end.
    Titles,
    /// Rows of a table that holds copies of the columns of findings.
    Parts(&'static str),
}

/// The names of the key's columns while counting.
pub(super) const KEYS: [&str; 2] = ["key_1", "key_2"];

const BY_ACCOUNT: Shape = Shape {
    from: From::Functions,
    keys: &["f.account_id"],
    groups: "f.account_id",
};
const BY_FUNCTION: Shape = Shape {
    from: From::Functions,
    keys: &["f.function_id"],
    groups: "f.account_id, f.function_id",
};
const BY_TITLE: Shape = Shape {
    from: From::Titles,
    keys: &["f.title_key / 8"],
    groups: "f.title_key",
};
const BY_PACKAGE: Shape = Shape {
    from: From::Parts("finding_package f"),
    keys: &["f.name"],
    groups: "f.name, f.severity",
};
const BY_LAYER: Shape = Shape {
    from: From::Parts("finding_layer f"),
    keys: &["f.layer_arn", "f.function_id"],
    groups: "f.layer_arn, f.function_id, f.severity",
};

impl Shape {
    /// The shape of a kind of count; none when functions have nothing to count.
    pub(super) fn of(by: &Aggregation) -> Option<&'static Self> {
        Some(match by {
            Aggregation::FindingType(only)
            | Aggregation::Account(only)
            | Aggregation::Title { only, .. }
                if !only.counts_functions() =>
            {
                return None;
            }
            Aggregation::Other(_) => return None,
            Aggregation::FindingType(_) | Aggregation::Account(_) => &BY_ACCOUNT,
            Aggregation::Title { .. } => &BY_TITLE,
            Aggregation::Package { .. } => &BY_PACKAGE,
            Aggregation::LambdaFunction { .. } => &BY_FUNCTION,
            Aggregation::LambdaLayer { .. } => &BY_LAYER,
        })
    }

    /// The statement that counts, for a page behind `after`.
    pub(super) fn statement(
        &self,
        engine: Engine,
        scope: &FindingScope,
        driver: Option<&Driver<'_>>,
        request: &AggregationRequest,
        after: Option<&Cursor>,
        limit: u32,
    ) -> Sql {
        let mut sql = Sql::new(engine, "SELECT * FROM (");
        match self.from {
            From::Functions => {
                sql.push("SELECT ");
                for (name, key) in KEYS.into_iter().zip(self.keys) {
                    sql.push(key).push(" AS ").push(name).push(", ");
                }
                sums(&mut sql, "f.", &["exploits", "fixes"]);
                sql.push(", CAST(SUM(f.untriaged + f.informational + f.low + f.medium + f.high + f.critical) AS BIGINT) AS all_of_it \
                     FROM finding_count f WHERE ");
                conditions(&mut sql, scope, request);
                sql.push(" GROUP BY ").push(self.groups);
            }
            From::Titles => {
                sql.push("SELECT x.title AS key_1, MAX(x.vulnerability_id) AS vulnerability, ");
                sums(&mut sql, "c.", &["all_of_it"]);
                sql.push(" FROM (");
                let rows = Rows {
                    table: "finding f",
                    finding: "f.id",
                    severity: "f.title_key % 8",
                };
                self.grouped(&mut sql, &rows, driver, scope, request);
                sql.push(") c JOIN finding_title x ON x.id = c.key_1 GROUP BY x.title");
            }
            From::Parts(table) => {
                let rows = Rows {
                    table,
                    finding: "f.finding_id",
                    severity: "f.severity",
                };
                self.grouped(&mut sql, &rows, driver, scope, request);
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
        listed(&mut sql, &["t.key_1", "t.key_2"][..self.keys.len()]);
        sql.push(" LIMIT ").number(i64::from(limit) + 1);
        sql
    }

    /// A SELECT of the keys, of all findings and of those of each severity.
    fn grouped(
        &self,
        sql: &mut Sql,
        rows: &Rows,
        driver: Option<&Driver<'_>>,
        scope: &FindingScope,
        request: &AggregationRequest,
    ) {
        sql.push("SELECT ");
        for name in KEYS.into_iter().take(self.keys.len()) {
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
        for (name, key) in KEYS.into_iter().zip(self.keys) {
            sql.push(key).push(" AS ").push(name).push(", ");
        }
        sql.push(rows.severity)
            .push(" AS severity, COUNT(*) AS n FROM ")
            .push(rows.table)
            .push(" WHERE ");
        if let Some(driver) = driver {
            sql.push(rows.finding).push(" IN (");
            driver.select(sql, scope);
            sql.push(") AND ");
            sql.fence();
        }
        conditions(sql, scope, request);
        sql.push(" AND ").column("f.status").push(" = ");
        sql.number(i64::from(FindingStatus::Active.code()));
        sql.unfence();
        sql.push(" GROUP BY ").push(self.groups);
        sql.push(") g GROUP BY ");
        listed(sql, &["g.key_1", "g.key_2"][..self.keys.len()]);
    }
}

/// Rows that are counted.
struct Rows {
    table: &'static str,
    /// The number of the finding there.
    finding: &'static str,
    severity: &'static str,
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

/// Sums of the counts of each severity and of `more` columns.
fn sums(sql: &mut Sql, table: &'static str, more: &[&'static str]) {
    let severities = SEVERITIES.iter().map(|(column, _)| *column);
    for (at, column) in severities.chain(more.iter().copied()).enumerate() {
        sql.push(if at == 0 { "CAST(SUM(" } else { ", CAST(SUM(" })
            .push(table)
            .push(column);
        sql.push(") AS BIGINT) AS ").push(column);
    }
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
