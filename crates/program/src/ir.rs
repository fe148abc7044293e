//! The intermediate representation: functions of basic blocks of register instructions.
//!
//! A register that holds a named local may be written in several places; every other register is written once.
//! Locals that an inner function captures live in the *frame object* of their function instead (see [`Op::LoadCell`]),
//! module-level names always do ([`Op::LoadGlobal`]). Where no inner function assigns such a name, its own function also
//! keeps it in a named register, reads that, and writes both. A block runs from its first instruction to its terminator; an
//! exception leaves it for [`Block::handler`] from any point.

use shindan_base::{FileId, Span, Sym};
use shindan_source::Language;
pub use shindan_source::tree::{BinaryOp, ClassKind, CompareOp, ParamKind, UnaryOp};

/// One lowered file.
#[derive(Debug)]
pub struct Module {
    /// Which file.
    pub file: FileId,
    /// Its language.
    pub language: Language,
    /// Its functions; the first is the module body.
    pub functions: Vec<Func>,
    /// Its classes.
    pub classes: Vec<ClassDef>,
    /// Every module that it imports or requires by a constant name, in source order.
    pub requires: Vec<Require>,
    /// How names of classes, namespaces and inherited members are meant; empty where files import each other.
    pub nominal: Nominal,
}

/// What a file of a nominal language says about names that other files may declare.
#[derive(Debug, Default)]
pub struct Nominal {
    /// Where names are looked up from; the first is the file's.
    pub scopes: Vec<NameScope>,
    /// Names that stand for a qualified one in the whole file: `import a.b.C`, `using C = a.b.C`.
    pub aliases: Vec<(Sym, Sym)>,
    /// Namespaces and classes that the file imports all names of: `import a.b.*`, `using a.b`.
    pub imports: Vec<Sym>,
    /// Namespaces that the file imports for the whole project (C# `global using`).
    pub global_imports: Vec<Sym>,
    /// Top-level functions and constants, which every file may use (Ruby).
    pub globals: Vec<Sym>,
    /// Every name that is looked up, each once, in the order of first use.
    pub references: Vec<NameRef>,
    /// The classes that are instantiated by name.
    pub creates: Vec<NameRef>,
}

/// Index of a [`NameScope`] in its module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NameScopeId(pub u32);

/// A place in a file from which names are looked up.
#[derive(Debug)]
pub struct NameScope {
    /// The class whose code this is.
    pub class: Option<ClassIdx>,
    /// The scope around it.
    pub outer: Option<NameScopeId>,
    /// What a name is looked for in, in this order: enclosing classes and namespaces from the inside out, imported
    /// namespaces and classes, what the language imports itself, and nothing (the empty name).
    pub prefixes: Vec<Sym>,
}

/// A dotted name as the program writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NameRef {
    /// `C`, `a.b.C`.
    pub path: Sym,
    /// Where it is looked up from.
    pub scope: NameScopeId,
}

/// An annotation or attribute: data about what it stands at.
#[derive(Clone, Debug)]
pub struct Annotation {
    /// Its type.
    pub name: NameRef,
    /// Its constant arguments, by name or position.
    pub args: Vec<(Option<Sym>, Const)>,
    /// Where it stands.
    pub span: Span,
}

/// A module that a file asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Require {
    /// As written: `a.b`, `./x`, `@scope/name`; Python's leading dots are in `level`.
    pub module: Sym,
    /// Leading dots (Python).
    pub level: u32,
    /// `from module import item`: the item may be a submodule.
    pub item: Option<Sym>,
}

/// Index of a function in its module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FuncIdx(pub u32);

/// Index of a class in its module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClassIdx(pub u32);

/// A register of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reg(pub u32);

/// Index of a block in its function. Block 0 is the entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlockId(pub u32);

