//! TypeScript declarations that exist at run time: enums and namespaces.
//!
//! An enum is a constant map. A namespace is a block that ends by binding its name to a map of what it exports, as
//! the compiler's output does; one that adds to a class, function, enum or earlier namespace assigns members of it.

use oxc_ast::ast::{
    self, Declaration, ImportOrExportKind, Statement, TSEnumMemberName, TSNamespaceDeclarationBody,
};
use shindan_base::{Span, Sym};

use super::convert::{Converter, member, span};
use super::modules::let_name;
use crate::tree::{
    Entry, Expr, ExprKind, ImportName, LetKind, Pattern, PatternKind, Stmt, StmtKind, UnaryOp,
};

impl<'a> Converter<'a> {
    pub(super) fn enumeration(&mut self, declaration: &'a ast::TSEnumDeclaration<'a>) -> StmtKind {
        if declaration.declare {
            return StmtKind::Pass;
        }
        let mut next = Some(0);
        let members = declaration.body.members.iter().map(|member| {
            let at = span(member.span);
            let key = match &member.id {
                TSEnumMemberName::Identifier(id) => self.str(id.name.as_str(), span(id.span)),
                TSEnumMemberName::String(literal) | TSEnumMemberName::ComputedString(literal) => {
                    Expr {
                        kind: ExprKind::Str(self.string(literal)),
                        span: span(literal.span),
                    }
                }
                TSEnumMemberName::ComputedTemplateString(template) => Expr {
                    kind: self.template(template),
                    span: span(template.span),
                },
            };
            let value = match (&member.initializer, next) {
                (Some(value), _) => self.expr(value),
                (None, Some(int)) => Expr {
                    kind: ExprKind::Int(int),
                    span: at,
                },
                (None, None) => super::convert::opaque(at),
            };
            next = constant(&value).and_then(|int| int.checked_add(1));
            Entry::Pair { key, value }
        });
        let map = Expr {
            kind: ExprKind::Map(members.collect()),
            span: span(declaration.body.span),
        };
        let name = self.names.of(declaration.id.name.as_str());
        self.containers.insert(name);
        let_name(LetKind::Const, name, span(declaration.id.span), map)
    }

    pub(super) fn namespace(
        &mut self,
        declaration: &'a ast::TSNamespaceDeclaration<'a>,
    ) -> StmtKind {
        let at = span(declaration.span);
        if declaration.declare || !self.depth.enter(at) {
            return StmtKind::Pass;
        }
        let name = self.names.of(declaration.id.name.as_str());
        let is_first = !self.containers.contains(&name);
        let mut body = Vec::new();
        let mut exported = Vec::new();
        match &declaration.body {
            TSNamespaceDeclarationBody::TSNamespaceDeclaration(inner) => {
                let kind = self.namespace(inner);
                if !matches!(kind, StmtKind::Pass) {
                    body.push(Stmt {
                        kind,
                        span: span(inner.span),
                    });
                    exported.push(self.names.of(inner.id.name.as_str()));
                }
            }
            TSNamespaceDeclarationBody::TSModuleBlock(block) => {
                for stmt in &block.body {
                    self.stmt_of_namespace(stmt, &mut body, &mut exported);
                }
            }
        }
        self.depth.leave();
        if body.iter().all(|stmt| matches!(stmt.kind, StmtKind::Pass)) {
            return StmtKind::Pass;
        }
        self.containers.insert(name);
        bind_exports(
            name,
            span(declaration.id.span),
            &exported,
            is_first,
            &mut body,
        );
        StmtKind::Block(body)
    }

    /// An exported statement is declared, and its names are added to `exported`.
    fn stmt_of_namespace(
        &mut self,
        stmt: &'a Statement<'a>,
        body: &mut Vec<Stmt>,
        exported: &mut Vec<Sym>,
    ) {
        let Statement::ExportDeclaration(export) = stmt else {
            return self.stmt(stmt, body);
        };
        let from = body.len();
        self.declaration(&export.declaration, body);
        self.names_declared_by(&export.declaration, &body[from..], exported);
    }

