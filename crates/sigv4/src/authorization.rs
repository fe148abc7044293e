//! The `Authorization` header of a signed request.
//!
//! ```text
//! AWS4-HMAC-SHA256 Credential=AKIA…/20150830/eu-west-1/inspector2/aws4_request, SignedHeaders=host;x-amz-date, Signature=…
//! ```
//!
//! The parts come in any order, with or without a blank after the comma, as clients differ. Everything else is read
//! as strictly as it was specified, so that one signature has one spelling.

use std::fmt;

use crate::access_key::{AccessKeyId, MalformedAccessKeyId};
use crate::signature::{ALGORITHM, Scope, Signature, TERMINATOR};
use crate::time::DATE_LENGTH;

/// Clients need some 400 bytes.
const MAX_LENGTH: usize = 4096;
const MAX_SIGNED_HEADERS: usize = 64;
/// The longest name of a region has 14 bytes, of a service some 30.
const MAX_SCOPE_PART: usize = 64;

/// The header, read but not believed.
#[derive(Clone, Debug)]
pub struct Authorization<'a> {
    pub credential: Credential<'a>,
    /// In lower case, sorted, each once.
    pub signed_headers: Vec<&'a str>,
    pub signature: Signature,
}

/// Who says to have signed, and for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credential<'a> {
    pub access_key_id: AccessKeyId,
    /// Eight digits: `20150830`.
    pub date: &'a str,
    pub region: &'a str,
    /// The signing name: `inspector2`.
    pub service: &'a str,
}

/// A part of the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Credential,
    SignedHeaders,
    Signature,
}

/// Why the header cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthorizationError {
    #[error("it is longer than {MAX_LENGTH} bytes")]
    TooLong,
    #[error("it has bytes that are not printable ASCII")]
    NotText,
    #[error("it does not begin with {ALGORITHM}, the only algorithm that is known here")]
    UnknownAlgorithm,
    #[error("a part between commas is none of Credential=, SignedHeaders= and Signature=")]
    UnknownPart,
    #[error("{0}= is missing")]
    MissingPart(Part),
    #[error("{0}= stands twice")]
    DuplicatePart(Part),
    #[error("the credential does not have the form KEY-ID/DATE/REGION/SERVICE/{TERMINATOR}")]
    MalformedCredential,
    #[error("the credential does not end in {TERMINATOR}")]
    WrongTerminator,
    #[error("the date in the credential is not eight digits")]
    MalformedDate,
    #[error("the region or service in the credential is empty, too long or has strange characters")]
    MalformedScope,
    #[error(transparent)]
    MalformedAccessKeyId(#[from] MalformedAccessKeyId),
    #[error("more than {MAX_SIGNED_HEADERS} headers are signed")]
    TooManySignedHeaders,
    #[error("the name of a signed header is empty, not in lower case or has strange characters")]
    MalformedHeaderName,
    #[error("the signed headers are not sorted, or one stands twice")]
    UnsortedHeaderNames,
    #[error("the signature is not 64 lower-case hexadecimal digits")]
    MalformedSignature,
}

impl<'a> Authorization<'a> {
    pub fn parse(header: &'a [u8]) -> Result<Self, AuthorizationError> {
        use AuthorizationError::{
            DuplicatePart, MissingPart, NotText, TooLong, UnknownAlgorithm, UnknownPart,
        };

        if header.len() > MAX_LENGTH {
            return Err(TooLong);
        }
        let text = std::str::from_utf8(header).map_err(|_| NotText)?;
        if text
            .bytes()
            .any(|byte| !matches!(byte, b'\t' | b' '..=b'~'))
        {
            return Err(NotText);
        }
        let text = text.trim_matches(BLANKS);
        let (algorithm, parts) = text.split_once(BLANKS).unwrap_or((text, ""));
        if algorithm != ALGORITHM {
            return Err(UnknownAlgorithm);
        }
        let (mut credential, mut signed_headers, mut signature) = (None, None, None);
        // A header that ends after the algorithm has no parts, not an unknown one.
        for part in parts.split(',').filter(|_| !parts.is_empty()) {
            let (name, value) = part
                .trim_matches(BLANKS)
                .split_once('=')
                .ok_or(UnknownPart)?;
            let (name, place) = match name {
                "Credential" => (Part::Credential, &mut credential),
                "SignedHeaders" => (Part::SignedHeaders, &mut signed_headers),
                "Signature" => (Part::Signature, &mut signature),
                _ => return Err(UnknownPart),
            };
            if place.replace(value).is_some() {
                return Err(DuplicatePart(name));
            }
        }
        let credential = credential.ok_or(MissingPart(Part::Credential))?;
        let signed_headers = signed_headers.ok_or(MissingPart(Part::SignedHeaders))?;
        let signature = signature.ok_or(MissingPart(Part::Signature))?;
        Ok(Authorization {
            credential: Credential::parse(credential)?,
            signed_headers: header_names(signed_headers)?,
            signature: Signature::parse(signature.as_bytes())
                .ok_or(AuthorizationError::MalformedSignature)?,
        })
    }
}

