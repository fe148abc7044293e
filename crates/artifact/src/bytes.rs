//! Random access to the bytes of an archive, from a file or from memory.
//!
//! An archive is read in place: nothing is unpacked, and of a file on disk only the parts that are
//! asked for are read. All access goes through `&self`, so that threads can read entries at once.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

/// The bytes of an archive.
#[derive(Clone, Debug)]
pub(crate) enum Bytes {
    Memory(Arc<[u8]>),
    /// A nested archive, unpacked. A vector, since turning it into a slice would hold it twice for a moment.
    Unpacked(Arc<Vec<u8>>),
    File {
        file: Arc<File>,
        length: u64,
    },
    /// A part of an archive that is an archive too: an entry that is stored and not packed.
    Part {
        whole: Arc<Bytes>,
        start: u64,
        length: u64,
    },
}

impl Bytes {
    /// The bytes of an open file.
    pub(crate) fn of_file(file: File) -> io::Result<Self> {
        let length = file.metadata()?.len();
        Ok(Self::File {
            file: Arc::new(file),
            length,
        })
    }

    pub(crate) fn length(&self) -> u64 {
        match self {
            Self::Memory(bytes) => bytes.len() as u64,
            Self::Unpacked(bytes) => bytes.len() as u64,
            Self::File { length, .. } | Self::Part { length, .. } => *length,
        }
    }

    /// Reads at `offset` until `buffer` is full or the archive ends; returns the number of bytes read.
    pub(crate) fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Memory(bytes) => Ok(copy_at(bytes, offset, buffer)),
            Self::Unpacked(bytes) => Ok(copy_at(bytes, offset, buffer)),
            Self::Part {
                whole,
                start,
                length,
            } => {
                let left = usize::try_from(length.saturating_sub(offset)).unwrap_or(usize::MAX);
                let wanted = left.min(buffer.len());
                whole.read_at(start.saturating_add(offset), &mut buffer[..wanted])
            }
            Self::File { file, .. } => {
                let mut count = 0;
                while count < buffer.len() {
                    match read_file_at(file, offset + count as u64, &mut buffer[count..]) {
                        Ok(0) => break,
                        Ok(read) => count += read,
                        Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                        Err(error) => return Err(error),
                    }
                }
                Ok(count)
            }
        }
    }

    /// Fills `buffer` from `offset`; `false` when the archive ends before.
    pub(crate) fn fill_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<bool> {
        Ok(self.read_at(offset, buffer)? == buffer.len())
    }

    /// A reader over `start..end`.
    pub(crate) fn range(&self, start: u64, end: u64) -> Range<'_> {
        Range {
            bytes: self,
            at: start,
            end: end.min(self.length()),
        }
    }
}

fn copy_at(bytes: &[u8], offset: u64, buffer: &mut [u8]) -> usize {
    let rest = usize::try_from(offset)
        .ok()
        .and_then(|at| bytes.get(at..))
        .unwrap_or(&[]);
    let count = rest.len().min(buffer.len());
    buffer[..count].copy_from_slice(&rest[..count]);
    count
}

/// Reads a part of an archive from front to back.
pub(crate) struct Range<'a> {
    bytes: &'a Bytes,
    at: u64,
    end: u64,
}

impl Read for Range<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let wanted = left.min(buffer.len());
        let count = self.bytes.read_at(self.at, &mut buffer[..wanted])?;
        self.at += count as u64;
        Ok(count)
    }
}

#[cfg(unix)]
fn read_file_at(file: &File, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_file_at(file: &File, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}
