//! What was changed or read that matters, in rows that each hold the hash of the one before.
//!
//! Whoever changes or removes a row afterwards, without the rows behind it, breaks the chain. Against someone who can
//! write the whole table it helps only when the newest hash was noted elsewhere; [`Store::audit_head`] tells it.

use sha2::{Digest, Sha256};
use shindan_inspector::{AccountId, Region, Timestamp};
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::{Store, StoreError, Write};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// Where.
    pub region: Region,
    /// Who, and with which key.
    pub account: AccountId,
    /// The access key's id; empty when it was the machine's own doing.
    pub access_key: String,
    /// What, in the API's word.
    pub operation: String,
    /// To what: an account, an ARN, an id.
    pub target: String,
    /// `done`, or why not.
    pub outcome: String,
}

/// A row that does not follow from the one before.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Someone changed it.
    #[error(
        "the audit log was changed: row {0} does not carry the hash of its content and the row before; compare it with a backup"
    )]
    Broken(i64),
}

const COLUMNS: &str = "id, at, region, account_id, access_key, operation, target, outcome, hash";

/// Rows read at once when the chain is checked.
const BATCH: u32 = 1000;

impl Write {
    /// Writes down what happened, in the transaction in which it happened.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit(&mut self, entry: &AuditEntry) -> Result<(), StoreError> {
        // The counter's row stays locked until the transaction ends, so rows are chained one after the other and no
        // number is left out.
        let next: i64 = sqlx::query_scalar(
            "INSERT INTO counter (name, next) VALUES ('audit', 2) \
             ON CONFLICT (name) DO UPDATE SET next = counter.next + 1 RETURNING next",
        )
        .fetch_one(&mut **self)
        .await
        .map_err(|e| self.failed(e))?;
        let id = next - 1;
        let before: Option<String> = sqlx::query_scalar("SELECT hash FROM audit WHERE id = $1")
            .bind(id - 1)
            .fetch_optional(&mut **self)
            .await
            .map_err(|e| self.failed(e))?;
        let hash = hash(before.as_deref().unwrap_or_default(), id, entry);
        let statement =
            format!("INSERT INTO audit ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)");
        sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(id)
            .bind(entry.at.as_millis())
            .bind(entry.region.as_str())
            .bind(entry.account.number())
            .bind(&entry.access_key)
            .bind(&entry.operation)
            .bind(&entry.target)
            .bind(&entry.outcome)
            .bind(hash)
            .execute(&mut **self)
            .await
            .map(drop)
            .map_err(|e| self.failed(e))
    }
}

impl Store {
    /// The newest row's number and hash.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit_head(&self) -> Result<Option<(i64, String)>, StoreError> {
        let row = sqlx::query("SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1")
            .fetch_optional(self.readers())
            .await
            .map_err(|e| self.failed(e))?;
        let read = |row: AnyRow| Ok((row.try_get(0)?, row.try_get(1)?));
        row.map(read)
            .transpose()
            .map_err(|e: sqlx::Error| self.failed(e))
    }

    /// Rows after a number, oldest first; at most `limit`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit_entries(
        &self,
        after: i64,
        limit: u32,
    ) -> Result<Vec<(i64, AuditEntry, String)>, StoreError> {
        let statement = format!("SELECT {COLUMNS} FROM audit WHERE id > $1 ORDER BY id LIMIT $2");
        let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(after)
            .bind(i64::from(limit))
            .fetch_all(self.readers())
            .await
            .map_err(|e| self.failed(e))?;
        rows.iter()
            .map(|row| read(row, |e| self.failed(e)))
            .collect()
    }

    /// Follows the whole chain and tells how many rows it has.
    ///
    /// # Errors
    /// When the database fails or the chain is broken.
    pub async fn verify_audit(&self) -> Result<u64, AuditError> {
        let (mut last, mut before, mut count) = (0, String::new(), 0);
        loop {
            let rows = self.audit_entries(last, BATCH).await?;
            if rows.is_empty() {
                return Ok(count);
            }
            for (id, entry, kept) in rows {
                if id != last + 1 || hash(&before, id, &entry) != kept {
                    return Err(AuditError::Broken(id));
                }
                (last, before) = (id, kept);
                count += 1;
            }
        }
    }
}

/// Over the hash before and everything in the row, each part with its length, so that no two rows are the same bytes.
fn hash(before: &str, id: i64, entry: &AuditEntry) -> String {
    let mut hasher = Sha256::new();
    hasher.update(id.to_be_bytes());
    hasher.update(entry.at.as_millis().to_be_bytes());
    hasher.update(entry.account.number().to_be_bytes());
    for part in [
        before,
        entry.region.as_str(),
        &entry.access_key,
        &entry.operation,
        &entry.target,
        &entry.outcome,
    ] {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    let mut text = String::with_capacity(64);
    for byte in hasher.finalize() {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
        }
    }
    text
}

fn read(
    row: &AnyRow,
    failed: impl Fn(sqlx::Error) -> StoreError,
) -> Result<(i64, AuditEntry, String), StoreError> {
    let text =
        |column: usize| -> Result<String, StoreError> { row.try_get(column).map_err(&failed) };
    let number =
        |column: usize| -> Result<i64, StoreError> { row.try_get(column).map_err(&failed) };
    let region = text(2)?;
    let entry = AuditEntry {
        at: Timestamp::from_millis(number(1)?),
        region: Region::parse(&region).map_err(|_| crate::row::unknown("Region", &region))?,
        account: crate::row::account(number(3)?)?,
        access_key: text(4)?,
        operation: text(5)?,
        target: text(6)?,
        outcome: text(7)?,
    };
    Ok((number(0)?, entry, text(8)?))
}
