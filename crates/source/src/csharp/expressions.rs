//! Expressions: every kind the parser knows, told apart in one place.

use super::grammar::{Field, Kind};
use super::syntax::Node;
use super::{Converter, bound, expr, opaque};
use crate::tree::{
    Arg, AugOp, Expr, ExprKind, LogicOp, Pattern, PatternKind, Stmt, StmtKind, UnaryOp,
};

impl<'a> Converter<'a> {
    pub(super) fn expr(&mut self, node: Node) -> Expr {
        let span = self.span(node);
        self.nested(span, |this| this.expr_kind(node))
    }

    pub(super) fn boxed(&mut self, node: Node) -> Box<Expr> {
        Box::new(self.expr(node))
    }

    /// The expression in a field of a node; opaque where the parser found none.
    fn in_field(&mut self, node: Node, field: Field) -> Box<Expr> {
        match self.child(node, field) {
            Some(child) => self.boxed(child),
            None => Box::new(opaque(self.span(node))),
        }
    }

    /// The first expression in a node.
    fn inner(&mut self, node: Node) -> Box<Expr> {
        match self.operand(node) {
            Some(child) => self.boxed(child),
            None => Box::new(opaque(self.span(node))),
        }
    }

    /// A value where a type is expected, which `new()` leaves out.
    pub(super) fn value(&mut self, node: Node, ty: Option<Node>) -> Expr {
        if self.kind(node) != Kind::ImplicitObjectCreation {
            return self.expr(node);
        }
        let span = self.span(node);
        self.nested(span, |this| this.creation(node, ty))
    }

    fn expr_kind(&mut self, node: Node) -> ExprKind {
        match self.kind(node) {
            Kind::Binary
            | Kind::MemberAccess
            | Kind::ElementAccess
            | Kind::Invocation
            | Kind::ConditionalAccess
            | Kind::AsExpression
            | Kind::IsExpression => match self.chain(node) {
                Some(chain) => chain.kind,
                None => self.operands(node),
            },
            Kind::Identifier => self.identifier(node),
            Kind::GenericName | Kind::QualifiedName | Kind::AliasQualifiedName => {
                self.name_expr(node).kind
            }
            Kind::PredefinedType => ExprKind::Name(self.sym(node)),
            Kind::This => ExprKind::This,
            Kind::Base => ExprKind::Super,
            Kind::NullLiteral => ExprKind::Null,
            Kind::BooleanLiteral => ExprKind::Bool(self.source(node) == "true"),
            Kind::IntegerLiteral => super::literals::integer(self.source(node)),
            Kind::RealLiteral => super::literals::real(self.source(node)),
            Kind::CharacterLiteral
            | Kind::StringLiteral
            | Kind::VerbatimStringLiteral
            | Kind::RawStringLiteral => self.string(node),
            Kind::InterpolatedString => self.interpolated(node),
            Kind::Parenthesized | Kind::Checked | Kind::RefExpression => self.inner(node).kind,
            Kind::Makeref | Kind::Reftype | Kind::Refvalue => self.operands(node),
            Kind::PostfixUnary => self.postfix(node),
            Kind::PrefixUnary => self.prefix(node),
            Kind::Await => ExprKind::Await(self.inner(node)),
            Kind::Assignment => self.assignment(node),
            Kind::Conditional => ExprKind::Ternary {
                cond: self.in_field(node, Field::Condition),
                then: self.in_field(node, Field::Consequence),
                els: self.in_field(node, Field::Alternative),
            },
            Kind::Cast => ExprKind::Cast {
                ty: self.type_in(node, Field::Type).map(Box::new),
                operand: self.in_field(node, Field::Value),
            },
            Kind::IsPattern => self.is_pattern(node),
            Kind::SwitchExpression => self.switch_expression(node),
            Kind::ThrowExpression => self.throw(node),
            Kind::Lambda => self.lambda(node),
            Kind::AnonymousMethod => self.anonymous_method(node),
            Kind::Query => self.query(node),
            Kind::ObjectCreation | Kind::ImplicitObjectCreation => self.creation(node, None),
            Kind::AnonymousObject => self.anonymous_object(node),
            Kind::ArrayCreation | Kind::Stackalloc => self.array_creation(node),
            Kind::ImplicitArrayCreation | Kind::ImplicitStackalloc => {
                match self.syntax.first(node, Kind::InitializerExpression) {
                    Some(list) => self.list(list),
                    None => ExprKind::List(Vec::new()),
                }
            }
            Kind::InitializerExpression => self.list(node),
            Kind::CollectionExpression => self.collection(node),
            Kind::With => self.with(node),
            Kind::TupleExpression => {
                let mut items = Vec::new();
                for child in self.children(node) {
                    if let Some(value) = self.argument_value(child) {
                        items.push(self.expr(value));
                    }
                }
                ExprKind::Tuple(items)
            }
            Kind::DeclarationExpression => {
                let pattern = self.declared(node);
                match pattern.kind {
                    PatternKind::Name(sym) => ExprKind::Name(sym),
                    _ => ExprKind::Opaque(Vec::new()),
                }
            }
            Kind::DefaultExpression => self.default_value(node),
            Kind::Typeof | Kind::Sizeof => {
                let ty = self.type_in(node, Field::Type);
                ExprKind::Opaque(ty.into_iter().collect())
            }
            Kind::PreprocIf => self.conditional_expression(node),
            _ => self.operands(node),
        }
    }

