//! Runs a function: its blocks in order, each with the joined states of the edges that reach it.

use std::collections::BTreeSet;
use std::rc::Rc;

use shindan_base::{Span, Sym};
use shindan_catalogue::SourceKind;
use shindan_program::ir::{self, Block, BlockId, Inst, MapEntry, Op, ParamKind, Reg, Term};
use smallvec::SmallVec;

use crate::api::{ApiId, Edge};
use crate::arguments::Arguments;
use crate::heap::{FuncRef, Obj, ObjId, ObjKind};
use crate::interpreter::{Activation, Facts, Interpreter, State, World};
use crate::observe::{Observer, View};
use crate::source::StepWord;
use crate::text::TextId;
use crate::value::{ALL_KINDS, Const, Ref, Value, ValueId};

/// How an activation ended.
#[derive(Default)]
pub(crate) struct Exit {
    /// What it returned; [`ValueId::NONE`] when it never returns.
    pub(crate) value: ValueId,
    pub(crate) world: Option<World>,
    /// Facts where it returned something true, and where something false.
    pub(crate) if_true: Option<Facts>,
    pub(crate) if_false: Option<Facts>,
    /// What it yielded.
    pub(crate) yielded: ValueId,
}

fn reg_of(term: &Term) -> Option<Reg> {
    match term {
        Term::Return(reg) => *reg,
        _ => None,
    }
}

pub(crate) fn meet_facts(a: &Facts, b: &Facts) -> Facts {
    let mut both = Facts::new();
    for (source, mask) in a {
        if let Ok(i) = b.binary_search_by_key(source, |(s, _)| *s) {
            let mask = mask & b[i].1;
            if mask != 0 {
                both.push((*source, mask));
            }
        }
    }
    both
}

impl<'a> Interpreter<'a> {
    pub(crate) fn run(&mut self, act: &Activation<'a>, world: World) -> Exit {
        let ir = act.ir;
        let mut exit = Exit::default();
        if ir.blocks.is_empty() {
            exit.world = Some(world);
            exit.value = self.constant(Const::Null);
            return exit;
        }
        let mut incoming: Vec<Option<State>> = (0..ir.blocks.len()).map(|_| None).collect();
        let mut visits = vec![0u8; ir.blocks.len()];
        incoming[0] = Some(State {
            regs: vec![ValueId::NONE; ir.registers as usize],
            world,
            tells: Vec::new(),
        });
        let mut pending = BTreeSet::from([0u32]);
        while let Some(index) = pending.pop_first() {
            let i = index as usize;
            if u32::from(visits[i]) >= self.limits.block_visits {
                self.broadened.loops += 1;
                continue;
            }
            visits[i] += 1;
            let block = &ir.blocks[i];
            let keeps = block.is_loop_head || visits[i] > 1;
            let Some(mut state) = (if keeps {
                incoming[i].clone()
            } else {
                incoming[i].take()
            }) else {
                continue;
            };
            if let Some(handler) = block.handler {
                self.flow_into(
                    &mut incoming,
                    &mut pending,
                    ir.blocks.as_slice(),
                    handler,
                    &state,
                );
            }
            let mut alive = true;
            for inst in &block.insts {
                if self.steps_left == 0 {
                    alive = false;
                    break;
                }
                self.steps_left -= 1;
                self.block = i;
                if !self.transfer(act, &mut state, inst, &mut exit) {
                    alive = false;
                    break;
                }
            }
            if let Some(handler) = block.handler {
                self.flow_into(
                    &mut incoming,
                    &mut pending,
                    ir.blocks.as_slice(),
                    handler,
                    &state,
                );
            }
            if alive {
                self.block = i;
                self.leave(act, state, block, &mut incoming, &mut pending, &mut exit);
            }
        }
        exit
    }

