//! What holds for any text.

use proptest::prelude::*;
use shindan_source::Tree;

use crate::{printed, tree};

/// Every span of the tree, found in its debug form so that no kind of node can be forgotten.
fn assert_spans_fit(tree: &Tree, text: &str) {
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
    "<",
    ">",
    ":",
    ";",
    ",",
    ".",
    "=",
    "=>",
    "*",
    "+",
    "++",
    "-",
    "@",
    "==",
    "|",
    "&&",
    "?",
    "?.",
    "??",
    "??=",
    "..",
    "!",
    "^",
    "~",
    "\n",
    " ",
    "//c\n",
    "/*",
    "*/",
    "#if X\n",
    "#else\n",
    "#elif Y\n",
    "#endif\n",
    "#region\n",
    "if ",
    "else ",
    "for ",
    "foreach ",
    "in ",
    "while ",
    "do ",
    "switch ",
    "case ",
    "default",
    "when ",
    "class ",
    "struct ",
    "record ",
    "interface ",
    "enum ",
    "delegate ",
    "event ",
    "namespace ",
    "using ",
    "static ",
    "public ",
    "async ",
    "await ",
    "void ",
    "int ",
    "var ",
    "get",
    "set",
    "init",
    "this",
    "base",
    "new ",
    "is ",
    "not ",
    "and ",
    "or ",
    "as ",
    "out ",
    "ref ",
    "params ",
    "where ",
    "from ",
    "select ",
    "let ",
    "join ",
    "on ",
    "equals ",
    "into ",
    "group ",
    "by ",
    "orderby ",
    "with ",
    "yield ",
    "return ",
    "throw ",
    "try ",
    "catch ",
    "finally ",
    "lock ",
    "goto ",
    "typeof",
    "nameof",
    "operator ",
    "implicit ",
    "null",
    "true",
    "x",
    "y",
    "_",
    "1",
    "0xF",
    "1.5m",
    "'a'",
    "\"s\"",
    "$\"",
    "$\"{",
    "}\"",
    "@\"",
    "\"\"\"",
    "$\"\"\"",
    "$$\"\"\"{{",
    "\"",
    "'",
    "é",
    "診",
    "\u{feff}",
    "\0",
    "\r",
    "\r\n",
    "\\",
    "`",
];

pub(crate) const FILES: &[&str] = &[
    include_str!("files/declarations.cs"),
    include_str!("files/members.cs"),
    include_str!("files/statements.cs"),
    include_str!("files/expressions.cs"),
    include_str!("files/patterns.cs"),
    include_str!("files/creation.cs"),
    include_str!("files/queries.cs"),
    include_str!("files/strings.cs"),
    include_str!("files/conditional.cs"),
    include_str!("files/program.cs"),
    include_str!("files/names.cs"),
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_text_parses(text in "\\PC{0,200}") {
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
