//! Chains that lean to the left: `a + b + c`, `a.b(c)?.d`, `x as T`.
//!
//! Such a chain may have any number of links, so it is walked down to its leftmost operand and built up again in a
//! loop. Beyond the bound the innermost links become one opaque expression of all their operands.

use super::grammar::{Field, Kind};
use super::syntax::Node;
use super::{Converter, expr, member};
use crate::tree::{Arg, BinaryOp, CompareOp, Expr, ExprKind, LogicOp};

/// The most links of chains on one path through a tree. Strings joined over a thousand lines do occur.
pub(super) const MAX_CHAIN: usize = 2000;
/// What short chains may use beyond that, so that the operands of an endless chain are still read.
const RESERVE: usize = 500;
const SHORT_CHAIN: usize = 50;
/// Of a chain that is too long, this many links at its beginning are kept: they say what it starts from.
const INNERMOST: usize = 20;

impl<'a> Converter<'a> {
    /// The leftmost operand of a link.
    fn left(&self, node: Node) -> Option<Node> {
        let field = match self.kind(node) {
            Kind::Binary | Kind::AsExpression | Kind::IsExpression => Field::Left,
            Kind::MemberAccess | Kind::ElementAccess => Field::Expression,
            Kind::Invocation => Field::Function,
            Kind::ConditionalAccess => Field::Condition,
            Kind::PostfixUnary if self.has(node, "!") => return self.operand(node),
            _ => return None,
        };
        self.child(node, field)
    }

