//! Ruby's blocks and functions: methods that yield what is inside their receiver, and what calls a block.

use shindan_base::Sym;
use shindan_program::ir::ParamKind;
use smallvec::SmallVec;

use crate::arguments::Arguments;
use crate::heap::{Obj, ObjKind};
use crate::interpreter::{Activation, Interpreter, Site, World};
use crate::value::{Const, Ref, ValueId};

impl<'a> Interpreter<'a> {
    /// The block that is passed with a call, if it is a function of the program.
    fn block_of(&self, world: &World, arguments: &Arguments) -> Option<ValueId> {
        let block = arguments.named(self.names.get("&")?)?;
        let is_function = self.values.get(block).refs.iter().any(|r| match r {
            Ref::Bound(..) => true,
            Ref::Obj(id) => world
                .heap
                .get(*id)
                .is_some_and(|o| matches!(o.kind, ObjKind::Func { .. })),
            Ref::Api(_) | Ref::Module(_) => false,
        });
        is_function.then_some(block)
    }

    /// Calls a block any number of times: what it learns holds for its own run only.
    fn call_block(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        block: ValueId,
        values: &[ValueId],
        site: Site,
    ) -> ValueId {
        let values = self.spread_for(act, world, block, values, site);
        let before = world.clone();
        let arguments = Arguments::positional(&values, site.span);
        let result = self.call_value(act, world, block, &arguments, site);
        self.last_tells = None;
        let mut joined = before;
        if result.is_some() {
            joined.heap.join(&world.heap, &mut self.values, false);
        }
        *world = joined;
        result.unwrap_or(ValueId::NONE)
    }

    /// A block with several parameters that is given one list takes it apart.
    fn spread_for(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        block: ValueId,
        values: &[ValueId],
        site: Site,
    ) -> SmallVec<[ValueId; 4]> {
        let [only] = values else {
            return SmallVec::from_slice(values);
        };
        let taken = match self
            .sole_object(block)
            .and_then(|id| world.heap.get(id))
            .map(|o| &o.kind)
        {
            Some(ObjKind::Func { func, .. }) => self
                .modules
                .get(&func.file)
                .and_then(|m| m.functions.get(func.index.0 as usize))
                .map_or(0, |ir| {
                    let plain = ir.params.iter().filter(|p| p.kind == ParamKind::Plain);
                    plain.count()
                }),
            _ => 0,
        };
        if taken < 2 {
            return SmallVec::from_slice(values);
        }
        (0..taken.min(4))
            .map(|i| self.unpack(act, world, *only, i, site))
            .collect()
    }

    /// An element as a block gets it: of a hash a pair.
    fn yielded_element(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        receiver: ValueId,
        site: Site,
    ) -> ValueId {
        let map = self.sole_object(receiver).filter(|id| {
            world
                .heap
                .get(*id)
                .is_some_and(|o| matches!(o.kind, ObjKind::Map))
        });
        let Some(map) = map else {
            return self.element(world, receiver, false, site);
        };
        let keys = self.element(world, receiver, true, site);
        let values = self.element_values(world, map);
        let mut pair = Obj::new(ObjKind::List);
        pair.items = SmallVec::from_slice(&[keys, self.known(values)]);
        self.allocate(act, world, site.span, 13, pair)
    }

    /// `call` and its other names, of a function of the program.
    pub(crate) fn ruby_function_method(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        function: ValueId,
        name: Sym,
        arguments: &Arguments,
        site: Site,
    ) -> Option<ValueId> {
        match self.text_of(name) {
            "call" | "yield" | "===" | "()" => Some(
                match self.call_value(act, world, function, arguments, site) {
                    Some(value) => value,
                    None => ValueId::UNKNOWN,
                },
            ),
            "to_proc" | "curry" | "unbind" | "freeze" => Some(function),
            _ => None,
        }
    }

