//! The surface tree: what a file says, in one shape for all languages, before any name is resolved.

use shindan_base::{Span, Sym};

use crate::Language;

/// One parsed file.
#[derive(Debug)]
pub struct Tree {
    /// What it was parsed as.
    pub language: Language,
    /// The top-level statements in source order.
    pub body: Vec<Stmt>,
    /// What could not be read, in source order; empty for a clean parse.
    pub issues: Vec<ParseIssue>,
    /// Every comment in source order, delimiters included in the span.
    pub comments: Vec<Span>,
}

/// A part of a file that could not be read as its language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseIssue {
    /// Where.
    pub span: Span,
    /// What the parser said, one line.
    pub message: String,
}

/// An expression.
#[derive(Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of expression.
#[derive(Debug)]
pub enum ExprKind {
    /// A plain identifier.
    Name(Sym),
    /// A string literal, decoded.
    Str(Sym),
    /// A byte string literal, its printable form (`b'ab\x00'` is `ab\x00` with the escape kept for non-ASCII bytes).
    Bytes(Sym),
    /// An integer that fits; larger ones are `Opaque`.
    Int(i64),
    /// A number with a fraction or an exponent.
    Float(f64),
    /// `true`/`True`.
    Bool(bool),
    /// `null`, `None`.
    Null,
    /// JavaScript `undefined` (also `void 0`).
    Undefined,
    /// A regular expression literal.
    Regex { pattern: Sym, flags: Sym },
    /// `this`.
    This,
    /// `super` (Python: `super()` is a call of the name).
    Super,
    /// An f-string or template literal: `Str` parts and holes in source order.
    Template(Vec<Expr>),
    /// A tagged template.
    TaggedTemplate { tag: Box<Expr>, parts: Vec<Expr> },
    /// `object.name`; JavaScript's `?.` and `#private` too (the `#` is part of the name).
    Member {
        object: Box<Expr>,
        name: Sym,
        name_span: Span,
    },
    /// `object[index]`.
    Index { object: Box<Expr>, index: Box<Expr> },
    /// `lower:upper:step` inside an index.
    Slice {
        lower: Option<Box<Expr>>,
        upper: Option<Box<Expr>>,
        step: Option<Box<Expr>>,
    },
    /// A call.
    Call { callee: Box<Expr>, args: Vec<Arg> },
    /// `new callee(args)`.
    New { callee: Box<Expr>, args: Vec<Arg> },
    /// JavaScript `import(x)`.
    ImportCall(Box<Expr>),
    /// An operator with one operand.
    Unary { op: UnaryOp, operand: Box<Expr> },
    /// An arithmetic or bit operator.
    Binary {
        op: BinaryOp,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// A short-circuit operator.
    Logic {
        op: LogicOp,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// A comparison; Python's chains arrive as `Logic` `And` of pairs.
    Compare {
        op: CompareOp,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// `cond ? then : els`, `then if cond else els`.
    Ternary {
        cond: Box<Expr>,
        then: Box<Expr>,
        els: Box<Expr>,
    },
    /// `target = value`; its value is the assigned one. Python's `a = b = c` nests: `a = (b = c)`. `:=` too.
    Assign {
        target: Box<Pattern>,
        value: Box<Expr>,
    },
    /// `target op= value`.
    AugAssign {
        op: AugOp,
        target: Box<Expr>,
        value: Box<Expr>,
    },
    /// `x++`, `--x`: the target and whether it grows.
    Update { target: Box<Expr>, increment: bool },
    /// `await x`.
    Await(Box<Expr>),
    /// `yield x`, `yield* x`, `yield from x`.
    Yield {
        value: Option<Box<Expr>>,
        delegate: bool,
    },
    /// A lambda, arrow function or function expression.
    Function(Box<Function>),
    /// A class expression.
    Class(Box<Class>),
    /// `[a, b]`; `Spread` elements allowed. A hole is `Undefined`.
    List(Vec<Expr>),
    /// `(a, b)`.
    Tuple(Vec<Expr>),
    /// `{a, b}` in Python.
    Set(Vec<Expr>),
    /// A dict or object literal.
    Map(Vec<Entry>),
    /// A comprehension or generator expression.
    Comprehension(Box<Comprehension>),
    /// `*x`, `...x` (inside lists and calls).
    Spread(Box<Expr>),
    /// `a, b` in JavaScript; the last is the value.
    Sequence(Vec<Expr>),
    /// A cast or type assertion that keeps its operand: `x as T`, `<T>x`, `x!`, `x satisfies T`.
    Cast {
        operand: Box<Expr>,
        ty: Option<Box<Expr>>,
    },
    /// A JSX element or fragment.
    Element(Box<Element>),
    /// `Type::method`, `object::method` (Java).
    MethodRef {
        object: Box<Expr>,
        name: Sym,
        name_span: Span,
    },
    /// Statements and then a value: `switch` expressions, Ruby's `if` and `case` as values. Names that they declare are
    /// visible in the value; an adapter that needs a variable of its own gives it a name that no program can write.
    Do { body: Vec<Stmt>, value: Box<Expr> },
    /// Anything else, its operands kept.
    Opaque(Vec<Expr>),
}

/// An argument of a call.
#[derive(Debug)]
pub enum Arg {
    /// By position.
    Positional(Expr),
    /// By name: `name=value`.
    Named { name: Sym, value: Expr },
    /// `*args`, `...args`.
    Spread(Expr),
    /// `**kwargs`.
    SpreadMap(Expr),
    /// A variable that the callee may assign (C# `out`, `ref`); `value` is what it holds before (`ref`).
    Out {
        target: Box<Pattern>,
        value: Option<Box<Expr>>,
    },
}

/// An entry of a map or object literal.
#[derive(Debug)]
pub enum Entry {
    /// `key: value`. JavaScript's `{name: v}` and shorthand have a `Str` key; methods have a `Function` value.
    Pair { key: Expr, value: Expr },
    /// A getter or setter.
    Accessor {
        key: Expr,
        function: Box<Function>,
        is_setter: bool,
    },
    /// `**m`, `...m`.
    Spread(Expr),
}

/// A JSX element.
#[derive(Debug)]
pub struct Element {
    /// The tag: `Str` for an intrinsic element (`div`), an expression for a component, `None` for a fragment.
    pub name: Option<Expr>,
    /// Attributes: name and value (`None`: bare attribute); a spread has an empty name.
    pub attributes: Vec<(Sym, Option<Expr>)>,
    /// Children; text arrives as `Str`.
    pub children: Vec<Expr>,
}

/// A comprehension.
#[derive(Debug)]
pub struct Comprehension {
    /// What is built.
    pub kind: ComprehensionKind,
    /// The element; of a map the value.
    pub element: Expr,
    /// The key of a map.
    pub key: Option<Expr>,
    /// `for target in iter if cond…`, outermost first.
    pub clauses: Vec<ComprehensionClause>,
}

/// What a comprehension builds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComprehensionKind {
    /// `[…]`.
    List,
    /// `{…}`.
    Set,
    /// `{k: v …}`.
    Map,
    /// `(…)`.
    Generator,
}

/// One `for … in … if …`.
#[derive(Debug)]
pub struct ComprehensionClause {
    /// What each element is bound to.
    pub target: Pattern,
    /// What is iterated.
    pub iter: Expr,
    /// The conditions.
    pub conditions: Vec<Expr>,
}

/// Operators with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// `not`, `!`.
    Not,
    /// `-`.
    Minus,
    /// `+`.
    Plus,
    /// `~`.
    Invert,
    /// `typeof`.
    TypeOf,
    /// `void`.
    Void,
    /// `delete`.
    Delete,
}

/// Arithmetic and bit operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `+`, which also joins strings.
    Add,
    /// `-`.
    Sub,
    /// `*`.
    Mul,
    /// `/`.
    Div,
    /// `//`.
    FloorDiv,
    /// `%`, which also formats strings in Python.
    Mod,
    /// `**`.
    Pow,
    /// `@`.
    MatMul,
    /// `<<`.
    Shl,
    /// `>>`.
    Shr,
    /// `>>>`.
    UShr,
    /// `&`.
    BitAnd,
    /// `|`.
    BitOr,
    /// `^`.
    BitXor,
}

