//! Lists, sets and maps: elements in, elements out.

use shindan_base::Sym;
use shindan_program::ir::Inst;
use smallvec::SmallVec;

use crate::api::Edge;
use crate::arguments::Arguments;
use crate::heap::{Obj, ObjId, ObjKind};
use crate::interpreter::{Activation, Interpreter, Site, World};
use crate::source::StepWord;
use crate::text::TextId;
use crate::value::{Const, Ref, Value, ValueId};

impl<'a> Interpreter<'a> {
    /// An element of a collection (`keys`: one of its keys).
    pub(crate) fn element(
        &mut self,
        world: &mut World,
        of: ValueId,
        keys: bool,
        site: Site,
    ) -> ValueId {
        let value = self.values.get(of).clone();
        let mut result = ValueId::NONE;
        for thing in &value.refs {
            let found = match thing {
                Ref::Obj(id) => match world.heap.get(*id) {
                    Some(obj) => {
                        let by_key = keys || (self.python && matches!(obj.kind, ObjKind::Map));
                        let contents: SmallVec<[ValueId; 8]> = if by_key {
                            let known: SmallVec<[Const; 8]> =
                                obj.fields.iter().map(|(k, _)| *k).take(5).collect();
                            let unknown = obj.keys;
                            let mut all: SmallVec<[ValueId; 8]> =
                                known.into_iter().map(|k| self.values.constant(k)).collect();
                            all.push(unknown);
                            all
                        } else if matches!(obj.kind, ObjKind::Map | ObjKind::Instance(_)) {
                            obj.fields
                                .iter()
                                .map(|(_, v)| *v)
                                .chain([obj.rest])
                                .collect()
                        } else {
                            obj.items.iter().copied().chain([obj.rest]).collect()
                        };
                        contents
                            .into_iter()
                            .fold(ValueId::NONE, |all, v| self.join(all, v))
                    }
                    None => ValueId::UNKNOWN,
                },
                Ref::Api(node) => {
                    let child = self.apis.child(*node, Edge::Index);
                    self.api_value(child, site)
                }
                Ref::Module(_) | Ref::Bound(..) => ValueId::UNKNOWN,
            };
            result = self.join(result, found);
        }
        if value.other || !value.consts.is_empty() || result == ValueId::NONE {
            let part = self.values.opaque(value.unsettled);
            result = self.join(result, part);
        }
        let taint = self.part_taint(of, Sym::EMPTY);
        self.values.add_taint(result, &taint)
    }

    pub(crate) fn append(&mut self, world: &mut World, list: ValueId, value: ValueId) {
        let Some(id) = self.sole_object(list) else {
            return;
        };
        let limit = self.limits.elements;
        if let Some(obj) = world.heap.change(id) {
            if obj.exact && obj.items.len() < limit {
                obj.items.push(value);
            } else {
                obj.blur_items(&mut self.values);
                obj.rest = self.values.join(obj.rest, value);
            }
        }
    }

    pub(crate) fn unpack(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        of: ValueId,
        index: usize,
        site: Site,
    ) -> ValueId {
        if let Some(obj) = self.sole_object(of).and_then(|id| world.heap.get(id))
            && matches!(obj.kind, ObjKind::List)
            && obj.exact
            && let Some(item) = obj.items.get(index)
        {
            return *item;
        }
        if self
            .values
            .get(of)
            .refs
            .iter()
            .any(|r| matches!(r, Ref::Api(_)))
            && self.values.get(of).taint.is_empty()
        {
            let key = self.constant(Const::Int(index as i64));
            return self.get_index(act, world, of, key, site);
        }
        self.element(world, of, false, site)
    }

