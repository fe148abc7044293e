//! Classes: the class value, its methods, attributes and instance fields.

use shindan_base::{Span, Sym};
use shindan_source::tree::{Accessor, Class, Expr, ExprKind, Function, MemberKind};

use super::Lowerer;
use super::builder::ClassBody;
use super::collect::{fields, has_fields};
use super::function::Header;
use super::place::Place;
use super::scope::{Node, address};
use crate::ir::{ClassDef, ClassIdx, Declared, FuncIdx, Method, Op, Reg};

impl<'t> Lowerer<'t> {
    pub(super) fn class_decl(&mut self, c: &'t Class) {
        match c.name {
            Some(name) => {
                let place = self.place(name, c.name_span);
                self.class(c, None, Some(place), None);
            }
            None => {
                self.class(c, None, None, None);
            }
        }
    }

    pub(super) fn class_expr(&mut self, c: &'t Class, hint: Option<Sym>, into: Option<Reg>) -> Reg {
        let outer = self.scope;
        let mut place = None;
        if let (Some(scope), Some(name)) = (self.scopes.of_node(address(c), Node::OwnName), c.name)
        {
            self.scope = scope;
            place = self
                .scopes
                .own(scope, name)
                .map(|id| self.place_of(id, c.span));
        }
        let value = self.class(c, hint, place, into);
        self.scope = outer;
        value
    }

    /// Makes the class and binds it to `place` before its body runs, and again after its decorators.
    fn class(
        &mut self,
        c: &'t Class,
        hint: Option<Sym>,
        place: Option<Place>,
        into: Option<Reg>,
    ) -> Reg {
        if self.family.is_nominal() {
            return self.nominal_class(c, hint, place, into);
        }
        let bases = self.operand_list(&c.bases).into();
        for (_, value) in &c.keywords {
            self.expr(value);
        }
        let name = c.name.or(hint).unwrap_or(self.words.class);
        let (class, is_new) = self.class_index(c, name);
        let own = place.and_then(Self::register_of);
        let value = self.emit_into(Op::Class { class, bases }, own, c.span);
        if let Some(place) = place {
            self.store(place, value, c.span);
        }
        let prefix = self.frame.prefix;
        self.frame.prefix = self.qualified(name);
        self.members(c, class, value, is_new);
        self.frame.prefix = prefix;
        if c.decorators.is_empty() {
            return self.settle(value, into, c.span);
        }
        let decorated = self.decorate(&c.decorators, value, own);
        if let Some(place) = place {
            self.store(place, decorated, c.span);
        }
        self.settle(decorated, into, c.span)
    }

    /// The class's place in the module, and whether it was made just now.
    pub(super) fn class_index(&mut self, c: &'t Class, name: Sym) -> (ClassIdx, bool) {
        if let Some(&index) = self.class_of_node.get(&address(c)) {
            return (index, false);
        }
        let index = ClassIdx(self.classes.len() as u32);
        self.class_of_node.insert(address(c), index);
        self.classes.push(ClassDef {
            name,
            methods: Vec::new(),
            fields: None,
            declared: Declared::default(),
            span: c.span,
        });
        (index, true)
    }

