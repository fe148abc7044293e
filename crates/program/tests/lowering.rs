//! Small programs and the IR they become; and what lowering must keep for every program.

use proptest::prelude::*;
use shindan_base::{FileId, Interner, Span};
use shindan_program::ir::{BlockId, Module, Op, Term};
use shindan_program::{lower, print, verify};
use shindan_source::Language;
use shindan_source::tree::{BinaryOp, Expr, ExprKind, Stmt, StmtKind, Tree};

fn module(language: Language, text: &str, names: &Interner) -> Module {
    let tree = shindan_source::parse(language, text, names);
    lower(&tree, FileId(0), names)
}

fn ir(path: &str, text: &str) -> String {
    let names = Interner::new();
    let language = Language::of_path(path).expect("the file has a known extension");
    let tree = shindan_source::parse(language, text, &names);
    assert!(tree.issues.is_empty(), "{:?}", tree.issues);
    let module = lower(&tree, FileId(0), &names);
    assert_eq!(verify(&module), Ok(()));
    print::print(&module, &names)
}

macro_rules! programs {
    ($($test:ident: $path:literal,)*) => {$(
        #[test]
        fn $test() {
            let text = include_str!(concat!("programs/", $path));
            insta::assert_snapshot!($path, ir($path, text));
        }
    )*};
}

programs! {
    python_functions: "functions.py",
    python_conditions: "conditions.py",
    python_loops: "loops.py",
    python_exceptions: "exceptions.py",
    python_classes: "classes.py",
    python_matching: "matching.py",
    python_imports: "imports.py",
    javascript_functions: "functions.js",
    javascript_statements: "statements.js",
    javascript_classes: "classes.js",
    typescript_modules: "modules.ts",
    jsx_markup: "markup.jsx",
}

/// Runs with the stack that the scanner gives its threads.
fn with_large_stack<T: Send>(run: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(16 << 20);
        let handle = thread.spawn_scoped(scope, run).expect("a thread starts");
        handle.join().expect("the thread does not panic")
    })
}

#[test]
fn a_sum_of_ten_thousand_terms_does_not_exhaust_the_stack() {
    with_large_stack(|| {
        let names = Interner::new();
        let term = |kind| Expr {
            kind,
            span: Span::new(0, 1),
        };
        let a = names.intern("a");
        let mut sum = term(ExprKind::Name(a));
        for _ in 0..10_000 {
            let right = Box::new(term(ExprKind::Name(a)));
            sum = term(ExprKind::Binary {
                op: BinaryOp::Add,
                left: Box::new(sum),
                right,
            });
        }
        let body = vec![Stmt {
            kind: StmtKind::Expr(sum),
            span: Span::new(0, 1),
        }];
        let tree = Tree {
            language: Language::JavaScript,
            body,
            issues: Vec::new(),
            comments: Vec::new(),
        };
        let module = lower(&tree, FileId(0), &names);
        let adds = module.functions[0].blocks[0]
            .insts
            .iter()
            .filter(|i| matches!(i.op, Op::Binary { .. }))
            .count();
        assert_eq!(adds, 10_000);
    });
}

#[test]
fn deep_nesting_does_not_exhaust_the_stack() {
    with_large_stack(|| {
        let names = Interner::new();
        let calls = format!("{}x{}", "f(".repeat(2_000), ")".repeat(2_000));
        let functions = format!("{}x{}", "(() => [".repeat(400), "])".repeat(400));
        let ifs = (0..300)
            .map(|i| format!("{}if x:\n", " ".repeat(i)))
            .collect::<String>()
            + &" ".repeat(300)
            + "y\n";
        let elifs = "if a:\n  b\n".to_owned() + &"elif a:\n  b\n".repeat(3_000);
        for (language, text) in [
            (Language::JavaScript, &calls),
            (Language::TypeScript, &functions),
            (Language::Python, &calls),
            (Language::Python, &ifs),
            (Language::Python, &elifs),
        ] {
            assert_eq!(verify(&module(language, text, &names)), Ok(()));
        }
    });
}

#[test]
fn the_verifier_rejects_broken_modules() {
    let names = Interner::new();
    let broken = |break_it: fn(&mut Module)| {
        let mut module = module(
            Language::Python,
            "while a:\n  b = (lambda: c) or d\n",
            &names,
        );
        break_it(&mut module);
        verify(&module).is_err()
    };
    assert!(!broken(|_| {}));
    assert!(broken(|m| m.functions[0].registers = 1));
    assert!(broken(|m| m.functions.truncate(1)));
    assert!(broken(|m| m.functions[0].blocks[1].is_loop_head = false));
    assert!(broken(
        |m| m.functions[0].blocks[0].term = Term::Return(None)
    ));
    assert!(broken(
        |m| m.functions[0].blocks[0].handler = Some(BlockId(99))
    ));
}

#[test]
fn a_name_that_an_inner_function_assigns_has_no_register() {
    let names = Interner::new();
    let text = "def f():\n  a = b = 1\n  def g():\n    nonlocal a\n    a = b\n  return a, b\n";
    let module = module(Language::Python, text, &names);
    assert_eq!(shared_names(&module, &names, "f"), ["0:a"]);
    assert_eq!(shared_names(&module, &names, "f.g"), ["1:b"]);
}

#[test]
fn nested_finally_bodies_do_not_multiply() {
    let names = Interner::new();
    let depth = 25;
    let text = "try { a() } finally { ".repeat(depth) + "b()" + &" }".repeat(depth);
    let module = module(Language::JavaScript, &text, &names);
    assert_eq!(verify(&module), Ok(()));
    assert!(
        module.functions[0].blocks.len() < 2_000,
        "{}",
        module.functions[0].blocks.len()
    );
}

