//! C# to the surface tree, by way of tree-sitter's grammar.
//!
//! The parser's tree is first read into a flat list of nodes ([`syntax`]). A [`Converter`] then walks that list once;
//! its methods are spread over the submodules by what they convert.
//!
//! What C# has and the tree has not is written with what the tree has. A variable that a pattern or an argument
//! declares is declared in front of the statement that it stands in. A `switch` that gives a value assigns it to a
//! variable that no program can write; so does an object with an initialiser. Queries become the calls that the
//! language defines them by. Records and primary constructors get the fields and the constructor that they stand for.
//!
//! **Invariants.** The walk recurs only through [`Depth`], and chains that lean to the left are walked in a loop.
//! What the parser could not read is an issue, and what it recognised inside and around it is converted. Every span
//! lies within the text.

mod attributes;
mod chains;
mod creation;
mod declarations;
mod directives;
mod expressions;
mod functions;
mod grammar;
mod literals;
mod members;
mod names;
mod parsing;
mod patterns;
mod queries;
mod statements;
mod strings;
mod switches;
mod syntax;
mod types;

use shindan_base::{Interner, Span, Sym};

use crate::depth::Depth;
use crate::names::Names;
use crate::tree::{Expr, ExprKind, LetKind, Pattern, PatternKind, Stmt, StmtKind};
use crate::{Language, ParseIssue, Tree};
use chains::MAX_CHAIN;
use grammar::{Field, Kind};
use syntax::{Children, Node, Syntax};

/// A declaration in front of a statement is looked for among the last so many, not to make it twice.
const RECENT: usize = 32;

pub(crate) fn parse(text: &str, names: &Interner) -> Tree {
    let mut tree = Tree {
        language: Language::CSharp,
        body: Vec::new(),
        issues: Vec::new(),
        comments: Vec::new(),
    };
    let Some(mut syntax) = parsing::parse(text) else {
        tree.issues.push(ParseIssue {
            span: Span::new(0, text.len() as u32),
            message: "the parser gave up on this file".to_owned(),
        });
        return tree;
    };
    tree.comments = std::mem::take(&mut syntax.comments);
    tree.issues = std::mem::take(&mut syntax.issues);
    let mut converter = Converter {
        text,
        syntax: &syntax,
        names: Names::new(names, text.len()),
        depth: Depth::default(),
        links: Vec::new(),
        chain: 0,
        flattened: None,
        hoisted: Vec::new(),
        made: 0,
        yields: false,
        result: None,
        backing: None,
    };
    tree.body = converter.file();
    if let Some(span) = converter.flattened {
        let message =
            format!("a chain of more than {MAX_CHAIN} links; its beginning was analysed loosely");
        tree.issues.push(ParseIssue { span, message });
    }
    tree.issues.extend(converter.depth.into_issue());
    tree.issues.sort_by_key(|issue| issue.span);
    tree
}

/// What one file's walk carries along.
struct Converter<'a> {
    text: &'a str,
    syntax: &'a Syntax,
    names: Names<'a>,
    depth: Depth,
    /// The chains being converted, the innermost on top.
    links: Vec<Node>,
    /// How many levels of chains lie above the current node.
    chain: usize,
    /// The first chain that was too long.
    flattened: Option<Span>,
    /// Declarations that go in front of the statement being converted.
    hoisted: Vec<Stmt>,
    /// How many variables that no program can write were made.
    made: u32,
    /// Whether the function being walked has yielded so far.
    yields: bool,
    /// The declared result of the function being walked.
    result: Option<Node>,
    /// The field behind the property whose accessors are walked, which they call `field`.
    backing: Option<Sym>,
}

impl<'a> Converter<'a> {
    fn kind(&self, node: Node) -> Kind {
        self.syntax.kind(node)
    }

    fn span(&self, node: Node) -> Span {
        self.syntax.span(node)
    }

    fn children(&self, node: Node) -> Children<'a> {
        self.syntax.children(node)
    }

    fn child(&self, node: Node, field: Field) -> Option<Node> {
        self.syntax.child(node, field)
    }

    /// The first child that is an expression.
    fn operand(&self, node: Node) -> Option<Node> {
        self.syntax.find(node, Kind::is_expression)
    }

    /// The source text of a node.
    fn source(&self, node: Node) -> &'a str {
        let span = self.span(node);
        self.text
            .get(span.start as usize..span.end as usize)
            .unwrap_or_default()
    }

    /// Whether a word or sign stands directly in a node.
    fn has(&self, node: Node, token: &str) -> bool {
        self.children(node)
            .any(|child| self.kind(child) == Kind::Token && self.source(child) == token)
    }

    /// The symbol of an identifier.
    fn sym(&mut self, identifier: Node) -> Sym {
        let text = self.source(identifier);
        self.names.of(text.strip_prefix('@').unwrap_or(text))
    }

    /// Converts one level deeper; at the bound the expression is opaque instead.
    fn nested(&mut self, span: Span, kind: impl FnOnce(&mut Self) -> ExprKind) -> Expr {
        if !self.depth.enter(span) {
            return opaque(span);
        }
        let kind = kind(self);
        self.depth.leave();
        Expr { kind, span }
    }

    /// A variable that no program can write.
    fn variable(&mut self, what: &str) -> Sym {
        self.made += 1;
        self.names.of_temporary(&format!("%{what}{}", self.made))
    }

    /// Declares a variable in front of the statement being converted.
    fn hoist(&mut self, name: Sym, span: Span) {
        let recent = self.hoisted.len().saturating_sub(RECENT);
        let is_there = self.hoisted[recent..].iter().any(|stmt| {
            matches!(&stmt.kind, StmtKind::Let { pattern, .. }
                if matches!(pattern.kind, PatternKind::Name(other) if other == name))
        });
        if !is_there {
            self.hoisted.push(let_stmt(name, None, None, span));
        }
    }

    /// Converts something outside of any statement; what it declares becomes part of the expression.
    fn alone(&mut self, convert: impl FnOnce(&mut Self) -> Expr) -> Expr {
        let mark = self.hoisted.len();
        let value = convert(self);
        if self.hoisted.len() == mark {
            return value;
        }
        let body = self.hoisted.drain(mark..).collect();
        let span = value.span;
        Expr {
            kind: ExprKind::Do {
                body,
                value: Box::new(value),
            },
            span,
        }
    }
}

fn opaque(span: Span) -> Expr {
    expr(ExprKind::Opaque(Vec::new()), span)
}

fn expr(kind: ExprKind, span: Span) -> Expr {
    Expr { kind, span }
}

fn name(name: Sym, span: Span) -> Expr {
    expr(ExprKind::Name(name), span)
}

fn member(object: Expr, name: Sym, name_span: Span, span: Span) -> Expr {
    let kind = ExprKind::Member {
        object: Box::new(object),
        name,
        name_span,
    };
    expr(kind, span)
}

fn bound(name: Sym, span: Span) -> Pattern {
    Pattern {
        kind: PatternKind::Name(name),
        span,
    }
}

fn assign(target: Pattern, value: Expr, span: Span) -> Expr {
    let kind = ExprKind::Assign {
        target: Box::new(target),
        value: Box::new(value),
    };
    expr(kind, span)
}

fn expr_stmt(value: Expr) -> Stmt {
    let span = value.span;
    Stmt {
        kind: StmtKind::Expr(value),
        span,
    }
}

fn let_stmt(name: Sym, ty: Option<Expr>, value: Option<Expr>, span: Span) -> Stmt {
    let kind = StmtKind::Let {
        kind: LetKind::Let,
        pattern: bound(name, span),
        ty,
        value,
    };
    Stmt { kind, span }
}
