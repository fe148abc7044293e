//! Deployment packages by their SHA-256: equal packages are kept once, and what is read is what was written.
//!
//! `packages/ab/ab01….zip` in a directory or a bucket. A package is written before the function that refers to it, so a crash
//! in between leaves a package without a function, which [`Packages::remove_unused`] finds. It takes only what is older
//! than [`GRACE`], and writing a package that exists makes it young again: between the two steps of a deployment nothing
//! is taken away.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::TryStreamExt;
use object_store::local::LocalFileSystem;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload, path::Path as Key};
use sha2::{Digest, Sha256};
use shindan_store::Store;
use tempfile::TempPath;

use crate::PackageHash;

/// Lambda's own limit for a package and its layers unpacked is 250 MB; packed they are smaller, with some room for other
/// ways of packing.
pub const MAX_PACKAGE_BYTES: u64 = 300 << 20;

/// Packages younger than this are never taken for unused.
pub const GRACE: Duration = Duration::from_secs(24 * 60 * 60);

/// How many packages one question to the database is about.
const BATCH: usize = 500;

/// Why a package could not be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// It is too large.
    #[error("the package has {size} bytes; at most {limit} are accepted")]
    TooLarge {
        /// Its bytes.
        size: u64,
        /// The limit.
        limit: u64,
    },
    /// It is not there.
    #[error("the package {0} is not in the package store; deploy the function again")]
    Missing(PackageHash),
    /// It is not what was written.
    #[error("the package {0} is damaged in the package store; deploy the function again")]
    Damaged(PackageHash),
    /// The store failed.
    #[error("the package store failed: {0}")]
    Storage(#[from] object_store::Error),
    /// A file failed.
    #[error("cannot {doing} {}: {source}", path.display())]
    File {
        /// What was to be done.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] shindan_store::StoreError),
}

/// A package on this machine, for as long as this value lives.
#[derive(Debug)]
pub struct PackageFile {
    path: PathBuf,
    _temporary: Option<TempPath>,
}

impl PackageFile {
    /// Where.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Keeps packages. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Packages {
    objects: Arc<dyn ObjectStore>,
    /// The directory that `objects` is, if it is one: its files need not be copied to be read.
    directory: Option<PathBuf>,
}

impl Packages {
    /// In a directory, which is made.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn in_directory(directory: &Path) -> Result<Self, PackageError> {
        std::fs::create_dir_all(directory).map_err(|source| PackageError::File {
            doing: "make the folder",
            path: directory.to_owned(),
            source,
        })?;
        // A package must be on the disk before the database says that it is there.
        let objects = LocalFileSystem::new_with_prefix(directory)?.with_fsync(true);
        Ok(Self {
            objects: Arc::new(objects),
            directory: Some(directory.to_owned()),
        })
    }

    /// In a bucket or whatever else can keep objects.
    #[must_use]
    pub fn in_objects(objects: Arc<dyn ObjectStore>) -> Self {
        Self {
            objects,
            directory: None,
        }
    }

    /// Keeps a package. Whoever reads it sees all of it or nothing.
    ///
    /// # Errors
    /// When it is too large or cannot be written.
    pub async fn put(&self, package: Bytes) -> Result<PackageHash, PackageError> {
        let size = package.len() as u64;
        if size > MAX_PACKAGE_BYTES {
            return Err(PackageError::TooLarge {
                size,
                limit: MAX_PACKAGE_BYTES,
            });
        }
        let (hash, package) = blocking(move || (PackageHash::of(&package), package)).await;
        let key = key(hash);
        // One that is there and young is left alone; one that is old is written again, which makes it young.
        if let Ok(known) = self.objects.head(&key).await {
            let age = age(&known);
            if known.size == size && age < GRACE / 2 {
                return Ok(hash);
            }
        }
        self.objects
            .put(&key, PutPayload::from_bytes(package))
            .await?;
        Ok(hash)
    }

    /// Whether a package is there and stays: it is young, or a function has it.
    ///
    /// # Errors
    /// When the package store or the database fails.
    pub async fn is_kept(&self, hash: PackageHash, store: &Store) -> Result<bool, PackageError> {
        match self.objects.head(&key(hash)).await {
            Ok(known) if age(&known) < GRACE / 2 => Ok(true),
            Ok(_) => Ok(!store.packages_in_use(&[hash.base64()]).await?.is_empty()),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Brings a package onto this machine, after making sure that it is what was written.
    ///
    /// # Errors
    /// When it is not there, damaged, or cannot be read.
    pub async fn open(&self, hash: PackageHash) -> Result<PackageFile, PackageError> {
        match &self.directory {
            Some(directory) => {
                let path = directory.join(key(hash).as_ref());
                blocking(move || verify(&path, hash)).await
            }
            None => self.download(hash).await,
        }
    }

    async fn download(&self, hash: PackageHash) -> Result<PackageFile, PackageError> {
        let missing = |error| match error {
            object_store::Error::NotFound { .. } => PackageError::Missing(hash),
            other => PackageError::Storage(other),
        };
        let found = self.objects.get(&key(hash)).await.map_err(missing)?;
        if found.meta.size > MAX_PACKAGE_BYTES {
            return Err(PackageError::Damaged(hash));
        }
        let failed = |source| PackageError::File {
            doing: "write",
            path: std::env::temp_dir(),
            source,
        };
        let mut file = tempfile::Builder::new()
            .prefix("shindan-package-")
            .suffix(".zip")
            .tempfile()
            .map_err(failed)?;
        let mut hasher = Sha256::new();
        let mut left = MAX_PACKAGE_BYTES;
        let mut pieces = found.into_stream();
        while let Some(piece) = pieces.try_next().await? {
            left = left
                .checked_sub(piece.len() as u64)
                .ok_or(PackageError::Damaged(hash))?;
            hasher.update(&piece);
            file.write_all(&piece).map_err(failed)?;
        }
        file.flush().map_err(failed)?;
        if PackageHash::of_hasher(hasher) != hash {
            return Err(PackageError::Damaged(hash));
        }
        let temporary = file.into_temp_path();
        Ok(PackageFile {
            path: temporary.to_path_buf(),
            _temporary: Some(temporary),
        })
    }

    /// Removes the packages that no function has and that are older than `grace`; how many.
    ///
    /// # Errors
    /// When they cannot be listed or asked for. One that cannot be removed is left for the next time.
    pub async fn remove_unused(&self, store: &Store, grace: Duration) -> Result<u64, PackageError> {
        let prefix = Key::from("packages");
        let mut old = Vec::new();
        let mut listed = self.objects.list(Some(&prefix));
        while let Some(object) = listed.try_next().await? {
            let name = object.location.filename().unwrap_or_default();
            let hash = name.strip_suffix(".zip").and_then(PackageHash::parse_hex);
            if let Some(hash) = hash
                && age(&object) >= grace
            {
                old.push(hash);
            }
        }
        let mut removed = 0;
        for hashes in old.chunks(BATCH) {
            let names: Vec<String> = hashes.iter().map(PackageHash::base64).collect();
            let used = store.packages_in_use(&names).await?;
            for (hash, name) in hashes.iter().zip(&names) {
                if used.contains(name) {
                    continue;
                }
                match self.objects.delete(&key(*hash)).await {
                    Ok(()) => removed += 1,
                    Err(error) => {
                        tracing::warn!(package = %hash, %error, "cannot remove an unused package")
                    }
                }
            }
        }
        Ok(removed)
    }
}

fn key(hash: PackageHash) -> Key {
    let hash = hash.to_string();
    Key::from(format!("packages/{}/{hash}.zip", &hash[..2]))
}

/// How long ago an object was written. A clock behind the store's makes it young, which only keeps it.
fn age(object: &object_store::ObjectMeta) -> Duration {
    std::time::SystemTime::now()
        .duration_since(object.last_modified.into())
        .unwrap_or_default()
}

fn verify(path: &Path, hash: PackageHash) -> Result<PackageFile, PackageError> {
    let failed = |source: std::io::Error| {
        if source.kind() == std::io::ErrorKind::NotFound {
            PackageError::Missing(hash)
        } else {
            PackageError::File {
                doing: "read",
                path: path.to_owned(),
                source,
            }
        }
    };
    let file = std::fs::File::open(path).map_err(failed)?;
    let mut file = file.take(MAX_PACKAGE_BYTES + 1);
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = file.read(&mut buffer).map_err(failed)?;
        if read == 0 {
            break;
        }
        hasher.update(&buffer[..read]);
    }
    if PackageHash::of_hasher(hasher) != hash {
        return Err(PackageError::Damaged(hash));
    }
    Ok(PackageFile {
        path: path.to_owned(),
        _temporary: None,
    })
}

/// Runs what takes the processor or the disk for long where it stops nobody else.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // Blocking work is never cancelled once it runs; before that, only a runtime that shuts down drops it.
            Err(_) => std::future::pending().await,
        },
    }
}

