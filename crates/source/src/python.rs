//! Python to the surface tree, by way of ruff's error-tolerant parser.
//!
//! A [`Converter`] walks the parser's tree once, in source order, and builds ours. Its methods are spread over the
//! submodules by what they convert: expressions, strings, statements, definitions, patterns.
//!
//! **Invariants.** The walk recurs only through [`Depth`], and long flat chains (`a + b + …`, `elif`) are rebuilt
//! shallow, so no input overflows the stack here. Whatever the parser could not read is an issue, and the statements
//! around it are still there. Every span lies within the text and on character boundaries.

mod definitions;
mod dismantle;
mod expressions;
mod patterns;
mod statements;
mod strings;

use std::hash::BuildHasher;

use ruff_python_ast::token::TokenKind;
use ruff_python_ast::{Mod, PythonVersion};
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};
use ruff_text_size::{Ranged, TextRange};
use rustc_hash::FxBuildHasher;
use shindan_base::{Interner, Span, Sym};

use crate::depth::Depth;
use crate::{Language, ParseIssue, Tree};

/// Past this many syntax errors a file is not Python, and listing more helps nobody.
const MAX_ISSUES: usize = 100;

/// The deepest parse tree that may be dropped by plain recursion. Nothing nests deeper than its logical line has
/// tokens plus the blocks around it, and of those tokens and blocks there are rarely this many.
const PLAIN_DROP: u32 = 2_000;

/// How many recent names are kept at hand.
const RECENT: usize = 1_024;

/// The longest string, in bytes, that is parsed as an annotation: whatever is inside is dropped by plain recursion.
const LONG_ANNOTATION: usize = 2_000;

/// How many levels of an expression take as much stack to drop as one level of blocks.
const INDENT_WEIGHT: u32 = 10;

pub(crate) fn parse(text: &str, names: &Interner) -> Tree {
    let options = ParseOptions::from(Mode::Module).with_target_version(PythonVersion::latest());
    let parsed = parse_unchecked(text, options);

    let mut issues: Vec<ParseIssue> = parsed
        .errors()
        .iter()
        .take(MAX_ISSUES)
        .map(|error| ParseIssue {
            span: within(span(error.location), text),
            message: error.error.to_string().replace(['\n', '\r'], " "),
        })
        .collect();

    let mut comments = Vec::new();
    let (mut indents, mut line, mut deepest) = (0_u32, 0, 0);
    for token in parsed.tokens() {
        match token.kind() {
            TokenKind::Comment => comments.push(span(token.range())),
            TokenKind::Newline => line = 0,
            TokenKind::Indent => indents += 1,
            TokenKind::Dedent => indents = indents.saturating_sub(1),
            _ => {
                line += 1;
                deepest = deepest.max(line + INDENT_WEIGHT * indents);
            }
        }
    }

    let syntax = parsed.into_syntax();
    let mut converter = Converter::new(text, names);
    let body = match &syntax {
        Mod::Module(module) => converter.body(&module.body),
        Mod::Expression(expression) => converter.expression_body(&expression.body),
    };
    issues.extend(converter.depth.into_issue());
    issues.sort_by_key(|issue| issue.span);
    if deepest > PLAIN_DROP {
        dismantle::module(syntax);
    }
    Tree {
        language: Language::Python,
        body,
        issues,
        comments,
    }
}

/// What one file's walk carries along.
struct Converter<'a> {
    text: &'a str,
    names: &'a Interner,
    /// Whether string literals may hold line ends that are to be read as `\n`.
    has_carriage_returns: bool,
    /// Recent names by hash. A file repeats its names often, and the interner takes a lock.
    recent: Box<[Sym; RECENT]>,
    depth: Depth,
    /// How many chained comparisons around here convert this part twice.
    doubled: u32,
    /// Whether the function being walked has yielded so far.
    yields: bool,
}

impl<'a> Converter<'a> {
    fn new(text: &'a str, names: &'a Interner) -> Self {
        let has_carriage_returns = memchr::memchr(b'\r', text.as_bytes()).is_some();
        let (recent, depth) = (Box::new([Sym::EMPTY; RECENT]), Depth::default());
        Self {
            text,
            names,
            has_carriage_returns,
            recent,
            depth,
            doubled: 0,
            yields: false,
        }
    }

    /// The symbol of an identifier.
    fn name(&mut self, name: &str) -> Sym {
        let slot = &mut self.recent[FxBuildHasher.hash_one(name) as usize % RECENT];
        if self.names.text(*slot) != name {
            *slot = self.names.intern(name);
        }
        *slot
    }
}

fn span(range: TextRange) -> Span {
    Span::new(range.start().to_u32(), range.end().to_u32())
}

/// The span of a node.
fn at(node: &impl Ranged) -> Span {
    span(node.range())
}

/// The span moved inside `text` and out to character boundaries: errors may point past the end or into a character.
fn within(span: Span, text: &str) -> Span {
    let start = text.floor_char_boundary(span.start as usize);
    let end = text.ceil_char_boundary(span.end as usize).max(start);
    Span::new(start as u32, end as u32)
}
