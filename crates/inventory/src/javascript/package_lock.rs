//! `package-lock.json` and `npm-shrinkwrap.json`, versions 1 to 3.
//!
//! Version 1 has a tree `dependencies`, version 3 a flat `packages` by folder, version 2 both, of which `packages` is
//! read (<https://docs.npmjs.com/cli/configuring-npm/package-lock-json>).

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;
use shindan_package::Ecosystem;

use super::specifier::{is_version, split};
use crate::limits::DEPTH;
use crate::package::{Evidence, PackageManager, Relation};
use crate::reading::{Found, Reading};
use crate::text::json::{Members, is_true, members, parse, text};
use crate::text::lines::Cursor;

#[derive(Deserialize)]
struct Lock {
    name: Option<Value>,
    version: Option<Value>,
    packages: Option<Members<Value>>,
    dependencies: Option<Members<Value>>,
}

/// Reads a lock file.
pub(crate) fn read(_path: &str, bytes: &[u8]) -> Reading {
    let lock: Lock = match parse(bytes) {
        Ok(lock) => lock,
        Err(problem) => return Reading::failed(problem),
    };
    let mut reading = Reading::default();
    let mut lines = Cursor::new(bytes);
    match (lock.packages, lock.dependencies) {
        (Some(packages), _) => read_packages(&packages.0, &mut lines, &mut reading),
        (None, Some(dependencies)) => {
            let dependencies = dependencies.0.iter().map(|(name, value)| (name, value));
            read_dependencies(dependencies, 0, &mut lines, &mut reading);
        }
        (None, None) => {}
    }
    // Where the project is not listed among the packages, the file says itself what it belongs to.
    let name = lock.name.as_ref().and_then(Value::as_str);
    let is_listed = |name: &str| {
        let subjects = reading.packages.iter();
        subjects
            .filter(|found| found.evidence == Evidence::Subject)
            .any(|found| found.name == name)
    };
    if let Some(name) = name.filter(|name| !name.is_empty() && !is_listed(name)) {
        let version = lock.version.as_ref().and_then(Value::as_str);
        let project = Found::subject(Ecosystem::Npm, PackageManager::Npm, name);
        reading.add(project.version(version.unwrap_or_default()));
    }
    reading
}

fn read_packages(packages: &[(String, Value)], lines: &mut Cursor<'_>, reading: &mut Reading) {
    // The project and the members of its workspace lie outside `node_modules`; what they ask for is direct.
    let own = packages
        .iter()
        .filter(|(folder, _)| !folder.contains("node_modules/"));
    let direct: BTreeSet<&String> = own
        .flat_map(|(_, package)| {
            [
                "dependencies",
                "devDependencies",
                "optionalDependencies",
                "peerDependencies",
            ]
            .into_iter()
            .flat_map(|group| members(package.get(group)).map(|(name, _)| name))
        })
        .collect();
    let links: BTreeMap<&str, &str> = packages
        .iter()
        .filter_map(|(folder, package)| {
            let (_, name) = folder.rsplit_once("node_modules/")?;
            Some((text(package, "resolved")?, name)).filter(|_| is_true(package, "link"))
        })
        .collect();
    for (folder, package) in packages {
        let Some((above, name)) = folder.rsplit_once("node_modules/") else {
            let line = lines.find_quoted(folder);
            // A member of the workspace is called as its manifest or the link to it says, or else as its folder.
            let name = text(package, "name")
                .or_else(|| links.get(folder.as_str()).copied())
                .or_else(|| folder.rsplit('/').next());
            if let Some(name) = name.filter(|name| !name.is_empty()) {
                let version = text(package, "version").unwrap_or_default();
                let member = Found::subject(Ecosystem::Npm, PackageManager::Npm, name);
                reading.add(member.version(version).line(line));
            }
            continue;
        };
        let line = lines.find_quoted(folder);
        if is_true(package, "link") {
            continue;
        }
        let is_direct = above.is_empty() && direct.contains(&name.to_owned());
        // An alias is installed under its own name and has the real one inside.
        let name = text(package, "name").unwrap_or(name);
        let relation = if is_direct {
            Relation::Direct
        } else {
            Relation::Transitive
        };
        let version = text(package, "version").unwrap_or_default();
        reading.add(
            found(name, version)
                .line(line)
                .relation(if direct.is_empty() {
                    Relation::Unknown
                } else {
                    relation
                })
                .development(is_true(package, "dev") || is_true(package, "devOptional")),
        );
    }
}

fn read_dependencies<'a>(
    dependencies: impl Iterator<Item = (&'a String, &'a Value)>,
    depth: usize,
    lines: &mut Cursor<'_>,
    reading: &mut Reading,
) {
    if depth > DEPTH {
        reading.problem(format!("is nested more than {DEPTH} deep"));
        return;
    }
    for (name, package) in dependencies {
        let line = lines.find_quoted(name);
        let stated = text(package, "version").unwrap_or_default();
        let (name, version) = stated
            .strip_prefix("npm:")
            .and_then(split)
            .unwrap_or((name, stated));
        reading.add(
            found(name, version)
                .line(line)
                .relation(if depth > 0 {
                    Relation::Transitive
                } else {
                    Relation::Unknown
                })
                .development(is_true(package, "dev")),
        );
        read_dependencies(
            members(package.get("dependencies")),
            depth + 1,
            lines,
            reading,
        );
    }
}

/// A package whose version is dropped if it is a path, a URL or a commit.
fn found(name: &str, version: &str) -> Found {
    let version = if is_version(version) { version } else { "" };
    Found::new(Ecosystem::Npm, PackageManager::Npm, Evidence::Locked, name).version(version)
}
