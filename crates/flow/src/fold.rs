//! Operators and pure functions on constants, and the texts that they build.

use shindan_base::Sym;
use shindan_program::ir::{BinaryOp, CompareOp, Reg, UnaryOp};
use smallvec::SmallVec;

use crate::api::{ApiId, Edge};
use crate::arguments::Arguments;
use crate::heap::{Obj, ObjKind};
use crate::interpreter::{Activation, Interpreter, Site, State, World};
use crate::text::{MAX_PARTS, Part, TextId};
use crate::value::{Const, Ref, Value, ValueId};

/// Longest constant text that folding makes.
const MAX_TEXT: usize = 4096;

impl<'a> Interpreter<'a> {
    pub(crate) fn unary(&mut self, world: &World, op: UnaryOp, operand: ValueId) -> ValueId {
        match op {
            UnaryOp::Not => match self.truth(world, operand) {
                Some(b) => self.boolean(!b),
                None => ValueId::UNKNOWN,
            },
            UnaryOp::Minus => match self.values.get(operand).sole_const() {
                Some(Const::Int(i)) => self.constant(Const::Int(i.wrapping_neg())),
                Some(Const::Float(bits)) => {
                    self.constant(Const::Float((-f64::from_bits(bits)).to_bits()))
                }
                _ => ValueId::UNKNOWN,
            },
            UnaryOp::Plus => match self.values.get(operand).sole_const() {
                Some(Const::Int(i)) => self.constant(Const::Int(i)),
                _ => ValueId::UNKNOWN,
            },
            UnaryOp::Invert | UnaryOp::TypeOf | UnaryOp::Delete => ValueId::UNKNOWN,
            UnaryOp::Void => self.constant(Const::Undefined),
        }
    }

    pub(crate) fn binary(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        op: BinaryOp,
        left: ValueId,
        right: ValueId,
        augmented: bool,
        site: Site,
    ) -> ValueId {
        if let Some(folded) = self.fold_numbers(op, left, right) {
            return folded;
        }
        if op == BinaryOp::Add {
            let lists = [left, right].map(|v| {
                self.sole_object(v).filter(|id| {
                    world
                        .heap
                        .get(*id)
                        .is_some_and(|o| matches!(o.kind, ObjKind::List))
                })
            });
            if let [Some(a), _] = lists {
                if augmented {
                    let element = self.element(world, right, false, site);
                    let exact = lists[1]
                        .and_then(|b| world.heap.get(b))
                        .filter(|b| b.exact && b.rest == ValueId::NONE)
                        .map(|b| b.items.clone());
                    if let Some(obj) = world.heap.change(a) {
                        match exact {
                            Some(items) if obj.exact => obj.items.extend(items),
                            _ => {
                                obj.blur_items(&mut self.values);
                                obj.rest = self.values.join(obj.rest, element);
                            }
                        }
                    }
                    return left;
                }
                return self.joined_lists(act, world, [left, right], site);
            }
            if lists[1].is_some() && self.python {
                return self.joined_lists(act, world, [left, right], site);
            }
            return self.concat(world, &[left, right]);
        }
        if op == BinaryOp::Mod
            && self.python
            && (self
                .values
                .get(left)
                .consts
                .iter()
                .any(|c| matches!(c, Const::Str(_)))
                || !self.values.get(left).taint.is_empty())
        {
            return self.percent_format(world, left, right);
        }
        if matches!(op, BinaryOp::Div)
            && self
                .values
                .get(left)
                .refs
                .iter()
                .any(|r| !matches!(r, Ref::Module(_)))
            && self.python
        {
            // `pathlib` joins paths by `/`.
            let mut value = self.values.get(left).clone();
            let data = self.deep_taint(world, right);
            value.add_taint(&data);
            return self.values.add(value);
        }
        // Arithmetic on text gives a number; what a source holds may still be chosen.
        let mut value = Value {
            other: true,
            ..Value::default()
        };
        if op == BinaryOp::Mod
            || op == BinaryOp::Mul
            || op == BinaryOp::Div
            || op == BinaryOp::BitOr
        {
            for side in [left, right] {
                let data = self.deep_taint(world, side);
                value.add_taint(&data);
            }
        }
        if op != BinaryOp::BitOr && !self.python {
            value.taint.clear();
        }
        self.values.add(value)
    }