    /// What the tree has no word for: its operands.
    fn operands(&mut self, node: Node) -> ExprKind {
        let mut operands = Vec::new();
        for child in self.children(node) {
            if self.kind(child).is_expression() {
                operands.push(self.expr(child));
            }
        }
        ExprKind::Opaque(operands)
    }

    fn identifier(&mut self, node: Node) -> ExprKind {
        if let Some(field) = self.backing
            && self.source(node) == "field"
        {
            let span = self.span(node);
            let this = expr(ExprKind::This, span);
            return super::member(this, field, span, span).kind;
        }
        ExprKind::Name(self.sym(node))
    }

    /// The value of an argument, without its name.
    pub(super) fn argument_value(&self, argument: Node) -> Option<Node> {
        if self.kind(argument) != Kind::Argument {
            return None;
        }
        self.children(argument).find(|part| {
            self.kind(*part).is_expression() && self.syntax.field(*part) == Field::None
        })
    }

    pub(super) fn args(&mut self, list: Node) -> Vec<Arg> {
        let mut args = Vec::new();
        for argument in self.children(list) {
            let Some(value) = self.argument_value(argument) else {
                continue;
            };
            let passing = self
                .syntax
                .first(argument, Kind::Token)
                .map(|token| self.source(token));
            args.push(match passing {
                Some("out") => Arg::Out {
                    target: Box::new(self.out_target(value)),
                    value: None,
                },
                Some("ref") => Arg::Out {
                    value: Some(self.boxed(value)),
                    target: Box::new(self.target(value)),
                },
                _ => match self.child(argument, Field::Name) {
                    Some(key) => Arg::Named {
                        name: self.sym(key),
                        value: self.expr(value),
                    },
                    None => Arg::Positional(self.expr(value)),
                },
            });
        }
        args
    }

    /// What a subscript says: one index, or a tuple of them.
    pub(super) fn index(&mut self, list: Node) -> Expr {
        let mut items = Vec::new();
        for argument in self.children(list) {
            let Some(value) = self.argument_value(argument) else {
                continue;
            };
            items.push(match self.kind(value) {
                Kind::Range => self.slice(value),
                _ => self.expr(value),
            });
        }
        let span = self.span(list);
        match (items.pop(), items.is_empty()) {
            (None, _) => opaque(span),
            (Some(only), true) => only,
            (Some(last), false) => {
                items.push(last);
                expr(ExprKind::Tuple(items), span)
            }
        }
    }

