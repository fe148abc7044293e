//! What all conversions share: names, spans, and the two bounds on nesting.
//!
//! Recursion is bounded by [`Depth`]. Chains that the parser reads in a loop (`a + b + c…`, `a.b().c()…`,
//! `else if…`) are converted in a loop too and cost no depth, but their trees are as deep as they are long; the
//! count of such levels is bounded by [`MAX_CHAIN`], and what lies deeper is flattened, with every operand kept.
//!
//! **Invariant.** No path through a finished tree is longer than a small multiple of `MAX_DEPTH + MAX_CHAIN`.

use std::collections::HashSet;

use oxc_allocator::Allocator;
use oxc_parser::ParserReturn;
use shindan_base::{Interner, Span, Sym};

use super::spine::Link;
use crate::depth::Depth;
use crate::names::Names;
use crate::tree::{Expr, ExprKind};
use crate::{Language, ParseIssue, Tree};

/// The most links of chains on one path through a tree. Strings joined over a thousand lines do occur.
pub(super) const MAX_CHAIN: usize = 2000;
/// What short chains may use beyond that, so that the operands of an endless chain are still read.
const RESERVE: usize = 500;
const SHORT_CHAIN: usize = 50;

/// Turns a parsed program into a tree; `issues` are those found so far.
pub(super) fn tree<'a>(
    language: Language,
    parsed: &'a ParserReturn<'a>,
    allocator: &'a Allocator,
    names: &'a Interner,
    mut issues: Vec<ParseIssue>,
) -> Tree {
    let mut converter = Converter {
        names: Names::new(names, parsed.program.source_text.len()),
        allocator,
        text: parsed.program.source_text,
        depth: Depth::default(),
        links: Vec::new(),
        chain: 0,
        flattened: None,
        containers: HashSet::new(),
    };
    let body = converter.stmts(&parsed.program.body);
    let comments = parsed
        .program
        .comments
        .iter()
        .map(|comment| span(comment.span))
        .collect();
    if let Some(span) = converter.flattened {
        let message =
            format!("a chain of more than {MAX_CHAIN} links; its beginning was analysed loosely");
        issues.push(ParseIssue { span, message });
    }
    issues.extend(converter.depth.into_issue());
    issues.sort_by_key(|issue| issue.span);
    Tree {
        language,
        body,
        issues,
        comments,
    }
}

/// The state of one conversion.
pub(super) struct Converter<'a> {
    pub(super) names: Names<'a>,
    pub(super) allocator: &'a Allocator,
    pub(super) text: &'a str,
    pub(super) depth: Depth,
    /// The chains being converted, the innermost on top.
    pub(super) links: Vec<Link<'a>>,
    /// How many levels of chains lie above the current node.
    pub(super) chain: usize,
    /// The first chain that was too long.
    pub(super) flattened: Option<Span>,
    /// Classes, functions, enums and namespaces seen so far, which a namespace of the same name adds to.
    pub(super) containers: HashSet<Sym>,
}

impl<'a> Converter<'a> {
    /// Converts one level deeper; at the bound the expression is opaque instead.
    pub(super) fn nested(&mut self, span: Span, kind: impl FnOnce(&mut Self) -> ExprKind) -> Expr {
        if !self.depth.enter(span) {
            return opaque(span);
        }
        let kind = kind(self);
        self.depth.leave();
        Expr { kind, span }
    }

    /// How many of the links of a chain this long may be kept here.
    pub(super) fn room(&self, length: usize) -> usize {
        let most = if length <= SHORT_CHAIN {
            MAX_CHAIN + RESERVE
        } else {
            MAX_CHAIN
        };
        length.min(most.saturating_sub(self.chain))
    }

    pub(super) fn name(&mut self, text: &'a str, span: Span) -> Expr {
        Expr {
            kind: ExprKind::Name(self.names.of(text)),
            span,
        }
    }

    pub(super) fn str(&mut self, text: &'a str, span: Span) -> Expr {
        Expr {
            kind: ExprKind::Str(self.names.of(text)),
            span,
        }
    }
}

/// The parser's span as ours.
pub(super) fn span(span: oxc_span::Span) -> Span {
    Span::new(span.start, span.end)
}

pub(super) fn opaque(span: Span) -> Expr {
    Expr {
        kind: ExprKind::Opaque(Vec::new()),
        span,
    }
}

pub(super) fn member(object: Expr, name: Sym, name_span: Span, span: Span) -> Expr {
    Expr {
        kind: ExprKind::Member {
            object: Box::new(object),
            name,
            name_span,
        },
        span,
    }
}
