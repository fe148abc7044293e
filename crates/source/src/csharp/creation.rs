//! Objects, arrays and copies that are made with their contents.
//!
//! `new T { A = b }` makes the object, keeps it in a variable that no program can write and assigns to its members.

use shindan_base::Sym;

use super::grammar::{Field, Kind};
use super::syntax::Node;
use super::{Converter, assign, expr, expr_stmt, let_stmt, member, name, opaque};
use crate::tree::{Arg, Entry, Expr, ExprKind, Pattern, PatternKind, Stmt};

impl<'a> Converter<'a> {
    /// `new T(…) { … }`, `new(…) { … }`, where `ty` is the type that is expected of the latter.
    pub(super) fn creation(&mut self, node: Node, ty: Option<Node>) -> ExprKind {
        let span = self.span(node);
        let ty = match self.child(node, Field::Type) {
            Some(own) => self.ty(own),
            None => ty.and_then(|ty| self.ty(ty)),
        };
        let args = match self.syntax.first(node, Kind::ArgumentList) {
            Some(list) => self.args(list),
            None => Vec::new(),
        };
        let made = ExprKind::New {
            callee: Box::new(ty.unwrap_or_else(|| opaque(span))),
            args,
        };
        match self.syntax.first(node, Kind::InitializerExpression) {
            Some(list) if self.operand(list).is_some() => {
                self.filled(expr(made, span), list, "new")
            }
            _ => made,
        }
    }

    /// The object with the contents of an initialiser.
    fn filled(&mut self, made: Expr, list: Node, what: &str) -> ExprKind {
        let span = made.span;
        let object = self.variable(what);
        let mut body = vec![let_stmt(object, None, Some(made), span)];
        let place = name(object, span);
        self.fill(&place, list, &mut body);
        ExprKind::Do {
            body,
            value: Box::new(place),
        }
    }

    /// Adds the statements that put the elements of an initialiser into what `place` names.
    fn fill(&mut self, place: &Expr, list: Node, body: &mut Vec<Stmt>) {
        let span = self.span(list);
        if !self.depth.enter(span) {
            return;
        }
        for element in self.children(list) {
            match self.kind(element) {
                Kind::Assignment => self.fill_member(place, element, body),
                Kind::InitializerExpression => {
                    let mut args = Vec::new();
                    for value in self.children(element) {
                        if self.kind(value).is_expression() {
                            args.push(Arg::Positional(self.expr(value)));
                        }
                    }
                    let added = self.added(place, args, element);
                    body.push(added);
                }
                kind if kind.is_expression() => {
                    let value = self.expr(element);
                    let added = self.added(place, vec![Arg::Positional(value)], element);
                    body.push(added);
                }
                _ => {}
            }
        }
        self.depth.leave();
    }

    /// `A = b`, `[k] = v`, `A = { … }` in an initialiser.
    fn fill_member(&mut self, object: &Expr, assignment: Node, body: &mut Vec<Stmt>) {
        let span = self.span(assignment);
        let left = self.child(assignment, Field::Left);
        let right = self.child(assignment, Field::Right);
        let (Some(left), Some(right)) = (left, right) else {
            return;
        };
        let left_span = self.span(left);
        let place = match self.kind(left) {
            Kind::ElementBinding => {
                let kind = ExprKind::Index {
                    object: Box::new(again(object)),
                    index: Box::new(self.index(left)),
                };
                expr(kind, left_span)
            }
            _ => {
                let (sym, name_span) = self.simple_name(left);
                member(again(object), sym, name_span, left_span)
            }
        };
        if self.kind(right) == Kind::InitializerExpression {
            self.fill(&place, right, body);
            return;
        }
        let value = self.expr(right);
        let target = Pattern {
            kind: PatternKind::Place(place),
            span: left_span,
        };
        body.push(expr_stmt(assign(target, value, span)));
    }

    fn added(&mut self, object: &Expr, args: Vec<Arg>, element: Node) -> Stmt {
        let span = self.span(element);
        let add = self.names.of("Add");
        let kind = ExprKind::Call {
            callee: Box::new(member(again(object), add, span, span)),
            args,
        };
        expr_stmt(expr(kind, span))
    }

