//! The kinds of filters.

use shindan_inspector::Timestamp;

use super::address::Network;

/// What is asked of one field.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Condition {
    Texts(Vec<TextFilter>),
    Numbers(Vec<NumberFilter>),
    Dates(Vec<DateFilter>),
    Maps(Vec<MapFilter>),
    Addresses(Vec<Network>),
    Keywords(Vec<String>),
    Truths(Vec<bool>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TextFilter {
    pub(super) value: String,
    pub(super) comparison: TextComparison,
}

/// How a text is compared. `CONTAINS_WORD` belongs to the second version of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextComparison {
    Equals,
    Prefix,
    NotEquals,
    PrefixNotEquals,
    Contains,
    NotContains,
}

impl TextComparison {
    const ALL: [Self; 6] = [
        Self::Equals,
        Self::Prefix,
        Self::NotEquals,
        Self::PrefixNotEquals,
        Self::Contains,
        Self::NotContains,
    ];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Equals => "EQUALS",
            Self::Prefix => "PREFIX",
            Self::NotEquals => "NOT_EQUALS",
            Self::PrefixNotEquals => "PREFIX_NOT_EQUALS",
            Self::Contains => "CONTAINS",
            Self::NotContains => "NOT_CONTAINS",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|comparison| comparison.as_str() == text)
    }

    pub(super) const fn is_negative(self) -> bool {
        matches!(
            self,
            Self::NotEquals | Self::PrefixNotEquals | Self::NotContains
        )
    }

    /// Whether two may be asked of the same field.
    pub(super) const fn goes_with(self, other: Self) -> bool {
        match (self, other) {
            (Self::Contains, other) | (other, Self::Contains) => matches!(other, Self::Contains),
            (Self::NotContains, other) | (other, Self::NotContains) => {
                matches!(other, Self::NotContains)
            }
            (Self::Equals, Self::NotEquals | Self::PrefixNotEquals)
            | (Self::NotEquals | Self::PrefixNotEquals, Self::Equals) => false,
            _ => true,
        }
    }

    /// Whether a value is what is looked for, negation aside.
    pub(super) fn finds(self, wanted: &str, value: &str) -> bool {
        match self {
            Self::Equals | Self::NotEquals => value == wanted,
            Self::Prefix | Self::PrefixNotEquals => value.starts_with(wanted),
            Self::Contains | Self::NotContains => value.contains(wanted),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MapFilter {
    pub(super) key: String,
    pub(super) value: String,
    /// Prefixes aside.
    pub(super) comparison: TextComparison,
}

/// All that is given must hold.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct NumberFilter {
    pub(super) gte: Option<f64>,
    pub(super) lte: Option<f64>,
    pub(super) eq: Option<f64>,
    pub(super) gt: Option<f64>,
    pub(super) lt: Option<f64>,
}

impl NumberFilter {
    pub(super) fn holds(self, number: f64) -> bool {
        self.gte.is_none_or(|bound| number >= bound)
            && self.lte.is_none_or(|bound| number <= bound)
            && self.eq.is_none_or(|bound| number == bound)
            && self.gt.is_none_or(|bound| number > bound)
            && self.lt.is_none_or(|bound| number < bound)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DateFilter {
    /// From one moment to another, both included.
    Between {
        start: Option<Timestamp>,
        end: Option<Timestamp>,
    },
    /// Not more than so many days ago. A moment that is still to come is not, either: clocks differ.
    Within { days: i64 },
    /// More than so many days ago.
    OlderThan { days: i64 },
}

impl DateFilter {
    /// The first and the last moment that match.
    pub(super) fn bounds(self, now: Timestamp) -> (Option<Timestamp>, Option<Timestamp>) {
        let ago = |days: i64| now.plus_millis(days.saturating_mul(-Timestamp::DAY));
        match self {
            Self::Between { start, end } => (start, end),
            Self::Within { days } => (Some(ago(days)), None),
            Self::OlderThan { days } => (None, Some(ago(days).plus_millis(-1))),
        }
    }

    pub(super) fn holds(self, at: Timestamp, now: Timestamp) -> bool {
        let (from, to) = self.bounds(now);
        from.is_none_or(|from| at >= from) && to.is_none_or(|to| at <= to)
    }
}
