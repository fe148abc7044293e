//! What one instruction does to a state.

use crate::execute::Exit;
use crate::heap::ObjKind;
use crate::interpreter::{Activation, Interpreter, State, World};
use crate::observe::{Observer, View};
use crate::source::StepWord;
use crate::text::TextId;
use crate::value::{Const, Value, ValueId};
use shindan_base::{Span, Sym};
use shindan_catalogue::SourceKind;
use shindan_program::ir::{self, Inst, Op, Reg};
use smallvec::SmallVec;

impl<'a> Interpreter<'a> {
    /// Runs one instruction; false when it never completes.
    pub(crate) fn transfer(
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
            Op::Resolve(name) => self.resolve_name(act, &mut state.world, *name, site),
            Op::ClassRef(class) => {
                let class = (act.func.file, *class);
                let id = self.class_object(&mut state.world, class);
                self.values.reference(crate::value::Ref::Obj(id))
            }
            Op::Typed { value, ty } => {
                let value = reg(state, *value);
                self.typed(act, &mut state.world, value, *ty, inst.span)
            }
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
                self.append(&mut state.world, list, value);
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
                let unknown = self.values.tainted(taint.into_iter().collect());
                self.join(state.thrown, unknown)
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
                    self.absorb(&state.world, reg(state, *part), &mut all);
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

    pub(crate) fn observe_text(
        &mut self,
        act: &Activation<'_>,
        state: &State,
        text: Sym,
        span: Span,
    ) {
        let site = act.site(span);
        let value = self.constant(Const::Str(text));
        self.with_view(act, &state.world, |o, v| o.text(v, text, value, site));
    }

    pub(crate) fn ir_const(&self, constant: ir::Const) -> Const {
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
}
