//! What only time brings about: 90 days pass, retention ends, leases run out, packages are left over, controls are to be
//! checked again.

use std::time::Duration;

use shindan_inspector::eligibility::ELIGIBLE_MILLIS;
use shindan_inspector::{ScanStatusReason, Timestamp};
use shindan_store::{Job, Priority, StoreError};

use crate::record::set_reason;
use crate::watching::SCANS;
use crate::{GRACE, PackageError, Service};

/// Functions that are decided about in one transaction.
const BATCH: u32 = 100;

/// What a sweep found to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Functions that nobody used for 90 days.
    pub expired: u64,
    /// Closed findings that were kept long enough.
    pub removed_findings: u64,
    /// Jobs whose workers died.
    pub returned_jobs: u64,
    /// Deleted functions that coverage does not show any more.
    pub forgotten: u64,
    /// Packages that no function has.
    pub removed_packages: u64,
    /// Accounts whose controls in Security Hub are to be checked.
    pub due_checks: u64,
    /// Findings of Security Hub that were archived or removed.
    pub ended_hub_findings: u64,
}

impl Service {
    /// Does all of it once.
    ///
    /// # Errors
    /// When the database or the package store fails. The next sweep does the rest.
    pub async fn sweep(&self) -> Result<Swept, PackageError> {
        Ok(Swept {
            returned_jobs: self.store().return_expired(self.now()).await?,
            expired: self.expire().await?,
            forgotten: self.forget().await?,
            removed_findings: {
                let retention = &self.settings().retention;
                self.store().remove_expired(retention, self.now()).await?
            },
            removed_packages: {
                self.tell_dead().await?;
                self.packages().remove_unused(self.store(), GRACE).await?
            },
            due_checks: self.check_due_controls().await?,
            ended_hub_findings: self.end_hub_findings().await?,
        })
    }

    /// Has functions scanned again whose code was last scanned with other detectors than these: another version of this
    /// program finds other things in the same code. Returns how many. To be done once, when a process begins: of two
    /// versions that run side by side, neither undoes for ever what the other does.
    ///
    /// # Errors
    /// When the database fails; what is enqueued by then stays so.
    pub async fn scan_with_new_detectors(&self, detectors: &str) -> Result<u64, StoreError> {
        let (mut asked, mut after) = (0, i64::MIN);
        loop {
            let functions = self
                .store()
                .scanned_without(detectors, after, BATCH)
                .await?;
            let Some(&last) = functions.last() else {
                return Ok(asked);
            };
            after = last;
            let numbers = self.store().job_numbers(functions.len()).await?;
            let mut write = self.store().write().await?;
            for (&function, number) in functions.iter().zip(numbers) {
                let job = Job::Scan { function };
                write
                    .enqueue(&job, Priority::Later, self.now(), number)
                    .await?;
                asked += 1;
            }
            write.commit().await?;
            self.wake();
        }
    }

    /// Sweeps every so often, for ever. What fails is logged and tried again.
    pub async fn keep_sweeping(&self, every: Duration) {
        loop {
            match self.sweep().await {
                Ok(swept) if swept != Swept::default() => tracing::info!(?swept, "swept"),
                Ok(_) => {}
                Err(error) => tracing::error!(%error, "a sweep was not completed"),
            }
            tokio::time::sleep(every).await;
        }
    }

    /// Functions that nobody invoked or changed for 90 days are not watched any more.
    async fn expire(&self) -> Result<u64, PackageError> {
        let mut expired = 0;
        loop {
            let moment = self.now().plus_millis(-ELIGIBLE_MILLIS);
            let functions = self.store().unused_since(moment, BATCH).await?;
            if functions.is_empty() {
                return Ok(expired);
            }
            self.decide_anew(&functions, Priority::Later).await?;
            // Whatever keeps a function in the list would keep this loop going.
            let left = self.store().unused_since(moment, BATCH).await?;
            if left == functions {
                return Ok(expired);
            }
            expired += functions.len() as u64;
        }
    }

    /// Coverage shows deleted functions for as long as their findings are kept.
    async fn forget(&self) -> Result<u64, PackageError> {
        let mut forgotten = 0;
        let before = self.now().plus_millis(-self.settings().retention.gone);
        loop {
            let functions = self.store().deleted_before(before, BATCH).await?;
            if functions.is_empty() {
                return Ok(forgotten);
            }
            let mut write = self.store().write().await?;
            for &function in &functions {
                for scan in SCANS {
                    write.remove_coverage(function, scan).await?;
                }
            }
            write.commit().await?;
            forgotten += functions.len() as u64;
        }
    }

    /// Coverage of functions whose scans were given up says so: a worker that dies cannot.
    async fn tell_dead(&self) -> Result<(), PackageError> {
        let mut after = None;
        loop {
            let letters = self.store().dead_letters(after, BATCH).await?;
            let Some(last) = letters.last() else {
                return Ok(());
            };
            after = Some(last.id);
            let now: Timestamp = self.now();
            let mut write = self.store().write().await?;
            for letter in &letters {
                if let Job::Scan { function } = letter.job {
                    let reason = ScanStatusReason::InternalError;
                    set_reason(&mut write, function, &SCANS, reason, &letter.error, now).await?;
                }
            }
            write.commit().await?;
        }
    }
}
