//! The module body, imports and exports.

use shindan_base::{Span, Sym};
use shindan_source::tree::{Export, Expr, ExprKind, Import, ImportName, Stmt, StmtKind};

use super::Lowerer;
use super::function::Header;
use crate::ir::{Op, Require};

impl<'t> Lowerer<'t> {
    /// Lowers the whole file.
    pub(super) fn module(&mut self, body: &'t [Stmt]) {
        let index = self.reserve();
        let span = match (body.first(), body.last()) {
            (Some(first), Some(last)) => first.span.to(last.span),
            _ => Span::default(),
        };
        let header = Header {
            name: self.words.module,
            span,
            name_span: Span::new(span.start, span.start),
            class: None,
            is_async: false,
            is_generator: false,
            is_arrow: false,
            has_decorators: false,
            annotations: Vec::new(),
            param_annotations: Vec::new(),
        };
        self.build(index, header, None, |this, _| {
            this.open_names(body);
            this.stmts(body);
            // `export {a}` exports what `a` holds when all has run.
            for stmt in body {
                if let StmtKind::Export(export) = &stmt.kind
                    && let Export::Names(pairs) = &**export
                {
                    for &(local, exported) in pairs {
                        this.export_name(local, exported, stmt.span);
                    }
                }
            }
            Vec::new()
        });
    }

    fn export_name(&mut self, local: Sym, exported: Sym, span: Span) {
        let place = self.place(local, span);
        let value = self.load(place, None, span);
        self.act(
            Op::Export {
                name: exported,
                value,
            },
            span,
        );
    }

    fn require(&mut self, module: Sym, level: u32, item: Option<Sym>, span: Span) -> Require {
        let require = Require {
            module,
            level,
            item,
        };
        self.requires.push((span, require));
        require
    }

    pub(super) fn import(&mut self, import: &'t Import, span: Span) {
        let (module, level) = (import.module, import.level);
        if import.names.is_empty() {
            let require = self.require(module, level, None, span);
            self.emit(Op::Import(require), span);
        }
        for name in &import.names {
            match name {
                ImportName::Root { local } => {
                    let require = self.require(module, level, None, span);
                    self.bind_name(*local, Op::ImportRoot(require), span);
                }
                ImportName::Module { local } => {
                    let require = self.require(module, level, None, span);
                    self.bind_name(*local, Op::Import(require), span);
                }
                ImportName::Item { name, local, span } => {
                    let require = self.require(module, level, Some(*name), *span);
                    self.bind_name(*local, Op::Import(require), *span);
                }
                ImportName::All => {
                    let require = self.require(module, level, None, span);
                    self.act(Op::ImportAll(require), span);
                }
            }
        }
    }

    /// Exported functions are made, bound and exported before the module's statements run.
    pub(super) fn hoist_export(&mut self, export: &'t Export) {
        match export {
            Export::Declaration(Stmt {
                kind: StmtKind::Function(f),
                span,
            }) => {
                self.function_decl(f);
                if let Some(name) = f.name {
                    self.export_name(name, name, *span);
                }
            }
            Export::Default(Expr {
                kind: ExprKind::Function(f),
                span,
            }) if f.name.is_some() => {
                self.function_decl(f);
                if let Some(name) = f.name {
                    self.export_name(name, self.words.default, *span);
                }
            }
            Export::Declaration(_)
            | Export::Default(_)
            | Export::Names(_)
            | Export::From { .. }
            | Export::All { .. } => {}
        }
    }

    pub(super) fn export(&mut self, export: &'t Export, span: Span) {
        match export {
            Export::Declaration(Stmt {
                kind: StmtKind::Function(_),
                ..
            })
            | Export::Names(_) => {}
            Export::Declaration(stmt) => {
                self.stmt(stmt);
                for name in self.declared_names(export) {
                    self.export_name(name, name, span);
                }
            }
            Export::Default(e) => match &e.kind {
                ExprKind::Function(f) if f.name.is_some() => {}
                ExprKind::Class(c) if c.name.is_some() => {
                    self.class_decl(c);
                    if let Some(name) = c.name {
                        self.export_name(name, self.words.default, span);
                    }
                }
                _ => {
                    let value = self.named(e, Some(self.words.default), None);
                    self.act(
                        Op::Export {
                            name: self.words.default,
                            value,
                        },
                        span,
                    );
                }
            },
            Export::From {
                module,
                names,
                span,
            } => {
                for &(name, exported) in names {
                    let require = self.require(*module, 0, Some(name), *span);
                    let value = self.emit(Op::Import(require), *span);
                    self.act(
                        Op::Export {
                            name: exported,
                            value,
                        },
                        *span,
                    );
                }
            }
            Export::All {
                module,
                alias,
                span,
            } => {
                let require = self.require(*module, 0, None, *span);
                match alias {
                    Some(alias) => {
                        let value = self.emit(Op::Import(require), *span);
                        self.act(
                            Op::Export {
                                name: *alias,
                                value,
                            },
                            *span,
                        );
                    }
                    None => self.act(Op::ExportAll(require), *span),
                }
            }
        }
    }
}
