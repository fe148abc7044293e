//! Reading `AwsSecurityFindingFilters`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::address::Network;
use super::field::Kind;
use super::value::{Condition, DateFilter, MapFilter, NumberFilter, TextComparison, TextFilter};
use super::{Field, Filters};
use crate::HubError;
use crate::time::parse_time;

/// "You can filter by up to 10 finding attributes. For each attribute, you can provide up to 20 filter values."
const MAX_FIELDS: usize = 10;
const MAX_VALUES: usize = 20;

/// A hundred years, which keeps days times milliseconds small.
const MAX_DAYS: i64 = 36_525;

impl Filters {
    /// Reads filters. Nothing, null and an object without members are filters that everything matches.
    ///
    /// # Errors
    /// When a field is unknown, a value out of bounds, or two comparisons do not go together.
    pub fn parse(filters: Option<&Value>) -> Result<Self, HubError> {
        let members = match filters {
            None | Some(Value::Null) => return Ok(Self::default()),
            Some(Value::Object(members)) => members,
            Some(_) => return Err(HubError::member("Filters", "must be an object")),
        };
        let mut conditions = BTreeMap::new();
        for (name, value) in members {
            if value.is_null() {
                continue;
            }
            let path = format!("Filters.{name}");
            let field = Field::parse(name).ok_or_else(|| {
                HubError::member(&path, "is no field that findings are filtered by")
            })?;
            let values = value
                .as_array()
                .ok_or_else(|| HubError::member(&path, "must be a list"))?;
            if values.len() > MAX_VALUES {
                return Err(HubError::member(
                    path,
                    format_args!("may have at most {MAX_VALUES} values"),
                ));
            }
            if !values.is_empty() {
                conditions.insert(field, condition(&path, field.kind(), values)?);
            }
        }
        if conditions.len() > MAX_FIELDS {
            return Err(HubError::member(
                "Filters",
                format_args!("may have at most {MAX_FIELDS} fields"),
            ));
        }
        Ok(Self(conditions))
    }
}

fn condition(path: &str, kind: Kind, values: &[Value]) -> Result<Condition, HubError> {
    let each = values.iter().enumerate();
    let each = each.map(|(at, value)| (format!("{path}[{at}]"), value));
    Ok(match kind {
        Kind::Text => {
            let filters: Vec<_> = each
                .map(|(at, value)| text(&at, value))
                .collect::<Result<_, _>>()?;
            compatible(path, filters.iter().map(|filter| filter.comparison))?;
            Condition::Texts(filters)
        }
        Kind::Map => {
            let filters: Vec<_> = each
                .map(|(at, value)| map(&at, value))
                .collect::<Result<_, _>>()?;
            compatible(path, filters.iter().map(|filter| filter.comparison))?;
            Condition::Maps(filters)
        }
        Kind::Number => Condition::Numbers(
            each.map(|(at, value)| number(&at, value))
                .collect::<Result<_, _>>()?,
        ),
        Kind::Date => Condition::Dates(
            each.map(|(at, value)| date(&at, value))
                .collect::<Result<_, _>>()?,
        ),
        Kind::Address => Condition::Addresses(
            each.map(|(at, value)| network(&at, value))
                .collect::<Result<_, _>>()?,
        ),
        Kind::Keyword => Condition::Keywords(
            each.map(|(at, value)| required(&at, value, "Value").map(str::to_owned))
                .collect::<Result<_, _>>()?,
        ),
        Kind::Truth => Condition::Truths(
            each.map(|(at, value)| {
                let truth = value.get("Value").and_then(Value::as_bool);
                truth
                    .ok_or_else(|| HubError::member(format!("{at}.Value"), "must be true or false"))
            })
            .collect::<Result<_, _>>()?,
        ),
    })
}

fn compatible(
    path: &str,
    comparisons: impl Iterator<Item = TextComparison> + Clone,
) -> Result<(), HubError> {
    for one in comparisons.clone() {
        if let Some(other) = comparisons.clone().find(|other| !one.goes_with(*other)) {
            return Err(HubError::member(
                path,
                format_args!(
                    "cannot have both {} and {} filters",
                    one.as_str(),
                    other.as_str()
                ),
            ));
        }
    }
    Ok(())
}

