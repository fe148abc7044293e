//! Advisories in files: folders and archives in the layout of OSV's export, single records, EPSS and KEV files.
//!
//! What a file is, its name says: `*.json` is a record, `*.zip` an archive of records or of such archives,
//! `epss*.csv` and `epss*.csv.gz` hold EPSS scores, `known_exploited_vulnerabilities*.json` (or `kev*.json`) is CISA's
//! catalogue. Everything else is passed over.

use std::fs::{self, File};
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

use thiserror::Error;
use zip::ZipArchive;

use crate::epss::{Epss, EpssError};
use crate::import::{Import, ImportError};
use crate::kev::{Kev, KevError};

/// Larger records are left out: the largest real ones have a few megabytes.
const MAX_RECORD: u64 = 16 << 20;
/// Larger archives, EPSS and KEV files are refused.
const MAX_FILE: u64 = 2 << 30;
/// The most an archive within an archive may unpack to.
const MAX_NESTED: u64 = 1 << 30;
/// The most all archives together may unpack to.
const MAX_UNPACKED: u64 = 16 << 30;
/// Folders in folders; OSV's layout has one.
const MAX_DEPTH: usize = 8;

/// Why a source cannot be imported at all. Single records never are a reason.
#[derive(Debug, Error)]
pub enum SourceError {
    #[error("{}: cannot be read: {error}", path.display())]
    Io { path: PathBuf, error: io::Error },
    #[error("{}: is no zip archive that can be read: {error}", path.display())]
    Zip {
        path: PathBuf,
        error: zip::result::ZipError,
    },
    #[error("{}: is larger than {} GB", path.display(), MAX_FILE >> 30)]
    TooLarge { path: PathBuf },
    #[error("{}: unpacks to more than {} GB", path.display(), MAX_UNPACKED >> 30)]
    Bomb { path: PathBuf },
    #[error("{}: {error}", path.display())]
    Epss { path: PathBuf, error: EpssError },
    #[error("{}: {error}", path.display())]
    Kev { path: PathBuf, error: KevError },
    #[error("{}: is no folder, zip archive, OSV record, EPSS or KEV file", path.display())]
    Unknown { path: PathBuf },
    #[error(transparent)]
    Import(#[from] ImportError),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Record,
    Archive,
    Epss,
    Kev,
}

impl Kind {
    fn of(name: &str) -> Option<Self> {
        let name = name.rsplit(['/', '\\']).next()?.to_ascii_lowercase();
        if name.ends_with(".json") {
            let is_kev = name.starts_with("known_exploited") || name.starts_with("kev");
            Some(if is_kev { Self::Kev } else { Self::Record })
        } else if name.ends_with(".zip") {
            Some(Self::Archive)
        } else if name.starts_with("epss") && (name.ends_with(".csv") || name.ends_with(".csv.gz"))
        {
            Some(Self::Epss)
        } else {
            None
        }
    }
}

/// Reads everything below a path into the import. `progress` hears after each file how many records were read.
pub fn read(
    import: &mut Import,
    path: &Path,
    progress: &mut dyn FnMut(usize),
) -> Result<(), SourceError> {
    let mut reader = Reader {
        import,
        progress,
        unpacked: 0,
    };
    let metadata = fs::metadata(path).map_err(|error| io_error(path, error))?;
    if metadata.is_dir() {
        return reader.folder(path, 0);
    }
    match Kind::of(&path.to_string_lossy()) {
        Some(kind) => reader.file(path, kind),
        None => Err(SourceError::Unknown {
            path: path.to_owned(),
        }),
    }
}

struct Reader<'a> {
    import: &'a mut Import,
    progress: &'a mut dyn FnMut(usize),
    unpacked: u64,
}

