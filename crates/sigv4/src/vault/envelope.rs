//! Texts that only the holder of a key can read, and only in their place.

use std::fmt;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretBox, SecretSlice};
use sha2::Sha256;
use zeroize::Zeroizing;

const VERSION: u8 = 1;
const KEY_ID: usize = 8;
const NONCE: usize = 12;
const TAG: usize = 16;
/// Version, key id and nonce stand before the encrypted text.
const HEADER: usize = 1 + KEY_ID + NONCE;
/// A snippet of code or a secret is far smaller.
const MAX_TEXT: usize = 16 << 20;

/// 32 random bytes that seal everything.
///
/// With random nonces a key is good for 2^32 texts (NIST SP 800-38D, 8.3); rotate it long before.
pub struct MasterKey {
    bytes: SecretBox<[u8; 32]>,
    id: KeyId,
}

/// Names a key without telling anything of it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyId([u8; KEY_ID]);

/// The key that seals, and older ones that still open.
#[derive(Debug)]
pub struct Keyring {
    current: MasterKey,
    older: Vec<MasterKey>,
}

/// Where a sealed text belongs. It opens nowhere else.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// What kind of text: `access-key`, `snippet`.
    pub purpose: &'static str,
    /// Which one of that kind: an access key id; an account and a finding.
    pub place: &'a [&'a str],
}

/// An encrypted text with what is needed to open it but the key, as it stands in the database.
///
/// Version (1 byte), key id (8), nonce (12), encrypted text, tag (16).
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(Vec<u8>);

/// Why a text is not sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    #[error("a text of more than {MAX_TEXT} bytes is not sealed")]
    TooLong,
}

/// Why a sealed text does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    #[error("the sealed text is damaged: it has no header of a known version")]
    Malformed,
    #[error("the sealed text needs the master key {0}, which is not in the key file; add it there")]
    UnknownKey(KeyId),
    #[error("the sealed text was changed, or belongs to another row; restore it from a backup")]
    NotAuthentic,
}

impl MasterKey {
    pub fn new(bytes: SecretBox<[u8; 32]>) -> Self {
        let mut mac = Hmac::<Sha256>::new_from_slice(bytes.expose_secret())
            .expect("HMAC takes keys of any length");
        mac.update(b"shindan master key id");
        let mut id = [0; KEY_ID];
        id.copy_from_slice(&mac.finalize().into_bytes()[..KEY_ID]);
        MasterKey {
            bytes,
            id: KeyId(id),
        }
    }

    pub fn id(&self) -> KeyId {
        self.id
    }

    fn cipher(&self) -> Aes256Gcm {
        Aes256Gcm::new(<&Key<Aes256Gcm>>::from(self.bytes.expose_secret()))
    }
}

impl Keyring {
    pub fn new(current: MasterKey, older: Vec<MasterKey>) -> Self {
        Keyring { current, older }
    }

    /// Seals a text. `nonce` must be random, and never used twice.
    pub fn seal(
        &self,
        context: Context<'_>,
        nonce: [u8; NONCE],
        text: &[u8],
    ) -> Result<Sealed, SealError> {
        if text.len() > MAX_TEXT {
            return Err(SealError::TooLong);
        }
        let mut sealed = Vec::with_capacity(HEADER + text.len() + TAG);
        sealed.push(VERSION);
        sealed.extend_from_slice(&self.current.id.0);
        sealed.extend_from_slice(&nonce);
        let aad = associated_data(&sealed, context);
        let payload = Payload {
            msg: text,
            aad: &aad,
        };
        let encrypted = self
            .current
            .cipher()
            .encrypt(&Nonce::from(nonce), payload)
            .map_err(|_| SealError::TooLong)?;
        sealed.extend_from_slice(&encrypted);
        Ok(Sealed(sealed))
    }

    /// The text, if it was sealed with a key of this ring for this very place.
    pub fn open(
        &self,
        context: Context<'_>,
        sealed: &Sealed,
    ) -> Result<SecretSlice<u8>, OpenError> {
        let (header, encrypted) = sealed
            .0
            .split_at_checked(HEADER)
            .filter(|(_, encrypted)| (TAG..=MAX_TEXT + TAG).contains(&encrypted.len()))
            .ok_or(OpenError::Malformed)?;
        let id = sealed.key_id().ok_or(OpenError::Malformed)?;
        let key = std::iter::once(&self.current)
            .chain(&self.older)
            .find(|key| key.id == id)
            .ok_or(OpenError::UnknownKey(id))?;
        let nonce =
            <&Nonce<_>>::try_from(&header[1 + KEY_ID..]).map_err(|_| OpenError::Malformed)?;
        let aad = associated_data(header, context);
        let text = key
            .cipher()
            .decrypt(
                nonce,
                Payload {
                    msg: encrypted,
                    aad: &aad,
                },
            )
            .map_err(|_| OpenError::NotAuthentic)?;
        // Shrinking what has room for the tag could leave a copy behind.
        Ok(SecretSlice::from(Zeroizing::new(text).to_vec()))
    }

