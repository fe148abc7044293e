//! Types: of variables, results, casts, `new`, bases and exceptions.

use shindan_base::{Span, Sym};

use super::grammar::{Field, Kind};
use super::{Converter, name, opaque};
use crate::tree::{Expr, ExprKind};

/// What a pattern binds: a name, its declared type, and where the name stands.
pub(super) type Bind = (Sym, Option<Expr>, Span);

impl Converter<'_> {
    /// The type at the cursor; none for `var`.
    pub(super) fn ty(&mut self) -> Option<Expr> {
        let span = self.span();
        match self.kind() {
            Kind::TypeIdentifier | Kind::Identifier => match self.source() {
                "var" | "" => None,
                text => Some(name(self.names.of(text), span)),
            },
            Kind::VoidType | Kind::IntegralType | Kind::FloatType | Kind::BooleanType => {
                Some(name(self.sym(), span))
            }
            kind => {
                if !self.depth.enter(span) {
                    return Some(opaque(span));
                }
                let ty = self.nested_type(kind);
                self.depth.leave();
                ty
            }
        }
    }

    fn nested_type(&mut self, kind: Kind) -> Option<Expr> {
        let span = self.span();
        match kind {
            Kind::ScopedIdentifier => Some(self.dotted_name()),
            Kind::ScopedType => {
                let mut expr: Option<Expr> = None;
                self.children(|this, kind| {
                    if !kind.is_type() {
                        return;
                    }
                    let at = this.span();
                    expr = match expr.take() {
                        None => this.ty(),
                        Some(object) => Some(Expr {
                            span: object.span.to(at),
                            kind: ExprKind::Member {
                                object: Box::new(object),
                                name: this.sym(),
                                name_span: at,
                            },
                        }),
                    };
                });
                expr
            }
            Kind::GenericType => {
                let (mut generic, mut arguments) = (None, Vec::new());
                self.children(|this, kind| match kind {
                    Kind::TypeArguments => arguments = this.type_arguments(),
                    _ if kind.is_type() => generic = this.ty(),
                    _ => {}
                });
                let generic = generic?;
                let index = match (arguments.pop(), arguments.is_empty()) {
                    (None, _) => return Some(generic),
                    (Some(only), true) => only,
                    (Some(last), false) => {
                        let at = arguments[0].span.to(last.span);
                        arguments.push(last);
                        Expr {
                            kind: ExprKind::Tuple(arguments),
                            span: at,
                        }
                    }
                };
                Some(Expr {
                    kind: ExprKind::Index {
                        object: Box::new(generic),
                        index: Box::new(index),
                    },
                    span,
                })
            }
            Kind::ArrayType => {
                let (mut element, mut dimensions) = (None, 0);
                self.children(|this, _| match this.field() {
                    Field::Element => element = this.ty(),
                    Field::Dimensions => dimensions = this.dimensions(),
                    _ => {}
                });
                element.map(|element| self.array_of(element, dimensions))
            }
            // Annotations and bounds stand before the type that counts.
            _ => {
                let mut ty = None;
                self.children(|this, kind| {
                    if kind.is_type() {
                        ty = this.ty();
                    }
                });
                ty
            }
        }
    }

    fn type_arguments(&mut self) -> Vec<Expr> {
        let mut arguments = Vec::new();
        self.children(|this, kind| {
            let span = this.span();
            if kind == Kind::Wildcard {
                let anything = name(this.names.of("?"), span);
                arguments.push(this.ty().unwrap_or(anything));
            } else if kind.is_type() {
                arguments.extend(this.ty());
            }
        });
        arguments
    }

    /// Every type among the children, as in `implements A, B` and `catch (A | B e)`.
    pub(super) fn type_list(&mut self) -> Vec<Expr> {
        let mut types = Vec::new();
        self.children(|this, kind| match kind {
            Kind::TypeList => types.extend(this.type_list()),
            _ if kind.is_type() => types.extend(this.ty()),
            _ => {}
        });
        types
    }

    /// How many `[]` stand here.
    pub(super) fn dimensions(&mut self) -> usize {
        let text = self.source();
        memchr::memchr_iter(b'[', text.as_bytes())
            .take(MAX_DIMENSIONS)
            .count()
    }

    pub(super) fn array_of(&mut self, element: Expr, dimensions: usize) -> Expr {
        let mut ty = element;
        for _ in 0..dimensions {
            let span = ty.span;
            ty = Expr {
                kind: ExprKind::Index {
                    object: Box::new(name(self.names.of("[]"), span)),
                    index: Box::new(ty),
                },
                span,
            };
        }
        ty
    }

    /// A type pattern or record pattern: the type it asks for, and all names bound inside.
    pub(super) fn pattern(&mut self, binds: &mut Vec<Bind>) -> Option<Expr> {
        let mut class = None;
        self.children(|this, kind| match kind {
            Kind::TypePattern => class = this.typed_pattern(binds),
            Kind::RecordPattern => class = this.record_pattern(binds),
            _ => {}
        });
        class
    }

    /// `T name`.
    fn typed_pattern(&mut self, binds: &mut Vec<Bind>) -> Option<Expr> {
        let mut class = None;
        self.children(|this, kind| {
            if kind.is_type() {
                class = this.ty();
            } else if kind == Kind::Identifier && this.source() != "_" {
                binds.push((this.sym(), class.as_ref().map(copied), this.span()));
            }
        });
        class
    }

    /// `T(A a, U(B b))`.
    pub(super) fn record_pattern(&mut self, binds: &mut Vec<Bind>) -> Option<Expr> {
        let span = self.span();
        if !self.depth.enter(span) {
            return Some(opaque(span));
        }
        let mut class = None;
        self.children(|this, kind| match kind {
            Kind::Identifier | Kind::GenericType => class = this.ty(),
            Kind::RecordPatternBody => this.children(|this, kind| match kind {
                Kind::RecordPattern => {
                    this.record_pattern(binds);
                }
                Kind::RecordPatternComponent => {
                    this.typed_pattern(binds);
                }
                _ => {}
            }),
            _ => {}
        });
        self.depth.leave();
        class
    }
}

/// A type once more, for a second place that says it.
pub(super) fn copied(ty: &Expr) -> Expr {
    let kind = match &ty.kind {
        ExprKind::Name(name) => ExprKind::Name(*name),
        ExprKind::Member {
            object,
            name,
            name_span,
        } => ExprKind::Member {
            object: Box::new(copied(object)),
            name: *name,
            name_span: *name_span,
        },
        ExprKind::Index { object, index } => ExprKind::Index {
            object: Box::new(copied(object)),
            index: Box::new(copied(index)),
        },
        ExprKind::Tuple(types) => ExprKind::Tuple(types.iter().map(copied).collect()),
        // Types consist of nothing else.
        _ => ExprKind::Opaque(Vec::new()),
    };
    Expr {
        kind,
        span: ty.span,
    }
}

/// The language allows 255.
const MAX_DIMENSIONS: usize = 255;
