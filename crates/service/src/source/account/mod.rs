//! Accounts of AWS: which functions each has in each Region, and what changes.
//!
//! A *place* is one account in one Region. Every so often all functions of a place are looked at ([`Accounts::look`]), by
//! one server at a time; between two looks, change events say which function to look at now ([`Accounts::follow`]). Both
//! do the same with one function: read its configuration and tags, get its code if nobody has it, tell the service.
//!
//! What must stay true:
//!
//! - A function is removed only when the list of its place was complete and lacks it, and Lambda says that it is not there.
//!   A place that cannot be read loses nothing.
//! - Equal code is downloaded once, whoever has it, and a version of a layer once.
//! - A function whose code cannot be had is known all the same, with the reason; what else is there goes on.
//! - An event is taken off its queue after what it says was noted. One that cannot be handled blocks no other.
//!
//! How AWS is asked is behind [`Cloud`], [`Account`] and [`ChangeQueue`].

mod describe;
mod follow;
mod locks;
mod look;
mod watch;

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::sync::Arc;

use bytes::Bytes;
use shindan_inspector::finding::VpcConfig;
use shindan_inspector::{AccountId, Architecture, FunctionArn, LayerArn, Region, Timestamp};

use tokio::sync::Semaphore;

use self::locks::Locks;
use crate::{PackageError, PackageHash, Service};

pub use look::Looked;
pub use watch::Rhythm;

/// Packages that are downloaded at the same time; each is in memory until it is kept.
const DOWNLOADS: usize = 4;

/// One account in one Region.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Whose functions.
    pub account: AccountId,
    /// Where.
    pub region: Region,
}

/// Everything that credentials reach and settings name.
pub trait Cloud: Send + Sync + 'static {
    /// A place as it is asked.
    type Account: Account;

    /// The places to look at.
    fn places(&self) -> impl Future<Output = Result<Vec<Place>, CallError>> + Send;

    /// One of them.
    fn account(
        &self,
        place: &Place,
    ) -> impl Future<Output = Result<Self::Account, CallError>> + Send;
}

/// The functions of a place. Answers about one function are of its `$LATEST`.
pub trait Account: Send + Sync {
    /// What it takes to get the code of a function that was described.
    type Code: Send;

    /// Lists all functions, or none.
    fn list(&self) -> impl Future<Output = Result<Listing, CallError>> + Send;

    /// Reads configuration and tags of a function; `None` when it is not there.
    fn describe(
        &self,
        function: &FunctionArn,
    ) -> impl Future<Output = Result<Option<Described<Self::Code>>, CallError>> + Send;

    /// Downloads the code of a function that was described; `None` when it is gone.
    fn code(
        &self,
        code: Self::Code,
    ) -> impl Future<Output = Result<Option<Downloaded>, CallError>> + Send;

    /// Downloads a layer.
    fn layer(&self, layer: &LayerArn) -> impl Future<Output = Result<Bytes, CallError>> + Send;

    /// When functions were last invoked.
    fn invocations(&self, functions: &[FunctionArn]) -> impl Future<Output = Invocations> + Send;
}

/// Where change events come from.
pub trait ChangeQueue: Send + Sync + 'static {
    /// What takes an event off the queue.
    type Receipt: Send + Sync;

    /// Waits a while for events.
    fn receive(
        &self,
    ) -> impl Future<Output = Result<Vec<(Change, Self::Receipt)>, CallError>> + Send;

    /// Takes events off the queue.
    fn done(
        &self,
        receipts: Vec<Self::Receipt>,
    ) -> impl Future<Output = Result<(), CallError>> + Send;
}

/// What an event is about. What happened to it is not believed but looked at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// A function was made, changed, tagged or deleted.
    Function(FunctionArn),
    /// A version of a layer was published, in a place.
    Layer(Place, LayerArn),
}

/// The functions of a place.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// Those that could be read.
    pub functions: Vec<Listed>,
    /// Why others could not be. Nothing is removed when there are any.
    pub unreadable: Vec<String>,
}

