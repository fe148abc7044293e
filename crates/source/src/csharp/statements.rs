//! Statements.

use shindan_base::Span;

use super::chains::MAX_CHAIN;
use super::grammar::{Field, Kind};
use super::syntax::{Children, Node};
use super::{Converter, bound, expr, let_stmt, name, opaque};
use crate::tree::{
    Expr, ExprKind, ForEachKind, Handler, LetKind, Pattern, PatternKind, Stmt, StmtKind,
};

impl<'a> Converter<'a> {
    /// The statements of a block.
    pub(super) fn block(&mut self, block: Node) -> Vec<Stmt> {
        let mut out = Vec::new();
        self.stmts(self.children(block), &mut out);
        out
    }

    /// Statements up to the end of their block; a resource that is declared among them holds what follows it.
    pub(super) fn stmts(&mut self, mut list: Children<'a>, out: &mut Vec<Stmt>) {
        while let Some(node) = list.next() {
            if self.kind(node) == Kind::LocalDeclaration
                && self.has(node, "using")
                && self.depth.enter(self.span(node))
            {
                self.using_declaration(node, list, out);
                self.depth.leave();
                return;
            }
            self.stmt(node, out);
        }
    }

    /// `using var x = e;` and the rest of its block.
    fn using_declaration(&mut self, node: Node, rest: Children<'a>, out: &mut Vec<Stmt>) {
        let span = self.span(node);
        let mark = self.hoisted.len();
        let items = match self.syntax.first(node, Kind::VariableDeclaration) {
            Some(declaration) => self.resources(declaration),
            None => Vec::new(),
        };
        out.extend(self.hoisted.drain(mark..));
        let mut body = Vec::new();
        self.stmts(rest, &mut body);
        out.push(Stmt {
            kind: StmtKind::With { items, body },
            span,
        });
    }

    /// The resources that a declaration opens.
    fn resources(&mut self, declaration: Node) -> Vec<(Expr, Option<Pattern>)> {
        let ty = self.child(declaration, Field::Type);
        let mut items = Vec::new();
        for declarator in self.children(declaration) {
            if self.kind(declarator) != Kind::VariableDeclarator {
                continue;
            }
            let Some((key, Some(value))) = self.declarator(declarator) else {
                continue;
            };
            let mut value = self.value(value, ty);
            // What is made here says itself what it is.
            if !matches!(value.kind, ExprKind::New { .. } | ExprKind::Do { .. })
                && let Some(ty) = ty.and_then(|ty| self.ty(ty))
            {
                let span = value.span;
                let kind = ExprKind::Cast {
                    operand: Box::new(value),
                    ty: Some(Box::new(ty)),
                };
                value = expr(kind, span);
            }
            let pattern = bound(self.sym(key), self.span(key));
            items.push((value, Some(pattern)));
        }
        items
    }

    /// The name and the value of a declarator; no name where it takes a tuple apart.
    pub(super) fn declarator(&self, declarator: Node) -> Option<(Node, Option<Node>)> {
        let key = self.child(declarator, Field::Name);
        let key = key.or_else(|| self.syntax.first(declarator, Kind::TuplePattern))?;
        let value = self
            .children(declarator)
            .find(|part| *part != key && self.kind(*part).is_expression());
        Some((key, value))
    }

    /// The body of a loop or branch, without the block around it.
    fn body(&mut self, node: Option<Node>) -> Vec<Stmt> {
        match node {
            Some(node) if self.kind(node) == Kind::Block => {
                if !self.depth.enter(self.span(node)) {
                    return Vec::new();
                }
                let body = self.block(node);
                self.depth.leave();
                body
            }
            Some(node) => {
                let mut out = Vec::with_capacity(1);
                self.stmt(node, &mut out);
                out
            }
            None => Vec::new(),
        }
    }

    /// Adds what a statement becomes: often one statement, with what it declares on the way in front of it.
    pub(super) fn stmt(&mut self, node: Node, out: &mut Vec<Stmt>) {
        let span = self.span(node);
        let kind = self.kind(node);
        if !(kind.is_statement() || kind == Kind::Error || kind.is_expression()) {
            if kind.is_declaration() {
                self.item(node, out);
            }
            return;
        }
        if !self.depth.enter(span) {
            out.push(Stmt {
                kind: StmtKind::Expr(opaque(span)),
                span,
            });
            return;
        }
        let (mark, start) = (self.hoisted.len(), out.len());
        self.stmt_inside(node, out);
        if self.hoisted.len() > mark {
            let hoisted = self.hoisted.drain(mark..);
            out.splice(start..start, hoisted);
        }
        self.depth.leave();
    }

