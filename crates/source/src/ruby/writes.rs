//! Assignments to variables and constants.

use ruby_prism::Node;
use shindan_base::{Span, Sym};

use super::chains::binary_op;
use super::{Converter, opaque};
use crate::tree::{AugOp, BinaryOp, Expr, ExprKind, LogicOp, Pattern, PatternKind};

/// What an assignment assigns to.
#[derive(Clone, Copy)]
enum Variable {
    /// A local variable or a constant.
    Plain,
    /// `@x`, `@@x`.
    Own,
    /// `$x`.
    Global,
}

/// The operator of an assignment.
#[derive(Clone, Copy)]
pub(super) enum Operator {
    And,
    Or,
    Binary(BinaryOp),
}

impl Operator {
    pub(super) const AND: Option<Self> = Some(Self::And);
    pub(super) const OR: Option<Self> = Some(Self::Or);

    pub(super) fn of(name: &[u8]) -> Option<Self> {
        Some(Self::Binary(binary_op(name).unwrap_or(BinaryOp::Shl)))
    }
}

impl Converter<'_> {
    /// Assignments of every kind; what is none and can stand alone nowhere is opaque.
    pub(super) fn write(&mut self, node: &Node<'_>, span: Span) -> Expr {
        if let Some(write) = node.as_multi_write_node() {
            let value = Box::new(self.expr(&write.value()));
            let target = self.list_target(&write.lefts(), write.rest(), &write.rights(), span);
            return assign(target, value, span);
        }
        if let Some((target, operator, value)) = self.variable_write(node) {
            let value = self.boxed(&value);
            return match operator {
                None => assign(place(target), value, span),
                Some(operator) => augment(operator, target, value, span),
            };
        }
        self.place_write(node, span)
            .unwrap_or_else(|| opaque(Vec::new(), span))
    }

    /// The target, operator and value of an assignment to a variable.
    fn variable_write<'n>(
        &mut self,
        node: &Node<'n>,
    ) -> Option<(Expr, Option<Operator>, Node<'n>)> {
        macro_rules! named {
            ($cast:ident, $variable:ident, $operator:expr) => {{
                let write = node.$cast()?;
                let at = self.span(&write.name_loc());
                let name = self.id(write.name());
                let target = self.read_variable(Variable::$variable, name, at);
                Some((target, $operator, write.value()))
            }};
            ($cast:ident, $variable:ident) => {{
                let write = node.$cast()?;
                let operator = Operator::of(write.binary_operator().as_slice());
                named!($cast, $variable, operator)
            }};
        }
        macro_rules! path {
            ($cast:ident, $operator:expr) => {{
                let write = node.$cast()?;
                let path = write.target();
                let at = self.span(&path.location());
                let target = self.constant_path(&path, at);
                Some((target, $operator, write.value()))
            }};
        }
        match node {
            Node::LocalVariableWriteNode { .. } => {
                named!(as_local_variable_write_node, Plain, None)
            }
            Node::LocalVariableAndWriteNode { .. } => {
                named!(as_local_variable_and_write_node, Plain, Operator::AND)
            }
            Node::LocalVariableOrWriteNode { .. } => {
                named!(as_local_variable_or_write_node, Plain, Operator::OR)
            }
            Node::LocalVariableOperatorWriteNode { .. } => {
                named!(as_local_variable_operator_write_node, Plain)
            }
            Node::ConstantWriteNode { .. } => named!(as_constant_write_node, Plain, None),
            Node::ConstantAndWriteNode { .. } => {
                named!(as_constant_and_write_node, Plain, Operator::AND)
            }
            Node::ConstantOrWriteNode { .. } => {
                named!(as_constant_or_write_node, Plain, Operator::OR)
            }
            Node::ConstantOperatorWriteNode { .. } => {
                named!(as_constant_operator_write_node, Plain)
            }
            Node::InstanceVariableWriteNode { .. } => {
                named!(as_instance_variable_write_node, Own, None)
            }
            Node::InstanceVariableAndWriteNode { .. } => {
                named!(as_instance_variable_and_write_node, Own, Operator::AND)
            }
            Node::InstanceVariableOrWriteNode { .. } => {
                named!(as_instance_variable_or_write_node, Own, Operator::OR)
            }
            Node::InstanceVariableOperatorWriteNode { .. } => {
                named!(as_instance_variable_operator_write_node, Own)
            }
            Node::ClassVariableWriteNode { .. } => named!(as_class_variable_write_node, Own, None),
            Node::ClassVariableAndWriteNode { .. } => {
                named!(as_class_variable_and_write_node, Own, Operator::AND)
            }
            Node::ClassVariableOrWriteNode { .. } => {
                named!(as_class_variable_or_write_node, Own, Operator::OR)
            }
            Node::ClassVariableOperatorWriteNode { .. } => {
                named!(as_class_variable_operator_write_node, Own)
            }
            Node::GlobalVariableWriteNode { .. } => {
                named!(as_global_variable_write_node, Global, None)
            }
            Node::GlobalVariableAndWriteNode { .. } => {
                named!(as_global_variable_and_write_node, Global, Operator::AND)
            }
            Node::GlobalVariableOrWriteNode { .. } => {
                named!(as_global_variable_or_write_node, Global, Operator::OR)
            }
            Node::GlobalVariableOperatorWriteNode { .. } => {
                named!(as_global_variable_operator_write_node, Global)
            }
            Node::ConstantPathWriteNode { .. } => path!(as_constant_path_write_node, None),
            Node::ConstantPathAndWriteNode { .. } => {
                path!(as_constant_path_and_write_node, Operator::AND)
            }
            Node::ConstantPathOrWriteNode { .. } => {
                path!(as_constant_path_or_write_node, Operator::OR)
            }
            Node::ConstantPathOperatorWriteNode { .. } => {
                let write = node.as_constant_path_operator_write_node()?;
                let operator = Operator::of(write.binary_operator().as_slice());
                path!(as_constant_path_operator_write_node, operator)
            }
            _ => None,
        }
    }

    fn read_variable(&mut self, variable: Variable, name: Sym, span: Span) -> Expr {
        match variable {
            Variable::Plain => Expr {
                kind: ExprKind::Name(name),
                span,
            },
            Variable::Own => own(name, span),
            Variable::Global => self.global(name, span),
        }
    }

    /// A global variable; `$~` is what a regular expression matched last, which is known in the function at hand.
    pub(super) fn global(&mut self, name: Sym, span: Span) -> Expr {
        if self.names.text(name) == "$~" {
            return self.variable("%match", span);
        }
        Expr {
            kind: ExprKind::Name(name),
            span,
        }
    }
}

