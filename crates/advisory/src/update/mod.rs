//! Bringing the database up to date: from files, or over HTTP from a copy of OSV's export.
//!
//! The export (<https://google.github.io/osv.dev/data/#data-dumps>) has for each ecosystem `all.zip`, `ID.json` for each
//! record and `modified_id.csv`, which lists times and ids with the newest change first. An update fetches `all.zip`
//! once and single records after that; what was fetched is kept in the database's folder under `osv/`, so that an
//! update that was interrupted goes on where it stopped.

mod changes;
mod fetch;
mod trust;

use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::database::{Database, DatabaseError};
use crate::import::{Import, ImportError};
use crate::index::Facts;
use crate::source::{self, SourceError};

pub use fetch::FetchError;
pub use trust::trusted;

/// OSV's public export.
pub const OSV_EXPORT: &str = "https://osv-vulnerabilities.storage.googleapis.com";
/// The scores of the day, as their publisher offers them.
const EPSS_URL: &str = "https://epss.empiricalsecurity.com/epss_scores-current.csv.gz";
/// CISA's catalogue.
const KEV_URL: &str =
    "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json";

/// Where advisories come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A folder, an archive or a single record.
    Path(PathBuf),
    /// The base of an export; EPSS and KEV are looked for there too, except for OSV's own.
    Url(String),
}

impl Source {
    /// What begins with `http://` or `https://` is a URL, everything else a path.
    pub fn of(text: &str) -> Self {
        if text.starts_with("https://") || text.starts_with("http://") {
            Self::Url(text.trim_end_matches('/').to_owned())
        } else {
            Self::Path(PathBuf::from(text))
        }
    }
}

/// What an update is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress<'a> {
    /// Bytes of a file; the whole is not known where `total` is `None`.
    Fetch {
        what: &'a str,
        done: u64,
        total: Option<u64>,
    },
    /// Records that changed since the last update.
    Changes {
        ecosystem: &'a str,
        done: usize,
        total: usize,
    },
    Import {
        records: usize,
    },
    Write,
}

/// What an update did.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub facts: Facts,
    /// Bytes of the new index.
    pub size: usize,
    /// What could not be had and was done without.
    pub notes: Vec<String>,
}

/// Why the database stays as it was.
#[derive(Debug, Error)]
pub enum UpdateError {
    #[error(transparent)]
    Database(#[from] DatabaseError),
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error(transparent)]
    Import(#[from] ImportError),
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error("{source_name}: holds no advisory about a package that shindan knows")]
    Empty { source_name: String },
}

/// Replaces the index of the database by one made from `source`. On an error the old one stays.
pub fn update(
    database: &Database,
    source: &Source,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Outcome, UpdateError> {
    let lock = database.lock()?;
    let mut notes = Vec::new();
    let folder;
    let (path, source_name): (&Path, String) = match source {
        Source::Path(path) => (path, path.display().to_string()),
        Source::Url(base) => {
            folder = database.folder().join("osv");
            changes::fetch(base, &folder, &mut notes, progress)?;
            (&folder, base.clone())
        }
    };
    let mut import = Import::new()?;
    source::read(&mut import, path, &mut |records| {
        progress(Progress::Import { records });
    })?;
    progress(Progress::Write);
    let (index, facts) = import.finish()?;
    if facts.records.is_empty() {
        return Err(UpdateError::Empty { source_name });
    }
    lock.replace(&index)?;
    Ok(Outcome {
        facts,
        size: index.len(),
        notes,
    })
}
