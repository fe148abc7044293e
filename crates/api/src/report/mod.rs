//! Writing the reports that the API was asked for, piece by piece: [`FindingsReport`] and [`SbomExport`].
//!
//! The job of a report opens its destination and writes what these give; nothing here knows of buckets or folders. Both
//! read page by page, so that a report of a million findings takes no more memory than one of a thousand.

mod csv;
mod findings;
mod sbom;

use serde::Deserialize;
use shindan_store::{Report, StoreError};

pub use findings::FindingsReport;
pub use sbom::SbomExport;

/// Why a report cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is nothing to report.
    #[error("no findings match the report's criteria")]
    NoFindings,
    /// The row holds what the API does not write.
    #[error("the report {id} cannot be read: {reason}")]
    Malformed {
        /// Its id.
        id: String,
        /// What is wrong.
        reason: String,
    },
}

impl ReportError {
    /// The API's `ReportingErrorCode`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoFindings => "NO_FINDINGS_FOUND",
            Self::Store(_) | Self::Malformed { .. } => "INTERNAL_ERROR",
        }
    }

    fn malformed(report: &Report, reason: impl ToString) -> Self {
        Self::Malformed {
            id: report.id.clone(),
            reason: reason.to_string(),
        }
    }
}

/// Where a report goes: the API's `Destination`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Destination {
    /// The bucket, or the folder under the server's own folder of reports.
    pub bucket_name: String,
    /// What keys begin with.
    #[serde(default)]
    pub key_prefix: String,
    /// The key of AWS KMS to encrypt with; for buckets of AWS only.
    pub kms_key_arn: String,
}

impl Destination {
    /// That of a report.
    ///
    /// # Errors
    /// When the row holds something else.
    pub fn of(report: &Report) -> Result<Self, ReportError> {
        serde_json::from_str(&report.destination)
            .map_err(|error| ReportError::malformed(report, error))
    }

    /// A key under the prefix. Prefixes have no `.` and `..`, which is checked when a report is asked for.
    fn key(&self, name: &str) -> String {
        let prefix = self.key_prefix.trim_matches('/');
        if prefix.is_empty() {
            name.to_owned()
        } else {
            format!("{prefix}/{name}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_begin_with_the_prefix() {
        let destination = |prefix: &str| Destination {
            bucket_name: "b".to_owned(),
            key_prefix: prefix.to_owned(),
            kms_key_arn: "k".to_owned(),
        };
        for (prefix, key) in [("", "x.csv"), ("a/b", "a/b/x.csv"), ("/a/", "a/x.csv")] {
            assert_eq!(destination(prefix).key("x.csv"), key);
        }
    }
}
