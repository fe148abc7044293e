//! Holding a value against the format.
//!
//! Messages are in the words that clients of BatchImportFindings know: `data.Title should NOT be longer than 256
//! characters`, `data should have required property 'Id'`.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::Finding;
use super::schema::{FINDING, Member, Shape};
use crate::time::parse_time;

/// How large a finding may be, as JSON text.
pub const MAX_BYTES: usize = 240 * 1024;

/// Problems that are told of one finding; the first ones are what somebody repairs first.
const MAX_PROBLEMS: usize = 8;

/// How deep arrays and objects may be nested. The format needs ten levels; more is no finding.
const MAX_DEPTH: usize = 32;

/// Why a finding of a batch is not imported: an entry of `FailedFindings`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Rejected {
    /// The finding's own id.
    pub id: String,
    /// The kind of reason.
    pub code: RejectedCode,
    /// The reason.
    pub message: String,
}

/// `ErrorCode` of an entry of `FailedFindings`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RejectedCode {
    /// It is no finding in the format.
    InvalidInput,
    /// It is not the caller's to import.
    InvalidAccess,
}

impl RejectedCode {
    /// As the API writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidInput => "InvalidInput",
            Self::InvalidAccess => "InvalidAccess",
        }
    }
}

impl Rejected {
    /// In the API's shape.
    #[must_use]
    pub fn to_json(&self) -> Value {
        serde_json::json!({
            "Id": self.id,
            "ErrorCode": self.code.as_str(),
            "ErrorMessage": self.message,
        })
    }
}

/// Holds a value against the format. Members that are null count as absent, as everywhere in the API.
///
/// # Errors
/// What is wrong, up to eight things at once.
pub fn check(mut value: Value) -> Result<Finding, Rejected> {
    let id = value.get("Id").and_then(Value::as_str);
    let id = id.unwrap_or_default().to_owned();
    let rejected = |problems: &[String]| Rejected {
        id: id.clone(),
        code: RejectedCode::InvalidInput,
        message: format!(
            "Finding does not adhere to Amazon Finding Format. {}.",
            problems.join(", ")
        ),
    };
    if is_deeper(&value, MAX_DEPTH) {
        return Err(rejected(&[format!(
            "data should NOT be nested deeper than {MAX_DEPTH} levels"
        )]));
    }
    drop_nulls(&mut value);
    let mut checker = Checker::default();
    checker.shape("data", &value, &FINDING);
    let Value::Object(members) = value else {
        return Err(rejected(&checker.problems));
    };
    if checker.problems.is_empty() && !has_severity(&members) {
        checker.problems = vec![
            "data should have required property 'Severity'".to_owned(),
            "data should have required property 'FindingProviderFields'".to_owned(),
            "data should match some schema in anyOf".to_owned(),
        ];
    }
    let finding = Finding::trusted(members);
    if checker.problems.is_empty() && finding.to_text().len() > MAX_BYTES {
        checker
            .problems
            .push("data should NOT be larger than 240 KB".to_owned());
    }
    if checker.problems.is_empty() {
        Ok(finding)
    } else {
        Err(rejected(&checker.problems))
    }
}

/// A finding has a label or a number, given by its provider in either place.
fn has_severity(members: &Map<String, Value>) -> bool {
    let provided = members.get("FindingProviderFields");
    [
        members.get("Severity"),
        provided.and_then(|p| p.get("Severity")),
    ]
    .into_iter()
    .flatten()
    .any(|severity| severity.get("Label").is_some() || severity.get("Normalized").is_some())
}

fn is_deeper(value: &Value, levels: usize) -> bool {
    let Some(below) = levels.checked_sub(1) else {
        return true;
    };
    match value {
        Value::Array(items) => items.iter().any(|item| is_deeper(item, below)),
        Value::Object(members) => members.values().any(|member| is_deeper(member, below)),
        _ => false,
    }
}

fn drop_nulls(value: &mut Value) {
    match value {
        Value::Array(items) => {
            items.retain(|item| !item.is_null());
            items.iter_mut().for_each(drop_nulls);
        }
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(drop_nulls);
        }
        _ => {}
    }
}

#[derive(Default)]
struct Checker {
    problems: Vec<String>,
}

