//! From text to nodes: the parser with a bound on its work, and a second try for what conditional sections break.

use std::borrow::Cow;
use std::ops::ControlFlow;

use tree_sitter::{ParseOptions, ParseState, Parser, Tree};

use super::directives;
use super::grammar::Grammar;
use super::syntax::Syntax;

/// The parser reports after this many of its steps at the latest; a clean file takes about one step a byte.
const STEPS_A_REPORT: usize = 100;
/// Repairing errors may cost this many steps a byte, and a small file may have some more.
const STEPS_A_BYTE: usize = 40;
const LEAST_STEPS: usize = 400_000;

/// The nodes of a file; none when reading it would cost too much.
pub(super) fn parse(text: &str) -> Option<Syntax> {
    let mut parser = Parser::new();
    parser.set_language(&Grammar::get().language).ok()?;
    let tree = within_bounds(&mut parser, text)?;
    let syntax = Syntax::read(&tree, text);
    if syntax.issues.is_empty() {
        return Some(syntax);
    }
    let Cow::Owned(one_sided) = directives::first_sides(text) else {
        return Some(syntax);
    };
    let Some(tree) = within_bounds(&mut parser, &one_sided) else {
        return Some(syntax);
    };
    let mut other = Syntax::read(&tree, &one_sided);
    if other.unread() >= syntax.unread() {
        return Some(syntax);
    }
    other.issues.extend(directives::left_out(text, &one_sided));
    Some(other)
}

/// Parses, but gives up on a text whose errors take too many steps to repair. The bound is a count, so that the result
/// depends on the text alone.
fn within_bounds(parser: &mut Parser, text: &str) -> Option<Tree> {
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
