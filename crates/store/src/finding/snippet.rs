use shindan_inspector::FindingArn;
use sqlx::Row;

use crate::{Scope, Store, StoreError};

/// Sealed lines of code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedSnippet {
    /// The identity of the finding that they were sealed for.
    pub identity: String,
    /// As they were given to the store.
    pub sealed: Vec<u8>,
}

impl Store {
    /// The sealed lines of code around a finding that the scope may see; none when it has none.
    ///
    /// Whether the delegated administrator may see those of a member is decided by the caller.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn snippet(
        &self,
        scope: &Scope,
        arn: &FindingArn,
    ) -> Result<Option<SealedSnippet>, StoreError> {
        let Some(id) = self.finding_number(scope, arn).await? else {
            return Ok(None);
        };
        let row = sqlx::query(
            "SELECT f.identity, s.sealed FROM snippet s JOIN finding f ON f.id = s.finding_id WHERE s.finding_id = $1",
        )
            .bind(id)
            .fetch_optional(self.readers())
            .await;
        row.and_then(|row| {
            row.map(|row| {
                Ok(SealedSnippet {
                    identity: row.try_get(0)?,
                    sealed: row.try_get(1)?,
                })
            })
            .transpose()
        })
        .map_err(|e| self.failed(e))
    }
}