impl Reader<'_> {
    fn folder(&mut self, folder: &Path, depth: usize) -> Result<(), SourceError> {
        let mut entries = fs::read_dir(folder)
            .and_then(|entries| entries.collect::<io::Result<Vec<_>>>())
            .map_err(|error| io_error(folder, error))?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let path = entry.path();
            let kind = entry.file_type().map_err(|error| io_error(&path, error))?;
            if kind.is_dir() {
                if depth < MAX_DEPTH {
                    self.folder(&path, depth + 1)?;
                } else {
                    let origin = path.display().to_string();
                    self.import.skip("lies in too many folders", &origin);
                }
            } else if kind.is_file()
                && let Some(kind) = Kind::of(&path.to_string_lossy())
            {
                self.file(&path, kind)?;
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path, kind: Kind) -> Result<(), SourceError> {
        let limit = if kind == Kind::Record {
            MAX_RECORD
        } else {
            MAX_FILE
        };
        let file = File::open(path).map_err(|error| io_error(path, error))?;
        let bytes = read_at_most(file, limit).map_err(|error| io_error(path, error))?;
        match (bytes, kind) {
            (None, Kind::Record) => {
                let origin = path.display().to_string();
                self.import.skip(TOO_LARGE, &origin);
            }
            (None, _) => {
                return Err(SourceError::TooLarge {
                    path: path.to_owned(),
                });
            }
            (Some(bytes), Kind::Archive) => self.archive(path, bytes, 0)?,
            (Some(bytes), Kind::Record) => {
                self.import
                    .add_record(&path.display().to_string(), &bytes)?;
            }
            (Some(bytes), Kind::Epss | Kind::Kev) => self.enrichment(path, kind, &bytes)?,
        }
        (self.progress)(self.import.read());
        Ok(())
    }

    fn archive(&mut self, path: &Path, bytes: Vec<u8>, depth: usize) -> Result<(), SourceError> {
        let zip_error = |error| SourceError::Zip {
            path: path.to_owned(),
            error,
        };
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(zip_error)?;
        let mut content = Vec::new();
        for index in 0..archive.len() {
            let Ok(entry) = archive.by_index(index) else {
                let origin = format!("{}: entry {index}", path.display());
                self.import.skip(UNREADABLE, &origin);
                continue;
            };
            let Ok(name) = entry.name().map(|name| name.into_owned()) else {
                continue;
            };
            let Some(kind) = Kind::of(&name) else {
                continue;
            };
            let inner = path.join(&name);
            let limit = match kind {
                Kind::Record => MAX_RECORD,
                _ => MAX_NESTED,
            };
            content.clear();
            let read = entry.take(limit + 1).read_to_end(&mut content);
            self.unpacked += content.len() as u64;
            if self.unpacked > MAX_UNPACKED {
                return Err(SourceError::Bomb {
                    path: path.to_owned(),
                });
            }
            let reason = match read {
                Err(_) => Some(UNREADABLE),
                Ok(_) if content.len() as u64 > limit => Some(TOO_LARGE),
                Ok(_) if kind == Kind::Archive && depth > 0 => {
                    Some("is an archive in an archive in an archive")
                }
                Ok(_) => None,
            };
            if let Some(reason) = reason {
                self.import.skip(reason, &inner.display().to_string());
                continue;
            }
            match kind {
                Kind::Record => {
                    let origin = format!("{}: {name}", path.display());
                    self.import.add_record(&origin, &content)?;
                    if self.import.read().is_multiple_of(1024) {
                        (self.progress)(self.import.read());
                    }
                }
                Kind::Archive => self.archive(&inner, std::mem::take(&mut content), depth + 1)?,
                Kind::Epss | Kind::Kev => self.enrichment(&inner, kind, &content)?,
            }
        }
        Ok(())
    }

    fn enrichment(&mut self, path: &Path, kind: Kind, bytes: &[u8]) -> Result<(), SourceError> {
        let path = || path.to_owned();
        if kind == Kind::Epss {
            let epss = Epss::read(bytes).map_err(|error| SourceError::Epss {
                path: path(),
                error,
            })?;
            self.import.set_epss(epss);
        } else {
            let kev = Kev::read(bytes).map_err(|error| SourceError::Kev {
                path: path(),
                error,
            })?;
            self.import.set_kev(kev);
        }
        Ok(())
    }
}

const TOO_LARGE: &str = "is too large for a record";
const UNREADABLE: &str = "cannot be unpacked";

/// `None` where there is more.
fn read_at_most(reader: impl Read, limit: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    reader.take(limit + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= limit).then_some(bytes))
}

fn io_error(path: &Path, error: io::Error) -> SourceError {
    SourceError::Io {
        path: path.to_owned(),
        error,
    }
}