    fn leave(
        &mut self,
        act: &Activation<'a>,
        state: State,
        block: &Block,
        incoming: &mut [Option<State>],
        pending: &mut BTreeSet<u32>,
        exit: &mut Exit,
    ) {
        let blocks = act.ir.blocks.as_slice();
        match &block.term {
            Term::Goto(to) => self.flow_owned(incoming, pending, blocks, *to, state),
            Term::If { cond, then, els } => {
                let truth = self.truth(&state.world, state.regs[cond.0 as usize]);
                if block.is_loop_head {
                    self.check_loop_bound(act, &state, *cond);
                }
                if truth != Some(false) {
                    let mut on = state.clone();
                    self.refine(act, &mut on, *cond, true);
                    self.flow_owned(incoming, pending, blocks, *then, on);
                }
                if truth != Some(true) {
                    let mut off = state;
                    self.refine(act, &mut off, *cond, false);
                    self.flow_owned(incoming, pending, blocks, *els, off);
                }
            }
            Term::IfNullish { value, then, els } => {
                let known = self.values.get(state.regs[value.0 as usize]);
                let nullish = |c: &Const| matches!(c, Const::Null | Const::Undefined);
                let maybe_null = known.other || known.consts.iter().any(nullish);
                let maybe_value = known.other
                    || !known.refs.is_empty()
                    || known.consts.iter().any(|c| !nullish(c));
                if maybe_null || !maybe_value {
                    self.flow_into(incoming, pending, blocks, *then, &state);
                }
                if maybe_value {
                    let mut state = state;
                    let value_id = state.regs[value.0 as usize];
                    if maybe_null && !self.values.get(value_id).other {
                        let mut kept = self.values.get(value_id).clone();
                        kept.consts.retain(|c| !nullish(c));
                        state.regs[value.0 as usize] = self.values.add(kept);
                    }
                    self.flow_owned(incoming, pending, blocks, *els, state);
                }
            }
            Term::Next {
                of,
                body,
                exit: out,
            } => {
                let of = state.regs[of.0 as usize];
                if !self.is_certainly_empty(&state.world, of) {
                    self.flow_into(incoming, pending, blocks, *body, &state);
                }
                self.flow_owned(incoming, pending, blocks, *out, state);
            }
            Term::Either(a, b) => {
                self.flow_into(incoming, pending, blocks, *a, &state);
                self.flow_owned(incoming, pending, blocks, *b, state);
            }
            Term::Return(value) => {
                let value = match value {
                    Some(reg) => state.regs[reg.0 as usize],
                    None if self.python => self.constant(Const::Null),
                    None => self.constant(Const::Undefined),
                };
                if act.returns().is_some() {
                    let span = reg_of(&block.term).and_then(|reg| {
                        block
                            .insts
                            .iter()
                            .rev()
                            .find(|i| i.dst == Some(reg))
                            .map(|i| i.span)
                    });
                    self.check_returned(act, &state.world, value, span);
                }
                self.returned(value, state.world, exit);
            }
            Term::Throw(_) => {}
        }
    }

    fn returned(&mut self, value: ValueId, world: World, exit: &mut Exit) {
        let truth = self.truth(&world, value);
        for (answer, slot) in [(true, &mut exit.if_true), (false, &mut exit.if_false)] {
            if truth != Some(!answer) {
                *slot = Some(match slot.take() {
                    Some(facts) => meet_facts(&facts, &world.facts),
                    None => world.facts.clone(),
                });
            }
        }
        exit.value = self.join(exit.value, value);
        match &mut exit.world {
            Some(joined) => {
                joined.heap.join(&world.heap, &mut self.values, false);
                joined.facts = meet_facts(&joined.facts, &world.facts);
            }
            slot @ None => *slot = Some(world),
        }
    }

    fn is_certainly_empty(&self, world: &World, value: ValueId) -> bool {
        match self.sole_object(value).and_then(|id| world.heap.get(id)) {
            Some(obj) => {
                matches!(obj.kind, ObjKind::List | ObjKind::Set | ObjKind::Map)
                    && obj.exact
                    && obj.items.is_empty()
                    && obj.fields.is_empty()
                    && obj.rest == ValueId::NONE
            }
            None => false,
        }
    }

