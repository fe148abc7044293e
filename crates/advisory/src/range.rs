//! Which versions a record affects
//! (<https://ossf.github.io/osv-schema/#evaluation>): events sorted in the ecosystem's order become intervals.

use std::cmp::Ordering;

use shindan_package::Ecosystem;
use shindan_package::version::Version;

use crate::osv::Range;

/// Affected versions from `introduced` on, up to the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Interval<'a> {
    /// Empty for every version from the first.
    pub introduced: &'a str,
    pub end: End<'a>,
}

/// How affected versions end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End<'a> {
    /// No version repairs it.
    Never,
    /// The first version that is not affected any more.
    Fixed(&'a str),
    /// The last version that is affected.
    Last(&'a str),
}

impl Interval<'_> {
    pub(crate) fn contains(&self, ecosystem: Ecosystem, version: &Version<'_>) -> bool {
        let order = |text| order(version, &Version::new(ecosystem, text));
        (self.introduced.is_empty() || order(self.introduced).is_ge())
            && match self.end {
                End::Never => true,
                End::Fixed(fixed) => order(fixed).is_lt(),
                End::Last(last) => order(last).is_le(),
            }
    }
}

/// Versions whose texts do not live equally long.
pub(crate) fn order(a: &Version<'_>, b: &Version<'_>) -> Ordering {
    a.cmp(b)
}

/// The intervals of a range in ascending order; none for a range of commits. `limit` says nothing about versions.
pub(crate) fn intervals<'a>(ecosystem: Ecosystem, range: &'a Range<'_>) -> Vec<Interval<'a>> {
    enum Kind {
        Introduced,
        Fixed,
        Last,
    }
    if range.kind.as_str() == "GIT" {
        return Vec::new();
    }
    let mut events = Vec::new();
    for event in range.events.iter().flatten() {
        let fields = [
            (&event.introduced, Kind::Introduced),
            (&event.fixed, Kind::Fixed),
            (&event.last_affected, Kind::Last),
        ];
        for (version, kind) in fields {
            let Some(version) = version else { continue };
            let text = version.as_str();
            // "0" is before every version, which `None` is in the order of options.
            let is_start = matches!(kind, Kind::Introduced) && text == "0";
            let place = (!is_start).then(|| Version::new(ecosystem, text));
            events.push((place, if is_start { "" } else { text }, kind));
        }
    }
    events.sort_by(|(a, ..), (b, ..)| a.cmp(b));
    let mut intervals = Vec::new();
    let mut open = None;
    for (_, text, kind) in events {
        let end = match kind {
            Kind::Introduced => {
                open = open.or(Some(text));
                continue;
            }
            Kind::Fixed => End::Fixed(text),
            Kind::Last => End::Last(text),
        };
        if let Some(introduced) = open.take() {
            intervals.push(Interval { introduced, end });
        }
    }
    if let Some(introduced) = open {
        intervals.push(Interval {
            introduced,
            end: End::Never,
        });
    }
    intervals
}

#[cfg(test)]
mod tests {
    use shindan_package::Ecosystem;
    use shindan_package::version::Version;

    use super::{End, Interval, intervals};
    use crate::osv::Range;

    fn range(json: &str) -> Range<'_> {
        serde_json::from_str(json).expect("a range")
    }

    #[test]
    fn events_in_any_order_become_intervals() {
        let range = range(
            r#"{"type": "ECOSYSTEM", "events": [
                {"fixed": "2.2"}, {"introduced": "2.0"}, {"introduced": "0"}, {"fixed": "1.10"},
                {"introduced": "3.0", "last_affected": "3.1"}, {"introduced": "4"}, {"limit": "9"}
            ]}"#,
        );
        let interval = |introduced, end| Interval { introduced, end };
        assert_eq!(
            intervals(Ecosystem::PyPi, &range),
            [
                interval("", End::Fixed("1.10")),
                interval("2.0", End::Fixed("2.2")),
                interval("3.0", End::Last("3.1")),
                interval("4", End::Never),
            ]
        );
    }

    #[test]
    fn ends_hold_what_the_schema_says() {
        let contains = |end, version| {
            Interval {
                introduced: "1.0",
                end,
            }
            .contains(Ecosystem::PyPi, &Version::new(Ecosystem::PyPi, version))
        };
        assert!(contains(End::Never, "1.0") && !contains(End::Never, "1.0rc1"));
        assert!(contains(End::Fixed("1.2"), "1.2rc1") && !contains(End::Fixed("1.2"), "1.2.0"));
        assert!(contains(End::Last("1.2"), "1.2.0") && !contains(End::Last("1.2"), "1.2.1"));
    }

    #[test]
    fn ranges_of_commits_affect_no_version() {
        let range = range(r#"{"type": "GIT", "events": [{"introduced": "0"}]}"#);
        assert!(intervals(Ecosystem::Go, &range).is_empty());
    }
}
