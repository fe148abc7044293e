//! Type annotations: plain references become expressions, every other type is erased.
//!
//! `Foo`, `a.Foo`, `Promise<Foo>` and `Foo[]` are kept, and so are types that stand for one of these: `readonly
//! Foo[]`, `Foo | undefined`. A type argument that is erased is an empty `Opaque` beside others that are not.

use oxc_ast::ast::{
    self, TSType, TSTypeAnnotation, TSTypeName, TSTypeOperatorOperator,
    TSTypeParameterInstantiation,
};
use oxc_span::GetSpan;
use shindan_base::Span;

use super::convert::{Converter, member, opaque, span};
use crate::tree::{Expr, ExprKind};

impl<'a> Converter<'a> {
    pub(super) fn annotation(
        &mut self,
        annotation: Option<&'a TSTypeAnnotation<'a>>,
    ) -> Option<Expr> {
        self.ty(&annotation?.type_annotation)
    }

    /// The expression of a type that is a reference.
    pub(super) fn ty(&mut self, ty: &'a TSType<'a>) -> Option<Expr> {
        let at = span(ty.span());
        if !self.depth.enter(at) {
            return None;
        }
        let expr = match ty {
            TSType::TSTypeReference(t) => {
                self.type_reference(&t.type_name, t.type_arguments.as_deref(), at)
            }
            TSType::TSArrayType(t) => {
                let array = self.name("Array", at);
                let element = self.ty(&t.element_type);
                Some(generic(array, element.into_iter().collect(), at))
            }
            TSType::TSParenthesizedType(t) => self.ty(&t.type_annotation),
            TSType::TSTypeOperatorType(t) => match t.operator {
                TSTypeOperatorOperator::Readonly => self.ty(&t.type_annotation),
                TSTypeOperatorOperator::Keyof | TSTypeOperatorOperator::Unique => None,
            },
            TSType::TSUnionType(t) => self.only_present(&t.types),
            TSType::JSDocNullableType(t) => self.ty(&t.type_annotation),
            TSType::JSDocNonNullableType(t) => self.ty(&t.type_annotation),
            TSType::TSAnyKeyword(_)
            | TSType::TSBigIntKeyword(_)
            | TSType::TSBooleanKeyword(_)
            | TSType::TSIntrinsicKeyword(_)
            | TSType::TSNeverKeyword(_)
            | TSType::TSNullKeyword(_)
            | TSType::TSNumberKeyword(_)
            | TSType::TSObjectKeyword(_)
            | TSType::TSStringKeyword(_)
            | TSType::TSSymbolKeyword(_)
            | TSType::TSUndefinedKeyword(_)
            | TSType::TSUnknownKeyword(_)
            | TSType::TSVoidKeyword(_)
            | TSType::TSConditionalType(_)
            | TSType::TSConstructorType(_)
            | TSType::TSFunctionType(_)
            | TSType::TSImportType(_)
            | TSType::TSIndexedAccessType(_)
            | TSType::TSInferType(_)
            | TSType::TSIntersectionType(_)
            | TSType::TSLiteralType(_)
            | TSType::TSMappedType(_)
            | TSType::TSNamedTupleMember(_)
            | TSType::TSTemplateLiteralType(_)
            | TSType::TSThisType(_)
            | TSType::TSTupleType(_)
            | TSType::TSTypeLiteral(_)
            | TSType::TSTypePredicate(_)
            | TSType::TSTypeQuery(_)
            | TSType::JSDocUnknownType(_) => None,
        };
        self.depth.leave();
        expr
    }

    /// The one member of a union that is not absence.
    fn only_present(&mut self, types: &'a [TSType<'a>]) -> Option<Expr> {
        let mut present = types.iter().filter(|ty| {
            !matches!(
                ty,
                TSType::TSNullKeyword(_) | TSType::TSUndefinedKeyword(_) | TSType::TSVoidKeyword(_)
            )
        });
        match (present.next(), present.next()) {
            (Some(only), None) => self.ty(only),
            _ => None,
        }
    }

    /// `name` or `name<arguments>`.
    pub(super) fn type_reference(
        &mut self,
        name: &'a TSTypeName<'a>,
        arguments: Option<&'a TSTypeParameterInstantiation<'a>>,
        span: Span,
    ) -> Option<Expr> {
        let object = self.type_name(name)?;
        let arguments = match arguments {
            Some(arguments) => self.type_arguments(arguments),
            None => Vec::new(),
        };
        Some(generic(object, arguments, span))
    }

    /// The arguments; none at all if none is a reference.
    fn type_arguments(&mut self, arguments: &'a TSTypeParameterInstantiation<'a>) -> Vec<Expr> {
        let converted: Vec<_> = arguments
            .params
            .iter()
            .map(|ty| (self.ty(ty), span(ty.span())))
            .collect();
        if converted.iter().all(|(ty, _)| ty.is_none()) {
            return Vec::new();
        }
        converted
            .into_iter()
            .map(|(ty, span)| ty.unwrap_or_else(|| opaque(span)))
            .collect()
    }

    /// `a.b.C` as members; `None` if it starts with `this`.
    pub(super) fn type_name(&mut self, name: &'a TSTypeName<'a>) -> Option<Expr> {
        let mut qualified = Vec::new();
        let mut first = name;
        while let TSTypeName::QualifiedName(name) = first {
            qualified.push(&**name);
            first = &name.left;
        }
        match first {
            TSTypeName::IdentifierReference(id) => {
                let first = self.name(id.name.as_str(), span(id.span));
                Some(self.qualify(first, &qualified))
            }
            TSTypeName::ThisExpression(_) | TSTypeName::QualifiedName(_) => None,
        }
    }

    /// `first` with the right sides of `names` added, the last of them first.
    fn qualify(&mut self, first: Expr, names: &[&'a ast::TSQualifiedName<'a>]) -> Expr {
        let too_long = names.len().saturating_sub(super::convert::MAX_CHAIN);
        names
            .iter()
            .skip(too_long)
            .rev()
            .fold(first, |object, name| {
                let property = self.names.of(name.right.name.as_str());
                member(object, property, span(name.right.span), span(name.span))
            })
    }
}

/// `object[arguments]`, or `object` alone.
fn generic(object: Expr, mut arguments: Vec<Expr>, span: Span) -> Expr {
    let index = match (arguments.pop(), arguments.is_empty()) {
        (None, _) => return object,
        (Some(only), true) => only,
        (Some(last), false) => {
            let all = arguments
                .first()
                .map_or(last.span, |first| first.span.to(last.span));
            arguments.push(last);
            Expr {
                kind: ExprKind::Tuple(arguments),
                span: all,
            }
        }
    };
    Expr {
        kind: ExprKind::Index {
            object: Box::new(object),
            index: Box::new(index),
        },
        span,
    }
}
