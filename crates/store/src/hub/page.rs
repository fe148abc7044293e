//! Pages of findings.
//!
//! The database leaves out what its columns can tell; whether a finding is meant is decided by
//! [`Filters::matches`] alone, over its document. So a page may have to look at more findings than it shows. It looks at
//! [`LOOK_AHEAD`] at most: then it ends early and says where the next one goes on, which clients of the API expect.
//!
//! A page continues behind the last row that was looked at (keyset). No column of an order is ever null.

use shindan_inspector::{AccountId, Timestamp};
use shindan_security_hub::aggregator::Linking;
use shindan_security_hub::filters::Field;
use shindan_security_hub::sort::{SortField, SortOrder};
use shindan_security_hub::{Filters, Finding, SeverityLabel, Sort};
use sqlx::Row;
use sqlx::any::AnyRow;

use super::columns;
use crate::page::CursorValue;
use crate::row::unknown;
use crate::sql::{Sql, Value};
use crate::{Cursor, Page, Reach, Scope, Store, StoreError};

/// Findings that a page looks at: about a second's work.
const LOOK_AHEAD: usize = 10_000;

/// Findings that are read at once when not all of them may be meant.
const CHUNK: usize = 500;

impl Store {
    /// A page of findings that are meant, of the scope's Region and of those that it links. It may be shorter than `limit`
    /// and still have a next one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn hub_findings(
        &self,
        scope: &Scope,
        linking: &Linking,
        filters: &Filters,
        sort: &Sort,
        after: Option<&Cursor>,
        limit: u32,
        now: Timestamp,
    ) -> Result<Page<Finding>, StoreError> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let order = Order::new(sort);
        let mut at = after.and_then(|cursor| order.position(cursor));
        let mut rows = Vec::new();
        let mut seen = 0;
        loop {
            let wanted = if filters.is_empty() {
                limit + 1 - rows.len()
            } else {
                CHUNK
            };
            let mut sql = order.select(self);
            reach(&mut sql, scope, linking);
            narrow(&mut sql, filters, now);
            if let Some(at) = &at {
                order.beyond(&mut sql, at);
            }
            order.order_by(&mut sql, wanted);
            let found = sql.query_once().fetch_all(self.readers()).await;
            let found = found.map_err(|e| self.failed(e))?;
            let last = found.len() < wanted;
            seen += found.len();
            for row in &found {
                let document: String = row.try_get(0).map_err(|e| self.failed(e))?;
                let finding = Finding::from_stored(&document)
                    .map_err(|e| unknown("document of a finding", e))?;
                if filters.matches(&finding, now) {
                    if rows.len() == limit {
                        // One more than asked for tells that there is a next page, which begins behind the last one shown.
                        return Ok(Page {
                            rows,
                            next: at.map(Cursor),
                        });
                    }
                    rows.push(finding);
                    at = Some(order.key(row).map_err(|e| self.failed(e))?);
                } else if rows.len() < limit {
                    at = Some(order.key(row).map_err(|e| self.failed(e))?);
                }
            }
            if last {
                return Ok(Page { rows, next: None });
            }
            if seen >= LOOK_AHEAD || rows.len() >= limit {
                return Ok(Page {
                    rows,
                    next: at.map(Cursor),
                });
            }
        }
    }
}

/// The condition that a finding is the scope's to see. Begins a list of conditions.
pub(super) fn reach(sql: &mut Sql, scope: &Scope, linking: &Linking) {
    sql.push(match scope.reach {
        Reach::Own => "h.account_id = ",
        Reach::Members => "h.administrator = ",
    });
    sql.bind(scope.account.number());
    let home = scope.region.as_str();
    match linking {
        Linking::None => {
            sql.push(" AND h.region = ").bind(home);
        }
        Linking::All => {}
        Linking::Only(regions) => {
            let regions = regions.iter().map(|region| region.as_str());
            sql.push(" AND h.region IN (")
                .list(regions.chain([home]))
                .push(")");
        }
        Linking::Except(regions) => {
            let regions = regions.iter().map(|region| region.as_str());
            sql.push(" AND h.region NOT IN (").list(regions).push(")");
        }
    }
}

