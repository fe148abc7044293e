//! CloudFormation's intrinsic functions, as far as a value can be known without deploying.
//!
//! A function can be written as a tag (`!Sub x`) or as a mapping of one key (`Fn::Sub: x`). Values
//! of parameters are their defaults; everything that only exists once deployed is unknown.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::yaml::{Node, Value};

/// The values a template gives to names.
#[derive(Debug, Default)]
pub(super) struct Parameters<'a> {
    defaults: BTreeMap<&'a str, &'a str>,
}

impl<'a> Parameters<'a> {
    pub(super) fn of(template: &'a Node) -> Self {
        let pairs = template
            .get("Parameters")
            .map(Node::pairs)
            .unwrap_or_default();
        let default = |node: &'a Node| node.get("Default").and_then(Node::literal);
        Self {
            defaults: pairs
                .into_iter()
                .filter_map(|pair| Some((&*pair.key, default(&pair.value)?)))
                .collect(),
        }
    }
}

/// What is put together from defaults is cut off above the size of the largest template.
const LONGEST: usize = 4 * 1024 * 1024;

/// The name and argument of an intrinsic function. A tagged node is its own argument.
fn call(node: &Node) -> Option<(&str, &Node)> {
    if let Some(tag) = &node.tag {
        return Some((tag, node));
    }
    let Value::Mapping(pairs) = &node.value else {
        return None;
    };
    let [pair] = pairs.as_slice() else {
        return None;
    };
    let name = pair
        .key
        .strip_prefix("Fn::")
        .or_else(|| (&*pair.key == "Ref").then_some("Ref"))?;
    Some((name, &pair.value))
}

/// The name of the resource or parameter that `node` refers to.
pub(super) fn reference(node: &Node) -> Option<&str> {
    let (function, argument) = call(node)?;
    match function {
        "Ref" => argument.text(),
        "GetAtt" => match argument.text() {
            Some(text) => text.split('.').next(),
            None => argument.items().first()?.text(),
        },
        "Sub" => {
            let text = argument
                .text()
                .or_else(|| argument.items().first()?.text())?;
            let (_, rest) = text.split_once("${")?;
            let name = rest.split_once('}')?.0.split('.').next()?;
            if name.starts_with("AWS::") {
                None
            } else {
                Some(name)
            }
        }
        _ => None,
    }
}

/// The text `node` will have, if that can be known.
pub(super) fn known_text(node: &Node, parameters: &Parameters<'_>) -> Option<String> {
    if let Some(text) = node.literal() {
        return Some(text.to_owned());
    }
    let (function, argument) = call(node)?;
    match function {
        "Ref" => parameters
            .defaults
            .get(argument.text()?)
            .map(|text| (*text).to_owned()),
        "Sub" => substitute(argument.text()?, parameters),
        "Join" => {
            let [separator, parts] = argument.items() else {
                return None;
            };
            join(separator.literal()?, parts.items())
        }
        _ => None,
    }
}

/// A text to show for `node` where it cannot be known.
pub(super) fn shown(node: &Node, parameters: &Parameters<'_>) -> String {
    known_text(node, parameters)
        .or_else(|| reference(node).map(|name| format!("${{{name}}}")))
        .unwrap_or_else(|| "(computed)".to_owned())
}

fn substitute(text: &str, parameters: &Parameters<'_>) -> Option<String> {
    let mut result = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, after) = after.split_once('}')?;
        result.push_str(before);
        match name.strip_prefix('!') {
            // `${!x}` is written for a literal `${x}`.
            Some(literal) => result.push_str(&format!("${{{literal}}}")),
            None => result.push_str(parameters.defaults.get(name)?),
        }
        // Each reference may stand for much more text than it is itself.
        if result.len() > LONGEST {
            return None;
        }
        rest = after;
    }
    result.push_str(rest);
    Some(result)
}

fn join(separator: &str, parts: &[Rc<Node>]) -> Option<String> {
    let parts: Option<Vec<&str>> = parts.iter().map(|part| part.literal()).collect();
    Some(parts?.join(separator))
}
