//! Functions: their frame, parameters, names and decorators.

use shindan_base::{Span, Sym};
use shindan_source::tree::{Expr, ExprKind, Function, Param, ParamKind, PatternKind};

use shindan_source::Family;

use super::place::Place;
use super::scope::{Node, ScopeId, address};
use super::{Lowerer, order};
use crate::ir::{
    Annotation, ArgKind, CallArg, CallSite, Callee, ClassIdx, Func, FuncIdx, Op, ParamDef, Reg,
    Term,
};

/// What a function is beside its body.
pub(super) struct Header {
    pub(super) name: Sym,
    pub(super) span: Span,
    pub(super) name_span: Span,
    pub(super) class: Option<ClassIdx>,
    pub(super) is_async: bool,
    pub(super) is_generator: bool,
    pub(super) is_arrow: bool,
    pub(super) has_decorators: bool,
    pub(super) annotations: Vec<Annotation>,
    pub(super) param_annotations: Vec<(u32, Annotation)>,
}

impl<'t> Lowerer<'t> {
    /// A function's place in the module; its body is lowered at the first call.
    pub(super) fn function(
        &mut self,
        f: &'t Function,
        hint: Option<Sym>,
        class: Option<ClassIdx>,
    ) -> FuncIdx {
        if let Some(&index) = self.function_of_node.get(&address(f)) {
            return index;
        }
        let index = self.reserve();
        self.function_of_node.insert(address(f), index);
        let header = Header {
            name: f.name.or(hint).unwrap_or(self.words.lambda),
            span: f.span,
            name_span: f.name_span,
            class,
            is_async: f.is_async,
            is_generator: f.is_generator,
            is_arrow: f.is_arrow,
            has_decorators: !f.decorators.is_empty() && !self.family.is_nominal(),
            annotations: self.annotations(&f.decorators),
            param_annotations: self.param_annotations(&f.params),
        };
        let scope = self.scopes.of_node(address(f), Node::Function);
        self.build(index, header, scope, |this, outer| {
            let params = this.params(&f.params, outer);
            this.stmts(&f.body);
            params
        });
        index
    }

    pub(super) fn reserve(&mut self) -> FuncIdx {
        self.functions.push(None);
        FuncIdx(self.functions.len() as u32 - 1)
    }

    /// Builds a function in a frame of its own; `inside` gets the scope around it and returns its parameters.
    pub(super) fn build(
        &mut self,
        index: FuncIdx,
        header: Header,
        scope: Option<ScopeId>,
        inside: impl FnOnce(&mut Self, ScopeId) -> Vec<ParamDef>,
    ) {
        let outer_scope = self.scope;
        if let Some(scope) = scope {
            self.scope = scope;
        }
        let qualified = self.qualified(header.name);
        let is_module = index == FuncIdx(0);
        let id = self.scopes.scope(self.scope).function;
        let outer = std::mem::take(&mut self.frame);
        (self.frame.index, self.frame.id) = (index, id);
        self.frame.prefix = if is_module { Sym::EMPTY } else { qualified };
        let params = inside(self, outer_scope);
        self.frame.end(Term::Return(None));
        let frame = std::mem::replace(&mut self.frame, outer);
        self.scope = outer_scope;
        self.functions[index.0 as usize] = Some(Func {
            name: header.name,
            qualified,
            params,
            registers: frame.register_count(),
            blocks: order::finish(frame.blocks),
            register_names: frame.names,
            cells: self.scopes.take_cells(id),
            parent: (!is_module).then_some(self.frame.index),
            class: header.class,
            is_async: header.is_async,
            is_generator: header.is_generator,
            is_arrow: header.is_arrow,
            has_decorators: header.has_decorators,
            annotations: header.annotations,
            param_annotations: header.param_annotations,
            span: header.span,
            name_span: header.name_span,
        });
    }

    /// `name` behind the names of what encloses it; unnamed functions are numbered.
    pub(super) fn qualified(&mut self, name: Sym) -> Sym {
        let own = if name == self.words.lambda {
            self.frame.lambdas += 1;
            self.names
                .intern(&format!("<lambda#{}>", self.frame.lambdas))
        } else {
            name
        };
        if self.frame.prefix == Sym::EMPTY {
            return own;
        }
        let mut text = String::with_capacity(64);
        text.push_str(self.names.text(self.frame.prefix));
        text.push('.');
        text.push_str(self.names.text(own));
        self.names.intern(&text)
    }

