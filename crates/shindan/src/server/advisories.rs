//! The advisory database that a server compares with, and the moment it changes.
//!
//! `shindan db update` replaces the index file by renaming a new one over it, so what is open stays whole, and the file's
//! identity tells whether it is still the one that was compared with.

use std::fs::Metadata;
use std::path::PathBuf;
use std::time::UNIX_EPOCH;

use shindan_advisory::database::Database;

/// Where the index is.
#[derive(Clone, Debug)]
pub(crate) struct Advisories {
    database: Database,
}

/// One state of the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IndexFile {
    pub(crate) path: PathBuf,
    /// Changes when the file does.
    pub(crate) name: String,
}

impl Advisories {
    pub(crate) const fn new(database: Database) -> Self {
        Self { database }
    }

    /// The database.
    pub(crate) const fn database(&self) -> &Database {
        &self.database
    }

    /// The index as it is now; `None` where no update was ever finished.
    pub(crate) fn current(&self) -> Option<IndexFile> {
        let path = self.database.index_path();
        let metadata = std::fs::metadata(&path).ok()?;
        Some(IndexFile {
            path,
            name: name(&metadata),
        })
    }
}

fn name(metadata: &Metadata) -> String {
    let changed = metadata.modified().ok();
    let since = changed.and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    let nanoseconds = since.map_or(0, |since| since.as_nanos());
    format!("{nanoseconds:x}-{:x}", metadata.len())
}
