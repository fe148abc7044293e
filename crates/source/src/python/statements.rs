//! Statements.

use ruff_python_ast as ast;
use shindan_base::Span;

use super::expressions::binary_op;
use super::{Converter, at};
use crate::tree::{
    AugOp, Case, Expr, ExprKind, ForEachKind, Handler, Import, ImportName, LetKind, Stmt, StmtKind,
};
use shindan_base::Sym;

/// `elif`s up to this many nest; further ones follow each other as plain `if`s.
const LONG_ELIF: usize = 64;

impl Converter<'_> {
    pub(super) fn body(&mut self, suite: &[ast::Stmt]) -> Vec<Stmt> {
        let mut out = Vec::with_capacity(suite.len());
        for stmt in suite {
            self.stmt(stmt, &mut out);
        }
        out
    }

    /// Converts a statement, which may become several.
    pub(super) fn stmt(&mut self, stmt: &ast::Stmt, out: &mut Vec<Stmt>) {
        let span = at(stmt);
        if !self.depth.enter(span) {
            out.push(Stmt {
                kind: StmtKind::Pass,
                span,
            });
            return;
        }
        let kind = match stmt {
            ast::Stmt::Expr(inner) => match &*inner.value {
                ast::Expr::EllipsisLiteral(_) => StmtKind::Pass,
                value => StmtKind::Expr(self.expr(value)),
            },
            ast::Stmt::Assign(assign) => StmtKind::Expr(self.assign(assign)),
            ast::Stmt::AugAssign(assign) => StmtKind::Expr(self.aug_assign(assign)),
            ast::Stmt::AnnAssign(assign) => self.annotated(assign),
            ast::Stmt::FunctionDef(function) => {
                StmtKind::Function(Box::new(self.function(function)))
            }
            ast::Stmt::ClassDef(class) => StmtKind::Class(Box::new(self.class(class))),
            ast::Stmt::Return(inner) => StmtKind::Return(self.optional(inner.value.as_deref())),
            ast::Stmt::Delete(delete) => StmtKind::Delete(self.exprs(&delete.targets)),
            ast::Stmt::For(each) => self.for_each(each),
            ast::Stmt::While(inner) => StmtKind::While {
                cond: self.expr(&inner.test),
                body: self.body(&inner.body),
                els: self.body(&inner.orelse),
            },
            ast::Stmt::If(inner) => StmtKind::If {
                cond: self.expr(&inner.test),
                then: self.body(&inner.body),
                els: self.clauses(&inner.elif_else_clauses, 0),
            },
            ast::Stmt::With(with) => self.with(with),
            ast::Stmt::Match(switch) => self.switch(switch),
            ast::Stmt::Raise(raise) => self.raise(raise, out),
            ast::Stmt::Try(inner) => self.try_kind(inner),
            ast::Stmt::Assert(assert) => StmtKind::Assert {
                cond: self.expr(&assert.test),
                message: self.optional(assert.msg.as_deref()),
            },
            ast::Stmt::Import(import) => {
                self.import(import, span, out);
                self.depth.leave();
                return;
            }
            ast::Stmt::ImportFrom(import) => StmtKind::Import(self.import_from(import, span)),
            ast::Stmt::Global(global) => StmtKind::Global(self.identifiers(&global.names)),
            ast::Stmt::Nonlocal(nonlocal) => StmtKind::Nonlocal(self.identifiers(&nonlocal.names)),
            ast::Stmt::Break(_) => StmtKind::Break(None),
            ast::Stmt::Continue(_) => StmtKind::Continue(None),
            ast::Stmt::Pass(_) | ast::Stmt::TypeAlias(_) | ast::Stmt::IpyEscapeCommand(_) => {
                StmtKind::Pass
            }
        };
        self.depth.leave();
        out.push(Stmt { kind, span });
    }

    /// `a = b = value`, the value innermost.
    fn assign(&mut self, assign: &ast::StmtAssign) -> Expr {
        let targets = &assign.targets;
        let granted = targets
            .iter()
            .take_while(|target| self.depth.enter(at(*target)))
            .count();
        let mut value = self.expr(&assign.value);
        for target in targets[..granted].iter().rev() {
            let span = at(target).to(value.span);
            let target = Box::new(self.target(target));
            value = Expr {
                kind: ExprKind::Assign {
                    target,
                    value: Box::new(value),
                },
                span,
            };
            self.depth.leave();
        }
        value
    }

    fn aug_assign(&mut self, assign: &ast::StmtAugAssign) -> Expr {
        let kind = ExprKind::AugAssign {
            op: AugOp::Binary(binary_op(assign.op)),
            target: self.boxed(&assign.target),
            value: self.boxed(&assign.value),
        };
        Expr {
            kind,
            span: at(assign),
        }
    }

    fn annotated(&mut self, assign: &ast::StmtAnnAssign) -> StmtKind {
        StmtKind::Let {
            kind: LetKind::Assign,
            pattern: self.target(&assign.target),
            ty: self.annotation(&assign.annotation),
            value: self.optional(assign.value.as_deref()),
        }
    }

    fn for_each(&mut self, each: &ast::StmtFor) -> StmtKind {
        StmtKind::ForEach {
            kind: if each.is_async {
                ForEachKind::Await
            } else {
                ForEachKind::Of
            },
            target: self.target(&each.target),
            declares: None,
            iter: self.expr(&each.iter),
            body: self.body(&each.body),
            els: self.body(&each.orelse),
        }
    }

    /// The `els` of an `if` from its `elif` and `else` clauses.
    fn clauses(&mut self, clauses: &[ast::ElifElseClause], nested: usize) -> Vec<Stmt> {
        let Some((clause, rest)) = clauses.split_first() else {
            return Vec::new();
        };
        let span = at(clause);
        let Some(test) = &clause.test else {
            let mut body = self.body(&clause.body);
            // Only a file with syntax errors has clauses after `else`.
            body.extend(self.clauses(rest, nested));
            return body;
        };
        if nested >= LONG_ELIF {
            // Later clauses then seem to run after earlier ones, which only adds paths.
            return clauses
                .iter()
                .map(|clause| self.lone_clause(clause))
                .collect();
        }
        if !self.depth.enter(span) {
            return vec![Stmt {
                kind: StmtKind::Pass,
                span,
            }];
        }
        let (cond, then) = (self.expr(test), self.body(&clause.body));
        let els = self.clauses(rest, nested + 1);
        self.depth.leave();
        let span = rest.last().map_or(span, |last| span.to(at(last)));
        vec![Stmt {
            kind: StmtKind::If { cond, then, els },
            span,
        }]
    }

    fn lone_clause(&mut self, clause: &ast::ElifElseClause) -> Stmt {
        let kind = match &clause.test {
            Some(test) => {
                let cond = self.expr(test);
                StmtKind::If {
                    cond,
                    then: self.body(&clause.body),
                    els: Vec::new(),
                }
            }
            None => StmtKind::Block(self.body(&clause.body)),
        };
        Stmt {
            kind,
            span: at(clause),
        }
    }

    fn with(&mut self, with: &ast::StmtWith) -> StmtKind {
        let mut items = Vec::with_capacity(with.items.len());
        for item in &with.items {
            let context = self.expr(&item.context_expr);
            items.push((
                context,
                item.optional_vars
                    .as_deref()
                    .map(|target| self.target(target)),
            ));
        }
        StmtKind::With {
            items,
            body: self.body(&with.body),
        }
    }

    fn switch(&mut self, switch: &ast::StmtMatch) -> StmtKind {
        let subject = self.expr(&switch.subject);
        let mut cases = Vec::with_capacity(switch.cases.len());
        for case in &switch.cases {
            let mut tests = Vec::new();
            self.case_tests(&case.pattern, &mut tests);
            let guard = self.optional(case.guard.as_deref());
            cases.push(Case {
                tests,
                guard,
                body: self.body(&case.body),
                span: at(case),
            });
        }
        StmtKind::Switch {
            subject,
            cases,
            falls_through: false,
        }
    }

    /// `raise a from b`. The cause goes ahead as a statement of its own unless it is a mere name.
    fn raise(&mut self, raise: &ast::StmtRaise, out: &mut Vec<Stmt>) -> StmtKind {
        if let Some(cause) = raise.cause.as_deref()
            && !cause.is_name_expr()
            && !cause.is_none_literal_expr()
        {
            let cause = self.expr(cause);
            out.push(Stmt {
                span: cause.span,
                kind: StmtKind::Expr(cause),
            });
        }
        StmtKind::Throw(self.optional(raise.exc.as_deref()))
    }

    fn try_kind(&mut self, inner: &ast::StmtTry) -> StmtKind {
        let body = self.body(&inner.body);
        let mut handlers = Vec::with_capacity(inner.handlers.len());
        for handler in &inner.handlers {
            let ast::ExceptHandler::ExceptHandler(handler) = handler;
            handlers.push(Handler {
                types: match handler.type_.as_deref() {
                    None => Vec::new(),
                    Some(ast::Expr::Tuple(types)) => self.exprs(&types.elts),
                    Some(class) => vec![self.expr(class)],
                },
                binding: handler.name.as_ref().map(|name| self.binding(name)),
                body: self.body(&handler.body),
                span: at(handler),
            });
        }
        StmtKind::Try {
            body,
            handlers,
            els: self.body(&inner.orelse),
            finally: self.body(&inner.finalbody),
        }
    }

    fn import(&mut self, import: &ast::StmtImport, span: Span, out: &mut Vec<Stmt>) {
        for alias in &import.names {
            let module = self.name(&alias.name.id);
            let bound = match &alias.asname {
                Some(local) => ImportName::Module {
                    local: self.name(&local.id),
                },
                None => {
                    let root = alias.name.id.split('.').next().unwrap_or_default();
                    ImportName::Root {
                        local: self.name(root),
                    }
                }
            };
            let import = Import {
                module,
                level: 0,
                names: vec![bound],
                module_span: at(&alias.name),
                type_only: false,
                is_global: false,
            };
            out.push(Stmt {
                kind: StmtKind::Import(import),
                span,
            });
        }
    }

    fn import_from(&mut self, import: &ast::StmtImportFrom, span: Span) -> Import {
        let mut names = Vec::with_capacity(import.names.len());
        for alias in &import.names {
            names.push(if &*alias.name.id == "*" {
                ImportName::All
            } else {
                let name = self.name(&alias.name.id);
                let local = self.optional_name(alias.asname.as_ref()).unwrap_or(name);
                ImportName::Item {
                    name,
                    local,
                    span: at(alias),
                }
            });
        }
        Import {
            module: self
                .optional_name(import.module.as_ref())
                .unwrap_or(Sym::EMPTY),
            level: import.level,
            names,
            module_span: import.module.as_ref().map_or(span, at),
            type_only: false,
            is_global: false,
        }
    }

    fn identifiers(&mut self, names: &[ast::Identifier]) -> Vec<Sym> {
        names.iter().map(|name| self.name(&name.id)).collect()
    }
}
