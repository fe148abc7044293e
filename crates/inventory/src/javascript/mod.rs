//! What Node.js' package managers and bundlers write down.

pub(crate) mod bun_lock;
pub(crate) mod bundle;
pub(crate) mod package_json;
pub(crate) mod package_lock;
pub(crate) mod pnpm_lock;
mod specifier;
pub(crate) mod yarn_lock;
