//! The advisory database that a server compares with, and the moment it changes.
//!
//! `shindan db update` replaces the index file by renaming a new one over it, so what is open stays whole, and the file's
//! identity tells whether it is still the one that was compared with.

use std::fs::Metadata;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::UNIX_EPOCH;

use shindan_advisory::Index;
use shindan_advisory::database::Database;
use shindan_advisory::index::{Corrupt, VulnerabilityNumber};
use shindan_api::{CisaData, CvssMetric, Epss, Vulnerability};
use shindan_inspector::Timestamp;

/// Where the index is. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Advisories(Arc<Inner>);

struct Inner {
    database: Database,
    opened: Mutex<Option<(String, Arc<Index>)>>,
}

/// One state of the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IndexFile {
    pub(crate) path: PathBuf,
    /// Changes when the file does.
    pub(crate) name: String,
}

impl Advisories {
    pub(crate) fn new(database: Database) -> Self {
        Self(Arc::new(Inner {
            database,
            opened: Mutex::new(None),
        }))
    }

    /// The database.
    pub(crate) fn database(&self) -> &Database {
        &self.0.database
    }

    /// The index as it is now; `None` where no update was ever finished.
    pub(crate) fn current(&self) -> Option<IndexFile> {
        let path = self.0.database.index_path();
        let metadata = std::fs::metadata(&path).ok()?;
        Some(IndexFile {
            path,
            name: name(&metadata),
        })
    }

    /// The index, opened once for each of its states.
    fn index(&self) -> Result<Option<Arc<Index>>, String> {
        let Some(file) = self.current() else {
            return Ok(None);
        };
        let mut opened = self.0.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((name, index)) = &*opened
            && *name == file.name
        {
            return Ok(Some(Arc::clone(index)));
        }
        let index = Index::open(&file.path).map_err(|error| error.to_string())?;
        let index = Arc::new(index);
        *opened = Some((file.name, Arc::clone(&index)));
        Ok(Some(index))
    }
}

impl shindan_api::Advisories for Advisories {
    fn vulnerability(&self, id: &str) -> Result<Option<Vulnerability>, String> {
        let Some(index) = self.index()? else {
            return Ok(None);
        };
        let damaged = |error: Corrupt| error.to_string();
        match index.vulnerability_of_id(id).map_err(damaged)? {
            Some(number) => shown(&index, number).map(Some).map_err(damaged),
            None => Ok(None),
        }
    }
}

/// Bounds of the API's model.
const MAX_NAMES: usize = 100;

fn shown(index: &Index, number: VulnerabilityNumber) -> Result<Vulnerability, Corrupt> {
    let known = index.vulnerability(number)?;
    let texts = index.describe(number)?;
    let metric = |version| {
        let rating = known.ratings.iter().find(|r| r.version() == version)?;
        Some(CvssMetric {
            base_score: rating.score,
            scoring_vector: rating.vector.clone(),
        })
    };
    let moment = |at: jiff::Timestamp| Timestamp::from_millis(at.as_millisecond());
    let names = |names: &[&str]| {
        names
            .iter()
            .take(MAX_NAMES)
            .map(ToString::to_string)
            .collect()
    };
    Ok(Vulnerability {
        id: known.id.to_owned(),
        cwes: names(&known.cwes),
        cisa_data: known.known_exploit.as_ref().map(|exploit| CisaData {
            date_added: day(&exploit.date_added),
            date_due: day(&exploit.due_date),
            action: None,
        }),
        source: None,
        description: Some(texts.details)
            .filter(|text| !text.is_empty())
            .or(Some(texts.title))
            .filter(|text| !text.is_empty()),
        vendor_severity: Some(known.severity.to_string()),
        cvss3: metric(3),
        cvss4: metric(4),
        related_vulnerabilities: names(&known.aliases),
        vendor_created_at: known.published.map(moment),
        vendor_updated_at: Some(moment(known.modified)),
        source_url: known.records.first().map(|record| record.url()),
        reference_urls: texts.references.into_iter().take(MAX_NAMES).collect(),
        epss: known.epss.map(|epss| Epss {
            score: epss.score(),
        }),
    })
}

/// Midnight of a day written `2026-01-05`.
fn day(text: &str) -> Option<Timestamp> {
    let date: jiff::civil::Date = text.parse().ok()?;
    let midnight = jiff::tz::Offset::UTC.to_timestamp(date.into()).ok()?;
    Some(Timestamp::from_millis(midnight.as_millisecond()))
}

fn name(metadata: &Metadata) -> String {
    let changed = metadata.modified().ok();
    let since = changed.and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    let nanoseconds = since.map_or(0, |since| since.as_nanos());
    format!("{nanoseconds:x}-{:x}", metadata.len())
}
