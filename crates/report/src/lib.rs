//! What a scan found, in the formats people and machines read: text, JSON and SARIF.
//!
//! Knows how to show a result and nothing about how it came about. Output depends on the [`Report`] alone: no clock,
//! no terminal, no environment; whether to use colour and how wide to write is the caller's choice.
//! Everything that comes from the scanned package is made safe to print on its way out.
//!
//! `JSON.md` beside this crate documents the JSON schema.

pub mod clean;
mod escape;
mod json;
mod ranking;
mod report;
mod sarif;
mod settings;
mod text;
mod uri;
mod vulnerability;

pub use report::{Entry, Format, Report, TextStyle};
pub use settings::config_errors;

use std::io::{self, BufWriter, Write};

/// Writes a report in one of its formats.
pub fn render(format: Format, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, out);
    match format {
        Format::Text => text::write(report, &mut out)?,
        Format::Json => json::write(report, &mut out)?,
        Format::Sarif => sarif::write(report, &mut out)?,
    }
    out.flush()
}
