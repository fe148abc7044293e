//! Functions of JavaScript's own that the engine knows better than a row can say.

use crate::api::{ApiId, Edge};
use crate::arguments::Arguments;
use crate::heap::{Obj, ObjKind};
use crate::interpreter::{Activation, Interpreter, Site, World};
use crate::value::{Const, Ref, Value, ValueId};
use smallvec::SmallVec;

impl<'a> Interpreter<'a> {
    /// Functions of JavaScript's own that the engine knows better than a row can say.
    pub(crate) fn javascript_builtin(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        node: ApiId,
        arguments: &Arguments,
        site: Site,
    ) -> Option<ValueId> {
        let (parent, Edge::Name(name)) = self.apis.parent(node) else {
            return None;
        };
        let name = self.text_of(name);
        let first = arguments.at(0);
        if parent == ApiId::ROOT {
            return match (name, first) {
                ("String", Some(value)) => {
                    if let Some(text) = self
                        .values
                        .get(value)
                        .sole_const()
                        .and_then(|c| self.const_text(c))
                    {
                        return Some(self.string(&text));
                    }
                    let mut known = self.values.get(value).clone();
                    self.absorb(world, value, &mut known);
                    known.refs.clear();
                    known.consts.clear();
                    known.other = true;
                    for t in &mut known.taint {
                        t.cleared |= self.models.kinds.nosql;
                    }
                    known.unsettled &= !self.models.kinds.nosql;
                    Some(self.values.add(known))
                }
                ("Array" | "Map" | "Set" | "WeakMap" | "WeakSet", _) => {
                    let mut obj = Obj::new(match name {
                        "Array" => ObjKind::List,
                        "Map" | "WeakMap" => ObjKind::Map,
                        _ => ObjKind::Set,
                    });
                    if let Some(value) = first {
                        if name == "Set" {
                            let items = self
                                .sole_object(value)
                                .and_then(|id| world.heap.get(id))
                                .filter(|o| o.exact && o.rest == ValueId::NONE)
                                .map(|o| o.items.clone());
                            match items {
                                Some(items) => obj.items = items,
                                None => {
                                    obj.rest = self.element(world, value, false, site);
                                    obj.exact = false;
                                }
                            }
                        } else {
                            obj.rest = self.inside_of(world, value);
                            if name != "Array" {
                                obj.keys = obj.rest;
                            }
                            obj.exact = false;
                        }
                    } else if name != "Array" && obj.exact {
                        obj.exact = true;
                    }
                    Some(self.allocate(act, world, site.span, 1, obj))
                }
                ("Promise", Some(executor)) => {
                    let value = self.promise_value(act, world, executor, site);
                    Some(value)
                }
                _ => None,
            };
        }
        let (above, Edge::Name(holder)) = self.apis.parent(parent) else {
            return None;
        };
        if above != ApiId::ROOT {
            return None;
        }
        match (self.text_of(holder), name, first) {
            ("Object", "assign", Some(target)) => {
                for source in arguments
                    .positional
                    .iter()
                    .skip(1)
                    .map(|(v, _)| *v)
                    .collect::<Vec<_>>()
                {
                    let fields = self
                        .sole_object(source)
                        .and_then(|id| world.heap.get(id))
                        .map(|o| (o.fields.clone(), o.rest, o.keys));
                    match fields {
                        Some((fields, rest, keys)) => {
                            for (key, value) in fields {
                                if let Const::Str(key) = key {
                                    self.set_member(act, world, target, key, value, site);
                                }
                            }
                            if rest != ValueId::NONE {
                                self.put_inside(world, target, rest);
                            }
                            if let Some(obj) = self
                                .sole_object(target)
                                .filter(|_| keys != ValueId::NONE)
                                .and_then(|id| world.heap.change(id))
                            {
                                obj.keys = self.values.join(obj.keys, keys);
                            }
                        }
                        None => {
                            let data = self.inside_of(world, source);
                            self.put_inside(world, target, data);
                            if let Some(obj) = self
                                .sole_object(target)
                                .and_then(|id| world.heap.change(id))
                            {
                                obj.keys = self.values.join(obj.keys, data);
                            }
                        }
                    }
                }
                Some(target)
            }
            ("Object", "defineProperty", Some(target)) => {
                let key = arguments
                    .at(1)
                    .and_then(|k| self.values.get(k).sole_str())?;
                let value = self.sym("value");
                let value = self.get_member(act, world, arguments.at(2)?, value, site);
                self.set_member(act, world, target, key, value, site);
                Some(target)
            }
            ("Object", "freeze" | "seal" | "preventExtensions", Some(value))
            | ("Promise", "resolve", Some(value)) => Some(value),
            ("Array", "from", Some(value)) => {
                let Some(callback) = arguments.at(1) else {
                    return Some(value);
                };
                let element = self.element(world, value, false, site);
                let each = Arguments::positional(&[element, ValueId::UNKNOWN], site.span);
                let made = self.call_value(act, world, callback, &each, site);
                self.last_tells = None;
                let made = made.unwrap_or(ValueId::UNKNOWN);
                Some(self.list_of(act, world, made, site))
            }
            ("Object", "keys" | "getOwnPropertyNames", Some(value)) => {
                let keys = self.element(world, value, true, site);
                let mut obj = Obj::new(ObjKind::List);
                obj.exact = false;
                obj.rest = keys;
                Some(self.allocate(act, world, site.span, 1, obj))
            }
            ("Object", "values", Some(value)) => {
                let element = self.element(world, value, false, site);
                let mut obj = Obj::new(ObjKind::List);
                obj.exact = false;
                obj.rest = element;
                Some(self.allocate(act, world, site.span, 1, obj))
            }
            ("Object", "entries", Some(value)) => {
                let (key, element) = (
                    self.element(world, value, true, site),
                    self.element(world, value, false, site),
                );
                let mut pair = Obj::new(ObjKind::List);
                pair.items = SmallVec::from_slice(&[key, element]);
                let pair = self.allocate(act, world, site.span, 13, pair);
                let mut obj = Obj::new(ObjKind::List);
                obj.exact = false;
                obj.rest = pair;
                Some(self.allocate(act, world, site.span, 1, obj))
            }
            ("Object", "create", _) => {
                let mut obj = Obj::new(ObjKind::Map);
                if let Some(prototype) = first.and_then(|v| self.sole_object(v))
                    && let Some(known) = world.heap.get(prototype)
                {
                    obj = Obj {
                        kind: ObjKind::Map,
                        ..known.clone()
                    };
                }
                Some(self.allocate(act, world, site.span, 1, obj))
            }
            ("Array", "of", _) => {
                let mut obj = Obj::new(ObjKind::List);
                obj.items = arguments.positional.iter().map(|(v, _)| *v).collect();
                Some(self.allocate(act, world, site.span, 1, obj))
            }
            ("Promise", "all" | "allSettled" | "race" | "any", Some(value)) => {
                Some(if matches!(name, "race" | "any") {
                    self.element(world, value, false, site)
                } else {
                    value
                })
            }
            ("JSON", "parse", Some(value)) => {
                let mut parsed = Value {
                    other: true,
                    ..Value::default()
                };
                self.absorb(world, value, &mut parsed);
                parsed.taint = self.stepped(
                    &parsed.taint,
                    site,
                    crate::source::StepWord::Through(self.names.intern("JSON.parse")),
                );
                for t in &mut parsed.taint {
                    t.cleared &= !(self.models.kinds.nosql
                        | self.models.kinds.prototype
                        | self.models.kinds.loop_bound);
                }
                Some(self.values.add(parsed))
            }
            ("JSON", "stringify", Some(value)) => {
                let mut text = Value {
                    other: true,
                    ..Value::default()
                };
                self.absorb(world, value, &mut text);
                text.taint = self.stepped(
                    &text.taint,
                    site,
                    crate::source::StepWord::Through(self.names.intern("JSON.stringify")),
                );
                for t in &mut text.taint {
                    t.cleared |= self.models.kinds.nosql | self.models.kinds.log;
                }
                Some(self.values.add(text))
            }
            _ => None,
        }
    }

    /// The value of `new Promise(executor)`: what the executor passes to its first parameter.
    pub(crate) fn promise_value(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        executor: ValueId,
        site: Site,
    ) -> ValueId {
        let resolve = self.allocate(act, world, site.span, 14, Obj::new(ObjKind::Resolver));
        let reject = self.values.reference(Ref::Api(ApiId::ANY));
        let arguments = Arguments::positional(&[resolve, reject], site.span);
        self.call_value(act, world, executor, &arguments, site);
        self.last_tells = None;
        let resolved = self.sole_object(resolve).and_then(|id| world.heap.get(id));
        match resolved.map(|o| o.rest) {
            Some(value) if value != ValueId::NONE => value,
            _ => ValueId::UNKNOWN,
        }
    }
}
