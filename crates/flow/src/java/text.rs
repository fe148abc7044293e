//! Methods of `String`.

use shindan_base::Sym;
use smallvec::SmallVec;

use crate::arguments::Arguments;
use crate::heap::{Obj, ObjKind};
use crate::interpreter::{Interpreter, Site, World};
use crate::source::StepWord;
use crate::value::{Const, Ref, Value, ValueId};

/// Longest text that folding makes.
const MAX_TEXT: usize = 4096;

impl<'a> Interpreter<'a> {
    /// A method of a text, or of something that may be one; `None` for a method that texts do not have.
    pub(crate) fn java_text_method(
        &mut self,
        world: &mut World,
        receiver: ValueId,
        name: Sym,
        arguments: &Arguments,
        site: Site,
    ) -> Option<ValueId> {
        let method = self.text_of(name);
        if let Some(text) = self.sole_str(receiver)
            && let Some(folded) = self.java_fold(text, method, arguments)
        {
            return Some(folded);
        }
        match method {
            "equals"
            | "equalsIgnoreCase"
            | "contentEquals"
            | "compareTo"
            | "compareToIgnoreCase"
            | "hashCode"
            | "length"
            | "isEmpty"
            | "isBlank"
            | "contains"
            | "startsWith"
            | "endsWith"
            | "indexOf"
            | "lastIndexOf"
            | "matches"
            | "regionMatches"
            | "codePointAt"
            | "intValue"
            | "longValue"
            | "doubleValue"
            | "booleanValue"
            | "hasNext"
            | "hasMoreElements"
            | "hasMoreTokens"
            | "getClass" => Some(ValueId::UNKNOWN),
            "concat" => {
                let mut parts: SmallVec<[ValueId; 4]> = SmallVec::from_elem(receiver, 1);
                parts.extend(arguments.values());
                Some(self.concat(world, &parts))
            }
            "formatted" => Some(self.java_format(world, receiver, arguments, 0)),
            "split" => {
                let exact = self.split(receiver, arguments);
                match exact {
                    Some(parts) => {
                        let mut list = Obj::new(ObjKind::List);
                        list.items = parts.iter().map(|part| self.string(part)).collect();
                        let id = self.object(u32::MAX - 5, site.span, 6);
                        world.heap.set(id, list);
                        Some(self.values.reference(Ref::Obj(id)))
                    }
                    None => Some(self.through(world, receiver, &[], name, 0, site)),
                }
            }
            "replace" | "replaceAll" | "replaceFirst" => {
                let replacement = arguments.at(1);
                let cleared = self.replaced_kinds(method, arguments.at(0), replacement);
                let others: SmallVec<[ValueId; 1]> = replacement.into_iter().collect();
                Some(self.through(world, receiver, &others, name, cleared, site))
            }
            "substring" | "subSequence" | "trim" | "strip" | "stripLeading" | "stripTrailing"
            | "stripIndent" | "toLowerCase" | "toUpperCase" | "toString" | "intern" | "repeat"
            | "toCharArray" | "getBytes" | "charAt" | "chars" | "lines" | "translateEscapes"
            | "indent" => Some(self.through(world, receiver, &[], name, 0, site)),
            _ => None,
        }
    }

    /// A new text that is made of the receiver and others.
    fn through(
        &mut self,
        world: &World,
        receiver: ValueId,
        others: &[ValueId],
        name: Sym,
        cleared: u64,
        site: Site,
    ) -> ValueId {
        let mut value = Value {
            other: true,
            ..Value::default()
        };
        for part in std::iter::once(&receiver).chain(others) {
            let data = self.deep_taint(world, *part);
            value.add_taint(&data);
        }
        if value.taint.is_empty() {
            return ValueId::UNKNOWN;
        }
        value.taint = self.stepped(&value.taint, site, StepWord::Through(name));
        for taint in &mut value.taint {
            taint.cleared |= cleared;
        }
        self.values.add(value)
    }

    /// A value as text: constants fold, anything else keeps its data.
    pub(crate) fn java_text_of(&mut self, world: &World, value: ValueId) -> ValueId {
        let known = self.values.get(value);
        if let Some(text) = known.sole_const().and_then(|c| self.const_text(c)) {
            return self.string(&text);
        }
        if known.refs.is_empty() {
            return value;
        }
        let taint = self.deep_taint(world, value);
        self.values.tainted(taint)
    }

    /// The parts of a constant text at a separator that is no pattern.
    fn split(&self, receiver: ValueId, arguments: &Arguments) -> Option<Vec<String>> {
        let text = self.sole_str(receiver)?;
        let separator = arguments.at(0).and_then(|v| self.sole_str(v))?;
        if arguments.positional.len() > 1 {
            return None;
        }
        let plain = match separator.strip_prefix('\\') {
            Some(escaped) if escaped.len() == 1 && !escaped.starts_with(char::is_alphanumeric) => {
                escaped
            }
            Some(_) => return None,
            None if separator
                .contains(['.', '|', '*', '+', '?', '(', '[', '{', '^', '$', '\\']) =>
            {
                return None;
            }
            None => separator,
        };
        let mut parts: Vec<String> = text.split(plain).map(str::to_owned).collect();
        while parts.len() > 1 && parts.last().is_some_and(String::is_empty) {
            parts.pop();
        }
        (parts.len() <= self.limits.elements && !plain.is_empty()).then_some(parts)
    }

