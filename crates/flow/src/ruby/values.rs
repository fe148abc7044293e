//! Ruby's own strings, arrays and hashes.

use shindan_base::Sym;
use smallvec::SmallVec;

use crate::api::{ApiId, Edge};
use crate::arguments::Arguments;
use crate::heap::{Obj, ObjId, ObjKind};
use crate::interpreter::{Activation, Interpreter, Site, World};
use crate::source::StepWord;
use crate::value::{ALL_KINDS, Const, Ref, Value, ValueId};

impl<'a> Interpreter<'a> {
    /// Methods that the language itself defines; `None` for any other method.
    pub(crate) fn ruby_method(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        receiver: ValueId,
        name: Sym,
        arguments: &Arguments,
        site: Site,
    ) -> Option<ValueId> {
        if let Some(found) = self.yielding_method(act, world, receiver, name, arguments, site) {
            return Some(found);
        }
        let object = self.sole_object(receiver).and_then(|id| {
            let kind = &world.heap.get(id)?.kind;
            match kind {
                ObjKind::List | ObjKind::Set => Some((id, true)),
                ObjKind::Map => Some((id, false)),
                _ => None,
            }
        });
        match object {
            Some((id, true)) => self.ruby_list_method(act, world, id, name, arguments, site),
            Some((id, false)) => self.ruby_hash_method(act, world, id, name, arguments, site),
            None => self.ruby_text_method(act, world, receiver, name, arguments, site),
        }
    }

    fn ruby_list_method(
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
        let delegate = |this: &Self, name: &str| this.sym(name);
        match method {
            "<<" | "append" | "push" => {
                let push = delegate(self, "push");
                self.list_method(act, world, id, push, arguments, site);
                Some(this)
            }
            "prepend" | "unshift" => {
                let unshift = delegate(self, "unshift");
                self.list_method(act, world, id, unshift, arguments, site);
                Some(this)
            }
            "concat" | "merge" => {
                let extend = delegate(self, "extend");
                self.list_method(act, world, id, extend, arguments, site)
            }
            "join" => {
                let separator = match arguments.at(0) {
                    Some(separator) => separator,
                    None => self.string(""),
                };
                let obj = world.heap.get(id)?;
                let exact = obj.exact && obj.rest == ValueId::NONE;
                let items = exact.then(|| obj.items.to_vec());
                Some(self.join_texts(world, this, separator, items))
            }
            "first" | "last" if arguments.positional.is_empty() => {
                let obj = world.heap.get(id)?;
                let item = if method == "first" {
                    obj.items.first()
                } else {
                    obj.items.last()
                };
                match item {
                    Some(item) if obj.exact && obj.rest == ValueId::NONE => Some(*item),
                    _ => Some(self.element(world, this, false, site)),
                }
            }
            "sample" | "min" | "max" | "sum" | "inject" | "reduce" => {
                Some(self.element(world, this, false, site))
            }
            "fetch" | "dig" | "at" => self.ruby_dig(act, world, this, method, arguments, site),
            "first" | "last" | "take" | "drop" | "flatten" | "compact" | "uniq" | "reverse"
            | "sort" | "shuffle" | "rotate" | "to_a" | "to_ary" | "entries" | "dup" | "clone"
            | "each" | "map" | "each_with_index" | "select" | "values_at" | "lazy" | "compact!"
            | "flatten!" | "uniq!" | "reverse!" | "sort!" | "difference" | "intersection"
            | "each_slice" | "to_set" | "in_groups_of" | "collect" | "reject" | "filter"
            | "compact_blank" | "each_entry" | "without" | "excluding" | "freeze" => {
                let mut copy = world.heap.get(id)?.clone();
                let keeps_order = matches!(
                    method,
                    "to_a"
                        | "to_ary"
                        | "entries"
                        | "dup"
                        | "clone"
                        | "each"
                        | "map"
                        | "freeze"
                        | "each_with_index"
                        | "collect"
                );
                if !keeps_order {
                    copy.blur_items(&mut self.values);
                    if matches!(method, "flatten" | "flatten!") {
                        let inner = self.element(world, copy.rest, false, site);
                        copy.rest = self.join(copy.rest, inner);
                    }
                }
                if keeps_order && method != "dup" && method != "clone" {
                    return Some(this);
                }
                Some(self.allocate(act, world, site.span, 11, copy))
            }
            "zip" => {
                let own = self.element(world, this, false, site);
                let mut pair = Obj::new(ObjKind::List);
                pair.items.push(own);
                for other in arguments.values().collect::<SmallVec<[ValueId; 4]>>() {
                    let element = self.element(world, other, false, site);
                    pair.items.push(element);
                }
                let pair = self.allocate(act, world, site.span, 13, pair);
                Some(self.list_of(act, world, pair, site))
            }
            "to_h" => {
                let pair = self.element(world, this, false, site);
                let mut obj = Obj::new(ObjKind::Map);
                obj.exact = false;
                obj.rest = self.unpack(act, world, pair, 1, site);
                Some(self.allocate(act, world, site.span, 11, obj))
            }
            "include?" | "member?" => {
                let has = delegate(self, "includes");
                self.list_method(act, world, id, has, arguments, site)
            }
            "length" | "size" | "count" if arguments.positional.is_empty() => {
                let obj = world.heap.get(id)?;
                let exact = obj.exact && obj.rest == ValueId::NONE;
                let length = obj.items.len() as i64;
                Some(if exact {
                    self.constant(Const::Int(length))
                } else {
                    ValueId::UNKNOWN
                })
            }
            _ => None,
        }
    }

