//! Methods of texts, and methods that call a function back.

use shindan_base::Sym;
use smallvec::SmallVec;

use crate::arguments::Arguments;
use crate::heap::ObjKind;
use crate::interpreter::{Activation, Interpreter, Site, World};
use crate::source::StepWord;
use crate::value::{ALL_KINDS, Const, Ref, Taint, Value, ValueId};

impl<'a> Interpreter<'a> {
    /// A method of a text (or of something that may be one); `None` for a method that texts do not have.
    pub(crate) fn text_method(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        receiver: ValueId,
        name: Sym,
        arguments: &Arguments,
        site: Site,
    ) -> Option<ValueId> {
        if self.is_java() {
            return self.java_text_method(world, receiver, name, arguments, site);
        }
        let text = self.sole_str(receiver);
        let first = arguments.at(0);
        let argument = first.and_then(|v| self.sole_str(v));
        let name = if self.is_csharp() {
            self.csharp_text_name(name, arguments)?
        } else {
            name
        };
        let method = self.text_of(name);
        if let Some(text) = text
            && let Some(folded) = self.fold_text(text, method, argument, arguments)
        {
            return Some(folded);
        }
        match method {
            "format" if self.python => {
                if let Some(text) = text {
                    return Some(self.brace_format(world, text, arguments));
                }
            }
            "join"
                if self.python && (text.is_some() || self.values.get(receiver).refs.is_empty()) =>
            {
                let list = first?;
                let exact = self
                    .sole_object(list)
                    .and_then(|id| world.heap.get(id))
                    .filter(|o| {
                        o.exact && o.rest == ValueId::NONE && matches!(o.kind, ObjKind::List)
                    })
                    .map(|o| o.items.to_vec());
                return Some(self.join_texts(world, list, receiver, exact));
            }
            "concat" if !self.python => {
                let mut parts: Vec<ValueId> = vec![receiver];
                parts.extend(arguments.values());
                return Some(self.concat(world, &parts));
            }
            _ => {}
        }
        let known = matches!(
            method,
            "strip"
                | "lstrip"
                | "rstrip"
                | "trim"
                | "trimStart"
                | "trimEnd"
                | "lower"
                | "upper"
                | "toLowerCase"
                | "toUpperCase"
                | "title"
                | "capitalize"
                | "casefold"
                | "swapcase"
                | "replace"
                | "replaceAll"
                | "split"
                | "rsplit"
                | "splitlines"
                | "partition"
                | "rpartition"
                | "encode"
                | "decode"
                | "format"
                | "substring"
                | "substr"
                | "slice"
                | "charAt"
                | "padStart"
                | "padEnd"
                | "zfill"
                | "ljust"
                | "rjust"
                | "center"
                | "repeat"
                | "normalize"
                | "expandtabs"
                | "removeprefix"
                | "removesuffix"
                | "toString"
                | "valueOf"
                | "at"
                | "translate"
                | "hex"
                | "toLocaleLowerCase"
                | "toLocaleUpperCase"
                | "format_map"
        );
        if known {
            let calls_back = |v| !self.python && !self.function_refs(world, v).is_empty();
            if self.values.get(receiver).taint.is_empty()
                && !arguments.values().any(calls_back)
                && arguments
                    .values()
                    .all(|v| self.values.get(v).taint.is_empty())
            {
                let unsettled = arguments
                    .values()
                    .fold(self.values.get(receiver).unsettled, |m, v| {
                        m | self.values.get(v).unsettled
                    });
                return Some(self.values.opaque(unsettled));
            }
            let mut value = Value {
                other: true,
                unsettled: self.values.get(receiver).unsettled,
                ..Value::default()
            };
            value.add_taint(&self.values.get(receiver).taint.clone());
            let mut cleared = 0;
            if matches!(method, "replace" | "replaceAll" | "translate") {
                let replacement = arguments.at(1);
                if let Some(replacement) = replacement {
                    let mut made = replacement;
                    if !self.python && !self.function_refs(world, replacement).is_empty() {
                        let found = Arguments::positional(&[receiver], site.span);
                        let result = self.call_value(act, world, replacement, &found, site);
                        self.last_tells = None;
                        made = result.unwrap_or(ValueId::UNKNOWN);
                    }
                    self.absorb(world, made, &mut value);
                }
                cleared = self.replaced_kinds(method, first, replacement);
            } else {
                for argument in arguments.values().collect::<SmallVec<[ValueId; 4]>>() {
                    if matches!(method, "format" | "padStart" | "padEnd" | "format_map") {
                        self.absorb(world, argument, &mut value);
                    }
                }
            }
            value.taint = self.stepped(&value.taint, site, StepWord::Through(name));
            for t in &mut value.taint {
                t.cleared |= cleared;
            }
            value.unsettled &= !cleared;
            return Some(self.values.add(value));
        }
        let tests = matches!(
            method,
            "startswith"
                | "endswith"
                | "startsWith"
                | "endsWith"
                | "includes"
                | "indexOf"
                | "lastIndexOf"
                | "find"
                | "rfind"
                | "index"
                | "count"
                | "isdigit"
                | "isalpha"
                | "isalnum"
                | "isnumeric"
                | "isdecimal"
                | "islower"
                | "isupper"
                | "isspace"
                | "isidentifier"
                | "localeCompare"
                | "charCodeAt"
                | "codePointAt"
                | "search"
        );
        // `find` of an unknown thing may be a database's.
        if tests
            && (self.python || !matches!(method, "find" | "count" | "search"))
            && first.is_none_or(|v| self.sole_object(v).is_none())
        {
            return Some(ValueId::SETTLED);
        }
        None
    }

