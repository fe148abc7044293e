//! Templates in YAML and JSON as a tree with lines and tags.
//!
//! JSON is read by the same parser, being a subset of YAML. The tree is built from `granit-parser`'s
//! events rather than by a deserializer on top of it, for three reasons: CloudFormation's tags
//! (`!Sub`, `!GetAtt`) must be kept, not rejected; every node needs its line; and an alias must cost
//! a pointer. What an alias stands for is counted as if it were copied, and the count is bounded, so
//! that whoever walks a tree walks a bounded tree ("billion laughs").

use std::collections::BTreeMap;
use std::rc::Rc;

use granit_parser::{Event, Parser, ScalarStyle, options};

/// A value of a template.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) value: Value,
    /// A tag without its `!`, such as `Sub`.
    pub(super) tag: Option<Box<str>>,
    /// Counted from 1; for a block scalar that of its text, not of its `|`.
    pub(super) line: u32,
    /// Levels below this one.
    height: usize,
    /// Size with all aliases copied out.
    weight: usize,
}

#[derive(Debug)]
pub(super) enum Value {
    Scalar { text: Box<str>, style: Style },
    Sequence(Vec<Rc<Node>>),
    Mapping(Vec<Pair>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Quoted,
    /// `|`: every line of the text is a line of the file.
    Literal,
    /// `>`
    Folded,
}

#[derive(Debug)]
pub(super) struct Pair {
    pub(super) key: Box<str>,
    pub(super) line: u32,
    pub(super) value: Rc<Node>,
}

const DEEPEST: usize = 100;
const HEAVIEST: usize = 64 * 1024 * 1024;
const MOST_NODES: usize = 400_000;
const NODE_WEIGHT: usize = 16;

/// Parses the first document of `text`.
pub(super) fn parse(text: &str) -> Result<Rc<Node>, String> {
    let options = options! { emit_comments: false };
    let mut builder = Builder::default();
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = event.map_err(|error| error.to_string())?;
        let line = u32::try_from(span.start.line()).unwrap_or(u32::MAX);
        let done = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let style = match style {
                    ScalarStyle::Plain => Style::Plain,
                    ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Style::Quoted,
                    ScalarStyle::Literal => Style::Literal,
                    ScalarStyle::Folded => Style::Folded,
                };
                let tag = tag.and_then(|tag| custom_tag(&tag));
                builder.add(
                    Value::Scalar {
                        text: text.into(),
                        style,
                    },
                    tag,
                    anchor,
                    line,
                )?
            }
            Event::SequenceStart(_, anchor, tag) => {
                builder.open(
                    Value::Sequence(Vec::new()),
                    tag.and_then(|tag| custom_tag(&tag)),
                    anchor,
                    line,
                )?;
                None
            }
            Event::MappingStart(_, anchor, tag) => {
                builder.open(
                    Value::Mapping(Vec::new()),
                    tag.and_then(|tag| custom_tag(&tag)),
                    anchor,
                    line,
                )?;
                None
            }
            Event::SequenceEnd | Event::MappingEnd => builder.close()?,
            Event::Alias(anchor) => builder.alias(anchor, line)?,
            // The boundaries of stream and document carry no value, and the enum may grow.
            _ => None,
        };
        if let Some(root) = done {
            return Ok(root);
        }
    }
    Err("it is empty".to_owned())
}

fn custom_tag(tag: &granit_parser::Tag) -> Option<Box<str>> {
    tag.is_custom().then(|| tag.suffix().into())
}

impl Node {
    /// The value of `key` in a mapping, looking through `<<` merges.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        let Value::Mapping(pairs) = &self.value else {
            return None;
        };
        if let Some(pair) = pairs.iter().find(|pair| &*pair.key == key) {
            return Some(&pair.value);
        }
        pairs
            .iter()
            .filter(|pair| &*pair.key == "<<")
            .find_map(|pair| match &pair.value.value {
                Value::Sequence(items) => items.iter().find_map(|item| item.get(key)),
                Value::Mapping(_) => pair.value.get(key),
                Value::Scalar { .. } => None,
            })
    }

    /// The value at a chain of keys.
    pub(super) fn at(&self, keys: &[&str]) -> Option<&Self> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The pairs of a mapping, merges included; none for other values.
    pub(super) fn pairs(&self) -> Vec<&Pair> {
        let mut pairs = Vec::new();
        self.collect_pairs(&mut pairs);
        pairs
    }

    /// One's own pairs come before merged ones, so that the first of a name is the one that counts.
    fn collect_pairs<'a>(&'a self, pairs: &mut Vec<&'a Pair>) {
        let Value::Mapping(all) = &self.value else {
            return;
        };
        let (merged, own): (Vec<&Pair>, Vec<&Pair>) =
            all.iter().partition(|pair| &*pair.key == "<<");
        pairs.extend(own);
        for pair in merged {
            match &pair.value.value {
                Value::Sequence(items) => items.iter().for_each(|item| item.collect_pairs(pairs)),
                Value::Mapping(_) => pair.value.collect_pairs(pairs),
                Value::Scalar { .. } => {}
            }
        }
    }

    /// The items of a sequence; none for other values.
    pub(super) fn items(&self) -> &[Rc<Self>] {
        match &self.value {
            Value::Sequence(items) => items,
            Value::Scalar { .. } | Value::Mapping(_) => &[],
        }
    }

    /// The text of a scalar, whatever its tag.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, .. } => Some(text),
            Value::Sequence(_) | Value::Mapping(_) => None,
        }
    }

    /// The text of a scalar that stands for itself.
    pub(super) fn literal(&self) -> Option<&str> {
        let is_null = matches!(&self.value, Value::Scalar { text, style: Style::Plain } if matches!(&**text, "" | "~" | "null"));
        if self.tag.is_some() || is_null {
            None
        } else {
            self.text()
        }
    }

    pub(super) fn is_mapping(&self) -> bool {
        matches!(self.value, Value::Mapping(_))
    }
}

