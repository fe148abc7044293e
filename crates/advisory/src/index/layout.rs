//! The file: a header, then tables.
//!
//! ```text
//! 0    magic, 8 bytes
//! 8    format version, u32; number of tables, u32
//! 16   length of the file, u64
//! 24   BLAKE3 of everything behind the header, 32 bytes
//! 56   per table: place of its offsets, number of entries, place of its bytes, number of its bytes; u64 each
//! ..   BLAKE3 of the header up to here, 32 bytes
//! ```
//!
//! A table is `entries + 1` offsets (u32, into its bytes) and its bytes. All numbers are little-endian. The header is
//! checked when a file is opened; the rest would have to be read whole for that, which [`File::verify`] does. Reading
//! therefore trusts no offset and no length.

use std::ops::Range;

use super::{Corrupt, IndexError};

pub(crate) const MAGIC: [u8; 8] = *b"shindana";
/// To be raised whenever an older program could misread the file.
pub(crate) const FORMAT: u32 = 1;
pub(crate) const TABLES: usize = 6;
const HASH: usize = 32;
const TABLES_AT: usize = 56;
const HEADER: usize = TABLES_AT + TABLES * 32 + HASH;

/// What stands in which table.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Table {
    /// Ecosystem and normal name of each package, ascending.
    Packages,
    /// What affects each package, in the order of `Packages`.
    Affected,
    /// A digest of what each package's findings depend on, in the order of `Packages`.
    Fingerprints,
    Vulnerabilities,
    /// Compressed blocks of titles, descriptions and references.
    Texts,
    /// One entry: what the index was made from, JSON.
    Facts,
}

/// Bytes that begin with a valid header.
#[derive(Debug)]
pub(crate) struct File<B> {
    bytes: B,
    tables: [Place; TABLES],
}

#[derive(Clone, Debug, Default)]
struct Place {
    offsets: usize,
    entries: usize,
    bytes: Range<usize>,
}

impl<B: AsRef<[u8]>> File<B> {
    pub(crate) fn open(bytes: B) -> Result<Self, IndexError> {
        let all = bytes.as_ref();
        if !all.starts_with(&MAGIC) {
            return Err(IndexError::Foreign);
        }
        let number = |at: usize| read_u64(all, at).ok_or(IndexError::Truncated);
        let format = (number(8)? & u64::from(u32::MAX)) as u32;
        if format != FORMAT {
            return Err(IndexError::Format { found: format });
        }
        if all.len() < HEADER || number(16)? != all.len() as u64 {
            return Err(IndexError::Truncated);
        }
        if blake3::hash(&all[..HEADER - HASH]).as_bytes() != &all[HEADER - HASH..HEADER] {
            return Err(IndexError::Damaged);
        }
        let mut tables: [Place; TABLES] = Default::default();
        for (index, place) in tables.iter_mut().enumerate() {
            let field = |field: usize| {
                read_u64(all, TABLES_AT + index * 32 + field * 8)
                    .and_then(|number| usize::try_from(number).ok())
                    .ok_or(IndexError::Damaged)
            };
            let (offsets, entries, start, length) = (field(0)?, field(1)?, field(2)?, field(3)?);
            let offsets_end = entries
                .checked_add(1)
                .and_then(|offsets| offsets.checked_mul(4))
                .and_then(|length| length.checked_add(offsets));
            let end = start.checked_add(length);
            match (offsets_end, end) {
                (Some(offsets_end), Some(end)) if offsets_end.max(end) <= all.len() => {
                    *place = Place {
                        offsets,
                        entries,
                        bytes: start..end,
                    };
                }
                _ => return Err(IndexError::Damaged),
            }
        }
        Ok(Self { bytes, tables })
    }

    /// Whether the whole file is as it was written; reads all of it.
    pub(crate) fn verify(&self) -> Result<(), IndexError> {
        let all = self.bytes.as_ref();
        if blake3::hash(&all[HEADER..]).as_bytes() == &all[24..24 + HASH] {
            Ok(())
        } else {
            Err(IndexError::Damaged)
        }
    }

    pub(crate) fn size(&self) -> usize {
        self.bytes.as_ref().len()
    }

    pub(crate) fn entries(&self, table: Table) -> usize {
        self.tables[table as usize].entries
    }

    pub(crate) fn entry(&self, table: Table, index: usize) -> Result<&[u8], Corrupt> {
        let place = &self.tables[table as usize];
        if index >= place.entries {
            return Err(Corrupt);
        }
        let all = self.bytes.as_ref();
        let offset = |index: usize| {
            let at = place.offsets + index * 4;
            let bytes = all.get(at..at + 4).ok_or(Corrupt)?;
            let bytes = bytes.try_into().map_err(|_| Corrupt)?;
            Ok(u32::from_le_bytes(bytes) as usize)
        };
        let bytes = &all[place.bytes.clone()];
        bytes.get(offset(index)?..offset(index + 1)?).ok_or(Corrupt)
    }
}

fn read_u64(bytes: &[u8], at: usize) -> Option<u64> {
    let bytes = bytes.get(at..at + 8)?;
    Some(u64::from_le_bytes(bytes.try_into().ok()?))
}

/// A table while it grows.
#[derive(Debug)]
pub(crate) struct TableWriter {
    offsets: Vec<u32>,
    bytes: Vec<u8>,
}

impl TableWriter {
    pub(crate) fn new() -> Self {
        Self {
            offsets: vec![0],
            bytes: Vec::new(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Adds an entry. An index is three orders of magnitude away from the 4 GiB that a table may hold; a source that is
    /// not gets an error instead of wrong offsets.
    pub(crate) fn push(&mut self, entry: &[u8]) -> Result<(), TooLarge> {
        self.bytes.extend_from_slice(entry);
        self.offsets
            .push(u32::try_from(self.bytes.len()).map_err(|_| TooLarge)?);
        Ok(())
    }
}

/// More than an index can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the advisories are more than one index can hold (4 GiB a table)")]
pub struct TooLarge;

/// Puts the tables, in the order of [`Table`], into one file.
pub(crate) fn assemble(tables: &[TableWriter; TABLES]) -> Vec<u8> {
    let body: usize = tables
        .iter()
        .map(|table| table.offsets.len() * 4 + table.bytes.len())
        .sum();
    let mut file = vec![0; HEADER];
    file.reserve_exact(body);
    for (index, table) in tables.iter().enumerate() {
        let offsets_at = file.len();
        for offset in &table.offsets {
            file.extend_from_slice(&offset.to_le_bytes());
        }
        let bytes_at = file.len();
        file.extend_from_slice(&table.bytes);
        let fields = [offsets_at, table.len(), bytes_at, table.bytes.len()];
        for (field, value) in fields.into_iter().enumerate() {
            let at = TABLES_AT + index * 32 + field * 8;
            file[at..at + 8].copy_from_slice(&(value as u64).to_le_bytes());
        }
    }
    file[..8].copy_from_slice(&MAGIC);
    file[8..12].copy_from_slice(&FORMAT.to_le_bytes());
    file[12..16].copy_from_slice(&(TABLES as u32).to_le_bytes());
    let length = file.len() as u64;
    file[16..24].copy_from_slice(&length.to_le_bytes());
    let body_hash = *blake3::hash(&file[HEADER..]).as_bytes();
    file[24..24 + HASH].copy_from_slice(&body_hash);
    let header_hash = *blake3::hash(&file[..HEADER - HASH]).as_bytes();
    file[HEADER - HASH..HEADER].copy_from_slice(&header_hash);
    file
}
