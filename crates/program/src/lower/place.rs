//! Reads and writes of names: by register, frame object, module scope or class attribute.

use shindan_base::{Span, Sym};
use shindan_source::tree::{AugOp, BinaryOp, Expr, ExprKind};

use super::Lowerer;
use super::scope::{ScopeId, ScopeKind, Storage, VarId};
use crate::ir::{NameRef, Op, Reg};

/// Where a name's value is found.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    Register(Reg),
    Cell {
        up: u32,
        name: Sym,
    },
    /// A cell of this function that no other assigns, and the register that holds the same.
    OwnCell(Reg, Sym),
    Global(Sym),
    /// The same for a name of the module, in the module's body.
    OwnGlobal(Reg, Sym),
    Attribute {
        class: Reg,
        name: Sym,
    },
    Builtin(Sym),
    /// No local of a nominal language: inherited, declared elsewhere, or a library's.
    Outside(NameRef),
}

/// A target of `op=` whose parts are evaluated.
#[derive(Clone, Copy, Debug)]
pub(super) enum Target {
    Name(Place),
    Member { object: Reg, name: Sym },
    Index { object: Reg, index: Reg },
}

impl<'t> Lowerer<'t> {
    pub(super) fn place(&mut self, name: Sym, span: Span) -> Place {
        match self.scopes.lookup(self.scope, name) {
            Some(id) => self.place_of(id, span),
            None if self.family.is_nominal() => self.outside(name, span),
            None => Place::Builtin(name),
        }
    }

    pub(super) fn place_of(&mut self, id: VarId, span: Span) -> Place {
        let var = self.scopes.var(id);
        let (name, owner) = (var.name, var.owner);
        let is_own = owner == self.frame.id && !var.is_written_inside;
        match var.storage {
            Storage::Register if owner == self.frame.id => Place::Register(self.register(id)),
            // No use of another function's register is left after scopes are settled; a name that still is one stays
            // unknown.
            Storage::Register => Place::Builtin(name),
            Storage::Cell(name) if is_own => Place::OwnCell(self.register(id), name),
            Storage::Cell(name) => {
                let up = self
                    .scopes
                    .depth(self.frame.id)
                    .saturating_sub(self.scopes.depth(owner));
                Place::Cell { up, name }
            }
            Storage::Global(name) if is_own => Place::OwnGlobal(self.register(id), name),
            Storage::Global(name) => Place::Global(name),
            Storage::Attribute(scope) => match self.class_value(scope, span) {
                Some(class) => Place::Attribute { class, name },
                None => Place::Builtin(name),
            },
        }
    }

    fn register(&mut self, id: VarId) -> Reg {
        if let Some(reg) = self.registers[id.index()] {
            return reg;
        }
        let var = self.scopes.var(id);
        let reg = self.frame.variable(var.name, var.nested_write);
        self.registers[id.index()] = Some(reg);
        reg
    }

    /// The class whose body is `scope`: at hand inside the body, by its name from a method's default values.
    fn class_value(&mut self, scope: ScopeId, span: Span) -> Option<Reg> {
        if let Some(body) = self
            .frame
            .class_bodies
            .iter()
            .rev()
            .find(|body| body.scope == scope)
        {
            return Some(body.value);
        }
        let scope = self.scopes.scope(scope);
        let (ScopeKind::Class(Some(name)), Some(parent)) = (scope.kind, scope.parent) else {
            return None;
        };
        let id = self.scopes.lookup(parent, name)?;
        if matches!(self.scopes.var(id).storage, Storage::Attribute(_)) {
            return None;
        }
        let place = self.place_of(id, span);
        Some(self.load(place, None, span))
    }

    /// The value of a place; a register is itself unless the value is wanted elsewhere.
    pub(super) fn load(&mut self, place: Place, into: Option<Reg>, span: Span) -> Reg {
        let op = match place {
            Place::Register(reg) | Place::OwnCell(reg, _) | Place::OwnGlobal(reg, _) => {
                return self.settle(reg, into, span);
            }
            Place::Cell { up, name } => Op::LoadCell { up, name },
            Place::Global(name) => Op::LoadGlobal(name),
            Place::Attribute { class, name } => Op::Member {
                object: class,
                name,
            },
            Place::Builtin(name) => Op::LoadBuiltin(name),
            Place::Outside(name) => Op::Resolve(name),
        };
        self.emit_into(op, into, span)
    }

    pub(super) fn store(&mut self, place: Place, value: Reg, span: Span) {
        let value = self.settle(value, Self::register_of(place), span);
        match place {
            Place::Register(_) => {}
            Place::Cell { up, name } => self.act(Op::StoreCell { up, name, value }, span),
            Place::OwnCell(_, name) => self.act(Op::StoreCell { up: 0, name, value }, span),
            Place::Global(name) | Place::OwnGlobal(_, name) | Place::Builtin(name) => {
                self.act(Op::StoreGlobal(name, value), span)
            }
            Place::Attribute { class, name } => self.act(
                Op::SetMember {
                    object: class,
                    name,
                    value,
                },
                span,
            ),
            Place::Outside(name) => self.store_outside(name, value, span),
        }
    }

