//! Java to the surface tree, by way of tree-sitter's grammar.
//!
//! A [`Converter`] walks the parser's tree once, with one cursor. Its methods are spread over the submodules by what
//! they convert. A method is called with the cursor at the node to convert and leaves it there.
//!
//! What Java has and the tree has not is written with what the tree has: a variable that a pattern binds is declared in
//! front of the statement that it stands in, which is where its scope can begin at the earliest; the cases of an arrow
//! `switch` end in `break`; a `switch` that gives a value assigns it to a variable that no program can write; records
//! get the constructor and the accessors that the language gives them.
//!
//! **Invariants.** The walk recurs only through [`Depth`], and chains that lean to the left are walked in a loop.
//! What the parser could not read is an issue, and what it recognised inside and around it is converted.

mod chains;
mod classes;
mod comments;
mod expressions;
mod functions;
mod grammar;
mod issues;
mod literals;
mod members;
mod statements;
mod switches;
mod types;

use shindan_base::{Interner, Span, Sym};
use tree_sitter::{Parser, TreeCursor};

use crate::bounded_parse::parse_within_bounds;
use crate::depth::Depth;
use crate::names::Names;
use crate::tree::{Expr, ExprKind, LetKind, Pattern, PatternKind, Stmt, StmtKind};
use crate::{Language, ParseIssue, Tree};
use grammar::{Field, Grammar, Kind};

pub(crate) fn parse(text: &str, names: &Interner) -> Tree {
    let grammar = Grammar::get();
    let mut tree = Tree {
        language: Language::Java,
        body: Vec::new(),
        issues: Vec::new(),
        comments: comments::find(text),
    };
    let mut parser = Parser::new();
    let parsed = match parser.set_language(&grammar.language) {
        Ok(()) => parse_within_bounds(&mut parser, text),
        Err(_) => None,
    };
    let Some(parsed) = parsed else {
        tree.issues.push(ParseIssue {
            span: Span::new(0, text.len() as u32),
            message: "the parser gave up on this file".to_owned(),
        });
        return tree;
    };
    let root = parsed.root_node();
    if root.has_error() {
        tree.issues = issues::find(&parsed, text);
    }
    let mut converter = Converter {
        text,
        grammar,
        cursor: root.walk(),
        names: Names::new(names, text.len()),
        depth: Depth::default(),
        links: Vec::new(),
        chain: 0,
        flattened: None,
        hoisted: Vec::new(),
        yields: Vec::new(),
        made: 0,
    };
    tree.body = converter.file();
    let flattened = converter.flattened.map(|span| ParseIssue {
        span,
        message: format!(
            "a chain of more than {} links; its beginning was analysed loosely",
            chains::MAX_CHAIN
        ),
    });
    tree.issues.extend(flattened);
    tree.issues.extend(converter.depth.into_issue());
    tree.issues.sort_by_key(|issue| issue.span);
    tree
}

/// What one file's walk carries along.
struct Converter<'a> {
    text: &'a str,
    grammar: &'static Grammar,
    cursor: TreeCursor<'a>,
    names: Names<'a>,
    depth: Depth,
    /// The links of the chains being converted, the innermost on top.
    links: Vec<Kind>,
    /// How many levels of chains lie above the current node.
    chain: usize,
    /// The first chain that was too long.
    flattened: Option<Span>,
    /// Declarations to put in front of the statement being converted.
    hoisted: Vec<Stmt>,
    /// The variables of the `switch` expressions around the current node, for `yield`.
    yields: Vec<Sym>,
    /// How many variables were made up so far.
    made: u32,
}

impl<'a> Converter<'a> {
    fn kind(&self) -> Kind {
        self.grammar.kind(self.cursor.node().kind_id())
    }

    fn field(&self) -> Field {
        self.grammar.field(self.cursor.field_id())
    }

    fn span(&self) -> Span {
        let node = self.cursor.node();
        Span::new(node.start_byte() as u32, node.end_byte() as u32)
    }

    fn source(&self) -> &'a str {
        self.span().slice(self.text)
    }

    /// The symbol of the node's text.
    fn sym(&mut self) -> Sym {
        let text = self.source();
        self.names.of(text)
    }

    /// Visits the children of the node in order, apart from comments.
    fn children(&mut self, mut each: impl FnMut(&mut Self, Kind)) {
        if self.cursor.goto_first_child() {
            loop {
                let kind = self.kind();
                if kind != Kind::Comment {
                    each(self, kind);
                }
                if !self.cursor.goto_next_sibling() {
                    break;
                }
            }
            self.cursor.goto_parent();
        }
    }

    /// Goes to the first child that is wanted; false, and where it was, if there is none.
    fn enter(&mut self, wanted: impl Fn(Kind, Field) -> bool) -> bool {
        if !self.cursor.goto_first_child() {
            return false;
        }
        loop {
            if wanted(self.kind(), self.field()) {
                return true;
            }
            if !self.cursor.goto_next_sibling() {
                self.cursor.goto_parent();
                return false;
            }
        }
    }

    /// A variable that no program can write.
    fn made_up(&mut self, what: &str) -> Sym {
        self.made += 1;
        self.names.of_temporary(&format!("%{what}{}", self.made))
    }

    /// Runs a conversion and takes the declarations that it wants in front.
    fn with_hoisted<T>(&mut self, convert: impl FnOnce(&mut Self) -> T) -> (Vec<Stmt>, T) {
        let bottom = self.hoisted.len();
        let converted = convert(self);
        (self.hoisted.split_off(bottom), converted)
    }
}

fn opaque(span: Span) -> Expr {
    Expr {
        kind: ExprKind::Opaque(Vec::new()),
        span,
    }
}

fn name(name: Sym, span: Span) -> Expr {
    Expr {
        kind: ExprKind::Name(name),
        span,
    }
}

fn name_pattern(name: Sym, span: Span) -> Pattern {
    Pattern {
        kind: PatternKind::Name(name),
        span,
    }
}

fn declaration(pattern: Pattern, ty: Option<Expr>, value: Option<Expr>, span: Span) -> Stmt {
    Stmt {
        kind: StmtKind::Let {
            kind: LetKind::Let,
            pattern,
            ty,
            value,
        },
        span,
    }
}

/// A statement that assigns a variable.
fn assignment(target: Sym, value: Expr) -> Stmt {
    let span = value.span;
    Stmt {
        kind: StmtKind::Expr(assigned(target, value)),
        span,
    }
}

fn assigned(target: Sym, value: Expr) -> Expr {
    let span = value.span;
    Expr {
        kind: ExprKind::Assign {
            target: Box::new(name_pattern(target, span)),
            value: Box::new(value),
        },
        span,
    }
}