/// Short-circuit operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LogicOp {
    /// `and`, `&&`.
    And,
    /// `or`, `||`.
    Or,
    /// `??`.
    Coalesce,
}

/// Comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CompareOp {
    /// `==`.
    Eq,
    /// `!=`.
    NotEq,
    /// `===`.
    StrictEq,
    /// `!==`.
    StrictNotEq,
    /// `<`.
    Lt,
    /// `<=`.
    LtEq,
    /// `>`.
    Gt,
    /// `>=`.
    GtEq,
    /// `is`.
    Is,
    /// `is not`.
    IsNot,
    /// `in`.
    In,
    /// `not in`.
    NotIn,
    /// `instanceof`.
    InstanceOf,
}

/// What an augmented assignment applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AugOp {
    /// `+=` and the like.
    Binary(BinaryOp),
    /// `&&=`, `||=`, `??=`.
    Logic(LogicOp),
}

/// What a value is bound to.
#[derive(Debug)]
pub struct Pattern {
    /// What it is.
    pub kind: PatternKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of binding.
#[derive(Debug)]
pub enum PatternKind {
    /// A variable.
    Name(Sym),
    /// Another place: a `Member` or `Index` expression.
    Place(Expr),
    /// `a, b, *rest` / `[a, b, ...rest]`; `None` is a hole.
    List {
        items: Vec<Option<Pattern>>,
        rest: Option<(usize, Box<Pattern>)>,
    },
    /// `{key: pattern, ...rest}`.
    Map {
        entries: Vec<(Expr, Pattern)>,
        rest: Option<Box<Pattern>>,
    },
    /// `pattern = default`.
    Default {
        pattern: Box<Pattern>,
        default: Box<Expr>,
    },
}

/// A statement.
#[derive(Debug)]
pub struct Stmt {
    /// What it is.
    pub kind: StmtKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of statement.
#[derive(Debug)]
pub enum StmtKind {
    /// An expression; assignments too.
    Expr(Expr),
    /// A declaration (`var`, `let`, `const`; Python annotated variables are `Let` with kind `Assign`).
    Let {
        kind: LetKind,
        pattern: Pattern,
        ty: Option<Expr>,
        value: Option<Expr>,
    },
    /// A function declaration.
    Function(Box<Function>),
    /// A class declaration.
    Class(Box<Class>),
    /// `if`; `elif` nests in `els`.
    If {
        cond: Expr,
        then: Vec<Stmt>,
        els: Vec<Stmt>,
    },
    /// `while`; `els` is Python's `else`.
    While {
        cond: Expr,
        body: Vec<Stmt>,
        els: Vec<Stmt>,
    },
    /// `do … while`.
    DoWhile { body: Vec<Stmt>, cond: Expr },
    /// `for (init; cond; update)`.
    For {
        init: Vec<Stmt>,
        cond: Option<Expr>,
        update: Option<Expr>,
        body: Vec<Stmt>,
    },
    /// `for x in xs`, `for (const x of xs)`, `for (k in o)`.
    ForEach {
        kind: ForEachKind,
        target: Pattern,
        declares: Option<LetKind>,
        iter: Expr,
        body: Vec<Stmt>,
        els: Vec<Stmt>,
    },
    /// `switch` (falls through) and `match` (does not).
    Switch {
        subject: Expr,
        cases: Vec<Case>,
        falls_through: bool,
    },
    /// `return`.
    Return(Option<Expr>),
    /// `throw`, `raise`.
    Throw(Option<Expr>),
    /// `try`.
    Try {
        body: Vec<Stmt>,
        handlers: Vec<Handler>,
        els: Vec<Stmt>,
        finally: Vec<Stmt>,
    },
    /// `with a as b`.
    With {
        items: Vec<(Expr, Option<Pattern>)>,
        body: Vec<Stmt>,
    },
    /// `break`.
    Break(Option<Sym>),
    /// `continue`.
    Continue(Option<Sym>),
    /// `label: stmt`.
    Label(Sym, Box<Stmt>),
    /// An import declaration.
    Import(Import),
    /// An export declaration.
    Export(Box<Export>),
    /// `global a`.
    Global(Vec<Sym>),
    /// `nonlocal a`.
    Nonlocal(Vec<Sym>),
    /// `del a`.
    Delete(Vec<Expr>),
    /// `assert cond, message`.
    Assert { cond: Expr, message: Option<Expr> },
    /// A block.
    Block(Vec<Stmt>),
    /// `package a.b;`, `namespace A.B { … }`: the dotted name and what stands in it.
    Namespace { name: Sym, body: Vec<Stmt> },
    /// `pass`, `;`, a type declaration.
    Pass,
}

/// How a name is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LetKind {
    /// Function scoped: `var`.
    Var,
    /// Block scoped: `let`, `using`.
    Let,
    /// Block scoped, never reassigned.
    Const,
    /// Python: `x: T = v`, which declares nothing new.
    Assign,
}

/// What a loop over a collection visits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForEachKind {
    /// The elements (Python: of a dict, its keys).
    Of,
    /// The property names.
    In,
    /// The elements, awaited.
    Await,
}

