//! Collects the entries of an artifact while it is being opened.
//!
//! Folders and archives, however deep, share one [`Opening`], and with it one set of budgets: a
//! thousand nested archives may not cost a thousand times what one may. Which of the collected
//! candidates become entries is decided at the end, by [`select`](crate::select).

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use crate::artifact::{Entry, Place, Store, in_place, is_archive_name, read_from};
use crate::bytes::Bytes;
use crate::classify::{classify_path, lies_among_packages};
use crate::limits::Limits;
use crate::path::{PassedOver, is_within, normalise, parent, passed_over_folder, resolve};
use crate::select::{LeftOut, importance, select};
use crate::skip::{Skip, SkipList, SkipReason};
use crate::zip::directory::{CutShort, DirectoryError, Kind};
use crate::zip::{Directory, Record, entry, has_zip_signature};

#[derive(Debug)]
pub(crate) struct Opening<'a> {
    pub(crate) limits: &'a Limits,
    pub(crate) skips: SkipList,
    /// Members that may still be counted.
    pub(crate) records_left: usize,
    nested_left: u64,
    stores: Vec<Store>,
    candidates: Vec<Entry>,
    large: Vec<Entry>,
    left_out: LeftOut,
    no_container: Arc<[String]>,
}

/// All of an artifact but its name.
pub(crate) struct Opened<'a> {
    pub(crate) limits: &'a Limits,
    pub(crate) stores: Vec<Store>,
    pub(crate) entries: Vec<Entry>,
    pub(crate) large: Vec<Entry>,
    pub(crate) skips: Vec<Skip>,
}

impl<'a> Opening<'a> {
    pub(crate) fn new(limits: &'a Limits) -> Self {
        Self {
            limits,
            skips: SkipList::new(limits.skips),
            records_left: limits.records,
            nested_left: limits.nested_bytes,
            stores: Vec::new(),
            candidates: Vec::new(),
            large: Vec::new(),
            left_out: LeftOut::default(),
            no_container: Arc::new([]),
        }
    }

    pub(crate) fn add_store(&mut self, store: Store) -> u32 {
        self.stores.push(store);
        u32::try_from(self.stores.len() - 1).unwrap_or(u32::MAX)
    }

    /// Adds a file of a folder, which was listed in `store`.
    pub(crate) fn add_file(&mut self, path: String, size: u64, store: u32) {
        let limit = self.most_bytes(&path);
        let entry = candidate(
            path,
            size,
            &self.no_container.clone(),
            Place { store, record: 0 },
        );
        if size > limit {
            let reason = SkipReason::FileTooLarge { size, limit };
            self.skips.push(Skip::new(entry.path.clone(), reason));
            self.add_large(entry);
            return;
        }
        let is_nested = is_opened_in_place(&entry);
        self.candidates.push(entry);
        if is_nested {
            self.open_nested(self.candidates.len() - 1);
        }
    }

    /// Bytes that are read of a file of this name as a whole.
    fn most_bytes(&self, name: &str) -> u64 {
        let Limits {
            file_bytes,
            nested_bytes,
            ..
        } = self.limits;
        if is_archive_name(name) {
            *file_bytes.max(nested_bytes)
        } else {
            *file_bytes
        }
    }

    fn add_large(&mut self, entry: Entry) {
        if entry.size <= self.limits.large_bytes && self.large.len() < self.limits.large_files {
            self.large.push(entry);
        }
    }

    /// Adds the only file of an artifact.
    pub(crate) fn add_single_file(&mut self, path: PathBuf, name: &str, size: u64) {
        let store = self.add_store(Store::File(path));
        self.add_file(name.to_owned(), size, store);
    }

    /// Adds the entries of the archive that the artifact is.
    pub(crate) fn open_root_archive(&mut self, bytes: Bytes) -> Result<(), DirectoryError> {
        self.open_archive(bytes, "", &self.no_container.clone())
    }

