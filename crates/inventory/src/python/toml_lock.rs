//! `poetry.lock`, `uv.lock` and `pdm.lock`: TOML files with one `[[package]]` for each distribution.

use std::collections::BTreeSet;

use serde::Deserialize;
use shindan_package::Ecosystem;

use crate::package::{Evidence, PackageManager, Relation};
use crate::reading::{Found, Reading};
use crate::text::toml::{Any, Name, parse};

#[derive(Deserialize)]
struct Lock {
    #[serde(default)]
    package: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: Name,
    version: Option<Any>,
    /// Poetry before 1.5: `main` or `dev`.
    category: Option<Any>,
    /// Poetry from 2.0 and PDM: the groups that need it.
    groups: Option<Any>,
    source: Option<Any>,
    /// uv: what this package needs; of the project's own package, what is direct.
    dependencies: Option<Any>,
    #[serde(rename = "dev-dependencies")]
    dev_dependencies: Option<Any>,
    #[serde(rename = "optional-dependencies")]
    optional_dependencies: Option<Any>,
}

/// Reads a `poetry.lock`.
pub(crate) fn read_poetry(_path: &str, bytes: &[u8]) -> Reading {
    read(bytes, PackageManager::Poetry)
}

/// Reads a `pdm.lock`.
pub(crate) fn read_pdm(_path: &str, bytes: &[u8]) -> Reading {
    read(bytes, PackageManager::Pip)
}

/// Reads a `uv.lock`, which lists the project itself too, with a source `virtual`, `editable` or `directory`.
pub(crate) fn read_uv(_path: &str, bytes: &[u8]) -> Reading {
    read(bytes, PackageManager::Pip)
}

fn read(bytes: &[u8], manager: PackageManager) -> Reading {
    let (lock, lines): (Lock, _) = match parse(bytes) {
        Ok(lock) => lock,
        Err(problem) => return Reading::failed(problem),
    };
    let direct = Direct::of(&lock);
    let mut reading = Reading::default();
    for package in &lock.package {
        let name = package.name.get_ref();
        let found = if package.is_own() {
            Found::subject(Ecosystem::PyPi, manager, name)
        } else {
            Found::new(Ecosystem::PyPi, manager, Evidence::Locked, name)
                .relation(direct.relation(name))
                .development(package.is_development())
        };
        reading.add(
            found
                .version(
                    package
                        .version
                        .as_ref()
                        .and_then(Any::text)
                        .unwrap_or_default(),
                )
                .line(lines.line(package.name.span().start)),
        );
    }
    reading
}

impl Package {
    /// Whether it is (a member of) the locked project itself.
    fn is_own(&self) -> bool {
        let Some(source) = self.source.as_ref().and_then(|source| source.0.as_table()) else {
            return false;
        };
        ["virtual", "editable"]
            .iter()
            .any(|kind| source.contains_key(*kind))
    }

    fn is_development(&self) -> bool {
        let groups = self.groups.as_ref().and_then(|groups| groups.0.as_array());
        match groups {
            Some(groups) if !groups.is_empty() => groups
                .iter()
                .all(|group| !matches!(group.as_str(), Some("main" | "default"))),
            _ => self.category.as_ref().and_then(Any::text) == Some("dev"),
        }
    }
}

/// The names that the project itself asks for, where the lock file tells.
struct Direct(BTreeSet<String>);

impl Direct {
    fn of(lock: &Lock) -> Self {
        let mut names = BTreeSet::new();
        for package in lock.package.iter().filter(|package| package.is_own()) {
            let lists = [
                &package.dependencies,
                &package.dev_dependencies,
                &package.optional_dependencies,
            ];
            for list in lists.into_iter().flatten() {
                add_names(&list.0, &mut names);
            }
        }
        Self(names)
    }

    fn relation(&self, name: &str) -> Relation {
        if self.0.is_empty() {
            Relation::Unknown
        } else if self.0.contains(name) {
            Relation::Direct
        } else {
            Relation::Transitive
        }
    }
}

/// The names in `[{ name = "x" }]` or in a table of such arrays.
fn add_names(value: &toml::Value, names: &mut BTreeSet<String>) {
    let arrays: Vec<&Vec<toml::Value>> = match value {
        toml::Value::Array(array) => vec![array],
        toml::Value::Table(table) => table.values().filter_map(toml::Value::as_array).collect(),
        _ => return,
    };
    for item in arrays.into_iter().flatten() {
        if let Some(name) = item.get("name").and_then(toml::Value::as_str) {
            names.insert(name.to_owned());
        }
    }
}
