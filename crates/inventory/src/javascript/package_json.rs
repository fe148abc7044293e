//! `package.json` of an installed package, and what the one of a project asks for.

use std::collections::BTreeMap;

use serde_json::Value;
use shindan_package::Ecosystem;

use super::specifier::is_name;
use crate::limits::PACKAGE_JSON_BYTES;
use crate::package::{Evidence, PackageManager};
use crate::reading::{Found, Reading};
use crate::text::json::{members, parse, text};

/// Reads the manifest of an installed package: its own name and version, not what it asks for.
pub(crate) fn read(_path: &str, bytes: &[u8]) -> Reading {
    let mut reading = Reading::default();
    match identity(bytes) {
        Ok(Some((name, version))) => reading.add(
            Found::new(
                Ecosystem::Npm,
                PackageManager::Nodepkg,
                Evidence::Installed,
                name,
            )
            .version(version),
        ),
        Ok(None) => {}
        Err(problem) => reading.problem(problem),
    }
    reading
}

/// Reads the manifest of a project. One without a version names nothing that could be meant elsewhere, and one that is
/// broken costs no packages.
pub(crate) fn read_project(_path: &str, bytes: &[u8]) -> Reading {
    let mut reading = Reading::default();
    if let Ok(Some((name, version))) = identity(bytes)
        && !version.is_empty()
    {
        reading.add(Found::subject(Ecosystem::Npm, PackageManager::Npm, name).version(version));
    }
    reading
}

/// Name and version; `None` where there is no name, as in folders within packages whose manifests only tell the kind of
/// modules in them.
fn identity(bytes: &[u8]) -> Result<Option<(String, String)>, String> {
    if bytes.len() > PACKAGE_JSON_BYTES {
        return Err(format!(
            "is larger than the {PACKAGE_JSON_BYTES} bytes that are read of it"
        ));
    }
    let manifest: Value = parse(bytes)?;
    let name = text(&manifest, "name").filter(|name| is_name(name));
    let version = text(&manifest, "version").unwrap_or_default().trim();
    let version = version.trim_start_matches(['v', '=']).to_owned();
    Ok(name.map(|name| (name.to_owned(), version)))
}

/// The names that a project's own manifest asks for, and whether for development only.
pub(crate) fn requested(bytes: &[u8]) -> BTreeMap<String, bool> {
    let mut names = BTreeMap::new();
    if bytes.len() > PACKAGE_JSON_BYTES {
        return names;
    }
    let Ok(manifest) = parse::<Value>(bytes) else {
        return names;
    };
    for (group, development) in [
        ("devDependencies", true),
        ("peerDependencies", false),
        ("optionalDependencies", false),
        ("dependencies", false),
    ] {
        for (name, _) in members(manifest.get(group)) {
            names.insert(name.clone(), development);
        }
    }
    names
}
