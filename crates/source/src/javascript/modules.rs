//! Import and export declarations.

use oxc_ast::ast::{
    self, ExportDefaultDeclarationKind, ImportDeclarationSpecifier, ImportOrExportKind,
    ModuleDeclaration, ModuleExportName, TSModuleReference, match_expression,
};
use oxc_span::GetSpan;
use shindan_base::{Span, Sym};

use super::convert::{Converter, member, span};
use crate::tree::{
    Class, Export, Expr, ExprKind, Function, Import, ImportName, LetKind, Pattern, PatternKind,
    Stmt, StmtKind,
};

impl<'a> Converter<'a> {
    pub(super) fn module_declaration(
        &mut self,
        declaration: &'a ModuleDeclaration<'a>,
        out: &mut Vec<Stmt>,
    ) {
        let at = span(declaration.span());
        let kind = match declaration {
            ModuleDeclaration::ImportDeclaration(d) => return self.import(d, out),
            ModuleDeclaration::ExportDefaultDeclaration(d) => return self.export_default(d, out),
            ModuleDeclaration::ExportDeclaration(d) => return self.export_declaration(d, out),
            ModuleDeclaration::ExportAllDeclaration(d)
                if d.export_kind == ImportOrExportKind::Type =>
            {
                StmtKind::Pass
            }
            ModuleDeclaration::ExportAllDeclaration(d) => export(Export::All {
                module: self.string(&d.source),
                alias: d.exported.as_ref().map(|name| self.export_name(name)),
                span: span(d.source.span),
            }),
            ModuleDeclaration::ExportNamedDeclaration(d)
                if d.export_kind == ImportOrExportKind::Type =>
            {
                StmtKind::Pass
            }
            ModuleDeclaration::ExportNamedDeclaration(d) => {
                export(Export::Names(self.export_names(&d.specifiers)))
            }
            ModuleDeclaration::ExportFromDeclaration(d)
                if d.export_kind == ImportOrExportKind::Type =>
            {
                StmtKind::Pass
            }
            ModuleDeclaration::ExportFromDeclaration(d) => export(Export::From {
                module: self.string(&d.source),
                names: self.export_names(&d.specifiers),
                span: span(d.source.span),
            }),
            ModuleDeclaration::TSExportAssignment(d) => {
                export(Export::Default(self.expr(&d.expression)))
            }
            ModuleDeclaration::TSNamespaceExportDeclaration(_) => StmtKind::Pass,
        };
        out.push(Stmt { kind, span: at });
    }

    /// Types that are imported among values (`import {type T, v}`) become an import of their own.
    fn import(&mut self, import: &'a ast::ImportDeclaration<'a>, out: &mut Vec<Stmt>) {
        let type_only = import.import_kind == ImportOrExportKind::Type;
        let specifiers = import
            .specifiers
            .as_ref()
            .map_or(&[][..], |specifiers| specifiers.as_slice());
        let mut values = Vec::with_capacity(specifiers.len());
        let mut types = Vec::new();
        for specifier in specifiers {
            match specifier {
                ImportDeclarationSpecifier::ImportSpecifier(s) => {
                    let name = ImportName::Item {
                        name: self.export_name(&s.imported),
                        local: self.names.of(s.local.name.as_str()),
                        span: span(s.span),
                    };
                    if s.import_kind == ImportOrExportKind::Type {
                        &mut types
                    } else {
                        &mut values
                    }
                    .push(name);
                }
                ImportDeclarationSpecifier::ImportDefaultSpecifier(s) => {
                    values.push(ImportName::Item {
                        name: self.names.of("default"),
                        local: self.names.of(s.local.name.as_str()),
                        span: span(s.span),
                    })
                }
                ImportDeclarationSpecifier::ImportNamespaceSpecifier(s) => {
                    values.push(ImportName::Module {
                        local: self.names.of(s.local.name.as_str()),
                    });
                }
            }
        }
        let module = self.string(&import.source);
        let module_span = span(import.source.span);
        let mut add = |names, type_only| {
            let import_of = Import {
                module,
                level: 0,
                names,
                module_span,
                type_only,
                is_global: false,
            };
            out.push(Stmt {
                kind: StmtKind::Import(import_of),
                span: span(import.span),
            });
        };
        if !values.is_empty() || types.is_empty() {
            add(values, type_only);
        }
        if !types.is_empty() {
            add(types, true);
        }
    }

