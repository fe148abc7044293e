//! Text made to exhaust the stack or the clock.

use std::thread;

use crate::{printed, tree};

const MANY: usize = 50_000;

/// Runs on a stack like that of the scanner's threads.
fn with_stack<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> T {
    thread::Builder::new()
        .stack_size(64 << 20)
        .spawn(run)
        .expect("a thread starts")
        .join()
        .expect("no panic")
}

/// How many issues a text has.
fn issues(text: String) -> usize {
    with_stack(move || tree(&text).issues.len())
}

/// How often a word stands in the printed tree.
fn count(text: &str, word: &'static str) -> usize {
    let text = text.to_owned();
    with_stack(move || printed(&text).matches(word).count())
}

fn nested(open: &str, core: &str, close: &str) -> String {
    [open.repeat(MANY), core.to_owned(), close.repeat(MANY)].concat()
}

/// As an expression in a method.
fn value(expr: &str) -> String {
    format!("class A {{ Object m() {{ return {expr}; }} }}")
}

#[test]
fn nested_expressions_are_cut_at_the_bound() {
    for (open, core, close) in [
        ("(", "1", ")"),
        ("f(", "1", ")"),
        ("new A(", "1", ")"),
        ("new int[]{", "1", "}"),
        ("!", "x", ""),
        ("-", "x", ""),
        ("x -> ", "1", ""),
        ("x = ", "1", ""),
        ("a ? b : ", "1", ""),
        ("(int) ", "1", ""),
        ("a[", "1", "]"),
        ("new A() { int x = ", "1", "; }"),
    ] {
        assert_eq!(issues(value(&nested(open, core, close))), 1, "{open}");
    }
}

#[test]
fn nested_statements_are_cut_at_the_bound() {
    for (open, core, close) in [
        ("{", "x();", "}"),
        ("if (a) ", "x();", ""),
        ("if (a) {} else ", "x();", ""),
        ("for (;;) ", "x();", ""),
        ("while (a) {", "x();", "}"),
        ("l: ", "x();", ""),
        ("switch (a) { default: ", "x();", "}"),
        ("try {", "x();", "} finally {}"),
        ("class B { void m() {", "x();", "} }"),
    ] {
        let text = format!("class A {{ void m() {{ {} }} }}", nested(open, core, close));
        assert_eq!(issues(text), 1, "{open}");
    }
}

#[test]
fn nested_types_and_annotations_are_cut_at_the_bound() {
    assert_eq!(
        issues(format!("class A {{ {} x; }}", nested("B<", "C", ">"))),
        1
    );
    assert_eq!(
        issues(format!("{} class A {{}}", nested("@B(", "1", ")"))),
        1
    );
    assert_eq!(issues(nested("class A {", "", "}")), 1);
}

#[test]
fn what_is_never_closed_ends() {
    for open in [
        "(",
        "{",
        "[",
        "f(",
        "A<",
        "class A {",
        "\"",
        "\"\"\"",
        "/*",
        "@A(",
        "x ->",
        "'",
        "if (",
        "for (",
        "<",
        "switch (a) {",
        "a.",
        "new ",
        "case ",
        "try {",
        "a ? ",
    ] {
        issues(open.repeat(4_000));
        issues(format!("class A {{ void m() {{ {}", open.repeat(4_000)));
    }
}

#[test]
fn long_chains_keep_every_operand() {
    let sum = value(&["a".to_owned(), " + bb".repeat(MANY)].concat());
    assert_eq!(count(&sum, " bb"), MANY);
    assert_eq!(issues(sum), 1);
    let calls = value(&["a".to_owned(), ".b(cc)".repeat(MANY)].concat());
    assert_eq!(count(&calls, " cc"), MANY);
    assert_eq!(issues(calls), 1);
    assert_eq!(
        issues(value(&["a".to_owned(), "[b]".repeat(MANY)].concat())),
        1
    );
    assert_eq!(
        issues(value(&["a".to_owned(), ".b".repeat(MANY)].concat())),
        1
    );
    let patterns = ["a".to_owned(), " instanceof A".repeat(MANY)].concat();
    issues(value(&patterns));
}

#[test]
fn chains_inside_chains_stay_within_the_bound() {
    let mut text = "a".to_owned();
    for _ in 0..200 {
        text = format!("f({text}){}", " + b".repeat(200));
    }
    assert_eq!(issues(value(&text)), 1);
}

#[test]
fn many_variables_of_one_declaration() {
    let text = format!("class A {{ B<C> x{}; }}", ", y".repeat(MANY));
    assert_eq!(issues(text), 0);
}