/// A function's configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its name.
    pub arn: FunctionArn,
    /// Lambda's name of its runtime; empty for an image.
    pub runtime: String,
    /// Its handler; empty when unknown.
    pub handler: String,
    /// The role it runs as; empty when unknown.
    pub role_arn: String,
    /// What it runs on.
    pub architecture: Architecture,
    /// The customer's key that encrypts its code; empty for none.
    pub kms_key: String,
    /// The network it is connected to.
    pub vpc: Option<VpcConfig>,
    /// Its layers, in order.
    pub layers: Vec<LayerArn>,
    /// When its code or settings last changed.
    pub last_modified: Timestamp,
    /// Its code.
    pub package: ListedPackage,
}

/// How a function's code is packaged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListedPackage {
    /// A zip archive.
    Zip {
        /// Its SHA-256.
        hash: PackageHash,
        /// Its bytes.
        size: u64,
    },
    /// A container image, by its digest.
    Image(String),
}

/// A function looked at by itself.
#[derive(Clone, Debug)]
pub struct Described<C> {
    /// Its configuration.
    pub function: Listed,
    /// Its tags, or why they could not be read.
    pub tags: Result<BTreeMap<String, String>, String>,
    /// Gets its code.
    pub code: C,
}

/// Code that was downloaded.
#[derive(Clone, Debug)]
pub struct Downloaded {
    /// The function whose code it is: newer than the described one when it was changed meanwhile.
    pub function: Listed,
    /// A zip archive with the SHA-256 that the configuration says.
    pub zip: Bytes,
}

/// When functions were last invoked.
#[derive(Clone, Debug, Default)]
pub struct Invocations {
    /// Those that were invoked within 90 days.
    pub last: BTreeMap<FunctionArn, Timestamp>,
    /// Those about which nothing is known.
    pub unknown: Vec<FunctionArn>,
    /// Why nothing is known about them.
    pub reason: Option<String>,
}

/// Why AWS did not answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct CallError {
    /// Of what kind it is.
    pub kind: CallErrorKind,
    /// Account, Region, call, what happened, and what to do.
    pub message: String,
}

/// What became of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallErrorKind {
    /// It is not allowed.
    Denied,
    /// The answer can never be used: too large, or not what it should be.
    Unusable,
    /// It failed, and may succeed another time.
    Failed,
}

/// Why a look was not finished.
#[derive(Debug, thiserror::Error)]
pub enum LookError {
    /// AWS did not answer.
    #[error(transparent)]
    Call(#[from] CallError),
    /// A function could be read in part, and what failed may succeed another time.
    #[error("{0} is not known completely")]
    InPart(FunctionArn),
    /// The database or the package store failed.
    #[error(transparent)]
    Service(#[from] PackageError),
}

impl From<shindan_store::StoreError> for LookError {
    fn from(error: shindan_store::StoreError) -> Self {
        Self::Service(error.into())
    }
}

/// Accounts as a source of functions. A clone is the same source.
pub struct Accounts<C> {
    service: Service,
    cloud: Arc<C>,
    locks: Arc<Locks>,
    /// Packages in memory at the same time, of all places.
    downloads: Arc<Semaphore>,
}

impl<C: Cloud> Accounts<C> {
    /// A source that nobody asked yet.
    pub fn new(service: Service, cloud: Arc<C>) -> Self {
        Self {
            service,
            cloud,
            locks: Arc::default(),
            downloads: Arc::new(Semaphore::new(DOWNLOADS)),
        }
    }
}

impl<C> Clone for Accounts<C> {
    fn clone(&self) -> Self {
        Self {
            service: self.service.clone(),
            cloud: Arc::clone(&self.cloud),
            locks: Arc::clone(&self.locks),
            downloads: Arc::clone(&self.downloads),
        }
    }
}

impl Place {
    /// The place of a function.
    #[must_use]
    pub fn of(function: &FunctionArn) -> Self {
        Self {
            account: function.account,
            region: function.region.clone(),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "account {} in {}", self.account, self.region)
    }
}
