//! What people decided about controls, as [`shindan_control::decision`] keeps it.

use shindan_control::decision::{Decision, Subject};
use shindan_control::definition::ControlId;
use shindan_inspector::Timestamp;
use sqlx::Row;

use crate::hub::account::control_code;
use crate::row::unknown;
use crate::{Scope, Store, StoreError, Write};

/// Why a history was not written.
#[derive(Debug, thiserror::Error)]
pub enum DecisionError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Somebody else wrote at the same time.
    #[error(
        "somebody else wrote about {control} in account {} and {} meanwhile; look at it and try again",
        .0.account, .0.region, control = .0.control
    )]
    Changed(Box<Subject>),
}

impl Store {
    /// What was decided in the account of a scope and its Region, in the order of the controls.
    ///
    /// # Errors
    /// When the database fails, or holds a history that does not follow from itself.
    pub async fn decisions(&self, scope: &Scope) -> Result<Vec<Decision>, StoreError> {
        let rows = sqlx::query(
            "SELECT document FROM decision WHERE region = $1 AND account_id = $2 ORDER BY control",
        )
        .bind(scope.region.as_str())
        .bind(scope.account.number())
        .fetch_all(self.readers())
        .await
        .map_err(|e| self.failed(e))?;
        rows.iter()
            .map(|row| {
                let document: String = row.try_get(0).map_err(|e| self.failed(e))?;
                serde_json::from_str(&document)
                    .map_err(|error| unknown("history of a decision", error))
            })
            .collect()
    }

    /// What was decided about one control.
    ///
    /// # Errors
    /// As [`Store::decisions`].
    pub async fn decision(
        &self,
        scope: &Scope,
        control: ControlId,
    ) -> Result<Option<Decision>, StoreError> {
        let all = self.decisions(scope).await?;
        Ok(all
            .into_iter()
            .find(|decision| decision.subject().control == control))
    }
}

impl Write {
    /// Writes a history to which entries were appended since it was read, when there were `before` of them.
    ///
    /// # Errors
    /// When the database fails, or the history has another length than `before` by now.
    pub async fn put_decision(
        &mut self,
        decision: &Decision,
        before: usize,
        now: Timestamp,
    ) -> Result<(), DecisionError> {
        let subject = decision.subject();
        let document = serde_json::to_string(decision)
            .map_err(|error| unknown("history of a decision", error))?;
        let length = |entries: usize| i64::try_from(entries).unwrap_or(i64::MAX);
        let statement = if before == 0 {
            "INSERT INTO decision (region, account_id, control, entries, document, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (region, account_id, control) DO NOTHING"
        } else {
            "UPDATE decision SET entries = $4, document = $5, updated_at = $6 \
             WHERE region = $1 AND account_id = $2 AND control = $3 AND entries = $7"
        };
        let mut query = sqlx::query(statement)
            .bind(subject.region.as_str())
            .bind(subject.account.number())
            .bind(control_code(subject.control))
            .bind(length(decision.history().len()))
            .bind(document)
            .bind(now.as_millis());
        if before > 0 {
            query = query.bind(length(before));
        }
        let done = query
            .execute(&mut **self)
            .await
            .map_err(|e| self.failed(e))?;
        if done.rows_affected() == 1 {
            Ok(())
        } else {
            Err(DecisionError::Changed(Box::new(subject.clone())))
        }
    }
}
