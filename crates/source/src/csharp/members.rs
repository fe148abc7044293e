//! Members of classes.

use shindan_base::{Span, Sym};

use super::attributes::Modifiers;
use super::declarations::{body_kind, is_class};
use super::functions::{Body, empty_function, plain_param};
use super::grammar::{Field, Kind};
use super::syntax::Node;
use super::{Converter, expr, expr_stmt, member, name};
use crate::tree::{Accessor, ExprKind, Function, Member, MemberKind, Param, Stmt, StmtKind};

/// What constructors are called in the tree.
pub(super) const CONSTRUCTOR: &str = "<init>";

impl<'a> Converter<'a> {
    /// The members in a class body, both sides of conditional sections among them.
    pub(super) fn members(
        &mut self,
        list: Node,
        class: Sym,
        is_interface: bool,
        out: &mut Vec<Member>,
    ) {
        if !self.depth.enter(self.span(list)) {
            return;
        }
        for child in self.children(list) {
            match (self.kind(child), self.syntax.field(child)) {
                (_, Field::Condition) => {}
                (
                    Kind::PreprocIf
                    | Kind::PreprocElse
                    | Kind::PreprocElif
                    | Kind::Error
                    | Kind::DeclarationList,
                    _,
                ) => {
                    self.members(child, class, is_interface, out);
                }
                (kind, _) if kind.is_declaration() => self.member(child, class, is_interface, out),
                // Code that lost its method, in a part that could not be read.
                (kind, _) if kind.is_statement() => {
                    let mut body = Vec::new();
                    self.stmt(child, &mut body);
                    let span = self.span(child);
                    out.push(initialiser(body, span));
                }
                _ => {}
            }
        }
        self.depth.leave();
    }

    pub(super) fn member(
        &mut self,
        node: Node,
        class: Sym,
        is_interface: bool,
        out: &mut Vec<Member>,
    ) {
        let span = self.span(node);
        if !self.depth.enter(span) {
            return;
        }
        let mut modifiers = self.modifiers(node);
        let is_explicit = self.syntax.first(node, Kind::ExplicitInterface).is_some();
        if is_interface || is_explicit {
            modifiers.is_public = true;
            modifiers.is_private = false;
        }
        match self.kind(node) {
            kind if is_class(kind) => {
                if let Some(class) = self.class(node) {
                    out.push(Member {
                        kind: MemberKind::Stmt(Stmt {
                            kind: StmtKind::Class(Box::new(class)),
                            span,
                        }),
                        is_public: !modifiers.is_private,
                        is_static: true,
                        span,
                    });
                }
            }
            Kind::FieldDeclaration | Kind::EventField => self.fields(node, modifiers, out),
            Kind::Property => self.property(node, modifiers, out),
            Kind::Indexer => self.indexer(node, modifiers, out),
            Kind::Event => self.event(node, modifiers, out),
            Kind::Constructor => self.constructor(node, class, modifiers, out),
            Kind::Method => {
                if let Some(key) = self.child(node, Field::Name) {
                    let sym = self.sym(key);
                    let result = self.child(node, Field::Returns);
                    self.method(node, sym, self.span(key), result, modifiers, out);
                }
            }
            Kind::Destructor => {
                let sym = self.names.of("Finalize");
                self.method(node, sym, span, None, modifiers, out);
            }
            Kind::Operator => {
                let sign = self.child(node, Field::Operator);
                let is_unary = self
                    .child(node, Field::Parameters)
                    .is_some_and(|list| self.children(list).nth(1).is_none());
                let sign_span = sign.map_or(span, |sign| self.span(sign));
                let sign = sign.map(|sign| self.source(sign)).unwrap_or_default();
                let sym = self.names.of(operator_name(sign, is_unary));
                let result = self.child(node, Field::Type);
                self.method(node, sym, sign_span, result, modifiers, out);
            }
            Kind::ConversionOperator => {
                let sym = match self.has(node, "implicit") {
                    true => "op_Implicit",
                    false => "op_Explicit",
                };
                let sym = self.names.of(sym);
                let result = self.child(node, Field::Type);
                self.method(node, sym, span, result, modifiers, out);
            }
            _ => {}
        }
        self.depth.leave();
    }

