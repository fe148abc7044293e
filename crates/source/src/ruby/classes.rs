//! Classes and modules, which further parts of the program may open again.

use ruby_prism::{ConstantWriteNode, DefNode, Node};
use rustc_hash::FxHashMap;
use shindan_base::{Span, Sym};

use super::writes::{assign, place};
use super::{Converter, Tail};
use crate::tree::{
    Accessor, Class, ClassKind, Expr, ExprKind, Function, Member, MemberKind, Stmt, StmtKind,
};

/// What is known of a class body while its statements are read.
#[derive(Default)]
pub(super) struct Body {
    /// The last part of the class's name.
    pub(super) name: Option<Sym>,
    pub(super) bases: Vec<Expr>,
    /// Modules whose methods the class itself has: the keyword `extend`.
    pub(super) keywords: Vec<(Sym, Expr)>,
    pub(super) members: Vec<Member>,
    /// Whether methods are hidden from here on.
    pub(super) is_private: bool,
    /// Whether methods belong to the class itself: in `class << self`, after `module_function`.
    pub(super) is_static: bool,
    /// Methods whose visibility is declared by name.
    pub(super) visibility: FxHashMap<Sym, bool>,
    /// Methods that the module itself has too.
    pub(super) functions: FxHashMap<Sym, ()>,
    /// Whether the module itself has all of its methods: `extend self`.
    pub(super) extends_self: bool,
}

impl Body {
    pub(super) fn method(
        &mut self,
        name: Sym,
        function: Function,
        accessor: Accessor,
        is_static: bool,
    ) {
        let span = function.span;
        let kind = MemberKind::Method {
            name,
            function: Box::new(function),
            accessor,
        };
        self.members.push(Member {
            kind,
            is_public: !self.is_private,
            is_static: is_static || self.is_static,
            span,
        });
    }

    fn stmt(&mut self, stmt: Stmt) {
        let span = stmt.span;
        self.members.push(Member {
            kind: MemberKind::Stmt(stmt),
            is_public: true,
            is_static: true,
            span,
        });
    }

    /// Applies what was declared of methods by their names.
    fn settle(&mut self) {
        for member in &mut self.members {
            let MemberKind::Method { name, .. } = &member.kind else {
                continue;
            };
            if let Some(&is_public) = self.visibility.get(name) {
                member.is_public = is_public;
            }
            if self.extends_self || self.functions.contains_key(name) {
                member.is_static = true;
            }
        }
    }
}

