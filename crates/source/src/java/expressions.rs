//! Expressions.

use shindan_base::Span;

use super::grammar::{Field, Kind};
use super::{Converter, name, opaque};
use crate::tree::{
    Arg, AugOp, BinaryOp, Class, Expr, ExprKind, Pattern, PatternKind, Stmt, StmtKind, UnaryOp,
};

impl Converter<'_> {
    pub(super) fn expr(&mut self) -> Expr {
        let span = self.span();
        let kind = self.kind();
        if let Some(kind) = self.leaf(kind) {
            return Expr { kind, span };
        }
        match kind {
            Kind::Binary
            | Kind::InstanceOf
            | Kind::FieldAccess
            | Kind::MethodInvocation
            | Kind::ArrayAccess => return self.chain(),
            _ => {}
        }
        if !self.depth.enter(span) {
            return opaque(span);
        }
        let expr = match kind {
            Kind::Parenthesized => self.only_expr(),
            Kind::ScopedIdentifier => self.dotted_name(),
            Kind::ArrayInitializer | Kind::ElementArray => Expr {
                kind: ExprKind::List(self.exprs()),
                span,
            },
            Kind::Annotation | Kind::MarkerAnnotation => self.annotation(),
            _ => Expr {
                kind: self.nested(kind),
                span,
            },
        };
        self.depth.leave();
        expr
    }

    /// An expression without operands.
    fn leaf(&mut self, kind: Kind) -> Option<ExprKind> {
        Some(match kind {
            Kind::Identifier | Kind::TypeIdentifier => match self.source() {
                // The parser stands an empty name in for one that is missing.
                "" => ExprKind::Opaque(Vec::new()),
                text => ExprKind::Name(self.names.of(text)),
            },
            Kind::StringLiteral => self.string(),
            Kind::Character => self.character(),
            Kind::DecimalInteger | Kind::HexInteger | Kind::OctalInteger | Kind::BinaryInteger => {
                self.integer()
            }
            Kind::DecimalFloat => self.float(),
            Kind::True => ExprKind::Bool(true),
            Kind::False => ExprKind::Bool(false),
            Kind::Null => ExprKind::Null,
            Kind::This => ExprKind::This,
            Kind::Super => ExprKind::Super,
            _ => return None,
        })
    }

    fn nested(&mut self, kind: Kind) -> ExprKind {
        match kind {
            Kind::Assignment => self.assign(),
            Kind::Unary => self.unary(),
            Kind::Update => self.update(),
            Kind::Ternary => self.ternary(),
            Kind::Cast => self.cast(),
            Kind::Lambda => self.lambda(),
            Kind::Switch => self.switch_value(),
            Kind::ObjectCreation => self.creation(),
            Kind::ArrayCreation => self.array_creation(),
            Kind::ClassLiteral => self.class_literal(),
            Kind::MethodReference => self.method_reference(),
            Kind::Template => self.template(),
            _ if kind.is_type() => self.ty().map_or(ExprKind::Opaque(Vec::new()), |ty| ty.kind),
            _ => ExprKind::Opaque(self.exprs()),
        }
    }

    /// All expressions among the children.
    pub(super) fn exprs(&mut self) -> Vec<Expr> {
        let mut exprs = Vec::new();
        self.children(|this, kind| {
            if is_value(kind) {
                exprs.push(this.expr());
            }
        });
        exprs
    }

    /// The expression in parentheses or after a keyword.
    pub(super) fn only_expr(&mut self) -> Expr {
        let span = self.span();
        self.optional_expr().unwrap_or_else(|| opaque(span))
    }

    pub(super) fn optional_expr(&mut self) -> Option<Expr> {
        if !self.enter(|kind, _| is_value(kind)) {
            return None;
        }
        let expr = self.expr();
        self.cursor.goto_parent();
        Some(expr)
    }

    /// What is left of a damaged expression.
    pub(super) fn remains(&mut self) -> Expr {
        let span = self.span();
        Expr {
            kind: ExprKind::Opaque(self.exprs()),
            span,
        }
    }

    pub(super) fn args(&mut self) -> Vec<Arg> {
        let mut args = Vec::new();
        self.children(|this, kind| {
            if is_value(kind) {
                args.push(Arg::Positional(this.expr()));
            }
        });
        args
    }

    fn assign(&mut self) -> ExprKind {
        let (mut target, mut op, mut value) = (None, Kind::Assign, None);
        self.children(|this, _| match this.field() {
            Field::Left => target = Some(this.expr()),
            Field::Operator => op = this.kind(),
            Field::Right => value = Some(this.expr()),
            _ => {}
        });
        let (Some(target), Some(value)) = (target, value) else {
            return ExprKind::Opaque(Vec::new());
        };
        let value = Box::new(value);
        match augmented(op) {
            None => ExprKind::Assign {
                target: Box::new(place(target)),
                value,
            },
            Some(op) => ExprKind::AugAssign {
                op: AugOp::Binary(op),
                target: Box::new(target),
                value,
            },
        }
    }

    fn unary(&mut self) -> ExprKind {
        let (mut op, mut operand) = (None, None);
        self.children(|this, kind| match this.field() {
            Field::Operator => {
                op = match kind {
                    Kind::Not => Some(UnaryOp::Not),
                    Kind::Minus => Some(UnaryOp::Minus),
                    Kind::Plus => Some(UnaryOp::Plus),
                    Kind::Tilde => Some(UnaryOp::Invert),
                    _ => None,
                }
            }
            Field::Operand => operand = Some(this.expr()),
            _ => {}
        });
        match (op, operand) {
            (Some(op), Some(operand)) => ExprKind::Unary {
                op,
                operand: Box::new(operand),
            },
            (_, operand) => ExprKind::Opaque(operand.into_iter().collect()),
        }
    }

    fn update(&mut self) -> ExprKind {
        let (mut increment, mut target) = (true, None);
        self.children(|this, kind| match kind {
            Kind::Increment => {}
            Kind::Decrement => increment = false,
            _ => target = Some(this.expr()),
        });
        match target {
            Some(target) => ExprKind::Update {
                target: Box::new(target),
                increment,
            },
            None => ExprKind::Opaque(Vec::new()),
        }
    }

    fn ternary(&mut self) -> ExprKind {
        let (mut cond, mut then, mut els) = (None, None, None);
        self.children(|this, _| match this.field() {
            Field::Condition => cond = Some(Box::new(this.expr())),
            Field::Consequence => then = Some(Box::new(this.expr())),
            Field::Alternative => els = Some(Box::new(this.expr())),
            _ => {}
        });
        match (cond, then, els) {
            (Some(cond), Some(then), Some(els)) => ExprKind::Ternary { cond, then, els },
            (cond, then, els) => {
                let parts = [cond, then, els].into_iter().flatten();
                ExprKind::Opaque(parts.map(|part| *part).collect())
            }
        }
    }

    /// `(T) x`; of `(A & B) x` the first type says what it is.
    fn cast(&mut self) -> ExprKind {
        let (mut ty, mut operand) = (None, None);
        self.children(|this, _| match this.field() {
            Field::Type if ty.is_none() => ty = this.ty().map(Box::new),
            Field::Value => operand = Some(Box::new(this.expr())),
            _ => {}
        });
        match operand {
            Some(operand) => ExprKind::Cast { operand, ty },
            None => ExprKind::Opaque(Vec::new()),
        }
    }

    /// `new T(…)`, `outer.new T(…)`, `new T(…) { … }`.
    fn creation(&mut self) -> ExprKind {
        let span = self.span();
        let (mut outer, mut ty, mut args, mut members) = (None, None, Vec::new(), None);
        self.children(|this, kind| match this.field() {
            Field::Type => ty = this.ty(),
            Field::Arguments => args = this.args(),
            _ if kind == Kind::ClassBody => members = Some(this.class_body()),
            _ if ty.is_none() && kind.is_expression() => outer = Some(this.expr()),
            _ => {}
        });
        let mut callee = ty.unwrap_or_else(|| opaque(span));
        if let (Some(outer), ExprKind::Name(name)) = (outer, &callee.kind) {
            callee = Expr {
                span: outer.span.to(callee.span),
                kind: ExprKind::Member {
                    object: Box::new(outer),
                    name: *name,
                    name_span: callee.span,
                },
            };
        }
        if let Some(members) = members {
            let at = callee.span;
            callee = Expr {
                span,
                kind: ExprKind::Class(Box::new(Class {
                    name: None,
                    name_span: at,
                    kind: crate::tree::ClassKind::Class,
                    is_open: false,
                    is_inner: true,
                    bases: vec![callee],
                    keywords: Vec::new(),
                    members,
                    decorators: Vec::new(),
                    span,
                })),
            };
        }
        ExprKind::New {
            callee: Box::new(callee),
            args,
        }
    }

    /// `new T[] {…}` is the list of its elements; `new T[n]` makes an instance of the array type.
    fn array_creation(&mut self) -> ExprKind {
        let (mut ty, mut values, mut sizes, mut dimensions) = (None, None, Vec::new(), 0);
        self.children(|this, kind| match (this.field(), kind) {
            (Field::Type, _) => ty = this.ty(),
            (Field::Value, _) => values = Some(this.exprs()),
            (_, Kind::DimensionsExpr) => {
                dimensions += 1;
                sizes.extend(this.optional_expr().map(Arg::Positional));
            }
            (_, Kind::Dimensions) => dimensions += this.dimensions(),
            _ => {}
        });
        match (values, ty) {
            (Some(values), _) => ExprKind::List(values),
            (None, Some(ty)) => ExprKind::New {
                callee: Box::new(self.array_of(ty, dimensions)),
                args: sizes,
            },
            (None, None) => ExprKind::Opaque(Vec::new()),
        }
    }

    /// `T.class`.
    fn class_literal(&mut self) -> ExprKind {
        let span = self.span();
        let (mut ty, mut name_span) = (None, span);
        self.children(|this, kind| {
            if kind.is_type() {
                ty = this.ty();
            }
            name_span = this.span();
        });
        ExprKind::Member {
            object: Box::new(ty.unwrap_or_else(|| opaque(span))),
            name: self.names.of("class"),
            name_span,
        }
    }

    fn method_reference(&mut self) -> ExprKind {
        let span = self.span();
        let (mut object, mut member) = (None, None);
        self.children(|this, kind| match kind {
            Kind::New => member = Some((this.sym(), this.span())),
            Kind::Identifier if object.is_some() => member = Some((this.sym(), this.span())),
            _ if object.is_none() && (is_value(kind) || kind == Kind::Super || kind.is_type()) => {
                object = Some(this.expr());
            }
            _ => {}
        });
        match (object, member) {
            (Some(object), Some((name, name_span))) => ExprKind::MethodRef {
                object: Box::new(object),
                name,
                name_span,
            },
            (object, _) => ExprKind::Opaque(vec![object.unwrap_or_else(|| opaque(span))]),
        }
    }

    /// `a.b.c` where the parser expects a name.
    pub(super) fn dotted_name(&mut self) -> Expr {
        let span = self.span();
        let text = self.source();
        let mut expr: Option<Expr> = None;
        let mut start = 0;
        for part in text.split('.') {
            let trimmed = part.trim();
            let at = span.start + (start + part.len() - part.trim_start().len()) as u32;
            let name_span = Span::new(at, at + trimmed.len() as u32);
            start += part.len() + 1;
            let part = self.names.of(trimmed);
            expr = Some(match expr {
                None => name(part, name_span),
                Some(object) if self.chain < super::chains::MAX_CHAIN => {
                    let span = object.span.to(name_span);
                    Expr {
                        kind: ExprKind::Member {
                            object: Box::new(object),
                            name: part,
                            name_span,
                        },
                        span,
                    }
                }
                Some(object) => object,
            });
            if start > MAX_DOTTED {
                break;
            }
        }
        expr.unwrap_or_else(|| opaque(span))
    }

    /// The value of a field or the like, in front of which nothing can be declared.
    pub(super) fn isolated(&mut self) -> Expr {
        let (body, value) = self.with_hoisted(Self::expr);
        if body.is_empty() {
            return value;
        }
        Expr {
            span: value.span,
            kind: ExprKind::Do {
                body,
                value: Box::new(value),
            },
        }
    }

    /// An expression as the whole body of a function.
    pub(super) fn returned(&mut self) -> Vec<Stmt> {
        let (mut body, value) = self.with_hoisted(Self::expr);
        body.push(Stmt {
            span: value.span,
            kind: StmtKind::Return(Some(value)),
        });
        body
    }
}