    /// One field for each variable.
    fn fields(&mut self, node: Node, modifiers: Modifiers, out: &mut Vec<Member>) {
        let Some(declaration) = self.syntax.first(node, Kind::VariableDeclaration) else {
            return;
        };
        let ty = self.child(declaration, Field::Type);
        for declarator in self.children(declaration) {
            if self.kind(declarator) != Kind::VariableDeclarator {
                continue;
            }
            let Some((key, value)) = self.declarator(declarator) else {
                continue;
            };
            let value = value.map(|value| self.alone(|this| this.value(value, ty)));
            out.push(Member {
                kind: MemberKind::Field {
                    name: self.sym(key),
                    value,
                    ty: ty.and_then(|ty| self.ty(ty)),
                    decorators: self.attributes(node),
                },
                is_public: !modifiers.is_private,
                is_static: modifiers.is_static || modifiers.is_const,
                span: self.span(node),
            });
        }
    }

    fn property(&mut self, node: Node, modifiers: Modifiers, out: &mut Vec<Member>) {
        let Some(key) = self.child(node, Field::Name) else {
            return;
        };
        let (sym, key_span) = (self.sym(key), self.span(key));
        let ty = self.child(node, Field::Type);
        let accessors = self.child(node, Field::Accessors);
        let value = self.child(node, Field::Value);
        let Some(accessors) = accessors else {
            // `T P => value;`
            let mut getter = self.accessor(node, sym, key_span, ty);
            if let Some(value) = value {
                self.function_body(&mut getter, value, Body::Returned, ty);
            }
            out.push(method(
                sym,
                getter,
                Accessor::Get,
                modifiers,
                self.span(node),
            ));
            return;
        };
        let with_body: Vec<Node> = self
            .children(accessors)
            .filter(|accessor| self.child(*accessor, Field::Body).is_some())
            .collect();
        let field = match with_body.is_empty() {
            true => sym,
            false => self.names.of_temporary(&format!("%{}", self.source(key))),
        };
        let is_backed = with_body.is_empty()
            || value.is_some()
            || self.children(accessors).count() > with_body.len()
            || self.source(accessors).contains("field");
        if is_backed {
            let value = value.map(|value| self.alone(|this| this.value(value, ty)));
            out.push(Member {
                kind: MemberKind::Field {
                    name: field,
                    value,
                    ty: ty.and_then(|ty| self.ty(ty)),
                    decorators: self.attributes(node),
                },
                is_public: !modifiers.is_private,
                is_static: modifiers.is_static,
                span: self.span(node),
            });
        }
        if with_body.is_empty() {
            return;
        }
        let outer = self.backing.replace(field).filter(|_| true);
        if !is_backed {
            self.backing = None;
        }
        for accessor in self.children(accessors) {
            let Some(word) = self.child(accessor, Field::Name) else {
                continue;
            };
            let mut function = self.accessor(node, sym, key_span, ty);
            function.span = self.span(accessor);
            let body = self.child(accessor, Field::Body);
            let is_getter = self.source(word) == "get";
            if !is_getter {
                function.returns = None;
                function.params = vec![self.value_param(ty, function.span)];
            }
            match body {
                Some(body) => {
                    self.function_body(&mut function, body, body_kind(!is_getter), ty);
                }
                None => function.body = vec![self.plain_access(field, is_getter, function.span)],
            }
            let kind = match is_getter {
                true => Accessor::Get,
                false => Accessor::Set,
            };
            let span = function.span;
            out.push(method(sym, function, kind, modifiers, span));
        }
        self.backing = outer;
    }

    /// What an accessor without a body does beside one that has one.
    fn plain_access(&mut self, field: Sym, is_getter: bool, span: Span) -> Stmt {
        let place = member(expr(ExprKind::This, span), field, span, span);
        if is_getter {
            return Stmt {
                kind: StmtKind::Return(Some(place)),
                span,
            };
        }
        let value = name(self.names.of("value"), span);
        let target = crate::tree::Pattern {
            kind: crate::tree::PatternKind::Place(place),
            span,
        };
        expr_stmt(super::assign(target, value, span))
    }

