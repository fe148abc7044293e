//! Lists, sets, dictionaries and what LINQ does with them.

use shindan_base::Sym;
use smallvec::SmallVec;

use crate::api::Edge;
use crate::arguments::Arguments;
use crate::heap::{ObjId, ObjKind};
use crate::interpreter::{Activation, Interpreter, Site, World};
use crate::source::StepWord;
use crate::value::{Ref, ValueId};

/// The engine's name of a list's method that takes and gives the same.
fn list_method_name(method: &str) -> Option<&'static str> {
    Some(match method {
        "Add" | "Push" | "Enqueue" | "AddLast" | "Append" | "TryAdd" => "push",
        "AddFirst" | "Prepend" => "unshift",
        "AddRange" | "PushRange" => "extend",
        "Concat" | "Union" => "concat",
        "Insert" => "insert",
        "RemoveAt" | "Pop" => "pop",
        "Dequeue" | "RemoveFirst" => "shift",
        "Clear" => "clear",
        _ => return None,
    })
}

/// The engine's name of a method that calls a function with each element.
fn callback_name(method: &str) -> Option<&'static str> {
    Some(match method {
        "Select" | "ConvertAll" => "map",
        "SelectMany" => "flatMap",
        "Where" | "FindAll" | "TakeWhile" | "SkipWhile" | "DistinctBy" => "filter",
        "ForEach" => "forEach",
        "Any" | "All" | "Exists" | "TrueForAll" | "Count" | "Sum" | "Average" | "FindIndex" => {
            "some"
        }
        "First" | "FirstOrDefault" | "Last" | "LastOrDefault" | "Single" | "SingleOrDefault"
        | "Find" | "FindLast" | "MaxBy" | "MinBy" => "find",
        _ => return None,
    })
}