    fn ruby_hash_method(
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
        match method {
            "fetch" | "dig" => self.ruby_dig(act, world, this, method, arguments, site),
            "store" | "[]=" => {
                let (key, value) = (arguments.at(0)?, arguments.at(1)?);
                self.set_index(act, world, this, key, value, None, site);
                Some(value)
            }
            "merge" | "reverse_merge" | "deep_merge" | "merge!" | "update" | "deep_merge!"
            | "reverse_merge!" | "with_defaults" => {
                let changes = method == "update" || method.ends_with('!');
                let target = if changes {
                    id
                } else {
                    let copy = world.heap.get(id)?.clone();
                    let copied = self.allocate(act, world, site.span, 11, copy);
                    self.sole_object(copied)?
                };
                let update = self.sym("update");
                self.map_method(act, world, target, update, arguments, site);
                Some(self.values.reference(Ref::Obj(target)))
            }
            "delete" => {
                let key = arguments.at(0)?;
                let found = self.get_index(act, world, this, key, site);
                if let Some(key) = self.values.get(key).sole_const() {
                    world.heap.change(id)?.fields.retain(|(k, _)| *k != key);
                }
                Some(found)
            }
            "slice" | "only" => {
                let obj = world.heap.get(id)?;
                let keys: Option<Vec<Const>> = arguments
                    .values()
                    .map(|v| self.values.get(v).sole_const())
                    .collect();
                let mut copy = obj.clone();
                match keys {
                    Some(keys) => copy.fields.retain(|(k, _)| keys.contains(k)),
                    None => copy.exact = false,
                }
                Some(self.allocate(act, world, site.span, 11, copy))
            }
            "except" | "without" => {
                let mut copy = world.heap.get(id)?.clone();
                let keys: Vec<Const> = arguments
                    .values()
                    .filter_map(|v| self.values.get(v).sole_const())
                    .collect();
                copy.fields.retain(|(k, _)| !keys.contains(k));
                Some(self.allocate(act, world, site.span, 11, copy))
            }
            "values_at" | "values" | "to_a" | "sort" | "max_by" | "sum" => {
                let element = self.element_values(world, id);
                Some(self.list_of(act, world, element, site))
            }
            "dup"
            | "clone"
            | "to_h"
            | "to_hash"
            | "compact"
            | "symbolize_keys"
            | "deep_symbolize_keys"
            | "stringify_keys"
            | "deep_stringify_keys"
            | "with_indifferent_access"
            | "deep_dup"
            | "compact_blank"
            | "compact!"
            | "freeze"
            | "each"
            | "map"
            | "each_with_index"
            | "lazy" => {
                if matches!(method, "dup" | "clone" | "deep_dup") {
                    let copy = world.heap.get(id)?.clone();
                    return Some(self.allocate(act, world, site.span, 11, copy));
                }
                Some(this)
            }
            "key?" | "has_key?" | "include?" | "member?" => {
                let has = self.sym("has");
                self.map_method(act, world, id, has, arguments, site)
            }
            _ => None,
        }
    }

