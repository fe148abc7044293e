//! Text made to exhaust the stack or the clock.

use std::thread;

use crate::{printed, tree};

const MANY: usize = 100_000;

/// How many issues a text has when it is parsed on a stack of 64 MiB.
fn issues(text: String) -> usize {
    thread::Builder::new()
        .stack_size(64 << 20)
        .spawn(move || tree(&text).issues.len())
        .expect("a thread starts")
        .join()
        .expect("no panic")
}

/// `open` many times, a core, `close` as often.
fn nested(open: &str, core: &str, close: &str) -> String {
    [open.repeat(MANY), core.to_owned(), close.repeat(MANY)].concat()
}

#[test]
fn nested_parentheses() {
    issues(nested("(", "1", ")"));
}

#[test]
fn nested_lists() {
    assert_eq!(issues(nested("[", "1", "]")), 1);
}

#[test]
fn unclosed_lists() {
    assert!(issues("[".repeat(MANY)) > 0);
}

#[test]
fn nested_calls() {
    assert_eq!(issues(nested("f(", "1", ")")), 1);
}

#[test]
fn nested_dicts() {
    assert_eq!(issues(nested("{0:", "1", "}")), 1);
}

#[test]
fn nested_lambdas() {
    assert_eq!(issues(nested("lambda:", "1", "")), 1);
}

#[test]
fn nested_conditionals() {
    assert_eq!(issues(nested("1 if 1 else ", "1", "")), 1);
}

#[test]
fn long_chain_of_negations() {
    assert_eq!(issues(nested("-", "1", "")), 1);
}

#[test]
fn long_chain_of_nots() {
    assert_eq!(issues(nested("not ", "1", "")), 1);
}

#[test]
fn long_chain_of_powers() {
    assert_eq!(issues(nested("1**", "1", "")), 1);
}

#[test]
fn long_chain_of_attributes() {
    assert_eq!(issues(nested("", "a", ".b")), 1);
}

#[test]
fn long_chain_of_method_calls() {
    assert_eq!(issues(nested("", "a", ".b()")), 1);
}

#[test]
fn long_chain_of_subscripts() {
    assert_eq!(issues(nested("", "a", "[0]")), 1);
}

#[test]
fn long_chain_of_assignments() {
    assert_eq!(issues(nested("a=", "1", "")), 1);
}

#[test]
fn nested_targets() {
    assert!(issues(nested("[", "a", "]") + " = 1") > 0);
}

#[test]
fn nested_tuples_in_loops() {
    assert!(
        issues(
            [
                "for ".to_owned(),
                nested("(", "a", ",)"),
                " in b: pass".to_owned()
            ]
            .concat()
        ) > 0
    );
}

#[test]
fn nested_fstrings() {
    assert!(issues(nested("f'{", "1", "}'")) > 0);
}

#[test]
fn nested_format_specifications() {
    assert!(issues(["f'".to_owned(), nested("{a:", "", "}"), "'".to_owned()].concat()) > 0);
}

#[test]
fn nested_match_patterns() {
    assert!(
        issues(
            [
                "match x:\n case ".to_owned(),
                nested("[", "a", "]"),
                ": pass".to_owned()
            ]
            .concat()
        ) > 0
    );
}

#[test]
fn nested_type_alias() {
    assert_eq!(issues("type X = ".to_owned() + &nested("[", "a", "]")), 0);
}

#[test]
fn nested_string_annotation_is_left_out() {
    let text = ["x: '".to_owned(), nested("[", "a", "]"), "'".to_owned()].concat();
    assert_eq!(printed(&text), "(assign x)\n");
    assert_eq!(issues(text), 0);
}

#[test]
fn nested_ifs() {
    let mut text = String::new();
    for level in 0..3_000 {
        text += &" ".repeat(level);
        text += "if x:\n";
    }
    text += &" ".repeat(3_000);
    text += "y\n";
    assert_eq!(issues(text), 1);
}

#[test]
fn ifs_nested_in_one_line() {
    assert!(issues(nested("if x: ", "y", "")) > 0);
}

#[test]
fn long_sum_keeps_every_term() {
    let text = ["a".to_owned(), " + b".repeat(MANY)].concat();
    assert_eq!(printed(&text).matches(" b").count(), MANY);
    assert_eq!(issues(text), 0);
}

#[test]
fn long_mixed_arithmetic_keeps_every_term() {
    let text = ["a".to_owned(), " - b + b".repeat(MANY / 2)].concat();
    assert_eq!(printed(&text).matches(" b").count(), MANY);
    assert_eq!(issues(text), 0);
}

#[test]
fn long_logic_and_comparison_keep_every_term() {
    assert_eq!(issues(["a".to_owned(), " or b".repeat(MANY)].concat()), 0);
    assert_eq!(issues(["a".to_owned(), " < b".repeat(MANY)].concat()), 0);
}

#[test]
fn long_elif_chain_keeps_every_branch() {
    let text = [
        "if a: pass\n".to_owned(),
        "elif b: c\n".repeat(MANY),
        "else: d".to_owned(),
    ]
    .concat();
    assert_eq!(printed(&text).matches("(expr c)").count(), MANY);
    assert_eq!(issues(text), 0);
}

#[test]
fn comparison_chains_inside_each_other_do_not_explode() {
    let text = ["1<(".repeat(100), "x".to_owned(), ")<1".repeat(100)].concat();
    assert!(printed(&text).len() < 100_000);
}
