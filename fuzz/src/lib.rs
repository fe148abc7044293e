//! What the fuzz targets share: the stack they run on, the sizes they accept, and the checks of a parsed file.
//!
//! A stack overflow cannot be caught. In production it costs one file, since files are read in a child process; a
//! target has no such child, so it gives the parsers the stack that the scanner's threads have and takes no input
//! long enough to exhaust it. An overflow in a target is therefore a finding: some construct needs more stack a byte
//! than all that were measured.

mod parsed;
mod thread;

pub use parsed::parse_and_check;
pub use thread::with_scanner_stack;

/// Longest source text that a target takes.
pub const MAX_SOURCE: usize = 64 << 10;

/// Longest archive that a target takes.
pub const MAX_ARCHIVE: usize = 256 << 10;
