//! From records to an index: reading, removing what is old, merging what is one, writing.
//!
//! A record that cannot be read costs itself only: it is counted with the reason, and the import goes on. Pure: what
//! files hold comes from [`crate::source`].

mod merge;
mod record;

use std::collections::BTreeMap;

use shindan_package::Ecosystem;
use thiserror::Error;

use crate::epss::{Epss, EpssScore};
use crate::index::{
    Facts, TableWriter, TextWriter, TooLarge, VulnerabilityDraft, assemble, package_of, put_number,
    put_text, put_vulnerability,
};
use crate::kev::Kev;
use crate::osv;
use crate::severity::{Rating, Severity};

use merge::Group;
use record::Stored;

/// An index in the making.
pub struct Import {
    facts: Facts,
    records: BTreeMap<String, Stored>,
    texts: TextWriter,
    epss: Epss,
    kev: Kev,
}

/// Why no index can be made.
#[derive(Debug, Error)]
pub enum ImportError {
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
    #[error("the compressor cannot be started: {0}")]
    Compressor(#[from] std::io::Error),
}

impl Import {
    pub fn new() -> Result<Self, ImportError> {
        Ok(Self {
            facts: Facts::default(),
            records: BTreeMap::new(),
            texts: TextWriter::new()?,
            epss: Epss::default(),
            kev: Kev::default(),
        })
    }

    /// Adds one OSV record; of several with one id, the one modified last counts. `origin` says where it stands.
    pub fn add_record(&mut self, origin: &str, json: &[u8]) -> Result<(), ImportError> {
        let record = match osv::Record::read(json) {
            Ok(record) => record,
            Err(error) => {
                let reason = match error.classify() {
                    serde_json::error::Category::Data => "is no OSV record",
                    _ => "is no valid JSON",
                };
                let detail: String = error.to_string().chars().take(160).collect();
                self.facts
                    .skip(reason.to_owned(), &format!("{origin}: {detail}"));
                return Ok(());
            }
        };
        match Stored::new(&record, &mut self.facts) {
            Ok(mut stored) => {
                let id = record.id.as_str();
                if let Some(known) = self.records.get(id) {
                    self.facts.superseded += 1;
                    if known.modified >= stored.modified {
                        return Ok(());
                    }
                }
                if !stored.withdrawn && !stored.affected.is_empty() {
                    let references: Vec<&str> = record
                        .references
                        .iter()
                        .flatten()
                        .map(|reference| reference.url.as_str())
                        .collect();
                    let text = |text: &Option<osv::Text<'_>>| {
                        text.as_ref()
                            .map_or(String::new(), |text| text.as_str().to_owned())
                    };
                    stored.text = self.texts.push(
                        &text(&record.summary),
                        &text(&record.details),
                        &references,
                    )?;
                }
                self.records.insert(id.to_owned(), stored);
            }
            Err(reason) => self.facts.skip(reason.to_owned(), origin),
        }
        Ok(())
    }

    /// Says that something that may hold records could not be read.
    pub fn skip(&mut self, reason: &str, origin: &str) {
        self.facts.skip(reason.to_owned(), origin);
    }

    /// Records read so far, older copies and withdrawn ones included.
    pub fn read(&self) -> usize {
        self.records.len() + self.facts.superseded + self.facts.skipped_records()
    }

    pub fn set_epss(&mut self, epss: Epss) {
        self.facts.epss_date = epss.date.clone();
        self.facts.epss_scores = epss.scores.len();
        self.epss = epss;
    }

    pub fn set_kev(&mut self, kev: Kev) {
        self.facts.kev_version = kev.version.clone();
        self.facts.kev_entries = kev.entries.len();
        self.kev = kev;
    }

