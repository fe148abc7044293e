//! From surface trees to a program: scopes, imports between files, classes, and the IR that the analysis runs on.
//!
//! **Invariants.** A [`Module`] depends on its own tree alone, so files lower in parallel; only [`Linker`] sees more
//! than one file. The IR has side effects in instructions only, no expressions and no source syntax, so that compiled
//! code can lower to it too.

pub mod ir;
mod link;
mod lower;
pub mod print;
mod verify;

pub use ir::Module;
pub use link::{ClassRef, Declared, Linker, MOST_PARTS, Resolution};
pub use lower::lower;
pub use verify::verify;
