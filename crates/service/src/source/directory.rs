//! A directory of packages: `NAME.zip` is a function, `NAME.toml` beside it says more about it.
//!
//! The directory is looked at every few seconds, which works on every file system. A file counts once two looks in a row saw
//! the same size and time, so that half-written ones wait; a function is gone once two looks in a row did not see its
//! package. A directory that cannot be read removes nothing, and neither does one that is empty all of a sudden, because that
//! is how a file system looks that was not mounted: whoever means it puts the file [`EMPTY_MARKER`] there.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use shindan_inspector::{AccountId, Architecture, FunctionArn, Region, Timestamp};
use shindan_store::Scope;

use super::Origin;
use super::sidecar::{self, Sidecar};
use crate::packages::MAX_PACKAGE_BYTES;
use crate::{Code, Deployed, DeployedLayer, Deployment, PackageError, Service};

/// The file that says that a directory without any package is meant to have none.
pub const EMPTY_MARKER: &str = ".shindan-empty";

/// Files that are looked at; more are no directory of functions.
const MAX_FILES: usize = 200_000;

/// What a directory's functions are when their sidecars do not say.
#[derive(Clone, Debug)]
pub struct DirectoryDefaults {
    /// Whose they are.
    pub account: AccountId,
    /// Where they run.
    pub region: Region,
    /// Lambda's name of their runtime; empty when unknown.
    pub runtime: String,
}

