//! Builds zip archives byte by byte, since no library writes the broken ones the tests need.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::io::Write;

use shindan_artifact::{Artifact, Limits, Skip};

/// One entry, honest unless told otherwise.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) name: Vec<u8>,
    pub(crate) content: Vec<u8>,
    pub(crate) deflate: bool,
    pub(crate) flags: u16,
    pub(crate) method: Option<u16>,
    pub(crate) mode: u32,
    pub(crate) size: Option<u32>,
    pub(crate) packed: Option<u32>,
    pub(crate) crc: Option<u32>,
    /// Points at the local header of the entry with this number instead of its own.
    pub(crate) header_of: Option<usize>,
}

pub(crate) fn item(name: &str, content: impl AsRef<[u8]>) -> Item {
    Item {
        name: name.as_bytes().to_vec(),
        content: content.as_ref().to_vec(),
        deflate: true,
        flags: 1 << 11,
        method: None,
        mode: 0o100_644,
        size: None,
        packed: None,
        crc: None,
        header_of: None,
    }
}

pub(crate) fn zip(items: &[Item]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut central = Vec::new();
    let mut offsets: Vec<u32> = Vec::new();
    for item in items {
        let data = if item.deflate {
            deflate(&item.content)
        } else {
            item.content.clone()
        };
        let method = item.method.unwrap_or(if item.deflate { 8 } else { 0 });
        let mut crc = flate2::Crc::new();
        crc.update(&item.content);
        let mut common = Vec::new();
        common.extend(20u16.to_le_bytes());
        common.extend(item.flags.to_le_bytes());
        common.extend(method.to_le_bytes());
        common.extend([0; 4]);
        common.extend(item.crc.unwrap_or(crc.sum()).to_le_bytes());
        common.extend(item.packed.unwrap_or(data.len() as u32).to_le_bytes());
        common.extend(item.size.unwrap_or(item.content.len() as u32).to_le_bytes());
        common.extend((item.name.len() as u16).to_le_bytes());
        common.extend([0; 2]);
        offsets.push(out.len() as u32);
        let own = out.len() as u32;
        out.extend(b"PK\x03\x04");
        out.extend(&common);
        out.extend(&item.name);
        out.extend(&data);
        central.extend(b"PK\x01\x02\x14\x03");
        central.extend(&common);
        central.extend([0; 6]);
        central.extend((item.mode << 16).to_le_bytes());
        central.extend(
            item.header_of
                .map_or(own, |number| offsets[number])
                .to_le_bytes(),
        );
        central.extend(&item.name);
    }
    let start = out.len() as u32;
    out.extend(&central);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend([(items.len() as u16).to_le_bytes(); 2].concat());
    out.extend((central.len() as u32).to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0; 2]);
    out
}

pub(crate) fn deflate(content: &[u8]) -> Vec<u8> {
    let mut encoder =
        flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(content).expect("memory");
    encoder.finish().expect("memory")
}

pub(crate) fn open(bytes: Vec<u8>) -> Artifact {
    Artifact::from_bytes("test.zip", bytes, &Limits::default()).expect("opens")
}

pub(crate) fn paths(artifact: &Artifact) -> Vec<&str> {
    artifact
        .entries()
        .iter()
        .map(|entry| entry.path.as_str())
        .collect()
}

/// The skips as they are shown.
pub(crate) fn skips(artifact: &Artifact) -> Vec<String> {
    artifact.skips().iter().map(ToString::to_string).collect()
}

/// The only skip.
pub(crate) fn only_skip(artifact: &Artifact) -> &Skip {
    assert_eq!(artifact.skips().len(), 1, "{:?}", artifact.skips());
    &artifact.skips()[0]
}

pub(crate) fn read(artifact: &Artifact, path: &str) -> Result<String, String> {
    let entry = artifact.entry(path).expect("listed");
    match artifact.read(entry) {
        Ok(content) => Ok(String::from_utf8_lossy(&content).into_owned()),
        Err(skip) => Err(skip.to_string()),
    }
}

/// Writes the files into a temporary folder.
pub(crate) fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let root = tempfile::tempdir().expect("temporary folder");
    for (path, content) in files {
        let path = root.path().join(path);
        std::fs::create_dir_all(path.parent().expect("has a parent")).expect("folder");
        std::fs::write(path, content).expect("file");
    }
    root
}
