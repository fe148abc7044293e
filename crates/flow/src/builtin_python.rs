//! Functions of Python's own that the engine knows better than a row can say.

use crate::api::{ApiId, Edge};
use crate::arguments::Arguments;
use crate::heap::{Obj, ObjKind};
use crate::interpreter::{Activation, Interpreter, Site, World};
use crate::value::{Const, Value, ValueId};
use smallvec::SmallVec;

impl<'a> Interpreter<'a> {
    /// Functions of Python's own that the engine knows better than a row can say.
    pub(crate) fn python_builtin(
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
        if parent != ApiId::ROOT {
            return None;
        }
        let first = arguments.at(0);
        match (self.text_of(name), first) {
            ("str" | "repr" | "ascii" | "format" | "bytes" | "bytearray", Some(value)) => {
                let known = self.values.get(value);
                if let Some(text) = known.sole_const().and_then(|c| self.const_text(c)) {
                    return Some(self.string(&text));
                }
                let text = known.text;
                let mut made = Value {
                    other: true,
                    text,
                    ..Value::default()
                };
                self.absorb(world, value, &mut made);
                made.taint =
                    self.stepped(&made.taint, site, crate::source::StepWord::Through(name));
                let clears = self.rows.nodes.get(&node).map_or(0, |m| m.clears);
                for t in &mut made.taint {
                    t.cleared |= clears;
                }
                made.unsettled &= !clears;
                Some(self.values.add(made))
            }
            ("len", Some(value)) => {
                let length = match self.values.get(value).sole_const() {
                    Some(Const::Str(s)) => Some(self.text_of(s).chars().count() as i64),
                    _ => self
                        .sole_object(value)
                        .and_then(|id| world.heap.get(id))
                        .filter(|o| o.exact && o.rest == ValueId::NONE)
                        .map(|o| (o.items.len() + o.fields.len()) as i64),
                };
                Some(length.map_or(ValueId::SETTLED, |l| self.constant(Const::Int(l))))
            }
            ("int", Some(value)) => match self.values.get(value).sole_const() {
                Some(Const::Int(i)) => Some(self.constant(Const::Int(i))),
                Some(Const::Str(s)) => self
                    .text_of(s)
                    .trim()
                    .parse()
                    .ok()
                    .map(|i| self.constant(Const::Int(i))),
                _ => None,
            },
            (
                "list" | "tuple" | "set" | "frozenset" | "sorted" | "reversed" | "iter"
                | "enumerate" | "zip" | "filter" | "map",
                _,
            ) => {
                let text = self.text_of(name);
                if text == "map" || text == "filter" {
                    return self.map_builtin(act, world, text == "map", arguments, site);
                }
                let mut obj = Obj::new(if text.ends_with("set") {
                    ObjKind::Set
                } else {
                    ObjKind::List
                });
                if let Some(value) = first {
                    let copied = self
                        .sole_object(value)
                        .and_then(|id| world.heap.get(id))
                        .filter(|o| {
                            o.exact && o.rest == ValueId::NONE && matches!(o.kind, ObjKind::List)
                        })
                        .map(|o| o.items.clone());
                    match copied {
                        Some(items) if matches!(text, "list" | "tuple" | "iter") => {
                            obj.items = items
                        }
                        Some(mut items) if text == "reversed" => {
                            items.reverse();
                            obj.items = items;
                        }
                        _ => {
                            let element = self.element(world, value, false, site);
                            obj.exact = false;
                            obj.rest = if matches!(text, "enumerate" | "zip") {
                                let mut pair = Obj::new(ObjKind::List);
                                pair.items = if text == "enumerate" {
                                    SmallVec::from_slice(&[ValueId::SETTLED, element])
                                } else {
                                    let all: Vec<ValueId> = arguments.values().collect();
                                    all.into_iter()
                                        .map(|v| self.element(world, v, false, site))
                                        .collect()
                                };
                                self.allocate(act, world, site.span, 13, pair)
                            } else {
                                element
                            };
                        }
                    }
                }
                Some(self.allocate(act, world, site.span, 1, obj))
            }
            ("dict", _) => {
                let mut obj = Obj::new(ObjKind::Map);
                if let Some(value) = first {
                    match self
                        .sole_object(value)
                        .and_then(|id| world.heap.get(id))
                        .filter(|o| matches!(o.kind, ObjKind::Map))
                    {
                        Some(map) => obj = map.clone(),
                        None => {
                            obj.rest = self.inside_of(world, value);
                            obj.keys = obj.rest;
                            obj.exact = false;
                        }
                    }
                }
                for (name, value, _) in &arguments.named {
                    obj.set_field(Const::Str(*name), *value);
                }
                Some(self.allocate(act, world, site.span, 1, obj))
            }
            ("getattr", Some(object)) => {
                let key = arguments
                    .at(1)
                    .and_then(|k| self.values.get(k).sole_str())?;
                let found = self.get_member(act, world, object, key, site);
                Some(match arguments.at(2) {
                    Some(default) => self.join(found, default),
                    None => found,
                })
            }
            ("setattr", Some(object)) => {
                let key = arguments
                    .at(1)
                    .and_then(|k| self.values.get(k).sole_str())?;
                let value = arguments.at(2)?;
                self.set_member(act, world, object, key, value, site);
                Some(ValueId::UNKNOWN)
            }
            ("sum", Some(lists)) => {
                // With a start it is the sum of lists.
                let start = arguments.at(1).filter(|v| self.sole_object(*v).is_some())?;
                let list = self.element(world, lists, false, site);
                Some(self.joined_lists(act, world, [start, list], site))
            }
            ("next", Some(value)) => {
                let element = self.element(world, value, false, site);
                Some(match arguments.at(1) {
                    Some(default) => self.join(element, default),
                    None => element,
                })
            }
            (
                "bool" | "hasattr" | "callable" | "issubclass" | "isinstance" | "type" | "id"
                | "hash" | "abs" | "ord" | "range",
                _,
            ) => Some(ValueId::SETTLED),
            ("chr", Some(value)) => {
                let c = self
                    .sole_int(value)
                    .and_then(|i| u32::try_from(i).ok())
                    .and_then(char::from_u32)?;
                let mut buffer = [0; 4];
                Some(self.string(c.encode_utf8(&mut buffer)))
            }
            ("property" | "staticmethod" | "classmethod", Some(value)) => Some(value),
            ("super", _) => act.arguments.at(0),
            _ => None,
        }
    }

    pub(crate) fn map_builtin(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        keeps_result: bool,
        arguments: &Arguments,
        site: Site,
    ) -> Option<ValueId> {
        let (callback, list) = (arguments.at(0)?, arguments.at(1)?);
        let element = self.element(world, list, false, site);
        let result = self
            .call_value(
                act,
                world,
                callback,
                &Arguments::positional(&[element], site.span),
                site,
            )
            .unwrap_or(ValueId::UNKNOWN);
        let mut obj = Obj::new(ObjKind::List);
        obj.exact = false;
        obj.rest = if keeps_result { result } else { element };
        Some(self.allocate(act, world, site.span, 1, obj))
    }
}
