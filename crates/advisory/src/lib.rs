//! What is known to be vulnerable: advisories in the OSV format, how likely and how often they are exploited, and the
//! question which of them a version of a package has.
//!
//! [`import::Import`] turns records into one immutable file, [`index::Index`] answers from it, [`database`] keeps it in
//! a folder and replaces it atomically, `update` brings new records. Nothing here knows where an inventory came from.
//! Only [`source`], [`database`] and `update` touch files. Only `update` knows the network, and it is there with the
//! feature of its name alone: what only asks has no HTTP client in its tree.

pub mod database;
pub mod epss;
pub mod import;
pub mod index;
pub mod kev;
mod osv;
mod range;
pub mod rematch;
pub mod severity;
pub mod source;
#[cfg(feature = "update")]
pub mod update;
pub mod vex;

pub use index::{Index, Match, Vulnerability};
pub use range::{End, Interval};
pub use severity::Severity;
