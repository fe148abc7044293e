//! The meaning of filters.

use serde_json::Value;
use shindan_inspector::Timestamp;

use super::value::{Condition, MapFilter, TextFilter};
use super::{Field, Filters};
use crate::asff::Finding;
use crate::time::parse_time;

impl Filters {
    /// Whether a finding is meant. `now` is what days are counted from.
    #[must_use]
    pub fn matches(&self, finding: &Finding, now: Timestamp) -> bool {
        self.0
            .iter()
            .all(|(field, condition)| holds(*field, condition, finding, now))
    }
}

fn holds(field: Field, condition: &Condition, finding: &Finding, now: Timestamp) -> bool {
    let values = field.values(finding);
    match condition {
        Condition::Texts(filters) => {
            let mut texts: Vec<&str> = values.iter().filter_map(|value| value.as_str()).collect();
            if texts.is_empty() {
                texts.extend(field.absent());
            }
            texts_match(filters, &texts)
        }
        Condition::Numbers(filters) => {
            let mut numbers = values.iter().filter_map(|value| value.as_f64());
            numbers.any(|number| filters.iter().any(|filter| filter.holds(number)))
        }
        Condition::Dates(filters) => {
            let mut times = values
                .iter()
                .filter_map(|v| v.as_str().and_then(parse_time));
            times.any(|at| filters.iter().any(|filter| filter.holds(at, now)))
        }
        Condition::Maps(filters) => maps_match(filters, &values),
        Condition::Addresses(networks) => {
            let mut addresses = values.iter().filter_map(|value| value.as_str());
            addresses.any(|address| networks.iter().any(|network| network.holds(address)))
        }
        Condition::Keywords(words) => {
            let members = finding.members();
            let is_there = |word: &String| members.values().any(|value| says(value, word));
            words.iter().any(is_there)
        }
        Condition::Truths(wanted) => {
            let truth = values.iter().any(|value| value.as_bool() == Some(true));
            wanted.contains(&truth)
        }
    }
}

fn texts_match(filters: &[TextFilter], values: &[&str]) -> bool {
    let mut positive = None;
    for filter in filters {
        let found = values
            .iter()
            .any(|value| filter.comparison.finds(&filter.value, value));
        if !filter.comparison.is_negative() {
            positive = Some(positive == Some(true) || found);
        } else if found {
            return false;
        }
    }
    positive != Some(false)
}

fn maps_match(filters: &[MapFilter], maps: &[&Value]) -> bool {
    let mut positive = None;
    for filter in filters {
        let found = maps.iter().any(|map| {
            let value = map.get(&*filter.key).and_then(Value::as_str);
            value.is_some_and(|value| filter.comparison.finds(&filter.value, value))
        });
        if !filter.comparison.is_negative() {
            positive = Some(positive == Some(true) || found);
        } else if found {
            return false;
        }
    }
    positive != Some(false)
}

/// Whether a text within a value holds a word. Findings are checked not to be deeper than 32 levels.
fn says(value: &Value, word: &str) -> bool {
    match value {
        Value::String(text) => text.contains(word),
        Value::Array(items) => items.iter().any(|item| says(item, word)),
        Value::Object(members) => members.values().any(|member| says(member, word)),
        _ => false,
    }
}
