//! Numbers of any length, as texts of decimal digits.

use std::cmp::Ordering;

/// A number without leading zeros; zero is the empty text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Digits<'a>(&'a str);

impl<'a> Digits<'a> {
    pub(super) const ZERO: Self = Self("");

    /// `text` must consist of ASCII digits.
    pub(super) fn new(text: &'a str) -> Self {
        debug_assert!(is_number(text) || text.is_empty());
        Self(text.trim_start_matches('0'))
    }

    pub(super) fn is_zero(self) -> bool {
        self.0.is_empty()
    }
}

pub(super) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// How many bytes at the start of the text are digits.
pub(super) fn leading(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

impl PartialOrd for Digits<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Digits<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.len().cmp(&other.0.len()).then(self.0.cmp(other.0))
    }
}
