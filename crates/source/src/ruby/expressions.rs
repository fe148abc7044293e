//! Expressions, apart from calls, literals and branches.

use ruby_prism::{ConstantPathNode, Node, NodeList};
use shindan_base::{Span, Sym};

use super::writes::{assign, own};
use super::{Converter, Tail, null, opaque};
use crate::tree::{Arg, Entry, Expr, ExprKind, Pattern, PatternKind, Stmt, StmtKind, UnaryOp};

/// Hands a node of the kind that the parser's enumeration has just told to a closure.
macro_rules! as_kind {
    ($node:ident . $cast:ident, $span:expr, |$inner:ident| $body:expr) => {
        match $node.$cast() {
            Some($inner) => $body,
            None => opaque(Vec::new(), $span),
        }
    };
}

impl<'a> Converter<'a> {
    pub(super) fn expr(&mut self, node: &Node<'_>) -> Expr {
        let span = self.at(node);
        if !self.depth.enter(span) {
            return opaque(Vec::new(), span);
        }
        let expr = self.expr_inner(node, span);
        self.depth.leave();
        expr
    }

    pub(super) fn boxed(&mut self, node: &Node<'_>) -> Box<Expr> {
        Box::new(self.expr(node))
    }

    pub(super) fn exprs(&mut self, nodes: &NodeList<'_>) -> Vec<Expr> {
        nodes.iter().map(|node| self.expr(&node)).collect()
    }

    pub(super) fn optional(&mut self, node: Option<Node<'_>>) -> Option<Expr> {
        node.map(|node| self.expr(&node))
    }