    /// Kinds of sink that a replacement makes a text safe for.
    pub(crate) fn replaced_kinds(
        &self,
        method: &str,
        pattern: Option<ValueId>,
        replacement: Option<ValueId>,
    ) -> u64 {
        let kinds = self.models.kinds;
        let Some(pattern) = pattern else { return 0 };
        let (text, global) = match self.values.get(pattern).sole_const() {
            Some(Const::Str(s)) => (
                self.text_of(s),
                self.python || method == "replaceAll" || self.is_java() && method == "replace",
            ),
            // Whether `g` is set is not kept; a pattern that is used for cleaning nearly always has it.
            Some(Const::Regex(s)) => (self.text_of(s), true),
            _ => return 0,
        };
        if !global {
            return 0;
        }
        let is_regex = matches!(self.values.get(pattern).sole_const(), Some(Const::Regex(_)))
            || self.is_java() && method != "replace";
        if is_regex && text.starts_with("[^") && !text.contains("\\S") {
            return ALL_KINDS;
        }
        let mut mask = 0;
        // Taking out one tag leaves the others.
        let is_tag = self.is_csharp() && text.len() > 4;
        if (text.contains('<') || text.contains("&lt")) && !is_tag {
            mask |= kinds.html;
        }
        if text.contains("\n")
            || text.contains("\r")
            || text.contains("\\n")
            || text.contains("\\r")
        {
            mask |= kinds.log | kinds.header;
        }
        let doubled = replacement
            .and_then(|r| self.sole_str(r))
            .is_some_and(|r| r.len() > 1 || r.is_empty());
        if text.contains('\'') && doubled {
            mask |= kinds.sql | kinds.xpath;
        }
        if text.contains("..") && text.contains('/') && is_regex || text == ".." || text == "/" {
            mask |= kinds.path;
        }
        mask
    }

    fn fold_text(
        &mut self,
        text: &str,
        method: &str,
        argument: Option<&str>,
        arguments: &Arguments,
    ) -> Option<ValueId> {
        let int = |this: &Self, i: usize| arguments.at(i).and_then(|v| this.sole_int(v));
        let folded = match (method, argument) {
            ("strip" | "trim", None) if arguments.positional.is_empty() => text.trim().to_owned(),
            ("lstrip" | "trimStart", None) if arguments.positional.is_empty() => {
                text.trim_start().to_owned()
            }
            ("rstrip" | "trimEnd", None) if arguments.positional.is_empty() => {
                text.trim_end().to_owned()
            }
            ("lower" | "toLowerCase" | "casefold", _) => text.to_lowercase(),
            ("upper" | "toUpperCase", _) => text.to_uppercase(),
            ("replace", Some(from)) => {
                let to = arguments.at(1).and_then(|v| self.sole_str(v))?;
                if self.python {
                    text.replace(from, to)
                } else {
                    text.replacen(from, to, 1)
                }
            }
            ("replaceAll", Some(from)) => {
                text.replace(from, arguments.at(1).and_then(|v| self.sole_str(v))?)
            }
            ("toString" | "valueOf", _) => text.to_owned(),
            ("charAt", _) => {
                let i = int(self, 0).unwrap_or(0);
                text.chars()
                    .nth(usize::try_from(i).ok()?)
                    .map(String::from)
                    .unwrap_or_default()
            }
            ("substring" | "slice" | "substr", _) if !self.python => {
                let chars: Vec<char> = text.chars().collect();
                let len = chars.len() as i64;
                let clamp = |i: i64| {
                    (if i < 0 && method == "slice" {
                        i + len
                    } else {
                        i
                    })
                    .clamp(0, len) as usize
                };
                let start = clamp(int(self, 0)?);
                let end = match arguments.at(1) {
                    Some(v) if method == "substr" => clamp(start as i64 + self.sole_int(v)?),
                    Some(v) => clamp(self.sole_int(v)?),
                    None => chars.len(),
                };
                chars.get(start..end)?.iter().collect()
            }
            ("startswith" | "startsWith", Some(prefix)) => {
                return Some(self.boolean(text.starts_with(prefix)));
            }
            ("endswith" | "endsWith", Some(suffix)) => {
                return Some(self.boolean(text.ends_with(suffix)));
            }
            ("includes", Some(part)) => return Some(self.boolean(text.contains(part))),
            ("find" | "indexOf", Some(part)) => {
                let at = text
                    .find(part)
                    .map_or(-1, |i| text[..i].chars().count() as i64);
                return Some(self.constant(Const::Int(at)));
            }
            _ => return None,
        };
        Some(self.string(&folded))
    }

