//! Runs a function: its blocks in order, each with the joined states of the edges that reach it.

use std::collections::BTreeSet;

use shindan_program::ir::{Block, BlockId, Op, Reg, Term};

use crate::heap::ObjKind;
use crate::interpreter::{Activation, Facts, Interpreter, State, World};
use crate::value::{Const, ValueId};

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
    /// What it threw, and the world as it was then.
    pub(crate) thrown: Option<(ValueId, World)>,
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
            thrown: ValueId::NONE,
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
                self.may_throw(&mut incoming, &mut pending, &ir.blocks, handler, &mut state);
            }
            let mut alive = true;
            for inst in &block.insts {
                if self.steps_left == 0 {
                    self.note_exhausted();
                    alive = false;
                    break;
                }
                self.steps_left -= 1;
                self.block = i;
                // A call may throw, and the handler then sees what was done before it.
                if let (Some(handler), Op::Call(_)) = (block.handler, &inst.op) {
                    self.may_throw(&mut incoming, &mut pending, &ir.blocks, handler, &mut state);
                }
                alive = self.transfer(act, &mut state, inst, &mut exit);
                if let Some((value, world)) = self.thrown.take() {
                    let thrown = State {
                        world,
                        thrown: value,
                        ..state.clone()
                    };
                    self.throw(
                        thrown,
                        block,
                        &mut incoming,
                        &mut pending,
                        &ir.blocks,
                        &mut exit,
                    );
                }
                if !alive {
                    break;
                }
            }
            if let Some(handler) = block.handler {
                self.may_throw(&mut incoming, &mut pending, &ir.blocks, handler, &mut state);
            }
            if alive {
                self.block = i;
                self.leave(act, state, block, &mut incoming, &mut pending, &mut exit);
            }
        }
        exit
    }

    pub(crate) fn leave(
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
                if let Term::Return(Some(reg)) = &block.term {
                    self.returned_answer(act, &state, *reg, value, exit);
                }
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
                if matches!(block.term, Term::Return(None)) {
                    let facts = state.world.facts.clone();
                    exit.if_false = Some(match exit.if_false.take() {
                        Some(known) => meet_facts(&known, &facts),
                        None => facts,
                    });
                }
                self.returned(value, state.world, exit);
            }
            Term::Throw(value) => {
                let mut state = state;
                if let Some(reg) = value {
                    state.thrown = state.regs[reg.0 as usize];
                }
                self.throw(state, block, incoming, pending, blocks, exit);
            }
        }
    }

    /// An exception of the program leaves a block: to the handler, or out of the function.
    fn throw(
        &mut self,
        state: State,
        block: &Block,
        incoming: &mut [Option<State>],
        pending: &mut BTreeSet<u32>,
        blocks: &[Block],
        exit: &mut Exit,
    ) {
        if let Some(handler) = block.handler {
            self.flow_owned(incoming, pending, blocks, handler, state);
            return;
        }
        match &mut exit.thrown {
            Some((value, world)) => {
                *value = self.values.join(*value, state.thrown);
                world.heap.join(&state.world.heap, &mut self.values, false);
                world.facts = meet_facts(&world.facts, &state.world.facts);
            }
            slot @ None => *slot = Some((state.thrown, state.world)),
        }
    }

    /// The runtime may throw here: the handler sees the state, and an exception that nothing is known of.
    fn may_throw(
        &mut self,
        incoming: &mut [Option<State>],
        pending: &mut BTreeSet<u32>,
        blocks: &[Block],
        handler: BlockId,
        state: &mut State,
    ) {
        let thrown = std::mem::take(&mut state.thrown);
        self.flow_into(incoming, pending, blocks, handler, state);
        state.thrown = thrown;
    }

    /// Remembers which root used up its steps, so that the report can say what was not followed to the end.
    fn note_exhausted(&mut self) {
        if let Some(root) = self
            .stack
            .first()
            .copied()
            .filter(|r| !self.exhausted.contains(r))
        {
            self.broadened.steps += 1;
            self.exhausted.push(root);
        }
    }

    /// What a returned truth tells of the paths that lead to it.
    pub(crate) fn returned_answer(
        &mut self,
        act: &Activation<'a>,
        state: &State,
        reg: Reg,
        value: ValueId,
        exit: &mut Exit,
    ) {
        let truth = self.truth(&state.world, value);
        for answer in [true, false] {
            if truth == Some(!answer) {
                continue;
            }
            let mut facts = state.world.facts.clone();
            if truth.is_none() && self.definition(act, reg).is_some() {
                // `return re.fullmatch(…) is not None`: the caller's branch knows what the condition knows.
                let mut on = state.clone();
                self.refine(act, &mut on, reg, answer);
                facts = on.world.facts;
            }
            let slot = if answer {
                &mut exit.if_true
            } else {
                &mut exit.if_false
            };
            *slot = Some(match slot.take() {
                Some(known) => meet_facts(&known, &facts),
                None => facts,
            });
        }
    }

    pub(crate) fn returned(&mut self, value: ValueId, world: World, exit: &mut Exit) {
        exit.value = self.join(exit.value, value);
        match &mut exit.world {
            Some(joined) => {
                joined.heap.join(&world.heap, &mut self.values, false);
                joined.facts = meet_facts(&joined.facts, &world.facts);
            }
            slot @ None => *slot = Some(world),
        }
    }

    pub(crate) fn is_certainly_empty(&self, world: &World, value: ValueId) -> bool {
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

    pub(crate) fn flow_into(
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

    pub(crate) fn flow_owned(
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

    pub(crate) fn join_into(
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
        let thrown = self.values.join(old.thrown, state.thrown);
        changed |= thrown != old.thrown;
        old.thrown = thrown;
        old.tells
            .retain(|(reg, tells)| state.tells.iter().any(|(r, t)| r == reg && t == tells));
        if changed {
            pending.insert(to.0);
        }
    }
}