    fn expr_inner(&mut self, node: &Node<'_>, span: Span) -> Expr {
        let kind = match node {
            Node::CallNode { .. } | Node::AndNode { .. } | Node::OrNode { .. } => {
                return self.chain(node);
            }
            Node::ConstantPathNode { .. } => {
                return as_kind!(node.as_constant_path_node, span, |path| self
                    .constant_path(&path, span));
            }
            Node::LocalVariableReadNode { .. } => {
                return as_kind!(node.as_local_variable_read_node, span, |read| {
                    let name = self.id(read.name());
                    Expr {
                        kind: ExprKind::Name(name),
                        span,
                    }
                });
            }
            Node::ItLocalVariableReadNode { .. } => return self.variable("it", span),
            Node::ConstantReadNode { .. } => {
                return as_kind!(node.as_constant_read_node, span, |read| {
                    let name = self.id(read.name());
                    Expr {
                        kind: ExprKind::Name(name),
                        span,
                    }
                });
            }
            Node::InstanceVariableReadNode { .. } => {
                return as_kind!(node.as_instance_variable_read_node, span, |read| {
                    let name = self.id(read.name());
                    own(name, span)
                });
            }
            Node::ClassVariableReadNode { .. } => {
                return as_kind!(node.as_class_variable_read_node, span, |read| {
                    let name = self.id(read.name());
                    own(name, span)
                });
            }
            Node::GlobalVariableReadNode { .. } => {
                return as_kind!(node.as_global_variable_read_node, span, |read| {
                    let name = self.id(read.name());
                    self.global(name, span)
                });
            }
            Node::NumberedReferenceReadNode { .. } => {
                return as_kind!(node.as_numbered_reference_read_node, span, |read| {
                    self.match_group(i64::from(read.number()), span)
                });
            }
            Node::BackReferenceReadNode { .. } => return self.match_group(0, span),
            Node::SelfNode { .. } => ExprKind::This,
            Node::NilNode { .. } => ExprKind::Null,
            Node::TrueNode { .. } => ExprKind::Bool(true),
            Node::FalseNode { .. } => ExprKind::Bool(false),
            Node::SourceFileNode { .. } => return self.variable("__FILE__", span),
            Node::ArrayNode { .. } => {
                return as_kind!(node.as_array_node, span, |array| {
                    let kind = ExprKind::List(self.exprs(&array.elements()));
                    Expr { kind, span }
                });
            }
            Node::HashNode { .. } => {
                return as_kind!(node.as_hash_node, span, |hash| {
                    let kind = ExprKind::Map(self.entries(&hash.elements()));
                    Expr { kind, span }
                });
            }
            Node::KeywordHashNode { .. } => {
                return as_kind!(node.as_keyword_hash_node, span, |hash| {
                    let kind = ExprKind::Map(self.entries(&hash.elements()));
                    Expr { kind, span }
                });
            }
            Node::ImplicitNode { .. } => {
                return as_kind!(node.as_implicit_node, span, |inner| self
                    .expr(&inner.value()));
            }
            Node::SplatNode { .. } => {
                return as_kind!(node.as_splat_node, span, |splat| {
                    let inner = match splat.expression() {
                        Some(inner) => self.expr(&inner),
                        None => self.variable("*", span),
                    };
                    Expr {
                        kind: ExprKind::Spread(Box::new(inner)),
                        span,
                    }
                });
            }
            Node::ParenthesesNode { .. } => {
                return as_kind!(node.as_parentheses_node, span, |parentheses| {
                    match parentheses.body() {
                        Some(body) => self.value(&body),
                        None => null(span),
                    }
                });
            }
            Node::StatementsNode { .. }
            | Node::BeginNode { .. }
            | Node::RescueModifierNode { .. } => return self.value(node),
            Node::IfNode { .. } | Node::UnlessNode { .. } => return self.conditional(node, span),
            Node::CaseNode { .. }
            | Node::CaseMatchNode { .. }
            | Node::WhileNode { .. }
            | Node::UntilNode { .. }
            | Node::ForNode { .. }
            | Node::DefNode { .. }
            | Node::ClassNode { .. }
            | Node::ModuleNode { .. }
            | Node::SingletonClassNode { .. }
            | Node::ReturnNode { .. }
            | Node::BreakNode { .. }
            | Node::NextNode { .. }
            | Node::RedoNode { .. }
            | Node::RetryNode { .. }
            | Node::AliasMethodNode { .. }
            | Node::AliasGlobalVariableNode { .. }
            | Node::UndefNode { .. }
            | Node::PreExecutionNode { .. }
            | Node::PostExecutionNode { .. } => return self.statement_value(node, span),
            Node::LambdaNode { .. } => {
                return as_kind!(node.as_lambda_node, span, |lambda| self
                    .lambda(&lambda, span));
            }
            Node::YieldNode { .. } => {
                return as_kind!(node.as_yield_node, span, |inner| self.yielded(&inner, span));
            }
            Node::SuperNode { .. } => {
                return as_kind!(node.as_super_node, span, |inner| self
                    .super_call(&inner, span));
            }
            Node::ForwardingSuperNode { .. } => {
                return as_kind!(node.as_forwarding_super_node, span, |inner| self
                    .forwarding_super(&inner, span));
            }
            Node::DefinedNode { .. } => {
                return as_kind!(node.as_defined_node, span, |inner| {
                    let operand = self.expr(&inner.value());
                    opaque(vec![operand], span)
                });
            }
            Node::RangeNode { .. } => {
                return as_kind!(node.as_range_node, span, |range| {
                    let ends = [range.left(), range.right()];
                    self.range(ends, span)
                });
            }
            Node::FlipFlopNode { .. } => {
                return as_kind!(node.as_flip_flop_node, span, |inner| {
                    let ends = [inner.left(), inner.right()];
                    let ends = ends.into_iter().flatten();
                    let ends = ends.map(|end| self.expr(&end)).collect();
                    opaque(ends, span)
                });
            }
            Node::EmbeddedStatementsNode { .. } => {
                return as_kind!(node.as_embedded_statements_node, span, |inner| {
                    match inner.statements() {
                        Some(statements) => self.value(&statements.as_node()),
                        None => null(span),
                    }
                });
            }
            Node::EmbeddedVariableNode { .. } => {
                return as_kind!(node.as_embedded_variable_node, span, |inner| self
                    .expr(&inner.variable()));
            }
            Node::MatchRequiredNode { .. }
            | Node::MatchPredicateNode { .. }
            | Node::MatchWriteNode { .. } => return self.match_expr(node, span),
            Node::MatchLastLineNode { .. } | Node::InterpolatedMatchLastLineNode { .. } => {
                return self.literal(node, span);
            }
            Node::IntegerNode { .. }
            | Node::FloatNode { .. }
            | Node::RationalNode { .. }
            | Node::ImaginaryNode { .. }
            | Node::StringNode { .. }
            | Node::SymbolNode { .. }
            | Node::XStringNode { .. }
            | Node::RegularExpressionNode { .. }
            | Node::InterpolatedStringNode { .. }
            | Node::InterpolatedSymbolNode { .. }
            | Node::InterpolatedXStringNode { .. }
            | Node::InterpolatedRegularExpressionNode { .. }
            | Node::SourceLineNode { .. }
            | Node::SourceEncodingNode { .. } => return self.literal(node, span),
            Node::ShareableConstantNode { .. } => {
                return as_kind!(node.as_shareable_constant_node, span, |inner| self
                    .expr(&inner.write()));
            }
            Node::BlockArgumentNode { .. } => {
                return as_kind!(node.as_block_argument_node, span, |inner| {
                    match inner.expression() {
                        Some(inner) => self.expr(&inner),
                        None => self.variable("&", span),
                    }
                });
            }
            Node::BlockNode { .. } => {
                return as_kind!(node.as_block_node, span, |block| self.block(&block));
            }
            Node::ErrorRecoveryNode { .. } => {
                return as_kind!(node.as_error_recovery_node, span, |missing| {
                    let inner = self.optional(missing.unexpected());
                    opaque(inner.into_iter().collect(), span)
                });
            }
            Node::PinnedExpressionNode { .. } => {
                return as_kind!(node.as_pinned_expression_node, span, |inner| self
                    .expr(&inner.expression()));
            }
            Node::PinnedVariableNode { .. } => {
                return as_kind!(node.as_pinned_variable_node, span, |inner| self
                    .expr(&inner.variable()));
            }
            _ => return self.write(node, span),
        };
        Expr { kind, span }
    }

