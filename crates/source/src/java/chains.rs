//! Chains that lean to the left: `a + b + c`, `a.b(c).d[e]`, `x instanceof T`.
//!
//! Such a chain may have any number of links, so the cursor goes down to the leftmost operand and the chain is built
//! up again in a loop on the way back. Beyond a bound the innermost links become one opaque expression of all their
//! operands.

use shindan_base::{Span, Sym};

use super::grammar::{Field, Kind};
use super::types::copied;
use super::{Converter, assigned, declaration, name, name_pattern};
use crate::tree::{Arg, BinaryOp, CompareOp, Expr, ExprKind, LogicOp};

/// The most links of chains on one path through a tree. Strings joined over a thousand lines do occur.
pub(super) const MAX_CHAIN: usize = 2000;
/// What short chains may use beyond that, so that the operands of an endless chain are still read.
const RESERVE: usize = 500;
const SHORT_CHAIN: usize = 50;
/// Of a chain that is too long, this many links at its beginning are kept: they say what it starts from.
const INNERMOST: usize = 20;

/// What an operator between two operands makes.
enum Infix {
    Arithmetic(BinaryOp),
    Comparison(CompareOp),
    Logic(LogicOp),
}

impl Converter<'_> {
    /// An expression that may be the end of a chain.
    pub(super) fn chain(&mut self) -> Expr {
        let span = self.span();
        if !self.depth.enter(span) {
            return super::opaque(span);
        }
        let expr = self.linked();
        self.depth.leave();
        expr
    }

    fn linked(&mut self) -> Expr {
        let bottom = self.links.len();
        let above = self.chain;
        while self.descend() {}
        let length = self.links.len() - bottom;
        if length == 0 {
            return self.unlinked();
        }
        let most = if length <= SHORT_CHAIN {
            MAX_CHAIN + RESERVE
        } else {
            MAX_CHAIN
        };
        let kept = length.min(most.saturating_sub(above));
        self.chain = above + kept;
        let mut expr = self.expr();
        if kept < length {
            let innermost = self
                .links
                .len()
                .saturating_sub(INNERMOST)
                .max(bottom + kept);
            while self.links.len() > innermost {
                expr = self.ascend(expr);
            }
            expr = self.flat(expr, bottom + kept);
        }
        while self.links.len() > bottom {
            self.chain = above + self.links.len() - bottom - 1;
            expr = self.ascend(expr);
        }
        self.chain = above;
        expr
    }

    /// Goes to the leftmost operand if the node is a link.
    fn descend(&mut self) -> bool {
        let kind = self.kind();
        let left = match kind {
            Kind::Binary | Kind::InstanceOf => Field::Left,
            Kind::FieldAccess | Kind::MethodInvocation => Field::Object,
            Kind::ArrayAccess => Field::Array,
            _ => return false,
        };
        if self.enter(|_, field| field == left) {
            self.links.push(kind);
            return true;
        }
        false
    }

    /// A node of a link's kind without a leftmost operand: a call of a bare name, or a damaged one.
    fn unlinked(&mut self) -> Expr {
        let span = self.span();
        if self.kind() != Kind::MethodInvocation {
            return self.remains();
        }
        let mut callee = None;
        let mut args = Vec::new();
        self.children(|this, _| match this.field() {
            Field::Name => callee = Some(name(this.sym(), this.span())),
            Field::Arguments => args = this.args(),
            _ => {}
        });
        let kind = match callee {
            Some(callee) => ExprKind::Call {
                callee: Box::new(callee),
                args,
            },
            None => ExprKind::Opaque(args.into_iter().map(value).collect()),
        };
        Expr { kind, span }
    }

    /// One opaque expression of all operands of the links above `keep`.
    fn flat(&mut self, first: Expr, keep: usize) -> Expr {
        let mut span = first.span;
        let mut operands = vec![first];
        while self.links.len() > keep {
            self.links.pop();
            while self.cursor.goto_next_sibling() {
                match self.field() {
                    Field::Arguments => operands.extend(self.args().into_iter().map(value)),
                    Field::Right | Field::Index if self.kind().is_expression() => {
                        operands.push(self.expr());
                    }
                    _ => {}
                }
            }
            self.cursor.goto_parent();
            span = self.span();
        }
        self.flattened.get_or_insert(span);
        Expr {
            kind: ExprKind::Opaque(operands),
            span,
        }
    }

    /// Leaves one link: `left` is its converted leftmost operand, at which the cursor is.
    fn ascend(&mut self, left: Expr) -> Expr {
        match self.links.pop() {
            Some(Kind::Binary) => self.binary(left),
            Some(Kind::InstanceOf) => self.instance_of(left),
            Some(Kind::MethodInvocation) => self.invocation(left),
            Some(Kind::ArrayAccess) => self.array_access(left),
            _ => self.field_access(left),
        }
    }

    fn binary(&mut self, left: Expr) -> Expr {
        let mut op = None;
        let mut right = None;
        while self.cursor.goto_next_sibling() {
            match self.field() {
                Field::Operator => op = infix(self.kind()),
                Field::Right => right = Some(self.expr()),
                _ => {}
            }
        }
        self.cursor.goto_parent();
        let span = self.span();
        let (Some(op), Some(right)) = (op, right) else {
            return Expr {
                kind: ExprKind::Opaque(vec![left]),
                span,
            };
        };
        let (left, right) = (Box::new(left), Box::new(right));
        let kind = match op {
            Infix::Arithmetic(op) => ExprKind::Binary { op, left, right },
            Infix::Comparison(op) => ExprKind::Compare { op, left, right },
            Infix::Logic(op) => ExprKind::Logic { op, left, right },
        };
        Expr { kind, span }
    }

    fn array_access(&mut self, left: Expr) -> Expr {
        let mut index = None;
        while self.cursor.goto_next_sibling() {
            if self.field() == Field::Index {
                index = Some(self.expr());
            }
        }
        self.cursor.goto_parent();
        let kind = match index {
            Some(index) => ExprKind::Index {
                object: Box::new(left),
                index: Box::new(index),
            },
            None => ExprKind::Opaque(vec![left]),
        };
        Expr {
            kind,
            span: self.span(),
        }
    }

    fn field_access(&mut self, left: Expr) -> Expr {
        let mut left = left;
        let mut member = None;
        while self.cursor.goto_next_sibling() {
            match (self.field(), self.kind()) {
                (Field::MemberName, _) => member = Some((self.sym(), self.span())),
                (_, Kind::Super) => left = super_of(left, self.span()),
                _ => {}
            }
        }
        self.cursor.goto_parent();
        let kind = match member {
            Some((name, name_span)) => ExprKind::Member {
                object: Box::new(left),
                name,
                name_span,
            },
            None => ExprKind::Opaque(vec![left]),
        };
        Expr {
            kind,
            span: self.span(),
        }
    }

    fn invocation(&mut self, left: Expr) -> Expr {
        let mut left = left;
        let mut member = None;
        let mut args = Vec::new();
        while self.cursor.goto_next_sibling() {
            match (self.field(), self.kind()) {
                (Field::Name, _) => member = Some((self.sym(), self.span())),
                (Field::Arguments, _) => args = self.args(),
                (_, Kind::Super) => left = super_of(left, self.span()),
                _ => {}
            }
        }
        self.cursor.goto_parent();
        let span = self.span();
        let Some((name, name_span)) = member else {
            let operands = std::iter::once(left).chain(args.into_iter().map(value));
            return Expr {
                kind: ExprKind::Opaque(operands.collect()),
                span,
            };
        };
        let callee = Expr {
            span: left.span.to(name_span),
            kind: ExprKind::Member {
                object: Box::new(left),
                name,
                name_span,
            },
        };
        Expr {
            kind: ExprKind::Call {
                callee: Box::new(callee),
                args,
            },
            span,
        }
    }

    /// `x instanceof T`, and then the binding of what the pattern names.
    fn instance_of(&mut self, left: Expr) -> Expr {
        let mut class = None;
        let mut casts: Vec<(Sym, Span, Option<Expr>)> = Vec::new();
        while self.cursor.goto_next_sibling() {
            match self.field() {
                Field::Right => class = self.ty(),
                Field::Name => {
                    let (bound, at) = (self.sym(), self.span());
                    let (declared, cast) = (class.as_ref().map(copied), class.as_ref().map(copied));
                    let pattern = name_pattern(bound, at);
                    self.hoisted.push(declaration(pattern, declared, None, at));
                    casts.push((bound, at, cast));
                }
                Field::Pattern => {
                    let mut binds = Vec::new();
                    class = self.record_pattern(&mut binds);
                    for (bound, ty, at) in binds {
                        let pattern = name_pattern(bound, at);
                        self.hoisted.push(declaration(pattern, ty, None, at));
                        casts.push((bound, at, None));
                    }
                }
                _ => {}
            }
        }
        self.cursor.goto_parent();
        let span = self.span();
        let Some(class) = class else {
            return Expr {
                kind: ExprKind::Opaque(vec![left]),
                span,
            };
        };
        let (left, subject) = match (&left.kind, casts.is_empty()) {
            (_, true) => (left, Sym::EMPTY),
            (ExprKind::Name(subject), false) => {
                let subject = *subject;
                (left, subject)
            }
            (_, false) => {
                let made = self.made_up("instanceof");
                let pattern = name_pattern(made, left.span);
                self.hoisted
                    .push(declaration(pattern, None, None, left.span));
                (assigned(made, left), made)
            }
        };
        let is_instance = Expr {
            span,
            kind: ExprKind::Compare {
                op: CompareOp::InstanceOf,
                left: Box::new(left),
                right: Box::new(class),
            },
        };
        if casts.is_empty() {
            return is_instance;
        }
        let mut sequence: Vec<Expr> = casts
            .into_iter()
            .map(|(bound, at, cast)| {
                let subject = name(subject, at);
                let kind = match cast {
                    Some(ty) => ExprKind::Cast {
                        operand: Box::new(subject),
                        ty: Some(Box::new(ty)),
                    },
                    // A part of a record: something that is in the subject.
                    None => ExprKind::Opaque(vec![subject]),
                };
                assigned(bound, Expr { kind, span: at })
            })
            .collect();
        sequence.push(Expr {
            kind: ExprKind::Bool(true),
            span,
        });
        Expr {
            span,
            kind: ExprKind::Logic {
                op: LogicOp::And,
                left: Box::new(is_instance),
                right: Box::new(Expr {
                    kind: ExprKind::Sequence(sequence),
                    span,
                }),
            },
        }
    }
}

