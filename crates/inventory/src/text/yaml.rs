//! YAML as a tree with lines, for lock files.
//!
//! Lock files have no tags, and the tools that write them use no anchors: an alias is left out. So the tree is no larger
//! than its text, and nesting is bounded.

use granit_parser::{Event, Parser, options};

use crate::limits::{DEPTH, YAML_NODES};

/// A value of a YAML document.
#[derive(Debug)]
pub(crate) enum Node {
    Scalar(String),
    Sequence(Vec<Node>),
    Mapping(Vec<Pair>),
}

/// A member of a mapping.
#[derive(Debug)]
pub(crate) struct Pair {
    pub(crate) key: String,
    /// Counted from 1.
    pub(crate) line: u32,
    pub(crate) value: Node,
}

/// Parses all documents of a text.
pub(crate) fn parse(text: &str) -> Result<Vec<Node>, String> {
    let mut builder = Builder::default();
    for event in Parser::new_from_str_with_options(text, options! { emit_comments: false }) {
        let (event, span) = event.map_err(|error| format!("is no valid YAML: {error}"))?;
        let line = u32::try_from(span.start.line()).unwrap_or(u32::MAX);
        match event {
            Event::Scalar(text, ..) => builder.add(Node::Scalar(text.into_owned()), line)?,
            Event::Alias(_) => builder.add(Node::Scalar(String::new()), line)?,
            Event::SequenceStart(..) => builder.open(Node::Sequence(Vec::new()), line)?,
            Event::MappingStart(..) => builder.open(Node::Mapping(Vec::new()), line)?,
            Event::SequenceEnd | Event::MappingEnd => builder.close()?,
            // The boundaries of stream and document carry no value, and the enum may grow.
            _ => {}
        }
    }
    Ok(builder.documents)
}

impl Node {
    /// The value of `key`. Its cost is the mapping's length: for few keys of one mapping only.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        let found = self.pairs().iter().find(|pair| pair.key == key);
        found.map(|pair| &pair.value)
    }

    /// The members of a mapping; none for another value.
    pub(crate) fn pairs(&self) -> &[Pair] {
        match self {
            Self::Mapping(pairs) => pairs,
            Self::Scalar(_) | Self::Sequence(_) => &[],
        }
    }

    /// The text of a scalar.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Scalar(text) => Some(text),
            Self::Mapping(_) | Self::Sequence(_) => None,
        }
    }
}

#[derive(Default)]
struct Builder {
    documents: Vec<Node>,
    open: Vec<Open>,
    nodes: usize,
}

/// A collection whose end has not come yet.
struct Open {
    node: Node,
    line: u32,
    /// The key of a mapping whose value has not come yet.
    key: Option<(String, u32)>,
}

impl Builder {
    fn open(&mut self, node: Node, line: u32) -> Result<(), String> {
        if self.open.len() >= DEPTH {
            return Err(format!("is nested more than {DEPTH} deep"));
        }
        let key = None;
        self.open.push(Open { node, line, key });
        Ok(())
    }

    fn close(&mut self) -> Result<(), String> {
        match self.open.pop() {
            Some(Open { node, line, .. }) => self.add(node, line),
            None => Ok(()),
        }
    }

    fn add(&mut self, node: Node, line: u32) -> Result<(), String> {
        self.nodes += 1;
        if self.nodes > YAML_NODES {
            return Err(format!("has more than {YAML_NODES} values"));
        }
        let Some(parent) = self.open.last_mut() else {
            self.documents.push(node);
            return Ok(());
        };
        match &mut parent.node {
            Node::Sequence(items) => items.push(node),
            Node::Mapping(pairs) => match parent.key.take() {
                Some((key, line)) => pairs.push(Pair {
                    key,
                    line,
                    value: node,
                }),
                None => parent.key = Some((node.text().unwrap_or_default().to_owned(), line)),
            },
            Node::Scalar(_) => {}
        }
        Ok(())
    }
}