    /// Adds the entries of an archive that lies at `path`, and whose members lie in `container`.
    fn open_archive(
        &mut self,
        bytes: Bytes,
        path: &str,
        container: &Arc<[String]>,
    ) -> Result<(), DirectoryError> {
        let directory = Directory::read(&bytes, self.records_left)?;
        self.records_left -= directory.records.len().min(self.records_left);
        match &directory.cut_short {
            // With no entry left there is nothing to be scanned, and an empty result would look clean.
            Some(CutShort::Damaged(_)) if directory.records.is_empty() => {
                return Err(DirectoryError::Damaged);
            }
            Some(CutShort::Damaged(text)) => self
                .skips
                .push(Skip::new(path, SkipReason::Corrupt(text.clone()))),
            Some(CutShort::Limit) => {
                let limit = self.limits.records as u64;
                self.skips
                    .push(Skip::new(path, SkipReason::TooManyRecords { limit }));
            }
            None => {}
        }
        let prefix = if path.is_empty() {
            String::new()
        } else {
            format!("{path}!/")
        };
        let data_end = directory.start;
        let listed = self.accept_names(directory.records, &prefix);
        let listed = self.without_overlaps(listed, data_end, &prefix);
        let (readable, large) = self.only_readable(listed, &bytes, &prefix);
        let store = u32::try_from(self.stores.len()).unwrap_or(u32::MAX);
        let mut records = self.most_important(readable, &prefix);
        let first = self.candidates.len();
        for (number, record) in records.iter().enumerate() {
            let place = Place {
                store,
                record: u32::try_from(number).unwrap_or(u32::MAX),
            };
            let path = format!("{prefix}{}", record.name);
            self.candidates
                .push(candidate(path, record.size, container, place));
        }
        for record in large {
            let place = Place {
                store,
                record: u32::try_from(records.len()).unwrap_or(u32::MAX),
            };
            let path = format!("{prefix}{}", record.name);
            self.add_large(candidate(path, record.size, container, place));
            records.push(record);
        }
        self.stores.push(Store::Zip { bytes, records });
        let nested: Vec<usize> = (first..self.candidates.len())
            .filter(|at| is_opened_in_place(&self.candidates[*at]))
            .collect();
        for at in nested {
            self.open_nested(at);
        }
        Ok(())
    }

