//! A program as a tree of rules, and its text.

use crate::grammar::{Grammar, Piece};

/// One thing of a program: which rule wrote it, and what stands in the holes of the rule, in order.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) what: What,
    pub(crate) parts: Vec<Part>,
}

/// What a node is.
#[derive(Clone, Debug)]
pub(crate) enum What {
    /// What the rule of this number says.
    Rule(usize),
    /// A variable of a kind.
    Variable { name: String, kind: String },
}

/// What stands in a hole.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    One(Node),
    Several(Vec<Node>),
    Name(String),
    Nothing,
}

impl Node {
    pub(crate) fn kind<'t>(&'t self, grammar: &'t Grammar) -> &'t str {
        match &self.what {
            What::Rule(rule) => &grammar.rules[*rule].kind,
            What::Variable { kind, .. } => kind,
        }
    }

    /// How many rules it is made of.
    pub(crate) fn size(&self) -> usize {
        let of_part = |part: &Part| match part {
            Part::One(node) => node.size(),
            Part::Several(nodes) => nodes.iter().map(Self::size).sum(),
            Part::Name(_) | Part::Nothing => 0,
        };
        1 + self.parts.iter().map(of_part).sum::<usize>()
    }

    /// Its text. What has no statements gets `nothing`, a statement that does nothing.
    pub(crate) fn print(&self, grammar: &Grammar, nothing: &str) -> String {
        let mut text = String::new();
        self.write(grammar, nothing, 0, &mut text);
        text
    }

    fn write(&self, grammar: &Grammar, nothing: &str, indent: usize, text: &mut String) {
        let rule = match &self.what {
            What::Rule(rule) => &grammar.rules[*rule],
            What::Variable { name, .. } => {
                text.push_str(name);
                return;
            }
        };
        let mut parts = self.parts.iter();
        for piece in &rule.pieces {
            if let Piece::Text(written) = piece {
                let mut lines = written.split('\n');
                text.push_str(lines.next().unwrap_or_default());
                for line in lines {
                    text.push('\n');
                    text.extend(std::iter::repeat_n(' ', indent));
                    text.push_str(line);
                }
                continue;
            }
            match parts.next() {
                Some(Part::One(node)) => node.write(grammar, nothing, indent, text),
                Some(Part::Name(name)) => text.push_str(name),
                Some(Part::Several(nodes)) => {
                    let line = text.rsplit('\n').next().unwrap_or_default();
                    let indent = line.len() - line.trim_start().len();
                    for (i, node) in nodes.iter().enumerate() {
                        if i > 0 {
                            text.push('\n');
                            text.extend(std::iter::repeat_n(' ', indent));
                        }
                        node.write(grammar, nothing, indent, text);
                    }
                    if nodes.is_empty() {
                        text.push_str(nothing);
                    }
                }
                Some(Part::Nothing) | None => {}
            }
        }
    }
}
