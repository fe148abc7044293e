//! What a file and a namespace hold: imports, namespaces, classes and what is like them.

use shindan_base::{Span, Sym};

use super::functions::{Body, empty_function};
use super::grammar::{Field, Kind};
use super::members::CONSTRUCTOR;
use super::syntax::{Children, Node};
use super::{Converter, assign, expr, expr_stmt, member, name, opaque};
use crate::tree::{
    Accessor, Arg, Class, ClassKind, Expr, ExprKind, Import, ImportName, Member, MemberKind, Param,
    Pattern, PatternKind, Stmt, StmtKind,
};

/// Marks the interface that stands for a delegate type; no program can write such an attribute.
const DELEGATE: &str = "%delegate";
/// The method by which a delegate is called.
const INVOKE: &str = "Invoke";

impl<'a> Converter<'a> {
    /// The whole file.
    pub(super) fn file(&mut self) -> Vec<Stmt> {
        let mut out = Vec::new();
        let children = self.children(self.syntax.root());
        self.items(children, &mut out);
        out
    }

    /// What stands in a file or namespace; `namespace a.b;` takes all that follows.
    fn items(&mut self, mut list: Children<'a>, out: &mut Vec<Stmt>) {
        while let Some(node) = list.next() {
            match self.kind(node) {
                Kind::FileNamespace if self.depth.enter(self.span(node)) => {
                    let span = self.span(node);
                    let name = self.child(node, Field::Name);
                    let name = name.map_or(Sym::EMPTY, |name| self.dotted(name));
                    let mut body = Vec::new();
                    self.items(list, &mut body);
                    self.depth.leave();
                    let span = body.last().map_or(span, |last| span.to(last.span));
                    out.push(Stmt {
                        kind: StmtKind::Namespace { name, body },
                        span,
                    });
                    return;
                }
                Kind::GlobalStatement => {
                    // A resource that is declared here holds what follows it.
                    if let Some(inner) = self.syntax.first(node, Kind::LocalDeclaration)
                        && self.has(inner, "using")
                    {
                        self.stmt(inner, out);
                    } else {
                        self.stmt(node, out);
                    }
                }
                Kind::PreprocIf => self.both_sides(node, out),
                Kind::Error => self.items(self.children(node), out),
                kind if kind.is_declaration() => self.item(node, out),
                _ => self.stmt(node, out),
            }
        }
    }

    /// Both sides of a conditional section.
    fn both_sides(&mut self, section: Node, out: &mut Vec<Stmt>) {
        if !self.depth.enter(self.span(section)) {
            return;
        }
        for child in self.children(section) {
            match (self.kind(child), self.syntax.field(child)) {
                (_, Field::Condition) => {}
                (Kind::PreprocElse | Kind::PreprocElif | Kind::PreprocIf, _) => {
                    self.both_sides(child, out);
                }
                (kind, _) if kind.is_declaration() => self.item(child, out),
                _ => self.stmt(child, out),
            }
        }
        self.depth.leave();
    }

    /// A declaration outside of a class.
    pub(super) fn item(&mut self, node: Node, out: &mut Vec<Stmt>) {
        let span = self.span(node);
        if !self.depth.enter(span) {
            return;
        }
        let kind = match self.kind(node) {
            Kind::UsingDirective => Some(StmtKind::Import(self.using_directive(node))),
            Kind::Namespace => {
                let name = self.child(node, Field::Name);
                let name = name.map_or(Sym::EMPTY, |name| self.dotted(name));
                let mut body = Vec::new();
                if let Some(list) = self.child(node, Field::Body) {
                    self.items(self.children(list), &mut body);
                }
                Some(StmtKind::Namespace { name, body })
            }
            Kind::GlobalAttribute => {
                let mut attributes = Vec::new();
                self.attribute_list(node, &mut attributes);
                let values = attributes
                    .into_iter()
                    .filter_map(|attribute| match attribute.kind {
                        ExprKind::Call { args, .. } => Some(args),
                        _ => None,
                    });
                let values = values.flatten().filter_map(|arg| match arg {
                    Arg::Positional(value) | Arg::Named { value, .. } => Some(value),
                    _ => None,
                });
                let kind = ExprKind::Opaque(values.collect());
                Some(StmtKind::Expr(expr(kind, span)))
            }
            kind if is_class(kind) => self
                .class(node)
                .map(|class| StmtKind::Class(Box::new(class))),
            // A member without a class, where the parser lost its class: its code is read all the same.
            _ => {
                let mut members = Vec::new();
                self.member(node, Sym::EMPTY, false, &mut members);
                for member in members {
                    if let MemberKind::Method { function, .. } = member.kind {
                        out.push(Stmt {
                            kind: StmtKind::Function(function),
                            span,
                        });
                    }
                }
                None
            }
        };
        self.depth.leave();
        out.extend(kind.map(|kind| Stmt { kind, span }));
    }

