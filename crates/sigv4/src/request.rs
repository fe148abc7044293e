//! What of an HTTP request is signed.

use std::fmt;

/// An HTTP request as it came over the wire, or as it will go.
///
/// Nothing may have been decoded or normalised: the signature is over the raw text, and `%2F` in a path is not `/`.
/// A proxy that rewrites `Host` or decodes the path breaks every signature.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    pub method: &'a str,
    /// Still percent-encoded, beginning with `/`.
    pub path: &'a str,
    /// Still percent-encoded, what stands after the first `?`; empty if there is none.
    ///
    /// Readers must take `+` for a plus, as the signature does, not for a space.
    pub query: &'a str,
    /// Names in any case, values without the line's end, in the order of the request.
    ///
    /// HTTP/2 has no `host`: pass `:authority` under that name.
    pub headers: &'a [(&'a str, &'a [u8])],
    pub body: &'a [u8],
}

impl<'a> Request<'a> {
    /// The values of all headers with this name, in order.
    pub(crate) fn values(&self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.headers
            .iter()
            .filter(move |(other, _)| other.eq_ignore_ascii_case(name))
            .map(|&(_, value)| value)
    }
}

impl fmt::Debug for Request<'_> {
    /// Without query, headers and body, which hold credentials and the user's data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}
