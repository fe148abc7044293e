//! Bodies in signed chunks (`STREAMING-AWS4-HMAC-SHA256-PAYLOAD`).
//!
//! Each chunk is `SIZE;chunk-signature=SIGNATURE\r\nDATA\r\n`, the size in hexadecimal digits; the last one is empty.
//! A chunk's signature covers that of the chunk before, the first one's that of the request, so chunks can neither be
//! left out nor change places. "Transferring payload in multiple chunks" in the S3 user guide.

use crate::hex;
use crate::signature::{Signature, SigningKey};

const MAX_SIZE_DIGITS: usize = 8;
const MARK: &[u8] = b";chunk-signature=";
const SIGNATURE_DIGITS: usize = 64;
const LINE_END: &[u8] = b"\r\n";

/// Why a body in chunks is refused. Places are bytes from its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChunkError {
    #[error("the chunk at byte {0} does not begin with its size and signature")]
    Malformed(usize),
    #[error("the body ends within the chunk at byte {0}")]
    Truncated(usize),
    #[error("bytes follow the last chunk, at byte {0}; trailing headers are not supported")]
    Trailing(usize),
    #[error("the signature of the chunk at byte {0} is wrong")]
    WrongSignature(usize),
    #[error("the chunks have another length than x-amz-decoded-content-length says")]
    WrongLength,
}

/// The data of all chunks. `seed` is the signature of the request.
pub(crate) fn decode(
    body: &[u8],
    key: &SigningKey,
    seed: Signature,
) -> Result<Vec<u8>, ChunkError> {
    let mut decoded = Vec::with_capacity(body.len());
    let mut previous = seed;
    let mut rest = body;
    loop {
        let at = body.len() - rest.len();
        let (size, signature, after) = head(rest).ok_or(ChunkError::Malformed(at))?;
        let (data, after) = after
            .split_at_checked(size)
            .ok_or(ChunkError::Truncated(at))?;
        let after = after
            .strip_prefix(LINE_END)
            .ok_or(ChunkError::Truncated(at))?;
        let expected = key.sign_chunk(&previous, data);
        if !bool::from(expected.matches(&signature)) {
            return Err(ChunkError::WrongSignature(at));
        }
        if data.is_empty() {
            return match after {
                [] => Ok(decoded),
                _ => Err(ChunkError::Trailing(body.len() - after.len())),
            };
        }
        decoded.extend_from_slice(data);
        previous = expected;
        rest = after;
    }
}

/// Size and signature of the next chunk, and what comes after their line.
fn head(rest: &[u8]) -> Option<(usize, Signature, &[u8])> {
    let digits = rest
        .iter()
        .take(MAX_SIZE_DIGITS + 1)
        .position(|&byte| byte == b';')?;
    let (size, rest) = rest.split_at(digits);
    let size = size.iter().try_fold(0, |size, &character| {
        Some(size << 4 | usize::from(hex::digit(character)?))
    });
    let (signature, rest) = rest
        .strip_prefix(MARK)?
        .split_at_checked(SIGNATURE_DIGITS)?;
    let size = size.filter(|_| digits > 0)?;
    Some((
        size,
        Signature::parse(signature)?,
        rest.strip_prefix(LINE_END)?,
    ))
}