/// What the columns can tell of filters. It leaves out nothing that is meant.
fn narrow(sql: &mut Sql, filters: &Filters, now: Timestamp) {
    let text = |value: &str| Some(Value::Text(columns::storable(value)));
    for (field, column, read) in EXACT {
        let Some(values) = filters.exact(*field) else {
            continue;
        };
        let values = values.into_iter().filter_map(|value| match read {
            Some(read) => read(value),
            None => text(value),
        });
        let values: Vec<Value> = values.collect();
        if values.is_empty() {
            // Values that no finding has.
            sql.push(" AND 1 = 0");
        } else {
            sql.push(" AND ")
                .push(column)
                .push(" IN (")
                .list(values)
                .push(")");
        }
    }
    for (field, column) in [
        (Field::UpdatedAt, "h.updated_at"),
        (Field::CreatedAt, "h.created_at"),
    ] {
        let (from, to) = filters.between(field, now);
        if let Some(from) = from {
            sql.push(" AND ")
                .push(column)
                .push(" >= ")
                .bind(from.as_millis());
        }
        if let Some(to) = to {
            sql.push(" AND ")
                .push(column)
                .push(" <= ")
                .bind(to.as_millis());
        }
    }
}

/// From a filter's value to the column's; none is a value that the column never has.
type ReadValue = fn(&str) -> Option<Value>;

/// Columns that hold the whole value of a field.
const EXACT: &[(Field, &str, Option<ReadValue>)] = &[
    (
        Field::Id,
        "h.id_digest",
        Some(|id| Some(columns::id_digest(id).into())),
    ),
    (
        Field::AwsAccountId,
        "h.account_id",
        Some(|text| {
            AccountId::parse(text)
                .ok()
                .map(|account| account.number().into())
        }),
    ),
    (Field::ProductArn, "h.product_arn", None),
    (Field::GeneratorId, "h.generator_id", None),
    (Field::Region, "h.region", None),
    (Field::Title, "h.title", None),
    (Field::ComplianceSecurityControlId, "h.control_id", None),
    (
        Field::SeverityLabel,
        "h.severity_label",
        Some(|text| SeverityLabel::parse(text).map(|label| columns::severity_code(label).into())),
    ),
    (
        Field::ComplianceStatus,
        "h.compliance",
        Some(|text| word(text, columns::compliance, |status| status.as_str())),
    ),
    (
        Field::WorkflowStatus,
        "h.workflow",
        Some(|text| word(text, columns::workflow, |status| status.as_str())),
    ),
    (
        Field::RecordState,
        "h.record_state",
        Some(|text| word(text, columns::record, |state| state.as_str())),
    ),
];

/// The number of a word among those that have one.
fn word<T>(
    text: &str,
    read: impl Fn(i16) -> Option<T>,
    name: impl Fn(T) -> &'static str,
) -> Option<Value> {
    let code = (0..=4).find(|code| read(*code).is_some_and(|value| name(value) == text));
    code.map(Value::Code)
}

