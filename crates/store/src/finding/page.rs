//! Pages of findings in any order the API has.
//!
//! A page continues behind the last row of the one before (keyset), never after a number of rows, so the last page costs
//! what the first does. There are two plans, see [`super::driver`]:
//!
//! - *Walk*: follow the index of the order through the scope and test each row. It is done in up to three statements, each a
//!   plain range of the index: rows with the last row's value, rows beyond it, rows without a value (which come last in
//!   either order).
//! - *Drive*: take the few rows that a driver leads to, test and sort them.

use shindan_inspector::{FilterCriteria, SortCriteria, SortField, SortOrder};
use sqlx::Row;
use sqlx::any::AnyRow;

use super::driver::Driver;
use super::filter::{Context, conditions};
use super::reach::FindingScope;
use super::read::FindingRow;
use crate::page::CursorValue;
use crate::sql::Sql;
use crate::{Cursor, Engine, Page, Scope, Store, StoreError};

/// Rows up to which a driver is used. Walking costs about page / share rows, driving costs all rows of the driver; with a
/// hundred rows a page and a million findings they meet near ten thousand.
const FEW: i64 = 10_000;

/// A driver that leads to no more rows than this is taken without asking the others.
const VERY_FEW: i64 = 500;

/// A column that findings are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct SortColumn {
    name: &'static str,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Integer,
    /// May be null, like those below.
    Real,
    Text,
}

impl SortColumn {
    const fn new(field: SortField) -> Self {
        let (name, kind) = match field {
            SortField::AwsAccountId => ("f.account_id", Kind::Integer),
            SortField::FindingType => ("f.type", Kind::Integer),
            SortField::Severity => ("f.severity", Kind::Integer),
            SortField::LastObservedAt => ("f.last_observed_at", Kind::Integer),
            SortField::FindingStatus => ("f.status", Kind::Integer),
            SortField::VulnerabilityId => ("f.vulnerability_id", Kind::Text),
            SortField::VulnerabilitySource => ("f.vulnerability_source", Kind::Text),
            SortField::InspectorScore => ("f.score", Kind::Real),
            SortField::VendorSeverity => ("f.vendor_severity", Kind::Text),
            SortField::EpssScore => ("f.epss", Kind::Real),
            // The same for all functions, or absent in all: then the oldest or the newest first.
            SortField::FirstObservedAt
            | SortField::ResourceType
            | SortField::EcrImagePushedAt
            | SortField::EcrImageRepositoryName
            | SortField::EcrImageRegistry
            | SortField::NetworkProtocol
            | SortField::ComponentType => ("f.first_observed_at", Kind::Integer),
        };
        Self { name, kind }
    }

    const fn is_nullable(self) -> bool {
        !matches!(self.kind, Kind::Integer)
    }
}

/// Where a page begins.
#[derive(Clone, Debug, PartialEq)]
struct After {
    /// Null when the rows without a value have begun.
    value: CursorValue,
    id: i64,
}

impl After {
    /// A cursor of another list, or of another version of this program, begins at the beginning: callers seal cursors, so
    /// that this is no way to see anything.
    fn new(cursor: &Cursor, column: SortColumn) -> Option<Self> {
        let [value, CursorValue::Integer(id)] = &*cursor.0 else {
            return None;
        };
        let value = match (value, column.kind) {
            (CursorValue::Null, Kind::Real | Kind::Text) => CursorValue::Null,
            (CursorValue::Integer(_), Kind::Integer)
            | (CursorValue::Real(_), Kind::Real)
            | (CursorValue::Text(_), Kind::Text) => value.clone(),
            _ => return None,
        };
        Some(Self { value, id: *id })
    }
}

/// A row of a page before its document is read.
#[derive(Clone, Debug)]
struct Key {
    id: i64,
    value: CursorValue,
}

impl Key {
    fn read(row: &AnyRow, column: SortColumn) -> Result<Self, sqlx::Error> {
        let id = row.try_get(0)?;
        let value = match column.kind {
            Kind::Integer => row.try_get::<Option<i64>, _>(1)?.map(CursorValue::Integer),
            Kind::Real => row.try_get::<Option<f64>, _>(1)?.map(CursorValue::Real),
            Kind::Text => row.try_get::<Option<String>, _>(1)?.map(CursorValue::Text),
        };
        Ok(Self {
            id,
            value: value.unwrap_or(CursorValue::Null),
        })
    }
}

/// A list that is asked for.
struct List<'l> {
    scope: &'l FindingScope,
    criteria: &'l FilterCriteria,
    column: SortColumn,
    order: SortOrder,
}

