//! Where functions are known from. A source sees what is deployed and tells the service; the service decides what follows.

mod directory;
mod sidecar;

pub use directory::{Directory, DirectoryDefaults, SourceError};
