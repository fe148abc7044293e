//! From a request's JSON to criteria, with everything that is wrong about it at once.

use std::fmt;

use serde_json::{Map, Value};

use super::{
    DateField, DateFilter, FilterCriteria, MapFilter, NumberField, NumberFilter, PackageFilter,
    PortRangeFilter, PurlQualifierFilter, ReachabilityFilter, ReachabilityReasonFilter,
    StringField, StringFilter,
};
use crate::Timestamp;
use crate::WireEnum;

/// What is wrong with one member of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    /// Where, as the API writes it: `severity.1.member.comparison`. Members of lists count from 1.
    pub path: String,
    /// What the API says of it: `Member must satisfy enum value set: [ASC, DESC]`.
    pub message: String,
    /// What kind of mistake it is.
    pub fault: Fault,
}

/// What kind of mistake something is; the reason of a `ValidationException`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It has another type, such as a text where a list belongs.
    CannotParse,
    /// Its value is out of bounds.
    OutOfBounds,
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Value at '{}' failed to satisfy constraint: {}",
            self.path, self.message
        )
    }
}

/// Complaints that are kept of one request: enough to repair it, too few to be an attack on the log.
const COMPLAINTS: usize = 50;

/// Reads members of a request and collects what is wrong with them.
#[derive(Debug, Default)]
pub struct Reader {
    invalid: Vec<Invalid>,
}

impl Reader {
    /// What was read, or what is wrong.
    ///
    /// # Errors
    /// With all complaints when there are any.
    pub fn finish<T>(self, read: T) -> Result<T, Vec<Invalid>> {
        if self.invalid.is_empty() {
            Ok(read)
        } else {
            Err(self.invalid)
        }
    }

    /// Remembers that a member is out of bounds.
    pub fn refuse(&mut self, path: &str, message: impl Into<String>) {
        self.complain(path, message.into(), Fault::OutOfBounds);
    }

    fn mistyped(&mut self, path: &str, expected: &str) {
        self.complain(
            path,
            format!("Member must be {expected}"),
            Fault::CannotParse,
        );
    }

    fn complain(&mut self, path: &str, message: String, fault: Fault) {
        if self.invalid.len() < COMPLAINTS {
            self.invalid.push(Invalid {
                path: path.to_owned(),
                message,
                fault,
            });
        }
    }

