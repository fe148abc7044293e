//! Static functions of .NET, and methods of texts.

use shindan_base::Sym;
use smallvec::SmallVec;

use crate::arguments::Arguments;
use crate::heap::{Obj, ObjKind};
use crate::interpreter::{Activation, Interpreter, Site, World};
use crate::value::{Const, ValueId};

/// The engine's name of a text's method.
pub(super) fn text_method_name(method: &str) -> Option<&'static str> {
    Some(match method {
        "ToUpper" | "ToUpperInvariant" => "toUpperCase",
        "ToLower" | "ToLowerInvariant" => "toLowerCase",
        "Trim" => "trim",
        "TrimStart" => "trimStart",
        "TrimEnd" => "trimEnd",
        "Replace" => "replaceAll",
        "Substring" => "substr",
        "Split" => "split",
        "PadLeft" => "padStart",
        "PadRight" => "padEnd",
        "Normalize" => "normalize",
        "Insert" | "Remove" | "ToCharArray" | "GetString" => "slice",
        "ToString" | "Clone" => "toString",
        "StartsWith" => "startsWith",
        "EndsWith" => "endsWith",
        "Contains" => "includes",
        "IndexOf" => "indexOf",
        "LastIndexOf" => "lastIndexOf",
        "IndexOfAny" | "CompareTo" | "GetHashCode" => "localeCompare",
        _ => return None,
    })
}

impl<'a> Interpreter<'a> {
    /// The engine's name of a method that texts have, as it is called here.
    pub(crate) fn csharp_text_name(&mut self, name: Sym, arguments: &Arguments) -> Option<Sym> {
        let method = self.text_of(name);
        // A format or a culture turns other things into text, too; `IsMatch` and the like are no text's methods.
        if method == "ToString" && arguments.positional.len() > 1 {
            return None;
        }
        text_method_name(method).map(|own| self.sym(own))
    }

    pub(super) fn csharp_function(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        class: &str,
        method: &str,
        arguments: &Arguments,
        site: Site,
    ) -> Option<ValueId> {
        let first = arguments.at(0);
        match (class, method) {
            ("string" | "String", "Format") => {
                // A culture may come first.
                let has_culture = first.is_some_and(|v| self.sole_str(v).is_none())
                    && arguments.at(1).is_some_and(|v| self.sole_str(v).is_some())
                    && first.is_some_and(|v| self.values.get(v).taint.is_empty());
                Some(self.csharp_format(world, arguments, usize::from(has_culture)))
            }
            ("string" | "String", "Concat") => {
                let mut parts: Vec<ValueId> = arguments.values().collect();
                if let [only] = parts.as_slice()
                    && let Some(items) = self.csharp_items(world, *only)
                {
                    parts = items.to_vec();
                }
                let mut texts = Vec::new();
                for part in parts {
                    texts.push(self.csharp_text_of(world, part));
                }
                Some(self.concat(world, &texts))
            }
            ("string" | "String", "Join") => {
                let separator = first?;
                let mut items: Vec<ValueId> = arguments.values().skip(1).collect();
                if let [only] = items.as_slice() {
                    let only = *only;
                    match self.csharp_items(world, only) {
                        Some(known) => items = known.to_vec(),
                        None => return Some(self.join_texts(world, only, separator, None)),
                    }
                }
                Some(self.join_texts(world, ValueId::SETTLED, separator, Some(items)))
            }
            ("string" | "String", "Copy" | "Intern") | ("Convert", "ToString") => {
                Some(self.csharp_text_of(world, first?))
            }
            ("string" | "String", "IsNullOrEmpty" | "IsNullOrWhiteSpace") => {
                let known = self.values.get(first?).sole_const();
                Some(match known {
                    Some(Const::Str(text)) => {
                        let text = self.text_of(text);
                        let is_blank = method == "IsNullOrWhiteSpace" && text.trim().is_empty();
                        self.boolean(text.is_empty() || is_blank)
                    }
                    Some(Const::Null) => self.boolean(true),
                    _ => ValueId::SETTLED,
                })
            }
            ("string" | "String", "Equals" | "Compare" | "CompareOrdinal") => {
                Some(ValueId::SETTLED)
            }
            (
                "int" | "Int32" | "long" | "Int64" | "short" | "Int16" | "Convert",
                "Parse" | "ToInt32" | "ToInt64" | "ToInt16",
            ) => {
                let known = self.values.get(first?).sole_const()?;
                let number = match known {
                    Const::Str(text) => self.text_of(text).trim().parse().ok()?,
                    Const::Int(number) => number,
                    _ => return None,
                };
                Some(self.constant(Const::Int(number)))
            }
            ("bool" | "Boolean" | "Convert", "Parse" | "ToBoolean") => {
                let known = self.values.get(first?).sole_const()?;
                match known {
                    Const::Str(text) => {
                        let is_true = self.text_of(text).eq_ignore_ascii_case("true");
                        Some(self.boolean(is_true))
                    }
                    Const::Bool(known) => Some(self.boolean(known)),
                    _ => None,
                }
            }
            ("Math", "Abs" | "Max" | "Min") => {
                let a = self.sole_int(first?)?;
                let b = arguments.at(1).and_then(|v| self.sole_int(v));
                let result = match (method, b) {
                    ("Abs", None) => a.checked_abs()?,
                    ("Max", Some(b)) => a.max(b),
                    ("Min", Some(b)) => a.min(b),
                    _ => return None,
                };
                Some(self.constant(Const::Int(result)))
            }
            // The bytes of a constant are as constant as it is.
            ("Encoding", "GetBytes" | "GetString") | ("Convert", "FromBase64String") => {
                let known = self.values.get(first?).sole_const()?;
                Some(self.constant(known))
            }
            ("Task" | "ValueTask", "FromResult")
            | ("Array", "AsReadOnly")
            | ("Interlocked" | "Volatile", "Read") => first,
            ("Task", "Run") | ("Lazy", "Create") => {
                let function = first?;
                let none = Arguments::default();
                self.call_value(act, world, function, &none, site)
            }
            ("Task", "WhenAll" | "WhenAny") => match arguments.positional.len() {
                1 => first,
                _ => Some(self.csharp_list(act, world, arguments, site)),
            },
            (
                "Tuple" | "ValueTuple" | "KeyValuePair" | "ImmutableArray" | "ImmutableList",
                "Create",
            ) => Some(self.csharp_list(act, world, arguments, site)),
            ("Array" | "Enumerable", "Empty") => {
                Some(self.csharp_list(act, world, &Arguments::default(), site))
            }
            _ => None,
        }
    }

