//! Values of Terraform expressions, as far as they can be known without running Terraform.
//!
//! Literals, defaults of variables, locals and `path.module` are known. What is computed by functions
//! or comes from the cloud is not.

use std::collections::BTreeMap;

use hcl_edit::expr::{Expression, Object, ObjectKey, Traversal, TraversalOperator};
use hcl_edit::structure::Body;
use hcl_edit::template::Element;

/// What the files of one Terraform module define, by name.
#[derive(Debug, Default)]
pub(super) struct Definitions {
    values: BTreeMap<String, Expression>,
}

/// How far a value may refer to others that refer to others.
const DEEPEST: usize = 8;
/// Parts that are looked at for one text: with each level of references their number may multiply.
const MOST_STEPS: usize = 1000;
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
        self.text_within(expression, DEEPEST, &mut { MOST_STEPS })
    }

    fn text_within(
        &self,
        expression: &Expression,
        depth: usize,
        steps: &mut usize,
    ) -> Option<String> {
        let depth = depth.checked_sub(1)?;
        *steps = steps.checked_sub(1)?;
        match expression {
            Expression::String(text) => Some(text.value().clone()),
            Expression::Bool(value) => Some(value.value().to_string()),
            Expression::Number(value) => Some(value.value().to_string()),
            Expression::StringTemplate(template) => self.elements(template.iter(), depth, steps),
            Expression::HeredocTemplate(heredoc) => {
                self.elements(heredoc.template.iter(), depth, steps)
            }
            Expression::Parenthesis(inner) => self.text_within(inner.inner(), depth, steps),
            Expression::Traversal(traversal) => {
                let name = dotted(traversal)?;
                match name.as_str() {
                    "path.module" | "path.root" | "path.cwd" => Some(".".to_owned()),
                    _ => self.text_within(self.values.get(&name)?, depth, steps),
                }
            }
            Expression::FuncCall(call)
                if matches!(call.name.name.as_str(), "abspath" | "pathexpand") =>
            {
                self.text_within(call.args.get(0)?, depth, steps)
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
        steps: &mut usize,
    ) -> Option<String> {
        let mut text = String::new();
        for element in elements {
            match element {
                Element::Literal(literal) => text.push_str(literal.value()),
                Element::Interpolation(inner) => {
                    text.push_str(&self.text_within(&inner.expr, depth, steps)?)
                }
                Element::Directive(_) => return None,
            }
            if text.len() > LONGEST {
                return None;
            }
        }
        Some(text)
    }

    /// The known pairs of an object, such as a function's environment; at most `limit` are looked at.
    pub(super) fn pairs(&self, expression: &Expression, limit: usize) -> BTreeMap<String, String> {
        let mut pairs = BTreeMap::new();
        self.collect_pairs(expression, &mut { limit }, &mut pairs);
        pairs
    }

    fn collect_pairs(
        &self,
        expression: &Expression,
        left: &mut usize,
        pairs: &mut BTreeMap<String, String>,
    ) {
        match expression {
            Expression::Object(object) => self.collect_object(object, left, pairs),
            // `merge(local.common, { … })`
            Expression::FuncCall(call) if call.name.name.as_str() == "merge" => {
                for argument in call.args.iter() {
                    if *left == 0 {
                        return;
                    }
                    self.collect_pairs(argument, left, pairs);
                }
            }
            Expression::Traversal(traversal) => {
                *left = left.saturating_sub(1);
                let named = dotted(traversal).and_then(|name| self.values.get(&name));
                if let Some(Expression::Object(object)) = named {
                    self.collect_object(object, left, pairs);
                }
            }
            _ => {}
        }
    }

    fn collect_object(
        &self,
        object: &Object,
        left: &mut usize,
        pairs: &mut BTreeMap<String, String>,
    ) {
        for (key, value) in object {
            if *left == 0 {
                return;
            }
            *left -= 1;
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