    fn accessor(&mut self, node: Node, sym: Sym, name_span: Span, ty: Option<Node>) -> Function {
        let mut function = empty_function(name_span, self.own_span(node));
        function.name = Some(sym);
        function.decorators = self.attributes(node);
        function.returns = ty.and_then(|ty| self.ty(ty));
        function
    }

    fn value_param(&mut self, ty: Option<Node>, span: Span) -> Param {
        let mut param = plain_param(self.names.of("value"), span);
        param.ty = ty.and_then(|ty| self.ty(ty));
        param
    }

    /// `T this[i] { … }`: methods of the names that the language gives them.
    fn indexer(&mut self, node: Node, modifiers: Modifiers, out: &mut Vec<Member>) {
        let ty = self.child(node, Field::Type);
        let list = self.child(node, Field::Parameters);
        let (getter, setter) = (self.names.of("get_Item"), self.names.of("set_Item"));
        if let Some(value) = self.child(node, Field::Value) {
            let mut function = self.accessor(node, getter, self.span(node), ty);
            function.params = list.map_or(Vec::new(), |list| self.params(list).0);
            self.function_body(&mut function, value, Body::Returned, ty);
            let span = self.span(node);
            out.push(method(getter, function, Accessor::None, modifiers, span));
        }
        let Some(accessors) = self.child(node, Field::Accessors) else {
            return;
        };
        for accessor in self.children(accessors) {
            let word = self.child(accessor, Field::Name);
            let body = self.child(accessor, Field::Body);
            let (Some(word), Some(body)) = (word, body) else {
                continue;
            };
            let is_getter = self.source(word) == "get";
            let sym = if is_getter { getter } else { setter };
            let mut function = self.accessor(node, sym, self.span(word), ty);
            function.span = self.span(accessor);
            function.params = list.map_or(Vec::new(), |list| self.params(list).0);
            if !is_getter {
                function.returns = None;
                function.params.push(self.value_param(ty, function.span));
            }
            self.function_body(&mut function, body, body_kind(!is_getter), ty);
            let span = function.span;
            out.push(method(sym, function, Accessor::None, modifiers, span));
        }
    }

    /// An event with accessors; one without is a field.
    fn event(&mut self, node: Node, modifiers: Modifiers, out: &mut Vec<Member>) {
        let ty = self.child(node, Field::Type);
        let accessors = self.child(node, Field::Accessors);
        let (Some(key), Some(accessors)) = (self.child(node, Field::Name), accessors) else {
            return;
        };
        for accessor in self.children(accessors) {
            let word = self.child(accessor, Field::Name);
            let body = self.child(accessor, Field::Body);
            let (Some(word), Some(body)) = (word, body) else {
                continue;
            };
            let sym = format!("{}_{}", self.source(word), self.source(key));
            let sym = self.names.of_temporary(&sym);
            let mut function = self.accessor(node, sym, self.span(word), None);
            function.span = self.span(accessor);
            function.params = vec![self.value_param(ty, function.span)];
            self.function_body(&mut function, body, Body::Dropped, None);
            let span = function.span;
            out.push(method(sym, function, Accessor::None, modifiers, span));
        }
    }

    fn constructor(&mut self, node: Node, class: Sym, modifiers: Modifiers, out: &mut Vec<Member>) {
        let span = self.span(node);
        let Some(key) = self.child(node, Field::Name) else {
            return;
        };
        let sym = self.names.of(CONSTRUCTOR);
        let mut function = empty_function(self.span(key), span);
        function.name = Some(sym);
        self.signature(node, &mut function, modifiers);
        if let Some(body) = self.child(node, Field::Body) {
            self.function_body(&mut function, body, Body::Dropped, None);
        }
        if modifiers.is_static {
            out.push(initialiser(function.body, span));
            return;
        }
        // What looks like a constructor of another name is a method whose type is missing.
        let own = self.sym(key);
        if class != Sym::EMPTY && own != class {
            function.name = Some(own);
            out.push(method(own, function, Accessor::None, modifiers, span));
            return;
        }
        if let Some(first) = self.syntax.first(node, Kind::ConstructorInitializer) {
            let call = self.constructor_call(first);
            function.body.splice(0..0, call);
        }
        out.push(method(sym, function, Accessor::None, modifiers, span));
    }

