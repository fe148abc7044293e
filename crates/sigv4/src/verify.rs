//! Letting requests in: everything that must hold before one is believed.

use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use crate::access_key::AccessKeyId;
use crate::authorization::Authorization;
use crate::canonical::{NotCanonical, canonical_request, percent_decode};
use crate::chunked::{self, ChunkError};
use crate::payload::{self, Payload};
use crate::refusal::Refusal;
use crate::request::Request;
use crate::signature::{Signature, SigningKey};
use crate::time;

/// How many seconds the clock of a client may be wrong, either way. AWS allows as much.
pub const MAX_SKEW: i64 = 300;
/// Each signed header is looked for among all, so their number is bounded.
const MAX_HEADERS: usize = 256;

/// What requests must be signed for.
#[derive(Clone, Debug)]
pub struct Verifier {
    /// Signing names, as `inspector2`.
    pub services: Vec<String>,
    /// `None` accepts any region.
    pub regions: Option<Vec<String>>,
    pub unsigned_payload: UnsignedPayload,
}

/// Whether `UNSIGNED-PAYLOAD` is accepted, by which a client leaves a body's integrity to TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnsignedPayload {
    #[default]
    Refuse,
    Accept,
}

/// Where secrets come from. Any function from an id to a key is one.
pub trait Keys {
    /// The key, or `None` if it is unknown or disabled, which a client cannot tell apart from a wrong signature.
    ///
    /// A lookup should take the same time either way. Where it has to wait for a database,
    /// [`Authorization::parse`] tells the id beforehand, and a closure gives the key that was found.
    fn find(&self, id: &AccessKeyId) -> Option<Key>;
}

/// The secret part of an access key.
#[derive(Clone, Debug)]
pub struct Key {
    pub secret: SecretString,
    /// Temporary keys have one.
    pub session: Option<Session>,
}

/// What a temporary key is good for.
#[derive(Clone, Debug)]
pub struct Session {
    pub token: SecretString,
    /// The first moment at which it is not good any more.
    pub expires: Timestamp,
}

/// Who sent a request, proven.
#[derive(Clone)]
pub struct Verified<'a> {
    pub access_key_id: AccessKeyId,
    pub region: String,
    pub service: String,
    pub signed_at: Timestamp,
    pub signature: Signature,
    /// Without the frames of chunks; the `content-encoding` `aws-chunked` has been dealt with.
    pub body: Cow<'a, [u8]>,
}

impl fmt::Debug for Verified<'_> {
    /// Without the body, which is the user's data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("access_key_id", &self.access_key_id)
            .field("region", &self.region)
            .field("service", &self.service)
            .field("signed_at", &self.signed_at)
            .finish_non_exhaustive()
    }
}

impl<F: Fn(&AccessKeyId) -> Option<Key>> Keys for F {
    fn find(&self, id: &AccessKeyId) -> Option<Key> {
        self(id)
    }
}

impl Verifier {
    /// Whether the request is what the owner of a key signed, for this service, just now.
    ///
    /// What anyone can see to be wrong is refused first and by name. Then the same work is done whether the key is
    /// known or not, and the outcome does not tell. Only who has proven to own the key hears about its session.
    pub fn verify<'a>(
        &self,
        request: &Request<'a>,
        keys: &impl Keys,
        now: Timestamp,
    ) -> Result<Verified<'a>, Refusal> {
        if request.headers.len() > MAX_HEADERS {
            return Err(Refusal::TooManyHeaders(MAX_HEADERS));
        }
        if is_presigned(request.query) {
            return Err(Refusal::Presigned);
        }
        let header = single(request, "authorization")?.ok_or(Refusal::NotSigned)?;
        let authorization = Authorization::parse(header)?;
        let credential = authorization.credential;
        self.check_scope(credential.service, credential.region)?;
        let (date, signed_at) = check_date(request, credential.date, now)?;
        check_signed_headers(request, &authorization.signed_headers)?;
        let payload = self.check_payload(request)?;
        let canonical =
            canonical_request(request, &authorization.signed_headers, &payload.canonical())?;

        let found = keys.find(&credential.access_key_id);
        let known = Choice::from(u8::from(found.is_some()));
        let key = found.unwrap_or_else(unknown_key);
        let signing_key = SigningKey::derive(&key.secret, date, credential.scope());
        let right = signing_key
            .sign(&canonical)
            .matches(&authorization.signature);
        if !bool::from(known & right) {
            return Err(Refusal::UnknownKeyOrWrongSignature);
        }

        let token = single(request, "x-amz-security-token")?;
        check_session(key.session.as_ref(), token, now)?;
        let body = match payload {
            Payload::SignedChunks => {
                let body = chunked::decode(request.body, &signing_key, authorization.signature)?;
                check_decoded_length(request, body.len())?;
                Cow::Owned(body)
            }
            _ => Cow::Borrowed(request.body),
        };
        Ok(Verified {
            access_key_id: credential.access_key_id,
            region: credential.region.to_owned(),
            service: credential.service.to_owned(),
            signed_at,
            signature: authorization.signature,
            body,
        })
    }

    fn check_scope(&self, service: &str, region: &str) -> Result<(), Refusal> {
        if !self.services.iter().any(|known| known == service) {
            return Err(Refusal::WrongService {
                given: service.to_owned(),
                expected: self.services.join(" or "),
            });
        }
        match &self.regions {
            Some(regions) if !regions.iter().any(|known| known == region) => {
                Err(Refusal::WrongRegion {
                    given: region.to_owned(),
                    expected: regions.join(" or "),
                })
            }
            _ => Ok(()),
        }
    }

    fn check_payload(&self, request: &Request<'_>) -> Result<Payload, Refusal> {
        let hash = || Sha256::digest(request.body).into();
        let Some(value) = single(request, payload::HEADER)? else {
            return Ok(Payload::Hash(hash()));
        };
        let payload = Payload::parse(value)?;
        match payload {
            Payload::Hash(given) if given != hash() => Err(Refusal::WrongPayloadHash),
            Payload::Unsigned if self.unsigned_payload == UnsignedPayload::Refuse => {
                Err(Refusal::UnsignedPayload)
            }
            Payload::Hash(_) | Payload::Unsigned | Payload::SignedChunks => Ok(payload),
        }
    }
}

