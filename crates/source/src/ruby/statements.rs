//! Statements, apart from branches, classes and methods.

use ruby_prism::{ArgumentsNode, CallNode, Node, StatementsNode};
use shindan_base::{Span, Sym};

use super::calls::loop_block;
use super::expressions::{not, store};
use super::methods::{Closure, call};
use super::{Converter, Tail, null, opaque};
use crate::tree::{Arg, Expr, ExprKind, ForEachKind, Stmt, StmtKind};

impl Converter<'_> {
    pub(super) fn statements(&mut self, node: Option<StatementsNode<'_>>, tail: Tail) -> Vec<Stmt> {
        let mut out = Vec::new();
        if let Some(node) = node {
            self.sequence(&node, tail, &mut out);
        }
        out
    }

    fn sequence(&mut self, node: &StatementsNode<'_>, tail: Tail, out: &mut Vec<Stmt>) {
        let nodes = node.body();
        let last = nodes.len().saturating_sub(1);
        out.reserve(nodes.len());
        for (i, node) in nodes.iter().enumerate() {
            self.stmt(&node, if i == last { tail } else { Tail::Drop }, out);
        }
    }

    /// Converts a statement, which may become several; `tail` says what becomes of its value.
    pub(super) fn stmt(&mut self, node: &Node<'_>, tail: Tail, out: &mut Vec<Stmt>) {
        let span = self.at(node);
        if !self.depth.enter(span) {
            out.push(Stmt {
                kind: StmtKind::Pass,
                span,
            });
            return;
        }
        self.stmt_inner(node, span, tail, out);
        self.depth.leave();
    }

    fn stmt_inner(&mut self, node: &Node<'_>, span: Span, tail: Tail, out: &mut Vec<Stmt>) {
        let done = match node {
            Node::StatementsNode { .. } => node
                .as_statements_node()
                .map(|inner| self.sequence(&inner, tail, out)),
            Node::ParenthesesNode { .. } if self.output(span).is_none() => {
                let body = node.as_parentheses_node().and_then(|inner| inner.body());
                body.map(|body| self.stmt(&body, tail, out))
            }
            Node::IfNode { .. } | Node::UnlessNode { .. } => {
                self.branches(node, tail, out);
                Some(())
            }
            Node::CaseNode { .. } => node
                .as_case_node()
                .map(|case| self.case(&case, span, tail, out)),
            Node::CaseMatchNode { .. } => node
                .as_case_match_node()
                .map(|case| self.case_match(&case, span, tail, out)),
            Node::BeginNode { .. } => node
                .as_begin_node()
                .map(|begin| self.begin(&begin, span, tail, out)),
            Node::RescueModifierNode { .. } => node
                .as_rescue_modifier_node()
                .map(|inner| self.rescue_modifier(&inner, span, tail, out)),
            Node::WhileNode { .. } | Node::UntilNode { .. } | Node::ForNode { .. } => {
                let kind = self.repeated(node);
                out.extend(kind.map(|kind| Stmt { kind, span }));
                self.nothing(span, tail, out);
                Some(())
            }
            Node::ReturnNode { .. } => node.as_return_node().map(|inner| {
                let value = self.jump_value(inner.arguments());
                self.returned(value, span, out);
            }),
            Node::BreakNode { .. } => node.as_break_node().map(|inner| {
                let value = self.jump_value(inner.arguments());
                self.left(value, StmtKind::Break(None), span, out);
            }),
            Node::NextNode { .. } => node.as_next_node().map(|inner| {
                let value = self.jump_value(inner.arguments());
                self.left(value, StmtKind::Continue(None), span, out);
            }),
            // Both run something again, which shows nothing that the first run did not.
            Node::RetryNode { .. } | Node::RedoNode { .. } => {
                let kind = StmtKind::Throw(None);
                out.push(Stmt { kind, span });
                Some(())
            }
            Node::DefNode { .. } => node
                .as_def_node()
                .map(|def| self.defined(&def, span, tail, out)),
            Node::ClassNode { .. } | Node::ModuleNode { .. } | Node::SingletonClassNode { .. } => {
                out.extend(self.class_stmt(node, span));
                self.nothing(span, tail, out);
                Some(())
            }
            Node::ConstantWriteNode { .. } => node.as_constant_write_node().and_then(|write| {
                let class = self.assigned_class(&write, span)?;
                out.push(class);
                Some(())
            }),
            Node::AliasMethodNode { .. } | Node::UndefNode { .. } => {
                let kind = StmtKind::Pass;
                out.push(Stmt { kind, span });
                Some(())
            }
            Node::AliasGlobalVariableNode { .. } => {
                node.as_alias_global_variable_node().map(|alias| {
                    let value = Box::new(self.expr(&alias.old_name()));
                    let target = super::writes::place(self.expr(&alias.new_name()));
                    let kind = StmtKind::Expr(super::writes::assign(target, value, span));
                    out.push(Stmt { kind, span });
                })
            }
            Node::PreExecutionNode { .. } => node
                .as_pre_execution_node()
                .map(|inner| out.extend(self.statements(inner.statements(), tail))),
            Node::PostExecutionNode { .. } => node
                .as_post_execution_node()
                .map(|inner| out.extend(self.statements(inner.statements(), tail))),
            Node::CallNode { .. } => node
                .as_call_node()
                .and_then(|call| self.call_stmt(&call, span, tail, out)),
            _ => None,
        };
        if done.is_none() {
            let value = self.expr(node);
            let value = self.written_out(value, span);
            finish(value, tail, out);
        }
    }

    /// Calls that are statements: `raise` and `loop`.
    fn call_stmt(
        &mut self,
        node: &CallNode<'_>,
        span: Span,
        tail: Tail,
        out: &mut Vec<Stmt>,
    ) -> Option<()> {
        if node.receiver().is_some() {
            return None;
        }
        let kind = match node.name().as_slice() {
            b"raise" | b"fail" => StmtKind::Throw(self.raised(node, span)),
            b"loop" => {
                let block = loop_block(node)?;
                self.method.loops += 1;
                let mut body = Vec::new();
                if let Some(inner) = block.body() {
                    self.stmt(&inner, Tail::Drop, &mut body);
                }
                self.method.loops -= 1;
                let kind = StmtKind::While {
                    cond: Expr {
                        kind: ExprKind::Bool(true),
                        span: Span::new(span.start, span.start),
                    },
                    body,
                    els: Vec::new(),
                };
                out.push(Stmt { kind, span });
                self.nothing(span, tail, out);
                return Some(());
            }
            _ => return None,
        };
        out.push(Stmt { kind, span });
        Some(())
    }

    /// `while`, `until` and `for`.
    fn repeated(&mut self, node: &Node<'_>) -> Option<StmtKind> {
        self.method.loops += 1;
        let kind = self.repeated_kind(node);
        self.method.loops -= 1;
        kind
    }

    fn repeated_kind(&mut self, node: &Node<'_>) -> Option<StmtKind> {
        let (cond, statements, tests_last) = match node {
            Node::WhileNode { .. } => {
                let inner = node.as_while_node()?;
                let cond = self.expr(&inner.predicate());
                (cond, inner.statements(), inner.is_begin_modifier())
            }
            Node::UntilNode { .. } => {
                let inner = node.as_until_node()?;
                let cond = self.expr(&inner.predicate());
                let at = cond.span;
                (not(cond, at), inner.statements(), inner.is_begin_modifier())
            }
            _ => {
                let inner = node.as_for_node()?;
                let iter = self.expr(&inner.collection());
                return Some(StmtKind::ForEach {
                    kind: ForEachKind::Of,
                    target: self.target(&inner.index()),
                    declares: None,
                    iter,
                    body: self.statements(inner.statements(), Tail::Drop),
                    els: Vec::new(),
                });
            }
        };
        let body = self.statements(statements, Tail::Drop);
        Some(if tests_last {
            StmtKind::DoWhile { body, cond }
        } else {
            StmtKind::While {
                cond,
                body,
                els: Vec::new(),
            }
        })
    }

    /// The value of `return`, `break` and `next`.
    fn jump_value(&mut self, arguments: Option<ArgumentsNode<'_>>) -> Option<Expr> {
        let nodes = arguments?.arguments();
        if nodes.len() == 1 {
            return self.optional(nodes.first());
        }
        let elements = self.exprs(&nodes);
        let span = match (elements.first(), elements.last()) {
            (Some(first), Some(last)) => first.span.to(last.span),
            _ => return None,
        };
        let kind = ExprKind::List(elements);
        Some(Expr { kind, span })
    }

    fn returned(&mut self, value: Option<Expr>, span: Span, out: &mut Vec<Stmt>) {
        match (self.method.closure, self.method.name) {
            (Closure::Block, Some(_)) => out.extend(self.return_from_block(value, span)),
            // A file and a class body just end.
            (Closure::Body, None) => {
                let kind = StmtKind::Expr(opaque(value.into_iter().collect(), span));
                out.push(Stmt { kind, span });
            }
            _ => {
                let kind = StmtKind::Return(value);
                out.push(Stmt { kind, span });
            }
        }
    }

    /// `break` and `next`: `jump` inside a loop; a block ends with the value.
    fn left(&mut self, value: Option<Expr>, jump: StmtKind, span: Span, out: &mut Vec<Stmt>) {
        let in_loop = self.method.loops > 0;
        if !in_loop && self.method.closure != Closure::Body {
            let kind = StmtKind::Return(value);
            out.push(Stmt { kind, span });
            return;
        }
        if let Some(value) = value {
            let span = value.span;
            let kind = StmtKind::Expr(value);
            out.push(Stmt { kind, span });
        }
        if in_loop {
            out.push(Stmt { kind: jump, span });
        }
    }

    /// What a construct without a value leaves for a variable.
    pub(super) fn nothing(&mut self, span: Span, tail: Tail, out: &mut Vec<Stmt>) {
        if let Tail::Store(name) = tail {
            out.push(store(name, null(span)));
        }
    }

    /// What a tag of a template writes to the page.
    fn written_out(&mut self, value: Expr, span: Span) -> Expr {
        let Some(name) = self.output(span) else {
            return value;
        };
        let callee = Expr {
            kind: ExprKind::Name(name),
            span: Span::new(span.start, span.start),
        };
        call(callee, vec![Arg::Positional(value)], span)
    }

    /// The function that the tag whose code starts with a node is a call of.
    fn output(&mut self, span: Span) -> Option<Sym> {
        let at = self
            .outputs
            .binary_search_by_key(&span.start, |output| output.start)
            .ok()?;
        let name = self.outputs.get(at)?.function;
        Some(self.name(name))
    }
}

/// Ends statements with a value.
fn finish(value: Expr, tail: Tail, out: &mut Vec<Stmt>) {
    let span = value.span;
    out.push(match tail {
        Tail::Drop => Stmt {
            kind: StmtKind::Expr(value),
            span,
        },
        Tail::Return => Stmt {
            kind: StmtKind::Return(Some(value)),
            span,
        },
        Tail::Store(name) => store(name, value),
    });
}
