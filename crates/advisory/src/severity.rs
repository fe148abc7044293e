//! How bad a vulnerability is, from CVSS vectors or from what the database says in words.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use cvss::Cvss;
use serde::{Deserialize, Serialize};

/// Levels of CVSS, and `Untriaged` where nobody has rated the vulnerability yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Severity {
    Untriaged,
    None,
    Low,
    Medium,
    High,
    Critical,
}

impl Severity {
    pub const ALL: [Self; 6] = [
        Self::Untriaged,
        Self::None,
        Self::Low,
        Self::Medium,
        Self::High,
        Self::Critical,
    ];

    /// The level of a word as GitHub's database and others write it.
    pub(crate) fn from_label(label: &str) -> Option<Self> {
        match label.to_ascii_uppercase().as_str() {
            "LOW" => Some(Self::Low),
            "MODERATE" | "MEDIUM" => Some(Self::Medium),
            "HIGH" => Some(Self::High),
            "CRITICAL" => Some(Self::Critical),
            _ => None,
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Untriaged => "UNTRIAGED",
            Self::None => "NONE",
            Self::Low => "LOW",
            Self::Medium => "MEDIUM",
            Self::High => "HIGH",
            Self::Critical => "CRITICAL",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A CVSS vector of version 2, 3.x or 4 whose score is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Rating {
    /// As the advisory spells it.
    pub vector: String,
    /// From 0 to 10.
    pub score: f64,
    pub severity: Severity,
    /// 2, 3 or 4.
    version: u8,
}

impl Rating {
    /// `None` for what is no valid vector.
    pub fn of(vector: &str) -> Option<Self> {
        let text = vector.trim().trim_end_matches('/');
        let cvss = Cvss::from_str(text).ok()?;
        let version = match cvss {
            Cvss::CvssV20(_) => 2,
            Cvss::CvssV40(_) => 4,
            _ => 3,
        };
        let severity = match cvss.severity() {
            cvss::Severity::None if version == 2 => Severity::Low,
            cvss::Severity::None => Severity::None,
            cvss::Severity::Low => Severity::Low,
            cvss::Severity::Medium => Severity::Medium,
            cvss::Severity::High => Severity::High,
            // Version 2 knows no level above high.
            cvss::Severity::Critical if version == 2 => Severity::High,
            cvss::Severity::Critical => Severity::Critical,
        };
        Some(Self {
            vector: text.to_owned(),
            score: cvss.score(),
            severity,
            version,
        })
    }

    /// The major version of CVSS: 2, 3 or 4.
    pub const fn version(&self) -> u8 {
        self.version
    }

    /// The rating that decides: of the newest version of CVSS, the highest.
    pub(crate) fn decisive(ratings: &[Self]) -> Option<&Self> {
        ratings.iter().max_by(|a, b| {
            a.version
                .cmp(&b.version)
                .then(a.score.partial_cmp(&b.score).unwrap_or(Ordering::Equal))
                .then_with(|| b.vector.cmp(&a.vector))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Rating, Severity};

    #[test]
    fn the_newest_version_decides_and_then_the_highest_score() {
        let ratings: Vec<Rating> = [
            "AV:N/AC:L/Au:N/C:C/I:C/A:C",
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H",
            "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N",
        ]
        .into_iter()
        .filter_map(Rating::of)
        .collect();
        assert_eq!(ratings.len(), 3);
        let decisive = Rating::decisive(&ratings).expect("there are some");
        assert_eq!(
            (decisive.score, decisive.severity),
            (10.0, Severity::Critical)
        );
        assert_eq!(ratings[0].severity, Severity::High);
    }

    #[test]
    fn what_is_no_vector_is_none() {
        for text in ["", "CVSS:3.1/AV:X", "CVSS:9.0/AV:N", "high", "CVSS:4.0/é"] {
            assert_eq!(Rating::of(text), None);
        }
        assert!(Rating::of("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H/").is_some());
    }
}