    /// The chain that ends with `last`, or nothing where it is no link.
    pub(super) fn chain(&mut self, last: Node) -> Option<Expr> {
        let mut left = self.left(last)?;
        let bottom = self.links.len();
        let above = self.chain;
        self.links.push(last);
        while let Some(next) = self.left(left) {
            self.links.push(left);
            left = next;
        }
        let length = self.links.len() - bottom;
        let kept = self.room(length);
        self.chain = above + kept;
        let mut expr = self.expr(left);
        if kept < length {
            let innermost = self
                .links
                .len()
                .saturating_sub(INNERMOST)
                .max(bottom + kept);
            while self.links.len() > innermost {
                let Some(link) = self.links.pop() else { break };
                expr = self.wrap(link, expr);
            }
            expr = self.flat(expr, bottom + kept);
        }
        while self.links.len() > bottom {
            let Some(link) = self.links.pop() else { break };
            self.chain = above + self.links.len() - bottom;
            expr = self.wrap(link, expr);
        }
        self.chain = above;
        Some(expr)
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

    /// One opaque expression of all operands of the links above `keep`.
    fn flat(&mut self, first: Expr, keep: usize) -> Expr {
        let mut span = first.span;
        let mut operands = vec![first];
        while self.links.len() > keep {
            let Some(link) = self.links.pop() else { break };
            span = self.span(link);
            match self.kind(link) {
                Kind::Binary => {
                    if let Some(right) = self.child(link, Field::Right) {
                        operands.push(self.expr(right));
                    }
                }
                Kind::Invocation => {
                    if let Some(list) = self.child(link, Field::Arguments) {
                        operands.extend(self.args(list).into_iter().filter_map(operand));
                    }
                }
                Kind::ElementAccess => {
                    if let Some(list) = self.child(link, Field::Subscript) {
                        operands.push(self.index(list));
                    }
                }
                _ => {}
            }
        }
        self.flattened.get_or_insert(span);
        expr(ExprKind::Opaque(operands), span)
    }

    /// `link` with `left` as its converted leftmost operand.
    fn wrap(&mut self, link: Node, left: Expr) -> Expr {
        let span = self.span(link);
        let kind = match self.kind(link) {
            Kind::MemberAccess => return self.member_of(link, left),
            Kind::ConditionalAccess => {
                return match self.syntax.find(link, |kind| {
                    matches!(kind, Kind::MemberBinding | Kind::ElementBinding)
                }) {
                    Some(binding) if self.kind(binding) == Kind::MemberBinding => {
                        let mut whole = self.member_of(binding, left);
                        whole.span = span;
                        whole
                    }
                    Some(binding) => {
                        let kind = ExprKind::Index {
                            object: Box::new(left),
                            index: Box::new(self.index(binding)),
                        };
                        expr(kind, span)
                    }
                    None => left,
                };
            }
            Kind::ElementAccess => ExprKind::Index {
                object: Box::new(left),
                index: match self.child(link, Field::Subscript) {
                    Some(list) => Box::new(self.index(list)),
                    None => Box::new(super::opaque(span)),
                },
            },
            Kind::Invocation => self.call(link, left),
            Kind::Binary => self.binary(link, left),
            Kind::AsExpression => ExprKind::Cast {
                operand: Box::new(left),
                ty: self.type_in(link, Field::Right).map(Box::new),
            },
            Kind::IsExpression => match self.type_in(link, Field::Right) {
                Some(ty) => ExprKind::Compare {
                    op: CompareOp::InstanceOf,
                    left: Box::new(left),
                    right: Box::new(ty),
                },
                None => ExprKind::Opaque(vec![left]),
            },
            // `x!`, which says something to the compiler only.
            _ => ExprKind::Cast {
                operand: Box::new(left),
                ty: None,
            },
        };
        expr(kind, span)
    }

    fn member_of(&mut self, access: Node, object: Expr) -> Expr {
        let span = self.span(access);
        match self.child(access, Field::Name) {
            Some(last) => {
                let (sym, name_span) = self.simple_name(last);
                member(object, sym, name_span, span)
            }
            None => expr(ExprKind::Opaque(vec![object]), span),
        }
    }

    fn call(&mut self, call: Node, callee: Expr) -> ExprKind {
        let Some(list) = self.child(call, Field::Arguments) else {
            return ExprKind::Opaque(vec![callee]);
        };
        if let Some(function) = self.child(call, Field::Function)
            && self.kind(function) == Kind::Identifier
            && self.source(function) == "nameof"
            && let Some(argument) = self.syntax.first(list, Kind::Argument)
            && let Some(named) = self.operand(argument)
        {
            let named = match self.kind(named) {
                Kind::MemberAccess => self.child(named, Field::Name).unwrap_or(named),
                _ => named,
            };
            return ExprKind::Str(self.simple_name(named).0);
        }
        ExprKind::Call {
            callee: Box::new(callee),
            args: self.args(list),
        }
    }

    fn binary(&mut self, link: Node, left: Expr) -> ExprKind {
        let right = self.child(link, Field::Right);
        let sign = self.child(link, Field::Operator);
        let (Some(right), Some(sign)) = (right, sign) else {
            return ExprKind::Opaque(vec![left]);
        };
        let sign = self.source(sign);
        let left = Box::new(left);
        let right = Box::new(self.expr(right));
        let op = match sign {
            "&&" => return logic(LogicOp::And, left, right),
            "||" => return logic(LogicOp::Or, left, right),
            "??" => return logic(LogicOp::Coalesce, left, right),
            "==" => return compare(CompareOp::Eq, left, right),
            "!=" => return compare(CompareOp::NotEq, left, right),
            "<" => return compare(CompareOp::Lt, left, right),
            "<=" => return compare(CompareOp::LtEq, left, right),
            ">" => return compare(CompareOp::Gt, left, right),
            ">=" => return compare(CompareOp::GtEq, left, right),
            _ => arithmetic(sign),
        };
        match op {
            Some(op) => ExprKind::Binary { op, left, right },
            None => ExprKind::Opaque(vec![*left, *right]),
        }
    }
}

/// The operator of a sign.
pub(super) fn arithmetic(sign: &str) -> Option<BinaryOp> {
    Some(match sign {
        "+" => BinaryOp::Add,
        "-" => BinaryOp::Sub,
        "*" => BinaryOp::Mul,
        "/" => BinaryOp::Div,
        "%" => BinaryOp::Mod,
        "<<" => BinaryOp::Shl,
        ">>" => BinaryOp::Shr,
        ">>>" => BinaryOp::UShr,
        "&" => BinaryOp::BitAnd,
        "|" => BinaryOp::BitOr,
        "^" => BinaryOp::BitXor,
        _ => return None,
    })
}

fn logic(op: LogicOp, left: Box<Expr>, right: Box<Expr>) -> ExprKind {
    ExprKind::Logic { op, left, right }
}

fn compare(op: CompareOp, left: Box<Expr>, right: Box<Expr>) -> ExprKind {
    ExprKind::Compare { op, left, right }
}

/// What an argument evaluates.
fn operand(arg: Arg) -> Option<Expr> {
    match arg {
        Arg::Positional(value)
        | Arg::Named { value, .. }
        | Arg::Spread(value)
        | Arg::SpreadMap(value) => Some(value),
        Arg::Out { value, .. } => value.map(|value| *value),
    }
}
