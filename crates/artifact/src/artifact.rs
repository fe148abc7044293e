//! An opened package: its entries, what was skipped, and the way to an entry's bytes.
//!
//! Opening lists; it reads directories, nested archives and installers' manifests, but no other
//! content. [`Artifact::read`] then reads one entry at a time through `&self`, from any thread.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::bytes::Bytes;
use crate::classify::{Class, Reason, vendored};
use crate::folder;
use crate::limits::Limits;
use crate::opening::{Opened, Opening};
use crate::parts::Parts;
use crate::path::extension;
use crate::skip::{Skip, SkipReason};
use crate::zip::entry::{is_stored, span, unpack};
use crate::zip::{Record, has_zip_signature};

/// A folder, an archive or a file, opened for analysis.
#[derive(Debug)]
pub struct Artifact {
    name: String,
    limits: Limits,
    stores: Vec<Store>,
    entries: Vec<Entry>,
    large: Vec<Entry>,
    skips: Vec<Skip>,
    layers: u32,
}

/// One file of an artifact.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Where it lies, relative to the package: `src/app.py`, and `lib/a.jar!/x/Y.class` within archives.
    pub path: String,
    /// Its size, as declared; the content is never larger.
    pub size: u64,
    /// What it is, as far as its path and the manifests beside it tell.
    pub class: Class,
    /// Why it is that.
    pub reason: Reason,
    /// Whether it is a test by custom.
    pub is_test: bool,
    /// The layer it belongs to, in the order in which they were attached; `None` for the package itself.
    pub layer: Option<u32>,
    /// The archives it lies in, outermost first, each as named in the one before.
    pub container: Arc<[String]>,
    pub(crate) place: Place,
}

/// Why nothing at all could be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no such file.
    #[error("{path}: no such file or folder")]
    NotFound { path: String },
    /// The operating system refused.
    #[error("{path}: cannot be read: {text}")]
    Unreadable { path: String, text: String },
    /// Neither a folder nor a file.
    #[error("{path}: neither a folder nor a regular file")]
    NotAFile { path: String },
    /// An archive in which nothing can be read.
    #[error("{path}: {text}")]
    BadArchive { path: String, text: String },
}

/// Where the bytes of an entry are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) store: u32,
    pub(crate) record: u32,
}

/// Where the bytes of many entries are.
#[derive(Debug)]
pub(crate) enum Store {
    /// Entries lie below this folder by their path.
    Folder(PathBuf),
    /// The one entry is this file.
    File(PathBuf),
    Zip {
        bytes: Bytes,
        records: Vec<Record>,
    },
}

