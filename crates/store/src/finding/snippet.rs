use shindan_inspector::FindingArn;
use sqlx::Row;

use crate::{Scope, Store, StoreError};

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
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(id) = self.finding_number(scope, arn).await? else {
            return Ok(None);
        };
        let row = sqlx::query("SELECT sealed FROM snippet WHERE finding_id = $1")
            .bind(id)
            .fetch_optional(self.readers())
            .await;
        row.and_then(|row| row.map(|row| row.try_get(0)).transpose())
            .map_err(|e| self.failed(e))
    }
}
