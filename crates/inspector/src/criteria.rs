//! Which findings a caller means: the API's `FilterCriteria`.
//!
//! Within one criterion, a finding must match one of the EQUALS and PREFIX values, if there are any, and none of the
//! NOT_EQUALS values; of dates, numbers, tags and packages it must match one. All criteria must hold. A finding without the
//! value (a weakness in code has no vulnerability id) matches no EQUALS and every NOT_EQUALS.
//!
//! Criteria about other kinds of resources (images, virtual machines, repositories) are accepted, because scripts and saved
//! filters carry them. No function has such a value, so they follow from the same rule: nothing equals, everything differs.
//!
//! A value of [`FilterCriteria`] is always within the API's bounds: the only way in is [`FilterCriteria::parse`], which says
//! everything that is wrong with a request at once. [`FilterCriteria::matches`] is the meaning of criteria, written to be
//! read; the store compiles the same meaning to SQL and is tested against it.

mod evaluate;
mod field;
mod parse;
#[cfg(test)]
mod tests;
mod text;
mod value;

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use evaluate::Subject;
pub use field::{DateField, NumberField, StringField};
pub use parse::{Fault, Invalid, Reader};
pub use text::{TextMatch, after_prefix};
pub use value::{
    DateFilter, MapComparison, MapFilter, NumberFilter, PackageFilter, PortRangeFilter,
    PurlQualifierFilter, PurlQualifierKey, ReachabilityComparison, ReachabilityFilter,
    ReachabilityReasonFilter, RuntimeReachability, RuntimeReachabilityReason, StringComparison,
    StringFilter,
};

/// Criteria within the API's bounds. Every list that is there has 1 to 10 values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FilterCriteria {
    /// About texts and enumerations.
    pub strings: BTreeMap<StringField, Vec<StringFilter>>,
    /// About times.
    pub dates: BTreeMap<DateField, Vec<DateFilter>>,
    /// About numbers.
    pub numbers: BTreeMap<NumberField, Vec<NumberFilter>>,
    /// About tags of the function; empty when not given.
    pub resource_tags: Vec<MapFilter>,
    /// About ports; no finding of a function has one. Empty when not given.
    pub port_range: Vec<PortRangeFilter>,
    /// About packages with a vulnerability; empty when not given.
    pub vulnerable_packages: Vec<PackageFilter>,
}

impl FilterCriteria {
    /// Criteria of one text each, which must be equal.
    #[must_use]
    pub fn equal(wanted: &[(StringField, &str)]) -> Self {
        let mut criteria = Self::default();
        for (field, value) in wanted {
            let filters = criteria.strings.entry(*field).or_default();
            filters.push(StringFilter::equals(value));
        }
        criteria
    }

    /// Whether every finding matches.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Serialize for FilterCriteria {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (field, filters) in &self.strings {
            map.serialize_entry(field.as_str(), filters)?;
        }
        for (field, filters) in &self.dates {
            map.serialize_entry(field.as_str(), filters)?;
        }
        for (field, filters) in &self.numbers {
            map.serialize_entry(field.as_str(), filters)?;
        }
        if !self.resource_tags.is_empty() {
            map.serialize_entry("resourceTags", &self.resource_tags)?;
        }
        if !self.port_range.is_empty() {
            map.serialize_entry("portRange", &self.port_range)?;
        }
        if !self.vulnerable_packages.is_empty() {
            map.serialize_entry("vulnerablePackages", &self.vulnerable_packages)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for FilterCriteria {
    /// Refuses what [`Self::parse`] refuses, with the first of its complaints.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        Self::parse(&value).map_err(|invalid| {
            let first = invalid.first().map(ToString::to_string);
            D::Error::custom(first.unwrap_or_default())
        })
    }
}
