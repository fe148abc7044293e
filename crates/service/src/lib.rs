//! Continuous scanning: which functions there are, what has to be done about them, and what came of it.
//!
//! ```text
//!   sources (directories, uploads, accounts)        advisories        settings of accounts
//!        |  deploy, remove, layer_changed               |  rematch          |  reconcile
//!        v                                              v                   v
//!   one transaction: function, eligibility, coverage, spans of watching, findings that end, jobs
//!                                        |
//!                                     workers ---> Scanner (the binary's sandboxed child)
//!                                        |
//!   one transaction: findings, coverage, inventory, the end of the job
//! ```
//!
//! A job and what caused it are written together, and so are a result and the end of its job. Whatever is killed in between
//! is done again by whoever takes the job next, and changes nothing the second time: results replace what is known of the
//! function, findings keep their identity.

mod clock;
mod deploy;
mod hub;
mod package_hash;
mod packages;
mod reconcile;
mod record;
mod rematch;
mod scanner;
mod service;
pub mod source;
mod sweep;
pub mod translate;
mod watching;
mod worker;

pub use clock::{Clock, SystemClock};
pub use deploy::{Code, Deployed, DeployedLayer, Deployment, LayerPackage};
pub use package_hash::PackageHash;
pub use packages::{GRACE, MAX_PACKAGE_BYTES, PackageError, PackageFile, Packages};
pub use scanner::{ScanAnswer, ScanFailure, ScanRequest, Scanner};
pub use service::{Service, Settings};
pub use sweep::Swept;
pub use worker::{NoReports, Reporter, Stop, Workers};
