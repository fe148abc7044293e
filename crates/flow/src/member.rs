//! Reads and writes of members, elements, names and modules.

use shindan_base::{FileId, Sym};
use shindan_program::Linker;
use shindan_program::ir::{Reg, Require};
use smallvec::SmallVec;

use crate::api::{ApiId, Edge};
use crate::arguments::Arguments;
use crate::heap::{Obj, ObjId, ObjKind};
use crate::interpreter::{Activation, Interpreter, ModuleState, Site, State, World};
use crate::source::StepWord;
use crate::value::{ALL_KINDS, Const, Ref, Taint, Value, ValueId};

/// What a class says of a name.
pub(crate) enum Found {
    Method(ObjId),
    Getter(ObjId),
    Value(ValueId),
}

impl<'a> Interpreter<'a> {
    /// Taints of data taken out of a value under a name.
    pub(crate) fn part_taint(&mut self, value: ValueId, name: Sym) -> SmallVec<[Taint; 1]> {
        let nodes: SmallVec<[ApiId; 2]> = self
            .values
            .get(value)
            .refs
            .iter()
            .filter_map(|r| {
                if let Ref::Api(node) = r {
                    Some(*node)
                } else {
                    None
                }
            })
            .collect();
        let taint = self.values.get(value).taint.clone();
        taint
            .into_iter()
            .map(|t| {
                let api = self.sources.info(t.source).api;
                let part_of_source =
                    api.is_some_and(|api| nodes.iter().any(|n| self.apis.is_below(*n, api)));
                if part_of_source {
                    Taint {
                        source: self.sources.part(t.source, name),
                        ..t
                    }
                } else {
                    t
                }
            })
            .collect()
    }

    pub(crate) fn get_member(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        object: ValueId,
        name: Sym,
        site: Site,
    ) -> ValueId {
        let value = self.values.get(object).clone();
        let mut result = ValueId::NONE;
        for thing in &value.refs {
            let found = match thing {
                Ref::Obj(id) => self.object_member(act, world, *id, name, site),
                Ref::Api(node) => {
                    let child = self.member_node(*node, name);
                    self.with_view(act, world, |o, v| o.read(v, child, site));
                    self.api_value(child, site)
                }
                Ref::Module(file) => self.module_member(act, world, *file, name, site),
                Ref::Bound(..) => ValueId::UNKNOWN,
            };
            result = self.join(result, found);
        }
        if !value.consts.is_empty() {
            let length = (self.text_of(name) == "length")
                .then(|| value.sole_str())
                .flatten();
            let found = match length {
                Some(text) => {
                    self.constant(Const::Int(self.text_of(text).encode_utf16().count() as i64))
                }
                None => ValueId::UNKNOWN,
            };
            result = self.join(result, found);
        }
        if value.other || result == ValueId::NONE {
            let found = match self.apis.known_child(ApiId::ANY, Edge::Name(name)) {
                Some(node) => {
                    self.with_view(act, world, |o, v| o.read(v, node, site));
                    let taint = self.source_taint(node, site);
                    self.values.tainted(taint)
                }
                None => ValueId::UNKNOWN,
            };
            result = self.join(result, found);
        }
        if !value.taint.is_empty() && !matches!(self.text_of(name), "length" | "size") {
            let taint = self.part_taint(object, name);
            result = self.values.add_taint(result, &taint);
        }
        self.clear_read(result)
    }

    /// Reading some things of a library yields data that is safe for some kinds of sink.
    fn clear_read(&mut self, value: ValueId) -> ValueId {
        if self.values.get(value).taint.is_empty() {
            return value;
        }
        let clears = self
            .values
            .get(value)
            .refs
            .iter()
            .filter_map(|r| {
                if let Ref::Api(node) = r {
                    self.rows.nodes.get(node)
                } else {
                    None
                }
            })
            .fold(0, |m, row| m | row.clears);
        if clears == 0 {
            return value;
        }
        let taint: SmallVec<[Taint; 1]> = if clears == ALL_KINDS {
            SmallVec::new()
        } else {
            self.values
                .get(value)
                .taint
                .iter()
                .map(|t| Taint {
                    cleared: t.cleared | clears,
                    ..*t
                })
                .collect()
        };
        self.values.with_taint(value, taint)
    }

