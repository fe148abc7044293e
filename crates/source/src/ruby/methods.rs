//! Methods: their parameters, what they yield to, and what `super` passes on.

use ruby_prism::{DefNode, ForwardingSuperNode, Node, ParametersNode, SuperNode, YieldNode};
use shindan_base::{Span, Sym};

use super::{Converter, Tail};
use crate::tree::{
    Arg, Expr, ExprKind, Function, Param, ParamKind, Pattern, PatternKind, Stmt, StmtKind,
};

/// The variable that a `return` inside a block leaves its value in.
const RETURNED: &str = "%returned";

/// The name of the constructor in all languages of classes.
const CONSTRUCTOR: &str = "<init>";

/// What is known of the method that is being walked; outside of methods, of the file or class body.
#[derive(Default)]
pub(super) struct Method {
    /// Its name; `None` outside of methods.
    pub(super) name: Option<Sym>,
    /// Its parameters, which a bare `super` passes on.
    passed: Vec<(Sym, ParamKind)>,
    /// Its block parameter.
    block: Option<Sym>,
    /// Whether it calls its block, so that it needs a parameter for it.
    yields: bool,
    /// Whether a block inside returns from it.
    returns_from_block: bool,
    /// What is walked inside of it.
    pub(super) closure: Closure,
    /// How many loops lie around the current node inside that.
    pub(super) loops: u32,
}

/// The innermost function around a node, which tells where `return` and `next` lead.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Closure {
    /// The method itself.
    #[default]
    Body,
    /// A block, out of which `return` leaves the method.
    Block,
    /// A lambda.
    Lambda,
}

