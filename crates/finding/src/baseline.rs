//! An earlier report, to tell new findings from known ones.
//!
//! Reads the JSON report of this product, or its SARIF. A finding is known if the baseline holds its hash; else if
//! only its file or only its enclosing function was renamed; else if the sink in the same function changed by at
//! most a fifth of its tokens. Each entry of the baseline accounts for one finding, so a copy is new.
//! What a comment or a rule suppressed in the earlier report is not known: when that suppression ends, the finding
//! has to come back.
//!
//! Invariant: deterministic and bounded; the comparison of sinks has a budget, past which findings stay new.

use std::collections::{HashMap, HashSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::baseline_file::BaselineFile;
use crate::similarity::{edit_distance, tokens};
use crate::{Finding, Fingerprints};

/// How a finding relates to a baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BaselineState {
    /// The baseline does not hold it.
    New,
    /// The baseline holds it.
    Unchanged,
    /// The baseline holds it in another file or function, or with a slightly different sink.
    Updated,
}

impl BaselineState {
    /// The lower-case name that reports use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Unchanged => "unchanged",
            Self::Updated => "updated",
        }
    }
}

/// The findings of an earlier report.
#[derive(Clone, Debug, Default)]
pub struct Baseline {
    entries: Vec<BaselineEntry>,
}

/// What a baseline remembers of a finding.
#[derive(Clone, Debug)]
pub(crate) struct BaselineEntry {
    pub(crate) detector: String,
    pub(crate) path: String,
    pub(crate) enclosing: String,
    pub(crate) sink: String,
    pub(crate) hashes: Fingerprints,
}

/// Why a file cannot serve as a baseline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaselineError {
    /// The file, as the caller named it.
    pub file: String,
    /// What is wrong with it.
    pub message: String,
}

impl fmt::Display for BaselineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} cannot be used as a baseline: {}",
            self.file, self.message
        )
    }
}

impl std::error::Error for BaselineError {}

/// The longest sinks that are compared token by token.
const MAX_TOKENS: usize = 256;
/// Steps of comparison over a whole baseline; about a tenth of a second.
const BUDGET: usize = 50_000_000;

impl Baseline {
    /// Reads the text of a report; `file` is its name in error messages.
    pub fn parse(text: &str, file: &str) -> Result<Self, BaselineError> {
        BaselineFile::entries(text)
            .map(|entries| Self { entries })
            .map_err(|message| BaselineError {
                file: file.to_owned(),
                message,
            })
    }

    /// The number of findings in it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it holds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// One state for each finding, in their order. `fingerprints` are those of the same list.
    #[must_use]
    pub fn compare(
        &self,
        findings: &[Finding],
        fingerprints: &[Fingerprints],
    ) -> Vec<BaselineState> {
        let mut matching = Matching {
            entries: &self.entries,
            taken: vec![false; self.entries.len()],
            findings,
            states: vec![BaselineState::New; findings.len()],
        };
        matching.exact(fingerprints);
        matching.renamed(fingerprints);
        matching.nearest();
        matching.states
    }
}

struct Matching<'a> {
    entries: &'a [BaselineEntry],
    taken: Vec<bool>,
    findings: &'a [Finding],
    states: Vec<BaselineState>,
}

