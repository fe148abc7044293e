//! AWS Signature Version 4, for the server that checks it and for the client that makes it; and how the secrets of
//! access keys are kept.
//!
//! A request of the AWS API carries an HMAC over itself (`canonical`), made with a key that is derived from the
//! secret of an access key (`signature`). [`Verifier`] makes it again and compares; [`Signer`] makes it for requests
//! of our own. HMAC needs the secret itself, a hash of it does not do, so [`vault`] encrypts secrets for the database.
//! [`ReplayWindow`] refuses what was seen before. The rules are those of "AWS Signature Version 4 for API requests" in
//! AWS's IAM user guide.
//!
//! What must stay true: everything here but [`vault::key_file`] is pure; time and randomness are parameters. No
//! request makes it panic, and the work is linear in the request. Secrets are compared in constant time, wiped when
//! dropped, and nothing prints them.
//!
//! # Why not `aws-sigv4`
//!
//! AWS's own crate signs as a client does; a server could sign each request again with it and compare. It falls short
//! as a verifier:
//!
//! * It reads the query as a form, replacing what is not UTF-8. `%FE` and `%FF` then have the same signature, and so do
//!   `+` and `%20`: one request could be changed into another. Here the decoded bytes are signed.
//! * It has no reader for bodies in signed chunks, and knows no `STREAMING-AWS4-HMAC-SHA256-PAYLOAD`.
//!
//! What remains of it are the hundred lines of `canonical`, for which it would bring dozens of crates, an asynchronous
//! runtime's among them. `examples/conformance.rs` runs ours against AWS's published vectors, `tests/vectors.rs` against
//! requests of AWS's client library.

mod access_key;
mod authorization;
mod canonical;
mod chunked;
mod hex;
mod payload;
mod refusal;
mod replay;
mod request;
mod sign;
mod signature;
mod time;
pub mod vault;
mod verify;

pub use access_key::{AccessKeyId, AccessKeyKind, MalformedAccessKeyId, generate_secret};
pub use authorization::{Authorization, AuthorizationError, Credential, Part};
pub use chunked::ChunkError;
pub use refusal::{AwsError, Refusal};
pub use replay::{Admission, NotAdmitted, ReplayWindow};
pub use request::Request;
pub use sign::{SignError, Signer};
pub use signature::Signature;
pub use verify::{Key, Keys, MAX_SKEW, Session, UnsignedPayload, Verified, Verifier};
