//! The HMAC: from a secret to a key for one day, region and service, from there to signatures.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::hex;

pub(crate) const ALGORITHM: &str = "AWS4-HMAC-SHA256";
pub(crate) const TERMINATOR: &str = "aws4_request";

/// 32 bytes, written as 64 lower-case digits.
///
/// It cannot be compared with `==`, which would tell by its time how much of it is right.
#[derive(Clone, Copy)]
pub struct Signature([u8; 32]);

impl Signature {
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        hex::decode_32(text).map(Signature)
    }

    pub(crate) fn matches(&self, other: &Self) -> subtle::Choice {
        self.0.ct_eq(&other.0)
    }

    pub(crate) fn bytes(&self) -> [u8; 32] {
        self.0
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(&self.0))
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Who has the signature of a request can send it again.
        f.write_str("Signature(..)")
    }
}

/// What a signing key is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scope<'a> {
    /// `20150830`
    pub(crate) date: &'a str,
    pub(crate) region: &'a str,
    pub(crate) service: &'a str,
}

impl fmt::Display for Scope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Scope {
            date,
            region,
            service,
        } = self;
        write!(f, "{date}/{region}/{service}/{TERMINATOR}")
    }
}

/// The key for one scope, and the time and scope that stand in everything it signs.
pub(crate) struct SigningKey {
    key: Zeroizing<[u8; 32]>,
    /// Time and scope, each followed by a line's end.
    context: String,
}

impl SigningKey {
    /// `time` is the text of `x-amz-date`.
    pub(crate) fn derive(secret: &SecretString, time: &str, scope: Scope<'_>) -> Self {
        let mut first = Zeroizing::new(b"AWS4".to_vec());
        // Room for the whole, so that growing leaves no copy behind.
        first.reserve_exact(secret.expose_secret().len());
        first.extend_from_slice(secret.expose_secret().as_bytes());
        let mut key = Zeroizing::new(hmac(&first, scope.date.as_bytes()));
        for part in [scope.region, scope.service, TERMINATOR] {
            *key = hmac(key.as_slice(), part.as_bytes());
        }
        SigningKey {
            key,
            context: format!("{time}\n{scope}\n"),
        }
    }

    /// Signs a canonical request.
    pub(crate) fn sign(&self, canonical_request: &[u8]) -> Signature {
        let hash = sha256_hex(canonical_request);
        let context = &self.context;
        let to_sign = format!("{ALGORITHM}\n{context}{hash}");
        Signature(hmac(self.key.as_slice(), to_sign.as_bytes()))
    }

    /// Signs a chunk of a body that comes after something with the signature `previous`.
    pub(crate) fn sign_chunk(&self, previous: &Signature, data: &[u8]) -> Signature {
        let (nothing, hash) = (sha256_hex(b""), sha256_hex(data));
        let context = &self.context;
        let to_sign = format!("{ALGORITHM}-PAYLOAD\n{context}{previous}\n{nothing}\n{hash}");
        Signature(hmac(self.key.as_slice(), to_sign.as_bytes()))
    }
}

pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(&Sha256::digest(bytes))
}

fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}
