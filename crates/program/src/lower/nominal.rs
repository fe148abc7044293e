//! Nominal languages: classes and namespaces that files share, and what a bare name means.
//!
//! A bare name is a local variable, else a member of a class around the code that the file itself declares, else it is
//! left to the analysis as a [`NameRef`], because only the whole program knows what is inherited and what other files
//! declare. A class's code looks names up through a [`NameScope`].
//!
//! **Invariant.** Annotations, bases and declared types are data; lowering evaluates none of them.

use rustc_hash::{FxHashMap, FxHashSet};
use shindan_base::{Span, Sym};
use shindan_source::Family;
use shindan_source::tree::{
    Arg, Class, Expr, ExprKind, Import, ImportName, Member, MemberKind, Param, Stmt, StmtKind,
    UnaryOp,
};
use smallvec::SmallVec;

use super::Lowerer;
use super::collect::has_fields;
use super::place::Place;
use crate::ir::{
    Annotation, Callee, ClassIdx, Const, Declared, FieldDef, NameRef, NameScope, NameScopeId,
    Nominal, OUTER, Op, Reg,
};

/// What the lowering of a file of a nominal language carries along.
#[derive(Default)]
pub(super) struct NominalState {
    scopes: Vec<NameScope>,
    aliases: Vec<(Sym, Sym)>,
    global_imports: Vec<Sym>,
    pub(super) globals: Vec<Sym>,
    references: Vec<NameRef>,
    seen: FxHashSet<NameRef>,
    creates: Vec<NameRef>,
    /// Namespaces and classes that the file imports all names of.
    imports: Vec<Sym>,
    /// The namespaces around the code at hand, from the outside in, each with its whole name.
    namespaces: Vec<Sym>,
    scope: Option<NameScopeId>,
    /// The classes around the code at hand, from the outside in.
    enclosing: Vec<Enclosing>,
}

/// A class whose members are being lowered.
struct Enclosing {
    class: ClassIdx,
    qualified: Sym,
    is_inner: bool,
    /// Its members by name, and whether they belong to the class itself.
    members: FxHashMap<Sym, bool>,
}

impl NominalState {
    pub(super) fn finish(self) -> Nominal {
        Nominal {
            scopes: self.scopes,
            aliases: self.aliases,
            imports: self.imports,
            global_imports: self.global_imports,
            globals: self.globals,
            references: self.references,
            creates: self.creates,
        }
    }
}

/// Whether a value's own type is at least as exact as any that could be declared for it.
pub(super) fn tells_its_type(value: &Expr) -> bool {
    matches!(
        value.kind,
        ExprKind::New { .. }
            | ExprKind::Str(_)
            | ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Bool(_)
            | ExprKind::Template(_)
            | ExprKind::Binary { .. }
            | ExprKind::List(_)
            | ExprKind::Map(_)
            | ExprKind::Function(_)
            | ExprKind::MethodRef { .. }
    )
}

impl<'t> Lowerer<'t> {
    /// Reads the file's imports and opens its own scope.
    pub(super) fn open_names(&mut self, body: &'t [Stmt]) {
        if !self.family.is_nominal() {
            return;
        }
        let mut open = vec![body];
        while let Some(stmts) = open.pop() {
            for stmt in stmts {
                match &stmt.kind {
                    StmtKind::Import(import) => self.import_names(import),
                    StmtKind::Namespace { body, .. } => open.push(body),
                    _ => {}
                }
            }
        }
        self.open_scope(None);
    }

    fn import_names(&mut self, import: &Import) {
        for name in &import.names {
            match name {
                ImportName::Item { name, local, .. } => {
                    let qualified = self.joined(import.module, *name);
                    self.nominal.aliases.push((*local, qualified));
                }
                ImportName::All => {
                    self.nominal.imports.push(import.module);
                    if import.is_global {
                        self.nominal.global_imports.push(import.module);
                    }
                }
                ImportName::Module { local } => {
                    self.nominal.aliases.push((*local, import.module));
                }
                ImportName::Root { .. } => {}
            }
        }
    }

