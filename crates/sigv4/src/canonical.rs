//! The one text that client and server make of a request, whose hash is signed.
//!
//! "Create a signed AWS API request" in AWS's IAM user guide, with the path encoded once more than it came (`%3A`
//! becomes `%253A`), as every service but S3 wants it. Two requests have the same text only if the API cannot tell
//! them apart: the query counts by its decoded bytes, sorted; runs of blanks in header values count as one.

use crate::hex;
use crate::request::Request;

/// Why a request has no canonical form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NotCanonical {
    /// It was to be signed and is not there.
    MissingHeader(String),
    /// A `%` without two digits.
    MalformedQuery,
}

/// `signed_headers` are in lower case and sorted; `payload` is the hash of the body or a word that stands for it.
pub(crate) fn canonical_request(
    request: &Request<'_>,
    signed_headers: &[&str],
    payload: &str,
) -> Result<Vec<u8>, NotCanonical> {
    let mut text = Vec::with_capacity(1024);
    text.extend_from_slice(request.method.as_bytes());
    text.push(b'\n');
    let path = if request.path.is_empty() {
        "/"
    } else {
        request.path
    };
    encode(path.as_bytes(), b"/", &mut text);
    text.push(b'\n');
    query(request.query, &mut text)?;
    text.push(b'\n');
    for &name in signed_headers {
        text.extend_from_slice(name.as_bytes());
        text.push(b':');
        header(request, name, &mut text)?;
        text.push(b'\n');
    }
    text.push(b'\n');
    text.extend_from_slice(signed_headers.join(";").as_bytes());
    text.push(b'\n');
    text.extend_from_slice(payload.as_bytes());
    Ok(text)
}

/// The decoded bytes of a name or value in a query; `None` if a `%` has no two digits after it.
pub(crate) fn percent_decode(text: &[u8]) -> Option<Vec<u8>> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(&byte) = rest.next() {
        decoded.push(match byte {
            b'%' => hex::digit(*rest.next()?)? << 4 | hex::digit(*rest.next()?)?,
            _ => byte,
        });
    }
    Some(decoded)
}

fn query(query: &str, text: &mut Vec<u8>) -> Result<(), NotCanonical> {
    if query.is_empty() {
        return Ok(());
    }
    let recode = |part: &str| {
        let decoded = percent_decode(part.as_bytes()).ok_or(NotCanonical::MalformedQuery)?;
        let mut encoded = Vec::with_capacity(part.len());
        encode(&decoded, b"", &mut encoded);
        Ok(encoded)
    };
    let mut pairs = query
        .split('&')
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((recode(name)?, recode(value)?))
        })
        .collect::<Result<Vec<_>, _>>()?;
    pairs.sort_unstable();
    for (at, (name, value)) in pairs.iter().enumerate() {
        if at > 0 {
            text.push(b'&');
        }
        text.extend_from_slice(name);
        text.push(b'=');
        text.extend_from_slice(value);
    }
    Ok(())
}

/// All values of one header, without blanks around them and with single ones inside.
fn header(request: &Request<'_>, name: &str, text: &mut Vec<u8>) -> Result<(), NotCanonical> {
    let mut found = false;
    for value in request.values(name) {
        if found {
            text.push(b',');
        }
        found = true;
        let words = value
            .split(u8::is_ascii_whitespace)
            .filter(|word| !word.is_empty());
        for (at, word) in words.enumerate() {
            if at > 0 {
                text.push(b' ');
            }
            text.extend_from_slice(word);
        }
    }
    found
        .then_some(())
        .ok_or_else(|| NotCanonical::MissingHeader(name.to_owned()))
}

/// Percent-encodes everything but what RFC 3986 calls unreserved, and `also`.
fn encode(bytes: &[u8], also: &[u8], text: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || also.contains(&byte) {
            text.push(byte);
        } else {
            let (high, low) = (usize::from(byte >> 4), usize::from(byte & 15));
            text.extend_from_slice(&[b'%', DIGITS[high], DIGITS[low]]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(path: &str, query: &str, headers: &[(&str, &[u8])], signed: &[&str]) -> String {
        let request = Request {
            method: "GET",
            path,
            query,
            headers,
            body: b"",
        };
        let text = canonical_request(&request, signed, "HASH").expect("canonical");
        String::from_utf8(text).expect("UTF-8")
    }

    #[test]
    fn path_is_encoded_once_more_and_not_folded() {
        let text = of("/tags/arn%3Aaws%2Fx//../é", "", &[], &[]);
        assert_eq!(
            text.lines().nth(1),
            Some("/tags/arn%253Aaws%252Fx//../%C3%A9")
        );
        assert_eq!(of("", "", &[], &[]).lines().nth(1), Some("/"));
    }

    #[test]
    fn query_is_decoded_encoded_and_sorted() {
        let of = |query| of("/", query, &[], &[]).lines().nth(2).map(str::to_owned);
        assert_eq!(
            of("b=1&a=%7e&a=c/d&B"),
            Some("B=&a=c%2Fd&a=~&b=1".to_owned())
        );
        assert_eq!(of("a=b=c"), Some("a=b%3Dc".to_owned()));
        assert_eq!(of("a=1+2%202"), Some("a=1%2B2%202".to_owned()));
        assert_ne!(of("a=%FE"), of("a=%FF"));
        assert_ne!(of("a=+"), of("a=%20"));
    }

    #[test]
    fn query_with_a_lone_percent_has_no_form() {
        for query in ["a=%", "a=%1", "%zz", "a=%1%"] {
            let request = Request {
                method: "GET",
                path: "/",
                query,
                headers: &[],
                body: b"",
            };
            assert_eq!(
                canonical_request(&request, &[], ""),
                Err(NotCanonical::MalformedQuery)
            );
        }
    }

    #[test]
    fn header_values_are_trimmed_and_joined_in_order() {
        let headers: [(&str, &[u8]); 3] = [("X-A", b" b \t  c "), ("host", b"h"), ("x-a", b"a")];
        assert_eq!(
            of("/", "", &headers, &["host", "x-a"]),
            "GET\n/\n\nhost:h\nx-a:b c,a\n\nhost;x-a\nHASH"
        );
    }

    #[test]
    fn signed_header_that_is_not_there_has_no_form() {
        let request = Request {
            method: "GET",
            path: "/",
            query: "",
            headers: &[],
            body: b"",
        };
        assert_eq!(
            canonical_request(&request, &["host"], ""),
            Err(NotCanonical::MissingHeader("host".to_owned()))
        );
    }
}
