//! Text made to exhaust the stack or the clock.

use std::thread;

use crate::{printed, tree};

const MANY: usize = 20_000;

/// How many issues a text has when it is parsed on a stack of 64 MiB.
fn issues(text: String) -> usize {
    thread::Builder::new()
        .stack_size(64 << 20)
        .spawn(move || tree(&text).issues.len())
        .expect("a thread starts")
        .join()
        .expect("no panic")
}

/// A method that holds `open` many times, a core, `close` as often.
fn nested(open: &str, core: &str, close: &str) -> String {
    let (before, after) = ("class C { void M() { x = ", "; } }");
    [before, &open.repeat(MANY), core, &close.repeat(MANY), after].concat()
}

#[test]
fn nested_parentheses() {
    assert!(issues(nested("(1 + ", "1", ")")) > 0);
}

#[test]
fn nested_calls() {
    assert!(issues(nested("f(", "1", ")")) > 0);
}

#[test]
fn nested_arrays() {
    assert!(issues(nested("new[] { ", "1", " }")) > 0);
}

#[test]
fn nested_initialisers() {
    assert!(issues(nested("new A { B = ", "1", " }")) > 0);
}

#[test]
fn nested_lambdas() {
    assert!(issues(nested("y => ", "1", "")) > 0);
}

#[test]
fn nested_conditionals() {
    assert!(issues(nested("a ? b : ", "1", "")) > 0);
}

#[test]
fn nested_switch_expressions() {
    assert!(issues(nested("a switch { _ => ", "1", " }")) > 0);
}

#[test]
fn nested_strings() {
    issues(nested("$\"{", "1", "}\""));
}

#[test]
fn nested_types() {
    issues(nested("new List<", "int", ">()"));
}

#[test]
fn nested_patterns() {
    issues(nested("a is { B: ", "1", " }"));
}

#[test]
fn nested_negations() {
    assert!(issues(nested("!", "a", "")) > 0);
}

#[test]
fn nested_assignments() {
    assert!(issues(nested("a = ", "1", "")) > 0);
}

#[test]
fn unclosed_brackets() {
    assert!(issues("class C { void M() { ".to_owned() + &"(".repeat(MANY)) > 0);
    assert!(issues("class C { ".repeat(MANY)) > 0);
}

#[test]
fn nested_blocks() {
    let text = [
        "class C { void M() ",
        &"{".repeat(MANY),
        &"}".repeat(MANY),
        " }",
    ]
    .concat();
    assert!(issues(text) > 0);
}

#[test]
fn nested_sections() {
    let text = ["#if A\n".repeat(MANY), "#endif\n".repeat(MANY)].concat();
    issues(text);
}

#[test]
fn many_resources() {
    let text = [
        "class C { void M() { ",
        &"using var x = f();\n".repeat(MANY),
        " } }",
    ]
    .concat();
    issues(text);
}

#[test]
fn many_query_variables() {
    issues(nested("from a in b ", "select a", ""));
    let text = [
        "class C { void M() { x = from a in b ",
        &"let c = a ".repeat(2_000),
        "select a; } }",
    ];
    issues(text.concat());
}

#[test]
fn long_chains_keep_every_operand() {
    let sum = nested("", "a", " + item");
    assert_eq!(printed(&sum).matches(" item").count(), MANY);
    assert_eq!(issues(sum), 1);
    let calls = nested("", "a", ".b(item)");
    assert_eq!(printed(&calls).matches(" item").count(), MANY);
    assert_eq!(issues(calls), 1);
    assert_eq!(issues(nested("", "a", "?.b")), 1);
    assert_eq!(issues(nested("", "a", "[0]")), 1);
    assert_eq!(issues(nested("", "a", "!")), 1);
}

#[test]
fn long_else_chain_keeps_every_branch() {
    let text = [
        "class C { void M() { if (a) b(); ",
        &"else if (a) c(); ".repeat(MANY),
        " } }",
    ]
    .concat();
    assert_eq!(printed(&text).matches("(call c)").count(), MANY);
    assert_eq!(issues(text), 1);
}
