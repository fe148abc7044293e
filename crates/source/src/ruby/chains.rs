//! Chains that lean to the left: `a.b(c).d`, `a + b + c`, `a || b || c`.
//!
//! Such a chain may have any number of links, so it is walked down to its leftmost operand and built up again in a
//! loop. Beyond [`MAX_CHAIN`] the innermost links become one opaque expression of all their operands.

use ruby_prism::{AndNode, CallNode, Node, OrNode};
use shindan_base::Span;

use super::{Converter, opaque};
use crate::tree::{BinaryOp, CompareOp, Expr, ExprKind, LogicOp};

/// The most links of chains on one path through a tree. Strings joined over hundreds of lines do occur.
const MAX_CHAIN: usize = 1_000;

/// One link: a node with a leftmost operand.
enum Link<'n> {
    Call(CallNode<'n>),
    And(AndNode<'n>),
    Or(OrNode<'n>),
}

impl<'n> Link<'n> {
    /// The link that a node is, if it is one.
    fn of(node: &Node<'n>) -> Option<Self> {
        match node {
            Node::CallNode { .. } => {
                let call = node.as_call_node()?;
                call.receiver().is_some().then_some(Self::Call(call))
            }
            Node::AndNode { .. } => node.as_and_node().map(Self::And),
            Node::OrNode { .. } => node.as_or_node().map(Self::Or),
            _ => None,
        }
    }

    fn left(&self) -> Option<Node<'n>> {
        match self {
            Self::Call(call) => call.receiver(),
            Self::And(and) => Some(and.left()),
            Self::Or(or) => Some(or.left()),
        }
    }
}

impl Converter<'_> {
    /// The chain that ends with `last`, or a call without a receiver.
    pub(super) fn chain(&mut self, last: &Node<'_>) -> Expr {
        let span = self.at(last);
        let mut links = Vec::new();
        let mut left = Link::of(last);
        let mut first = None;
        while let Some(link) = left {
            first = link.left();
            left = first.as_ref().and_then(Link::of);
            links.push(link);
        }
        let Some(first) = first else {
            return match last.as_call_node() {
                Some(call) => self.plain_call(&call, span),
                None => opaque(Vec::new(), span),
            };
        };
        let above = self.chain;
        let kept = links.len().min(MAX_CHAIN.saturating_sub(above));
        self.chain = above + kept;
        let mut expr = self.expr(&first);
        if kept < links.len() {
            let mut operands = vec![expr];
            let mut whole = span;
            while links.len() > kept {
                let Some(link) = links.pop() else { break };
                whole = self.link_span(&link);
                operands.extend(self.operands(&link));
            }
            self.depth.note(whole);
            expr = opaque(operands, whole);
        }
        while let Some(link) = links.pop() {
            self.chain = above + links.len();
            expr = self.wrap(&link, expr);
        }
        self.chain = above;
        expr
    }

    fn link_span(&self, link: &Link<'_>) -> Span {
        self.span(&match link {
            Link::Call(call) => call.location(),
            Link::And(and) => and.location(),
            Link::Or(or) => or.location(),
        })
    }

    /// What a link has beside its leftmost operand.
    fn operands(&mut self, link: &Link<'_>) -> Vec<Expr> {
        match link {
            Link::Call(call) => {
                let arguments = call.arguments();
                let mut operands =
                    arguments.map_or_else(Vec::new, |list| self.exprs(&list.arguments()));
                operands.extend(call.block().map(|block| self.expr(&block)));
                operands
            }
            Link::And(and) => vec![self.expr(&and.right())],
            Link::Or(or) => vec![self.expr(&or.right())],
        }
    }

    /// `link` with `left` as its converted leftmost operand.
    fn wrap(&mut self, link: &Link<'_>, left: Expr) -> Expr {
        let span = self.link_span(link);
        let (op, right) = match link {
            Link::Call(call) => return self.method_call(call, left, span),
            Link::And(and) => (LogicOp::And, self.boxed(&and.right())),
            Link::Or(or) => (LogicOp::Or, self.boxed(&or.right())),
        };
        Expr {
            kind: ExprKind::Logic {
                op,
                left: Box::new(left),
                right,
            },
            span,
        }
    }
}

/// The operators that only compute. `<<` changes its receiver more often than not, so it stays a method.
pub(super) fn binary_op(name: &[u8]) -> Option<BinaryOp> {
    Some(match name {
        b"+" => BinaryOp::Add,
        b"-" => BinaryOp::Sub,
        b"*" => BinaryOp::Mul,
        b"/" => BinaryOp::Div,
        b"%" => BinaryOp::Mod,
        b"**" => BinaryOp::Pow,
        b">>" => BinaryOp::Shr,
        b"&" => BinaryOp::BitAnd,
        b"|" => BinaryOp::BitOr,
        b"^" => BinaryOp::BitXor,
        _ => return None,
    })
}

pub(super) fn compare_op(name: &[u8]) -> Option<CompareOp> {
    Some(match name {
        b"==" => CompareOp::Eq,
        b"!=" => CompareOp::NotEq,
        b"<" => CompareOp::Lt,
        b"<=" => CompareOp::LtEq,
        b">" => CompareOp::Gt,
        b">=" => CompareOp::GtEq,
        _ => return None,
    })
}
