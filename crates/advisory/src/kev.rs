//! CISA's catalogue of known exploited vulnerabilities
//! (<https://www.cisa.gov/known-exploited-vulnerabilities-catalog>), as JSON.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use thiserror::Error;

/// What the catalogue says about one CVE.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownExploit {
    /// `YYYY-MM-DD`.
    pub date_added: String,
    /// Until when agencies of the United States must have acted, `YYYY-MM-DD`.
    pub due_date: String,
    /// Whether ransomware is known to use it.
    pub ransomware: bool,
}

/// The whole catalogue.
#[derive(Clone, Debug, Default)]
pub struct Kev {
    pub version: String,
    pub entries: BTreeMap<String, KnownExploit>,
    /// Entries that could not be read.
    pub bad_entries: usize,
}

/// Why a file is not the catalogue.
#[derive(Debug, Error)]
#[error("not a KEV catalogue: {0}")]
pub struct KevError(#[from] serde_json::Error);

#[derive(Deserialize)]
struct Document<'a> {
    #[serde(default, rename = "catalogVersion")]
    version: Option<String>,
    #[serde(borrow)]
    vulnerabilities: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    #[serde(rename = "cveID")]
    cve: String,
    #[serde(default)]
    date_added: String,
    #[serde(default)]
    due_date: String,
    #[serde(default)]
    known_ransomware_campaign_use: String,
}

impl Kev {
    pub fn read(json: &[u8]) -> Result<Self, KevError> {
        let document: Document<'_> = serde_json::from_slice(json)?;
        let mut kev = Self {
            version: document.version.unwrap_or_default(),
            ..Self::default()
        };
        for raw in document.vulnerabilities {
            match serde_json::from_str::<Entry>(raw.get()) {
                Ok(entry) => {
                    let exploit = KnownExploit {
                        date_added: entry.date_added,
                        due_date: entry.due_date,
                        ransomware: entry.known_ransomware_campaign_use == "Known",
                    };
                    kev.entries.insert(entry.cve, exploit);
                }
                Err(_) => kev.bad_entries += 1,
            }
        }
        Ok(kev)
    }
}

#[cfg(test)]
mod tests {
    use super::Kev;

    #[test]
    fn entries_are_read_and_broken_ones_counted() {
        let kev = Kev::read(
            br#"{"catalogVersion": "2026.01.02", "vulnerabilities": [
                {"cveID": "CVE-2020-0001", "dateAdded": "2020-02-03", "dueDate": "2020-03-03",
                 "knownRansomwareCampaignUse": "Known", "new": [1]},
                {"cveID": 7}
            ]}"#,
        )
        .expect("valid");
        assert!(kev.entries["CVE-2020-0001"].ransomware);
        assert_eq!((kev.version.as_str(), kev.bad_entries), ("2026.01.02", 1));
        assert!(Kev::read(b"{}").is_err());
    }
}
