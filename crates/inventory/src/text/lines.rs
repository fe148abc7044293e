//! Lines of places in a text.

use memchr::{memchr_iter, memmem};

/// The first `limit` bytes as text, without a byte order mark; what is no UTF-8 is replaced.
pub(crate) fn head(bytes: &[u8], limit: usize) -> std::borrow::Cow<'_, str> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    String::from_utf8_lossy(&bytes[..bytes.len().min(limit)])
}

/// The lines of a text with their numbers, counted from 1.
pub(crate) fn numbered(text: &str) -> impl Iterator<Item = (u32, &str)> {
    (1..).zip(text.lines())
}

/// Finds the lines of texts that are asked for in about the order in which they stand, in one pass.
pub(crate) struct Cursor<'a> {
    text: &'a [u8],
    at: usize,
    line: u32,
    /// One text that cannot be found costs a pass over the rest; after this many, no line is told any more.
    failures_left: u8,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(text: &'a [u8]) -> Self {
        Self {
            text,
            at: 0,
            line: 1,
            failures_left: 8,
        }
    }

    /// The line of the next place of `text`.
    pub(crate) fn find(&mut self, text: &str) -> Option<u32> {
        if self.failures_left == 0 {
            return None;
        }
        let rest = &self.text[self.at..];
        let Some(offset) = memmem::find(rest, text.as_bytes()) else {
            self.failures_left -= 1;
            return None;
        };
        self.line += u32::try_from(memchr_iter(b'\n', &rest[..offset]).count()).unwrap_or(0);
        self.at += offset;
        Some(self.line)
    }

    /// The line of the next place of `key` as a quoted string.
    pub(crate) fn find_quoted(&mut self, key: &str) -> Option<u32> {
        self.find(&format!("\"{key}\""))
    }
}

/// Tells the lines of byte offsets.
pub(crate) struct LineOf(Vec<usize>);

impl LineOf {
    pub(crate) fn new(text: &str) -> Self {
        Self(memchr_iter(b'\n', text.as_bytes()).collect())
    }

    pub(crate) fn line(&self, offset: usize) -> u32 {
        u32::try_from(self.0.partition_point(|&newline| newline < offset) + 1).unwrap_or(u32::MAX)
    }
}