    /// A format with numbered holes, from the argument `at` on.
    pub(super) fn csharp_format(
        &mut self,
        world: &World,
        arguments: &Arguments,
        at: usize,
    ) -> ValueId {
        let Some(format) = arguments.at(at) else {
            return ValueId::UNKNOWN;
        };
        let mut values: SmallVec<[ValueId; 4]> = arguments.values().skip(at + 1).collect();
        if let [only] = values.as_slice()
            && let Some(items) = self.csharp_items(world, *only)
        {
            values = items;
        }
        let mut parts: Vec<ValueId> = Vec::new();
        let Some(text) = self.sole_str(format) else {
            parts.push(format);
            parts.extend(values);
            return self.concat(world, &parts);
        };
        let mut literal = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            literal.push_str(&rest[..at]);
            let sign = rest.as_bytes().get(at).copied();
            let behind = &rest[at + 1..];
            if behind.as_bytes().first().copied() == sign {
                literal.push(if sign == Some(b'{') { '{' } else { '}' });
                rest = &behind[1..];
                continue;
            }
            let Some((hole, after)) = behind.split_once('}').filter(|_| sign == Some(b'{')) else {
                rest = behind;
                continue;
            };
            let digits = hole.split([',', ':']).next().unwrap_or(hole).trim();
            if !literal.is_empty() {
                parts.push(self.string(&literal));
                literal.clear();
            }
            let value = digits
                .parse::<usize>()
                .ok()
                .and_then(|n| values.get(n).copied());
            parts.push(match value {
                Some(value) => self.csharp_text_of(world, value),
                None => ValueId::UNKNOWN,
            });
            rest = after;
        }
        literal.push_str(rest);
        if !literal.is_empty() || parts.is_empty() {
            parts.push(self.string(&literal));
        }
        self.concat(world, &parts)
    }

    /// A new list of the arguments.
    pub(super) fn csharp_list(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        arguments: &Arguments,
        site: Site,
    ) -> ValueId {
        let mut obj = Obj::new(ObjKind::List);
        obj.items = arguments.positional.iter().map(|(v, _)| *v).collect();
        if obj.items.len() > self.limits.elements {
            obj.blur_items(&mut self.values);
        }
        self.allocate(act, world, site.span, 1, obj)
    }

    /// The elements of a list, if all are known.
    pub(super) fn csharp_items(
        &self,
        world: &World,
        list: ValueId,
    ) -> Option<SmallVec<[ValueId; 4]>> {
        let obj = world.heap.get(self.sole_object(list)?)?;
        let is_known = obj.exact
            && obj.rest == ValueId::NONE
            && matches!(obj.kind, ObjKind::List | ObjKind::Set);
        is_known.then(|| obj.items.iter().copied().collect())
    }
}