    fn stmt_inside(&mut self, node: Node, out: &mut Vec<Stmt>) {
        let span = self.span(node);
        let kind = match self.kind(node) {
            Kind::ExpressionStatement | Kind::GlobalStatement => {
                match self.syntax.children(node).find(|child| {
                    self.kind(*child).is_expression() || self.kind(*child).is_statement()
                }) {
                    Some(child) if self.kind(child).is_statement() => {
                        return self.stmt(child, out);
                    }
                    Some(child) => StmtKind::Expr(self.expr(child)),
                    None => return,
                }
            }
            Kind::LocalDeclaration => return self.local_declaration(node, out),
            Kind::Block => StmtKind::Block(self.block(node)),
            Kind::CheckedStatement | Kind::Unsafe => {
                StmtKind::Block(self.body(self.syntax.first(node, Kind::Block)))
            }
            Kind::If => {
                let stmt = self.if_chain(node);
                out.push(stmt);
                return;
            }
            Kind::While => StmtKind::While {
                cond: self.condition(node),
                body: self.body(self.child(node, Field::Body)),
                els: Vec::new(),
            },
            Kind::Do => StmtKind::DoWhile {
                body: self.body(self.child(node, Field::Body)),
                cond: self.condition(node),
            },
            Kind::For => self.for_loop(node),
            Kind::Foreach => self.foreach(node),
            Kind::Switch => return self.switch_stmt(node, out),
            Kind::Return => {
                let value = self.operand(node);
                StmtKind::Return(value.map(|value| self.value(value, self.result)))
            }
            Kind::Throw => {
                let value = self.operand(node);
                StmtKind::Throw(value.map(|value| self.expr(value)))
            }
            Kind::Yield => {
                self.yields = true;
                match self.operand(node) {
                    Some(value) => {
                        let kind = ExprKind::Yield {
                            value: Some(self.boxed(value)),
                            delegate: false,
                        };
                        StmtKind::Expr(expr(kind, span))
                    }
                    None => StmtKind::Return(None),
                }
            }
            Kind::Try => self.try_stmt(node),
            Kind::Using => self.using(node),
            Kind::Lock => {
                let held = self.operand(node);
                let body = self.syntax.find(node, Kind::is_statement);
                StmtKind::With {
                    items: held
                        .map(|held| (self.expr(held), None))
                        .into_iter()
                        .collect(),
                    body: self.body(body),
                }
            }
            Kind::Fixed => {
                let mut inner = Vec::new();
                if let Some(declaration) = self.syntax.first(node, Kind::VariableDeclaration) {
                    self.variables(declaration, LetKind::Let, &mut inner);
                }
                let body = self.syntax.find(node, Kind::is_statement);
                inner.extend(self.body(body));
                StmtKind::Block(inner)
            }
            Kind::Break => StmtKind::Break(None),
            Kind::Continue => StmtKind::Continue(None),
            // Where a jump leads is not followed; out of a `switch` it leads in any case.
            Kind::Goto if self.is_in_switch(node) => StmtKind::Break(None),
            Kind::Goto | Kind::Empty => StmtKind::Pass,
            Kind::Labeled => {
                let inner = self.syntax.find(node, Kind::is_statement);
                if let Some(inner) = inner {
                    self.stmt(inner, out);
                }
                return;
            }
            Kind::LocalFunction => match self.local_function(node) {
                Some(function) => StmtKind::Function(Box::new(function)),
                None => return,
            },
            Kind::PreprocIf => return self.conditional_section(node, out),
            // What the parser recognised inside a part that it could not read.
            Kind::Error => {
                for child in self.children(node) {
                    self.stmt(child, out);
                }
                return;
            }
            _ => StmtKind::Expr(self.expr(node)),
        };
        out.push(Stmt { kind, span });
    }

    /// `goto case x`, `goto default`.
    fn is_in_switch(&self, node: Node) -> bool {
        self.has(node, "case") || self.has(node, "default")
    }

