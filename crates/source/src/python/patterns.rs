//! What values are bound to: assignment targets and the patterns of `match`.

use ruff_python_ast as ast;
use rustc_hash::FxHashSet;
use shindan_base::Sym;

use super::{Converter, at};
use crate::tree::{CaseTest, Expr, ExprKind, Pattern, PatternKind};

impl Converter<'_> {
    /// An assignment target. What cannot be assigned to (the parser has reported it) stays a place.
    pub(super) fn target(&mut self, target: &ast::Expr) -> Pattern {
        let span = at(target);
        let kind = match target {
            ast::Expr::Name(name) if !name.id.is_empty() => PatternKind::Name(self.name(&name.id)),
            ast::Expr::Tuple(ast::ExprTuple { elts, .. })
            | ast::Expr::List(ast::ExprList { elts, .. }) => {
                if self.depth.enter(span) {
                    let kind = self.targets(elts);
                    self.depth.leave();
                    kind
                } else {
                    PatternKind::Place(Expr {
                        kind: ExprKind::Opaque(Vec::new()),
                        span,
                    })
                }
            }
            ast::Expr::Name(_)
            | ast::Expr::Attribute(_)
            | ast::Expr::Subscript(_)
            | ast::Expr::Starred(_)
            | ast::Expr::BoolOp(_)
            | ast::Expr::Named(_)
            | ast::Expr::BinOp(_)
            | ast::Expr::UnaryOp(_)
            | ast::Expr::Lambda(_)
            | ast::Expr::If(_)
            | ast::Expr::Dict(_)
            | ast::Expr::Set(_)
            | ast::Expr::ListComp(_)
            | ast::Expr::SetComp(_)
            | ast::Expr::DictComp(_)
            | ast::Expr::Generator(_)
            | ast::Expr::Await(_)
            | ast::Expr::Yield(_)
            | ast::Expr::YieldFrom(_)
            | ast::Expr::Compare(_)
            | ast::Expr::Call(_)
            | ast::Expr::FString(_)
            | ast::Expr::TString(_)
            | ast::Expr::StringLiteral(_)
            | ast::Expr::BytesLiteral(_)
            | ast::Expr::NumberLiteral(_)
            | ast::Expr::BooleanLiteral(_)
            | ast::Expr::NoneLiteral(_)
            | ast::Expr::EllipsisLiteral(_)
            | ast::Expr::Slice(_)
            | ast::Expr::IpyEscapeCommand(_) => PatternKind::Place(self.expr(target)),
        };
        Pattern { kind, span }
    }

    fn targets(&mut self, elements: &[ast::Expr]) -> PatternKind {
        let mut items = Vec::with_capacity(elements.len());
        let mut rest = None;
        for element in elements {
            match element {
                ast::Expr::Starred(starred) if rest.is_none() => {
                    rest = Some((items.len(), Box::new(self.target(&starred.value))));
                }
                _ => items.push(Some(self.target(element))),
            }
        }
        PatternKind::List { items, rest }
    }

    /// A pattern bound to one name.
    pub(super) fn binding(&mut self, name: &ast::Identifier) -> Pattern {
        Pattern {
            kind: PatternKind::Name(self.name(&name.id)),
            span: at(name),
        }
    }

    /// The alternatives that a case tests for.
    pub(super) fn case_tests(&mut self, pattern: &ast::Pattern, tests: &mut Vec<CaseTest>) {
        let span = at(pattern);
        if !self.depth.enter(span) {
            tests.push(CaseTest::Any(None));
            return;
        }
        match pattern {
            ast::Pattern::MatchValue(value) => tests.push(CaseTest::Value(self.expr(&value.value))),
            ast::Pattern::MatchSingleton(singleton) => {
                let kind = match singleton.value {
                    ast::Singleton::None => ExprKind::Null,
                    ast::Singleton::True => ExprKind::Bool(true),
                    ast::Singleton::False => ExprKind::Bool(false),
                };
                tests.push(CaseTest::Value(Expr { kind, span }));
            }
            ast::Pattern::MatchClass(class) => {
                let binds = self.binds_of(pattern);
                tests.push(CaseTest::Class {
                    class: self.expr(&class.cls),
                    binds,
                });
            }
            ast::Pattern::MatchSequence(_) | ast::Pattern::MatchMapping(_) => {
                tests.push(CaseTest::Structure {
                    binds: self.binds_of(pattern),
                });
            }
            ast::Pattern::MatchStar(star) => {
                tests.push(CaseTest::Any(self.optional_name(star.name.as_ref())));
            }
            ast::Pattern::MatchAs(capture) => match &capture.pattern {
                None => tests.push(CaseTest::Any(self.optional_name(capture.name.as_ref()))),
                Some(inner) => {
                    let first = tests.len();
                    self.case_tests(inner, tests);
                    if let Some(name) = self.optional_name(capture.name.as_ref()) {
                        for test in &mut tests[first..] {
                            bind(test, name);
                        }
                    }
                }
            },
            ast::Pattern::MatchOr(alternatives) => {
                for alternative in &alternatives.patterns {
                    self.case_tests(alternative, tests);
                }
            }
        }
        self.depth.leave();
    }

    fn binds_of(&mut self, pattern: &ast::Pattern) -> Vec<Sym> {
        let mut binds = Vec::new();
        self.binds(pattern, &mut binds);
        let mut seen = FxHashSet::default();
        binds.retain(|name| seen.insert(*name));
        binds
    }

    /// Adds the names bound anywhere inside; alternatives repeat them.
    fn binds(&mut self, pattern: &ast::Pattern, binds: &mut Vec<Sym>) {
        if !self.depth.enter(at(pattern)) {
            return;
        }
        match pattern {
            ast::Pattern::MatchValue(_) | ast::Pattern::MatchSingleton(_) => {}
            ast::Pattern::MatchSequence(sequence) => self.binds_in(&sequence.patterns, binds),
            ast::Pattern::MatchOr(alternatives) => self.binds_in(&alternatives.patterns, binds),
            ast::Pattern::MatchMapping(mapping) => {
                self.binds_in(&mapping.patterns, binds);
                self.bind_name(mapping.rest.as_ref(), binds);
            }
            ast::Pattern::MatchClass(class) => {
                self.binds_in(&class.arguments.patterns, binds);
                for keyword in &class.arguments.keywords {
                    self.binds(&keyword.pattern, binds);
                }
            }
            ast::Pattern::MatchStar(star) => self.bind_name(star.name.as_ref(), binds),
            ast::Pattern::MatchAs(capture) => {
                if let Some(inner) = &capture.pattern {
                    self.binds(inner, binds);
                }
                self.bind_name(capture.name.as_ref(), binds);
            }
        }
        self.depth.leave();
    }

    fn binds_in(&mut self, patterns: &[ast::Pattern], binds: &mut Vec<Sym>) {
        for pattern in patterns {
            self.binds(pattern, binds);
        }
    }

    fn bind_name(&mut self, name: Option<&ast::Identifier>, binds: &mut Vec<Sym>) {
        binds.extend(self.optional_name(name));
    }
}

/// Makes a test bind the whole subject too.
fn bind(test: &mut CaseTest, name: Sym) {
    match test {
        // A value test has no room for a name, and losing the name would lose data: the test is given up for it.
        CaseTest::Value(_) => *test = CaseTest::Structure { binds: vec![name] },
        CaseTest::Any(bound) => *bound = Some(name),
        CaseTest::Class { class: _, binds } | CaseTest::Structure { binds } => {
            if !binds.contains(&name) {
                binds.push(name);
            }
        }
    }
}