/// A function, method, lambda, class-field initialiser or module body.
#[derive(Debug)]
pub struct Func {
    /// Its own name; `<module>`, `<lambda>`, `<fields>` where it has none.
    pub name: Sym,
    /// Names of the enclosing functions and classes and its own, joined by `.`: `Class.method`, `f.<lambda#1>`.
    pub qualified: Sym,
    /// Its parameters in order (Python's `self` included).
    pub params: Vec<ParamDef>,
    /// Its blocks in reverse postorder: a forward edge leads to a higher index.
    pub blocks: Vec<Block>,
    /// How many registers it uses.
    pub registers: u32,
    /// The name that a register holds, for named locals and parameters.
    pub register_names: Vec<(Reg, Sym)>,
    /// Own locals that inner functions capture.
    pub cells: Vec<Sym>,
    /// The function that encloses it.
    pub parent: Option<FuncIdx>,
    /// The class whose method it is.
    pub class: Option<ClassIdx>,
    /// `async`.
    pub is_async: bool,
    /// Contains `yield`.
    pub is_generator: bool,
    /// `this` is the enclosing function's.
    pub is_arrow: bool,
    /// Its decorators; they also run as calls where it is defined.
    pub has_decorators: bool,
    /// Its annotations.
    pub annotations: Vec<Annotation>,
    /// Those of its parameters, with the parameter's index.
    pub param_annotations: Vec<(u32, Annotation)>,
    /// The whole function.
    pub span: Span,
    /// Its name, or its start.
    pub name_span: Span,
}

/// A parameter.
#[derive(Clone, Copy, Debug)]
pub struct ParamDef {
    /// Its name; empty when it destructures.
    pub name: Sym,
    /// How arguments arrive.
    pub kind: ParamKind,
    /// Its declared type, in a nominal language.
    pub ty: Option<NameRef>,
    /// Where it stands.
    pub span: Span,
}

/// A class.
#[derive(Debug)]
pub struct ClassDef {
    /// Its name; `<class>` where it has none.
    pub name: Sym,
    /// Its methods in the order of their functions, the constructor (`__init__`, `constructor`) included.
    pub methods: Vec<Method>,
    /// Runs on a fresh instance before the constructor; `this` is the instance.
    pub fields: Option<FuncIdx>,
    /// What only a declaration of a nominal language says.
    pub declared: Declared,
    /// Where it stands.
    pub span: Span,
}

impl ClassDef {
    /// The method that a function is the code of.
    #[must_use]
    pub fn method_of(&self, func: FuncIdx) -> Option<&Method> {
        let at = self.methods.partition_point(|m| m.func.0 < func.0);
        self.methods.get(at).filter(|m| m.func == func)
    }
}

/// What a class declaration of a nominal language says.
#[derive(Debug)]
pub struct Declared {
    /// Its name behind the names of what encloses it: `a.b.Outer.Inner`; empty in other languages.
    pub qualified: Sym,
    /// What it is.
    pub kind: ClassKind,
    /// May have parts elsewhere.
    pub is_open: bool,
    /// Its instances know the instance of the enclosing class that made them, as their member [`OUTER`].
    pub is_inner: bool,
    /// What it extends, implements or includes.
    pub bases: Vec<NameRef>,
    /// Its fields.
    pub fields: Vec<FieldDef>,
    /// Its annotations.
    pub annotations: Vec<Annotation>,
    /// The scope of its code.
    pub scope: Option<NameScopeId>,
}

impl Default for Declared {
    fn default() -> Self {
        Self {
            qualified: Sym::EMPTY,
            kind: ClassKind::Class,
            is_open: false,
            is_inner: false,
            bases: Vec::new(),
            fields: Vec::new(),
            annotations: Vec::new(),
            scope: None,
        }
    }
}

/// The member of an inner class's instance that holds the instance of the enclosing class.
pub const OUTER: &str = "%outer";

/// A field of a nominal language's class.
#[derive(Debug)]
pub struct FieldDef {
    /// Its name.
    pub name: Sym,
    /// Belongs to the class.
    pub is_static: bool,
    /// Its declared type.
    pub ty: Option<NameRef>,
    /// Its annotations.
    pub annotations: Vec<Annotation>,
}

/// A method.
#[derive(Clone, Copy, Debug)]
pub struct Method {
    /// Its name.
    pub name: Sym,
    /// Its code.
    pub func: FuncIdx,
    /// No receiver (JavaScript `static`, Python `@staticmethod`).
    pub is_static: bool,
    /// Python `@classmethod`: the receiver is the class.
    pub is_class_method: bool,
    /// Reads like a field.
    pub is_getter: bool,
    /// Writes like a field.
    pub is_setter: bool,
    /// Code outside the class may call it.
    pub is_public: bool,
}

