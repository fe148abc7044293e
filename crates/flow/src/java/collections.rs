//! Lists, sets, arrays, and what is a view of one: iterators, streams, optionals, a map's entry.

use shindan_base::Sym;
use smallvec::SmallVec;

use crate::api::Edge;
use crate::arguments::Arguments;
use crate::heap::{Obj, ObjId, ObjKind};
use crate::interpreter::{Activation, Interpreter, Site, World};
use crate::source::StepWord;
use crate::value::{Const, Ref, ValueId};

impl<'a> Interpreter<'a> {
    pub(super) fn java_list_method(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        id: ObjId,
        name: Sym,
        arguments: &Arguments,
        site: Site,
    ) -> Option<ValueId> {
        let this = self.values.reference(Ref::Obj(id));
        let method = self.text_of(name);
        let count = arguments.positional.len();
        let first = arguments.at(0);
        let index = first
            .and_then(|v| self.sole_int(v))
            .and_then(|i| usize::try_from(i).ok());
        let last = || usize::MAX;
        match method {
            "add" | "insertElementAt" if count == 2 => {
                let (value, at) = if method == "add" {
                    (arguments.at(1)?, index)
                } else {
                    let at = arguments.at(1).and_then(|v| self.sole_int(v));
                    (first?, at.and_then(|i| usize::try_from(i).ok()))
                };
                self.insert(world, id, at, value, site);
                Some(ValueId::UNKNOWN)
            }
            "add" | "addLast" | "offer" | "offerLast" | "addElement" | "put" | "accept" => {
                self.insert(world, id, Some(last()), first?, site);
                Some(ValueId::UNKNOWN)
            }
            "addFirst" | "offerFirst" => {
                self.insert(world, id, Some(0), first?, site);
                Some(ValueId::UNKNOWN)
            }
            "push" => {
                let at = if self.is_stack(world, id) { last() } else { 0 };
                self.insert(world, id, Some(at), first?, site);
                first
            }
            "addAll" => {
                let from = arguments.at(count.checked_sub(1)?)?;
                self.add_all(world, id, from, count == 1, site);
                Some(ValueId::UNKNOWN)
            }
            "get" | "elementAt" if count == 1 => Some(self.at(world, id, index)),
            "set" | "setElementAt" => {
                let (value, at) = if method == "set" {
                    (arguments.at(1)?, first?)
                } else {
                    (first?, arguments.at(1)?)
                };
                let value = self.step_value(value, site, StepWord::Stored);
                let key = self.values.get(at).sole_const();
                self.store_element(world, id, key, at, value, true);
                Some(ValueId::UNKNOWN)
            }
            "getKey" | "getLeft" => Some(self.at(world, id, Some(0))),
            "getValue" | "getRight" => Some(self.at(world, id, Some(1))),
            "getFirst" | "firstElement" | "element" | "peekFirst" | "first" | "findFirst"
            | "findAny" | "get" | "orElseThrow" | "getAsInt"
                if count == 0 =>
            {
                // An `Optional` of a stream is its first element, still wrapped.
                if matches!(method, "findFirst" | "findAny") {
                    return Some(this);
                }
                Some(self.at(world, id, Some(0)))
            }
            "orElseThrow" => Some(self.at(world, id, Some(0))),
            "peek" if count == 0 => {
                let at = if self.is_stack(world, id) { last() } else { 0 };
                Some(self.at(world, id, Some(at)))
            }
            "getLast" | "lastElement" | "peekLast" | "last" => {
                Some(self.at(world, id, Some(last())))
            }
            "orElse" | "orElseGet" => {
                let known = self.at(world, id, Some(0));
                let is_there = world
                    .heap
                    .get(id)
                    .is_some_and(|o| o.exact && !o.items.is_empty());
                if is_there {
                    return Some(known);
                }
                let other = match method {
                    "orElse" => first?,
                    _ => self.call_back(act, world, first?, &[], site),
                };
                Some(self.join(known, other))
            }
            "remove" if count == 1 && index.is_some() => Some(self.take(world, id, index)),
            "remove" | "removeElement" | "removeIf" | "removeAll" | "retainAll" if count == 1 => {
                self.remove_equal(world, id, first?);
                Some(ValueId::UNKNOWN)
            }
            "remove" | "removeFirst" | "poll" | "pollFirst" | "take" => {
                Some(self.take(world, id, Some(0)))
            }
            "pop" => {
                let at = if self.is_stack(world, id) { last() } else { 0 };
                Some(self.take(world, id, Some(at)))
            }
            "removeLast" | "pollLast" => Some(self.take(world, id, Some(last()))),
            "next" | "nextElement" | "previous" | "nextToken" => {
                Some(self.element(world, this, false, site))
            }
            "size" | "length" | "count" => Some(match self.exact_length(world, id) {
                Some(length) => self.constant(Const::Int(length as i64)),
                None => ValueId::UNKNOWN,
            }),
            "isEmpty" => Some(match self.exact_length(world, id) {
                Some(length) => self.boolean(length == 0),
                None => ValueId::UNKNOWN,
            }),
            "isPresent" => Some(match self.exact_length(world, id) {
                Some(length) => self.boolean(length > 0),
                None => ValueId::UNKNOWN,
            }),
            "contains" | "indexOf" | "lastIndexOf" | "containsAll" | "equals" | "hashCode"
            | "hasNext" | "hasMoreElements" | "hasPrevious" | "hasMoreTokens" => {
                let has = (method == "contains")
                    .then(|| self.is_in(world, first?, this))
                    .flatten();
                Some(match has {
                    Some(has) => self.boolean(has),
                    None => ValueId::UNKNOWN,
                })
            }
            "clear" | "removeAllElements" => {
                let obj = world.heap.change(id)?;
                obj.items.clear();
                obj.rest = ValueId::NONE;
                obj.exact = true;
                Some(ValueId::UNKNOWN)
            }
            "sort" => {
                world.heap.change(id)?.blur_items(&mut self.values);
                Some(ValueId::UNKNOWN)
            }
            "replaceAll" => {
                let element = self.element(world, this, false, site);
                let with = self.call_back(act, world, first?, &[element], site);
                let obj = world.heap.change(id)?;
                obj.items.clear();
                (obj.rest, obj.exact) = (with, false);
                Some(ValueId::UNKNOWN)
            }
            "iterator" | "listIterator" | "stream" | "parallelStream" | "elements"
            | "spliterator" | "toArray" | "toList" | "boxed" | "sequential" | "parallel"
            | "unordered" | "onClose" | "asIterator" | "clone" | "asList" => Some(this),
            "subList" | "headSet" | "tailSet" | "subSet" | "skip" | "limit" | "distinct"
            | "sorted" | "descendingIterator" | "reversed" | "takeWhile" | "dropWhile" => {
                let element = self.element(world, this, false, site);
                Some(self.list_of(act, world, element, site))
            }
            "toString" => {
                let taint = self.deep_taint(world, this);
                Some(self.values.tainted(taint))
            }
            _ => self.java_stream_method(act, world, id, name, arguments, site),
        }
    }

