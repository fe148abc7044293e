//! Drops a parse tree without recursion.
//!
//! Dropping nested boxes recurs once a level, so a tree as deep as a hostile file is long overflows the stack. Here
//! every node hands its children to a worklist first and is shallow when it goes.
//!
//! **Invariant.** Each expression, statement, match pattern and format specification inside a node ends up on the
//! worklist; parts that hold none are dropped in place.

use ruff_python_ast::{
    Arguments, Comprehension, Decorator, ElifElseClause, ExceptHandler, Expr, ExprNoneLiteral,
    FStringPart, InterpolatedStringElement, InterpolatedStringFormatSpec, Mod, Parameters, Pattern,
    Stmt, TypeParam, TypeParams,
};

/// Drops a module.
pub(super) fn module(module: Mod) {
    let mut pile = Pile::default();
    match module {
        Mod::Module(module) => pile.stmts.extend(module.body),
        Mod::Expression(expression) => pile.exprs.push(*expression.body),
    }
    loop {
        if let Some(expr) = pile.exprs.pop() {
            pile.expr(expr);
        } else if let Some(spec) = pile.specs.pop() {
            pile.spec(spec);
        } else if let Some(pattern) = pile.patterns.pop() {
            pile.pattern(pattern);
        } else if let Some(stmt) = pile.stmts.pop() {
            pile.stmt(stmt);
        } else {
            return;
        }
    }
}

#[derive(Default)]
struct Pile {
    exprs: Vec<Expr>,
    specs: Vec<InterpolatedStringFormatSpec>,
    patterns: Vec<Pattern>,
    stmts: Vec<Stmt>,
}

impl Pile {
    fn optional(&mut self, expr: Option<Box<Expr>>) {
        self.exprs.extend(expr.map(|expr| *expr));
    }

    fn expr(&mut self, expr: Expr) {
        match expr {
            Expr::BoolOp(logic) => self.exprs.extend(logic.values),
            Expr::Named(named) => {
                self.exprs.push(*named.target);
                self.exprs.push(*named.value);
            }
            Expr::BinOp(binary) => {
                self.exprs.push(*binary.left);
                self.exprs.push(*binary.right);
            }
            Expr::UnaryOp(unary) => self.exprs.push(*unary.operand),
            Expr::Lambda(lambda) => {
                self.exprs.push(*lambda.body);
                if let Some(parameters) = lambda.parameters {
                    self.parameters(*parameters);
                }
            }
            Expr::If(ternary) => {
                self.exprs.push(*ternary.test);
                self.exprs.push(*ternary.body);
                self.exprs.push(*ternary.orelse);
            }
            Expr::Dict(dict) => {
                for item in dict.items {
                    self.exprs.extend(item.key);
                    self.exprs.push(item.value);
                }
            }
            Expr::Set(set) => self.exprs.extend(set.elts),
            Expr::ListComp(list) => self.comprehension(*list.elt, list.generators),
            Expr::SetComp(set) => self.comprehension(*set.elt, set.generators),
            Expr::Generator(generator) => self.comprehension(*generator.elt, generator.generators),
            Expr::DictComp(dict) => {
                self.optional(dict.key);
                self.comprehension(*dict.value, dict.generators);
            }
            Expr::Await(wait) => self.exprs.push(*wait.value),
            Expr::Yield(yielded) => self.optional(yielded.value),
            Expr::YieldFrom(yielded) => self.exprs.push(*yielded.value),
            Expr::Compare(compare) => {
                self.exprs.push(*compare.left);
                self.exprs.extend(compare.comparators);
            }
            Expr::Call(call) => {
                self.exprs.push(*call.func);
                self.arguments(call.arguments);
            }
            Expr::FString(mut string) => {
                for part in string.value.iter_mut() {
                    match part {
                        FStringPart::Literal(_) => {}
                        FStringPart::FString(inner) => self.elements(&mut inner.elements),
                    }
                }
            }
            Expr::TString(mut string) => {
                for inner in string.value.iter_mut() {
                    self.elements(&mut inner.elements);
                }
            }
            Expr::Attribute(attribute) => self.exprs.push(*attribute.value),
            Expr::Subscript(subscript) => {
                self.exprs.push(*subscript.value);
                self.exprs.push(*subscript.slice);
            }
            Expr::Starred(starred) => self.exprs.push(*starred.value),
            Expr::List(list) => self.exprs.extend(list.elts),
            Expr::Tuple(tuple) => self.exprs.extend(tuple.elts),
            Expr::Slice(slice) => {
                self.optional(slice.lower);
                self.optional(slice.upper);
                self.optional(slice.step);
            }
            Expr::StringLiteral(_)
            | Expr::BytesLiteral(_)
            | Expr::NumberLiteral(_)
            | Expr::BooleanLiteral(_)
            | Expr::NoneLiteral(_)
            | Expr::EllipsisLiteral(_)
            | Expr::Name(_)
            | Expr::IpyEscapeCommand(_) => {}
        }
    }