/// One case of a `switch` or `match`.
#[derive(Debug)]
pub struct Case {
    /// What it matches; empty for `default`.
    pub tests: Vec<CaseTest>,
    /// `if guard`.
    pub guard: Option<Expr>,
    /// What it does.
    pub body: Vec<Stmt>,
    /// Where it stands.
    pub span: Span,
}

/// What a case matches. Several tests of a case are alternatives.
#[derive(Debug)]
pub enum CaseTest {
    /// A value, compared for equality.
    Value(Expr),
    /// Anything, possibly bound to a name.
    Any(Option<Sym>),
    /// `Class(a, b, key=p)`: the class and the names bound anywhere inside.
    Class { class: Expr, binds: Vec<Sym> },
    /// A sequence or mapping pattern: the names bound anywhere inside.
    Structure { binds: Vec<Sym> },
}

/// An exception handler.
#[derive(Debug)]
pub struct Handler {
    /// The exception classes; empty catches all.
    pub types: Vec<Expr>,
    /// What the exception is bound to.
    pub binding: Option<Pattern>,
    /// What it does.
    pub body: Vec<Stmt>,
    /// Where it stands.
    pub span: Span,
}

/// An import declaration. CommonJS `require` is an ordinary call.
#[derive(Debug)]
pub struct Import {
    /// The module as written (`a.b`, `./x`, `@aws-sdk/client-s3`); empty for `from . import x`.
    pub module: Sym,
    /// How many leading dots (Python).
    pub level: u32,
    /// What is bound.
    pub names: Vec<ImportName>,
    /// Where the module's name stands.
    pub module_span: Span,
    /// TypeScript `import type`.
    pub type_only: bool,
    /// C# `global using`: holds for every file of the project.
    pub is_global: bool,
}