    fn using_directive(&mut self, node: Node) -> Import {
        let alias = self.child(node, Field::Name);
        let target = self
            .children(node)
            .filter(|child| Some(*child) != alias && self.kind(*child).is_type())
            .last();
        let is_global = self.has(node, "global");
        let span = target.map_or(self.span(node), |target| self.span(target));
        let mut module = target.map_or(Sym::EMPTY, |target| self.dotted(target));
        let mut names = vec![ImportName::All];
        if let (Some(alias), Some(target)) = (alias, target) {
            let local = self.sym(alias);
            let (item, _) = self.simple_name(target);
            module = match self.kind(target) {
                Kind::QualifiedName => match self.child(target, Field::Qualifier) {
                    Some(qualifier) => self.dotted(qualifier),
                    None => Sym::EMPTY,
                },
                _ => Sym::EMPTY,
            };
            names = vec![ImportName::Item {
                name: item,
                local,
                span,
            }];
        }
        Import {
            module,
            level: 0,
            names,
            module_span: span,
            type_only: false,
            is_global,
        }
    }

    /// A class, struct, record, interface, enumeration or delegate.
    pub(super) fn class(&mut self, node: Node) -> Option<Class> {
        let kind = self.kind(node);
        let key = self.child(node, Field::Name)?;
        let class_name = self.sym(key);
        let modifiers = self.modifiers(node);
        let mut class = Class {
            name: Some(class_name),
            name_span: self.span(key),
            kind: match kind {
                Kind::InterfaceDeclaration | Kind::DelegateDeclaration => ClassKind::Interface,
                _ if modifiers.is_abstract => ClassKind::Abstract,
                _ => ClassKind::Class,
            },
            is_open: modifiers.is_partial,
            is_inner: false,
            bases: Vec::new(),
            keywords: Vec::new(),
            members: Vec::new(),
            decorators: self.attributes(node),
            span: self.own_span(node),
        };
        match kind {
            Kind::EnumDeclaration => {
                if let Some(list) = self.child(node, Field::Body) {
                    let mut next = Some(0);
                    self.enum_members(list, &mut next, &mut class.members);
                }
            }
            Kind::DelegateDeclaration => {
                let span = class.span;
                let mut invoke = empty_function(class.name_span, span);
                invoke.name = Some(self.names.of(INVOKE));
                invoke.returns = self.type_in(node, Field::Type);
                if let Some(list) = self.child(node, Field::Parameters) {
                    invoke.params = self.params(list).0;
                }
                let mark = self.names.of(DELEGATE);
                class.decorators.push(name(mark, class.name_span));
                class.members.push(Member {
                    kind: MemberKind::Method {
                        name: self.names.of(INVOKE),
                        function: Box::new(invoke),
                        accessor: Accessor::None,
                    },
                    is_public: true,
                    is_static: false,
                    span,
                });
            }
            _ => self.class_contents(node, class_name, &mut class),
        }
        Some(class)
    }

    fn class_contents(&mut self, node: Node, class_name: Sym, class: &mut Class) {
        let is_interface = class.kind == ClassKind::Interface;
        let params = self.syntax.first(node, Kind::ParameterList);
        let mut base_args = None;
        if let Some(list) = self.syntax.first(node, Kind::BaseList) {
            for base in self.children(list) {
                match self.kind(base) {
                    Kind::ArgumentList => base_args = Some(base),
                    Kind::PrimaryBase => {
                        class.bases.extend(self.type_in(base, Field::Type));
                        base_args = self.syntax.first(base, Kind::ArgumentList);
                    }
                    kind if kind.is_type() => class.bases.extend(self.ty(base)),
                    _ => {}
                }
            }
        }
        let mut members = Vec::new();
        if let Some(body) = self.child(node, Field::Body) {
            self.members(body, class_name, is_interface, &mut members);
        }
        if let Some(params) = params {
            let is_record = self.kind(node) == Kind::RecordDeclaration;
            self.primary(params, base_args, is_record, &mut members);
        }
        class.members = members;
    }

