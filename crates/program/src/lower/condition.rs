//! Short-circuit operators and conditions by control flow.
//!
//! **Invariant.** A branch tests one atomic condition: never the joined result of `and`, `or` or `not`.

use smallvec::SmallVec;

use shindan_source::tree::{Expr, ExprKind, LogicOp, UnaryOp};

use super::Lowerer;
use crate::ir::{BlockId, Op, Reg, Term};

impl<'t> Lowerer<'t> {
    /// Ends the current block with a branch to `then` or `els`.
    pub(super) fn condition(&mut self, e: &'t Expr, then: BlockId, els: BlockId) {
        match &e.kind {
            ExprKind::Logic {
                op: op @ (LogicOp::And | LogicOp::Or),
                ..
            } => {
                let operands = logic_operands(*op, e);
                let last = operands.len() - 1;
                for (i, operand) in operands.into_iter().enumerate() {
                    if i == last {
                        return self.condition(operand, then, els);
                    }
                    let more = self.frame.new_block();
                    match op {
                        LogicOp::And => self.condition(operand, more, els),
                        LogicOp::Or | LogicOp::Coalesce => self.condition(operand, then, more),
                    }
                    self.frame.start(more);
                }
            }
            ExprKind::Unary {
                op: UnaryOp::Not,
                operand,
            } => self.condition(operand, els, then),
            ExprKind::Cast { operand, ty: _ } => self.condition(operand, then, els),
            ExprKind::Ternary {
                cond,
                then: yes,
                els: no,
            } => {
                let (if_yes, if_no) = (self.frame.new_block(), self.frame.new_block());
                self.condition(cond, if_yes, if_no);
                self.frame.start(if_yes);
                self.condition(yes, then, els);
                self.frame.start(if_no);
                self.condition(no, then, els);
            }
            ExprKind::Sequence(items) if !items.is_empty() => {
                if let Some((last, effects)) = items.split_last() {
                    effects.iter().for_each(|effect| self.effect(effect));
                    self.condition(last, then, els);
                }
            }
            _ => {
                let cond = self.expr(e);
                self.frame.end(Term::If { cond, then, els });
            }
        }
    }

    /// Ends the current block: to `more` if the operator goes on to its right operand, else to `done`.
    pub(super) fn branch_on(&mut self, op: LogicOp, left: Reg, more: BlockId, done: BlockId) {
        self.frame.end(match op {
            LogicOp::And => Term::If {
                cond: left,
                then: more,
                els: done,
            },
            LogicOp::Or => Term::If {
                cond: left,
                then: done,
                els: more,
            },
            LogicOp::Coalesce => Term::IfNullish {
                value: left,
                then: more,
                els: done,
            },
        });
    }

    /// The value of a short-circuit operator. It has a register of its own, because a later operand may read the
    /// variable that the value is meant for.
    pub(super) fn logic(&mut self, op: LogicOp, e: &'t Expr, into: Option<Reg>) -> Reg {
        let result = self.frame.temporary();
        let done = self.frame.new_block();
        let operands = logic_operands(op, e);
        let last = operands.len() - 1;
        for (i, operand) in operands.into_iter().enumerate() {
            if i == last {
                self.expr_into(operand, Some(result));
                self.frame.goto(done);
            } else {
                let value = self.expr(operand);
                self.emit_into(Op::Copy(value), Some(result), operand.span);
                let more = self.frame.new_block();
                self.branch_on(op, value, more, done);
                self.frame.start(more);
            }
        }
        self.frame.start(done);
        self.settle(result, into, e.span)
    }

    pub(super) fn ternary(
        &mut self,
        cond: &'t Expr,
        yes: &'t Expr,
        no: &'t Expr,
        into: Option<Reg>,
    ) -> Reg {
        let result = into.unwrap_or_else(|| self.frame.temporary());
        let [then, els, done] = [(); 3].map(|()| self.frame.new_block());
        self.condition(cond, then, els);
        for (block, branch) in [(then, yes), (els, no)] {
            self.frame.start(block);
            self.expr_into(branch, Some(result));
            self.frame.goto(done);
        }
        self.frame.start(done);
        result
    }
}

/// The operands of `a op b op c`, however deep the left end is.
fn logic_operands(op: LogicOp, e: &Expr) -> SmallVec<[&Expr; 4]> {
    let mut operands = SmallVec::new();
    let mut at = e;
    while let ExprKind::Logic {
        op: inner,
        left,
        right,
    } = &at.kind
        && *inner == op
    {
        operands.push(&**right);
        at = left;
    }
    operands.push(at);
    operands.reverse();
    operands
}