    /// What streams and optionals do with a function.
    fn java_stream_method(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        id: ObjId,
        name: Sym,
        arguments: &Arguments,
        site: Site,
    ) -> Option<ValueId> {
        let this = self.values.reference(Ref::Obj(id));
        let function = arguments.at(0);
        match self.text_of(name) {
            "map" | "mapToObj" | "mapToInt" | "mapToLong" | "mapToDouble" | "thenApply" => {
                let mapped = self.map_elements(act, world, id, function?, site);
                Some(mapped)
            }
            "flatMap" => {
                let element = self.element(world, this, false, site);
                let inner = self.call_back(act, world, function?, &[element], site);
                let flat = self.element(world, inner, false, site);
                Some(self.list_of(act, world, flat, site))
            }
            "filter" => {
                let element = self.element(world, this, false, site);
                self.call_back(act, world, function?, &[element], site);
                Some(self.list_of(act, world, element, site))
            }
            "forEach" | "forEachOrdered" | "forEachRemaining" | "ifPresent" | "peek"
            | "ifPresentOrElse" => {
                let element = self.element(world, this, false, site);
                self.call_back(act, world, function?, &[element], site);
                if let Some(otherwise) = arguments.at(1) {
                    self.call_back(act, world, otherwise, &[], site);
                }
                Some(this)
            }
            "anyMatch" | "allMatch" | "noneMatch" => {
                let element = self.element(world, this, false, site);
                self.call_back(act, world, function?, &[element], site);
                Some(ValueId::UNKNOWN)
            }
            "max" | "min" | "or" => {
                let element = self.element(world, this, false, site);
                Some(self.list_of(act, world, element, site))
            }
            "reduce" => {
                let element = self.element(world, this, false, site);
                let (start, function) = match arguments.at(1) {
                    Some(combine) => (function?, combine),
                    None => (element, function?),
                };
                let once = self.call_back(act, world, function, &[start, element], site);
                let all = self.join(start, once);
                Some(if arguments.at(1).is_some() {
                    all
                } else {
                    self.list_of(act, world, all, site)
                })
            }
            "collect" => Some(match self.collector(world, function?) {
                Some(separator) => {
                    let items = world.heap.get(id).and_then(|o| {
                        (o.exact && o.rest == ValueId::NONE).then(|| o.items.to_vec())
                    });
                    self.join_texts(world, this, separator, items)
                }
                None => this,
            }),
            _ => None,
        }
    }

