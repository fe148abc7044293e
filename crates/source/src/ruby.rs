//! Ruby to the surface tree, by way of prism, the parser of Ruby itself. Templates too: see [`erb`] and
//! [`haml`].
//!
//! A [`Converter`] walks the parser's tree once, in source order, and builds ours. Its methods are spread over the
//! submodules by what they convert. Ruby says most things with method calls; those that declare something
//! (`attr_reader`, `define_method`, `private`, `raise`, `loop`) become what they declare.
//!
//! Every Ruby construct has a value, so statements are converted for a [`Tail`]: what to do with the value of the last
//! one, which is how methods return and how `if`, `case` and `begin` are used as expressions.
//!
//! **Invariants.** The parser stops by itself at 10,000 levels. The walk recurs only through [`Depth`], and chains that
//! lean to the left (`a.b.c`, `a + b + c`) are walked in a loop, so no input overflows the stack here. Every span lies
//! within the text and on character boundaries. Variables that the adapter needs begin with `%`, which no program can
//! write.

mod blocks;
mod branches;
mod calls;
mod chains;
mod classes;
mod declarations;
pub(crate) mod erb;
mod expressions;
pub(crate) mod haml;
mod literals;
mod matching;
mod methods;
mod statements;
mod targets;
mod writes;

use std::hash::BuildHasher;

use ruby_prism::{Location, Node, Options};
use rustc_hash::FxBuildHasher;
use shindan_base::{Interner, Span, Sym};

use crate::depth::Depth;
use crate::tree::{Expr, ExprKind, Stmt};
use crate::{Language, ParseIssue, Tree};
use erb::Output;
use methods::Method;

/// Past this many syntax errors a file is not Ruby, and listing more helps nobody.
const MAX_ISSUES: usize = 100;

/// How many recent names are kept at hand.
const RECENT: usize = 1_024;

pub(crate) fn parse(text: &str, names: &Interner) -> Tree {
    read(Language::Ruby, text, text, &[], names)
}

/// Parses `code`, which is `text` or, of a template, `text` with everything blanked that is no code.
fn read(language: Language, text: &str, code: &str, outputs: &[Output], names: &Interner) -> Tree {
    // Whatever a comment says of its encoding, the text has been decoded.
    let options = Options::default().encoding("UTF-8").encoding_locked(true);
    let options = options.build();
    let parsed = ruby_prism::parse_with_options(code.as_bytes(), &options);
    let mut issues: Vec<ParseIssue> = parsed
        .errors()
        .take(MAX_ISSUES)
        .map(|error| ParseIssue {
            span: within(&error.location(), text),
            message: one_line(error.message()),
        })
        .collect();
    let comments = parsed
        .comments()
        .map(|comment| within(&comment.location(), text))
        .filter(|span| span.start < span.end);
    let mut comments: Vec<Span> = comments.collect();
    comments.sort_unstable();

    let mut converter = Converter::new(text, outputs, names);
    let body = converter.program(&parsed.node());
    issues.extend(converter.depth.into_issue());
    issues.sort_by_key(|issue| issue.span);
    Tree {
        language,
        body,
        issues,
        comments,
    }
}

/// What becomes of the value of the last statement of several.
#[derive(Clone, Copy)]
enum Tail {
    /// Nothing.
    Drop,
    /// The function returns it.
    Return,
    /// It is assigned to this variable.
    Store(Sym),
}

/// What one file's walk carries along.
struct Converter<'a> {
    text: &'a str,
    /// Of a template, the tags that write the value of their code to the page.
    outputs: &'a [Output],
    names: &'a Interner,
    /// Recent names by hash. A file repeats its names often, and the interner takes a lock.
    recent: Box<[Sym; RECENT]>,
    depth: Depth,
    /// How many links of chains lie above the current node.
    chain: usize,
    /// How many variables of its own the adapter has made.
    temporaries: u32,
    /// Whether the file looks at what a regular expression matched last (`$1`).
    reads_match: bool,
    /// The method that is being walked.
    method: Method,
}

impl<'a> Converter<'a> {
    fn new(text: &'a str, outputs: &'a [Output], names: &'a Interner) -> Self {
        Self {
            text,
            outputs,
            names,
            recent: Box::new([Sym::EMPTY; RECENT]),
            depth: Depth::default(),
            chain: 0,
            temporaries: 0,
            reads_match: reads_match(text),
            method: Method::default(),
        }
    }

    fn program(&mut self, node: &Node<'_>) -> Vec<Stmt> {
        node.as_program_node().map_or_else(Vec::new, |program| {
            self.statements(Some(program.statements()), Tail::Drop)
        })
    }

    /// The symbol of a text.
    fn name(&mut self, name: &str) -> Sym {
        let slot = &mut self.recent[FxBuildHasher.hash_one(name) as usize % RECENT];
        if self.names.text(*slot) != name {
            *slot = self.names.intern(name);
        }
        *slot
    }

    /// The symbol of a text that the parser holds.
    fn bytes(&mut self, bytes: &[u8]) -> Sym {
        match std::str::from_utf8(bytes) {
            Ok(text) => self.name(text),
            Err(_) => self.name(&String::from_utf8_lossy(bytes)),
        }
    }

    /// The name of a variable, a method or a constant.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the parser hands names out by value"
    )]
    fn id(&mut self, id: ruby_prism::ConstantId<'_>) -> Sym {
        self.bytes(id.as_slice())
    }

    /// A new variable that no program can name.
    fn temporary(&mut self, kind: &str) -> Sym {
        self.temporaries += 1;
        self.names.intern(&format!("%{kind}{}", self.temporaries))
    }

    /// The span of a location.
    fn span(&self, location: &Location<'_>) -> Span {
        within(location, self.text)
    }

    /// The span of a node.
    fn at(&self, node: &Node<'_>) -> Span {
        self.span(&node.location())
    }

    fn variable(&mut self, name: &str, span: Span) -> Expr {
        Expr {
            kind: ExprKind::Name(self.name(name)),
            span,
        }
    }
}

/// Whether `$~`, `$1` or the like occurs in a text.
fn reads_match(text: &str) -> bool {
    memchr::memchr_iter(b'$', text.as_bytes()).any(|at| {
        matches!(
            text.as_bytes().get(at + 1),
            Some(b'1'..=b'9' | b'~' | b'&' | b'`' | b'\'' | b'+')
        )
    })
}

/// A location moved inside `text` and out to character boundaries: around unclosed strings the parser gives some that
/// end before they start, or after the text. (Their end wraps, which is why the parser's crate is built without
/// overflow checks.)
fn within(location: &Location<'_>, text: &str) -> Span {
    let start = text.floor_char_boundary(location.start() as usize);
    let end = text.ceil_char_boundary(location.end() as usize).max(start);
    Span::new(start as u32, end as u32)
}

fn one_line(message: &[u8]) -> String {
    let message = String::from_utf8_lossy(message).replace(['\n', '\r'], " ");
    if message.is_empty() {
        "syntax error".to_owned()
    } else {
        message
    }
}

fn opaque(operands: Vec<Expr>, span: Span) -> Expr {
    Expr {
        kind: ExprKind::Opaque(operands),
        span,
    }
}

fn null(span: Span) -> Expr {
    Expr {
        kind: ExprKind::Null,
        span,
    }
}
