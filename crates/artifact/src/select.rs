//! Chooses what is analysed when there is more than the limits allow.
//!
//! First-party code comes first, data last, so that a folder of pictures never pushes out a handler.
//! The choice depends on names and declared sizes alone, hence not on the order of reading or the
//! number of threads.

use crate::artifact::Entry;
use crate::classify::{Class, lies_in_package_folder};
use crate::limits::Limits;
use crate::skip::{Skip, SkipList, SkipReason};

/// The chosen entries, sorted by path; the others become skips.
pub(crate) fn select(
    mut candidates: Vec<Entry>,
    limits: &Limits,
    skips: &mut SkipList,
) -> Vec<Entry> {
    candidates.sort_by(|a, b| a.path.cmp(&b.path));
    let total: u64 = candidates
        .iter()
        .fold(0, |sum, entry| sum.saturating_add(entry.size));
    if candidates.len() <= limits.entries && total <= limits.total_bytes {
        return candidates;
    }
    // Stable: within a rank the order of the paths stays.
    candidates.sort_by_key(rank);
    if candidates.len() > limits.entries {
        let left_out = candidates.split_off(limits.entries);
        let reason = SkipReason::TooManyEntries {
            left_out: left_out.len() as u64,
            limit: limits.entries as u64,
        };
        skips.push(Skip::new("", reason).with_incomplete(left_out.iter().any(is_own)));
    }
    let mut left = limits.total_bytes;
    let mut chosen = Vec::with_capacity(candidates.len());
    for entry in candidates {
        match left.checked_sub(entry.size) {
            Some(rest) => {
                left = rest;
                chosen.push(entry);
            }
            None => skips.push(Skip::new(
                entry.path,
                SkipReason::TotalTooLarge {
                    limit: limits.total_bytes,
                },
            )),
        }
    }
    chosen.sort_by(|a, b| a.path.cmp(&b.path));
    chosen
}

fn rank(entry: &Entry) -> (u8, usize) {
    let class = match entry.class {
        Class::FirstParty if !entry.is_test => 0,
        Class::FirstParty => 1,
        Class::Config => 2,
        Class::Vendored => 3,
        Class::Generated => 4,
        Class::Compiled => 5,
        Class::Data => 6,
    };
    (class, entry.container.len())
}

/// Whether the entry may hold what the package's authors wrote.
fn is_own(entry: &Entry) -> bool {
    let is_library_content = entry.class == Class::Compiled && !entry.container.is_empty();
    !is_library_content && !lies_in_package_folder(&entry.path)
}
