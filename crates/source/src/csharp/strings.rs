//! String and character literals, decoded.

use std::borrow::Cow;

use shindan_base::Span;

use super::grammar::Kind;
use super::syntax::Node;
use super::{Converter, expr};
use crate::tree::{Expr, ExprKind};

impl<'a> Converter<'a> {
    /// A literal without holes.
    pub(super) fn string(&mut self, node: Node) -> ExprKind {
        let text = self.source(node);
        let value = match self.kind(node) {
            Kind::VerbatimStringLiteral => {
                let inner = text.strip_prefix("@\"").unwrap_or(text);
                verbatim(without_end(inner, "\""))
            }
            Kind::RawStringLiteral => raw(text),
            Kind::CharacterLiteral => {
                let inner = text.strip_prefix('\'').unwrap_or(text);
                regular(inner.strip_suffix('\'').unwrap_or(inner))
            }
            _ => {
                let inner = text.strip_prefix('"').unwrap_or(text);
                regular(without_end(inner, "\""))
            }
        };
        ExprKind::Str(match value {
            Cow::Borrowed(value) => self.names.of(value),
            Cow::Owned(value) => self.names.of_temporary(&value),
        })
    }

    /// `$"a{b}"` in its three forms.
    pub(super) fn interpolated(&mut self, node: Node) -> ExprKind {
        let mut form = Form::Regular;
        for child in self.children(node) {
            match self.kind(child) {
                Kind::InterpolationStart if self.source(child).contains('@') => {
                    form = Form::Verbatim;
                }
                Kind::InterpolationQuote => form = Form::Raw,
                _ => {}
            }
        }
        let margin = match form {
            Form::Raw => margin(self.source(node)).to_owned(),
            _ => String::new(),
        };
        let mut parts: Vec<Expr> = Vec::new();
        let (mut text, mut text_span) = (String::new(), None::<Span>);
        for child in self.children(node) {
            let span = self.span(child);
            match self.kind(child) {
                Kind::StringContent | Kind::EscapeSequence => {
                    let source = self.source(child);
                    text_span = Some(text_span.map_or(span, |start| start.to(span)));
                    match (self.kind(child), form) {
                        (Kind::EscapeSequence, _) => text.push_str(&regular(source)),
                        (_, Form::Raw) => text.push_str(source),
                        (_, Form::Verbatim) => text.push_str(&braces(&verbatim(source))),
                        (_, Form::Regular) => text.push_str(&braces(source)),
                    }
                }
                Kind::Interpolation => {
                    self.text_part(&mut text, &mut text_span, &mut parts);
                    if let Some(hole) = self.operand(child) {
                        parts.push(self.expr(hole));
                    }
                }
                _ => {}
            }
        }
        self.text_part(&mut text, &mut text_span, &mut parts);
        if form == Form::Raw {
            self.without_margin(&margin, &mut parts);
        }
        match parts.as_slice() {
            [] => ExprKind::Str(shindan_base::Sym::EMPTY),
            [only] if matches!(only.kind, ExprKind::Str(_)) => match parts.pop() {
                Some(only) => only.kind,
                None => ExprKind::Template(parts),
            },
            _ => ExprKind::Template(parts),
        }
    }

    fn text_part(&mut self, text: &mut String, at: &mut Option<Span>, parts: &mut Vec<Expr>) {
        if let Some(span) = at.take()
            && !text.is_empty()
        {
            let sym = self.names.of_temporary(text);
            parts.push(expr(ExprKind::Str(sym), span));
        }
        text.clear();
    }

    /// Takes the first and last line end and the margin out of a raw string of several lines.
    fn without_margin(&mut self, margin: &str, parts: &mut [Expr]) {
        let last = parts.len().saturating_sub(1);
        for (i, part) in parts.iter_mut().enumerate() {
            let ExprKind::Str(sym) = &mut part.kind else {
                continue;
            };
            let source = part.span;
            let Some(text) = self.text.get(source.start as usize..source.end as usize) else {
                continue;
            };
            if !text.contains('\n') {
                continue;
            }
            let mut value = text.replace(&format!("\n{margin}"), "\n");
            if i == last && value.trim_end_matches([' ', '\t']).ends_with('\n') {
                value.truncate(value.trim_end_matches([' ', '\t']).len() - 1);
            }
            let value = match i {
                0 => value
                    .strip_prefix("\r\n")
                    .or(value.strip_prefix('\n'))
                    .unwrap_or(&value),
                _ => &value,
            };
            *sym = self
                .names
                .of_temporary(value.strip_suffix('\r').unwrap_or(value));
        }
    }
}