    /// The node of a member: its own, or what the catalogue says of any member of that thing (`request.session[]`).
    fn member_node(&mut self, node: ApiId, name: Sym) -> ApiId {
        let named = Edge::Name(name);
        if self.python || self.apis.known_child(node, named).is_some() {
            return self.apis.child(node, named);
        }
        self.apis
            .known_child(node, Edge::Index)
            .unwrap_or_else(|| self.apis.child(node, named))
    }

    fn object_member(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        id: ObjId,
        name: Sym,
        site: Site,
    ) -> ValueId {
        let Some(obj) = world.heap.get(id) else {
            return ValueId::UNKNOWN;
        };
        if let Some(value) = obj.field(Const::Str(name)) {
            return value;
        }
        let (rest, api, exact) = (obj.rest, obj.api, obj.exact);
        let class = match &obj.kind {
            ObjKind::Instance(class) => *class,
            ObjKind::Class { .. } => {
                return match self.find_in_class(world, id, name) {
                    Some(Found::Method(func) | Found::Getter(func)) => {
                        let receiver = self.values.reference(Ref::Obj(id));
                        if self.is_class_method(world, func) {
                            self.values.reference(Ref::Bound(func, receiver))
                        } else {
                            self.values.reference(Ref::Obj(func))
                        }
                    }
                    Some(Found::Value(value)) => value,
                    None => match api.map(|node| self.apis.parent(node).0) {
                        Some(base) => {
                            let child = self.apis.child(base, Edge::Name(name));
                            self.api_value(child, site)
                        }
                        None => ValueId::UNKNOWN,
                    },
                };
            }
            ObjKind::List if self.text_of(name) == "length" => {
                return if exact && rest == ValueId::NONE {
                    let length = obj.items.len() as i64;
                    self.constant(Const::Int(length))
                } else {
                    ValueId::UNKNOWN
                };
            }
            ObjKind::List | ObjKind::Set | ObjKind::Func { .. } | ObjKind::Frame => {
                return ValueId::UNKNOWN;
            }
            ObjKind::Map => {
                if rest == ValueId::NONE && exact && !self.python {
                    return self.constant(Const::Undefined);
                }
                return self.join(rest, ValueId::UNKNOWN);
            }
        };
        if let Some(class) = class {
            match self.find_in_class(world, class, name) {
                Some(Found::Method(func)) => {
                    let receiver = self.values.reference(Ref::Obj(id));
                    return self.values.reference(Ref::Bound(func, receiver));
                }
                Some(Found::Getter(func)) => {
                    let receiver = self.values.reference(Ref::Obj(id));
                    let method = self.values.reference(Ref::Bound(func, receiver));
                    return self
                        .call_value(act, world, method, &Arguments::default(), site)
                        .unwrap_or(ValueId::UNKNOWN);
                }
                Some(Found::Value(value)) => return value,
                None => {}
            }
        }
        let inner = if rest == ValueId::NONE {
            ValueId::UNKNOWN
        } else {
            rest
        };
        match api {
            Some(node) => {
                let child = self.apis.child(node, Edge::Name(name));
                self.with_view(act, world, |o, v| o.read(v, child, site));
                let value = self.api_value(child, site);
                if rest == ValueId::NONE {
                    value
                } else {
                    let taint = self.values.get(rest).taint.clone();
                    self.values.add_taint(value, &taint)
                }
            }
            None => inner,
        }
    }

    fn is_class_method(&self, world: &World, func: ObjId) -> bool {
        let Some(Obj {
            kind: ObjKind::Func { func, .. },
            ..
        }) = world.heap.get(func)
        else {
            return false;
        };
        let Some(module) = self.modules.get(&func.file) else {
            return false;
        };
        module
            .classes
            .iter()
            .flat_map(|c| &c.methods)
            .any(|m| m.func == func.index && (m.is_class_method || (m.is_static && !self.python)))
    }