    fn condition(&mut self, node: Node) -> Expr {
        match self.child(node, Field::Condition) {
            Some(condition) => self.expr(condition),
            None => opaque(self.span(node)),
        }
    }

    fn local_declaration(&mut self, node: Node, out: &mut Vec<Stmt>) {
        let Some(declaration) = self.syntax.first(node, Kind::VariableDeclaration) else {
            return;
        };
        if self.has(node, "using") {
            let span = self.span(node);
            let kind = StmtKind::With {
                items: self.resources(declaration),
                body: Vec::new(),
            };
            out.push(Stmt { kind, span });
            return;
        }
        let kind = match self.modifiers(node).is_const {
            true => LetKind::Const,
            false => LetKind::Let,
        };
        self.variables(declaration, kind, out);
    }

    /// One declaration for each variable.
    fn variables(&mut self, declaration: Node, kind: LetKind, out: &mut Vec<Stmt>) {
        let ty = self.child(declaration, Field::Type);
        for declarator in self.children(declaration) {
            if self.kind(declarator) != Kind::VariableDeclarator {
                continue;
            }
            let Some((key, value)) = self.declarator(declarator) else {
                continue;
            };
            let value = value.map(|value| self.value(value, ty));
            let stmt = StmtKind::Let {
                kind,
                pattern: self.target(key),
                ty: ty.and_then(|ty| self.ty(ty)),
                value,
            };
            let span = self.span(declarator);
            let span = ty.map_or(span, |ty| self.span(ty).to(span));
            out.push(Stmt { kind: stmt, span });
        }
    }

    /// `if … else if … else …`. Beyond the bound on chains, later branches stand side by side.
    fn if_chain(&mut self, first: Node) -> Stmt {
        let above = self.chain;
        let mut branches: Vec<(Span, Expr, Vec<Stmt>)> = Vec::new();
        let mut current = first;
        let last = loop {
            self.chain = (above + branches.len()).min(MAX_CHAIN.max(above));
            let cond = self.condition(current);
            let then = self.body(self.child(current, Field::Consequence));
            branches.push((self.span(current), cond, then));
            match self.child(current, Field::Alternative) {
                Some(next) if self.kind(next) == Kind::If => current = next,
                other => break self.body(other),
            }
        };
        self.chain = above;
        let kept = self.room(branches.len()).max(1);
        let mut els = last;
        if branches.len() > kept {
            let loose = branches.split_off(kept);
            let at = loose.first().map_or(self.span(first), |(span, ..)| *span);
            self.flattened.get_or_insert(at);
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
            span: self.span(first),
        }
    }

    fn for_loop(&mut self, node: Node) -> StmtKind {
        let (mut init, mut cond, mut updates, mut body) = (Vec::new(), None, Vec::new(), None);
        for child in self.children(node) {
            let kind = self.kind(child);
            match self.syntax.field(child) {
                Field::Initializer if kind == Kind::VariableDeclaration => {
                    self.variables(child, LetKind::Let, &mut init);
                }
                Field::Initializer if kind.is_expression() => {
                    let value = self.expr(child);
                    init.push(super::expr_stmt(value));
                }
                Field::Condition => cond = Some(self.expr(child)),
                Field::Update if kind.is_expression() => updates.push(self.expr(child)),
                Field::Body => body = Some(child),
                _ => {}
            }
        }
        let span = self.span(node);
        let update = match (updates.pop(), updates.is_empty()) {
            (Some(last), false) => {
                updates.push(last);
                Some(expr(ExprKind::Sequence(updates), span))
            }
            (last, _) => last,
        };
        StmtKind::For {
            init,
            cond,
            update,
            body: self.body(body),
        }
    }