    /// What was found: the chosen entries in the order of their paths, and all skips.
    pub(crate) fn finish(mut self) -> Opened<'a> {
        let entries = select(self.candidates, self.left_out, self.limits, &mut self.skips);
        self.large.sort_by(|a, b| a.path.cmp(&b.path));
        Opened {
            limits: self.limits,
            stores: self.stores,
            entries,
            large: self.large,
            skips: self.skips.into_sorted(),
        }
    }

    /// The records of files with usable and unique names, normalised and sorted.
    fn accept_names(&mut self, mut records: Vec<Record>, prefix: &str) -> Vec<Record> {
        let mut noted = BTreeSet::new();
        records.retain_mut(|record| self.accept_name(record, &mut noted, prefix));
        // The sort is stable, so that of equal names the last in the archive stays last.
        records.sort_by(|a, b| a.name.cmp(&b.name));
        let mut duplicates: Vec<(Box<str>, u64)> = Vec::new();
        records.dedup_by(|later, kept| {
            if later.name != kept.name {
                return false;
            }
            std::mem::swap(later, kept);
            match duplicates.last_mut() {
                Some((name, times)) if *name == kept.name => *times += 1,
                _ => duplicates.push((kept.name.clone(), 2)),
            }
            true
        });
        for (name, times) in duplicates {
            self.skips.push(Skip::new(
                format!("{prefix}{name}"),
                SkipReason::DuplicateName { times },
            ));
        }
        records
    }

    fn accept_name(
        &mut self,
        record: &mut Record,
        noted: &mut BTreeSet<String>,
        prefix: &str,
    ) -> bool {
        let path = match normalise(&record.name, self.limits.path_bytes) {
            Ok(path) => path,
            Err(reason) => {
                if record.kind != Kind::Folder {
                    let shown = format!("{prefix}{}", shown_name(&record.name));
                    self.skips
                        .push(Skip::new(shown, SkipReason::UnsafePath(reason)));
                }
                return false;
            }
        };
        if record.kind == Kind::Folder {
            return false;
        }
        if let Some((folder, how)) = passed_over_folder(&path) {
            if how == PassedOver::WithNote && noted.insert(folder.to_owned()) {
                self.skips.push(Skip::new(
                    format!("{prefix}{folder}"),
                    SkipReason::ToolCache,
                ));
            }
            return false;
        }
        if path.matches('/').count() > self.limits.directory_depth {
            let limit = self.limits.directory_depth as u64;
            self.skips.push(Skip::new(
                format!("{prefix}{path}"),
                SkipReason::FoldersTooDeep { limit },
            ));
            return false;
        }
        if *record.name != *path {
            record.name = path.into();
        }
        true
    }

    /// The records whose bytes belong to no record before them and not to the directory.
    fn without_overlaps(
        &mut self,
        mut records: Vec<Record>,
        data_end: u64,
        prefix: &str,
    ) -> Vec<Record> {
        let overlapping = overlapping(&records, data_end);
        let mut number = 0;
        records.retain(|record| {
            let overlaps = overlapping.contains(&number);
            if overlaps {
                self.skips.push(Skip::new(
                    format!("{prefix}{}", record.name),
                    SkipReason::OverlappingEntries,
                ));
            }
            number += 1;
            !overlaps
        });
        records
    }

    /// The records that can be read as a whole, and those that are too large for it and can be read in parts.
    fn only_readable(
        &mut self,
        mut records: Vec<Record>,
        bytes: &Bytes,
        prefix: &str,
    ) -> (Vec<Record>, Vec<Record>) {
        let mut large = Vec::new();
        records.retain(|record| {
            let reason = match record.kind {
                Kind::Symlink => {
                    self.skips
                        .push(link_in_archive(bytes, record, self.limits, prefix));
                    return false;
                }
                Kind::Special => Some(SkipReason::NotARegularFile),
                Kind::File | Kind::Folder => {
                    entry::refusal(record, self.limits, self.most_bytes(&record.name))
                }
            };
            let is_readable = reason.is_none();
            if let Some(reason) = reason {
                if matches!(reason, SkipReason::FileTooLarge { .. })
                    && large.len() < self.limits.large_files
                {
                    large.push(record.clone());
                }
                self.skips
                    .push(Skip::new(format!("{prefix}{}", record.name), reason));
            }
            is_readable
        });
        (records, large)
    }

    /// As many records as there may be entries. What is not among the most important of its archive
    /// is not among those of the whole either, and need not be kept until the end.
    fn most_important(&mut self, records: Vec<Record>, prefix: &str) -> Vec<Record> {
        if records.len() <= self.limits.entries {
            return records;
        }
        let mut ranked: Vec<(u8, Record)> = records
            .into_iter()
            .map(|record| {
                let verdict = classify_path(&record.name);
                let rank = importance(&record.name, record.size, verdict.class, verdict.is_test);
                (rank, record)
            })
            .collect();
        ranked.sort_by_key(|(importance, _)| *importance);
        for (_, record) in ranked.drain(self.limits.entries..) {
            let path = format!("{prefix}{}", record.name);
            self.left_out
                .add(&path, classify_path(&path).class, !prefix.is_empty());
        }
        ranked.sort_by(|a, b| a.1.name.cmp(&b.1.name));
        ranked.into_iter().map(|(_, record)| record).collect()
    }

    /// Opens the archive that candidate `at` is.
    fn open_nested(&mut self, at: usize) {
        let entry = self.candidates[at].clone();
        if let Err(reason) = self.try_open_nested(&entry) {
            self.skips.push(Skip::new(entry.path, reason));
        }
    }

    fn try_open_nested(&mut self, entry: &Entry) -> Result<(), SkipReason> {
        let depth_limit = self.limits.archive_depth;
        if entry.container.len() >= depth_limit {
            return Err(SkipReason::NestedTooDeep {
                limit: depth_limit as u64,
            });
        }
        let bytes = self.nested_bytes(entry)?;
        let mut head = [0; 4];
        bytes
            .read_at(0, &mut head)
            .map_err(|error| SkipReason::Unreadable(error.kind().to_string()))?;
        if !has_zip_signature(&head) {
            return Err(SkipReason::Corrupt("not a zip archive".to_owned()));
        }
        let container: Arc<[String]> = entry
            .container
            .iter()
            .cloned()
            .chain([entry.inner_path().to_owned()])
            .collect();
        self.open_archive(bytes, &entry.path, &container)
            .map_err(|error| SkipReason::Corrupt(error.to_string()))
    }

    /// The bytes of a nested archive: where they lie if they are stored, and in memory if they are packed.
    fn nested_bytes(&mut self, entry: &Entry) -> Result<Bytes, SkipReason> {
        if let Some(bytes) = in_place(&self.stores, entry)? {
            return Ok(bytes);
        }
        if entry.size > self.nested_left {
            return Err(SkipReason::NestedTooLarge {
                limit: self.limits.nested_bytes,
            });
        }
        let content = read_from(&self.stores, entry, self.limits, self.nested_left)?;
        self.nested_left = self.nested_left.saturating_sub(content.len() as u64);
        Ok(Bytes::Unpacked(Arc::new(content)))
    }
}