    fn joined_lists(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        sides: [ValueId; 2],
        site: Site,
    ) -> ValueId {
        let mut obj = Obj::new(ObjKind::List);
        for side in sides {
            match self
                .sole_object(side)
                .and_then(|id| world.heap.get(id))
                .filter(|o| o.exact && o.rest == ValueId::NONE)
            {
                Some(list) => obj.items.extend(list.items.iter().copied()),
                None => {
                    let element = self.element(world, side, false, site);
                    obj.rest = self.join(obj.rest, element);
                    obj.exact = false;
                }
            }
        }
        if !obj.exact || obj.items.len() > self.limits.elements {
            obj.blur_items(&mut self.values);
        }
        self.allocate(act, world, site.span, 12, obj)
    }

    fn fold_numbers(&mut self, op: BinaryOp, left: ValueId, right: ValueId) -> Option<ValueId> {
        let (Const::Int(a), Const::Int(b)) = (
            self.values.get(left).sole_const()?,
            self.values.get(right).sole_const()?,
        ) else {
            return None;
        };
        let result = match op {
            BinaryOp::Add => a.checked_add(b)?,
            BinaryOp::Sub => a.checked_sub(b)?,
            BinaryOp::Mul => a.checked_mul(b)?,
            BinaryOp::Div if self.python || b == 0 || a % b != 0 => {
                return if b == 0 {
                    None
                } else {
                    Some(self.constant(Const::Float((a as f64 / b as f64).to_bits())))
                };
            }
            BinaryOp::Div => a / b,
            BinaryOp::FloorDiv => a.checked_div_euclid(b).filter(|_| b > 0)?,
            BinaryOp::Mod if self.python => a.checked_rem_euclid(b).filter(|_| b > 0)?,
            BinaryOp::Mod => a.checked_rem(b)?,
            BinaryOp::Pow => a.checked_pow(u32::try_from(b).ok()?)?,
            BinaryOp::Shl => a.checked_shl(u32::try_from(b).ok()?)?,
            BinaryOp::Shr => a.checked_shr(u32::try_from(b).ok()?)?,
            BinaryOp::BitAnd => a & b,
            BinaryOp::BitOr => a | b,
            BinaryOp::BitXor => a ^ b,
            BinaryOp::MatMul | BinaryOp::UShr => return None,
        };
        Some(self.constant(Const::Int(result)))
    }

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
            let data = self.deep_taint(world, *part);
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
    fn percent_format(&mut self, world: &World, format: ValueId, args: ValueId) -> ValueId {
        let items: Vec<ValueId> = match self.sole_object(args).and_then(|id| world.heap.get(id)) {
            Some(list) if matches!(list.kind, ObjKind::List) && list.exact => list.items.to_vec(),
            _ => vec![args],
        };
        let Some(text) = self.sole_str(format) else {
            return self.concat(world, &[format, args]);
        };
        let mut parts: Vec<ValueId> = Vec::new();
        let mut rest = text;
        let mut next = items.iter();
        while let Some(i) = rest.find('%') {
            let (before, after) = rest.split_at(i);
            if after.starts_with("%%") {
                let literal = self.string(&format!("{before}%"));
                parts.push(literal);
                rest = &after[2..];
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
                ValueId::UNKNOWN
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
            if after.starts_with("{{") {
                let brace = self.string("{");
                parts.push(brace);
                rest = &after[2..];
                continue;
            }
            let end = after.find('}').unwrap_or(after.len() - 1);
            let field = &after[1..end.max(1)];
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

    pub(crate) fn compare(
        &mut self,
        act: &Activation<'a>,
        state: &State,
        op: CompareOp,
        left: (ValueId, Reg),
        right: (ValueId, Reg),
        site: Site,
    ) -> ValueId {
        let (l, r) = (left.0, right.0);
        if matches!(
            op,
            CompareOp::Eq | CompareOp::NotEq | CompareOp::StrictEq | CompareOp::StrictNotEq
        ) {
            let spans = [
                self.operand_span(act, left.1, site),
                self.operand_span(act, right.1, site),
            ];
            self.with_view(act, &state.world, |o, v| {
                o.equality(v, (l, spans[0]), (r, spans[1]), site)
            });
        }
        let (a, b) = (
            self.values.get(l).sole_const(),
            self.values.get(r).sole_const(),
        );
        let answer = match op {
            CompareOp::Eq | CompareOp::StrictEq | CompareOp::Is => self.equal_consts(l, r),
            CompareOp::NotEq | CompareOp::StrictNotEq | CompareOp::IsNot => {
                self.equal_consts(l, r).map(|e| !e)
            }
            CompareOp::Lt => order(a, b).map(|o| o.is_lt()),
            CompareOp::LtEq => order(a, b).map(|o| o.is_le()),
            CompareOp::Gt => order(a, b).map(|o| o.is_gt()),
            CompareOp::GtEq => order(a, b).map(|o| o.is_ge()),
            CompareOp::In => self.is_in(&state.world, l, r),
            CompareOp::NotIn => self.is_in(&state.world, l, r).map(|e| !e),
            CompareOp::InstanceOf => None,
        };
        match answer {
            Some(b) => self.boolean(b),
            None => ValueId::UNKNOWN,
        }
    }

    /// Where an operand stands: the name of a variable inside the comparison's text, or where its register was written.
    fn operand_span(&self, act: &Activation<'a>, reg: Reg, site: Site) -> shindan_base::Span {
        if let Some(name) = self.register_name(act, reg) {
            let text = self
                .source_texts
                .get(&site.file)
                .map_or("", |t| site.span.slice(t));
            if let Some(at) = text.find(self.text_of(name)) {
                let start = site.span.start + at as u32;
                return shindan_base::Span::new(start, start + self.text_of(name).len() as u32);
            }
        }
        let inside = |span: shindan_base::Span| {
            span.start >= site.span.start && span.end <= site.span.end && span != site.span
        };
        let written = act
            .ir
            .blocks
            .get(self.block)
            .into_iter()
            .flat_map(|b| &b.insts)
            .filter(|i| i.dst == Some(reg))
            .last();
        written
            .map(|i| i.span)
            .filter(|s| inside(*s))
            .unwrap_or(site.span)
    }

    fn equal_consts(&self, left: ValueId, right: ValueId) -> Option<bool> {
        let (l, r) = (self.values.get(left), self.values.get(right));
        if let (Some(a), Some(b)) = (l.sole_const(), r.sole_const()) {
            return match (a, b) {
                (Const::Null | Const::Undefined, Const::Null | Const::Undefined) => Some(true),
                (Const::Float(_), _) | (_, Const::Float(_)) => None,
                (Const::Int(x), Const::Bool(y)) | (Const::Bool(y), Const::Int(x))
                    if self.python =>
                {
                    Some(x == i64::from(y))
                }
                _ => Some(a == b),
            };
        }
        // Constants on one side, none of them the other: certainly different.
        if !l.other
            && !r.other
            && l.refs.is_empty()
            && r.refs.is_empty()
            && !l.consts.is_empty()
            && !r.consts.is_empty()
        {
            let disjoint = l
                .consts
                .iter()
                .all(|c| !r.consts.contains(c) && !matches!(c, Const::Float(_) | Const::Bool(_)));
            return disjoint.then_some(false);
        }
        // An object is not null.
        for (thing, null) in [(l, r), (r, l)] {
            let is_null = matches!(null.sole_const(), Some(Const::Null | Const::Undefined));
            if is_null
                && !thing.other
                && thing.consts.is_empty()
                && !thing.refs.is_empty()
                && thing.refs.iter().all(|r| !matches!(r, Ref::Api(_)))
                && thing.taint.is_empty()
            {
                return Some(false);
            }
        }
        None
    }

    fn is_in(&self, world: &World, needle: ValueId, haystack: ValueId) -> Option<bool> {
        let needle = self.values.get(needle).sole_const()?;
        if let (Const::Str(n), Some(h)) = (needle, self.sole_str(haystack)) {
            return Some(h.contains(self.text_of(n)));
        }
        let obj = world.heap.get(self.sole_object(haystack)?)?;
        if !obj.exact || obj.rest != ValueId::NONE {
            return None;
        }
        match obj.kind {
            ObjKind::Map => Some(obj.field(needle).is_some()),
            ObjKind::List | ObjKind::Set => {
                let items: Option<Vec<Const>> = obj
                    .items
                    .iter()
                    .map(|i| self.values.get(*i).sole_const())
                    .collect();
                items.map(|i| i.contains(&needle))
            }
            _ => None,
        }
    }

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
                let taint = self.deep_taint(world, value);
                let mut taint = self.stepped(&taint, site, crate::source::StepWord::Through(name));
                let clears = self.rows.nodes.get(&node).map_or(0, |m| m.clears);
                for t in &mut taint {
                    t.cleared |= clears;
                }
                Some(self.values.add(Value {
                    taint,
                    other: true,
                    text,
                    ..Value::default()
                }))
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
                Some(length.map_or(ValueId::UNKNOWN, |l| self.constant(Const::Int(l))))
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
                                    SmallVec::from_slice(&[ValueId::UNKNOWN, element])
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
                            let taint = self.deep_taint(world, value);
                            obj.rest = self.values.tainted(taint);
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
                    Some(default) if found == ValueId::UNKNOWN => self.join(found, default),
                    _ => found,
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
            ("next", Some(value)) => Some(self.element(world, value, false, site)),
            (
                "bool" | "hasattr" | "callable" | "issubclass" | "isinstance" | "type" | "id"
                | "hash" | "abs" | "ord" | "range",
                _,
            ) => Some(ValueId::UNKNOWN),
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

    fn map_builtin(
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

    /// Functions of JavaScript's own that the engine knows better than a row can say.
    pub(crate) fn javascript_builtin(
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
        let name = self.text_of(name);
        let first = arguments.at(0);
        if parent == ApiId::ROOT {
            return match (name, first) {
                ("String", Some(value)) => {
                    if let Some(text) = self
                        .values
                        .get(value)
                        .sole_const()
                        .and_then(|c| self.const_text(c))
                    {
                        return Some(self.string(&text));
                    }
                    let mut known = self.values.get(value).clone();
                    known.taint = self.deep_taint(world, value);
                    known.refs.clear();
                    known.consts.clear();
                    known.other = true;
                    for t in &mut known.taint {
                        t.cleared |= self.models.kinds.nosql;
                    }
                    Some(self.values.add(known))
                }
                ("Array" | "Map" | "Set" | "WeakMap" | "WeakSet", _) => {
                    let mut obj = Obj::new(match name {
                        "Array" => ObjKind::List,
                        "Map" | "WeakMap" => ObjKind::Map,
                        _ => ObjKind::Set,
                    });
                    if let Some(value) = first {
                        if name == "Set" {
                            let items = self
                                .sole_object(value)
                                .and_then(|id| world.heap.get(id))
                                .filter(|o| o.exact && o.rest == ValueId::NONE)
                                .map(|o| o.items.clone());
                            match items {
                                Some(items) => obj.items = items,
                                None => {
                                    obj.rest = self.element(world, value, false, site);
                                    obj.exact = false;
                                }
                            }
                        } else {
                            let taint = self.deep_taint(world, value);
                            obj.rest = self.values.tainted(taint);
                            obj.exact = false;
                        }
                    } else if name != "Array" && obj.exact {
                        obj.exact = true;
                    }
                    Some(self.allocate(act, world, site.span, 1, obj))
                }
                ("Promise", Some(executor)) => {
                    // The executor's first parameter passes the value on; what it is called with is not told apart.
                    let value = self.promise_value(act, world, executor, site);
                    Some(value)
                }
                _ => None,
            };
        }
        let (above, Edge::Name(holder)) = self.apis.parent(parent) else {
            return None;
        };
        if above != ApiId::ROOT {
            return None;
        }
        match (self.text_of(holder), name, first) {
            ("Object", "assign", Some(target)) => {
                for source in arguments
                    .positional
                    .iter()
                    .skip(1)
                    .map(|(v, _)| *v)
                    .collect::<Vec<_>>()
                {
                    let fields = self
                        .sole_object(source)
                        .and_then(|id| world.heap.get(id))
                        .map(|o| (o.fields.clone(), o.rest));
                    match fields {
                        Some((fields, rest)) => {
                            for (key, value) in fields {
                                if let Const::Str(key) = key {
                                    self.set_member(act, world, target, key, value, site);
                                }
                            }
                            if rest != ValueId::NONE {
                                self.put_inside(world, target, rest);
                            }
                        }
                        None => {
                            let taint = self.deep_taint(world, source);
                            let data = self.values.tainted(taint);
                            self.put_inside(world, target, data);
                        }
                    }
                }
                Some(target)
            }
            ("Object", "freeze" | "seal" | "preventExtensions", Some(value))
            | ("Promise", "resolve", Some(value))
            | ("Array", "from", Some(value)) => Some(value),
            ("Object", "keys" | "getOwnPropertyNames", Some(value)) => {
                let keys = self.element(world, value, true, site);
                let mut obj = Obj::new(ObjKind::List);
                obj.exact = false;
                obj.rest = keys;
                Some(self.allocate(act, world, site.span, 1, obj))
            }
            ("Object", "values", Some(value)) => {
                let element = self.element(world, value, false, site);
                let mut obj = Obj::new(ObjKind::List);
                obj.exact = false;
                obj.rest = element;
                Some(self.allocate(act, world, site.span, 1, obj))
            }
            ("Object", "entries", Some(value)) => {
                let (key, element) = (
                    self.element(world, value, true, site),
                    self.element(world, value, false, site),
                );
                let mut pair = Obj::new(ObjKind::List);
                pair.items = SmallVec::from_slice(&[key, element]);
                let pair = self.allocate(act, world, site.span, 13, pair);
                let mut obj = Obj::new(ObjKind::List);
                obj.exact = false;
                obj.rest = pair;
                Some(self.allocate(act, world, site.span, 1, obj))
            }
            ("Object", "create", _) => {
                Some(self.allocate(act, world, site.span, 1, Obj::new(ObjKind::Map)))
            }
            ("Array", "of", _) => {
                let mut obj = Obj::new(ObjKind::List);
                obj.items = arguments.positional.iter().map(|(v, _)| *v).collect();
                Some(self.allocate(act, world, site.span, 1, obj))
            }
            ("Promise", "all" | "allSettled" | "race" | "any", Some(value)) => {
                Some(if matches!(name, "race" | "any") {
                    self.element(world, value, false, site)
                } else {
                    value
                })
            }
            ("JSON", "parse", Some(value)) => {
                let taint = self.deep_taint(world, value);
                let mut taint = self.stepped(
                    &taint,
                    site,
                    crate::source::StepWord::Through(self.names.intern("JSON.parse")),
                );
                for t in &mut taint {
                    t.cleared &= !self.models.kinds.nosql;
                }
                Some(self.values.tainted(taint))
            }
            ("JSON", "stringify", Some(value)) => {
                let taint = self.deep_taint(world, value);
                let mut taint = self.stepped(
                    &taint,
                    site,
                    crate::source::StepWord::Through(self.names.intern("JSON.stringify")),
                );
                for t in &mut taint {
                    t.cleared |= self.models.kinds.nosql;
                }
                Some(self.values.tainted(taint))
            }
            _ => None,
        }
    }

    fn promise_value(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        executor: ValueId,
        site: Site,
    ) -> ValueId {
        let taint_before = ValueId::UNKNOWN;
        let result = self.call_value(act, world, executor, &Arguments::unknown(), site);
        let _ = taint_before;
        self.last_tells = None;
        result.map_or(ValueId::UNKNOWN, |_| ValueId::UNKNOWN)
    }
}

fn order(a: Option<Const>, b: Option<Const>) -> Option<std::cmp::Ordering> {
    let number = |c| match c {
        Const::Int(i) => Some(i as f64),
        Const::Float(bits) => Some(f64::from_bits(bits)),
        _ => None,
    };
    number(a?)?.partial_cmp(&number(b?)?)
}