/// One name that an import binds.
#[derive(Debug)]
pub enum ImportName {
    /// `import a.b.c` (Python): binds `a`.
    Root { local: Sym },
    /// `import a.b as x`, `import * as x from`, `import x = require()`: binds the module.
    Module { local: Sym },
    /// `from m import name as local`, `import {name as local}`; the default export has the name `default`.
    Item { name: Sym, local: Sym, span: Span },
    /// `from m import *`; Java `import m.*` and `import static m.*`, C# `using m` and `using static m`.
    All,
}

/// An export declaration.
#[derive(Debug)]
pub enum Export {
    /// `export const …`, `export function …`.
    Declaration(Stmt),
    /// `export default …`; `export = …` too.
    Default(Expr),
    /// `export {local as exported}`.
    Names(Vec<(Sym, Sym)>),
    /// `export {name as exported} from "m"`.
    From {
        module: Sym,
        names: Vec<(Sym, Sym)>,
        span: Span,
    },
    /// `export * from "m"`, `export * as ns from "m"`.
    All {
        module: Sym,
        alias: Option<Sym>,
        span: Span,
    },
}

/// A function, method, lambda.
#[derive(Debug)]
pub struct Function {
    /// Its name; `None` for a lambda.
    pub name: Option<Sym>,
    /// Where the name stands (the whole function's start for a lambda).
    pub name_span: Span,
    /// Its parameters.
    pub params: Vec<Param>,
    /// What it does. An arrow with an expression body has one `Return`.
    pub body: Vec<Stmt>,
    /// Decorators, outermost first.
    pub decorators: Vec<Expr>,
    /// Its declared result type.
    pub returns: Option<Expr>,
    /// `async`.
    pub is_async: bool,
    /// Contains `yield`.
    pub is_generator: bool,
    /// An arrow function: `this` is the enclosing one's.
    pub is_arrow: bool,
    /// Where it stands, decorators excluded.
    pub span: Span,
}