    /// The names that `converted`, which `declaration` became, binds.
    pub(super) fn names_declared_by(
        &mut self,
        declaration: &'a Declaration<'a>,
        converted: &[Stmt],
        names: &mut Vec<Sym>,
    ) {
        match declaration {
            Declaration::TSNamespaceDeclaration(d) => {
                if converted
                    .iter()
                    .any(|stmt| matches!(stmt.kind, StmtKind::Block(_)))
                {
                    names.push(self.names.of(d.id.name.as_str()));
                }
            }
            Declaration::TSImportEqualsDeclaration(d)
                if d.import_kind == ImportOrExportKind::Type => {}
            Declaration::VariableDeclaration(_)
            | Declaration::FunctionDeclaration(_)
            | Declaration::ClassDeclaration(_)
            | Declaration::TSTypeAliasDeclaration(_)
            | Declaration::TSInterfaceDeclaration(_)
            | Declaration::TSEnumDeclaration(_)
            | Declaration::TSExternalModuleDeclaration(_)
            | Declaration::TSGlobalDeclaration(_)
            | Declaration::TSImportEqualsDeclaration(_) => {
                converted.iter().for_each(|stmt| bound_by(stmt, names))
            }
        }
    }
}

/// Binds the name of a namespace to its exports.
fn bind_exports(name: Sym, at: Span, exported: &[Sym], is_first: bool, body: &mut Vec<Stmt>) {
    let reference = |name| Expr {
        kind: ExprKind::Name(name),
        span: at,
    };
    if is_first {
        let entries = exported.iter().map(|&export| Entry::Pair {
            key: Expr {
                kind: ExprKind::Str(export),
                span: at,
            },
            value: reference(export),
        });
        let map = Expr {
            kind: ExprKind::Map(entries.collect()),
            span: at,
        };
        body.push(Stmt {
            kind: let_name(LetKind::Var, name, at, map),
            span: at,
        });
        return;
    }
    for &export in exported {
        let place = member(reference(name), export, at, at);
        let target = Box::new(Pattern {
            kind: PatternKind::Place(place),
            span: at,
        });
        let kind = ExprKind::Assign {
            target,
            value: Box::new(reference(export)),
        };
        body.push(Stmt {
            kind: StmtKind::Expr(Expr { kind, span: at }),
            span: at,
        });
    }
}

/// The integer that an enum member without a value counts on from.
fn constant(value: &Expr) -> Option<i64> {
    match &value.kind {
        ExprKind::Int(int) => Some(*int),
        ExprKind::Unary {
            op: UnaryOp::Minus,
            operand,
        } => constant(operand)?.checked_neg(),
        _ => None,
    }
}

fn bound_by(stmt: &Stmt, names: &mut Vec<Sym>) {
    match &stmt.kind {
        StmtKind::Let { pattern, .. } => bound_in(pattern, names),
        StmtKind::Function(function) => names.extend(function.name),
        StmtKind::Class(class) => names.extend(class.name),
        StmtKind::Import(import) => {
            names.extend(import.names.iter().filter_map(|name| match name {
                ImportName::Root { local }
                | ImportName::Module { local }
                | ImportName::Item { local, .. } => Some(*local),
                ImportName::All => None,
            }))
        }
        _ => {}
    }
}

fn bound_in(pattern: &Pattern, names: &mut Vec<Sym>) {
    match &pattern.kind {
        PatternKind::Name(name) => names.push(*name),
        PatternKind::Place(_) => {}
        PatternKind::List { items, rest } => {
            items
                .iter()
                .flatten()
                .for_each(|item| bound_in(item, names));
            rest.iter().for_each(|(_, rest)| bound_in(rest, names));
        }
        PatternKind::Map { entries, rest } => {
            entries.iter().for_each(|(_, item)| bound_in(item, names));
            rest.iter().for_each(|rest| bound_in(rest, names));
        }
        PatternKind::Default { pattern, .. } => bound_in(pattern, names),
    }
}
