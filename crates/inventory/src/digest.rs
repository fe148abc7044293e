//! The digest by which Maven's repositories know a jar, whatever it is called.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha1::Digest;

/// A SHA-1 digest. It names files that nobody protects; it is no protection itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sha1([u8; 20]);

impl Sha1 {
    /// The digest of all blocks in their order; the first error ends it.
    pub(crate) fn of<E>(blocks: impl Iterator<Item = Result<Vec<u8>, E>>) -> Result<Self, E> {
        let mut hasher = sha1::Sha1::new();
        for block in blocks {
            hasher.update(block?);
        }
        Ok(Self(hasher.finalize().into()))
    }

    /// The digest that 40 hexadecimal digits mean.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        if text.len() != 40 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let mut bytes = [0; 20];
        for (number, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(text.get(2 * number..2 * number + 2)?, 16).ok()?;
        }
        Some(Self(bytes))
    }
}

impl fmt::Display for Sha1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Serialize for Sha1 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Sha1 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::from_hex(&text).ok_or_else(|| de::Error::custom("no SHA-1 digest"))
    }
}

#[cfg(test)]
mod tests {
    use super::Sha1;

    #[test]
    fn the_digest_of_blocks_is_that_of_the_whole() {
        let blocks = [b"ab".to_vec(), b"c".to_vec()].map(Ok::<_, ()>);
        let digest = Sha1::of(blocks.into_iter()).expect("no block fails");
        // The first example of FIPS 180.
        let text = "a9993e364706816aba3e25717850c26c9cd0d89d";
        assert_eq!(digest.to_string(), text);
        assert_eq!(Sha1::from_hex(text), Some(digest));
        assert_eq!(
            Sha1::from_hex("+9993e364706816aba3e25717850c26c9cd0d89d"),
            None
        );
    }
}
