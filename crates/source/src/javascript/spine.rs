//! Chains that lean to the left: `a + b + c`, `a.b(c).d`, `x as T`.
//!
//! Such a chain may have any number of links, so it is walked down to its leftmost operand and built up again in a
//! loop. Beyond the bound the innermost links become one opaque expression of all their operands.

use oxc_ast::ast::{self, ChainElement, Expression, MemberExpression};
use shindan_base::Span;

use super::convert::{Converter, member, span};
use super::operators::{Infix, infix, logic};
use crate::tree::{Arg, Expr, ExprKind};

/// Of a chain that is too long, this many links at its beginning are kept: they say what it starts from.
const INNERMOST: usize = 20;

/// One link: a node with a leftmost operand.
#[derive(Clone, Copy)]
pub(super) enum Link<'a> {
    Binary(&'a ast::BinaryExpression<'a>),
    Logical(&'a ast::LogicalExpression<'a>),
    Static(&'a ast::StaticMemberExpression<'a>),
    Computed(&'a ast::ComputedMemberExpression<'a>),
    Private(&'a ast::PrivateFieldExpression<'a>),
    Call(&'a ast::CallExpression<'a>),
    Tagged(&'a ast::TaggedTemplateExpression<'a>),
    As(&'a ast::TSAsExpression<'a>),
    Satisfies(&'a ast::TSSatisfiesExpression<'a>),
    NonNull(&'a ast::TSNonNullExpression<'a>),
}

impl<'a> Link<'a> {
    pub(super) fn of_member(member: &'a MemberExpression<'a>) -> Self {
        match member {
            MemberExpression::ComputedMemberExpression(m) => Self::Computed(m),
            MemberExpression::StaticMemberExpression(m) => Self::Static(m),
            MemberExpression::PrivateFieldExpression(m) => Self::Private(m),
        }
    }

    pub(super) fn of_optional(element: &'a ChainElement<'a>) -> Self {
        match element {
            ChainElement::CallExpression(call) => Self::Call(call),
            ChainElement::TSNonNullExpression(e) => Self::NonNull(e),
            ChainElement::ComputedMemberExpression(m) => Self::Computed(m),
            ChainElement::StaticMemberExpression(m) => Self::Static(m),
            ChainElement::PrivateFieldExpression(m) => Self::Private(m),
        }
    }

    /// The link that an expression is, if it is one. The kinds without a leftmost operand are listed where all
    /// kinds are told apart, in [`Converter::expr`].
    fn of(expr: &'a Expression<'a>) -> Option<Self> {
        Some(match expr {
            Expression::BinaryExpression(e) => Self::Binary(e),
            Expression::LogicalExpression(e) => Self::Logical(e),
            Expression::StaticMemberExpression(e) => Self::Static(e),
            Expression::ComputedMemberExpression(e) => Self::Computed(e),
            Expression::PrivateFieldExpression(e) => Self::Private(e),
            Expression::CallExpression(e) => Self::Call(e),
            Expression::ChainExpression(e) => Self::of_optional(&e.expression),
            Expression::TaggedTemplateExpression(e) => Self::Tagged(e),
            Expression::TSAsExpression(e) => Self::As(e),
            Expression::TSSatisfiesExpression(e) => Self::Satisfies(e),
            Expression::TSNonNullExpression(e) => Self::NonNull(e),
            _ => return None,
        })
    }

    /// The leftmost operand.
    fn left(self) -> &'a Expression<'a> {
        match self {
            Self::Binary(e) => &e.left,
            Self::Logical(e) => &e.left,
            Self::Static(e) => &e.object,
            Self::Computed(e) => &e.object,
            Self::Private(e) => &e.object,
            Self::Call(e) => &e.callee,
            Self::Tagged(e) => &e.tag,
            Self::As(e) => &e.expression,
            Self::Satisfies(e) => &e.expression,
            Self::NonNull(e) => &e.expression,
        }
    }