    /// `prefix.name`; the name alone where the prefix is empty.
    fn joined(&self, prefix: Sym, name: Sym) -> Sym {
        if prefix == Sym::EMPTY {
            return name;
        }
        let text = format!("{}.{}", self.names.text(prefix), self.names.text(name));
        self.names.intern(&text)
    }

    /// Opens the scope of a class, of a namespace or of the file.
    fn open_scope(&mut self, class: Option<ClassIdx>) -> NameScopeId {
        let state = &self.nominal;
        let mut prefixes: Vec<Sym> = state.enclosing.iter().rev().map(|e| e.qualified).collect();
        for namespace in state.namespaces.iter().rev() {
            let text = self.names.text(*namespace);
            prefixes.push(*namespace);
            // Java's packages do not see into the packages whose names theirs begins with.
            if self.family != Family::Java {
                let outer = text.rmatch_indices('.').map(|(at, _)| &text[..at]);
                prefixes.extend(outer.map(|text| self.names.intern(text)));
            }
        }
        prefixes.extend(&state.imports);
        let implied: &[&str] = match self.family {
            Family::Java => &["java.lang"],
            // What the .NET SDK imports unless a project says otherwise.
            Family::CSharp => &[
                "System",
                "System.IO",
                "System.Linq",
                "System.Collections.Generic",
                "System.Net.Http",
                "System.Threading",
                "System.Threading.Tasks",
            ],
            Family::Ruby | Family::Python | Family::EcmaScript => &[],
        };
        prefixes.extend(implied.iter().map(|text| self.names.intern(text)));
        prefixes.push(Sym::EMPTY);
        let mut seen = FxHashSet::default();
        prefixes.retain(|p| seen.insert(*p));
        let id = NameScopeId(state.scopes.len() as u32);
        let outer = state.scope;
        self.nominal.scopes.push(NameScope {
            class,
            outer,
            prefixes,
        });
        self.nominal.scope = Some(id);
        id
    }

    pub(super) fn namespace(&mut self, name: Sym, body: &'t [Stmt]) {
        let around = self.nominal.namespaces.last().copied();
        let whole = self.joined(around.unwrap_or(Sym::EMPTY), name);
        self.nominal.namespaces.push(whole);
        let outer = self.nominal.scope;
        self.open_scope(None);
        self.stmts(body);
        self.nominal.scope = outer;
        self.nominal.namespaces.pop();
    }

    fn name_ref(&mut self, path: Sym) -> NameRef {
        let scope = self.nominal.scope.unwrap_or(NameScopeId(0));
        let name = NameRef { path, scope };
        if self.nominal.seen.insert(name) {
            self.nominal.references.push(name);
        }
        name
    }

    /// The name that a type is written with, without its arguments; `None` for arrays and in other languages.
    pub(super) fn type_name(&mut self, ty: &Expr) -> Option<NameRef> {
        if !self.family.is_nominal() {
            return None;
        }
        let mut path = String::new();
        if !self.write_path(ty, &mut path) {
            return None;
        }
        let path = self.names.intern(&path);
        Some(self.name_ref(path))
    }

    fn write_path(&self, ty: &Expr, path: &mut String) -> bool {
        let mut parts: SmallVec<[Sym; 4]> = SmallVec::new();
        let mut at = ty;
        loop {
            match &at.kind {
                ExprKind::Name(name) => {
                    parts.push(*name);
                    break;
                }
                ExprKind::Member { object, name, .. } => {
                    parts.push(*name);
                    at = object;
                }
                ExprKind::Index { object, .. } => at = object,
                _ => return false,
            }
        }
        for (i, part) in parts.iter().rev().enumerate() {
            if i > 0 {
                path.push('.');
            }
            path.push_str(self.names.text(*part));
        }
        !path.starts_with('[')
    }

    /// A type as a value; any other expression as itself.
    pub(super) fn type_value(&mut self, ty: &'t Expr) -> Reg {
        match self.type_name(ty) {
            Some(name) => match self.local_class(ty) {
                Some(reg) => reg,
                None => self.emit(Op::Resolve(name), ty.span),
            },
            None => self.expr(ty),
        }
    }