    /// Looks a name up in a class and its bases.
    pub(crate) fn find_in_class(
        &mut self,
        world: &mut World,
        class: ObjId,
        name: Sym,
    ) -> Option<Found> {
        let mut queue: Vec<ObjId> = vec![class];
        let mut seen = 0;
        while let Some(id) = queue.pop() {
            seen += 1;
            if seen > 16 {
                return None;
            }
            let obj = world.heap.get(id)?;
            let ObjKind::Class {
                file,
                class,
                frames,
            } = obj.kind.clone()
            else {
                continue;
            };
            let bases = obj.items.clone();
            let field = obj.field(Const::Str(name));
            let module = self.modules.get(&file).copied();
            let method = module
                .and_then(|m| m.classes.get(class.0 as usize))
                .and_then(|c| c.methods.iter().find(|m| m.name == name && !m.is_setter));
            if let Some(method) = method {
                // A decorated method was stored again under its name; the undecorated one is what the class was written as.
                let func = crate::heap::FuncRef {
                    file,
                    index: method.func,
                };
                let method_id =
                    self.object(u32::MAX, shindan_base::Span::new(func.index.0, file.0), 7);
                if world.heap.get(method_id).is_none() {
                    world.heap.set(
                        method_id,
                        Obj::new(ObjKind::Func {
                            func,
                            frames,
                            this: ValueId::UNKNOWN,
                        }),
                    );
                }
                return Some(if method.is_getter {
                    Found::Getter(method_id)
                } else {
                    Found::Method(method_id)
                });
            }
            if let Some(value) = field {
                return Some(Found::Value(value));
            }
            for base in bases.iter().rev() {
                for thing in &self.values.get(*base).refs {
                    if let Ref::Obj(id) = thing {
                        queue.push(*id);
                    }
                }
            }
        }
        None
    }

    /// The library thing that instances of a class are, by its bases.
    pub(crate) fn class_api(&self, world: &World, class: ObjId) -> Option<ApiId> {
        let mut queue = vec![class];
        let mut seen = 0;
        while let Some(id) = queue.pop() {
            seen += 1;
            let obj = world.heap.get(id)?;
            if let Some(api) = obj.api {
                return Some(api);
            }
            if seen > 16 {
                return None;
            }
            for base in &obj.items {
                queue.extend(self.values.get(*base).refs.iter().filter_map(|r| {
                    if let Ref::Obj(id) = r {
                        Some(*id)
                    } else {
                        None
                    }
                }));
            }
        }
        None
    }

    /// The node of instances of the type that an annotation evaluates to.
    pub(crate) fn instance_of_type(&mut self, ty: ValueId) -> Option<ApiId> {
        let node = self.values.get(ty).refs.iter().find_map(|r| {
            if let Ref::Api(node) = r {
                Some(*node)
            } else {
                None
            }
        })?;
        let known = self.apis.known_child(node, Edge::Call);
        known.or_else(|| {
            (self.apis.parent(node).0 != ApiId::ROOT).then(|| self.apis.child(node, Edge::Call))
        })
    }

