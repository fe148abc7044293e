//! Text of the scanned package, made safe to print.
//!
//! File names, code and messages come from whoever wrote the package. Terminal control sequences could rewrite the
//! report, and bidirectional or invisible characters could make it show other code than it found. Every such
//! character becomes one `U+FFFD`, so that columns still point at the right place.

use std::borrow::Cow;

/// Whether a character could change how its surroundings are shown.
pub(crate) fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}'
            | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

/// One line of text: line ends and tabs become blanks.
#[must_use]
pub fn line(text: &str) -> Cow<'_, str> {
    replaced(
        text,
        |c| {
            if matches!(c, '\n' | '\r' | '\t') {
                ' '
            } else {
                char::REPLACEMENT_CHARACTER
            }
        },
        false,
    )
}

/// A sentence of a report as one line of bearable length; it may quote names of any length.
pub(crate) fn message(text: &str) -> Cow<'_, str> {
    match clip(text, MAX_MESSAGE) {
        Cow::Borrowed(text) => line(text),
        Cow::Owned(text) => Cow::Owned(line(&text).into_owned()),
    }
}

const MAX_MESSAGE: usize = 400;

/// A line of code: tabs stay, because code frames lay them out.
pub(crate) fn code(text: &str) -> Cow<'_, str> {
    replaced(text, |_| char::REPLACEMENT_CHARACTER, true)
}

/// At most `max` characters, the last one an ellipsis if some were dropped.
pub(crate) fn clip(text: &str, max: usize) -> Cow<'_, str> {
    if text.len() <= max || text.chars().nth(max).is_none() {
        return Cow::Borrowed(text);
    }
    let mut clipped: String = text.chars().take(max.saturating_sub(1)).collect();
    clipped.push('…');
    Cow::Owned(clipped)
}

fn replaced(text: &str, by: impl Fn(char) -> char, keep_tabs: bool) -> Cow<'_, str> {
    let replace = |c: char| is_hostile(c) && !(keep_tabs && c == '\t');
    if text.chars().any(replace) {
        Cow::Owned(
            text.chars()
                .map(|c| if replace(c) { by(c) } else { c })
                .collect(),
        )
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_deceive_is_replaced_one_for_one() {
        assert_eq!(
            line("a\x1b[31mb\u{202e}c\u{9b}d\u{e0041}"),
            "a\u{fffd}[31mb\u{fffd}c\u{fffd}d\u{fffd}"
        );
        assert_eq!(line("a\tb\r\nc"), "a b  c");
        assert_eq!(code("a\tb\u{200b}"), "a\tb\u{fffd}");
    }

    #[test]
    fn ordinary_text_of_any_script_stays() {
        for text in ["注文 = Événement['naïve']", "क्‍ष", "👩‍💻", "עברית"]
        {
            assert!(
                matches!(line(text), Cow::Borrowed(t) if t == text),
                "{text}"
            );
        }
    }

    #[test]
    fn clipping_counts_characters() {
        assert_eq!(clip("ééé", 3), "ééé");
        assert_eq!(clip("éééé", 3), "éé…");
    }
}
