//! The order of `Gem::Version` (<https://github.com/rubygems/rubygems/blob/master/lib/rubygems/version.rb>).
//!
//! Segments are runs of digits or of letters; `-` reads as `.pre.`; everything else separates. A missing segment is
//! zero, and letters come before any number, so that `1.0.a` comes before `1.0`. Zeros at the end and in front of the
//! first letters are dropped.

use std::cmp::Ordering;

use super::digits::{Digits, leading};

#[derive(Clone, Debug)]
pub(super) struct Version<'a>(Vec<Segment<'a>>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Segment<'a> {
    Letters(&'a str),
    Number(Digits<'a>),
}

const ZERO: Segment<'static> = Segment::Number(Digits::ZERO);

impl<'a> Version<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let mut segments = Vec::new();
        let mut has_letters = false;
        let mut rest = text;
        while let Some(first) = rest.bytes().next() {
            let digits = leading(rest);
            let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
            if digits > 0 {
                segments.push(Segment::Number(Digits::new(&rest[..digits])));
                rest = &rest[digits..];
                continue;
            }
            let word = match (letters, first) {
                (0, b'-') => "pre",
                (0, _) => "",
                _ => &rest[..letters],
            };
            if !word.is_empty() {
                if !has_letters {
                    trim(&mut segments);
                }
                has_letters = true;
                segments.push(Segment::Letters(word));
            }
            let width = rest.chars().next().map_or(1, char::len_utf8);
            rest = &rest[letters.max(width)..];
        }
        trim(&mut segments);
        Self(segments)
    }
}

fn trim(segments: &mut Vec<Segment<'_>>) {
    while segments.last() == Some(&ZERO) {
        segments.pop();
    }
}

impl Ord for Version<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let length = self.0.len().max(other.0.len());
        let at = |version: &Self, index: usize| version.0.get(index).copied().unwrap_or(ZERO);
        (0..length)
            .map(|index| at(self, index).cmp(&at(other, index)))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    }
}

impl PartialOrd for Version<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Version<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Version<'_> {}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn letters_come_before_numbers() {
        let ascending = [
            "1.0.a10",
            "1.0.b1",
            "1.0.rc1",
            "1.0",
            "1.0.1-java",
            "1.0.1",
            "1.0.10",
        ];
        for pair in ascending.windows(2) {
            assert!(Version::new(pair[0]) < Version::new(pair[1]), "{pair:?}");
        }
        assert_eq!(Version::new("1"), Version::new("1.0.0"));
        assert_eq!(Version::new("1.0.0.a.0"), Version::new("1.a"));
        assert_eq!(Version::new("1-1"), Version::new("1.pre.1"));
    }
}
