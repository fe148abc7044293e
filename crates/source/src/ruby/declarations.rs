//! Calls in class bodies that declare members: `attr_reader`, `private`, `include`, `define_method` and the like.

use ruby_prism::{CallNode, Node};
use shindan_base::{Span, Sym};

use super::Converter;
use super::blocks::function;
use super::classes::Body;
use super::methods::{call, plain_param};
use super::writes::{assign, own, place};
use crate::tree::{Accessor, Arg, Expr, ExprKind, Function, Param, ParamKind, Stmt, StmtKind};

impl Converter<'_> {
    /// Whether a call in a class body declares something, which then is in `body`.
    pub(super) fn declaration(&mut self, node: &CallNode<'_>, span: Span, body: &mut Body) -> bool {
        let own_call = match node.receiver() {
            None | Some(Node::SelfNode { .. }) => true,
            Some(_) => false,
        };
        if !own_call {
            return false;
        }
        let arguments = node.arguments().map(|list| list.arguments());
        let nodes: Vec<Node<'_>> = arguments.iter().flatten().collect();
        match node.name().as_slice() {
            b"private" | b"protected" => self.visibility(&nodes, false, body),
            b"public" => self.visibility(&nodes, true, body),
            b"private_class_method" => {
                for node in &nodes {
                    if let Some(name) = self.symbol(node) {
                        body.visibility.insert(name, false);
                    }
                }
                true
            }
            b"module_function" => {
                if nodes.is_empty() {
                    body.is_static = true;
                }
                for node in &nodes {
                    if let Some(name) = self.symbol(node) {
                        body.functions.insert(name, ());
                    } else if let Some(def) = node.as_def_node() {
                        let was_static = std::mem::replace(&mut body.is_static, true);
                        self.method_member(&def, body);
                        body.is_static = was_static;
                    }
                }
                true
            }
            b"attr_reader" | b"attr" => self.attributes(&nodes, true, false, body),
            b"attr_writer" => self.attributes(&nodes, false, true, body),
            b"attr_accessor" => self.attributes(&nodes, true, true, body),
            b"cattr_accessor"
            | b"mattr_accessor"
            | b"class_attribute"
            | b"thread_mattr_accessor" => {
                let was_static = std::mem::replace(&mut body.is_static, true);
                let declares = self.attributes(&nodes, true, true, body);
                body.is_static = was_static;
                declares
            }
            b"define_method" => {
                let block = node.block().and_then(|block| block.as_block_node());
                let (Some(name), Some(block)) =
                    (nodes.first().and_then(|node| self.symbol(node)), block)
                else {
                    return false;
                };
                let mut function = self.block_function(&block);
                function.name = Some(name);
                body.method(name, function, Accessor::None, false);
                true
            }
            b"define_singleton_method" => {
                let block = node.block().and_then(|block| block.as_block_node());
                let (Some(name), Some(block)) =
                    (nodes.first().and_then(|node| self.symbol(node)), block)
                else {
                    return false;
                };
                let mut function = self.block_function(&block);
                function.name = Some(name);
                body.method(name, function, Accessor::None, true);
                true
            }
            b"alias_method" => {
                let [new, old] = &*nodes else { return false };
                let (Some(new), Some(old)) = (self.symbol(new), self.symbol(old)) else {
                    return false;
                };
                self.alias(new, old, span, body);
                true
            }
            b"include" | b"prepend" if !nodes.is_empty() => {
                for node in &nodes {
                    let base = self.expr(node);
                    body.bases.push(base);
                }
                true
            }
            b"extend" if !nodes.is_empty() => {
                for node in &nodes {
                    if matches!(node, Node::SelfNode { .. }) {
                        body.extends_self = true;
                    } else {
                        let (name, module) = (self.name("extend"), self.expr(node));
                        body.keywords.push((name, module));
                    }
                }
                true
            }
            // The block of a module's hook is run as a part of the classes that include it.
            b"included" | b"prepended" if nodes.is_empty() => self.run_as_body(node, false, body),
            b"class_methods" if nodes.is_empty() => self.run_as_body(node, true, body),
            _ => false,
        }
    }

    fn run_as_body(&mut self, node: &CallNode<'_>, is_static: bool, body: &mut Body) -> bool {
        let Some(block) = node.block().and_then(|block| block.as_block_node()) else {
            return false;
        };
        let (was_static, was_private) = (body.is_static, body.is_private);
        (body.is_static, body.is_private) = (was_static || is_static, false);
        if let Some(inner) = block.body() {
            self.members(&inner, body);
        }
        (body.is_static, body.is_private) = (was_static, was_private);
        true
    }

    /// `private`, `private :name, "name"`, `private def …`, `private attr_reader …`.
    fn visibility(&mut self, nodes: &[Node<'_>], is_public: bool, body: &mut Body) -> bool {
        if nodes.is_empty() {
            body.is_private = !is_public;
            return true;
        }
        for node in nodes {
            if let Some(list) = node.as_array_node() {
                for name in &list.elements() {
                    if let Some(name) = self.symbol(&name) {
                        body.visibility.insert(name, is_public);
                    }
                }
            } else if let Some(name) = self.symbol(node) {
                body.visibility.insert(name, is_public);
            } else {
                let was_private = std::mem::replace(&mut body.is_private, !is_public);
                self.members(node, body);
                body.is_private = was_private;
            }
        }
        true
    }

    /// Readers and writers of instance variables.
    fn attributes(
        &mut self,
        nodes: &[Node<'_>],
        reads: bool,
        writes: bool,
        body: &mut Body,
    ) -> bool {
        for node in nodes {
            let span = self.at(node);
            let Some(name) = self.symbol(node) else {
                continue;
            };
            if reads {
                let reader = self.reader(name, span);
                body.method(name, reader, Accessor::None, false);
            }
            if writes {
                let writer = self.writer(name, span);
                body.method(name, writer, Accessor::Set, false);
            }
        }
        true
    }

    fn variable_of(&mut self, attribute: Sym) -> Sym {
        let text = format!("@{}", self.names.text(attribute));
        self.name(&text)
    }

    fn reader(&mut self, name: Sym, span: Span) -> Function {
        let variable = self.variable_of(name);
        let result = Stmt {
            kind: StmtKind::Return(Some(own(variable, span))),
            span,
        };
        named(name, Vec::new(), vec![result], span)
    }

    fn writer(&mut self, name: Sym, span: Span) -> Function {
        let variable = self.variable_of(name);
        let parameter = self.name("value");
        let stmt = self.keep(variable, parameter, span);
        let params = vec![plain_param(parameter, span, ParamKind::Plain)];
        named(name, params, vec![stmt], span)
    }

    /// `@variable = parameter`.
    fn keep(&mut self, variable: Sym, parameter: Sym, span: Span) -> Stmt {
        let value = Box::new(Expr {
            kind: ExprKind::Name(parameter),
            span,
        });
        let kind = StmtKind::Expr(assign(place(own(variable, span)), value, span));
        Stmt { kind, span }
    }

    /// The fields of `Struct.new(:a, :b)` and `Data.define(:a)`: accessors, and a constructor that sets them.
    pub(super) fn fields(&mut self, node: &CallNode<'_>, span: Span, body: &mut Body) {
        let arguments = node.arguments().map(|list| list.arguments());
        let nodes: Vec<Node<'_>> = arguments.iter().flatten().collect();
        self.attributes(&nodes, true, true, body);
        let mut params: Vec<Param> = Vec::new();
        let mut stmts = Vec::new();
        for node in &nodes {
            let at = self.at(node);
            let Some(name) = self.symbol(node) else {
                continue;
            };
            let variable = self.variable_of(name);
            stmts.push(self.keep(variable, name, at));
            params.push(plain_param(name, at, ParamKind::Plain));
        }
        let name = self.name("<init>");
        let constructor = named(name, params, stmts, span);
        body.method(name, constructor, Accessor::None, false);
    }

    /// A method `new` that passes everything on to `old`.
    pub(super) fn alias(&mut self, new: Sym, old: Sym, span: Span, body: &mut Body) {
        let [rest, block] = ["*", "&"].map(|name| self.name(name));
        let object = Expr {
            kind: ExprKind::This,
            span,
        };
        let callee = super::calls::member(object, old, span, span);
        let read = |name| Expr {
            kind: ExprKind::Name(name),
            span,
        };
        let args = vec![
            Arg::Spread(read(rest)),
            Arg::Named {
                name: block,
                value: read(block),
            },
        ];
        let result = Stmt {
            kind: StmtKind::Return(Some(call(callee, args, span))),
            span,
        };
        let params = vec![
            plain_param(rest, span, ParamKind::Rest),
            plain_param(block, span, ParamKind::Block),
        ];
        let method = named(new, params, vec![result], span);
        body.method(new, method, Accessor::None, false);
    }
}

fn named(name: Sym, params: Vec<Param>, body: Vec<Stmt>, span: Span) -> Function {
    Function {
        name: Some(name),
        name_span: span,
        ..function(params, body, span)
    }
}
