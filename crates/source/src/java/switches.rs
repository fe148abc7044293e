//! `switch`, as a statement and as a value.
//!
//! Both forms of case become cases that fall through: an arrow's body ends in `break`. As a value, each case assigns a
//! variable that no program can write, and `yield` leaves the `switch` by its label, which has the same name.

use shindan_base::{Span, Sym};

use super::grammar::{Field, Kind};
use super::{Converter, assignment, declaration, name, name_pattern, opaque};
use crate::tree::{Case, CaseTest, Expr, ExprKind, Stmt, StmtKind};

impl Converter<'_> {
    pub(super) fn switch_stmt(&mut self) -> StmtKind {
        let (subject, cases) = self.subject_and_cases(None);
        StmtKind::Switch {
            subject,
            cases,
            falls_through: true,
        }
    }

    pub(super) fn switch_value(&mut self) -> ExprKind {
        let span = self.span();
        let result = self.made_up("switch");
        self.yields.push(result);
        let (subject, cases) = self.subject_and_cases(Some(result));
        self.yields.pop();
        let switch = Stmt {
            kind: StmtKind::Switch {
                subject,
                cases,
                falls_through: true,
            },
            span,
        };
        let labelled = Stmt {
            kind: StmtKind::Label(result, Box::new(switch)),
            span,
        };
        ExprKind::Do {
            body: vec![
                declaration(name_pattern(result, span), None, None, span),
                labelled,
            ],
            value: Box::new(name(result, span)),
        }
    }

    /// `yield x;` assigns the value of the enclosing `switch` and leaves it.
    pub(super) fn yield_stmt(&mut self, out: &mut Vec<Stmt>) {
        let span = self.span();
        let value = self.only_expr();
        let Some(&result) = self.yields.last() else {
            out.push(Stmt {
                kind: StmtKind::Expr(value),
                span,
            });
            return;
        };
        out.push(assignment(result, value));
        out.push(Stmt {
            kind: StmtKind::Break(Some(result)),
            span,
        });
    }

    /// `result` is what a `switch` that has a value assigns.
    fn subject_and_cases(&mut self, result: Option<Sym>) -> (Expr, Vec<Case>) {
        let span = self.span();
        let (mut subject, mut cases) = (None, Vec::new());
        self.children(|this, _| match this.field() {
            Field::Condition => subject = Some(this.expr()),
            Field::Body => this.children(|this, kind| match kind {
                Kind::SwitchGroup => this.group(&mut cases),
                Kind::SwitchRule => cases.push(this.rule(result)),
                _ => {}
            }),
            _ => {}
        });
        (subject.unwrap_or_else(|| opaque(span)), cases)
    }

    /// `case a: case b: …`: one case for each label, the last with the statements.
    fn group(&mut self, cases: &mut Vec<Case>) {
        let span = self.span();
        let mut body = Vec::new();
        let first = cases.len();
        self.children(|this, kind| match kind {
            Kind::SwitchLabel => {
                let case = this.case_label();
                cases.push(case);
            }
            _ => this.stmt(&mut body),
        });
        if let Some(last) = cases[first..].last_mut() {
            last.body.append(&mut body);
            last.span = span;
        }
    }

    /// `case a -> …`.
    fn rule(&mut self, result: Option<Sym>) -> Case {
        let span = self.span();
        let mut case = None;
        let mut body = Vec::new();
        self.children(|this, kind| match (kind, result) {
            (Kind::SwitchLabel, _) => case = Some(this.case_label()),
            (Kind::ExpressionStatement, Some(result)) => {
                let (hoisted, value) = this.with_hoisted(Self::only_expr);
                body.extend(hoisted);
                body.push(assignment(result, value));
            }
            (Kind::Block, _) => body.extend(this.stmts()),
            _ => this.stmt(&mut body),
        });
        body.push(Stmt {
            kind: StmtKind::Break(result),
            span: Span::new(span.end, span.end),
        });
        let mut case = case.unwrap_or(Case {
            tests: Vec::new(),
            guard: None,
            body: Vec::new(),
            span,
        });
        case.span = span;
        case.body.append(&mut body);
        case
    }

    /// A label as a case whose body is to come; it may begin with casts of what a pattern binds.
    fn case_label(&mut self) -> Case {
        let span = self.span();
        let (mut tests, mut guard) = (Vec::new(), None);
        self.children(|this, kind| match kind {
            Kind::Pattern => {
                let mut binds = Vec::new();
                let class = this.pattern(&mut binds);
                let class = class.unwrap_or_else(|| opaque(this.span()));
                let binds = binds.into_iter().map(|(bound, _, _)| bound).collect();
                tests.push(CaseTest::Class { class, binds });
            }
            Kind::Guard => guard = this.optional_expr(),
            _ if kind.is_expression() => tests.push(CaseTest::Value(this.expr())),
            _ => {}
        });
        Case {
            tests,
            guard,
            body: Vec::new(),
            span,
        }
    }
}