/// An order in the words of the database: columns, whether their values are texts, and whether the least comes first.
struct Order(Vec<(&'static str, bool, SortOrder)>);

impl Order {
    /// The order that is asked for; among findings that are the same in it, that of their numbers.
    fn new(sort: &Sort) -> Self {
        let fields = sort.fields();
        let last = fields
            .last()
            .map_or(SortOrder::Ascending, |(_, order)| *order);
        let mut columns: Vec<_> = fields
            .iter()
            .map(|(field, order)| {
                let (column, is_text) = column(*field);
                (column, is_text, *order)
            })
            .collect();
        columns.push(("h.id", false, last));
        Self(columns)
    }

    fn select(&self, store: &Store) -> Sql {
        let mut sql = Sql::new(store.engine(), "SELECT d.document");
        for (column, _, _) in &self.0 {
            sql.push(", ").push(column);
        }
        sql.push(" FROM hub_finding h JOIN hub_finding_document d ON d.finding_id = h.id WHERE ");
        sql
    }

    fn key(&self, row: &AnyRow) -> Result<Vec<CursorValue>, sqlx::Error> {
        let values = self.0.iter().zip(1..);
        values
            .map(|((_, is_text, _), at)| {
                Ok(if *is_text {
                    CursorValue::Text(row.try_get(at)?)
                } else {
                    CursorValue::Integer(row.try_get(at)?)
                })
            })
            .collect()
    }

    /// A cursor of another list begins at the beginning: callers seal cursors, so that this is no way to see anything.
    fn position(&self, cursor: &Cursor) -> Option<Vec<CursorValue>> {
        let fits = cursor.0.len() == self.0.len()
            && cursor
                .0
                .iter()
                .zip(&self.0)
                .all(|(value, (_, is_text, _))| match value {
                    CursorValue::Text(_) => *is_text,
                    CursorValue::Integer(_) => !*is_text,
                    CursorValue::Null | CursorValue::Real(_) => false,
                });
        fits.then(|| cursor.0.clone())
    }

    /// That a row comes behind a position: it does by a column, and is the same in all before that.
    fn beyond(&self, sql: &mut Sql, at: &[CursorValue]) {
        for (last, (column, _, order)) in self.0.iter().enumerate() {
            sql.push(if last == 0 { " AND ((" } else { " OR (" });
            for ((column, _, _), value) in self.0.iter().zip(at).take(last) {
                sql.push(column).push(" = ");
                bind(sql, value);
                sql.push(" AND ");
            }
            sql.push(column).push(match order {
                SortOrder::Ascending => " > ",
                SortOrder::Descending => " < ",
            });
            if let Some(value) = at.get(last) {
                bind(sql, value);
            }
            sql.push(")");
        }
        sql.push(")");
    }

    fn order_by(&self, sql: &mut Sql, limit: usize) {
        for (at, (column, _, order)) in self.0.iter().enumerate() {
            sql.push(if at == 0 { " ORDER BY " } else { ", " })
                .push(column);
            sql.push(match order {
                SortOrder::Ascending => " ASC",
                SortOrder::Descending => " DESC",
            });
        }
        sql.push(" LIMIT ")
            .bind(i64::try_from(limit).unwrap_or(i64::MAX));
    }
}

fn bind(sql: &mut Sql, value: &CursorValue) {
    match value {
        CursorValue::Integer(value) => sql.bind(*value),
        CursorValue::Text(value) => sql.bind(&**value),
        // `Order::position` takes no others.
        CursorValue::Null | CursorValue::Real(_) => sql.push("NULL"),
    };
}

/// The column of a field, and whether its values are texts.
const fn column(field: SortField) -> (&'static str, bool) {
    match field {
        SortField::UpdatedAt => ("h.updated_at", false),
        SortField::CreatedAt => ("h.created_at", false),
        SortField::FirstObservedAt => ("h.first_observed_at", false),
        SortField::LastObservedAt => ("h.last_observed_at", false),
        SortField::SeverityLabel => ("h.severity_label", false),
        SortField::SeverityNormalized => ("h.severity", false),
        SortField::AwsAccountId => ("h.account_id", false),
        SortField::Region => ("h.region", true),
        SortField::ProductArn => ("h.product_arn", true),
        SortField::GeneratorId => ("h.generator_id", true),
        SortField::Title => ("h.title", true),
        SortField::ComplianceStatus => ("h.compliance", false),
        SortField::ComplianceSecurityControlId => ("h.control_id", true),
        SortField::WorkflowStatus => ("h.workflow", false),
        SortField::RecordState => ("h.record_state", false),
    }
}
