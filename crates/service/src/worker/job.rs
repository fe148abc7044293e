//! One job, whatever its kind.

use shindan_inspector::ScanType;
use shindan_inventory::sbom;
use shindan_store::{Completed, Job, Lease, MissingCode, StoreError};

use super::{Place, Reporter, Workers};
use crate::PackageError;
use crate::record::{Ended, ResultsOf};
use crate::scanner::{ScanFailure, Scanner};

/// Why a try failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum JobError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Package(#[from] PackageError),
    #[error(transparent)]
    Scan(#[from] ScanFailure),
    /// Nobody could get the code.
    #[error("{}", .0.note)]
    Missing(MissingCode),
    #[error("{0}")]
    Report(String),
}

impl<S: Scanner, R: Reporter> Workers<S, R> {
    /// Does a job and ends it.
    pub(super) async fn do_job(&self, lease: &Lease, place: Place) {
        let done = match &lease.job {
            Job::Scan { function } => return self.scan(lease, *function, place).await,
            Job::Rematch { function } => self.rematch(lease, *function, place).await,
            Job::Reconcile { region, account } => self
                .service
                .reconcile(lease, region, *account)
                .await
                .map_err(JobError::from),
            Job::ApplyFilters { region, owner } => {
                let store = self.service.store();
                match store
                    .apply_filters(region, *owner, self.service.now())
                    .await
                {
                    Ok(_) => self.complete(lease).await,
                    Err(error) => Err(error.into()),
                }
            }
            Job::MirrorFunction { function } => {
                let store = self.service.store();
                match store.mirror_function(*function, self.service.now()).await {
                    Ok(_) => self.complete(lease).await,
                    Err(error) => Err(error.into()),
                }
            }
            Job::MirrorAccount { region, account } => {
                let store = self.service.store();
                match store
                    .mirror_account(region, *account, self.service.now())
                    .await
                {
                    Ok(_) => self.complete(lease).await,
                    Err(error) => Err(error.into()),
                }
            }
            Job::CheckControls { region, account } => {
                match self.service.check_controls(region, *account).await {
                    Ok(_) => self.complete(lease).await,
                    Err(error) => Err(error.into()),
                }
            }
            Job::Report { id } => match self.reporter.report(id).await {
                Ok(()) => self.complete(lease).await,
                Err(reason) => Err(JobError::Report(reason)),
            },
        };
        match done {
            Ok(Ended::Done) => {}
            Ok(Ended::Lost) => {
                tracing::warn!(job = ?lease.job, "another worker did this job meanwhile")
            }
            Err(error) => self.failed(lease, None, &error).await,
        }
    }

    /// Ends a try that failed.
    pub(super) async fn failed(
        &self,
        lease: &Lease,
        function: Option<(&shindan_store::Function, &[ScanType])>,
        error: &JobError,
    ) {
        tracing::warn!(job = ?lease.job, delivery = lease.delivery, %error, "a job failed");
        let text = error.to_string();
        if let Err(error) = self.service.record_failure(lease, function, &text).await {
            tracing::error!(%error, "a failed job was not noted; it is done again when its lease runs out");
        }
    }

    async fn complete(&self, lease: &Lease) -> Result<Ended, JobError> {
        Ok(match self.service.store().complete(lease).await? {
            Completed::Done | Completed::Again => Ended::Done,
            Completed::Lost => Ended::Lost,
        })
    }

    /// Compares a function's stored inventory with the current advisories.
    async fn rematch(&self, lease: &Lease, function: i64, place: Place) -> Result<Ended, JobError> {
        let store = self.service.store();
        let known = store.function(function).await?;
        let inventory = store.inventory(function).await?;
        let (Some(known), Some(inventory)) = (known, inventory) else {
            return self.complete(lease).await;
        };
        // A function whose content is another by now is about to be scanned with the current advisories.
        if known.state.content() != inventory.content {
            return self.complete(lease).await;
        }
        let mut answer = self.scanner.rematch(inventory.document.clone()).await?;
        answer.inventory = sbom::read(&inventory.document).unwrap_or_default();
        let scans = [ScanType::Package];
        let results = self
            .service
            .results(&known, &scans, &answer, ResultsOf::Inventory);
        drop(place);
        Ok(self.service.record(lease, &known, results).await?)
    }
}