    /// Whether a text was sealed with the current key, so that older ones are not needed for it.
    pub fn is_current(&self, sealed: &Sealed) -> bool {
        sealed.key_id() == Some(self.current.id)
    }
}

impl Sealed {
    /// Any bytes; [`Keyring::open`] tells whether they are right.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Sealed(bytes)
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The key that opens it, to be stored beside it; `None` if the bytes are damaged or of another version.
    pub fn key_id(&self) -> Option<KeyId> {
        let (&version, rest) = self.0.split_first()?;
        let id = rest.first_chunk()?;
        (version == VERSION).then_some(KeyId(*id))
    }
}

/// Everything that must not change: header and context, each part with its length, so that no two are the same bytes.
fn associated_data(header: &[u8], context: Context<'_>) -> Vec<u8> {
    let mut data = header.to_vec();
    for part in std::iter::once(&context.purpose).chain(context.place) {
        data.extend_from_slice(&(part.len() as u64).to_be_bytes());
        data.extend_from_slice(part.as_bytes());
    }
    data
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::hex::encode(&self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({})", self.id)
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(byte: u8) -> MasterKey {
        MasterKey::new(SecretBox::new(Box::new([byte; 32])))
    }

    fn ring() -> Keyring {
        Keyring::new(key(1), vec![key(2)])
    }

    fn context<'a>(place: &'a [&'a str]) -> Context<'a> {
        Context {
            purpose: "access-key",
            place,
        }
    }

    #[test]
    fn entries_cannot_be_swapped() {
        let sealed = ring()
            .seal(context(&["a", "bc"]), [0; 12], b"text")
            .expect("short");
        let open = |context| {
            ring()
                .open(context, &sealed)
                .map(|text| text.expose_secret().to_vec())
        };
        assert_eq!(open(context(&["a", "bc"])), Ok(b"text".to_vec()));
        for place in [
            &["ab", "c"][..],
            &["a"],
            &["a", "bc", ""],
            &["a", "bd"],
            &[],
        ] {
            assert_eq!(
                open(context(place)),
                Err(OpenError::NotAuthentic),
                "{place:?}"
            );
        }
        let other = Context {
            purpose: "snippet",
            place: &["a", "bc"],
        };
        assert_eq!(open(other), Err(OpenError::NotAuthentic));
    }

    #[test]
    fn older_keys_open_until_they_are_removed() {
        let old = Keyring::new(key(2), Vec::new());
        let sealed = old.seal(context(&["a"]), [0; 12], b"text").expect("short");
        assert!(ring().open(context(&["a"]), &sealed).is_ok());
        assert!(old.is_current(&sealed) && !ring().is_current(&sealed));
        let new = Keyring::new(key(1), Vec::new());
        assert_eq!(
            new.open(context(&["a"]), &sealed).err(),
            Some(OpenError::UnknownKey(key(2).id()))
        );
    }

    /// Computed with the library `cryptography` of Python.
    #[test]
    fn layout_stays_readable() {
        let sealed = ring()
            .seal(context(&["AKIAIOSFODNN7EXAMPLE"]), [7; 12], b"text")
            .expect("short");
        assert_eq!(
            crate::hex::encode(sealed.as_bytes()),
            "01d25fde8a9ef6a7bd070707070707070707070707f99692d0677b84b0f52fec7327c870d240003dfd"
        );
    }

    #[test]
    fn nothing_prints_a_key_or_text() {
        let shown = format!(
            "{:?} {:?}",
            ring(),
            ring().seal(context(&[]), [0; 12], b"text")
        );
        assert!(
            !shown.contains("1, 1") && !shown.contains("0101"),
            "{shown}"
        );
    }

    #[test]
    fn bytes_of_any_length_are_refused() {
        for length in 0..64 {
            let sealed = Sealed::from_bytes(vec![1; length]);
            assert!(ring().open(context(&[]), &sealed).is_err());
        }
    }

    proptest! {
        #[test]
        fn every_changed_bit_is_noticed(text in prop::collection::vec(any::<u8>(), 0..50), nonce: [u8; 12], bit in 0_usize..4096) {
            let sealed = ring().seal(context(&["a"]), nonce, &text).expect("short");
            let opened = ring().open(context(&["a"]), &sealed).expect("right");
            prop_assert_eq!(opened.expose_secret(), &text[..]);
            let mut bytes = sealed.as_bytes().to_vec();
            let bit = bit % (bytes.len() * 8);
            bytes[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(ring().open(context(&["a"]), &Sealed::from_bytes(bytes)).is_err());
        }
    }
}