    /// Methods that call their argument with what is inside the receiver.
    pub(crate) fn callback_method(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        receiver: ValueId,
        name: Sym,
        arguments: &Arguments,
        site: Site,
    ) -> Option<ValueId> {
        if self.python {
            return None;
        }
        let name = if self.is_csharp() {
            self.csharp_callback_name(name).unwrap_or(name)
        } else {
            name
        };
        let method = self.text_of(name);
        let callback = arguments.at(0)?;
        let is_function = self.values.get(callback).refs.iter().any(|r| match r {
            Ref::Bound(..) => true,
            Ref::Obj(id) => world
                .heap
                .get(*id)
                .is_some_and(|o| matches!(o.kind, ObjKind::Func { .. })),
            Ref::Api(_) | Ref::Module(_) => false,
        });
        if !is_function {
            return None;
        }
        let call = |this: &mut Self, world: &mut World, callback: ValueId, values: &[ValueId]| {
            let before = world.clone();
            let result = this.call_value(
                act,
                world,
                callback,
                &Arguments::positional(values, site.span),
                site,
            );
            this.last_tells = None;
            let mut joined = before;
            if result.is_some() {
                // The callback may run any number of times, and what it learns holds for its own run only.
                joined.heap.join(&world.heap, &mut this.values, false);
            }
            *world = joined;
            result.unwrap_or(ValueId::NONE)
        };
        match method {
            "then" | "catch" | "finally" => {
                let passed = match method {
                    "then" => vec![receiver],
                    "catch" => {
                        let taint =
                            self.new_taint(shindan_catalogue::SourceKind::Exception, None, site);
                        vec![
                            self.values
                                .tainted(taint.into_iter().collect::<SmallVec<[Taint; 1]>>()),
                        ]
                    }
                    _ => vec![],
                };
                let mut result = call(self, world, callback, &passed);
                if let Some(rejected) = arguments.at(1) {
                    let other = call(self, world, rejected, &[ValueId::UNKNOWN]);
                    result = self.join(result, other);
                }
                Some(if method == "then" {
                    self.known(result)
                } else {
                    self.join(receiver, result)
                })
            }
            "map" | "flatMap" | "forEach" | "filter" | "find" | "findLast" | "some" | "every"
            | "findIndex" | "sort" | "each" => {
                let element = self.element(world, receiver, false, site);
                let passed = if method == "sort" {
                    vec![element, element]
                } else {
                    vec![element, ValueId::UNKNOWN, receiver]
                };
                let result = call(self, world, callback, &passed);
                Some(match method {
                    "map" | "flatMap" => {
                        let flat = if method == "flatMap" {
                            self.element(world, result, false, site)
                        } else {
                            result
                        };
                        let flat = self.known(flat);
                        self.list_of(act, world, flat, site)
                    }
                    "filter" => self.list_of(act, world, element, site),
                    "find" | "findLast" => element,
                    "sort" => receiver,
                    _ => ValueId::UNKNOWN,
                })
            }
            "reduce" | "reduceRight" => {
                let element = self.element(world, receiver, false, site);
                let start = arguments.at(1).unwrap_or(element);
                let once = call(self, world, callback, &[start, element]);
                let accumulated = self.join(start, once);
                let twice = call(self, world, callback, &[accumulated, element]);
                Some(self.join(accumulated, twice))
            }
            "replace" | "replaceAll" => None,
            _ => None,
        }
    }

    pub(crate) fn known(&self, value: ValueId) -> ValueId {
        if value == ValueId::NONE {
            ValueId::UNKNOWN
        } else {
            value
        }
    }
}
