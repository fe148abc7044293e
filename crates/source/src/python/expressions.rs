//! Expressions.

use ruff_python_ast as ast;
use ruff_python_ast::ArgOrKeyword;
use shindan_base::{Span, Sym};

use super::{Converter, LONG_ANNOTATION, at};
use crate::tree::{
    Arg, BinaryOp, CompareOp, Comprehension, ComprehensionClause, ComprehensionKind, Entry, Expr,
    ExprKind, Function, LogicOp, Stmt, StmtKind, UnaryOp,
};

/// Operator chains up to this length keep their left-deep shape; longer ones are rebuilt shallow.
const LONG_CHAIN: usize = 64;

/// How often chained comparisons inside each other may double their middle operands.
const MAX_DOUBLED: u32 = 2;

impl Converter<'_> {
    pub(super) fn expr(&mut self, expr: &ast::Expr) -> Expr {
        let span = at(expr);
        if !self.depth.enter(span) {
            return Expr {
                kind: ExprKind::Opaque(Vec::new()),
                span,
            };
        }
        let kind = self.expr_kind(expr);
        self.depth.leave();
        Expr { kind, span }
    }

    pub(super) fn boxed(&mut self, expr: &ast::Expr) -> Box<Expr> {
        Box::new(self.expr(expr))
    }

    pub(super) fn exprs(&mut self, exprs: &[ast::Expr]) -> Vec<Expr> {
        exprs.iter().map(|expr| self.expr(expr)).collect()
    }

    pub(super) fn optional(&mut self, expr: Option<&ast::Expr>) -> Option<Expr> {
        expr.map(|expr| self.expr(expr))
    }

    fn optional_boxed(&mut self, expr: Option<&ast::Expr>) -> Option<Box<Expr>> {
        expr.map(|expr| self.boxed(expr))
    }

    /// A lone expression as a module body.
    pub(super) fn expression_body(&mut self, expr: &ast::Expr) -> Vec<Stmt> {
        vec![Stmt {
            span: at(expr),
            kind: StmtKind::Expr(self.expr(expr)),
        }]
    }

    fn expr_kind(&mut self, expr: &ast::Expr) -> ExprKind {
        match expr {
            ast::Expr::Name(name) => self.variable(name),
            ast::Expr::Attribute(attribute) => self.attribute(attribute),
            ast::Expr::Call(call) => self.call(call),
            ast::Expr::StringLiteral(string) => ExprKind::Str(self.string(string)),
            ast::Expr::BytesLiteral(bytes) => self.bytes(bytes),
            ast::Expr::FString(string) => self.fstring(string),
            ast::Expr::TString(string) => self.tstring(string),
            ast::Expr::NumberLiteral(number) => number_kind(&number.value),
            ast::Expr::BooleanLiteral(boolean) => ExprKind::Bool(boolean.value),
            ast::Expr::NoneLiteral(_) => ExprKind::Null,
            ast::Expr::EllipsisLiteral(_) | ast::Expr::IpyEscapeCommand(_) => {
                ExprKind::Opaque(Vec::new())
            }
            ast::Expr::Subscript(subscript) => ExprKind::Index {
                object: self.boxed(&subscript.value),
                index: self.boxed(&subscript.slice),
            },
            ast::Expr::Slice(slice) => ExprKind::Slice {
                lower: self.optional_boxed(slice.lower.as_deref()),
                upper: self.optional_boxed(slice.upper.as_deref()),
                step: self.optional_boxed(slice.step.as_deref()),
            },
            ast::Expr::BinOp(binary) => self.binary(binary),
            ast::Expr::BoolOp(logic) => self.logic(logic),
            ast::Expr::UnaryOp(unary) => ExprKind::Unary {
                op: unary_op(unary.op),
                operand: self.boxed(&unary.operand),
            },
            ast::Expr::Compare(compare) => self.compare(compare),
            ast::Expr::If(ternary) => ExprKind::Ternary {
                cond: self.boxed(&ternary.test),
                then: self.boxed(&ternary.body),
                els: self.boxed(&ternary.orelse),
            },
            ast::Expr::Named(named) => ExprKind::Assign {
                target: Box::new(self.target(&named.target)),
                value: self.boxed(&named.value),
            },
            ast::Expr::Lambda(lambda) => self.lambda(lambda),
            ast::Expr::List(list) => ExprKind::List(self.exprs(&list.elts)),
            ast::Expr::Tuple(tuple) => ExprKind::Tuple(self.exprs(&tuple.elts)),
            ast::Expr::Set(set) => ExprKind::Set(self.exprs(&set.elts)),
            ast::Expr::Dict(dict) => self.dict(dict),
            ast::Expr::ListComp(list) => {
                self.comprehension(ComprehensionKind::List, None, &list.elt, &list.generators)
            }
            ast::Expr::SetComp(set) => {
                self.comprehension(ComprehensionKind::Set, None, &set.elt, &set.generators)
            }
            ast::Expr::Generator(generator) => self.comprehension(
                ComprehensionKind::Generator,
                None,
                &generator.elt,
                &generator.generators,
            ),
            ast::Expr::DictComp(dict) => self.dict_comprehension(dict),
            ast::Expr::Await(wait) => ExprKind::Await(self.boxed(&wait.value)),
            ast::Expr::Yield(yielded) => {
                self.yields = true;
                let value = self.optional_boxed(yielded.value.as_deref());
                ExprKind::Yield {
                    value,
                    delegate: false,
                }
            }
            ast::Expr::YieldFrom(yielded) => {
                self.yields = true;
                ExprKind::Yield {
                    value: Some(self.boxed(&yielded.value)),
                    delegate: true,
                }
            }
            ast::Expr::Starred(starred) => ExprKind::Spread(self.boxed(&starred.value)),
        }
    }

    fn variable(&mut self, name: &ast::ExprName) -> ExprKind {
        // The parser stands an empty name in for an expression that is missing.
        if name.id.is_empty() {
            ExprKind::Opaque(Vec::new())
        } else {
            ExprKind::Name(self.name(&name.id))
        }
    }

    fn attribute(&mut self, attribute: &ast::ExprAttribute) -> ExprKind {
        ExprKind::Member {
            object: self.boxed(&attribute.value),
            name: self.name(&attribute.attr.id),
            name_span: at(&attribute.attr),
        }
    }

    fn call(&mut self, call: &ast::ExprCall) -> ExprKind {
        let callee = self.boxed(&call.func);
        let mut args =
            Vec::with_capacity(call.arguments.args.len() + call.arguments.keywords.len());
        for argument in call.arguments.iter_source_order() {
            args.push(self.argument(argument));
        }
        ExprKind::Call { callee, args }
    }

    fn argument(&mut self, argument: ArgOrKeyword<'_>) -> Arg {
        match argument {
            ArgOrKeyword::Arg(ast::Expr::Starred(starred)) => {
                Arg::Spread(self.expr(&starred.value))
            }
            ArgOrKeyword::Arg(value) => Arg::Positional(self.expr(value)),
            ArgOrKeyword::Keyword(keyword) => match &keyword.arg {
                Some(name) => Arg::Named {
                    name: self.name(&name.id),
                    value: self.expr(&keyword.value),
                },
                None => Arg::SpreadMap(self.expr(&keyword.value)),
            },
        }
    }

    fn dict(&mut self, dict: &ast::ExprDict) -> ExprKind {
        let entries = dict.items.iter().map(|item| match &item.key {
            Some(key) => Entry::Pair {
                key: self.expr(key),
                value: self.expr(&item.value),
            },
            None => Entry::Spread(self.expr(&item.value)),
        });
        ExprKind::Map(entries.collect())
    }

    fn lambda(&mut self, lambda: &ast::ExprLambda) -> ExprKind {
        let span = at(lambda);
        let params = lambda
            .parameters
            .as_deref()
            .map_or_else(Vec::new, |params| self.params(params));
        let outer = std::mem::replace(&mut self.yields, false);
        let value = self.expr(&lambda.body);
        let is_generator = std::mem::replace(&mut self.yields, outer);
        ExprKind::Function(Box::new(Function {
            name: None,
            name_span: Span::new(span.start, span.start),
            params,
            body: vec![Stmt {
                span: value.span,
                kind: StmtKind::Return(Some(value)),
            }],
            decorators: Vec::new(),
            returns: None,
            is_async: false,
            is_generator,
            is_arrow: false,
            span,
        }))
    }

    fn dict_comprehension(&mut self, dict: &ast::ExprDictComp) -> ExprKind {
        let key = self.optional(dict.key.as_deref());
        self.comprehension(ComprehensionKind::Map, key, &dict.value, &dict.generators)
    }

    fn comprehension(
        &mut self,
        kind: ComprehensionKind,
        key: Option<Expr>,
        element: &ast::Expr,
        clauses: &[ast::Comprehension],
    ) -> ExprKind {
        let element = self.expr(element);
        let clauses = clauses.iter().map(|clause| ComprehensionClause {
            target: self.target(&clause.target),
            iter: self.expr(&clause.iter),
            conditions: self.exprs(&clause.ifs),
        });
        let clauses = clauses.collect();
        ExprKind::Comprehension(Box::new(Comprehension {
            kind,
            element,
            key,
            clauses,
        }))
    }

    /// A binary operator and the operators down its left side, which the parser nests one in the other.
    fn binary(&mut self, top: &ast::ExprBinOp) -> ExprKind {
        let op = binary_op(top.op);
        if !top.left.is_bin_op_expr() {
            return ExprKind::Binary {
                op,
                left: self.boxed(&top.left),
                right: self.boxed(&top.right),
            };
        }
        let mut links = vec![top];
        let mut first = &*top.left;
        while let ast::Expr::BinOp(inner) = first {
            links.push(inner);
            first = &inner.left;
        }
        if links.len() > LONG_CHAIN {
            return self.long_chain(first, &links);
        }
        let granted = 1 + links[1..]
            .iter()
            .take_while(|link| self.depth.enter(at(**link)))
            .count();
        let mut left = match links.get(granted) {
            None => self.expr(first),
            Some(beyond) => Expr {
                kind: ExprKind::Opaque(Vec::new()),
                span: at(*beyond),
            },
        };
        for link in links[1..granted].iter().rev() {
            let right = self.boxed(&link.right);
            let op = binary_op(link.op);
            left = Expr {
                kind: ExprKind::Binary {
                    op,
                    left: Box::new(left),
                    right,
                },
                span: at(*link),
            };
            self.depth.leave();
        }
        ExprKind::Binary {
            op,
            left: Box::new(left),
            right: self.boxed(&top.right),
        }
    }

    /// A chain too long to nest: halved again and again where grouping does not matter, flat where it does.
    fn long_chain(&mut self, first: &ast::Expr, links: &[&ast::ExprBinOp]) -> ExprKind {
        let operands: Vec<&ast::Expr> = std::iter::once(first)
            .chain(links.iter().rev().map(|link| &*link.right))
            .collect();
        let op = links[0].op;
        if is_associative(op) && links.iter().all(|link| link.op == op) {
            let op = binary_op(op);
            self.balanced(
                &operands,
                at(links[0]),
                |left, right| ExprKind::Binary { op, left, right },
                |this, operand| this.expr(operand),
            )
            .kind
        } else {
            ExprKind::Opaque(
                operands
                    .into_iter()
                    .map(|operand| self.expr(operand))
                    .collect(),
            )
        }
    }

    fn logic(&mut self, logic: &ast::ExprBoolOp) -> ExprKind {
        let op = match logic.op {
            ast::BoolOp::And => LogicOp::And,
            ast::BoolOp::Or => LogicOp::Or,
        };
        self.balanced(
            &logic.values,
            at(logic),
            |left, right| ExprKind::Logic { op, left, right },
            |this, operand| this.expr(operand),
        )
        .kind
    }

    fn compare(&mut self, compare: &ast::ExprCompare) -> ExprKind {
        if let ([op], [right]) = (&*compare.ops, &*compare.comparators) {
            let (left, right) = (self.boxed(&compare.left), self.boxed(right));
            return ExprKind::Compare {
                op: compare_op(*op),
                left,
                right,
            };
        }
        // Doubling the middle operands of a chain inside a chain inside a chain grows exponentially.
        if self.doubled >= MAX_DOUBLED {
            let mut operands = vec![self.expr(&compare.left)];
            operands.extend(compare.comparators.iter().map(|operand| self.expr(operand)));
            return ExprKind::Opaque(operands);
        }
        let lefts = std::iter::once(&*compare.left).chain(&compare.comparators);
        let pairs: Vec<_> = lefts.zip(&compare.ops).zip(&compare.comparators).collect();
        self.doubled += 1;
        let chain = self.balanced(
            &pairs,
            at(compare),
            |left, right| ExprKind::Logic {
                op: LogicOp::And,
                left,
                right,
            },
            |this, ((left, op), right)| {
                let (left, right) = (this.boxed(left), this.boxed(right));
                let span = left.span.to(right.span);
                Expr {
                    kind: ExprKind::Compare {
                        op: compare_op(**op),
                        left,
                        right,
                    },
                    span,
                }
            },
        );
        self.doubled -= 1;
        chain.kind
    }

    /// Joins items in order with an operator for which grouping does not matter, nesting as little as possible.
    fn balanced<T>(
        &mut self,
        items: &[T],
        whole: Span,
        join: impl Fn(Box<Expr>, Box<Expr>) -> ExprKind + Copy,
        leaf: impl Fn(&mut Self, &T) -> Expr + Copy,
    ) -> Expr {
        if let [item] = items {
            return leaf(self, item);
        }
        if items.is_empty() || !self.depth.enter(whole) {
            return Expr {
                kind: ExprKind::Opaque(Vec::new()),
                span: whole,
            };
        }
        let (left, right) = items.split_at(items.len().div_ceil(2));
        let left = self.balanced(left, whole, join, leaf);
        let right = self.balanced(right, whole, join, leaf);
        self.depth.leave();
        let span = left.span.to(right.span);
        Expr {
            kind: join(Box::new(left), Box::new(right)),
            span,
        }
    }

    /// An annotation. One written as a string is read as the expression inside, or left out if it is none.
    pub(super) fn annotation(&mut self, annotation: &ast::Expr) -> Option<Expr> {
        let ast::Expr::StringLiteral(string) = annotation else {
            return Some(self.expr(annotation));
        };
        if string.value.len() > LONG_ANNOTATION {
            return None;
        }
        let parsed = ruff_python_parser::typing::parse_type_annotation(string, self.text).ok()?;
        let expr = self.expr(parsed.expression());
        Some(expr)
    }

    pub(super) fn optional_annotation(&mut self, annotation: Option<&ast::Expr>) -> Option<Expr> {
        annotation.and_then(|annotation| self.annotation(annotation))
    }

    pub(super) fn optional_name(&mut self, name: Option<&ast::Identifier>) -> Option<Sym> {
        name.map(|name| self.name(&name.id))
    }
}

