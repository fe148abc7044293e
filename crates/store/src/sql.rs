//! Statements whose text depends on what is asked.
//!
//! Their text can only be made of pieces that stand in this program's source, and of numbers; everything a caller says is
//! bound. That is what makes the one place safe that hands such a text to the driver.

use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AnyExecutor, AssertSqlSafe};

use crate::{Engine, Reach, Scope, StoreError, Write};

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
        // time it is used (sqlx 0.9.0 confuses the two when it converts nulls). To SQLite a statement that calls a function
        // may fail, and then copies every page that it changes.
        let optional = matches!(value, Value::OptionalReal(_)) && self.engine == Engine::Postgres;
        self.values.push(value);
        self.push(if optional { "NULLIF(" } else { "" });
        match self.engine {
            // Without numbers: SQLite looks for the name of each parameter among all of them.
            Engine::Sqlite => self.text.push('?'),
            Engine::Postgres => {
                self.text.push('$');
                self.text.push_str(&self.values.len().to_string());
            }
        }
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

    /// Adds parameters in parentheses, for IN: no value at all is a list that holds nothing.
    pub(crate) fn among<V: Into<Value>>(
        &mut self,
        values: impl IntoIterator<Item = V>,
    ) -> &mut Self {
        let before = self.values.len();
        self.push("(").list(values);
        self.push(if self.values.len() == before {
            "NULL)"
        } else {
            ")"
        })
    }

    /// Adds the condition that a row belongs to someone whom the scope reaches. `table` is the table's name in the
    /// statement, which has the columns `region` and `account_id`.
    pub(crate) fn within(&mut self, table: &'static str, scope: &Scope) -> &mut Self {
        self.push(table)
            .push(".region = ")
            .bind(scope.region.as_str());
        self.push(" AND (").push(table).push(".account_id = ");
        self.bind(scope.account.number());
        if scope.reach == Reach::Members {
            self.push(" OR ").push(table);
            self.push(".account_id IN (SELECT m.account_id FROM member m WHERE m.region = ");
            self.bind(scope.region.as_str());
            self.push(" AND m.administrator = ");
            self.bind(scope.account.number()).push(")");
        }
        self.push(")")
    }

    /// Which kind of database it is for.
    pub(crate) const fn engine(&self) -> Engine {
        self.engine
    }

    /// Runs it.
    pub(crate) async fn rows<'e>(
        &self,
        executor: impl AnyExecutor<'e>,
    ) -> Result<Vec<AnyRow>, sqlx::Error> {
        self.query().fetch_all(executor).await
    }

    /// The statement with its values.
    pub(crate) fn query(&self) -> Query<'_, Any, AnyArguments> {
        let query = sqlx::query(AssertSqlSafe(self.text.clone()));
        self.values.iter().fold(query, |query, value| match value {
            Value::Integer(value) => query.bind(*value),
            Value::OptionalInteger(value) => query.bind(*value),
            Value::Code(value) => query.bind(*value),
            Value::Real(value) => query.bind(*value),
            Value::OptionalReal(value) => match self.engine {
                Engine::Sqlite => query.bind(*value),
                Engine::Postgres => query.bind(value.unwrap_or(-1.0)),
            },
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

/// Inserts rows in few statements. `into` is the table and what it is given: `t (a, b) VALUES `.
///
/// A statement costs more than a row, and one that the connection does not remember costs more still: so there are few
/// numbers of rows, and two of them make up most.
///
/// When it fails the transaction has to be undone; some of the rows may be there.
pub(crate) async fn insert(
    write: &mut Write,
    into: &'static str,
    rows: Vec<Vec<Value>>,
) -> Result<(), StoreError> {
    let mut rows = rows.into_iter();
    while rows.len() > 0 {
        let size = match rows.len() {
            few @ 0..8 => few,
            some @ 8..32 => some - some % 8,
            _ => 32,
        };
        let mut sql = Sql::new(
            write.engine(),
            match write.engine() {
                // Otherwise SQLite keeps a copy of every page that it changes, to undo the statement alone.
                Engine::Sqlite => "INSERT OR FAIL INTO ",
                Engine::Postgres => "INSERT INTO ",
            },
        );
        sql.push(into);
        for (at, row) in rows.by_ref().take(size).enumerate() {
            sql.push(if at == 0 { "(" } else { ", (" })
                .list(row)
                .push(")");
        }
        let done = sql.query().execute(&mut **write).await;
        done.map_err(|e| write.failed(e))?;
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
        let text = "SELECT 1 WHERE f.title = ? AND +f.id IN (?, ?)".to_owned();
        assert_eq!(sql.into_parts(), (text, 3));
    }
}
