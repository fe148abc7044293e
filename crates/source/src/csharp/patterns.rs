//! Patterns: each becomes a condition on its subject, which assigns the variables that the pattern declares.

use std::rc::Rc;

use shindan_base::{Span, Sym};

use super::grammar::{Field, Kind};
use super::syntax::Node;
use super::{Converter, assign, bound, expr, let_stmt, member, name};
use crate::tree::{CompareOp, Expr, ExprKind, LogicOp, UnaryOp};

/// What a pattern is held against: something that can be written down any number of times.
#[derive(Clone)]
pub(super) enum Subject {
    Name(Sym),
    This,
    Member(Rc<Subject>, Sym),
    Element(Rc<Subject>, i64),
}

impl Subject {
    pub(super) fn expr(&self, span: Span) -> Expr {
        match self {
            Self::Name(sym) => name(*sym, span),
            Self::This => expr(ExprKind::This, span),
            Self::Member(object, sym) => member(object.expr(span), *sym, span, span),
            Self::Element(object, index) => {
                let kind = ExprKind::Index {
                    object: Box::new(object.expr(span)),
                    index: Box::new(expr(ExprKind::Int(*index), span)),
                };
                expr(kind, span)
            }
        }
    }
}

impl<'a> Converter<'a> {
    /// `x is pattern`.
    pub(super) fn is_pattern(&mut self, node: Node) -> ExprKind {
        let subject = self.child(node, Field::Expression);
        let pattern = self.child(node, Field::Pattern);
        let (Some(subject), Some(pattern)) = (subject, pattern) else {
            return ExprKind::Opaque(Vec::new());
        };
        if let Some(subject) = self.plain_subject(subject) {
            return self.test(pattern, &subject).kind;
        }
        let span = self.span(subject);
        let made = self.variable("is");
        let value = self.expr(subject);
        let test = self.test(pattern, &Subject::Name(made));
        ExprKind::Do {
            body: vec![let_stmt(made, None, Some(value), span)],
            value: Box::new(test),
        }
    }

    /// A subject that is no work to evaluate.
    pub(super) fn plain_subject(&mut self, node: Node) -> Option<Subject> {
        match self.kind(node) {
            Kind::Identifier if self.backing.is_none() => Some(Subject::Name(self.sym(node))),
            Kind::This => Some(Subject::This),
            Kind::MemberAccess => {
                let object = self.child(node, Field::Expression)?;
                if !matches!(self.kind(object), Kind::Identifier | Kind::This) {
                    return None;
                }
                let object = self.plain_subject(object)?;
                let last = self.child(node, Field::Name)?;
                let (last, _) = self.simple_name(last);
                Some(Subject::Member(Rc::new(object), last))
            }
            _ => None,
        }
    }

    /// Whether the pattern matches; what it declares is assigned where it does.
    pub(super) fn test(&mut self, pattern: Node, subject: &Subject) -> Expr {
        let span = self.span(pattern);
        self.nested(span, |this| this.test_kind(pattern, subject))
    }

    fn test_kind(&mut self, pattern: Node, subject: &Subject) -> ExprKind {
        let span = self.span(pattern);
        match self.kind(pattern) {
            Kind::ConstantPattern => match self.operand(pattern) {
                Some(value) => self.constant_test(value, subject),
                None => ExprKind::Bool(true),
            },
            Kind::Discard => ExprKind::Bool(true),
            Kind::ParenthesizedPattern => match self.syntax.find(pattern, Kind::is_pattern) {
                Some(inner) => self.test(inner, subject).kind,
                None => ExprKind::Bool(true),
            },
            Kind::NegatedPattern => match self.syntax.find(pattern, Kind::is_pattern) {
                Some(inner) => ExprKind::Unary {
                    op: UnaryOp::Not,
                    operand: Box::new(self.test(inner, subject)),
                },
                None => ExprKind::Bool(true),
            },
            Kind::AndPattern | Kind::OrPattern => {
                let left = self.child(pattern, Field::Left);
                let right = self.child(pattern, Field::Right);
                let (Some(left), Some(right)) = (left, right) else {
                    return ExprKind::Bool(true);
                };
                ExprKind::Logic {
                    op: match self.kind(pattern) {
                        Kind::AndPattern => LogicOp::And,
                        _ => LogicOp::Or,
                    },
                    left: Box::new(self.test(left, subject)),
                    right: Box::new(self.test(right, subject)),
                }
            }
            Kind::RelationalPattern => {
                let sign = self.syntax.first(pattern, Kind::Token);
                let op = match sign.map(|sign| self.source(sign)) {
                    Some("<") => CompareOp::Lt,
                    Some("<=") => CompareOp::LtEq,
                    Some(">") => CompareOp::Gt,
                    _ => CompareOp::GtEq,
                };
                match self.operand(pattern) {
                    Some(value) => ExprKind::Compare {
                        op,
                        left: Box::new(subject.expr(span)),
                        right: self.boxed(value),
                    },
                    None => ExprKind::Bool(true),
                }
            }
            Kind::TypePattern => match self.type_in(pattern, Field::Type) {
                Some(ty) => instance_of(subject, ty, span).kind,
                None => ExprKind::Bool(true),
            },
            Kind::DeclarationPattern => {
                let test = self
                    .type_in(pattern, Field::Type)
                    .map(|ty| instance_of(subject, ty, span));
                let binding = self.designations(pattern, subject);
                all(test.into_iter().chain(binding), span)
            }
            Kind::VarPattern => {
                let binding = self.designations(pattern, subject);
                all(binding.into_iter(), span)
            }
            Kind::RecursivePattern => self.recursive_test(pattern, subject),
            Kind::ListPattern => self.list_test(pattern, subject),
            _ => ExprKind::Bool(true),
        }
    }

