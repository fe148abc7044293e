//! A jar without `pom.properties`: its file's name and its manifest.
//!
//! Such a package has no group, except where the artifact is one of [`well_known`]: what manifests say of vendors, main
//! classes and modules is no group of Maven's, and a wrong one would match advisories of another package. Confidence is
//! medium where the group is known and file and manifest agree about the version, and low otherwise.

use shindan_package::Ecosystem;

use super::well_known;
use crate::limits::PROPERTIES_BYTES;
use crate::package::{Confidence, Evidence, PackageManager};
use crate::reading::{Found, Reading};
use crate::text::lines::head;

/// Names the jar at `path` by its name; `manifest` is its `META-INF/MANIFEST.MF`, empty if it has none.
pub(crate) fn read(path: &str, manifest: &[u8]) -> Reading {
    let file = path.rsplit('/').next().unwrap_or(path);
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let (artifact, of_file) = divide(stem);
    let text = head(manifest, PROPERTIES_BYTES);
    let stated: Vec<&str> = [
        "Implementation-Version",
        "Bundle-Version",
        "Specification-Version",
    ]
    .into_iter()
    .filter_map(|wanted| {
        text.lines().find_map(|line| {
            let value = line.strip_prefix(wanted)?.strip_prefix(':')?.trim();
            (value.starts_with(|c: char| c.is_ascii_digit()) && !value.contains(' '))
                .then_some(value)
        })
    })
    .collect();
    let version = of_file.or(stated.first().copied()).unwrap_or_default();
    let group = well_known::group(artifact);
    let is_certain = group.is_some() && of_file.is_some() && stated.contains(&version);
    let name = match group {
        Some(group) => format!("{group}:{artifact}"),
        None => artifact.to_owned(),
    };
    let mut reading = Reading::default();
    reading.add(
        Found::new(
            Ecosystem::Maven,
            PackageManager::Jar,
            Evidence::Installed,
            name,
        )
        .version(version)
        .confidence(if is_certain {
            Confidence::Medium
        } else {
            Confidence::Low
        }),
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
