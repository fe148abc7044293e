//! `case … in`, `value => pattern`, `value in pattern`, and regular expressions that name variables.

use ruby_prism::{CaseMatchNode, Node};
use shindan_base::{Span, Sym};

use super::branches::default_case;
use super::calls::is_constant;
use super::expressions::store;
use super::writes::{assign, place};
use super::{Converter, Tail, opaque};
use crate::tree::{Case, CaseTest, Expr, ExprKind, Pattern, PatternKind, Stmt, StmtKind, UnaryOp};

impl Converter<'_> {
    pub(super) fn case_match(
        &mut self,
        case: &CaseMatchNode<'_>,
        span: Span,
        tail: Tail,
        out: &mut Vec<Stmt>,
    ) {
        let subject = match case.predicate() {
            Some(subject) => self.expr(&subject),
            None => super::null(span),
        };
        let mut cases = Vec::new();
        for node in &case.conditions() {
            let Some(branch) = node.as_in_node() else {
                continue;
            };
            let at = self.at(&node);
            let (pattern, guard) = self.guarded(branch.pattern());
            let mut tests = Vec::new();
            self.case_tests(&pattern, &mut tests);
            cases.push(Case {
                tests,
                guard,
                span: at,
                body: self.statements(branch.statements(), tail),
            });
        }
        if let Some(els) = case.else_clause() {
            let body = self.statements(els.statements(), tail);
            cases.push(default_case(body, span));
        }
        let kind = StmtKind::Switch {
            subject,
            cases,
            falls_through: false,
        };
        out.push(Stmt { kind, span });
    }

    /// A pattern and its `if` or `unless`, which the parser wraps around it.
    fn guarded<'n>(&mut self, node: Node<'n>) -> (Node<'n>, Option<Expr>) {
        let (cond, statements, negated) = if let Some(guard) = node.as_if_node() {
            (guard.predicate(), guard.statements(), false)
        } else if let Some(guard) = node.as_unless_node() {
            (guard.predicate(), guard.statements(), true)
        } else {
            return (node, None);
        };
        let Some(pattern) = statements.and_then(|inner| inner.body().first()) else {
            return (node, None);
        };
        let mut cond = self.expr(&cond);
        if negated {
            let span = cond.span;
            let operand = Box::new(cond);
            let op = UnaryOp::Not;
            cond = Expr {
                kind: ExprKind::Unary { op, operand },
                span,
            };
        }
        (pattern, Some(cond))
    }

    /// The tests of a pattern; alternatives are several.
    fn case_tests(&mut self, node: &Node<'_>, tests: &mut Vec<CaseTest>) {
        let span = self.at(node);
        if !self.depth.enter(span) {
            return;
        }
        if let Some(alternatives) = node.as_alternation_pattern_node() {
            self.case_tests(&alternatives.left(), tests);
            self.case_tests(&alternatives.right(), tests);
        } else {
            tests.push(self.pattern_test(node));
        }
        self.depth.leave();
    }

    fn pattern_test(&mut self, node: &Node<'_>) -> CaseTest {
        if let Some(target) = node.as_local_variable_target_node() {
            return CaseTest::Any(Some(self.id(target.name())));
        }
        let class = match node {
            Node::ArrayPatternNode { .. } => node.as_array_pattern_node().map(|p| p.constant()),
            Node::FindPatternNode { .. } => node.as_find_pattern_node().map(|p| p.constant()),
            Node::HashPatternNode { .. } => node.as_hash_pattern_node().map(|p| p.constant()),
            Node::CapturePatternNode { .. } => {
                let captured = node.as_capture_pattern_node().map(|p| p.value());
                Some(captured.filter(|node| {
                    matches!(
                        node,
                        Node::ConstantReadNode { .. } | Node::ConstantPathNode { .. }
                    )
                }))
            }
            _ => None,
        };
        if let Some(class) = class {
            let mut binds = Vec::new();
            self.bound(node, &mut binds);
            return match class {
                Some(class) => CaseTest::Class {
                    class: self.expr(&class),
                    binds,
                },
                None => CaseTest::Structure { binds },
            };
        }
        if matches!(
            node,
            Node::RangeNode { .. }
                | Node::RegularExpressionNode { .. }
                | Node::LambdaNode { .. }
                | Node::ParenthesesNode { .. }
        ) {
            let mut binds = Vec::new();
            self.bound(node, &mut binds);
            return CaseTest::Structure { binds };
        }
        let value = self.expr(node);
        if is_constant(&value, self.names) {
            CaseTest::Class {
                class: value,
                binds: Vec::new(),
            }
        } else {
            CaseTest::Value(value)
        }
    }

    /// The names that a pattern binds anywhere inside.
    fn bound(&mut self, node: &Node<'_>, names: &mut Vec<Sym>) {
        let span = self.at(node);
        if !self.depth.enter(span) {
            return;
        }
        self.bound_inner(node, names);
        self.depth.leave();
    }

    fn bound_inner(&mut self, node: &Node<'_>, names: &mut Vec<Sym>) {
        if let Some(target) = node.as_local_variable_target_node() {
            names.push(self.id(target.name()));
        } else if let Some(capture) = node.as_capture_pattern_node() {
            names.push(self.id(capture.target().name()));
            self.bound(&capture.value(), names);
        } else if let Some(list) = node.as_array_pattern_node() {
            let (requireds, posts) = (list.requireds(), list.posts());
            for inner in requireds.iter().chain(list.rest()).chain(&posts) {
                self.bound(&inner, names);
            }
        } else if let Some(find) = node.as_find_pattern_node() {
            self.bound(&find.left().as_node(), names);
            for inner in &find.requireds() {
                self.bound(&inner, names);
            }
            self.bound(&find.right().as_node(), names);
        } else if let Some(hash) = node.as_hash_pattern_node() {
            let elements = hash.elements();
            for inner in elements.iter().chain(hash.rest()) {
                self.bound(&inner, names);
            }
        } else if let Some(pair) = node.as_assoc_node() {
            self.bound(&pair.value(), names);
        } else if let Some(inner) = node.as_implicit_node() {
            self.bound(&inner.value(), names);
        } else if let Some(splat) = node.as_splat_node() {
            if let Some(inner) = splat.expression() {
                self.bound(&inner, names);
            }
        } else if let Some(splat) = node.as_assoc_splat_node() {
            if let Some(inner) = splat.value() {
                self.bound(&inner, names);
            }
        } else if let Some(alternatives) = node.as_alternation_pattern_node() {
            self.bound(&alternatives.left(), names);
            self.bound(&alternatives.right(), names);
        } else if let Some(parentheses) = node.as_parentheses_node()
            && let Some(inner) = parentheses.body()
        {
            self.bound(&inner, names);
        }
    }

    /// `value => pattern`, `value in pattern`, and `/(?<name>…)/ =~ value`.
    pub(super) fn match_expr(&mut self, node: &Node<'_>, span: Span) -> Expr {
        if let Some(write) = node.as_match_write_node() {
            return self.named_groups(&write, span);
        }
        let (value, pattern, is_test) = if let Some(inner) = node.as_match_required_node() {
            (inner.value(), inner.pattern(), false)
        } else if let Some(inner) = node.as_match_predicate_node() {
            (inner.value(), inner.pattern(), true)
        } else {
            return opaque(Vec::new(), span);
        };
        let value = self.boxed(&value);
        let assigned = match self.destructured(&pattern) {
            Some(target) => assign(target, value, span),
            None => {
                let mut tests = Vec::new();
                self.case_tests(&pattern, &mut tests);
                let mut operands = vec![*value];
                for test in tests {
                    match test {
                        CaseTest::Value(value) | CaseTest::Class { class: value, .. } => {
                            operands.push(value);
                        }
                        CaseTest::Any(_) | CaseTest::Structure { .. } => {}
                    }
                }
                return opaque(operands, span);
            }
        };
        if is_test {
            let answer = opaque(Vec::new(), span);
            let kind = ExprKind::Sequence(vec![assigned, answer]);
            Expr { kind, span }
        } else {
            assigned
        }
    }

    /// A pattern of names, lists and hashes as a target.
    fn destructured(&mut self, node: &Node<'_>) -> Option<Pattern> {
        let span = self.at(node);
        if !self.depth.enter(span) {
            return None;
        }
        let target = self.destructured_inner(node, span);
        self.depth.leave();
        target
    }

    fn destructured_inner(&mut self, node: &Node<'_>, span: Span) -> Option<Pattern> {
        if let Some(list) = node.as_array_pattern_node() {
            let (requireds, posts) = (list.requireds(), list.posts());
            let items = requireds.iter().chain(&posts);
            let items = items.map(|inner| self.destructured(&inner)).collect();
            let rest = list.rest().and_then(|rest| self.destructured(&rest));
            let rest = rest.map(|rest| (requireds.len(), Box::new(rest)));
            let kind = PatternKind::List { items, rest };
            return Some(Pattern { kind, span });
        }
        if let Some(hash) = node.as_hash_pattern_node() {
            let mut entries = Vec::new();
            for element in &hash.elements() {
                let Some(pair) = element.as_assoc_node() else {
                    continue;
                };
                let value = match pair.value().as_implicit_node() {
                    Some(implicit) => implicit.value(),
                    None => pair.value(),
                };
                if let Some(target) = self.destructured(&value) {
                    entries.push((self.expr(&pair.key()), target));
                }
            }
            let rest = hash.rest().and_then(|rest| self.destructured(&rest));
            let kind = PatternKind::Map {
                entries,
                rest: rest.map(Box::new),
            };
            return Some(Pattern { kind, span });
        }
        if let Some(capture) = node.as_capture_pattern_node() {
            let name = self.id(capture.target().name());
            let kind = PatternKind::Name(name);
            return Some(Pattern { kind, span });
        }
        if let Some(splat) = node.as_assoc_splat_node() {
            return splat.value().and_then(|inner| self.destructured(&inner));
        }
        match node {
            Node::LocalVariableTargetNode { .. } | Node::SplatNode { .. } => {
                Some(self.target(node))
            }
            _ => None,
        }
    }

    /// Named groups of a literal regular expression on the left of `=~` become variables.
    fn named_groups(&mut self, node: &ruby_prism::MatchWriteNode<'_>, span: Span) -> Expr {
        let held = self.temporary("match");
        let matched = self.expr(&node.call().as_node());
        let mut body = vec![store(held, matched)];
        for target in &node.targets() {
            let at = self.at(&target);
            let Some(local) = target.as_local_variable_target_node() else {
                continue;
            };
            let name = self.id(local.name());
            let object = Box::new(Expr {
                kind: ExprKind::Name(held),
                span: at,
            });
            let index = Box::new(Expr {
                kind: ExprKind::Str(name),
                span: at,
            });
            let group = Expr {
                kind: ExprKind::Index { object, index },
                span: at,
            };
            let target = place(Expr {
                kind: ExprKind::Name(name),
                span: at,
            });
            body.push(Stmt {
                kind: StmtKind::Expr(assign(target, Box::new(group), at)),
                span: at,
            });
        }
        super::expressions::stored(body, held, span)
    }
}