#[cfg(test)]
mod tests {
    use object_store::memory::InMemory;

    use super::*;

    fn stores() -> (tempfile::TempDir, [Packages; 2]) {
        let folder = tempfile::tempdir().expect("a folder");
        let packages = [
            Packages::in_directory(&folder.path().join("kept")).expect("makes it"),
            Packages::in_objects(Arc::new(InMemory::new())),
        ];
        (folder, packages)
    }

    #[tokio::test]
    async fn what_is_read_is_what_was_written() {
        let (_folder, stores) = stores();
        for packages in stores {
            let hash = packages
                .put(Bytes::from_static(b"code"))
                .await
                .expect("keeps");
            assert_eq!(
                packages
                    .put(Bytes::from_static(b"code"))
                    .await
                    .expect("keeps"),
                hash
            );
            let file = packages.open(hash).await.expect("opens");
            assert_eq!(std::fs::read(file.path()).expect("reads"), b"code");
            let other = PackageHash::of(b"other");
            let error = packages.open(other).await.expect_err("not there");
            assert!(
                matches!(error, PackageError::Missing(hash) if hash == other),
                "{error}"
            );
        }
    }

    #[tokio::test]
    async fn a_package_that_was_changed_is_refused_and_can_be_put_again() {
        let (_folder, stores) = stores();
        for packages in stores {
            let hash = packages
                .put(Bytes::from_static(b"code"))
                .await
                .expect("keeps");
            let damage = PutPayload::from_static(b"c0de!");
            packages
                .objects
                .put(&key(hash), damage)
                .await
                .expect("writes");
            let error = packages.open(hash).await.expect_err("damaged");
            assert!(matches!(error, PackageError::Damaged(_)), "{error}");
            packages
                .put(Bytes::from_static(b"code"))
                .await
                .expect("keeps");
            packages.open(hash).await.expect("opens");
        }
    }

    #[tokio::test]
    async fn unused_packages_are_removed_once_they_are_old() {
        let (folder, stores) = stores();
        let url = format!("sqlite:{}", folder.path().join("shindan.db").display());
        let store = Store::open(&url).await.expect("opens");
        for packages in stores {
            let hash = packages
                .put(Bytes::from_static(b"code"))
                .await
                .expect("keeps");
            assert_eq!(
                packages.remove_unused(&store, GRACE).await.expect("lists"),
                0
            );
            packages.open(hash).await.expect("still there");
            assert_eq!(
                packages
                    .remove_unused(&store, Duration::ZERO)
                    .await
                    .expect("lists"),
                1
            );
            packages.open(hash).await.expect_err("gone");
        }
    }

    #[test]
    fn hashes_are_read_as_they_are_written() {
        let hash = PackageHash::of(b"code");
        assert_eq!(PackageHash::parse(&hash.base64()), Some(hash));
        assert_eq!(PackageHash::parse_hex(&hash.to_string()), Some(hash));
        for text in ["", "AAAA", "+f", &"é".repeat(32), &"+0".repeat(32)] {
            assert_eq!(PackageHash::parse(text), None);
            assert_eq!(PackageHash::parse_hex(text), None);
        }
    }
}