/// A basic block.
#[derive(Debug)]
pub struct Block {
    /// What it does.
    pub insts: Vec<Inst>,
    /// Where it goes.
    pub term: Term,
    /// Where an exception inside it goes, if a `try` of this function catches it.
    pub handler: Option<BlockId>,
    /// An edge from a higher index leads here.
    pub is_loop_head: bool,
}

/// One instruction.
#[derive(Debug)]
pub struct Inst {
    /// What it does.
    pub op: Op,
    /// Where the result goes.
    pub dst: Option<Reg>,
    /// The expression that it stands for.
    pub span: Span,
}

/// A constant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Const {
    /// A string.
    Str(Sym),
    /// A byte string, printable form.
    Bytes(Sym),
    /// An integer.
    Int(i64),
    /// Another number.
    Float(f64),
    /// A truth value.
    Bool(bool),
    /// `None`, `null`.
    Null,
    /// `undefined`.
    Undefined,
}

/// What an instruction does.
#[derive(Debug)]
pub enum Op {
    /// A constant.
    Const(Const),
    /// A regular expression literal.
    Regex { pattern: Sym, flags: Sym },
    /// Another register's value.
    Copy(Reg),
    /// The argument for parameter `index`, or `default` when there is none; `ty` holds the declared type's value.
    /// For `Rest` parameters the list of the remaining arguments, for `RestMap` the map of the remaining named ones.
    Param {
        index: u32,
        default: Option<Reg>,
        ty: Option<Reg>,
    },
    /// `this` (JavaScript).
    This,
    /// A name of the module's scope.
    LoadGlobal(Sym),
    /// Binds a name of the module's scope.
    StoreGlobal(Sym, Reg),
    /// A name that no scope of the file binds: a builtin or a global of the runtime.
    LoadBuiltin(Sym),
    /// What a dotted name means that is no local variable: a member that the class at hand inherits, a class or a member
    /// of it, a library's name.
    Resolve(NameRef),
    /// A class of this file.
    ClassRef(ClassIdx),
    /// A value with a declared type, which says what it is where nothing else does.
    Typed { value: Reg, ty: NameRef },
    /// A captured local of the function `up` levels out; 0 is this function.
    LoadCell { up: u32, name: Sym },
    /// Binds such a local.
    StoreCell { up: u32, name: Sym, value: Reg },
    /// `object.name`.
    Member { object: Reg, name: Sym },
    /// `object.name = value`.
    SetMember { object: Reg, name: Sym, value: Reg },
    /// `object[index]`.
    Index { object: Reg, index: Reg },
    /// `object[index] = value`.
    SetIndex { object: Reg, index: Reg, value: Reg },
    /// `object[lower:upper:step]`.
    Slice {
        object: Reg,
        lower: Option<Reg>,
        upper: Option<Reg>,
        step: Option<Reg>,
    },
    /// `del object[index]`, `delete object[index]`; member names arrive as string constants.
    Delete { object: Reg, index: Reg },
    /// An operator with one operand (`Not` too).
    Unary { op: UnaryOp, operand: Reg },
    /// An arithmetic operator; `augmented` for `a += b`.
    Binary {
        op: BinaryOp,
        left: Reg,
        right: Reg,
        augmented: bool,
    },
    /// A comparison.
    Compare {
        op: CompareOp,
        left: Reg,
        right: Reg,
    },
    /// Text joined from parts: f-strings and template literals.
    Concat(Box<[Reg]>),
    /// A list; the flag marks a spread element.
    List(Box<[(Reg, bool)]>),
    /// A tuple.
    Tuple(Box<[(Reg, bool)]>),
    /// A set.
    Set(Box<[(Reg, bool)]>),
    /// A map or object literal.
    Map(Box<[MapEntry]>),
    /// Adds an element to a list or set under construction (comprehensions).
    Append { list: Reg, value: Reg },
    /// A function value over the current frames.
    Closure(FuncIdx),
    /// A class value.
    Class { class: ClassIdx, bases: Box<[Reg]> },
    /// A call.
    Call(Box<CallSite>),
    /// The module (`item: None`) or one of its names.
    Import(Require),
    /// Python `import a.b.c` without alias: the root package `a` after all have run.
    ImportRoot(Require),
    /// Binds every public name of a module in the module's scope.
    ImportAll(Require),
    /// JavaScript `export`: name and value.
    Export { name: Sym, value: Reg },
    /// `export * from`.
    ExportAll(Require),
    /// `await x`.
    Await(Reg),
    /// `yield x`; `delegate` yields the elements of x.
    Yield { value: Reg, delegate: bool },
    /// An element of a collection, for loops (`keys`: its keys or property names instead, JavaScript `for in`).
    Element { of: Reg, keys: bool },
    /// Element `index` of a destructured sequence.
    Unpack { of: Reg, index: u32 },
    /// The elements from `from` on, except the last `drop_last`.
    UnpackRest { of: Reg, from: u32, drop_last: u32 },
    /// A map without the given keys (`{a, ...rest}`).
    OmitKeys { of: Reg, keys: Box<[Sym]> },
    /// The exception of the handler that this block starts; the classes it may have.
    Caught { types: Box<[Reg]> },
    /// The result of `with x as y` entering x.
    Enter(Reg),
    /// A JSX element: its tag (`None`: fragment), attributes and children.
    Markup {
        tag: Option<Reg>,
        attributes: Box<[(Sym, Reg)]>,
        children: Box<[Reg]>,
    },
    /// Something whose result depends on the operands in no known way.
    Opaque(Box<[Reg]>),
}