fn number_kind(number: &ast::Number) -> ExprKind {
    match number {
        ast::Number::Int(value) => value
            .as_i64()
            .map_or(ExprKind::Opaque(Vec::new()), ExprKind::Int),
        ast::Number::Float(value) => ExprKind::Float(*value),
        ast::Number::Complex { real: _, imag: _ } => ExprKind::Opaque(Vec::new()),
    }
}

/// Whether `(a op b) op c` is `a op (b op c)` for the built-in types, strings and lists among them.
fn is_associative(op: ast::Operator) -> bool {
    use ast::Operator::{
        Add, BitAnd, BitOr, BitXor, Div, FloorDiv, LShift, MatMult, Mod, Mult, Pow, RShift, Sub,
    };
    match op {
        Add | Mult | BitAnd | BitOr | BitXor => true,
        Sub | MatMult | Div | FloorDiv | Mod | Pow | LShift | RShift => false,
    }
}

pub(super) fn binary_op(op: ast::Operator) -> BinaryOp {
    match op {
        ast::Operator::Add => BinaryOp::Add,
        ast::Operator::Sub => BinaryOp::Sub,
        ast::Operator::Mult => BinaryOp::Mul,
        ast::Operator::MatMult => BinaryOp::MatMul,
        ast::Operator::Div => BinaryOp::Div,
        ast::Operator::Mod => BinaryOp::Mod,
        ast::Operator::Pow => BinaryOp::Pow,
        ast::Operator::LShift => BinaryOp::Shl,
        ast::Operator::RShift => BinaryOp::Shr,
        ast::Operator::BitOr => BinaryOp::BitOr,
        ast::Operator::BitXor => BinaryOp::BitXor,
        ast::Operator::BitAnd => BinaryOp::BitAnd,
        ast::Operator::FloorDiv => BinaryOp::FloorDiv,
    }
}

fn unary_op(op: ast::UnaryOp) -> UnaryOp {
    match op {
        ast::UnaryOp::Invert => UnaryOp::Invert,
        ast::UnaryOp::Not => UnaryOp::Not,
        ast::UnaryOp::UAdd => UnaryOp::Plus,
        ast::UnaryOp::USub => UnaryOp::Minus,
    }
}

fn compare_op(op: ast::CmpOp) -> CompareOp {
    match op {
        ast::CmpOp::Eq => CompareOp::Eq,
        ast::CmpOp::NotEq => CompareOp::NotEq,
        ast::CmpOp::Lt => CompareOp::Lt,
        ast::CmpOp::LtE => CompareOp::LtEq,
        ast::CmpOp::Gt => CompareOp::Gt,
        ast::CmpOp::GtE => CompareOp::GtEq,
        ast::CmpOp::Is => CompareOp::Is,
        ast::CmpOp::IsNot => CompareOp::IsNot,
        ast::CmpOp::In => CompareOp::In,
        ast::CmpOp::NotIn => CompareOp::NotIn,
    }
}
