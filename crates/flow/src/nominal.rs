//! Classes and names of nominal languages: what a name means is decided by the whole program.
//!
//! Class objects are made when they are first meant, with the class objects of their bases; their static parts run with
//! the module that declares them, which runs when one of its classes is first used.
//!
//! **Invariant.** A class has one object, whoever meets it first; only classes that functions declare have one for each
//! run of the function, because they see its locals.

use std::rc::Rc;

use shindan_base::{FileId, Span, Sym};
use shindan_program::ClassRef;
use shindan_program::ir::{ClassDef, FieldDef, NameRef, NameScope, OUTER};
use shindan_source::Family;
use smallvec::SmallVec;

use crate::api::{ApiId, Edge};
use crate::arguments::Arguments;
use crate::call::CallContext;
use crate::class::Found;
use crate::heap::{Frames, Obj, ObjId, ObjKind};
use crate::interpreter::{Activation, Interpreter, Site, World};
use crate::library::LibraryCall;
use crate::value::{Const, Ref, ValueId};

/// What the beginning of a dotted name means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// A class of the program.
    Class(ClassRef),
    /// A static member of a class around the code or of one that is imported as a whole.
    Static(ClassRef, Sym),
    /// A library's name.
    Api(ApiId),
    /// A top-level name of a file.
    Global(FileId, Sym),
}

/// What a dotted name means: its beginning, and the members behind it.
#[derive(Clone, Debug)]
pub(crate) struct Meaning {
    start: Start,
    rest: SmallVec<[Sym; 2]>,
}

impl<'a> Interpreter<'a> {
    pub(crate) fn is_nominal(&self) -> bool {
        self.family.is_nominal()
    }