    fn flow_into(
        &mut self,
        incoming: &mut [Option<State>],
        pending: &mut BTreeSet<u32>,
        blocks: &[Block],
        to: BlockId,
        state: &State,
    ) {
        let slot = &mut incoming[to.0 as usize];
        if slot.is_none() {
            *slot = Some(state.clone());
            pending.insert(to.0);
        } else {
            self.join_into(slot, pending, blocks, to, state);
        }
    }

    fn flow_owned(
        &mut self,
        incoming: &mut [Option<State>],
        pending: &mut BTreeSet<u32>,
        blocks: &[Block],
        to: BlockId,
        state: State,
    ) {
        let slot = &mut incoming[to.0 as usize];
        if slot.is_none() {
            *slot = Some(state);
            pending.insert(to.0);
        } else {
            self.join_into(slot, pending, blocks, to, &state);
        }
    }

    fn join_into(
        &mut self,
        slot: &mut Option<State>,
        pending: &mut BTreeSet<u32>,
        blocks: &[Block],
        to: BlockId,
        state: &State,
    ) {
        let Some(old) = slot else { return };
        let widen = blocks[to.0 as usize].is_loop_head;
        let mut changed = false;
        for (mine, theirs) in old.regs.iter_mut().zip(&state.regs) {
            if mine != theirs {
                let joined = if widen {
                    self.values.widen(*mine, *theirs)
                } else {
                    self.values.join(*mine, *theirs)
                };
                changed |= joined != *mine;
                *mine = joined;
            }
        }
        changed |= old
            .world
            .heap
            .join(&state.world.heap, &mut self.values, widen);
        let facts = meet_facts(&old.world.facts, &state.world.facts);
        changed |= facts != old.world.facts;
        old.world.facts = facts;
        old.tells
            .retain(|(reg, tells)| state.tells.iter().any(|(r, t)| r == reg && t == tells));
        if changed {
            pending.insert(to.0);
        }
    }

