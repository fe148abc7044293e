//! The identity of a finding across scans.
//!
//! `findingHash/v1` names a finding by what it is (detector, path, enclosing function, the sink's tokens, the
//! source), never by where its lines happen to stand, how it is worded or how severe it is, so it survives edits
//! elsewhere in the file. `contextFreeHash/v1` leaves out path and enclosing names and serves to recognise a
//! finding after a rename. Equal findings of one function are told apart by their order.
//! A finding about a secret is identified by the secret's keyed hash, never by text that could hold its value: a
//! plain hash of a weak password is as good as the password.
//!
//! Invariant: the inputs and their order are frozen; a change needs a new version suffix.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::Finding;

/// The name under which reports give [`Fingerprints::finding`].
pub const FINDING_HASH: &str = "findingHash/v1";
/// The name under which reports give [`Fingerprints::context_free`].
pub const CONTEXT_FREE_HASH: &str = "contextFreeHash/v1";

/// The two hashes of a finding, 32 hex digits each.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Fingerprints {
    /// The full identity; unique within a scan.
    pub finding: String,
    /// The identity without path and enclosing names; not unique.
    pub context_free: String,
}

/// The fingerprints of all findings of one scan, in the order of `findings`.
///
/// Needs the complete list, because equal findings are numbered by their place in the file.
#[must_use]
pub fn fingerprints(findings: &[Finding]) -> Vec<Fingerprints> {
    let ordinals = ordinals(findings);
    findings
        .iter()
        .zip(ordinals)
        .map(|(finding, ordinal)| Identity::of(finding).hash(ordinal))
        .collect()
}

/// What makes a finding that finding, apart from its ordinal.
#[derive(PartialEq, Eq, Hash)]
struct Identity<'a> {
    detector: &'a str,
    path: &'a str,
    enclosing: &'a str,
    content: &'a str,
    source: &'a str,
}

impl<'a> Identity<'a> {
    fn of(finding: &'a Finding) -> Self {
        let (detector, path) = (finding.detector.0.as_str(), finding.location.path.as_str());
        match &finding.secret_hash {
            // A secret stays the same secret when it moves to another function of its file.
            Some(hash) => Self {
                detector,
                path,
                enclosing: "",
                content: hash,
                source: "",
            },
            None => Self {
                detector,
                path,
                enclosing: &finding.enclosing,
                content: &finding.normalized_sink,
                source: &finding.source,
            },
        }
    }

    fn hash(&self, ordinal: u32) -> Fingerprints {
        let ordinal = ordinal.to_string();
        Fingerprints {
            finding: hash(&[
                FINDING_HASH,
                self.detector,
                self.path,
                self.enclosing,
                self.content,
                self.source,
                &ordinal,
            ]),
            context_free: hash(&[
                CONTEXT_FREE_HASH,
                self.detector,
                self.content,
                self.source,
                &ordinal,
            ]),
        }
    }
}

fn ordinals(findings: &[Finding]) -> Vec<u32> {
    let mut by_place: Vec<usize> = (0..findings.len()).collect();
    by_place.sort_by_key(|&i| findings[i].location.region);
    let mut seen: HashMap<Identity<'_>, u32> = HashMap::with_capacity(findings.len());
    let mut ordinals = vec![0; findings.len()];
    for i in by_place {
        let next = seen.entry(Identity::of(&findings[i])).or_default();
        ordinals[i] = *next;
        *next += 1;
    }
    ordinals
}

