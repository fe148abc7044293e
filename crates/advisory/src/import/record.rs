//! What is kept of a record until the index is written.

use std::collections::BTreeMap;

use jiff::Timestamp;
use shindan_package::Ecosystem;
use shindan_package::version::Version;

use crate::index::{AffectedCode, Facts, package_key, put_affected};
use crate::osv::{Affected, Record, Text};
use crate::range::{Interval, intervals};
use crate::severity::{Rating, Severity};

#[derive(Debug)]
pub(super) struct Stored {
    /// Seconds since 1970.
    pub(super) modified: i64,
    pub(super) published: Option<i64>,
    pub(super) withdrawn: bool,
    pub(super) aliases: Vec<String>,
    /// Valid CVSS vectors.
    pub(super) vectors: Vec<String>,
    /// What the database says in a word.
    pub(super) label: Option<Severity>,
    pub(super) cwes: Vec<String>,
    /// Where its texts are: block and place in it.
    pub(super) text: (u32, u32),
    /// Key of a package and what the record says about it, as it stands in the index.
    pub(super) affected: Vec<(Vec<u8>, Vec<u8>)>,
}

/// Longer ids are no ids.
const MAX_ID: usize = 128;
/// Above this many comparisons, listed versions are kept without asking whether ranges cover them.
const MAX_COMPARISONS: usize = 1 << 20;

impl Stored {
    /// Errors are reasons to leave the record out.
    pub(super) fn new(record: &Record<'_>, facts: &mut Facts) -> Result<Self, &'static str> {
        if !is_id(record.id.as_str()) {
            return Err("has no usable id");
        }
        let modified = time(&record.modified).ok_or("has no valid time of modification")?;
        let withdrawn = record.withdrawn.is_some();
        let mut stored = Self {
            modified,
            published: record.published.as_ref().and_then(time),
            withdrawn,
            aliases: Vec::new(),
            vectors: Vec::new(),
            label: None,
            cwes: Vec::new(),
            text: (0, 0),
            affected: Vec::new(),
        };
        if withdrawn {
            return Ok(stored);
        }
        stored.aliases = ids(record.aliases.as_deref());
        stored.label = record
            .label()
            .and_then(|label| Severity::from_label(label.as_str()));
        stored.cwes = ids(Some(&record.cwes()));
        let own = record.severity.iter().flatten();
        let of_packages = record
            .affected
            .iter()
            .flatten()
            .flat_map(|affected| affected.severity.iter().flatten());
        for score in own.chain(of_packages) {
            match Rating::of(score.score.as_str()) {
                Some(rating) => stored.vectors.push(rating.vector),
                None => facts.bad_vectors += 1,
            }
        }
        stored.vectors.sort_unstable();
        stored.vectors.dedup();
        let mut affected: BTreeMap<Vec<u8>, Vec<Vec<u8>>> = BTreeMap::new();
        for entry in record.affected.iter().flatten() {
            let Some(package) = &entry.package else {
                continue;
            };
            let name = package.name.as_str().trim();
            let Some(ecosystem) = Ecosystem::from_osv_name(package.ecosystem.as_str()) else {
                continue;
            };
            if name.is_empty() {
                return Err("names a package with no name");
            }
            let bytes = encoded(ecosystem, entry);
            affected
                .entry(package_key(ecosystem, name))
                .or_default()
                .push(bytes);
        }
        stored.affected = affected
            .into_iter()
            .flat_map(|(key, entries)| entries.into_iter().map(move |entry| (key.clone(), entry)))
            .collect();
        Ok(stored)
    }
}

fn encoded(ecosystem: Ecosystem, entry: &Affected<'_>) -> Vec<u8> {
    let ranges: Vec<Vec<Interval<'_>>> = entry
        .ranges
        .iter()
        .flatten()
        .map(|range| intervals(ecosystem, range))
        .filter(|range| !range.is_empty())
        .collect();
    let all: Vec<&Interval<'_>> = ranges.iter().flatten().collect();
    let listed = entry.versions.as_deref().unwrap_or_default();
    // Most lists only spell out the ranges.
    let is_cheap = all.len().saturating_mul(listed.len()) <= MAX_COMPARISONS;
    let versions: Vec<&str> = listed
        .iter()
        .map(Text::as_str)
        .filter(|text| {
            let version = Version::new(ecosystem, text);
            !(is_cheap
                && all
                    .iter()
                    .any(|interval| interval.contains(ecosystem, &version)))
        })
        .collect();
    let specific = entry.ecosystem_specific();
    let mut code: Vec<AffectedCode<'_>> = specific
        .imports
        .iter()
        .flatten()
        .filter_map(|import| {
            Some(AffectedCode {
                path: import.path.as_ref()?.as_str(),
                symbols: import.symbols.iter().flatten().map(Text::as_str).collect(),
            })
        })
        .collect();
    if let Some(functions) = &specific.affected_functions
        && !functions.is_empty()
    {
        code.push(AffectedCode {
            path: "",
            symbols: functions.iter().map(Text::as_str).collect(),
        });
    }
    let mut bytes = Vec::new();
    put_affected(&mut bytes, &ranges, &versions, &code);
    bytes
}

fn ids(texts: Option<&[Text<'_>]>) -> Vec<String> {
    texts
        .unwrap_or_default()
        .iter()
        .map(|text| text.as_str().trim())
        .filter(|id| is_id(id))
        .map(str::to_owned)
        .collect()
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= MAX_ID && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// RFC 3339 with any offset, as seconds since 1970.
fn time(text: &Text<'_>) -> Option<i64> {
    let time: Timestamp = text.as_str().parse().ok()?;
    Some(time.as_second())
}
