//! Methods of dicts, `Map`s and plain objects.

use crate::arguments::Arguments;
use crate::heap::{Obj, ObjId, ObjKind};
use crate::interpreter::{Activation, Interpreter, Site, World};
use crate::source::StepWord;
use crate::value::{Const, Ref, ValueId};
use shindan_base::Sym;
use smallvec::SmallVec;

impl<'a> Interpreter<'a> {
    /// Methods of dicts, `Map`s and plain objects; `None` for a method that is not theirs.
    pub(crate) fn map_method(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        id: ObjId,
        name: Sym,
        arguments: &Arguments,
        site: Site,
    ) -> Option<ValueId> {
        let first = arguments.at(0);
        let key = first.and_then(|v| self.values.get(v).sole_const());
        let this = self.values.reference(Ref::Obj(id));
        match self.text_of(name) {
            "get" | "setdefault" | "pop" => {
                let default = arguments.at(1);
                let obj = world.heap.get(id)?;
                let (rest, exact) = (obj.rest, obj.exact);
                let found = match key.and_then(|k| obj.field(k)) {
                    Some(value) => value,
                    None if exact && rest == ValueId::NONE && key.is_some() => match default {
                        Some(default) => default,
                        None => self.constant(if self.python {
                            Const::Null
                        } else {
                            Const::Undefined
                        }),
                    },
                    None => {
                        let all = self.element_values(world, id);
                        let all = self.join(all, ValueId::UNKNOWN);
                        default.map_or(all, |d| self.values.join(all, d))
                    }
                };
                if let Some(key) = key {
                    match self.text_of(name) {
                        "pop" => world.heap.change(id)?.fields.retain(|(k, _)| *k != key),
                        "setdefault" => world.heap.change(id)?.set_field(key, found),
                        _ => {}
                    }
                }
                Some(found)
            }
            "set" if !self.python => {
                let value = self.step_value(arguments.at(1)?, site, StepWord::Stored);
                let obj = world.heap.change(id)?;
                match key {
                    Some(key) => obj.set_field(key, value),
                    None => {
                        obj.rest = self.values.join(obj.rest, value);
                        obj.exact = false;
                    }
                }
                Some(this)
            }
            "has" | "hasOwnProperty" | "__contains__" => {
                let obj = world.heap.get(id)?;
                match key {
                    Some(key) if obj.exact && obj.rest == ValueId::NONE => {
                        let has = obj.field(key).is_some();
                        Some(self.boolean(has))
                    }
                    _ => Some(ValueId::UNKNOWN),
                }
            }
            "update" => {
                let source = first
                    .and_then(|v| self.sole_object(v))
                    .and_then(|o| world.heap.get(o))
                    .cloned();
                let unknown = if source.is_none() {
                    first.map(|v| self.deep_taint(world, v))
                } else {
                    None
                };
                let named: SmallVec<[(Sym, ValueId); 4]> =
                    arguments.named.iter().map(|(n, v, _)| (*n, *v)).collect();
                let obj = world.heap.change(id)?;
                if let Some(source) = source {
                    for (key, value) in source.fields {
                        obj.set_field(key, value);
                    }
                    obj.rest = self.values.join(obj.rest, source.rest);
                    obj.exact &= source.exact;
                }
                if let Some(taint) = unknown {
                    obj.rest = self.values.join(obj.rest, ValueId::UNKNOWN);
                    obj.rest = self.values.add_taint(obj.rest, &taint);
                    obj.exact = false;
                }
                for (name, value) in named {
                    obj.set_field(Const::Str(name), value);
                }
                Some(ValueId::UNKNOWN)
            }
            "keys" => {
                let keys = self.element(world, this, true, site);
                Some(self.list_of(act, world, keys, site))
            }
            "values" => {
                let all = self.element_values(world, id);
                Some(self.list_of(act, world, all, site))
            }
            "items" | "entries" => {
                let keys = self.element(world, this, true, site);
                let all = self.element_values(world, id);
                let mut pair = Obj::new(ObjKind::List);
                pair.items = SmallVec::from_slice(&[keys, all]);
                let pair = self.allocate(act, world, site.span, 13, pair);
                Some(self.list_of(act, world, pair, site))
            }
            "copy" => {
                let copy = world.heap.get(id)?.clone();
                Some(self.allocate(act, world, site.span, 11, copy))
            }
            "clear" => {
                let obj = world.heap.change(id)?;
                obj.fields.clear();
                obj.rest = ValueId::NONE;
                obj.exact = true;
                Some(ValueId::UNKNOWN)
            }
            "delete" if !self.python => {
                if let Some(key) = key {
                    world.heap.change(id)?.fields.retain(|(k, _)| *k != key);
                }
                Some(ValueId::UNKNOWN)
            }
            _ => None,
        }
    }

    pub(crate) fn list_of(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        element: ValueId,
        site: Site,
    ) -> ValueId {
        let mut obj = Obj::new(ObjKind::List);
        obj.exact = false;
        obj.rest = element;
        self.allocate(act, world, site.span, 11, obj)
    }

    pub(crate) fn element_values(&mut self, world: &World, id: ObjId) -> ValueId {
        let values: SmallVec<[ValueId; 8]> = match world.heap.get(id) {
            Some(obj) => obj
                .fields
                .iter()
                .map(|(_, v)| *v)
                .chain([obj.rest])
                .collect(),
            None => SmallVec::new(),
        };
        values
            .into_iter()
            .fold(ValueId::NONE, |all, v| self.join(all, v))
    }
}
