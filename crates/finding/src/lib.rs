//! What a scan says: findings, their places and flows, and what was and was not looked at.
//!
//! Knows neither how a finding was found nor where it is kept. Everything here is plain data that
//! serialises, because it crosses the process border between the sandboxed analysis and its caller.

mod detector;
mod finding;
mod location;
mod outcome;
mod severity;

pub use detector::{DetectorId, DetectorInfo};
pub use finding::{Finding, FindingKind, FlowStep, StepKind};
pub use location::{Location, Region, Snippet};
pub use outcome::{Coverage, FileNote, FunctionNote, FunctionStatus, Outcome, Statistics};
pub use severity::{Confidence, Severity};