    /// Runs one instruction; false when it never completes.
    fn transfer(
        &mut self,
        act: &Activation<'a>,
        state: &mut State,
        inst: &Inst,
        exit: &mut Exit,
    ) -> bool {
        let site = act.site(inst.span);
        let reg = |state: &State, r: Reg| state.regs[r.0 as usize];
        self.last_tells = None;
        let value = match &inst.op {
            Op::Const(constant) => {
                let constant = self.ir_const(*constant);
                if let Const::Str(text) = constant {
                    self.observe_text(act, state, text, inst.span);
                }
                self.constant(constant)
            }
            Op::Regex { pattern, .. } => {
                self.with_view(act, &state.world, |o, v| o.regex(v, *pattern, site));
                self.constant(Const::Regex(*pattern))
            }
            Op::Copy(from) => reg(state, *from),
            Op::Param { index, default, ty } => {
                let default = default.map(|r| reg(state, r));
                let ty = ty.map(|r| reg(state, r));
                if let (Some(default), Some(param)) = (default, act.ir.params.get(*index as usize))
                {
                    let (name, site) = (param.name, act.site(param.span));
                    self.with_view(act, &state.world, |o, v| o.variable(v, name, default, site));
                }
                self.parameter(act, state, *index, default, ty)
            }
            Op::This => act.this,
            Op::LoadGlobal(name) => self.load_global(act, &mut state.world, *name, site),
            Op::StoreGlobal(name, from) => {
                let value = self.step_value(reg(state, *from), site, StepWord::Assigned(*name));
                self.with_view(act, &state.world, |o, v| o.variable(v, *name, value, site));
                self.store_global(act, &mut state.world, *name, value);
                value
            }
            Op::LoadBuiltin(name) => self.load_builtin(act, &mut state.world, *name, site),
            Op::LoadCell { up, name } => match act.frames.get(*up as usize).copied().flatten() {
                Some(frame) => state
                    .world
                    .heap
                    .get(frame)
                    .and_then(|f| f.field(Const::Str(*name)))
                    .unwrap_or(ValueId::UNKNOWN),
                None => ValueId::UNKNOWN,
            },
            Op::StoreCell { up, name, value } => {
                let value = self.step_value(reg(state, *value), site, StepWord::Assigned(*name));
                self.with_view(act, &state.world, |o, v| o.variable(v, *name, value, site));
                if let Some(frame) = act.frames.get(*up as usize).copied().flatten() {
                    // A write from an inner function may or may not have happened when others read.
                    let value = match state
                        .world
                        .heap
                        .get(frame)
                        .and_then(|f| f.field(Const::Str(*name)))
                    {
                        Some(old) if *up > 0 => self.join(old, value),
                        _ => value,
                    };
                    if let Some(obj) = state.world.heap.change(frame) {
                        obj.set_field(Const::Str(*name), value);
                    }
                }
                value
            }
            Op::Member { object, name } => {
                let object = reg(state, *object);
                self.get_member(act, &mut state.world, object, *name, site)
            }
            Op::SetMember {
                object,
                name,
                value,
            } => {
                let (object, value) = (reg(state, *object), reg(state, *value));
                self.set_member(act, &mut state.world, object, *name, value, site);
                value
            }
            Op::Index { object, index } => {
                let (object, index) = (reg(state, *object), reg(state, *index));
                self.get_index(act, &mut state.world, object, index, site)
            }
            Op::SetIndex {
                object,
                index,
                value,
            } => {
                let through_key = self.reached_by_tainted_key(act, state, *object);
                let (object, index, value) =
                    (reg(state, *object), reg(state, *index), reg(state, *value));
                self.set_index(
                    act,
                    &mut state.world,
                    object,
                    index,
                    value,
                    through_key,
                    site,
                );
                value
            }
            Op::Slice {
                object,
                lower,
                upper,
                step,
            } => {
                let bounds = [lower, upper, step].map(|b| b.map(|r| reg(state, r)));
                let object = reg(state, *object);
                self.slice(act, &mut state.world, object, bounds, site)
            }
            Op::Delete { object, index } => {
                let (object, index) = (reg(state, *object), reg(state, *index));
                self.delete(&mut state.world, object, index);
                ValueId::UNKNOWN
            }
            Op::Unary { op, operand } => self.unary(&state.world, *op, reg(state, *operand)),
            Op::Binary {
                op,
                left,
                right,
                augmented,
            } => {
                let (l, r) = (reg(state, *left), reg(state, *right));
                let value = self.binary(act, &mut state.world, *op, l, r, *augmented, site);
                if let Some(text) = self.values.get(value).sole_str() {
                    self.observe_text(act, state, text, inst.span);
                }
                value
            }
            Op::Compare { op, left, right } => {
                let (l, r) = (reg(state, *left), reg(state, *right));
                self.compare(act, state, *op, (l, *left), (r, *right), site)
            }
            Op::Concat(parts) => {
                let parts: SmallVec<[ValueId; 8]> = parts.iter().map(|r| reg(state, *r)).collect();
                self.concat(&state.world, &parts)
            }
            Op::List(items) | Op::Tuple(items) => {
                self.make_list(act, state, items, ObjKind::List, inst)
            }
            Op::Set(items) => self.make_list(act, state, items, ObjKind::Set, inst),
            Op::Map(entries) => self.make_map(act, state, entries, inst),
            Op::Append { list, value } => {
                let (list, value) = (reg(state, *list), reg(state, *value));
                self.append(&mut state.world, list, value, true);
                value
            }
            Op::Closure(index) => self.make_closure(act, &mut state.world, *index, inst),
            Op::Class { class, bases } => {
                let bases: SmallVec<[ValueId; 4]> = bases.iter().map(|r| reg(state, *r)).collect();
                self.make_class(act, &mut state.world, *class, bases, inst)
            }
            Op::Call(call) => {
                let assigned_to = inst.dst.and_then(|d| self.register_name(act, d));
                match self.call(act, state, call, assigned_to, site) {
                    Some(value) => value,
                    None => return false,
                }
            }
            Op::Import(require) => self.import(act, &mut state.world, *require, site),
            Op::ImportRoot(require) => self.import_root(act, &mut state.world, *require, site),
            Op::ImportAll(require) => {
                self.import_all(act, &mut state.world, *require, site);
                ValueId::UNKNOWN
            }
            Op::Export { name, value } => {
                let value = reg(state, *value);
                self.export(act, &mut state.world, *name, value);
                value
            }
            Op::ExportAll(require) => {
                self.export_all(act, &mut state.world, *require, site);
                ValueId::UNKNOWN
            }
            Op::Await(from) => reg(state, *from),
            Op::Yield { value, delegate } => {
                let mut value = reg(state, *value);
                if *delegate {
                    value = self.element(&mut state.world, value, false, site);
                }
                exit.yielded = self.join(exit.yielded, value);
                ValueId::UNKNOWN
            }
            Op::Element { of, keys } => {
                let of = reg(state, *of);
                self.element(&mut state.world, of, *keys, site)
            }
            Op::Unpack { of, index } => {
                let of = reg(state, *of);
                self.unpack(act, &mut state.world, of, *index as usize, site)
            }
            Op::UnpackRest {
                of,
                from,
                drop_last,
            } => {
                let of = reg(state, *of);
                self.unpack_rest(
                    act,
                    &mut state.world,
                    of,
                    *from as usize,
                    *drop_last as usize,
                    inst,
                )
            }
            Op::OmitKeys { of, keys } => {
                let of = reg(state, *of);
                self.omit_keys(act, &mut state.world, of, keys, inst)
            }
            Op::Caught { .. } => {
                let taint = self.new_taint(SourceKind::Exception, None, site);
                self.values.tainted(taint.into_iter().collect())
            }
            Op::Enter(from) => reg(state, *from),
            Op::Markup {
                tag,
                attributes,
                children,
            } => {
                let tag = tag.map(|r| reg(state, r));
                let attributes: Vec<(Sym, ValueId)> = attributes
                    .iter()
                    .map(|(n, r)| (*n, reg(state, *r)))
                    .collect();
                let children: Vec<ValueId> = children.iter().map(|r| reg(state, *r)).collect();
                self.markup(act, &mut state.world, tag, &attributes, &children, site)
            }
            Op::Opaque(parts) => {
                let mut all = Value {
                    other: true,
                    ..Value::default()
                };
                for part in parts {
                    let taint = self.deep_taint(&state.world, reg(state, *part));
                    all.add_taint(&taint);
                }
                self.values.add(all)
            }
        };
        if let Some(dst) = inst.dst {
            // What is known of the data on this path stays with what is made of it, even after the paths join.
            let mut value = if state.world.facts.is_empty() {
                value
            } else {
                self.with_facts(&state.world, value)
            };
            if self.values.get(value).text != TextId::NONE
                && matches!(inst.op, Op::Binary { .. } | Op::Concat(_) | Op::Call(_))
            {
                self.check_text(act, &state.world, value, inst.span);
            }
            if let Some(name) = self.register_name(act, dst) {
                value = self.step_value(value, site, StepWord::Assigned(name));
                if !matches!(inst.op, Op::Param { .. }) {
                    self.with_view(act, &state.world, |o, v| o.variable(v, name, value, site));
                }
            }
            state.regs[dst.0 as usize] = value;
            state.tells.retain(|(r, _)| *r != dst);
            match (self.last_tells.take(), &inst.op) {
                (Some(tells), _) => state.tells.push((dst, tells)),
                (None, Op::Copy(from)) => {
                    if let Some((_, tells)) = state.tells.iter().find(|(r, _)| r == from).cloned() {
                        state.tells.push((dst, tells));
                    }
                }
                (None, _) => {}
            }
        }
        true
    }

