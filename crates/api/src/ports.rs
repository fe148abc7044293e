//! What the API needs of the rest of the service, which the program that runs both connects.

use std::collections::BTreeMap;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use axum::body::Bytes;
use shindan_inspector::{FunctionArn, LayerArn, Timestamp};
use shindan_sigv4::vault::Keyring;
use shindan_store::Store;

use crate::credential::Entropy;
use crate::wire::Vulnerability;

/// Everything outside.
#[derive(Clone)]
pub struct Ports {
    /// What is remembered.
    pub store: Store,
    /// What seals secrets and snippets.
    pub keyring: Arc<Keyring>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Random bytes.
    pub entropy: Arc<dyn Entropy>,
    /// What is known of vulnerabilities.
    pub advisories: Arc<dyn Advisories>,
    /// Who takes functions' packages.
    pub deployments: Arc<dyn Deployments>,
    /// Numbers of other parts for `/metrics`, in Prometheus's text format.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
}

impl fmt::Debug for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ports")
            .field("store", &self.store)
            .finish_non_exhaustive()
    }
}

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

impl<F: Fn() -> Timestamp + Send + Sync> Clock for F {
    fn now(&self) -> Timestamp {
        self()
    }
}

/// The local database of advisories.
pub trait Advisories: Send + Sync {
    /// What is known of a CVE; nothing when it is unknown. Must be quick: a look into an index.
    ///
    /// # Errors
    /// When the database cannot be read; the text is for the log.
    fn vulnerability(&self, id: &str) -> Result<Option<Vulnerability>, String>;
}

/// Where functions' packages go to be scanned.
pub trait Deployments: Send + Sync {
    /// Takes a package: when this returns, it is kept durably and its scan is enqueued.
    fn deploy(&self, deployment: Deployment) -> Deploying<'_>;
}

/// A package on its way.
pub type Deploying<'d> = Pin<Box<dyn Future<Output = Result<Deployed, DeployError>> + Send + 'd>>;

/// A function's new code.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// Which function.
    pub function: FunctionArn,
    /// `python3.12`, as Lambda names runtimes.
    pub runtime: String,
    /// `app.handler`.
    pub handler: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Its layers, which must have been pushed or be known.
    pub layers: Vec<LayerArn>,
    /// The zip file.
    pub package: Bytes,
    /// When it arrived.
    pub at: Timestamp,
}

/// What became of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployed {
    /// SHA-256 of the package, base64 as Lambda writes it.
    pub code_sha256: String,
    /// Whether it differs from what was there, and is scanned.
    pub changed: bool,
}

/// Why a package was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeployError {
    /// The package or what was said of it is wrong; the text is for the client.
    #[error("{0}")]
    Invalid(String),
    /// Something failed here; the text is for the log.
    #[error("{0}")]
    Failed(String),
}
