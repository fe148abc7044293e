use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What an index was made from, for `shindan db status` and for reports.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Records in the index, by the name of their ecosystem in OSV; a record about two ecosystems counts twice.
    pub records: BTreeMap<String, usize>,
    /// The time of the newest change to any record, RFC 3339 in UTC; empty where there is no record.
    pub newest: String,
    /// Records that their database has withdrawn.
    pub withdrawn: usize,
    /// Older copies of records that were also read in a newer one.
    pub superseded: usize,
    /// Records about no package of an ecosystem that shindan knows.
    pub unrelated: usize,
    /// Records that could not be read, by the reason.
    pub skipped: BTreeMap<String, Skipped>,
    /// CVSS vectors that are not valid and were left out.
    pub bad_vectors: usize,
    /// The day of the EPSS scores, `YYYY-MM-DD`; empty without.
    pub epss_date: String,
    pub epss_scores: usize,
    /// The version of the KEV catalogue; empty without.
    pub kev_version: String,
    pub kev_entries: usize,
}

/// Records left out for one reason.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    pub count: usize,
    /// Where the first few of them stand.
    pub examples: Vec<String>,
}

impl Facts {
    pub(crate) fn skip(&mut self, reason: String, origin: &str) {
        const EXAMPLES: usize = 5;
        // Reasons hold no text of the records, and so are few.
        let skipped = self.skipped.entry(reason).or_default();
        skipped.count += 1;
        if skipped.examples.len() < EXAMPLES {
            skipped.examples.push(origin.to_owned());
        }
    }

    pub fn skipped_records(&self) -> usize {
        self.skipped.values().map(|skipped| skipped.count).sum()
    }
}