    /// The separator of `Collectors.joining(…)`.
    fn collector(&mut self, world: &World, collector: ValueId) -> Option<ValueId> {
        let refs = self.values.get(collector).refs.clone();
        for thing in refs {
            let (node, made_by) = match thing {
                Ref::Api(node) => (Some(node), None),
                Ref::Obj(id) => {
                    let obj = world.heap.get(id)?;
                    (obj.api, obj.made_by.clone())
                }
                Ref::Module(_) | Ref::Bound(..) => (None, None),
            };
            let Some(node) = node else { continue };
            let call = self.apis.parent(node).0;
            if let (_, Edge::Name(name)) = self.apis.parent(call)
                && self.text_of(name) == "joining"
            {
                return Some(match made_by.and_then(|a| a.at(0)) {
                    Some(separator) => separator,
                    None => self.string(""),
                });
            }
        }
        None
    }

    /// The elements after a function, each for itself while they are known.
    fn map_elements(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        id: ObjId,
        function: ValueId,
        site: Site,
    ) -> ValueId {
        let this = self.values.reference(Ref::Obj(id));
        let items: Option<SmallVec<[ValueId; 4]>> = world
            .heap
            .get(id)
            .filter(|o| o.exact && o.rest == ValueId::NONE && o.items.len() <= 4)
            .map(|o| o.items.clone());
        let Some(items) = items else {
            let element = self.element(world, this, false, site);
            let mapped = self.call_back(act, world, function, &[element], site);
            return self.list_of(act, world, mapped, site);
        };
        let mut list = Obj::new(ObjKind::List);
        for item in items {
            let mapped = self.call_back(act, world, function, &[item], site);
            list.items.push(mapped);
        }
        self.allocate(act, world, site.span, 11, list)
    }

    /// Puts a value in at a place, or at the end where the place lies behind it.
    fn insert(
        &mut self,
        world: &mut World,
        id: ObjId,
        at: Option<usize>,
        value: ValueId,
        site: Site,
    ) {
        let value = self.step_value(value, site, StepWord::Stored);
        let limit = self.limits.elements;
        let Some(obj) = world.heap.change(id) else {
            return;
        };
        match at {
            Some(at) if obj.exact && obj.items.len() < limit => {
                let at = at.min(obj.items.len());
                obj.items.insert(at, value);
            }
            _ => {
                obj.blur_items(&mut self.values);
                obj.rest = self.values.join(obj.rest, value);
            }
        }
    }

