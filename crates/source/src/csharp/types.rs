//! Declared types, as far as they name classes.

use super::grammar::{Field, Kind};
use super::syntax::Node;
use super::{Converter, expr, member, name};
use crate::tree::{Expr, ExprKind};

impl Converter<'_> {
    /// A type, or none where it says nothing: `var`, `dynamic`, `void`.
    pub(super) fn ty(&mut self, node: Node) -> Option<Expr> {
        let span = self.span(node);
        if !self.depth.enter(span) {
            return None;
        }
        let ty = self.ty_inside(node);
        self.depth.leave();
        ty
    }

    /// The type in a field of a node.
    pub(super) fn type_in(&mut self, node: Node, field: Field) -> Option<Expr> {
        let ty = self.child(node, field)?;
        self.ty(ty)
    }

    fn ty_inside(&mut self, node: Node) -> Option<Expr> {
        let span = self.span(node);
        match self.kind(node) {
            Kind::Identifier => {
                let sym = self.sym(node);
                (self.source(node) != "dynamic").then(|| name(sym, span))
            }
            Kind::PredefinedType => {
                let sym = self.sym(node);
                (self.source(node) != "void").then(|| name(sym, span))
            }
            Kind::QualifiedName => {
                let qualifier = self.child(node, Field::Qualifier)?;
                let object = self.ty(qualifier)?;
                let last = self.child(node, Field::Name)?;
                let (last_name, last_span) = self.simple_name(last);
                let whole = member(object, last_name, last_span, span);
                Some(self.with_type_arguments(whole, last))
            }
            Kind::AliasQualifiedName => {
                let last = self.child(node, Field::Name)?;
                let whole = self.name_expr(node);
                Some(self.with_type_arguments(whole, last))
            }
            Kind::GenericName => {
                let whole = self.name_expr(node);
                Some(self.with_type_arguments(whole, node))
            }
            Kind::ArrayType => {
                let element = self.type_in(node, Field::Type)?;
                let array = self.names.of_temporary("[]");
                let kind = ExprKind::Index {
                    object: Box::new(name(array, span)),
                    index: Box::new(element),
                };
                Some(expr(kind, span))
            }
            Kind::NullableType | Kind::PointerType | Kind::RefType | Kind::ScopedType => {
                self.type_in(node, Field::Type)
            }
            Kind::TupleType => {
                let mut items = Vec::new();
                for child in self.children(node) {
                    if self.kind(child) == Kind::TupleElement {
                        items.extend(self.type_in(child, Field::Type));
                    }
                }
                Some(expr(ExprKind::Tuple(items), span))
            }
            _ => None,
        }
    }

    /// `whole<arguments>`, where the name has arguments.
    fn with_type_arguments(&mut self, whole: Expr, generic: Node) -> Expr {
        if self.kind(generic) != Kind::GenericName {
            return whole;
        }
        let Some(list) = self.syntax.first(generic, Kind::TypeArguments) else {
            return whole;
        };
        let mut items = Vec::new();
        for child in self.children(list) {
            if self.kind(child).is_type() {
                items.extend(self.ty(child));
            }
        }
        let span = whole.span;
        let list_span = self.span(list);
        let index = match (items.pop(), items.is_empty()) {
            (None, _) => return whole,
            (Some(only), true) => only,
            (Some(last), false) => {
                items.push(last);
                expr(ExprKind::Tuple(items), list_span)
            }
        };
        let kind = ExprKind::Index {
            object: Box::new(whole),
            index: Box::new(index),
        };
        expr(kind, span)
    }
}
