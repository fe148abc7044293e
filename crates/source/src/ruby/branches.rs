//! `if`, `unless`, `case … when` and `begin … rescue`.

use ruby_prism::{BeginNode, CaseNode, ElseNode, Node, RescueModifierNode, WhenNode};
use shindan_base::{Span, Sym};

use super::calls::is_constant;
use super::expressions::{not, store};
use super::{Converter, Tail, null};
use crate::tree::{Case, CaseTest, Expr, ExprKind, Handler, LogicOp, Stmt, StmtKind};

/// `elsif`s and `when`s up to this many nest; further ones follow each other as plain `if`s.
const LONG_CHAIN: usize = 64;

/// Branches that exclude each other.
#[derive(Default)]
struct Branches {
    /// Of each the condition, what it does, where it stands.
    list: Vec<(Expr, Vec<Stmt>, Span)>,
    /// How many nest, each in the one before.
    nested: usize,
}

impl Converter<'_> {
    /// `if`, `unless`, in any form, as a statement.
    pub(super) fn branches(&mut self, node: &Node<'_>, tail: Tail, out: &mut Vec<Stmt>) {
        let span = self.at(node);
        if let Some(unless) = node.as_unless_node() {
            let cond = self.expr(&unless.predicate());
            let at = cond.span;
            let kind = StmtKind::If {
                cond: not(cond, at),
                then: self.arm(unless.statements(), span, tail),
                els: self.otherwise(unless.else_clause(), span, tail),
            };
            out.push(Stmt { kind, span });
            return;
        }
        let mut branches = Branches::default();
        let mut next = node.as_if_node();
        let mut els = None;
        while let Some(inner) = next {
            let at = self.span(&inner.location());
            let cond = self.expr(&inner.predicate());
            self.deeper(&mut branches, at);
            let then = self.arm(inner.statements(), at, tail);
            branches.list.push((cond, then, at));
            let subsequent = inner.subsequent();
            next = subsequent.as_ref().and_then(Node::as_if_node);
            els = subsequent.and_then(|node| node.as_else_node());
        }
        let els = self.otherwise(els, span, tail);
        out.extend(self.nested(branches, els));
    }

    /// Enters the level of the next branch, as long as there is room.
    fn deeper(&mut self, branches: &mut Branches, at: Span) {
        let nests = branches.nested == branches.list.len() && branches.nested < LONG_CHAIN;
        if nests && self.depth.enter(at) {
            branches.nested += 1;
        }
    }

    /// Branches as nested `if`s. Where they are too many to nest, later ones seem to run after earlier ones, which only
    /// adds paths.
    fn nested(&mut self, branches: Branches, els: Vec<Stmt>) -> Vec<Stmt> {
        (0..branches.nested).for_each(|_| self.depth.leave());
        let mut list = branches.list;
        let further = list.split_off(branches.nested);
        let mut rest: Vec<Stmt> = further
            .into_iter()
            .map(|(cond, then, span)| Stmt {
                kind: StmtKind::If {
                    cond,
                    then,
                    els: Vec::new(),
                },
                span,
            })
            .collect();
        rest.extend(els);
        for (cond, then, span) in list.into_iter().rev() {
            let kind = StmtKind::If {
                cond,
                then,
                els: rest,
            };
            rest = vec![Stmt { kind, span }];
        }
        rest
    }

    fn arm(
        &mut self,
        statements: Option<ruby_prism::StatementsNode<'_>>,
        span: Span,
        tail: Tail,
    ) -> Vec<Stmt> {
        let mut body = self.statements(statements, tail);
        if body.is_empty() {
            self.nothing(span, tail, &mut body);
        }
        body
    }

    fn otherwise(&mut self, els: Option<ElseNode<'_>>, span: Span, tail: Tail) -> Vec<Stmt> {
        self.arm(els.and_then(|els| els.statements()), span, tail)
    }

    /// `if` and `unless` as a value.
    pub(super) fn conditional(&mut self, node: &Node<'_>, span: Span) -> Expr {
        let (cond, then, els) = if let Some(unless) = node.as_unless_node() {
            let els = unless.else_clause().and_then(|els| els.statements());
            (unless.predicate(), els, unless.statements())
        } else if let Some(inner) = node.as_if_node() {
            let subsequent = inner.subsequent();
            if matches!(subsequent, Some(Node::IfNode { .. })) {
                return self.statement_value(node, span);
            }
            let els = subsequent.and_then(|node| node.as_else_node());
            let els = els.and_then(|els| els.statements());
            (inner.predicate(), inner.statements(), els)
        } else {
            return super::opaque(Vec::new(), span);
        };
        let cond = self.boxed(&cond);
        let [then, els] = [then, els].map(|arm| {
            Box::new(match arm {
                Some(arm) => self.value(&arm.as_node()),
                None => null(span),
            })
        });
        Expr {
            kind: ExprKind::Ternary { cond, then, els },
            span,
        }
    }

    /// `case subject when test … else … end`. Tests that are more than values make it a chain of `if`s.
    pub(super) fn case(
        &mut self,
        case: &CaseNode<'_>,
        span: Span,
        tail: Tail,
        out: &mut Vec<Stmt>,
    ) {
        let whens = case.conditions();
        let whens = whens.iter().filter_map(|node| node.as_when_node());
        let Some(subject) = case.predicate() else {
            let mut branches = Branches::default();
            for when in whens {
                let at = self.span(&when.location());
                let tests = self.exprs(&when.conditions());
                self.deeper(&mut branches, at);
                let then = self.arm(when.statements(), at, tail);
                branches.list.push((any_of(tests, at), then, at));
            }
            let els = self.otherwise(case.else_clause(), span, tail);
            out.extend(self.nested(branches, els));
            return;
        };
        let whens: Vec<WhenNode<'_>> = whens.collect();
        let subject = self.expr(&subject);
        let is_plain = whens
            .iter()
            .all(|when| when.conditions().iter().all(|test| is_plain_test(&test)));
        if is_plain {
            let mut cases = Vec::with_capacity(whens.len() + 1);
            for when in &whens {
                let conditions = when.conditions();
                let tests = conditions.iter().map(|test| self.case_test(&test));
                cases.push(Case {
                    tests: tests.collect(),
                    guard: None,
                    span: self.span(&when.location()),
                    body: self.arm(when.statements(), span, tail),
                });
            }
            let els = self.otherwise(case.else_clause(), span, tail);
            cases.push(default_case(els, span));
            let kind = StmtKind::Switch {
                subject,
                cases,
                falls_through: false,
            };
            out.push(Stmt { kind, span });
            return;
        }
        let held = self.temporary("case");
        out.push(store(held, subject));
        let mut branches = Branches::default();
        for when in &whens {
            let at = self.span(&when.location());
            let mut tests = Vec::new();
            for test in &when.conditions() {
                let test_span = self.at(&test);
                let test = self.expr(&test);
                let subject = held_subject(held, test_span);
                tests.push(self.case_equality(test, subject, test_span));
            }
            self.deeper(&mut branches, at);
            let then = self.arm(when.statements(), at, tail);
            branches.list.push((any_of(tests, at), then, at));
        }
        let els = self.otherwise(case.else_clause(), span, tail);
        out.extend(self.nested(branches, els));
    }

    fn case_test(&mut self, node: &Node<'_>) -> CaseTest {
        let test = self.expr(node);
        if is_constant(&test, self.names) {
            CaseTest::Class {
                class: test,
                binds: Vec::new(),
            }
        } else {
            CaseTest::Value(test)
        }
    }

    /// `begin … rescue … else … ensure … end`.
    pub(super) fn begin(
        &mut self,
        begin: &BeginNode<'_>,
        span: Span,
        tail: Tail,
        out: &mut Vec<Stmt>,
    ) {
        let els = begin.else_clause();
        let first = begin.rescue_clause();
        if first.is_none() && begin.ensure_clause().is_none() {
            out.extend(self.statements(begin.statements(), tail));
            out.extend(self.statements(els.and_then(|els| els.statements()), tail));
            return;
        }
        let body_tail = if els.is_some() { Tail::Drop } else { tail };
        let body = self.statements(begin.statements(), body_tail);
        let mut handlers = Vec::new();
        let mut next = first;
        while let Some(rescue) = next {
            let at = self.span(&rescue.location());
            let types = self.exprs(&rescue.exceptions());
            let binding = rescue.reference().map(|node| self.target(&node));
            handlers.push(Handler {
                types,
                binding,
                body: self.arm(rescue.statements(), at, tail),
                span: at,
            });
            next = rescue.subsequent();
        }
        let els = els.map_or_else(Vec::new, |els| self.arm(els.statements(), span, tail));
        let finally = begin.ensure_clause();
        let finally = self.statements(finally.and_then(|inner| inner.statements()), Tail::Drop);
        let kind = StmtKind::Try {
            body,
            handlers,
            els,
            finally,
        };
        out.push(Stmt { kind, span });
    }

    /// `expression rescue otherwise`.
    pub(super) fn rescue_modifier(
        &mut self,
        node: &RescueModifierNode<'_>,
        span: Span,
        tail: Tail,
        out: &mut Vec<Stmt>,
    ) {
        let mut body = Vec::new();
        self.stmt(&node.expression(), tail, &mut body);
        let mut handled = Vec::new();
        let other = node.rescue_expression();
        let at = self.at(&other);
        self.stmt(&other, tail, &mut handled);
        let kind = StmtKind::Try {
            body,
            handlers: vec![Handler {
                types: Vec::new(),
                binding: None,
                body: handled,
                span: at,
            }],
            els: Vec::new(),
            finally: Vec::new(),
        };
        out.push(Stmt { kind, span });
    }
}