/// An entry of a map literal.
#[derive(Clone, Copy, Debug)]
pub enum MapEntry {
    /// A key and its value; `at` covers both.
    Pair { key: Reg, value: Reg, at: Span },
    /// All entries of another map.
    Spread(Reg),
    /// A getter: reading the key calls the function.
    Getter { key: Reg, function: Reg },
}

/// A call.
#[derive(Debug)]
pub struct CallSite {
    /// What is called.
    pub callee: Callee,
    /// The arguments in source order.
    pub args: Vec<CallArg>,
    /// `new`.
    pub is_new: bool,
    /// The result is not used.
    pub result_unused: bool,
}

/// What is called.
#[derive(Clone, Copy, Debug)]
pub enum Callee {
    /// A value.
    Value(Reg),
    /// `object.name(…)`; `at` is the name.
    Method { object: Reg, name: Sym, at: Span },
    /// `super().name(…)`, `super.name(…)`; the constructor's name for `super(…)`.
    Super { name: Sym },
    /// `name(…)` in a nominal language: a method of the class at hand or of one around it, or a function.
    Bare { name: NameRef },
}

/// An argument.
#[derive(Clone, Copy, Debug)]
pub struct CallArg {
    /// How it is passed.
    pub kind: ArgKind,
    /// Its value.
    pub value: Reg,
    /// Where it stands.
    pub span: Span,
}

/// How an argument is passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArgKind {
    /// By position.
    Positional,
    /// By name.
    Named(Sym),
    /// `*x`, `...x`.
    Spread,
    /// `**x`.
    SpreadMap,
}

/// Where a block goes.
#[derive(Debug)]
pub enum Term {
    /// On.
    Goto(BlockId),
    /// By a condition.
    If {
        cond: Reg,
        then: BlockId,
        els: BlockId,
    },
    /// Like `If`, on `value` being null or undefined (`??`, `?.`, default values).
    IfNullish {
        value: Reg,
        then: BlockId,
        els: BlockId,
    },
    /// A loop over `of`: once more, or out; nothing is known of the choice but that an empty collection goes out.
    Next {
        of: Reg,
        body: BlockId,
        exit: BlockId,
    },
    /// Either way (exceptions, structure patterns).
    Either(BlockId, BlockId),
    /// Out, with a value.
    Return(Option<Reg>),
    /// An exception leaves the block: to [`Block::handler`] or out of the function.
    Throw(Option<Reg>),
}