    /// `new { a.B, C = d }`.
    pub(super) fn anonymous_object(&mut self, node: Node) -> ExprKind {
        let parts: Vec<Node> = self.children(node).collect();
        let mut entries = Vec::new();
        let mut i = 0;
        while let Some(&part) = parts.get(i) {
            i += 1;
            if !self.kind(part).is_expression() {
                continue;
            }
            let is_named = parts
                .get(i)
                .is_some_and(|next| self.kind(*next) == Kind::Token && self.source(*next) == "=");
            let (key, value) = match parts.get(i + 1) {
                Some(&value) if is_named => {
                    i += 2;
                    (Some(self.sym(part)), value)
                }
                _ => (self.last_name(part), part),
            };
            let span = self.span(part);
            let value = self.expr(value);
            entries.push(match key {
                Some(key) => Entry::Pair {
                    key: expr(ExprKind::Str(key), span),
                    value,
                },
                None => Entry::Spread(value),
            });
        }
        ExprKind::Map(entries)
    }

    /// The name that a member of an anonymous object takes from its value.
    fn last_name(&mut self, value: Node) -> Option<Sym> {
        match self.kind(value) {
            Kind::Identifier | Kind::GenericName | Kind::QualifiedName => {
                Some(self.simple_name(value).0)
            }
            Kind::MemberAccess => {
                let last = self.child(value, Field::Name)?;
                Some(self.simple_name(last).0)
            }
            Kind::ConditionalAccess => {
                let binding = self.syntax.first(value, Kind::MemberBinding)?;
                let last = self.child(binding, Field::Name)?;
                Some(self.simple_name(last).0)
            }
            _ => None,
        }
    }

    /// `new T[n]`, `new T[] { a, b }`.
    pub(super) fn array_creation(&mut self, node: Node) -> ExprKind {
        let span = self.span(node);
        if let Some(list) = self.syntax.first(node, Kind::InitializerExpression) {
            return self.list(list);
        }
        let Some(ty) = self.child(node, Field::Type) else {
            return ExprKind::List(Vec::new());
        };
        let mut args = Vec::new();
        // The sizes stand in the innermost brackets that have any: `new int[3][]`.
        let mut array = Some(ty);
        while let Some(node) = array {
            let rank = self.child(node, Field::Rank);
            array = self
                .child(node, Field::Type)
                .filter(|ty| self.kind(*ty) == Kind::ArrayType);
            let Some(rank) = rank else { continue };
            for size in self.children(rank) {
                if self.kind(size).is_expression() {
                    args.push(Arg::Positional(self.expr(size)));
                }
            }
        }
        let callee = self.ty(ty).unwrap_or_else(|| opaque(span));
        ExprKind::New {
            callee: Box::new(callee),
            args,
        }
    }

    /// `x with { A = b }`: a copy, and assignments to it.
    pub(super) fn with(&mut self, node: Node) -> ExprKind {
        let span = self.span(node);
        let Some(original) = self.operand(node) else {
            return ExprKind::Opaque(Vec::new());
        };
        let original = self.expr(original);
        let copy = self.names.of("MemberwiseClone");
        let kind = ExprKind::Call {
            callee: Box::new(member(original, copy, span, span)),
            args: Vec::new(),
        };
        let object = self.variable("with");
        let mut body = vec![let_stmt(object, None, Some(expr(kind, span)), span)];
        for child in self.children(node) {
            if self.kind(child) != Kind::WithInitializer {
                continue;
            }
            let mut parts = self
                .children(child)
                .filter(|part| self.kind(*part).is_expression());
            let (Some(key), Some(value)) = (parts.next(), parts.next()) else {
                continue;
            };
            let key_span = self.span(key);
            let sym = self.sym(key);
            let target = Pattern {
                kind: PatternKind::Place(member(name(object, span), sym, key_span, key_span)),
                span: key_span,
            };
            let value = self.expr(value);
            body.push(expr_stmt(assign(target, value, self.span(child))));
        }
        ExprKind::Do {
            body,
            value: Box::new(name(object, span)),
        }
    }
}

/// A place once more: a name, and the members and elements of it that initialisers nest in.
fn again(place: &Expr) -> Expr {
    let kind = match &place.kind {
        ExprKind::Name(sym) => ExprKind::Name(*sym),
        ExprKind::Member {
            object,
            name,
            name_span,
        } => ExprKind::Member {
            object: Box::new(again(object)),
            name: *name,
            name_span: *name_span,
        },
        ExprKind::Index { object, index } => ExprKind::Index {
            object: Box::new(again(object)),
            index: Box::new(again(index)),
        },
        ExprKind::Str(sym) => ExprKind::Str(*sym),
        ExprKind::Int(value) => ExprKind::Int(*value),
        _ => ExprKind::Opaque(Vec::new()),
    };
    expr(kind, place.span)
}
