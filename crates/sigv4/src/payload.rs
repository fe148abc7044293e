//! What `x-amz-content-sha256` says of a body.

use std::borrow::Cow;

use crate::hex;

pub(crate) const HEADER: &str = "x-amz-content-sha256";

/// The values the header may have ("Signature calculations: payload options" in the S3 user guide).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Payload {
    /// The hash of the body, which stands in the signature.
    Hash([u8; 32]),
    /// The body is not signed.
    Unsigned,
    /// The body comes in chunks, each signed.
    SignedChunks,
    /// The same, with signed headers after the body, or chunks that are not signed.
    Unsupported,
}

impl Payload {
    /// `None` if it is none of the known values.
    pub(crate) fn parse(value: &[u8]) -> Option<Self> {
        match value {
            b"UNSIGNED-PAYLOAD" => Some(Payload::Unsigned),
            b"STREAMING-AWS4-HMAC-SHA256-PAYLOAD" => Some(Payload::SignedChunks),
            _ if value.starts_with(b"STREAMING-") => Some(Payload::Unsupported),
            _ => hex::decode_32(value).map(Payload::Hash),
        }
    }

    /// What stands for the body in the canonical request.
    pub(crate) fn canonical(&self) -> Cow<'static, str> {
        match self {
            Payload::Hash(hash) => Cow::Owned(hex::encode(hash)),
            Payload::Unsigned => Cow::Borrowed("UNSIGNED-PAYLOAD"),
            Payload::SignedChunks => Cow::Borrowed("STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
            Payload::Unsupported => Cow::Borrowed(""),
        }
    }
}