impl<'a> Credential<'a> {
    fn parse(text: &'a str) -> Result<Self, AuthorizationError> {
        use AuthorizationError::{
            MalformedCredential, MalformedDate, MalformedScope, WrongTerminator,
        };

        let mut parts = text.split('/');
        let mut next = || parts.next().ok_or(MalformedCredential);
        let (id, date, region, service, terminator) = (next()?, next()?, next()?, next()?, next()?);
        if parts.next().is_some() {
            return Err(MalformedCredential);
        }
        if terminator != TERMINATOR {
            return Err(WrongTerminator);
        }
        if date.len() != DATE_LENGTH || !date.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(MalformedDate);
        }
        if ![region, service].into_iter().all(is_scope_part) {
            return Err(MalformedScope);
        }
        Ok(Credential {
            access_key_id: id.parse()?,
            date,
            region,
            service,
        })
    }

    pub(crate) fn scope(&self) -> Scope<'a> {
        Scope {
            date: self.date,
            region: self.region,
            service: self.service,
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Part::Credential => "Credential",
            Part::SignedHeaders => "SignedHeaders",
            Part::Signature => "Signature",
        })
    }
}

const BLANKS: [char; 2] = [' ', '\t'];

/// Whether a region or service may be called so.
pub(crate) fn is_scope_part(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    (1..=MAX_SCOPE_PART).contains(&text.len()) && text.bytes().all(plain)
}

/// Whether a header may be called so: a token of RFC 9110 in lower case.
pub(crate) fn is_header_name(text: &str) -> bool {
    let token = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"!#$%&'*+-.^_`|~".contains(&byte)
    };
    !text.is_empty() && text.bytes().all(token)
}

