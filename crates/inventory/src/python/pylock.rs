//! `pylock.toml` and `pylock.NAME.toml` (<https://packaging.python.org/en/latest/specifications/pylock-toml/>).

use serde::Deserialize;
use shindan_package::Ecosystem;

use crate::package::{Evidence, PackageManager};
use crate::reading::{Found, Reading};
use crate::text::toml::{Any, Name, parse};

#[derive(Deserialize)]
struct Lock {
    #[serde(default)]
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: Name,
    version: Option<Any>,
}

/// Reads a lock file. A package without a version is one of a folder or of version control.
pub(crate) fn read(_path: &str, bytes: &[u8]) -> Reading {
    let (lock, lines): (Lock, _) = match parse(bytes) {
        Ok(lock) => lock,
        Err(problem) => return Reading::failed(problem),
    };
    let mut reading = Reading::default();
    for package in lock.packages {
        let version = package
            .version
            .as_ref()
            .and_then(Any::text)
            .unwrap_or_default();
        reading.add(
            Found::new(
                Ecosystem::PyPi,
                PackageManager::Pip,
                Evidence::Locked,
                package.name.get_ref(),
            )
            .version(version)
            .line(lines.line(package.name.span().start)),
        );
    }
    reading
}
