//! JSX: elements, attributes, and text as React sees it.

use oxc_ast::ast::{
    self, JSXAttributeItem, JSXAttributeName, JSXAttributeValue, JSXChild, JSXElementName,
    JSXExpression, JSXMemberExpressionObject, match_expression,
};
use oxc_syntax::xml_entities::decode_entities;
use shindan_base::{Span, Sym};

use super::convert::{Converter, MAX_CHAIN, member, span};
use crate::tree::{Element, Expr, ExprKind};

impl<'a> Converter<'a> {
    pub(super) fn element(&mut self, element: &'a ast::JSXElement<'a>) -> Element {
        let opening = &element.opening_element;
        Element {
            name: Some(self.tag(&opening.name)),
            attributes: opening
                .attributes
                .iter()
                .map(|attribute| self.attribute(attribute))
                .collect(),
            children: self.children(&element.children),
        }
    }

    pub(super) fn fragment(&mut self, fragment: &'a ast::JSXFragment<'a>) -> Element {
        Element {
            name: None,
            attributes: Vec::new(),
            children: self.children(&fragment.children),
        }
    }

    fn nested_element(&mut self, element: &'a ast::JSXElement<'a>) -> Expr {
        self.nested(span(element.span), |c| {
            ExprKind::Element(Box::new(c.element(element)))
        })
    }

    fn nested_fragment(&mut self, fragment: &'a ast::JSXFragment<'a>) -> Expr {
        self.nested(span(fragment.span), |c| {
            ExprKind::Element(Box::new(c.fragment(fragment)))
        })
    }

    fn tag(&mut self, name: &'a JSXElementName<'a>) -> Expr {
        match name {
            JSXElementName::Identifier(id) => self.str(id.name.as_str(), span(id.span)),
            JSXElementName::IdentifierReference(id) => self.reference(id),
            JSXElementName::NamespacedName(name) => Expr {
                kind: ExprKind::Str(self.namespaced(name)),
                span: span(name.span),
            },
            JSXElementName::MemberExpression(expr) => self.member_tag(expr),
            JSXElementName::ThisExpression(this) => Expr {
                kind: ExprKind::This,
                span: span(this.span),
            },
        }
    }

    fn member_tag(&mut self, expr: &'a ast::JSXMemberExpression<'a>) -> Expr {
        let mut links = vec![expr];
        let first = loop {
            let Some(link) = links.last() else {
                return super::convert::opaque(span(expr.span));
            };
            match &link.object {
                JSXMemberExpressionObject::MemberExpression(inner) => links.push(inner),
                JSXMemberExpressionObject::IdentifierReference(id) => break self.reference(id),
                JSXMemberExpressionObject::ThisExpression(this) => {
                    break Expr {
                        kind: ExprKind::This,
                        span: span(this.span),
                    };
                }
            }
        };
        let too_long = links.len().saturating_sub(MAX_CHAIN);
        links
            .into_iter()
            .skip(too_long)
            .rev()
            .fold(first, |object, link| {
                let name = self.names.of(link.property.name.as_str());
                member(object, name, span(link.property.span), span(link.span))
            })
    }

    fn namespaced(&mut self, name: &'a ast::JSXNamespacedName<'a>) -> Sym {
        let parts = [name.namespace.name.as_str(), ":", name.name.name.as_str()];
        let text = self.allocator.alloc_concat_strs_array(parts);
        self.names.of(text)
    }

    fn attribute(&mut self, item: &'a JSXAttributeItem<'a>) -> (Sym, Option<Expr>) {
        match item {
            JSXAttributeItem::SpreadAttribute(spread) => {
                (Sym::EMPTY, Some(self.expr(&spread.argument)))
            }
            JSXAttributeItem::Attribute(attribute) => {
                let name = match &attribute.name {
                    JSXAttributeName::Identifier(id) => self.names.of(id.name.as_str()),
                    JSXAttributeName::NamespacedName(name) => self.namespaced(name),
                };
                let value = attribute.value.as_ref().and_then(|value| match value {
                    JSXAttributeValue::StringLiteral(literal) => {
                        let text = self.without_entities(literal.value.as_str());
                        Some(self.str(text, span(literal.span)))
                    }
                    JSXAttributeValue::ExpressionContainer(container) => {
                        self.contained(&container.expression)
                    }
                    JSXAttributeValue::Element(element) => Some(self.nested_element(element)),
                    JSXAttributeValue::Fragment(fragment) => Some(self.nested_fragment(fragment)),
                });
                (name, value)
            }
        }
    }

    fn children(&mut self, children: &'a [JSXChild<'a>]) -> Vec<Expr> {
        children
            .iter()
            .filter_map(|child| self.child(child))
            .collect()
    }

    fn child(&mut self, child: &'a JSXChild<'a>) -> Option<Expr> {
        match child {
            JSXChild::Text(text) => self.text(text.value.as_str(), span(text.span)),
            JSXChild::Element(element) => Some(self.nested_element(element)),
            JSXChild::Fragment(fragment) => Some(self.nested_fragment(fragment)),
            JSXChild::ExpressionContainer(container) => self.contained(&container.expression),
            JSXChild::Spread(spread) => Some(Expr {
                kind: ExprKind::Spread(self.boxed(&spread.expression)),
                span: span(spread.span),
            }),
        }
    }

    /// `{expr}`; an empty one or a comment is nothing.
    fn contained(&mut self, expr: &'a JSXExpression<'a>) -> Option<Expr> {
        match expr {
            JSXExpression::EmptyExpression(_) => None,
            match_expression!(JSXExpression) => Some(self.expr(expr.to_expression())),
        }
    }

    /// Text between tags: line ends and the indentation around them collapse to one space between words.
    fn text(&mut self, text: &'a str, span: Span) -> Option<Expr> {
        if !text.contains(['\n', '\r']) {
            let text = self.without_entities(text);
            return Some(self.str(text, span));
        }
        let lines: Vec<&str> = text.split(['\n', '\r']).collect();
        let last = lines.len() - 1;
        let mut joined = String::new();
        for (i, line) in lines.iter().enumerate() {
            let line = if i > 0 {
                line.trim_start_matches([' ', '\t'])
            } else {
                line
            };
            let line = if i < last {
                line.trim_end_matches([' ', '\t'])
            } else {
                line
            };
            if !line.is_empty() {
                if !joined.is_empty() {
                    joined.push(' ');
                }
                joined.push_str(line);
            }
        }
        if joined.is_empty() {
            return None;
        }
        let text = self.allocator.alloc_str(&joined);
        let text = self.without_entities(text);
        Some(self.str(text, span))
    }

    fn without_entities(&self, text: &'a str) -> &'a str {
        let mut decoded = None;
        decode_entities(text, &mut decoded, text.len(), self.allocator);
        decoded.map_or(text, |decoded| decoded.into_str())
    }
}