impl From<NotCanonical> for Refusal {
    fn from(reason: NotCanonical) -> Self {
        match reason {
            NotCanonical::MissingHeader(name) => Refusal::MissingSignedHeader(name),
            NotCanonical::MalformedQuery => Refusal::MalformedQuery,
        }
    }
}

/// The key that nobody has, of the form that keys have.
fn unknown_key() -> Key {
    Key {
        secret: SecretString::from("0".repeat(40)),
        session: None,
    }
}

/// The value of a header that may stand once.
fn single<'a>(request: &Request<'a>, name: &'static str) -> Result<Option<&'a [u8]>, Refusal> {
    let mut values = request.values(name);
    let value = values.next();
    match values.next() {
        Some(_) => Err(Refusal::DuplicateHeader(name)),
        None => Ok(value),
    }
}

/// Whether the query has what only presigned requests have there.
fn is_presigned(query: &str) -> bool {
    const NAMES: [&str; 3] = ["x-amz-signature", "x-amz-algorithm", "x-amz-credential"];
    query.split('&').any(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        percent_decode(name.as_bytes()).is_some_and(|name| {
            NAMES
                .iter()
                .any(|known| name.eq_ignore_ascii_case(known.as_bytes()))
        })
    })
}

/// The time of signing, as text and as time, if it is now and on the credential's day.
fn check_date<'a>(
    request: &Request<'a>,
    credential_date: &str,
    now: Timestamp,
) -> Result<(&'a str, Timestamp), Refusal> {
    let value = single(request, "x-amz-date")?.ok_or(Refusal::MissingDate)?;
    let signed = time::parse(value).ok_or(Refusal::MalformedDate)?;
    let text = std::str::from_utf8(value).map_err(|_| Refusal::MalformedDate)?;
    if !text.starts_with(credential_date) {
        return Err(Refusal::DateMismatch);
    }
    let age = now.as_second().saturating_sub(signed.as_second());
    if age > MAX_SKEW {
        return Err(Refusal::Expired { signed, now });
    }
    if age < -MAX_SKEW {
        return Err(Refusal::FromTheFuture { signed, now });
    }
    Ok((text, signed))
}

/// What must be signed is: `host`, without which a request could be sent to another server, and all that AWS gives a
/// meaning.
fn check_signed_headers(request: &Request<'_>, signed: &[&str]) -> Result<(), Refusal> {
    single(request, "host")?;
    let is_signed = |name: &str| signed.binary_search(&name).is_ok();
    if !is_signed("host") {
        return Err(Refusal::UnsignedHeader("host".to_owned()));
    }
    for (name, _) in request.headers {
        let name = name.to_ascii_lowercase();
        if name.starts_with("x-amz-") && !is_signed(&name) {
            return Err(Refusal::UnsignedHeader(name));
        }
    }
    Ok(())
}

fn check_session(
    session: Option<&Session>,
    token: Option<&[u8]>,
    now: Timestamp,
) -> Result<(), Refusal> {
    match (session, token) {
        (None, None) => Ok(()),
        (Some(session), Some(token)) => {
            // Hashes have the same length, whatever the tokens have.
            let expected = Sha256::digest(session.token.expose_secret());
            let given = Sha256::digest(token);
            if !bool::from(expected.as_slice().ct_eq(given.as_slice())) {
                return Err(Refusal::WrongSessionToken);
            }
            if now >= session.expires {
                return Err(Refusal::ExpiredSession);
            }
            Ok(())
        }
        (None, Some(_)) | (Some(_), None) => Err(Refusal::WrongSessionToken),
    }
}

fn check_decoded_length(request: &Request<'_>, length: usize) -> Result<(), Refusal> {
    let given = single(request, "x-amz-decoded-content-length")?;
    match given {
        Some(given) if given != length.to_string().as_bytes() => {
            Err(ChunkError::WrongLength.into())
        }
        _ => Ok(()),
    }
}