/// The longest dotted name that is read, in bytes.
const MAX_DOTTED: usize = 1000;

/// Whether a child is an operand, also where annotations may stand.
fn is_value(kind: Kind) -> bool {
    kind.is_expression()
        || matches!(
            kind,
            Kind::ElementArray | Kind::Annotation | Kind::MarkerAnnotation | Kind::Error
        )
}

/// An expression that is assigned to.
pub(super) fn place(target: Expr) -> Pattern {
    let span = target.span;
    let kind = match target.kind {
        ExprKind::Name(name) => PatternKind::Name(name),
        _ => PatternKind::Place(target),
    };
    Pattern { kind, span }
}

fn augmented(token: Kind) -> Option<BinaryOp> {
    Some(match token {
        Kind::AssignAdd => BinaryOp::Add,
        Kind::AssignSub => BinaryOp::Sub,
        Kind::AssignMul => BinaryOp::Mul,
        Kind::AssignDiv => BinaryOp::Div,
        Kind::AssignMod => BinaryOp::Mod,
        Kind::AssignAnd => BinaryOp::BitAnd,
        Kind::AssignOr => BinaryOp::BitOr,
        Kind::AssignXor => BinaryOp::BitXor,
        Kind::AssignShl => BinaryOp::Shl,
        Kind::AssignShr => BinaryOp::Shr,
        Kind::AssignUShr => BinaryOp::UShr,
        _ => return None,
    })
}