    pub(crate) fn unpack_rest(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        of: ValueId,
        from: usize,
        drop_last: usize,
        inst: &Inst,
    ) -> ValueId {
        let mut obj = Obj::new(ObjKind::List);
        match self
            .sole_object(of)
            .and_then(|id| world.heap.get(id))
            .filter(|o| matches!(o.kind, ObjKind::List) && o.exact)
        {
            Some(list) => {
                let end = list.items.len().saturating_sub(drop_last);
                obj.items = list
                    .items
                    .get(from..end)
                    .unwrap_or(&[])
                    .iter()
                    .copied()
                    .collect();
            }
            None => {
                obj.rest = self.element(world, of, false, act.site(inst.span));
                obj.exact = false;
            }
        }
        self.allocate(act, world, inst.span, 11, obj)
    }

    pub(crate) fn omit_keys(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        of: ValueId,
        keys: &[Sym],
        inst: &Inst,
    ) -> ValueId {
        match self
            .sole_object(of)
            .and_then(|id| world.heap.get(id))
            .filter(|o| matches!(o.kind, ObjKind::Map))
            .cloned()
        {
            Some(mut map) => {
                map.fields
                    .retain(|(k, _)| !matches!(k, Const::Str(s) if keys.contains(s)));
                self.allocate(act, world, inst.span, 11, map)
            }
            None => of,
        }
    }

    pub(crate) fn slice(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        object: ValueId,
        bounds: [Option<ValueId>; 3],
        site: Site,
    ) -> ValueId {
        let [lower, upper, step] = bounds;
        let ints = [lower, upper].map(|b| b.map(|v| self.sole_int(v)));
        if step.is_none() && !ints.contains(&Some(None)) {
            let [lower, upper] = ints.map(Option::flatten);
            if let Some(text) = self.sole_str(object) {
                let chars: Vec<char> = text.chars().collect();
                let range = slice_range(chars.len(), lower, upper);
                let text: String = chars.get(range).unwrap_or(&[]).iter().collect();
                return self.string(&text);
            }
            if let Some(list) = self
                .sole_object(object)
                .and_then(|id| world.heap.get(id))
                .filter(|o| matches!(o.kind, ObjKind::List) && o.exact)
            {
                let mut obj = Obj::new(ObjKind::List);
                obj.items = list
                    .items
                    .get(slice_range(list.items.len(), lower, upper))
                    .unwrap_or(&[])
                    .iter()
                    .copied()
                    .collect();
                return self.allocate(act, world, site.span, 11, obj);
            }
        }
        if self.sole_object(object).is_some_and(|id| {
            world
                .heap
                .get(id)
                .is_some_and(|o| matches!(o.kind, ObjKind::List))
        }) {
            let element = self.element(world, object, false, site);
            let mut obj = Obj::new(ObjKind::List);
            obj.exact = false;
            obj.rest = element;
            return self.allocate(act, world, site.span, 11, obj);
        }
        let value = self.values.get(object);
        let mut value = Value {
            taint: value.taint.clone(),
            other: true,
            unsettled: value.unsettled,
            ..Value::default()
        };
        value.text = TextId::NONE;
        self.values.add(value)
    }

