//! Secrets at rest: who steals the database and not the key file reads nothing.
//!
//! A [`Sealed`] is what stands in a row of the database; a [`Keyring`] seals and opens it; [`key_file`] is where the
//! keyring comes from, and the only code of this crate that touches files.
//!
//! **What it protects.** A text is encrypted and authenticated with AES-256-GCM. The [`Context`] is authenticated with
//! it: a secret that was moved to the row of another access key does not open. It does not hide how long a text is, nor
//! that a row is missing or old.
//!
//! **Rotation.** Each sealed text names its key. A new key is put in front of the key file; what was sealed with the old
//! one still opens, and [`Keyring::is_current`] tells what is to be sealed anew before the old key is removed.

mod envelope;
pub mod key_file;

pub use envelope::{Context, KeyId, Keyring, MasterKey, OpenError, SealError, Sealed};