    fn elements(&mut self, elements: &mut [InterpolatedStringElement]) {
        for element in elements {
            match element {
                InterpolatedStringElement::Literal(_) => {}
                InterpolatedStringElement::Interpolation(hole) => {
                    self.specs.extend(hole.format_spec.take().map(|spec| *spec));
                    let nothing = Expr::NoneLiteral(ExprNoneLiteral::default());
                    self.exprs
                        .push(std::mem::replace(&mut *hole.expression, nothing));
                }
            }
        }
    }

    fn spec(&mut self, mut spec: InterpolatedStringFormatSpec) {
        self.elements(&mut spec.elements);
    }

    fn comprehension(&mut self, element: Expr, clauses: Vec<Comprehension>) {
        self.exprs.push(element);
        for clause in clauses {
            self.exprs.extend([clause.target, clause.iter]);
            self.exprs.extend(clause.ifs);
        }
    }

    fn arguments(&mut self, arguments: Arguments) {
        self.exprs.extend(arguments.args);
        self.exprs
            .extend(arguments.keywords.into_iter().map(|keyword| keyword.value));
    }

    fn parameters(&mut self, parameters: Parameters) {
        let plain = parameters.posonlyargs.into_iter().chain(parameters.args);
        for parameter in plain.chain(parameters.kwonlyargs) {
            self.optional(parameter.default);
            self.optional(parameter.parameter.annotation);
        }
        for rest in [parameters.vararg, parameters.kwarg].into_iter().flatten() {
            self.optional(rest.annotation);
        }
    }

    fn decorators(&mut self, decorators: impl IntoIterator<Item = Decorator>) {
        self.exprs
            .extend(decorators.into_iter().map(|decorator| decorator.expression));
    }

    fn type_params(&mut self, params: Option<Box<TypeParams>>) {
        for param in params.into_iter().flat_map(|params| params.type_params) {
            match param {
                TypeParam::TypeVar(variable) => {
                    self.optional(variable.bound);
                    self.optional(variable.default);
                }
                TypeParam::TypeVarTuple(tuple) => self.optional(tuple.default),
                TypeParam::ParamSpec(spec) => self.optional(spec.default),
            }
        }
    }

    fn pattern(&mut self, pattern: Pattern) {
        match pattern {
            Pattern::MatchValue(value) => self.exprs.push(*value.value),
            Pattern::MatchSequence(sequence) => self.patterns.extend(sequence.patterns),
            Pattern::MatchMapping(mapping) => {
                self.exprs.extend(mapping.keys);
                self.patterns.extend(mapping.patterns);
            }
            Pattern::MatchClass(class) => {
                self.exprs.push(*class.cls);
                self.patterns.extend(class.arguments.patterns);
                self.patterns.extend(
                    class
                        .arguments
                        .keywords
                        .into_iter()
                        .map(|keyword| keyword.pattern),
                );
            }
            Pattern::MatchAs(capture) => self
                .patterns
                .extend(capture.pattern.map(|pattern| *pattern)),
            Pattern::MatchOr(alternatives) => self.patterns.extend(alternatives.patterns),
            Pattern::MatchSingleton(_) | Pattern::MatchStar(_) => {}
        }
    }

