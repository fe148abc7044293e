//! From a vulnerability to the packages that have it, for people who ask about one.
//!
//! The index is made for the other direction: these questions read all of it, which takes a fraction of a second.

use shindan_package::Ecosystem;
use shindan_package::version::{Version, compare};

use super::codec::Reader;
use super::layout::Table;
use super::{Corrupt, Index, VulnerabilityNumber, affected, package_of, vulnerability};
use crate::range::{End, Interval};

/// What all records of a vulnerability say about one package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AffectedPackage<'a> {
    pub ecosystem: Ecosystem,
    /// In its ecosystem's normal form.
    pub name: &'a str,
    /// Ascending, each once; records may overlap.
    pub ranges: Vec<Interval<'a>>,
    /// Versions outside of the ranges, ascending.
    pub listed: Vec<&'a str>,
}

impl<'a> AffectedPackage<'a> {
    /// The versions in which it is repaired, ascending.
    #[must_use]
    pub fn fixed(&self) -> Vec<&'a str> {
        let mut fixed: Vec<&str> = (self.ranges.iter())
            .filter_map(|range| match range.end {
                End::Fixed(version) => Some(version),
                End::Last(_) | End::Never => None,
            })
            .collect();
        fixed.sort_by(|a, b| compare(self.ecosystem, a, b).then(a.cmp(b)));
        fixed.dedup_by(|a, b| compare(self.ecosystem, a, b).is_eq());
        fixed
    }
}

impl Index {
    /// The vulnerability with this id or, where there is none, with this alias. Case does not matter.
    pub fn vulnerability_of_id(&self, id: &str) -> Result<Option<VulnerabilityNumber>, Corrupt> {
        let mut with_alias = None;
        for at in 0..self.vulnerabilities() {
            let entry = self.file.entry(Table::Vulnerabilities, at)?;
            let number = VulnerabilityNumber(u32::try_from(at).map_err(|_| Corrupt)?);
            let (own, aliases) = vulnerability::ids(entry)?;
            if own.eq_ignore_ascii_case(id) {
                return Ok(Some(number));
            }
            if with_alias.is_none() && aliases.iter().any(|a| a.eq_ignore_ascii_case(id)) {
                with_alias = Some(number);
            }
        }
        Ok(with_alias)
    }

    /// The packages that have a vulnerability, by ecosystem and name.
    pub fn packages_with(
        &self,
        number: VulnerabilityNumber,
    ) -> Result<Vec<AffectedPackage<'_>>, Corrupt> {
        let mut packages = Vec::new();
        for at in 0..self.packages() {
            let (ecosystem, name) =
                package_of(self.file.entry(Table::Packages, at)?).ok_or(Corrupt)?;
            let mut reader = Reader::new(self.file.entry(Table::Affected, at)?);
            let mut package = AffectedPackage {
                ecosystem,
                name,
                ranges: Vec::new(),
                listed: Vec::new(),
            };
            let mut is_affected = false;
            while !reader.is_empty() {
                let is_about = reader.small()? == number.0;
                let (ranges, listed) = affected::versions(&mut reader)?;
                if is_about {
                    is_affected = true;
                    package.ranges.extend(ranges);
                    package.listed.extend(listed);
                }
            }
            if is_affected {
                (package.ranges).sort_by(|a, b| {
                    compare(ecosystem, a.introduced, b.introduced).then_with(|| a.cmp(b))
                });
                package.ranges.dedup();
                let is_covered = |version: &&str| {
                    let version = Version::new(ecosystem, version);
                    let mut ranges = package.ranges.iter();
                    ranges.any(|range| range.contains(ecosystem, &version))
                };
                package.listed.retain(|version| !is_covered(version));
                (package.listed).sort_by(|a, b| compare(ecosystem, a, b).then(a.cmp(b)));
                package.listed.dedup();
                packages.push(package);
            }
        }
        packages.sort_by_key(|package| (package.ecosystem, package.name));
        Ok(packages)
    }
}
