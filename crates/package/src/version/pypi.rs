//! PyPI's order, PEP 440 (<https://packaging.python.org/specifications/version-specifiers/>), by `pep440_rs`.
//!
//! Versions from before PEP 440, and those with a number above 2^64, come before all others, in the order in which `setuptools` compared them
//! (`LegacyVersion` of `packaging` until version 21): parts are runs of digits, runs of letters and `-`; numbers are
//! padded to eight places and all parts compared as text, where `dev`, `a` to `e` and their like come before the end.

use std::str::FromStr;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Version {
    Legacy(Vec<String>),
    Pep440(pep440_rs::Version),
}

impl Version {
    pub(super) fn new(text: &str) -> Self {
        pep440_rs::Version::from_str(text)
            .map_or_else(|_| Self::Legacy(legacy_parts(text)), Self::Pep440)
    }
}

const END: &str = "*final";
const PATCH: &str = "*final-";

fn legacy_parts(text: &str) -> Vec<String> {
    let text = text.to_lowercase();
    let mut parts: Vec<String> = Vec::new();
    for part in split(&text) {
        let part = match part {
            "." => continue,
            "-" => PATCH.to_owned(),
            "pre" | "preview" | "rc" => "*c".to_owned(),
            "dev" => "*@".to_owned(),
            part if part.starts_with(|first: char| first.is_ascii_digit()) => {
                format!("{part:0>8}")
            }
            part => format!("*{part}"),
        };
        push(&mut parts, part);
    }
    push(&mut parts, END.to_owned());
    parts
}

fn push(parts: &mut Vec<String>, part: String) {
    if part.starts_with('*') {
        if part.as_str() < END {
            while parts.last().is_some_and(|last| last == PATCH) {
                parts.pop();
            }
        }
        while parts.last().is_some_and(|last| last == "00000000") {
            parts.pop();
        }
    }
    parts.push(part);
}

/// Runs of digits, runs of letters, `.` and `-`, and what stands between them.
fn split(text: &str) -> Vec<&str> {
    #[derive(PartialEq, Clone, Copy)]
    enum Class {
        Digit,
        Letter,
        Dot,
        Hyphen,
        Other,
    }
    let class = |character: char| match character {
        '0'..='9' => Class::Digit,
        'a'..='z' => Class::Letter,
        '.' => Class::Dot,
        '-' => Class::Hyphen,
        _ => Class::Other,
    };
    let mut parts = Vec::new();
    let mut start = 0;
    let mut last = None;
    for (index, character) in text.char_indices() {
        let here = class(character);
        let alone = matches!(here, Class::Dot | Class::Hyphen);
        if index > start && (alone || last != Some(here)) {
            parts.push(&text[start..index]);
            start = index;
        }
        last = Some(here);
    }
    if start < text.len() {
        parts.push(&text[start..]);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn versions_from_before_pep_440_come_first() {
        let ascending = [
            "2004d",
            "2010-final-x",
            "0.dev0",
            "0.1a1",
            "0.1",
            "0.1.post1",
            "1!0",
        ];
        for pair in ascending.windows(2) {
            assert!(Version::new(pair[0]) < Version::new(pair[1]), "{pair:?}");
        }
        assert_eq!(Version::new("1.0"), Version::new("1.0.0"));
    }
}
