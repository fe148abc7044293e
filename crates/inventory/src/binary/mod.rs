//! Modules linked into executables of Go and Rust, and Go's own manifest.

pub(crate) mod executable;
mod go_build_info;
pub(crate) mod go_mod;
mod rust_audit;
pub(crate) mod windows;
