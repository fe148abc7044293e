//! Finds and lists the central directory of a zip archive.
//!
//! The end record is searched from the back. Bytes before the archive (self-extracting programs,
//! Python `zipapp`) shift all offsets by the same amount, which is derived from where the directory
//! really ends, as Python's `zipfile` does. The declared number of entries is ignored: the directory
//! is walked to its end, so a false number hides nothing. The walk stops at the first record that is
//! no record and keeps those before it.

use std::io::{self, BufReader, Read};

use super::{u16_at, u32_at, u64_at};
use crate::bytes::Bytes;

/// All records of an archive.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    pub(crate) records: Vec<Record>,
    /// Where the directory starts, which is where the entries' data must have ended.
    pub(crate) start: u64,
    /// Why the listing ended early, when it did.
    pub(crate) cut_short: Option<CutShort>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CutShort {
    /// The limit on records was met.
    Limit,
    /// Damaged here.
    Damaged(String),
}

/// What the central directory says of one entry. All of it is a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) name: Box<str>,
    /// Where the local header stands in the file, shifted already.
    pub(crate) offset: u64,
    pub(crate) packed: u64,
    pub(crate) size: u64,
    pub(crate) crc: u32,
    pub(crate) method: u16,
    /// Length of the raw name, which the local header repeats.
    pub(crate) name_length: u16,
    pub(crate) encrypted: bool,
    pub(crate) kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Folder,
    Symlink,
    Special,
}

/// Why nothing of an archive can be listed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DirectoryError {
    #[error("not a zip archive")]
    NotZip,
    #[error(
        "it starts like a zip archive, but its directory, which stands at the end, is missing: the file is truncated"
    )]
    Truncated,
    #[error("its directory is damaged from the first entry on")]
    Damaged,
    #[error("a part of an archive split over several files")]
    Split,
    #[error("{0}")]
    Io(#[from] io::Error),
}

const END: &[u8; 4] = b"PK\x05\x06";
const END_LENGTH: usize = 22;
const END64: &[u8; 4] = b"PK\x06\x06";
const END64_LENGTH: usize = 56;
const LOCATOR64: &[u8; 4] = b"PK\x06\x07";
const LOCATOR64_LENGTH: usize = 20;
const CENTRAL: &[u8; 4] = b"PK\x01\x02";
const CENTRAL_LENGTH: usize = 46;
const LONGEST_COMMENT: usize = u16::MAX as usize;

/// Whether the bytes start as a zip archive does, an empty one included.
pub(crate) fn has_zip_signature(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(END)
}

impl Directory {
    /// Lists at most `limit` records.
    pub(crate) fn read(bytes: &Bytes, limit: usize) -> Result<Self, DirectoryError> {
        let length = bytes.length();
        let tail_length = length.min((LONGEST_COMMENT + END_LENGTH) as u64);
        let tail_start = length - tail_length;
        let mut tail = vec![0; usize::try_from(tail_length).unwrap_or(0)];
        bytes.fill_at(tail_start, &mut tail)?;
        let mut split = false;
        for at in memchr::memmem::rfind_iter(&tail, END) {
            let end = &tail[at..];
            if end.len() < END_LENGTH {
                continue;
            }
            let Some(place) = locate(bytes, tail_start + at as u64, end)? else {
                continue;
            };
            if place.is_split {
                split = true;
                continue;
            }
            return list(bytes, &place, limit);
        }
        if split {
            return Err(DirectoryError::Split);
        }
        let mut head = [0; 4];
        bytes.read_at(0, &mut head)?;
        Err(if has_zip_signature(&head) {
            DirectoryError::Truncated
        } else {
            DirectoryError::NotZip
        })
    }
}

struct Place {
    start: u64,
    end: u64,
    /// Bytes before the archive.
    shift: u64,
    is_split: bool,
}

