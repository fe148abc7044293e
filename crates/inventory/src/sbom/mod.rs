//! Bills of materials: inventories written as CycloneDX (<https://cyclonedx.org>) 1.4 to 1.6 and SPDX
//! (<https://spdx.dev>) 2.3, both as JSON, and read back.
//!
//! What the standards have a field for stands there. The rest (kind of evidence, confidence, lines, layers) stands in
//! [`Detail`], a JSON text in a property or annotation, so that a document of our own gives the inventory it was written
//! from. Name, version and package URL are always taken from the fields, which people and tools edit.
//!
//! The structs are our own: no crate has these versions of both formats.

mod cyclonedx;
mod detail;
mod spdx;

use serde::Deserialize;
use thiserror::Error;

use crate::package::{Inventory, Note, Package};
use crate::text::json::parse;

/// A format of a bill of materials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    CycloneDx14,
    CycloneDx15,
    CycloneDx16,
    Spdx23,
}

/// What a document says about itself. There is no clock and no randomness here: the caller gives both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The name of the function or file that the inventory was taken of.
    pub subject: String,
    /// The version of the program that writes.
    pub tool_version: String,
    /// The number that tells this document from all others, written as a UUID.
    pub serial: [u8; 16],
    /// When it is written, in seconds since 1970.
    pub created: u64,
}

/// Why a text is no bill of materials that can be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SbomError {
    #[error("is no bill of materials in JSON: {0}")]
    NoJson(String),
    #[error("is neither CycloneDX nor SPDX: it has no `bomFormat` and no `spdxVersion`")]
    UnknownFormat,
    #[error("is {found}, which is not read; write it as CycloneDX 1.4, 1.5, 1.6 or SPDX 2.3")]
    UnknownVersion { found: String },
}

impl Format {
    /// All formats.
    pub const ALL: [Format; 4] = [
        Format::CycloneDx14,
        Format::CycloneDx15,
        Format::CycloneDx16,
        Format::Spdx23,
    ];

    /// The name by which users choose it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::CycloneDx14 => "cyclonedx-1.4",
            Self::CycloneDx15 => "cyclonedx-1.5",
            Self::CycloneDx16 => "cyclonedx-1.6",
            Self::Spdx23 => "spdx-2.3",
        }
    }

    /// The format of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }
}

/// Writes an inventory as JSON. Equal arguments give equal bytes.
#[must_use]
pub fn write(inventory: &Inventory, format: Format, document: &Document) -> String {
    match format {
        Format::CycloneDx14 => cyclonedx::write(inventory, "1.4", document),
        Format::CycloneDx15 => cyclonedx::write(inventory, "1.5", document),
        Format::CycloneDx16 => cyclonedx::write(inventory, "1.6", document),
        Format::Spdx23 => spdx::write(inventory, document),
    }
}

/// Reads a document of any tool. Components of ecosystems that are not known, such as those of an operating system,
/// are left out, which a note tells.
///
/// # Errors
/// When it is no JSON, or none of the formats that are read.
pub fn read(bytes: &[u8]) -> Result<Inventory, SbomError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Head {
        bom_format: Option<String>,
        spec_version: Option<String>,
        spdx_version: Option<String>,
    }
    let head: Head = parse(bytes).map_err(SbomError::NoJson)?;
    let version = head.spec_version.unwrap_or_default();
    match (head.bom_format.as_deref(), head.spdx_version.as_deref()) {
        (Some("CycloneDX"), _) if matches!(version.as_str(), "1.4" | "1.5" | "1.6") => {
            cyclonedx::read(bytes)
        }
        (Some("CycloneDX"), _) => Err(SbomError::UnknownVersion {
            found: format!("CycloneDX {version}"),
        }),
        (_, Some("SPDX-2.3")) => spdx::read(bytes),
        (_, Some(other)) => Err(SbomError::UnknownVersion {
            found: other.to_owned(),
        }),
        _ => Err(SbomError::UnknownFormat),
    }
}

/// Puts the packages of a document in order; two that are one package, which only foreign documents have, are joined.
fn inventory(mut packages: Vec<Package>, mut notes: Vec<Note>, unknown: usize) -> Inventory {
    if unknown > 0 {
        notes.push(Note {
            path: String::new(),
            text: format!("{unknown} components have no package URL of an ecosystem that is known; they were left out"),
            is_incomplete: true,
        });
    }
    let key = |package: &Package| {
        let name = package.ecosystem.normal_name(&package.name).into_owned();
        (package.ecosystem, name, package.version.clone())
    };
    packages.sort_by_cached_key(key);
    packages.dedup_by(|later, kept| {
        let is_same = key(later) == key(kept);
        if is_same {
            kept.places.append(&mut later.places);
        }
        is_same
    });
    for package in &mut packages {
        package.places.sort();
        package.places.dedup();
    }
    notes.sort();
    Inventory { packages, notes }
}

impl Document {
    /// `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`
    fn uuid(&self) -> String {
        let hex: Vec<String> = self
            .serial
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let hex = hex.concat();
        format!(
            "{}-{}-{}-{}-{}",
            &hex[..8],
            &hex[8..12],
            &hex[12..16],
            &hex[16..20],
            &hex[20..]
        )
    }

    /// `2026-01-31T23:59:59Z`, as RFC 3339 and SPDX ask.
    fn timestamp(&self) -> String {
        let (days, seconds) = (self.created / 86_400, self.created % 86_400);
        // Days are counted from 1 March 0000, so that a leap day ends a year of 365.25 days, in eras of 400 years
        // (Howard Hinnant, "chrono-compatible low-level date algorithms").
        let days = days + 719_468;
        let (era, day_of_era) = (days / 146_097, days % 146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        let year = year_of_era + era * 400 + u64::from(month <= 2);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

#[cfg(test)]
mod tests {
    use super::{Document, SbomError, read};

    fn at(created: u64) -> Document {
        Document {
            subject: "f".to_owned(),
            tool_version: "0".to_owned(),
            serial: *b"0123456789abcdef",
            created,
        }
    }

    #[test]
    fn times_and_serials_have_their_standard_form() {
        assert_eq!(at(0).timestamp(), "1970-01-01T00:00:00Z");
        assert_eq!(at(951_782_399).timestamp(), "2000-02-28T23:59:59Z");
        assert_eq!(at(951_782_400).timestamp(), "2000-02-29T00:00:00Z");
        assert_eq!(at(4_107_542_399).timestamp(), "2100-02-28T23:59:59Z");
        assert_eq!(at(4_107_542_400).timestamp(), "2100-03-01T00:00:00Z");
        assert_eq!(at(0).uuid(), "30313233-3435-3637-3839-616263646566");
    }

    #[test]
    fn other_documents_are_refused_by_name() {
        assert_eq!(read(b"{}"), Err(SbomError::UnknownFormat));
        assert!(matches!(read(b"<bom/>"), Err(SbomError::NoJson(_))));
        let old = read(br#"{"bomFormat": "CycloneDX", "specVersion": "1.2"}"#);
        let found = "CycloneDX 1.2".to_owned();
        assert_eq!(old, Err(SbomError::UnknownVersion { found }));
    }
}
