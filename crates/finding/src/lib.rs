//! What a scan says: findings, their places and flows, and what was and was not looked at.
//!
//! Knows neither how a finding was found nor where it is kept. Everything here is plain data that
//! serialises, because it crosses the process border between the sandboxed analysis and its caller. That border may speak a
//! format without field names, so no field is left out when it is empty.

mod baseline;
mod baseline_file;
mod config;
mod detector;
mod finding;
mod fingerprint;
mod inline;
mod location;
mod outcome;
mod path_pattern;
mod severity;
mod similarity;
mod suppression;
#[cfg(test)]
mod test_findings;
mod upgrade;
mod urgency;
mod vulnerability;

pub use baseline::{Baseline, BaselineError, BaselineState};
pub use baseline_file::JSON_SCHEMA;
pub use config::{Config, ConfigError, IgnoreRule};
pub use detector::{DetectorId, DetectorInfo};
pub use finding::{Finding, FindingKind, FlowStep, StepKind};
pub use fingerprint::{CONTEXT_FREE_HASH, FINDING_HASH, Fingerprints, fingerprints};
pub use inline::{InlineIgnore, ignored_line, parse_inline};
pub use location::{Location, Region, Snippet};
pub use outcome::{Coverage, FileNote, FunctionNote, FunctionStatus, Outcome, Statistics};
pub use path_pattern::PathPattern;
pub use severity::{Confidence, Severity};
pub use suppression::{Disposition, SuppressedBy, dispositions};
pub use upgrade::{ClosedFinding, Upgrade};
pub use urgency::Urgency;
pub use vulnerability::{
    Epss, KnownExploit, PackagePlace, Usage, Vulnerability, VulnerablePackage,
};