    /// `fetch(key, default)` and `dig(key, key…)`.
    fn ruby_dig(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        receiver: ValueId,
        method: &str,
        arguments: &Arguments,
        site: Site,
    ) -> Option<ValueId> {
        let keys: SmallVec<[ValueId; 4]> = arguments.positional.iter().map(|(v, _)| *v).collect();
        let (first, rest) = keys.split_first()?;
        let mut found = self.get_index(act, world, receiver, *first, site);
        for key in rest {
            found = if method == "dig" {
                self.get_index(act, world, found, *key, site)
            } else {
                self.join(found, *key)
            };
        }
        Some(found)
    }

    fn ruby_text_method(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        receiver: ValueId,
        name: Sym,
        arguments: &Arguments,
        site: Site,
    ) -> Option<ValueId> {
        let known = self.values.get(receiver).clone();
        let method = self.text_of(name);
        let is_thing = !known.refs.is_empty();
        let text = self.sole_str(receiver);
        match method {
            "dig" | "fetch" if arguments.at(0).is_some() => {
                return self.ruby_dig(act, world, receiver, method, arguments, site);
            }
            "to_s" | "to_sym" | "to_str" | "itself" | "dup" | "clone" | "b" | "scrub"
            | "force_encoding" | "encode" | "unicode_normalize" | "html_safe?" | "presence"
            | "intern" | "-@" | "+@" | "to_json_raw" => {
                if is_thing && !matches!(method, "itself" | "dup" | "clone" | "presence") {
                    if known.taint.is_empty() {
                        return None;
                    }
                    return Some(self.values.tainted(known.taint));
                }
                if let Some(Const::Int(number)) = known.sole_const() {
                    return Some(self.string(&number.to_string()));
                }
                return Some(receiver);
            }
            "<<" | "concat" | "prepend" | "insert" if !is_thing => {
                let mut parts: SmallVec<[ValueId; 4]> = SmallVec::from_elem(receiver, 1);
                let added = arguments.positional.iter().map(|(v, _)| *v);
                parts.extend(added.skip(usize::from(method == "insert")));
                if method == "prepend" {
                    parts.rotate_left(1);
                }
                return Some(self.concat(world, &parts));
            }
            "replace" if !is_thing => return arguments.at(0),
            _ => {}
        }
        let plain = method.strip_suffix('!').unwrap_or(method);
        if text.is_none() && method.ends_with('?') && method.len() > 1 {
            // What asks a question answers it with a truth value.
            return Some(ValueId::UNKNOWN);
        }
        if let Some(text) = text
            && let Some(folded) = fold(text, plain, arguments.at(0).and_then(|v| self.sole_str(v)))
        {
            return Some(match folded {
                Folded::Text(text) => self.string(&text),
                Folded::Truth(truth) => self.boolean(truth),
            });
        }
        let is_text = matches!(
            plain,
            "strip"
                | "lstrip"
                | "rstrip"
                | "chomp"
                | "chop"
                | "chomp_"
                | "upcase"
                | "downcase"
                | "capitalize"
                | "swapcase"
                | "squeeze"
                | "reverse"
                | "center"
                | "ljust"
                | "rjust"
                | "succ"
                | "squish"
                | "titleize"
                | "titlecase"
                | "humanize"
                | "underscore"
                | "camelize"
                | "camelcase"
                | "classify"
                | "pluralize"
                | "singularize"
                | "dasherize"
                | "demodulize"
                | "tableize"
                | "truncate"
                | "unpack1"
                | "undump"
                | "delete_prefix"
                | "delete_suffix"
                | "delete"
                | "tr"
                | "tr_s"
                | "gsub"
                | "sub"
                | "slice"
                | "byteslice"
                | "strip_heredoc"
                | "indent"
        );
        let is_list = matches!(
            plain,
            "split" | "lines" | "chars" | "scan" | "partition" | "rpartition" | "bytes" | "unpack"
        );
        if !is_text && !is_list || is_thing && known.taint.is_empty() {
            return None;
        }
        // A record's `delete` and the like of something that carries no data are not those of a text.
        if known.taint.is_empty() && known.consts.is_empty() && known.text == Value::default().text
        {
            if matches!(plain, "delete" | "slice" | "reverse") {
                return None;
            }
            if !matches!(plain, "gsub" | "sub") {
                return Some(if is_list {
                    self.list_of(act, world, ValueId::UNKNOWN, site)
                } else {
                    ValueId::UNKNOWN
                });
            }
        }
        let mut value = Value {
            other: true,
            ..Value::default()
        };
        value.add_taint(&known.taint);
        let mut cleared = 0;
        if matches!(plain, "gsub" | "sub" | "tr" | "tr_s" | "delete") {
            let (pattern, replacement) = (arguments.at(0), arguments.at(1));
            if let Some(replacement) = replacement {
                let data = self.deep_taint(world, replacement);
                value.add_taint(&data);
            }
            let set = pattern.and_then(|p| self.sole_str(p));
            cleared = match plain {
                "gsub" => self.replaced_kinds("replaceAll", pattern, replacement),
                "delete" | "tr" if set.is_some_and(|set| set.starts_with('^')) => ALL_KINDS,
                "delete" => self.replaced_kinds("replaceAll", pattern, replacement),
                _ => 0,
            };
        }
        value.taint = self.stepped(&value.taint, site, StepWord::Through(name));
        if cleared == ALL_KINDS {
            value.taint.clear();
        }
        for t in &mut value.taint {
            t.cleared |= cleared;
        }
        let value = self.values.add(value);
        Some(if is_list {
            self.list_of(act, world, value, site)
        } else {
            value
        })
    }

