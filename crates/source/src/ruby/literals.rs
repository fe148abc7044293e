//! Numbers, strings, symbols, regular expressions, and code between backticks.

use ruby_prism::{Integer, Location, Node, NodeList};
use shindan_base::{Span, Sym};

use super::{Converter, opaque};
use crate::tree::{Arg, Expr, ExprKind};

/// The options of a regular expression that change what it matches.
#[derive(Clone, Copy)]
struct Options {
    ignores_case: bool,
    is_extended: bool,
    /// The dot matches line ends.
    spans_lines: bool,
}

macro_rules! options {
    ($regex:expr) => {
        Options {
            ignores_case: $regex.is_ignore_case(),
            is_extended: $regex.is_extended(),
            spans_lines: $regex.is_multi_line(),
        }
    };
}

impl Converter<'_> {
    pub(super) fn literal(&mut self, node: &Node<'_>, span: Span) -> Expr {
        self.literal_inner(node, span)
            .unwrap_or_else(|| opaque(Vec::new(), span))
    }

    fn literal_inner(&mut self, node: &Node<'_>, span: Span) -> Option<Expr> {
        let kind = match node {
            Node::IntegerNode { .. } => match int(&node.as_integer_node()?.value()) {
                Some(value) => ExprKind::Int(value),
                None => ExprKind::Opaque(Vec::new()),
            },
            Node::FloatNode { .. } => ExprKind::Float(node.as_float_node()?.value()),
            Node::StringNode { .. } => {
                ExprKind::Str(self.bytes(node.as_string_node()?.unescaped()))
            }
            Node::SymbolNode { .. } => {
                ExprKind::Str(self.bytes(node.as_symbol_node()?.unescaped()))
            }
            Node::InterpolatedStringNode { .. } => {
                self.template(&node.as_interpolated_string_node()?.parts())
            }
            Node::InterpolatedSymbolNode { .. } => {
                self.template(&node.as_interpolated_symbol_node()?.parts())
            }
            Node::XStringNode { .. } => {
                let text = self.bytes(node.as_x_string_node()?.unescaped());
                return Some(self.backticks(ExprKind::Str(text), span));
            }
            Node::InterpolatedXStringNode { .. } => {
                let text = self.template(&node.as_interpolated_x_string_node()?.parts());
                return Some(self.backticks(text, span));
            }
            Node::RegularExpressionNode { .. } => {
                let regex = node.as_regular_expression_node()?;
                let pattern = self.source(&regex.content_loc());
                let flags = self.flags(options!(regex));
                ExprKind::Regex { pattern, flags }
            }
            // A lone regular expression as a condition is matched with the line read last.
            Node::MatchLastLineNode { .. } => {
                let regex = node.as_match_last_line_node()?;
                let pattern = self.source(&regex.content_loc());
                let flags = self.flags(options!(regex));
                let regex = Expr {
                    kind: ExprKind::Regex { pattern, flags },
                    span,
                };
                ExprKind::Opaque(vec![regex])
            }
            Node::InterpolatedRegularExpressionNode { .. } => {
                let parts = node.as_interpolated_regular_expression_node()?.parts();
                self.built_regex(&parts, span)
            }
            Node::InterpolatedMatchLastLineNode { .. } => {
                let parts = node.as_interpolated_match_last_line_node()?.parts();
                self.built_regex(&parts, span)
            }
            _ => ExprKind::Opaque(Vec::new()),
        };
        Some(Expr { kind, span })
    }

    /// The text of a part of the file.
    fn source(&mut self, location: &Location<'_>) -> Sym {
        let (text, span) = (self.text, self.span(location));
        self.name(&text[span.start as usize..span.end as usize])
    }

    /// Strings with code in them. Strings next to each other are one.
    fn template(&mut self, nodes: &NodeList<'_>) -> ExprKind {
        let mut parts = Vec::with_capacity(nodes.len());
        self.parts(nodes, &mut parts);
        if parts
            .iter()
            .any(|part| !matches!(part.kind, ExprKind::Str(_)))
        {
            return ExprKind::Template(parts);
        }
        let mut text = String::new();
        for part in &parts {
            if let ExprKind::Str(part) = part.kind {
                text.push_str(self.names.text(part));
            }
        }
        ExprKind::Str(self.name(&text))
    }

    fn parts(&mut self, nodes: &NodeList<'_>, parts: &mut Vec<Expr>) {
        for node in nodes {
            let span = self.at(&node);
            match node.as_interpolated_string_node() {
                Some(inner) if self.depth.enter(span) => {
                    self.parts(&inner.parts(), parts);
                    self.depth.leave();
                }
                _ => parts.push(self.expr(&node)),
            }
        }
    }

    /// `` `text` `` runs a program: a call of the method of that name.
    fn backticks(&mut self, text: ExprKind, span: Span) -> Expr {
        let callee = self.variable("`", Span::new(span.start, span.start));
        let argument = Expr { kind: text, span };
        Expr {
            kind: ExprKind::Call {
                callee: Box::new(callee),
                args: vec![Arg::Positional(argument)],
            },
            span,
        }
    }

    /// A regular expression with code in it is made when it is reached.
    fn built_regex(&mut self, parts: &NodeList<'_>, span: Span) -> ExprKind {
        let callee = self.variable("Regexp", Span::new(span.start, span.start));
        let kind = self.template(parts);
        ExprKind::New {
            callee: Box::new(callee),
            args: vec![Arg::Positional(Expr { kind, span })],
        }
    }

    /// The options as the flags of ECMAScript, where `m` says that `^` and `$` match at lines, which they always do in
    /// Ruby, and `s` that the dot matches line ends.
    fn flags(&mut self, options: Options) -> Sym {
        let mut flags = String::from("m");
        for (is_set, flag) in [
            (options.ignores_case, 'i'),
            (options.spans_lines, 's'),
            (options.is_extended, 'x'),
        ] {
            if is_set {
                flags.push(flag);
            }
        }
        self.name(&flags)
    }
}

fn int(value: &Integer<'_>) -> Option<i64> {
    let (is_negative, digits) = value.to_u32_digits();
    let magnitude = match *digits {
        [] => 0,
        [low] => i64::from(low),
        [low, high] => i64::try_from(u64::from(high) << 32 | u64::from(low)).ok()?,
        _ => return None,
    };
    Some(if is_negative { -magnitude } else { magnitude })
}
