//! What changes for known inventories when the index is replaced.
//!
//! Packages whose advisories changed are found by comparing fingerprints, the inventories that have them by an inverted
//! index, and only these are matched again. Scores of EPSS change every day for everything and are no change here:
//! whoever shows them reads them from the new index.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use shindan_package::Ecosystem;

use crate::index::{Corrupt, Index, Match, package_of};
use crate::severity::Severity;

/// A package under its normal name, whatever its version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackageKey {
    ecosystem: Ecosystem,
    name: String,
}

impl PackageKey {
    /// The key of a package, however its name is spelled.
    pub fn new(ecosystem: Ecosystem, name: &str) -> Self {
        Self {
            ecosystem,
            name: ecosystem.normal_name(name).into_owned(),
        }
    }

    pub fn ecosystem(&self) -> Ecosystem {
        self.ecosystem
    }

    pub fn name(&self) -> &str {
        &self.name
    }
}

/// Which inventories have a package, and in which version.
#[derive(Clone, Debug)]
pub struct InventoryIndex<Id> {
    /// Versions of each package, and the inventories with each.
    packages: BTreeMap<PackageKey, BTreeMap<String, BTreeSet<Id>>>,
}

/// What a new index means for one version of a package and all inventories that have it.
#[derive(Clone, Debug, PartialEq)]
pub struct Change<Id> {
    pub package: PackageKey,
    pub version: String,
    /// The id in the new index; of a closed finding, in the old one.
    pub vulnerability: String,
    pub kind: ChangeKind,
    pub inventories: BTreeSet<Id>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// The version is affected now, and was not before.
    New,
    /// The version still is affected, and the severity, the repaired versions, the aliases, the affected code or the
    /// entry in the KEV catalogue is another.
    Changed,
    /// The version is not affected any more: the advisory was withdrawn or its ranges were corrected.
    Closed,
}

impl<Id: Ord + Clone> Default for InventoryIndex<Id> {
    fn default() -> Self {
        Self {
            packages: BTreeMap::new(),
        }
    }
}

impl<Id: Ord + Clone> InventoryIndex<Id> {
    pub fn new(inventories: impl IntoIterator<Item = (Id, Vec<(PackageKey, String)>)>) -> Self {
        let mut index = Self::default();
        for (id, packages) in inventories {
            for (package, version) in packages {
                index
                    .packages
                    .entry(package)
                    .or_default()
                    .entry(version)
                    .or_default()
                    .insert(id.clone());
            }
        }
        index
    }

    /// What changes between two indexes for these inventories, by package, version and vulnerability.
    pub fn changes(&self, old: &Index, new: &Index) -> Result<Vec<Change<Id>>, Corrupt> {
        self.changes_of(&changed_packages(old, new)?, old, new)
    }

    /// What changes for these packages only.
    pub fn changes_of(
        &self,
        packages: &[PackageKey],
        old: &Index,
        new: &Index,
    ) -> Result<Vec<Change<Id>>, Corrupt> {
        let mut changes = Vec::new();
        for package in packages {
            for (version, inventories) in self.packages.get(package).into_iter().flatten() {
                let before = findings(old, package, version)?;
                let after = findings(new, package, version)?;
                let mut change = |vulnerability: &str, kind| {
                    changes.push(Change {
                        package: package.clone(),
                        version: version.clone(),
                        vulnerability: vulnerability.to_owned(),
                        kind,
                        inventories: inventories.clone(),
                    });
                };
                for (id, finding) in &after {
                    match before.get(id) {
                        None => change(id, ChangeKind::New),
                        Some(known) if known != finding => change(id, ChangeKind::Changed),
                        Some(_) => {}
                    }
                }
                for id in before.keys().filter(|id| !after.contains_key(*id)) {
                    change(id, ChangeKind::Closed);
                }
            }
        }
        Ok(changes)
    }
}

/// What a finding says, apart from texts and EPSS.
#[derive(PartialEq)]
struct Finding<'a> {
    found: Match<'a>,
    aliases: Vec<&'a str>,
    severity: Severity,
    is_known_exploited: bool,
}