    fn constant_test(&mut self, value: Node, subject: &Subject) -> ExprKind {
        let span = self.span(value);
        match self.kind(value) {
            // The grammar reads a positional pattern of constants as a tuple.
            Kind::TupleExpression => {
                let mut tests = Vec::new();
                let arguments = self.children(value).filter_map(|c| self.argument_value(c));
                let arguments: Vec<Node> = arguments.collect();
                for (i, argument) in arguments.into_iter().enumerate() {
                    if self.source(argument) != "_" {
                        let element = Subject::Element(Rc::new(subject.clone()), i as i64);
                        let argument_span = self.span(argument);
                        tests.push(
                            self.nested(argument_span, |this| {
                                this.constant_test(argument, &element)
                            }),
                        );
                    }
                }
                all(tests.into_iter(), span)
            }
            Kind::Parenthesized => match self.operand(value) {
                Some(inner) => {
                    self.nested(span, |this| this.constant_test(inner, subject))
                        .kind
                }
                None => ExprKind::Bool(true),
            },
            // A plain name is a type far more often than a constant.
            Kind::Identifier | Kind::GenericName if self.backing.is_none() => {
                match self.ty(value) {
                    Some(ty) => instance_of(subject, ty, span).kind,
                    None => ExprKind::Bool(true),
                }
            }
            _ => ExprKind::Compare {
                op: CompareOp::Eq,
                left: Box::new(subject.expr(span)),
                right: self.boxed(value),
            },
        }
    }

    /// `T (a, b) { C: d } name`, every part of which may be left out.
    fn recursive_test(&mut self, pattern: Node, subject: &Subject) -> ExprKind {
        let span = self.span(pattern);
        let mut tests = Vec::new();
        let ty = self.type_in(pattern, Field::Type);
        let has_type = ty.is_some();
        tests.extend(ty.map(|ty| instance_of(subject, ty, span)));
        let mut says_something = has_type;
        for child in self.children(pattern) {
            let kind = self.kind(child);
            match kind {
                Kind::PositionalPatterns => {
                    says_something = true;
                    let mut index = 0;
                    for sub in self.children(child) {
                        if self.kind(sub) == Kind::Subpattern {
                            let element = Subject::Element(Rc::new(subject.clone()), index);
                            tests.extend(self.sub_test(sub, &element));
                            index += 1;
                        }
                    }
                }
                Kind::PropertyPatterns => {
                    let before = tests.len();
                    for sub in self.children(child) {
                        if self.kind(sub) == Kind::Subpattern {
                            let part = self.part_of(sub, subject);
                            tests.extend(self.sub_test(sub, &part));
                        }
                    }
                    if tests.len() == before && !says_something {
                        // `{ }`: anything but null.
                        let kind = ExprKind::Compare {
                            op: CompareOp::NotEq,
                            left: Box::new(subject.expr(span)),
                            right: Box::new(expr(ExprKind::Null, span)),
                        };
                        tests.push(expr(kind, span));
                    }
                    says_something = true;
                }
                _ if kind.is_pattern() && kind != Kind::Discard => {
                    says_something = true;
                    tests.push(self.test(child, subject));
                }
                _ => {}
            }
        }
        tests.extend(self.designations(pattern, subject));
        all(tests.into_iter(), span)
    }

