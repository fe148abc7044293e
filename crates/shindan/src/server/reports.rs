//! Writes the reports and exports that the API was asked for.
//!
//! A destination's bucket is a bucket of S3 when the settings say `reports = "s3"`, otherwise a folder below the data
//! folder's `reports`. An object appears whole or not at all.

use std::path::PathBuf;
use std::sync::Arc;

use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload, WriteMultipart};
use shindan_api::report::{Destination, FindingsReport, ReportError, SbomExport};
use shindan_service::Reporter;
use shindan_store::{Report, ReportKind, ReportStatus, Store, StoreError};

use crate::server::settings::Place;
use crate::server::{now, objects};

/// Writes reports.
pub(crate) struct Reports {
    store: Store,
    place: Where,
}

enum Where {
    Folder(PathBuf),
    S3,
}

/// Why a report was not written.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Report(#[from] ReportError),
    /// The destination does not take it.
    #[error("{0}")]
    Destination(String),
    #[error("the destination failed: {0}")]
    Storage(#[from] object_store::Error),
}

impl Failure {
    /// The API's `ReportingErrorCode`.
    fn code(&self) -> &'static str {
        match self {
            Self::Report(error) => error.code(),
            Self::Destination(_) => "BUCKET_NOT_FOUND",
            Self::Storage(error) => match error {
                object_store::Error::NotFound { .. } => "BUCKET_NOT_FOUND",
                object_store::Error::PermissionDenied { .. }
                | object_store::Error::Unauthenticated { .. } => "INVALID_PERMISSIONS",
                _ => "INTERNAL_ERROR",
            },
        }
    }

    /// Whether the job is to be tried again instead of the report being given up.
    const fn is_transient(&self) -> bool {
        matches!(self, Self::Report(ReportError::Store(_)))
    }
}

impl Reports {
    pub(crate) fn new(store: Store, place: &Place) -> Self {
        Self {
            store,
            place: match place.file.reports.as_deref() {
                Some("s3") => Where::S3,
                Some(folder) => Where::Folder(folder.into()),
                None => Where::Folder(place.data.join("reports")),
            },
        }
    }

    fn destination(&self, report: &Report) -> Result<Arc<dyn ObjectStore>, Failure> {
        let bucket = Destination::of(report)?.bucket_name;
        match &self.place {
            Where::S3 => Ok(objects::bucket(&bucket)?),
            Where::Folder(folder) => {
                // Names of buckets have no separators, and no name climbs out of the folder.
                let plain =
                    |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
                if bucket.is_empty() || bucket.starts_with('.') || !bucket.bytes().all(plain) {
                    return Err(Failure::Destination(format!(
                        "{bucket:?} is no name of a bucket"
                    )));
                }
                objects::folder(&folder.join(&bucket))
                    .map_err(|complaint| Failure::Destination(complaint.what))
            }
        }
    }

    async fn write(&self, report: &Report) -> Result<(), Failure> {
        let objects = self.destination(report)?;
        match report.kind {
            ReportKind::Findings => {
                let mut pieces = FindingsReport::new(&self.store, report)?;
                let key = Key::from(pieces.key()?);
                let upload = objects.put_multipart(&key).await?;
                let mut upload = WriteMultipart::new(upload);
                loop {
                    match pieces.next().await {
                        Ok(Some(piece)) => upload.put(piece),
                        Ok(None) => break,
                        Err(error) => {
                            // What was sent so far is not to stay; that the bucket keeps it anyway cannot be helped.
                            let _ = upload.abort().await;
                            return Err(error.into());
                        }
                    }
                }
                upload.finish().await?;
            }
            ReportKind::Sbom => {
                let mut documents = SbomExport::new(&self.store, report, now())?;
                while let Some((key, document)) = documents.next().await? {
                    objects
                        .put(&Key::from(key), PutPayload::from_bytes(document))
                        .await?;
                }
            }
        }
        Ok(())
    }

    async fn end(&self, id: &str, failure: Option<&Failure>) -> Result<(), StoreError> {
        let said = failure.map(|failure| (failure.code(), failure.to_string()));
        let status = if said.is_some() {
            ReportStatus::Failed
        } else {
            ReportStatus::Succeeded
        };
        let mut write = self.store.write().await?;
        let error = said
            .as_ref()
            .map(|(code, message)| (*code, message.as_str()));
        write.end_report(id, status, error, now()).await?;
        write.commit().await
    }
}

impl Reporter for Reports {
    async fn report(&self, id: &str) -> Result<(), String> {
        let text = |error: StoreError| error.to_string();
        let report = self.store.report_to_write(id).await.map_err(text)?;
        let Some(report) = report.filter(|report| report.status == ReportStatus::InProgress) else {
            return Ok(());
        };
        match self.write(&report).await {
            Ok(()) => self.end(id, None).await.map_err(text),
            Err(failure) if failure.is_transient() => Err(failure.to_string()),
            Err(failure) => {
                tracing::warn!(report = id, error = %failure, "a report was not written");
                self.end(id, Some(&failure)).await.map_err(text)
            }
        }
    }
}
