//! What holds for any text.

use proptest::prelude::*;
use shindan_source::Tree;

use crate::{printed, tree};

/// Every span of the tree, found in its debug form so that no kind of node can be forgotten.
pub(crate) fn assert_spans_fit(tree: &Tree, text: &str) {
    let shown = format!("{tree:?}");
    let mut seen = 0;
    for part in shown.split("Span { start: ").skip(1) {
        let (start, rest) = part.split_once(", end: ").expect("a span has an end");
        let (end, _) = rest.split_once(" }").expect("a span closes");
        let (start, end): (usize, usize) =
            (start.parse().expect("digits"), end.parse().expect("digits"));
        assert!(
            text.get(start..end).is_some(),
            "{start}..{end} does not fit {text:?}"
        );
        seen += 1;
    }
    assert!(seen > 0 || tree.body.is_empty());
}

const WORDS: &[&str] = &[
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ":",
    ";",
    ",",
    ".",
    "=",
    "->",
    "::",
    "*",
    "+",
    "-",
    "@",
    "<",
    ">",
    ">>>",
    "==",
    "&&",
    "|",
    "!",
    "?",
    "\n",
    "\r\n",
    " ",
    "//c\n",
    "/*",
    "*/",
    "if ",
    "else ",
    "for ",
    "while ",
    "do ",
    "class ",
    "interface ",
    "enum ",
    "record ",
    "switch ",
    "case ",
    "default",
    "yield ",
    "return ",
    "throw ",
    "try ",
    "catch ",
    "finally ",
    "new ",
    "instanceof ",
    "import ",
    "package ",
    "static ",
    "public ",
    "abstract ",
    "sealed ",
    "permits ",
    "extends ",
    "implements ",
    "this",
    "super",
    "var ",
    "int ",
    "void ",
    "String ",
    "null",
    "true",
    "x",
    "y",
    "_",
    "1",
    "0x",
    "1.5",
    "'a'",
    "\"a\"",
    "\"",
    "'",
    "\"\"\"",
    "\\u0041",
    "\\{",
    "@interface ",
    "...",
    "synchronized ",
    "assert ",
    "é",
    "診",
    "\u{feff}",
    "\0",
    "`",
    "#",
    "x instanceof A a",
    "class A { void m() {",
];

const FILES: &[&str] = &[
    include_str!("files/declarations.java"),
    include_str!("files/expressions.java"),
    include_str!("files/statements.java"),
    include_str!("files/broken.java"),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn arbitrary_text_parses(text in "\\PC{0,200}") {
        assert_spans_fit(&tree(&text), &text);
    }

    #[test]
    fn arbitrary_characters_parse(text in any::<Vec<char>>()) {
        let text: String = text.into_iter().collect();
        assert_spans_fit(&tree(&text), &text);
    }

    #[test]
    fn token_soup_parses(words in prop::collection::vec(prop::sample::select(WORDS), 0..80)) {
        let text = words.concat();
        assert_spans_fit(&tree(&text), &text);
        prop_assert_eq!(printed(&text), printed(&text));
    }

    #[test]
    fn damaged_files_parse(
        text in prop::sample::select(FILES),
        from in any::<prop::sample::Index>(),
        gone in 0_usize..60,
        word in prop::sample::select(WORDS),
    ) {
        let from = text.floor_char_boundary(from.index(text.len()));
        let to = text.ceil_char_boundary(from + gone);
        let text = [&text[..from], word, &text[to..]].concat();
        assert_spans_fit(&tree(&text), &text);
    }
}