    fn members(&mut self, c: &'t Class, class: ClassIdx, value: Reg, is_new: bool) {
        let outer = (self.scope, self.frame.this);
        if let Some(scope) = self.scopes.of_node(address(c), Node::ClassBody) {
            self.scope = scope;
            self.frame.class_bodies.push(ClassBody {
                scope,
                value,
                class,
            });
        } else {
            self.frame.this = Some(value);
        }
        let mut decorated: Vec<(&'t Function, Sym, FuncIdx)> = Vec::new();
        for member in &c.members {
            match &member.kind {
                MemberKind::Method {
                    name,
                    function: f,
                    accessor,
                } => {
                    let index = self.function(f, Some(*name), Some(class));
                    self.param_decorators(f);
                    if is_new {
                        self.add_method(
                            class,
                            f,
                            *name,
                            index,
                            member.is_static,
                            member.is_public,
                            *accessor,
                        );
                    }
                    if self.calls_decorators(f) {
                        decorated.push((f, *name, index));
                    }
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
                    value: field,
                    ty: _,
                    decorators,
                } => {
                    self.operand_list(decorators);
                    if let Some(field) = field
                        && (self.is_python || member.is_static)
                    {
                        let field = self.named(field, Some(*name), None);
                        self.act(
                            Op::SetMember {
                                object: value,
                                name: *name,
                                value: field,
                            },
                            member.span,
                        );
                    }
                }
                MemberKind::Stmt(stmt) => self.block(std::slice::from_ref(stmt)),
            }
        }
        for (f, name, index) in decorated {
            self.set_decorated(f, name, index, value);
        }
        if self.is_python {
            self.frame.class_bodies.pop();
        } else if is_new && has_fields(c) {
            self.fields(c, class);
        }
        (self.scope, self.frame.this) = outer;
    }

    fn set_decorated(&mut self, f: &'t Function, name: Sym, index: FuncIdx, class: Reg) {
        let method = self.emit(Op::Closure(index), f.span);
        let method = self.decorate(&f.decorators, method, None);
        self.act(
            Op::SetMember {
                object: class,
                name,
                value: method,
            },
            f.span,
        );
    }

    /// A method that a statement of a Python class body defines (`if …: def …`).
    pub(super) fn python_method(&mut self, f: &'t Function, name: Sym, body: ClassBody) {
        let is_new = !self.function_of_node.contains_key(&address(f));
        let index = self.function(f, None, Some(body.class));
        if is_new {
            self.add_method(body.class, f, name, index, false, true, Accessor::None);
        }
        if self.calls_decorators(f) {
            self.set_decorated(f, name, index, body.value);
        }
    }

    pub(super) fn add_method(
        &mut self,
        class: ClassIdx,
        f: &Function,
        name: Sym,
        func: FuncIdx,
        is_static: bool,
        is_public: bool,
        accessor: Accessor,
    ) {
        let has = |word| f.decorators.iter().any(|d| last_name(d) == Some(word));
        let words = &self.words;
        let is_class_method = self.is_python && has(words.classmethod);
        let method = Method {
            name,
            func,
            is_static: (is_static && !is_class_method)
                || (self.is_python && has(words.staticmethod)),
            is_class_method,
            is_getter: accessor == Accessor::Get
                || (self.is_python
                    && (has(words.property) || has(words.cached_property) || has(words.getter))),
            is_setter: accessor == Accessor::Set
                || (self.is_python && (has(words.setter) || has(words.deleter))),
            is_public,
        };
        self.classes[class.0 as usize].methods.push(method);
    }

    /// Whether decorators do more than say what kind of method this is.
    fn calls_decorators(&self, f: &Function) -> bool {
        let words = &self.words;
        let kinds = [
            words.staticmethod,
            words.classmethod,
            words.property,
            words.cached_property,
            words.setter,
            words.getter,
            words.deleter,
        ];
        f.decorators
            .iter()
            .any(|d| !self.is_python || last_name(d).is_none_or(|name| !kinds.contains(&name)))
    }

    /// Decorators of parameters (TypeScript) run when the class is made.
    fn param_decorators(&mut self, f: &'t Function) {
        for param in &f.params {
            self.operand_list(&param.decorators);
        }
    }

    /// One function that gives a fresh instance its fields.
    pub(super) fn fields(&mut self, c: &'t Class, class: ClassIdx) {
        let index = self.reserve();
        let header = Header {
            name: self.words.fields,
            span: c.span,
            name_span: Span::new(c.span.start, c.span.start),
            class: Some(class),
            is_async: false,
            is_generator: false,
            is_arrow: false,
            has_decorators: false,
            annotations: Vec::new(),
            param_annotations: Vec::new(),
        };
        let scope = self.scopes.of_node(address(c), Node::Fields);
        self.build(index, header, scope, |this, _| {
            let instance = this.emit(Op::This, c.span);
            for (name, value) in fields(c) {
                if let Some(e) = value {
                    let value = this.named(e, Some(name), None);
                    this.act(
                        Op::SetMember {
                            object: instance,
                            name,
                            value,
                        },
                        e.span,
                    );
                }
            }
            Vec::new()
        });
        self.classes[class.0 as usize].fields = Some(index);
    }
}

/// `f` of the decorators `f` and `a.f`.
fn last_name(decorator: &Expr) -> Option<Sym> {
    match &decorator.kind {
        ExprKind::Name(name) | ExprKind::Member { name, .. } => Some(*name),
        _ => None,
    }
}
