//! Semantic Versioning 2.0 (<https://semver.org/#spec-item-11>) as npm, Go and crates.io meet it.
//!
//! Wider than the specification, since registries and advisories are: a `v` or `=` in front, any number of numbers
//! (missing ones are zero), numbers of any length, and no hyphen in front of a pre-release (`1.2.3beta`). Build
//! metadata, which is also where Go puts `+incompatible`, does not count; Go's pseudo-versions are pre-releases whose
//! identifier begins with the time of the commit.

use std::cmp::Ordering;

use super::digits::{Digits, is_number, leading};

#[derive(Clone, Debug)]
pub(super) struct Version<'a> {
    numbers: Vec<Digits<'a>>,
    pre_release: Option<&'a str>,
}

impl<'a> Version<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let text = text.trim().trim_start_matches(['v', 'V', '=', ' ']);
        let text = text
            .split_once('+')
            .map_or(text, |(version, _build)| version);
        let mut numbers = Vec::new();
        let mut rest = text;
        loop {
            let length = leading(rest);
            numbers.push(Digits::new(&rest[..length]));
            rest = &rest[length..];
            match rest.strip_prefix('.') {
                Some(behind) if leading(behind) > 0 => rest = behind,
                _ => break,
            }
        }
        while numbers.last().is_some_and(|number| number.is_zero()) {
            numbers.pop();
        }
        let pre_release = rest.strip_prefix(['-', '.']).unwrap_or(rest);
        Self {
            numbers,
            pre_release: (!pre_release.is_empty()).then_some(pre_release),
        }
    }

    pub(super) fn is_pre_release(&self) -> bool {
        self.pre_release.is_some()
    }

    /// Whether both are pre-releases of, or are, the same release.
    pub(super) fn has_numbers_of(&self, other: &Self) -> bool {
        self.numbers == other.numbers
    }

    /// The order in which `text_order` compares two identifiers that are no numbers.
    pub(super) fn cmp_with(
        &self,
        other: &Self,
        text_order: impl Fn(&str, &str) -> Ordering,
    ) -> Ordering {
        self.numbers
            .cmp(&other.numbers)
            .then_with(|| match (self.pre_release, other.pre_release) {
                (None, None) => Ordering::Equal,
                (None, Some(_)) => Ordering::Greater,
                (Some(_), None) => Ordering::Less,
                (Some(a), Some(b)) => cmp_identifiers(a, b, text_order),
            })
    }
}

fn cmp_identifiers(a: &str, b: &str, text_order: impl Fn(&str, &str) -> Ordering) -> Ordering {
    let (mut a, mut b) = (a.split('.'), b.split('.'));
    loop {
        let order = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(a), Some(b)) => match (is_number(a), is_number(b)) {
                (true, true) => Digits::new(a).cmp(&Digits::new(b)),
                (true, false) => Ordering::Less,
                (false, true) => Ordering::Greater,
                (false, false) => text_order(a, b),
            },
        };
        if order.is_ne() {
            return order;
        }
    }
}

impl Ord for Version<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.cmp_with(other, str::cmp)
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
    fn pre_releases_come_before_the_release() {
        let ascending = [
            "0.0.0-20200101000000-aaaaaaaaaaaa",
            "0.0.0-20210101000000-aaaaaaaaaaaa",
            "1.0.0-1",
            "1.0.0-2",
            "1.0.0-10",
            "1.0.0-Alpha",
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta",
            "1.0.0",
            "1.0.1",
            "v1.0.10",
            "2.0.0beta",
            "2.0.0",
        ];
        for pair in ascending.windows(2) {
            assert!(Version::new(pair[0]) < Version::new(pair[1]), "{pair:?}");
        }
        assert_eq!(Version::new("v2.0.0+incompatible"), Version::new("2"));
    }
}
