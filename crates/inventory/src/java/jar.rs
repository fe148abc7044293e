//! A jar without `pom.properties`: its file's name and its manifest.
//!
//! Such a package has low confidence and no group: what manifests say of vendors, main classes and modules is no group
//! of Maven's, and a wrong one would match advisories of another package.

use shindan_package::Ecosystem;

use crate::limits::PROPERTIES_BYTES;
use crate::package::{Confidence, Evidence, PackageManager};
use crate::reading::{Found, Reading};
use crate::text::lines::head;

/// Names the jar at `path` by its name; `manifest` is its `META-INF/MANIFEST.MF`, empty if it has none.
pub(crate) fn read(path: &str, manifest: &[u8]) -> Reading {
    let file = path.rsplit('/').next().unwrap_or(path);
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let (name, mut version) = divide(stem);
    let text = head(manifest, PROPERTIES_BYTES);
    if version.is_none() {
        version = [
            "Implementation-Version",
            "Bundle-Version",
            "Specification-Version",
        ]
        .into_iter()
        .find_map(|wanted| {
            text.lines().find_map(|line| {
                let value = line.strip_prefix(wanted)?.strip_prefix(':')?.trim();
                (value.starts_with(|c: char| c.is_ascii_digit()) && !value.contains(' '))
                    .then_some(value)
            })
        });
    }
    let mut reading = Reading::default();
    reading.add(
        Found::new(
            Ecosystem::Maven,
            PackageManager::Jar,
            Evidence::Installed,
            name,
        )
        .version(version.unwrap_or_default())
        .confidence(Confidence::Low),
    );
    reading
}

/// Whether a jar of this file name may be of `artifact`.
pub(crate) fn is_of(path: &str, artifact: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or(path);
    file.strip_prefix(artifact)
        .is_some_and(|rest| rest.starts_with(['-', '.', '_']))
}

/// `artifact-1.2.3-classifier` at the first `-` before a digit.
fn divide(stem: &str) -> (&str, Option<&str>) {
    let is_version =
        |(at, _): &(usize, &str)| stem[at + 1..].starts_with(|c: char| c.is_ascii_digit());
    match stem.match_indices('-').find(is_version) {
        Some((at, _)) if at > 0 => {
            let version = &stem[at + 1..];
            let classifier = [
                "-jar-with-dependencies",
                "-all",
                "-shaded",
                "-sources",
                "-javadoc",
                "-tests",
            ]
            .into_iter()
            .find_map(|classifier| version.strip_suffix(classifier));
            (&stem[..at], Some(classifier.unwrap_or(version)))
        }
        _ => (stem, None),
    }
}