    fn clause(&mut self, clause: ElifElseClause) {
        self.exprs.extend(clause.test);
        self.stmts.extend(clause.body);
    }

    fn stmt(&mut self, stmt: Stmt) {
        match stmt {
            Stmt::FunctionDef(function) => {
                self.decorators(function.decorator_list);
                self.type_params(function.type_params);
                self.parameters(*function.parameters);
                self.optional(function.returns);
                self.stmts.extend(function.body);
            }
            Stmt::ClassDef(class) => {
                self.decorators(class.decorator_list);
                self.type_params(class.type_params);
                if let Some(arguments) = class.arguments {
                    self.arguments(*arguments);
                }
                self.stmts.extend(class.body);
            }
            Stmt::Return(inner) => self.optional(inner.value),
            Stmt::Delete(delete) => self.exprs.extend(delete.targets),
            Stmt::TypeAlias(alias) => {
                self.exprs.push(*alias.name);
                self.type_params(alias.type_params);
                self.exprs.push(*alias.value);
            }
            Stmt::Assign(assign) => {
                self.exprs.extend(assign.targets);
                self.exprs.push(*assign.value);
            }
            Stmt::AugAssign(assign) => {
                self.exprs.push(*assign.target);
                self.exprs.push(*assign.value);
            }
            Stmt::AnnAssign(assign) => {
                self.exprs.push(*assign.target);
                self.exprs.push(*assign.annotation);
                self.optional(assign.value);
            }
            Stmt::For(each) => {
                self.exprs.push(*each.target);
                self.exprs.push(*each.iter);
                self.stmts.extend(each.body.into_iter().chain(each.orelse));
            }
            Stmt::While(inner) => {
                self.exprs.push(*inner.test);
                self.stmts
                    .extend(inner.body.into_iter().chain(inner.orelse));
            }
            Stmt::If(inner) => {
                self.exprs.push(*inner.test);
                self.stmts.extend(inner.body);
                inner
                    .elif_else_clauses
                    .into_iter()
                    .for_each(|clause| self.clause(clause));
            }
            Stmt::With(with) => {
                for item in with.items {
                    self.exprs.push(item.context_expr);
                    self.optional(item.optional_vars);
                }
                self.stmts.extend(with.body);
            }
            Stmt::Match(switch) => {
                self.exprs.push(*switch.subject);
                for case in switch.cases {
                    self.patterns.push(case.pattern);
                    self.optional(case.guard);
                    self.stmts.extend(case.body);
                }
            }
            Stmt::Raise(raise) => {
                self.optional(raise.exc);
                self.optional(raise.cause);
            }
            Stmt::Try(inner) => {
                for ExceptHandler::ExceptHandler(handler) in inner.handlers {
                    self.optional(handler.type_);
                    self.stmts.extend(handler.body);
                }
                self.stmts.extend(
                    inner
                        .body
                        .into_iter()
                        .chain(inner.orelse)
                        .chain(inner.finalbody),
                );
            }
            Stmt::Assert(assert) => {
                self.exprs.push(*assert.test);
                self.optional(assert.msg);
            }
            Stmt::Expr(inner) => self.exprs.push(*inner.value),
            Stmt::Import(_)
            | Stmt::ImportFrom(_)
            | Stmt::Global(_)
            | Stmt::Nonlocal(_)
            | Stmt::Pass(_)
            | Stmt::Break(_)
            | Stmt::Continue(_)
            | Stmt::IpyEscapeCommand(_) => {}
        }
    }
}