    /// `lower..upper`, both of which may be left out.
    fn slice(&mut self, range: Node) -> Expr {
        let (mut lower, mut upper, mut is_upper) = (None, None, false);
        for child in self.children(range) {
            if self.kind(child) == Kind::Token {
                is_upper = true;
            } else if self.kind(child).is_expression() {
                let bound = Some(self.boxed(child));
                if is_upper {
                    upper = bound;
                } else {
                    lower = bound;
                }
            }
        }
        let kind = ExprKind::Slice {
            lower,
            upper,
            step: None,
        };
        expr(kind, self.span(range))
    }

    fn postfix(&mut self, node: Node) -> ExprKind {
        let operand = self.inner(node);
        if self.has(node, "++") || self.has(node, "--") {
            return ExprKind::Update {
                increment: self.has(node, "++"),
                target: operand,
            };
        }
        ExprKind::Cast { operand, ty: None }
    }

    fn prefix(&mut self, node: Node) -> ExprKind {
        let sign = self.syntax.first(node, Kind::Token);
        let sign = sign.map(|token| self.source(token)).unwrap_or_default();
        let operand = self.inner(node);
        let op = match sign {
            "++" | "--" => {
                return ExprKind::Update {
                    target: operand,
                    increment: sign == "++",
                };
            }
            "!" => UnaryOp::Not,
            // `^1` counts from the end, as a negative index does.
            "-" | "^" => UnaryOp::Minus,
            "+" => UnaryOp::Plus,
            "~" => UnaryOp::Invert,
            // `&x`, `*p`: what it points to.
            _ => return operand.kind,
        };
        ExprKind::Unary { op, operand }
    }

    fn assignment(&mut self, node: Node) -> ExprKind {
        let left = self.child(node, Field::Left);
        let right = self.child(node, Field::Right);
        let (Some(left), Some(right)) = (left, right) else {
            return self.operands(node);
        };
        let sign = self.child(node, Field::Operator);
        let sign = sign.map(|sign| self.source(sign)).unwrap_or_default();
        let op = match sign.strip_suffix('=') {
            Some("??") => Some(AugOp::Logic(LogicOp::Coalesce)),
            Some(sign) => super::chains::arithmetic(sign).map(AugOp::Binary),
            None => None,
        };
        match op {
            Some(op) => ExprKind::AugAssign {
                op,
                target: self.boxed(left),
                value: self.boxed(right),
            },
            None => ExprKind::Assign {
                target: Box::new(self.target(left)),
                value: self.boxed(right),
            },
        }
    }

    /// What is assigned to.
    pub(super) fn target(&mut self, node: Node) -> Pattern {
        let span = self.span(node);
        match self.kind(node) {
            Kind::Identifier if self.backing.is_none() => bound(self.sym(node), span),
            Kind::DeclarationExpression => self.declared(node),
            Kind::TupleExpression | Kind::TuplePattern if self.depth.enter(span) => {
                let items = self.tuple_targets(node);
                self.depth.leave();
                Pattern {
                    kind: PatternKind::List { items, rest: None },
                    span,
                }
            }
            Kind::Parenthesized => match self.operand(node) {
                Some(inner) if self.depth.enter(span) => {
                    let target = self.target(inner);
                    self.depth.leave();
                    target
                }
                _ => place(opaque(span)),
            },
            _ => {
                let target = self.expr(node);
                match target.kind {
                    ExprKind::Name(sym) => bound(sym, span),
                    _ => place(target),
                }
            }
        }
    }

    /// The targets in a tuple; `_` is none.
    fn tuple_targets(&mut self, tuple: Node) -> Vec<Option<Pattern>> {
        let mut items = Vec::new();
        for child in self.children(tuple) {
            let item = match self.kind(child) {
                Kind::Argument => self.argument_value(child),
                Kind::Identifier | Kind::TuplePattern | Kind::Discard => Some(child),
                _ => continue,
            };
            items.push(match item {
                Some(item) if self.source(item) != "_" => Some(self.target(item)),
                _ => None,
            });
        }
        items
    }

