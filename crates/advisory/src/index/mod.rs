//! The index: everything that matching needs, in one immutable file that is read where it lies.
//!
//! A package is found by binary search over the sorted names; what affects it is a few hundred bytes; a vulnerability's
//! texts are decompressed only when asked for. The file is written once ([`crate::import`]) and never changed. Nothing
//! in it is trusted: a file that was damaged, or made by an attacker, leads to [`Corrupt`], never to a panic or a read
//! outside it.

mod affected;
mod codec;
mod facts;
mod layout;
mod lookup;
mod text;
mod vulnerability;

use std::cmp::Ordering;
use std::fs;
use std::path::Path;

use memmap2::Mmap;
use shindan_package::Ecosystem;
use shindan_package::version::Version;
use thiserror::Error;

pub use affected::AffectedCode;
pub(crate) use affected::put as put_affected;
pub(crate) use codec::{put_number, put_text};
pub use facts::{Facts, Skipped};
pub use layout::TooLarge;
pub(crate) use layout::{Table, TableWriter, assemble};
pub use lookup::AffectedPackage;
pub(crate) use text::TextWriter;
pub use vulnerability::{Description, RecordNote, Vulnerability};
pub(crate) use vulnerability::{VulnerabilityDraft, put as put_vulnerability};

use codec::Reader;
use layout::File;

/// Why a file cannot be opened as an index.
#[derive(Debug, Error)]
pub enum IndexError {
    #[error("cannot be read: {0}")]
    Io(#[from] std::io::Error),
    #[error("is no index of advisories")]
    Foreign,
    #[error(
        "has format {found}, and this version of shindan reads format {}",
        layout::FORMAT
    )]
    Format { found: u32 },
    #[error("is cut short, or something was added to it")]
    Truncated,
    #[error("is damaged")]
    Damaged,
}

/// Something inside an index is not as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the index of advisories is damaged")]
pub struct Corrupt;

/// An opened index. Cheap to share between threads.
#[derive(Debug)]
pub struct Index {
    file: File<Bytes>,
}

#[derive(Debug)]
enum Bytes {
    Mapped(Mmap),
    Owned(Vec<u8>),
}

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Mapped(map) => map,
            Self::Owned(bytes) => bytes,
        }
    }
}

/// The number of a vulnerability in one index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VulnerabilityNumber(u32);

/// A vulnerability that a version of a package has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match<'a> {
    pub vulnerability: VulnerabilityNumber,
    /// The repaired versions that can be reached from the installed one, ascending: the lowest of each range that the
    /// version lies in. Empty where there is none.
    pub fixed: Vec<&'a str>,
    /// The code that is affected, where the advisory names it; empty otherwise.
    pub code: Vec<AffectedCode<'a>>,
}

impl Match<'_> {
    /// The same without the number, which says nothing outside its index.
    pub(crate) fn renumbered(self) -> Self {
        Self {
            vulnerability: VulnerabilityNumber(0),
            ..self
        }
    }
}

impl Index {
    /// Maps a file into memory and checks its header.
    pub fn open(path: &Path) -> Result<Self, IndexError> {
        let file = fs::File::open(path)?;
        if file.metadata()?.len() == 0 {
            return Err(IndexError::Foreign);
        }
        // SAFETY: the mapping is only ever read, and as bytes. It is undefined only if the file changes meanwhile: an
        // index is written under another name and renamed into place, never changed, and lies in a folder of the
        // user's; copying 50 MB into memory for each scan instead would cost 50 times the time of a match.
        #[allow(unsafe_code)]
        let map = unsafe { Mmap::map(&file)? };
        Ok(Self {
            file: File::open(Bytes::Mapped(map))?,
        })
    }