    pub(super) fn add_all(
        &mut self,
        world: &mut World,
        id: ObjId,
        from: ValueId,
        at_end: bool,
        site: Site,
    ) {
        let items = self
            .sole_object(from)
            .and_then(|id| world.heap.get(id))
            .filter(|o| {
                o.exact && o.rest == ValueId::NONE && matches!(o.kind, ObjKind::List | ObjKind::Set)
            })
            .map(|o| o.items.clone());
        let element = self.element(world, from, false, site);
        let limit = self.limits.elements;
        let Some(obj) = world.heap.change(id) else {
            return;
        };
        match items {
            Some(items) if at_end && obj.exact && obj.items.len() + items.len() <= limit => {
                obj.items.extend(items);
            }
            _ => {
                obj.blur_items(&mut self.values);
                obj.rest = self.values.join(obj.rest, element);
            }
        }
    }

    /// The element at a place; `usize::MAX` is the last one.
    pub(super) fn at(&mut self, world: &mut World, id: ObjId, at: Option<usize>) -> ValueId {
        let Some(obj) = world.heap.get(id) else {
            return ValueId::UNKNOWN;
        };
        if let (Some(at), true) = (at, obj.exact) {
            let at = at.min(
                obj.items
                    .len()
                    .saturating_sub(usize::from(at == usize::MAX)),
            );
            if let Some(item) = obj.items.get(at) {
                return *item;
            }
            if obj.rest == ValueId::NONE {
                return ValueId::UNKNOWN;
            }
        }
        let contents: SmallVec<[ValueId; 8]> =
            obj.items.iter().copied().chain([obj.rest]).collect();
        let all = contents
            .into_iter()
            .fold(ValueId::NONE, |all, value| self.join(all, value));
        if all == ValueId::NONE {
            ValueId::UNKNOWN
        } else {
            all
        }
    }

    /// Takes out the element at a place.
    fn take(&mut self, world: &mut World, id: ObjId, at: Option<usize>) -> ValueId {
        let value = self.at(world, id, at);
        let Some(obj) = world.heap.change(id) else {
            return value;
        };
        match at {
            Some(at) if obj.exact => {
                let at = at.min(
                    obj.items
                        .len()
                        .saturating_sub(usize::from(at == usize::MAX)),
                );
                if at < obj.items.len() {
                    obj.items.remove(at);
                }
            }
            _ => obj.blur_items(&mut self.values),
        }
        value
    }

    /// Takes out what equals a value, or may.
    fn remove_equal(&mut self, world: &mut World, id: ObjId, value: ValueId) {
        let gone = self.values.get(value).sole_const();
        let Some(obj) = world.heap.get(id) else {
            return;
        };
        let items: Option<Vec<Const>> = obj
            .items
            .iter()
            .map(|v| self.values.get(*v).sole_const())
            .collect();
        let at = gone.and_then(|gone| Some(items?.iter().position(|item| *item == gone)));
        let Some(obj) = world.heap.change(id) else {
            return;
        };
        match at {
            Some(Some(at)) if obj.exact => {
                obj.items.remove(at);
            }
            Some(None) if obj.exact => {}
            _ => obj.blur_items(&mut self.values),
        }
    }

    fn exact_length(&self, world: &World, id: ObjId) -> Option<usize> {
        let obj = world.heap.get(id)?;
        (obj.exact && obj.rest == ValueId::NONE).then_some(obj.items.len())
    }

    /// A `Stack` works at its end, a `Deque` used as one at its beginning.
    fn is_stack(&self, world: &World, id: ObjId) -> bool {
        let Some(api) = world.heap.get(id).and_then(|o| o.api) else {
            return false;
        };
        let class = self.apis.parent(api).0;
        matches!(self.apis.parent(class).1, Edge::Name(name) if self.text_of(name) == "Stack")
    }
}