    /// `A::B`, `::A`: a dotted chain of names.
    pub(super) fn constant_path(&mut self, path: &ConstantPathNode<'_>, span: Span) -> Expr {
        let Some(name) = path.name() else {
            let parent = path.parent().map(|parent| self.expr(&parent));
            return opaque(parent.into_iter().collect(), span);
        };
        let name = self.id(name);
        let Some(parent) = path.parent() else {
            return Expr {
                kind: ExprKind::Name(name),
                span,
            };
        };
        let object = self.boxed(&parent);
        Expr {
            kind: ExprKind::Member {
                object,
                name,
                name_span: self.span(&path.name_loc()),
            },
            span,
        }
    }

    /// The entries of a hash.
    pub(super) fn entries(&mut self, nodes: &NodeList<'_>) -> Vec<Entry> {
        let entries = nodes.iter().map(|node| self.entry(&node));
        entries.collect()
    }

    fn entry(&mut self, node: &Node<'_>) -> Entry {
        if let Some(pair) = node.as_assoc_node() {
            return Entry::Pair {
                key: self.expr(&pair.key()),
                value: self.expr(&pair.value()),
            };
        }
        if let Some(splat) = node.as_assoc_splat_node() {
            let span = self.at(node);
            return Entry::Spread(match splat.value() {
                Some(value) => self.expr(&value),
                None => self.variable("**", span),
            });
        }
        Entry::Spread(self.expr(node))
    }

    /// `from..to`, `from...to`, with open ends: an instance of `Range`.
    fn range(&mut self, ends: [Option<Node<'_>>; 2], span: Span) -> Expr {
        let ends = ends.map(|end| match end {
            Some(end) => self.expr(&end),
            None => null(span),
        });
        let callee = Box::new(self.variable("Range", Span::new(span.start, span.start)));
        let args = ends.into_iter().map(Arg::Positional);
        Expr {
            kind: ExprKind::New {
                callee,
                args: args.collect(),
            },
            span,
        }
    }

    /// `$1` and the like: a group of what a regular expression matched last.
    fn match_group(&mut self, group: i64, span: Span) -> Expr {
        Expr {
            kind: ExprKind::Index {
                object: Box::new(self.variable("%match", span)),
                index: Box::new(Expr {
                    kind: ExprKind::Int(group),
                    span,
                }),
            },
            span,
        }
    }

    /// A construct of statements as a value, by way of a variable.
    pub(super) fn statement_value(&mut self, node: &Node<'_>, span: Span) -> Expr {
        let name = self.temporary("value");
        let mut body = Vec::new();
        self.stmt(node, Tail::Store(name), &mut body);
        stored(body, name, span)
    }

    /// The value of one or more statements.
    pub(super) fn value(&mut self, node: &Node<'_>) -> Expr {
        let span = self.at(node);
        if let Some(statements) = node.as_statements_node() {
            let nodes = statements.body();
            if nodes.len() > 1 {
                return self.statement_value(node, span);
            }
            return match nodes.first() {
                Some(only) => self.expr(&only),
                None => null(span),
            };
        }
        if let Some(begin) = node.as_begin_node() {
            let plain = begin.rescue_clause().is_none() && begin.ensure_clause().is_none();
            if plain {
                return match begin.statements() {
                    Some(statements) => self.value(&statements.as_node()),
                    None => null(span),
                };
            }
        }
        if matches!(
            node,
            Node::BeginNode { .. } | Node::RescueModifierNode { .. }
        ) {
            return self.statement_value(node, span);
        }
        self.expr(node)
    }
}

pub(super) fn not(operand: Expr, span: Span) -> Expr {
    Expr {
        kind: ExprKind::Unary {
            op: UnaryOp::Not,
            operand: Box::new(operand),
        },
        span,
    }
}

/// Statements that leave their value in a variable, and then that variable.
pub(super) fn stored(body: Vec<Stmt>, name: Sym, span: Span) -> Expr {
    Expr {
        kind: ExprKind::Do {
            body,
            value: Box::new(Expr {
                kind: ExprKind::Name(name),
                span,
            }),
        },
        span,
    }
}

/// An assignment to one of the adapter's own variables.
pub(super) fn store(name: Sym, value: Expr) -> Stmt {
    let span = value.span;
    let target = Pattern {
        kind: PatternKind::Name(name),
        span,
    };
    Stmt {
        kind: StmtKind::Expr(assign(target, Box::new(value), span)),
        span,
    }
}
