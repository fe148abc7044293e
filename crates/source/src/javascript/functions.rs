//! Functions, arrows and their parameters.

use oxc_ast::ast::{self, ArrowFunctionBody, FormalParameter, FormalParameters, match_expression};
use oxc_span::GetSpan;
use shindan_base::Span;

use super::convert::{Converter, member, span};
use crate::tree::{
    Expr, ExprKind, Function, Param, ParamKind, Pattern, PatternKind, Stmt, StmtKind,
};

impl<'a> Converter<'a> {
    /// A function declaration or expression; a method's name is set by the caller.
    pub(super) fn function(&mut self, function: &'a ast::Function<'a>) -> Function {
        let at = span(function.span);
        let params = self.params(&function.params);
        let mut body = parameter_properties(&function.params, &params);
        if let Some(block) = &function.body {
            self.stmts_into(&block.statements, &mut body);
        }
        Function {
            name: function
                .id
                .as_ref()
                .map(|id| self.names.of(id.name.as_str())),
            name_span: function
                .id
                .as_ref()
                .map_or(Span::new(at.start, at.start), |id| span(id.span)),
            params,
            body,
            decorators: Vec::new(),
            returns: self.annotation(function.return_type.as_deref()),
            is_async: function.r#async,
            is_generator: function.generator,
            is_arrow: false,
            span: at,
        }
    }

    pub(super) fn arrow(&mut self, arrow: &'a ast::ArrowFunctionExpression<'a>) -> Function {
        let at = span(arrow.span);
        let params = self.params(&arrow.params);
        let body = match &arrow.body {
            ArrowFunctionBody::FunctionBody(block) => self.stmts(&block.statements),
            match_expression!(ArrowFunctionBody) => {
                let value = self.expr(arrow.body.to_expression());
                let span = value.span;
                vec![Stmt {
                    kind: StmtKind::Return(Some(value)),
                    span,
                }]
            }
        };
        Function {
            name: None,
            name_span: Span::new(at.start, at.start),
            params,
            body,
            decorators: Vec::new(),
            returns: self.annotation(arrow.return_type.as_deref()),
            is_async: arrow.r#async,
            is_generator: false,
            is_arrow: true,
            span: at,
        }
    }

    fn params(&mut self, params: &'a FormalParameters<'a>) -> Vec<Param> {
        let mut out: Vec<Param> = params.items.iter().map(|param| self.param(param)).collect();
        if let Some(rest) = &params.rest {
            out.push(Param {
                pattern: self.pattern(&rest.rest.argument),
                default: None,
                ty: self.annotation(rest.type_annotation.as_deref()),
                kind: ParamKind::Rest,
                decorators: self.decorators(&rest.decorators),
            });
        }
        out
    }

    fn param(&mut self, param: &'a FormalParameter<'a>) -> Param {
        Param {
            pattern: self.pattern(&param.pattern),
            default: param.initializer.as_ref().map(|value| self.expr(value)),
            ty: self.annotation(param.type_annotation.as_deref()),
            kind: ParamKind::Plain,
            decorators: self.decorators(&param.decorators),
        }
    }

    pub(super) fn decorators(&mut self, decorators: &'a [ast::Decorator<'a>]) -> Vec<Expr> {
        decorators
            .iter()
            .map(|decorator| self.expr(&decorator.expression))
            .collect()
    }
}

/// `this.x = x` for every `constructor(private x: T)`.
fn parameter_properties(params: &FormalParameters<'_>, converted: &[Param]) -> Vec<Stmt> {
    let declared = params.items.iter().zip(converted);
    declared
        .filter(|(param, _)| param.accessibility.is_some() || param.readonly || param.r#override)
        .filter_map(|(param, converted)| match converted.pattern.kind {
            PatternKind::Name(name) => {
                let at = span(param.pattern.span());
                let this = Expr {
                    kind: ExprKind::This,
                    span: at,
                };
                let target = Pattern {
                    kind: PatternKind::Place(member(this, name, at, at)),
                    span: at,
                };
                let value = Box::new(Expr {
                    kind: ExprKind::Name(name),
                    span: at,
                });
                let kind = ExprKind::Assign {
                    target: Box::new(target),
                    value,
                };
                Some(Stmt {
                    kind: StmtKind::Expr(Expr { kind, span: at }),
                    span: at,
                })
            }
            PatternKind::Place(_)
            | PatternKind::List { .. }
            | PatternKind::Map { .. }
            | PatternKind::Default { .. } => None,
        })
        .collect()
}
