//! Packs small functions.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::io::{Cursor, Write};

use shindan_artifact::{Artifact, Limits};
use shindan_inventory::{Inventory, Package, take};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

pub(crate) fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, content) in files {
        writer
            .start_file(*path, SimpleFileOptions::default())
            .expect("a name that can be written");
        writer.write_all(content).expect("memory takes all");
    }
    writer.finish().expect("memory takes all").into_inner()
}

pub(crate) fn open(files: &[(&str, &[u8])]) -> Artifact {
    Artifact::from_bytes("function.zip", zip(files), &Limits::default()).expect("a good archive")
}

pub(crate) fn inventory(files: &[(&str, &str)]) -> Inventory {
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(path, text)| (*path, text.as_bytes()))
        .collect();
    take(&open(&files))
}

/// `name version`, one for each package.
pub(crate) fn names(inventory: &Inventory) -> Vec<String> {
    inventory.packages.iter().map(shown).collect()
}

pub(crate) fn shown(package: &Package) -> String {
    format!(
        "{} {}",
        package.name,
        package.version.as_deref().unwrap_or("?")
    )
}

pub(crate) fn package<'a>(inventory: &'a Inventory, name: &str) -> &'a Package {
    let found = inventory
        .packages
        .iter()
        .find(|package| package.name == name);
    found.unwrap_or_else(|| panic!("{name} is not among {:?}", names(inventory)))
}
