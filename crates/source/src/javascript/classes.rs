//! Classes and their members.

use oxc_ast::ast::{self, ClassElement, MethodDefinitionKind, PropertyKey, TSTypeAnnotation};
use oxc_span::GetSpan;
use shindan_base::Span;

use super::convert::{Converter, span};
use crate::tree::{Accessor, Class, ClassKind, Expr, ExprKind, Member, MemberKind, Stmt, StmtKind};

impl<'a> Converter<'a> {
    pub(super) fn class(&mut self, class: &'a ast::Class<'a>) -> Class {
        let at = self.after_decorators(span(class.span), &class.decorators);
        let mut bases: Vec<Expr> = class
            .heritage
            .iter()
            .map(|heritage| self.expr(&heritage.expression))
            .collect();
        for implemented in &class.implements {
            bases.extend(self.type_reference(
                &implemented.expression,
                implemented.type_arguments.as_deref(),
                span(implemented.span),
            ));
        }
        let mut members = Vec::with_capacity(class.body.body.len());
        for element in &class.body.body {
            members.extend(self.element_of_class(element));
        }
        Class {
            kind: ClassKind::Class,
            is_open: false,
            is_inner: false,
            name: class.id.as_ref().map(|id| self.names.of(id.name.as_str())),
            name_span: class
                .id
                .as_ref()
                .map_or(Span::new(at.start, at.start), |id| span(id.span)),
            bases,
            keywords: Vec::new(),
            members,
            decorators: self.decorators(&class.decorators),
            span: at,
        }
    }

    fn element_of_class(&mut self, element: &'a ClassElement<'a>) -> Option<Member> {
        match element {
            ClassElement::StaticBlock(block) => {
                let span = span(block.span);
                let kind = MemberKind::Stmt(Stmt {
                    kind: StmtKind::Block(self.stmts(&block.body)),
                    span,
                });
                Some(Member {
                    is_public: true,
                    kind,
                    is_static: true,
                    span,
                })
            }
            ClassElement::MethodDefinition(method) => self.method(method),
            ClassElement::PropertyDefinition(p) => Some(Member {
                is_public: true,
                kind: self.field(
                    &p.key,
                    p.value.as_ref(),
                    p.type_annotation.as_deref(),
                    &p.decorators,
                ),
                is_static: p.r#static,
                span: self.after_decorators(span(p.span), &p.decorators),
            }),
            ClassElement::AccessorProperty(p) => Some(Member {
                is_public: true,
                kind: self.field(
                    &p.key,
                    p.value.as_ref(),
                    p.type_annotation.as_deref(),
                    &p.decorators,
                ),
                is_static: p.r#static,
                span: self.after_decorators(span(p.span), &p.decorators),
            }),
            ClassElement::TSIndexSignature(_) => None,
        }
    }

    /// `None` for a signature: an overload or abstract method.
    fn method(&mut self, method: &'a ast::MethodDefinition<'a>) -> Option<Member> {
        method.value.body.as_ref()?;
        let at = self.after_decorators(span(method.span), &method.decorators);
        let mut function = Box::new(self.function(&method.value));
        function.decorators = self.decorators(&method.decorators);
        function.span = at;
        function.name_span = span(method.key.span());
        let accessor = match method.kind {
            MethodDefinitionKind::Get => Accessor::Get,
            MethodDefinitionKind::Set => Accessor::Set,
            MethodDefinitionKind::Constructor | MethodDefinitionKind::Method => Accessor::None,
        };
        let kind = match self.key_name(&method.key) {
            Some(name) => {
                function.name = Some(name);
                MemberKind::Method {
                    name,
                    function,
                    accessor,
                }
            }
            None => MemberKind::ComputedMethod {
                name: self.key(&method.key),
                function,
            },
        };
        Some(Member {
            is_public: true,
            kind,
            is_static: method.r#static,
            span: at,
        })
    }

    fn field(
        &mut self,
        key: &'a PropertyKey<'a>,
        value: Option<&'a ast::Expression<'a>>,
        ty: Option<&'a TSTypeAnnotation<'a>>,
        decorators: &'a [ast::Decorator<'a>],
    ) -> MemberKind {
        let name = self.key_name(key);
        let value = value.map(|value| self.expr(value));
        let decorators = self.decorators(decorators);
        if let Some(name) = name {
            return MemberKind::Field {
                name,
                value,
                ty: self.annotation(ty),
                decorators,
            };
        }
        // A field with a computed name has no place in the tree; what it evaluates is kept.
        let key = self.key(key);
        let span = value
            .as_ref()
            .map_or(key.span, |value| key.span.to(value.span));
        let operands = std::iter::once(key)
            .chain(value)
            .chain(decorators)
            .collect();
        MemberKind::Stmt(Stmt {
            kind: StmtKind::Expr(Expr {
                kind: ExprKind::Opaque(operands),
                span,
            }),
            span,
        })
    }

    /// The span without the decorators in front.
    fn after_decorators(&self, whole: Span, decorators: &[ast::Decorator<'_>]) -> Span {
        let Some(end) = decorators
            .iter()
            .map(|d| d.span.end)
            .filter(|&end| end <= whole.end)
            .max()
        else {
            return whole;
        };
        let rest = Span::new(end.max(whole.start), whole.end).slice(self.text);
        let start = whole.end - rest.trim_start().len() as u32;
        Span::new(start, whole.end)
    }
}
