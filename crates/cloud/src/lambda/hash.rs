//! The SHA-256 of a function's zip, which Lambda calls `CodeSha256` and writes in Base64.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// The SHA-256 of a zip.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CodeHash([u8; 32]);

/// A text that is no hash.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("CodeSha256 is not a SHA-256 in Base64")]
pub struct NotAHash;

impl CodeHash {
    /// Reads what Lambda writes.
    ///
    /// # Errors
    /// When it is not 32 bytes in Base64.
    pub fn parse(text: &str) -> Result<Self, NotAHash> {
        let bytes = STANDARD.decode(text).map_err(|_| NotAHash)?;
        bytes.try_into().map(Self).map_err(|_| NotAHash)
    }

    /// The hash of a zip.
    #[must_use]
    pub fn of(zip: &[u8]) -> Self {
        Self(Sha256::digest(zip).into())
    }

    /// The hash itself.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for CodeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0))
    }
}

impl fmt::Debug for CodeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_read_as_it_is_written() {
        let empty = CodeHash::of(b"");
        let text = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
        assert_eq!(empty.to_string(), text);
        assert_eq!(CodeHash::parse(text), Ok(empty));
        for wrong in ["", "47DEQpj8", &"e3".repeat(32)] {
            assert_eq!(CodeHash::parse(wrong), Err(NotAHash), "{wrong}");
        }
    }
}