    /// A named default export is a declaration too: it binds its name in the module.
    fn export_default(
        &mut self,
        declaration: &'a ast::ExportDefaultDeclaration<'a>,
        out: &mut Vec<Stmt>,
    ) {
        let at = span(declaration.span);
        let value = match &declaration.declaration {
            ExportDefaultDeclarationKind::FunctionDeclaration(f) if f.body.is_none() => None,
            ExportDefaultDeclarationKind::FunctionDeclaration(f) => {
                let function = Box::new(self.function(f));
                Some(match function_binding(&function) {
                    Some(name) => {
                        self.containers.extend(function.name);
                        out.push(Stmt {
                            span: function.span,
                            kind: StmtKind::Function(function),
                        });
                        name
                    }
                    None => Expr {
                        span: function.span,
                        kind: ExprKind::Function(function),
                    },
                })
            }
            ExportDefaultDeclarationKind::ClassDeclaration(c) => {
                let class = Box::new(self.class(c));
                Some(match class_binding(&class) {
                    Some(name) => {
                        self.containers.extend(class.name);
                        out.push(Stmt {
                            span: class.span,
                            kind: StmtKind::Class(class),
                        });
                        name
                    }
                    None => Expr {
                        span: class.span,
                        kind: ExprKind::Class(class),
                    },
                })
            }
            ExportDefaultDeclarationKind::TSInterfaceDeclaration(_) => None,
            other @ match_expression!(ExportDefaultDeclarationKind) => {
                Some(self.expr(other.to_expression()))
            }
        };
        let kind = value.map_or(StmtKind::Pass, |value| export(Export::Default(value)));
        out.push(Stmt { kind, span: at });
    }

    fn export_declaration(
        &mut self,
        declaration: &'a ast::ExportDeclaration<'a>,
        out: &mut Vec<Stmt>,
    ) {
        let at = span(declaration.span);
        let mut declared = Vec::new();
        self.declaration(&declaration.declaration, &mut declared);
        let mut names = Vec::new();
        for stmt in declared {
            match &stmt.kind {
                StmtKind::Let { .. } | StmtKind::Function(_) | StmtKind::Class(_) => {
                    let kind = export(Export::Declaration(stmt));
                    out.push(Stmt { kind, span: at });
                }
                StmtKind::Pass => out.push(stmt),
                _ => {
                    self.names_declared_by(
                        &declaration.declaration,
                        std::slice::from_ref(&stmt),
                        &mut names,
                    );
                    out.push(stmt);
                }
            }
        }
        if !names.is_empty() {
            let names = names.into_iter().map(|name| (name, name)).collect();
            out.push(Stmt {
                kind: export(Export::Names(names)),
                span: at,
            });
        }
    }

    fn export_names(&mut self, specifiers: &'a [ast::ExportSpecifier<'a>]) -> Vec<(Sym, Sym)> {
        specifiers
            .iter()
            .filter(|s| s.export_kind == ImportOrExportKind::Value)
            .map(|s| (self.export_name(&s.local), self.export_name(&s.exported)))
            .collect()
    }

    fn export_name(&mut self, name: &'a ModuleExportName<'a>) -> Sym {
        match name {
            ModuleExportName::IdentifierName(name) => self.names.of(name.name.as_str()),
            ModuleExportName::IdentifierReference(name) => self.names.of(name.name.as_str()),
            ModuleExportName::StringLiteral(literal) => self.string(literal),
        }
    }

    /// `import x = require("m")`, `import x = a.b`.
    pub(super) fn import_equals(
        &mut self,
        import: &'a ast::TSImportEqualsDeclaration<'a>,
    ) -> StmtKind {
        let type_only = import.import_kind == ImportOrExportKind::Type;
        let value = match &import.module_reference {
            TSModuleReference::ExternalModuleReference(reference) => {
                return StmtKind::Import(Import {
                    module: self.string(&reference.expression),
                    level: 0,
                    names: vec![ImportName::Module {
                        local: self.names.of(import.id.name.as_str()),
                    }],
                    module_span: span(reference.expression.span),
                    type_only,
                    is_global: false,
                });
            }
            TSModuleReference::IdentifierReference(id) => Some(self.reference(id)),
            TSModuleReference::QualifiedName(name) => self.type_name(&name.left).map(|object| {
                let property = self.names.of(name.right.name.as_str());
                member(object, property, span(name.right.span), span(name.span))
            }),
        };
        if type_only {
            return StmtKind::Pass;
        }
        StmtKind::Let {
            kind: LetKind::Const,
            pattern: self.binding(&import.id),
            ty: None,
            value,
        }
    }
}

pub(super) fn export(export: Export) -> StmtKind {
    StmtKind::Export(Box::new(export))
}

fn function_binding(function: &Function) -> Option<Expr> {
    function.name.map(|name| Expr {
        kind: ExprKind::Name(name),
        span: function.name_span,
    })
}

fn class_binding(class: &Class) -> Option<Expr> {
    class.name.map(|name| Expr {
        kind: ExprKind::Name(name),
        span: class.name_span,
    })
}

/// A declaration of one name without a type.
pub(super) fn let_name(kind: LetKind, name: Sym, at: Span, value: Expr) -> StmtKind {
    StmtKind::Let {
        kind,
        pattern: Pattern {
            kind: PatternKind::Name(name),
            span: at,
        },
        ty: None,
        value: Some(value),
    }
}
