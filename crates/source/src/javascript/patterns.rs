//! What values are bound to: declarations' patterns and assignments' targets.

use oxc_ast::ast::{
    self, AssignmentTarget, AssignmentTargetMaybeDefault, AssignmentTargetProperty, BindingPattern,
    Expression, SimpleAssignmentTarget, match_assignment_target, match_assignment_target_pattern,
    match_member_expression, match_simple_assignment_target,
};
use oxc_span::GetSpan;
use shindan_base::Span;

use super::convert::{Converter, opaque, span};
use super::spine::Link;
use crate::tree::{Expr, ExprKind, Pattern, PatternKind};

impl<'a> Converter<'a> {
    pub(super) fn pattern(&mut self, pattern: &'a BindingPattern<'a>) -> Pattern {
        let at = span(pattern.span());
        if !self.depth.enter(at) {
            return place(opaque(at));
        }
        let kind = match pattern {
            BindingPattern::BindingIdentifier(id) => {
                PatternKind::Name(self.names.of(id.name.as_str()))
            }
            BindingPattern::ObjectPattern(object) => PatternKind::Map {
                entries: object
                    .properties
                    .iter()
                    .map(|p| (self.key(&p.key), self.pattern(&p.value)))
                    .collect(),
                rest: object
                    .rest
                    .as_ref()
                    .map(|rest| Box::new(self.pattern(&rest.argument))),
            },
            BindingPattern::ArrayPattern(array) => PatternKind::List {
                items: array
                    .elements
                    .iter()
                    .map(|item| item.as_ref().map(|item| self.pattern(item)))
                    .collect(),
                rest: array
                    .rest
                    .as_ref()
                    .map(|rest| (array.elements.len(), Box::new(self.pattern(&rest.argument)))),
            },
            BindingPattern::AssignmentPattern(p) => PatternKind::Default {
                pattern: Box::new(self.pattern(&p.left)),
                default: Box::new(self.expr(&p.right)),
            },
        };
        self.depth.leave();
        Pattern { kind, span: at }
    }

    pub(super) fn binding(&mut self, id: &'a ast::BindingIdentifier<'a>) -> Pattern {
        Pattern {
            kind: PatternKind::Name(self.names.of(id.name.as_str())),
            span: span(id.span),
        }
    }

    /// What an assignment writes to.
    pub(super) fn target(&mut self, target: &'a AssignmentTarget<'a>) -> Pattern {
        let at = span(target.span());
        if !self.depth.enter(at) {
            return place(opaque(at));
        }
        let pattern = match target {
            match_simple_assignment_target!(AssignmentTarget) => {
                self.simple_target(target.to_simple_assignment_target())
            }
            match_assignment_target_pattern!(AssignmentTarget) => {
                let kind = match target.to_assignment_target_pattern() {
                    ast::AssignmentTargetPattern::ArrayAssignmentTarget(array) => {
                        self.array_target(array)
                    }
                    ast::AssignmentTargetPattern::ObjectAssignmentTarget(object) => {
                        self.object_target(object)
                    }
                };
                Pattern { kind, span: at }
            }
        };
        self.depth.leave();
        pattern
    }

    fn array_target(&mut self, array: &'a ast::ArrayAssignmentTarget<'a>) -> PatternKind {
        PatternKind::List {
            items: array
                .elements
                .iter()
                .map(|item| item.as_ref().map(|item| self.target_or_default(item)))
                .collect(),
            rest: array
                .rest
                .as_ref()
                .map(|rest| (array.elements.len(), Box::new(self.target(&rest.target)))),
        }
    }

    fn object_target(&mut self, object: &'a ast::ObjectAssignmentTarget<'a>) -> PatternKind {
        let entries = object.properties.iter().map(|property| match property {
            AssignmentTargetProperty::AssignmentTargetPropertyIdentifier(p) => {
                let at = span(p.binding.span);
                let name = self.names.of(p.binding.name.as_str());
                let bound = Pattern {
                    kind: PatternKind::Name(name),
                    span: at,
                };
                let bound = match &p.init {
                    Some(default) => self.with_default(bound, default, span(p.span)),
                    None => bound,
                };
                (
                    Expr {
                        kind: ExprKind::Str(name),
                        span: at,
                    },
                    bound,
                )
            }
            AssignmentTargetProperty::AssignmentTargetPropertyProperty(p) => {
                (self.key(&p.name), self.target_or_default(&p.binding))
            }
        });
        let entries = entries.collect();
        PatternKind::Map {
            entries,
            rest: object
                .rest
                .as_ref()
                .map(|rest| Box::new(self.target(&rest.target))),
        }
    }

