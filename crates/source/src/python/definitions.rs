//! Functions, parameters, classes and their members.

use ruff_python_ast as ast;
use shindan_base::{Span, Sym};

use super::{Converter, at};
use crate::tree::{
    Accessor, Class, ClassKind, Expr, ExprKind, Function, Member, MemberKind, Param, ParamKind,
};

/// What a method's decorators say about it.
enum Role {
    Method {
        accessor: Accessor,
        is_static: bool,
    },
    /// `@x.deleter`, which neither reads nor writes the property and must not replace it.
    Deleter,
}

impl Converter<'_> {
    pub(super) fn function(&mut self, function: &ast::StmtFunctionDef) -> Function {
        let decorators = self.decorators(&function.decorator_list);
        let params = self.params(&function.parameters);
        let returns = self.optional_annotation(function.returns.as_deref());
        let outer = std::mem::replace(&mut self.yields, false);
        let body = self.body(&function.body);
        let is_generator = std::mem::replace(&mut self.yields, outer);
        Function {
            name: Some(self.name(&function.name.id)),
            name_span: at(&function.name),
            params,
            body,
            decorators,
            returns,
            is_async: function.is_async,
            is_generator,
            is_arrow: false,
            span: self.undecorated(at(function), &function.decorator_list, at(&function.name)),
        }
    }

    pub(super) fn params(&mut self, params: &ast::Parameters) -> Vec<Param> {
        let mut out = Vec::with_capacity(params.len());
        for param in params.posonlyargs.iter().chain(&params.args) {
            let default = self.optional(param.default.as_deref());
            out.push(self.param(&param.parameter, default, ParamKind::Plain));
        }
        if let Some(rest) = &params.vararg {
            out.push(self.param(rest, None, ParamKind::Rest));
        }
        for param in &params.kwonlyargs {
            let default = self.optional(param.default.as_deref());
            out.push(self.param(&param.parameter, default, ParamKind::NamedOnly));
        }
        if let Some(rest) = &params.kwarg {
            out.push(self.param(rest, None, ParamKind::RestMap));
        }
        out
    }

    fn param(&mut self, param: &ast::Parameter, default: Option<Expr>, kind: ParamKind) -> Param {
        let pattern = self.binding(&param.name);
        let ty = self.optional_annotation(param.annotation.as_deref());
        Param {
            pattern,
            default,
            ty,
            kind,
            decorators: Vec::new(),
        }
    }

    fn decorators(&mut self, decorators: &[ast::Decorator]) -> Vec<Expr> {
        decorators
            .iter()
            .map(|decorator| self.expr(&decorator.expression))
            .collect()
    }

    pub(super) fn class(&mut self, class: &ast::StmtClassDef) -> Class {
        let decorators = self.decorators(&class.decorator_list);
        let (mut bases, mut keywords) = (Vec::new(), Vec::new());
        if let Some(arguments) = class.arguments.as_deref() {
            bases = self.exprs(&arguments.args);
            for keyword in &arguments.keywords {
                let name = self
                    .optional_name(keyword.arg.as_ref())
                    .unwrap_or(Sym::EMPTY);
                keywords.push((name, self.expr(&keyword.value)));
            }
        }
        let mut members = Vec::with_capacity(class.body.len());
        for stmt in &class.body {
            self.member(stmt, &mut members);
        }
        Class {
            kind: ClassKind::Class,
            is_open: false,
            is_inner: false,
            name: Some(self.name(&class.name.id)),
            name_span: at(&class.name),
            bases,
            keywords,
            members,
            decorators,
            span: self.undecorated(at(class), &class.decorator_list, at(&class.name)),
        }
    }

    fn member(&mut self, stmt: &ast::Stmt, members: &mut Vec<Member>) {
        let span = at(stmt);
        let mut is_static = false;
        let kind = match stmt {
            ast::Stmt::FunctionDef(function) if self.depth.enter(span) => {
                let (kind, alone) = self.method(function);
                is_static = alone;
                self.depth.leave();
                kind
            }
            ast::Stmt::Assign(assign)
                if let [ast::Expr::Name(name)] = &*assign.targets
                    && !name.id.is_empty() =>
            {
                let (name, value) = (self.name(&name.id), Some(self.expr(&assign.value)));
                MemberKind::Field {
                    name,
                    value,
                    ty: None,
                    decorators: Vec::new(),
                }
            }
            ast::Stmt::AnnAssign(assign)
                if let ast::Expr::Name(name) = &*assign.target
                    && !name.id.is_empty() =>
            {
                MemberKind::Field {
                    name: self.name(&name.id),
                    ty: self.annotation(&assign.annotation),
                    value: self.optional(assign.value.as_deref()),
                    decorators: Vec::new(),
                }
            }
            other => {
                let mut out = Vec::with_capacity(1);
                self.stmt(other, &mut out);
                members.extend(out.into_iter().map(|stmt| Member {
                    is_public: true,
                    span: stmt.span,
                    kind: MemberKind::Stmt(stmt),
                    is_static: false,
                }));
                return;
            }
        };
        members.push(Member {
            is_public: true,
            kind,
            is_static,
            span,
        });
    }

    /// A method, and whether it is one of the class and not of its instances.
    fn method(&mut self, function: &ast::StmtFunctionDef) -> (MemberKind, bool) {
        let converted = Box::new(self.function(function));
        match role(&function.decorator_list) {
            Role::Method {
                accessor,
                is_static,
            } => {
                let name = self.name(&function.name.id);
                (
                    MemberKind::Method {
                        name,
                        function: converted,
                        accessor,
                    },
                    is_static,
                )
            }
            Role::Deleter => {
                let (name_span, name) = (converted.name_span, self.name(&function.name.id));
                let object = Box::new(Expr {
                    kind: ExprKind::Name(name),
                    span: name_span,
                });
                let kind = ExprKind::Member {
                    object,
                    name: self.name("deleter"),
                    name_span,
                };
                let name = Expr {
                    kind,
                    span: name_span,
                };
                (
                    MemberKind::ComputedMethod {
                        name,
                        function: converted,
                    },
                    false,
                )
            }
        }
    }

    /// The span of a definition without its decorators: from `def`, `async` or `class` on.
    fn undecorated(&self, whole: Span, decorators: &[ast::Decorator], name: Span) -> Span {
        let Some(last) = decorators.last() else {
            return whole;
        };
        let mut start = at(last).end;
        let bytes = self.text.as_bytes();
        while start < name.start {
            match bytes[start as usize] {
                b'#' => {
                    let rest = &bytes[start as usize..name.start as usize];
                    start += memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len()) as u32;
                }
                byte if byte.is_ascii_alphabetic() => break,
                _ => start += 1,
            }
        }
        Span::new(start, whole.end)
    }
}

fn role(decorators: &[ast::Decorator]) -> Role {
    let (mut accessor, mut is_static) = (Accessor::None, false);
    for decorator in decorators {
        match &decorator.expression {
            ast::Expr::Name(name) => match &*name.id {
                "property" | "cached_property" => accessor = Accessor::Get,
                "staticmethod" | "classmethod" => is_static = true,
                _ => {}
            },
            ast::Expr::Attribute(attribute) => match &*attribute.attr.id {
                "cached_property" | "getter" => accessor = Accessor::Get,
                "setter" => accessor = Accessor::Set,
                "deleter" => return Role::Deleter,
                _ => {}
            },
            _ => {}
        }
    }
    Role::Method {
        accessor,
        is_static,
    }
}