    fn java_fold(&mut self, text: &str, method: &str, arguments: &Arguments) -> Option<ValueId> {
        let int = |this: &Self, i: usize| {
            arguments
                .at(i)
                .and_then(|v| this.sole_int(v))
                .and_then(|n| usize::try_from(n).ok())
        };
        let string = |this: &Self, i: usize| arguments.at(i).and_then(|v| this.sole_str(v));
        let chars = || text.chars().collect::<Vec<char>>();
        let folded: String = match method {
            "equals" | "contentEquals" => return Some(self.boolean(text == string(self, 0)?)),
            "equalsIgnoreCase" => {
                let same = text.to_lowercase() == string(self, 0)?.to_lowercase();
                return Some(self.boolean(same));
            }
            "compareTo" => {
                let order = text.cmp(string(self, 0)?) as i64;
                return Some(self.constant(Const::Int(order)));
            }
            "length" => {
                let length = text.encode_utf16().count() as i64;
                return Some(self.constant(Const::Int(length)));
            }
            "isEmpty" => return Some(self.boolean(text.is_empty())),
            "isBlank" => return Some(self.boolean(text.trim().is_empty())),
            "contains" => return Some(self.boolean(text.contains(string(self, 0)?))),
            "startsWith" if arguments.positional.len() == 1 => {
                return Some(self.boolean(text.starts_with(string(self, 0)?)));
            }
            "endsWith" => return Some(self.boolean(text.ends_with(string(self, 0)?))),
            "indexOf" | "lastIndexOf" if arguments.positional.len() == 1 => {
                let part = string(self, 0)?;
                let at = if method == "indexOf" {
                    text.find(part)
                } else {
                    text.rfind(part)
                };
                let at = at.map_or(-1, |at| text[..at].encode_utf16().count() as i64);
                return Some(self.constant(Const::Int(at)));
            }
            "charAt" => chars().get(int(self, 0)?)?.to_string(),
            "substring" | "subSequence" => {
                let chars = chars();
                let end = match arguments.at(1) {
                    Some(_) => int(self, 1)?,
                    None => chars.len(),
                };
                chars.get(int(self, 0)?..end)?.iter().collect()
            }
            "trim" | "strip" => text.trim().to_owned(),
            "stripLeading" => text.trim_start().to_owned(),
            "stripTrailing" => text.trim_end().to_owned(),
            "toLowerCase" => text.to_lowercase(),
            "toUpperCase" => text.to_uppercase(),
            "toString" | "intern" => text.to_owned(),
            "concat" => format!("{text}{}", string(self, 0)?),
            "repeat" => {
                let count = int(self, 0)?;
                (text.len().checked_mul(count)? <= MAX_TEXT).then(|| text.repeat(count))?
            }
            "replace" => text.replace(string(self, 0)?, string(self, 1)?),
            "replaceAll" | "replaceFirst" => {
                let pattern = string(self, 0)?;
                let is_plain = pattern
                    .chars()
                    .all(|c| c.is_alphanumeric() || matches!(c, ' ' | '_' | '-' | '/' | ','));
                let with =
                    string(self, 1).filter(|with| is_plain && !with.contains(['$', '\\']))?;
                if method == "replaceAll" {
                    text.replace(pattern, with)
                } else {
                    text.replacen(pattern, with, 1)
                }
            }
            _ => return None,
        };
        (folded.len() <= MAX_TEXT).then(|| self.string(&folded))
    }

    /// `String.format`: the texts around plain `%s` and `%d`, and what is put there. `skip` is how many arguments come
    /// before those of the format.
    pub(crate) fn java_format(
        &mut self,
        world: &World,
        format: ValueId,
        arguments: &Arguments,
        skip: usize,
    ) -> ValueId {
        let mut values: SmallVec<[ValueId; 4]> = arguments
            .positional
            .iter()
            .skip(skip)
            .map(|(value, _)| *value)
            .collect();
        // One array stands for all arguments.
        if let [only] = values.as_slice()
            && let Some(list) = self.sole_object(*only).and_then(|id| world.heap.get(id))
            && matches!(list.kind, ObjKind::List)
            && list.exact
        {
            values = list.items.iter().copied().collect();
        }
        let mut parts: Vec<ValueId> = Vec::new();
        let Some(text) = self.sole_str(format) else {
            parts.push(format);
            parts.extend(values);
            return self.concat(world, &parts);
        };
        let mut next = 0;
        let mut rest = text;
        while let Some(at) = rest.find('%') {
            let (before, after) = rest.split_at(at);
            let length = after[1..]
                .find(|c: char| c.is_ascii_alphabetic() || c == '%')
                .map_or(after.len(), |end| end + 2);
            let (spec, after) = after.split_at(length);
            if !before.is_empty() {
                let literal = self.string(before);
                parts.push(literal);
            }
            let which = spec[1..].split_once('$').and_then(|(n, _)| n.parse().ok());
            match spec.bytes().last() {
                Some(b'%') => parts.push(self.string("%")),
                Some(b'n') => parts.push(self.string("\n")),
                Some(conversion) => {
                    let at = match which {
                        Some(n) => usize::saturating_sub(n, 1),
                        None => {
                            next += 1;
                            next - 1
                        }
                    };
                    let value = values.get(at).copied().unwrap_or(ValueId::UNKNOWN);
                    // Numbers have no room for harmful text.
                    parts.push(if matches!(conversion, b's' | b'S' | b'c' | b'C') {
                        value
                    } else {
                        ValueId::UNKNOWN
                    });
                }
                None => {}
            }
            rest = after;
        }
        if !rest.is_empty() || parts.is_empty() {
            let literal = self.string(rest);
            parts.push(literal);
        }
        self.concat(world, &parts)
    }
}
