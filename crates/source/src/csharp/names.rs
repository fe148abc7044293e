//! Names where an expression stands: a type's arguments say nothing there.

use super::grammar::{Field, Kind};
use super::syntax::Node;
use super::{Converter, member, name, opaque};
use crate::tree::Expr;
use shindan_base::{Span, Sym};

impl Converter<'_> {
    /// The last name of a simple or qualified name.
    pub(super) fn simple_name(&mut self, node: Node) -> (Sym, Span) {
        let identifier = match self.kind(node) {
            Kind::GenericName => self.syntax.first(node, Kind::Identifier),
            Kind::QualifiedName | Kind::AliasQualifiedName => {
                // The name of a qualified name is never qualified itself.
                match self.child(node, Field::Name) {
                    Some(last) if self.kind(last) == Kind::GenericName => {
                        self.syntax.first(last, Kind::Identifier)
                    }
                    last => last,
                }
            }
            _ => Some(node),
        };
        let identifier = identifier.unwrap_or(node);
        (self.sym(identifier), self.span(identifier))
    }

    /// A name as an expression: `a`, `a.b.C`, `global::a.b`.
    pub(super) fn name_expr(&mut self, node: Node) -> Expr {
        let span = self.span(node);
        match self.kind(node) {
            Kind::QualifiedName => {
                let Some(qualifier) = self.child(node, Field::Qualifier) else {
                    return opaque(span);
                };
                if !self.depth.enter(span) {
                    return opaque(span);
                }
                let object = self.name_expr(qualifier);
                self.depth.leave();
                let (last, last_span) = self.simple_name(node);
                member(object, last, last_span, span)
            }
            Kind::AliasQualifiedName => {
                let (last, last_span) = self.simple_name(node);
                match self.child(node, Field::Alias) {
                    Some(alias) if self.source(alias) != "global" => {
                        let object = name(self.sym(alias), self.span(alias));
                        member(object, last, last_span, span)
                    }
                    _ => name(last, span),
                }
            }
            _ => {
                let (sym, _) = self.simple_name(node);
                name(sym, span)
            }
        }
    }

    /// A dotted name as one text.
    pub(super) fn dotted(&mut self, node: Node) -> Sym {
        let mut parts: Vec<&str> = Vec::new();
        let mut current = Some(node);
        while let Some(node) = current {
            current = None;
            let last = match self.kind(node) {
                Kind::QualifiedName => {
                    current = self.child(node, Field::Qualifier);
                    self.child(node, Field::Name)
                }
                Kind::AliasQualifiedName => {
                    let alias = self.child(node, Field::Alias);
                    current = alias.filter(|alias| self.source(*alias) != "global");
                    self.child(node, Field::Name)
                }
                _ => Some(node),
            };
            let last = match last {
                Some(last) if self.kind(last) == Kind::GenericName => {
                    self.syntax.first(last, Kind::Identifier)
                }
                last => last,
            };
            if let Some(last) = last {
                parts.push(self.source(last).trim_start_matches('@'));
            }
        }
        parts.reverse();
        self.names.of_temporary(&parts.join("."))
    }
}