impl Converter<'_> {
    /// `class`, `module` and `class <<` as a statement.
    pub(super) fn class_stmt(&mut self, node: &Node<'_>, span: Span) -> Option<Stmt> {
        let class = self.class(node, span)?;
        let kind = StmtKind::Class(Box::new(class));
        Some(Stmt { kind, span })
    }

    fn class(&mut self, node: &Node<'_>, span: Span) -> Option<Class> {
        if let Some(class) = node.as_class_node() {
            let name = class.constant_path();
            let bases = self.optional(class.superclass()).into_iter().collect();
            let body = class.body();
            return Some(self.opened(&name, ClassKind::Class, bases, body, span));
        }
        if let Some(module) = node.as_module_node() {
            let (name, body) = (module.constant_path(), module.body());
            return Some(self.opened(&name, ClassKind::Module, Vec::new(), body, span));
        }
        // `class << object` outside of a class.
        let singleton = node.as_singleton_class_node()?;
        let body = Body {
            is_static: true,
            ..Body::default()
        };
        let body = self.class_body(singleton.body(), body);
        let start = Span::new(span.start, span.start);
        Some(made(None, start, ClassKind::Class, body, span))
    }

    fn opened(
        &mut self,
        path: &Node<'_>,
        kind: ClassKind,
        bases: Vec<Expr>,
        body: Option<Node<'_>>,
        span: Span,
    ) -> Class {
        let name_span = self.at(path);
        let (name, last) = self.dotted(path);
        let body_of = Body {
            name: Some(last),
            bases,
            ..Body::default()
        };
        let body = self.class_body(body, body_of);
        made(Some(name), name_span, kind, body, span)
    }

    /// The dotted name of a constant path, and its last part.
    fn dotted(&mut self, path: &Node<'_>) -> (Sym, Sym) {
        let mut parts = Vec::new();
        let mut next = path.as_constant_path_node();
        let mut first = path.as_constant_read_node();
        while let Some(inner) = next {
            parts.extend(inner.name().map(|name| self.id(name)));
            let parent = inner.parent();
            next = parent.as_ref().and_then(Node::as_constant_path_node);
            first = parent.and_then(|parent| parent.as_constant_read_node());
        }
        parts.extend(first.map(|first| self.id(first.name())));
        let last = parts.first().copied().unwrap_or(Sym::EMPTY);
        let texts: Vec<&str> = parts
            .iter()
            .rev()
            .map(|part| self.names.text(*part))
            .collect();
        let dotted = texts.join(".");
        (self.name(&dotted), last)
    }

    /// Reads the statements of a class body into `body`.
    pub(super) fn class_body(&mut self, node: Option<Node<'_>>, mut body: Body) -> Body {
        let outer = std::mem::take(&mut self.method);
        if let Some(node) = node {
            self.members(&node, &mut body);
        }
        self.method = outer;
        body.settle();
        body
    }

    /// The statements of a class body, or of a block that is run as one.
    pub(super) fn members(&mut self, node: &Node<'_>, body: &mut Body) {
        let span = self.at(node);
        if !self.depth.enter(span) {
            return;
        }
        match node.as_statements_node() {
            Some(statements) => {
                for node in &statements.body() {
                    self.member(&node, body);
                }
            }
            None => self.member(node, body),
        }
        self.depth.leave();
    }

    fn member(&mut self, node: &Node<'_>, body: &mut Body) {
        let span = self.at(node);
        match node {
            Node::DefNode { .. } => {
                if let Some(def) = node.as_def_node() {
                    self.method_member(&def, body);
                }
            }
            Node::SingletonClassNode { .. } => {
                if let Some(singleton) = node.as_singleton_class_node() {
                    let (was_static, was_private) = (body.is_static, body.is_private);
                    (body.is_static, body.is_private) = (true, false);
                    if let Some(inner) = singleton.body() {
                        self.members(&inner, body);
                    }
                    (body.is_static, body.is_private) = (was_static, was_private);
                }
            }
            Node::AliasMethodNode { .. } => {
                if let Some(alias) = node.as_alias_method_node() {
                    let new = self.symbol(&alias.new_name());
                    let old = self.symbol(&alias.old_name());
                    if let (Some(new), Some(old)) = (new, old) {
                        self.alias(new, old, span, body);
                    }
                }
            }
            Node::ConstantWriteNode { .. } => {
                let Some(write) = node.as_constant_write_node() else {
                    return;
                };
                if let Some(class) = self.assigned_class(&write, span) {
                    body.stmt(class);
                    return;
                }
                let name = self.id(write.name());
                let value = Some(self.expr(&write.value()));
                body.members.push(Member {
                    kind: MemberKind::Field {
                        name,
                        value,
                        ty: None,
                        decorators: Vec::new(),
                    },
                    is_public: true,
                    is_static: true,
                    span,
                });
            }
            _ => {
                let call = node.as_call_node();
                let declares = call.is_some_and(|call| self.declaration(&call, span, body));
                if !declares {
                    let mut stmts = Vec::new();
                    self.stmt(node, Tail::Drop, &mut stmts);
                    stmts.into_iter().for_each(|stmt| body.stmt(stmt));
                }
            }
        }
    }

    /// A method of the class, or with a receiver of the class itself.
    pub(super) fn method_member(&mut self, def: &DefNode<'_>, body: &mut Body) {
        let is_static = match def.receiver() {
            None => false,
            Some(Node::SelfNode { .. }) => true,
            Some(receiver) => {
                let owner = receiver.as_constant_read_node().map(|r| self.id(r.name()));
                if owner.is_none() || owner != body.name {
                    let mut stmts = Vec::new();
                    let span = self.span(&def.location());
                    self.defined(def, span, Tail::Drop, &mut stmts);
                    stmts.into_iter().for_each(|stmt| body.stmt(stmt));
                    return;
                }
                true
            }
        };
        let mut function = self.method(def);
        let (name, accessor) = self.accessor(&mut function);
        body.method(name, function, accessor, is_static);
    }

    /// A method's name as a member; `name=` is the setter of `name`.
    fn accessor(&mut self, function: &mut Function) -> (Sym, Accessor) {
        let name = function.name.unwrap_or(Sym::EMPTY);
        let setter = self.names.text(name).strip_suffix('=');
        match setter.filter(|setter| setter.ends_with(|c: char| c.is_alphanumeric() || c == '_')) {
            Some(setter) => {
                let setter = self.name(setter);
                function.name = Some(setter);
                (setter, Accessor::Set)
            }
            None => (name, Accessor::None),
        }
    }

    /// A `def` that is no member of a class: a function, or with a receiver a method of that one object.
    pub(super) fn defined(
        &mut self,
        def: &DefNode<'_>,
        span: Span,
        tail: Tail,
        out: &mut Vec<Stmt>,
    ) {
        let receiver = def.receiver();
        let receiver = receiver.filter(|node| !matches!(node, Node::SelfNode { .. }));
        let function = Box::new(self.method(def));
        let name = function.name.unwrap_or(Sym::EMPTY);
        let name_span = function.name_span;
        let kind = match receiver {
            None => StmtKind::Function(function),
            Some(receiver) => {
                let object = self.expr(&receiver);
                let target = super::calls::member(object, name, name_span, name_span);
                let value = Expr {
                    kind: ExprKind::Function(function),
                    span,
                };
                StmtKind::Expr(assign(place(target), Box::new(value), span))
            }
        };
        out.push(Stmt { kind, span });
        // Its value is its name.
        let value = Expr {
            kind: ExprKind::Str(name),
            span: name_span,
        };
        match tail {
            Tail::Drop => {}
            Tail::Return => out.push(Stmt {
                kind: StmtKind::Return(Some(value)),
                span: name_span,
            }),
            Tail::Store(held) => out.push(super::expressions::store(held, value)),
        }
    }

    /// `Name = Class.new(Base) do … end`, `Name = Struct.new(:a, :b)`, `Name = Data.define(:a)`.
    pub(super) fn assigned_class(
        &mut self,
        write: &ConstantWriteNode<'_>,
        span: Span,
    ) -> Option<Stmt> {
        let value = write.value();
        let call = value.as_call_node()?;
        let maker = call.receiver()?.as_constant_read_node()?.name();
        let name = self.id(write.name());
        let mut body = Body {
            name: Some(name),
            ..Body::default()
        };
        let mut kind = ClassKind::Class;
        match (maker.as_slice(), call.name().as_slice()) {
            (b"Class", b"new") => {
                let base = call.arguments().and_then(|list| list.arguments().first());
                body.bases = self.optional(base).into_iter().collect();
            }
            (b"Module", b"new") => kind = ClassKind::Module,
            (b"Struct", b"new") | (b"Data", b"define") => self.fields(&call, span, &mut body),
            _ => return None,
        }
        let block = call.block().and_then(|block| block.as_block_node());
        let body = self.class_body(block.and_then(|block| block.body()), body);
        let name_span = self.span(&write.name_loc());
        let class = made(Some(name), name_span, kind, body, span);
        Some(Stmt {
            kind: StmtKind::Class(Box::new(class)),
            span,
        })
    }
}

fn made(name: Option<Sym>, name_span: Span, kind: ClassKind, body: Body, span: Span) -> Class {
    Class {
        name,
        name_span,
        kind,
        is_open: true,
        is_inner: false,
        bases: body.bases,
        keywords: body.keywords,
        members: body.members,
        decorators: Vec::new(),
        span,
    }
}