fn required<'v>(path: &str, value: &'v Value, name: &str) -> Result<&'v str, HubError> {
    value
        .get(name)
        .and_then(Value::as_str)
        .filter(|text| !text.trim().is_empty())
        .ok_or_else(|| {
            HubError::member(format!("{path}.{name}"), "must be a text that is not empty")
        })
}

fn comparison(path: &str, value: &Value) -> Result<TextComparison, HubError> {
    TextComparison::parse(required(path, value, "Comparison")?).ok_or_else(|| {
        HubError::member(
            format!("{path}.Comparison"),
            "must be EQUALS, PREFIX, NOT_EQUALS, PREFIX_NOT_EQUALS, CONTAINS or NOT_CONTAINS",
        )
    })
}

fn text(path: &str, value: &Value) -> Result<TextFilter, HubError> {
    Ok(TextFilter {
        value: required(path, value, "Value")?.to_owned(),
        comparison: comparison(path, value)?,
    })
}

fn map(path: &str, value: &Value) -> Result<MapFilter, HubError> {
    let comparison = comparison(path, value)?;
    if matches!(
        comparison,
        TextComparison::Prefix | TextComparison::PrefixNotEquals
    ) {
        return Err(HubError::member(
            format!("{path}.Comparison"),
            "must be EQUALS, NOT_EQUALS, CONTAINS or NOT_CONTAINS",
        ));
    }
    Ok(MapFilter {
        key: required(path, value, "Key")?.to_owned(),
        value: required(path, value, "Value")?.to_owned(),
        comparison,
    })
}

fn number(path: &str, value: &Value) -> Result<NumberFilter, HubError> {
    let bound = |name: &str| match value.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(bound) => bound
            .as_f64()
            .map(Some)
            .ok_or_else(|| HubError::member(format!("{path}.{name}"), "must be a number")),
    };
    let filter = NumberFilter {
        gte: bound("Gte")?,
        lte: bound("Lte")?,
        eq: bound("Eq")?,
        gt: bound("Gt")?,
        lt: bound("Lt")?,
    };
    if filter == NumberFilter::default() {
        return Err(HubError::member(
            path,
            "must have one of Eq, Gte, Lte, Gt and Lt",
        ));
    }
    Ok(filter)
}

fn date(path: &str, value: &Value) -> Result<DateFilter, HubError> {
    let given = |name: &str| value.get(name).filter(|value| !value.is_null());
    let time = |name: &str| {
        given(name)
            .map(|value| {
                let at = value.as_str().and_then(parse_time);
                at.ok_or_else(|| {
                    HubError::member(
                        format!("{path}.{name}"),
                        "must be a time such as 2026-01-31T00:00:00Z",
                    )
                })
            })
            .transpose()
    };
    let (start, end) = (time("Start")?, time("End")?);
    match (given("DateRange"), start.is_some() || end.is_some()) {
        (Some(range), false) => date_range(&format!("{path}.DateRange"), range),
        (None, true) => Ok(DateFilter::Between { start, end }),
        _ => Err(HubError::member(
            path,
            "must have either Start, End or both, or DateRange",
        )),
    }
}

fn date_range(path: &str, range: &Value) -> Result<DateFilter, HubError> {
    let days = range.get("Value").and_then(Value::as_i64);
    let days = days
        .filter(|days| (0..=MAX_DAYS).contains(days))
        .ok_or_else(|| {
            HubError::member(
                format!("{path}.Value"),
                format_args!("must be a number of days up to {MAX_DAYS}"),
            )
        })?;
    if required(path, range, "Unit")? != "DAYS" {
        return Err(HubError::member(format!("{path}.Unit"), "must be DAYS"));
    }
    match range
        .get("Comparison")
        .filter(|value| !value.is_null())
        .map(Value::as_str)
    {
        None | Some(Some("WITHIN")) => Ok(DateFilter::Within { days }),
        Some(Some("OLDER_THAN")) => Ok(DateFilter::OlderThan { days }),
        Some(_) => Err(HubError::member(
            format!("{path}.Comparison"),
            "must be WITHIN or OLDER_THAN",
        )),
    }
}

fn network(path: &str, value: &Value) -> Result<Network, HubError> {
    Network::parse(required(path, value, "Cidr")?).ok_or_else(|| {
        HubError::member(
            format!("{path}.Cidr"),
            "must be an address or a range such as 192.0.2.0/24",
        )
    })
}
