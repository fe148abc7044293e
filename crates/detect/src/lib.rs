//! From a running analysis to findings: the catalogue's checks, and what a finding says.
//!
//! Taint detectors are decided in the engine, by sinks of the models; everything else (API misuse, patterns) is decided
//! here, by watching the analysis. **Invariant:** no detector is code; all are rows of the catalogue.

mod checks;
mod empty_catch;
mod slow_regex;
mod words;

use shindan_catalogue::Catalogue;

pub use checks::{Checks, RawFinding, Watch};
pub use empty_catch::empty_catches;
pub use words::{Described, describe, step_words};

/// The catalogue that is compiled into the binary.
///
/// # Panics
/// Never: the table was written by the same version's build.
#[must_use]
pub fn builtin() -> Catalogue {
    postcard::from_bytes(include_bytes!(concat!(env!("OUT_DIR"), "/catalogue.bin")))
        .expect("the build wrote it")
}
