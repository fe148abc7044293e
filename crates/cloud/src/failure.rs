//! One attempt that failed: what was seen of it, and what that means.
//!
//! SDK clients and signed JSON requests fail in different types; both become a [`Failure`], so that there is one place
//! that decides what is an expired credential, a proxy's page, or a reason to wait.

use std::error::Error;
use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{ConnectorError, SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use jiff::fmt::rfc2822;
use shindan_inspector::Timestamp;

use crate::error::{CloudError, ErrorKind, printable};

/// What was seen of an attempt that failed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Failure {
    /// HTTP status, if there was an answer.
    pub(crate) status: Option<u16>,
    /// The name of the error: `ThrottlingException`.
    pub(crate) code: Option<String>,
    pub(crate) message: String,
    /// What the answer asks to wait.
    pub(crate) retry_after: Option<Duration>,
    /// The time by the clock of who answered.
    pub(crate) date: Option<Timestamp>,
    pub(crate) request_id: Option<String>,
    /// What is known without code and status.
    pub(crate) kind: Option<ErrorKind>,
}

impl Failure {
    /// A failure that was decided here, not by the service.
    pub(crate) fn of(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind: Some(kind),
            message: message.into(),
            ..Self::default()
        }
    }

    /// What the head of an answer says.
    pub(crate) fn from_head(response: &HttpResponse) -> Self {
        let header = |name: &str| response.headers().get(name);
        let html = header("content-type").is_some_and(|kind| kind.contains("html"));
        Self {
            status: Some(response.status().as_u16()),
            // `Retry-After` may also be a date, which no service of AWS sends.
            retry_after: header("retry-after")
                .and_then(|seconds| seconds.trim().parse().ok())
                .map(Duration::from_secs),
            date: header("date").and_then(http_date),
            request_id: header("x-amzn-requestid")
                .or_else(|| header("x-amz-request-id"))
                .map(|id| printable(id, 100)),
            kind: html.then_some(ErrorKind::NotTheService),
            ..Self::default()
        }
    }

    /// What the SDK says. Services put text into errors, credentials do not get there.
    pub(crate) fn from_sdk<E>(error: SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        match error {
            SdkError::ServiceError(context) => {
                let mut failure = Self::from_head(context.raw());
                if failure.kind.is_none() {
                    let meta = context.err().meta();
                    failure.code = meta.code().map(str::to_owned);
                    failure.message = meta.message().unwrap_or_default().to_owned();
                }
                failure.with_snippet(context.raw())
            }
            SdkError::ResponseError(context) => {
                let mut failure = Self::from_head(context.raw());
                failure.kind = Some(ErrorKind::NotTheService);
                failure.with_snippet(context.raw())
            }
            SdkError::TimeoutError(_) => Self::of(ErrorKind::Timeout, ""),
            SdkError::DispatchFailure(failure) => failure.as_connector_error().map_or_else(
                || Self::of(ErrorKind::Unreachable, "the request could not be sent"),
                Self::from_connector,
            ),
            other => Self::of(
                ErrorKind::Other,
                other
                    .into_source()
                    .map_or_else(|same| same.to_string(), |source| chain(source.as_ref())),
            ),
        }
    }

    /// What the connection says.
    pub(crate) fn from_connector(error: &ConnectorError) -> Self {
        let message = chain(error);
        let kind = if error.is_timeout() {
            ErrorKind::Timeout
        } else if message.contains("dns error") {
            ErrorKind::NoSuchHost
        } else {
            ErrorKind::Unreachable
        };
        Self::of(kind, message)
    }

    /// The beginning of a page that is not the service's helps to see whose it is.
    fn with_snippet(mut self, response: &HttpResponse) -> Self {
        if self.kind == Some(ErrorKind::NotTheService) {
            self.message = snippet(response.body().bytes().unwrap_or_default());
        }
        self
    }

    /// What it means.
    pub(crate) fn kind(&self) -> ErrorKind {
        if let Some(kind) = self.kind {
            return match (kind, self.status) {
                // A proxy or load balancer in front of the service that is down for the moment.
                (ErrorKind::NotTheService, Some(429 | 502..=504)) => ErrorKind::Unavailable,
                _ => kind,
            };
        }
        if let Some(kind) = self.code.as_deref().and_then(kind_of_code) {
            let says = |text| self.message.contains(text);
            return match kind {
                // "Lambda code scanning is not supported in ap-south-1".
                ErrorKind::AccessDenied if says("is not supported in") => ErrorKind::NotInRegion,
                ErrorKind::CredentialsRefused if says("expired") && says("Signature") => {
                    ErrorKind::ClockSkew
                }
                // A server that stands in for other services of AWS.
                ErrorKind::CredentialsRefused if says("The credential is for the service") => {
                    ErrorKind::NotTheService
                }
                ErrorKind::CredentialsRefused if says("Signature not yet current") => {
                    ErrorKind::ClockSkew
                }
                kind => kind,
            };
        }
        match self.status {
            Some(429) => ErrorKind::Throttled,
            Some(408) => ErrorKind::Timeout,
            Some(500..=599) => ErrorKind::Unavailable,
            Some(403) => ErrorKind::AccessDenied,
            Some(404) => ErrorKind::NotFound,
            Some(400..=499) => ErrorKind::Invalid,
            _ => ErrorKind::Other,
        }
    }

    /// The code, where a caller has to tell errors of one kind apart.
    pub(crate) fn text(&self) -> String {
        let message = printable(&self.message, CloudError::MAX_MESSAGE);
        match (&self.code, message.is_empty()) {
            (Some(code), false) => {
                printable(&format!("{code}: {message}"), CloudError::MAX_MESSAGE)
            }
            (Some(code), true) => printable(code, CloudError::MAX_MESSAGE),
            (None, true) => self
                .status
                .map_or_else(String::new, |status| format!("HTTP status {status}")),
            (None, false) => message,
        }
    }
}

