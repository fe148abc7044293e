//! Unpacks one entry of a zip archive into memory.
//!
//! An entry may declare any size. The declared size, once it is below the limits, bounds what is
//! unpacked: an entry that holds more, or less, is damaged. The checksum is compared, so that what
//! is analysed is what an unzip program would have put on disk.

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::{Record, u16_at};
use crate::bytes::Bytes;
use crate::limits::Limits;
use crate::skip::SkipReason;

const STORED: u16 = 0;
const DEFLATED: u16 = 8;
const LOCAL_LENGTH: usize = 30;

/// Why an entry of at most `most` bytes cannot be read, as far as its record tells, before any of its bytes are read.
pub(crate) fn refusal(record: &Record, limits: &Limits, most: u64) -> Option<SkipReason> {
    if record.encrypted {
        return Some(SkipReason::Encrypted);
    }
    if record.method != STORED && record.method != DEFLATED {
        return Some(SkipReason::UnsupportedCompression {
            method: record.method,
        });
    }
    let ratio = record.size / record.packed.max(1);
    if record.size > limits.ratio_floor && ratio > limits.ratio {
        return Some(SkipReason::RatioTooHigh {
            ratio,
            limit: limits.ratio,
        });
    }
    if record.size > most {
        return Some(SkipReason::FileTooLarge {
            size: record.size,
            limit: most,
        });
    }
    None
}

/// Unpacks the entry, which [`refusal`] has let through with the same `most`.
pub(crate) fn unpack(
    bytes: &Bytes,
    record: &Record,
    limits: &Limits,
    most: u64,
) -> Result<Vec<u8>, SkipReason> {
    if let Some(reason) = refusal(record, limits, most) {
        return Err(reason);
    }
    let size = usize::try_from(record.size).map_err(|_| corrupt("its size is impossible"))?;
    let (data_at, _) = span(bytes, record)?;
    let content = if is_stored(record) {
        let mut content = vec![0; size];
        let whole = bytes
            .fill_at(data_at, &mut content)
            .map_err(|error| SkipReason::Unreadable(error.kind().to_string()))?;
        if !whole {
            return Err(corrupt("the archive ends within it"));
        }
        content
    } else {
        inflate(bytes, data_at, record.packed, size)?
    };
    let mut crc = Crc::new();
    crc.update(&content);
    if crc.sum() == record.crc {
        Ok(content)
    } else {
        Err(corrupt("its checksum is wrong"))
    }
}

/// Whether the bytes of the entry stand in the archive as they are.
pub(crate) fn is_stored(record: &Record) -> bool {
    record.method == STORED
}

/// Where the packed bytes of an entry begin and end.
pub(crate) fn span(bytes: &Bytes, record: &Record) -> Result<(u64, u64), SkipReason> {
    let mut local = [0; LOCAL_LENGTH];
    let has_header = bytes
        .fill_at(record.offset, &mut local)
        .map_err(|error| SkipReason::Unreadable(error.kind().to_string()))?;
    if !has_header || !local.starts_with(b"PK\x03\x04") {
        return Err(corrupt("the directory points at no entry"));
    }
    let data_at = record.offset
        + LOCAL_LENGTH as u64
        + u64::from(u16_at(&local, 26))
        + u64::from(u16_at(&local, 28));
    let data_end = data_at.saturating_add(record.packed);
    if data_end > bytes.length() {
        return Err(corrupt("the archive ends within it"));
    }
    if is_stored(record) && record.packed != record.size {
        return Err(corrupt("its two sizes differ"));
    }
    Ok((data_at, data_end))
}

fn inflate(bytes: &Bytes, data_at: u64, packed: u64, size: usize) -> Result<Vec<u8>, SkipReason> {
    const CHUNK: u64 = 64 * 1024;
    let mut input = vec![0; usize::try_from(packed.min(CHUNK)).unwrap_or(0)];
    let mut inflater = Decompress::new(false);
    // One byte more than declared tells an entry that holds more from one that ends in time.
    let mut content = Vec::with_capacity(size + 1);
    let mut taken = 0;
    loop {
        let wanted = usize::try_from((packed - taken).min(CHUNK)).unwrap_or(0);
        let whole = bytes
            .fill_at(data_at + taken, &mut input[..wanted])
            .map_err(|error| SkipReason::Unreadable(error.kind().to_string()))?;
        if !whole {
            return Err(corrupt("the archive ends within it"));
        }
        let before = inflater.total_in();
        let already = content.len();
        let status = inflater
            .decompress_vec(&input[..wanted], &mut content, FlushDecompress::None)
            .map_err(|_| corrupt("its compressed data is broken"))?;
        let consumed = inflater.total_in() - before;
        taken += consumed;
        if content.len() > size {
            return Err(corrupt(&format!(
                "it holds more than the {size} bytes it declares"
            )));
        }
        if status == Status::StreamEnd {
            break;
        }
        if consumed == 0 && content.len() == already {
            return Err(corrupt("its compressed data ends too early"));
        }
    }
    if content.len() < size {
        return Err(corrupt(&format!(
            "it holds less than the {size} bytes it declares"
        )));
    }
    Ok(content)
}

fn corrupt(text: &str) -> SkipReason {
    SkipReason::Corrupt(text.to_owned())
}
