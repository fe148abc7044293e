//! Literals: numbers, characters, strings, text blocks, and the templates of Java 21's previews.

use super::Converter;
use super::grammar::{Field, Kind};
use crate::tree::{Expr, ExprKind};

impl Converter<'_> {
    pub(super) fn integer(&mut self) -> ExprKind {
        integer(self.source()).map_or(ExprKind::Opaque(Vec::new()), ExprKind::Int)
    }

    pub(super) fn float(&mut self) -> ExprKind {
        let digits = self.source().trim_end_matches(['f', 'F', 'd', 'D']);
        let value = if digits.contains('_') {
            digits.replace('_', "").parse()
        } else {
            digits.parse()
        };
        value.map_or(ExprKind::Opaque(Vec::new()), ExprKind::Float)
    }

    pub(super) fn character(&mut self) -> ExprKind {
        let text = self.source();
        let inside = text
            .strip_prefix('\'')
            .and_then(|rest| rest.strip_suffix('\''))
            .unwrap_or("");
        if inside.contains('\\') {
            let decoded = decoded(inside);
            ExprKind::Str(self.names.of_temporary(&decoded))
        } else {
            ExprKind::Str(self.names.of(inside))
        }
    }

    /// A string or a text block; one with holes is a template.
    pub(super) fn string(&mut self) -> ExprKind {
        let text = self.source();
        if text.contains("\\{") && self.enter(|kind, _| kind == Kind::Interpolation) {
            self.cursor.goto_parent();
            return ExprKind::Template(self.template_parts());
        }
        if let Some(block) = text.strip_prefix("\"\"\"") {
            let block = block.strip_suffix("\"\"\"").unwrap_or(block);
            let block = text_block(block);
            return ExprKind::Str(self.names.of_temporary(&block));
        }
        let inside = text.strip_prefix('"').unwrap_or(text);
        let inside = inside.strip_suffix('"').unwrap_or(inside);
        if inside.contains('\\') {
            let decoded = decoded(inside);
            ExprKind::Str(self.names.of_temporary(&decoded))
        } else {
            ExprKind::Str(self.names.of(inside))
        }
    }

    /// `STR."…"`.
    pub(super) fn template(&mut self) -> ExprKind {
        let (mut tag, mut parts) = (None, Vec::new());
        self.children(|this, kind| match (this.field(), kind) {
            (Field::Processor, _) => tag = Some(Box::new(this.expr())),
            (_, Kind::StringLiteral) => parts = this.template_parts(),
            _ => {}
        });
        match tag {
            Some(tag) => ExprKind::TaggedTemplate { tag, parts },
            None => ExprKind::Opaque(parts),
        }
    }

    /// Strings and holes in source order.
    fn template_parts(&mut self) -> Vec<Expr> {
        let mut parts: Vec<Expr> = Vec::new();
        let mut text = String::new();
        self.children(|this, kind| {
            let span = this.span();
            match kind {
                Kind::Interpolation if this.depth.enter(span) => {
                    if !text.is_empty() {
                        let kind = ExprKind::Str(this.names.of_temporary(&text));
                        text.clear();
                        parts.push(Expr { kind, span });
                    }
                    parts.push(this.only_expr());
                    this.depth.leave();
                }
                // Quotation marks are the only children that are neither holes nor text.
                _ if !this.source().starts_with('"') => text += &decoded(this.source()),
                _ => {}
            }
        });
        if !text.is_empty() {
            let kind = ExprKind::Str(self.names.of_temporary(&text));
            parts.push(Expr {
                kind,
                span: self.span(),
            });
        }
        parts
    }
}

/// The value of an integer literal. Other bases than ten write the bits of an `int` or, with `L`, of a `long`.
fn integer(text: &str) -> Option<i64> {
    let plain = text.trim_end_matches(['l', 'L']);
    let is_long = plain.len() < text.len();
    let without;
    let plain = if plain.contains('_') {
        without = plain.replace('_', "");
        &without
    } else {
        plain
    };
    let (digits, base) = match plain.as_bytes() {
        [b'0', b'x' | b'X', ..] => (&plain[2..], 16),
        [b'0', b'b' | b'B', ..] => (&plain[2..], 2),
        [b'0', _, ..] => (&plain[1..], 8),
        _ => return plain.parse().ok(),
    };
    let bits = u64::from_str_radix(digits, base).ok()?;
    match u32::try_from(bits) {
        Ok(bits) if !is_long => Some(i64::from(bits as i32)),
        _ => Some(bits as i64),
    }
}

