//! `gradle.lockfile` and `buildscript-gradle.lockfile`: lines of `group:artifact:version=configuration,…`.

use shindan_package::Ecosystem;

use crate::package::{Evidence, PackageManager};
use crate::reading::{Found, Reading};
use crate::text::lines::{head, numbered};

/// Reads a lock file. What only test configurations use is for development.
pub(crate) fn read(_path: &str, bytes: &[u8]) -> Reading {
    let text = head(bytes, bytes.len());
    let mut reading = Reading::default();
    for (number, line) in numbered(&text) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') || line.starts_with("empty=") {
            continue;
        }
        let (package, configurations) = line.split_once('=').unwrap_or((line, ""));
        let parts: Vec<&str> = package.split(':').collect();
        let [group, artifact, version] = parts[..] else {
            reading.problem(format!("line {number} is no `group:artifact:version`"));
            continue;
        };
        let development = !configurations.is_empty()
            && configurations
                .split(',')
                .all(|name| name.to_ascii_lowercase().contains("test"));
        reading.add(
            Found::new(
                Ecosystem::Maven,
                PackageManager::Pom,
                Evidence::Locked,
                format!("{group}:{artifact}"),
            )
            .version(version)
            .line(number)
            .development(development),
        );
    }
    reading
}