/// How an interpolated string is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Regular,
    Verbatim,
    Raw,
}

/// The text before the closing quote, behind which an encoding may stand.
fn without_end<'t>(text: &'t str, quote: &str) -> &'t str {
    text.rfind(quote).map_or(text, |end| &text[..end])
}

fn verbatim(text: &str) -> Cow<'_, str> {
    if text.contains("\"\"") {
        Cow::Owned(text.replace("\"\"", "\""))
    } else {
        Cow::Borrowed(text)
    }
}

/// Doubled braces are single ones.
fn braces(text: &str) -> Cow<'_, str> {
    if text.contains(['{', '}']) {
        Cow::Owned(text.replace("{{", "{").replace("}}", "}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The white space in front of a raw string's closing quotes, which is in front of every line of it.
fn margin(literal: &str) -> &str {
    let body = literal.trim_end_matches('"');
    let line = body.rsplit('\n').next().unwrap_or_default();
    if line.len() < body.len() && line.trim().is_empty() {
        line
    } else {
        ""
    }
}

/// A raw string literal: without quotes, and where it has several lines, without margin.
fn raw(literal: &str) -> Cow<'_, str> {
    let literal = literal
        .strip_suffix("u8")
        .or(literal.strip_suffix("U8"))
        .unwrap_or(literal);
    let quotes = literal.len() - literal.trim_start_matches('"').len();
    let quotes = quotes.min(literal.len() / 2);
    let body = &literal[quotes..literal.len() - quotes];
    let Some((first, rest)) = body.split_once('\n') else {
        return Cow::Borrowed(body);
    };
    if !first.trim().is_empty() {
        return Cow::Borrowed(body);
    }
    let margin = margin(literal);
    let mut lines: Vec<&str> = rest.split('\n').collect();
    lines.pop();
    let lines: Vec<&str> = lines
        .iter()
        .map(|line| line.strip_prefix(margin).unwrap_or(line))
        .map(|line| line.strip_suffix('\r').unwrap_or(line))
        .collect();
    Cow::Owned(lines.join("\n"))
}

/// Resolves escape sequences.
fn regular(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let Some(kind) = rest.chars().next() else {
            out.push('\\');
            break;
        };
        rest = &rest[kind.len_utf8()..];
        let digits = match kind {
            'x' => 1..=4,
            'u' => 4..=4,
            'U' => 8..=8,
            _ => {
                out.push(match kind {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    '0' => '\0',
                    'a' => '\u{7}',
                    'b' => '\u{8}',
                    'e' => '\u{1b}',
                    'f' => '\u{c}',
                    'v' => '\u{b}',
                    other => other,
                });
                continue;
            }
        };
        let length = rest
            .bytes()
            .take(*digits.end())
            .take_while(u8::is_ascii_hexdigit)
            .count();
        let code = u32::from_str_radix(&rest[..length], 16).ok();
        match code
            .and_then(char::from_u32)
            .filter(|_| digits.contains(&length))
        {
            Some(char) => out.push(char),
            None => out.push('\u{fffd}'),
        }
        rest = &rest[length..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_resolved() {
        assert_eq!(
            regular(r#"a\n\t\"\\\x41\u0042\U00000043\q"#),
            "a\n\t\"\\ABCq"
        );
        assert_eq!(regular("\\ud800\\"), "\u{fffd}\\");
    }

    #[test]
    fn raw_strings_lose_their_margin() {
        assert_eq!(raw("\"\"\"a \"b\"\"\"\""), "a \"b\"");
        assert_eq!(raw("\"\"\"\n    a\r\n      b\n    \"\"\""), "a\n  b");
    }

    #[test]
    fn quotes_and_braces_are_single() {
        assert_eq!(verbatim("a\"\"b"), "a\"b");
        assert_eq!(braces("{{x}}"), "{x}");
    }
}
