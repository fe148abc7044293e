//! Detectors.

use serde::{Deserialize, Serialize};
use shindan_finding::{Confidence, DetectorInfo, Severity};

use crate::{ApiPath, ByLanguage, Condition, OnDemand, RowLanguage, SourceKind};

/// A detector: what is wrong, and how it is recognised.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Detector {
    /// Id, title, CWE, severity, texts.
    pub info: DetectorInfo,
    /// Ids of the detectors of Amazon's library that it covers.
    pub covers: Vec<String>,
    /// Data that must not arrive somewhere.
    pub taint: Option<TaintRule>,
    /// Uses of an API that are wrong by themselves.
    pub checks: ByLanguage<Check>,
    /// Its tests and documentation.
    pub examples: OnDemand<Vec<Example>>,
}

/// Data of some kinds must not arrive in sinks of a kind.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TaintRule {
    /// Which data. `Event` and `Http` are meant wherever one of the untrusted kinds is named.
    pub sources: Vec<SourceKind>,
    /// The kind of sink, defined here and used by the models.
    pub sink: String,
    /// One line; `{source}` is replaced by the words for the source, `{sink}` by the call.
    pub message: String,
}

/// A use of an API that is wrong by itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Check {
    /// Where it applies.
    pub language: RowLanguage,
    /// What is looked at.
    pub trigger: Trigger,
    /// All must hold.
    pub when: Vec<Condition>,
    /// None may hold.
    pub unless: Vec<Condition>,
    /// One line.
    pub message: String,
    /// Instead of the detector's.
    pub cwe: Option<Vec<u32>>,
    /// Instead of the detector's.
    pub severity: Option<Severity>,
    /// Instead of the detector's.
    pub confidence: Option<Confidence>,
}

/// What a check looks at.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Trigger {
    /// A call of one of these (`()` at the end left out).
    Call(Vec<ApiPath>),
    /// An assignment to one of these places; a path may end in `[]`. `*.name` is the member of any object.
    Assign(Vec<ApiPath>),
    /// A key of an object or map literal, or a named argument, found by the regular expression.
    Property(String),
    /// An assignment to a variable or member whose name the regular expression finds.
    Variable(String),
    /// `==`, `!=`, `===`, `!==`.
    Equality,
    /// A string literal that the regular expression finds something in.
    Text(String),
    /// A regular expression, literal or passed to the language's engine, that can backtrack exponentially.
    SlowRegex,
    /// An import of one of these modules.
    Import(Vec<String>),
    /// A read of one of these.
    Read(Vec<ApiPath>),
    /// A class with one of these bases.
    Class(Vec<ApiPath>),
    /// A function with one of these decorators.
    Decorated(Vec<ApiPath>),
    /// An exception handler whose body does nothing.
    EmptyCatch,
}

/// A piece of code that the detector must find (bad) or leave alone (good).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Example {
    /// `python`, `javascript`, `typescript`, `java`, `csharp`, `ruby`.
    pub language: String,
    /// Whether it must be found.
    pub bad: bool,
    /// The code.
    pub code: String,
}