impl Matching<'_> {
    fn exact(&mut self, fingerprints: &[Fingerprints]) {
        let mut by_hash: HashMap<&str, Vec<usize>> = HashMap::new();
        for (i, entry) in self.entries.iter().enumerate().rev() {
            by_hash.entry(&entry.hashes.finding).or_default().push(i);
        }
        for (i, prints) in fingerprints.iter().enumerate().take(self.findings.len()) {
            if let Some(entry) = by_hash.get_mut(prints.finding.as_str()).and_then(Vec::pop) {
                self.settle(i, entry, BaselineState::Unchanged);
            }
        }
    }

    fn renamed(&mut self, fingerprints: &[Fingerprints]) {
        let entries = self.entries;
        let findings = self.findings;
        // A path that still has findings was not renamed; one that vanished may have been.
        let present: HashSet<&str> = findings.iter().map(|f| f.location.path.as_str()).collect();
        let mut by_hash: HashMap<(&str, &str), Vec<usize>> = HashMap::new();
        for (i, entry) in entries.iter().enumerate().filter(|(i, _)| !self.taken[*i]) {
            by_hash
                .entry((&entry.detector, &entry.hashes.context_free))
                .or_default()
                .push(i);
        }
        for (i, (finding, prints)) in findings.iter().zip(fingerprints).enumerate() {
            if self.states[i] != BaselineState::New {
                continue;
            }
            let Some(candidates) =
                by_hash.get(&(finding.detector.0.as_str(), prints.context_free.as_str()))
            else {
                continue;
            };
            let free = || candidates.iter().copied().filter(|&c| !self.taken[c]);
            let function_renamed = free().find(|&c| entries[c].path == finding.location.path);
            let file_renamed = || {
                free().find(|&c| {
                    entries[c].enclosing == finding.enclosing
                        && !present.contains(entries[c].path.as_str())
                })
            };
            if let Some(entry) = function_renamed.or_else(file_renamed) {
                self.settle(i, entry, BaselineState::Updated);
            }
        }
    }

    fn nearest(&mut self) {
        type Place<'a> = (&'a str, &'a str, &'a str);
        let entries = self.entries;
        let findings = self.findings;
        let mut by_place: HashMap<Place<'_>, Vec<usize>> = HashMap::new();
        for (i, entry) in entries.iter().enumerate().filter(|(i, _)| !self.taken[*i]) {
            by_place
                .entry((&entry.detector, &entry.path, &entry.enclosing))
                .or_default()
                .push(i);
        }
        let entry_tokens: Vec<Option<Vec<&str>>> = entries
            .iter()
            .zip(&self.taken)
            .map(|(e, taken)| if *taken { None } else { comparable(&e.sink) })
            .collect();
        let mut pairs = Vec::new();
        let mut budget = BUDGET;
        for (i, finding) in findings.iter().enumerate() {
            // A secret is its value; another value in the same place is another secret.
            if self.states[i] != BaselineState::New || finding.secret_hash.is_some() {
                continue;
            }
            let place: Place<'_> = (
                &finding.detector.0,
                &finding.location.path,
                &finding.enclosing,
            );
            let Some(candidates) = by_place.get(&place) else {
                continue;
            };
            let Some(sink) = comparable(&finding.normalized_sink) else {
                continue;
            };
            for &candidate in candidates {
                let Some(other) = &entry_tokens[candidate] else {
                    continue;
                };
                let limit = sink.len().max(other.len()) / 5;
                budget = budget.saturating_sub(sink.len() * (2 * limit + 1) + 1);
                if budget == 0 {
                    break;
                }
                if let Some(distance) = edit_distance(&sink, other, limit) {
                    pairs.push((distance, i, candidate));
                }
            }
        }
        pairs.sort_unstable();
        for (_, i, entry) in pairs {
            if self.states[i] == BaselineState::New && !self.taken[entry] {
                self.settle(i, entry, BaselineState::Updated);
            }
        }
    }

    fn settle(&mut self, finding: usize, entry: usize, state: BaselineState) {
        self.taken[entry] = true;
        self.states[finding] = state;
    }
}