    /// The fields and the constructor of a primary constructor. Fields that get a value are assigned by it: the value
    /// may be one of its parameters.
    fn primary(
        &mut self,
        list: Node,
        base_args: Option<Node>,
        is_record: bool,
        members: &mut Vec<Member>,
    ) {
        let span = self.span(list);
        let (params, _) = self.params(list);
        let mut constructor = empty_function(Span::new(span.start, span.start), span);
        constructor.name = Some(self.names.of(CONSTRUCTOR));
        if let Some(args) = base_args {
            let kind = ExprKind::Call {
                callee: Box::new(expr(ExprKind::Super, self.span(args))),
                args: self.args(args),
            };
            let call = expr(kind, self.span(args));
            constructor.body.append(&mut self.hoisted);
            constructor.body.push(expr_stmt(call));
        }
        let (fields, _) = self.params(list);
        let fields: Vec<Param> = fields;
        let mut made = Vec::new();
        for field in fields {
            let PatternKind::Name(sym) = field.pattern.kind else {
                continue;
            };
            let at = field.pattern.span;
            constructor
                .body
                .push(field_assignment(sym, name(sym, at), at));
            let is_declared = members
                .iter()
                .any(|member| matches!(member.kind, MemberKind::Field { name, .. } if name == sym));
            if !is_declared {
                made.push(Member {
                    kind: MemberKind::Field {
                        name: sym,
                        value: None,
                        ty: field.ty,
                        decorators: field.decorators,
                    },
                    is_public: is_record,
                    is_static: false,
                    span: at,
                });
            }
        }
        for member in members.iter_mut() {
            if let MemberKind::Field { name, value, .. } = &mut member.kind
                && !member.is_static
                && let Some(value) = value.take()
            {
                constructor
                    .body
                    .push(field_assignment(*name, value, member.span));
            }
        }
        constructor.params = params;
        made.push(Member {
            kind: MemberKind::Method {
                name: self.names.of(CONSTRUCTOR),
                function: Box::new(constructor),
                accessor: Accessor::None,
            },
            is_public: true,
            is_static: false,
            span,
        });
        made.append(members);
        *members = made;
    }

    fn enum_members(&mut self, list: Node, next: &mut Option<i64>, members: &mut Vec<Member>) {
        if !self.depth.enter(self.span(list)) {
            return;
        }
        for child in self.children(list) {
            match self.kind(child) {
                Kind::EnumMember => {
                    let Some(key) = self.child(child, Field::Name) else {
                        continue;
                    };
                    let span = self.span(child);
                    let value = match self.child(child, Field::Value) {
                        Some(value) => {
                            let value = self.alone(|this| this.expr(value));
                            *next = match value.kind {
                                ExprKind::Int(value) => Some(value),
                                _ => None,
                            };
                            value
                        }
                        None => match *next {
                            Some(value) => expr(ExprKind::Int(value), span),
                            None => opaque(span),
                        },
                    };
                    *next = next.and_then(|value| value.checked_add(1));
                    members.push(Member {
                        kind: MemberKind::Field {
                            name: self.sym(key),
                            value: Some(value),
                            ty: None,
                            decorators: self.attributes(child),
                        },
                        is_public: true,
                        is_static: true,
                        span,
                    });
                }
                Kind::PreprocIf | Kind::PreprocElse | Kind::PreprocElif => {
                    self.enum_members(child, next, members);
                }
                _ => {}
            }
        }
        self.depth.leave();
    }
}

/// Whether a declaration is that of a type.
pub(super) fn is_class(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::ClassDeclaration
            | Kind::StructDeclaration
            | Kind::RecordDeclaration
            | Kind::InterfaceDeclaration
            | Kind::EnumDeclaration
            | Kind::DelegateDeclaration
    )
}

/// `this.field = value`.
fn field_assignment(field: Sym, value: Expr, span: Span) -> Stmt {
    let this = expr(ExprKind::This, span);
    let target = Pattern {
        kind: PatternKind::Place(member(this, field, span, span)),
        span,
    };
    expr_stmt(assign(target, value, span))
}

/// Keeps the kinds of body in one place for members that have a result and those that have none.
pub(super) fn body_kind(returns_nothing: bool) -> Body {
    match returns_nothing {
        true => Body::Dropped,
        false => Body::Returned,
    }
}