/// Each part is preceded by its length, so that no two lists of parts hash the same bytes.
fn hash(parts: &[&str]) -> String {
    let mut bytes = Vec::with_capacity(parts.iter().map(|part| part.len() + 8).sum());
    for part in parts {
        bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    let mut hex = blake3::hash(&bytes).to_hex().to_string();
    hex.truncate(32);
    hex
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_findings::{code, secret};

    fn all(findings: &[Finding]) -> Vec<String> {
        fingerprints(findings)
            .into_iter()
            .map(|f| f.finding)
            .collect()
    }

    #[test]
    fn moving_lines_rewording_and_regrading_keep_both_hashes() {
        let before = code("a.py", 10, "handler", "execute(sql)");
        let mut after = code("a.py", 99, "handler", "execute(sql)");
        after.message = "other words".into();
        after.severity = crate::Severity::Low;
        after.confidence = crate::Confidence::Low;
        after.cwe = vec![1];
        after.flow.clear();
        assert_eq!(fingerprints(&[before]), fingerprints(&[after]));
    }

    #[test]
    fn every_part_of_the_identity_counts() {
        let base = code("a.py", 10, "handler", "execute(sql)");
        let mut variants = vec![
            base.clone(),
            code("b.py", 10, "handler", "execute(sql)"),
            code("a.py", 10, "other", "execute(sql)"),
            code("a.py", 10, "handler", "execute(query)"),
        ];
        let mut source = base.clone();
        source.source = "event:body".into();
        let mut detector = base;
        detector.detector.0 = "other".into();
        variants.extend([source, detector]);
        let mut hashes: Vec<String> = variants
            .iter()
            .flat_map(|f| all(std::slice::from_ref(f)))
            .collect();
        hashes.sort();
        hashes.dedup();
        assert_eq!(hashes.len(), variants.len());
    }

    #[test]
    fn text_that_moves_across_a_part_border_changes_the_hash() {
        let (left, right) = (code("a.py", 1, "ab", "c"), code("a.py", 1, "a", "bc"));
        assert_ne!(all(&[left]), all(&[right]));
    }

    #[test]
    fn renaming_the_file_or_the_function_keeps_the_context_free_hash() {
        let base = fingerprints(&[code("a.py", 10, "handler", "execute(sql)")]);
        let renamed = fingerprints(&[code("lib/b.py", 12, "main", "execute(sql)")]);
        assert_ne!(base[0].finding, renamed[0].finding);
        assert_eq!(base[0].context_free, renamed[0].context_free);
    }

    #[test]
    fn equal_findings_are_numbered_by_place_whatever_the_order_of_the_list() {
        let (first, second) = (code("a.py", 10, "f", "x(y)"), code("a.py", 20, "f", "x(y)"));
        let sorted = all(&[first.clone(), second.clone()]);
        let reversed = all(&[second, first]);
        assert_ne!(sorted[0], sorted[1]);
        assert_eq!(sorted, [reversed[1].clone(), reversed[0].clone()]);
    }

    #[test]
    fn duplicating_or_reordering_functions_keeps_the_hashes_of_the_originals() {
        let original = all(&[code("a.py", 10, "f", "x(y)"), code("a.py", 20, "g", "x(y)")]);
        let edited = all(&[
            code("a.py", 10, "g", "x(y)"),
            code("a.py", 20, "f", "x(y)"),
            code("a.py", 30, "f_copy", "x(y)"),
        ]);
        assert_eq!([&edited[1], &edited[0]], [&original[0], &original[1]]);
    }

    #[test]
    fn a_secret_is_its_keyed_hash_and_not_its_masked_text() {
        let one = secret("a.py", 3, "<module>", "11aa");
        let mut moved = secret("a.py", 70, "Class.method", "11aa");
        moved.normalized_sink = "changed".into();
        moved.masked = Some("****".into());
        let other = secret("a.py", 3, "<module>", "22bb");
        assert_eq!(all(std::slice::from_ref(&one)), all(&[moved]));
        assert_ne!(all(&[one]), all(&[other]));
    }

    #[test]
    fn version_one_is_frozen() {
        let prints = fingerprints(&[code("src/app.py", 10, "handler", "cursor.execute(sql)")]);
        assert_eq!(prints[0].finding.len(), 32);
        assert_eq!(
            (prints[0].finding.as_str(), prints[0].context_free.as_str()),
            (
                "c0efc429b68ae117dd429aad6541c372",
                "937943c70803ec65458d98df61f4df2d"
            )
        );
    }
}