    /// Methods that yield; `None` for any other method and without a block.
    pub(crate) fn yielding_method(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        receiver: ValueId,
        name: Sym,
        arguments: &Arguments,
        site: Site,
    ) -> Option<ValueId> {
        let block = self.block_of(world, arguments)?;
        let method = self.text_of(name);
        Some(match method.trim_end_matches('!') {
            "each" | "each_pair" | "each_entry" | "reverse_each" | "each_char" | "each_line"
            | "each_byte" | "each_slice" | "each_cons" | "find_each" | "find_in_batches"
            | "each_value" | "each_key" | "each_element" | "each_row" | "each_hash" | "cycle"
            | "each_child" => {
                let element = match method {
                    "each_key" => self.element(world, receiver, true, site),
                    "each_value" => self.element(world, receiver, false, site),
                    "each_slice" | "each_cons" | "find_in_batches" => {
                        let element = self.element(world, receiver, false, site);
                        self.list_of(act, world, element, site)
                    }
                    _ => self.yielded_element(act, world, receiver, site),
                };
                self.call_block(act, world, block, &[element], site);
                receiver
            }
            "each_with_index" | "each_with_object" | "with_object" => {
                let element = self.yielded_element(act, world, receiver, site);
                let second = arguments.at(0).unwrap_or(ValueId::UNKNOWN);
                self.call_block(act, world, block, &[element, second], site);
                if method == "each_with_index" {
                    receiver
                } else {
                    second
                }
            }
            "times" | "upto" | "downto" | "step" => {
                self.call_block(act, world, block, &[ValueId::UNKNOWN], site);
                receiver
            }
            "map" | "collect" | "flat_map" | "collect_concat" | "filter_map" | "with_index"
            | "each_index" | "sum" | "map_with_index" | "in_groups_of" => {
                let element = self.yielded_element(act, world, receiver, site);
                let passed: &[ValueId] = if method == "with_index" {
                    &[element, ValueId::UNKNOWN]
                } else {
                    &[element]
                };
                let mut result = self.call_block(act, world, block, passed, site);
                if matches!(method, "flat_map" | "collect_concat") {
                    result = self.element(world, result, false, site);
                }
                let result = self.known(result);
                if method == "sum" {
                    result
                } else {
                    self.list_of(act, world, result, site)
                }
            }
            "select" | "filter" | "reject" | "keep_if" | "delete_if" | "sort_by" | "uniq"
            | "take_while" | "drop_while" | "partition" | "sort" | "max_by" | "min_by" => {
                let element = self.yielded_element(act, world, receiver, site);
                let passed: &[ValueId] = if method.starts_with("sort") && !method.contains("by") {
                    &[element, element]
                } else {
                    &[element]
                };
                self.call_block(act, world, block, passed, site);
                if matches!(method, "max_by" | "min_by") {
                    element
                } else if self.is_map(world, receiver) {
                    receiver
                } else if method == "partition" {
                    let half = self.list_of(act, world, element, site);
                    let mut both = Obj::new(ObjKind::List);
                    both.items = SmallVec::from_slice(&[half, half]);
                    self.allocate(act, world, site.span, 13, both)
                } else {
                    self.list_of(act, world, element, site)
                }
            }
            "find" | "detect" | "find_all" => {
                let element = self.yielded_element(act, world, receiver, site);
                self.call_block(act, world, block, &[element], site);
                if method == "find_all" {
                    self.list_of(act, world, element, site)
                } else {
                    self.join(element, ValueId::UNKNOWN)
                }
            }
            "any?" | "all?" | "none?" | "one?" | "count" | "find_index" | "index" => {
                let element = self.yielded_element(act, world, receiver, site);
                self.call_block(act, world, block, &[element], site);
                ValueId::UNKNOWN
            }
            "inject" | "reduce" => {
                let element = self.yielded_element(act, world, receiver, site);
                let start = arguments.at(0).unwrap_or(element);
                let once = self.call_block(act, world, block, &[start, element], site);
                let accumulated = self.join(start, once);
                let twice = self.call_block(act, world, block, &[accumulated, element], site);
                self.join(accumulated, twice)
            }
            "group_by" | "index_by" | "to_h" | "index_with" | "transform_values"
            | "transform_keys" | "each_with_hash" => {
                let element = match method {
                    "transform_values" => self.element(world, receiver, false, site),
                    "transform_keys" => self.element(world, receiver, true, site),
                    _ => self.yielded_element(act, world, receiver, site),
                };
                let result = self.call_block(act, world, block, &[element], site);
                let mut obj = Obj::new(ObjKind::Map);
                obj.exact = false;
                obj.rest = match method {
                    "transform_values" | "index_with" => result,
                    "to_h" => self.unpack(act, world, result, 1, site),
                    "transform_keys" => self.element(world, receiver, false, site),
                    _ => element,
                };
                obj.rest = self.known(obj.rest);
                self.allocate(act, world, site.span, 11, obj)
            }
            "tap" => {
                self.call_block(act, world, block, &[receiver], site);
                receiver
            }
            "then" | "yield_self" => self.call_block(act, world, block, &[receiver], site),
            "gsub" | "sub" => {
                let matched = self.text_like(world, receiver);
                let result = self.call_block(act, world, block, &[matched], site);
                let taint = self.deep_taint(world, result);
                self.values.add_taint(matched, &taint)
            }
            "fetch" => {
                let key = arguments.at(0)?;
                let found = self.get_index(act, world, receiver, key, site);
                let other = self.call_block(act, world, block, &[key], site);
                self.join(found, other)
            }
            _ => return None,
        })
    }

    pub(crate) fn is_map(&self, world: &World, value: ValueId) -> bool {
        self.sole_object(value)
            .and_then(|id| world.heap.get(id))
            .is_some_and(|o| matches!(o.kind, ObjKind::Map))
    }

    /// A text with all the data of a value.
    pub(crate) fn text_like(&mut self, world: &World, value: ValueId) -> ValueId {
        if matches!(
            self.values.get(value).sole_const(),
            Some(Const::Str(_)) | None
        ) && self.values.get(value).refs.is_empty()
        {
            return value;
        }
        let taint = self.deep_taint(world, value);
        self.values.tainted(taint)
    }
}
