//! The build information that Go's linker writes into every executable (Go's package `debug/buildinfo`).
//!
//! A header of 32 bytes begins with a magic, the size of pointers and flags. With flag 2 (from Go 1.18) two texts follow,
//! each after its length as a varint; before, the header holds two pointers to Go strings, which are pointer and
//! length. The second text lists modules, between two marks of 16 bytes.

use memchr::memmem;
use object::{File, Object, ObjectSection, ObjectSegment, ReadRef};
use shindan_package::Ecosystem;

use crate::limits::BUILD_INFO_BYTES;
use crate::package::{Evidence, PackageManager};
use crate::reading::{Found, Reading};

const MAGIC: &[u8] = b"\xff Go buildinf:";
const HEADER: usize = 32;
const MARK: usize = 16;

pub(super) fn read<'data, R: ReadRef<'data>>(data: R, file: &File<'data, R>) -> Reading {
    // Go's own tools hold the magic as a constant too, which is why more places are tried than one.
    let info = places(data, file).find_map(|bytes| {
        memmem::find_iter(bytes, MAGIC)
            .take(MOST_PLACES)
            .filter_map(|at| build_info(bytes.get(at..)?, data, file))
            .find(|info| info.0.starts_with("go"))
    });
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

/// Where the information may stand: its section, or where there is none of its name the whole of a small file and the
/// beginnings of a large one's segments, as Go's own reader has it.
fn places<'data, R: ReadRef<'data>>(
    data: R,
    file: &File<'data, R>,
) -> impl Iterator<Item = &'data [u8]> {
    let part =
        move |offset: u64, size: u64, most: u64| data.read_bytes_at(offset, size.min(most)).ok();
    let section = [".go.buildinfo", "__go_buildinfo"]
        .into_iter()
        .find_map(|name| file.section_by_name(name)?.file_range())
        .and_then(|(offset, size)| part(offset, size, BUILD_INFO_BYTES as u64));
    let whole = data.len().ok().and_then(|size| part(0, size, size));
    let segments = file
        .segments()
        .take(if whole.is_some() { 0 } else { MOST_SEGMENTS })
        .filter_map(move |segment| {
            let (offset, size) = segment.file_range();
            part(offset, size, SEGMENT_HEAD)
        });
    section.into_iter().chain(whole).chain(segments)
}

/// Bytes at the beginning of a segment in which the information is looked for.
const SEGMENT_HEAD: u64 = 1 << 20;

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
fn build_info<'data, R: ReadRef<'data>>(
    info: &[u8],
    data: R,
    file: &File<'data, R>,
) -> Option<(String, String)> {
    let header = info.get(..HEADER)?;
    let (pointer, flags) = (usize::from(header[14]), header[15]);
    let (version, modules) = if flags & 2 != 0 {
        let (version, rest) = inline(&info[HEADER..])?;
        let (modules, _) = inline(rest)?;
        (version, modules)
    } else {
        let memory = Memory {
            data,
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
struct Memory<'a, 'data, R: ReadRef<'data>> {
    data: R,
    file: &'a File<'data, R>,
    pointer: usize,
    is_big: bool,
}

impl<'data, R: ReadRef<'data>> Memory<'_, 'data, R> {
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
            .filter_map(|segment| {
                let (offset, size) = segment.file_range();
                let begin = address.checked_sub(segment.address())?;
                (begin.checked_add(length)? <= size).then_some(())?;
                self.data
                    .read_bytes_at(offset.checked_add(begin)?, length)
                    .ok()
            })
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

const MOST_SEGMENTS: usize = 64;
