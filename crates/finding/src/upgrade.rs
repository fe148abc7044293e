use serde::{Deserialize, Serialize};
use shindan_package::Ecosystem;

use crate::DetectorId;

/// One version of a package that closes findings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upgrade {
    /// The package's registry of names.
    pub ecosystem: Ecosystem,
    /// As its ecosystem writes it.
    pub package: String,
    /// The version to have; above every version of the package that a closed finding is about.
    pub version: String,
    /// How to get there.
    pub command: String,
    /// Sorted; never empty.
    pub closes: Vec<ClosedFinding>,
}

/// Which finding is closed: together, its detector and its path are no other finding's about a dependency.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ClosedFinding {
    /// The vulnerability's id.
    pub detector: DetectorId,
    /// The path of the finding's location.
    pub path: String,
}
