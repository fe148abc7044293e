//! Files and statements.

use shindan_base::Span;

use super::grammar::{Field, Kind};
use super::types::copied;
use super::{Converter, assignment, declaration, name, name_pattern, opaque};
use crate::tree::{
    Arg, Expr, ExprKind, ForEachKind, Handler, Import, ImportName, LetKind, Stmt, StmtKind,
};

impl<'a> Converter<'a> {
    /// The whole file: what follows a `package` declaration stands in it.
    pub(super) fn file(&mut self) -> Vec<Stmt> {
        let end = self.span().end;
        let mut before = Vec::new();
        let mut package = None;
        let mut body = Vec::new();
        self.children(|this, kind| {
            if kind == Kind::PackageDeclaration && package.is_none() {
                if this.enter(|kind, _| is_name(kind)) {
                    let name = this.compact_name();
                    this.cursor.goto_parent();
                    package = Some((name, this.span()));
                    before = std::mem::take(&mut body);
                }
            } else {
                this.stmt(&mut body);
            }
        });
        for stmt in &mut body {
            if let StmtKind::Class(class) = &mut stmt.kind {
                class.is_inner = false;
            }
        }
        let body = self.with_implicit_class(body);
        if let Some((name, at)) = package {
            before.push(Stmt {
                kind: StmtKind::Namespace { name, body },
                span: Span::new(at.start, end),
            });
            return before;
        }
        body
    }

    /// The symbol of a dotted name, without the blanks and comments that may stand in it.
    fn compact_name(&mut self) -> shindan_base::Sym {
        let text = self.source();
        if text.bytes().all(|byte| {
            byte == b'.' || byte == b'_' || byte == b'$' || !byte.is_ascii_punctuation()
        }) && !text.contains(char::is_whitespace)
        {
            return self.names.of(text);
        }
        let mut parts = Vec::new();
        self.name_parts(&mut parts);
        self.names.of_temporary(&parts.join("."))
    }

    fn name_parts(&mut self, parts: &mut Vec<&'a str>) {
        let span = self.span();
        if self.kind() != Kind::ScopedIdentifier {
            parts.push(span.slice(self.text));
        } else if self.depth.enter(span) {
            self.children(|this, kind| {
                if is_name(kind) {
                    this.name_parts(parts);
                }
            });
            self.depth.leave();
        }
    }

    /// All statements among the children.
    pub(super) fn stmts(&mut self) -> Vec<Stmt> {
        let mut out = Vec::new();
        self.children(|this, _| this.stmt(&mut out));
        out
    }

    /// The body of a loop or branch, without the block around it.
    fn body(&mut self) -> Vec<Stmt> {
        if self.kind() == Kind::Block {
            return self.stmts();
        }
        let mut out = Vec::with_capacity(1);
        self.stmt(&mut out);
        out
    }

    /// Adds what the node becomes, if it is a statement: often one statement, but one for each variable of a
    /// declaration, and the declarations of what its patterns bind.
    pub(super) fn stmt(&mut self, out: &mut Vec<Stmt>) {
        let span = self.span();
        if !self.depth.enter(span) {
            out.push(Stmt {
                kind: StmtKind::Expr(opaque(span)),
                span,
            });
            return;
        }
        let (bottom, first) = (self.hoisted.len(), out.len());
        self.shallow_stmt(span, out);
        if self.hoisted.len() > bottom {
            out.splice(first..first, self.hoisted.drain(bottom..));
        }
        self.depth.leave();
    }