    /// `: base(…)`, `: this(…)`.
    fn constructor_call(&mut self, initializer: Node) -> Vec<Stmt> {
        let span = self.span(initializer);
        let mark = self.hoisted.len();
        let args = match self.syntax.first(initializer, Kind::ArgumentList) {
            Some(list) => self.args(list),
            None => Vec::new(),
        };
        let callee = match self.syntax.first(initializer, Kind::This) {
            Some(this) => {
                let at = self.span(this);
                let sym = self.names.of(CONSTRUCTOR);
                member(expr(ExprKind::This, at), sym, at, at)
            }
            None => expr(ExprKind::Super, span),
        };
        let kind = ExprKind::Call {
            callee: Box::new(callee),
            args,
        };
        let mut stmts: Vec<Stmt> = self.hoisted.drain(mark..).collect();
        stmts.push(expr_stmt(expr(kind, span)));
        stmts
    }

    /// A method or operator with a body; without one there is nothing that could be called.
    fn method(
        &mut self,
        node: Node,
        sym: Sym,
        name_span: Span,
        result: Option<Node>,
        modifiers: Modifiers,
        out: &mut Vec<Member>,
    ) {
        let Some(body) = self.child(node, Field::Body) else {
            return;
        };
        let span = self.own_span(node);
        let mut function = empty_function(name_span, span);
        function.name = Some(sym);
        self.signature(node, &mut function, modifiers);
        function.returns = result.and_then(|ty| self.ty(ty));
        let returns_nothing = result.is_none_or(|ty| self.source(ty) == "void");
        self.function_body(&mut function, body, body_kind(returns_nothing), result);
        out.push(method(sym, function, Accessor::None, modifiers, span));
    }
}

fn method(
    name: Sym,
    function: Function,
    accessor: Accessor,
    modifiers: Modifiers,
    span: Span,
) -> Member {
    Member {
        kind: MemberKind::Method {
            name,
            function: Box::new(function),
            accessor,
        },
        is_public: modifiers.is_public,
        is_static: modifiers.is_static,
        span,
    }
}

/// Code that runs when the class is first used.
fn initialiser(body: Vec<Stmt>, span: Span) -> Member {
    Member {
        kind: MemberKind::Stmt(Stmt {
            kind: StmtKind::Block(body),
            span,
        }),
        is_public: false,
        is_static: true,
        span,
    }
}

/// The method that an operator is compiled to.
fn operator_name(sign: &str, is_unary: bool) -> &'static str {
    match (sign, is_unary) {
        ("+", true) => "op_UnaryPlus",
        ("-", true) => "op_UnaryNegation",
        ("+", false) => "op_Addition",
        ("-", false) => "op_Subtraction",
        ("*", _) => "op_Multiply",
        ("/", _) => "op_Division",
        ("%", _) => "op_Modulus",
        ("&", _) => "op_BitwiseAnd",
        ("|", _) => "op_BitwiseOr",
        ("^", _) => "op_ExclusiveOr",
        ("<<", _) => "op_LeftShift",
        (">>", _) => "op_RightShift",
        (">>>", _) => "op_UnsignedRightShift",
        ("==", _) => "op_Equality",
        ("!=", _) => "op_Inequality",
        ("<", _) => "op_LessThan",
        (">", _) => "op_GreaterThan",
        ("<=", _) => "op_LessThanOrEqual",
        (">=", _) => "op_GreaterThanOrEqual",
        ("!", _) => "op_LogicalNot",
        ("~", _) => "op_OnesComplement",
        ("++", _) => "op_Increment",
        ("--", _) => "op_Decrement",
        ("true", _) => "op_True",
        ("false", _) => "op_False",
        _ => "op_Unknown",
    }
}