fn header_names(text: &str) -> Result<Vec<&str>, AuthorizationError> {
    let names: Vec<_> = text.split(';').take(MAX_SIGNED_HEADERS + 1).collect();
    if names.len() > MAX_SIGNED_HEADERS {
        return Err(AuthorizationError::TooManySignedHeaders);
    }
    if !names.iter().all(|name| is_header_name(name)) {
        return Err(AuthorizationError::MalformedHeaderName);
    }
    if !names.is_sorted_by(|a, b| a < b) {
        return Err(AuthorizationError::UnsortedHeaderNames);
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CREDENTIAL: &str =
        "Credential=AKIAIOSFODNN7EXAMPLE/20150830/eu-west-1/inspector2/aws4_request";
    const HEADERS: &str = "SignedHeaders=content-type;host;x-amz-date";

    fn signature() -> String {
        format!("Signature={}", "0f".repeat(32))
    }

    fn error(header: &str) -> AuthorizationError {
        Authorization::parse(header.as_bytes()).expect_err(header)
    }

    #[test]
    fn parts_are_read_in_any_order_and_spacing() {
        let signature = signature();
        for header in [
            format!("{ALGORITHM} {CREDENTIAL}, {HEADERS}, {signature}"),
            format!("{ALGORITHM} {CREDENTIAL},{HEADERS},{signature}"),
            format!("  {ALGORITHM} \t {signature} ,\t{HEADERS} ,  {CREDENTIAL}  "),
        ] {
            let read = Authorization::parse(header.as_bytes()).expect("right");
            assert_eq!(
                read.credential.access_key_id.as_str(),
                "AKIAIOSFODNN7EXAMPLE"
            );
            assert_eq!(read.credential.date, "20150830");
            assert_eq!(read.credential.region, "eu-west-1");
            assert_eq!(read.credential.service, "inspector2");
            assert_eq!(read.signed_headers, ["content-type", "host", "x-amz-date"]);
            assert_eq!(read.signature.to_string(), "0f".repeat(32));
        }
    }

    #[test]
    fn each_mistake_has_its_own_error() {
        use AuthorizationError::*;
        let signature = signature();
        let with = |from: &str, to: &str| {
            let right = format!("{ALGORITHM} {CREDENTIAL}, {HEADERS}, {signature}");
            assert!(right.contains(from), "{from}");
            right.replacen(from, to, 1)
        };
        let many: Vec<_> = (100..165).map(|n| format!("x{n}")).collect();
        let cases = [
            (" ".repeat(5000), TooLong),
            (with("host", "hößt"), NotText),
            (with("host", "ho\u{7f}t"), NotText),
            (String::new(), UnknownAlgorithm),
            ("Bearer token".to_owned(), UnknownAlgorithm),
            (with("HMAC", "ECDSA-P256"), UnknownAlgorithm),
            (ALGORITHM.to_owned(), MissingPart(Part::Credential)),
            (format!("{ALGORITHM} ,"), UnknownPart),
            (with("Signature=", "Signed="), UnknownPart),
            (with("Signature=", "Signature "), UnknownPart),
            (with("Credential=", "credential="), UnknownPart),
            (
                with(&format!("{CREDENTIAL}, "), ""),
                MissingPart(Part::Credential),
            ),
            (
                with(&format!("{HEADERS}, "), ""),
                MissingPart(Part::SignedHeaders),
            ),
            (
                with(&format!(", {signature}"), ""),
                MissingPart(Part::Signature),
            ),
            (
                with(CREDENTIAL, &format!("{CREDENTIAL},{CREDENTIAL}")),
                DuplicatePart(Part::Credential),
            ),
            (
                with(&signature, &format!("{signature},{signature}")),
                DuplicatePart(Part::Signature),
            ),
            (with("/inspector2", ""), MalformedCredential),
            (with("/inspector2", "/inspector2/x"), MalformedCredential),
            (with("aws4_request", "aws5_request"), WrongTerminator),
            (with("20150830", "2015083O"), MalformedDate),
            (with("20150830", "201508300"), MalformedDate),
            (with("eu-west-1", ""), MalformedScope),
            (with("eu-west-1", "eu west"), MalformedScope),
            (with("eu-west-1", &"e".repeat(65)), MalformedScope),
            (
                with("AKIAIOSFODNN7EXAMPLE", "AKIA"),
                AuthorizationError::MalformedAccessKeyId(crate::MalformedAccessKeyId),
            ),
            (
                with("content-type;host;x-amz-date", &many.join(";")),
                TooManySignedHeaders,
            ),
            (with("host", "Host"), MalformedHeaderName),
            (with("host", ""), MalformedHeaderName),
            (with("host", "a b"), MalformedHeaderName),
            (with("content-type", "z"), UnsortedHeaderNames),
            (with("content-type", "host"), UnsortedHeaderNames),
            (with("0f", "0F"), MalformedSignature),
            (with("0f", "0"), MalformedSignature),
        ];
        for (header, expected) in cases {
            assert_eq!(error(&header), expected, "{header}");
        }
    }

    proptest! {
        #[test]
        fn no_header_panics(header in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = Authorization::parse(&header);
        }

        #[test]
        fn no_damaged_header_panics(at in 0_usize..220, with in prop::collection::vec(any::<u8>(), 0..4), length in 0_usize..4) {
            let mut header = format!("{ALGORITHM} {CREDENTIAL}, {HEADERS}, {}", signature()).into_bytes();
            let from = at.min(header.len());
            let to = (from + length).min(header.len());
            header.splice(from..to, with);
            if let Ok(read) = Authorization::parse(&header) {
                prop_assert!(read.signed_headers.is_sorted());
            }
        }
    }
}
