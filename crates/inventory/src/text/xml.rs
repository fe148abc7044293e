//! XML as a tree with lines, for the project files of Maven and NuGet.
//!
//! Only elements, attributes and text are kept; entities other than the five of XML itself stay unread, so that no
//! declaration in a document can make it grow.

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::lines::LineOf;
use crate::limits::DEPTH;

/// An element without its namespace's prefix.
#[derive(Debug, Default)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    /// The text directly in it, trimmed.
    pub(crate) text: String,
    pub(crate) children: Vec<Element>,
    /// Counted from 1.
    pub(crate) line: u32,
}

impl Element {
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    pub(crate) fn children_named(&self, name: &str) -> impl Iterator<Item = &Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The text of the first child of this name.
    pub(crate) fn text_of(&self, name: &str) -> Option<&str> {
        Some(self.child(name)?.text.as_str()).filter(|text| !text.is_empty())
    }

    /// An attribute, whose name is compared without regard to case as MSBuild does.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self
            .attributes
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim())
    }
}

/// Parses a document and returns its root element.
pub(crate) fn parse(text: &str) -> Result<Element, String> {
    let lines = LineOf::new(text);
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = false;
    let mut open: Vec<Element> = Vec::new();
    loop {
        let offset = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let event = reader
            .read_event()
            .map_err(|error| format!("is no valid XML: {error}"))?;
        let done = match event {
            Event::Start(start) => {
                if open.len() >= DEPTH {
                    return Err(format!("is nested more than {DEPTH} deep"));
                }
                open.push(element(&start, lines.line(offset)));
                continue;
            }
            Event::Empty(start) => Some(element(&start, lines.line(offset))),
            Event::End(_) => open.pop(),
            Event::Text(text) => {
                add_text(&mut open, &text);
                continue;
            }
            Event::CData(text) => {
                add_text(&mut open, &text);
                continue;
            }
            Event::GeneralRef(name) => {
                add_text(&mut open, predefined(&name));
                continue;
            }
            Event::Eof => return Err("is no valid XML: it ends too early".to_owned()),
            _ => continue,
        };
        let Some(mut done) = done else {
            return Err("is no valid XML: an element ends that did not begin".to_owned());
        };
        done.text = done.text.trim().to_owned();
        match open.last_mut() {
            Some(parent) => parent.children.push(done),
            None => return Ok(done),
        }
    }
}

fn element(start: &BytesStart<'_>, line: u32) -> Element {
    let mut attributes = start.attributes();
    Element {
        name: start.local_name().as_ref().to_owned(),
        attributes: attributes
            .with_checks(false)
            .flatten()
            .filter_map(|attribute| {
                let key = attribute.key.local_name().as_ref().to_owned();
                let value = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?;
                Some((key, value.into_owned()))
            })
            .collect(),
        line,
        ..Element::default()
    }
}

fn add_text(open: &mut [Element], text: &str) {
    if let Some(last) = open.last_mut() {
        last.text.push_str(text);
    }
}

fn predefined(name: &str) -> &'static str {
    match name {
        "lt" => "<",
        "gt" => ">",
        "amp" => "&",
        "apos" => "'",
        "quot" => "\"",
        _ => "",
    }
}
