//! Expressions: every kind the parser knows, told apart in one place.

use oxc_ast::ast::{self, Argument, ArrayExpressionElement, Expression, match_expression};
use oxc_span::GetSpan;

use super::convert::{Converter, opaque, span};
use super::operators::{augmented, unary};
use super::spine::Link;
use crate::tree::{Arg, CompareOp, Expr, ExprKind};

impl<'a> Converter<'a> {
    pub(super) fn expr(&mut self, expr: &'a Expression<'a>) -> Expr {
        let at = span(expr.span());
        if !self.depth.enter(at) {
            return opaque(at);
        }
        let kind = match expr {
            Expression::BinaryExpression(e) => self.link(Link::Binary(e)),
            Expression::LogicalExpression(e) => self.link(Link::Logical(e)),
            Expression::StaticMemberExpression(e) => self.link(Link::Static(e)),
            Expression::ComputedMemberExpression(e) => self.link(Link::Computed(e)),
            Expression::PrivateFieldExpression(e) => self.link(Link::Private(e)),
            Expression::CallExpression(e) => self.link(Link::Call(e)),
            Expression::ChainExpression(e) => self.link(Link::of_optional(&e.expression)),
            Expression::TaggedTemplateExpression(e) => self.link(Link::Tagged(e)),
            Expression::TSAsExpression(e) => self.link(Link::As(e)),
            Expression::TSSatisfiesExpression(e) => self.link(Link::Satisfies(e)),
            Expression::TSNonNullExpression(e) => self.link(Link::NonNull(e)),
            Expression::Identifier(e) => self.identifier(e.name.as_str()),
            Expression::BooleanLiteral(e) => ExprKind::Bool(e.value),
            Expression::NullLiteral(_) => ExprKind::Null,
            Expression::NumericLiteral(e) => super::literals::number(e.value),
            Expression::BigIntLiteral(e) => super::literals::big_int(e.value.as_str()),
            Expression::RegExpLiteral(e) => self.regex(e),
            Expression::StringLiteral(e) => ExprKind::Str(self.string(e)),
            Expression::TemplateLiteral(e) => self.template(e),
            Expression::Super(_) => ExprKind::Super,
            Expression::ThisExpression(_) => ExprKind::This,
            Expression::ImportMeta(_) | Expression::NewTarget(_) => ExprKind::Opaque(Vec::new()),
            Expression::ArrayExpression(e) => self.array(e),
            Expression::ObjectExpression(e) => self.object(e),
            Expression::ArrowFunctionExpression(e) => ExprKind::Function(Box::new(self.arrow(e))),
            Expression::FunctionExpression(e) => ExprKind::Function(Box::new(self.function(e))),
            Expression::ClassExpression(e) => ExprKind::Class(Box::new(self.class(e))),
            Expression::AssignmentExpression(e) => self.assignment(e),
            Expression::UpdateExpression(e) => ExprKind::Update {
                target: Box::new(self.simple_target_expr(&e.argument)),
                increment: e.operator == ast::UpdateOperator::Increment,
            },
            Expression::UnaryExpression(e) => self.unary(e),
            Expression::AwaitExpression(e) => ExprKind::Await(self.boxed(&e.argument)),
            Expression::YieldExpression(e) => ExprKind::Yield {
                value: e.argument.as_ref().map(|value| self.boxed(value)),
                delegate: e.delegate,
            },
            Expression::ConditionalExpression(e) => ExprKind::Ternary {
                cond: self.boxed(&e.test),
                then: self.boxed(&e.consequent),
                els: self.boxed(&e.alternate),
            },
            Expression::NewExpression(e) => ExprKind::New {
                callee: self.boxed(&e.callee),
                args: self.args(&e.arguments),
            },
            Expression::ImportExpression(e) => self.import_call(e),
            Expression::SequenceExpression(e) => ExprKind::Sequence(self.exprs(&e.expressions)),
            Expression::PrivateInExpression(e) => {
                let name = self.private(&e.left);
                let left = Box::new(Expr {
                    kind: ExprKind::Str(name),
                    span: span(e.left.span),
                });
                ExprKind::Compare {
                    op: CompareOp::In,
                    left,
                    right: self.boxed(&e.right),
                }
            }
            Expression::JSXElement(e) => ExprKind::Element(Box::new(self.element(e))),
            Expression::JSXFragment(e) => ExprKind::Element(Box::new(self.fragment(e))),
            Expression::TSTypeAssertion(e) => ExprKind::Cast {
                operand: self.boxed(&e.expression),
                ty: self.ty(&e.type_annotation).map(Box::new),
            },
            Expression::ParenthesizedExpression(e) => self.expr(&e.expression).kind,
            Expression::TSInstantiationExpression(e) => self.expr(&e.expression).kind,
            Expression::V8IntrinsicExpression(e) => ExprKind::Opaque(
                e.arguments
                    .iter()
                    .filter_map(Argument::as_expression)
                    .map(|a| self.expr(a))
                    .collect(),
            ),
        };
        self.depth.leave();
        Expr { kind, span: at }
    }

