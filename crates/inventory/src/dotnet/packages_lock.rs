//! `packages.lock.json` of NuGet: for each framework, `NAME: {"type": "Direct", "resolved": "1.2.3"}`.

use serde::Deserialize;
use serde_json::Value;
use shindan_package::Ecosystem;

use crate::package::{Evidence, PackageManager, Relation};
use crate::reading::{Found, Reading};
use crate::text::json::{Members, parse, text};
use crate::text::lines::Cursor;

#[derive(Deserialize)]
struct Lock {
    #[serde(default)]
    dependencies: Members<Members<Value>>,
}

/// Reads a lock file.
pub(crate) fn read(_path: &str, bytes: &[u8]) -> Reading {
    let lock: Lock = match parse(bytes) {
        Ok(lock) => lock,
        Err(problem) => return Reading::failed(problem),
    };
    let mut reading = Reading::default();
    let mut lines = Cursor::new(bytes);
    for (_, packages) in &lock.dependencies.0 {
        for (name, package) in &packages.0 {
            let line = lines.find_quoted(name);
            let relation = match text(package, "type") {
                Some("Project") => continue,
                Some("Direct") => Relation::Direct,
                Some("Transitive" | "CentralTransitive") => Relation::Transitive,
                _ => Relation::Unknown,
            };
            reading.add(
                Found::new(
                    Ecosystem::NuGet,
                    PackageManager::Nuget,
                    Evidence::Locked,
                    name,
                )
                .version(text(package, "resolved").unwrap_or_default())
                .line(line)
                .relation(relation),
            );
        }
    }
    reading
}
