//! Surface tree to IR, one file at a time.
//!
//! Scopes come first ([`collect`], [`scope`]), then one recursive walk emits instructions into the blocks of the
//! function at hand ([`builder`]), and each finished function is put into reverse postorder ([`order`]).
//!
//! **Invariants.** A tree node is lowered once, except the body of a `finally`, which is copied to the ways out of
//! its `try` a bounded number of times; functions and classes inside such a copy keep their index. A plain local is
//! used by its own register wherever nothing can assign it in between, so that a branch on it speaks of the variable.

mod assign;
mod builder;
mod call;
mod class;
mod collect;
mod condition;
mod expr;
mod function;
mod loops;
mod module;
mod nominal;
mod order;
mod pattern;
mod place;
mod scope;
mod stmt;
mod switch;
mod try_finally;

use rustc_hash::FxHashMap;
use shindan_base::{FileId, Interner, Span, Sym};
use shindan_source::{Family, Tree};

use crate::ir::{ClassDef, ClassIdx, Func, FuncIdx, Module, Reg, Require};
use builder::Frame;
use nominal::NominalState;
pub(crate) use order::targets;
use scope::{ScopeId, Scopes};

/// Lowers one file. The result depends on the tree alone.
#[must_use]
pub fn lower(tree: &Tree, file: FileId, names: &Interner) -> Module {
    let mut scopes = collect::collect(tree, names);
    let words = Words::new(names, tree.language.family());
    scopes.settle(
        names,
        (tree.language.family() == Family::EcmaScript).then_some(&words.runtime[..]),
    );
    let registers = vec![None; scopes.var_count()];
    let mut lowerer = Lowerer {
        names,
        scopes,
        words,
        family: tree.language.family(),
        is_python: tree.language.family() == Family::Python,
        functions: Vec::new(),
        function_of_node: FxHashMap::default(),
        classes: Vec::new(),
        class_of_node: FxHashMap::default(),
        requires: Vec::new(),
        registers,
        scope: ScopeId::MODULE,
        frame: Frame::default(),
        nominal: NominalState::default(),
    };
    lowerer.module(&tree.body);
    lowerer.requires.sort_by_key(|(span, _)| span.start);
    lowerer.requires.dedup();
    Module {
        file,
        language: tree.language,
        functions: lowerer.functions.into_iter().flatten().collect(),
        classes: lowerer.classes,
        requires: lowerer
            .requires
            .into_iter()
            .map(|(_, require)| require)
            .collect(),
        nominal: lowerer.nominal.finish(),
    }
}

/// What lowering carries along.
struct Lowerer<'t> {
    names: &'t Interner,
    scopes: Scopes,
    words: Words,
    family: Family,
    is_python: bool,
    /// A function takes its place when it is met and fills it when it is done.
    functions: Vec<Option<Func>>,
    function_of_node: FxHashMap<usize, FuncIdx>,
    classes: Vec<ClassDef>,
    class_of_node: FxHashMap<usize, ClassIdx>,
    /// With the place of each, because hoisted functions are lowered before what stands above them.
    requires: Vec<(Span, Require)>,
    /// The registers of variables that live in one, by variable.
    registers: Vec<Option<Reg>>,
    scope: ScopeId,
    /// The function at hand.
    frame: Frame<'t>,
    /// Names of classes and namespaces.
    nominal: NominalState,
}

/// Names that lowering looks for or writes.
struct Words {
    module: Sym,
    lambda: Sym,
    fields: Sym,
    class: Sym,
    super_: Sym,
    constructor: Sym,
    require: Sym,
    dunder_import: Sym,
    importlib: Sym,
    import_module: Sym,
    import: Sym,
    default: Sym,
    staticmethod: Sym,
    classmethod: Sym,
    property: Sym,
    cached_property: Sym,
    setter: Sym,
    getter: Sym,
    deleter: Sym,
    /// Names that code assigns to without declaring them and that are no globals of its own.
    runtime: [Sym; 7],
}

impl Words {
    fn new(names: &Interner, family: Family) -> Self {
        let word = |text| names.intern(text);
        Self {
            module: word("<module>"),
            lambda: word("<lambda>"),
            fields: word("<fields>"),
            class: word("<class>"),
            super_: word("super"),
            constructor: word(if family.is_nominal() {
                "<init>"
            } else {
                "constructor"
            }),
            require: word("require"),
            dunder_import: word("__import__"),
            importlib: word("importlib"),
            import_module: word("import_module"),
            import: word("import"),
            default: word("default"),
            staticmethod: word("staticmethod"),
            classmethod: word("classmethod"),
            property: word("property"),
            cached_property: word("cached_property"),
            setter: word("setter"),
            getter: word("getter"),
            deleter: word("deleter"),
            runtime: [
                "module",
                "exports",
                "require",
                "process",
                "console",
                "globalThis",
                "global",
            ]
            .map(word),
        }
    }
}