impl<'a> Interpreter<'a> {
    /// Methods of objects that are collections; `None` for what others know.
    pub(crate) fn csharp_object_method(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        id: ObjId,
        name: Sym,
        arguments: &Arguments,
        site: Site,
    ) -> Option<ValueId> {
        if self.is_wrapper_method(name) {
            return Some(self.values.reference(Ref::Obj(id)));
        }
        let obj = world.heap.get(id)?;
        match obj.kind {
            ObjKind::List | ObjKind::Set => {
                self.csharp_list_method(act, world, id, name, arguments, site)
            }
            ObjKind::Map if obj.api.is_some() => {
                self.csharp_map_method(act, world, id, name, arguments, site)
            }
            ObjKind::Func { .. } => match self.text_of(name) {
                "Invoke" | "DynamicInvoke" | "BeginInvoke" => {
                    let function = self.values.reference(Ref::Obj(id));
                    let result = self.call_value(act, world, function, arguments, site);
                    Some(result.unwrap_or(ValueId::UNKNOWN))
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn csharp_list_method(
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
        let first = arguments.at(0);
        if let Some(own) = callback_name(method) {
            let own = self.sym(own);
            if let Some(value) = self.callback_method(act, world, this, own, arguments, site) {
                return Some(value);
            }
        }
        let is_queue = world.heap.get(id).and_then(|o| o.api).is_some_and(|api| {
            let class = self.apis.parent(api).0;
            matches!(self.apis.parent(class).1, Edge::Name(class) if self.text_of(class).ends_with("Queue"))
        });
        if let Some(own) = list_method_name(method)
            && !(method == "RemoveAt" && first.is_none())
        {
            let own = self.sym(own);
            return self.list_method(act, world, id, own, arguments, site);
        }
        match method {
            "Peek" => {
                let length = world.heap.get(id).map_or(0, |o| o.items.len());
                let at = if is_queue {
                    0
                } else {
                    length.saturating_sub(1)
                };
                Some(self.item(world, id, at))
            }
            "First" | "FirstOrDefault" | "Single" | "SingleOrDefault" => {
                Some(self.item(world, id, 0))
            }
            "Last" | "LastOrDefault" => {
                let length = world.heap.get(id).map_or(0, |o| o.items.len());
                Some(self.item(world, id, length.saturating_sub(1)))
            }
            "ElementAt" | "ElementAtOrDefault" | "GetValue" | "get_Item" => {
                let at = first.and_then(|v| self.sole_int(v));
                match at.and_then(|at| usize::try_from(at).ok()) {
                    Some(at) => Some(self.item(world, id, at)),
                    None => Some(self.element(world, this, false, site)),
                }
            }
            "SetValue" => {
                let value = self.step_value(first?, site, StepWord::Stored);
                let at = arguments.at(1)?;
                let key = self.values.get(at).sole_const();
                self.store_element(world, id, key, at, value, true);
                Some(ValueId::UNKNOWN)
            }
            "TryPop" | "TryDequeue" | "TryPeek" | "TryTake" | "Take" | "Max" | "Min" => {
                let element = self.element(world, this, false, site);
                Some(if method == "Take" && first.is_some() {
                    self.list_of(act, world, element, site)
                } else {
                    element
                })
            }
            "Remove" | "RemoveAll" | "RemoveRange" | "Sort" | "Reverse" | "ExceptWith" => {
                world.heap.change(id)?.blur_items(&mut self.values);
                Some(this)
            }
            "ToArray" | "ToList" | "ToHashSet" | "ToListAsync" | "ToArrayAsync" | "Cast"
            | "OfType" | "GetEnumerator" | "Clone" | "ToImmutableList" | "ToImmutableArray" => {
                Some(this)
            }
            "OrderBy" | "OrderByDescending" | "ThenBy" | "ThenByDescending" | "Distinct"
            | "Skip" | "Except" | "Intersect" | "GetRange" | "DefaultIfEmpty" | "SkipLast"
            | "TakeLast" | "Order" => {
                let element = self.element(world, this, false, site);
                Some(self.list_of(act, world, element, site))
            }
            "Contains" | "IndexOf" | "SequenceEqual" | "Any" | "Count" | "LongCount" | "Sum" => {
                let has = (method == "Contains")
                    .then(|| self.is_in(world, first?, this))
                    .flatten();
                Some(match has {
                    Some(has) => self.boolean(has),
                    None => ValueId::SETTLED,
                })
            }
            "CopyTo" => {
                let element = self.element(world, this, false, site);
                self.put_inside(world, first?, element);
                Some(ValueId::UNKNOWN)
            }
            "Aggregate" => {
                let element = self.element(world, this, false, site);
                let (start, function) = match arguments.at(1) {
                    Some(function) => (first?, function),
                    None => (element, first?),
                };
                let passed = Arguments::positional(&[function, start], site.span);
                let reduce = self.sym("reduce");
                self.callback_method(act, world, this, reduce, &passed, site)
            }
            "GroupBy" | "ToLookup" | "ToDictionary" | "Zip" | "Join" | "GroupJoin" | "Chunk" => {
                let mut inside = self.element(world, this, false, site);
                for value in arguments.values().collect::<SmallVec<[ValueId; 4]>>() {
                    let is_list = self.sole_object(value).is_some_and(|o| {
                        world
                            .heap
                            .get(o)
                            .is_some_and(|o| matches!(o.kind, ObjKind::List | ObjKind::Set))
                    });
                    if is_list {
                        let element = self.element(world, value, false, site);
                        inside = self.join(inside, element);
                    }
                }
                Some(self.list_of(act, world, inside, site))
            }
            _ => None,
        }
    }

    fn csharp_map_method(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        id: ObjId,
        name: Sym,
        arguments: &Arguments,
        site: Site,
    ) -> Option<ValueId> {
        let this = self.values.reference(Ref::Obj(id));
        let first = arguments.at(0);
        match self.text_of(name) {
            "Add" | "TryAdd" | "Set" | "AddOrUpdate" => {
                let key = first?;
                let value = self.step_value(arguments.at(1)?, site, StepWord::Stored);
                let known = self.values.get(key).sole_const();
                self.store_element(world, id, known, key, value, true);
                Some(ValueId::UNKNOWN)
            }
            "TryGetValue" | "GetValueOrDefault" | "Get" | "GetValues" | "GetOrAdd" | "get_Item"
            | "TryRemove" => {
                let key = first?;
                let found = self.get_index(act, world, this, key, site);
                // Whether it is there is not known, whatever it is.
                Some(self.join(found, ValueId::SETTLED))
            }
            "ContainsKey" | "Contains" | "ContainsValue" | "Count" => {
                let known = self.values.get(first?).sole_const();
                let obj = world.heap.get(id)?;
                let is_exact = obj.exact && obj.rest == ValueId::NONE;
                Some(match known.filter(|_| is_exact) {
                    Some(key) => {
                        let has = obj.field(key).is_some();
                        self.boolean(has)
                    }
                    None => ValueId::SETTLED,
                })
            }
            "Remove" | "Clear" => {
                let key = first.and_then(|key| self.values.get(key).sole_const());
                let obj = world.heap.change(id)?;
                match key {
                    Some(key) => obj.fields.retain(|(k, _)| *k != key),
                    None if first.is_none() => {
                        obj.fields.clear();
                        obj.rest = ValueId::NONE;
                    }
                    None => {}
                }
                Some(ValueId::UNKNOWN)
            }
            "Select" | "Where" | "ToList" | "ToArray" | "OrderBy" | "First" | "FirstOrDefault"
            | "Any" | "All" | "GetEnumerator" | "ToDictionary" | "SelectMany" | "Last" => {
                let element = self.element(world, this, false, site);
                let list = self.list_of(act, world, element, site);
                let list = self.sole_object(list)?;
                self.csharp_list_method(act, world, list, name, arguments, site)
            }
            _ => None,
        }
    }

    /// LINQ on something that is no known collection: its functions see what is inside.
    pub(crate) fn csharp_callback_name(&mut self, name: Sym) -> Option<Sym> {
        callback_name(self.text_of(name)).map(|own| self.sym(own))
    }
}
