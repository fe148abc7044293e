//! New advisories: which functions they concern, without reading code again.

use std::collections::BTreeSet;

use shindan_advisory::Index;
use shindan_advisory::index::Corrupt;
use shindan_advisory::rematch::{InventoryIndex, PackageKey, changed_packages};
use shindan_store::{Job, Priority, StoreError};

use crate::Service;

/// The setting that holds the name of the advisories that all stored inventories were, or are about to be, compared with.
pub(crate) const ADVISORIES: &str = "advisories";

/// The setting that is not empty while the functions that new advisories concern are being looked for.
const PENDING: &str = "advisories-pending";

/// Rows that are read at once.
const PAGE: u32 = 1000;
/// Packages whose functions are held in memory at once.
const PACKAGES: usize = 256;
/// Jobs that are written at once.
const JOBS: usize = 500;

/// Why the functions that advisories concern could not be found. Nothing is lost: doing it again does the rest.
#[derive(Debug, thiserror::Error)]
pub enum RematchError {
    /// One of the two indexes is damaged.
    #[error(transparent)]
    Index(#[from] Corrupt),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A package's key in the database.
pub(crate) fn package_key(key: &PackageKey) -> String {
    format!("{}/{}", key.ecosystem().purl_type(), key.name())
}

impl Service {
    /// Takes notice of other advisories: the functions that they say something else about are compared again, and no
    /// others. `old` are the advisories before, if they can still be read; without them every function is compared.
    /// `name` tells these advisories from all others, as [`crate::ScanAnswer::advisories`] does; how many functions.
    ///
    /// # Errors
    /// When an index is damaged or the database fails. Doing it again does the rest.
    pub async fn advisories_changed(
        &self,
        old: Option<&Index>,
        new: &Index,
        name: &str,
    ) -> Result<u64, RematchError> {
        let store = self.store();
        let before = store.setting(ADVISORIES).await?;
        let is_pending = store.setting(PENDING).await?.is_some_and(|p| !p.is_empty());
        if before.as_deref() == Some(name) && !is_pending {
            return Ok(0);
        }
        // From here on, a scan that ends with other advisories asks to be compared again; the scans that ended before are
        // looked for now. When this is interrupted, the next call looks at all of them.
        self.set(&[(ADVISORIES, name), (PENDING, name)]).await?;
        let functions = match old {
            Some(old) if !is_pending => self.concerned(old, new).await?,
            _ => self.all_with_inventory().await?,
        };
        let functions: Vec<i64> = functions.into_iter().collect();
        for functions in functions.chunks(JOBS) {
            self.enqueue_rematch(functions).await?;
        }
        self.set(&[(PENDING, "")]).await?;
        self.wake();
        Ok(functions.len() as u64)
    }

    async fn set(&self, settings: &[(&str, &str)]) -> Result<(), StoreError> {
        let mut write = self.store().write().await?;
        for (name, value) in settings {
            write.put_setting(name, value).await?;
        }
        write.commit().await
    }

    async fn concerned(&self, old: &Index, new: &Index) -> Result<BTreeSet<i64>, RematchError> {
        let mut concerned = BTreeSet::new();
        for packages in changed_packages(old, new)?.chunks(PACKAGES) {
            let mut known = Vec::new();
            for package in packages {
                for (function, version) in self.functions_with(package).await? {
                    known.push((function, vec![(package.clone(), version)]));
                }
            }
            let changes = InventoryIndex::new(known).changes_of(packages, old, new)?;
            concerned.extend(changes.into_iter().flat_map(|change| change.inventories));
        }
        Ok(concerned)
    }

    async fn functions_with(&self, package: &PackageKey) -> Result<Vec<(i64, String)>, StoreError> {
        let key = package_key(package);
        let mut found: Vec<(i64, String)> = Vec::new();
        loop {
            let after = found
                .last()
                .map(|(function, version)| (*function, version.as_str()));
            let page = self
                .store()
                .functions_with_package(&key, after, PAGE)
                .await?;
            let is_last = page.len() < PAGE as usize;
            found.extend(page);
            if is_last {
                return Ok(found);
            }
        }
    }

    async fn all_with_inventory(&self) -> Result<BTreeSet<i64>, StoreError> {
        let mut all = BTreeSet::new();
        loop {
            let after = all.last().copied();
            let page = self.store().functions_with_inventory(after, PAGE).await?;
            let is_last = page.len() < PAGE as usize;
            all.extend(page);
            if is_last {
                return Ok(all);
            }
        }
    }

    async fn enqueue_rematch(&self, functions: &[i64]) -> Result<(), StoreError> {
        let now = self.now();
        let numbers = self.store().job_numbers(functions.len()).await?;
        let mut write = self.store().write().await?;
        for (&function, number) in functions.iter().zip(numbers) {
            let job = Job::Rematch { function };
            write.enqueue(&job, Priority::Soon, now, number).await?;
        }
        write.commit().await
    }
}