/// Why a look at a directory failed. What was noted before stays noted, and the next look does the rest.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The directory cannot be read.
    #[error("cannot read the directory {}: {source}", path.display())]
    Directory {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It holds too many files.
    #[error("the directory {} holds more than {MAX_FILES} files", path.display())]
    TooMany {
        /// Which.
        path: PathBuf,
    },
    /// The database or the package store failed.
    #[error(transparent)]
    Service(#[from] PackageError),
}

/// A directory that is watched.
#[derive(Debug)]
pub struct Directory {
    path: PathBuf,
    origin: Origin,
    defaults: DirectoryDefaults,
    seen: BTreeMap<String, Seen>,
    /// Functions of the database whose packages the last look missed.
    missing: BTreeSet<FunctionArn>,
    /// Whether it was said that the directory is empty and should not be.
    is_suspect: bool,
}

/// What is remembered of a function's files.
#[derive(Clone, Debug)]
struct Seen {
    files: Vec<FileMark>,
    /// Whether the service knows this state.
    is_noted: bool,
    arn: Option<FunctionArn>,
}

/// What tells that a file is as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
struct FileMark {
    path: PathBuf,
    size: u64,
    modified: Option<SystemTime>,
}

impl Directory {
    /// A directory that nobody looked at yet.
    #[must_use]
    pub fn new(path: PathBuf, defaults: DirectoryDefaults) -> Self {
        Self {
            origin: Origin::folder(&path),
            path,
            defaults,
            seen: BTreeMap::new(),
            missing: BTreeSet::new(),
            is_suspect: false,
        }
    }

    /// Looks at the directory every few seconds, for ever. What goes wrong is logged and tried again.
    pub async fn watch(&mut self, service: &Service, every: Duration) {
        loop {
            if let Err(error) = self.look(service).await {
                tracing::error!(%error, "the directory of functions was not looked at completely");
            }
            tokio::time::sleep(every).await;
        }
    }

    /// Looks once; how many functions changed.
    ///
    /// # Errors
    /// When the directory cannot be read, or the service fails.
    pub async fn look(&mut self, service: &Service) -> Result<u64, SourceError> {
        let names = list(&self.path)?;
        self.seen.retain(|name, _| names.contains(name));
        let mut changed = 0;
        for name in &names {
            changed += u64::from(self.look_at(service, name).await?);
        }
        changed += self.remove_missing(service).await?;
        Ok(changed)
    }

    /// Looks at one function; whether it changed.
    async fn look_at(&mut self, service: &Service, name: &str) -> Result<bool, SourceError> {
        let (sidecar, files) = match self.files(name) {
            Ok(found) => found,
            Err(reason) => {
                tracing::warn!(function = name, %reason, "this function is left as it was");
                return Ok(false);
            }
        };
        let before = self.seen.get(name);
        let is_settled = before.is_some_and(|seen| seen.files == files);
        let is_noted = is_settled && before.is_some_and(|seen| seen.is_noted);
        let arn = before.and_then(|seen| seen.arn.clone());
        let mut now = Seen {
            files: files.clone(),
            is_noted,
            arn,
        };
        let mut changed = false;
        if is_settled && !is_noted {
            match self.deployment(name, sidecar, &files) {
                Ok(deployment) => {
                    let arn = deployment.arn.clone();
                    changed = service.deploy(deployment).await? != Deployed::Unchanged;
                    now.is_noted = true;
                    now.arn = Some(arn);
                }
                Err(reason) => {
                    tracing::warn!(function = name, %reason, "this function is left as it was");
                }
            }
        }
        self.seen.insert(name.to_owned(), now);
        Ok(changed)
    }

    /// The sidecar and all files of a function.
    fn files(&self, name: &str) -> Result<(Sidecar, Vec<FileMark>), String> {
        let said = |path: &Path, error: io::Error| format!("{}: {error}", path.display());
        let package = self.path.join(format!("{name}.zip"));
        let mut files = vec![mark(&package).map_err(|e| said(&package, e))?];
        let beside = self.path.join(format!("{name}.toml"));
        let sidecar = match mark(&beside) {
            Ok(mark) => {
                files.push(mark);
                let text = read(&beside, sidecar::MAX_BYTES).map_err(|e| said(&beside, e))?;
                let text = std::str::from_utf8(&text)
                    .map_err(|_| format!("{}: is no text", beside.display()))?;
                Sidecar::parse(text).map_err(|e| format!("{}: {e}", beside.display()))?
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Sidecar::default(),
            Err(error) => return Err(said(&beside, error)),
        };
        for layer in &sidecar.layers {
            if let Some(file) = &layer.file {
                let path = self.path.join(file);
                files.push(mark(&path).map_err(|e| said(&path, e))?);
            }
        }
        Ok((sidecar, files))
    }

    fn deployment(
        &self,
        name: &str,
        sidecar: Sidecar,
        files: &[FileMark],
    ) -> Result<Deployment, String> {
        let said = |path: &Path, error: io::Error| format!("{}: {error}", path.display());
        let package = self.path.join(format!("{name}.zip"));
        let code = read(&package, MAX_PACKAGE_BYTES).map_err(|e| said(&package, e))?;
        let last_invoked = sidecar.last_invoked();
        let mut layers = Vec::with_capacity(sidecar.layers.len());
        for layer in sidecar.layers {
            let package = match layer.file {
                Some(file) => {
                    let path = self.path.join(file);
                    Some(
                        read(&path, MAX_PACKAGE_BYTES)
                            .map_err(|e| said(&path, e))?
                            .into(),
                    )
                }
                None => None,
            };
            layers.push(DeployedLayer {
                arn: layer.arn,
                package,
            });
        }
        let region = sidecar
            .region
            .unwrap_or_else(|| self.defaults.region.clone());
        let account = sidecar.account.unwrap_or(self.defaults.account);
        let newest = files.iter().filter_map(|file| file.modified).max();
        let last_modified = newest
            .and_then(|at| at.duration_since(UNIX_EPOCH).ok())
            .and_then(|since| i64::try_from(since.as_millis()).ok())
            .unwrap_or_default();
        Ok(Deployment {
            arn: FunctionArn::new(region, account, name).map_err(|e| e.to_string())?,
            origin: self.origin.clone(),
            runtime: sidecar
                .runtime
                .unwrap_or_else(|| self.defaults.runtime.clone()),
            handler: sidecar.handler,
            role_arn: sidecar.role,
            architecture: sidecar.architecture.unwrap_or(Architecture::X86_64),
            kms_key: sidecar.kms_key,
            vpc: None,
            tags: sidecar.tags,
            layers,
            last_modified: Timestamp::from_millis(last_modified),
            last_invoked,
            code: Code::Package(code),
        })
    }

    /// Removes functions of this directory that two looks in a row did not see.
    async fn remove_missing(&mut self, service: &Service) -> Result<u64, SourceError> {
        let here: BTreeSet<&FunctionArn> = self
            .seen
            .values()
            .filter_map(|seen| seen.arn.as_ref())
            .collect();
        // A package that could not be read may be the function's of its name, whatever its account and Region.
        let unread = |arn: &FunctionArn| {
            self.seen
                .get(arn.name())
                .is_some_and(|seen| seen.arn.is_none())
        };
        let origin = self.origin.to_string();
        let mut missing = BTreeSet::new();
        let places = service.store().places().await.map_err(PackageError::from)?;
        for (region, account) in places {
            let scope = Scope::own(region, account);
            let mut after = None;
            loop {
                let page = service
                    .store()
                    .functions(&scope, after.as_ref(), 500)
                    .await
                    .map_err(PackageError::from)?;
                let ours = page.rows.into_iter().filter(|f| f.state.origin == origin);
                let arns = ours.map(|f| f.state.arn);
                missing.extend(arns.filter(|arn| !here.contains(arn) && !unread(arn)));
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
        }
        let is_suspect = self.seen.is_empty()
            && !missing.is_empty()
            && mark(&self.path.join(EMPTY_MARKER)).is_err();
        if is_suspect && !self.is_suspect {
            tracing::error!(
                folder = %self.path.display(), functions = missing.len(),
                "the folder of functions is empty: they stay until it is mounted again, or holds a file {EMPTY_MARKER}"
            );
        }
        self.is_suspect = is_suspect;
        if is_suspect {
            self.missing.clear();
            return Ok(0);
        }
        let mut removed = 0;
        for arn in missing.intersection(&self.missing) {
            removed += u64::from(service.remove(arn).await?);
        }
        self.missing = missing;
        Ok(removed)
    }
}

/// The names of the packages in a directory.
fn list(path: &Path) -> Result<BTreeSet<String>, SourceError> {
    let failed = |source| SourceError::Directory {
        path: path.to_owned(),
        source,
    };
    let mut names = BTreeSet::new();
    for (number, entry) in std::fs::read_dir(path).map_err(failed)?.enumerate() {
        if number >= MAX_FILES {
            return Err(SourceError::TooMany {
                path: path.to_owned(),
            });
        }
        let name = entry.map_err(failed)?.file_name();
        let name = name.to_str().and_then(|name| name.strip_suffix(".zip"));
        if let Some(name) = name.filter(|name| !name.is_empty() && !name.starts_with('.')) {
            names.insert(name.to_owned());
        }
    }
    Ok(names)
}

/// A regular file's mark; links are not followed.
fn mark(path: &Path) -> io::Result<FileMark> {
    let metadata = std::fs::symlink_metadata(path)?;
    if !metadata.is_file() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "is no regular file",
        ));
    }
    Ok(FileMark {
        path: path.to_owned(),
        size: metadata.len(),
        modified: metadata.modified().ok(),
    })
}

fn read(path: &Path, limit: u64) -> io::Result<Bytes> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?
        .take(limit + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("is larger than {limit} bytes"),
        ));
    }
    Ok(Bytes::from(bytes))
}
