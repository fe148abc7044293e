//! The TOML shapes, as written. [`crate::Builder`] turns them into checked types.

use std::collections::BTreeMap;

use serde::Deserialize;
use shindan_finding::{Confidence, Severity};

use crate::{Literal, RowLanguage};

/// One value or a list of them.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    pub(crate) fn as_slice(&self) -> &[String] {
        match self {
            Self::One(text) => std::slice::from_ref(text),
            Self::Many(texts) => texts,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawDetector {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) severity: Severity,
    pub(crate) confidence: Confidence,
    pub(crate) cwe: Vec<u32>,
    pub(crate) description: String,
    pub(crate) fix: String,
    #[serde(default)]
    pub(crate) references: Vec<String>,
    #[serde(default)]
    pub(crate) covers: Vec<String>,
    pub(crate) taint: Option<RawTaint>,
    #[serde(default)]
    pub(crate) check: Vec<RawCheck>,
    #[serde(default)]
    pub(crate) example: Vec<RawExample>,
}

/// What `ID.LANGUAGE.toml` adds to the detector of that id.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawPart {
    #[serde(default)]
    pub(crate) covers: Vec<String>,
    #[serde(default)]
    pub(crate) check: Vec<RawCheck>,
    #[serde(default)]
    pub(crate) example: Vec<RawExample>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawTaint {
    #[serde(default)]
    pub(crate) sources: Vec<String>,
    pub(crate) sink: String,
    pub(crate) message: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawCheck {
    /// Left out in the part of a detector that a file of its own language holds.
    pub(crate) language: Option<RowLanguage>,
    pub(crate) call: Option<OneOrMany>,
    pub(crate) assign: Option<OneOrMany>,
    pub(crate) property: Option<String>,
    pub(crate) variable: Option<String>,
    #[serde(default)]
    pub(crate) equality: bool,
    pub(crate) text: Option<String>,
    #[serde(default)]
    pub(crate) slow_regex: bool,
    pub(crate) import: Option<OneOrMany>,
    pub(crate) read: Option<OneOrMany>,
    pub(crate) class: Option<OneOrMany>,
    pub(crate) decorated: Option<OneOrMany>,
    #[serde(default)]
    pub(crate) empty_catch: bool,
    #[serde(default)]
    pub(crate) when: Vec<RawCondition>,
    #[serde(default)]
    pub(crate) unless: Vec<RawCondition>,
    pub(crate) message: String,
    pub(crate) cwe: Option<Vec<u32>>,
    pub(crate) severity: Option<Severity>,
    pub(crate) confidence: Option<Confidence>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct RawCondition {
    // What is looked at.
    pub(crate) arg: Option<String>,
    pub(crate) receiver: Option<RawFlagOrPath>,
    pub(crate) value: Option<RawFlagOrPath>,
    pub(crate) left: bool,
    pub(crate) right: bool,
    pub(crate) either: bool,
    // What must hold.
    pub(crate) is: Option<RawLiteral>,
    #[serde(rename = "in")]
    pub(crate) one_of: Option<Vec<RawLiteral>>,
    pub(crate) not_in: Option<Vec<RawLiteral>>,
    pub(crate) is_null: bool,
    pub(crate) matches: Option<String>,
    pub(crate) not_matches: Option<String>,
    pub(crate) absent: bool,
    pub(crate) present: bool,
    pub(crate) literal: bool,
    pub(crate) dynamic: bool,
    pub(crate) unsettled: Option<String>,
    pub(crate) below: Option<i64>,
    pub(crate) above: Option<i64>,
    pub(crate) truthy: Option<bool>,
    pub(crate) tainted: Option<OneOrMany>,
    #[serde(rename = "type")]
    pub(crate) of_type: Option<OneOrMany>,
    pub(crate) annotated: Option<OneOrMany>,
    pub(crate) function: bool,
    pub(crate) text: Option<String>,
    pub(crate) empty: bool,
    pub(crate) result_unused: bool,
    pub(crate) within: Option<String>,
    pub(crate) scope: Option<String>,
    pub(crate) assigned_to: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum RawFlagOrPath {
    Flag(
        #[expect(
            dead_code,
            reason = "only `true` makes sense, and says no more than the key does"
        )]
        bool,
    ),
    Path(String),
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum RawLiteral {
    Bool(bool),
    Int(i64),
    Str(String),
}

impl From<&RawLiteral> for Literal {
    fn from(raw: &RawLiteral) -> Self {
        match raw {
            RawLiteral::Bool(b) => Self::Bool(*b),
            RawLiteral::Int(i) => Self::Int(*i),
            RawLiteral::Str(s) => Self::Str(s.clone()),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawExample {
    /// As for a check.
    pub(crate) language: Option<String>,
    pub(crate) bad: Option<String>,
    pub(crate) good: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawModel {
    pub(crate) language: RowLanguage,
    #[serde(default)]
    pub(crate) types: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) sources: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub(crate) sinks: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub(crate) sink: Vec<RawSink>,
    #[serde(default)]
    pub(crate) clears: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub(crate) restores: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub(crate) flows: BTreeMap<String, OneOrMany>,
    #[serde(default)]
    pub(crate) guard: Vec<RawGuard>,
    #[serde(default)]
    pub(crate) entry: Vec<RawEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawSink {
    pub(crate) kind: String,
    pub(crate) call: Option<OneOrMany>,
    pub(crate) assign: Option<OneOrMany>,
    #[serde(default)]
    pub(crate) args: Vec<String>,
    #[serde(default)]
    pub(crate) when: Vec<RawCondition>,
    #[serde(default)]
    pub(crate) unless: Vec<RawCondition>,
    pub(crate) confidence: Option<Confidence>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawGuard {
    pub(crate) call: OneOrMany,
    pub(crate) on: String,
    pub(crate) answer: Option<bool>,
    pub(crate) clears: Vec<String>,
    #[serde(default)]
    pub(crate) when: Vec<RawCondition>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawEntry {
    pub(crate) argument: Option<OneOrMany>,
    pub(crate) decorator: Option<OneOrMany>,
    pub(crate) bases: Option<OneOrMany>,
    pub(crate) methods: Option<String>,
    pub(crate) names: Option<Vec<String>>,
    pub(crate) function: Option<String>,
    #[serde(default)]
    pub(crate) params: Vec<String>,
    pub(crate) rest: Option<String>,
    pub(crate) returns: Option<crate::ReturnUse>,
}
