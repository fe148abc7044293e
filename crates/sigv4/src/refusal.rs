//! Why a request is not let in, as AWS's clients are told it.

use jiff::Timestamp;

use crate::authorization::AuthorizationError;
use crate::chunked::ChunkError;
use crate::verify::MAX_SKEW;

/// Why a request is refused. Displays as the message for the client: what is wrong and what to do.
///
/// Whether a key is unknown or a signature wrong is one variant on purpose: who guesses key ids learns nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error(
        "The request is not signed. Configure an access key of this server in your client, for example with `aws configure`."
    )]
    NotSigned,
    #[error(
        "Signatures in the query (presigned URLs) are not accepted. Sign with the Authorization header."
    )]
    Presigned,
    #[error("The Authorization header cannot be read: {0}. Sign with AWS Signature Version 4.")]
    Authorization(#[from] AuthorizationError),
    #[error("The header {0} stands more than once. Send it once.")]
    DuplicateHeader(&'static str),
    #[error("The request has more than {0} headers. Send fewer.")]
    TooManyHeaders(usize),
    #[error("The query has a % without two hexadecimal digits. Encode % as %25.")]
    MalformedQuery,
    #[error("The header x-amz-date is missing. Send the time of signing, as in 20150830T123600Z.")]
    MissingDate,
    #[error("The header x-amz-date is not a time as in 20150830T123600Z.")]
    MalformedDate,
    #[error(
        "The date of the credential is not that of x-amz-date. Sign with the key for the day of the request, in UTC."
    )]
    DateMismatch,
    #[error("The credential is for the service {given}. Sign for {expected}.")]
    WrongService { given: String, expected: String },
    #[error("The credential is for the region {given}. Configure your client for {expected}.")]
    WrongRegion { given: String, expected: String },
    #[error(
        "Signature expired: {signed} is now earlier than {now} - {MAX_SKEW} s. Set the clock of the client right and sign again."
    )]
    Expired { signed: Timestamp, now: Timestamp },
    #[error(
        "Signature not yet current: {signed} is still later than {now} + {MAX_SKEW} s. Set the clock of the client right and sign again."
    )]
    FromTheFuture { signed: Timestamp, now: Timestamp },
    #[error("The header {0} is not signed. Name it in SignedHeaders.")]
    UnsignedHeader(String),
    #[error("The header {0} is signed but not there. A proxy may have removed it.")]
    MissingSignedHeader(String),
    #[error(
        "The header x-amz-content-sha256 is neither a SHA-256 in lower case nor a word that is known here."
    )]
    MalformedPayloadHash,
    #[error(
        "The body's SHA-256 is not that of x-amz-content-sha256. The body was changed on its way, or hashed wrongly."
    )]
    WrongPayloadHash,
    #[error(
        "Unsigned bodies are not accepted. Send the body's SHA-256 in x-amz-content-sha256, or leave the header out."
    )]
    UnsignedPayload,
    #[error(
        "This kind of streamed body is not supported. Send the body in one piece, or as STREAMING-AWS4-HMAC-SHA256-PAYLOAD without trailing headers."
    )]
    UnsupportedStreaming,
    #[error(
        "The access key is unknown or the signature does not match. Check access key id and secret, and that no proxy between changes Host, path or query."
    )]
    UnknownKeyOrWrongSignature,
    #[error(
        "The security token of the request is not the one of its access key. Use id, secret and token of the same session."
    )]
    WrongSessionToken,
    #[error("The session of the access key has ended. Get new temporary credentials.")]
    ExpiredSession,
    #[error("The body in chunks is refused: {0}.")]
    Chunk(#[from] ChunkError),
}

/// An error of AWS's protocol, for `x-amzn-errortype`.
///
/// All are "Common errors" of AWS's API references, which clients know without a service's model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AwsError {
    MissingAuthenticationToken,
    IncompleteSignature,
    /// Clients take it for a wrong clock: some set theirs after the `date` header of the answer and try again.
    InvalidSignature,
    /// Clients do not try again.
    UnrecognizedClient,
    ExpiredToken,
    MalformedHttpRequest,
    /// Clients wait and try again.
    Throttling,
}

impl Refusal {
    pub fn aws_error(&self) -> AwsError {
        match self {
            Refusal::NotSigned => AwsError::MissingAuthenticationToken,
            // A key id of a wrong form is as good as an unknown one.
            Refusal::Authorization(AuthorizationError::MalformedAccessKeyId(_))
            | Refusal::UnknownKeyOrWrongSignature
            | Refusal::WrongSessionToken => AwsError::UnrecognizedClient,
            Refusal::Presigned
            | Refusal::Authorization(_)
            | Refusal::MissingDate
            | Refusal::MalformedDate => AwsError::IncompleteSignature,
            Refusal::DateMismatch
            | Refusal::WrongService { .. }
            | Refusal::WrongRegion { .. }
            | Refusal::Expired { .. }
            | Refusal::FromTheFuture { .. }
            | Refusal::UnsignedHeader(_)
            | Refusal::MissingSignedHeader(_)
            | Refusal::WrongPayloadHash
            | Refusal::UnsignedPayload
            | Refusal::Chunk(ChunkError::WrongSignature(_)) => AwsError::InvalidSignature,
            Refusal::ExpiredSession => AwsError::ExpiredToken,
            Refusal::DuplicateHeader(_)
            | Refusal::TooManyHeaders(_)
            | Refusal::MalformedQuery
            | Refusal::MalformedPayloadHash
            | Refusal::UnsupportedStreaming
            | Refusal::Chunk(_) => AwsError::MalformedHttpRequest,
        }
    }
}

impl AwsError {
    pub fn name(self) -> &'static str {
        match self {
            AwsError::MissingAuthenticationToken => "MissingAuthenticationTokenException",
            AwsError::IncompleteSignature => "IncompleteSignatureException",
            AwsError::InvalidSignature => "InvalidSignatureException",
            AwsError::UnrecognizedClient => "UnrecognizedClientException",
            AwsError::ExpiredToken => "ExpiredTokenException",
            AwsError::MalformedHttpRequest => "MalformedHttpRequestException",
            AwsError::Throttling => "ThrottlingException",
        }
    }

    /// The status of the answer.
    pub fn status(self) -> u16 {
        match self {
            AwsError::MissingAuthenticationToken
            | AwsError::IncompleteSignature
            | AwsError::InvalidSignature
            | AwsError::UnrecognizedClient
            | AwsError::ExpiredToken => 403,
            AwsError::MalformedHttpRequest => 400,
            AwsError::Throttling => 429,
        }
    }
}
