//! Copies of an SQLite database, made while it is in use. PostgreSQL has its own tools, which are better than ours could be.

use std::path::Path;

use crate::{Engine, Store, StoreError};

/// Why a copy could not be made or used.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// It is not a file that could be copied.
    #[error("only SQLite databases are backed up by shindan; use pg_dump for PostgreSQL")]
    Engine,
    /// The destination is taken.
    #[error("{0} exists already; give a new name")]
    Exists(String),
    /// The file is damaged.
    #[error("{place} is damaged: {what}")]
    Damaged {
        /// The file.
        place: String,
        /// What the check says first.
        what: String,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// Writes a whole, compact copy of an SQLite database to a new file. Reads and writes go on meanwhile.
    ///
    /// # Errors
    /// When the file exists, the disk is full, or the database is not SQLite's.
    pub async fn backup(&self, to: &Path) -> Result<(), BackupError> {
        if self.engine() != Engine::Sqlite {
            return Err(BackupError::Engine);
        }
        if to.exists() {
            return Err(BackupError::Exists(to.display().to_string()));
        }
        sqlx::query("VACUUM INTO $1")
            .bind(to.display().to_string())
            .execute(self.readers())
            .await
            .map_err(|e| self.failed(e))?;
        Ok(())
    }

    /// Reads every page of an SQLite database and compares indexes with their tables.
    ///
    /// # Errors
    /// When the check finds something wrong, or the database is not SQLite's.
    pub async fn check(&self) -> Result<(), BackupError> {
        if self.engine() != Engine::Sqlite {
            return Err(BackupError::Engine);
        }
        let said: String = sqlx::query_scalar("PRAGMA integrity_check(1)")
            .fetch_one(self.readers())
            .await
            .map_err(|e| self.failed(e))?;
        if said == "ok" {
            Ok(())
        } else {
            Err(BackupError::Damaged {
                place: self.place().to_owned(),
                what: said,
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn open(path: &Path) -> Store {
        Store::open(&format!("sqlite:{}", path.display()))
            .await
            .expect("opens")
    }

    #[tokio::test]
    async fn a_copy_holds_what_the_database_held() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = open(&folder.path().join("a.db")).await;
        let mut write = store.write().await.expect("begins");
        sqlx::query("INSERT INTO setting (name, value) VALUES ('colour', 'blue')")
            .execute(&mut *write)
            .await
            .expect("inserts");
        write.commit().await.expect("commits");
        let copy = folder.path().join("copy.db");
        store.backup(&copy).await.expect("copies");
        assert!(matches!(
            store.backup(&copy).await,
            Err(BackupError::Exists(_))
        ));
        let copy = open(&copy).await;
        copy.check().await.expect("whole");
        let value: String = sqlx::query_scalar("SELECT value FROM setting")
            .fetch_one(copy.readers())
            .await
            .expect("reads");
        assert_eq!(value, "blue");
    }

    #[tokio::test]
    async fn a_damaged_copy_is_recognised() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.db");
        let store = open(&path).await;
        let mut write = store.write().await.expect("begins");
        for number in 0..400 {
            sqlx::query("INSERT INTO setting (name, value) VALUES ($1, $2)")
                .bind(format!("name {number}"))
                .bind("x".repeat(200))
                .execute(&mut *write)
                .await
                .expect("inserts");
        }
        write.commit().await.expect("commits");
        let copy = folder.path().join("copy.db");
        store.backup(&copy).await.expect("copies");
        let mut bytes = std::fs::read(&copy).expect("reads");
        let middle = bytes.len() - 6000;
        bytes[middle..middle + 4000].fill(0xa5);
        std::fs::write(&copy, bytes).expect("writes");
        let refused = match Store::open(&format!("sqlite:{}", copy.display())).await {
            Ok(copy) => copy.check().await.is_err(),
            Err(_) => true,
        };
        assert!(refused);
    }
}