pub(super) fn augment(operator: Operator, target: Expr, value: Box<Expr>, span: Span) -> Expr {
    let op = match operator {
        Operator::And => AugOp::Logic(LogicOp::And),
        Operator::Or => AugOp::Logic(LogicOp::Or),
        Operator::Binary(op) => AugOp::Binary(op),
    };
    Expr {
        kind: ExprKind::AugAssign {
            op,
            target: Box::new(target),
            value,
        },
        span,
    }
}

pub(super) fn assign(target: Pattern, value: Box<Expr>, span: Span) -> Expr {
    Expr {
        kind: ExprKind::Assign {
            target: Box::new(target),
            value,
        },
        span,
    }
}

/// An expression as the place of an assignment.
pub(super) fn place(expr: Expr) -> Pattern {
    let span = expr.span;
    let kind = match expr.kind {
        ExprKind::Name(name) => PatternKind::Name(name),
        _ => PatternKind::Place(expr),
    };
    Pattern { kind, span }
}

/// `@name` and `@@name` are members of `self` of that name.
pub(super) fn own(name: Sym, span: Span) -> Expr {
    Expr {
        kind: ExprKind::Member {
            object: Box::new(Expr {
                kind: ExprKind::This,
                span: Span::new(span.start, span.start),
            }),
            name,
            name_span: span,
        },
        span,
    }
}
