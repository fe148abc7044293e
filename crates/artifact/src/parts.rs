//! Parts of one file, for those that are too large to be held in memory.
//!
//! What stands in a file or is stored in an archive is read where it lies. Of a deflated entry everything before the
//! part has to be unpacked, which costs time and no memory; the position is kept, so that reading onwards costs nothing
//! twice. Whoever reads here trusts nothing: the checksum of the whole is not known.

use std::io::{self, Read};

use flate2::read::DeflateDecoder;

use crate::bytes::{Bytes, Range};
use crate::skip::SkipReason;

/// Reads parts of one file of an [`Artifact`](crate::Artifact).
pub struct Parts<'a> {
    source: Source<'a>,
    size: u64,
    work: u64,
}

enum Source<'a> {
    /// The file is these bytes from `start`.
    InPlace { bytes: Bytes, start: u64 },
    Deflated {
        bytes: &'a Bytes,
        start: u64,
        end: u64,
        unpacker: Box<DeflateDecoder<Range<'a>>>,
        /// How much of the file was unpacked by `unpacker`.
        position: u64,
    },
}

impl<'a> Parts<'a> {
    pub(crate) fn in_place(bytes: Bytes, start: u64, size: u64) -> Self {
        Self {
            source: Source::InPlace { bytes, start },
            size,
            work: 0,
        }
    }

    pub(crate) fn deflated(bytes: &'a Bytes, start: u64, end: u64, size: u64) -> Self {
        let unpacker = Box::new(DeflateDecoder::new(bytes.range(start, end)));
        let source = Source::Deflated {
            bytes,
            start,
            end,
            unpacker,
            position: 0,
        };
        Self {
            source,
            size,
            work: 0,
        }
    }

    /// The size of the file in bytes, as declared.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// How many bytes were read and unpacked until now, whether they were asked for or lie before what was.
    #[must_use]
    pub fn work(&self) -> u64 {
        self.work
    }

    /// Reads `length` bytes at `offset`, or as many as there are.
    ///
    /// # Errors
    /// When the operating system refuses, or packed data is broken.
    pub fn read(&mut self, offset: u64, length: usize) -> Result<Vec<u8>, SkipReason> {
        let left = self.size.saturating_sub(offset);
        let length = usize::try_from(left.min(length as u64)).unwrap_or(0);
        if length == 0 {
            return Ok(Vec::new());
        }
        let unreadable = |error: io::Error| SkipReason::Unreadable(error.kind().to_string());
        match &mut self.source {
            Source::InPlace { bytes, start } => {
                let mut content = vec![0; length];
                let count = bytes
                    .read_at(start.saturating_add(offset), &mut content)
                    .map_err(unreadable)?;
                content.truncate(count);
                self.work = self.work.saturating_add(count as u64);
                Ok(content)
            }
            Source::Deflated {
                bytes,
                start,
                end,
                unpacker,
                position,
            } => {
                if offset < *position {
                    **unpacker = DeflateDecoder::new(bytes.range(*start, *end));
                    *position = 0;
                }
                let broken = |_| SkipReason::Corrupt("its compressed data is broken".to_owned());
                let before = *position;
                *position += io::copy(&mut unpacker.take(offset - before), &mut io::sink())
                    .map_err(broken)?;
                let mut content = Vec::with_capacity(length);
                if *position == offset {
                    unpacker
                        .take(length as u64)
                        .read_to_end(&mut content)
                        .map_err(broken)?;
                    *position += content.len() as u64;
                }
                self.work = self.work.saturating_add(*position - before);
                Ok(content)
            }
        }
    }
}