pub(super) fn default_case(body: Vec<Stmt>, span: Span) -> Case {
    Case {
        tests: Vec::new(),
        guard: None,
        body,
        span: Span::new(span.end, span.end),
    }
}

/// Whether a test of `when` is answered by equality or by class.
fn is_plain_test(node: &Node<'_>) -> bool {
    !matches!(
        node,
        Node::RegularExpressionNode { .. }
            | Node::InterpolatedRegularExpressionNode { .. }
            | Node::RangeNode { .. }
            | Node::SplatNode { .. }
            | Node::LambdaNode { .. }
    )
}

fn held_subject(name: Sym, span: Span) -> Expr {
    Expr {
        kind: ExprKind::Name(name),
        span,
    }
}

/// Whether any of some tests holds, nesting as little as possible.
fn any_of(mut tests: Vec<Expr>, span: Span) -> Expr {
    match tests.len() {
        0 => null(span),
        1 => tests.remove(0),
        count => {
            let rest = tests.split_off(count.div_ceil(2));
            let (left, right) = (any_of(tests, span), any_of(rest, span));
            let span = left.span.to(right.span);
            Expr {
                kind: ExprKind::Logic {
                    op: LogicOp::Or,
                    left: Box::new(left),
                    right: Box::new(right),
                },
                span,
            }
        }
    }
}