    /// Shows the observer what happens, unless it is being shown something already.
    pub(crate) fn with_view(
        &mut self,
        act: &Activation<'_>,
        world: &World,
        show: impl FnOnce(&mut dyn Observer, &View<'_, 'a>),
    ) {
        if let Some(observer) = self.observer.take() {
            show(observer, &View::new(self, world, act));
            self.observer = Some(observer);
        }
    }

    fn observe_text(&mut self, act: &Activation<'_>, state: &State, text: Sym, span: Span) {
        let site = act.site(span);
        let value = self.constant(Const::Str(text));
        self.with_view(act, &state.world, |o, v| o.text(v, text, value, site));
    }

    fn ir_const(&self, constant: ir::Const) -> Const {
        match constant {
            ir::Const::Str(s) => Const::Str(s),
            ir::Const::Bytes(s) => Const::Bytes(s),
            ir::Const::Int(i) => Const::Int(i),
            ir::Const::Float(f) => Const::Float(f.to_bits()),
            ir::Const::Bool(b) => Const::Bool(b),
            ir::Const::Null => Const::Null,
            ir::Const::Undefined => Const::Undefined,
        }
    }

    pub(crate) fn register_name(&self, act: &Activation<'_>, reg: Reg) -> Option<Sym> {
        act.names
            .get(reg.0 as usize)
            .copied()
            .filter(|s| *s != Sym::EMPTY)
    }

