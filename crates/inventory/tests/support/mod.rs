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

/// An ELF file whose only section beside the names of sections is `section`, with `padding` bytes before the table of
/// sections at its end.
pub(crate) fn elf(section: &str, content: &[u8], padding: usize) -> Vec<u8> {
    let names = format!("\0{section}\0.shstrtab\0");
    let names_at = 64 + content.len() + padding;
    let mut bytes = b"\x7fELF\x02\x01\x01".to_vec();
    bytes.resize(16, 0);
    bytes.extend([2, 0, 62, 0, 1, 0, 0, 0]);
    bytes.extend([0; 16]);
    bytes.extend(((names_at + names.len()) as u64).to_le_bytes());
    bytes.extend([0; 4]);
    for half in [64_u16, 56, 0, 64, 3, 2] {
        bytes.extend(half.to_le_bytes());
    }
    bytes.extend(content);
    bytes.resize(names_at, 0);
    bytes.extend(names.as_bytes());
    bytes.extend([0; 64]);
    for (name, kind, at, size) in [
        (1, 1_u32, 64, content.len()),
        (section.len() + 2, 3, names_at, names.len()),
    ] {
        bytes.extend((name as u32).to_le_bytes());
        bytes.extend(kind.to_le_bytes());
        bytes.extend([0; 16]);
        bytes.extend((at as u64).to_le_bytes());
        bytes.extend((size as u64).to_le_bytes());
        bytes.extend([0; 8]);
        bytes.extend(1_u64.to_le_bytes());
        bytes.extend([0; 8]);
    }
    bytes
}

/// Go's build information with its texts inline.
pub(crate) fn go_build_info(modules: &str) -> Vec<u8> {
    let mut info = b"\xff Go buildinf:\x08\x02".to_vec();
    info.resize(32, 0);
    let marked = [&[b'<'; 16], modules.as_bytes(), &[b'>'; 16]].concat();
    for text in [&b"go1.22.3"[..], &marked] {
        let length = text.len();
        info.extend([(length & 0x7f) as u8 | 0x80, (length >> 7) as u8]);
        info.extend(text);
    }
    info
}