/// A parameter.
#[derive(Debug)]
pub struct Param {
    /// What it binds.
    pub pattern: Pattern,
    /// Its default.
    pub default: Option<Expr>,
    /// Its declared type.
    pub ty: Option<Expr>,
    /// How arguments arrive.
    pub kind: ParamKind,
    /// Decorators (TypeScript).
    pub decorators: Vec<Expr>,
}

/// How arguments arrive in a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamKind {
    /// One argument, by position or name.
    Plain,
    /// One argument, by name only.
    NamedOnly,
    /// All further positional ones.
    Rest,
    /// All further named ones.
    RestMap,
    /// The block of a Ruby method (`&block`); a method that only yields has such a parameter too. A call passes its block
    /// as the named argument `&`.
    Block,
}

/// A class.
#[derive(Debug)]
pub struct Class {
    /// Its name.
    pub name: Option<Sym>,
    /// Where the name stands.
    pub name_span: Span,
    /// What it is.
    pub kind: ClassKind,
    /// May have further parts elsewhere: C# `partial`, Ruby's classes and modules.
    pub is_open: bool,
    /// Its instances know the instance of the enclosing class that made them: Java's inner, local and anonymous classes.
    pub is_inner: bool,
    /// What it extends or implements.
    pub bases: Vec<Expr>,
    /// Keyword arguments of a Python class statement.
    pub keywords: Vec<(Sym, Expr)>,
    /// Methods, fields and other statements in source order.
    pub members: Vec<Member>,
    /// Decorators, outermost first.
    pub decorators: Vec<Expr>,
    /// Where it stands, decorators excluded.
    pub span: Span,
}

/// What a class declaration declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClassKind {
    /// A class that can have instances; records, structs and enumerations too.
    Class,
    /// A class whose instances are all of its subclasses.
    Abstract,
    /// An interface.
    Interface,
    /// A Ruby module: a namespace, and methods that classes include.
    Module,
}

/// A member of a class.
#[derive(Debug)]
pub struct Member {
    /// What it is.
    pub kind: MemberKind,
    /// Whether code outside the class may use it; always so where the language does not say.
    pub is_public: bool,
    /// `static`; Python: `@staticmethod`, `@classmethod` and class-level assignments are seen by the decorators.
    pub is_static: bool,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of class member.
#[derive(Debug)]
pub enum MemberKind {
    /// A method or constructor (Python `__init__`, JavaScript `constructor`).
    Method {
        name: Sym,
        function: Box<Function>,
        accessor: Accessor,
    },
    /// A method with a computed name.
    ComputedMethod { name: Expr, function: Box<Function> },
    /// A field.
    Field {
        name: Sym,
        value: Option<Expr>,
        ty: Option<Expr>,
        decorators: Vec<Expr>,
    },
    /// Any other statement of a Python class body, or a JavaScript static block.
    Stmt(Stmt),
}

/// Whether a method reads or writes like a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accessor {
    /// An ordinary method.
    None,
    /// A getter (`@property` too).
    Get,
    /// A setter.
    Set,
}
