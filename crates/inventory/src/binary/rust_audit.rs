//! The section `.dep-v0` of executables that cargo-auditable built
//! (<https://github.com/rust-secure-code/cargo-auditable/blob/master/PARSING.md>): JSON packed with zlib.

use std::io::Read;

use flate2::read::ZlibDecoder;
use serde::Deserialize;
use shindan_package::Ecosystem;

use crate::limits::BUILD_INFO_BYTES;
use crate::package::{Confidence, Evidence, PackageManager, Relation};
use crate::reading::{Found, Reading};
use crate::text::json::parse;

#[derive(Deserialize)]
struct Audit {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    #[serde(default)]
    source: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    root: bool,
    #[serde(default)]
    dependencies: Vec<usize>,
}

/// Reads the content of the section; `None` where it cannot be read.
pub(super) fn read(packed: Option<&[u8]>) -> Reading {
    let Some(packed) = packed else {
        return Reading::failed("has a damaged section `.dep-v0`");
    };
    let mut text = Vec::new();
    let limit = BUILD_INFO_BYTES as u64;
    if ZlibDecoder::new(packed)
        .take(limit)
        .read_to_end(&mut text)
        .is_err()
    {
        return Reading::failed("has a section `.dep-v0` that cannot be unpacked");
    }
    let audit: Audit = match parse(&text) {
        Ok(audit) => audit,
        Err(problem) => return Reading::failed(format!("its section `.dep-v0` {problem}")),
    };
    let mut is_direct = vec![false; audit.packages.len()];
    let of_root = audit.packages.iter().filter(|package| package.root);
    for &number in of_root.flat_map(|package| &package.dependencies) {
        if let Some(slot) = is_direct.get_mut(number) {
            *slot = true;
        }
    }
    let mut reading = Reading::default();
    for (package, is_direct) in audit.packages.into_iter().zip(is_direct) {
        if package.root || package.source == "local" {
            continue;
        }
        let is_of_registry = package.source == "crates.io";
        reading.add(
            Found::new(
                Ecosystem::CratesIo,
                PackageManager::Cargo,
                Evidence::Installed,
                package.name,
            )
            .version(package.version)
            .confidence(if is_of_registry {
                Confidence::High
            } else {
                Confidence::Medium
            })
            .relation(if is_direct {
                Relation::Direct
            } else {
                Relation::Transitive
            })
            // Build scripts run on the developer's machine and are not in the executable.
            .development(package.kind == "build"),
        );
    }
    reading
}
