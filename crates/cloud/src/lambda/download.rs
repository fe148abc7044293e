//! Downloading a zip from the presigned URL that Lambda gives.
//!
//! The URL comes from a service, but is treated as if it did not: only `https` to AWS's object storage is fetched, no
//! redirect is followed, no credentials are sent along, and the bytes have to have the announced number and SHA-256.
//! The URL itself is a credential and appears nowhere; errors name its host.

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use secrecy::{ExposeSecret, SecretString};

use super::CodeHash;
use crate::error::{ErrorKind, printable};
use crate::failure::Failure;
use crate::http::Http;
use crate::settings::Settings;

/// What Lambda says the zip is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected {
    pub(super) hash: CodeHash,
    /// In bytes.
    pub(super) size: u64,
}

/// The domains of AWS's partitions.
const DOMAINS: [&str; 3] = [".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu"];
/// Of an error's body.
const MAX_ERROR: u64 = 16 << 10;

pub(super) async fn download(
    http: &Http,
    settings: &Settings,
    url: &SecretString,
    expected: Expected,
) -> Result<Vec<u8>, Failure> {
    let limit = settings.limits.package;
    if expected.size > limit {
        let message = format!("the zip has {} bytes, more than {limit}", expected.size);
        return Err(Failure::of(ErrorKind::TooLarge, message));
    }
    let location = Location::read(url.expose_secret())?;
    let named = |failure: Failure| Failure {
        message: format!("downloading from {}: {}", location.host, failure.text()),
        code: None,
        ..failure
    };
    let mut response = http
        .send(location.request(settings)?)
        .await
        .map_err(named)?;
    let body = response.take_body();
    if response.status().as_u16() != 200 {
        let body = http.read(body, MAX_ERROR).await.unwrap_or_default();
        let mut failure = Failure::from_head(&response);
        // Of S3's errors only the name: their details repeat parts of the URL.
        failure.message = s3_code(&body).unwrap_or_default();
        if (300..400).contains(&response.status().as_u16()) {
            failure.kind = Some(ErrorKind::ForeignUrl);
            failure.message = "a redirect, which is not followed".to_owned();
        }
        return Err(named(failure));
    }
    // One byte more than announced is enough to know that it is something else.
    let zip = match http.read(body, expected.size).await {
        Err(failure) if failure.kind() == ErrorKind::TooLarge => {
            let message = format!("more than the announced {} bytes", expected.size);
            return Err(named(Failure::of(ErrorKind::WrongHash, message)));
        }
        read => read.map_err(named)?,
    };
    if CodeHash::of(&zip) == expected.hash {
        Ok(zip)
    } else {
        let message = format!("{} bytes with another SHA-256 than announced", zip.len());
        Err(named(Failure::of(ErrorKind::WrongHash, message)))
    }
}

/// A URL that may be fetched, taken apart.
#[derive(Debug, PartialEq, Eq)]
struct Location<'u> {
    host: &'u str,
    /// Path and query, still encoded.
    rest: &'u str,
}

impl<'u> Location<'u> {
    fn read(url: &'u str) -> Result<Self, Failure> {
        let foreign = |host: &str| {
            let host = printable(host, 100);
            let message = format!("the code is said to be at {host:?}, which is not AWS's storage");
            Failure::of(ErrorKind::ForeignUrl, message)
        };
        let Some(after) = url.strip_prefix("https://") else {
            let scheme = url.split_once(':').map_or("", |(scheme, _)| scheme);
            return Err(foreign(scheme));
        };
        let end = after.find(['/', '?', '#']).unwrap_or(after.len());
        let (authority, rest) = after.split_at(end);
        let host = authority.strip_suffix(":443").unwrap_or(authority);
        let plain = host
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.');
        let storage = DOMAINS.iter().any(|domain| host.ends_with(domain))
            && host
                .split('.')
                .any(|label| label == "s3" || label.starts_with("s3-"));
        let clean = rest.starts_with('/')
            && !rest.contains('#')
            && rest.bytes().all(|b| b.is_ascii_graphic());
        if plain && storage && clean {
            Ok(Self { host, rest })
        } else {
            Err(foreign(host.rsplit('@').next().unwrap_or_default()))
        }
    }

    fn request(&self, settings: &Settings) -> Result<HttpRequest, Failure> {
        let Self { host, rest } = self;
        let url = match &settings.endpoint {
            Some(endpoint) => format!("{}{rest}", endpoint.trim_end_matches('/')),
            None => format!("https://{host}{rest}"),
        };
        let unusable = |_| Failure::of(ErrorKind::ForeignUrl, "the URL of the code is malformed");
        let mut request = HttpRequest::get(url).map_err(unusable)?;
        request
            .headers_mut()
            .try_insert("host", (*host).to_owned())
            .map_err(unusable)?;
        Ok(request)
    }
}

/// `NoSuchKey` of `<Error><Code>NoSuchKey</Code>…`.
fn s3_code(body: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?;
    let (_, rest) = text.split_once("<Code>")?;
    let (code, _) = rest.split_once("</Code>")?;
    Some(printable(code, 100))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_fetched_from_aws_storage() {
        for (url, host) in [
            (
                "https://awslambda-us-east-1-tasks.s3.us-east-1.amazonaws.com/snapshots/1/a-b?X-Amz-Signature=0",
                "awslambda-us-east-1-tasks.s3.us-east-1.amazonaws.com",
            ),
            (
                "https://prod-04-2014-layers.s3.amazonaws.com:443/snapshots/1",
                "prod-04-2014-layers.s3.amazonaws.com",
            ),
            (
                "https://awslambda-cn-north-1-tasks.s3.cn-north-1.amazonaws.com.cn/a",
                "awslambda-cn-north-1-tasks.s3.cn-north-1.amazonaws.com.cn",
            ),
        ] {
            assert_eq!(Location::read(url).expect(url).host, host);
        }
    }

    #[test]
    fn code_is_fetched_from_nowhere_else() {
        for url in [
            "",
            "s3://",
            "http://a.s3.us-east-1.amazonaws.com/a",
            "file:///etc/passwd",
            "https://169.254.169.254/latest/meta-data",
            "https://s3.amazonaws.com.evil.example/a",
            "https://evil.example/.s3.amazonaws.com",
            "https://evil.example#.s3.amazonaws.com/",
            "https://user@a.s3.amazonaws.com/a",
            "https://a.s3.amazonaws.com:8443/a",
            "https://a.s3.amazonaws.com",
            "https://a.s3.amazonaws.com/a b",
            "https://a.s3.amazonaws.com/a\r\nx: y",
            "https://ec2.us-east-1.amazonaws.com/a",
            "https://as3.amazonaws.com/a",
        ] {
            let failure = Location::read(url).expect_err(url);
            assert_eq!(failure.kind(), ErrorKind::ForeignUrl, "{url}");
            assert!(!failure.message.contains("user"), "{}", failure.message);
        }
    }

    #[test]
    fn an_error_of_the_storage_is_named_without_its_details() {
        let body = b"<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message>Request has expired</Message><X-Amz-Expires>600</X-Amz-Expires></Error>";
        assert_eq!(s3_code(body).as_deref(), Some("AccessDenied"));
        assert_eq!(s3_code(b"<html>"), None);
    }
}
