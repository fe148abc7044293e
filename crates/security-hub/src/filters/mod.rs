//! Which findings a caller means: the API's `AwsSecurityFindingFilters`.
//!
//! All fields must hold. Within one field, from the documentation of the API's filter types:
//!
//! - Texts and maps: a finding must match one of EQUALS, PREFIX and CONTAINS, if there are any, and all of NOT_EQUALS,
//!   PREFIX_NOT_EQUALS and NOT_CONTAINS. Some do not go together: CONTAINS and NOT_CONTAINS go with their own kind only,
//!   EQUALS not with NOT_EQUALS or PREFIX_NOT_EQUALS.
//! - Numbers, dates, addresses, keywords and truths: one of them must match.
//! - A field with several values in a finding (resources, types) matches when one of them does, and a negation holds when it
//!   does for every one. So a finding without the field matches nothing positive and every negation.
//! - Letters count as they are written, upper or lower case.
//!
//! At most 10 fields with 20 values each. [`Filters::parse`] is the only way in; [`Filters::matches`] is the meaning, over
//! the JSON document by the paths in [`Field`]; [`Filters::exact`] and [`Filters::between`] tell a database what it may
//! leave out beforehand.

mod address;
mod evaluate;
mod field;
mod parse;
mod value;

use std::collections::BTreeMap;

use shindan_inspector::Timestamp;

use value::{Condition, DateFilter, TextComparison, TextFilter};

pub use field::Field;

/// Filters within the API's bounds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filters(BTreeMap<Field, Condition>);

impl Filters {
    /// Whether every finding matches.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The values of which a field must have one, when that is what is asked of it.
    #[must_use]
    pub fn exact(&self, field: Field) -> Option<Vec<&str>> {
        let Some(Condition::Texts(filters)) = self.0.get(&field) else {
            return None;
        };
        let positive = |filter: &&TextFilter| !filter.comparison.is_negative();
        let mut values = Vec::new();
        for filter in filters.iter().filter(positive) {
            if filter.comparison != TextComparison::Equals {
                return None;
            }
            values.push(&*filter.value);
        }
        (!values.is_empty()).then_some(values)
    }

    /// Between which moments a field must be: the first and the last, both included.
    #[must_use]
    pub fn between(&self, field: Field, now: Timestamp) -> (Option<Timestamp>, Option<Timestamp>) {
        let Some(Condition::Dates(filters)) = self.0.get(&field) else {
            return (None, None);
        };
        let bounds = filters.iter().map(|filter: &DateFilter| filter.bounds(now));
        // Any of them may match: the earliest beginning and the latest end, unbounded if one is.
        bounds
            .reduce(|(from, to), (other_from, other_to)| {
                (
                    from.zip(other_from).map(|(a, b)| a.min(b)),
                    to.zip(other_to).map(|(a, b)| a.max(b)),
                )
            })
            .unwrap_or_default()
    }
}
