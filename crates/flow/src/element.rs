//! Reads and writes under a key or position.

use crate::api::{ApiId, Edge};
use crate::arguments::Arguments;
use crate::call::CallContext;
use crate::heap::{ObjId, ObjKind};
use crate::interpreter::{Activation, Interpreter, Site, State, World};
use crate::library::LibraryCall;
use crate::source::StepWord;
use crate::value::{Const, Ref, Taint, ValueId};
use shindan_base::Sym;
use shindan_program::ir::Reg;
use shindan_source::Family;
use smallvec::SmallVec;

impl<'a> Interpreter<'a> {
    pub(crate) fn get_index(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        object: ValueId,
        index: ValueId,
        site: Site,
    ) -> ValueId {
        if self.family == Family::Ruby {
            for node in self.index_method(world, object) {
                let arguments = Arguments::positional(&[index], site.span);
                let call = LibraryCall {
                    node,
                    receiver: Some(object),
                    arguments: &arguments,
                    context: CallContext::default(),
                    site,
                };
                if let Some(found) = self.call_library(act, world, call) {
                    return found;
                }
            }
        }
        if !self.tells_elements_from_members()
            && let Some(Const::Str(name)) = self.values.get(index).sole_const()
        {
            return self.get_member(act, world, object, name, site);
        }
        let key = self.values.get(index).sole_const();
        let value = self.values.get(object).clone();
        let mut result = ValueId::NONE;
        for thing in &value.refs {
            let found = match thing {
                Ref::Obj(id) => match self.library_of(world, *id, key) {
                    Some(node) => self.api_value(node, site),
                    None => self.object_element(world, *id, key),
                },
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
        if let Some(text) = value.sole_str()
            && let Some(found) = self.index_text(text, index)
        {
            return found;
        }
        if value.other || !value.consts.is_empty() || result == ValueId::NONE {
            let part = self.values.opaque(value.unsettled);
            result = self.join(result, part);
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

    /// What an element of a library's instance is, where the catalogue says so and the program has put nothing there.
    fn library_of(&self, world: &World, id: ObjId, key: Option<Const>) -> Option<ApiId> {
        let obj = world.heap.get(id)?;
        let is_set = key.is_some_and(|key| obj.field(key).is_some());
        if self.family != Family::Ruby || is_set || !matches!(obj.kind, ObjKind::Instance(_)) {
            return None;
        }
        self.apis.known_child(obj.api?, Edge::Index)
    }

    /// Whether `x["name"]` is something else than `x.name`.
    fn tells_elements_from_members(&self) -> bool {
        self.python || self.family == Family::Ruby
    }

    /// Whether negative positions count from the end.
    fn counts_from_end(&self) -> bool {
        self.python || self.family == Family::Ruby
    }

    pub(crate) fn object_element(
        &mut self,
        world: &mut World,
        id: ObjId,
        key: Option<Const>,
    ) -> ValueId {
        let Some(obj) = world.heap.get(id) else {
            return ValueId::UNKNOWN;
        };
        match (&obj.kind, key) {
            (ObjKind::List, Some(Const::Int(i))) if obj.exact => {
                let i = if i < 0 && self.counts_from_end() {
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
        if !self.tells_elements_from_members()
            && let Some(Const::Str(name)) = key
        {
            return self.set_member(act, world, object, name, value, site);
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
                    && !key_taint.is_empty()
                {
                    self.check_assigned(act, world, node, model, object, index, site);
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

    pub(crate) fn store_element(
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
                let at = if i < 0 && self.counts_from_end() {
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
}
