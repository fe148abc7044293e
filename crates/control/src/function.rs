//! What is known of the Lambda functions of an organization: enough to ask people about them and to say what scanning
//! costs.

use std::fmt;

use serde::{Deserialize, Serialize};

use shindan_inspector::{AccountId, Region};

/// The scan types that look at functions; each is billed by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FunctionScan {
    /// Dependencies.
    Standard,
    /// The function's own code.
    Code,
}

impl FunctionScan {
    pub const ALL: [Self; 2] = [Self::Standard, Self::Code];
}

/// One function, at `$LATEST`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionFacts {
    pub account: AccountId,
    pub region: Region,
    pub name: String,
    /// As Lambda names it, such as `python3.12`; for a container image, `image`.
    pub runtime: String,
    pub standard: Eligibility,
    pub code: Eligibility,
    /// Whether shindan scans it already.
    pub scanned_by_shindan: bool,
}

impl FunctionFacts {
    /// Whether a scan type would look at the function.
    #[must_use]
    pub const fn eligibility(&self, scan: FunctionScan) -> Eligibility {
        match scan {
            FunctionScan::Standard => self.standard,
            FunctionScan::Code => self.code,
        }
    }
}

/// Whether a scan type looks at a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Eligibility {
    /// All month, as far as can be told.
    Eligible,
    /// Now, but its 90 days without use end within the month.
    Expiring,
    Not(Ineligibility),
}

/// Why a scan type does not look at a function (Inspector user guide, page `scanning-lambda`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Ineligibility {
    /// It was neither invoked nor updated for 90 days; the next use makes it eligible again.
    Dormant,
    UnsupportedRuntime,
    ExcludedByTag,
    /// Its code is encrypted with a key of the customer.
    CustomerManagedKey,
    /// Images are scanned in their registry.
    ContainerImage,
}

impl fmt::Display for Ineligibility {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dormant => "not used for 90 days",
            Self::UnsupportedRuntime => "unsupported runtime",
            Self::ExcludedByTag => "excluded by a tag",
            Self::CustomerManagedKey => "encrypted with a customer managed key",
            Self::ContainerImage => "container image",
        })
    }
}
