//! String, byte and template literals.

use std::fmt::Write;

use ruff_python_ast as ast;
use shindan_base::{Span, Sym};

use super::{Converter, at};
use crate::tree::{Expr, ExprKind};

impl Converter<'_> {
    /// The decoded value, adjacent literals joined.
    pub(super) fn string(&mut self, string: &ast::ExprStringLiteral) -> Sym {
        self.decoded(string.value.to_str(), at(string))
    }

    /// The symbol of a decoded text. Python reads every line end in a file as `\n`, the parser keeps what it finds.
    fn decoded(&mut self, text: &str, span: Span) -> Sym {
        if self.has_carriage_returns && text.contains('\r') {
            let source = span.slice(self.text);
            // Where the escape is written too, the two cannot be told apart, and the text stays as it is.
            if source.contains('\r') && !source.contains("\\r") {
                return self
                    .names
                    .intern(&text.replace("\r\n", "\n").replace('\r', "\n"));
            }
        }
        self.name(text)
    }

    pub(super) fn bytes(&mut self, literal: &ast::ExprBytesLiteral) -> ExprKind {
        let mut shown = String::new();
        for byte in literal.value.bytes() {
            if matches!(byte, b' '..=b'~') {
                shown.push(byte as char);
            } else {
                write!(shown, "\\x{byte:02x}").expect("writing to a String cannot fail");
            }
        }
        ExprKind::Bytes(self.names.intern(&shown))
    }

    pub(super) fn fstring(&mut self, string: &ast::ExprFString) -> ExprKind {
        let mut parts = Vec::new();
        for part in &string.value {
            match part {
                ast::FStringPart::Literal(literal) => {
                    self.text_part(&literal.value, at(literal), &mut parts)
                }
                ast::FStringPart::FString(inner) => self.elements(&inner.elements, &mut parts),
            }
        }
        if parts
            .iter()
            .all(|part| matches!(part.kind, ExprKind::Str(_)))
        {
            return ExprKind::Str(self.joined(&parts));
        }
        ExprKind::Template(parts)
    }

    /// A t-string makes a template object, never a string: without holes it is a template all the same.
    pub(super) fn tstring(&mut self, string: &ast::ExprTString) -> ExprKind {
        let mut parts = Vec::new();
        for inner in &string.value {
            self.elements(&inner.elements, &mut parts);
        }
        ExprKind::Template(parts)
    }

    fn elements(&mut self, elements: &[ast::InterpolatedStringElement], parts: &mut Vec<Expr>) {
        for element in elements {
            match element {
                ast::InterpolatedStringElement::Literal(literal) => {
                    self.text_part(&literal.value, at(literal), parts);
                }
                ast::InterpolatedStringElement::Interpolation(hole) => self.hole(hole, parts),
            }
        }
    }

    fn hole(&mut self, hole: &ast::InterpolatedElement, parts: &mut Vec<Expr>) {
        if let Some(debug) = &hole.debug_text {
            self.text_part(debug.as_str(), at(hole), parts);
        }
        parts.push(self.expr(&hole.expression));
        if let Some(spec) = &hole.format_spec {
            self.format_spec(&spec.elements, parts);
        }
    }

    /// The text of a format specification is not part of the result; its holes decide what is.
    fn format_spec(&mut self, elements: &[ast::InterpolatedStringElement], parts: &mut Vec<Expr>) {
        for element in elements {
            let ast::InterpolatedStringElement::Interpolation(hole) = element else {
                continue;
            };
            if self.depth.enter(at(hole)) {
                self.hole(hole, parts);
                self.depth.leave();
            }
        }
    }

    fn text_part(&mut self, text: &str, span: Span, parts: &mut Vec<Expr>) {
        if !text.is_empty() {
            parts.push(Expr {
                kind: ExprKind::Str(self.names.intern(text)),
                span,
            });
        }
    }

    fn joined(&mut self, parts: &[Expr]) -> Sym {
        match parts {
            [] => Sym::EMPTY,
            [
                Expr {
                    kind: ExprKind::Str(only),
                    ..
                },
            ] => *only,
            _ => {
                let mut whole = String::new();
                for part in parts {
                    if let ExprKind::Str(text) = part.kind {
                        whole.push_str(self.names.text(text));
                    }
                }
                self.names.intern(&whole)
            }
        }
    }
}