/// The names that AWS's services have for the errors that are treated here.
fn kind_of_code(code: &str) -> Option<ErrorKind> {
    Some(match code {
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" | "TokenRefreshRequired" => {
            ErrorKind::CredentialsExpired
        }
        "UnrecognizedClientException"
        | "InvalidClientTokenId"
        | "InvalidAccessKeyId"
        | "InvalidSignatureException"
        | "SignatureDoesNotMatch"
        | "AuthFailure"
        | "IncompleteSignature"
        | "IncompleteSignatureException"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException" => ErrorKind::CredentialsRefused,
        "RequestTimeTooSkewed" | "RequestInTheFuture" => ErrorKind::ClockSkew,
        "AccessDenied"
        | "AccessDeniedException"
        | "UnauthorizedOperation"
        | "AuthorizationError"
        | "NotAuthorized"
        | "OptInRequired" => ErrorKind::AccessDenied,
        "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "RequestThrottled"
        | "RequestThrottledException"
        | "TooManyRequestsException"
        | "RequestLimitExceeded"
        | "LimitExceededException"
        | "BandwidthLimitExceeded"
        | "SlowDown"
        | "PriorRequestNotComplete"
        | "EC2ThrottledException"
        | "KMSThrottlingException" => ErrorKind::Throttled,
        "InternalServerException"
        | "InternalServerError"
        | "InternalException"
        | "InternalFailure"
        | "InternalError"
        | "ServiceException"
        | "ServiceUnavailable"
        | "ServiceUnavailableException"
        | "InternalServiceError" => ErrorKind::Unavailable,
        "RequestTimeout" | "RequestTimeoutException" => ErrorKind::Timeout,
        "InvalidAccessException" => ErrorKind::NotEnabled,
        "AWSOrganizationsNotInUseException" => ErrorKind::NoOrganization,
        "ResourceNotFoundException"
        | "QueueDoesNotExist"
        | "NonExistentQueue"
        | "AWS.SimpleQueueService.NonExistentQueue"
        | "AccountNotFoundException"
        | "NoSuchKey"
        | "NoSuchBucket" => ErrorKind::NotFound,
        "ConflictException" | "ResourceConflictException" | "ResourceInUseException" => {
            ErrorKind::Conflict
        }
        "ValidationException"
        | "ValidationError"
        | "BadRequestException"
        | "InvalidInputException"
        | "InvalidParameterValueException"
        | "InvalidParameterValue"
        | "ServiceQuotaExceededException"
        | "UnknownOperationException"
        | "InvalidAction" => ErrorKind::Invalid,
        _ => return None,
    })
}

