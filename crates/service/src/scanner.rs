//! The border to whatever reads code: the service knows what to scan and what to do with the answer, never how.
//!
//! The binary implements [`Scanner`] with its sandboxed child process, which has neither credentials nor a connection to the
//! database. What comes back is data made from hostile input, and is bounded and checked before it is stored.

use std::future::Future;

use shindan_finding::Outcome;
use shindan_inspector::ScanType;
use shindan_inventory::Inventory;

use crate::packages::PackageFile;

/// What is to be scanned.
#[derive(Debug)]
pub struct ScanRequest {
    /// The deployment package, a zip archive.
    pub package: PackageFile,
    /// The layers that are there, in the order in which they are attached.
    pub layers: Vec<PackageFile>,
    /// The handler; empty when unknown.
    pub handler: String,
    /// Lambda's name of the runtime; empty when unknown.
    pub runtime: String,
    /// For what. Packages are always listed.
    pub scans: Vec<ScanType>,
}

/// What a scan says.
#[derive(Clone, Debug, Default)]
pub struct ScanAnswer {
    /// Findings in code, secrets and vulnerable packages, and what was not looked at.
    pub outcome: Outcome,
    /// The packages.
    pub inventory: Inventory,
    /// Which detectors were used: changes with them.
    pub detectors: String,
    /// Which advisories were used: the name that the service was told with [`crate::Service::advisories_changed`].
    pub advisories: String,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScanFailure {
    /// The package cannot be scanned, today or ever: it is no archive, or a hostile one.
    #[error("{0}")]
    Unusable(String),
    /// Something else went wrong, and trying again may help.
    #[error("{0}")]
    Failed(String),
}

/// Scans packages. Implementations bound time and memory of each scan; dropping the future must stop it.
pub trait Scanner: Send + Sync + 'static {
    /// Scans code and dependencies.
    fn scan(
        &self,
        request: ScanRequest,
    ) -> impl Future<Output = Result<ScanAnswer, ScanFailure>> + Send;

    /// Compares a bill of materials (CycloneDX, as the service stored it) with the current advisories. The answer's
    /// inventory is not looked at.
    fn rematch(
        &self,
        document: Vec<u8>,
    ) -> impl Future<Output = Result<ScanAnswer, ScanFailure>> + Send;
}
