//! Where functions are known from. A source sees what is deployed and tells the service; the service decides what follows.

pub mod account;
mod directory;
mod origin;
mod sidecar;

pub use directory::{Directory, DirectoryDefaults, EMPTY_MARKER, SourceError};
pub use origin::Origin;
