//! Ways to speak of a secret without telling it.
//!
//! A mask shows at most four characters at each end, never more than two fifths of the value, and nothing of values
//! shorter than twelve characters.

use std::fmt;

use shindan_base::Span;

/// How many stars a mask has: fixed, so that it does not tell the length.
const STARS: &str = "************";

/// The value of a secret, borrowed from the scanned text. Debug output is masked; there is no other output.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SecretValue<'t>(&'t str);

impl<'t> SecretValue<'t> {
    /// Takes the text of a secret.
    #[must_use]
    pub const fn new(value: &'t str) -> Self {
        Self(value)
    }

    /// A form that people recognise, such as `AKIA************WXYZ`.
    #[must_use]
    pub fn mask(self) -> String {
        let shown = shown_at_each_end(self.0);
        let head = self.0.chars().take(shown);
        let tail = self.0.chars().skip(self.0.chars().count() - shown);
        head.chain(STARS.chars())
            .chain(tail)
            .map(|c| if c.is_control() { '*' } else { c })
            .collect()
    }

    /// The value's BLAKE3 hash under a key, in hex: equal secrets are recognised, and without the key even a weak
    /// one cannot be guessed from it.
    #[must_use]
    pub fn keyed_hash(self, key: &[u8; 32]) -> String {
        blake3::keyed_hash(key, self.0.as_bytes())
            .to_hex()
            .to_string()
    }
}

impl fmt::Debug for SecretValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretValue({})", self.mask())
    }
}

/// `text` with everything under `spans` masked, character for character: columns and line ends stay where they were.
///
/// Spans may come in any order, overlap, or reach past the text.
#[must_use]
pub fn mask_text(text: &str, spans: &[Span]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (start, end) in merged(text, spans) {
        out.push_str(&text[at..start]);
        mask_into(&mut out, &text[start..end]);
        at = end;
    }
    out.push_str(&text[at..]);
    out
}

/// The part of `text` under `window` with everything under `spans` masked; both are offsets in `text`.
///
/// A secret that the window cuts is masked as the whole it is, so two windows do not add up to more of it.
#[must_use]
pub fn mask_window(text: &str, window: Span, spans: &[Span]) -> String {
    let (from, to) = snapped(text, window);
    let mut out = String::with_capacity(to - from);
    let mut at = from;
    for (start, end) in merged(text, spans) {
        if end <= from || start >= to {
            continue;
        }
        out.push_str(&text[at..start.max(from)]);
        let mut whole = String::with_capacity(end - start);
        mask_into(&mut whole, &text[start..end]);
        let before = text[start..start.max(from)].chars().count();
        let within = text[start.max(from)..end.min(to)].chars().count();
        out.extend(whole.chars().skip(before).take(within));
        at = end.min(to);
    }
    out.push_str(&text[at..to]);
    out
}

fn shown_at_each_end(value: &str) -> usize {
    match value.chars().count() {
        0..12 => 0,
        12..20 => 2,
        _ => 4,
    }
}

fn mask_into(out: &mut String, value: &str) {
    let shown = shown_at_each_end(value);
    let count = value.chars().count();
    out.extend(value.chars().enumerate().map(|(i, c)| {
        let visible = i < shown || i >= count - shown;
        if visible || c == '\n' || c == '\r' {
            c
        } else {
            '*'
        }
    }));
}

/// The spans as byte ranges on character boundaries, sorted, overlapping and touching ones joined.
fn merged(text: &str, spans: &[Span]) -> Vec<(usize, usize)> {
    let mut ranges: Vec<_> = spans
        .iter()
        .map(|&s| snapped(text, s))
        .filter(|r| r.0 < r.1)
        .collect();
    ranges.sort_unstable();
    let mut out: Vec<(usize, usize)> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match out.last_mut() {
            Some(last) if range.0 <= last.1 => last.1 = last.1.max(range.1),
            _ => out.push(range),
        }
    }
    out
}

/// Widens a span to character boundaries of `text`.
fn snapped(text: &str, span: Span) -> (usize, usize) {
    let mut start = (span.start as usize).min(text.len());
    let mut end = (span.end as usize).min(text.len()).max(start);
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    while !text.is_char_boundary(end) {
        end += 1;
    }
    (start, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_show_ends_of_long_values_only() {
        assert_eq!(
            SecretValue::new("AKIAABCDEFGHIJKLWXYZ").mask(),
            "AKIA************WXYZ"
        );
        assert_eq!(SecretValue::new("abcdefghijkl").mask(), "ab************kl");
        assert_eq!(SecretValue::new("hunter2").mask(), "************");
        assert_eq!(
            format!("{:?}", SecretValue::new("hunter2")),
            "SecretValue(************)"
        );
    }

    #[test]
    fn the_hash_depends_on_key_and_value() {
        let value = SecretValue::new("hunter2");
        let hash = value.keyed_hash(&[1; 32]);
        assert_eq!(hash.len(), 64);
        assert_ne!(hash, value.keyed_hash(&[2; 32]));
        assert_ne!(hash, SecretValue::new("hunter3").keyed_hash(&[1; 32]));
    }

    #[test]
    fn masked_text_keeps_columns_and_lines() {
        let text = "key = \"hunter2\"; pem = aaaaaaaaaaaaaa\nbbbbbbbbbbbbbb";
        let masked = mask_text(
            text,
            &[Span::new(23, 52), Span::new(7, 14), Span::new(9, 12)],
        );
        assert_eq!(
            masked,
            "key = \"*******\"; pem = aaaa**********\n**********bbbb"
        );
        assert_eq!(mask_text("é€x", &[Span::new(1, 4)]), "**x");
        assert_eq!(
            mask_text("ab", &[Span::new(1, 90), Span::new(80, 90)]),
            "a*"
        );
    }

    #[test]
    fn a_window_that_cuts_a_secret_does_not_show_its_middle() {
        let text = "x = ABCDEFGHIJKLMNOPQRSTUVWXYZ;";
        let spans = [Span::new(4, 30)];
        assert_eq!(mask_window(text, Span::new(0, 12), &spans), "x = ABCD****");
        assert_eq!(mask_window(text, Span::new(12, 20), &spans), "********");
        assert_eq!(mask_window(text, Span::new(24, 31), &spans), "**WXYZ;");
    }
}
