//! What holds for any text.

use proptest::prelude::*;
use shindan_base::Interner;
use shindan_source::{Language, Tree, parse};

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
    "|",
    ":",
    ";",
    ",",
    ".",
    "&.",
    "::",
    "=",
    "=>",
    "->",
    "*",
    "**",
    "+",
    "-",
    "<<",
    "<",
    "==",
    "===",
    "=~",
    "!",
    "?",
    "&",
    "||=",
    "+=",
    "\n",
    " ",
    "#c\n",
    "=begin\n",
    "=end\n",
    "if ",
    "elsif ",
    "else ",
    "unless ",
    "while ",
    "until ",
    "for ",
    "in ",
    "do ",
    "do |x| ",
    "{ |a, (b, *c)| ",
    "end ",
    "def ",
    "def self.",
    "class ",
    "class << self\n",
    "module ",
    "case ",
    "when ",
    "begin ",
    "rescue ",
    "rescue => e ",
    "ensure ",
    "retry ",
    "return ",
    "break ",
    "next ",
    "redo ",
    "yield ",
    "super ",
    "self ",
    "alias ",
    "undef ",
    "not ",
    "and ",
    "or ",
    "then ",
    "loop do ",
    "raise ",
    "private ",
    "attr_accessor :a\n",
    "BEGIN { ",
    "__END__\n",
    "defined? ",
    "nil",
    "x",
    "y",
    "@x",
    "@@x",
    "$x",
    "$1",
    "X",
    "x!",
    "x=",
    "it",
    "_1",
    "1",
    "0777",
    "1.5",
    "2r",
    "'a'",
    "\"",
    "\"#{",
    "}\"",
    "'",
    "%w[",
    "%r{",
    "%x(",
    "`",
    "/a/",
    "/(?<n>a)/",
    "<<~A\n",
    "A\n",
    ":a",
    ":\"",
    "a: ",
    "é",
    "診",
    "\u{feff}",
    "\0",
    "\r\n",
    "# encoding: shift_jis\n",
    "<%",
    "%>",
    "<%=",
    "\\\n",
    "..",
    "...",
    "&:a",
    "Struct.new(:a)",
    "=> ",
];

const FILES: &[&str] = &[
    include_str!("files/literals.rb"),
    include_str!("files/calls.rb"),
    include_str!("files/control.rb"),
    include_str!("files/methods.rb"),
    include_str!("files/classes.rb"),
    include_str!("files/broken.rb"),
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
        for language in [Language::Erb, Language::RailsView, Language::Haml] {
            assert_spans_fit(&parse(language, &text, &Interner::new()), &text);
        }
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