impl Checker {
    fn problem(&mut self, path: &str, what: impl std::fmt::Display) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(format!("{path} {what}"));
        }
    }

    fn shape(&mut self, path: &str, value: &Value, shape: &Shape) {
        match (shape, value) {
            (Shape::Text { max }, Value::String(text)) => self.text(path, text, *max),
            (Shape::OneOf(words), Value::String(text)) => {
                if !words.contains(&&**text) {
                    self.problem(path, "should be equal to one of the allowed values");
                }
            }
            (Shape::Time, Value::String(text)) => {
                if parse_time(text).is_none() {
                    self.problem(path, "should match format \"date-time\"");
                }
            }
            (Shape::Account, Value::String(text)) => {
                if shindan_inspector::AccountId::parse(text).is_err() {
                    self.problem(path, "should match pattern \"^[0-9]{12}$\"");
                }
            }
            (Shape::Integer { min, max }, Value::Number(number)) => match number.as_i64() {
                None => self.problem(path, "should be integer"),
                Some(number) if number < *min => {
                    self.problem(path, format_args!("should be >= {min}"))
                }
                Some(number) if number > *max => {
                    self.problem(path, format_args!("should be <= {max}"))
                }
                Some(_) => {}
            },
            (Shape::Number, Value::Number(_)) | (Shape::Boolean, Value::Bool(_)) => {}
            (Shape::List { of, min, max }, Value::Array(items)) => {
                if items.len() < *min {
                    self.problem(path, format_args!("should NOT have fewer than {min} items"));
                }
                if items.len() > *max {
                    self.problem(path, format_args!("should NOT have more than {max} items"));
                }
                self.below(path, items.iter().enumerate(), |checker, path, item| {
                    checker.shape(path, item, of);
                });
            }
            (
                Shape::Map {
                    max,
                    key,
                    value: length,
                },
                Value::Object(members),
            ) => {
                if members.len() > *max {
                    self.problem(
                        path,
                        format_args!("should NOT have more than {max} properties"),
                    );
                }
                for (name, member) in members.iter().take(*max) {
                    self.entry(path, name, member, *key, *length);
                }
            }
            (Shape::Object(known), Value::Object(members)) => self.object(path, members, known),
            (Shape::Anything, Value::Object(_) | Value::Array(_)) => {}
            _ => self.problem(path, format_args!("should be {}", shape.expected())),
        }
    }

    fn text(&mut self, path: &str, text: &str, max: usize) {
        // A text of spaces alone is as empty to the API as one of nothing.
        if text.trim().is_empty() {
            self.problem(path, "should NOT be shorter than 1 characters");
        } else if text.chars().nth(max).is_some() {
            self.problem(
                path,
                format_args!("should NOT be longer than {max} characters"),
            );
        }
    }

    fn entry(&mut self, path: &str, name: &str, member: &Value, key: usize, length: usize) {
        if name.is_empty() || name.chars().nth(key).is_some() {
            self.problem(
                path,
                format_args!("property name should have 1 to {key} characters"),
            );
        }
        match member {
            Value::String(text) if text.chars().nth(length).is_some() => self.problem(
                path,
                format_args!("values should NOT be longer than {length} characters"),
            ),
            Value::String(_) => {}
            _ => self.problem(path, "values should be string"),
        }
    }

    fn object(&mut self, path: &str, members: &Map<String, Value>, known: &[Member]) {
        for member in known {
            match members.get(member.name) {
                Some(value) => self.shape(&format!("{path}.{}", member.name), value, &member.shape),
                None if member.required => self.problem(
                    path,
                    format_args!("should have required property '{}'", member.name),
                ),
                None => {}
            }
        }
        let is_known = |name: &String| known.iter().any(|member| member.name == name);
        if !members.keys().all(is_known) {
            self.problem(path, "should NOT have additional properties");
        }
    }

    /// Goes through the items of a list until enough is wrong.
    fn below<'v>(
        &mut self,
        path: &str,
        items: impl Iterator<Item = (usize, &'v Value)>,
        mut check: impl FnMut(&mut Self, &str, &Value),
    ) {
        let mut at = String::new();
        for (number, item) in items {
            if self.problems.len() >= MAX_PROBLEMS {
                break;
            }
            at.clear();
            let _ = write!(at, "{path}[{number}]");
            check(self, &at, item);
        }
    }
}
