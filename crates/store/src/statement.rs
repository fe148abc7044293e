//! Statements whose conditions depend on a request: text with numbered parameters, and their values in the same order.

use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AnyExecutor, AssertSqlSafe};

use crate::{Reach, Scope};

/// A statement that is being put together. Whatever comes from outside is a value, never text.
#[derive(Debug, Default)]
pub(crate) struct Statement {
    text: String,
    values: Vec<Value>,
}

/// A value of a parameter.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Integer(i64),
    Text(String),
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<i16> for Value {
    fn from(value: i16) -> Self {
        Self::Integer(i64::from(value))
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl Statement {
    /// Begins with a text.
    pub(crate) fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            values: Vec::new(),
        }
    }

    /// Goes on with a text.
    pub(crate) fn push(&mut self, text: &'static str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Goes on with a value.
    pub(crate) fn value(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        self.text.push('$');
        self.text.push_str(&self.values.len().to_string());
        self
    }

    /// Goes on with values in brackets. No value at all is a list that holds nothing.
    pub(crate) fn list<V: Into<Value>>(
        &mut self,
        values: impl IntoIterator<Item = V>,
    ) -> &mut Self {
        self.text.push('(');
        let before = self.values.len();
        for value in values {
            if self.values.len() > before {
                self.text.push_str(", ");
            }
            self.value(value);
        }
        if self.values.len() == before {
            self.text.push_str("NULL");
        }
        self.text.push(')');
        self
    }

    /// Goes on with the condition that a row belongs to someone whom the scope reaches. `table` is the table's name in the
    /// statement, which has the columns `region` and `account_id`.
    pub(crate) fn within(&mut self, table: &'static str, scope: &Scope) -> &mut Self {
        self.push(table)
            .push(".region = ")
            .value(scope.region.as_str());
        self.push(" AND (").push(table).push(".account_id = ");
        self.value(scope.account.number());
        if scope.reach == Reach::Members {
            self.push(" OR ").push(table);
            self.push(".account_id IN (SELECT m.account_id FROM member m WHERE m.region = ");
            self.value(scope.region.as_str());
            self.push(" AND m.administrator = ");
            self.value(scope.account.number()).push(")");
        }
        self.push(")")
    }

    /// Runs it.
    pub(crate) async fn rows<'e>(
        self,
        executor: impl AnyExecutor<'e>,
    ) -> Result<Vec<AnyRow>, sqlx::Error> {
        self.query().fetch_all(executor).await
    }

    /// Runs it for what it changes.
    pub(crate) async fn execute<'e>(
        self,
        executor: impl AnyExecutor<'e>,
    ) -> Result<u64, sqlx::Error> {
        Ok(self.query().execute(executor).await?.rows_affected())
    }

    fn query<'q>(self) -> Query<'q, Any, AnyArguments> {
        let mut query = sqlx::query(AssertSqlSafe(self.text));
        for value in self.values {
            query = match value {
                Value::Integer(value) => query.bind(value),
                Value::Text(value) => query.bind(value),
            };
        }
        query
    }
}