    /// A structure.
    pub fn structure<'v>(
        &mut self,
        path: &str,
        value: &'v Value,
    ) -> Option<&'v Map<String, Value>> {
        if !value.is_object() {
            self.mistyped(path, "a structure");
        }
        value.as_object()
    }

    /// A list of 1 to 10 items.
    pub fn list<T>(
        &mut self,
        path: &str,
        value: &Value,
        mut item: impl FnMut(&mut Self, &str, &Value) -> Option<T>,
    ) -> Vec<T> {
        let Some(values) = value.as_array() else {
            self.mistyped(path, "a list");
            return Vec::new();
        };
        if values.is_empty() {
            self.refuse(path, "Member must have length greater than or equal to 1");
        }
        if values.len() > 10 {
            self.refuse(path, "Member must have length less than or equal to 10");
        }
        let numbered = values.iter().take(10).zip(1..);
        numbered
            .filter_map(|(value, at)| item(self, &format!("{path}.{at}.member"), value))
            .collect()
    }

    /// A text of so many characters.
    pub fn text(&mut self, path: &str, value: &Value, least: usize, most: usize) -> Option<String> {
        let Some(text) = value.as_str() else {
            self.mistyped(path, "a string");
            return None;
        };
        let length = text.chars().take(most + 1).count();
        if length < least {
            let message = format!("Member must have length greater than or equal to {least}");
            self.refuse(path, message);
        }
        if length > most {
            let message = format!("Member must have length less than or equal to {most}");
            self.refuse(path, message);
        }
        Some(text.to_owned())
    }

    /// A value of an enumeration.
    pub fn choice<T: WireEnum>(&mut self, path: &str, value: &Value) -> Option<T> {
        let Some(text) = value.as_str() else {
            self.mistyped(path, "a string");
            return None;
        };
        let chosen = T::VALUES.iter().copied().find(|value| value.name() == text);
        if chosen.is_none() {
            let names: Vec<_> = T::VALUES.iter().map(|value| value.name()).collect();
            let set = names.join(", ");
            self.refuse(path, format!("Member must satisfy enum value set: [{set}]"));
        }
        chosen
    }

    fn number(&mut self, path: &str, value: &Value) -> Option<f64> {
        let number = value.as_f64();
        if number.is_none() {
            self.mistyped(path, "a number");
        }
        number
    }

    fn time(&mut self, path: &str, value: &Value) -> Option<Timestamp> {
        let time = serde_json::from_value(value.clone()).ok();
        if time.is_none() {
            self.mistyped(path, "a time in seconds since 1970");
        }
        time
    }

    fn port(&mut self, path: &str, value: &Value) -> Option<u16> {
        let Some(number) = value.as_i64() else {
            self.mistyped(path, "a whole number");
            return None;
        };
        let port = u16::try_from(number).ok();
        if port.is_none() {
            self.refuse(path, "Member must be between 0 and 65535");
        }
        port
    }

    /// A member that has to be there.
    pub fn required<'v>(
        &mut self,
        path: &str,
        map: &'v Map<String, Value>,
        name: &str,
    ) -> Option<&'v Value> {
        let value = optional(map, name);
        if value.is_none() {
            self.refuse(&format!("{path}.{name}"), "Member must not be null");
        }
        value
    }

    /// A comparison of texts.
    pub fn string_filter(&mut self, path: &str, value: &Value) -> Option<StringFilter> {
        let map = self.structure(path, value)?;
        let comparison = self.member(path, map, "comparison");
        let value = self
            .required(path, map, "value")
            .and_then(|value| self.text(&format!("{path}.value"), value, 1, 1024));
        Some(StringFilter {
            comparison: comparison?,
            value: value?,
        })
    }

    /// A comparison of tags.
    pub fn map_filter(&mut self, path: &str, value: &Value) -> Option<MapFilter> {
        let map = self.structure(path, value)?;
        let comparison = self.member(path, map, "comparison");
        let key = self
            .required(path, map, "key")
            .and_then(|key| self.text(&format!("{path}.key"), key, 1, 128));
        let value = optional(map, "value")
            .and_then(|value| self.text(&format!("{path}.value"), value, 0, 256));
        Some(MapFilter {
            comparison: comparison?,
            key: key?,
            value,
        })
    }

    /// A value of an enumeration that has to be there.
    pub fn member<T: WireEnum>(
        &mut self,
        path: &str,
        map: &Map<String, Value>,
        name: &str,
    ) -> Option<T> {
        let value = self.required(path, map, name)?;
        self.choice(&format!("{path}.{name}"), value)
    }

    fn date_filter(&mut self, path: &str, value: &Value) -> Option<DateFilter> {
        let map = self.structure(path, value)?;
        let mut end = |name| {
            optional(map, name).and_then(|value| self.time(&format!("{path}.{name}"), value))
        };
        Some(DateFilter {
            start_inclusive: end("startInclusive"),
            end_inclusive: end("endInclusive"),
        })
    }

    fn number_filter(&mut self, path: &str, value: &Value) -> Option<NumberFilter> {
        let map = self.structure(path, value)?;
        let mut end = |name| {
            optional(map, name).and_then(|value| self.number(&format!("{path}.{name}"), value))
        };
        Some(NumberFilter {
            upper_inclusive: end("upperInclusive"),
            lower_inclusive: end("lowerInclusive"),
        })
    }

    fn port_filter(&mut self, path: &str, value: &Value) -> Option<PortRangeFilter> {
        let map = self.structure(path, value)?;
        let mut end = |name| {
            optional(map, name).and_then(|value| self.port(&format!("{path}.{name}"), value))
        };
        Some(PortRangeFilter {
            begin_inclusive: end("beginInclusive"),
            end_inclusive: end("endInclusive"),
        })
    }

    fn package_filter(&mut self, path: &str, value: &Value) -> Option<PackageFilter> {
        let map = self.structure(path, value)?;
        let mut filter = PackageFilter::default();
        for (name, value) in map.iter().filter(|(_, value)| !value.is_null()) {
            let path = format!("{path}.{name}");
            match name.as_str() {
                "name" => filter.name = self.string_filter(&path, value),
                "version" => filter.version = self.string_filter(&path, value),
                "epoch" => filter.epoch = self.number_filter(&path, value),
                "release" => filter.release = self.string_filter(&path, value),
                "architecture" => filter.architecture = self.string_filter(&path, value),
                "sourceLayerHash" => filter.source_layer_hash = self.string_filter(&path, value),
                "sourceLambdaLayerArn" => {
                    filter.source_lambda_layer_arn = self.string_filter(&path, value);
                }
                "filePath" => filter.file_path = self.string_filter(&path, value),
                "runtimeReachability" => {
                    filter.runtime_reachability = self.reachability(&path, value);
                }
                "runtimeReachabilityReason" => {
                    filter.runtime_reachability_reason = self.reachability_reason(&path, value);
                }
                "purlQualifier" => filter.purl_qualifier = self.purl_qualifier(&path, value),
                _ => self.refuse(&path, UNKNOWN),
            }
        }
        Some(filter)
    }

    fn reachability(&mut self, path: &str, value: &Value) -> Option<ReachabilityFilter> {
        let map = self.structure(path, value)?;
        let comparison = self.member(path, map, "comparison");
        let value = self.member(path, map, "value");
        Some(ReachabilityFilter {
            comparison: comparison?,
            value: value?,
        })
    }

    fn reachability_reason(
        &mut self,
        path: &str,
        value: &Value,
    ) -> Option<ReachabilityReasonFilter> {
        let map = self.structure(path, value)?;
        let comparison = self.member(path, map, "comparison");
        let value = self.member(path, map, "value");
        Some(ReachabilityReasonFilter {
            comparison: comparison?,
            value: value?,
        })
    }

    fn purl_qualifier(&mut self, path: &str, value: &Value) -> Option<PurlQualifierFilter> {
        let map = self.structure(path, value)?;
        let comparison = self.member(path, map, "comparison");
        let key = self.member(path, map, "key");
        let value = optional(map, "value")
            .and_then(|value| self.text(&format!("{path}.value"), value, 0, 256));
        Some(PurlQualifierFilter {
            comparison: comparison?,
            key: key?,
            value,
        })
    }
}

