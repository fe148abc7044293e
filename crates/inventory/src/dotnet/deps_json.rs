//! `NAME.deps.json`: what an application needs at run time.
//!
//! `libraries` lists everything the build knew; what was deployed are those with assets for the runtime in `targets`.
//! Where a file has no target of its runtime, all packages of `libraries` are taken.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;
use shindan_package::Ecosystem;

use crate::package::{Confidence, Evidence, PackageManager, Relation};
use crate::reading::{Found, Reading};
use crate::text::json::{Members, members, parse, text};
use crate::text::lines::Cursor;

#[derive(Deserialize)]
struct Deps {
    #[serde(rename = "runtimeTarget", default)]
    runtime_target: Value,
    #[serde(default)]
    targets: BTreeMap<String, Value>,
    #[serde(default)]
    libraries: Members<Value>,
}

/// Reads the file.
pub(crate) fn read(_path: &str, bytes: &[u8]) -> Reading {
    let deps: Deps = match parse(bytes) {
        Ok(deps) => deps,
        Err(problem) => return Reading::failed(problem),
    };
    let target = text(&deps.runtime_target, "name")
        .or_else(|| deps.runtime_target.as_str())
        .and_then(|name| deps.targets.get(name))
        .or_else(|| {
            deps.targets
                .values()
                .next()
                .filter(|_| deps.targets.len() == 1)
        });
    let direct = direct(&deps, target);
    let mut reading = Reading::default();
    let mut lines = Cursor::new(bytes);
    // The names stand in `targets` first.
    lines.find_quoted("libraries");
    for (key, library) in &deps.libraries.0 {
        let line = lines.find_quoted(key);
        let kind = text(library, "type").unwrap_or_default();
        let Some((name, version)) = key.rsplit_once('/') else {
            reading.problem("has a library that is no `name/version`; it was left out");
            continue;
        };
        if kind.eq_ignore_ascii_case("project") {
            let project = Found::subject(Ecosystem::NuGet, PackageManager::DotnetCore, name);
            reading.add(project.version(version).line(line));
            continue;
        }
        if !(kind.eq_ignore_ascii_case("package") || kind.eq_ignore_ascii_case("runtimepack")) {
            continue;
        }
        if target.is_some_and(|target| !has_assets(target.get(key))) {
            continue;
        }
        let relation = match &direct {
            Some(direct) if direct.contains(name) => Relation::Direct,
            Some(_) => Relation::Transitive,
            None => Relation::Unknown,
        };
        let name = name.strip_prefix("runtimepack.").unwrap_or(name);
        reading.add(
            Found::new(
                Ecosystem::NuGet,
                PackageManager::DotnetCore,
                Evidence::Installed,
                name,
            )
            .version(version)
            .line(line)
            .confidence(if target.is_some() {
                Confidence::High
            } else {
                Confidence::Medium
            })
            .relation(relation),
        );
    }
    reading
}

fn has_assets(library: Option<&Value>) -> bool {
    ["runtime", "native", "runtimeTargets"].iter().any(|kind| {
        members(library.and_then(|library| library.get(*kind)))
            .any(|(file, _)| !file.ends_with("/_._"))
    })
}

/// What the project itself asks for; `None` where no library is a project.
fn direct<'a>(deps: &Deps, target: Option<&'a Value>) -> Option<BTreeSet<&'a str>> {
    let is_project = |library: &Value| text(library, "type") == Some("project");
    let (key, _) = deps
        .libraries
        .0
        .iter()
        .find(|(_, library)| is_project(library))?;
    let project = target?.get(key)?;
    Some(
        members(project.get("dependencies"))
            .map(|(name, _)| name.as_str())
            .collect(),
    )
}