impl Store {
    /// A page of findings that match.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn findings(
        &self,
        scope: &Scope,
        criteria: &FilterCriteria,
        sort: Option<SortCriteria>,
        after: Option<&Cursor>,
        limit: u32,
    ) -> Result<Page<FindingRow>, StoreError> {
        let Some(scope) = self.finding_scope(scope).await? else {
            return Ok(Page::empty());
        };
        let sort = sort.unwrap_or_default();
        let list = List {
            scope: &scope,
            criteria,
            column: SortColumn::new(sort.field),
            order: sort.sort_order,
        };
        let after = after.and_then(|cursor| After::new(cursor, list.column));
        let wanted = i64::from(limit) + 1;
        let drivers = Driver::all(criteria, &scope);
        let keys = match self.fewest(&drivers, &scope).await? {
            Some(driver) => self.drive(&list, driver, after.as_ref(), wanted).await?,
            None => self.walk(&list, after, wanted).await?,
        };
        let keys = Page::cut(keys, limit, |key| {
            Cursor(vec![key.value.clone(), CursorValue::Integer(key.id)])
        });
        let ids: Vec<i64> = keys.rows.iter().map(|key| key.id).collect();
        Ok(Page {
            rows: self.finding_rows(&scope.region, &ids).await?,
            next: keys.next,
        })
    }

    /// The driver that leads to the fewest rows, when these are few.
    pub(super) async fn fewest<'d, 'c>(
        &self,
        drivers: &'d [Driver<'c>],
        scope: &FindingScope,
    ) -> Result<Option<&'d Driver<'c>>, StoreError> {
        let mut fewest = FEW;
        let mut best = None;
        for driver in drivers {
            let mut sql = Sql::new(self.engine(), "SELECT count(*) FROM (");
            driver.select(&mut sql, scope);
            sql.push(" LIMIT ").number(FEW).push(") AS probe");
            let row = sql.query().fetch_one(self.readers()).await;
            let rows: i64 = row
                .and_then(|row| row.try_get(0))
                .map_err(|e| self.failed(e))?;
            if rows < fewest {
                fewest = rows;
                best = Some(driver);
            }
            if fewest <= VERY_FEW {
                break;
            }
        }
        Ok(best)
    }

    async fn keys(&self, sql: &Sql, column: SortColumn) -> Result<Vec<Key>, StoreError> {
        let rows = sql.query().fetch_all(self.readers()).await;
        let rows = rows.map_err(|e| self.failed(e))?;
        let keys: Result<_, _> = rows.iter().map(|row| Key::read(row, column)).collect();
        keys.map_err(|e| self.failed(e))
    }

    async fn drive(
        &self,
        list: &List<'_>,
        driver: &Driver<'_>,
        after: Option<&After>,
        limit: i64,
    ) -> Result<Vec<Key>, StoreError> {
        let mut sql = Sql::new(self.engine(), "SELECT f.id, ");
        sql.push(list.column.name);
        if self.engine() == Engine::Postgres && driver.is_of_findings() {
            // The criteria lead there themselves, and every row is fetched once instead of twice. What comes behind OFFSET
            // is planned on its own, or an index in the order of the list would be walked after all.
            sql.push(" FROM (SELECT * FROM finding f WHERE ");
            list.restrict(&mut sql, false);
            sql.push(" AND f.status IN (");
            FindingScope::any_status(&mut sql);
            sql.push(") OFFSET 0) f WHERE 1 = 1");
        } else {
            sql.push(" FROM finding f WHERE f.id IN (");
            driver.select(&mut sql, list.scope);
            sql.push(") AND ");
            sql.fence();
            list.restrict(&mut sql, matches!(driver, Driver::Package(_)));
        }
        if let Some(after) = after {
            sql.push(" AND (");
            if after.value == CursorValue::Null {
                sql.push("(").column(list.column.name).push(" IS NULL AND ");
                list.beyond_id(&mut sql, after).push(")");
            } else {
                list.beyond_value(&mut sql, after).push(" OR (");
                list.same_value(&mut sql, after).push(" AND ");
                list.beyond_id(&mut sql, after).push(")");
                if list.column.is_nullable() {
                    sql.push(" OR ").column(list.column.name).push(" IS NULL");
                }
            }
            sql.push(")");
        }
        sql.push(" ORDER BY ");
        if list.column.is_nullable() {
            sql.column(list.column.name).push(" IS NULL, ");
        }
        list.order_by(&mut sql, &[list.column.name, "f.id"], limit);
        self.keys(&sql, list.column).await
    }

    async fn walk(
        &self,
        list: &List<'_>,
        after: Option<After>,
        limit: i64,
    ) -> Result<Vec<Key>, StoreError> {
        let mut keys = Vec::new();
        let nulls_began = after.as_ref().is_some_and(|a| a.value == CursorValue::Null);
        let left = |keys: &Vec<Key>| limit - i64::try_from(keys.len()).unwrap_or(limit);
        if !nulls_began {
            if let Some(after) = &after {
                let mut sql = list.select(self);
                list.walked(&mut sql);
                list.same_value(&mut sql, after).push(" AND ");
                list.beyond_id(&mut sql, after).push(" ORDER BY ");
                list.order_by(&mut sql, &["f.id"], limit);
                keys = self.keys(&sql, list.column).await?;
            }
            if left(&keys) > 0 {
                let mut sql = list.select(self);
                list.walked(&mut sql);
                match &after {
                    Some(after) => list.beyond_value(&mut sql, after),
                    None => sql.column(list.column.name).push(" IS NOT NULL"),
                };
                sql.push(" ORDER BY ");
                list.order_by(&mut sql, &[list.column.name, "f.id"], left(&keys));
                keys.extend(self.keys(&sql, list.column).await?);
            }
        }
        if list.column.is_nullable() && left(&keys) > 0 {
            let mut sql = list.select(self);
            list.walked(&mut sql);
            sql.column(list.column.name).push(" IS NULL");
            if let Some(after) = after.filter(|_| nulls_began) {
                sql.push(" AND ");
                list.beyond_id(&mut sql, &after);
            }
            sql.push(" ORDER BY ");
            list.order_by(&mut sql, &["f.id"], left(&keys));
            keys.extend(self.keys(&sql, list.column).await?);
        }
        Ok(keys)
    }
}