    /// The part of the subject that `A.B: …` is about.
    fn part_of(&mut self, sub: Node, subject: &Subject) -> Subject {
        let mut names = Vec::new();
        let mut path = self.operand(sub);
        while let Some(node) = path {
            path = None;
            match self.kind(node) {
                Kind::MemberAccess => {
                    names.extend(self.child(node, Field::Name));
                    path = self.child(node, Field::Expression);
                }
                Kind::Identifier => names.push(node),
                _ => {}
            }
            if names.len() > 16 {
                break;
            }
        }
        let mut part = subject.clone();
        while let Some(last) = names.pop() {
            let (sym, _) = self.simple_name(last);
            part = Subject::Member(Rc::new(part), sym);
        }
        part
    }

    fn sub_test(&mut self, sub: Node, subject: &Subject) -> Option<Expr> {
        let pattern = self.syntax.find(sub, Kind::is_pattern)?;
        Some(self.test(pattern, subject))
    }

    fn list_test(&mut self, pattern: Node, subject: &Subject) -> ExprKind {
        let span = self.span(pattern);
        let mut tests = Vec::new();
        let mut index = Some(0_i64);
        for child in self.children(pattern) {
            if self.kind(child) == Kind::Token {
                // Behind a `..` nobody knows how far from the beginning an element is.
                index = None;
            } else if self.kind(child).is_pattern() {
                if let Some(at) = &mut index {
                    let element = Subject::Element(Rc::new(subject.clone()), *at);
                    *at += 1;
                    tests.push(self.test(child, &element));
                } else {
                    let all = subject.clone();
                    let test = self.test(child, &all);
                    tests.push(expr(ExprKind::Opaque(vec![test]), span));
                }
            }
        }
        if tests.is_empty() {
            let kind = ExprKind::Opaque(vec![subject.expr(span)]);
            tests.push(expr(kind, span));
        }
        tests.extend(self.designations(pattern, subject));
        all(tests.into_iter(), span)
    }

    /// The assignments to the variables that a pattern declares, with the value that stays true.
    fn designations(&mut self, pattern: Node, subject: &Subject) -> Vec<Expr> {
        let mut found = Vec::new();
        let ty = self.child(pattern, Field::Type);
        for child in self.children(pattern) {
            match (self.kind(child), self.syntax.field(child)) {
                (Kind::Identifier, Field::Name) => {
                    let ty = ty.and_then(|ty| self.ty(ty));
                    found.push(self.designation(child, subject, ty));
                }
                (Kind::ParenthesizedDesignation, _) => {
                    self.tuple_designation(child, subject, &mut found);
                }
                _ => {}
            }
        }
        found
    }

    fn tuple_designation(&mut self, node: Node, subject: &Subject, found: &mut Vec<Expr>) {
        if !self.depth.enter(self.span(node)) {
            return;
        }
        let mut index = 0;
        for child in self.children(node) {
            let element = Subject::Element(Rc::new(subject.clone()), index);
            match self.kind(child) {
                Kind::Identifier => found.push(self.designation(child, &element, None)),
                Kind::ParenthesizedDesignation => {
                    self.tuple_designation(child, &element, found);
                }
                Kind::Discard => {}
                _ => continue,
            }
            index += 1;
        }
        self.depth.leave();
    }

    fn designation(&mut self, identifier: Node, subject: &Subject, ty: Option<Expr>) -> Expr {
        let span = self.span(identifier);
        let sym = self.sym(identifier);
        self.hoist(sym, span);
        let mut value = subject.expr(span);
        if let Some(ty) = ty {
            let kind = ExprKind::Cast {
                operand: Box::new(value),
                ty: Some(Box::new(ty)),
            };
            value = expr(kind, span);
        }
        let assignment = assign(bound(sym, span), value, span);
        let holds = expr(ExprKind::Bool(true), span);
        expr(ExprKind::Sequence(vec![assignment, holds]), span)
    }
}

fn instance_of(subject: &Subject, ty: Expr, span: Span) -> Expr {
    let kind = ExprKind::Compare {
        op: CompareOp::InstanceOf,
        left: Box::new(subject.expr(span)),
        right: Box::new(ty),
    };
    expr(kind, span)
}

/// All of the conditions, those left out that always hold.
pub(super) fn all(tests: impl Iterator<Item = Expr>, span: Span) -> ExprKind {
    let tests = tests.filter(|test| !matches!(test.kind, ExprKind::Bool(true)));
    let whole = tests.reduce(|left, right| {
        let kind = ExprKind::Logic {
            op: LogicOp::And,
            left: Box::new(left),
            right: Box::new(right),
        };
        expr(kind, span)
    });
    whole.map_or(ExprKind::Bool(true), |whole| whole.kind)
}
