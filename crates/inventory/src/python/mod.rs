//! What Python's installers and lock files write down.

pub(crate) mod metadata;
pub(crate) mod pipfile_lock;
pub(crate) mod pylock;
pub(crate) mod requirements;
pub(crate) mod toml_lock;