    pub(super) fn boxed(&mut self, expr: &'a Expression<'a>) -> Box<Expr> {
        Box::new(self.expr(expr))
    }

    fn link(&mut self, last: Link<'a>) -> ExprKind {
        self.chain(last).kind
    }

    fn exprs(&mut self, exprs: &'a [Expression<'a>]) -> Vec<Expr> {
        exprs.iter().map(|e| self.expr(e)).collect()
    }

    fn identifier(&mut self, name: &'a str) -> ExprKind {
        if name == "undefined" {
            ExprKind::Undefined
        } else {
            ExprKind::Name(self.names.of(name))
        }
    }

    /// A use of a variable.
    pub(super) fn reference(&mut self, identifier: &'a ast::IdentifierReference<'a>) -> Expr {
        Expr {
            kind: self.identifier(identifier.name.as_str()),
            span: span(identifier.span),
        }
    }

    pub(super) fn args(&mut self, args: &'a [Argument<'a>]) -> Vec<Arg> {
        args.iter()
            .map(|arg| match arg {
                Argument::SpreadElement(e) => Arg::Spread(self.expr(&e.argument)),
                match_expression!(Argument) => Arg::Positional(self.expr(arg.to_expression())),
            })
            .collect()
    }

    fn array(&mut self, array: &'a ast::ArrayExpression<'a>) -> ExprKind {
        let elements = array.elements.iter().map(|element| match element {
            ArrayExpressionElement::SpreadElement(e) => self.spread(e),
            ArrayExpressionElement::Elision(e) => Expr {
                kind: ExprKind::Undefined,
                span: span(e.span),
            },
            match_expression!(ArrayExpressionElement) => self.expr(element.to_expression()),
        });
        ExprKind::List(elements.collect())
    }

    fn spread(&mut self, spread: &'a ast::SpreadElement<'a>) -> Expr {
        Expr {
            kind: ExprKind::Spread(self.boxed(&spread.argument)),
            span: span(spread.span),
        }
    }

    fn assignment(&mut self, assignment: &'a ast::AssignmentExpression<'a>) -> ExprKind {
        match augmented(assignment.operator) {
            None => ExprKind::Assign {
                target: Box::new(self.target(&assignment.left)),
                value: self.boxed(&assignment.right),
            },
            Some(op) => ExprKind::AugAssign {
                op,
                target: Box::new(self.target_expr(&assignment.left)),
                value: self.boxed(&assignment.right),
            },
        }
    }

    fn unary(&mut self, unary_expr: &'a ast::UnaryExpression<'a>) -> ExprKind {
        let is_void = unary_expr.operator == ast::UnaryOperator::Void;
        if is_void && matches!(unary_expr.argument, Expression::NumericLiteral(_)) {
            return ExprKind::Undefined;
        }
        ExprKind::Unary {
            op: unary(unary_expr.operator),
            operand: self.boxed(&unary_expr.argument),
        }
    }

    /// `import(x)`; its options have no place in the tree and are evaluated beside it.
    fn import_call(&mut self, import: &'a ast::ImportExpression<'a>) -> ExprKind {
        let call = ExprKind::ImportCall(self.boxed(&import.source));
        match &import.options {
            None => call,
            Some(options) => ExprKind::Sequence(vec![
                self.expr(options),
                Expr {
                    kind: call,
                    span: span(import.span),
                },
            ]),
        }
    }
}