    fn params(&mut self, params: &'t [Param], outer: ScopeId) -> Vec<ParamDef> {
        let own = self.scope;
        let mut defs = Vec::with_capacity(params.len());
        for (index, param) in params.iter().enumerate() {
            let index = index as u32;
            let span = param.pattern.span;
            // Python evaluates defaults and annotations where the function is defined.
            self.scope = if self.is_python { outer } else { own };
            let name = if let PatternKind::Name(name) = param.pattern.kind {
                Some(name)
            } else {
                None
            };
            let default = param
                .default
                .as_ref()
                .map(|default| self.named(default, name, None));
            let declared = param.ty.as_ref().and_then(|ty| self.type_name(ty));
            // In a nominal language the definition of the parameter names its type.
            let ty = param
                .ty
                .as_ref()
                .filter(|ty| is_type(ty) && !self.family.is_nominal())
                .map(|ty| self.expr(ty));
            self.scope = own;
            self.bind_pattern(&param.pattern, Op::Param { index, default, ty }, span);
            let kind: ParamKind = param.kind;
            defs.push(ParamDef {
                name: name.unwrap_or(Sym::EMPTY),
                kind,
                ty: declared,
                span,
            });
        }
        defs
    }

    /// A lambda, arrow function or function expression.
    pub(super) fn function_expr(
        &mut self,
        f: &'t Function,
        hint: Option<Sym>,
        into: Option<Reg>,
        span: Span,
    ) -> Reg {
        let outer = self.scope;
        let own_name = self.scopes.of_node(address(f), Node::OwnName);
        if let Some(scope) = own_name {
            self.scope = scope;
        }
        let index = self.function(f, hint, None);
        let closure = self.emit_into(Op::Closure(index), into, span);
        if let (Some(scope), Some(name)) = (own_name, f.name)
            && let Some(id) = self.scopes.own(scope, name)
            && self.scopes.is_captured(id)
        {
            let place = self.place_of(id, span);
            self.store(place, closure, span);
        }
        self.scope = outer;
        closure
    }

    /// A function declaration: closure, decorators, binding.
    pub(super) fn function_decl(&mut self, f: &'t Function) {
        let Some(name) = f.name else {
            self.function_expr(f, None, None, f.span);
            return;
        };
        if self.family == Family::Ruby {
            // Methods and local variables have names of their own.
            let index = self.function(f, None, None);
            let value = self.emit(Op::Closure(index), f.span);
            self.act(Op::StoreGlobal(name, value), f.span);
            self.nominal.globals.push(name);
            return;
        }
        let place = self.place(name, f.name_span);
        if let Place::Attribute { class, .. } = place
            && let Some(body) = self
                .frame
                .class_bodies
                .iter()
                .rev()
                .find(|body| body.value == class)
                .copied()
        {
            self.python_method(f, name, body);
            return;
        }
        let index = self.function(f, None, None);
        let into = Self::register_of(place);
        let mut value = self.emit_into(
            Op::Closure(index),
            into.filter(|_| f.decorators.is_empty()),
            f.span,
        );
        if !self.family.is_nominal() {
            value = self.decorate(&f.decorators, value, into);
        }
        self.store(place, value, f.span);
    }

    /// Applies decorators, innermost first.
    pub(super) fn decorate(
        &mut self,
        decorators: &'t [Expr],
        value: Reg,
        into: Option<Reg>,
    ) -> Reg {
        let mut value = value;
        for (i, decorator) in decorators.iter().enumerate().rev() {
            let callee = match &decorator.kind {
                ExprKind::Member {
                    object,
                    name,
                    name_span,
                } => Callee::Method {
                    object: self.expr(object),
                    name: *name,
                    at: *name_span,
                },
                _ => Callee::Value(self.expr(decorator)),
            };
            let args = vec![CallArg {
                kind: ArgKind::Positional,
                value,
                span: decorator.span,
            }];
            let site = CallSite {
                callee,
                args,
                is_new: false,
                result_unused: false,
            };
            value = self.emit_into(
                Op::Call(Box::new(site)),
                into.filter(|_| i == 0),
                decorator.span,
            );
        }
        value
    }
}

/// Whether an annotation consists of what types are written with, so that evaluating it does nothing else.
fn is_type(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Name(_)
        | ExprKind::Str(_)
        | ExprKind::Int(_)
        | ExprKind::Bool(_)
        | ExprKind::Null
        | ExprKind::Undefined => true,
        ExprKind::Member { object, .. } => is_type(object),
        ExprKind::Index { object, index } => is_type(object) && is_type(index),
        ExprKind::Binary { left, right, .. } => is_type(left) && is_type(right),
        ExprKind::Tuple(items) | ExprKind::List(items) => items.iter().all(is_type),
        _ => false,
    }
}