    /// `object[key]` of a library thing that has a method of that name: Sequel's databases.
    pub(crate) fn index_method(&mut self, world: &World, object: ValueId) -> SmallVec<[ApiId; 1]> {
        let Some(index) = self.names.get("[]") else {
            return SmallVec::new();
        };
        let refs = &self.values.get(object).refs;
        refs.iter()
            .filter_map(|r| match r {
                Ref::Api(node) => Some(*node),
                Ref::Obj(id) => world.heap.get(*id).and_then(|o| o.api),
                Ref::Module(_) | Ref::Bound(..) => None,
            })
            .filter_map(|node| self.apis.known_child(node, Edge::Name(index)))
            .collect()
    }
}

enum Folded {
    Text(String),
    Truth(bool),
}

fn fold(text: &str, method: &str, argument: Option<&str>) -> Option<Folded> {
    Some(match (method, argument) {
        ("strip", None) => Folded::Text(text.trim().to_owned()),
        ("lstrip", None) => Folded::Text(text.trim_start().to_owned()),
        ("rstrip", None) => Folded::Text(text.trim_end().to_owned()),
        ("chomp", None) => Folded::Text(text.trim_end_matches(['\r', '\n']).to_owned()),
        ("upcase", None) => Folded::Text(text.to_uppercase()),
        ("downcase", None) => Folded::Text(text.to_lowercase()),
        ("start_with?", Some(part)) => Folded::Truth(text.starts_with(part)),
        ("end_with?", Some(part)) => Folded::Truth(text.ends_with(part)),
        ("include?", Some(part)) => Folded::Truth(text.contains(part)),
        ("empty?", None) => Folded::Truth(text.is_empty()),
        _ => return None,
    })
}