impl Converter<'_> {
    /// `def name … end` as a function. The constructor gets the name that it has in all languages.
    pub(super) fn method(&mut self, def: &DefNode<'_>) -> Function {
        let span = self.span(&def.location());
        let name_span = self.span(&def.name_loc());
        let mut name = self.id(def.name());
        if self.names.text(name) == "initialize" {
            name = self.name(CONSTRUCTOR);
        }
        let outer = std::mem::replace(
            &mut self.method,
            Method {
                name: Some(name),
                ..Method::default()
            },
        );
        let mut params = def
            .parameters()
            .map_or_else(Vec::new, |params| self.params(&params));
        self.method.passed = params.iter().filter_map(passed).collect();
        let block = params.iter().find(|param| param.kind == ParamKind::Block);
        self.method.block = block.and_then(|param| name_of(&param.pattern));
        let mut body = Vec::new();
        if let Some(node) = def.body() {
            self.stmt(&node, Tail::Return, &mut body);
        }
        if self.method.yields && self.method.block.is_none() {
            params.push(self.block_param(name_span));
        }
        if self.method.returns_from_block {
            self.return_from_blocks(&mut body, span);
        }
        self.method = outer;
        Function {
            name: Some(name),
            name_span,
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

    fn block_param(&mut self, span: Span) -> Param {
        plain_param(self.name("&"), span, ParamKind::Block)
    }

    /// `return value` inside a block: the block ends, and the method may return the value.
    pub(super) fn return_from_block(&mut self, value: Option<Expr>, span: Span) -> Vec<Stmt> {
        self.method.returns_from_block = true;
        let name = self.name(RETURNED);
        let value = value.unwrap_or_else(|| super::null(span));
        vec![
            super::expressions::store(name, value),
            Stmt {
                kind: StmtKind::Return(None),
                span,
            },
        ]
    }

    /// Lets every way out of a method return what a block may have returned.
    fn return_from_blocks(&mut self, body: &mut Vec<Stmt>, span: Span) {
        let name = self.name(RETURNED);
        let end = Span::new(span.end, span.end);
        self.offer(body, name, end);
        let start = Span::new(span.start, span.start);
        body.insert(0, super::expressions::store(name, super::null(start)));
    }

    fn offer(&mut self, body: &mut Vec<Stmt>, name: Sym, end: Span) {
        let returned = || Expr {
            kind: ExprKind::Name(name),
            span: end,
        };
        match body.last_mut().map(|stmt| &mut stmt.kind) {
            Some(StmtKind::Return(Some(value))) => {
                let span = value.span;
                let plain = self.temporary("value");
                let last = std::mem::replace(value, super::null(span));
                let choice = ExprKind::Ternary {
                    cond: Box::new(super::opaque(Vec::new(), span)),
                    then: Box::new(returned()),
                    els: Box::new(Expr {
                        kind: ExprKind::Name(plain),
                        span,
                    }),
                };
                value.kind = ExprKind::Do {
                    body: vec![super::expressions::store(plain, last)],
                    value: Box::new(Expr { kind: choice, span }),
                };
            }
            Some(StmtKind::If { then, els, .. }) => {
                self.offer(then, name, end);
                self.offer(els, name, end);
            }
            Some(StmtKind::Switch { cases, .. }) => {
                for case in cases {
                    self.offer(&mut case.body, name, end);
                }
            }
            Some(StmtKind::Try {
                body,
                handlers,
                els,
                ..
            }) => {
                self.offer(if els.is_empty() { body } else { els }, name, end);
                for handler in handlers {
                    self.offer(&mut handler.body, name, end);
                }
            }
            _ => body.push(Stmt {
                kind: StmtKind::Return(Some(returned())),
                span: end,
            }),
        }
    }

    pub(super) fn params(&mut self, params: &ParametersNode<'_>) -> Vec<Param> {
        let mut out = Vec::new();
        let leading = params.requireds();
        let optional = params.optionals();
        for node in leading.iter().chain(&optional) {
            out.push(self.param(&node));
        }
        out.extend(params.rest().map(|node| self.param(&node)));
        let (posts, keywords) = (params.posts(), params.keywords());
        for node in posts.iter().chain(&keywords) {
            out.push(self.param(&node));
        }
        match params.keyword_rest() {
            // `...` stands for all arguments and the block.
            Some(node) if matches!(node, Node::ForwardingParameterNode { .. }) => {
                let span = self.at(&node);
                for (name, kind) in [
                    ("*", ParamKind::Rest),
                    ("**", ParamKind::RestMap),
                    ("&", ParamKind::Block),
                ] {
                    out.push(plain_param(self.name(name), span, kind));
                }
            }
            Some(node) if !matches!(node, Node::NoKeywordsParameterNode { .. }) => {
                out.push(self.param(&node));
            }
            _ => {}
        }
        if let Some(node) = params.block()
            && matches!(node, Node::BlockParameterNode { .. })
        {
            out.push(self.param(&node));
        }
        out
    }

    fn param(&mut self, node: &Node<'_>) -> Param {
        let span = self.at(node);
        if let Some(param) = node.as_required_parameter_node() {
            return plain_param(self.id(param.name()), span, ParamKind::Plain);
        }
        if let Some(param) = node.as_optional_parameter_node() {
            let at = self.span(&param.name_loc());
            let name = self.id(param.name());
            let default = self.expr(&param.value());
            return Param {
                default: Some(default),
                ..plain_param(name, at, ParamKind::Plain)
            };
        }
        if let Some(param) = node.as_required_keyword_parameter_node() {
            return plain_param(self.id(param.name()), span, ParamKind::NamedOnly);
        }
        if let Some(param) = node.as_optional_keyword_parameter_node() {
            let at = self.span(&param.name_loc());
            let name = self.id(param.name());
            let default = self.expr(&param.value());
            return Param {
                default: Some(default),
                ..plain_param(name, at, ParamKind::NamedOnly)
            };
        }
        let (name, anonymous, kind) = if let Some(param) = node.as_rest_parameter_node() {
            (param.name(), "*", ParamKind::Rest)
        } else if let Some(param) = node.as_keyword_rest_parameter_node() {
            (param.name(), "**", ParamKind::RestMap)
        } else if let Some(param) = node.as_block_parameter_node() {
            (param.name(), "&", ParamKind::Block)
        } else {
            // `(a, b)`, and whatever stands where a parameter should.
            return Param {
                pattern: self.target(node),
                default: None,
                ty: None,
                kind: ParamKind::Plain,
                decorators: Vec::new(),
            };
        };
        let name = match name {
            Some(name) => self.id(name),
            None => self.name(anonymous),
        };
        plain_param(name, span, kind)
    }

    /// `yield arguments` calls the method's block.
    pub(super) fn yielded(&mut self, node: &YieldNode<'_>, span: Span) -> Expr {
        let at = self.span(&node.keyword_loc());
        let block = self.own_block(at);
        let name = self.name("call");
        let callee = super::calls::member(block, name, at, at);
        let args = self.args(node.arguments(), None);
        call(callee, args, span)
    }

    /// The block of the method at hand.
    pub(super) fn own_block(&mut self, span: Span) -> Expr {
        self.method.yields = true;
        let name = match self.method.block {
            Some(name) => name,
            None => self.name("&"),
        };
        Expr {
            kind: ExprKind::Name(name),
            span,
        }
    }

    /// `super(arguments)`.
    pub(super) fn super_call(&mut self, node: &SuperNode<'_>, span: Span) -> Expr {
        let at = self.span(&node.keyword_loc());
        let callee = self.super_method(at);
        let args = self.args(node.arguments(), node.block());
        call(callee, args, span)
    }

    /// A bare `super` passes the method's own arguments on, and its block.
    pub(super) fn forwarding_super(&mut self, node: &ForwardingSuperNode<'_>, span: Span) -> Expr {
        let callee = self.super_method(Span::new(span.start, span.start + 5));
        let mut args: Vec<Arg> = Vec::new();
        let own_block = node.block().is_none();
        for &(name, kind) in &self.method.passed {
            let value = Expr {
                kind: ExprKind::Name(name),
                span,
            };
            args.push(match kind {
                ParamKind::Plain => Arg::Positional(value),
                ParamKind::NamedOnly => Arg::Named { name, value },
                ParamKind::Rest => Arg::Spread(value),
                ParamKind::RestMap => Arg::SpreadMap(value),
                ParamKind::Block if own_block => Arg::Named {
                    name: self.names.intern("&"),
                    value,
                },
                ParamKind::Block => continue,
            });
        }
        if let Some(block) = node.block() {
            let value = self.block(&block);
            let name = self.name("&");
            args.push(Arg::Named { name, value });
        }
        call(callee, args, span)
    }

    fn super_method(&mut self, span: Span) -> Expr {
        let superior = Expr {
            kind: ExprKind::Super,
            span,
        };
        match self.method.name {
            Some(name) if self.names.text(name) != CONSTRUCTOR => Expr {
                kind: ExprKind::Member {
                    object: Box::new(superior),
                    name,
                    name_span: span,
                },
                span,
            },
            _ => superior,
        }
    }
}

pub(super) fn call(callee: Expr, args: Vec<Arg>, span: Span) -> Expr {
    Expr {
        kind: ExprKind::Call {
            callee: Box::new(callee),
            args,
        },
        span,
    }
}

pub(super) fn plain_param(name: Sym, span: Span, kind: ParamKind) -> Param {
    Param {
        pattern: Pattern {
            kind: PatternKind::Name(name),
            span,
        },
        default: None,
        ty: None,
        kind,
        decorators: Vec::new(),
    }
}

fn passed(param: &Param) -> Option<(Sym, ParamKind)> {
    name_of(&param.pattern).map(|name| (name, param.kind))
}

fn name_of(pattern: &Pattern) -> Option<Sym> {
    match pattern.kind {
        PatternKind::Name(name) => Some(name),
        _ => None,
    }
}
