//! Statements.

use oxc_ast::ast::{
    self, Declaration, ForStatementInit, ForStatementLeft, Statement, VariableDeclarationKind,
    match_assignment_target, match_declaration, match_expression, match_module_declaration,
};
use oxc_span::GetSpan;
use shindan_base::Span;

use super::convert::{Converter, MAX_CHAIN, opaque, span};
use crate::tree::{
    Case, CaseTest, Expr, ForEachKind, Handler, LetKind, Pattern, PatternKind, Stmt, StmtKind,
};

impl<'a> Converter<'a> {
    pub(super) fn stmts(&mut self, list: &'a [Statement<'a>]) -> Vec<Stmt> {
        let mut out = Vec::new();
        self.stmts_into(list, &mut out);
        out
    }

    pub(super) fn stmts_into(&mut self, list: &'a [Statement<'a>], out: &mut Vec<Stmt>) {
        out.reserve_exact(list.len());
        for stmt in list {
            self.stmt(stmt, out);
        }
    }

    /// The body of a loop or branch, without the block around it.
    fn body(&mut self, stmt: &'a Statement<'a>) -> Vec<Stmt> {
        if let Statement::BlockStatement(block) = stmt {
            return self.stmts(&block.body);
        }
        // One statement is the rule, and a statement is large.
        let mut out = Vec::with_capacity(1);
        self.stmt(stmt, &mut out);
        out
    }

    /// Adds what a statement becomes: often one statement, but one for each variable of a declaration.
    pub(super) fn stmt(&mut self, stmt: &'a Statement<'a>, out: &mut Vec<Stmt>) {
        let at = span(stmt.span());
        if !self.depth.enter(at) {
            out.push(Stmt {
                kind: StmtKind::Expr(opaque(at)),
                span: at,
            });
            return;
        }
        match stmt {
            match_declaration!(Statement) => self.declaration(stmt.to_declaration(), out),
            match_module_declaration!(Statement) => {
                self.module_declaration(stmt.to_module_declaration(), out)
            }
            Statement::IfStatement(s) => {
                let stmt = self.if_chain(s);
                out.push(stmt);
            }
            Statement::ForInStatement(s) => {
                let stmt = self.for_each(ForEachKind::In, &s.left, &s.right, &s.body, at, out);
                out.push(stmt);
            }
            Statement::ForOfStatement(s) => {
                let kind = if s.r#await {
                    ForEachKind::Await
                } else {
                    ForEachKind::Of
                };
                let stmt = self.for_each(kind, &s.left, &s.right, &s.body, at, out);
                out.push(stmt);
            }
            Statement::BlockStatement(_)
            | Statement::BreakStatement(_)
            | Statement::ContinueStatement(_)
            | Statement::DebuggerStatement(_)
            | Statement::DoWhileStatement(_)
            | Statement::EmptyStatement(_)
            | Statement::ExpressionStatement(_)
            | Statement::ForStatement(_)
            | Statement::LabeledStatement(_)
            | Statement::ReturnStatement(_)
            | Statement::SwitchStatement(_)
            | Statement::ThrowStatement(_)
            | Statement::TryStatement(_)
            | Statement::WhileStatement(_)
            | Statement::WithStatement(_) => {
                let kind = self.plain(stmt);
                out.push(Stmt { kind, span: at });
            }
        }
        self.depth.leave();
    }

    /// A statement that becomes exactly one.
    fn plain(&mut self, stmt: &'a Statement<'a>) -> StmtKind {
        match stmt {
            Statement::ExpressionStatement(s) => StmtKind::Expr(self.expr(&s.expression)),
            Statement::ReturnStatement(s) => {
                StmtKind::Return(s.argument.as_ref().map(|value| self.expr(value)))
            }
            Statement::BlockStatement(s) => StmtKind::Block(self.stmts(&s.body)),
            Statement::BreakStatement(s) => {
                StmtKind::Break(s.label.as_ref().map(|l| self.names.of(l.name.as_str())))
            }
            Statement::ContinueStatement(s) => {
                StmtKind::Continue(s.label.as_ref().map(|l| self.names.of(l.name.as_str())))
            }
            Statement::ThrowStatement(s) => StmtKind::Throw(Some(self.expr(&s.argument))),
            Statement::WhileStatement(s) => StmtKind::While {
                cond: self.expr(&s.test),
                body: self.body(&s.body),
                els: Vec::new(),
            },
            Statement::DoWhileStatement(s) => StmtKind::DoWhile {
                body: self.body(&s.body),
                cond: self.expr(&s.test),
            },
            Statement::ForStatement(s) => self.for_loop(s),
            Statement::SwitchStatement(s) => StmtKind::Switch {
                subject: self.expr(&s.discriminant),
                cases: s.cases.iter().map(|case| self.case(case)).collect(),
                falls_through: true,
            },
            Statement::TryStatement(s) => self.try_stmt(s),
            Statement::WithStatement(s) => StmtKind::With {
                items: vec![(self.expr(&s.object), None)],
                body: self.body(&s.body),
            },
            Statement::LabeledStatement(s) => {
                let label = self.names.of(s.label.name.as_str());
                let mut inner = Vec::new();
                self.stmt(&s.body, &mut inner);
                let inner = match (inner.pop(), inner.is_empty()) {
                    (Some(only), true) => only,
                    (last, _) => {
                        inner.extend(last);
                        Stmt {
                            kind: StmtKind::Block(inner),
                            span: span(s.body.span()),
                        }
                    }
                };
                StmtKind::Label(label, Box::new(inner))
            }
            Statement::DebuggerStatement(_) | Statement::EmptyStatement(_) => StmtKind::Pass,
            Statement::IfStatement(_)
            | Statement::ForInStatement(_)
            | Statement::ForOfStatement(_)
            | match_declaration!(Statement)
            | match_module_declaration!(Statement) => {
                let mut inner = Vec::new();
                self.stmt(stmt, &mut inner);
                StmtKind::Block(inner)
            }
        }
    }

    /// `if … else if … else …`. Beyond the bound on chains, later branches stand side by side.
    fn if_chain(&mut self, first: &'a ast::IfStatement<'a>) -> Stmt {
        let above = self.chain;
        let mut branches: Vec<(Span, Expr, Vec<Stmt>)> = Vec::new();
        let mut current = first;
        let last = loop {
            self.chain = (above + branches.len()).min(MAX_CHAIN.max(above));
            branches.push((
                span(current.span),
                self.expr(&current.test),
                self.body(&current.consequent),
            ));
            match &current.alternate {
                Some(Statement::IfStatement(next)) => current = next,
                Some(other) => break self.body(other),
                None => break Vec::new(),
            }
        };
        self.chain = above;
        let kept = self.room(branches.len()).max(1);
        let mut els = last;
        if branches.len() > kept {
            let loose = branches.split_off(kept);
            self.flattened
                .get_or_insert_with(|| loose.first().map_or(span(first.span), |(span, ..)| *span));
            let side_by_side = loose.into_iter().map(|(span, cond, then)| {
                let kind = StmtKind::If {
                    cond,
                    then,
                    els: Vec::new(),
                };
                Stmt { kind, span }
            });
            els = side_by_side.chain(els).collect();
        }
        while let Some((span, cond, then)) = branches.pop() {
            let stmt = Stmt {
                kind: StmtKind::If { cond, then, els },
                span,
            };
            if branches.is_empty() {
                return stmt;
            }
            els = vec![stmt];
        }
        Stmt {
            kind: StmtKind::Pass,
            span: span(first.span),
        }
    }

    fn for_loop(&mut self, stmt: &'a ast::ForStatement<'a>) -> StmtKind {
        let mut init = Vec::new();
        match &stmt.init {
            Some(ForStatementInit::VariableDeclaration(declaration)) => {
                self.variables(declaration, &mut init)
            }
            Some(expr @ match_expression!(ForStatementInit)) => {
                let expr = self.expr(expr.to_expression());
                let span = expr.span;
                init.push(Stmt {
                    kind: StmtKind::Expr(expr),
                    span,
                });
            }
            None => {}
        }
        StmtKind::For {
            init,
            cond: stmt.test.as_ref().map(|test| self.expr(test)),
            update: stmt.update.as_ref().map(|update| self.expr(update)),
            body: self.body(&stmt.body),
        }
    }

    fn for_each(
        &mut self,
        kind: ForEachKind,
        left: &'a ForStatementLeft<'a>,
        right: &'a ast::Expression<'a>,
        body: &'a Statement<'a>,
        span: Span,
        before: &mut Vec<Stmt>,
    ) -> Stmt {
        let (target, declares) = match left {
            ForStatementLeft::VariableDeclaration(declaration) => {
                // Sloppy scripts may write `for (var k = f() in o)`.
                if declaration.declarations.iter().any(|d| d.init.is_some()) {
                    self.variables(declaration, before);
                }
                (
                    self.loop_variable(declaration),
                    Some(let_kind(declaration.kind)),
                )
            }
            match_assignment_target!(ForStatementLeft) => {
                (self.target(left.to_assignment_target()), None)
            }
        };
        let iter = self.expr(right);
        let body = self.body(body);
        Stmt {
            kind: StmtKind::ForEach {
                kind,
                target,
                declares,
                iter,
                body,
                els: Vec::new(),
            },
            span,
        }
    }

    fn loop_variable(&mut self, declaration: &'a ast::VariableDeclaration<'a>) -> Pattern {
        match declaration.declarations.first() {
            Some(declarator) => self.pattern(&declarator.id),
            None => {
                let span = span(declaration.span);
                Pattern {
                    kind: PatternKind::Place(opaque(span)),
                    span,
                }
            }
        }
    }

    fn case(&mut self, case: &'a ast::SwitchCase<'a>) -> Case {
        Case {
            tests: case
                .test
                .iter()
                .map(|test| CaseTest::Value(self.expr(test)))
                .collect(),
            guard: None,
            body: self.stmts(&case.consequent),
            span: span(case.span),
        }
    }

    fn try_stmt(&mut self, stmt: &'a ast::TryStatement<'a>) -> StmtKind {
        StmtKind::Try {
            body: self.stmts(&stmt.block.body),
            handlers: stmt
                .handler
                .iter()
                .map(|handler| Handler {
                    types: Vec::new(),
                    binding: handler
                        .param
                        .as_ref()
                        .map(|param| self.pattern(&param.pattern)),
                    body: self.stmts(&handler.body.body),
                    span: span(handler.span),
                })
                .collect(),
            els: Vec::new(),
            finally: stmt
                .finalizer
                .as_ref()
                .map_or(Vec::new(), |block| self.stmts(&block.body)),
        }
    }

    pub(super) fn declaration(&mut self, declaration: &'a Declaration<'a>, out: &mut Vec<Stmt>) {
        let span = span(declaration.span());
        let kind = match declaration {
            Declaration::VariableDeclaration(d) if d.declare => StmtKind::Pass,
            Declaration::VariableDeclaration(d) => return self.variables(d, out),
            Declaration::FunctionDeclaration(f) if f.declare || f.body.is_none() => StmtKind::Pass,
            Declaration::FunctionDeclaration(f) => {
                let function = self.function(f);
                self.containers.extend(function.name);
                StmtKind::Function(Box::new(function))
            }
            Declaration::ClassDeclaration(class) if class.declare => StmtKind::Pass,
            Declaration::ClassDeclaration(class) => {
                let class = self.class(class);
                self.containers.extend(class.name);
                StmtKind::Class(Box::new(class))
            }
            Declaration::TSTypeAliasDeclaration(_) | Declaration::TSInterfaceDeclaration(_) => {
                StmtKind::Pass
            }
            Declaration::TSEnumDeclaration(d) => self.enumeration(d),
            Declaration::TSExternalModuleDeclaration(d) => match &d.body {
                Some(body) if !d.declare => StmtKind::Block(self.stmts(&body.body)),
                _ => StmtKind::Pass,
            },
            Declaration::TSNamespaceDeclaration(d) => self.namespace(d),
            Declaration::TSGlobalDeclaration(d) if d.declare => StmtKind::Pass,
            Declaration::TSGlobalDeclaration(d) => StmtKind::Block(self.stmts(&d.body.body)),
            Declaration::TSImportEqualsDeclaration(d) => self.import_equals(d),
        };
        out.push(Stmt { kind, span });
    }

    /// One `Let` for each variable.
    fn variables(&mut self, declaration: &'a ast::VariableDeclaration<'a>, out: &mut Vec<Stmt>) {
        let kind = let_kind(declaration.kind);
        let only_one = declaration.declarations.len() == 1;
        for declarator in &declaration.declarations {
            let pattern = self.pattern(&declarator.id);
            let ty = self.annotation(declarator.type_annotation.as_deref());
            let value = declarator.init.as_ref().map(|value| self.expr(value));
            let span = span(if only_one {
                declaration.span
            } else {
                declarator.span
            });
            out.push(Stmt {
                kind: StmtKind::Let {
                    kind,
                    pattern,
                    ty,
                    value,
                },
                span,
            });
        }
    }
}

fn let_kind(kind: VariableDeclarationKind) -> LetKind {
    match kind {
        VariableDeclarationKind::Var => LetKind::Var,
        VariableDeclarationKind::Let
        | VariableDeclarationKind::Using
        | VariableDeclarationKind::AwaitUsing => LetKind::Let,
        VariableDeclarationKind::Const => LetKind::Const,
    }
}
