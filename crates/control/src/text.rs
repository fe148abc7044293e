//! Short texts that people write and others read: names, reasons, notes.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// One line of at most 512 characters, not empty and without control characters. 512 is what Security Hub takes as the
/// text of a note, so that every reason can become one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct ShortText(String);

/// A text that is no [`ShortText`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ShortTextError {
    #[error("a text is missing: say who or why in a few words")]
    Empty,
    #[error("the text is longer than 512 characters: shorten it and link to the rest")]
    TooLong,
    #[error("the text holds a line break or another control character: write it in one line")]
    Control,
}

impl ShortText {
    const MAX_CHARS: usize = 512;

    /// Checks a text; space around it is not part of it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn new(text: &str) -> Result<Self, ShortTextError> {
        let text = text.trim();
        if text.is_empty() {
            Err(ShortTextError::Empty)
        } else if text.chars().nth(Self::MAX_CHARS).is_some() {
            Err(ShortTextError::TooLong)
        } else if text.chars().any(is_unprintable) {
            Err(ShortTextError::Control)
        } else {
            Ok(Self(text.to_owned()))
        }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ShortText {
    type Error = ShortTextError;

    fn try_from(text: String) -> Result<Self, ShortTextError> {
        Self::new(&text)
    }
}

impl From<ShortText> for String {
    fn from(text: ShortText) -> Self {
        text.0
    }
}

impl fmt::Display for ShortText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Control characters, line separators, and the marks that turn the direction of a text around.
pub(crate) fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// At most `max` characters of a text, the last of them `…` if something was cut off.
pub(crate) fn shorten(text: &str, max: usize) -> String {
    if text.chars().nth(max).is_none() {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(max.saturating_sub(1)).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_text_is_one_printable_line() {
        assert_eq!(
            ShortText::new("  why not ").map(String::from),
            Ok("why not".to_owned())
        );
        assert_eq!(ShortText::new(" \n"), Err(ShortTextError::Empty));
        assert_eq!(ShortText::new("a\nb"), Err(ShortTextError::Control));
        assert_eq!(ShortText::new("a\u{202e}b"), Err(ShortTextError::Control));
        assert_eq!(
            ShortText::new(&"診".repeat(513)),
            Err(ShortTextError::TooLong)
        );
        assert!(ShortText::new(&"診".repeat(512)).is_ok());
    }

    #[test]
    fn shortening_counts_characters() {
        assert_eq!(shorten("診断", 2), "診断");
        assert_eq!(shorten("診断する", 3), "診断…");
    }
}