    /// Binds a parameter.
    fn parameter(
        &mut self,
        act: &Activation<'a>,
        state: &mut State,
        index: u32,
        default: Option<ValueId>,
        ty: Option<ValueId>,
    ) -> ValueId {
        let i = index as usize;
        let Some(param) = act.ir.params.get(i) else {
            return ValueId::UNKNOWN;
        };
        let arguments = Rc::clone(&act.arguments);
        let site = act.site(param.span);
        if arguments.unknown {
            return match arguments.at(i) {
                Some(receiver) => receiver,
                None => self.unknown_parameter(act, state, i, default, ty),
            };
        }
        match param.kind {
            ParamKind::Plain | ParamKind::NamedOnly => {
                let by_position = if param.kind == ParamKind::Plain {
                    arguments.at(i)
                } else {
                    None
                };
                match by_position.or_else(|| arguments.named(param.name)) {
                    Some(value)
                        if default.is_some()
                            && self.values.get(value).sole_const() == Some(Const::Undefined) =>
                    {
                        default.unwrap_or(value)
                    }
                    Some(value) => self.step_value(value, site, StepWord::Passed(act.ir.name)),
                    None => {
                        let spread = [arguments.spread, arguments.spread_map]
                            .into_iter()
                            .flatten()
                            .reduce(|a, b| self.values.join(a, b));
                        match (spread, default) {
                            (Some(spread), default) => {
                                let value =
                                    self.step_value(spread, site, StepWord::Passed(act.ir.name));
                                self.join(value, default.unwrap_or(ValueId::UNKNOWN))
                            }
                            (None, Some(default)) => default,
                            (None, None) if self.python => ValueId::UNKNOWN,
                            (None, None) => self.constant(Const::Undefined),
                        }
                    }
                }
            }
            ParamKind::Rest => {
                let mut obj = Obj::new(ObjKind::List);
                obj.items = arguments
                    .positional
                    .iter()
                    .skip(i)
                    .map(|(v, _)| *v)
                    .collect();
                if let Some(spread) = arguments.spread {
                    obj.exact = false;
                    obj.rest = spread;
                }
                self.allocate(act, &mut state.world, param.span, 9, obj)
            }
            ParamKind::RestMap => {
                let mut obj = Obj::new(ObjKind::Map);
                for (name, value, _) in &arguments.named {
                    if !act.ir.params.iter().any(|p| p.name == *name) {
                        obj.set_field(Const::Str(*name), *value);
                    }
                }
                if let Some(spread) = arguments.spread_map {
                    obj.exact = false;
                    obj.rest = spread;
                }
                self.allocate(act, &mut state.world, param.span, 9, obj)
            }
        }
    }

