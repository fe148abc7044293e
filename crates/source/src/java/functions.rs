//! Methods, constructors, lambdas, their parameters, and annotations.

use shindan_base::{Span, Sym};

use super::grammar::{Field, Kind};
use super::{Converter, name_pattern, opaque};
use crate::tree::{Arg, Expr, ExprKind, Function, Param, ParamKind, Stmt};

/// What stands in front of a declaration.
#[derive(Default)]
pub(super) struct Modifiers {
    pub(super) annotations: Vec<Expr>,
    pub(super) is_public: bool,
    pub(super) is_static: bool,
    pub(super) is_abstract: bool,
    pub(super) is_final: bool,
    pub(super) is_default: bool,
    /// Where the first one that is no annotation stands.
    pub(super) start: Option<u32>,
}

impl Converter<'_> {
    pub(super) fn modifiers(&mut self) -> Modifiers {
        let mut modifiers = Modifiers::default();
        self.children(|this, kind| {
            match kind {
                Kind::Annotation | Kind::MarkerAnnotation => {
                    let annotation = this.annotation();
                    modifiers.annotations.push(annotation);
                    return;
                }
                Kind::Public => modifiers.is_public = true,
                Kind::Static => modifiers.is_static = true,
                Kind::Abstract => modifiers.is_abstract = true,
                Kind::Final => modifiers.is_final = true,
                Kind::Default => modifiers.is_default = true,
                _ => {}
            }
            let start = this.span().start;
            modifiers.start.get_or_insert(start);
        });
        modifiers
    }

    /// `@A` is a name, `@A(…)` a call of it.
    pub(super) fn annotation(&mut self) -> Expr {
        let span = self.span();
        if !self.depth.enter(span) {
            return opaque(span);
        }
        let (mut callee, mut args) = (None, None);
        self.children(|this, kind| match (this.field(), kind) {
            (Field::Name, _) => callee = Some(this.expr()),
            (_, Kind::AnnotationArguments) => args = Some(this.annotation_arguments()),
            _ => {}
        });
        self.depth.leave();
        let callee = callee.unwrap_or_else(|| opaque(span));
        match args {
            None => callee,
            Some(args) => Expr {
                kind: ExprKind::Call {
                    callee: Box::new(callee),
                    args,
                },
                span,
            },
        }
    }

    fn annotation_arguments(&mut self) -> Vec<Arg> {
        let mut args = Vec::new();
        self.children(|this, kind| {
            if kind == Kind::ElementPair {
                let (mut key, mut value) = (None, None);
                this.children(|this, _| match this.field() {
                    Field::Key => key = Some(this.sym()),
                    Field::Value => value = Some(this.expr()),
                    _ => {}
                });
                if let (Some(name), Some(value)) = (key, value) {
                    args.push(Arg::Named { name, value });
                }
            } else if kind.is_expression()
                || matches!(
                    kind,
                    Kind::ElementArray | Kind::Annotation | Kind::MarkerAnnotation
                )
            {
                args.push(Arg::Positional(this.expr()));
            }
        });
        args
    }

    pub(super) fn lambda(&mut self) -> ExprKind {
        let span = self.span();
        let (mut params, mut body) = (Vec::new(), Vec::new());
        self.children(|this, kind| match (this.field(), kind) {
            (Field::Parameters, Kind::FormalParameters) => params = this.params(),
            (Field::Parameters, Kind::InferredParameters) => this.children(|this, kind| {
                if kind == Kind::Identifier {
                    params.push(this.untyped_param());
                }
            }),
            (Field::Parameters, _) => params.push(this.untyped_param()),
            (Field::Body, Kind::Block) => body = this.function_body(),
            (Field::Body, _) => body = this.returned(),
            _ => {}
        });
        ExprKind::Function(Box::new(Function {
            name: None,
            name_span: Span::new(span.start, span.start),
            params,
            body,
            decorators: Vec::new(),
            returns: None,
            is_async: false,
            is_generator: false,
            is_arrow: true,
            span,
        }))
    }

    fn untyped_param(&mut self) -> Param {
        Param {
            pattern: name_pattern(self.sym(), self.span()),
            default: None,
            ty: None,
            kind: ParamKind::Plain,
            decorators: Vec::new(),
        }
    }

    /// The parameters of a method; the receiver's annotated form says nothing.
    pub(super) fn params(&mut self) -> Vec<Param> {
        let mut params = Vec::new();
        self.children(|this, kind| match kind {
            Kind::FormalParameter => params.extend(this.param(ParamKind::Plain)),
            Kind::SpreadParameter => params.extend(this.param(ParamKind::Rest)),
            _ => {}
        });
        params
    }

    fn param(&mut self, kind: ParamKind) -> Option<Param> {
        let (mut bound, mut ty, mut dimensions) = (None, None, 0);
        let mut modifiers = Modifiers::default();
        self.children(|this, child| match (this.field(), child) {
            (_, Kind::Modifiers) => modifiers = this.modifiers(),
            (Field::Name, _) => bound = Some((this.sym(), this.span())),
            (Field::Dimensions, _) => dimensions = this.dimensions(),
            (_, Kind::VariableDeclarator) => this.children(|this, _| {
                if this.field() == Field::Name {
                    bound = Some((this.sym(), this.span()));
                }
            }),
            _ if child.is_type() => ty = this.ty(),
            _ => {}
        });
        let (bound, at) = bound?;
        dimensions += usize::from(kind == ParamKind::Rest);
        Some(Param {
            pattern: name_pattern(bound, at),
            default: None,
            ty: ty.map(|ty| self.array_of(ty, dimensions)),
            kind,
            decorators: modifiers.annotations,
        })
    }

    /// A block as the body of a function, in which no `yield` of an enclosing `switch` stands.
    pub(super) fn function_body(&mut self) -> Vec<Stmt> {
        let outside = std::mem::take(&mut self.yields);
        let body = self.stmts();
        self.yields = outside;
        body
    }

    /// A method, constructor or compact constructor, and its name. `<init>` is the name of constructors.
    pub(super) fn method(&mut self, kind: Kind) -> Option<(Modifiers, Method)> {
        let span = self.span();
        let mut modifiers = Modifiers::default();
        let mut rest_start = None;
        let mut method = Method {
            name: Sym::EMPTY,
            has_body: false,
            function: Function {
                name: None,
                name_span: span,
                params: Vec::new(),
                body: Vec::new(),
                decorators: Vec::new(),
                returns: None,
                is_async: false,
                is_generator: false,
                is_arrow: false,
                span,
            },
        };
        let mut dimensions = 0;
        self.children(|this, child| {
            if child == Kind::Modifiers {
                modifiers = this.modifiers();
                return;
            }
            let start = this.span().start;
            rest_start.get_or_insert(start);
            let function = &mut method.function;
            match this.field() {
                Field::Name => {
                    function.name_span = this.span();
                    method.name = match kind {
                        Kind::MethodDeclaration | Kind::AnnotationElement => this.sym(),
                        _ => this.names.of(CONSTRUCTOR),
                    };
                }
                Field::Type => function.returns = this.ty(),
                Field::Parameters => function.params = this.params(),
                Field::Dimensions => dimensions = this.dimensions(),
                Field::Body => {
                    method.has_body = true;
                    function.body = this.function_body();
                }
                _ => {}
            }
        });
        if method.name == Sym::EMPTY {
            return None;
        }
        let function = &mut method.function;
        function.name = Some(method.name);
        function.decorators = std::mem::take(&mut modifiers.annotations);
        function.span.start = modifiers.start.or(rest_start).unwrap_or(span.start);
        if let Some(returns) = function.returns.take() {
            let returns = self.array_of(returns, dimensions);
            method.function.returns = Some(returns);
        }
        Some((modifiers, method))
    }
}

/// What constructors are called in the tree.
pub(super) const CONSTRUCTOR: &str = "<init>";

/// A converted method.
pub(super) struct Method {
    pub(super) name: Sym,
    /// Whether it is neither abstract nor native.
    pub(super) has_body: bool,
    pub(super) function: Function,
}
