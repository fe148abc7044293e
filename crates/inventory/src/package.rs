//! What an inventory says: packages, the places where they were seen, and what could not be read.
//!
//! Plain data that serialises completely: it crosses the border between the scanning child and its parent, and is
//! stored to be matched again when advisories change.

use serde::{Deserialize, Serialize};
use shindan_package::{Ecosystem, Purl};

use crate::digest::Sha1;

/// The packages of one function, with its layers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventory {
    /// Sorted by ecosystem, name and version; no two have all three in common.
    pub packages: Vec<Package>,
    /// What could not be read or is contradictory, sorted by path.
    pub notes: Vec<Note>,
}

/// One package, wherever it was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    pub ecosystem: Ecosystem,
    /// As its ecosystem writes it: `group:artifact` for Maven, `@scope/name` for npm, the module path for Go.
    pub name: String,
    /// `None` where the evidence names no exact version.
    pub version: Option<String>,
    /// `None` where the name is not complete, as for a jar whose group is not known.
    pub purl: Option<Purl>,
    pub manager: PackageManager,
    /// The strongest evidence of all places.
    pub evidence: Evidence,
    pub confidence: Confidence,
    /// Whether every place is a copy inside another package, which its own package manager does not update.
    pub vendored: bool,
    pub relation: Relation,
    /// Whether every place says that it is for development or tests only.
    pub development: bool,
    /// Whether every place is a declaration that installed packages under the same root do not bear out. Such a
    /// package is listed, but it is not in the function, and advisories are not reported for it.
    pub overruled: bool,
    /// Sorted by path and line; never empty.
    pub places: Vec<Place>,
}

/// Where one package was seen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// Path in the artifact, as [`shindan_artifact::Entry::path`].
    pub path: String,
    /// Counted from 1.
    pub line: Option<u32>,
    /// The layer, in the order in which layers were attached; `None` for the package itself.
    pub layer: Option<u32>,
    pub evidence: Evidence,
    pub manager: PackageManager,
    pub vendored: bool,
    pub development: bool,
    pub overruled: bool,
    /// Of a jar that does not say which package it is, for tables that know jars by it.
    #[serde(default)]
    pub sha1: Option<Sha1>,
}

/// How it is known that a package is there, the weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Evidence {
    /// It is what a lock file or manifest belongs to: the project itself or a member of its workspace.
    Subject,
    /// A manifest asks for it, or a lock file lists it that installed packages do not bear out.
    Declared,
    /// A lock file lists it, and nothing beside it tells what is installed.
    Locked,
    /// Its code was copied into a file of another, such as a bundle of JavaScript.
    Bundled,
    /// Its own metadata lies in the package, or a binary was linked from it.
    Installed,
}

/// How far name and version can be trusted, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Confidence {
    /// Guessed from a file name or a manifest that anybody fills in as they like.
    Low,
    /// Stated, but not by the package's own metadata.
    Medium,
    /// Stated by metadata that the ecosystem's tools write.
    High,
}

/// Whether the function's author asked for the package, or another package did.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum Relation {
    #[default]
    Unknown,
    Transitive,
    Direct,
}

/// The kind of evidence in the words of Amazon Inspector's `PackageManager`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PackageManager {
    Bundler,
    Cargo,
    DotnetCore,
    Gemspec,
    Gobinary,
    Gomod,
    Jar,
    Nodepkg,
    Npm,
    Nuget,
    Pip,
    Pipenv,
    Poetry,
    Pom,
    Pythonpkg,
    Yarn,
}

/// Something about one file that a reader of the inventory has to know.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Note {
    pub path: String,
    /// What is wrong, as a sentence.
    pub text: String,
    /// Whether packages may be missing because of it.
    pub is_incomplete: bool,
}

impl Package {
    /// Whether advisories are to be looked up for it: it is in the function, and its version is known.
    ///
    /// Left out are the project itself, whose name may be that of a published package by chance; what is overruled; and
    /// what a manifest asks for without fixing a version, of which the stated version is only a bound.
    #[must_use]
    pub fn is_matched(&self) -> bool {
        let is_bound = self.evidence == Evidence::Declared && self.confidence == Confidence::Low;
        self.evidence != Evidence::Subject && !self.overruled && !is_bound && self.version.is_some()
    }
}

impl PackageManager {
    const ALL: [(PackageManager, &'static str); 16] = [
        (PackageManager::Bundler, "BUNDLER"),
        (PackageManager::Cargo, "CARGO"),
        (PackageManager::DotnetCore, "DOTNET_CORE"),
        (PackageManager::Gemspec, "GEMSPEC"),
        (PackageManager::Gobinary, "GOBINARY"),
        (PackageManager::Gomod, "GOMOD"),
        (PackageManager::Jar, "JAR"),
        (PackageManager::Nodepkg, "NODEPKG"),
        (PackageManager::Npm, "NPM"),
        (PackageManager::Nuget, "NUGET"),
        (PackageManager::Pip, "PIP"),
        (PackageManager::Pipenv, "PIPENV"),
        (PackageManager::Poetry, "POETRY"),
        (PackageManager::Pom, "POM"),
        (PackageManager::Pythonpkg, "PYTHONPKG"),
        (PackageManager::Yarn, "YARN"),
    ];

    /// The name in Inspector's findings.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// The manager of a name in Inspector's findings.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|(_, known)| *known == name);
        found.map(|(manager, _)| *manager)
    }
}

impl Evidence {
    const ALL: [(Evidence, &'static str); 5] = [
        (Evidence::Subject, "subject"),
        (Evidence::Declared, "declared"),
        (Evidence::Locked, "locked"),
        (Evidence::Bundled, "bundled"),
        (Evidence::Installed, "installed"),
    ];

    /// The word for it in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// The evidence of a word in reports.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|(_, known)| *known == name);
        found.map(|(evidence, _)| *evidence)
    }
}

#[cfg(test)]
mod tests {
    use super::{Evidence, PackageManager};

    #[test]
    fn names_are_read_back() {
        for (manager, name) in PackageManager::ALL {
            assert_eq!(manager.name(), name);
            assert_eq!(PackageManager::from_name(name), Some(manager));
        }
        for (evidence, name) in Evidence::ALL {
            assert_eq!(evidence.name(), name);
            assert_eq!(Evidence::from_name(name), Some(evidence));
        }
    }
}
