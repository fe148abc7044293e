//! Records that are about one vulnerability.
//!
//! A record belongs to the vulnerability of its CVE; the lowest, where it has several, so that one record about two
//! CVEs does not make one of them. A record without a CVE follows its aliases to one. Records that lead to no CVE
//! belong together where they share an id.

use std::collections::BTreeMap;

use super::record::Stored;

pub(super) struct Group<'a> {
    pub(super) id: &'a str,
    /// All other ids of the records, sorted.
    pub(super) aliases: Vec<&'a str>,
    /// GitHub's first, then by id.
    pub(super) records: Vec<(&'a str, &'a Stored)>,
}

/// In the order of their ids.
pub(super) fn groups(records: &BTreeMap<String, Stored>) -> Vec<Group<'_>> {
    let mut cve_of: BTreeMap<&str, &str> = BTreeMap::new();
    for (id, record) in records {
        if let Some(cve) = lowest_cve(ids(id, record)) {
            for id in ids(id, record).filter(|id| cve_number(id).is_none()) {
                let known = cve_of.entry(id).or_insert(cve);
                *known = lowest_cve([*known, cve].into_iter()).unwrap_or(cve);
            }
        }
    }
    let mut members: BTreeMap<&str, Vec<(&str, &Stored)>> = BTreeMap::new();
    let mut without = Vec::new();
    for (id, record) in records {
        let cve = lowest_cve(ids(id, record))
            .or_else(|| lowest_cve(ids(id, record).filter_map(|id| cve_of.get(id).copied())));
        match cve {
            Some(cve) => members.entry(cve).or_default().push((id, record)),
            None => without.push((id.as_str(), record)),
        }
    }
    for (root, group) in connected(&without) {
        members.entry(root).or_default().extend(group);
    }
    members
        .into_iter()
        .map(|(id, mut records)| {
            records.sort_by_key(|(id, _)| (!id.starts_with("GHSA-"), *id));
            let mut aliases: Vec<&str> = records
                .iter()
                .flat_map(|(id, record)| ids(id, record))
                .filter(|alias| *alias != id)
                .collect();
            aliases.sort_unstable();
            aliases.dedup();
            Group {
                id,
                aliases,
                records,
            }
        })
        .collect()
}

fn ids<'a>(id: &'a str, record: &'a Stored) -> impl Iterator<Item = &'a str> {
    std::iter::once(id).chain(record.aliases.iter().map(String::as_str))
}

fn lowest_cve<'a>(ids: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    ids.filter_map(|id| Some((cve_number(id)?, id)))
        .min()
        .map(|(_, id)| id)
}

/// Year and number of a CVE id.
fn cve_number(id: &str) -> Option<(u32, u64)> {
    let (year, number) = id.strip_prefix("CVE-")?.split_once('-')?;
    Some((year.parse().ok()?, number.parse().ok()?))
}

/// Groups of records that share ids, each under the id of its first record, GitHub's before others.
fn connected<'a>(
    records: &[(&'a str, &'a Stored)],
) -> BTreeMap<&'a str, Vec<(&'a str, &'a Stored)>> {
    let mut parent: Vec<usize> = (0..records.len()).collect();
    let mut first_with: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, (id, record)) in records.iter().enumerate() {
        for id in ids(id, record) {
            let other = *first_with.entry(id).or_insert(index);
            let (a, b) = (root(&mut parent, index), root(&mut parent, other));
            parent[a.max(b)] = a.min(b);
        }
    }
    let mut groups: BTreeMap<usize, Vec<(&str, &Stored)>> = BTreeMap::new();
    for (index, record) in records.iter().enumerate() {
        let root = root(&mut parent, index);
        groups.entry(root).or_default().push(*record);
    }
    groups
        .into_values()
        .filter_map(|group| {
            let id = group
                .iter()
                .map(|(id, _)| *id)
                .min_by_key(|id| (!id.starts_with("GHSA-"), *id))?;
            Some((id, group))
        })
        .collect()
}

fn root(parent: &mut [usize], mut index: usize) -> usize {
    while parent[index] != index {
        parent[index] = parent[parent[index]];
        index = parent[index];
    }
    index
}