    /// Merges the records and writes the index.
    pub fn finish(mut self) -> Result<(Vec<u8>, Facts), ImportError> {
        let before = self.records.len();
        self.records.retain(|_, record| !record.withdrawn);
        self.facts.withdrawn = before - self.records.len();
        let before = self.records.len();
        self.records.retain(|_, record| !record.affected.is_empty());
        self.facts.unrelated = before - self.records.len();
        self.count_records();

        let mut vulnerabilities = TableWriter::new();
        let mut packages: BTreeMap<&[u8], Package> = BTreeMap::new();
        let mut bytes = Vec::new();
        for (number, group) in merge::groups(&self.records).into_iter().enumerate() {
            let draft = self.draft(&group);
            bytes.clear();
            put_vulnerability(&mut bytes, &draft);
            vulnerabilities.push(&bytes)?;
            // What a finding of this vulnerability says, apart from the versions.
            let mut digest = blake3::Hasher::new();
            bytes.clear();
            put_text(&mut bytes, draft.id);
            for alias in &draft.aliases {
                put_text(&mut bytes, alias);
            }
            bytes.push(draft.severity as u8);
            bytes.push(u8::from(draft.known_exploit.is_some()));
            digest.update(&bytes);
            let digest = digest.finalize();
            for (_, record) in &group.records {
                for (key, affected) in &record.affected {
                    let package = packages.entry(key).or_default();
                    put_number(&mut package.affected, number as u64);
                    package.affected.extend_from_slice(affected);
                    package.add(digest.as_bytes(), affected);
                }
            }
        }
        let mut keys = TableWriter::new();
        let mut affected = TableWriter::new();
        let mut fingerprints = TableWriter::new();
        for (key, package) in packages {
            keys.push(key)?;
            affected.push(&package.affected)?;
            fingerprints.push(&package.digest[..8])?;
        }
        let mut facts = TableWriter::new();
        facts.push(&serde_json::to_vec(&self.facts).unwrap_or_default())?;
        // In the order of `Table`.
        let tables = [
            keys,
            affected,
            fingerprints,
            vulnerabilities,
            self.texts.finish()?,
            facts,
        ];
        Ok((assemble(&tables), self.facts))
    }

    fn count_records(&mut self) {
        for record in self.records.values() {
            let mut ecosystems: Vec<Ecosystem> = record
                .affected
                .iter()
                .filter_map(|(key, _)| Some(package_of(key)?.0))
                .collect();
            ecosystems.sort();
            ecosystems.dedup();
            for ecosystem in ecosystems {
                let name = ecosystem.osv_name().to_owned();
                *self.facts.records.entry(name).or_default() += 1;
            }
        }
        let newest = self.records.values().map(|record| record.modified).max();
        self.facts.newest = newest
            .and_then(|seconds| jiff::Timestamp::from_second(seconds).ok())
            .map_or(String::new(), |time| time.to_string());
    }

    fn draft<'a>(&'a self, group: &Group<'a>) -> VulnerabilityDraft<'a> {
        let stored = || group.records.iter().map(|(_, record)| *record);
        let mut vectors: Vec<&str> = stored()
            .flat_map(|record| &record.vectors)
            .map(String::as_str)
            .collect();
        vectors.sort_unstable();
        vectors.dedup();
        let mut cwes: Vec<&str> = stored()
            .flat_map(|record| &record.cwes)
            .map(String::as_str)
            .collect();
        cwes.sort_unstable();
        cwes.dedup();
        let ratings: Vec<Rating> = vectors.iter().filter_map(|text| Rating::of(text)).collect();
        let severity = Rating::decisive(&ratings)
            .map(|rating| rating.severity)
            .or_else(|| stored().filter_map(|record| record.label).max())
            .unwrap_or(Severity::Untriaged);
        let ids = || std::iter::once(&group.id).chain(&group.aliases);
        let epss: Option<EpssScore> = ids().find_map(|id| self.epss.scores.get(*id).copied());
        VulnerabilityDraft {
            id: group.id,
            aliases: group.aliases.clone(),
            severity,
            vectors,
            cwes,
            published: stored().filter_map(|record| record.published).min(),
            modified: stored().map(|record| record.modified).max().unwrap_or(0),
            epss,
            known_exploit: ids().find_map(|id| self.kev.entries.get(*id)),
            records: group
                .records
                .iter()
                .map(|(id, record)| (*id, record.text.0, record.text.1))
                .collect(),
        }
    }
}

#[derive(Default)]
struct Package {
    affected: Vec<u8>,
    /// Of everything added, in order. A chain of digests, as the state of a hasher for each package takes 2 kB.
    digest: [u8; 32],
}

impl Package {
    fn add(&mut self, vulnerability: &[u8; 32], affected: &[u8]) {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.digest);
        hasher.update(vulnerability);
        hasher.update(affected);
        self.digest = *hasher.finalize().as_bytes();
    }
}