/// Text with its escapes replaced by what they stand for.
fn decoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let escape = &rest[at + 1..];
        let mut chars = escape.chars();
        let Some(first) = chars.next() else {
            return out;
        };
        if first == 'u' {
            let (units, after) = units(&rest[at..]);
            if units.is_empty() {
                out.push('u');
                rest = chars.as_str();
            } else {
                let decoded = char::decode_utf16(units);
                out.extend(decoded.map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
                rest = after;
            }
            continue;
        }
        rest = chars.as_str();
        match first {
            'b' => out.push('\u{8}'),
            't' => out.push('\t'),
            'n' => out.push('\n'),
            'f' => out.push('\u{c}'),
            'r' => out.push('\r'),
            's' => out.push(' '),
            '\n' => {}
            '\r' => rest = rest.strip_prefix('\n').unwrap_or(rest),
            '0'..='7' => {
                let most = if first <= '3' { 3 } else { 2 };
                let length = escape
                    .bytes()
                    .take(most)
                    .take_while(|byte| (b'0'..=b'7').contains(byte))
                    .count();
                let value = u8::from_str_radix(&escape[..length], 8).unwrap_or(0);
                out.push(char::from(value));
                rest = &escape[length..];
            }
            other => out.push(other),
        }
    }
    out.push_str(rest);
    out
}

/// The UTF-16 units of the `\uXXXX` that a text starts with, and what follows them.
fn units(text: &str) -> (Vec<u16>, &str) {
    let mut units = Vec::new();
    let mut rest = text;
    while let Some(escape) = rest.strip_prefix("\\u") {
        let digits = escape.trim_start_matches('u');
        let unit = digits
            .get(..4)
            .and_then(|digits| u16::from_str_radix(digits, 16).ok());
        let Some(unit) = unit else { break };
        units.push(unit);
        rest = &digits[4..];
    }
    (units, rest)
}

/// What stands between the quotes of a text block, as the language reads it: line ends become `\n`, the indentation
/// that all lines share and blanks at their ends go, and only then are escapes replaced.
fn text_block(raw: &str) -> String {
    let raw = raw.replace("\r\n", "\n").replace('\r', "\n");
    // What follows the opening quotes on their line is blank.
    let content = raw.split_once('\n').map_or("", |(_, content)| content);
    let lines: Vec<&str> = content.split('\n').collect();
    let last = lines.len() - 1;
    let indentation = lines
        .iter()
        .enumerate()
        .filter(|(i, line)| *i == last || !line.trim().is_empty())
        .map(|(_, line)| line.len() - line.trim_start_matches([' ', '\t', '\u{c}']).len())
        .min()
        .unwrap_or(0);
    let mut out = String::with_capacity(content.len());
    for (i, line) in lines.iter().enumerate() {
        if i > 0 {
            out.push('\n');
        }
        let line = line.get(indentation..).unwrap_or("");
        out.push_str(line.trim_end_matches([' ', '\t', '\u{c}']));
    }
    decoded(&out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_of_all_bases() {
        for (text, value) in [
            ("0", Some(0)),
            ("1_000L", Some(1000)),
            ("0xFFFF_FFFF", Some(-1)),
            ("0xFFFFFFFFL", Some(0xFFFF_FFFF)),
            ("0x8000000000000000L", Some(i64::MIN)),
            ("0b101", Some(5)),
            ("0_17", Some(15)),
            ("017", Some(15)),
            ("2147483648", Some(2_147_483_648)),
            ("99999999999999999999", None),
        ] {
            assert_eq!(integer(text), value, "{text}");
        }
    }

    #[test]
    fn escapes() {
        assert_eq!(decoded("a\\tb\\101\\7\\\\n"), "a\tbA\u{7}\\n");
        assert_eq!(decoded("\\uu0041\\ud83d\\ude00\\ud83d"), "A😀\u{fffd}");
        assert_eq!(decoded("\\ude00x\\u12"), "\u{fffd}xu12");
        assert_eq!(decoded("\\477"), "'7");
        assert_eq!(decoded("\\"), "");
    }

    #[test]
    fn text_blocks_lose_their_indentation() {
        assert_eq!(text_block("\n    a\n      b  \n    "), "a\n  b\n");
        assert_eq!(text_block("  \r\n  a \\\r\n  b\\n"), "a b\n");
        assert_eq!(text_block("\n\n  x"), "\nx");
        assert_eq!(text_block(""), "");
    }
}