    /// A parameter of a call that nothing is known of: what an entry says it is, what its declared type says, or anything.
    fn unknown_parameter(
        &mut self,
        act: &Activation<'a>,
        state: &mut State,
        i: usize,
        default: Option<ValueId>,
        ty: Option<ValueId>,
    ) -> ValueId {
        let param = act.ir.params[i];
        let site = act.site(param.span);
        let mut value = ValueId::NONE;
        if let Some(entry) = &act.entry {
            let node = entry.params.get(i).copied().unwrap_or(entry.rest);
            let is_plain = ty.is_some_and(|t| self.is_plain_type(t))
                || default.is_some_and(|d| self.is_made_safe(&state.world, d));
            if let (Some(node), false) = (node, is_plain) {
                value = self.api_value(node, site);
                if matches!(param.kind, ParamKind::Rest | ParamKind::RestMap) {
                    let mut obj = Obj::new(ObjKind::Map);
                    obj.exact = false;
                    obj.rest = value;
                    value = self.allocate(act, &mut state.world, param.span, 9, obj);
                }
                if entry.rest.is_none() || entry.params.get(i).is_some() {
                    return value;
                }
            }
        }
        if value == ValueId::NONE {
            if let Some(node) = ty.and_then(|t| self.instance_of_type(t)) {
                value = self.api_value(node, site);
            } else if let Some(class) = ty.and_then(|t| self.sole_object(t)) {
                value = self.typed_instance(act, &mut state.world, class, param.span);
            }
        }
        if act.depth == 0 && act.entry.is_none() && act.ir.class.is_none_or(|_| i > 0) {
            let taint = self.new_taint(SourceKind::Library, None, site);
            let taint: SmallVec<[crate::value::Taint; 1]> = taint
                .into_iter()
                .map(|mut t| {
                    t.source = self.sources.part(t.source, param.name);
                    t
                })
                .collect();
            value = self.values.add_taint(value, &taint);
        }
        if value == ValueId::NONE {
            value = ValueId::UNKNOWN;
        }
        match default {
            Some(default) => self.join(default, value),
            None => value,
        }
    }

    /// Whether a declared type leaves no room for harmful text.
    fn is_plain_type(&self, ty: ValueId) -> bool {
        matches!(self.values.get(ty).refs.as_slice(), [Ref::Api(node)] if matches!(self.apis.parent(*node), (_, Edge::Name(name)) if matches!(self.text_of(name), "int" | "float" | "bool" | "UUID")))
    }

    /// Whether a default value is an object of a library call whose result is safe, such as an injected dependency.
    fn is_made_safe(&self, world: &World, default: ValueId) -> bool {
        self.values.get(default).refs.iter().any(|r| {
            let node = match r {
                Ref::Obj(id) => world.heap.get(*id).and_then(|o| o.api),
                Ref::Api(node) => Some(*node),
                Ref::Module(_) | Ref::Bound(..) => None,
            };
            node.is_some_and(|n| {
                self.model(self.apis.parent(n).0)
                    .is_some_and(|m| m.clears == ALL_KINDS)
            })
        })
    }

    fn typed_instance(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        class: ObjId,
        span: Span,
    ) -> ValueId {
        let Some(obj) = world.heap.get(class) else {
            return ValueId::UNKNOWN;
        };
        if !matches!(obj.kind, ObjKind::Class { .. }) {
            return ValueId::UNKNOWN;
        }
        let mut instance = Obj::new(ObjKind::Instance(Some(class)));
        instance.api = self.class_api(world, class);
        instance.exact = false;
        instance.rest = ValueId::UNKNOWN;
        self.allocate(act, world, span, 8, instance)
    }

    fn make_list(
        &mut self,
        act: &Activation<'a>,
        state: &mut State,
        items: &[(Reg, bool)],
        kind: ObjKind,
        inst: &Inst,
    ) -> ValueId {
        let mut obj = Obj::new(kind);
        for (reg, spread) in items {
            let value = state.regs[reg.0 as usize];
            if *spread {
                match self
                    .sole_object(value)
                    .and_then(|id| state.world.heap.get(id))
                {
                    Some(list)
                        if list.exact
                            && list.rest == ValueId::NONE
                            && matches!(list.kind, ObjKind::List) =>
                    {
                        obj.items.extend(list.items.iter().copied())
                    }
                    _ => {
                        let element =
                            self.element(&mut state.world, value, false, act.site(inst.span));
                        obj.exact = false;
                        obj.rest = self.join(obj.rest, element);
                    }
                }
            } else {
                obj.items.push(value);
            }
        }
        if !obj.exact || obj.items.len() > self.limits.elements {
            obj.blur_items(&mut self.values);
        }
        self.allocate(act, &mut state.world, inst.span, 1, obj)
    }