    /// The value of a class that the function at hand declares.
    fn local_class(&mut self, ty: &Expr) -> Option<Reg> {
        let ExprKind::Name(name) = ty.kind else {
            return None;
        };
        self.scopes.lookup(self.scope, name)?;
        let place = self.place(name, ty.span);
        Some(self.load(place, None, ty.span))
    }

    /// What `new` makes an instance of.
    pub(super) fn created(&mut self, callee: &'t Expr) -> Reg {
        if !self.family.is_nominal() || matches!(callee.kind, ExprKind::Class(_)) {
            return self.expr(callee);
        }
        if let Some(name) = self.type_name(callee) {
            self.nominal.creates.push(name);
        }
        if let ExprKind::Index { object, .. } = &callee.kind
            && let ExprKind::Name(array) = object.kind
            && self.names.text(array) == "[]"
        {
            return self.emit(Op::LoadBuiltin(array), callee.span);
        }
        self.type_value(callee)
    }

    /// Where a name that is no local variable is found.
    pub(super) fn outside(&mut self, name: Sym, span: Span) -> Place {
        match self.enclosing_member(name, span) {
            Some(object) => Place::Attribute {
                class: object,
                name,
            },
            None => Place::Outside(self.name_ref(name)),
        }
    }

    /// The object that holds `name`, if a class around the code declares it.
    fn enclosing_member(&mut self, name: Sym, span: Span) -> Option<Reg> {
        // Ruby's constants and methods are looked up by name scope, its instance variables by `self`.
        if self.family == Family::Ruby {
            return None;
        }
        let mut hops = 0;
        let mut reachable = true;
        let mut found = None;
        for class in self.nominal.enclosing.iter().rev() {
            if let Some(&is_static) = class.members.get(&name) {
                found = Some((class.class, is_static || !reachable));
                break;
            }
            reachable &= class.is_inner;
            hops += 1;
        }
        let (class, is_static) = found?;
        if is_static {
            return Some(self.emit(Op::ClassRef(class), span));
        }
        let mut object = match self.frame.this {
            Some(this) => this,
            None => self.emit(Op::This, span),
        };
        let outer = self.names.intern(OUTER);
        for _ in 0..hops {
            object = self.emit(
                Op::Member {
                    object,
                    name: outer,
                },
                span,
            );
        }
        Some(object)
    }

    /// An assignment to a name that nothing in the file declares: an inherited member, a Ruby constant, a global.
    pub(super) fn store_outside(&mut self, name: NameRef, value: Reg, span: Span) {
        let path = name.path;
        let is_global = self.names.text(path).starts_with('$') || self.nominal.enclosing.is_empty();
        if is_global {
            if self.nominal.enclosing.is_empty() && !self.nominal.globals.contains(&path) {
                self.nominal.globals.push(path);
            }
            self.act(Op::StoreGlobal(path, value), span);
            return;
        }
        let object = match self.frame.this {
            Some(this) => this,
            None => self.emit(Op::This, span),
        };
        self.act(
            Op::SetMember {
                object,
                name: path,
                value,
            },
            span,
        );
    }

    /// A callee that is a bare name and no local variable.
    pub(super) fn bare_callee(&mut self, callee: &Expr) -> Option<Callee> {
        let ExprKind::Name(name) = callee.kind else {
            return None;
        };
        if !self.family.is_nominal() {
            return None;
        }
        if self.family != Family::Ruby && self.scopes.lookup(self.scope, name).is_some() {
            return None;
        }
        Some(Callee::Bare {
            name: self.name_ref(name),
        })
    }

