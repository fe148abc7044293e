//! `bun.lock`: JSON with comments and final commas, `packages` being arrays that begin with `name@version`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;
use shindan_package::Ecosystem;

use super::specifier::{is_name, is_version, split};
use crate::package::{Evidence, PackageManager, Relation};
use crate::reading::{Found, Reading};
use crate::text::json::{Members, items, members, parse, plain, text};
use crate::text::lines::Cursor;

#[derive(Deserialize)]
struct Lock {
    #[serde(default)]
    workspaces: BTreeMap<String, Value>,
    #[serde(default)]
    packages: Members<Value>,
}

/// Reads a lock file.
pub(crate) fn read(_path: &str, bytes: &[u8]) -> Reading {
    let lock: Lock = match parse(&plain(bytes)) {
        Ok(lock) => lock,
        Err(problem) => return Reading::failed(problem),
    };
    let direct: BTreeSet<&String> = lock
        .workspaces
        .values()
        .flat_map(|workspace| {
            [
                "dependencies",
                "devDependencies",
                "optionalDependencies",
                "peerDependencies",
            ]
            .into_iter()
            .flat_map(|group| members(workspace.get(group)).map(|(name, _)| name))
        })
        .collect();
    let mut reading = Reading::default();
    let mut lines = Cursor::new(bytes);
    for member in lock.workspaces.values() {
        if let Some(name) = text(member, "name") {
            reading.add(
                Found::subject(Ecosystem::Npm, PackageManager::Npm, name)
                    .version(text(member, "version").unwrap_or_default()),
            );
        }
    }
    for (key, package) in &lock.packages.0 {
        let line = lines.find_quoted(key);
        let Some((name, version)) = items(Some(package))
            .first()
            .and_then(Value::as_str)
            .and_then(split)
        else {
            reading.problem(
                "has a package that is no array beginning with `name@version`; it was left out",
            );
            continue;
        };
        if !is_name(name) || version.starts_with("workspace:") {
            continue;
        }
        let relation = if direct.contains(key) {
            Relation::Direct
        } else {
            Relation::Transitive
        };
        reading.add(
            Found::new(Ecosystem::Npm, PackageManager::Npm, Evidence::Locked, name)
                .version(if is_version(version) { version } else { "" })
                .line(line)
                .relation(relation),
        );
    }
    reading
}
