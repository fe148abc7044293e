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

macro_rules! reported {
    ($($name:ident: $open:expr, $core:expr, $close:expr;)*) => {$(
        #[test]
        fn $name() {
            assert!(issues(nested($open, $core, $close)) > 0);
        }
    )*};
}

reported! {
    nested_parentheses: "(", "1", ")";
    nested_lists: "[", "1", "]";
    unclosed_lists: "[", "", "";
    nested_hashes: "{a: ", "1", "}";
    nested_calls: "f(", "1", ")";
    nested_blocks: "f { ", "1", "}";
    nested_do_blocks: "f do\n", "1", "\nend";
    nested_lambdas: "-> { ", "1", "}";
    nested_strings: "\"#{", "1", "}\"";
    nested_ifs: "if a\n", "1", "\nend";
    unclosed_ifs: "if a\n", "", "";
    nested_elses: "if a then b else ", "1", " end";
    nested_defs: "def f\n", "1", "\nend";
    nested_classes: "class A\n", "1", "\nend";
    nested_begins: "begin\n", "1", "\nrescue\n2\nend";
    nested_ternaries: "a ? b : ", "1", "";
    long_chain_of_nots: "!", "a", "";
    long_chain_of_negations: "-", "a", "";
    long_chain_of_powers: "1 ** ", "1", "";
    long_chain_of_assignments: "a = ", "1", "";
    long_chain_of_calls: "", "a", ".b";
    long_chain_of_calls_with_arguments: "", "a", ".b(c)";
    long_chain_of_indexes: "", "a", "[0]";
    long_chain_of_sums: "", "a", " + b";
    long_chain_of_ors: "", "a", " || b";
    long_chain_of_constants: "", "A", "::B";
    long_chain_of_rescues: "", "a", " rescue b";
    long_chain_of_modifiers: "", "a", " if b";
    long_chain_of_op_assigns: "a.b ||= ", "1", "";
    nested_patterns: "case 1\nin ", "a", "\nend";
    nested_targets: "(a, ", "b", ") = 1";
}

#[test]
fn many_elsifs() {
    assert_eq!(
        issues(["if a\n1\n", &"elsif b\n2\n".repeat(MANY), "end"].concat()),
        0
    );
}

#[test]
fn many_whens() {
    assert_eq!(
        issues(["case a\n", &"when /b/ then 2\n".repeat(MANY), "end"].concat()),
        0
    );
}

#[test]
fn many_tests_of_one_when() {
    assert_eq!(
        issues(["case a\nwhen /b/", &", /c/".repeat(MANY), " then 1\nend"].concat()),
        0
    );
}

#[test]
fn many_adjacent_strings() {
    assert_eq!(issues("\"a\" ".repeat(MANY)), 0);
}

#[test]
fn many_statements_and_comments() {
    assert_eq!(issues("a = 1 # b\n".repeat(MANY)), 0);
}

#[test]
fn what_lies_deeper_than_the_bound_is_reported_once() {
    let text = ["[".repeat(1_000), "1".to_owned(), "]".repeat(1_000)].concat();
    assert_eq!(issues(text), 1);
}

#[test]
fn marks_and_encodings_are_read() {
    for text in [
        "\u{feff}# encoding: utf-8\nputs 1\n",
        "# encoding: Shift_JIS\nputs '\u{8868}'\n",
        "# -*- coding: euc-jp -*-\nx = '診断'\n",
        "# encoding: no-such-thing\nputs 1\n",
        "puts 1\n__END__\n\0\u{fffd}",
    ] {
        assert!(printed(text).contains("expr"), "{text}");
    }
}

/// The parser gives an error a place that ends before it starts.
#[test]
fn errors_in_unclosed_heredocs_have_places() {
    assert!(tree("(((|<<~A\n\"#{class ").issues.len() > 1);
}
