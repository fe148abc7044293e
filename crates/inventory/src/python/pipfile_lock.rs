//! `Pipfile.lock`: a JSON object `default` and `develop` of `NAME: {"version": "==1.2"}`.

use serde_json::Value;
use shindan_package::Ecosystem;

use crate::package::{Evidence, PackageManager};
use crate::reading::{Found, Reading};
use crate::text::json::{Members, parse, text};
use crate::text::lines::Cursor;

/// Reads a lock file. Of its groups, `develop` is for development.
pub(crate) fn read(_path: &str, bytes: &[u8]) -> Reading {
    let groups: Members<Value> = match parse(bytes) {
        Ok(groups) => groups,
        Err(problem) => return Reading::failed(problem),
    };
    let mut reading = Reading::default();
    let mut lines = Cursor::new(bytes);
    for (group, packages) in groups.0 {
        if group == "_meta" {
            continue;
        }
        let Some(packages) = packages.as_object() else {
            continue;
        };
        for (name, package) in packages {
            // Sources in version control have a `ref` and no version of a registry.
            let Some(version) = text(package, "version").and_then(|v| v.strip_prefix("==")) else {
                continue;
            };
            reading.add(
                Found::new(
                    Ecosystem::PyPi,
                    PackageManager::Pipenv,
                    Evidence::Locked,
                    name,
                )
                .version(version.trim_start_matches('='))
                .line(lines.find_quoted(name))
                .development(group == "develop"),
            );
        }
    }
    reading
}