    fn span(self) -> Span {
        span(match self {
            Self::Binary(e) => e.span,
            Self::Logical(e) => e.span,
            Self::Static(e) => e.span,
            Self::Computed(e) => e.span,
            Self::Private(e) => e.span,
            Self::Call(e) => e.span,
            Self::Tagged(e) => e.span,
            Self::As(e) => e.span,
            Self::Satisfies(e) => e.span,
            Self::NonNull(e) => e.span,
        })
    }
}

impl<'a> Converter<'a> {
    /// The chain that ends with `last`.
    pub(super) fn chain(&mut self, last: Link<'a>) -> Expr {
        let bottom = self.links.len();
        let above = self.chain;
        self.links.push(last);
        let mut left = last.left();
        while let Some(link) = Link::of(left) {
            self.links.push(link);
            left = link.left();
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
        expr
    }

    /// One opaque expression of all operands of the links above `keep`.
    fn flat(&mut self, first: Expr, keep: usize) -> Expr {
        let mut span = first.span;
        let mut operands = vec![first];
        while self.links.len() > keep {
            let Some(link) = self.links.pop() else { break };
            span = link.span();
            match link {
                Link::Binary(e) => operands.push(self.expr(&e.right)),
                Link::Logical(e) => operands.push(self.expr(&e.right)),
                Link::Computed(e) => operands.push(self.expr(&e.expression)),
                Link::Call(e) => operands.extend(self.args(&e.arguments).into_iter().map(operand)),
                Link::Tagged(e) => operands.extend(self.template_parts(&e.quasi)),
                Link::Static(_)
                | Link::Private(_)
                | Link::As(_)
                | Link::Satisfies(_)
                | Link::NonNull(_) => {}
            }
        }
        self.flattened.get_or_insert(span);
        Expr {
            kind: ExprKind::Opaque(operands),
            span,
        }
    }

    /// `link` with `left` as its converted leftmost operand.
    fn wrap(&mut self, link: Link<'a>, left: Expr) -> Expr {
        let span = link.span();
        let left = Box::new(left);
        let kind = match link {
            Link::Static(e) => {
                let name_span = super::convert::span(e.property.span);
                return member(
                    *left,
                    self.names.of(e.property.name.as_str()),
                    name_span,
                    span,
                );
            }
            Link::Private(e) => {
                let name_span = super::convert::span(e.field.span);
                return member(*left, self.private(&e.field), name_span, span);
            }
            Link::Call(e) => ExprKind::Call {
                callee: left,
                args: self.args(&e.arguments),
            },
            Link::Binary(e) => {
                let right = Box::new(self.expr(&e.right));
                match infix(e.operator) {
                    Infix::Arithmetic(op) => ExprKind::Binary { op, left, right },
                    Infix::Comparison(op) => ExprKind::Compare { op, left, right },
                }
            }
            Link::Logical(e) => ExprKind::Logic {
                op: logic(e.operator),
                left,
                right: Box::new(self.expr(&e.right)),
            },
            Link::Computed(e) => ExprKind::Index {
                object: left,
                index: Box::new(self.expr(&e.expression)),
            },
            Link::Tagged(e) => ExprKind::TaggedTemplate {
                tag: left,
                parts: self.template_parts(&e.quasi),
            },
            Link::As(e) => ExprKind::Cast {
                operand: left,
                ty: self.ty(&e.type_annotation).map(Box::new),
            },
            Link::Satisfies(e) => ExprKind::Cast {
                operand: left,
                ty: self.ty(&e.type_annotation).map(Box::new),
            },
            Link::NonNull(_) => ExprKind::Cast {
                operand: left,
                ty: None,
            },
        };
        Expr { kind, span }
    }
}

fn operand(arg: Arg) -> Expr {
    match arg {
        Arg::Positional(value) | Arg::Named { value, .. } => value,
        Arg::Out { target, value } => match value {
            Some(value) => *value,
            None => Expr {
                span: target.span,
                kind: ExprKind::Undefined,
            },
        },
        Arg::Spread(value) | Arg::SpreadMap(value) => {
            let span = value.span;
            Expr {
                kind: ExprKind::Spread(Box::new(value)),
                span,
            }
        }
    }
}
