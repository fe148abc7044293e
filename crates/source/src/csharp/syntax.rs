//! The parser's tree as one flat list of the nodes that matter, in source order, each before its children.
//!
//! The parser's own nodes are found through a cursor, and every look at a child costs a walk. The list is made by one
//! walk, after which a node is a number and its children are found by skipping.

use shindan_base::Span;
use tree_sitter::Tree;

use super::grammar::{Field, Grammar, Kind};
use crate::ParseIssue;

/// Past this many errors a file is not C#, and listing more helps nobody.
const MAX_ISSUES: usize = 100;

/// One file's nodes, comments and errors.
pub(super) struct Syntax {
    nodes: Vec<Record>,
    pub(super) comments: Vec<Span>,
    pub(super) issues: Vec<ParseIssue>,
}

struct Record {
    kind: Kind,
    field: Field,
    span: Span,
    /// The node after this one and everything in it.
    next: u32,
}

/// A node of a [`Syntax`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Node(u32);

impl Syntax {
    /// Reads a parsed text.
    pub(super) fn read(tree: &Tree, text: &str) -> Self {
        let grammar = Grammar::get();
        let has_errors = tree.root_node().has_error();
        let mut syntax = Self {
            nodes: Vec::with_capacity(text.len() / 8),
            comments: Vec::new(),
            issues: Vec::new(),
        };
        let mut open: Vec<u32> = Vec::new();
        let mut cursor = tree.walk();
        // Inside an error nothing is an issue of its own.
        let mut error_depth = None;
        loop {
            let node = cursor.node();
            let mut kind = grammar.kind(node.kind_id());
            if has_errors && (node.is_error() || node.is_missing()) {
                let span = within(node.start_byte(), node.end_byte(), text);
                let around = open
                    .last()
                    .map(|parent| syntax.nodes[*parent as usize].kind);
                // The grammar takes some doubled braces for errors.
                let is_brace = around == Some(Kind::InterpolatedString)
                    && span.slice(text).bytes().all(|b| b == b'}');
                if is_brace && !node.is_missing() {
                    kind = Kind::StringContent;
                } else {
                    if error_depth.is_none() {
                        let name = node.is_missing().then(|| node.kind());
                        syntax.report(span, name, text);
                    }
                    if node.is_missing() {
                        kind = Kind::Skipped;
                    } else if error_depth.is_none() {
                        error_depth = Some(open.len());
                    }
                }
            }
            let mut descends = false;
            if kind == Kind::Comment {
                let span = within(node.start_byte(), node.end_byte(), text);
                syntax.comments.push(span);
            } else if !kind.is_extra() {
                let field = if matches!(kind, Kind::CompilationUnit) {
                    Field::None
                } else {
                    grammar.field(cursor.field_id())
                };
                if kind == Kind::Skipped && field != Field::None && !node.is_missing() {
                    kind = Kind::Token;
                }
                if kind != Kind::Skipped {
                    let index = syntax.nodes.len() as u32;
                    syntax.nodes.push(Record {
                        kind,
                        field,
                        span: Span::new(node.start_byte() as u32, node.end_byte() as u32),
                        next: index + 1,
                    });
                    if !kind.is_leaf() && cursor.goto_first_child() {
                        open.push(index);
                        descends = true;
                    }
                }
            }
            if descends {
                continue;
            }
            while !cursor.goto_next_sibling() {
                let Some(parent) = open.pop() else {
                    syntax.comments.sort_unstable();
                    return syntax;
                };
                syntax.nodes[parent as usize].next = syntax.nodes.len() as u32;
                if error_depth == Some(open.len()) {
                    error_depth = None;
                }
                cursor.goto_parent();
            }
            if error_depth == Some(open.len()) {
                error_depth = None;
            }
        }
    }

    /// The whole file.
    pub(super) fn root(&self) -> Node {
        Node(0)
    }

    pub(super) fn kind(&self, node: Node) -> Kind {
        self.nodes[node.0 as usize].kind
    }

    pub(super) fn field(&self, node: Node) -> Field {
        self.nodes[node.0 as usize].field
    }

    pub(super) fn span(&self, node: Node) -> Span {
        self.nodes[node.0 as usize].span
    }

    pub(super) fn children(&self, node: Node) -> Children<'_> {
        Children {
            syntax: self,
            at: node.0 + 1,
            end: self.nodes[node.0 as usize].next,
        }
    }

    /// The first child in a field.
    pub(super) fn child(&self, node: Node, field: Field) -> Option<Node> {
        self.children(node)
            .find(|child| self.field(*child) == field)
    }

    /// The first child of a kind.
    pub(super) fn first(&self, node: Node, kind: Kind) -> Option<Node> {
        self.children(node).find(|child| self.kind(*child) == kind)
    }

    /// The first child whose kind is wanted.
    pub(super) fn find(&self, node: Node, wanted: impl Fn(Kind) -> bool) -> Option<Node> {
        self.children(node).find(|child| wanted(self.kind(*child)))
    }

    /// How many bytes could not be read.
    pub(super) fn unread(&self) -> u32 {
        self.issues
            .iter()
            .map(|issue| issue.span.end - issue.span.start + 1)
            .sum()
    }

    /// Adds an issue, or widens the last one where nothing but white space lies between.
    fn report(&mut self, span: Span, missing: Option<&str>, text: &str) {
        let between = |last: &ParseIssue| text.get(last.span.end as usize..span.start as usize);
        let is_full = self.issues.len() >= MAX_ISSUES;
        match self.issues.last_mut() {
            Some(last) if between(last).is_some_and(|text| text.trim().is_empty()) => {
                last.span = last.span.to(span);
            }
            _ if is_full => {}
            _ => {
                let message = match missing {
                    Some(name) => format!("`{}` is missing", name.replace(['\n', '\r'], " ")),
                    None => "this is not C# that the parser knows".to_owned(),
                };
                self.issues.push(ParseIssue { span, message });
            }
        }
    }
}

/// The children of a node, in source order.
pub(super) struct Children<'s> {
    syntax: &'s Syntax,
    at: u32,
    end: u32,
}

impl Iterator for Children<'_> {
    type Item = Node;

    fn next(&mut self) -> Option<Node> {
        if self.at >= self.end {
            return None;
        }
        let node = Node(self.at);
        self.at = self.syntax.nodes[self.at as usize].next;
        Some(node)
    }
}

/// The span moved out to character boundaries: errors may end inside a character.
fn within(start: usize, end: usize, text: &str) -> Span {
    let start = text.floor_char_boundary(start);
    let end = text.ceil_char_boundary(end).max(start);
    Span::new(start as u32, end as u32)
}