    pub(crate) fn class_def(&self, of: ClassRef) -> Option<&'a ClassDef> {
        self.modules.get(&of.0)?.classes.get(of.1.0 as usize)
    }

    fn name_scope(&self, file: FileId, name: NameRef) -> Option<&'a NameScope> {
        let module = self.modules.get(&file)?;
        module.nominal.scopes.get(name.scope.0 as usize)
    }

    /// The object of a class that no function declares.
    pub(crate) fn class_object(&mut self, world: &mut World, of: ClassRef) -> ObjId {
        let id = self.declare_class(world, of);
        self.fill_classes(world);
        id
    }

    /// The same without bases, unless it had them already: they are still to be filled in.
    fn declare_class(&mut self, world: &mut World, of: ClassRef) -> ObjId {
        if let Some(&id) = self.made_classes.get(&of)
            && world.heap.get(id).is_some()
        {
            return id;
        }
        let id = self.object(u32::MAX - 4, Span::new(of.1.0, of.0.0), 3);
        self.made_classes.insert(of, id);
        // Classes of the module's body see the frame of the module, which has none.
        let frames: Frames = Rc::from([None]);
        self.set_class(world, id, of, frames);
        id
    }

    /// Makes the class object of a class that a function declares.
    pub(crate) fn fill_class(
        &mut self,
        world: &mut World,
        id: ObjId,
        of: ClassRef,
        frames: Frames,
    ) {
        self.set_class(world, id, of, frames);
        self.fill_classes(world);
    }

    fn set_class(&mut self, world: &mut World, id: ObjId, of: ClassRef, frames: Frames) {
        let (file, class) = of;
        let kind = ObjKind::Class {
            file,
            class,
            frames,
        };
        world.heap.set(id, Obj::new(kind));
        self.unfilled_classes.push((id, of));
    }

    /// Gives class objects their bases, and those theirs: one after the other, since chains of bases may be long.
    fn fill_classes(&mut self, world: &mut World) {
        while let Some((id, of)) = self.unfilled_classes.pop() {
            self.fill_bases(world, id, of);
            self.hierarchies.borrow_mut().clear();
            self.class_apis.clear();
        }
    }

    /// Bases are found by name, so that classes may name each other in circles.
    fn fill_bases(&mut self, world: &mut World, id: ObjId, of: ClassRef) {
        let file = of.0;
        let Some(def) = self.class_def(of) else {
            return;
        };
        let mut items: SmallVec<[ValueId; 4]> = SmallVec::new();
        let mut api = None;
        for base in &def.declared.bases {
            match self.meaning(file, *base) {
                Some(Meaning {
                    start: Start::Class(base),
                    rest,
                }) if rest.is_empty() && base != of => {
                    let base = self.declare_class(world, base);
                    items.push(self.values.reference(Ref::Obj(base)));
                }
                Some(Meaning {
                    start: Start::Api(node),
                    rest,
                }) => {
                    let node = rest
                        .iter()
                        .fold(node, |node, name| self.apis.child(node, Edge::Name(*name)));
                    items.push(self.values.reference(Ref::Api(node)));
                    if api.is_none() {
                        api = Some(self.apis.child(node, Edge::Call));
                    }
                }
                _ => {}
            }
        }
        if let Some(obj) = world.heap.change(id) {
            obj.items = items;
            obj.api = api;
        }
        self.know_parts(world, id, of, def.declared.qualified);
    }

    /// Learns the other parts of a class that is open.
    fn know_parts(&mut self, world: &mut World, id: ObjId, of: ClassRef, qualified: Sym) {
        let parts = self.linker.other_parts(of, qualified);
        if !parts.is_empty() {
            let parts = parts
                .iter()
                .map(|part| self.declare_class(world, *part))
                .collect();
            self.class_parts.insert(id, parts);
        }
    }

    /// The library things that a class's instances are, by all its bases.
    pub(crate) fn class_apis(&mut self, world: &World, class: ObjId) -> Rc<[ApiId]> {
        if let Some(known) = self.class_apis.get(&class) {
            return known.clone();
        }
        let mut found: SmallVec<[ApiId; 2]> = SmallVec::new();
        for &id in self.hierarchy(world, class).iter() {
            let Some(obj) = world.heap.get(id) else {
                continue;
            };
            for base in &obj.items {
                for thing in self.values.get(*base).refs.clone() {
                    if let Ref::Api(node) = thing {
                        let node = self.apis.child(node, Edge::Call);
                        if !found.contains(&node) {
                            found.push(node);
                        }
                    }
                }
            }
        }
        let found: Rc<[ApiId]> = Rc::from(found.as_slice());
        self.class_apis.insert(class, found.clone());
        found
    }

    /// What a name means, inherited members aside.
    pub(crate) fn meaning(&mut self, file: FileId, name: NameRef) -> Option<Meaning> {
        if let Some(known) = self.meanings.get(&(file, name)) {
            return known.clone();
        }
        let meaning = self.find_meaning(file, name);
        self.meanings.insert((file, name), meaning.clone());
        meaning
    }

    fn find_meaning(&mut self, file: FileId, name: NameRef) -> Option<Meaning> {
        let module = self.modules.get(&file).copied()?;
        let path = self.text_of(name.path);
        let names = self.names;
        let parts: SmallVec<[Sym; 4]> = path.split('.').map(|part| names.intern(part)).collect();
        let after = |n: usize| parts.iter().skip(n).copied().collect();
        if let Some(declared) = self.linker.declared(module, name, names) {
            return Some(Meaning {
                start: Start::Class(*declared.parts.first()?),
                rest: after(declared.length),
            });
        }
        let head = *parts.first()?;
        let alias = module
            .nominal
            .aliases
            .iter()
            .find(|(local, _)| *local == head);
        if let Some((_, qualified)) = alias {
            // A static member of a class of the program, or a library's name.
            let qualified = self.text_of(*qualified);
            if let Some((class, member)) = qualified.rsplit_once('.')
                && let Some(class) = names.get(class)
                && let Some(found) = self.linker.class_named(file, class)
            {
                return Some(Meaning {
                    start: Start::Static(*found.first()?, names.intern(member)),
                    rest: after(1),
                });
            }
            let node = self.apis.module(qualified, true, names);
            return Some(Meaning {
                start: Start::Api(node),
                rest: after(1),
            });
        }
        let scope = module.nominal.scopes.get(name.scope.0 as usize)?;
        let prefixes = scope.prefixes.iter().chain(self.linker.global_imports());
        for prefix in prefixes.clone() {
            if *prefix != Sym::EMPTY
                && let Some(found) = self.linker.class_named(file, *prefix)
                && let Some(&class) = found.first()
                && self.has_static(class, head)
            {
                return Some(Meaning {
                    start: Start::Static(class, head),
                    rest: after(1),
                });
            }
        }
        if let Some(&file) = self.linker.global(file, head).first() {
            return Some(Meaning {
                start: Start::Global(file, head),
                rest: after(1),
            });
        }
        for prefix in prefixes {
            if let Some(node) = self.known_path(self.text_of(*prefix), head) {
                return Some(Meaning {
                    start: Start::Api(node),
                    rest: after(1),
                });
            }
        }
        if let Some(node) = self.rows.by_last_name.get(&head).copied().flatten() {
            return Some(Meaning {
                start: Start::Api(node),
                rest: after(1),
            });
        }
        Some(Meaning {
            start: Start::Api(self.apis.child(ApiId::ROOT, Edge::Name(head))),
            rest: after(1),
        })
    }

    /// Whether code may use `name` without its class, because it is a static member (a constant of a Ruby class is).
    fn has_static(&self, class: ClassRef, name: Sym) -> bool {
        let Some(def) = self.class_def(class) else {
            return false;
        };
        def.methods.iter().any(|m| m.name == name && m.is_static)
            || def
                .declared
                .fields
                .iter()
                .any(|f| f.name == name && f.is_static)
    }

    /// `prefix.head`, if a row of the catalogue names it.
    fn known_path(&self, prefix: &str, head: Sym) -> Option<ApiId> {
        let mut at = ApiId::ROOT;
        if !prefix.is_empty() {
            for part in prefix.split('.') {
                at = self
                    .apis
                    .known_child(at, Edge::Name(self.names.get(part)?))?;
            }
        }
        self.apis.known_child(at, Edge::Name(head))
    }

    /// The value of a name that is no local variable.
    pub(crate) fn resolve_name(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        name: NameRef,
        site: Site,
    ) -> ValueId {
        let file = act.func.file;
        let path = self.text_of(name.path);
        let mut parts = path.split('.');
        let head = parts.next().map_or(name.path, |head| self.sym(head));
        if let Some(object) = self.inheriting(act, world, name, head, site) {
            let mut value = self.get_member(act, world, object, head, site);
            for part in parts {
                let part = self.sym(part);
                value = self.get_member(act, world, value, part, site);
            }
            return value;
        }
        let Some(meaning) = self.meaning(file, name) else {
            return ValueId::UNKNOWN;
        };
        let mut value = match meaning.start {
            Start::Class(class) => self.class_value(act, world, class),
            Start::Static(class, member) => {
                let class = self.class_value(act, world, class);
                self.get_member(act, world, class, member, site)
            }
            Start::Api(node) => {
                self.with_view(act, world, |o, v| o.read(v, node, site));
                self.api_value(node, site)
            }
            Start::Global(file, name) => {
                self.run_once(act, world, file);
                let frame = self.module_frame(file);
                let found = world
                    .heap
                    .get(frame)
                    .and_then(|f| f.field(Const::Str(name)));
                found.unwrap_or(ValueId::UNKNOWN)
            }
        };
        for part in meaning.rest {
            value = self.get_member(act, world, value, part, site);
        }
        value
    }

    /// A class as a value, its module run.
    fn class_value(&mut self, act: &Activation<'a>, world: &mut World, class: ClassRef) -> ValueId {
        self.run_once(act, world, class.0);
        let id = self.class_object(world, class);
        self.values.reference(Ref::Obj(id))
    }

    fn run_once(&mut self, act: &Activation<'a>, world: &mut World, file: FileId) {
        if file != act.func.file
            && !self.module_states.contains_key(&file)
            && self.modules.contains_key(&file)
        {
            self.run_module(world, file, act.depth + 1);
        }
    }

    /// The object that has `name` as a member, of those that the code at hand sees without naming them.
    fn inheriting(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        name: NameRef,
        head: Sym,
        site: Site,
    ) -> Option<ValueId> {
        let file = act.func.file;
        let mut scope = self.name_scope(file, name);
        let mut this = act.this;
        while let Some(at) = scope {
            if let Some(class) = at.class {
                let of = (file, class);
                if self.inherits(world, of, head) {
                    return Some(match self.sole_object(this) {
                        Some(_) => this,
                        None => self.class_value(act, world, of),
                    });
                }
                let outer = self.sym(OUTER);
                let is_inner = self.class_def(of).is_some_and(|d| d.declared.is_inner);
                this = match self.sole_object(this) {
                    Some(_) if is_inner => self.get_member(act, world, this, outer, site),
                    _ => ValueId::UNKNOWN,
                };
            }
            scope = at
                .outer
                .and_then(|outer| self.modules[&file].nominal.scopes.get(outer.0 as usize));
        }
        None
    }

    /// Whether a class has a member from its bases or other parts.
    fn inherits(&mut self, world: &mut World, of: ClassRef, name: Sym) -> bool {
        if let Some(&known) = self.inherited.get(&(of, name)) {
            return known;
        }
        let id = self.class_object(world, of);
        let has_bases = self.class_parts.contains_key(&id)
            || world.heap.get(id).is_some_and(|o| !o.items.is_empty());
        let found = has_bases
            && (self.find_in_class(world, id, name).is_some()
                || self.declared_field(world, id, name).is_some()
                || self
                    .class_apis(world, id)
                    .iter()
                    .any(|api| self.apis.known_child(*api, Edge::Name(name)).is_some()));
        self.inherited.insert((of, name), found);
        found
    }

    /// A field by its declaration in a class, its parts or its bases, and the file that declares it.
    pub(crate) fn declared_field(
        &self,
        world: &World,
        class: ObjId,
        name: Sym,
    ) -> Option<(FileId, &'a FieldDef)> {
        self.hierarchy(world, class).iter().find_map(|id| {
            let ObjKind::Class { file, class, .. } = &world.heap.get(*id)?.kind else {
                return None;
            };
            let def = self.class_def((*file, *class))?;
            let field = def.declared.fields.iter().find(|f| f.name == name)?;
            Some((*file, field))
        })
    }

    /// What an unassigned field of an instance is: something of its declared type.
    pub(crate) fn field_by_type(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        class: ObjId,
        name: Sym,
        site: Site,
    ) -> Option<ValueId> {
        let (file, field) = self.declared_field(world, class, name)?;
        let ty = field.ty?;
        self.instance_of_name(act, world, file, ty, site.span)
    }

    /// An instance of a declared type of which nothing else is known.
    pub(crate) fn instance_of_name(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        file: FileId,
        ty: NameRef,
        span: Span,
    ) -> Option<ValueId> {
        let meaning = self.meaning(file, ty)?;
        match meaning.start {
            Start::Class(class) if meaning.rest.is_empty() => {
                Some(self.instance_of_class(act, world, class, span))
            }
            Start::Api(node) => {
                let node = meaning
                    .rest
                    .iter()
                    .fold(node, |node, name| self.apis.child(node, Edge::Name(*name)));
                if self.is_java()
                    && let Some(made) = self.java_instance(act, world, node, span)
                {
                    return Some(made);
                }
                if self.is_csharp()
                    && let Some(made) = self.csharp_instance(act, world, node, span)
                {
                    return Some(made);
                }
                let instance = self.apis.known_child(node, Edge::Call)?;
                Some(self.api_value(instance, act.site(span)))
            }
            _ => None,
        }
    }

    /// The library's thing that a name means.
    pub(crate) fn library_name(&mut self, file: FileId, name: NameRef) -> Option<ApiId> {
        match self.meaning(file, name)? {
            Meaning {
                start: Start::Api(node),
                rest,
            } => Some(
                rest.iter()
                    .fold(node, |node, name| self.apis.child(node, Edge::Name(*name))),
            ),
            _ => None,
        }
    }

    /// An instance of a class or of one below it, of which nothing else is known.
    pub(crate) fn instance_of_class(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        class: ClassRef,
        span: Span,
    ) -> ValueId {
        let mut value = ValueId::NONE;
        for (i, class) in self.linker.instances_of(class).into_iter().enumerate() {
            self.run_once(act, world, class.0);
            let class = self.class_object(world, class);
            let mut instance = Obj::new(ObjKind::Instance(Some(class)));
            instance.api = self.class_api(world, class);
            instance.exact = false;
            instance.rest = ValueId::UNKNOWN;
            // Each possible class has an object of its own.
            let salt = 16 + i as u8;
            let instance = self.allocate(act, world, span, salt, instance);
            value = self.join(value, instance);
        }
        value
    }

    /// A value and what its declared type tells where the value itself tells nothing.
    pub(crate) fn typed(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        value: ValueId,
        ty: NameRef,
        span: Span,
    ) -> ValueId {
        let known = self.values.get(value);
        // Data of a request that was made a number is none any more.
        if is_plain(self.text_of(ty.path))
            && known.consts.is_empty()
            && !known.taint.is_empty()
            && known.refs.iter().all(|r| matches!(r, Ref::Api(_)))
        {
            return ValueId::SETTLED;
        }
        // `T x = null;`: somebody will assign it.
        let is_null = self.is_csharp() && known.sole_const() == Some(Const::Null);
        let says_nothing = (known.consts.is_empty() || is_null)
            && known.refs.iter().all(|r| match r {
                Ref::Api(node) => !self.apis.is_known(*node),
                Ref::Obj(id) => world
                    .heap
                    .get(*id)
                    .and_then(|o| match o.kind {
                        ObjKind::Instance(None) => o.api,
                        _ => None,
                    })
                    .is_some_and(|node| !self.apis.is_known(node)),
                Ref::Module(_) | Ref::Bound(..) => false,
            });
        if !says_nothing {
            return value;
        }
        let taint = self.deep_taint(world, value);
        let file = act.func.file;
        if is_null && self.library_name(file, ty).is_none() {
            return value;
        }
        if is_plain(self.text_of(ty.path)) {
            return self.values.with_taint(value, SmallVec::new());
        }
        match self.instance_of_name(act, world, file, ty, span) {
            Some(instance) if is_null => self.join(value, instance),
            // What is known to be in the value is in all parts of what it is.
            Some(instance) if !taint.is_empty() => self.fill(world, instance, &taint),
            Some(instance) => instance,
            None => value,
        }
    }

    /// Calls `name(…)`.
    pub(crate) fn call_bare(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        name: NameRef,
        arguments: &Arguments,
        context: CallContext,
        site: Site,
    ) -> Option<ValueId> {
        let file = act.func.file;
        let method = name.path;
        let mut scope = self.name_scope(file, name);
        let mut this = act.this;
        let mut innermost = None;
        while let Some(at) = scope {
            if let Some(class) = at.class {
                let of = (file, class);
                let declared_class = self.local_class_of(world, this, of);
                let class = declared_class.unwrap_or_else(|| self.class_object(world, of));
                innermost = innermost.or(Some((class, this)));
                // The instance may be one of a subclass, whose method comes first.
                let from = self.instance_class(world, this).unwrap_or(class);
                if let Some(found) = self.find_overload(world, from, method, Some(arguments)) {
                    let receiver = self.receiver(this, class);
                    return self.call_found(act, world, found, receiver, arguments, context, site);
                }
                let outer = self.sym(OUTER);
                this = match self.sole_object(this) {
                    Some(_) => self.get_member(act, world, this, outer, site),
                    None => ValueId::UNKNOWN,
                };
            }
            scope = at
                .outer
                .and_then(|outer| self.modules[&file].nominal.scopes.get(outer.0 as usize));
        }
        // Top-level methods of Ruby belong to every object.
        let own = self.module_frame(file);
        let top_level = world
            .heap
            .get(own)
            .and_then(|f| f.field(Const::Str(method)));
        if let Some(function) = top_level {
            return self.call_any(act, world, function, arguments, context, site);
        }
        if let Some((class, this)) = innermost {
            let apis = self.class_apis(world, class);
            for api in apis.iter() {
                if self.apis.known_child(*api, Edge::Name(method)).is_some() {
                    let receiver = match self.family {
                        Family::Ruby => ValueId::UNKNOWN,
                        _ => self.receiver(this, class),
                    };
                    return self.call_inherited(
                        act, world, *api, receiver, method, arguments, context, site,
                    );
                }
            }
        }
        let meaning = self.meaning(file, name);
        let known = match meaning {
            Some(Meaning {
                start: Start::Static(class, member),
                ..
            }) => {
                self.run_once(act, world, class.0);
                let class = self.class_object(world, class);
                let receiver = self.values.reference(Ref::Obj(class));
                match self.find_overload(world, class, member, Some(arguments)) {
                    Some(found) => {
                        return self
                            .call_found(act, world, found, receiver, arguments, context, site);
                    }
                    None => None,
                }
            }
            Some(Meaning {
                start: Start::Global(..),
                ..
            }) => {
                let function = self.resolve_name(act, world, name, site);
                return self.call_any(act, world, function, arguments, context, site);
            }
            Some(Meaning {
                start: Start::Api(node),
                rest,
            }) if rest.is_empty() => Some(node),
            _ => None,
        };
        if let Some(node) = known
            && (self.apis.is_known(node) || innermost.is_none())
        {
            let call = LibraryCall {
                node,
                receiver: None,
                arguments,
                context,
                site,
            };
            return self.call_library(act, world, call);
        }
        if let Some((class, this)) = innermost {
            // What a Ruby object keeps in its variables does not come out of every method that it has from elsewhere.
            let of_self = self.family != Family::Ruby;
            let this = if of_self { this } else { ValueId::UNKNOWN };
            if let Some(api) = self.class_api(world, class) {
                let receiver = if of_self {
                    self.receiver(this, class)
                } else {
                    this
                };
                return self
                    .call_inherited(act, world, api, receiver, method, arguments, context, site);
            }
            return Some(self.plain_method(act, world, this, method, arguments, context, site));
        }
        Some(self.call_unknown(act, world, None, Some(method), arguments, context, site))
    }

    /// What a method that the code calls without naming an object is called on.
    fn receiver(&mut self, this: ValueId, class: ObjId) -> ValueId {
        match self.sole_object(this) {
            Some(_) => this,
            None => self.values.reference(Ref::Obj(class)),
        }
    }

    /// Calls a method that a class has from a library.
    fn call_inherited(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        api: ApiId,
        receiver: ValueId,
        method: Sym,
        arguments: &Arguments,
        context: CallContext,
        site: Site,
    ) -> Option<ValueId> {
        let node = self.apis.child(api, Edge::Name(method));
        let call = LibraryCall {
            node,
            receiver: Some(receiver),
            arguments,
            context,
            site,
        };
        self.call_library(act, world, call)
    }

    fn instance_class(&self, world: &World, this: ValueId) -> Option<ObjId> {
        match world.heap.get(self.sole_object(this)?)?.kind {
            ObjKind::Instance(class) => class,
            _ => None,
        }
    }

    /// The object of a class that a function declares, by an instance of it.
    fn local_class_of(&self, world: &World, this: ValueId, of: ClassRef) -> Option<ObjId> {
        let class = self.instance_class(world, this)?;
        match &world.heap.get(class)?.kind {
            ObjKind::Class { file, class: c, .. } if (*file, *c) == of => Some(class),
            _ => None,
        }
    }

    pub(crate) fn call_found(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        found: Found,
        receiver: ValueId,
        arguments: &Arguments,
        context: CallContext,
        site: Site,
    ) -> Option<ValueId> {
        match found {
            Found::Method(method) => {
                self.call_object(act, world, method, receiver, arguments, context, site)
            }
            Found::Getter(getter) => {
                let none = Arguments::default();
                let plain = CallContext::default();
                let callee = self.call_object(act, world, getter, receiver, &none, plain, site)?;
                // Ruby calls a reader by its name; elsewhere what it returns is called.
                if self.family == Family::Ruby {
                    return Some(callee);
                }
                self.call_any(act, world, callee, arguments, context, site)
            }
            Found::Value(callee) => self.call_any(act, world, callee, arguments, context, site),
        }
    }
}

/// Whether values of a declared type have no room for harmful text.
pub(crate) fn is_plain(ty: &str) -> bool {
    let last = ty.rsplit('.').next().unwrap_or(ty);
    matches!(
        last,
        "int"
            | "long"
            | "short"
            | "byte"
            | "float"
            | "double"
            | "boolean"
            | "bool"
            | "decimal"
            | "uint"
            | "ulong"
            | "ushort"
            | "sbyte"
            | "Integer"
            | "Long"
            | "Short"
            | "Float"
            | "Double"
            | "Boolean"
            | "BigInteger"
            | "BigDecimal"
            | "UUID"
            | "Guid"
            | "Int16"
            | "Int32"
            | "Int64"
            | "Single"
            | "Decimal"
            | "DateTime"
            | "DateTimeOffset"
            | "TimeSpan"
            | "LocalDate"
            | "LocalDateTime"
            | "Instant"
    )
}
