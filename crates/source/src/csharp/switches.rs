//! `switch` as a statement and as a value.
//!
//! A constant is a value to compare with; every other pattern is a condition on the subject.

use shindan_base::Span;

use super::grammar::{Field, Kind};
use super::patterns::{Subject, all};
use super::syntax::Node;
use super::{Converter, assign, bound, expr, expr_stmt, let_stmt, name, opaque};
use crate::tree::{Case, CaseTest, Expr, ExprKind, Stmt, StmtKind};

/// Of this many alternatives, further ones are not told apart from each other.
const MAX_ALTERNATIVES: usize = 1000;

impl<'a> Converter<'a> {
    pub(super) fn switch_stmt(&mut self, node: Node, out: &mut Vec<Stmt>) {
        let span = self.span(node);
        let Some(value) = self.child(node, Field::Value) else {
            return;
        };
        let subject = self.subject(value, out);
        let mut cases = Vec::new();
        if let Some(body) = self.syntax.first(node, Kind::SwitchBody) {
            for section in self.children(body) {
                if self.kind(section) == Kind::SwitchSection {
                    cases.push(self.section(section, &subject));
                }
            }
        }
        out.push(Stmt {
            kind: StmtKind::Switch {
                subject: subject.expr(self.span(value)),
                cases,
                falls_through: true,
            },
            span,
        });
    }

    /// What is switched on, in a variable if evaluating it is work.
    fn subject(&mut self, value: Node, out: &mut Vec<Stmt>) -> Subject {
        let mut inner = value;
        while self.kind(inner) == Kind::Parenthesized
            && let Some(next) = self.operand(inner)
        {
            inner = next;
        }
        if let Some(subject) = self.plain_subject(inner) {
            return subject;
        }
        let made = self.variable("switch");
        let span = self.span(value);
        let value = self.expr(value);
        out.push(let_stmt(made, None, Some(value), span));
        Subject::Name(made)
    }

    fn section(&mut self, section: Node, subject: &Subject) -> Case {
        let span = self.span(section);
        let (mut label, mut when, mut body) = (None, None, Vec::new());
        for child in self.children(section) {
            let kind = self.kind(child);
            if kind == Kind::WhenClause {
                when = self.operand(child);
            } else if kind.is_statement() {
                self.stmt(child, &mut body);
            } else if (kind.is_pattern() || kind.is_expression()) && label.is_none() {
                label = Some(child);
            }
        }
        let (tests, guard) = self.label(label, when, subject, span);
        Case {
            tests,
            guard,
            body,
            span,
        }
    }

    /// The tests and the guard of a label; `default` has neither.
    fn label(
        &mut self,
        label: Option<Node>,
        when: Option<Node>,
        subject: &Subject,
        span: Span,
    ) -> (Vec<CaseTest>, Option<Expr>) {
        let Some(label) = label else {
            return (Vec::new(), None);
        };
        let mut constants = Vec::new();
        if self.constants(label, &mut constants) {
            let tests = constants
                .into_iter()
                .map(|value| CaseTest::Value(self.expr(value)));
            let tests = tests.collect();
            return (tests, when.map(|when| self.expr(when)));
        }
        let label_span = self.span(label);
        let test = match self.kind(label).is_pattern() {
            true => self.test(label, subject),
            false => opaque(label_span),
        };
        let when = when.map(|when| self.expr(when));
        let guard = all([Some(test), when].into_iter().flatten(), span);
        let guard = match guard {
            ExprKind::Bool(true) => None,
            guard => Some(expr(guard, label_span)),
        };
        (vec![CaseTest::Any(None)], guard)
    }

    /// Collects the constants that a label consists of; false if it is more than that.
    fn constants(&self, label: Node, found: &mut Vec<Node>) -> bool {
        let mut open = vec![label];
        while let Some(node) = open.pop() {
            match self.kind(node) {
                Kind::OrPattern if found.len() + open.len() < MAX_ALTERNATIVES => {
                    open.extend(self.child(node, Field::Right));
                    open.extend(self.child(node, Field::Left));
                }
                Kind::ParenthesizedPattern => {
                    open.extend(self.syntax.find(node, Kind::is_pattern));
                }
                Kind::ConstantPattern => match self.operand(node) {
                    Some(value) if self.kind(value) != Kind::TupleExpression => found.push(value),
                    _ => return false,
                },
                kind if kind.is_expression() && kind != Kind::TupleExpression => found.push(node),
                _ => return false,
            }
        }
        true
    }

    /// `x switch { pattern => value, … }`.
    pub(super) fn switch_expression(&mut self, node: Node) -> ExprKind {
        let span = self.span(node);
        let Some(value) = self.operand(node) else {
            return ExprKind::Opaque(Vec::new());
        };
        let mut body = Vec::new();
        let subject = self.subject(value, &mut body);
        let result = self.variable("switch");
        body.push(let_stmt(result, None, None, span));
        let mut cases = Vec::new();
        for arm in self.children(node) {
            if self.kind(arm) != Kind::SwitchArm {
                continue;
            }
            let (mut label, mut when, mut value) = (None, None, None);
            for child in self.children(arm) {
                let kind = self.kind(child);
                if kind == Kind::WhenClause {
                    when = self.operand(child);
                } else if kind.is_pattern() && label.is_none() {
                    label = Some(child);
                } else if kind.is_expression() {
                    value = Some(child);
                }
            }
            let arm_span = self.span(arm);
            let (mut tests, guard) = self.label(label, when, &subject, arm_span);
            if tests.is_empty() {
                tests.push(CaseTest::Any(None));
            }
            cases.push(Case {
                tests,
                guard,
                body: self.arm(value, result),
                span: arm_span,
            });
        }
        body.push(Stmt {
            kind: StmtKind::Switch {
                subject: subject.expr(self.span(value)),
                cases,
                falls_through: false,
            },
            span,
        });
        ExprKind::Do {
            body,
            value: Box::new(name(result, span)),
        }
    }

    /// Gives the value of an arm to the variable of the whole.
    fn arm(&mut self, value: Option<Node>, result: shindan_base::Sym) -> Vec<Stmt> {
        let Some(value) = value else {
            return Vec::new();
        };
        let span = self.span(value);
        let mark = self.hoisted.len();
        let stmt = match self.kind(value) {
            Kind::ThrowExpression => {
                let thrown = self.operand(value).map(|thrown| self.expr(thrown));
                Stmt {
                    kind: StmtKind::Throw(thrown),
                    span,
                }
            }
            _ => {
                let value = self.expr(value);
                expr_stmt(assign(bound(result, span), value, span))
            }
        };
        let mut body: Vec<Stmt> = self.hoisted.drain(mark..).collect();
        body.push(stmt);
        body
    }
}
