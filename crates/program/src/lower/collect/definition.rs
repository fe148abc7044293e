//! Functions and classes: the scopes that they open.

use shindan_base::Sym;
use shindan_source::tree::{Class, Expr, Function, MemberKind};

use super::super::scope::{Node, ScopeKind, address};
use super::{Bind, Collector};

impl Collector<'_> {
    pub(super) fn function(&mut self, f: &Function) {
        let is_nominal = self.family.is_nominal();
        if !is_nominal {
            self.exprs(&f.decorators);
        }
        let outer = (self.scope, self.hoist, self.function);
        self.function = self.scopes.add_function(self.function);
        let scope = self
            .scopes
            .add_scope(self.scope, self.function, ScopeKind::Function);
        if !f.is_arrow {
            self.scopes.start_method(scope);
        }
        self.scopes.attach(address(f), Node::Function, scope);
        for param in &f.params {
            // Python evaluates defaults and annotations where the function is defined.
            if self.is_python {
                self.exprs(&param.default);
                self.exprs(&param.ty);
            }
        }
        (self.scope, self.hoist) = (scope, scope);
        for param in &f.params {
            self.pattern(&param.pattern, Bind::In(scope));
            if !self.is_python {
                self.exprs(&param.default);
                if !is_nominal {
                    self.exprs(&param.ty);
                }
            }
        }
        self.stmts(&f.body);
        (self.scope, self.hoist, self.function) = outer;
        if !is_nominal {
            for param in &f.params {
                self.exprs(&param.decorators);
            }
        }
    }

    pub(super) fn class(&mut self, c: &Class) {
        let is_nominal = self.family.is_nominal();
        if !is_nominal {
            self.exprs(&c.decorators);
            self.exprs(&c.bases);
        }
        for (_, value) in &c.keywords {
            self.expr(value);
        }
        let outer = (self.scope, self.hoist);
        if self.is_python {
            self.scope = self
                .scopes
                .add_scope(self.scope, self.function, ScopeKind::Class(c.name));
            self.hoist = self.scope;
            self.scopes.attach(address(c), Node::ClassBody, self.scope);
        }
        for member in &c.members {
            match &member.kind {
                MemberKind::Method {
                    name,
                    function,
                    accessor: _,
                } => {
                    if self.is_python {
                        self.scopes.declare(self.scope, *name);
                    }
                    self.function(function);
                }
                MemberKind::ComputedMethod { name, function } => {
                    self.expr(name);
                    self.function(function);
                }
                MemberKind::Field {
                    name,
                    value,
                    ty: _,
                    decorators,
                } => {
                    if !is_nominal {
                        self.exprs(decorators);
                    }
                    if self.is_python {
                        self.scopes.declare(self.scope, *name);
                    }
                    if self.is_python || member.is_static {
                        self.exprs(value);
                    }
                }
                MemberKind::Stmt(stmt) => self.block(std::slice::from_ref(stmt)),
            }
        }
        if !self.is_python && has_fields(c) {
            let outer = (self.scope, self.hoist, self.function);
            self.function = self.scopes.add_function(self.function);
            self.scope = self
                .scopes
                .add_scope(self.scope, self.function, ScopeKind::Function);
            self.hoist = self.scope;
            self.scopes.attach(address(c), Node::Fields, self.scope);
            for value in fields(c).filter_map(|(_, value)| value) {
                self.expr(value);
            }
            (self.scope, self.hoist, self.function) = outer;
        }
        (self.scope, self.hoist) = outer;
    }

    /// A function or class expression, which sees its own name.
    pub(super) fn own_name(
        &mut self,
        at: usize,
        name: Option<Sym>,
        inside: impl FnOnce(&mut Self),
    ) {
        match name {
            Some(name) if !self.is_python => self.within(at, Node::OwnName, |this| {
                this.scopes.declare(this.scope, name);
                inside(this);
            }),
            _ => inside(self),
        }
    }
}

/// The instance fields of a JavaScript class: names and values.
pub(in crate::lower) fn fields(c: &Class) -> impl Iterator<Item = (Sym, Option<&Expr>)> {
    c.members
        .iter()
        .filter(|member| !member.is_static)
        .filter_map(|member| match &member.kind {
            MemberKind::Field { name, value, .. } => Some((*name, value.as_ref())),
            MemberKind::Method { .. } | MemberKind::ComputedMethod { .. } | MemberKind::Stmt(_) => {
                None
            }
        })
}

/// Whether an instance field has a value.
pub(in crate::lower) fn has_fields(c: &Class) -> bool {
    fields(c).any(|(_, value)| value.is_some())
}
