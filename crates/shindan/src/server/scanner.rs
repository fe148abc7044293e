//! How the service scans: in the sandboxed child process of this program, like the command line.

use std::ffi::OsString;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use shindan_inspector::ScanType;
use shindan_service::{ScanAnswer, ScanFailure, ScanRequest, Scanner};

use crate::cli::service::SCAN_THREADS;
use crate::complaint::{Blame, Complaint};
use crate::server::advisories::Advisories;
use crate::worker::{self, Finished, Packages, Request};

/// What tells the detectors of one version of this program from those of another.
pub(crate) const DETECTORS: &str = env!("CARGO_PKG_VERSION");

/// Scans in child processes.
pub(crate) struct Sandbox {
    pub(crate) advisories: Advisories,
    /// Key of the hashes of secrets.
    pub(crate) secret_key: [u8; 32],
}

impl Scanner for Sandbox {
    async fn scan(&self, request: ScanRequest) -> Result<ScanAnswer, ScanFailure> {
        let index = self.advisories.current();
        let wanted = |scan| request.scans.contains(&scan);
        let child = Request {
            path: request.package.path().as_os_str().to_owned(),
            layers: request
                .layers
                .iter()
                .map(|layer| layer.path().as_os_str().to_owned())
                .collect(),
            code: wanted(ScanType::Code),
            secrets: wanted(ScanType::Code),
            packages: Packages::Keep(
                index
                    .as_ref()
                    .filter(|_| wanted(ScanType::Package))
                    .map(|index| index.path.as_os_str().to_owned()),
            ),
            handler: (!request.handler.is_empty()).then(|| {
                let runtime = (!request.runtime.is_empty()).then(|| request.runtime.clone());
                (request.handler.clone(), runtime)
            }),
            ..self.blank(OsString::new())
        };
        let finished = run(child, request).await?;
        Ok(answer(finished, index.map(|index| index.name)))
    }

    async fn rematch(&self, document: Vec<u8>) -> Result<ScanAnswer, ScanFailure> {
        let Some(index) = self.advisories.current() else {
            return Err(ScanFailure::Failed(
                "there is no advisory database".to_owned(),
            ));
        };
        let file = bill(&document).map_err(|error| {
            ScanFailure::Failed(format!("a bill of materials cannot be written: {error}"))
        })?;
        let child = Request {
            packages: Packages::Match(Some(index.path.into_os_string())),
            ..self.blank(file.path().as_os_str().to_owned())
        };
        let finished = run(child, file).await?;
        Ok(answer(finished, Some(index.name)))
    }
}

impl Sandbox {
    /// A request for nothing yet.
    fn blank(&self, path: OsString) -> Request {
        Request {
            path,
            layers: Vec::new(),
            catalogue: None,
            local: false,
            library: false,
            code: false,
            secrets: false,
            packages: Packages::Skip,
            jobs: SCAN_THREADS.get(),
            handler: None,
            exclude: Vec::new(),
            poisoned: Vec::new(),
            secret_key: self.secret_key,
            announce: false,
        }
    }
}

/// A file that holds a bill of materials, since a child reads files.
fn bill(document: &[u8]) -> std::io::Result<tempfile::NamedTempFile> {
    let mut file = tempfile::Builder::new()
        .prefix("shindan-")
        .suffix(".json")
        .tempfile()?;
    file.write_all(document)?;
    file.flush()?;
    Ok(file)
}

/// Ends the child when nobody waits for it any more.
struct StopWhenDropped(Arc<AtomicBool>);

impl Drop for StopWhenDropped {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Supervises a child on a thread that may wait; `files` stay where they are until it has ended.
async fn run<F: Send + 'static>(request: Request, files: F) -> Result<Finished, ScanFailure> {
    let stopped = Arc::new(AtomicBool::new(false));
    let _guard = StopWhenDropped(Arc::clone(&stopped));
    let supervised = tokio::task::spawn_blocking(move || {
        let finished = worker::scan(request, &mut |_| (), &|| stopped.load(Ordering::Relaxed));
        drop(files);
        finished
    });
    supervised
        .await
        .map_err(|error| ScanFailure::Failed(format!("the supervision of a scan failed: {error}")))?
        .map_err(failure)
}

fn failure(complaint: Complaint) -> ScanFailure {
    match complaint.blame {
        Blame::Input => ScanFailure::Unusable(complaint.what),
        Blame::Program => ScanFailure::Failed(complaint.what),
    }
}

fn answer(finished: Finished, advisories: Option<String>) -> ScanAnswer {
    ScanAnswer {
        outcome: finished.outcome,
        inventory: finished.inventory.unwrap_or_default(),
        detectors: DETECTORS.to_owned(),
        advisories: advisories.unwrap_or_default(),
    }
}
