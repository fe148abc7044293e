//! Which operation a request is for.
//!
//! Paths are compared as they came, still encoded; only what a segment means is decoded. Methods and paths are those of the
//! models of the services.

mod hub;
mod inspector;

use axum::http::Method;
use percent_encoding::percent_decode_str;

use crate::asked::{Asked, Service};

/// Where a request leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// An operation that is served, with the ARN of its path.
    Served(Asked, Option<String>),
    /// An operation that the service has and this server does not.
    NotServed(NotServed),
    /// Nothing.
    Unknown,
}

/// An operation that is not served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotServed {
    pub(crate) name: &'static str,
    pub(crate) refusal: Refusal,
}

/// The error of an operation's model that says so best.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    AccessDenied,
    InvalidInput,
    InvalidAccess,
    Validation,
}

/// The route of a service, a method and a raw path.
pub(crate) fn route(service: Service, method: &Method, path: &str) -> Route {
    match service {
        Service::Inspector => inspector::route(method, path),
        Service::SecurityHub => hub::route(method, path),
        Service::Shindan => Route::Unknown,
    }
}

/// The pairs of a query, decoded; a `+` is a plus, as the signature takes it.
pub(crate) fn query(raw: &str) -> Option<Vec<(String, String)>> {
    raw.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decoded(name)?, decoded(value)?))
        })
        .collect()
}

fn decoded(text: &str) -> Option<String> {
    Some(percent_decode_str(text).decode_utf8().ok()?.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read_as_it_was_signed() {
        let pairs = query("tagKeys=a%20b&tagKeys=c%2Fd&x=1+1&y").expect("reads");
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect();
        assert_eq!(
            pairs,
            [
                ("tagKeys", "a b"),
                ("tagKeys", "c/d"),
                ("x", "1+1"),
                ("y", "")
            ]
        );
        assert!(query("a=%FF").is_none());
    }
}