    /// Methods of lists and sets; `None` for a method that is not theirs.
    pub(crate) fn list_method(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        id: ObjId,
        name: Sym,
        arguments: &Arguments,
        site: Site,
    ) -> Option<ValueId> {
        let first = arguments.at(0);
        let this = self.values.reference(Ref::Obj(id));
        let text = self.text_of(name);
        let number = first.and_then(|v| self.sole_int(v));
        match text {
            "append" | "push" | "add" | "unshift" | "appendleft" => {
                let stored: SmallVec<[ValueId; 4]> = arguments.values().collect();
                for value in stored {
                    let value = self.step_value(value, site, StepWord::Stored);
                    if matches!(text, "unshift" | "appendleft")
                        && let Some(obj) = world.heap.change(id)
                        && obj.exact
                        && obj.items.len() < self.limits.elements
                    {
                        obj.items.insert(0, value);
                        continue;
                    }
                    self.append(world, this, value);
                }
                Some(if text == "add" && !self.python {
                    this
                } else {
                    ValueId::UNKNOWN
                })
            }
            "extend" | "update" | "union" | "concat" => {
                let target = if matches!(text, "concat" | "union") {
                    let copy = world.heap.get(id)?.clone();
                    let copied = self.allocate(act, world, site.span, 11, copy);
                    self.sole_object(copied)?
                } else {
                    id
                };
                for value in arguments.values().collect::<SmallVec<[ValueId; 4]>>() {
                    let exact = self
                        .sole_object(value)
                        .and_then(|o| world.heap.get(o))
                        .filter(|o| {
                            o.exact && o.rest == ValueId::NONE && matches!(o.kind, ObjKind::List)
                        })
                        .map(|o| o.items.clone());
                    let is_list = self
                        .sole_object(value)
                        .and_then(|o| world.heap.get(o))
                        .is_some_and(|o| matches!(o.kind, ObjKind::List | ObjKind::Set));
                    let element = if is_list || text != "concat" {
                        self.element(world, value, false, site)
                    } else {
                        value
                    };
                    if let Some(obj) = world.heap.change(target) {
                        match exact {
                            Some(items)
                                if obj.exact
                                    && obj.items.len() + items.len() <= self.limits.elements =>
                            {
                                obj.items.extend(items)
                            }
                            _ => {
                                obj.blur_items(&mut self.values);
                                obj.rest = self.values.join(obj.rest, element);
                            }
                        }
                    }
                }
                Some(self.values.reference(Ref::Obj(target)))
            }
            "insert" => {
                let value = self.step_value(arguments.at(1)?, site, StepWord::Stored);
                if let Some(obj) = world.heap.change(id) {
                    match number.and_then(|i| usize::try_from(i).ok()) {
                        Some(i) if obj.exact && i <= obj.items.len() => obj.items.insert(i, value),
                        _ => {
                            obj.blur_items(&mut self.values);
                            obj.rest = self.values.join(obj.rest, value);
                        }
                    }
                }
                Some(ValueId::UNKNOWN)
            }
            "pop" | "shift" | "popleft" => {
                let obj = world.heap.change(id)?;
                if obj.exact && !obj.items.is_empty() {
                    let len = obj.items.len();
                    let at = match (text, first, number) {
                        ("pop", None, _) => Some(len - 1),
                        ("pop", Some(_), Some(i)) => {
                            usize::try_from(if i < 0 { i + len as i64 } else { i })
                                .ok()
                                .filter(|i| *i < len)
                        }
                        ("pop", Some(_), None) => None,
                        _ => Some(0),
                    };
                    if let Some(at) = at {
                        return Some(obj.items.remove(at));
                    }
                }
                obj.blur_items(&mut self.values);
                let rest = obj.rest;
                Some(self.join(rest, ValueId::UNKNOWN))
            }
            "remove" | "discard" | "delete" => {
                let gone = first.and_then(|v| self.values.get(v).sole_const());
                let items: Option<Vec<Const>> = world
                    .heap
                    .get(id)?
                    .items
                    .iter()
                    .map(|v| self.values.get(*v).sole_const())
                    .collect();
                let at =
                    gone.and_then(|g| items.as_ref().and_then(|i| i.iter().position(|c| *c == g)));
                let obj = world.heap.change(id)?;
                match at {
                    Some(at) if obj.exact => {
                        obj.items.remove(at);
                    }
                    _ => obj.blur_items(&mut self.values),
                }
                Some(ValueId::UNKNOWN)
            }
            "clear" => {
                let obj = world.heap.change(id)?;
                obj.items.clear();
                obj.rest = ValueId::NONE;
                obj.exact = true;
                Some(ValueId::UNKNOWN)
            }
            "reverse" => {
                world.heap.change(id)?.items.reverse();
                Some(this)
            }
            "sort" | "fill" | "toSorted" => {
                if let Some(obj) = world.heap.change(id) {
                    obj.blur_items(&mut self.values);
                    if let ("fill", Some(value)) = (text, first) {
                        obj.rest = self.values.join(obj.rest, value);
                    }
                }
                Some(this)
            }
            "toString" if !self.python => {
                let separator = self.string(",");
                Some(self.join_texts(world, this, separator, None))
            }
            "splice" | "copyWithin" => {
                let element = self.element(world, this, false, site);
                let added: SmallVec<[ValueId; 4]> = arguments
                    .positional
                    .iter()
                    .skip(2)
                    .map(|(v, _)| *v)
                    .collect();
                let obj = world.heap.change(id)?;
                obj.blur_items(&mut self.values);
                for value in added {
                    obj.rest = self.values.join(obj.rest, value);
                }
                let mut out = Obj::new(ObjKind::List);
                out.exact = false;
                out.rest = element;
                Some(self.allocate(act, world, site.span, 11, out))
            }
            "slice" => {
                let bounds = [arguments.at(0), arguments.at(1), None];
                Some(self.slice(act, world, this, bounds, site))
            }
            "copy" | "flat" | "values" | "entries" | "toReversed" => {
                let mut copy = world.heap.get(id)?.clone();
                if text != "copy" {
                    copy.blur_items(&mut self.values);
                }
                Some(self.allocate(act, world, site.span, 11, copy))
            }
            "join" => {
                let obj = world.heap.get(id)?;
                let items: Vec<ValueId> = obj.items.to_vec();
                let exact = obj.exact && obj.rest == ValueId::NONE;
                let separator = match first {
                    Some(separator) => separator,
                    None => self.string(","),
                };
                Some(self.join_texts(
                    world,
                    this,
                    separator,
                    if exact { Some(items) } else { None },
                ))
            }
            "at" => {
                let index = number?;
                let obj = world.heap.get(id)?;
                let at = if index < 0 {
                    index + obj.items.len() as i64
                } else {
                    index
                };
                let found = usize::try_from(at)
                    .ok()
                    .and_then(|i| obj.items.get(i))
                    .copied()
                    .filter(|_| obj.exact);
                Some(found.unwrap_or_else(|| self.element(world, this, false, site)))
            }
            "includes" | "indexOf" | "index" | "count" | "has" | "every" | "some" | "findIndex"
            | "issubset" => {
                if matches!(text, "every" | "some" | "findIndex") {
                    self.callback_method(act, world, this, name, arguments, site);
                    return Some(ValueId::UNKNOWN);
                }
                if matches!(text, "includes" | "has") {
                    let obj = world.heap.get(id)?;
                    let items: Option<Vec<Const>> = obj
                        .items
                        .iter()
                        .map(|v| self.values.get(*v).sole_const())
                        .collect();
                    let needle = first.and_then(|v| self.values.get(v).sole_const());
                    if let (Some(items), Some(needle), true) =
                        (items, needle, obj.exact && obj.rest == ValueId::NONE)
                    {
                        return Some(self.boolean(items.contains(&needle)));
                    }
                }
                Some(ValueId::UNKNOWN)
            }
            _ => self.callback_method(act, world, this, name, arguments, site),
        }
    }

    /// The elements of a list as one text.
    pub(crate) fn join_texts(
        &mut self,
        world: &World,
        list: ValueId,
        separator: ValueId,
        items: Option<Vec<ValueId>>,
    ) -> ValueId {
        match items {
            Some(items) if items.len() <= 16 => {
                let mut parts = Vec::new();
                for (i, item) in items.into_iter().enumerate() {
                    if i > 0 {
                        parts.push(separator);
                    }
                    parts.push(item);
                }
                if parts.is_empty() {
                    self.string("")
                } else {
                    self.concat(world, &parts)
                }
            }
            _ => {
                let mut text = Value {
                    other: true,
                    ..Value::default()
                };
                self.absorb(world, list, &mut text);
                text.add_taint(&self.values.get(separator).taint);
                text.unsettled |= self.values.get(separator).unsettled;
                self.values.add(text)
            }
        }
    }
}

fn slice_range(len: usize, lower: Option<i64>, upper: Option<i64>) -> std::ops::Range<usize> {
    let clamp = |i: i64| (if i < 0 { i + len as i64 } else { i }).clamp(0, len as i64) as usize;
    let start = lower.map_or(0, clamp);
    let end = upper.map_or(len, clamp);
    start..end.max(start)
}