    /// `T x` in an expression: declares `x` in front of the statement.
    fn declared(&mut self, node: Node) -> Pattern {
        let span = self.span(node);
        match self.child(node, Field::Name) {
            Some(key) => {
                let sym = self.sym(key);
                self.hoist(sym, self.span(key));
                bound(sym, self.span(key))
            }
            None => place(opaque(span)),
        }
    }

    fn out_target(&mut self, value: Node) -> Pattern {
        let is_discard = match self.kind(value) {
            Kind::Identifier => self.source(value) == "_",
            Kind::DeclarationExpression => self
                .child(value, Field::Name)
                .is_some_and(|key| self.source(key) == "_"),
            _ => false,
        };
        if is_discard {
            let span = self.span(value);
            let sym = self.variable("out");
            self.hoist(sym, span);
            return bound(sym, span);
        }
        self.target(value)
    }

    /// `throw x` as a value.
    fn throw(&mut self, node: Node) -> ExprKind {
        let span = self.span(node);
        let thrown = *self.inner(node);
        let stmt = Stmt {
            kind: StmtKind::Throw(Some(thrown)),
            span,
        };
        ExprKind::Do {
            body: vec![stmt],
            value: Box::new(expr(ExprKind::Undefined, span)),
        }
    }

    /// `default`, `default(T)`: zero, false, or null.
    fn default_value(&mut self, node: Node) -> ExprKind {
        let Some(ty) = self.child(node, Field::Type) else {
            return ExprKind::Null;
        };
        match self.source(ty) {
            "bool" => ExprKind::Bool(false),
            "byte" | "sbyte" | "short" | "ushort" | "int" | "uint" | "long" | "ulong" => {
                ExprKind::Int(0)
            }
            "float" | "double" | "decimal" => ExprKind::Float(0.0),
            _ => ExprKind::Null,
        }
    }

    /// A conditional section inside an expression: either side.
    fn conditional_expression(&mut self, node: Node) -> ExprKind {
        let span = self.span(node);
        let (then, alternative) = self.sides(node);
        let then = then.map(|then| self.boxed(then));
        let els = alternative.map(|side| {
            let kind = self.nested(span, |this| this.conditional_expression(side));
            Box::new(kind)
        });
        match (then, els) {
            (Some(then), Some(els)) => ExprKind::Ternary {
                cond: Box::new(opaque(span)),
                then,
                els,
            },
            (Some(only), None) | (None, Some(only)) => only.kind,
            (None, None) => ExprKind::Opaque(Vec::new()),
        }
    }

    /// The expression of a side of a conditional section, and the next side.
    fn sides(&self, node: Node) -> (Option<Node>, Option<Node>) {
        let (mut own, mut alternative) = (None, None);
        for child in self.children(node) {
            match (self.kind(child), self.syntax.field(child)) {
                (_, Field::Alternative) | (Kind::PreprocElse | Kind::PreprocElif, _) => {
                    alternative = Some(child);
                }
                (_, Field::Condition) => {}
                (kind, _) if kind.is_expression() && own.is_none() => own = Some(child),
                _ => {}
            }
        }
        (own, alternative)
    }

    pub(super) fn list(&mut self, list: Node) -> ExprKind {
        let mut items = Vec::new();
        for child in self.children(list) {
            if self.kind(child).is_expression() {
                items.push(self.expr(child));
            }
        }
        ExprKind::List(items)
    }

    /// `[a, ..b]`.
    fn collection(&mut self, node: Node) -> ExprKind {
        let mut items = Vec::new();
        for element in self.children(node) {
            let inner = match self.kind(element) {
                Kind::CollectionElement => self.syntax.children(element).next(),
                _ => None,
            };
            let Some(inner) = inner else { continue };
            let Some(value) = self.operand(inner) else {
                continue;
            };
            let span = self.span(inner);
            let value = self.expr(value);
            items.push(match self.kind(inner) {
                Kind::SpreadElement => expr(ExprKind::Spread(Box::new(value)), span),
                _ => value,
            });
        }
        ExprKind::List(items)
    }
}

fn place(target: Expr) -> Pattern {
    let span = target.span;
    Pattern {
        kind: PatternKind::Place(target),
        span,
    }
}
