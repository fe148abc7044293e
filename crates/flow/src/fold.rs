//! Operators and pure functions on constants, and the texts that they build.

use shindan_program::ir::{BinaryOp, CompareOp, Reg, UnaryOp};
use shindan_source::Family;

use crate::heap::{Obj, ObjKind};
use crate::interpreter::{Activation, Interpreter, Site, State, World};
use crate::value::{Const, Ref, Value, ValueId};

impl<'a> Interpreter<'a> {
    pub(crate) fn unary(&mut self, world: &World, op: UnaryOp, operand: ValueId) -> ValueId {
        match op {
            UnaryOp::Not => match self.truth(world, operand) {
                Some(b) => self.boolean(!b),
                None => ValueId::SETTLED,
            },
            UnaryOp::Minus => match self.values.get(operand).sole_const() {
                Some(Const::Int(i)) => self.constant(Const::Int(i.wrapping_neg())),
                Some(Const::Float(bits)) => {
                    self.constant(Const::Float((-f64::from_bits(bits)).to_bits()))
                }
                _ => ValueId::SETTLED,
            },
            UnaryOp::Plus => match self.values.get(operand).sole_const() {
                Some(Const::Int(i)) => self.constant(Const::Int(i)),
                _ => ValueId::SETTLED,
            },
            UnaryOp::Invert | UnaryOp::TypeOf | UnaryOp::Delete => ValueId::SETTLED,
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
            if lists[1].is_some() && (self.python || self.family == Family::Ruby) {
                return self.joined_lists(act, world, [left, right], site);
            }
            return self.concat(world, &[left, right]);
        }
        if op == BinaryOp::Mod
            && (self.python || self.family == Family::Ruby)
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
            self.absorb(world, right, &mut value);
            return self.values.add(value);
        }
        let is_set = |id| {
            world
                .heap
                .get(id)
                .is_some_and(|o| matches!(o.kind, ObjKind::Set))
        };
        if self.python && self.sole_object(left).is_some_and(is_set) {
            // Union, difference and the like of sets: elements of either.
            let mut obj = Obj::new(ObjKind::Set);
            obj.exact = false;
            for side in [left, right] {
                let element = self.element(world, side, false, site);
                obj.rest = self.join(obj.rest, element);
            }
            return self.allocate(act, world, site.span, 12, obj);
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
                self.absorb(world, side, &mut value);
            }
        }
        let multiplies_text = self.family == Family::Ruby && op == BinaryOp::Mul;
        if op != BinaryOp::BitOr && !self.python && !multiplies_text {
            value.taint.clear();
            value.unsettled = 0;
        }
        self.values.add(value)
    }

    pub(crate) fn joined_lists(
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

    pub(crate) fn fold_numbers(
        &mut self,
        op: BinaryOp,
        left: ValueId,
        right: ValueId,
    ) -> Option<ValueId> {
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
            BinaryOp::Div if matches!(self.family, Family::Java | Family::CSharp) => {
                a.checked_div(b)?
            }
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
            None => ValueId::SETTLED,
        }
    }

    /// Where an operand stands: the name of a variable inside the comparison's text, or where its register was written.
    pub(crate) fn operand_span(
        &self,
        act: &Activation<'a>,
        reg: Reg,
        site: Site,
    ) -> shindan_base::Span {
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
            .rfind(|i| i.dst == Some(reg));
        written
            .map(|i| i.span)
            .filter(|s| inside(*s))
            .unwrap_or(site.span)
    }

    pub(crate) fn equal_consts(&self, left: ValueId, right: ValueId) -> Option<bool> {
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

    pub(crate) fn is_in(&self, world: &World, needle: ValueId, haystack: ValueId) -> Option<bool> {
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
}

fn order(a: Option<Const>, b: Option<Const>) -> Option<std::cmp::Ordering> {
    let number = |c| match c {
        Const::Int(i) => Some(i as f64),
        Const::Float(bits) => Some(f64::from_bits(bits)),
        _ => None,
    };
    number(a?)?.partial_cmp(&number(b?)?)
}
