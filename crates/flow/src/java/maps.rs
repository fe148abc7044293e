//! Maps and properties.

use shindan_base::Sym;
use smallvec::SmallVec;

use crate::arguments::Arguments;
use crate::heap::{Obj, ObjId, ObjKind};
use crate::interpreter::{Activation, Interpreter, Site, World};
use crate::source::StepWord;
use crate::value::{Const, Ref, ValueId};

impl<'a> Interpreter<'a> {
    pub(super) fn java_map_method(
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
        let key_value = arguments.at(0);
        let key = key_value.and_then(|v| self.values.get(v).sole_const());
        match method {
            "put" | "setProperty" | "putIfAbsent" | "replace" => {
                let old = self.map_entry(world, id, key);
                let index = key_value?;
                let value = arguments.at(arguments.positional.len().checked_sub(1)?)?;
                let value = self.step_value(value, site, StepWord::Stored);
                let sole = method != "putIfAbsent" || old.is_none();
                self.store_element(world, id, key, index, value, sole);
                Some(old.unwrap_or(ValueId::UNKNOWN))
            }
            "get" | "getProperty" | "getString" | "getOrDefault" | "remove"
            | "computeIfPresent" => {
                let found = match self.map_entry(world, id, key) {
                    Some(found) => found,
                    None => self.missing(world, id, key, arguments.at(1)),
                };
                if method == "remove" {
                    self.delete(world, this, key_value?);
                }
                Some(found)
            }
            "computeIfAbsent" | "compute" | "merge" => {
                let old = self.map_entry(world, id, key);
                let function = arguments.at(arguments.positional.len().checked_sub(1)?)?;
                if let (Some(old), "computeIfAbsent") = (old, method) {
                    return Some(old);
                }
                let before = old.unwrap_or(ValueId::UNKNOWN);
                let given = match method {
                    "computeIfAbsent" => SmallVec::<[ValueId; 2]>::from_slice(&[key_value?]),
                    "compute" => SmallVec::from_slice(&[key_value?, before]),
                    _ => SmallVec::from_slice(&[before, arguments.at(1)?]),
                };
                let mut value = self.call_back(act, world, function, &given, site);
                if method == "merge" {
                    value = self.join(value, arguments.at(1)?);
                }
                self.store_element(world, id, key, key_value?, value, true);
                Some(value)
            }
            "containsKey" => {
                let obj = world.heap.get(id)?;
                Some(match key {
                    Some(key) if obj.exact && obj.rest == ValueId::NONE => {
                        let has = obj.field(key).is_some();
                        self.boolean(has)
                    }
                    _ => ValueId::UNKNOWN,
                })
            }
            "putAll" => {
                let from = key_value?;
                let source = self
                    .sole_object(from)
                    .and_then(|id| world.heap.get(id))
                    .filter(|o| matches!(o.kind, ObjKind::Map))
                    .cloned();
                let unknown = match source {
                    Some(_) => ValueId::NONE,
                    None => self.element(world, from, false, site),
                };
                let obj = world.heap.change(id)?;
                match source {
                    Some(source) => {
                        for (key, value) in source.fields {
                            obj.set_field(key, value);
                        }
                        obj.rest = self.values.join(obj.rest, source.rest);
                        obj.exact &= source.exact;
                    }
                    None => {
                        obj.rest = self.values.join(obj.rest, unknown);
                        obj.exact = false;
                    }
                }
                Some(ValueId::UNKNOWN)
            }
            "keySet" | "keys" | "propertyNames" | "stringPropertyNames" | "navigableKeySet" => {
                let mut list = Obj::new(ObjKind::List);
                let obj = world.heap.get(id)?;
                let (keys, more) = (obj.fields.clone(), obj.keys);
                list.exact = obj.exact;
                let is_open = !obj.exact || obj.rest != ValueId::NONE;
                for (key, _) in keys {
                    list.items.push(self.constant(key));
                }
                if is_open {
                    list.rest = self.join(more, ValueId::UNKNOWN);
                    list.blur_items(&mut self.values);
                }
                Some(self.allocate(act, world, site.span, 11, list))
            }
            "values" | "elements" => {
                let mut list = Obj::new(ObjKind::List);
                let obj = world.heap.get(id)?;
                list.items = obj.fields.iter().map(|(_, value)| *value).collect();
                list.rest = obj.rest;
                if !obj.exact || obj.rest != ValueId::NONE {
                    list.blur_items(&mut self.values);
                }
                Some(self.allocate(act, world, site.span, 11, list))
            }
            "entrySet" | "descendingMap" => {
                let key = self.element(world, this, true, site);
                let value = self.element_values(world, id);
                let mut pair = Obj::new(ObjKind::List);
                let known = |v| {
                    if v == ValueId::NONE {
                        ValueId::UNKNOWN
                    } else {
                        v
                    }
                };
                pair.items = SmallVec::from_slice(&[known(key), known(value)]);
                let pair = self.allocate(act, world, site.span, 13, pair);
                Some(self.list_of(act, world, pair, site))
            }
            "forEach" | "replaceAll" => {
                let key = self.element(world, this, true, site);
                let value = self.element(world, this, false, site);
                let result = self.call_back(act, world, key_value?, &[key, value], site);
                if method == "replaceAll" {
                    let obj = world.heap.change(id)?;
                    obj.fields.clear();
                    (obj.rest, obj.exact) = (result, false);
                }
                Some(ValueId::UNKNOWN)
            }
            "size" => {
                let obj = world.heap.get(id)?;
                let is_known = obj.exact && obj.rest == ValueId::NONE;
                let count = obj.fields.len() as i64;
                Some(if is_known {
                    self.constant(Const::Int(count))
                } else {
                    ValueId::UNKNOWN
                })
            }
            "isEmpty" => {
                let obj = world.heap.get(id)?;
                let is_known = obj.exact && obj.rest == ValueId::NONE;
                let is_empty = obj.fields.is_empty();
                Some(if is_known {
                    self.boolean(is_empty)
                } else {
                    ValueId::UNKNOWN
                })
            }
            "containsValue" | "contains" | "equals" | "hashCode" => Some(ValueId::UNKNOWN),
            "clear" => {
                let obj = world.heap.change(id)?;
                obj.fields.clear();
                (obj.rest, obj.keys, obj.exact) = (ValueId::NONE, ValueId::NONE, true);
                Some(ValueId::UNKNOWN)
            }
            "clone" => {
                let copy = world.heap.get(id)?.clone();
                Some(self.allocate(act, world, site.span, 11, copy))
            }
            "load" | "loadFromXML" => {
                let from = key_value?;
                self.load_properties(world, id, from);
                Some(ValueId::UNKNOWN)
            }
            "toString" => {
                let taint = self.deep_taint(world, this);
                Some(self.values.tainted(taint))
            }
            _ => None,
        }
    }

