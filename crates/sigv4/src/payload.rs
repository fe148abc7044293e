//! What `x-amz-content-sha256` says of a body.

use std::borrow::Cow;

use crate::hex;
use crate::refusal::Refusal;

pub(crate) const HEADER: &str = "x-amz-content-sha256";
const UNSIGNED: &str = "UNSIGNED-PAYLOAD";
const SIGNED_CHUNKS: &str = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";

/// The values that are known here ("Signature calculations: payload options" in the S3 user guide).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Payload {
    /// The hash of the body, which stands in the signature.
    Hash([u8; 32]),
    /// The body is not signed.
    Unsigned,
    /// The body comes in chunks, each signed.
    SignedChunks,
}

impl Payload {
    pub(crate) fn parse(value: &[u8]) -> Result<Self, Refusal> {
        if value == UNSIGNED.as_bytes() {
            Ok(Payload::Unsigned)
        } else if value == SIGNED_CHUNKS.as_bytes() {
            Ok(Payload::SignedChunks)
        } else if value.starts_with(b"STREAMING-") {
            // With headers after the body, with chunks that are not signed, or signed with elliptic curves.
            Err(Refusal::UnsupportedStreaming)
        } else {
            hex::decode_32(value)
                .map(Payload::Hash)
                .ok_or(Refusal::MalformedPayloadHash)
        }
    }

    /// What stands for the body in the canonical request.
    pub(crate) fn canonical(&self) -> Cow<'static, str> {
        match self {
            Payload::Hash(hash) => Cow::Owned(hex::encode(hash)),
            Payload::Unsigned => Cow::Borrowed(UNSIGNED),
            Payload::SignedChunks => Cow::Borrowed(SIGNED_CHUNKS),
        }
    }
}
