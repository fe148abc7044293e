//! Zip archives, read in place by their central directory.
//!
//! The reader is our own, on top of the inflater of `flate2`, because a scanner must report what a
//! general library hides: names that stand twice, records that overlap, and every readable entry of
//! an archive in which one record is damaged. [`directory`] lists, [`entry`] unpacks one entry.
//! Nothing an archive declares is trusted; every read is bounded by the limits and by the real bytes.

pub(crate) mod directory;
pub(crate) mod entry;

pub(crate) use directory::{Directory, Record, has_zip_signature};

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes
        .get(at..at + 2)
        .map_or(0, |b| u16::from_le_bytes([b[0], b[1]]))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes
        .get(at..at + 4)
        .map_or(0, |b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}