    fn make_map(
        &mut self,
        act: &Activation<'a>,
        state: &mut State,
        entries: &[MapEntry],
        inst: &Inst,
    ) -> ValueId {
        let mut obj = Obj::new(ObjKind::Map);
        for entry in entries {
            match entry {
                MapEntry::Pair { key, value, at } => {
                    let (key, value) = (state.regs[key.0 as usize], state.regs[value.0 as usize]);
                    match self.values.get(key).sole_const() {
                        Some(key) => {
                            if let Const::Str(name) = key {
                                let site = act.site(*at);
                                self.with_view(act, &state.world, |o, v| {
                                    o.property(v, name, value, site)
                                });
                            }
                            obj.set_field(key, value);
                        }
                        None => {
                            obj.rest = self.join(obj.rest, value);
                            obj.keys = self.join(obj.keys, key);
                            obj.exact = false;
                        }
                    }
                }
                MapEntry::Getter { key, function } => {
                    let (key, function) =
                        (state.regs[key.0 as usize], state.regs[function.0 as usize]);
                    let value = self
                        .call_value(
                            act,
                            &mut state.world,
                            function,
                            &Arguments::default(),
                            act.site(inst.span),
                        )
                        .unwrap_or(ValueId::UNKNOWN);
                    if let Some(key) = self.values.get(key).sole_const() {
                        obj.set_field(key, value);
                    }
                }
                MapEntry::Spread(from) => {
                    let from = state.regs[from.0 as usize];
                    match self
                        .sole_object(from)
                        .and_then(|id| state.world.heap.get(id))
                        .cloned()
                    {
                        Some(map) => {
                            for (key, value) in &map.fields {
                                obj.set_field(*key, *value);
                            }
                            obj.rest = self.join(obj.rest, map.rest);
                            obj.keys = self.join(obj.keys, map.keys);
                            obj.exact &= map.exact && map.rest == ValueId::NONE;
                        }
                        None => {
                            let taint = self.deep_taint(&state.world, from);
                            let spread = self.values.tainted(taint);
                            obj.rest = self.join(obj.rest, spread);
                            obj.exact = false;
                        }
                    }
                }
            }
        }
        self.allocate(act, &mut state.world, inst.span, 1, obj)
    }

    fn make_closure(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        index: ir::FuncIdx,
        inst: &Inst,
    ) -> ValueId {
        let func = FuncRef {
            file: act.func.file,
            index,
        };
        let this = match act.module.functions.get(index.0 as usize) {
            Some(ir) if ir.is_arrow => act.this,
            _ => ValueId::UNKNOWN,
        };
        let id = self.object(act.key, inst.span, 2);
        let kind = ObjKind::Func {
            func,
            frames: Rc::clone(&act.frames),
            this,
        };
        match world.heap.get(id) {
            Some(old) if old.kind == kind => {}
            _ => world.heap.set(id, Obj::new(kind)),
        }
        self.closures.push((id, func));
        self.made_functions.entry(func).or_insert(id);
        self.values.reference(Ref::Obj(id))
    }

    fn make_class(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        class: ir::ClassIdx,
        bases: SmallVec<[ValueId; 4]>,
        inst: &Inst,
    ) -> ValueId {
        let mut obj = Obj::new(ObjKind::Class {
            file: act.func.file,
            class,
            frames: Rc::clone(&act.frames),
        });
        let mut apis: SmallVec<[ApiId; 2]> = SmallVec::new();
        for base in &bases {
            for thing in &self.values.get(*base).refs {
                if let Ref::Api(node) = thing {
                    apis.push(*node);
                }
            }
        }
        obj.items = bases;
        if let Some(base) = apis.first() {
            obj.api = Some(self.apis.child(*base, Edge::Call));
        }
        let value = self.allocate(act, world, inst.span, 3, obj);
        if let Some(id) = self.sole_object(value) {
            self.made_classes
                .entry((act.func.file, class))
                .or_insert(id);
        }
        let name_site = act
            .module
            .classes
            .get(class.0 as usize)
            .map_or(act.site(inst.span), |c| act.site(c.span));
        for base in apis {
            self.with_view(act, world, |o, v| o.class(v, base, name_site));
        }
        value
    }
}