/// The beginning of a body, without tags: `<title>Login</title>` is what a reader needs to see.
pub(crate) fn snippet(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(2000)]);
    let mut inside = false;
    let text: String = text
        .chars()
        .filter_map(|c| match c {
            '<' => {
                inside = true;
                Some(' ')
            }
            '>' => {
                inside = false;
                None
            }
            _ if inside => None,
            c => Some(c),
        })
        .collect();
    let words: Vec<_> = text.split_whitespace().collect();
    printable(&words.join(" "), 200)
}

/// An error with its causes: the outermost alone often says no more than "dispatch failure".
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut texts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next.filter(|_| texts.len() < 8) {
        let text = error.to_string();
        if texts.last().is_none_or(|last| !last.contains(&text)) {
            texts.push(text);
        }
        next = error.source();
    }
    texts.join(": ")
}

/// The header `Date`: `Sun, 29 Nov 2026 17:00:00 GMT`.
fn http_date(text: &str) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new()
        .parse_timestamp(text.trim())
        .ok()
        .map(|time| Timestamp::from_millis(time.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coded(code: &str, message: &str) -> ErrorKind {
        Failure {
            status: Some(400),
            code: Some(code.to_owned()),
            message: message.to_owned(),
            ..Failure::default()
        }
        .kind()
    }

    fn status(status: u16) -> ErrorKind {
        Failure {
            status: Some(status),
            ..Failure::default()
        }
        .kind()
    }

    #[test]
    fn the_code_says_more_than_the_status() {
        assert_eq!(coded("ThrottlingException", ""), ErrorKind::Throttled);
        assert_eq!(
            coded("ExpiredTokenException", ""),
            ErrorKind::CredentialsExpired
        );
        assert_eq!(coded("NeverHeardOf", ""), ErrorKind::Invalid);
    }

    #[test]
    fn without_a_code_the_status_counts() {
        for (code, kind) in [
            (429, ErrorKind::Throttled),
            (503, ErrorKind::Unavailable),
            (403, ErrorKind::AccessDenied),
            (404, ErrorKind::NotFound),
            (418, ErrorKind::Invalid),
        ] {
            assert_eq!(status(code), kind, "{code}");
        }
    }

    #[test]
    fn a_signature_of_another_time_is_the_clocks_fault_and_not_the_keys() {
        let expired = "Signature expired: 20261129T165000Z is now earlier than 20261129T170000Z";
        assert_eq!(
            coded("InvalidSignatureException", expired),
            ErrorKind::ClockSkew
        );
        let wrong = "The request signature we calculated does not match";
        assert_eq!(
            coded("InvalidSignatureException", wrong),
            ErrorKind::CredentialsRefused
        );
    }

    #[test]
    fn a_region_without_code_scanning_is_no_missing_permission() {
        let message = "Lambda code scanning is not supported in ap-south-1";
        assert_eq!(
            coded("AccessDeniedException", message),
            ErrorKind::NotInRegion
        );
    }

    #[test]
    fn a_gateways_page_is_waited_out_and_a_login_page_is_not() {
        let page = |status| Failure {
            status: Some(status),
            kind: Some(ErrorKind::NotTheService),
            ..Failure::default()
        };
        assert_eq!(page(503).kind(), ErrorKind::Unavailable);
        assert_eq!(page(200).kind(), ErrorKind::NotTheService);
        assert_eq!(page(407).kind(), ErrorKind::NotTheService);
    }

    #[test]
    fn a_snippet_shows_the_words_of_a_page() {
        let page = b"<!doctype html><html><title>Proxy login</title>\n<p>Who are you?";
        assert_eq!(snippet(page), "Proxy login Who are you?");
    }

    #[test]
    fn the_date_header_is_read() {
        let date = http_date("Sun, 29 Nov 2026 17:00:00 GMT").expect("a date");
        assert_eq!(date.as_millis(), 1_795_971_600_000);
        assert_eq!(http_date("yesterday"), None);
    }
}
