//! A large executable, of which only what the parser asks for is read: headers, names of sections, a few sections.

use std::cell::RefCell;
use std::ops::Range;

use object::ReadRef;
use shindan_artifact::Parts;

use crate::limits::{BUILD_INFO_BYTES, WINDOWS_BYTES};

/// The parts of one file that were read. A part stays, so that what was handed out stays valid.
pub(crate) struct Windows<'a> {
    parts: RefCell<Parts<'a>>,
    read: boxcar::Vec<Window>,
    most_work: u64,
}

struct Window {
    offset: u64,
    bytes: Vec<u8>,
}

/// Reading begins and ends at multiples of this, since headers and names that are asked for one by one lie together.
const BLOCK: u64 = 64 << 10;

/// The most bytes of a name of a section or segment.
const NAME_BYTES: u64 = 256;

impl<'a> Windows<'a> {
    /// Of `parts`, until as many bytes as `most_work` were read or unpacked.
    pub(crate) fn new(parts: Parts<'a>, most_work: u64) -> Self {
        Self {
            parts: RefCell::new(parts),
            read: boxcar::Vec::new(),
            most_work,
        }
    }

    /// How many bytes were read and unpacked until now.
    pub(crate) fn work(&self) -> u64 {
        self.parts.borrow().work()
    }

    /// The window in which `size` bytes at `offset` lie, and where they begin in it.
    fn window(&self, offset: u64, size: u64) -> Option<(&[u8], usize)> {
        let end = offset.checked_add(size)?;
        let within = |window: &Window| {
            let last = window.offset + window.bytes.len() as u64;
            window.offset <= offset && end <= last
        };
        let known = self.read.iter().find(|(_, window)| within(window));
        let window = match known {
            Some((_, window)) => window,
            None => {
                let begin = offset - offset % BLOCK;
                let length = end.checked_next_multiple_of(BLOCK)? - begin;
                let held: usize = self.read.iter().map(|(_, window)| window.bytes.len()).sum();
                let may_read = length <= (BUILD_INFO_BYTES as u64) + 2 * BLOCK
                    && held as u64 + length <= WINDOWS_BYTES
                    && self.work() < self.most_work;
                if !may_read {
                    return None;
                }
                let length = usize::try_from(length).ok()?;
                let bytes = self.parts.borrow_mut().read(begin, length).ok()?;
                let number = self.read.push(Window {
                    offset: begin,
                    bytes,
                });
                &self.read[number]
            }
        };
        within(window).then_some(())?;
        Some((&window.bytes, usize::try_from(offset - window.offset).ok()?))
    }
}

impl<'w> ReadRef<'w> for &'w Windows<'_> {
    fn len(self) -> Result<u64, ()> {
        Ok(self.parts.borrow().size())
    }

    fn read_bytes_at(self, offset: u64, size: u64) -> Result<&'w [u8], ()> {
        if size == 0 {
            return Ok(&[]);
        }
        let (bytes, begin) = self.window(offset, size).ok_or(())?;
        let size = usize::try_from(size).map_err(|_| ())?;
        bytes.get(begin..begin + size).ok_or(())
    }

    fn read_bytes_at_until(self, range: Range<u64>, delimiter: u8) -> Result<&'w [u8], ()> {
        let size = range.end.checked_sub(range.start).ok_or(())?;
        let bytes = self.read_bytes_at(range.start, size.min(NAME_BYTES))?;
        let end = memchr::memchr(delimiter, bytes).ok_or(())?;
        Ok(&bytes[..end])
    }
}
