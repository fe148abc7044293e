//! Ground floor: text spans, interned names, line lookup. Knows no domain word.
//!
//! Everything above addresses source text by [`Span`] (byte offsets in one file) and
//! names by [`Sym`] (an index into the [`Interner`] of the running scan).

mod interner;
mod lines;
mod span;

pub use interner::{Interner, Sym};
pub use lines::LineIndex;
pub use span::Span;

/// Index of a file within one scanned artifact.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub struct FileId(pub u32);