    fn shallow_stmt(&mut self, span: Span, out: &mut Vec<Stmt>) {
        let kind = self.kind();
        let kind = match kind {
            Kind::ExpressionStatement => {
                let expr = self.only_expr();
                StmtKind::Expr(expr)
            }
            Kind::LocalVariable => return self.variables(out),
            Kind::If => self.if_stmt(),
            Kind::Return => StmtKind::Return(self.optional_expr()),
            Kind::Block | Kind::ConstructorBody => StmtKind::Block(self.stmts()),
            Kind::Try => self.try_stmt(),
            Kind::TryWithResources => self.try_stmt(),
            Kind::For => self.for_stmt(),
            Kind::EnhancedFor => self.enhanced_for(),
            Kind::While => {
                let (cond, body) = self.cond_and_body();
                StmtKind::While {
                    cond,
                    body,
                    els: Vec::new(),
                }
            }
            Kind::Do => {
                let (cond, body) = self.cond_and_body();
                StmtKind::DoWhile { body, cond }
            }
            Kind::Switch => self.switch_stmt(),
            Kind::Throw => StmtKind::Throw(self.optional_expr()),
            Kind::Break => StmtKind::Break(self.label()),
            Kind::Continue => StmtKind::Continue(self.label()),
            Kind::Yield => return self.yield_stmt(out),
            Kind::Labeled => self.labeled(),
            Kind::Synchronized => self.synchronized(),
            Kind::Assert => {
                let mut exprs = self.exprs().into_iter();
                StmtKind::Assert {
                    cond: exprs.next().unwrap_or_else(|| opaque(span)),
                    message: exprs.next(),
                }
            }
            Kind::ExplicitConstructor => StmtKind::Expr(self.explicit_constructor()),
            Kind::ClassDeclaration
            | Kind::InterfaceDeclaration
            | Kind::EnumDeclaration
            | Kind::RecordDeclaration
            | Kind::AnnotationType => match self.class(kind, true) {
                Some((class, _)) => StmtKind::Class(Box::new(class)),
                None => return,
            },
            Kind::MethodDeclaration | Kind::Constructor => match self.method(kind) {
                Some((_, method)) => StmtKind::Function(Box::new(method.function)),
                None => return,
            },
            Kind::Import => match self.import() {
                Some(import) => StmtKind::Import(import),
                None => return,
            },
            Kind::FieldDeclaration => return self.variables(out),
            // What was recognised in a part that could not be read as a whole.
            Kind::Error | Kind::ClassBody => {
                self.children(|this, _| this.stmt(out));
                return;
            }
            Kind::Semicolon => return,
            _ if kind.is_expression() => StmtKind::Expr(self.expr()),
            _ => return,
        };
        out.push(Stmt { kind, span });
    }

    /// A declaration of local variables.
    fn variables(&mut self, out: &mut Vec<Stmt>) {
        let (mut is_final, mut ty) = (false, None);
        self.children(|this, kind| match (this.field(), kind) {
            (_, Kind::Modifiers) => is_final = this.modifiers().is_final,
            (Field::Type, _) => ty = this.ty(),
            (Field::Declarator, _) => {
                if let Some(mut stmt) = this.variable(ty.as_ref().map(copied)) {
                    if let (true, StmtKind::Let { kind, .. }) = (is_final, &mut stmt.kind) {
                        *kind = LetKind::Const;
                    }
                    out.push(stmt);
                }
            }
            _ => {}
        });
    }

    /// One variable with its declared type.
    fn variable(&mut self, ty: Option<Expr>) -> Option<Stmt> {
        let span = self.span();
        let (mut bound, mut dimensions, mut value) = (None, 0, None);
        self.children(|this, _| match this.field() {
            Field::Name => bound = Some((this.sym(), this.span())),
            Field::Dimensions => dimensions = this.dimensions(),
            Field::Value => value = Some(this.expr()),
            _ => {}
        });
        let (bound, at) = bound?;
        let ty = ty.map(|ty| self.array_of(ty, dimensions));
        Some(declaration(name_pattern(bound, at), ty, value, span))
    }

    fn if_stmt(&mut self) -> StmtKind {
        let span = self.span();
        let (mut cond, mut then, mut els) = (None, Vec::new(), Vec::new());
        self.children(|this, _| match this.field() {
            Field::Condition => cond = Some(this.expr()),
            Field::Consequence => then = this.body(),
            Field::Alternative => els = this.body(),
            _ => {}
        });
        StmtKind::If {
            cond: cond.unwrap_or_else(|| opaque(span)),
            then,
            els,
        }
    }

    fn cond_and_body(&mut self) -> (Expr, Vec<Stmt>) {
        let span = self.span();
        let (mut cond, mut body) = (None, Vec::new());
        self.children(|this, _| match this.field() {
            Field::Condition => cond = Some(this.expr()),
            Field::Body => body = this.body(),
            _ => {}
        });
        (cond.unwrap_or_else(|| opaque(span)), body)
    }