    fn foreach(&mut self, node: Node) -> StmtKind {
        let span = self.span(node);
        let ty = self.child(node, Field::Type);
        let is_typed = ty
            .is_some_and(|ty| !matches!(self.kind(ty), Kind::ImplicitType | Kind::PredefinedType));
        let iter = match self.child(node, Field::Right) {
            Some(right) => self.expr(right),
            None => opaque(span),
        };
        let (mut target, mut body) = (None, Vec::new());
        if let Some(left) = self.child(node, Field::Left) {
            let left_span = self.span(left);
            if is_typed && self.kind(left) == Kind::Identifier {
                // The declared type says more than the collection.
                let element = self.variable("each");
                let sym = self.sym(left);
                let ty = ty.and_then(|ty| self.ty(ty));
                let value = name(element, left_span);
                body.push(let_stmt(sym, ty, Some(value), left_span));
                target = Some(bound(element, left_span));
            } else {
                target = Some(self.target(left));
            }
        }
        body.extend(self.body(self.child(node, Field::Body)));
        StmtKind::ForEach {
            kind: match self.has(node, "await") {
                true => ForEachKind::Await,
                false => ForEachKind::Of,
            },
            target: target.unwrap_or(Pattern {
                kind: PatternKind::Place(opaque(span)),
                span,
            }),
            declares: Some(LetKind::Let),
            iter,
            body,
            els: Vec::new(),
        }
    }

    fn try_stmt(&mut self, node: Node) -> StmtKind {
        let (mut handlers, mut finally) = (Vec::new(), Vec::new());
        let body = self.body(self.child(node, Field::Body));
        for child in self.children(node) {
            match self.kind(child) {
                Kind::CatchClause => handlers.push(self.handler(child)),
                Kind::Finally => finally = self.body(self.syntax.first(child, Kind::Block)),
                _ => {}
            }
        }
        StmtKind::Try {
            body,
            handlers,
            els: Vec::new(),
            finally,
        }
    }

    fn handler(&mut self, clause: Node) -> Handler {
        let span = self.span(clause);
        let (mut types, mut binding) = (Vec::new(), None);
        if let Some(declaration) = self.syntax.first(clause, Kind::CatchDeclaration) {
            types.extend(self.type_in(declaration, Field::Type));
            if let Some(key) = self.child(declaration, Field::Name) {
                binding = Some(bound(self.sym(key), self.span(key)));
            }
        }
        let mark = self.hoisted.len();
        let filter = self.syntax.first(clause, Kind::CatchFilter);
        let filter = filter.and_then(|filter| self.operand(filter));
        let filter = filter.map(|filter| self.expr(filter));
        let hoisted: Vec<Stmt> = self.hoisted.drain(mark..).collect();
        let mut body = self.body(self.child(clause, Field::Body));
        if let Some(cond) = filter {
            let again = Stmt {
                kind: StmtKind::Throw(None),
                span: cond.span,
            };
            let filtered = Stmt {
                span: cond.span,
                kind: StmtKind::If {
                    cond,
                    then: body,
                    els: vec![again],
                },
            };
            body = hoisted;
            body.push(filtered);
        }
        Handler {
            types,
            binding,
            body,
            span,
        }
    }

    fn using(&mut self, node: Node) -> StmtKind {
        let items = match self.syntax.first(node, Kind::VariableDeclaration) {
            Some(declaration) => self.resources(declaration),
            None => match self.operand(node) {
                Some(resource) => vec![(self.expr(resource), None)],
                None => Vec::new(),
            },
        };
        StmtKind::With {
            items,
            body: self.body(self.child(node, Field::Body)),
        }
    }

    /// `#if` around statements: one side or the other, unless they declare what follows uses.
    fn conditional_section(&mut self, section: Node, out: &mut Vec<Stmt>) {
        let span = self.span(section);
        let mut sides: Vec<Vec<Stmt>> = Vec::new();
        let mut declares = false;
        let mut current = Some(section);
        while let Some(side) = current {
            current = None;
            let mut stmts = Vec::new();
            for child in self.children(side) {
                match (self.kind(child), self.syntax.field(child)) {
                    (Kind::PreprocElse | Kind::PreprocElif, _) => current = Some(child),
                    (_, Field::Condition) => {}
                    (kind, _) => {
                        declares |= kind == Kind::LocalDeclaration || kind == Kind::LocalFunction;
                        declares |= kind.is_declaration() && kind != Kind::PreprocIf;
                        self.stmt(child, &mut stmts);
                    }
                }
            }
            sides.push(stmts);
        }
        if declares || sides.len() > 64 {
            out.extend(sides.into_iter().flatten());
            return;
        }
        let mut els = Vec::new();
        while let Some(then) = sides.pop() {
            let kind = StmtKind::If {
                cond: opaque(span),
                then,
                els,
            };
            els = vec![Stmt { kind, span }];
        }
        out.append(&mut els);
    }
}