    /// The value of `name` and of as many members behind it as may belong to the name of a class, taken off `links`.
    /// `None` where the name is a local variable or a member.
    pub(super) fn dotted(
        &mut self,
        name: Sym,
        span: Span,
        links: &mut SmallVec<[&'t Expr; 8]>,
    ) -> Option<Reg> {
        if !self.family.is_nominal() || links.is_empty() {
            return None;
        }
        if self.scopes.lookup(self.scope, name).is_some() {
            return None;
        }
        if let Some(object) = self.enclosing_member(name, span) {
            return Some(self.emit(Op::Member { object, name }, span));
        }
        let mut path = String::from(self.names.text(name));
        let mut span = span;
        // The last link keeps its own step, so that what it reads is seen at its place.
        while links.len() > 1
            && let Some(link) = links.last()
            && let ExprKind::Member { name, .. } = &link.kind
        {
            path.push('.');
            path.push_str(self.names.text(*name));
            span = link.span;
            links.pop();
        }
        let path = self.names.intern(&path);
        let name = self.name_ref(path);
        Some(self.emit(Op::Resolve(name), span))
    }

    pub(super) fn annotations(&mut self, decorators: &'t [Expr]) -> Vec<Annotation> {
        if !self.family.is_nominal() {
            return Vec::new();
        }
        let mut found = Vec::new();
        for decorator in decorators {
            let (ty, args) = match &decorator.kind {
                ExprKind::Call { callee, args } => (&**callee, args.as_slice()),
                _ => (decorator, &[][..]),
            };
            let Some(name) = self.type_name(ty) else {
                continue;
            };
            let args = args.iter().filter_map(|arg| match arg {
                Arg::Positional(value) => Some((None, constant(value)?)),
                Arg::Named { name, value } => Some((Some(*name), constant(value)?)),
                Arg::Spread(_) | Arg::SpreadMap(_) | Arg::Out { .. } => None,
            });
            found.push(Annotation {
                name,
                args: args.collect(),
                span: decorator.span,
            });
        }
        found
    }

    pub(super) fn param_annotations(&mut self, params: &'t [Param]) -> Vec<(u32, Annotation)> {
        if !self.family.is_nominal() {
            return Vec::new();
        }
        let mut found = Vec::new();
        for (i, param) in params.iter().enumerate() {
            let annotations = self.annotations(&param.decorators);
            found.extend(annotations.into_iter().map(|a| (i as u32, a)));
        }
        found
    }

    /// A class: what it declares, and in the code at hand its static parts.
    pub(super) fn nominal_class(
        &mut self,
        c: &'t Class,
        hint: Option<Sym>,
        place: Option<Place>,
        into: Option<Reg>,
    ) -> Reg {
        let name = c.name.or(hint).unwrap_or(self.words.class);
        let (class, is_new) = self.class_index(c, name);
        let around = self.nominal.enclosing.last().map(|e| e.qualified);
        let around = around.or(self.nominal.namespaces.last().copied());
        let qualified = self.joined(around.unwrap_or(Sym::EMPTY), name);
        let outer_scope = self.nominal.scope;
        if is_new {
            self.declare(c, class, qualified);
        }
        let own = place.and_then(Self::register_of);
        let op = Op::Class {
            class,
            bases: Box::default(),
        };
        let value = self.emit_into(op, own, c.span);
        if let Some(place) = place {
            self.store(place, value, c.span);
        }
        if !is_new {
            return self.settle(value, into, c.span);
        }
        self.nominal.enclosing.push(Enclosing {
            class,
            qualified,
            is_inner: c.is_inner,
            members: members(c, self.family),
        });
        self.nominal.scope = self.classes[class.0 as usize].declared.scope;
        let prefix = self.frame.prefix;
        self.frame.prefix = self.qualified(name);
        let this = self.frame.this.replace(value);
        for member in &c.members {
            self.nominal_member(member, class, value);
        }
        if has_fields(c) {
            self.fields(c, class);
        }
        self.frame.this = this;
        self.frame.prefix = prefix;
        self.nominal.enclosing.pop();
        self.nominal.scope = outer_scope;
        self.settle(value, into, c.span)
    }

    fn declare(&mut self, c: &'t Class, class: ClassIdx, qualified: Sym) {
        let outer = self.nominal.scope;
        // Bases are looked up from around the class, what it holds from inside.
        let bases = c.bases.iter().filter_map(|b| self.type_name(b)).collect();
        let annotations = self.annotations(&c.decorators);
        self.nominal.enclosing.push(Enclosing {
            class,
            qualified,
            is_inner: c.is_inner,
            members: FxHashMap::default(),
        });
        let scope = self.open_scope(Some(class));
        let mut fields = Vec::new();
        for member in &c.members {
            if let MemberKind::Field {
                name,
                ty,
                decorators,
                ..
            } = &member.kind
            {
                fields.push(FieldDef {
                    name: *name,
                    is_static: member.is_static,
                    ty: ty.as_ref().and_then(|ty| self.type_name(ty)),
                    annotations: self.annotations(decorators),
                });
            }
        }
        self.nominal.enclosing.pop();
        self.nominal.scope = outer;
        self.classes[class.0 as usize].declared = Declared {
            qualified,
            kind: c.kind,
            is_open: c.is_open,
            is_inner: c.is_inner,
            bases,
            fields,
            annotations,
            scope: Some(scope),
        };
    }

    fn nominal_member(&mut self, member: &'t Member, class: ClassIdx, value: Reg) {
        match &member.kind {
            MemberKind::Method {
                name,
                function: f,
                accessor,
            } => {
                let index = self.function(f, Some(*name), Some(class));
                let (is_static, is_public) = (member.is_static, member.is_public);
                self.add_method(class, f, *name, index, is_static, is_public, *accessor);
            }
            MemberKind::ComputedMethod { name, function: f } => {
                let key = self.expr(name);
                let index = self.function(f, None, Some(class));
                let method = self.emit(Op::Closure(index), f.span);
                self.act(
                    Op::SetIndex {
                        object: value,
                        index: key,
                        value: method,
                    },
                    member.span,
                );
            }
            MemberKind::Field {
                name,
                value: Some(field),
                ty,
                ..
            } if member.is_static => {
                let mut initial = self.named(field, Some(*name), None);
                if let Some(ty) = ty.as_ref().and_then(|ty| self.type_name(ty))
                    && !tells_its_type(field)
                {
                    initial = self.emit(Op::Typed { value: initial, ty }, field.span);
                }
                self.act(
                    Op::SetMember {
                        object: value,
                        name: *name,
                        value: initial,
                    },
                    member.span,
                );
            }
            MemberKind::Field { .. } => {}
            MemberKind::Stmt(stmt) => self.block(std::slice::from_ref(stmt)),
        }
    }
}

/// The members that a class declares, and whether each belongs to the class itself.
fn members(c: &Class, family: Family) -> FxHashMap<Sym, bool> {
    c.members
        .iter()
        .filter_map(|member| match &member.kind {
            // Java's fields and methods have names of their own, and only a call means a method.
            MemberKind::Method { .. } if family == Family::Java => None,
            MemberKind::Method { name, .. } | MemberKind::Field { name, .. } => {
                Some((*name, member.is_static))
            }
            MemberKind::ComputedMethod { .. } | MemberKind::Stmt(_) => None,
        })
        .collect()
}

/// The constant that an annotation's argument is.
fn constant(value: &Expr) -> Option<Const> {
    match &value.kind {
        ExprKind::Str(text) => Some(Const::Str(*text)),
        ExprKind::Int(value) => Some(Const::Int(*value)),
        ExprKind::Bool(value) => Some(Const::Bool(*value)),
        ExprKind::Null => Some(Const::Null),
        // `{"a"}` in Java: one of several is as good as any.
        ExprKind::List(items) => items.first().and_then(constant),
        ExprKind::Unary {
            op: UnaryOp::Minus,
            operand,
        } => match constant(operand)? {
            Const::Int(value) => value.checked_neg().map(Const::Int),
            _ => None,
        },
        // `SomeEnum.VALUE`: its last name.
        ExprKind::Member { name, .. } | ExprKind::Name(name) => Some(Const::Str(*name)),
        _ => None,
    }
}
