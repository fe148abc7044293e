//! Attributes and modifiers.

use shindan_base::Span;

use super::grammar::{Field, Kind};
use super::syntax::Node;
use super::{Converter, expr, name};
use crate::tree::{Arg, Expr, ExprKind};

/// What the modifiers of a declaration say.
#[derive(Clone, Copy, Default)]
pub(super) struct Modifiers {
    pub(super) is_public: bool,
    pub(super) is_private: bool,
    pub(super) is_static: bool,
    pub(super) is_abstract: bool,
    pub(super) is_async: bool,
    pub(super) is_const: bool,
    pub(super) is_partial: bool,
}

impl<'a> Converter<'a> {
    pub(super) fn modifiers(&mut self, node: Node) -> Modifiers {
        let mut modifiers = Modifiers {
            is_private: true,
            ..Modifiers::default()
        };
        for child in self.children(node) {
            if self.kind(child) != Kind::Modifier {
                continue;
            }
            match self.source(child) {
                "public" => (modifiers.is_public, modifiers.is_private) = (true, false),
                "internal" | "protected" => modifiers.is_private = false,
                "static" => modifiers.is_static = true,
                "const" => modifiers.is_const = true,
                "abstract" => modifiers.is_abstract = true,
                "async" => modifiers.is_async = true,
                "partial" => modifiers.is_partial = true,
                _ => {}
            }
        }
        modifiers
    }

    /// Where a declaration stands, its attributes left out.
    pub(super) fn own_span(&self, node: Node) -> Span {
        let mut span = self.span(node);
        let first = self.children(node).find(|child| {
            !matches!(
                self.kind(*child),
                Kind::AttributeList | Kind::PreprocIfInAttributes
            )
        });
        if let Some(first) = first {
            span.start = self.span(first).start;
        }
        span
    }

    /// The attributes in front of a declaration or parameter.
    pub(super) fn attributes(&mut self, node: Node) -> Vec<Expr> {
        let mut found = Vec::new();
        for child in self.children(node) {
            match self.kind(child) {
                Kind::AttributeList => self.attribute_list(child, &mut found),
                Kind::PreprocIfInAttributes => self.conditional_attributes(child, &mut found),
                _ => {}
            }
        }
        found
    }

    pub(super) fn attribute_list(&mut self, list: Node, found: &mut Vec<Expr>) {
        for child in self.children(list) {
            if self.kind(child) == Kind::Attribute {
                found.push(self.attribute(child));
            }
        }
    }

    fn conditional_attributes(&mut self, section: Node, found: &mut Vec<Expr>) {
        if !self.depth.enter(self.span(section)) {
            return;
        }
        for child in self.children(section) {
            match self.kind(child) {
                Kind::AttributeList => self.attribute_list(child, found),
                Kind::PreprocIfInAttributes | Kind::PreprocElse | Kind::PreprocElif => {
                    self.conditional_attributes(child, found);
                }
                _ => {}
            }
        }
        self.depth.leave();
    }

    /// `Name` or `Name(…)`; the suffix that the class may have and the attribute may leave out is left out.
    fn attribute(&mut self, attribute: Node) -> Expr {
        let span = self.span(attribute);
        let mut callee = match self.child(attribute, Field::Name) {
            Some(node) => self.name_expr(node),
            None => name(shindan_base::Sym::EMPTY, span),
        };
        if let ExprKind::Name(last) | ExprKind::Member { name: last, .. } = &mut callee.kind {
            let source = self
                .child(attribute, Field::Name)
                .map(|node| self.source(node));
            let source = source.unwrap_or_default();
            let text = source.rsplit(['.', ':']).next().unwrap_or(source);
            if let Some(short) = text
                .strip_suffix("Attribute")
                .filter(|short| !short.is_empty())
            {
                *last = self.names.of(short);
            }
        }
        let Some(list) = self.syntax.first(attribute, Kind::AttributeArgumentList) else {
            return callee;
        };
        let mut args = Vec::new();
        for child in self.children(list) {
            if self.kind(child) != Kind::AttributeArgument {
                continue;
            }
            let key = self.child(child, Field::Name);
            let value = self
                .children(child)
                .find(|part| self.kind(*part).is_expression() && Some(*part) != key);
            let Some(value) = value else { continue };
            let value = self.alone(|this| this.expr(value));
            args.push(match key {
                Some(key) => Arg::Named {
                    name: self.sym(key),
                    value,
                },
                None => Arg::Positional(value),
            });
        }
        let kind = ExprKind::Call {
            callee: Box::new(callee),
            args,
        };
        expr(kind, span)
    }
}
