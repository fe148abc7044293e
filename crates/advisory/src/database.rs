//! The folder that keeps the index, and how it is replaced.
//!
//! ```text
//! advisories.index     what a scan reads; replaced by renaming, never changed
//! advisories.lock      locked while an update runs
//! osv/                 what an update over HTTP has fetched (see [`crate::update`])
//! ```
//!
//! Whatever ends an update, the index is the old one or the new one: the new one is written under another name in the
//! same folder, brought to the disk, and renamed.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use thiserror::Error;

use crate::index::{Index, IndexError};

const INDEX: &str = "advisories.index";
const LOCK: &str = "advisories.lock";
const TEMPORARY: &str = ".advisories-";

/// A folder with an index, or for one.
#[derive(Clone, Debug)]
pub struct Database {
    folder: PathBuf,
}

/// What can be wrong with the folder. The path is in each message.
#[derive(Debug, Error)]
pub enum DatabaseError {
    #[error("{}: {error}", path.display())]
    Index { path: PathBuf, error: IndexError },
    #[error("{}: another update is running", path.display())]
    Busy { path: PathBuf },
    #[error("{}: cannot be {doing}: {error}", path.display())]
    Io {
        path: PathBuf,
        doing: &'static str,
        error: io::Error,
    },
}

/// The right to replace the index; given back when dropped, also when the process is killed.
#[derive(Debug)]
pub struct Lock<'a> {
    database: &'a Database,
    _file: File,
}

impl Database {
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the index is, if there is one.
    pub fn index_path(&self) -> PathBuf {
        self.folder.join(INDEX)
    }

    /// Opens the index; `None` where no update was ever finished.
    pub fn index(&self) -> Result<Option<Index>, DatabaseError> {
        let path = self.index_path();
        match Index::open(&path) {
            Ok(index) => Ok(Some(index)),
            Err(IndexError::Io(error)) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(DatabaseError::Index { path, error }),
        }
    }

    /// Keeps other updates out. Makes the folder where there is none.
    pub fn lock(&self) -> Result<Lock<'_>, DatabaseError> {
        fs::create_dir_all(&self.folder).map_err(io_error(&self.folder, "made"))?;
        let path = self.folder.join(LOCK);
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(io_error(&path, "opened"))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(DatabaseError::Busy {
                    path: self.folder.clone(),
                });
            }
            Err(TryLockError::Error(error)) => return Err(io_error(&path, "locked")(error)),
        }
        let lock = Lock {
            database: self,
            _file: file,
        };
        lock.remove_leftovers();
        Ok(lock)
    }
}

impl Lock<'_> {
    /// Makes `bytes` the index.
    pub fn replace(&self, bytes: &[u8]) -> Result<(), DatabaseError> {
        write_atomically(&self.database.index_path(), bytes)
    }

    /// Removes what updates that were killed have left. Nobody else writes while this is held.
    fn remove_leftovers(&self) {
        remove_temporary_files(&self.database.folder, FOLDERS);
    }
}

/// Depth of the folders below the database's: `osv/ECOSYSTEM/changes`.
const FOLDERS: usize = 3;

/// A file that cannot be removed does no harm but to the space on the disk.
fn remove_temporary_files(folder: &Path, depth: usize) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_folder && depth > 0 {
            remove_temporary_files(&entry.path(), depth - 1);
        } else if entry.file_name().to_string_lossy().starts_with(TEMPORARY) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Writes a file so that, whatever happens, there is the old one or the new one.
pub(crate) fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), DatabaseError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let write = || -> io::Result<()> {
        let mut file: NamedTempFile = tempfile::Builder::new()
            .prefix(TEMPORARY)
            .tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        sync_folder(folder)
    };
    write().map_err(io_error(path, "written"))
}

/// Brings a rename to the disk; on systems where folders cannot be opened, the system does it.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

pub(crate) fn io_error(
    path: &Path,
    doing: &'static str,
) -> impl FnOnce(io::Error) -> DatabaseError {
    move |error| DatabaseError::Io {
        path: path.to_owned(),
        doing,
        error,
    }
}
