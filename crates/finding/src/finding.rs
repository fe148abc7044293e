use serde::{Deserialize, Serialize};

use crate::{Confidence, DetectorId, Location, Region, Severity, Vulnerability};

/// Which part of the scan a finding comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FindingKind {
    /// Code scanning.
    Code,
    /// A secret in code or configuration.
    Secret,
    /// A package with a published vulnerability.
    Dependency,
}

/// One weakness at one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Which part of the scan it comes from.
    pub kind: FindingKind,
    /// What found it.
    pub detector: DetectorId,
    /// One line: what is wrong here.
    pub message: String,
    /// How bad it is.
    pub severity: Severity,
    /// How sure the analysis is.
    pub confidence: Confidence,
    /// CWE numbers, the primary one first.
    pub cwe: Vec<u32>,
    /// Where: the sink of a flow, the call of a misuse, the secret.
    pub location: Location,
    /// From the source to the sink; empty where nothing flows.
    #[serde(default)]
    pub flow: Vec<FlowStep>,
    /// The qualified name of the enclosing function (`Class.method`, `<module>`).
    pub enclosing: String,
    /// Names of the Lambda functions whose code holds it, sorted; empty when the package declares none.
    #[serde(default)]
    pub functions: Vec<String>,
    /// What the analysis had to approximate on the way, in words; each lowers the confidence.
    #[serde(default)]
    pub approximations: Vec<String>,
    /// The sink's tokens with white space and comments removed, for the fingerprint.
    pub normalized_sink: String,
    /// The kind of source and its API path; empty where nothing flows.
    pub source: String,
    /// A masked form of the secret, such as `AKIA************WXYZ`; the value itself never leaves the analysis.
    #[serde(default)]
    pub masked: Option<String>,
    /// Keyed hash of the secret's value, hex.
    #[serde(default)]
    pub secret_hash: Option<String>,
    /// The reason given by an inline comment that ignores it; `Some("")` when none was given.
    #[serde(default)]
    pub ignored_inline: Option<String>,
    /// Present for a [`FindingKind::Dependency`], whose detector is the vulnerability's id.
    #[serde(default)]
    pub vulnerability: Option<Box<Vulnerability>>,
}

impl Finding {
    /// What findings are sorted by: path, region and detector.
    #[must_use]
    pub fn order(&self) -> (&str, Region, &DetectorId) {
        let location = &self.location;
        (&location.path, location.region, &self.detector)
    }
}

impl Finding {
    /// The sink's tokens as a report may show them: empty where they could hold a secret's value.
    #[must_use]
    pub fn public_sink(&self) -> &str {
        let is_about_a_secret =
            self.kind == FindingKind::Secret || self.secret_hash.is_some() || self.masked.is_some();
        if is_about_a_secret {
            ""
        } else {
            &self.normalized_sink
        }
    }
}

/// What happens at a step of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StepKind {
    /// Untrusted data enters.
    Source,
    /// It moves on.
    Propagate,
    /// It enters a function.
    Call,
    /// It leaves a function.
    Return,
    /// It does harm.
    Sink,
}

/// One step of a flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowStep {
    /// What happens.
    pub kind: StepKind,
    /// Where.
    pub location: Location,
    /// In words, for people.
    pub message: String,
}