    fn target_or_default(&mut self, target: &'a AssignmentTargetMaybeDefault<'a>) -> Pattern {
        match target {
            AssignmentTargetMaybeDefault::AssignmentTargetWithDefault(t) => {
                let bound = self.target(&t.binding);
                self.with_default(bound, &t.init, span(t.span))
            }
            match_assignment_target!(AssignmentTargetMaybeDefault) => {
                self.target(target.to_assignment_target())
            }
        }
    }

    fn with_default(
        &mut self,
        pattern: Pattern,
        default: &'a Expression<'a>,
        span: Span,
    ) -> Pattern {
        let kind = PatternKind::Default {
            pattern: Box::new(pattern),
            default: Box::new(self.expr(default)),
        };
        Pattern { kind, span }
    }

    fn simple_target(&mut self, target: &'a SimpleAssignmentTarget<'a>) -> Pattern {
        match target {
            SimpleAssignmentTarget::AssignmentTargetIdentifier(id) => Pattern {
                kind: PatternKind::Name(self.names.of(id.name.as_str())),
                span: span(id.span),
            },
            SimpleAssignmentTarget::TSAsExpression(e) => self.asserted_target(&e.expression),
            SimpleAssignmentTarget::TSSatisfiesExpression(e) => self.asserted_target(&e.expression),
            SimpleAssignmentTarget::TSNonNullExpression(e) => self.asserted_target(&e.expression),
            SimpleAssignmentTarget::TSTypeAssertion(e) => self.asserted_target(&e.expression),
            match_member_expression!(SimpleAssignmentTarget) => {
                place(self.chain(Link::of_member(target.to_member_expression())))
            }
        }
    }

    /// `x!` and `(x as T)` write to `x`.
    fn asserted_target(&mut self, expr: &'a Expression<'a>) -> Pattern {
        let mut expr = self.expr(expr);
        while let ExprKind::Cast { operand, .. } = expr.kind {
            expr = *operand;
        }
        match expr.kind {
            ExprKind::Name(name) => Pattern {
                kind: PatternKind::Name(name),
                span: expr.span,
            },
            _ => place(expr),
        }
    }

    /// A target that is read too: of `x += 1`.
    pub(super) fn target_expr(&mut self, target: &'a AssignmentTarget<'a>) -> Expr {
        match target {
            match_simple_assignment_target!(AssignmentTarget) => {
                self.simple_target_expr(target.to_simple_assignment_target())
            }
            // The parser reports `[a] += b`; there is no value to read from a pattern.
            match_assignment_target_pattern!(AssignmentTarget) => opaque(span(target.span())),
        }
    }

    pub(super) fn simple_target_expr(&mut self, target: &'a SimpleAssignmentTarget<'a>) -> Expr {
        match target {
            SimpleAssignmentTarget::AssignmentTargetIdentifier(id) => {
                self.name(id.name.as_str(), span(id.span))
            }
            SimpleAssignmentTarget::TSAsExpression(e) => self.expr(&e.expression),
            SimpleAssignmentTarget::TSSatisfiesExpression(e) => self.expr(&e.expression),
            SimpleAssignmentTarget::TSNonNullExpression(e) => self.expr(&e.expression),
            SimpleAssignmentTarget::TSTypeAssertion(e) => self.expr(&e.expression),
            match_member_expression!(SimpleAssignmentTarget) => {
                self.chain(Link::of_member(target.to_member_expression()))
            }
        }
    }
}

fn place(expr: Expr) -> Pattern {
    let span = expr.span;
    Pattern {
        kind: PatternKind::Place(expr),
        span,
    }
}
