//! Walks a tree once to declare every name in its scope and to note every use of a name.
//!
//! **Invariant.** The walk enters scopes exactly where lowering does: same nodes, same order of nesting.

mod definition;

use shindan_base::{Interner, Sym};
use shindan_source::tree::{
    Arg, CaseTest, Comprehension, Element, Entry, Export, Expr, ExprKind, Handler, Import,
    ImportName, LetKind, Pattern, PatternKind, Stmt, StmtKind,
};
use shindan_source::{Family, Tree};

pub(super) use definition::{fields, has_fields};

use super::scope::{FnId, Node, ScopeId, ScopeKind, Scopes, Use, address};

/// The scopes of a tree, uses not yet resolved.
pub(super) fn collect(tree: &Tree, names: &Interner) -> Scopes {
    let mut collector = Collector {
        names,
        scopes: Scopes::new(),
        family: tree.language.family(),
        is_python: tree.language.family() == Family::Python,
        scope: ScopeId::MODULE,
        hoist: ScopeId::MODULE,
        function: FnId::MODULE,
    };
    collector.stmts(&tree.body);
    collector.scopes
}

/// Whether a JavaScript block binds names of its own.
fn binds_in_block(stmts: &[Stmt]) -> bool {
    stmts.iter().any(|stmt| match &stmt.kind {
        StmtKind::Let { kind, .. } => *kind != LetKind::Var,
        StmtKind::Function(_) | StmtKind::Class(_) | StmtKind::Import(_) | StmtKind::Export(_) => {
            true
        }
        StmtKind::Label(_, inner) => binds_in_block(std::slice::from_ref(inner)),
        _ => false,
    })
}

/// Whether Ruby takes a name for that of a local variable: not a constant, not `$global`.
fn is_local_name(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_uppercase() || matches!(c, '$' | '@'))
}

/// Where a pattern's names are bound.
#[derive(Clone, Copy)]
enum Bind {
    In(ScopeId),
    /// An assignment, which declares in Python alone.
    Assign(Use),
}

struct Collector<'n> {
    names: &'n Interner,
    scopes: Scopes,
    family: Family,
    is_python: bool,
    scope: ScopeId,
    /// Where assignments (Python) and `var` (JavaScript) declare.
    hoist: ScopeId,
    function: FnId,
}