    /// An index in memory.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, IndexError> {
        Ok(Self {
            file: File::open(Bytes::Owned(bytes))?,
        })
    }

    /// Whether the whole file is as it was written. Reads all of it.
    pub fn verify(&self) -> Result<(), IndexError> {
        self.file.verify()
    }

    /// Bytes of the file.
    pub fn size(&self) -> usize {
        self.file.size()
    }

    /// What the index was made from.
    pub fn facts(&self) -> Result<Facts, Corrupt> {
        serde_json::from_slice(self.file.entry(Table::Facts, 0)?).map_err(|_| Corrupt)
    }

    /// The vulnerabilities of a version of a package, in the order of their ids.
    pub fn matches(
        &self,
        ecosystem: Ecosystem,
        name: &str,
        version: &str,
    ) -> Result<Vec<Match<'_>>, Corrupt> {
        let key = package_key(ecosystem, name);
        match self.find(&key)? {
            Some(package) => self.matches_at(package, ecosystem, version),
            None => Ok(Vec::new()),
        }
    }

    fn matches_at(
        &self,
        package: usize,
        ecosystem: Ecosystem,
        version: &str,
    ) -> Result<Vec<Match<'_>>, Corrupt> {
        let version = Version::new(ecosystem, version);
        let mut reader = Reader::new(self.file.entry(Table::Affected, package)?);
        let mut matches: Vec<Match<'_>> = Vec::new();
        while !reader.is_empty() {
            let vulnerability = VulnerabilityNumber(reader.small()?);
            let Some(answer) = affected::answer(&mut reader, ecosystem, &version)? else {
                continue;
            };
            match matches.last_mut() {
                // Records of one vulnerability stand together.
                Some(last) if last.vulnerability == vulnerability => {
                    last.fixed.extend(answer.fixed);
                    last.code.extend(answer.code);
                }
                _ => matches.push(Match {
                    vulnerability,
                    fixed: answer.fixed,
                    code: answer.code,
                }),
            }
        }
        for found in &mut matches {
            if found.fixed.len() > 1 {
                found
                    .fixed
                    .sort_by_cached_key(|text| (Version::new(ecosystem, text), *text));
                found
                    .fixed
                    .dedup_by_key(|text| Version::new(ecosystem, text));
            }
            found.code.sort();
            found.code.dedup();
        }
        Ok(matches)
    }

    pub fn vulnerability(&self, number: VulnerabilityNumber) -> Result<Vulnerability<'_>, Corrupt> {
        vulnerability::read(self.file.entry(Table::Vulnerabilities, number.0 as usize)?)
    }

    /// The id of a vulnerability, without reading the rest.
    pub fn id(&self, number: VulnerabilityNumber) -> Result<&str, Corrupt> {
        vulnerability::id(self.file.entry(Table::Vulnerabilities, number.0 as usize)?)
    }

    /// Title, details and references: each from the first record that has it, references from all.
    pub fn describe(&self, number: VulnerabilityNumber) -> Result<Description, Corrupt> {
        // More only a made-up index has, to keep us busy.
        const MAX_RECORDS: usize = 64;
        let mut description = Description::default();
        let records = self.vulnerability(number)?.records;
        for record in records.into_iter().take(MAX_RECORDS) {
            let block = self.file.entry(Table::Texts, record.block as usize)?;
            let texts = text::read(block, record.offset)?;
            if description.title.is_empty() {
                description.title = texts.title;
            }
            if description.details.is_empty() {
                description.details = texts.details;
            }
            description.references.extend(texts.references);
        }
        description.references.sort();
        description.references.dedup();
        Ok(description)
    }

    /// How many packages any advisory is about.
    pub fn packages(&self) -> usize {
        self.file.entries(Table::Packages)
    }

    pub fn vulnerabilities(&self) -> usize {
        self.file.entries(Table::Vulnerabilities)
    }

    /// Key and fingerprint of a package by its place in the order of keys.
    pub(crate) fn package(&self, index: usize) -> Result<(&[u8], &[u8]), Corrupt> {
        Ok((
            self.file.entry(Table::Packages, index)?,
            self.file.entry(Table::Fingerprints, index)?,
        ))
    }

    fn find(&self, key: &[u8]) -> Result<Option<usize>, Corrupt> {
        let (mut low, mut high) = (0, self.packages());
        while low < high {
            let middle = low + (high - low) / 2;
            match self.file.entry(Table::Packages, middle)?.cmp(key) {
                Ordering::Less => low = middle + 1,
                Ordering::Greater => high = middle,
                Ordering::Equal => return Ok(Some(middle)),
            }
        }
        Ok(None)
    }
}

/// The key of a package in the index: one byte for the ecosystem, then the normal name.
pub(crate) fn package_key(ecosystem: Ecosystem, name: &str) -> Vec<u8> {
    let name = ecosystem.normal_name(name);
    let mut key = Vec::with_capacity(1 + name.len());
    key.push(ecosystem_byte(ecosystem));
    key.extend_from_slice(name.as_bytes());
    key
}

/// Part of the format: numbers that are given stay as they are.
const fn ecosystem_byte(ecosystem: Ecosystem) -> u8 {
    match ecosystem {
        Ecosystem::PyPi => b'p',
        Ecosystem::Npm => b'n',
        Ecosystem::Maven => b'm',
        Ecosystem::RubyGems => b'r',
        Ecosystem::NuGet => b'd',
        Ecosystem::Go => b'g',
        Ecosystem::CratesIo => b'c',
    }
}

/// The inverse of [`package_key`].
pub(crate) fn package_of(key: &[u8]) -> Option<(Ecosystem, &str)> {
    let (&byte, name) = key.split_first()?;
    let ecosystem = Ecosystem::ALL
        .into_iter()
        .find(|&ecosystem| ecosystem_byte(ecosystem) == byte)?;
    Some((ecosystem, std::str::from_utf8(name).ok()?))
}
