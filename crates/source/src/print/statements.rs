//! Statements, functions, classes, imports and exports.

use shindan_base::Sym;

use super::Printer;
use super::words::let_kind;
use crate::tree::{
    Accessor, Case, CaseTest, Class, ClassKind, Export, Expr, ForEachKind, Function, Handler,
    Import, ImportName, Member, MemberKind, Param, ParamKind, Stmt, StmtKind,
};

impl Printer<'_> {
    pub(super) fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Expr(expr) => self.one("expr", expr),
            StmtKind::Let {
                kind,
                pattern,
                ty,
                value,
            } => self.list(let_kind(*kind), |p| {
                p.space_pattern(pattern);
                p.labelled(":", ty.as_ref());
                if let Some(value) = value {
                    p.spaced(value);
                }
            }),
            StmtKind::Function(function) => self.function("function", function),
            StmtKind::Class(class) => self.class(class),
            StmtKind::If { cond, then, els } => self.list("if", |p| {
                p.spaced(cond);
                p.body(then);
                p.block("else", els);
            }),
            StmtKind::While { cond, body, els } => self.list("while", |p| {
                p.spaced(cond);
                p.body(body);
                p.block("else", els);
            }),
            StmtKind::DoWhile { body, cond } => self.list("do-while", |p| {
                p.spaced(cond);
                p.body(body);
            }),
            StmtKind::For {
                init,
                cond,
                update,
                body,
            } => self.list("for", |p| {
                p.optional(cond.as_ref());
                p.optional(update.as_ref());
                p.block("init", init);
                p.body(body);
            }),
            StmtKind::ForEach {
                kind,
                target,
                declares,
                iter,
                body,
                els,
            } => self.list("for-each", |p| {
                p.out.push_str(match kind {
                    ForEachKind::Of => " of",
                    ForEachKind::In => " in",
                    ForEachKind::Await => " await",
                });
                if let Some(kind) = declares {
                    p.flag(true, let_kind(*kind));
                }
                p.space_pattern(target);
                p.spaced(iter);
                p.body(body);
                p.block("else", els);
            }),
            StmtKind::Switch {
                subject,
                cases,
                falls_through,
            } => self.list("switch", |p| {
                p.flag(*falls_through, "falls-through");
                p.spaced(subject);
                p.lines(cases, Self::case);
            }),
            StmtKind::Return(value) => self.maybe("return", value.as_ref()),
            StmtKind::Throw(value) => self.maybe("throw", value.as_ref()),
            StmtKind::Try {
                body,
                handlers,
                els,
                finally,
            } => self.list("try", |p| {
                p.body(body);
                p.lines(handlers, Self::handler);
                p.block("else", els);
                p.block("finally", finally);
            }),
            StmtKind::With { items, body } => self.list("with", |p| {
                for (context, target) in items {
                    p.out.push_str(" (");
                    p.expr(context);
                    if let Some(target) = target {
                        p.space_pattern(target);
                    }
                    p.out.push(')');
                }
                p.body(body);
            }),
            StmtKind::Break(label) => self.jump("break", *label),
            StmtKind::Continue(label) => self.jump("continue", *label),
            StmtKind::Label(label, inner) => self.list("label", |p| {
                p.space_sym(*label);
                p.body(std::slice::from_ref(inner));
            }),
            StmtKind::Import(import) => self.import(import),
            StmtKind::Export(export) => self.export(export),
            StmtKind::Global(list) => self.list("global", |p| {
                list.iter().for_each(|name| p.space_sym(*name))
            }),
            StmtKind::Nonlocal(list) => self.list("nonlocal", |p| {
                list.iter().for_each(|name| p.space_sym(*name))
            }),
            StmtKind::Delete(targets) => self.group("delete", targets),
            StmtKind::Assert { cond, message } => self.list("assert", |p| {
                p.spaced(cond);
                if let Some(message) = message {
                    p.spaced(message);
                }
            }),
            StmtKind::Namespace { name, body } => self.list("namespace", |p| {
                p.space_sym(*name);
                p.body(body);
            }),
            StmtKind::Block(body) => self.list("block", |p| p.body(body)),
            StmtKind::Pass => self.out.push_str("(pass)"),
        }
    }

    fn maybe(&mut self, label: &str, value: Option<&Expr>) {
        self.list(label, |p| {
            if let Some(value) = value {
                p.spaced(value);
            }
        });
    }

    fn jump(&mut self, label: &str, target: Option<Sym>) {
        self.list(label, |p| {
            if let Some(target) = target {
                p.space_sym(target);
            }
        });
    }

    fn case(&mut self, case: &Case) {
        self.list("case", |p| {
            for test in &case.tests {
                p.out.push(' ');
                match test {
                    CaseTest::Value(value) => p.expr(value),
                    CaseTest::Any(name) => p.list("any", |p| p.optional_sym(*name)),
                    CaseTest::Class { class, binds } => p.list("class", |p| {
                        p.spaced(class);
                        binds.iter().for_each(|name| p.space_sym(*name));
                    }),
                    CaseTest::Structure { binds } => p.list("structure", |p| {
                        binds.iter().for_each(|name| p.space_sym(*name))
                    }),
                }
            }
            p.labelled("if", case.guard.as_ref());
            p.body(&case.body);
        });
    }

    fn handler(&mut self, handler: &Handler) {
        self.list("catch", |p| {
            p.all(&handler.types);
            if let Some(binding) = &handler.binding {
                p.out.push_str(" (as");
                p.space_pattern(binding);
                p.out.push(')');
            }
            p.body(&handler.body);
        });
    }

    fn import(&mut self, import: &Import) {
        self.list("import", |p| {
            p.flag(import.type_only, "type");
            p.flag(import.is_global, "global");
            p.out.push(' ');
            p.quoted(import.module);
            if import.level > 0 {
                p.add(format_args!(" up{}", import.level));
            }
            for name in &import.names {
                p.out.push(' ');
                match name {
                    ImportName::Root { local } => p.list("root", |p| p.space_sym(*local)),
                    ImportName::Module { local } => p.list("module", |p| p.space_sym(*local)),
                    ImportName::Item {
                        name,
                        local,
                        span: _,
                    } => p.list("item", |p| p.renamed(*name, *local)),
                    ImportName::All => p.out.push('*'),
                }
            }
        });
    }

    /// ` name`, or ` name as` when the two differ.
    fn renamed(&mut self, name: Sym, other: Sym) {
        self.space_sym(name);
        if name != other {
            self.space_sym(other);
        }
    }

    fn export(&mut self, export: &Export) {
        self.list("export", |p| match export {
            Export::Declaration(stmt) => p.body(std::slice::from_ref(stmt)),
            Export::Default(value) => p.labelled("default", Some(value)),
            Export::Names(pairs) => p.exported(pairs),
            Export::From {
                module,
                names,
                span: _,
            } => {
                p.out.push_str(" from ");
                p.quoted(*module);
                p.exported(names);
            }
            Export::All {
                module,
                alias,
                span: _,
            } => {
                p.out.push_str(" all ");
                p.quoted(*module);
                p.optional_sym(*alias);
            }
        });
    }

    fn exported(&mut self, pairs: &[(Sym, Sym)]) {
        for (name, exported) in pairs {
            self.out.push(' ');
            self.list("item", |p| p.renamed(*name, *exported));
        }
    }

    fn decorators(&mut self, decorators: &[Expr]) {
        for decorator in decorators {
            self.labelled("@", Some(decorator));
        }
    }

    pub(super) fn function(&mut self, label: &str, function: &Function) {
        self.list(label, |p| {
            p.optional_sym(function.name);
            p.flag(function.is_async, "async");
            p.flag(function.is_generator, "generator");
            p.flag(function.is_arrow, "arrow");
            p.decorators(&function.decorators);
            p.out.push(' ');
            p.list("params", |p| {
                function.params.iter().for_each(|param| p.param(param))
            });
            p.labelled("->", function.returns.as_ref());
            p.body(&function.body);
        });
    }

    fn param(&mut self, param: &Param) {
        let label = match param.kind {
            ParamKind::Plain => "",
            ParamKind::NamedOnly => "named ",
            ParamKind::Rest => "rest ",
            ParamKind::RestMap => "rest-map ",
            ParamKind::Block => "block ",
        };
        self.out.push(' ');
        self.list(label, |p| {
            p.pattern(&param.pattern);
            p.labelled(":", param.ty.as_ref());
            p.labelled("=", param.default.as_ref());
            p.decorators(&param.decorators);
        });
    }

    pub(super) fn class(&mut self, class: &Class) {
        let label = match class.kind {
            ClassKind::Class => "class",
            ClassKind::Abstract => "abstract-class",
            ClassKind::Interface => "interface",
            ClassKind::Module => "module",
        };
        self.list(label, |p| {
            p.optional_sym(class.name);
            p.flag(class.is_open, "open");
            p.flag(class.is_inner, "inner");
            p.decorators(&class.decorators);
            for base in &class.bases {
                p.labelled("base", Some(base));
            }
            for (name, value) in &class.keywords {
                p.out.push_str(" :");
                p.sym(*name);
                p.spaced(value);
            }
            p.lines(&class.members, Self::member);
        });
    }

    fn member(&mut self, member: &Member) {
        if !member.is_public {
            self.out.push_str("private ");
        }
        if member.is_static {
            self.out.push_str("static ");
        }
        match &member.kind {
            MemberKind::Method {
                name,
                function,
                accessor,
            } => {
                let label = match accessor {
                    Accessor::None => "method",
                    Accessor::Get => "getter",
                    Accessor::Set => "setter",
                };
                self.list(label, |p| {
                    p.space_sym(*name);
                    p.out.push(' ');
                    p.function("function", function);
                });
            }
            MemberKind::ComputedMethod { name, function } => self.list("computed-method", |p| {
                p.spaced(name);
                p.out.push(' ');
                p.function("function", function);
            }),
            MemberKind::Field {
                name,
                value,
                ty,
                decorators,
            } => self.list("field", |p| {
                p.space_sym(*name);
                p.decorators(decorators);
                p.labelled(":", ty.as_ref());
                if let Some(value) = value {
                    p.spaced(value);
                }
            }),
            MemberKind::Stmt(stmt) => self.stmt(stmt),
        }
    }
}