    pub(crate) fn set_member(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        object: ValueId,
        name: Sym,
        value: ValueId,
        site: Site,
    ) {
        let stored = self.step_value(value, site, StepWord::Assigned(name));
        let target = self.values.get(object).clone();
        let sole = target.refs.len() == 1 && target.consts.is_empty() && !target.other;
        let mut nodes: SmallVec<[ApiId; 2]> = SmallVec::new();
        for thing in &target.refs {
            match thing {
                Ref::Obj(id) => {
                    let old = world.heap.get(*id).and_then(|o| o.field(Const::Str(name)));
                    let new = match old {
                        Some(old) if !sole => self.join(old, stored),
                        _ => stored,
                    };
                    if let Some(obj) = world.heap.change(*id) {
                        obj.set_field(Const::Str(name), new);
                        if let Some(api) = obj.api {
                            nodes.push(self.member_node(api, name));
                        }
                    }
                }
                Ref::Api(node) => nodes.push(self.member_node(*node, name)),
                Ref::Module(file) => self.store_in_module(world, *file, name, stored),
                Ref::Bound(..) => {}
            }
        }
        self.with_view(act, world, |o, v| {
            o.assign(v, nodes.first().copied(), Some(name), object, value, site)
        });
        let mut rows: SmallVec<[(ApiId, &'a crate::model::NodeModel); 2]> = SmallVec::new();
        for node in nodes {
            if let Some(model) = self.model(node) {
                rows.push((node, model));
            }
        }
        if rows.is_empty() {
            if let (Some(model), Some(node)) = (
                self.any_model(name),
                self.apis.known_child(ApiId::ANY, Edge::Name(name)),
            ) {
                rows.push((node, model));
            }
        }
        for (node, model) in rows {
            self.check_assigned(act, world, node, model, object, value, site);
        }
    }

    pub(crate) fn get_index(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        object: ValueId,
        index: ValueId,
        site: Site,
    ) -> ValueId {
        if !self.python {
            if let Some(Const::Str(name)) = self.values.get(index).sole_const() {
                return self.get_member(act, world, object, name, site);
            }
        }
        let key = self.values.get(index).sole_const();
        let value = self.values.get(object).clone();
        let mut result = ValueId::NONE;
        for thing in &value.refs {
            let found = match thing {
                Ref::Obj(id) => self.object_element(world, *id, key),
                Ref::Api(node) => {
                    let named = match key {
                        Some(Const::Str(name)) => self.apis.known_child(*node, Edge::Name(name)),
                        _ => None,
                    };
                    let child = named.unwrap_or_else(|| self.apis.child(*node, Edge::Index));
                    self.with_view(act, world, |o, v| o.read(v, child, site));
                    self.api_value(child, site)
                }
                Ref::Module(_) | Ref::Bound(..) => ValueId::UNKNOWN,
            };
            result = self.join(result, found);
        }
        if let Some(text) = value.sole_str() {
            if let Some(found) = self.index_text(text, index) {
                return found;
            }
        }
        if value.other || !value.consts.is_empty() || result == ValueId::NONE {
            result = self.join(result, ValueId::UNKNOWN);
        }
        if !value.taint.is_empty() {
            let name = match key {
                Some(Const::Str(name)) => name,
                _ => Sym::EMPTY,
            };
            let taint = self.part_taint(object, name);
            result = self.values.add_taint(result, &taint);
        }
        self.clear_read(result)
    }

    fn object_element(&mut self, world: &mut World, id: ObjId, key: Option<Const>) -> ValueId {
        let Some(obj) = world.heap.get(id) else {
            return ValueId::UNKNOWN;
        };
        match (&obj.kind, key) {
            (ObjKind::List, Some(Const::Int(i))) if obj.exact => {
                let i = if i < 0 && self.python {
                    i + obj.items.len() as i64
                } else {
                    i
                };
                match usize::try_from(i).ok().and_then(|i| obj.items.get(i)) {
                    Some(item) => *item,
                    None => ValueId::UNKNOWN,
                }
            }
            (ObjKind::Map | ObjKind::Instance(_), Some(key)) => match obj.field(key) {
                Some(value) => value,
                None if obj.rest != ValueId::NONE => obj.rest,
                None if obj.exact && !self.python && matches!(obj.kind, ObjKind::Map) => {
                    self.constant(Const::Undefined)
                }
                None => ValueId::UNKNOWN,
            },
            _ => {
                // Choosing among known contents by an untrusted key yields one of them, not the key.
                let contents: SmallVec<[ValueId; 8]> = obj.contents().collect();
                contents
                    .into_iter()
                    .fold(ValueId::NONE, |all, v| self.join(all, v))
                    .max(ValueId::UNKNOWN)
            }
        }
    }

    pub(crate) fn set_index(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        object: ValueId,
        index: ValueId,
        value: ValueId,
        through_key: Option<Taint>,
        site: Site,
    ) {
        let key = self.values.get(index).sole_const();
        if !self.python {
            if let Some(Const::Str(name)) = key {
                return self.set_member(act, world, object, name, value, site);
            }
        }
        let stored = self.step_value(value, site, StepWord::Stored);
        let target = self.values.get(object).clone();
        let sole = target.refs.len() == 1 && target.consts.is_empty() && !target.other;
        let mut nodes: SmallVec<[ApiId; 2]> = SmallVec::new();
        for thing in &target.refs {
            match thing {
                Ref::Obj(id) => {
                    self.store_element(world, *id, key, index, stored, sole);
                    if let Some(api) = world.heap.get(*id).and_then(|o| o.api) {
                        nodes.push(self.apis.child(api, Edge::Index));
                    }
                }
                Ref::Api(node) => {
                    let named = match key {
                        Some(Const::Str(name)) => self.apis.known_child(*node, Edge::Name(name)),
                        _ => None,
                    };
                    nodes.push(named.unwrap_or_else(|| self.apis.child(*node, Edge::Index)));
                }
                Ref::Module(_) | Ref::Bound(..) => {}
            }
        }
        let name = match key {
            Some(Const::Str(name)) => Some(name),
            _ => None,
        };
        self.with_view(act, world, |o, v| {
            o.assign(v, nodes.first().copied(), name, object, value, site)
        });
        for node in nodes {
            if let Some(model) = self.model(node) {
                self.check_assigned(act, world, node, model, object, value, site);
                if let Some(key_taint) =
                    (!model.assigned.is_empty()).then(|| self.values.get(index).taint.clone())
                {
                    if !key_taint.is_empty() {
                        self.check_assigned(act, world, node, model, object, index, site);
                    }
                }
            }
        }
        if let Some(taint) = through_key {
            let by_key = self.values.get(index).taint.clone();
            if !by_key.is_empty() && !self.python {
                self.prototype_hit(act, world, taint, site);
            }
        }
    }

    fn store_element(
        &mut self,
        world: &mut World,
        id: ObjId,
        key: Option<Const>,
        index: ValueId,
        value: ValueId,
        sole: bool,
    ) {
        let Some(obj) = world.heap.change(id) else {
            return;
        };
        match (&obj.kind, key) {
            (ObjKind::List, Some(Const::Int(i))) if obj.exact => {
                let len = obj.items.len();
                let at = if i < 0 && self.python {
                    i + len as i64
                } else {
                    i
                };
                match usize::try_from(at) {
                    Ok(at) if at < len => {
                        obj.items[at] = if sole {
                            value
                        } else {
                            self.values.join(obj.items[at], value)
                        }
                    }
                    Ok(at) if at == len && !self.python => obj.items.push(value),
                    _ => {
                        obj.blur_items(&mut self.values);
                        obj.rest = self.values.join(obj.rest, value);
                    }
                }
            }
            (
                ObjKind::Map | ObjKind::Instance(_) | ObjKind::Class { .. } | ObjKind::Func { .. },
                Some(key),
            ) => {
                if obj.fields.len() >= self.limits.elements * 4 && obj.field(key).is_none() {
                    obj.rest = self.values.join(obj.rest, value);
                    obj.exact = false;
                    return;
                }
                let new = match obj.field(key) {
                    Some(old) if !sole => self.values.join(old, value),
                    _ => value,
                };
                obj.set_field(key, new);
            }
            _ => {
                obj.exact = false;
                if matches!(obj.kind, ObjKind::List) {
                    obj.blur_items(&mut self.values);
                }
                obj.rest = self.values.join(obj.rest, value);
                obj.keys = self.values.join(obj.keys, index);
            }
        }
    }

    pub(crate) fn delete(&mut self, world: &mut World, object: ValueId, index: ValueId) {
        let Some(id) = self.sole_object(object) else {
            return;
        };
        let key = self.values.get(index).sole_const();
        let Some(obj) = world.heap.change(id) else {
            return;
        };
        match (&obj.kind, key) {
            (ObjKind::List, Some(Const::Int(i))) if obj.exact => {
                let i = if i < 0 { i + obj.items.len() as i64 } else { i };
                if let Some(i) = usize::try_from(i).ok().filter(|i| *i < obj.items.len()) {
                    obj.items.remove(i);
                }
            }
            (_, Some(key)) => obj.fields.retain(|(k, _)| *k != key),
            (_, None) => {}
        }
    }

    /// Whether a value was taken out of an object under a key that someone outside chose.
    pub(crate) fn reached_by_tainted_key(
        &mut self,
        act: &Activation<'a>,
        state: &State,
        object: Reg,
    ) -> Option<Taint> {
        if self.python {
            return None;
        }
        let key = self.definition(act, object).and_then(|op| match op {
            shindan_program::ir::Op::Index { index, .. } => Some(*index),
            _ => None,
        })?;
        self.values
            .get(state.regs[key.0 as usize])
            .taint
            .first()
            .copied()
    }

    // Names and modules.

    pub(crate) fn module_frame(&mut self, file: FileId) -> ObjId {
        self.object(u32::MAX, shindan_base::Span::new(0, file.0), 6)
    }

    pub(crate) fn load_global(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        name: Sym,
        site: Site,
    ) -> ValueId {
        let frame = self.module_frame(act.func.file);
        match world
            .heap
            .get(frame)
            .and_then(|f| f.field(Const::Str(name)))
        {
            Some(value) if value != ValueId::NONE => value,
            _ => {
                // A name that the file binds only in code that has not run, or that a library's star import may bind.
                let _ = site;
                ValueId::UNKNOWN
            }
        }
    }

    pub(crate) fn store_global(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        name: Sym,
        value: ValueId,
    ) {
        self.store_in_module(world, act.func.file, name, value);
    }

    pub(crate) fn store_in_module(
        &mut self,
        world: &mut World,
        file: FileId,
        name: Sym,
        value: ValueId,
    ) {
        let frame = self.module_frame(file);
        if let Some(obj) = world.heap.change(frame) {
            obj.set_field(Const::Str(name), value);
        }
    }

    pub(crate) fn load_builtin(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        name: Sym,
        site: Site,
    ) -> ValueId {
        let frame = self.module_frame(act.func.file);
        if let Some(value) = world
            .heap
            .get(frame)
            .and_then(|f| f.field(Const::Str(name)))
        {
            return value;
        }
        if let Some(stars) = self.star_imports.get(&act.func.file).cloned() {
            for star in stars {
                if let Some(node) = self.apis.known_child(star, Edge::Name(name)) {
                    return self.api_value(node, site);
                }
            }
        }
        match self.text_of(name) {
            "undefined" if !self.python => self.constant(Const::Undefined),
            "NaN" | "Infinity" if !self.python => ValueId::UNKNOWN,
            "globalThis" | "window" | "self" | "global" if !self.python => {
                match self.apis.known_child(ApiId::ROOT, Edge::Name(name)) {
                    Some(node) => self.api_value(node, site),
                    None => self.values.reference(Ref::Api(ApiId::ROOT)),
                }
            }
            "__name__" if self.python => self.string("__main__"),
            _ => {
                let node = self.apis.child(ApiId::ROOT, Edge::Name(name));
                self.with_view(act, world, |o, v| o.read(v, node, site));
                self.api_value(node, site)
            }
        }
    }

    fn module_member(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        file: FileId,
        name: Sym,
        site: Site,
    ) -> ValueId {
        let frame = self.module_frame(file);
        if let Some(value) = world
            .heap
            .get(frame)
            .and_then(|f| f.field(Const::Str(name)))
        {
            return value;
        }
        let require = Require {
            module: Sym::EMPTY,
            level: 1,
            item: Some(name),
        };
        match self.resolve(file, require) {
            shindan_program::Resolution::File(found) if found != file => {
                self.module_value(act, world, found)
            }
            _ => {
                let _ = site;
                ValueId::UNKNOWN
            }
        }
    }

    pub(crate) fn resolve(&self, from: FileId, require: Require) -> shindan_program::Resolution {
        let linker: &Linker = self.linker;
        linker.resolve(
            from,
            self.text_of(require.module),
            require.level,
            require.item.map(|i| self.text_of(i)),
        )
    }

    /// Runs a module if it has not run, and is it.
    pub(crate) fn module_value(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        file: FileId,
    ) -> ValueId {
        if !self.module_states.contains_key(&file) && self.modules.contains_key(&file) {
            self.run_module(world, file, act.depth + 1);
        }
        if self.python {
            return self.values.reference(Ref::Module(file));
        }
        let frame = self.module_frame(file);
        let module = self.sym("module");
        let holder = world
            .heap
            .get(frame)
            .and_then(|f| f.field(Const::Str(module)));
        let exports = self.sym("exports");
        match holder
            .and_then(|h| self.sole_object(h))
            .and_then(|id| world.heap.get(id))
            .and_then(|o| o.field(Const::Str(exports)))
        {
            Some(value) => value,
            None => ValueId::UNKNOWN,
        }
    }

    pub(crate) fn import(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        require: Require,
        site: Site,
    ) -> ValueId {
        use shindan_program::Resolution;
        match self.resolve(act.func.file, require) {
            Resolution::File(file) => {
                let value = self.module_value(act, world, file);
                match require.item {
                    Some(item) if !self.python => self.exported(act, world, value, item, site),
                    _ => value,
                }
            }
            Resolution::FileItem(file) => {
                let value = self.module_value(act, world, file);
                match require.item {
                    Some(item) if self.python => self.module_member(act, world, file, item, site),
                    Some(item) => self.exported(act, world, value, item, site),
                    None => value,
                }
            }
            Resolution::External => self.external(act, world, require, site),
        }
    }

    fn exported(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        exports: ValueId,
        item: Sym,
        site: Site,
    ) -> ValueId {
        let value = self.get_member(act, world, exports, item, site);
        let missing = self.values.get(value).sole_const() == Some(Const::Undefined)
            || value == ValueId::UNKNOWN;
        if missing && self.text_of(item) == "default" {
            exports
        } else {
            value
        }
    }

    fn external(
        &mut self,
        act: &Activation<'a>,
        world: &World,
        require: Require,
        site: Site,
    ) -> ValueId {
        if require.level > 0 {
            return ValueId::UNKNOWN;
        }
        let text = self.text_of(require.module);
        let text = text.strip_prefix("node:").unwrap_or(text);
        if !self.python && (text.starts_with('.') || text.starts_with('/')) {
            return ValueId::UNKNOWN;
        }
        let names = self.names;
        let name = self.sym(text);
        self.with_view(act, world, |o, v| o.import(v, name, site));
        let module = self.apis.module(text, self.python, names);
        let node = match require.item {
            Some(item) if self.python || self.text_of(item) != "default" => {
                self.apis.child(module, Edge::Name(item))
            }
            _ => module,
        };
        if require.item.is_some() {
            self.with_view(act, world, |o, v| o.read(v, node, site));
        }
        self.api_value(node, site)
    }

    /// `import a.b.c` binds `a`, from which the rest is reached by member names.
    pub(crate) fn import_root(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        require: Require,
        site: Site,
    ) -> ValueId {
        let path = self.text_of(require.module);
        let found = self.import(act, world, require, site);
        let parts: Vec<&str> = path.split('.').collect();
        let local = self
            .values
            .get(found)
            .refs
            .iter()
            .any(|r| matches!(r, Ref::Module(_)));
        if !local {
            let root = self.sym(parts[0]);
            let node = self.apis.child(ApiId::ROOT, Edge::Name(root));
            return self.api_value(node, site);
        }
        // Packages need no file of their own, so the way down is built from namespace objects.
        let mut inner = found;
        for depth in (1..parts.len()).rev() {
            let prefix = self.sym(&parts[..depth].join("."));
            let package = Require {
                module: prefix,
                level: 0,
                item: None,
            };
            let name = self.sym(parts[depth]);
            if let shindan_program::Resolution::File(file) = self.resolve(act.func.file, package) {
                let module = self.module_value(act, world, file);
                self.store_in_module(world, file, name, inner);
                inner = module;
            } else {
                let salt = crate::value::stable_number(parts[..depth].join(".").as_bytes());
                let id = self.object(u32::MAX - 1, shindan_base::Span::new(salt, depth as u32), 5);
                if world.heap.get(id).is_none() {
                    world.heap.set(id, Obj::new(ObjKind::Map));
                }
                if let Some(obj) = world.heap.change(id) {
                    obj.set_field(Const::Str(name), inner);
                }
                inner = self.values.reference(Ref::Obj(id));
            }
        }
        inner
    }

    pub(crate) fn import_all(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        require: Require,
        site: Site,
    ) {
        let value = self.import(act, world, require, site);
        let refs = self.values.get(value).refs.clone();
        for thing in refs {
            match thing {
                Ref::Module(file) => {
                    let frame = self.module_frame(file);
                    let names: Vec<(Const, ValueId)> = world
                        .heap
                        .get(frame)
                        .map(|f| f.fields.clone())
                        .unwrap_or_default();
                    for (key, value) in names {
                        if let Const::Str(name) = key {
                            if !self.text_of(name).starts_with('_') {
                                self.store_global(act, world, name, value);
                            }
                        }
                    }
                }
                Ref::Api(node) => self
                    .star_imports
                    .entry(act.func.file)
                    .or_default()
                    .push(node),
                Ref::Obj(_) | Ref::Bound(..) => {}
            }
        }
    }

    pub(crate) fn export(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        name: Sym,
        value: ValueId,
    ) {
        let exports = self.module_value(act, world, act.func.file);
        if let Some(id) = self.sole_object(exports) {
            if let Some(obj) = world.heap.change(id) {
                obj.set_field(Const::Str(name), value);
            }
        }
    }

    pub(crate) fn export_all(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        require: Require,
        site: Site,
    ) {
        let value = self.import(act, world, require, site);
        let fields = self
            .sole_object(value)
            .and_then(|id| world.heap.get(id))
            .map(|o| o.fields.clone())
            .unwrap_or_default();
        for (key, value) in fields {
            if let Const::Str(name) = key {
                self.export(act, world, name, value);
            }
        }
    }

    /// Prepares a module's frame before its body runs.
    pub(crate) fn open_module(&mut self, world: &mut World, file: FileId) {
        let frame = self.module_frame(file);
        let mut obj = Obj::new(ObjKind::Frame);
        if !self.python {
            let exports_id = self.object(u32::MAX, shindan_base::Span::new(1, file.0), 6);
            let module_id = self.object(u32::MAX, shindan_base::Span::new(2, file.0), 6);
            let exports_value = self.values.reference(Ref::Obj(exports_id));
            let (exports, module) = (self.sym("exports"), self.sym("module"));
            let mut holder = Obj::new(ObjKind::Map);
            holder.set_field(Const::Str(exports), exports_value);
            world.heap.set(exports_id, Obj::new(ObjKind::Map));
            world.heap.set(module_id, holder);
            obj.set_field(Const::Str(exports), exports_value);
            let module_value = self.values.reference(Ref::Obj(module_id));
            obj.set_field(Const::Str(module), module_value);
        }
        world.heap.set(frame, obj);
        self.module_states.insert(file, ModuleState::Running);
    }

    pub(crate) fn markup(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        tag: Option<ValueId>,
        attributes: &[(Sym, ValueId)],
        children: &[ValueId],
        site: Site,
    ) -> ValueId {
        let raw = self.sym("dangerouslySetInnerHTML");
        for (name, value) in attributes {
            self.with_view(act, world, |o, v| o.property(v, *name, *value, site));
            if *name == raw
                || matches!(
                    self.text_of(*name),
                    "href" | "src" | "srcDoc" | "formAction"
                )
            {
                let node = self.apis.known_child(ApiId::ANY, Edge::Name(*name));
                if let (Some(node), Some(model)) = (node, self.any_model(*name)) {
                    self.check_assigned(act, world, node, model, *value, *value, site);
                }
            }
        }
        let mut all = Value {
            other: true,
            ..Value::default()
        };
        for value in children.iter().copied().chain(tag) {
            let taint = self.deep_taint(world, value);
            all.add_taint(&taint);
        }
        // React escapes text, so what is in an element is safe as HTML.
        for taint in &mut all.taint {
            taint.cleared |= self.models.kinds.html;
        }
        self.values.add(all)
    }
}