    /// The register to compute a value into that is then stored in `place`.
    pub(super) fn register_of(place: Place) -> Option<Reg> {
        match place {
            Place::Register(reg) | Place::OwnCell(reg, _) | Place::OwnGlobal(reg, _) => Some(reg),
            Place::Cell { .. }
            | Place::Global(_)
            | Place::Attribute { .. }
            | Place::Builtin(_)
            | Place::Outside(_) => None,
        }
    }

    /// Emits `op` and binds its result to `name`.
    pub(super) fn bind_name(&mut self, name: Sym, op: Op, span: Span) -> Reg {
        let place = self.place(name, span);
        let value = self.emit_into(op, Self::register_of(place), span);
        self.store_result(place, value, span);
        value
    }

    /// Stores a value that was computed into the place's own register, if it has one.
    pub(super) fn store_result(&mut self, place: Place, value: Reg, span: Span) {
        // A store to a name of the runtime (`exports = …`) would hide it from every later use.
        if self.is_python || !matches!(place, Place::Builtin(_)) {
            self.store(place, value, span);
        }
    }

    /// Evaluates the parts of a target of `op=` or `++`; `None` if it is no place.
    pub(super) fn target(&mut self, target: &'t Expr) -> Option<Target> {
        match &target.kind {
            ExprKind::Name(name) => Some(Target::Name(self.place(*name, target.span))),
            ExprKind::Member { object, name, .. } => Some(Target::Member {
                object: self.expr(object),
                name: *name,
            }),
            ExprKind::Index { object, index } => {
                let [object, index] = self.operands([&**object, &**index]);
                Some(Target::Index { object, index })
            }
            ExprKind::Cast { operand, .. } => self.target(operand),
            _ => None,
        }
    }

    pub(super) fn read_target(&mut self, target: Target, span: Span) -> Reg {
        match target {
            Target::Name(place) => self.load(place, None, span),
            Target::Member { object, name } => self.emit(Op::Member { object, name }, span),
            Target::Index { object, index } => self.emit(Op::Index { object, index }, span),
        }
    }

    pub(super) fn write_target(&mut self, target: Target, value: Reg, span: Span) {
        match target {
            Target::Name(place) => self.store_result(place, value, span),
            Target::Member { object, name } => self.act(
                Op::SetMember {
                    object,
                    name,
                    value,
                },
                span,
            ),
            Target::Index { object, index } => self.act(
                Op::SetIndex {
                    object,
                    index,
                    value,
                },
                span,
            ),
        }
    }

    /// `target op= value`; the value is the new one.
    pub(super) fn aug_assign(
        &mut self,
        op: AugOp,
        target: &'t Expr,
        value: &'t Expr,
        span: Span,
    ) -> Reg {
        let Some(place) = self.target(target) else {
            let operands = self.operands([target, value]);
            return self.emit(Op::Opaque(operands.into()), span);
        };
        let old = self.read_target(place, target.span);
        match op {
            AugOp::Binary(op) => {
                let mark = self.frame.mark();
                let right = self.expr(value);
                let old = self.frame.keep(old, mark, target.span);
                let into = if let Target::Name(place) = place {
                    Self::register_of(place)
                } else {
                    None
                };
                let new = self.emit_into(
                    Op::Binary {
                        op,
                        left: old,
                        right,
                        augmented: true,
                    },
                    into,
                    span,
                );
                self.write_target(place, new, span);
                new
            }
            AugOp::Logic(op) => {
                let result = self.frame.temporary();
                self.emit_into(Op::Copy(old), Some(result), target.span);
                let (assign, done) = (self.frame.new_block(), self.frame.new_block());
                self.branch_on(op, old, assign, done);
                self.frame.start(assign);
                let new = self.expr(value);
                self.write_target(place, new, span);
                self.emit_into(Op::Copy(new), Some(result), value.span);
                self.frame.goto(done);
                self.frame.start(done);
                result
            }
        }
    }

    /// `x++`; the value is the old one if it is wanted.
    pub(super) fn update(
        &mut self,
        target: &'t Expr,
        increment: bool,
        is_wanted: bool,
        span: Span,
    ) -> Reg {
        let Some(place) = self.target(target) else {
            let operand = self.expr(target);
            return self.emit(Op::Opaque([operand].into()), span);
        };
        let mut old = self.read_target(place, target.span);
        if is_wanted && self.frame.is_variable(old) {
            old = self.emit(Op::Copy(old), target.span);
        }
        let one = self.constant(crate::ir::Const::Int(1), span);
        let op = if increment {
            BinaryOp::Add
        } else {
            BinaryOp::Sub
        };
        let into = if let Target::Name(place) = place {
            Self::register_of(place)
        } else {
            None
        };
        let new = self.emit_into(
            Op::Binary {
                op,
                left: old,
                right: one,
                augmented: true,
            },
            into,
            span,
        );
        self.write_target(place, new, span);
        old
    }
}