fn comparable(sink: &str) -> Option<Vec<&str>> {
    // The byte test comes first because a sink may be a whole minified file.
    if sink.is_empty() || sink.len() > MAX_TOKENS * 64 {
        return None;
    }
    Some(tokens(sink)).filter(|t| t.len() <= MAX_TOKENS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fingerprints;
    use crate::test_findings::{code, secret};

    fn baseline(findings: &[Finding]) -> Baseline {
        let entries = findings
            .iter()
            .zip(fingerprints(findings))
            .map(|(f, hashes)| BaselineEntry {
                detector: f.detector.0.clone(),
                path: f.location.path.clone(),
                enclosing: f.enclosing.clone(),
                sink: f.normalized_sink.clone(),
                hashes,
            });
        Baseline {
            entries: entries.collect(),
        }
    }

    fn compare(before: &[Finding], after: &[Finding]) -> Vec<&'static str> {
        baseline(before)
            .compare(after, &fingerprints(after))
            .into_iter()
            .map(BaselineState::name)
            .collect()
    }

    #[test]
    fn moved_lines_are_unchanged_and_a_copy_is_new() {
        let before = [code("a.py", 10, "f", "x(y)")];
        let after = [
            code("a.py", 50, "f", "x(y)"),
            code("a.py", 60, "f", "x(y)"),
            code("a.py", 70, "f", "other(z)"),
        ];
        assert_eq!(compare(&before, &after), ["unchanged", "new", "new"]);
    }

    #[test]
    fn a_renamed_file_or_function_is_updated() {
        let before = [
            code("old.py", 10, "f", "x(y)"),
            code("a.py", 1, "f", "x(y)"),
        ];
        assert_eq!(
            compare(
                &before,
                &[
                    code("new.py", 10, "f", "x(y)"),
                    code("a.py", 1, "g", "x(y)")
                ]
            ),
            ["updated", "updated"]
        );
    }

    #[test]
    fn a_copy_in_another_file_is_new_while_the_old_file_still_has_findings() {
        let before = [
            code("a.py", 10, "f", "x(y)"),
            code("a.py", 20, "g", "other(y)"),
        ];
        let after = [
            code("a.py", 20, "g", "other(y)"),
            code("b.py", 10, "f", "x(y)"),
        ];
        assert_eq!(compare(&before, &after), ["unchanged", "new"]);
    }

    #[test]
    fn a_sink_may_change_by_a_fifth_of_its_tokens() {
        let before = [code("a.py", 10, "f", "cursor.execute(sql,name,limit)")];
        assert_eq!(
            compare(
                &before,
                &[code("a.py", 10, "f", "cursor.execute(query,name,limit)")]
            ),
            ["updated"]
        );
        assert_eq!(
            compare(
                &before,
                &[code(
                    "a.py",
                    10,
                    "f",
                    "cursor.executemany(query,names,limit)"
                )]
            ),
            ["new"]
        );
        assert_eq!(
            compare(
                &before,
                &[code("a.py", 10, "g", "cursor.execute(query,name,limit)")]
            ),
            ["new"]
        );
        assert_eq!(
            compare(
                &[code("a.py", 1, "f", "x(y)")],
                &[code("a.py", 1, "f", "x(z)")]
            ),
            ["new"]
        );
    }

    #[test]
    fn the_nearest_sink_wins_and_an_entry_serves_once() {
        let before = [code("a.py", 10, "f", "db.run(sql,a,b,c,d,e)")];
        let far = code("a.py", 10, "f", "db.run(stmt,a,b,c,d,z)");
        let near = code("a.py", 11, "f", "db.run(stmt,a,b,c,d,e)");
        assert_eq!(compare(&before, &[far, near]), ["new", "updated"]);
    }

    #[test]
    fn another_secret_in_the_same_place_is_new() {
        let before = [secret("a.py", 1, "<module>", "11aa")];
        assert_eq!(
            compare(&before, &[secret("a.py", 1, "<module>", "22bb")]),
            ["new"]
        );
        assert_eq!(
            compare(&before, &[secret("a.py", 9, "f", "11aa")]),
            ["unchanged"]
        );
    }

    #[test]
    fn many_long_sinks_stay_within_the_budget() {
        let sink = |i: usize| {
            format!(
                "f({})",
                (0..120)
                    .map(|n| format!("a{}", n * i))
                    .collect::<Vec<_>>()
                    .join(",")
            )
        };
        let before: Vec<_> = (1..1500).map(|i| code("a.py", 1, "f", &sink(i))).collect();
        let after: Vec<_> = (1501..3000)
            .map(|i| code("a.py", 1, "f", &sink(i)))
            .collect();
        assert!(compare(&before, &after).iter().all(|s| *s == "new"));
    }
}
