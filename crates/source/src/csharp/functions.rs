//! Parameters, bodies, lambdas and local functions.

use shindan_base::{Span, Sym};

use super::attributes::Modifiers;
use super::grammar::{Field, Kind};
use super::syntax::Node;
use super::{Converter, bound, expr_stmt, name};
use crate::tree::{Expr, ExprKind, Function, Param, ParamKind, Stmt, StmtKind};

/// Marks a method that extends the type of its first parameter; no program can write such an attribute.
const EXTENSION: &str = "%extension";

/// What the value of an expression body is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Body {
    /// The function's result.
    Returned,
    /// Nothing.
    Dropped,
}

/// A function that does nothing, to be filled.
pub(super) fn empty_function(name_span: Span, span: Span) -> Function {
    Function {
        name: None,
        name_span,
        params: Vec::new(),
        body: Vec::new(),
        decorators: Vec::new(),
        returns: None,
        is_async: false,
        is_generator: false,
        is_arrow: false,
        span,
    }
}

impl<'a> Converter<'a> {
    /// The parameters of a list, and whether the first is the object that an extension method extends.
    pub(super) fn params(&mut self, list: Node) -> (Vec<Param>, bool) {
        let mut params = Vec::new();
        let mut is_extension = false;
        // The words of a parameter array stand directly in the list.
        let (mut is_array, mut ty, mut decorators) = (false, None, Vec::new());
        for child in self.children(list) {
            match (self.kind(child), self.field(child)) {
                (Kind::Parameter, _) => {
                    let words = self.children(child);
                    is_extension |= params.is_empty()
                        && words
                            .filter(|word| self.kind(*word) == Kind::Modifier)
                            .any(|word| self.source(word) == "this");
                    params.push(self.param(child));
                }
                (Kind::AttributeList, _) => self.attribute_list(child, &mut decorators),
                (Kind::Token, _) => is_array |= self.source(child) == "params",
                (_, Field::Type) => ty = self.ty(child),
                (Kind::Identifier, Field::Name) if is_array => params.push(Param {
                    pattern: bound(self.sym(child), self.span(child)),
                    default: None,
                    ty: ty.take(),
                    kind: ParamKind::Rest,
                    decorators: std::mem::take(&mut decorators),
                }),
                _ => {}
            }
        }
        (params, is_extension)
    }

    fn field(&self, node: Node) -> Field {
        self.syntax.field(node)
    }

    pub(super) fn param(&mut self, node: Node) -> Param {
        let span = self.span(node);
        let decorators = self.attributes(node);
        let ty = self.type_in(node, Field::Type);
        let key = self.child(node, Field::Name);
        let default = self
            .children(node)
            .find(|part| self.kind(*part).is_expression() && self.field(*part) == Field::None);
        Param {
            pattern: match key {
                Some(key) => bound(self.sym(key), self.span(key)),
                None => bound(Sym::EMPTY, span),
            },
            default: default.map(|value| self.alone(|this| this.expr(value))),
            ty,
            kind: ParamKind::Plain,
            decorators,
        }
    }

    /// Fills what methods, local functions and operators have in common.
    pub(super) fn signature(&mut self, node: Node, function: &mut Function, modifiers: Modifiers) {
        function.is_async = modifiers.is_async;
        function.decorators = self.attributes(node);
        if let Some(list) = self.child(node, Field::Parameters) {
            let (params, is_extension) = self.params(list);
            function.params = params;
            if is_extension {
                let span = self.span(list);
                let mark = self.names.of_temporary(EXTENSION);
                function.decorators.push(name(mark, span));
            }
        }
    }

    /// Converts the body of a function, whatever kind it is of.
    pub(super) fn function_body(
        &mut self,
        function: &mut Function,
        body: Node,
        kind: Body,
        result: Option<Node>,
    ) {
        let outer_yields = std::mem::replace(&mut self.yields, false);
        let outer_result = std::mem::replace(&mut self.result, result);
        let outer_hoisted = std::mem::take(&mut self.hoisted);
        function.body = match self.kind(body) {
            Kind::Block => self.block(body),
            Kind::Arrow => match self.operand(body) {
                Some(value) => self.expression_body(value, kind),
                None => Vec::new(),
            },
            _ => self.expression_body(body, kind),
        };
        function.is_generator = self.yields;
        self.hoisted = outer_hoisted;
        self.result = outer_result;
        self.yields = outer_yields;
    }

    fn expression_body(&mut self, value: Node, kind: Body) -> Vec<Stmt> {
        let span = self.span(value);
        let value = self.value(value, self.result);
        let mut body = std::mem::take(&mut self.hoisted);
        body.push(match kind {
            Body::Returned => Stmt {
                kind: StmtKind::Return(Some(value)),
                span,
            },
            Body::Dropped => expr_stmt(value),
        });
        body
    }

    /// `x => …`, `async (a, b) => { … }`.
    pub(super) fn lambda(&mut self, node: Node) -> ExprKind {
        let span = self.span(node);
        let mut function = empty_function(Span::new(span.start, span.start), span);
        function.is_arrow = true;
        function.is_async = self.modifiers(node).is_async;
        function.decorators = self.attributes(node);
        function.returns = self.type_in(node, Field::Type);
        if let Some(params) = self.child(node, Field::Parameters) {
            function.params = match self.kind(params) {
                Kind::ParameterList => self.params(params).0,
                _ => vec![plain_param(self.sym(params), self.span(params))],
            };
        }
        if let Some(body) = self.child(node, Field::Body) {
            self.function_body(&mut function, body, Body::Returned, None);
        }
        ExprKind::Function(Box::new(function))
    }

    /// `delegate (int x) { … }`.
    pub(super) fn anonymous_method(&mut self, node: Node) -> ExprKind {
        let span = self.span(node);
        let mut function = empty_function(Span::new(span.start, span.start), span);
        function.is_arrow = true;
        function.is_async = self.modifiers(node).is_async;
        if let Some(list) = self.child(node, Field::Parameters) {
            function.params = self.params(list).0;
        }
        if let Some(body) = self.syntax.first(node, Kind::Block) {
            self.function_body(&mut function, body, Body::Returned, None);
        }
        ExprKind::Function(Box::new(function))
    }

    pub(super) fn local_function(&mut self, node: Node) -> Option<Function> {
        let key = self.child(node, Field::Name)?;
        let mut function = empty_function(self.span(key), self.span(node));
        function.name = Some(self.sym(key));
        function.is_arrow = true;
        let modifiers = self.modifiers(node);
        self.signature(node, &mut function, modifiers);
        let result = self.child(node, Field::Type);
        function.returns = result.and_then(|ty| self.ty(ty));
        if let Some(body) = self.child(node, Field::Body) {
            self.function_body(&mut function, body, Body::Returned, result);
        }
        Some(function)
    }

    /// A lambda of a query: `param => value`.
    pub(super) fn made_lambda(&mut self, params: Vec<Param>, body: Vec<Stmt>, span: Span) -> Expr {
        let mut function = empty_function(Span::new(span.start, span.start), span);
        function.is_arrow = true;
        function.params = params;
        function.body = body;
        Expr {
            kind: ExprKind::Function(Box::new(function)),
            span,
        }
    }
}

pub(super) fn plain_param(name: Sym, span: Span) -> Param {
    Param {
        pattern: bound(name, span),
        default: None,
        ty: None,
        kind: ParamKind::Plain,
        decorators: Vec::new(),
    }
}
