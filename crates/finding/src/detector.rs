use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Confidence, Severity};

/// The stable name of a detector, such as `sql-injection`. It is part of a finding's identity and never changes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DetectorId(pub String);

impl fmt::Display for DetectorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a report says about a detector.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DetectorInfo {
    /// Its name.
    pub id: DetectorId,
    /// One line, for lists.
    pub title: String,
    /// Default severity.
    pub severity: Severity,
    /// Default confidence.
    pub confidence: Confidence,
    /// CWE numbers, the primary one first.
    pub cwe: Vec<u32>,
    /// What it finds and why that is bad; Markdown.
    pub description: String,
    /// How to repair; Markdown.
    pub fix: String,
    /// Further reading.
    pub references: Vec<String>,
    /// Languages it looks at, by name.
    pub languages: Vec<String>,
}
