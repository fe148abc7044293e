//! Classes, interfaces, enumerations, records and annotation types.

use shindan_base::{Span, Sym};

use super::functions::{CONSTRUCTOR, Method, Modifiers};
use super::grammar::{Field, Kind};
use super::types::copied;
use super::{Converter, name};
use crate::tree::{
    Accessor, Class, ClassKind, Expr, ExprKind, Function, Member, MemberKind, Param, Pattern,
    PatternKind, Stmt, StmtKind,
};

impl Converter<'_> {
    /// A declaration of a type. `is_local`: it stands among statements, where classes know what is around them.
    pub(super) fn class(&mut self, kind: Kind, is_local: bool) -> Option<(Class, Modifiers)> {
        let span = self.span();
        let mut modifiers = Modifiers::default();
        let mut rest_start = None;
        let mut class = Class {
            name: None,
            name_span: span,
            kind: match kind {
                Kind::InterfaceDeclaration | Kind::AnnotationType => ClassKind::Interface,
                _ => ClassKind::Class,
            },
            is_open: false,
            is_inner: false,
            bases: Vec::new(),
            keywords: Vec::new(),
            members: Vec::new(),
            decorators: Vec::new(),
            span,
        };
        let mut components = Vec::new();
        self.children(|this, child| {
            if child == Kind::Modifiers {
                modifiers = this.modifiers();
                return;
            }
            let start = this.span().start;
            rest_start.get_or_insert(start);
            match (this.field(), child) {
                (Field::Name, _) => {
                    class.name = Some(this.sym());
                    class.name_span = this.span();
                }
                (Field::Superclass | Field::Interfaces, _) | (_, Kind::ExtendsInterfaces) => {
                    class.bases.extend(this.type_list());
                }
                (Field::Parameters, _) => components = this.params(),
                (Field::Body, _) => {
                    class.members = match kind {
                        Kind::EnumDeclaration => this.enum_body(class.name),
                        Kind::InterfaceDeclaration | Kind::AnnotationType => this.interface_body(),
                        _ => this.class_body(),
                    }
                }
                _ => {}
            }
        });
        class.name?;
        if kind == Kind::RecordDeclaration {
            self.complete_record(&mut class, components);
        }
        if modifiers.is_abstract && class.kind == ClassKind::Class {
            class.kind = ClassKind::Abstract;
        }
        class.is_inner = is_local && kind == Kind::ClassDeclaration && !modifiers.is_static;
        class.decorators = std::mem::take(&mut modifiers.annotations);
        class.span.start = modifiers.start.or(rest_start).unwrap_or(span.start);
        Some((class, modifiers))
    }

    /// Methods and fields that stand in a file without a class around them are those of a class that is implied.
    pub(super) fn with_implicit_class(&mut self, body: Vec<Stmt>) -> Vec<Stmt> {
        let is_member = |stmt: &Stmt| matches!(stmt.kind, StmtKind::Function(_));
        let Some(at) = body.iter().find(|stmt| is_member(stmt)).map(|s| s.span) else {
            return body;
        };
        let mut members = Vec::new();
        let mut rest = Vec::new();
        let mut span = at;
        for stmt in body {
            let at = stmt.span;
            let kind = match stmt.kind {
                StmtKind::Function(function) => {
                    let Some(name) = function.name else { continue };
                    MemberKind::Method {
                        name,
                        function,
                        accessor: Accessor::None,
                    }
                }
                StmtKind::Let {
                    pattern:
                        Pattern {
                            kind: PatternKind::Name(name),
                            ..
                        },
                    ty,
                    value,
                    ..
                } => MemberKind::Field {
                    name,
                    value,
                    ty,
                    decorators: Vec::new(),
                },
                _ => {
                    rest.push(stmt);
                    continue;
                }
            };
            span = span.to(at);
            members.push(Member {
                kind,
                is_public: true,
                is_static: false,
                span: at,
            });
        }
        rest.push(Stmt {
            kind: StmtKind::Class(Box::new(Class {
                name: None,
                name_span: Span::new(at.start, at.start),
                kind: ClassKind::Class,
                is_open: false,
                is_inner: false,
                bases: Vec::new(),
                keywords: Vec::new(),
                members,
                decorators: Vec::new(),
                span,
            })),
            span,
        });
        rest
    }

    /// The constants, each made by the constructor or by a class of its own, and then what a class has.
    fn enum_body(&mut self, enumeration: Option<Sym>) -> Vec<Member> {
        let mut members = Vec::new();
        let enumeration = enumeration.unwrap_or(Sym::EMPTY);
        self.children(|this, kind| match kind {
            Kind::EnumConstant => members.extend(this.enum_constant(enumeration)),
            Kind::EnumMembers => members.extend(this.class_body()),
            _ => {}
        });
        members
    }

    fn enum_constant(&mut self, enumeration: Sym) -> Option<Member> {
        let span = self.span();
        let (mut constant, mut args, mut body) = (None, Vec::new(), None);
        let mut modifiers = Modifiers::default();
        self.children(|this, kind| match (this.field(), kind) {
            (_, Kind::Modifiers) => modifiers = this.modifiers(),
            (Field::Name, _) => constant = Some((this.sym(), this.span())),
            (Field::Arguments, _) => args = this.args(),
            (Field::Body, _) => body = Some(this.class_body()),
            _ => {}
        });
        let (constant, at) = constant?;
        let mut callee = name(enumeration, at);
        if let Some(members) = body {
            callee = Expr {
                kind: ExprKind::Class(Box::new(Class {
                    name: None,
                    name_span: at,
                    kind: ClassKind::Class,
                    is_open: false,
                    is_inner: false,
                    bases: vec![callee],
                    keywords: Vec::new(),
                    members,
                    decorators: Vec::new(),
                    span,
                })),
                span,
            };
        }
        let value = Expr {
            kind: ExprKind::New {
                callee: Box::new(callee),
                args,
            },
            span,
        };
        Some(Member {
            kind: MemberKind::Field {
                name: constant,
                value: Some(value),
                ty: Some(name(enumeration, at)),
                decorators: modifiers.annotations,
            },
            is_public: true,
            is_static: true,
            span,
        })
    }

    /// What the language adds to a record: fields for its components, the constructor that assigns them, accessors.
    fn complete_record(&mut self, class: &mut Class, components: Vec<Param>) {
        let constructor = self.names.of(CONSTRUCTOR);
        let names: Vec<(Sym, Span)> = components.iter().filter_map(param_name).collect();
        let mut compact = None;
        let mut is_written = false;
        class.members.retain_mut(|member| {
            let MemberKind::Method { name, function, .. } = &mut member.kind else {
                return true;
            };
            if *name != constructor {
                return true;
            }
            // A compact constructor has no parameters of its own and runs before the fields are assigned.
            if function.params.is_empty() && !names.is_empty() && compact.is_none() {
                compact = Some((std::mem::take(&mut function.body), function.span));
                return false;
            }
            is_written |= function.params.len() == names.len();
            true
        });
        let accessors: Vec<Sym> = class
            .members
            .iter()
            .filter_map(|member| match &member.kind {
                MemberKind::Method { name, function, .. } if function.params.is_empty() => {
                    Some(*name)
                }
                _ => None,
            })
            .collect();
        let mut made = Vec::new();
        for (parameter, &(component, at)) in components.iter().zip(&names) {
            made.push(member(
                MemberKind::Field {
                    name: component,
                    value: None,
                    ty: parameter.ty.as_ref().map(copied),
                    decorators: Vec::new(),
                },
                false,
                at,
            ));
            if !accessors.contains(&component) {
                let body = Stmt {
                    kind: StmtKind::Return(Some(this_field(component, at))),
                    span: at,
                };
                let mut accessor = function(component, at, Vec::new(), vec![body]);
                accessor.returns = parameter.ty.as_ref().map(copied);
                made.push(method(accessor));
            }
        }
        if !is_written {
            let (mut body, span) = compact.unwrap_or((Vec::new(), class.name_span));
            for &(component, at) in &names {
                body.push(Stmt {
                    kind: StmtKind::Expr(Expr {
                        kind: ExprKind::Assign {
                            target: Box::new(Pattern {
                                kind: PatternKind::Place(this_field(component, at)),
                                span: at,
                            }),
                            value: Box::new(name(component, at)),
                        },
                        span: at,
                    }),
                    span: at,
                });
            }
            made.push(method(function(constructor, span, components, body)));
        }
        made.append(&mut class.members);
        class.members = made;
    }

    /// A method, constructor, or element of an annotation.
    pub(super) fn method_member(&mut self, kind: Kind, is_public: bool) -> Option<Member> {
        let span = self.span();
        let (modifiers, method) = self.method(kind)?;
        let Method { name, function, .. } = method;
        Some(Member {
            kind: MemberKind::Method {
                name,
                function: Box::new(function),
                accessor: Accessor::None,
            },
            is_public: is_public || modifiers.is_public,
            is_static: modifiers.is_static,
            span,
        })
    }
}

fn member(kind: MemberKind, is_public: bool, span: Span) -> Member {
    Member {
        kind,
        is_public,
        is_static: false,
        span,
    }
}

fn this_field(field: Sym, at: Span) -> Expr {
    Expr {
        kind: ExprKind::Member {
            object: Box::new(Expr {
                kind: ExprKind::This,
                span: at,
            }),
            name: field,
            name_span: at,
        },
        span: at,
    }
}

fn param_name(param: &Param) -> Option<(Sym, Span)> {
    match param.pattern.kind {
        PatternKind::Name(name) => Some((name, param.pattern.span)),
        _ => None,
    }
}

fn function(name: Sym, span: Span, params: Vec<Param>, body: Vec<Stmt>) -> Function {
    Function {
        name: Some(name),
        name_span: span,
        params,
        body,
        decorators: Vec::new(),
        returns: None,
        is_async: false,
        is_generator: false,
        is_arrow: false,
        span,
    }
}

fn method(function: Function) -> Member {
    let span = function.span;
    let kind = MemberKind::Method {
        name: function.name.unwrap_or(Sym::EMPTY),
        function: Box::new(function),
        accessor: Accessor::None,
    };
    member(kind, true, span)
}
