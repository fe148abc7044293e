//! Literals: numbers, strings, templates, regular expressions, objects.

use oxc_ast::ast::{
    self, Expression, ObjectPropertyKind, PropertyKey, PropertyKind, match_expression,
};
use shindan_base::Sym;

use super::convert::{Converter, span};
use crate::tree::{Entry, Expr, ExprKind};

/// Integers below this have one reading as a JavaScript number.
const MAX_SAFE: f64 = 9_007_199_254_740_992.0;

pub(super) fn number(value: f64) -> ExprKind {
    if value.fract() == 0.0 && value.abs() < MAX_SAFE {
        ExprKind::Int(value as i64)
    } else {
        ExprKind::Float(value)
    }
}

/// A big integer from its decimal digits.
pub(super) fn big_int(digits: &str) -> ExprKind {
    digits
        .parse()
        .map_or(ExprKind::Opaque(Vec::new()), ExprKind::Int)
}

impl<'a> Converter<'a> {
    pub(super) fn string(&mut self, literal: &'a ast::StringLiteral<'a>) -> Sym {
        self.decoded(literal.value.as_str(), literal.lone_surrogates)
    }

    /// The parser writes a lone surrogate as a replacement character and four digits; the digits are dropped.
    fn decoded(&mut self, text: &'a str, has_lone_surrogates: bool) -> Sym {
        if !has_lone_surrogates {
            return self.names.of(text);
        }
        let mut parts = text.split(char::REPLACEMENT_CHARACTER);
        let mut out = parts.next().unwrap_or("").to_owned();
        for part in parts {
            out.push(char::REPLACEMENT_CHARACTER);
            out.push_str(part.get(4..).unwrap_or(""));
        }
        self.names.of_temporary(&out)
    }

    pub(super) fn regex(&mut self, literal: &'a ast::RegExpLiteral<'a>) -> ExprKind {
        ExprKind::Regex {
            pattern: self.names.of(literal.regex.pattern.text.as_str()),
            flags: self
                .names
                .of_temporary(literal.regex.flags.to_inline_string().as_str()),
        }
    }

    /// A template literal; without holes it is a string.
    pub(super) fn template(&mut self, template: &'a ast::TemplateLiteral<'a>) -> ExprKind {
        match (template.quasis.as_slice(), template.expressions.is_empty()) {
            ([only], true) => ExprKind::Str(self.quasi(only)),
            _ => ExprKind::Template(self.template_parts(template)),
        }
    }

    /// The strings and holes in source order, without the empty strings between them.
    pub(super) fn template_parts(&mut self, template: &'a ast::TemplateLiteral<'a>) -> Vec<Expr> {
        let mut parts = Vec::with_capacity(template.quasis.len() + template.expressions.len());
        let mut holes = template.expressions.iter();
        for quasi in &template.quasis {
            let text = self.quasi(quasi);
            if text != Sym::EMPTY {
                parts.push(Expr {
                    kind: ExprKind::Str(text),
                    span: span(quasi.span),
                });
            }
            if let Some(hole) = holes.next() {
                parts.push(self.expr(hole));
            }
        }
        parts
    }

    /// A tagged template may hold escapes that mean nothing; these are kept as written.
    fn quasi(&mut self, quasi: &'a ast::TemplateElement<'a>) -> Sym {
        match &quasi.value.cooked {
            Some(cooked) => self.decoded(cooked.as_str(), quasi.lone_surrogates),
            None => self.names.of(quasi.value.raw.as_str()),
        }
    }

    pub(super) fn object(&mut self, object: &'a ast::ObjectExpression<'a>) -> ExprKind {
        ExprKind::Map(
            object
                .properties
                .iter()
                .map(|property| self.property(property))
                .collect(),
        )
    }

    fn property(&mut self, property: &'a ObjectPropertyKind<'a>) -> Entry {
        let property = match property {
            ObjectPropertyKind::SpreadProperty(spread) => {
                return Entry::Spread(self.expr(&spread.argument));
            }
            ObjectPropertyKind::ObjectProperty(property) => property,
        };
        let key = self.key(&property.key);
        let is_setter = match property.kind {
            PropertyKind::Get => false,
            PropertyKind::Set => true,
            PropertyKind::Init if !property.method => {
                return Entry::Pair {
                    key,
                    value: self.expr(&property.value),
                };
            }
            PropertyKind::Init => {
                let value = match &property.value {
                    Expression::FunctionExpression(f) => {
                        let at = span(property.span);
                        let mut value =
                            self.nested(at, |c| ExprKind::Function(Box::new(c.function(f))));
                        if let ExprKind::Function(function) = &mut value.kind {
                            function.span = at;
                            function.name_span = key.span;
                        }
                        value
                    }
                    other => self.expr(other),
                };
                return Entry::Pair { key, value };
            }
        };
        match &property.value {
            Expression::FunctionExpression(f) => {
                let mut function = self.function(f);
                function.span = span(property.span);
                function.name_span = key.span;
                Entry::Accessor {
                    key,
                    function: Box::new(function),
                    is_setter,
                }
            }
            other => Entry::Pair {
                key,
                value: self.expr(other),
            },
        }
    }

    /// The key of a property as an expression: a `Str` unless it is computed or a number.
    pub(super) fn key(&mut self, key: &'a PropertyKey<'a>) -> Expr {
        match key {
            PropertyKey::StaticIdentifier(name) => self.str(name.name.as_str(), span(name.span)),
            PropertyKey::PrivateIdentifier(name) => Expr {
                kind: ExprKind::Str(self.private(name)),
                span: span(name.span),
            },
            match_expression!(PropertyKey) => self.expr(key.to_expression()),
        }
    }

    /// The name of a property if it is known without evaluating anything.
    pub(super) fn key_name(&mut self, key: &'a PropertyKey<'a>) -> Option<Sym> {
        match key {
            PropertyKey::StaticIdentifier(name) => Some(self.names.of(name.name.as_str())),
            PropertyKey::PrivateIdentifier(name) => Some(self.private(name)),
            PropertyKey::StringLiteral(literal) => Some(self.string(literal)),
            PropertyKey::NumericLiteral(literal) => {
                let text = match number(literal.value) {
                    ExprKind::Int(int) => int.to_string(),
                    _ => literal.value.to_string(),
                };
                Some(self.names.of_temporary(&text))
            }
            PropertyKey::TemplateLiteral(template) if template.expressions.is_empty() => {
                template.quasis.first().map(|quasi| self.quasi(quasi))
            }
            match_expression!(PropertyKey) => None,
        }
    }

    /// A private name, `#` included.
    pub(super) fn private(&mut self, name: &'a ast::PrivateIdentifier<'a>) -> Sym {
        let text = self
            .allocator
            .alloc_concat_strs_array(["#", name.name.as_str()]);
        self.names.of(text)
    }
}