/// Where the directory of an end record stands; `None` when the record is none, for its four letters
/// may stand in a comment or in data.
fn locate(bytes: &Bytes, end_at: u64, end: &[u8]) -> io::Result<Option<Place>> {
    let mut size = u64::from(u32_at(end, 12));
    let mut offset = u64::from(u32_at(end, 16));
    let mut is_split = u16_at(end, 4) != u16_at(end, 6);
    let mut directory_end = end_at;
    let needs_64 = size == u64::from(u32::MAX)
        || offset == u64::from(u32::MAX)
        || u16_at(end, 10) == u16::MAX
        || u16_at(end, 4) == u16::MAX;
    if needs_64 && let Some((at, end64)) = read_end64(bytes, end_at)? {
        size = u64_at(&end64, 40);
        offset = u64_at(&end64, 48);
        is_split = u32_at(&end64, 16) != u32_at(&end64, 20);
        directory_end = at;
    }
    let candidates = [directory_end.checked_sub(size), Some(offset)];
    for start in candidates.into_iter().flatten() {
        let Some(stop) = start
            .checked_add(size)
            .filter(|stop| *stop <= directory_end)
        else {
            continue;
        };
        let mut signature = [0; 4];
        let is_directory =
            size == 0 || bytes.fill_at(start, &mut signature)? && signature == *CENTRAL;
        if is_directory {
            return Ok(Some(Place {
                start,
                end: stop,
                shift: start.saturating_sub(offset),
                is_split,
            }));
        }
    }
    Ok(None)
}

fn read_end64(bytes: &Bytes, end_at: u64) -> io::Result<Option<(u64, [u8; END64_LENGTH])>> {
    let Some(locator_at) = end_at.checked_sub(LOCATOR64_LENGTH as u64) else {
        return Ok(None);
    };
    let mut locator = [0; LOCATOR64_LENGTH];
    if !bytes.fill_at(locator_at, &mut locator)? || !locator.starts_with(LOCATOR64) {
        return Ok(None);
    }
    // With bytes before the archive the declared place is wrong, and the record is just before its locator.
    let candidates = [
        Some(u64_at(&locator, 8)),
        locator_at.checked_sub(END64_LENGTH as u64),
    ];
    for at in candidates.into_iter().flatten() {
        let mut end64 = [0; END64_LENGTH];
        let fits = at
            .checked_add(END64_LENGTH as u64)
            .is_some_and(|stop| stop <= locator_at);
        if fits && bytes.fill_at(at, &mut end64)? && end64.starts_with(END64) {
            return Ok(Some((at, end64)));
        }
    }
    Ok(None)
}

fn list(bytes: &Bytes, place: &Place, limit: usize) -> Result<Directory, DirectoryError> {
    const BUFFER: usize = 128 * 1024;
    let mut reader = BufReader::with_capacity(BUFFER, bytes.range(place.start, place.end));
    let mut directory = Directory {
        start: place.start,
        ..Directory::default()
    };
    let mut left = place.end - place.start;
    // The real length of the directory bounds the number, so the reservation is honest.
    let most = usize::try_from(left / CENTRAL_LENGTH as u64).unwrap_or(0);
    directory.records.reserve(most.min(limit));
    let mut variable = Vec::new();
    let damaged = |listed: usize| {
        Some(CutShort::Damaged(format!(
            "its directory is broken after {listed} entries"
        )))
    };
    while left > 0 {
        let listed = directory.records.len();
        let mut fixed = [0; CENTRAL_LENGTH];
        if left < CENTRAL_LENGTH as u64
            || !fill(&mut reader, &mut fixed)?
            || !fixed.starts_with(CENTRAL)
        {
            directory.cut_short = damaged(listed);
            break;
        }
        let lengths = [u16_at(&fixed, 28), u16_at(&fixed, 30), u16_at(&fixed, 32)].map(usize::from);
        let whole = (CENTRAL_LENGTH + lengths.iter().sum::<usize>()) as u64;
        variable.resize(lengths.iter().sum(), 0);
        if whole > left || !fill(&mut reader, &mut variable)? {
            directory.cut_short = damaged(listed);
            break;
        }
        if listed >= limit {
            directory.cut_short = Some(CutShort::Limit);
            break;
        }
        left -= whole;
        let (name, rest) = variable.split_at(lengths[0]);
        directory
            .records
            .push(record(&fixed, name, &rest[..lengths[1]], place.shift));
    }
    Ok(directory)
}

fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    match reader.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

fn record(fixed: &[u8], raw_name: &[u8], extra: &[u8], shift: u64) -> Record {
    const ENCRYPTED: u16 = 1;
    const UTF8: u16 = 1 << 11;
    const AES: u16 = 99;
    let flags = u16_at(fixed, 8);
    let method = u16_at(fixed, 10);
    let mut size = u64::from(u32_at(fixed, 24));
    let mut packed = u64::from(u32_at(fixed, 20));
    let mut offset = u64::from(u32_at(fixed, 42));
    let mut unicode_name = None;
    for (id, data) in extra_fields(extra) {
        match id {
            0x0001 => {
                // Only the fields that do not fit in 32 bits are present, in this order.
                let mut at = 0;
                for field in [&mut size, &mut packed, &mut offset] {
                    if *field == u64::from(u32::MAX) && data.len() >= at + 8 {
                        *field = u64_at(data, at);
                        at += 8;
                    }
                }
            }
            0x7075 if data.len() > 5 => unicode_name = std::str::from_utf8(&data[5..]).ok(),
            _ => {}
        }
    }
    let name = match (unicode_name, std::str::from_utf8(raw_name)) {
        (Some(name), _) if flags & UTF8 == 0 => name.into(),
        // Many packers write UTF-8 without saying so, and other code pages are rarely valid UTF-8.
        (_, Ok(name)) => name.into(),
        (_, Err(_)) if flags & UTF8 != 0 => String::from_utf8_lossy(raw_name).into(),
        (_, Err(_)) => from_code_page_437(raw_name),
    };
    let kind = kind(fixed, raw_name);
    Record {
        name,
        offset: offset.saturating_add(shift),
        packed,
        size,
        crc: u32_at(fixed, 16),
        method,
        name_length: u16::try_from(raw_name.len()).unwrap_or(u16::MAX),
        encrypted: flags & ENCRYPTED != 0 || method == AES,
        kind,
    }
}

fn extra_fields(mut extra: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let (head, rest) = extra.split_at_checked(4)?;
        let (data, rest) = rest.split_at_checked(usize::from(u16_at(head, 2)))?;
        extra = rest;
        Some((u16_at(head, 0), data))
    })
}

fn kind(fixed: &[u8], raw_name: &[u8]) -> Kind {
    const UNIX: u8 = 3;
    const DARWIN: u8 = 19;
    const DOS_FOLDER: u32 = 0x10;
    let attributes = u32_at(fixed, 38);
    let made_on = fixed[5];
    if raw_name.ends_with(b"/") {
        return Kind::Folder;
    }
    if made_on == UNIX || made_on == DARWIN {
        return match (attributes >> 16) & 0o170_000 {
            0o120_000 => Kind::Symlink,
            0o040_000 => Kind::Folder,
            0o010_000 | 0o020_000 | 0o060_000 | 0o140_000 => Kind::Special,
            _ => Kind::File,
        };
    }
    // A DOS folder without a trailing slash and with bytes in it is a file to most unzip programs.
    if attributes & DOS_FOLDER != 0 && u32_at(fixed, 20) == 0 {
        Kind::Folder
    } else {
        Kind::File
    }
}

/// Decodes the character set of DOS, in which names stand that are not marked as UTF-8.
fn from_code_page_437(raw: &[u8]) -> Box<str> {
    const HIGH: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";
    raw.iter()
        .map(|byte| match byte.checked_sub(0x80) {
            None => char::from(*byte),
            Some(high) => HIGH.chars().nth(usize::from(high)).unwrap_or('\u{fffd}'),
        })
        .collect::<String>()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dos_names_are_decoded_to_the_last_letter() {
        assert_eq!(&*from_code_page_437(b"a\x80\xe1\xff"), "aÇß\u{a0}");
    }
}
