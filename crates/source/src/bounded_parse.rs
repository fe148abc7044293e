//! Parsing by tree-sitter with a bound on its work.
//!
//! Its parsers repair errors by trying, which a hostile text makes arbitrarily expensive. The bound is a count, so that
//! the result depends on the text alone.

use std::ops::ControlFlow;

use tree_sitter::{ParseOptions, ParseState, Parser, Tree};

/// The parser reports after this many of its steps at the latest; a clean file takes about one step a byte.
const STEPS_A_REPORT: usize = 100;
/// Repairing errors may cost this many steps a byte, and a small file may have some more.
const STEPS_A_BYTE: usize = 40;
const LEAST_STEPS: usize = 400_000;

/// Parses, but gives up on a text whose errors take too many steps to repair.
pub(crate) fn parse_within_bounds(parser: &mut Parser, text: &str) -> Option<Tree> {
    let most = (LEAST_STEPS + text.len() * STEPS_A_BYTE) / STEPS_A_REPORT;
    let mut reports = 0;
    let mut watch = |_: &ParseState| {
        reports += 1;
        if reports > most {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let bytes = text.as_bytes();
    parser.parse_with_options(
        &mut |offset, _| bytes.get(offset..).unwrap_or_default(),
        None,
        Some(ParseOptions::new().progress_callback(&mut watch)),
    )
}