impl List<'_> {
    fn select(&self, store: &Store) -> Sql {
        let mut sql = Sql::new(store.engine(), "SELECT f.id, ");
        sql.push(self.column.name).push(" FROM finding f WHERE ");
        sql
    }

    /// The scope and the criteria.
    fn restrict(&self, sql: &mut Sql, has_packages: bool) {
        self.scope.condition(sql, "f.region_id", "f.administrator");
        self.restrict_within(sql, has_packages);
    }

    fn restrict_within(&self, sql: &mut Sql, has_packages: bool) {
        if let Some(account) = self.scope.account {
            sql.push(" AND ").column("f.account_id").push(" = ");
            sql.bind(account.number());
        }
        let context = Context {
            region: &self.scope.region,
            status: None,
            has_packages,
        };
        conditions(sql, self.criteria, context);
    }

    /// The scope open for an index, the criteria closed for it, and ` AND `.
    fn walked(&self, sql: &mut Sql) {
        self.scope.condition(sql, "f.region_id", "f.administrator");
        sql.fence();
        self.restrict_within(sql, false);
        sql.unfence();
        sql.push(" AND ");
    }

    fn same_value<'s>(&self, sql: &'s mut Sql, after: &After) -> &'s mut Sql {
        sql.column(self.column.name).push(" = ");
        bind(sql, &after.value)
    }

    fn beyond_value<'s>(&self, sql: &'s mut Sql, after: &After) -> &'s mut Sql {
        sql.column(self.column.name).push(self.beyond());
        bind(sql, &after.value)
    }

    fn beyond_id<'s>(&self, sql: &'s mut Sql, after: &After) -> &'s mut Sql {
        sql.column("f.id").push(self.beyond()).bind(after.id)
    }

    const fn beyond(&self) -> &'static str {
        match self.order {
            SortOrder::Asc => " > ",
            SortOrder::Desc => " < ",
        }
    }

    fn order_by(&self, sql: &mut Sql, columns: &[&'static str], limit: i64) {
        for (at, column) in columns.iter().enumerate() {
            sql.push(if at == 0 { "" } else { ", " }).column(column);
            sql.push(match self.order {
                SortOrder::Asc => " ASC",
                SortOrder::Desc => " DESC",
            });
        }
        sql.push(" LIMIT ").bind(limit);
    }
}

/// Adds a value of a cursor.
pub(super) fn bind<'s>(sql: &'s mut Sql, value: &CursorValue) -> &'s mut Sql {
    match value {
        CursorValue::Null => sql.push("NULL"),
        CursorValue::Integer(value) => sql.bind(*value),
        CursorValue::Real(value) => sql.bind(*value),
        CursorValue::Text(value) => sql.bind(&**value),
    }
}
