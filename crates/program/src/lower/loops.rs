//! Loops, labels, `break` and `continue`.

use shindan_base::Sym;
use shindan_source::tree::{Expr, ForEachKind, Pattern, Stmt, StmtKind};

use super::Lowerer;
use super::builder::Jump;
use super::scope::{Node, address};
use crate::ir::{BlockId, Op, Reg, Term};

impl<'t> Lowerer<'t> {
    /// The body of a loop or switch: `break` leads to `exit`, `continue` to `next`.
    pub(super) fn breakable(
        &mut self,
        exit: BlockId,
        next: Option<BlockId>,
        inside: impl FnOnce(&mut Self),
    ) {
        let labels = std::mem::take(&mut self.frame.labels);
        let finallies = self.frame.finallies.len();
        self.frame.jumps.push(Jump {
            labels,
            exit,
            next,
            needs_label: false,
            finallies,
        });
        inside(self);
        self.frame.jumps.pop();
    }

    pub(super) fn while_loop(&mut self, cond: &'t Expr, body: &'t [Stmt], els: &'t [Stmt]) {
        let head = self.frame.flow_into_new();
        let (inside, done) = (self.frame.new_block(), self.frame.new_block());
        let ended = if els.is_empty() {
            done
        } else {
            self.frame.new_block()
        };
        self.condition(cond, inside, ended);
        self.frame.start(inside);
        self.breakable(done, Some(head), |this| this.block(body));
        self.frame.goto(head);
        self.loop_else(els, ended, done);
    }

    fn loop_else(&mut self, els: &'t [Stmt], ended: BlockId, done: BlockId) {
        if ended != done {
            self.frame.start(ended);
            self.block(els);
            self.frame.goto(done);
        }
        self.frame.start(done);
    }

    pub(super) fn do_while(&mut self, body: &'t [Stmt], cond: &'t Expr) {
        let inside = self.frame.flow_into_new();
        let (test, done) = (self.frame.new_block(), self.frame.new_block());
        self.breakable(done, Some(test), |this| this.block(body));
        self.frame.goto(test);
        self.frame.start(test);
        self.condition(cond, inside, done);
        self.frame.start(done);
    }

    pub(super) fn for_loop(
        &mut self,
        stmt: &'t Stmt,
        init: &'t [Stmt],
        cond: Option<&'t Expr>,
        update: Option<&'t Expr>,
        body: &'t [Stmt],
    ) {
        let outer = self.scope;
        if let Some(scope) = self.scopes.of_node(address(stmt), Node::Head) {
            self.scope = scope;
        }
        self.stmts(init);
        let head = self.frame.flow_into_new();
        let (inside, next, done) = (
            self.frame.new_block(),
            self.frame.new_block(),
            self.frame.new_block(),
        );
        match cond {
            Some(cond) => self.condition(cond, inside, done),
            None => self.frame.goto(inside),
        }
        self.frame.start(inside);
        self.breakable(done, Some(next), |this| this.block(body));
        self.frame.goto(next);
        self.frame.start(next);
        if let Some(update) = update {
            self.effect(update);
        }
        self.frame.goto(head);
        self.frame.start(done);
        self.scope = outer;
    }

    /// The collection of a loop. The loop asks for it in every round, so a variable is copied.
    pub(super) fn loop_collection(&mut self, iter: &'t Expr) -> Reg {
        let of = self.expr(iter);
        if self.frame.is_variable(of) {
            self.emit(Op::Copy(of), iter.span)
        } else {
            of
        }
    }

    pub(super) fn for_each(
        &mut self,
        stmt: &'t Stmt,
        kind: ForEachKind,
        target: &'t Pattern,
        iter: &'t Expr,
        body: &'t [Stmt],
        els: &'t [Stmt],
    ) {
        let of = self.loop_collection(iter);
        let outer = self.scope;
        if let Some(scope) = self.scopes.of_node(address(stmt), Node::Head) {
            self.scope = scope;
        }
        let head = self.frame.flow_into_new();
        let (inside, done) = (self.frame.new_block(), self.frame.new_block());
        let ended = if els.is_empty() {
            done
        } else {
            self.frame.new_block()
        };
        self.frame.end(Term::Next {
            of,
            body: inside,
            exit: ended,
        });
        self.frame.start(inside);
        let keys = kind == ForEachKind::In;
        self.bind_pattern(target, Op::Element { of, keys }, target.span);
        self.breakable(done, Some(head), |this| this.block(body));
        self.frame.goto(head);
        self.scope = outer;
        self.loop_else(els, ended, done);
    }

    pub(super) fn label(&mut self, label: Sym, inner: &'t Stmt) {
        let is_loop = matches!(
            inner.kind,
            StmtKind::While { .. }
                | StmtKind::DoWhile { .. }
                | StmtKind::For { .. }
                | StmtKind::ForEach { .. }
        );
        self.frame.labels.push(label);
        if is_loop || matches!(inner.kind, StmtKind::Label(..)) {
            self.block(std::slice::from_ref(inner));
            self.frame.labels.clear();
            return;
        }
        let labels = std::mem::take(&mut self.frame.labels);
        let exit = self.frame.new_block();
        let finallies = self.frame.finallies.len();
        self.frame.jumps.push(Jump {
            labels,
            exit,
            next: None,
            needs_label: true,
            finallies,
        });
        self.block(std::slice::from_ref(inner));
        self.frame.jumps.pop();
        self.frame.goto(exit);
        self.frame.start(exit);
    }

    /// `break` or `continue`. One that leads nowhere, which no valid program has, is passed over.
    pub(super) fn jump(&mut self, label: Option<Sym>, continues: bool) {
        let found = self.frame.jumps.iter().rev().find_map(|jump| {
            let is_meant = match label {
                Some(label) => jump.labels.contains(&label),
                None => !jump.needs_label,
            };
            let to = if continues {
                jump.next
            } else {
                Some(jump.exit)
            };
            to.filter(|_| is_meant).map(|to| (to, jump.finallies))
        });
        if let Some((to, finallies)) = found {
            self.leave(finallies);
            self.frame.goto(to);
        }
    }
}