/// The names of a function's instructions that read or write frame objects or module names.
fn shared_names(module: &Module, names: &Interner, function: &str) -> Vec<String> {
    let function = module
        .functions
        .iter()
        .find(|f| names.text(f.qualified) == function)
        .expect("it is there");
    let insts = function.blocks.iter().flat_map(|block| &block.insts);
    insts
        .filter_map(|inst| match inst.op {
            Op::LoadCell { up, name } => Some(format!("{up}:{}", names.text(name))),
            Op::LoadGlobal(name) => Some(names.text(name).to_owned()),
            Op::LoadBuiltin(name) => Some(format!("builtin {}", names.text(name))),
            _ => None,
        })
        .collect()
}

#[test]
fn levels_of_captured_names_count_functions_only() {
    let names = Interner::new();
    let text = "def f(a):\n  class C:\n    def g(self):\n      return [lambda: a + b for b in c]\n";
    let module = module(Language::Python, text, &names);
    assert_eq!(
        shared_names(&module, &names, "f.C.g.<lambda#1>"),
        ["2:a", "1:b"]
    );
}

#[test]
fn inner_functions_do_not_see_class_level_names() {
    let names = Interner::new();
    let module = module(
        Language::Python,
        "x = 1\nclass C:\n  x = 2\n  def f(self): return x\n",
        &names,
    );
    assert_eq!(shared_names(&module, &names, "C.f"), ["x"]);
}

#[test]
fn blocks_that_reuse_a_name_get_cells_of_their_own() {
    let names = Interner::new();
    let text = "function f() { { let a; g(() => a) } { let a; g(() => a) } }";
    let module = module(Language::JavaScript, text, &names);
    assert_eq!(shared_names(&module, &names, "f.<lambda#1>"), ["1:a"]);
    assert_eq!(shared_names(&module, &names, "f.<lambda#2>"), ["1:a#2"]);
}

#[test]
fn assignment_to_exports_does_not_hide_the_builtin() {
    let names = Interner::new();
    let text = "exports = module.exports = {}; exports.a = function f() { return exports }";
    let module = module(Language::JavaScript, text, &names);
    assert_eq!(shared_names(&module, &names, "f"), ["builtin exports"]);
}

#[test]
fn spans_of_stores_are_those_of_assignments() {
    let names = Interner::new();
    let text = "a.b = f(1)";
    let module = module(Language::Python, text, &names);
    let store = module.functions[0].blocks[0]
        .insts
        .iter()
        .find(|i| matches!(i.op, Op::SetMember { .. }));
    assert_eq!(store.map(|i| i.span.slice(text)), Some(text));
}

#[test]
fn required_modules_stand_in_source_order() {
    let names = Interner::new();
    let text = "const a = require('a'); function f() { require('b') } import('c')";
    let module = module(Language::JavaScript, text, &names);
    let modules: Vec<&str> = module
        .requires
        .iter()
        .map(|r| names.text(r.module))
        .collect();
    assert_eq!(modules, ["a", "b", "c"]);
}

/// Words that make programs, most of them broken, when strung together.
fn soup(words: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(words), 0..60).prop_map(|words| words.join(" "))
}

const PYTHON: &[&str] = &[
    "if a:\n ",
    "else:\n ",
    "for x, *y in z:\n ",
    "while a and b:\n ",
    "def f(a, b=c, *d):\n ",
    "class C(D):\n ",
    "try:\n ",
    "except E as e:\n ",
    "finally:\n ",
    "return a",
    "break",
    "continue",
    "raise",
    "\n",
    "\n ",
    "\n  ",
    "a = b",
    "a += (b := c)",
    "[a for a in b if c]",
    "lambda a: b",
    "global a",
    "nonlocal b",
    "a.b",
    "a[b:c]",
    "f(a, *b, c=d)",
    "yield a",
    "await b",
    "x if y else z",
    "a or b and c",
    "match a:\n ",
    "case [a, b]:\n ",
    "case _:\n ",
    "import a.b",
    "from . import c",
    "with a as b:\n ",
    "del a.b",
    "assert a",
    "pass",
    "@d\n",
    "f'{a}'",
    "{a: b}",
    ";",
];

const JAVASCRIPT: &[&str] = &[
    "{",
    "}",
    "(",
    ")",
    ";",
    "if (a)",
    "else",
    "for (let i = 0; i < a; i++)",
    "for (const k of b)",
    "for (k in b)",
    "while (a)",
    "do",
    "function f(a, {b}, ...c) {",
    "class C extends D {",
    "static x = 1;",
    "#p = 2;",
    "get g() {",
    "try {",
    "} catch (e) {",
    "} finally {",
    "return a",
    "return",
    "break",
    "continue",
    "throw a",
    "let a = b",
    "var c",
    "const {d, ...e} = f",
    "a = b",
    "a ??= b",
    "a++",
    "(a) => {",
    "async () => await b",
    "a?.b",
    "`a${b}c`",
    "a && b || c",
    "a ? b : c",
    "import x from 'y';",
    "export {a as b};",
    "export default",
    "l: ",
    "break l",
    "switch (a) {",
    "case 1:",
    "default:",
    "new A(b)",
    "f(a, ...b)",
    "[a, b]",
    "({a, [b]: c})",
    "yield a",
    "super.a()",
    "delete a.b",
    "<a b={c}/>",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn any_python_lowers_to_sound_ir(text in soup(PYTHON)) {
        prop_assert_eq!(verify(&module(Language::Python, &text, &Interner::new())), Ok(()), "{}", text);
    }

    #[test]
    fn any_javascript_lowers_to_sound_ir(text in soup(JAVASCRIPT)) {
        prop_assert_eq!(verify(&module(Language::JavaScript, &text, &Interner::new())), Ok(()), "{}", text);
    }
}