/// `A.super`: which of the inherited types is meant does not matter here.
fn super_of(left: Expr, at: Span) -> Expr {
    Expr {
        span: left.span.to(at),
        kind: ExprKind::Super,
    }
}

fn value(arg: Arg) -> Expr {
    match arg {
        Arg::Positional(value)
        | Arg::Named { value, .. }
        | Arg::Spread(value)
        | Arg::SpreadMap(value) => value,
        Arg::Out { target, .. } => super::opaque(target.span),
    }
}

fn infix(token: Kind) -> Option<Infix> {
    Some(match token {
        Kind::Plus => Infix::Arithmetic(BinaryOp::Add),
        Kind::Minus => Infix::Arithmetic(BinaryOp::Sub),
        Kind::Star => Infix::Arithmetic(BinaryOp::Mul),
        Kind::Slash => Infix::Arithmetic(BinaryOp::Div),
        Kind::Percent => Infix::Arithmetic(BinaryOp::Mod),
        Kind::And => Infix::Arithmetic(BinaryOp::BitAnd),
        Kind::Or => Infix::Arithmetic(BinaryOp::BitOr),
        Kind::Xor => Infix::Arithmetic(BinaryOp::BitXor),
        Kind::Shl => Infix::Arithmetic(BinaryOp::Shl),
        Kind::Shr => Infix::Arithmetic(BinaryOp::Shr),
        Kind::UShr => Infix::Arithmetic(BinaryOp::UShr),
        Kind::Eq => Infix::Comparison(CompareOp::Eq),
        Kind::NotEq => Infix::Comparison(CompareOp::NotEq),
        Kind::Lt => Infix::Comparison(CompareOp::Lt),
        Kind::LtEq => Infix::Comparison(CompareOp::LtEq),
        Kind::Gt => Infix::Comparison(CompareOp::Gt),
        Kind::GtEq => Infix::Comparison(CompareOp::GtEq),
        Kind::AndAnd => Infix::Logic(LogicOp::And),
        Kind::OrOr => Infix::Logic(LogicOp::Or),
        _ => return None,
    })
}
