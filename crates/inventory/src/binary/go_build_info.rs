//! The build information that Go's linker writes into every executable (Go's package `debug/buildinfo`).
//!
//! A header of 32 bytes begins with a magic, the size of pointers and flags. With flag 2 (from Go 1.18) two texts follow,
//! each after its length as a varint; before, the header holds two pointers to Go strings, which are pointer and
//! length. The second text lists modules, between two marks of 16 bytes.

use memchr::memmem;
use object::{File, Object, ObjectSegment};
use shindan_package::Ecosystem;

use crate::limits::BUILD_INFO_BYTES;
use crate::package::{Evidence, PackageManager};
use crate::reading::{Found, Reading};

const MAGIC: &[u8] = b"\xff Go buildinf:";
const HEADER: usize = 32;
const MARK: usize = 16;

pub(super) fn read(bytes: &[u8], file: &File<'_>) -> Reading {
    // Go's own tools hold the magic as a constant too, which is why more places are tried than one.
    let infos = memmem::find_iter(bytes, MAGIC).take(MOST_PLACES);
    let info = infos
        .filter_map(|at| build_info(bytes.get(at..)?, file))
        .find(|info| info.0.starts_with("go"));
    let Some((version, modules)) = info else {
        return Reading::default();
    };
    let mut reading = Reading::default();
    // `go1.22.1 X:experiment`
    let version = version
        .trim_start_matches("go")
        .split([' ', '-'])
        .next()
        .unwrap_or_default();
    if version.starts_with(|c: char| c.is_ascii_digit()) {
        reading.add(module("stdlib", version));
    }
    read_modules(&modules, &mut reading);
    reading
}

const MOST_PLACES: usize = 64;

fn module(name: &str, version: &str) -> Found {
    Found::new(
        Ecosystem::Go,
        PackageManager::Gobinary,
        Evidence::Installed,
        name,
    )
    .version(version)
}

/// Lines of fields divided by tabs: `mod` is the main module, `dep` another, and `=>` what replaces the one before.
fn read_modules(text: &str, reading: &mut Reading) {
    let mut last: Option<Found> = None;
    for line in text.lines() {
        let mut fields = line.split('\t');
        let (kind, name, version) = (fields.next(), fields.next(), fields.next());
        if !matches!(kind, Some("mod" | "dep" | "=>")) {
            continue;
        }
        if kind != Some("=>") {
            last.take().into_iter().for_each(|found| reading.add(found));
        }
        // A folder that replaces a module has no version, and the main module built in place has this one.
        last = match (name, version) {
            (Some(name), Some(version)) if !matches!(version, "" | "(devel)") => {
                Some(module(name, version))
            }
            _ => None,
        };
    }
    last.into_iter().for_each(|found| reading.add(found));
}

/// Go's version and the list of modules.
fn build_info(info: &[u8], file: &File<'_>) -> Option<(String, String)> {
    let header = info.get(..HEADER)?;
    let (pointer, flags) = (usize::from(header[14]), header[15]);
    let (version, modules) = if flags & 2 != 0 {
        let (version, rest) = inline(&info[HEADER..])?;
        let (modules, _) = inline(rest)?;
        (version, modules)
    } else {
        let memory = Memory {
            file,
            pointer,
            is_big: flags & 1 != 0,
        };
        let version = memory.string(memory.pointer_in(&header[16..])?)?;
        let modules = memory
            .pointer_in(header.get(16 + pointer..)?)
            .and_then(|at| memory.string(at));
        (version, modules.unwrap_or_default())
    };
    let is_marked = modules.len() > 2 * MARK && modules[modules.len() - MARK - 1] == b'\n';
    let modules = if is_marked {
        &modules[MARK..modules.len() - MARK]
    } else {
        &[]
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Some((text(version), text(modules)))
}

/// A text after its length, and what follows it.
fn inline(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut length = 0_usize;
    for (number, &byte) in bytes.iter().take(5).enumerate() {
        length |= usize::from(byte & 0x7f) << (7 * number);
        if byte < 0x80 {
            return bytes[number + 1..]
                .split_at_checked(length)
                .filter(|_| length <= BUILD_INFO_BYTES);
        }
    }
    None
}

/// The memory of a program as its file tells it.
struct Memory<'a, 'data> {
    file: &'a File<'data>,
    pointer: usize,
    is_big: bool,
}

impl<'data> Memory<'_, 'data> {
    fn pointer_in(&self, bytes: &[u8]) -> Option<u64> {
        let bytes = bytes.get(..self.pointer)?;
        match (self.pointer, self.is_big) {
            (4, false) => Some(u32::from_le_bytes(bytes.try_into().ok()?).into()),
            (4, true) => Some(u32::from_be_bytes(bytes.try_into().ok()?).into()),
            (8, false) => Some(u64::from_le_bytes(bytes.try_into().ok()?)),
            (8, true) => Some(u64::from_be_bytes(bytes.try_into().ok()?)),
            _ => None,
        }
    }

    fn read(&self, address: u64, length: u64) -> Option<&'data [u8]> {
        let segments = self.file.segments().take(MOST_SEGMENTS);
        segments
            .filter_map(|segment| segment.data_range(address, length).ok().flatten())
            .next()
    }

    /// The Go string whose pointer and length are at `address`.
    fn string(&self, address: u64) -> Option<&'data [u8]> {
        let size = self.pointer as u64;
        let at = self.pointer_in(self.read(address, size)?)?;
        let length = self.pointer_in(self.read(address.checked_add(size)?, size)?)?;
        if length > BUILD_INFO_BYTES as u64 {
            None
        } else {
            self.read(at, length)
        }
    }
}

const MOST_SEGMENTS: usize = 256;
