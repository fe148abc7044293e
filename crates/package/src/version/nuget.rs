//! NuGet's order (<https://learn.microsoft.com/nuget/concepts/package-versioning>): Semantic Versioning with a fourth
//! number and without regard to the case of identifiers.

use std::cmp::Ordering;

use super::semver;

#[derive(Clone, Debug)]
pub(super) struct Version<'a>(semver::Version<'a>);

impl<'a> Version<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self(semver::Version::new(text))
    }
}

impl Ord for Version<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp_with(&other.0, |a, b| {
            let folded = |text: &str| text.to_lowercase();
            folded(a).cmp(&folded(b))
        })
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
    fn four_numbers_and_identifiers_without_case() {
        let ascending = ["1.0.0-ALPHA", "1.0.0-beta", "1.0", "1.0.0.1", "1.0.1"];
        for pair in ascending.windows(2) {
            assert!(Version::new(pair[0]) < Version::new(pair[1]), "{pair:?}");
        }
        assert_eq!(Version::new("1.0-Beta+x"), Version::new("1.0.0.0-bETA"));
    }
}
