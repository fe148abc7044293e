//! Statements whose text depends on what is asked.
//!
//! Their text can only be made of pieces that stand in this program's source, and of numbers; everything a caller says is
//! bound. That is what makes the one place safe that hands such a text to the driver.

use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{Any, AssertSqlSafe};

use crate::{Engine, StoreError, Write};

/// A statement being written.
#[derive(Clone, Debug)]
pub(crate) struct Sql {
    text: String,
    values: Vec<Value>,
    engine: Engine,
    fenced: bool,
}

/// A value that is bound.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Integer(i64),
    OptionalInteger(Option<i64>),
    Code(i16),
    Real(f64),
    /// Not negative.
    OptionalReal(Option<f64>),
    Text(String),
    OptionalText(Option<String>),
    Bytes(Vec<u8>),
}

macro_rules! from {
    ($($variant:ident($type:ty)),+ $(,)?) => {$(
        impl From<$type> for Value {
            fn from(value: $type) -> Self {
                Self::$variant(value)
            }
        }
    )+};
}

from!(
    Integer(i64),
    OptionalInteger(Option<i64>),
    Code(i16),
    Real(f64),
    OptionalReal(Option<f64>),
    Text(String),
    OptionalText(Option<String>),
    Bytes(Vec<u8>),
);

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl Sql {
    /// Begins a statement.
    pub(crate) fn new(engine: Engine, text: &'static str) -> Self {
        Self {
            text: text.to_owned(),
            values: Vec::new(),
            engine,
            fenced: false,
        }
    }

    /// From here on, columns of `finding f` are written so that SQLite, which knows nothing about how selective a condition
    /// is, uses no index for them. PostgreSQL does know.
    pub(crate) fn fence(&mut self) {
        self.fenced = self.engine == Engine::Sqlite;
    }

    /// Ends what [`Self::fence`] began.
    pub(crate) fn unfence(&mut self) {
        self.fenced = false;
    }

    /// Adds text.
    pub(crate) fn push(&mut self, text: &'static str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Adds a column, as `table.column`.
    pub(crate) fn column(&mut self, column: &'static str) -> &mut Self {
        if self.fenced && column.starts_with("f.") {
            self.text.push('+');
        }
        self.push(column)
    }

    /// Adds a number as text: a code that an index depends on, or a limit.
    pub(crate) fn number(&mut self, number: i64) -> &mut Self {
        self.text.push_str(&number.to_string());
        self
    }

    /// Adds a parameter.
    pub(crate) fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        let value = value.into();
        // An absent number would reach PostgreSQL as one of single precision, which spoils the statement for the next
        // time it is used (sqlx 0.9.0 confuses the two when it converts nulls).
        let optional = matches!(value, Value::OptionalReal(_));
        self.values.push(value);
        self.push(if optional { "NULLIF($" } else { "$" });
        self.text.push_str(&self.values.len().to_string());
        self.push(if optional { ", -1)" } else { "" })
    }

    /// Adds parameters, separated by commas.
    pub(crate) fn list<V: Into<Value>>(
        &mut self,
        values: impl IntoIterator<Item = V>,
    ) -> &mut Self {
        for (at, value) in values.into_iter().enumerate() {
            if at > 0 {
                self.push(", ");
            }
            self.bind(value);
        }
        self
    }

    /// The statement with its values.
    pub(crate) fn query(&self) -> Query<'_, Any, AnyArguments> {
        let query = sqlx::query(AssertSqlSafe(self.text.clone()));
        self.values.iter().fold(query, |query, value| match value {
            Value::Integer(value) => query.bind(*value),
            Value::OptionalInteger(value) => query.bind(*value),
            Value::Code(value) => query.bind(*value),
            Value::Real(value) => query.bind(*value),
            Value::OptionalReal(value) => query.bind(value.unwrap_or(-1.0)),
            Value::Text(value) => query.bind(value.as_str()),
            Value::OptionalText(value) => query.bind(value.as_deref()),
            Value::Bytes(value) => query.bind(value.as_slice()),
        })
    }

    /// The statement, which the connection does not remember: its text will hardly come again.
    pub(crate) fn query_once(&self) -> Query<'_, Any, AnyArguments> {
        self.query().persistent(false)
    }

    /// The text, and how many values are bound.
    pub(crate) fn into_parts(self) -> (String, usize) {
        (self.text, self.values.len())
    }
}

/// Inserts rows in few statements. `head` ends before the rows: `INSERT INTO t (a, b) VALUES `.
///
/// The numbers of rows of one statement are few, so that connections remember the statements; and small, because SQLite
/// looks for the name of each parameter among all of them.
pub(crate) async fn insert(
    write: &mut Write,
    head: &'static str,
    rows: Vec<Vec<Value>>,
) -> Result<(), StoreError> {
    let mut rows = rows.into_iter();
    for size in [16, 8, 4, 2, 1] {
        while rows.len() >= size {
            let mut sql = Sql::new(write.engine(), head);
            for (at, row) in rows.by_ref().take(size).enumerate() {
                sql.push(if at == 0 { "(" } else { ", (" })
                    .list(row)
                    .push(")");
            }
            let done = sql.query().execute(&mut **write).await;
            done.map_err(|e| write.failed(e))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_bound_and_never_text() {
        let mut sql = Sql::new(Engine::Sqlite, "SELECT 1 WHERE ");
        sql.column("f.title").push(" = ").bind("x' OR 1 = 1 --");
        sql.fence();
        sql.push(" AND ")
            .column("f.id")
            .push(" IN (")
            .list([1_i64, 2])
            .push(")");
        let text = "SELECT 1 WHERE f.title = $1 AND +f.id IN ($2, $3)".to_owned();
        assert_eq!(sql.into_parts(), (text, 3));
    }
}
