//! Statements.

use shindan_base::Sym;
use shindan_source::tree::{Export, Expr, LetKind, Pattern, PatternKind, Stmt, StmtKind};

use super::Lowerer;
use super::nominal::tells_its_type;
use super::scope::{Node, address};
use crate::ir::{Const, Op, Term};

impl<'t> Lowerer<'t> {
    /// The body of a statement, in a scope of its own if it binds names there.
    pub(super) fn block(&mut self, stmts: &'t [Stmt]) {
        let outer = self.scope;
        if !self.is_python
            && let Some(first) = stmts.first()
            && let Some(scope) = self.scopes.of_node(address(first), Node::Block)
        {
            self.scope = scope;
        }
        self.stmts(stmts);
        self.scope = outer;
    }

    /// Statements in the scope at hand.
    pub(super) fn stmts(&mut self, stmts: &'t [Stmt]) {
        self.hoist(stmts);
        for stmt in stmts {
            if self.frame.is_dead {
                break;
            }
            self.stmt(stmt);
        }
    }

    /// JavaScript makes the functions of a scope before it runs the scope's statements.
    pub(super) fn hoist(&mut self, stmts: &'t [Stmt]) {
        if self.is_python || self.frame.is_dead {
            return;
        }
        for stmt in stmts {
            let mut stmt = stmt;
            while let StmtKind::Label(_, inner) = &stmt.kind {
                stmt = inner;
            }
            match &stmt.kind {
                StmtKind::Function(f) => self.function_decl(f),
                StmtKind::Export(export) => self.hoist_export(export),
                _ => {}
            }
        }
    }

    pub(super) fn stmt(&mut self, stmt: &'t Stmt) {
        let span = stmt.span;
        match &stmt.kind {
            StmtKind::Expr(e) => self.effect(e),
            StmtKind::Let {
                kind,
                pattern,
                ty,
                value,
            } => self.let_stmt(*kind, pattern, ty.as_ref(), value.as_ref(), stmt),
            StmtKind::Function(f) => {
                if self.is_python {
                    self.function_decl(f);
                }
            }
            StmtKind::Class(c) => self.class_decl(c),
            StmtKind::If { cond, then, els } => self.if_stmt(cond, then, els),
            StmtKind::While { cond, body, els } => self.while_loop(cond, body, els),
            StmtKind::DoWhile { body, cond } => self.do_while(body, cond),
            StmtKind::For {
                init,
                cond,
                update,
                body,
            } => {
                self.for_loop(stmt, init, cond.as_ref(), update.as_ref(), body);
            }
            StmtKind::ForEach {
                kind,
                target,
                declares: _,
                iter,
                body,
                els,
            } => {
                self.for_each(stmt, *kind, target, iter, body, els);
            }
            StmtKind::Switch {
                subject,
                cases,
                falls_through,
            } => self.switch(stmt, subject, cases, *falls_through),
            StmtKind::Return(value) => self.return_stmt(value.as_ref(), span),
            StmtKind::Throw(value) => {
                let value = value.as_ref().map(|value| self.expr(value));
                self.frame.end(Term::Throw(value));
            }
            StmtKind::Try {
                body,
                handlers,
                els,
                finally,
            } => self.try_stmt(body, handlers, els, finally),
            StmtKind::With { items, body } => {
                for (context, target) in items {
                    let value = self.expr(context);
                    match target {
                        Some(target) => self.bind_pattern(target, Op::Enter(value), context.span),
                        None => {
                            self.emit(Op::Enter(value), context.span);
                        }
                    }
                }
                self.block(body);
            }
            StmtKind::Break(label) => self.jump(*label, false),
            StmtKind::Continue(label) => self.jump(*label, true),
            StmtKind::Label(label, inner) => self.label(*label, inner),
            StmtKind::Import(_) if self.family.is_nominal() => {}
            StmtKind::Import(import) => self.import(import, span),
            StmtKind::Export(export) => self.export(export, span),
            StmtKind::Global(_) | StmtKind::Nonlocal(_) | StmtKind::Pass => {}
            StmtKind::Delete(targets) => targets.iter().for_each(|target| self.delete(target)),
            StmtKind::Assert { cond, message } => {
                let (holds, fails) = (self.frame.new_block(), self.frame.new_block());
                self.condition(cond, holds, fails);
                self.frame.start(fails);
                let message = message.as_ref().map(|message| self.expr(message));
                self.frame.end(Term::Throw(message));
                self.frame.start(holds);
            }
            StmtKind::Block(body) => self.block(body),
            StmtKind::Namespace { name, body } => self.namespace(*name, body),
        }
    }

    fn let_stmt(
        &mut self,
        kind: LetKind,
        pattern: &'t Pattern,
        ty: Option<&'t Expr>,
        value: Option<&'t Expr>,
        stmt: &Stmt,
    ) {
        if let (Some(value), Some(ty), PatternKind::Name(name)) = (value, ty, &pattern.kind)
            && let Some(ty) = self.type_name(ty)
            && !tells_its_type(value)
        {
            let value = self.named(value, Some(*name), None);
            self.bind_name(*name, Op::Typed { value, ty }, stmt.span);
            return;
        }
        if let Some(value) = value {
            self.assign(pattern, value, stmt.span);
            return;
        }
        // `var x;` keeps a value from an earlier round of a loop; a block-scoped name starts anew.
        let resets = match kind {
            LetKind::Var => self.frame.jumps.is_empty(),
            LetKind::Let | LetKind::Const => true,
            LetKind::Assign => false,
        };
        if resets && let PatternKind::Name(name) = pattern.kind {
            self.bind_name(name, Op::Const(Const::Undefined), stmt.span);
        }
    }

    fn if_stmt(&mut self, mut cond: &'t Expr, mut then: &'t [Stmt], mut els: &'t [Stmt]) {
        let done = self.frame.new_block();
        // `elif` nests to the right, in generated code deeper than the stack, so it is followed by a loop.
        loop {
            let yes = self.frame.new_block();
            let no = if els.is_empty() {
                done
            } else {
                self.frame.new_block()
            };
            self.condition(cond, yes, no);
            self.frame.start(yes);
            self.block(then);
            self.frame.goto(done);
            self.frame.start(no);
            match els {
                [] => return,
                [
                    Stmt {
                        kind:
                            StmtKind::If {
                                cond: c,
                                then: t,
                                els: e,
                            },
                        ..
                    },
                ] => (cond, then, els) = (c, t, e),
                _ => break,
            }
        }
        self.block(els);
        self.frame.goto(done);
        self.frame.start(done);
    }

    /// Every name that a declaration binds.
    pub(super) fn declared_names(&self, export: &Export) -> Vec<Sym> {
        let mut bound = Vec::new();
        if let Export::Declaration(stmt) = export {
            match &stmt.kind {
                StmtKind::Let { pattern, .. } => Self::bound_names(pattern, &mut bound),
                StmtKind::Block(stmts) => {
                    for stmt in stmts {
                        if let StmtKind::Let { pattern, .. } = &stmt.kind {
                            Self::bound_names(pattern, &mut bound);
                        }
                    }
                }
                StmtKind::Class(c) => bound.extend(c.name.map(|name| (name, c.name_span))),
                StmtKind::Function(f) => bound.extend(f.name.map(|name| (name, f.name_span))),
                _ => {}
            }
        }
        bound.into_iter().map(|(name, _)| name).collect()
    }
}
