//! Blocks and lambdas, which are arrow functions: `self` is the enclosing one's.

use ruby_prism::{BlockNode, LambdaNode, Node};
use shindan_base::{Span, Sym};

use super::methods::{Closure, call, plain_param};
use super::{Converter, Tail};
use crate::tree::{Expr, ExprKind, Function, Param, ParamKind, Stmt, StmtKind};

impl Converter<'_> {
    /// `{ |params| … }`, `do |params| … end`.
    pub(super) fn block(&mut self, block: &BlockNode<'_>) -> Expr {
        let span = self.span(&block.location());
        let function = self.closure(Closure::Block, block.parameters(), block.body(), span);
        arrow(function)
    }

    /// A block that becomes a function of its own, which `return` leaves.
    pub(super) fn block_function(&mut self, block: &BlockNode<'_>) -> Function {
        let span = self.span(&block.location());
        self.closure(Closure::Lambda, block.parameters(), block.body(), span)
    }

    /// `->(params) { … }`.
    pub(super) fn lambda(&mut self, lambda: &LambdaNode<'_>, span: Span) -> Expr {
        let function = self.closure(Closure::Lambda, lambda.parameters(), lambda.body(), span);
        arrow(function)
    }

    fn closure(
        &mut self,
        kind: Closure,
        params: Option<Node<'_>>,
        body: Option<Node<'_>>,
        span: Span,
    ) -> Function {
        let outer = (self.method.closure, self.method.loops);
        (self.method.closure, self.method.loops) = (kind, 0);
        let params = params.map_or_else(Vec::new, |params| self.block_params(&params));
        let mut stmts = Vec::new();
        if let Some(body) = body {
            self.stmt(&body, Tail::Return, &mut stmts);
        }
        (self.method.closure, self.method.loops) = outer;
        function(params, stmts, span)
    }

    fn block_params(&mut self, node: &Node<'_>) -> Vec<Param> {
        let span = self.at(node);
        if let Some(params) = node.as_block_parameters_node() {
            let params = params.parameters();
            return params.map_or_else(Vec::new, |params| self.params(&params));
        }
        if let Some(numbered) = node.as_numbered_parameters_node() {
            let names = (1..=numbered.maximum()).map(|number| format!("_{number}"));
            return names
                .map(|name| plain_param(self.name(&name), span, ParamKind::Plain))
                .collect();
        }
        if matches!(node, Node::ItParametersNode { .. }) {
            return vec![plain_param(self.name("it"), span, ParamKind::Plain)];
        }
        Vec::new()
    }

    /// `&:name` is a block that calls this method of its argument.
    pub(super) fn symbol_block(&mut self, name: Sym, span: Span) -> Expr {
        let parameter = self.name("%item");
        let callee = Expr {
            kind: ExprKind::Member {
                object: Box::new(Expr {
                    kind: ExprKind::Name(parameter),
                    span,
                }),
                name,
                name_span: span,
            },
            span,
        };
        let result = Stmt {
            kind: StmtKind::Return(Some(call(callee, Vec::new(), span))),
            span,
        };
        let params = vec![plain_param(parameter, span, ParamKind::Plain)];
        arrow(function(params, vec![result], span))
    }
}

fn arrow(mut function: Function) -> Expr {
    function.is_arrow = true;
    let span = function.span;
    Expr {
        kind: ExprKind::Function(Box::new(function)),
        span,
    }
}

/// A function without a name.
pub(super) fn function(params: Vec<Param>, body: Vec<Stmt>, span: Span) -> Function {
    Function {
        name: None,
        name_span: Span::new(span.start, span.start),
        params,
        body,
        decorators: Vec::new(),
        returns: None,
        is_async: false,
        is_generator: false,
        is_arrow: false,
        span,
    }
}
