//! What values are assigned to: targets of multiple assignments, block parameters, `rescue => target`.

use ruby_prism::{Node, NodeList};
use shindan_base::Span;

use super::calls::member;
use super::writes::{own, place};
use super::{Converter, opaque};
use crate::tree::{Expr, ExprKind, Pattern, PatternKind};

impl Converter<'_> {
    pub(super) fn target(&mut self, node: &Node<'_>) -> Pattern {
        let span = self.at(node);
        if !self.depth.enter(span) {
            return hole(span);
        }
        let target = self.target_inner(node, span);
        self.depth.leave();
        target.unwrap_or_else(|| hole(span))
    }

    fn target_inner(&mut self, node: &Node<'_>, span: Span) -> Option<Pattern> {
        macro_rules! name {
            ($cast:ident) => {{
                let name = self.id(node.$cast()?.name());
                let kind = PatternKind::Name(name);
                Pattern { kind, span }
            }};
        }
        Some(match node {
            Node::LocalVariableTargetNode { .. } => name!(as_local_variable_target_node),
            Node::ConstantTargetNode { .. } => name!(as_constant_target_node),
            Node::RequiredParameterNode { .. } => name!(as_required_parameter_node),
            Node::InstanceVariableTargetNode { .. } => {
                let name = self.id(node.as_instance_variable_target_node()?.name());
                place(own(name, span))
            }
            Node::ClassVariableTargetNode { .. } => {
                let name = self.id(node.as_class_variable_target_node()?.name());
                place(own(name, span))
            }
            Node::GlobalVariableTargetNode { .. } => {
                let name = self.id(node.as_global_variable_target_node()?.name());
                place(self.global(name, span))
            }
            Node::ConstantPathTargetNode { .. } => {
                let path = node.as_constant_path_target_node()?;
                let name = self.id(path.name()?);
                let at = self.span(&path.name_loc());
                match path.parent() {
                    Some(parent) => place(member(self.expr(&parent), name, at, span)),
                    None => Pattern {
                        kind: PatternKind::Name(name),
                        span,
                    },
                }
            }
            Node::CallTargetNode { .. } => {
                let target = node.as_call_target_node()?;
                let object = self.expr(&target.receiver());
                let at = self.span(&target.message_loc());
                let name = target.name().as_slice();
                let name = self.bytes(name.strip_suffix(b"=").unwrap_or(name));
                place(member(object, name, at, span))
            }
            Node::IndexTargetNode { .. } => {
                let target = node.as_index_target_node()?;
                let object = self.boxed(&target.receiver());
                let index = Box::new(self.index(target.arguments(), span));
                let kind = ExprKind::Index { object, index };
                place(Expr { kind, span })
            }
            Node::MultiTargetNode { .. } => {
                let target = node.as_multi_target_node()?;
                self.list_target(&target.lefts(), target.rest(), &target.rights(), span)
            }
            Node::SplatNode { .. } => match node.as_splat_node()?.expression() {
                Some(inner) => self.target(&inner),
                None => hole(span),
            },
            _ => return None,
        })
    }

    /// `lefts, *rest, rights`.
    pub(super) fn list_target(
        &mut self,
        lefts: &NodeList<'_>,
        rest: Option<Node<'_>>,
        rights: &NodeList<'_>,
        span: Span,
    ) -> Pattern {
        let items = lefts.iter().chain(rights);
        let items = items.map(|node| Some(self.target(&node))).collect();
        let rest = rest.map(|node| (lefts.len(), Box::new(self.target(&node))));
        Pattern {
            kind: PatternKind::List { items, rest },
            span,
        }
    }
}

/// A target that nothing can be assigned to.
pub(super) fn hole(span: Span) -> Pattern {
    Pattern {
        kind: PatternKind::Place(opaque(Vec::new(), span)),
        span,
    }
}
