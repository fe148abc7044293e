//! The one pipeline: an artifact in, an [`Outcome`] out.
//!
//! Pure: the same artifact and [`Options`] give the same outcome, whatever the number of threads. No clock, no network,
//! no environment. The command line, and later the service and its workers, all call [`scan`].

mod analysis;
mod coverage;
mod dependencies;
mod findings;
mod functions;
mod handler;
mod load;
mod options;
mod overlap;
mod pipeline;
mod shift_jis;

pub use dependencies::{Dependencies, inventory};
pub use options::{Options, Progress, Silent, Stage};
pub use pipeline::scan;
pub use shindan_flow::ThreatModel;
