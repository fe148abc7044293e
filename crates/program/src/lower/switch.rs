//! `switch` and `match`: a chain of tests that leads into the bodies.

use shindan_base::{Span, Sym};
use shindan_source::tree::{Case, CaseTest, CompareOp, Expr, Stmt};

use super::Lowerer;
use super::scope::{Node, address};
use crate::ir::{BlockId, Op, Reg, Term};

impl<'t> Lowerer<'t> {
    pub(super) fn switch(
        &mut self,
        stmt: &'t Stmt,
        subject: &'t Expr,
        cases: &'t [Case],
        falls_through: bool,
    ) {
        let subject = self.expr(subject);
        let outer = self.scope;
        if let Some(scope) = self.scopes.of_node(address(stmt), Node::Head) {
            self.scope = scope;
        }
        for case in cases {
            self.hoist(&case.body);
        }
        let done = self.frame.new_block();
        let bodies: Vec<BlockId> = cases.iter().map(|_| self.frame.new_block()).collect();
        let mut default = done;
        for (case, &body) in cases.iter().zip(&bodies) {
            if case.tests.is_empty() && case.guard.is_none() && falls_through {
                default = body;
                continue;
            }
            let next = self.frame.new_block();
            let matched = if case.guard.is_some() {
                self.frame.new_block()
            } else {
                body
            };
            self.tests(case, subject, matched);
            self.frame.goto(next);
            if let Some(guard) = &case.guard {
                self.frame.start(matched);
                self.condition(guard, body, next);
            }
            self.frame.start(next);
        }
        self.frame.goto(default);
        if falls_through {
            self.breakable(done, None, |this| this.bodies(cases, &bodies, done, true));
        } else {
            self.bodies(cases, &bodies, done, false);
        }
        self.frame.start(done);
        self.scope = outer;
    }

    fn bodies(
        &mut self,
        cases: &'t [Case],
        bodies: &[BlockId],
        done: BlockId,
        falls_through: bool,
    ) {
        for (i, case) in cases.iter().enumerate() {
            self.frame.start(bodies[i]);
            // The functions of all cases were made before the first test.
            for stmt in &case.body {
                if !self.frame.is_dead {
                    self.stmt(stmt);
                }
            }
            let next = bodies.get(i + 1).copied().filter(|_| falls_through);
            self.frame.goto(next.unwrap_or(done));
        }
    }

    /// Leads to `matched` if one of the case's tests holds; else the current block goes on.
    fn tests(&mut self, case: &'t Case, subject: Reg, matched: BlockId) {
        if case.tests.is_empty() {
            self.frame.goto(matched);
        }
        for test in &case.tests {
            if self.frame.is_dead {
                break;
            }
            match test {
                CaseTest::Value(value) => {
                    let span = value.span;
                    let right = self.expr(value);
                    let op = if self.is_python {
                        CompareOp::Eq
                    } else {
                        CompareOp::StrictEq
                    };
                    let cond = self.emit(
                        Op::Compare {
                            op,
                            left: subject,
                            right,
                        },
                        span,
                    );
                    self.branch_to(
                        matched,
                        |then, els| Term::If { cond, then, els },
                        &[],
                        subject,
                        span,
                    );
                }
                CaseTest::Any(name) => {
                    if let Some(name) = name {
                        self.bind_name(*name, Op::Copy(subject), case.span);
                    }
                    self.frame.goto(matched);
                }
                CaseTest::Class { class, binds } => {
                    let span = class.span;
                    let right = self.expr(class);
                    let cond = self.emit(
                        Op::Compare {
                            op: CompareOp::InstanceOf,
                            left: subject,
                            right,
                        },
                        span,
                    );
                    self.branch_to(
                        matched,
                        |then, els| Term::If { cond, then, els },
                        binds,
                        subject,
                        span,
                    );
                }
                CaseTest::Structure { binds } => {
                    self.branch_to(matched, Term::Either, binds, subject, case.span);
                }
            }
        }
    }

    fn branch_to(
        &mut self,
        matched: BlockId,
        term: impl FnOnce(BlockId, BlockId) -> Term,
        binds: &[Sym],
        subject: Reg,
        span: Span,
    ) {
        let next = self.frame.new_block();
        if binds.is_empty() {
            self.frame.end(term(matched, next));
        } else {
            let binding = self.frame.new_block();
            self.frame.end(term(binding, next));
            self.frame.start(binding);
            for &name in binds {
                self.bind_name(name, Op::Opaque([subject].into()), span);
            }
            self.frame.goto(matched);
        }
        self.frame.start(next);
    }
}
