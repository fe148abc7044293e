//! Scanning a function.

use shindan_inspector::coverage::ScanStatus;
use shindan_inspector::eligibility::{Eligibility, decide};
use shindan_inspector::{ScanStatusCode, ScanStatusReason, ScanType};
use shindan_store::{Completed, Function, Lease, MissingCode, StoreError};

use super::job::JobError;
use super::{Place, Reporter, Workers};
use crate::record::{Ended, ResultsOf, unseen_layer};
use crate::scanner::{ScanFailure, ScanRequest, Scanner};
use crate::translate::{LayerFile, name_layers};
use crate::watching::{self, SCANS, Subject};
use crate::{PackageError, PackageHash, ScanAnswer, Service};

impl<S: Scanner, R: Reporter> Workers<S, R> {
    pub(super) async fn scan(&self, lease: &Lease, function: i64, place: Place) {
        let (known, scans) = match self.service.begin(lease, function).await {
            Ok(Some(begun)) => begun,
            Ok(None) => return,
            Err(error) => return self.failed(lease, None, &error.into()).await,
        };
        let ended = match self.answer(&known, &scans).await {
            Ok(answer) => {
                let results = self
                    .service
                    .results(&known, &scans, &answer, ResultsOf::Code);
                drop(place);
                self.service.record(lease, &known, results).await
            }
            Err(JobError::Scan(ScanFailure::Unusable(note))) => {
                let reason = ScanStatusReason::InvalidArtifact;
                let why = MissingCode { reason, note };
                self.service
                    .record_unusable(lease, &known, &scans, &why)
                    .await
            }
            Err(JobError::Missing(why)) => {
                self.service
                    .record_unusable(lease, &known, &scans, &why)
                    .await
            }
            Err(error) => return self.failed(lease, Some((&known, &scans)), &error).await,
        };
        match ended {
            Ok(Ended::Done) => {}
            Ok(Ended::Lost) => {
                tracing::warn!(function, "another worker scanned this function meanwhile")
            }
            Err(error) => {
                self.failed(lease, Some((&known, &scans)), &error.into())
                    .await;
            }
        }
    }

    /// Has the packages scanned. A layer that is not there makes the answer incomplete.
    async fn answer(
        &self,
        function: &Function,
        scans: &[ScanType],
    ) -> Result<ScanAnswer, JobError> {
        let packages = self.service.packages();
        let code = &function.state.code_sha256;
        if code.is_empty() {
            let known = self.service.store().missing_code(function.id).await?;
            return Err(JobError::Missing(known.unwrap_or_else(|| MissingCode {
                reason: ScanStatusReason::InternalError,
                note: "its code is not there yet".to_owned(),
            })));
        }
        let hash = PackageHash::parse(code).ok_or_else(|| {
            ScanFailure::Unusable(format!("{code:?} is not the SHA-256 of a package"))
        })?;
        let package = packages.open(hash).await?;
        let mut layers = Vec::new();
        let mut named = Vec::new();
        let mut missing = Vec::new();
        for (position, layer) in (0_u32..).zip(&function.state.layers) {
            let Some(hash) = PackageHash::parse(&layer.code_sha256) else {
                missing.push((layer.arn.as_str(), "its package is not known".to_owned()));
                continue;
            };
            let file = match packages.open(hash).await {
                Ok(file) => file,
                Err(error @ (PackageError::Missing(_) | PackageError::Damaged(_))) => {
                    missing.push((layer.arn.as_str(), error.to_string()));
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            let file_name = file.path().file_name().unwrap_or_default();
            named.push(LayerFile {
                arn: layer.arn.clone(),
                position,
                file_name: file_name.to_string_lossy().into_owned(),
            });
            layers.push(file);
        }
        let request = ScanRequest {
            package,
            layers,
            handler: function.state.handler.clone(),
            runtime: function.state.runtime.clone(),
            scans: scans.to_vec(),
        };
        let mut answer = self.scanner.scan(request).await?;
        name_layers(&mut answer.outcome, &mut answer.inventory, &named);
        for (arn, reason) in missing {
            unseen_layer(&mut answer.outcome, arn, &reason);
        }
        Ok(answer)
    }
}

impl Service {
    /// Decides what a function is to be scanned for and lets coverage say that it is; `None` when for nothing, and the job
    /// is ended.
    async fn begin(
        &self,
        lease: &Lease,
        function: i64,
    ) -> Result<Option<(Function, Vec<ScanType>)>, StoreError> {
        let now = self.now();
        let mut write = self.store().write_again().await?;
        let known = watching::locked(&mut write, function).await?;
        let known = known.filter(|(known, _)| known.deleted_at.is_none());
        let mut scans = Vec::new();
        if let Some((known, settings)) = &known {
            let (arn, settings) = (&known.state.arn, *settings);
            let policy = self.settings().policy;
            let subject = Subject {
                id: function,
                state: &known.state,
                is_deleted: false,
                is_changed: false,
            };
            watching::apply(&mut write, subject, settings, policy, now).await?;
            let facts = known.state.facts(false);
            let is_watched = |scan: &ScanType| {
                decide(&facts, settings, policy, *scan, now) == Eligibility::Watched
            };
            scans = SCANS.into_iter().filter(is_watched).collect();
            let status = ScanStatus {
                status_code: ScanStatusCode::Active,
                reason: ScanStatusReason::ScanInProgress,
            };
            for scan in &scans {
                write
                    .set_coverage(function, arn, *scan, status, now)
                    .await?;
            }
        }
        let begun = known.map(|(known, _)| known).filter(|_| !scans.is_empty());
        // Nobody else's job is ended: a lost lease shows here, and what was decided is true all the same.
        if begun.is_none() && write.complete(lease).await? == Completed::Lost {
            tracing::warn!(function, "another worker did this job meanwhile");
        }
        write.commit().await?;
        Ok(begun.map(|begun| (begun, scans)))
    }
}
