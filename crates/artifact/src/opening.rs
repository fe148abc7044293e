//! Collects the entries of an artifact while it is being opened.
//!
//! Folders and archives, however deep, share one [`Opening`], and with it one set of budgets: a
//! thousand nested archives may not cost a thousand times what one may. Which of the collected
//! candidates become entries is decided at the end, by [`select`](crate::select).

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use crate::artifact::{Entry, Place, Store, is_archive_name, read_from};
use crate::bytes::Bytes;
use crate::classify::{classify_path, lies_in_package_folder};
use crate::limits::Limits;
use crate::path::{PassedOver, is_within, normalise, parent, passed_over_folder, resolve};
use crate::select::select;
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
    no_container: Arc<[String]>,
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
            no_container: Arc::new([]),
        }
    }

    pub(crate) fn add_store(&mut self, store: Store) -> u32 {
        self.stores.push(store);
        u32::try_from(self.stores.len() - 1).unwrap_or(u32::MAX)
    }

    /// Adds a file of a folder, which was listed in `store`.
    pub(crate) fn add_file(&mut self, path: String, size: u64, store: u32) {
        let limit = self.limits.file_bytes;
        if size > limit {
            self.skips
                .push(Skip::new(path, SkipReason::FileTooLarge { size, limit }));
            return;
        }
        let entry = candidate(
            path,
            size,
            &self.no_container.clone(),
            Place { store, record: 0 },
        );
        let is_nested = is_opened_in_place(&entry);
        self.candidates.push(entry);
        if is_nested {
            self.open_nested(self.candidates.len() - 1);
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
        let overlapping = overlapping(&listed, data_end);
        let store = u32::try_from(self.stores.len()).unwrap_or(u32::MAX);
        let mut records = Vec::new();
        let first = self.candidates.len();
        for (number, (path, record)) in listed.into_iter().enumerate() {
            let reason = if overlapping.contains(&number) {
                Some(SkipReason::OverlappingEntries)
            } else {
                match record.kind {
                    Kind::Symlink => {
                        let skip = self.link_in_archive(&bytes, path, &record, &prefix);
                        self.skips.push(skip);
                        continue;
                    }
                    Kind::Special => Some(SkipReason::NotARegularFile),
                    Kind::File | Kind::Folder => entry::refusal(&record, self.limits),
                }
            };
            let path = format!("{prefix}{path}");
            match reason {
                Some(reason) => self.skips.push(Skip::new(path, reason)),
                None => {
                    let place = Place {
                        store,
                        record: u32::try_from(records.len()).unwrap_or(u32::MAX),
                    };
                    self.candidates
                        .push(candidate(path, record.size, container, place));
                    records.push(record);
                }
            }
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
    pub(crate) fn into_parts(mut self) -> (&'a Limits, Vec<Store>, Vec<Entry>, Vec<Skip>) {
        let entries = select(self.candidates, self.limits, &mut self.skips);
        (self.limits, self.stores, entries, self.skips.into_sorted())
    }

    /// The records with usable and unique names, sorted by path.
    fn accept_names(&mut self, records: Vec<Record>, prefix: &str) -> Vec<(String, Record)> {
        let mut noted = BTreeSet::new();
        let mut listed = Vec::with_capacity(records.len());
        for record in records {
            let path = match normalise(&record.name, self.limits.path_bytes) {
                Ok(path) => path,
                Err(reason) => {
                    if record.kind != Kind::Folder {
                        let shown = format!("{prefix}{}", shown_name(&record.name));
                        self.skips
                            .push(Skip::new(shown, SkipReason::UnsafePath(reason)));
                    }
                    continue;
                }
            };
            if record.kind == Kind::Folder {
                continue;
            }
            if let Some((folder, how)) = passed_over_folder(&path) {
                if how == PassedOver::WithNote && noted.insert(folder.to_owned()) {
                    self.skips.push(Skip::new(
                        format!("{prefix}{folder}"),
                        SkipReason::ToolCache,
                    ));
                }
                continue;
            }
            if path.matches('/').count() > self.limits.directory_depth {
                let limit = self.limits.directory_depth as u64;
                self.skips.push(Skip::new(
                    format!("{prefix}{path}"),
                    SkipReason::FoldersTooDeep { limit },
                ));
                continue;
            }
            listed.push((path, record));
        }
        // The sort is stable, so that of equal names the last in the archive stays last.
        listed.sort_by(|a, b| a.0.cmp(&b.0));
        let mut unique: Vec<(String, Record)> = Vec::with_capacity(listed.len());
        let mut times = 1;
        for (path, record) in listed {
            if let Some(last) = unique.last_mut().filter(|last| last.0 == path) {
                last.1 = record;
                times += 1;
                continue;
            }
            self.note_duplicate(unique.last(), &mut times, prefix);
            unique.push((path, record));
        }
        self.note_duplicate(unique.last(), &mut times, prefix);
        unique
    }

    fn note_duplicate(&mut self, last: Option<&(String, Record)>, times: &mut u64, prefix: &str) {
        if let Some((path, _)) = last
            && *times > 1
        {
            self.skips.push(Skip::new(
                format!("{prefix}{path}"),
                SkipReason::DuplicateName { times: *times },
            ));
        }
        *times = 1;
    }

    fn link_in_archive(&self, bytes: &Bytes, path: String, record: &Record, prefix: &str) -> Skip {
        const LONGEST_TARGET: u64 = 4096;
        let target = if record.size > LONGEST_TARGET {
            None
        } else {
            entry::unpack(bytes, record, self.limits).ok()
        };
        let mut skip = link_skip(path, &String::from_utf8_lossy(&target.unwrap_or_default()));
        skip.path = format!("{prefix}{}", skip.path);
        skip
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
        if entry.size > self.nested_left {
            return Err(SkipReason::NestedTooLarge {
                limit: self.limits.nested_bytes,
            });
        }
        let content = read_from(&self.stores, entry, self.limits)?;
        self.nested_left = self.nested_left.saturating_sub(content.len() as u64);
        if !has_zip_signature(&content) {
            return Err(SkipReason::Corrupt("not a zip archive".to_owned()));
        }
        let container: Arc<[String]> = entry
            .container
            .iter()
            .cloned()
            .chain([entry.inner_path().to_owned()])
            .collect();
        self.open_archive(Bytes::Memory(content.into()), &entry.path, &container)
            .map_err(|error| SkipReason::Corrupt(error.to_string()))
    }
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
        && !(entry.path.ends_with(".zip") && lies_in_package_folder(&entry.path))
}

/// The records whose bytes belong to a record before them or to the directory.
fn overlapping(listed: &[(String, Record)], data_end: u64) -> BTreeSet<usize> {
    const LOCAL_LENGTH: u64 = 30;
    let mut spans: Vec<(u64, u64, usize)> = listed
        .iter()
        .enumerate()
        .map(|(number, (_, record))| {
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