    fn map_entry(&self, world: &World, id: ObjId, key: Option<Const>) -> Option<ValueId> {
        world.heap.get(id)?.field(key?)
    }

    /// What a map holds under a key that it is not known to have.
    fn missing(
        &mut self,
        world: &World,
        id: ObjId,
        key: Option<Const>,
        default: Option<ValueId>,
    ) -> ValueId {
        let Some(obj) = world.heap.get(id) else {
            return ValueId::UNKNOWN;
        };
        if key.is_some() && obj.exact && obj.rest == ValueId::NONE {
            return default.unwrap_or_else(|| self.constant(Const::Null));
        }
        let known = if key.is_some() {
            obj.rest
        } else {
            self.element_values(world, id)
        };
        let known = self.join(known, ValueId::UNKNOWN);
        match default {
            Some(default) => self.join(known, default),
            None => known,
        }
    }

    /// `properties.load(stream)`: what the file says if the artifact holds it, else anything that the stream gives.
    pub(super) fn load_properties(&mut self, world: &mut World, id: ObjId, from: ValueId) {
        let text = self.resource_text(world, from);
        let taint = self.deep_taint(world, from);
        let unknown = self.values.tainted(taint);
        let entries: Vec<(ValueId, ValueId)> = match text {
            Some(text) => properties(text)
                .into_iter()
                .map(|(key, value)| (self.string(&key), self.string(&value)))
                .collect(),
            None => Vec::new(),
        };
        let is_known = text.is_some();
        for (key, value) in entries {
            let index = self.values.get(key).sole_const();
            self.store_element(world, id, index, key, value, true);
        }
        if let Some(obj) = world.heap.change(id)
            && !is_known
        {
            obj.rest = self.values.join(obj.rest, unknown);
            obj.exact = false;
        }
    }
}

/// The entries of a properties file.
fn properties(text: &str) -> Vec<(String, String)> {
    let mut entries = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let mut line = line.trim_start().to_owned();
        if line.is_empty() || line.starts_with(['#', '!']) {
            continue;
        }
        while line.ends_with('\\') && !line.ends_with("\\\\") {
            line.pop();
            match lines.next() {
                Some(next) => line.push_str(next.trim_start()),
                None => break,
            }
        }
        let end = line.find(['=', ':', ' ', '\t']).unwrap_or(line.len());
        let (key, value) = line.split_at(end);
        let value = value.trim_start();
        let value = value.strip_prefix(['=', ':']).unwrap_or(value).trim_start();
        // Escapes beyond those of separators are rare and told from nothing here.
        entries.push((key.replace('\\', ""), value.replace("\\\\", "\\")));
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_files_are_read() {
        let text = "# a\n! b\nkey = value \nother:1\n  third  word\nlong=a,\\\n   b\nempty\n";
        let found = properties(text);
        let found: Vec<(&str, &str)> = found.iter().map(|(k, v)| (&**k, &**v)).collect();
        assert_eq!(
            found,
            [
                ("key", "value "),
                ("other", "1"),
                ("third", "word"),
                ("long", "a,b"),
                ("empty", "")
            ]
        );
    }
}
