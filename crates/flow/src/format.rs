//! Texts that are put together, with what is known of their parts.

use crate::arguments::Arguments;
use crate::heap::ObjKind;
use crate::interpreter::{Interpreter, World};
use crate::text::{MAX_PARTS, Part, TextId};
use crate::value::{Const, Value, ValueId};
use shindan_base::Sym;
use shindan_source::Family;
use smallvec::SmallVec;

/// Longest constant text that folding makes.
const MAX_TEXT: usize = 4096;

impl<'a> Interpreter<'a> {
    pub(crate) fn const_text(&self, constant: Const) -> Option<String> {
        Some(match constant {
            Const::Str(s) | Const::Bytes(s) => self.text_of(s).to_owned(),
            Const::Int(i) => i.to_string(),
            Const::Bool(b) if self.python => {
                if b {
                    "True".into()
                } else {
                    "False".into()
                }
            }
            Const::Bool(b) => b.to_string(),
            Const::Null if self.python => "None".into(),
            Const::Null | Const::Undefined if self.family == Family::Ruby => String::new(),
            Const::Null => "null".into(),
            Const::Undefined => "undefined".into(),
            Const::Float(_) | Const::Regex(_) => return None,
        })
    }

    /// Joins texts: constants fold, and the sequence of literals and holes is kept.
    pub(crate) fn concat(&mut self, world: &World, parts: &[ValueId]) -> ValueId {
        let constants: Option<Vec<Const>> = parts
            .iter()
            .map(|p| self.values.get(*p).sole_const())
            .collect();
        if let Some(text) = constants
            .and_then(|c| {
                c.into_iter()
                    .map(|c| self.const_text(c))
                    .collect::<Option<String>>()
            })
            .filter(|t| t.len() <= MAX_TEXT)
        {
            let bytes = self.python
                && parts
                    .iter()
                    .all(|p| matches!(self.values.get(*p).sole_const(), Some(Const::Bytes(_))));
            let sym = self.sym(&text);
            return self.constant(if bytes {
                Const::Bytes(sym)
            } else {
                Const::Str(sym)
            });
        }
        let mut value = Value {
            other: true,
            ..Value::default()
        };
        let mut text: SmallVec<[Part; 4]> = SmallVec::new();
        for part in parts {
            let mut inside = Value::default();
            self.absorb(world, *part, &mut inside);
            let (data, unsettled) = (inside.taint, inside.unsettled);
            let known = self.values.get(*part);
            let mut pieces: SmallVec<[Part; 4]> = SmallVec::new();
            if known.text != TextId::NONE {
                pieces.extend(self.texts.get(known.text).iter().copied());
            } else if let Some(constant) = known.sole_const().and_then(|c| self.const_text(c)) {
                let sym = self.names.intern(&constant);
                pieces.push(Part::Literal(sym));
            } else {
                pieces.push(Part::Hole {
                    tainted: !data.is_empty(),
                });
            }
            value.add_taint(&data);
            value.unsettled |= unsettled;
            for piece in pieces {
                if text.len() >= MAX_PARTS {
                    break;
                }
                match (text.last_mut(), piece) {
                    (Some(Part::Literal(before)), Part::Literal(after)) => {
                        let joined = format!("{}{}", self.text_of(*before), self.text_of(after));
                        *before = self.names.intern(joined.get(..MAX_TEXT).unwrap_or(&joined));
                    }
                    _ => text.push(piece),
                }
            }
        }
        value.text = self.texts.add(text);
        self.values.add(value)
    }

    /// Python `"…%s…" % args`.
    pub(crate) fn percent_format(
        &mut self,
        world: &World,
        format: ValueId,
        args: ValueId,
    ) -> ValueId {
        let items: Vec<ValueId> = match self.sole_object(args).and_then(|id| world.heap.get(id)) {
            Some(list) if matches!(list.kind, ObjKind::List) && list.exact => list.items.to_vec(),
            _ => vec![args],
        };
        let by_name = |text: &&str| {
            self.family == Family::Ruby && (text.contains("%{") || text.contains("%<"))
        };
        let Some(text) = self.sole_str(format).filter(|text| !by_name(text)) else {
            return self.concat(world, &[format, args]);
        };
        let mut parts: Vec<ValueId> = Vec::new();
        let mut rest = text;
        let mut next = items.iter();
        while let Some(i) = rest.find('%') {
            let (before, after) = rest.split_at(i);
            if let Some(after) = after.strip_prefix("%%") {
                let literal = self.string(&format!("{before}%"));
                parts.push(literal);
                rest = after;
                continue;
            }
            let end = after[1..]
                .find(|c: char| c.is_ascii_alphabetic())
                .map_or(after.len(), |e| {
                    let e = e + 1;
                    // `%(name)s`: the conversion stands after the bracket.
                    if after.as_bytes().get(1) == Some(&b'(') {
                        after.find(')').map_or(e, |c| {
                            after[c..]
                                .find(|ch: char| ch.is_ascii_alphabetic())
                                .map_or(e, |x| c + x)
                        })
                    } else {
                        e
                    }
                });
            let literal = self.string(before);
            parts.push(literal);
            let is_number = matches!(
                after.as_bytes().get(end),
                Some(b'd' | b'i' | b'f' | b'x' | b'o' | b'u' | b'e' | b'g')
            );
            let argument = next.next().copied().unwrap_or(args);
            parts.push(if is_number {
                ValueId::SETTLED
            } else {
                argument
            });
            rest = after.get(end + 1..).unwrap_or("");
        }
        let literal = self.string(rest);
        parts.push(literal);
        self.concat(world, &parts)
    }

    /// `"…{}…".format(args)`.
    pub(crate) fn brace_format(
        &mut self,
        world: &World,
        format: &str,
        arguments: &Arguments,
    ) -> ValueId {
        let mut parts: Vec<ValueId> = Vec::new();
        let mut rest = format;
        let mut position = 0;
        while let Some(i) = rest.find('{') {
            let (before, after) = rest.split_at(i);
            let literal = self.string(before);
            parts.push(literal);
            if let Some(after) = after.strip_prefix("{{") {
                let brace = self.string("{");
                parts.push(brace);
                rest = after;
                continue;
            }
            let Some(end) = after.find('}') else { break };
            let field = &after[1..end];
            let name = field.split(['.', '[', ':', '!']).next().unwrap_or("");
            let value = if name.is_empty() {
                position += 1;
                arguments.at(position - 1)
            } else if let Ok(i) = name.parse::<usize>() {
                arguments.at(i)
            } else {
                self.names.get(name).and_then(|n| arguments.named(n))
            };
            parts.push(
                value
                    .or(arguments.spread)
                    .or(arguments.spread_map)
                    .unwrap_or(ValueId::UNKNOWN),
            );
            rest = &after[end + 1..];
        }
        let literal = self.string(&rest.replace("}}", "}"));
        parts.push(literal);
        self.concat(world, &parts)
    }

    pub(crate) fn index_text(&mut self, text: Sym, index: ValueId) -> Option<ValueId> {
        let text = self.text_of(text);
        let i = self.sole_int(index)?;
        let count = text.chars().count() as i64;
        let i = if i < 0 && self.python { i + count } else { i };
        let c = text.chars().nth(usize::try_from(i).ok()?)?;
        let mut buffer = [0; 4];
        Some(self.string(c.encode_utf8(&mut buffer)))
    }
}