impl Collector<'_> {
    fn refer(&mut self, name: Sym, usage: Use) {
        self.scopes.refer(self.scope, self.function, name, usage);
    }

    fn within(&mut self, at: usize, node: Node, inside: impl FnOnce(&mut Self)) {
        let outer = self.scope;
        self.scope = self
            .scopes
            .add_scope(outer, self.function, ScopeKind::Block);
        self.scopes.attach(at, node, self.scope);
        inside(self);
        self.scope = outer;
    }

    fn block(&mut self, stmts: &[Stmt]) {
        match stmts.first() {
            Some(first) if !self.is_python && binds_in_block(stmts) => {
                self.within(address(first), Node::Block, |this| this.stmts(stmts));
            }
            _ => self.stmts(stmts),
        }
    }

    fn stmts(&mut self, stmts: &[Stmt]) {
        for stmt in stmts {
            self.stmt(stmt);
        }
    }

    fn declaring(&self, kind: LetKind) -> Bind {
        match kind {
            LetKind::Var => Bind::In(self.hoist),
            LetKind::Let | LetKind::Const => Bind::In(if self.is_python {
                self.hoist
            } else {
                self.scope
            }),
            LetKind::Assign => Bind::Assign(Use::Write),
        }
    }

    /// Names of functions, classes and imports.
    fn declare(&mut self, name: Sym) {
        let scope = if self.is_python {
            self.hoist
        } else {
            self.scope
        };
        self.scopes.declare(scope, name);
        // A name may be declared `global`, which makes its owner another function than this one.
        self.refer(name, Use::Write);
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Expr(e) => self.effect(e),
            StmtKind::Let {
                kind,
                pattern,
                ty: _,
                value,
            } => {
                self.pattern(pattern, self.declaring(*kind));
                self.exprs(value);
            }
            StmtKind::Function(f) => {
                if let Some(name) = f.name
                    && self.family != Family::Ruby
                {
                    self.declare(name);
                }
                self.function(f);
            }
            StmtKind::Class(c) => {
                // Classes of a nominal language are found by their qualified names, unless a function holds them.
                if let Some(name) = c.name
                    && !(self.family.is_nominal() && self.function == FnId::MODULE)
                    && self.family != Family::Ruby
                {
                    self.declare(name);
                }
                self.class(c);
            }
            StmtKind::If { .. } => self.if_stmt(stmt),
            StmtKind::While { cond, body, els } => {
                self.expr(cond);
                self.block(body);
                self.block(els);
            }
            StmtKind::DoWhile { body, cond } => {
                self.block(body);
                self.expr(cond);
            }
            StmtKind::For {
                init,
                cond,
                update,
                body,
            } => self.within(address(stmt), Node::Head, |this| {
                this.stmts(init);
                this.exprs(cond);
                if let Some(update) = update {
                    this.effect(update);
                }
                this.block(body);
            }),
            StmtKind::ForEach {
                kind: _,
                target,
                declares,
                iter,
                body,
                els,
            } => {
                self.expr(iter);
                self.within(address(stmt), Node::Head, |this| {
                    let bind = match declares {
                        Some(kind) => this.declaring(*kind),
                        None => Bind::Assign(Use::Write),
                    };
                    this.pattern(target, bind);
                    this.block(body);
                });
                self.block(els);
            }
            StmtKind::Switch {
                subject,
                cases,
                falls_through: _,
            } => {
                self.expr(subject);
                self.within(address(stmt), Node::Head, |this| {
                    for case in cases {
                        for test in &case.tests {
                            this.test(test);
                        }
                        this.exprs(&case.guard);
                        this.stmts(&case.body);
                    }
                });
            }
            StmtKind::Return(value) | StmtKind::Throw(value) => self.exprs(value),
            StmtKind::Try {
                body,
                handlers,
                els,
                finally,
            } => {
                self.block(body);
                for handler in handlers {
                    self.handler(handler);
                }
                self.block(els);
                self.block(finally);
            }
            StmtKind::With { items, body } => {
                for (context, target) in items {
                    self.expr(context);
                    if let Some(target) = target {
                        let bind = if self.is_python {
                            Bind::Assign(Use::Write)
                        } else {
                            Bind::In(self.scope)
                        };
                        self.pattern(target, bind);
                    }
                }
                self.block(body);
            }
            StmtKind::Break(_) | StmtKind::Continue(_) | StmtKind::Pass => {}
            StmtKind::Label(_, inner) => self.block(std::slice::from_ref(inner)),
            StmtKind::Import(_) if self.family.is_nominal() => {}
            StmtKind::Import(import) => self.import(import),
            StmtKind::Export(export) => self.export(export),
            StmtKind::Global(names) => {
                for &name in names {
                    self.scopes.declare_global(self.hoist, name);
                }
            }
            StmtKind::Nonlocal(names) => {
                for &name in names {
                    self.scopes.declare_further_out(self.hoist, name);
                }
            }
            StmtKind::Delete(targets) => self.exprs(targets),
            StmtKind::Assert { cond, message } => {
                self.expr(cond);
                self.exprs(message);
            }
            StmtKind::Block(body) => self.block(body),
            StmtKind::Namespace { name: _, body } => self.stmts(body),
        }
    }

    /// `elif` nests to the right, in generated code deeper than the stack, so it is followed by a loop.
    fn if_stmt(&mut self, stmt: &Stmt) {
        let mut rest = std::slice::from_ref(stmt);
        while let [
            Stmt {
                kind: StmtKind::If { cond, then, els },
                ..
            },
        ] = rest
        {
            self.expr(cond);
            self.block(then);
            rest = els;
        }
        self.block(rest);
    }

    fn test(&mut self, test: &CaseTest) {
        let (class, binds) = match test {
            CaseTest::Value(value) => (Some(value), &[][..]),
            CaseTest::Any(name) => (None, name.as_slice()),
            CaseTest::Class { class, binds } => (Some(class), &binds[..]),
            CaseTest::Structure { binds } => (None, &binds[..]),
        };
        self.exprs(class);
        for &name in binds {
            self.declare(name);
        }
    }

    fn handler(&mut self, handler: &Handler) {
        self.exprs(&handler.types);
        self.within(address(handler), Node::Handler, |this| {
            if let Some(binding) = &handler.binding {
                let bind = if this.is_python {
                    Bind::Assign(Use::Write)
                } else {
                    Bind::In(this.scope)
                };
                this.pattern(binding, bind);
            }
            this.block(&handler.body);
        });
    }

    fn import(&mut self, import: &Import) {
        for name in &import.names {
            match name {
                ImportName::Root { local }
                | ImportName::Module { local }
                | ImportName::Item { local, .. } => {
                    self.declare(*local);
                }
                ImportName::All => {}
            }
        }
    }

    fn export(&mut self, export: &Export) {
        match export {
            Export::Declaration(stmt) => self.stmt(stmt),
            Export::Default(e) => match &e.kind {
                ExprKind::Function(f) if f.name.is_some() => {
                    f.name.into_iter().for_each(|name| self.declare(name));
                    self.function(f);
                }
                ExprKind::Class(c) if c.name.is_some() => {
                    c.name.into_iter().for_each(|name| self.declare(name));
                    self.class(c);
                }
                _ => self.expr(e),
            },
            Export::Names(pairs) => {
                for &(local, _) in pairs {
                    self.refer(local, Use::Read);
                }
            }
            Export::From { .. } | Export::All { .. } => {}
        }
    }

    fn pattern(&mut self, pattern: &Pattern, bind: Bind) {
        match &pattern.kind {
            PatternKind::Name(name) => match bind {
                Bind::In(scope) => {
                    self.scopes.declare(scope, *name);
                }
                Bind::Assign(usage) => {
                    self.assigned(*name);
                    self.refer(*name, usage);
                }
            },
            PatternKind::Place(e) => self.expr(e),
            PatternKind::List { items, rest } => {
                for item in items.iter().flatten() {
                    self.pattern(item, bind);
                }
                if let Some((_, rest)) = rest {
                    self.pattern(rest, bind);
                }
            }
            PatternKind::Map { entries, rest } => {
                for (key, value) in entries {
                    self.expr(key);
                    self.pattern(value, bind);
                }
                if let Some(rest) = rest {
                    self.pattern(rest, bind);
                }
            }
            PatternKind::Default { pattern, default } => {
                self.pattern(pattern, bind);
                self.expr(default);
            }
        }
    }

    /// An assignment declares in Python, and in Ruby where no scope of the same method does.
    fn assigned(&mut self, name: Sym) {
        match self.family {
            Family::Python => {
                self.scopes.declare(self.hoist, name);
            }
            Family::Ruby => {
                if is_local_name(self.names.text(name))
                    && self.scopes.within_method(self.scope, name).is_none()
                {
                    self.scopes.declare(self.hoist, name);
                }
            }
            Family::EcmaScript | Family::Java | Family::CSharp => {}
        }
    }

    fn exprs<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Expr>) {
        for e in exprs {
            self.expr(e);
        }
    }

    /// An expression as a statement: its assignments are not nested in a larger expression.
    fn effect(&mut self, e: &Expr) {
        match &e.kind {
            ExprKind::Assign { target, value } => {
                self.expr(value);
                self.pattern(target, Bind::Assign(Use::Write));
            }
            ExprKind::AugAssign {
                op: _,
                target,
                value,
            } => {
                self.expr(value);
                self.target(target, Use::Write);
            }
            ExprKind::Update {
                target,
                increment: _,
            } => self.target(target, Use::Write),
            ExprKind::Sequence(items) => items.iter().for_each(|item| self.effect(item)),
            _ => self.expr(e),
        }
    }

    /// The target of `op=` or `++`.
    fn target(&mut self, target: &Expr, usage: Use) {
        if let ExprKind::Name(name) = target.kind {
            self.assigned(name);
            self.refer(name, usage);
        } else {
            self.expr(target);
        }
    }

    fn args(&mut self, args: &[Arg]) {
        for arg in args {
            match arg {
                Arg::Positional(e)
                | Arg::Named { name: _, value: e }
                | Arg::Spread(e)
                | Arg::SpreadMap(e) => self.expr(e),
                Arg::Out { target, value } => {
                    self.exprs(value.as_deref());
                    self.pattern(target, Bind::Assign(Use::NestedWrite));
                }
            }
        }
    }

    fn expr(&mut self, e: &Expr) {
        // Chains grow to the left and may be deeper than the stack, so their left ends are followed by this loop.
        let mut e = e;
        loop {
            e = match &e.kind {
                ExprKind::Binary { op: _, left, right }
                | ExprKind::Logic { op: _, left, right }
                | ExprKind::Compare { op: _, left, right } => {
                    self.expr(right);
                    left
                }
                ExprKind::Member { object, .. } => object,
                ExprKind::Index { object, index } => {
                    self.expr(index);
                    object
                }
                ExprKind::Call { callee, args } => {
                    self.args(args);
                    callee
                }
                ExprKind::Await(inner) | ExprKind::Spread(inner) | ExprKind::ImportCall(inner) => {
                    inner
                }
                ExprKind::Cast { operand, ty: _ } => operand,
                ExprKind::Unary { op: _, operand } => operand,
                _ => return self.leaf(e),
            };
        }
    }

    /// Every kind that does not continue a chain.
    fn leaf(&mut self, e: &Expr) {
        match &e.kind {
            ExprKind::Name(name) => self.refer(*name, Use::Read),
            ExprKind::Str(_)
            | ExprKind::Bytes(_)
            | ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Bool(_)
            | ExprKind::Null
            | ExprKind::Undefined
            | ExprKind::Regex { .. }
            | ExprKind::This
            | ExprKind::Super => {}
            ExprKind::Template(parts)
            | ExprKind::List(parts)
            | ExprKind::Tuple(parts)
            | ExprKind::Set(parts)
            | ExprKind::Sequence(parts)
            | ExprKind::Opaque(parts) => self.exprs(parts),
            ExprKind::TaggedTemplate { tag, parts } => {
                self.expr(tag);
                self.exprs(parts);
            }
            ExprKind::Slice { lower, upper, step } => {
                self.exprs(
                    [lower, upper, step]
                        .into_iter()
                        .flatten()
                        .map(|part| &**part),
                );
            }
            ExprKind::New { callee, args } => {
                self.expr(callee);
                self.args(args);
            }
            ExprKind::Ternary { cond, then, els } => self.exprs([&**cond, then, els]),
            ExprKind::Assign { target, value } => {
                self.expr(value);
                self.pattern(target, Bind::Assign(Use::NestedWrite));
            }
            ExprKind::AugAssign {
                op: _,
                target,
                value,
            } => {
                self.expr(value);
                self.target(target, Use::NestedWrite);
            }
            ExprKind::Update {
                target,
                increment: _,
            } => self.target(target, Use::NestedWrite),
            ExprKind::Yield { value, delegate: _ } => self.exprs(value.as_deref()),
            ExprKind::MethodRef { object, .. } => self.expr(object),
            ExprKind::Do { body, value } => {
                self.stmts(body);
                self.expr(value);
            }
            ExprKind::Function(f) => self.own_name(address(&**f), f.name, |this| this.function(f)),
            ExprKind::Class(c) => self.own_name(address(&**c), c.name, |this| this.class(c)),
            ExprKind::Map(entries) => {
                for entry in entries {
                    match entry {
                        Entry::Pair { key, value } => self.exprs([key, value]),
                        Entry::Accessor {
                            key,
                            function,
                            is_setter: _,
                        } => {
                            self.expr(key);
                            self.function(function);
                        }
                        Entry::Spread(e) => self.expr(e),
                    }
                }
            }
            ExprKind::Comprehension(c) => self.comprehension(c),
            ExprKind::Element(element) => self.element(element),
            // Chains, which `expr` follows itself.
            ExprKind::Binary { .. }
            | ExprKind::Logic { .. }
            | ExprKind::Compare { .. }
            | ExprKind::Member { .. }
            | ExprKind::Index { .. }
            | ExprKind::Call { .. }
            | ExprKind::Await(_)
            | ExprKind::Spread(_)
            | ExprKind::ImportCall(_)
            | ExprKind::Cast { .. }
            | ExprKind::Unary { .. } => {}
        }
    }

    fn element(&mut self, element: &Element) {
        self.exprs(&element.name);
        self.exprs(
            element
                .attributes
                .iter()
                .filter_map(|(_, value)| value.as_ref()),
        );
        self.exprs(&element.children);
    }

    fn comprehension(&mut self, c: &Comprehension) {
        // The outermost collection is evaluated outside.
        self.exprs(c.clauses.first().map(|clause| &clause.iter));
        self.within(address(c), Node::Comprehension, |this| {
            for (i, clause) in c.clauses.iter().enumerate() {
                if i > 0 {
                    this.expr(&clause.iter);
                }
                this.pattern(&clause.target, Bind::In(this.scope));
                this.exprs(&clause.conditions);
            }
            this.exprs(&c.key);
            this.expr(&c.element);
        });
    }
}