fn findings<'a>(
    index: &'a Index,
    package: &PackageKey,
    version: &str,
) -> Result<BTreeMap<&'a str, Finding<'a>>, Corrupt> {
    index
        .matches(package.ecosystem, &package.name, version)?
        .into_iter()
        .map(|found| {
            let vulnerability = index.vulnerability(found.vulnerability)?;
            let finding = Finding {
                found: found.renumbered(),
                aliases: vulnerability.aliases,
                severity: vulnerability.severity,
                is_known_exploited: vulnerability.known_exploit.is_some(),
            };
            Ok((vulnerability.id, finding))
        })
        .collect()
}

/// The packages about which the two indexes do not say the same, ascending.
pub fn changed_packages(old: &Index, new: &Index) -> Result<Vec<PackageKey>, Corrupt> {
    let (mut at_old, mut at_new) = (0, 0);
    let mut changed = Vec::new();
    let mut note = |key: &[u8]| {
        let (ecosystem, name) = package_of(key).ok_or(Corrupt)?;
        changed.push(PackageKey {
            ecosystem,
            name: name.to_owned(),
        });
        Ok(())
    };
    loop {
        let before = (at_old < old.packages())
            .then(|| old.package(at_old))
            .transpose()?;
        let after = (at_new < new.packages())
            .then(|| new.package(at_new))
            .transpose()?;
        let order = match (before, after) {
            (None, None) => break,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some((a, _)), Some((b, _))) => a.cmp(b),
        };
        match (order, before, after) {
            (Ordering::Less, Some((key, _)), _) | (Ordering::Greater, _, Some((key, _))) => {
                note(key)?;
            }
            (_, Some((key, a)), Some((_, b))) if a != b => note(key)?,
            _ => {}
        }
        at_old += usize::from(order.is_le());
        at_new += usize::from(order.is_ge());
    }
    Ok(changed)
}

#[cfg(test)]
mod tests {
    use shindan_package::Ecosystem;

    use super::{Change, ChangeKind, InventoryIndex, PackageKey, changed_packages};
    use crate::import::Import;
    use crate::index::Index;

    fn index(records: &[&str]) -> Index {
        let mut import = Import::new().expect("memory");
        for record in records {
            import.add_record("test", record.as_bytes()).expect("small");
        }
        Index::from_bytes(import.finish().expect("small").0).expect("valid")
    }

    fn record(id: &str, name: &str, fixed: &str) -> String {
        format!(
            r#"{{"id": "{id}", "modified": "2026-01-01T00:00:00Z", "affected": [{{
                "package": {{"ecosystem": "PyPI", "name": "{name}"}},
                "ranges": [{{"type": "ECOSYSTEM", "events": [{{"introduced": "0"}}, {{"fixed": "{fixed}"}}]}}]}}]}}"#
        )
    }

    #[test]
    fn new_changed_and_closed_findings_come_out() {
        let old = index(&[
            &record("A-1", "same", "9"),
            &record("A-2", "changed", "2"),
            &record("A-3", "closed", "2"),
            &record("A-4", "nowhere", "2"),
        ]);
        let new = index(&[
            &record("A-0", "new", "2"),
            &record("A-1", "same", "9"),
            &record("A-2", "changed", "3"),
            &record("A-4", "nowhere", "3"),
        ]);
        let key = |name| PackageKey::new(Ecosystem::PyPi, name);
        assert_eq!(
            changed_packages(&old, &new).expect("valid"),
            [key("changed"), key("closed"), key("new"), key("nowhere")]
        );
        let package = |name, version: &str| (key(name), version.to_owned());
        let inventories = InventoryIndex::new([
            (
                1,
                vec![
                    package("same", "1"),
                    package("Changed", "1"),
                    package("new", "2"),
                ],
            ),
            (
                2,
                vec![
                    package("changed", "1"),
                    package("closed", "1"),
                    package("new", "1"),
                ],
            ),
        ]);
        let change = |name, vulnerability: &str, kind, inventories: &[i32]| Change {
            package: key(name),
            version: "1".to_owned(),
            vulnerability: vulnerability.to_owned(),
            kind,
            inventories: inventories.iter().copied().collect(),
        };
        assert_eq!(
            inventories.changes(&old, &new).expect("valid"),
            [
                change("changed", "A-2", ChangeKind::Changed, &[1, 2]),
                change("closed", "A-3", ChangeKind::Closed, &[2]),
                change("new", "A-0", ChangeKind::New, &[2]),
            ]
        );
        assert!(inventories.changes(&new, &new).expect("valid").is_empty());
    }
}
