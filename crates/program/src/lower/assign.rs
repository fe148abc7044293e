//! Assignments, and expressions whose value is not wanted.

use shindan_base::Span;
use shindan_source::tree::{Expr, ExprKind, LogicOp, Pattern, PatternKind};

use super::Lowerer;
use crate::ir::{Op, Reg};

impl<'t> Lowerer<'t> {
    /// `target = value`; the value is the assigned one.
    pub(super) fn assign(&mut self, target: &'t Pattern, value: &'t Expr, span: Span) -> Reg {
        match &target.kind {
            PatternKind::Name(name) => {
                let place = self.place(*name, target.span);
                let value = self.named(value, Some(*name), Self::register_of(place));
                self.store_result(place, value, span);
                value
            }
            PatternKind::Place(place) => self.assign_place(place, value, span),
            PatternKind::List { .. } | PatternKind::Map { .. } | PatternKind::Default { .. } => {
                let value = self.expr(value);
                self.bind_value(target, value, span);
                value
            }
        }
    }

    fn assign_place(&mut self, place: &'t Expr, value: &'t Expr, span: Span) -> Reg {
        match &place.kind {
            ExprKind::Member { object, name, .. } => {
                let target = self.expr(object);
                let mark = self.frame.mark();
                let value = self.named(value, Some(*name), None);
                let object = self.frame.keep(target, mark, object.span);
                self.act(
                    Op::SetMember {
                        object,
                        name: *name,
                        value,
                    },
                    span,
                );
                value
            }
            ExprKind::Index { object, index } => {
                let mut at =
                    [&**object, &**index].map(|e| (e.span, self.expr(e), self.frame.mark()));
                let name = if let ExprKind::Str(name) = index.kind {
                    Some(name)
                } else {
                    None
                };
                let value = self.named(value, name, None);
                self.keep_all(&mut at);
                let [(_, object, _), (_, index, _)] = at;
                self.act(
                    Op::SetIndex {
                        object,
                        index,
                        value,
                    },
                    span,
                );
                value
            }
            ExprKind::Cast { operand, ty: _ } => self.assign_place(operand, value, span),
            _ => {
                let value = self.expr(value);
                self.write_place(place, value, span);
                value
            }
        }
    }

    /// Binds a place that is no plain name.
    pub(super) fn write_place(&mut self, place: &'t Expr, value: Reg, span: Span) {
        match self.target(place) {
            Some(target) => self.write_target(target, value, span),
            None => {
                self.expr(place);
            }
        }
    }

    /// Evaluates an expression for what it does.
    pub(super) fn effect(&mut self, e: &'t Expr) {
        match &e.kind {
            ExprKind::Call { .. } => {
                self.chain(e, None, true);
            }
            ExprKind::New { .. } | ExprKind::TaggedTemplate { .. } | ExprKind::ImportCall(_) => {
                self.special_call(e, None, true);
            }
            ExprKind::Await(inner) if matches!(inner.kind, ExprKind::Call { .. }) => {
                let value = self.chain(inner, None, true);
                self.emit(Op::Await(value), e.span);
            }
            ExprKind::Update { target, increment } => {
                self.update(target, *increment, false, e.span);
            }
            ExprKind::Sequence(items) => items.iter().for_each(|item| self.effect(item)),
            ExprKind::Unary {
                operand,
                op: shindan_source::tree::UnaryOp::Void,
            } => self.effect(operand),
            ExprKind::Cast { operand, ty: _ } => self.effect(operand),
            ExprKind::Logic { op, left, right } => {
                let (more, done) = (self.frame.new_block(), self.frame.new_block());
                match op {
                    LogicOp::And => self.condition(left, more, done),
                    LogicOp::Or => self.condition(left, done, more),
                    LogicOp::Coalesce => {
                        let value = self.expr(left);
                        self.branch_on(*op, value, more, done);
                    }
                }
                self.frame.start(more);
                self.effect(right);
                self.frame.goto(done);
                self.frame.start(done);
            }
            ExprKind::Ternary { cond, then, els } => {
                let [yes, no, done] = [(); 3].map(|()| self.frame.new_block());
                self.condition(cond, yes, no);
                for (block, branch) in [(yes, then), (no, els)] {
                    self.frame.start(block);
                    self.effect(branch);
                    self.frame.goto(done);
                }
                self.frame.start(done);
            }
            // Docstrings and directives.
            ExprKind::Str(_)
            | ExprKind::Null
            | ExprKind::Undefined
            | ExprKind::Int(_)
            | ExprKind::Bool(_) => {}
            _ => {
                self.expr(e);
            }
        }
    }
}
