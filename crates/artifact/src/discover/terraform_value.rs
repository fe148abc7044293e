//! Values of Terraform expressions, as far as they can be known without running Terraform.
//!
//! Literals, defaults of variables, locals and `path.module` are known. What is computed by functions
//! or comes from the cloud is not.

use std::collections::BTreeMap;

use hcl_edit::expr::{Expression, ObjectKey, Traversal, TraversalOperator};
use hcl_edit::structure::Body;
use hcl_edit::template::Element;

/// What the files of one Terraform module define, by name.
#[derive(Debug, Default)]
pub(super) struct Definitions {
    values: BTreeMap<String, Expression>,
}

/// How far a value may refer to others that refer to others.
const DEEPEST: usize = 8;
/// A value may double with each reference; no path or name is longer.
const LONGEST: usize = 64 * 1024;

impl Definitions {
    /// Adds the variables and locals of one file.
    pub(super) fn add(&mut self, body: &Body) {
        for block in body.blocks() {
            match (block.ident.as_str(), block.labels.as_slice()) {
                ("variable", [name]) => {
                    if let Some(default) = block.body.get_attribute("default") {
                        self.values
                            .insert(format!("var.{}", name.as_str()), default.value.clone());
                    }
                }
                ("locals", []) => {
                    for local in block.body.attributes() {
                        self.values
                            .insert(format!("local.{}", local.key.as_str()), local.value.clone());
                    }
                }
                _ => {}
            }
        }
    }

    /// The text of an expression.
    pub(super) fn text(&self, expression: &Expression) -> Option<String> {
        self.text_within(expression, DEEPEST)
    }

    fn text_within(&self, expression: &Expression, depth: usize) -> Option<String> {
        let depth = depth.checked_sub(1)?;
        match expression {
            Expression::String(text) => Some(text.value().clone()),
            Expression::Bool(value) => Some(value.value().to_string()),
            Expression::Number(value) => Some(value.value().to_string()),
            Expression::StringTemplate(template) => self.elements(template.iter(), depth),
            Expression::HeredocTemplate(heredoc) => self.elements(heredoc.template.iter(), depth),
            Expression::Parenthesis(inner) => self.text_within(inner.inner(), depth),
            Expression::Traversal(traversal) => {
                let name = dotted(traversal)?;
                match name.as_str() {
                    "path.module" | "path.root" | "path.cwd" => Some(".".to_owned()),
                    _ => self.text_within(self.values.get(&name)?, depth),
                }
            }
            Expression::FuncCall(call)
                if matches!(call.name.name.as_str(), "abspath" | "pathexpand") =>
            {
                self.text_within(call.args.get(0)?, depth)
            }
            Expression::Null(_)
            | Expression::Array(_)
            | Expression::Object(_)
            | Expression::Variable(_)
            | Expression::Conditional(_)
            | Expression::FuncCall(_)
            | Expression::UnaryOp(_)
            | Expression::BinaryOp(_)
            | Expression::ForExpr(_) => None,
        }
    }

    fn elements<'a>(
        &self,
        elements: impl Iterator<Item = &'a Element>,
        depth: usize,
    ) -> Option<String> {
        let mut text = String::new();
        for element in elements {
            match element {
                Element::Literal(literal) => text.push_str(literal.value()),
                Element::Interpolation(inner) => {
                    text.push_str(&self.text_within(&inner.expr, depth)?)
                }
                Element::Directive(_) => return None,
            }
            if text.len() > LONGEST {
                return None;
            }
        }
        Some(text)
    }

    /// The literal pairs of an object, such as a function's environment.
    pub(super) fn pairs(&self, expression: &Expression) -> BTreeMap<String, String> {
        let mut pairs = BTreeMap::new();
        match expression {
            Expression::Object(object) => {
                for (key, value) in object {
                    let key = match key {
                        ObjectKey::Ident(ident) => Some(ident.as_str().to_owned()),
                        ObjectKey::Expression(key) => match key.as_variable() {
                            Some(ident) => Some(ident.as_str().to_owned()),
                            None => self.text(key),
                        },
                    };
                    if let (Some(key), Some(value)) = (key, self.text(value.expr())) {
                        pairs.insert(key, value);
                    }
                }
            }
            // `merge(local.common, { … })`
            Expression::FuncCall(call) if call.name.name.as_str() == "merge" => {
                for argument in call.args.iter() {
                    pairs.extend(self.pairs(argument));
                }
            }
            Expression::Traversal(traversal) => {
                let named = dotted(traversal).and_then(|name| self.values.get(&name));
                if let Some(Expression::Object(object)) = named {
                    pairs = self.pairs(&Expression::Object(object.clone()));
                }
            }
            _ => {}
        }
        pairs
    }
}

/// A chain of names such as `data.archive_file.code.output_path`, without indexes.
pub(super) fn dotted(traversal: &Traversal) -> Option<String> {
    let mut name = traversal.expr.as_variable()?.as_str().to_owned();
    for operator in &traversal.operators {
        match operator.value() {
            TraversalOperator::GetAttr(attribute) => {
                name.push('.');
                name.push_str(attribute.as_str());
            }
            TraversalOperator::Index(_) | TraversalOperator::LegacyIndex(_) => {}
            TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => return None,
        }
    }
    Some(name)
}

/// The first chain of names within an expression: `aws_sqs_queue.q.arn`, bare or in a template.
pub(super) fn first_reference(expression: &Expression) -> Option<String> {
    match expression {
        Expression::Traversal(traversal) => dotted(traversal),
        Expression::Parenthesis(inner) => first_reference(inner.inner()),
        Expression::StringTemplate(template) => template.iter().find_map(|element| match element {
            Element::Interpolation(inner) => first_reference(&inner.expr),
            Element::Literal(_) | Element::Directive(_) => None,
        }),
        Expression::FuncCall(call) => call.args.iter().find_map(first_reference),
        _ => None,
    }
}