/// A collection whose end has not been seen.
struct Open {
    node: Node,
    anchor: usize,
    /// The key that waits for its value; the inner `None` is a key that is no text.
    key: Option<Option<(Box<str>, u32)>>,
}

#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    anchors: BTreeMap<usize, Rc<Node>>,
    nodes: usize,
}

impl Builder {
    fn open(
        &mut self,
        value: Value,
        tag: Option<Box<str>>,
        anchor: usize,
        line: u32,
    ) -> Result<(), String> {
        if self.open.len() >= DEEPEST {
            return Err(format!("more than {DEEPEST} levels deep"));
        }
        self.count()?;
        let node = Node {
            value,
            tag,
            line,
            height: 0,
            weight: NODE_WEIGHT,
        };
        self.open.push(Open {
            node,
            anchor,
            key: None,
        });
        Ok(())
    }

    fn close(&mut self) -> Result<Option<Rc<Node>>, String> {
        match self.open.pop() {
            Some(open) => self.finish(open.node, open.anchor),
            None => Err("a collection ends that never began".to_owned()),
        }
    }

    fn add(
        &mut self,
        value: Value,
        tag: Option<Box<str>>,
        anchor: usize,
        line: u32,
    ) -> Result<Option<Rc<Node>>, String> {
        self.count()?;
        let length = if let Value::Scalar { text, .. } = &value {
            text.len()
        } else {
            0
        };
        self.finish(
            Node {
                value,
                tag,
                line,
                height: 0,
                weight: NODE_WEIGHT + length,
            },
            anchor,
        )
    }

    fn count(&mut self) -> Result<(), String> {
        self.nodes += 1;
        if self.nodes > MOST_NODES {
            Err(format!("more than {MOST_NODES} values"))
        } else {
            Ok(())
        }
    }

    fn alias(&mut self, anchor: usize, line: u32) -> Result<Option<Rc<Node>>, String> {
        match self.anchors.get(&anchor).cloned() {
            Some(node) => self.attach(node),
            None => Err(format!("line {line}: an alias within what it names")),
        }
    }

    fn finish(&mut self, node: Node, anchor: usize) -> Result<Option<Rc<Node>>, String> {
        let node = Rc::new(node);
        if anchor != 0 {
            self.anchors.insert(anchor, Rc::clone(&node));
        }
        self.attach(node)
    }

    /// Puts a finished node into the innermost open collection; returns it when there is none.
    fn attach(&mut self, node: Rc<Node>) -> Result<Option<Rc<Node>>, String> {
        let Some(open) = self.open.last_mut() else {
            return Ok(Some(node));
        };
        open.node.height = open.node.height.max(node.height + 1);
        open.node.weight = open.node.weight.saturating_add(node.weight);
        if open.node.height > DEEPEST || open.node.weight > HEAVIEST {
            return Err("its aliases stand for too much".to_owned());
        }
        match &mut open.node.value {
            Value::Sequence(items) => items.push(node),
            Value::Mapping(pairs) => match open.key.take() {
                None => open.key = Some(node.text().map(|text| (text.into(), node.line))),
                Some(Some((key, line))) => pairs.push(Pair {
                    key,
                    line,
                    value: node,
                }),
                Some(None) => {}
            },
            Value::Scalar { .. } => {}
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_lines_and_styles_are_kept() {
        let root = parse("a: !Sub x\nb:\n  - |\n    one\n    two\n").expect("valid");
        let a = root.get("a").expect("a");
        assert_eq!(
            (a.tag.as_deref(), a.text(), a.literal()),
            (Some("Sub"), Some("x"), None)
        );
        let item = &root.get("b").expect("b").items()[0];
        assert!(
            matches!(&item.value, Value::Scalar { text, style: Style::Literal } if &**text == "one\ntwo\n")
        );
        assert_eq!((item.line, root.get("a").map(|a| a.line)), (4, Some(1)));
    }

    #[test]
    fn json_is_read_too() {
        let root =
            parse("{\n\t\"a\": {\"b\": \"x\\/y\\u00e9\"}, \"c\": [1, true, null]}").expect("valid");
        assert_eq!(root.at(&["a", "b"]).and_then(Node::literal), Some("x/yé"));
        assert_eq!(root.get("c").map(|c| c.items().len()), Some(3));
        assert_eq!(root.get("c").and_then(|c| c.items()[2].literal()), None);
    }

    #[test]
    fn merges_are_looked_through() {
        let root = parse("base: &b {x: 1, y: 2}\nfn:\n  <<: *b\n  y: 3\n").expect("valid");
        let function = root.get("fn").expect("fn");
        assert_eq!(function.get("x").and_then(Node::literal), Some("1"));
        assert_eq!(function.get("y").and_then(Node::literal), Some("3"));
    }

    #[test]
    fn a_billion_laughs_are_refused() {
        let mut text = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n".to_owned();
        for level in 1..12 {
            let below = format!("*a{}", level - 1);
            text += &format!("a{level}: &a{level} [{}]\n", vec![below; 10].join(", "));
        }
        assert_eq!(
            parse(&text).err().as_deref(),
            Some("its aliases stand for too much")
        );
    }

    #[test]
    fn deep_and_recursive_input_is_refused() {
        assert!(parse(&"[".repeat(100_000)).is_err());
        assert!(parse(&"{a: ".repeat(100_000)).is_err());
        assert!(parse(&"- ".repeat(100_000)).is_err());
        assert!(parse("a: &x [*x]").is_err());
        assert!(parse("").is_err());
        assert!(parse("a: [1\nb: }").is_err());
    }
}