impl Artifact {
    /// Opens a folder, a zip archive or a single file.
    ///
    /// # Errors
    /// When nothing of it can be read. What can be read in part is opened, with skips.
    pub fn open(path: &Path, limits: &Limits) -> Result<Self, OpenError> {
        let shown = || path.display().to_string();
        let refused = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => OpenError::NotFound { path: shown() },
            kind => OpenError::Unreadable {
                path: shown(),
                text: kind.to_string(),
            },
        };
        let metadata = std::fs::metadata(path).map_err(refused)?;
        let name = path
            .file_name()
            .map_or_else(shown, |name| name.to_string_lossy().into_owned());
        let mut opening = Opening::new(limits);
        if metadata.is_dir() {
            folder::walk(path, &mut opening).map_err(refused)?;
            return Ok(opening.into_artifact(name));
        }
        if !metadata.is_file() {
            return Err(OpenError::NotAFile { path: shown() });
        }
        let file = File::open(path).map_err(refused)?;
        let bytes = Bytes::of_file(file).map_err(refused)?;
        let mut head = [0; 4];
        bytes.read_at(0, &mut head).map_err(refused)?;
        if has_zip_signature(&head) || is_archive_name(&name) {
            let opened = opening.open_root_archive(bytes);
            opened.map_err(|error| OpenError::BadArchive {
                path: shown(),
                text: error.to_string(),
            })?;
        } else {
            opening.add_single_file(path.to_owned(), &name, metadata.len());
        }
        Ok(opening.into_artifact(name))
    }

    /// Opens a zip archive in memory.
    ///
    /// # Errors
    /// When it is no zip archive, or nothing of it can be read.
    pub fn from_bytes(
        name: &str,
        bytes: impl Into<Arc<[u8]>>,
        limits: &Limits,
    ) -> Result<Self, OpenError> {
        let mut opening = Opening::new(limits);
        let opened = opening.open_root_archive(Bytes::Memory(bytes.into()));
        opened.map_err(|error| OpenError::BadArchive {
            path: name.to_owned(),
            text: error.to_string(),
        })?;
        Ok(opening.into_artifact(name.to_owned()))
    }

    /// Adds the content of a layer, in the order in which the function's configuration lists them.
    /// Its entries' paths start with the layer's name and `!/`.
    pub fn attach_layer(&mut self, layer: Self) {
        let taken = |name: &str| {
            self.entries
                .iter()
                .any(|e| e.layer.is_some() && e.container.first().is_some_and(|c| c == name))
        };
        let name = if taken(&layer.name) {
            format!("{}#{}", layer.name, self.layers + 1)
        } else {
            layer.name
        };
        let first_store = u32::try_from(self.stores.len()).unwrap_or(u32::MAX);
        let number = self.layers;
        self.stores.extend(layer.stores);
        let moved = |mut entry: Entry| {
            entry.path = format!("{name}!/{}", entry.path);
            entry.layer = Some(number);
            entry.container = std::iter::once(&name)
                .chain(entry.container.iter())
                .cloned()
                .collect();
            entry.place.store += first_store;
            entry
        };
        self.entries.extend(layer.entries.into_iter().map(moved));
        self.entries.sort_by(|a, b| a.path.cmp(&b.path));
        self.large.extend(layer.large.into_iter().map(moved));
        self.large.sort_by(|a, b| a.path.cmp(&b.path));
        self.skips.extend(layer.skips.into_iter().map(|mut skip| {
            skip.path = if skip.path.is_empty() {
                name.clone()
            } else {
                format!("{name}!/{}", skip.path)
            };
            skip
        }));
        self.skips.sort();
        self.layers += 1;
    }

    /// The name it was opened by: the last part of the path.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The limits it was opened with.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// All entries that can be read, sorted by the bytes of their paths.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry at `path`.
    #[must_use]
    pub fn entry(&self, path: &str) -> Option<&Entry> {
        let at = self
            .entries
            .binary_search_by(|entry| entry.path.as_str().cmp(path))
            .ok()?;
        self.entries.get(at)
    }

    /// The entries in `folder`, at any depth; all of them when it is empty.
    #[must_use]
    pub fn entries_in(&self, folder: &str) -> &[Entry] {
        if folder.is_empty() {
            return &self.entries;
        }
        let prefix = format!("{}/", folder.trim_end_matches('/'));
        let start = self
            .entries
            .partition_point(|entry| entry.path.as_str() < prefix.as_str());
        let count = self.entries[start..].partition_point(|entry| entry.path.starts_with(&prefix));
        &self.entries[start..start + count]
    }

    /// The files that are too large for [`Artifact::read`], sorted by path. Each is also among the skips.
    #[must_use]
    pub fn large(&self) -> &[Entry] {
        &self.large
    }

    /// What was not looked at, sorted by path.
    #[must_use]
    pub fn skips(&self) -> &[Skip] {
        &self.skips
    }

    /// Reads the content of an entry of this artifact.
    ///
    /// # Errors
    /// A [`Skip`] to add to the others, when it cannot be read within the limits.
    pub fn read(&self, entry: &Entry) -> Result<Vec<u8>, Skip> {
        read_from(&self.stores, entry, &self.limits, self.limits.file_bytes)
            .map_err(|reason| Skip::new(entry.path.clone(), reason))
    }

    /// Reads an entry of this artifact, one of [`Artifact::large`] too, in parts.
    ///
    /// # Errors
    /// A [`Skip`] when it cannot be opened.
    pub fn parts(&self, entry: &Entry) -> Result<Parts<'_>, Skip> {
        parts_of(&self.stores, entry).map_err(|reason| Skip::new(entry.path.clone(), reason))
    }
}

impl Entry {
    /// The path within the innermost archive or layer it lies in; the whole path otherwise.
    #[must_use]
    pub fn inner_path(&self) -> &str {
        self.path
            .rsplit_once("!/")
            .map_or(&self.path, |(_, inner)| inner)
    }
}

