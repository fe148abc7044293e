//! Chooses what is analysed when there is more than the limits allow.
//!
//! First-party code comes first, data last, so that a folder of pictures never pushes out a handler.
//! The choice depends on names and declared sizes alone, hence not on the order of reading or the
//! number of threads.

use crate::artifact::Entry;
use crate::classify::{Class, lies_among_packages, may_be_executable};
use crate::limits::Limits;
use crate::skip::{Skip, SkipList, SkipReason};

/// Entries that were not chosen for their number, counted as they are met.
#[derive(Debug, Default)]
pub(crate) struct LeftOut {
    count: u64,
    any_own: bool,
}

impl LeftOut {
    pub(crate) fn add(&mut self, path: &str, class: Class, is_nested: bool) {
        self.count += 1;
        // Classes in the jars of others are many and not one's own.
        let is_library_content = class == Class::Compiled && is_nested;
        self.any_own |= !is_library_content && !lies_among_packages(path);
    }
}

/// The chosen entries, sorted by path; the others become skips.
pub(crate) fn select(
    mut candidates: Vec<Entry>,
    mut left_out: LeftOut,
    limits: &Limits,
    skips: &mut SkipList,
) -> Vec<Entry> {
    candidates.sort_by(|a, b| a.path.cmp(&b.path));
    let total: u64 = candidates
        .iter()
        .fold(0, |sum, entry| sum.saturating_add(entry.size));
    let fits = candidates.len() <= limits.entries && total <= limits.total_bytes;
    if !fits {
        // Stable: within a rank the order of the paths stays.
        candidates.sort_by_key(|entry| {
            (
                importance(&entry.path, entry.size, entry.class, entry.is_test),
                entry.container.len(),
            )
        });
        for entry in candidates.drain(limits.entries.min(candidates.len())..) {
            left_out.add(&entry.path, entry.class, !entry.container.is_empty());
        }
    }
    if left_out.count > 0 {
        let reason = SkipReason::TooManyEntries {
            left_out: left_out.count,
            limit: limits.entries as u64,
        };
        skips.push(Skip::new("", reason).with_incomplete(left_out.any_own));
    }
    if fits {
        return candidates;
    }
    let mut left = limits.total_bytes;
    candidates.retain(|entry| match left.checked_sub(entry.size) {
        Some(rest) => {
            left = rest;
            true
        }
        None => {
            let reason = SkipReason::TotalTooLarge {
                limit: limits.total_bytes,
            };
            skips.push(Skip::new(entry.path.clone(), reason));
            false
        }
    });
    candidates.sort_by(|a, b| a.path.cmp(&b.path));
    candidates
}

/// Whether installers leave such a file to say which package lies beside it.
fn is_package_metadata(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    matches!(
        name,
        "METADATA" | "PKG-INFO" | "package.json" | "pom.properties"
    ) || name.ends_with(".gemspec")
        || name.ends_with(".deps.json")
}

/// The rank in which files are chosen, the lowest first.
pub(crate) fn importance(path: &str, size: u64, class: Class, is_test: bool) -> u8 {
    match class {
        // Few, and all that tells which packages there are.
        _ if is_package_metadata(path) || may_be_executable(path, size) => 1,
        Class::FirstParty if !is_test => 0,
        Class::FirstParty => 1,
        Class::Config => 2,
        Class::Vendored => 3,
        Class::Generated => 4,
        Class::Compiled => 5,
        Class::Data => 6,
    }
}