const UNKNOWN: &str = "Member must be one that this version of the API has";

/// A member that may be missing or `null`.
pub(crate) fn optional<'v>(map: &'v Map<String, Value>, name: &str) -> Option<&'v Value> {
    map.get(name).filter(|value| !value.is_null())
}

impl FilterCriteria {
    /// Reads criteria.
    ///
    /// A criterion that is not known is refused, although the API's protocol lets servers ignore what they do not know:
    /// a filter without it would find, or suppress, more than its author meant.
    ///
    /// # Errors
    /// With what is wrong, paths beginning at the criteria.
    pub fn parse(value: &Value) -> Result<Self, Vec<Invalid>> {
        let mut reader = Reader::default();
        let mut criteria = Self::default();
        let members = reader
            .structure("filterCriteria", value)
            .into_iter()
            .flatten();
        for (name, value) in members.filter(|(_, value)| !value.is_null()) {
            if let Some(field) = StringField::parse(name) {
                let filters = reader.list(name, value, Reader::string_filter);
                criteria.strings.insert(field, filters);
            } else if let Some(field) = DateField::parse(name) {
                let filters = reader.list(name, value, Reader::date_filter);
                criteria.dates.insert(field, filters);
            } else if let Some(field) = NumberField::parse(name) {
                let filters = reader.list(name, value, Reader::number_filter);
                criteria.numbers.insert(field, filters);
            } else {
                match name.as_str() {
                    "resourceTags" => {
                        criteria.resource_tags = reader.list(name, value, Reader::map_filter);
                    }
                    "portRange" => {
                        criteria.port_range = reader.list(name, value, Reader::port_filter);
                    }
                    "vulnerablePackages" => {
                        criteria.vulnerable_packages =
                            reader.list(name, value, Reader::package_filter);
                    }
                    _ => reader.refuse(&name.chars().take(128).collect::<String>(), UNKNOWN),
                }
            }
        }
        reader.finish(criteria)
    }
}
