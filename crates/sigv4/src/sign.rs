//! Signing requests of our own, as a client of AWS or of another server of this kind.

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};

use crate::authorization::{is_header_name, is_scope_part};
use crate::canonical::{NotCanonical, canonical_request};
use crate::payload;
use crate::request::Request;
use crate::signature::{ALGORITHM, Scope, SigningKey, sha256_hex};
use crate::time::{self, DATE_LENGTH};

/// Set by [`Signer::sign`], whatever the request had.
const SET: [&str; 4] = [
    "authorization",
    payload::HEADER,
    "x-amz-date",
    "x-amz-security-token",
];
/// What proxies and HTTP libraries change on the way.
const NOT_SIGNED: [&str; 5] = [
    "connection",
    "expect",
    "transfer-encoding",
    "user-agent",
    "x-amzn-trace-id",
];

/// Whose requests are signed, and for what.
///
/// Not for S3, which encodes paths differently; and AWS folds empty segments, `.` and `..` of a path, which is not done
/// here: paths must have none.
#[derive(Clone, Debug)]
pub struct Signer {
    /// Any text: test servers have keys of other forms than AWS.
    pub access_key_id: String,
    pub secret: SecretString,
    /// For temporary keys.
    pub session_token: Option<SecretString>,
    pub region: String,
    /// The signing name: `securityhub`.
    pub service: String,
}

/// Why a request cannot be signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    #[error("the request to sign has no host header; set it to host and port of the URL")]
    MissingHost,
    #[error("the query of the request has a % without two hexadecimal digits; encode it")]
    MalformedQuery,
    #[error("the request has a header with a malformed name")]
    MalformedHeaderName,
    #[error("access key id, region or service has characters that cannot stand in a signature")]
    MalformedScope,
}

impl Signer {
    /// The headers to set, in place of ones with the same name.
    ///
    /// All headers of the request are signed but those that change on the way. Sign again for each attempt, with the
    /// time of that attempt. The values are credentials: do not log them.
    pub fn sign(
        &self,
        request: &Request<'_>,
        now: Timestamp,
    ) -> Result<Vec<(&'static str, String)>, SignError> {
        let parts = [&self.access_key_id, &self.region, &self.service];
        if !parts.into_iter().all(|part| is_scope_part(part)) {
            return Err(SignError::MalformedScope);
        }
        let date = time::format(now);
        let hash = sha256_hex(request.body);
        let mut set = vec![
            ("x-amz-date", date.clone()),
            (payload::HEADER, hash.clone()),
        ];
        if let Some(token) = &self.session_token {
            set.push(("x-amz-security-token", token.expose_secret().to_owned()));
        }

        let kept = request.headers.iter().copied().filter(|(name, _)| {
            let mut others = SET.iter().chain(&NOT_SIGNED);
            !others.any(|other| name.eq_ignore_ascii_case(other))
        });
        let headers: Vec<_> = kept
            .chain(set.iter().map(|(name, value)| (*name, value.as_bytes())))
            .collect();
        let mut names: Vec<_> = headers
            .iter()
            .map(|(name, _)| name.to_ascii_lowercase())
            .collect();
        names.sort_unstable();
        names.dedup();
        if !names.iter().all(|name| is_header_name(name)) {
            return Err(SignError::MalformedHeaderName);
        }
        if !names.iter().any(|name| name == "host") {
            return Err(SignError::MissingHost);
        }
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        let signed = Request {
            headers: &headers,
            ..*request
        };
        let canonical =
            canonical_request(&signed, &names, &hash).map_err(|reason| match reason {
                NotCanonical::MissingHeader(_) => SignError::MalformedHeaderName,
                NotCanonical::MalformedQuery => SignError::MalformedQuery,
            })?;

        let scope = Scope {
            date: &date[..DATE_LENGTH],
            region: &self.region,
            service: &self.service,
        };
        let signature = SigningKey::derive(&self.secret, &date, scope).sign(&canonical);
        let (id, names) = (&self.access_key_id, names.join(";"));
        let authorization = format!(
            "{ALGORITHM} Credential={id}/{scope}, SignedHeaders={names}, Signature={signature}"
        );
        set.push(("authorization", authorization));
        Ok(set)
    }
}