    fn for_stmt(&mut self) -> StmtKind {
        let (mut init, mut cond, mut updates, mut body) =
            (Vec::new(), None, Vec::new(), Vec::new());
        self.children(|this, _| match this.field() {
            Field::Init => this.stmt(&mut init),
            Field::Condition => cond = Some(this.expr()),
            Field::Update => updates.push(this.expr()),
            Field::Body => body = this.body(),
            _ => {}
        });
        let update = match (updates.pop(), updates.is_empty()) {
            (None, _) => None,
            (Some(only), true) => Some(only),
            (Some(last), false) => {
                let span = updates[0].span.to(last.span);
                updates.push(last);
                Some(Expr {
                    kind: ExprKind::Sequence(updates),
                    span,
                })
            }
        };
        StmtKind::For {
            init,
            cond,
            update,
            body,
        }
    }

    /// `for (T x : xs)`. The tree has no place for the element's type, so the body begins by casting it.
    fn enhanced_for(&mut self) -> StmtKind {
        let span = self.span();
        let (mut bound, mut ty, mut dimensions, mut iter, mut body) =
            (None, None, 0, None, Vec::new());
        self.children(|this, _| match this.field() {
            Field::Type => ty = this.ty(),
            Field::Name => bound = Some((this.sym(), this.span())),
            Field::Dimensions => dimensions = this.dimensions(),
            Field::Value => iter = Some(this.expr()),
            Field::Body => body = this.body(),
            _ => {}
        });
        let (bound, at) = bound.unwrap_or((shindan_base::Sym::EMPTY, span));
        if let Some(ty) = ty {
            let ty = self.array_of(ty, dimensions);
            body.insert(
                0,
                assignment(
                    bound,
                    Expr {
                        kind: ExprKind::Cast {
                            operand: Box::new(name(bound, at)),
                            ty: Some(Box::new(ty)),
                        },
                        span: at,
                    },
                ),
            );
        }
        StmtKind::ForEach {
            kind: ForEachKind::Of,
            target: name_pattern(bound, at),
            declares: Some(LetKind::Let),
            iter: iter.unwrap_or_else(|| opaque(span)),
            body,
            els: Vec::new(),
        }
    }

    fn try_stmt(&mut self) -> StmtKind {
        let span = self.span();
        let (mut items, mut body, mut handlers, mut finally) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        self.children(|this, kind| match (this.field(), kind) {
            (Field::Resources, _) => this.children(|this, kind| {
                if kind == Kind::Resource {
                    items.extend(this.resource());
                }
            }),
            (Field::Body, _) => body = this.stmts(),
            (_, Kind::CatchClause) => handlers.push(this.handler()),
            (_, Kind::Finally) => this.children(|this, kind| {
                if kind == Kind::Block {
                    finally = this.stmts();
                }
            }),
            _ => {}
        });
        if !items.is_empty() {
            let kind = StmtKind::With { items, body };
            if handlers.is_empty() && finally.is_empty() {
                return kind;
            }
            body = vec![Stmt { kind, span }];
        }
        StmtKind::Try {
            body,
            handlers,
            els: Vec::new(),
            finally,
        }
    }

    /// `T x = …` with its type as a cast, or a variable that exists already.
    fn resource(&mut self) -> Option<(Expr, Option<crate::tree::Pattern>)> {
        let (mut bound, mut ty, mut value) = (None, None, None);
        self.children(|this, kind| match this.field() {
            Field::Type => ty = this.ty(),
            Field::Name => bound = Some(name_pattern(this.sym(), this.span())),
            Field::Value => value = Some(this.expr()),
            _ if kind.is_expression() => value = Some(this.expr()),
            _ => {}
        });
        let value = value?;
        let value = match ty {
            Some(ty) => Expr {
                span: value.span,
                kind: ExprKind::Cast {
                    operand: Box::new(value),
                    ty: Some(Box::new(ty)),
                },
            },
            None => value,
        };
        Some((value, bound))
    }