/// The skip for a link in an archive; its content is where it leads.
fn link_in_archive(bytes: &Bytes, record: &Record, limits: &Limits, prefix: &str) -> Skip {
    const LONGEST_TARGET: u64 = 4096;
    let target = if record.size > LONGEST_TARGET {
        None
    } else {
        entry::unpack(bytes, record, limits, LONGEST_TARGET).ok()
    };
    let mut skip = link_skip(
        record.name.to_string(),
        &String::from_utf8_lossy(&target.unwrap_or_default()),
    );
    skip.path.insert_str(0, prefix);
    skip
}

/// The skip for a link at `path`. Where it leads is decided by its text alone: following it, even
/// only to look, could leave the package.
pub(crate) fn link_skip(path: String, target: &str) -> Skip {
    // An unreadable target may lead anywhere.
    let leads_to = if target.is_empty() {
        None
    } else {
        resolve(parent(&path), target)
    };
    let reason = match leads_to {
        Some(folder) if is_within(parent(&path), &folder) => SkipReason::DirectoryLoop {
            target: target.to_owned(),
        },
        Some(_) => SkipReason::Symlink {
            target: target.to_owned(),
            leaves_package: false,
        },
        None => SkipReason::Symlink {
            target: target.to_owned(),
            leaves_package: true,
        },
    };
    Skip::new(path, reason)
}

fn candidate(path: String, size: u64, container: &Arc<[String]>, place: Place) -> Entry {
    let verdict = classify_path(&path);
    Entry {
        path,
        size,
        class: verdict.class,
        reason: verdict.reason,
        is_test: verdict.is_test,
        layer: None,
        container: Arc::clone(container),
        place,
    }
}

/// Archives are opened where they lie, but for the test data of installed packages and of one's own
/// tests, which is often damaged on purpose.
fn is_opened_in_place(entry: &Entry) -> bool {
    is_archive_name(&entry.path)
        && !entry.is_test
        && !(entry.path.ends_with(".zip") && lies_among_packages(&entry.path))
}

/// The numbers of records whose bytes belong to a record before them or to the directory.
fn overlapping(records: &[Record], data_end: u64) -> BTreeSet<usize> {
    const LOCAL_LENGTH: u64 = 30;
    let mut spans: Vec<(u64, u64, usize)> = records
        .iter()
        .enumerate()
        .map(|(number, record)| {
            // The extra field of the local header is not known here, so the end is the least possible.
            let end = record
                .offset
                .saturating_add(LOCAL_LENGTH + u64::from(record.name_length))
                .saturating_add(record.packed);
            (record.offset, end, number)
        })
        .collect();
    spans.sort_unstable();
    let mut taken = 0;
    let mut overlapping = BTreeSet::new();
    for (start, end, number) in spans {
        if start < taken || end > data_end {
            overlapping.insert(number);
        }
        taken = taken.max(end.min(data_end));
    }
    overlapping
}

/// A name that is no path, fit to be shown.
fn shown_name(name: &str) -> String {
    const LONGEST: usize = 200;
    name.chars()
        .take(LONGEST)
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}
