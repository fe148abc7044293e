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
    if bytes.len() > PACKAGE_JSON_BYTES {
        return Reading::failed(format!(
            "is larger than the {PACKAGE_JSON_BYTES} bytes that are read of it"
        ));
    }
    let manifest: Value = match parse(bytes) {
        Ok(manifest) => manifest,
        Err(problem) => return Reading::failed(problem),
    };
    let Some(name) = text(&manifest, "name").filter(|name| is_name(name)) else {
        // Folders within packages have such manifests to tell the kind of modules in them.
        return Reading::default();
    };
    let mut reading = Reading::default();
    let version = text(&manifest, "version").unwrap_or_default().trim();
    reading.add(
        Found::new(
            Ecosystem::Npm,
            PackageManager::Nodepkg,
            Evidence::Installed,
            name,
        )
        .version(version.trim_start_matches(['v', '='])),
    );
    reading
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