impl Opening<'_> {
    /// Chooses what fits the limits and marks what installers put there.
    fn into_artifact(self, name: String) -> Artifact {
        let Opened {
            limits,
            stores,
            mut entries,
            large,
            skips,
        } = Opening::finish(self);
        vendored::mark(&mut entries, |entry| {
            read_from(&stores, entry, limits, limits.file_bytes).ok()
        });
        Artifact {
            name,
            limits: limits.clone(),
            stores,
            entries,
            large,
            skips,
            layers: 0,
        }
    }
}

/// Whether a file of this name is an archive that is opened where it lies.
pub(crate) fn is_archive_name(name: &str) -> bool {
    matches!(
        extension(name).as_str(),
        "zip" | "jar" | "war" | "ear" | "whl" | "egg" | "nupkg"
    )
}

/// Reads an entry of at most `most` bytes.
pub(crate) fn read_from(
    stores: &[Store],
    entry: &Entry,
    limits: &Limits,
    most: u64,
) -> Result<Vec<u8>, SkipReason> {
    match store_of(stores, entry)? {
        Found::File(path) => read_file(&path, entry.size, most),
        Found::Record(bytes, record) => unpack(bytes, record, limits, most),
    }
}

/// The bytes of an entry that stands in an archive unpacked; `None` where it has to be read or unpacked.
pub(crate) fn in_place(stores: &[Store], entry: &Entry) -> Result<Option<Bytes>, SkipReason> {
    match store_of(stores, entry)? {
        Found::Record(bytes, record) if is_stored(record) => {
            let (start, end) = span(bytes, record)?;
            Ok(Some(Bytes::Part {
                whole: Arc::new(bytes.clone()),
                start,
                length: end - start,
            }))
        }
        _ => Ok(None),
    }
}

fn parts_of<'a>(stores: &'a [Store], entry: &Entry) -> Result<Parts<'a>, SkipReason> {
    match store_of(stores, entry)? {
        Found::File(path) => {
            let bytes = Bytes::of_file(open_regular(&path)?)
                .map_err(|error| SkipReason::Unreadable(error.kind().to_string()))?;
            Ok(Parts::in_place(bytes, 0, entry.size))
        }
        Found::Record(bytes, record) => {
            let (start, end) = span(bytes, record)?;
            Ok(if is_stored(record) {
                Parts::in_place(bytes.clone(), start, record.size)
            } else {
                Parts::deflated(bytes, start, end, record.size)
            })
        }
    }
}

/// Where an entry lies.
enum Found<'a> {
    File(PathBuf),
    Record(&'a Bytes, &'a Record),
}

fn store_of<'a>(stores: &'a [Store], entry: &Entry) -> Result<Found<'a>, SkipReason> {
    let found = match stores.get(entry.place.store as usize) {
        Some(Store::Folder(root)) => Some(Found::File(root.join(&entry.path))),
        Some(Store::File(path)) => Some(Found::File(path.clone())),
        Some(Store::Zip { bytes, records }) => records
            .get(entry.place.record as usize)
            .map(|record| Found::Record(bytes, record)),
        None => None,
    };
    found.ok_or_else(|| SkipReason::Corrupt("it belongs to another package".to_owned()))
}

fn read_file(path: &Path, expected: u64, limit: u64) -> Result<Vec<u8>, SkipReason> {
    let file = open_regular(path)?;
    let mut content = Vec::with_capacity(usize::try_from(expected.min(limit) + 1).unwrap_or(0));
    file.take(limit.saturating_add(1))
        .read_to_end(&mut content)
        .map_err(|error| SkipReason::Unreadable(error.kind().to_string()))?;
    let size = content.len() as u64;
    if size > limit {
        Err(SkipReason::FileTooLarge { size, limit })
    } else {
        Ok(content)
    }
}

fn open_regular(path: &Path) -> Result<File, SkipReason> {
    let unreadable = |error: io::Error| SkipReason::Unreadable(error.kind().to_string());
    let file = open_without_following(path).map_err(unreadable)?;
    if file.metadata().map_err(unreadable)?.is_file() {
        Ok(file)
    } else {
        Err(SkipReason::NotARegularFile)
    }
}

/// The folder may change while it is scanned: a file that has become a link is not followed, and
/// one that has become a pipe does not block.
#[cfg(unix)]
fn open_without_following(path: &Path) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags};
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    Ok(File::from(rustix::fs::open(path, flags, Mode::empty())?))
}

#[cfg(not(unix))]
fn open_without_following(path: &Path) -> io::Result<File> {
    File::open(path)
}
