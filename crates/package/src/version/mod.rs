//! The orders of versions, one file each.
//!
//! Every order is total over *all* texts: advisories and lock files hold versions that no rule of their ecosystem
//! allows, and a comparison that could fail would have to be answered by "not affected". What each order does with
//! such texts stands in its file; how far the orders agree with the ecosystems' own tools is written in
//! `docs/advisories.md`.

mod digits;
mod maven;
mod npm_range;
mod nuget;
mod pypi;
mod rubygems;
mod semver;

use std::cmp::Ordering;

pub use npm_range::NpmRange;

use crate::Ecosystem;

/// A version read for comparison with others of the same ecosystem.
///
/// Equal means equal in the ecosystem's order, not equal in spelling: `1.0` and `1.0.0` of PyPI are equal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version<'a>(Form<'a>);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Form<'a> {
    PyPi(pypi::Version),
    Maven(maven::Version<'a>),
    RubyGems(rubygems::Version<'a>),
    NuGet(nuget::Version<'a>),
    SemVer(semver::Version<'a>),
}

impl<'a> Version<'a> {
    pub fn new(ecosystem: Ecosystem, text: &'a str) -> Self {
        Self(match ecosystem {
            Ecosystem::PyPi => Form::PyPi(pypi::Version::new(text)),
            Ecosystem::Maven => Form::Maven(maven::Version::new(text)),
            Ecosystem::RubyGems => Form::RubyGems(rubygems::Version::new(text)),
            Ecosystem::NuGet => Form::NuGet(nuget::Version::new(text)),
            Ecosystem::Npm | Ecosystem::Go | Ecosystem::CratesIo => {
                Form::SemVer(semver::Version::new(text))
            }
        })
    }
}

/// Compares two versions in the order of their ecosystem.
pub fn compare(ecosystem: Ecosystem, a: &str, b: &str) -> Ordering {
    Version::new(ecosystem, a).cmp(&Version::new(ecosystem, b))
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use proptest::prelude::*;

    use super::compare;
    use crate::Ecosystem;

    fn text() -> impl Strategy<Value = String> {
        prop_oneof![
            3 => "[0-2]([.-][0-2a-c]|[.-](alpha|rc|final|sp|dev|post|pre|ga)|[+_!][0-1a]){0,4}",
            1 => "\\PC{0,12}",
        ]
    }

    fn ecosystem() -> impl Strategy<Value = Ecosystem> {
        (0..Ecosystem::ALL.len()).prop_map(|index| Ecosystem::ALL[index])
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn every_order_is_total(ecosystem in ecosystem(), a in text(), b in text(), c in text()) {
            let order = |a: &str, b: &str| compare(ecosystem, a, b);
            prop_assert_eq!(order(&a, &a), Ordering::Equal);
            prop_assert_eq!(order(&a, &b), order(&b, &a).reverse());
            if order(&a, &b) != Ordering::Greater && order(&b, &c) != Ordering::Greater {
                prop_assert_ne!(order(&a, &c), Ordering::Greater);
            }
            if order(&a, &b) == Ordering::Equal {
                prop_assert_eq!(order(&a, &c), order(&b, &c));
            }
        }
    }

    #[test]
    fn versions_of_any_length_are_compared() {
        for ecosystem in Ecosystem::ALL {
            let (long, longer) = ("1.".repeat(50_000), "1.".repeat(50_001));
            assert_ne!(compare(ecosystem, &long, &longer), Ordering::Greater);
            let (small, big) = (
                "1.".to_owned() + &"9".repeat(400),
                "1.1".to_owned() + &"0".repeat(400),
            );
            let expected = if ecosystem == Ecosystem::PyPi {
                Ordering::Greater // Both from before PEP 440, and compared as text.
            } else {
                Ordering::Less
            };
            assert_eq!(compare(ecosystem, &small, &big), expected, "{ecosystem}");
        }
    }
}
