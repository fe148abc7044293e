//! Installed distributions: `NAME.dist-info/METADATA`, `NAME.egg-info/PKG-INFO` and single-file `NAME.egg-info`.
//!
//! Both are headers as in a mail (<https://packaging.python.org/en/latest/specifications/core-metadata/>), name and
//! version among the first, then a description of any length, of which nothing is read.

use shindan_package::Ecosystem;

use crate::limits::METADATA_BYTES;
use crate::package::{Confidence, Evidence, PackageManager};
use crate::reading::{Found, Reading};
use crate::text::lines::head;

/// Reads the metadata of one distribution. Where it lacks name or version, those in the folder's name are taken.
pub(crate) fn read(path: &str, bytes: &[u8]) -> Reading {
    let text = head(bytes, METADATA_BYTES);
    let mut reading = Reading::default();
    let (mut name, mut version) = (None, None);
    for line in text.lines() {
        if line.trim().is_empty() {
            break;
        }
        if let Some((key, value)) = line.split_once(':') {
            let value = value.trim();
            if key.eq_ignore_ascii_case("name") && name.is_none() && !value.is_empty() {
                name = Some(value);
            } else if key.eq_ignore_ascii_case("version") && version.is_none() && !value.is_empty()
            {
                version = Some(value);
            }
        }
        if name.is_some() && version.is_some() {
            break;
        }
    }
    let in_folder = of_folder(path);
    let is_whole = name.is_some() && version.is_some();
    let Some(name) = name.or(in_folder.map(|(name, _)| name)) else {
        return Reading::failed("names no distribution");
    };
    let version = version.or(in_folder.and_then(|(_, version)| version));
    if !is_whole {
        reading.problem("lacks a name or a version, which were taken from its folder's name");
    }
    let found = Found::new(
        Ecosystem::PyPi,
        PackageManager::Pythonpkg,
        Evidence::Installed,
        name,
    )
    .version(version.unwrap_or_default())
    .confidence(if is_whole {
        Confidence::High
    } else {
        Confidence::Medium
    });
    reading.add(found);
    reading
}

/// Name and version in `requests-2.31.0.dist-info` or `six-1.16.0-py3.11.egg-info`.
fn of_folder(path: &str) -> Option<(&str, Option<&str>)> {
    let part = path
        .rsplit('/')
        .find(|part| part.ends_with(".dist-info") || part.ends_with(".egg-info"))?;
    let stem = part
        .trim_end_matches(".dist-info")
        .trim_end_matches(".egg-info");
    let mut parts = stem.split('-');
    let name = parts.next().filter(|name| !name.is_empty())?;
    Some((name, parts.next()))
}