    fn handler(&mut self) -> Handler {
        let span = self.span();
        let (mut types, mut binding, mut body) = (Vec::new(), None, Vec::new());
        self.children(|this, kind| match (this.field(), kind) {
            (_, Kind::CatchParameter) => this.children(|this, kind| match (this.field(), kind) {
                (_, Kind::CatchType) => types = this.type_list(),
                (Field::Name, _) => binding = Some(name_pattern(this.sym(), this.span())),
                _ => {}
            }),
            (Field::Body, _) => body = this.stmts(),
            _ => {}
        });
        Handler {
            types,
            binding,
            body,
            span,
        }
    }

    fn label(&mut self) -> Option<shindan_base::Sym> {
        let mut label = None;
        self.children(|this, kind| {
            if kind == Kind::Identifier {
                label = Some(this.sym());
            }
        });
        label
    }

    fn labeled(&mut self) -> StmtKind {
        let span = self.span();
        let (mut label, mut inner) = (None, Vec::new());
        self.children(|this, kind| match kind {
            Kind::Identifier if label.is_none() => label = Some(this.sym()),
            _ => this.stmt(&mut inner),
        });
        let Some(label) = label else {
            return StmtKind::Block(inner);
        };
        let inner = match (inner.pop(), inner.is_empty()) {
            (Some(only), true) => only,
            (last, _) => {
                inner.extend(last);
                Stmt {
                    kind: StmtKind::Block(inner),
                    span,
                }
            }
        };
        StmtKind::Label(label, Box::new(inner))
    }

    fn synchronized(&mut self) -> StmtKind {
        let span = self.span();
        let (mut lock, mut body) = (None, Vec::new());
        self.children(|this, kind| match (this.field(), kind) {
            (Field::Body, _) => body = this.stmts(),
            (_, Kind::Parenthesized) => lock = Some(this.expr()),
            _ => {}
        });
        StmtKind::With {
            items: vec![(lock.unwrap_or_else(|| opaque(span)), None)],
            body,
        }
    }

    /// `this(…)`, `super(…)`, `outer.super(…)`.
    fn explicit_constructor(&mut self) -> Expr {
        let span = self.span();
        let (mut callee, mut args) = (None, Vec::new());
        self.children(|this, kind| match this.field() {
            Field::ConstructorName => callee = Some((kind, this.span())),
            Field::Arguments => args = this.args(),
            Field::Object => args.push(Arg::Positional(this.expr())),
            _ => {}
        });
        let callee = match callee {
            Some((Kind::This, at)) => Expr {
                kind: ExprKind::Member {
                    object: Box::new(Expr {
                        kind: ExprKind::This,
                        span: at,
                    }),
                    name: self.names.of(super::functions::CONSTRUCTOR),
                    name_span: at,
                },
                span: at,
            },
            Some((_, at)) => Expr {
                kind: ExprKind::Super,
                span: at,
            },
            None => opaque(span),
        };
        Expr {
            kind: ExprKind::Call {
                callee: Box::new(callee),
                args,
            },
            span,
        }
    }

    fn import(&mut self) -> Option<Import> {
        let (mut path, mut is_all) = (None, false);
        self.children(|this, kind| match kind {
            Kind::Asterisk => is_all = true,
            _ if is_name(kind) => path = Some((this.compact_name(), this.span())),
            _ => {}
        });
        let (path, at) = path?;
        let (module, imported) = if is_all {
            (path, ImportName::All)
        } else {
            let text = self.names.text(path);
            let (module, item) = text.rsplit_once('.').unwrap_or(("", text));
            let (module, item) = (
                self.names.of_temporary(module),
                self.names.of_temporary(item),
            );
            let start = at.end - (self.names.text(item).len() as u32).min(at.end - at.start);
            let start = self.text.floor_char_boundary(start as usize) as u32;
            let span = Span::new(start, at.end);
            (
                module,
                ImportName::Item {
                    name: item,
                    local: item,
                    span,
                },
            )
        };
        Some(Import {
            module,
            level: 0,
            names: vec![imported],
            module_span: at,
            type_only: false,
            is_global: false,
        })
    }
}

fn is_name(kind: Kind) -> bool {
    matches!(kind, Kind::Identifier | Kind::ScopedIdentifier)
}
