//! Exceptions: `try`, its handlers, and the ways out through `finally`.
//!
//! A `finally` body is lowered where control falls into it, where an exception passes it, and for the first two
//! `return`s, `break`s or `continue`s that leave its `try`; later ones share one more copy, which goes on to all of
//! them. Inside a `finally` inside a `finally` everything shares one copy, or the copies would multiply.

use shindan_base::Span;
use shindan_source::tree::{Expr, Handler, Stmt};

use super::Lowerer;
use super::builder::Finally;
use super::scope::{Node, address};
use crate::ir::{BlockId, Op, Term};

/// How many ways out get a copy of a `finally` body for themselves.
const OWN_COPIES: u32 = 2;

/// From how many enclosing `finally` bodies on all ways out share one copy.
const SHARING_DEPTH: u32 = 2;

impl<'t> Lowerer<'t> {
    pub(super) fn try_stmt(
        &mut self,
        body: &'t [Stmt],
        handlers: &'t [Handler],
        els: &'t [Stmt],
        finally: &'t [Stmt],
    ) {
        let outer = self.frame.handler;
        let after = self.frame.new_block();
        let shares = self.frame.finally_depth >= SHARING_DEPTH;
        if finally.is_empty() {
            self.guarded(body, handlers, els, outer, after);
            self.frame.start(after);
            return;
        }
        let passed = self.frame.new_block();
        self.frame.finallies.push(Finally {
            body: finally,
            scope: self.scope,
            handler: outer,
            jumps: self.frame.jumps.len(),
            copies_left: if shares { 0 } else { OWN_COPIES },
            shared: None,
        });
        self.guarded(body, handlers, els, Some(passed), after);
        self.frame.handler = outer;
        let depth = self.frame.finallies.len() - 1;
        if shares {
            self.frame.start(passed);
            self.leave(depth);
            self.frame.end(Term::Throw(None));
            self.frame.start(after);
            self.leave(depth);
        }
        let shared = self.frame.finallies.pop().and_then(|ctx| ctx.shared);
        if !shares {
            self.frame.start(passed);
            self.finally_body(finally);
            self.frame.end(Term::Throw(None));
            self.frame.start(after);
            self.finally_body(finally);
        }
        let done = self.frame.flow_into_new_if_alive();
        if let Some((entry, exits)) = shared {
            self.frame.start(entry);
            self.finally_body(finally);
            self.any_of(&exits);
        }
        match done {
            Some(done) => self.frame.start(done),
            None => self.frame.is_dead = true,
        }
    }

    fn finally_body(&mut self, body: &'t [Stmt]) {
        self.frame.finally_depth += 1;
        self.block(body);
        self.frame.finally_depth -= 1;
    }

    /// The body, `else` and handlers of a `try`, each of which goes on to `after`; `outer` is where an exception goes
    /// that no handler catches.
    fn guarded(
        &mut self,
        body: &'t [Stmt],
        handlers: &'t [Handler],
        els: &'t [Stmt],
        outer: Option<BlockId>,
        after: BlockId,
    ) {
        let restore = self.frame.handler;
        let dispatch = if handlers.is_empty() {
            None
        } else {
            Some(self.frame.new_block())
        };
        self.frame.handler = dispatch.or(outer);
        self.frame.flow_into_new_if_alive();
        self.block(body);
        self.frame.handler = outer;
        if !els.is_empty() && self.frame.flow_into_new_if_alive().is_some() {
            self.block(els);
        }
        self.frame.goto(after);
        if let Some(dispatch) = dispatch {
            self.frame.start(dispatch);
            self.handlers(handlers, after);
        }
        self.frame.handler = restore;
    }

    fn handlers(&mut self, handlers: &'t [Handler], after: BlockId) {
        for handler in handlers {
            let types: Box<[_]> = self.operand_list(&handler.types).into();
            let (caught, next) = (self.frame.new_block(), self.frame.new_block());
            self.frame.end(if types.is_empty() {
                Term::Goto(caught)
            } else {
                Term::Either(caught, next)
            });
            self.frame.start(caught);
            let outer = self.scope;
            if let Some(scope) = self.scopes.of_node(address(handler), Node::Handler) {
                self.scope = scope;
            }
            let op = Op::Caught { types };
            match &handler.binding {
                Some(binding) => self.bind_pattern(binding, op, binding.span),
                None => {
                    self.emit(op, handler.span);
                }
            }
            self.block(&handler.body);
            self.frame.goto(after);
            self.scope = outer;
            self.frame.start(next);
        }
        self.frame.end(Term::Throw(None));
    }

    /// Passes the `finally` bodies that are more than `depth` deep, innermost first.
    pub(super) fn leave(&mut self, depth: usize) {
        let (scope, handler) = (self.scope, self.frame.handler);
        for i in (depth..self.frame.finallies.len()).rev() {
            if self.frame.is_dead {
                break;
            }
            self.pass(i);
        }
        (self.scope, self.frame.handler) = (scope, handler);
    }

    fn pass(&mut self, index: usize) {
        // The body sees neither the loops inside its `try` nor its own `finally`.
        let mut inner = self.frame.finallies.split_off(index);
        let Some(ctx) = inner.first_mut() else { return };
        let jumps = self
            .frame
            .jumps
            .split_off(ctx.jumps.min(self.frame.jumps.len()));
        (self.scope, self.frame.handler) = (ctx.scope, ctx.handler);
        if ctx.copies_left > 0 {
            ctx.copies_left -= 1;
            self.frame.flow_into_new();
            self.finally_body(ctx.body);
        } else {
            let onward = self.frame.new_block();
            let (entry, exits) = ctx
                .shared
                .get_or_insert_with(|| (self.frame.new_block(), Vec::new()));
            exits.push(onward);
            self.frame.goto(*entry);
            self.frame.start(onward);
        }
        self.frame.jumps.extend(jumps);
        self.frame.finallies.extend(inner);
    }

    /// Ends the current block with an unknown choice of `exits`.
    fn any_of(&mut self, exits: &[BlockId]) {
        let Some((&last, exits)) = exits.split_last() else {
            return;
        };
        for &exit in exits {
            let next = self.frame.new_block();
            self.frame.end(Term::Either(exit, next));
            self.frame.start(next);
        }
        self.frame.goto(last);
    }

    pub(super) fn return_stmt(&mut self, value: Option<&'t Expr>, span: Span) {
        let mut value = value.map(|value| self.expr(value));
        if !self.frame.finallies.is_empty()
            && let Some(reg) = value
            && self.frame.is_variable(reg)
        {
            value = Some(self.emit(Op::Copy(reg), span));
        }
        self.leave(0);
        self.frame.end(Term::Return(value));
    }
}
