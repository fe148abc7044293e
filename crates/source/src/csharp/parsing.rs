//! From text to nodes: the parser with a bound on its work, and a second try for what conditional sections break.

use std::borrow::Cow;

use tree_sitter::Parser;

use super::directives;
use super::grammar::Grammar;
use super::syntax::Syntax;
use crate::bounded_parse::parse_within_bounds;

/// The nodes of a file; none when reading it would cost too much.
pub(super) fn parse(text: &str) -> Option<Syntax> {
    let mut parser = Parser::new();
    parser.set_language(&Grammar::get().language).ok()?;
    let tree = parse_within_bounds(&mut parser, text)?;
    let syntax = Syntax::read(&tree, text);
    if syntax.issues.is_empty() {
        return Some(syntax);
    }
    let Cow::Owned(one_sided) = directives::first_sides(text) else {
        return Some(syntax);
    };
    let Some(tree) = parse_within_bounds(&mut parser, &one_sided) else {
        return Some(syntax);
    };
    let mut other = Syntax::read(&tree, &one_sided);
    if other.unread() >= syntax.unread() {
        return Some(syntax);
    }
    other.issues.extend(directives::left_out(text, &one_sided));
    Some(other)
}
