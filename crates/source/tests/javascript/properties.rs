//! What holds for any text: parsing returns, its spans are sound, and it says the same every time.

use proptest::prelude::*;
use shindan_source::Language;

use super::printed;

const TOKENS: &[&str] = &[
    "a",
    "b",
    "undefined",
    "await",
    "async",
    "yield",
    "function",
    "class",
    "extends",
    "constructor",
    "static",
    "get",
    "set",
    "#p",
    "if",
    "else",
    "for",
    "of",
    "in",
    "instanceof",
    "while",
    "do",
    "switch",
    "case",
    "default",
    "try",
    "catch",
    "finally",
    "return",
    "throw",
    "new",
    "super",
    "this",
    "import",
    "export",
    "from",
    "as",
    "satisfies",
    "type",
    "interface",
    "enum",
    "namespace",
    "declare",
    "abstract",
    "private",
    "let",
    "const",
    "var",
    "using",
    "with",
    "void 0",
    "typeof",
    "delete",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "<",
    ">",
    "</",
    "/>",
    "=>",
    "=",
    "==",
    "+",
    "++",
    "-",
    "*",
    "**",
    "/",
    "?",
    "?.",
    "??",
    "??=",
    ":",
    ";",
    ",",
    ".",
    "...",
    "!",
    "&&",
    "||",
    "@",
    "#",
    "\\",
    "'s'",
    "\"",
    "`",
    "`t${",
    "}`",
    "/r/g",
    "1",
    "0x",
    "1n",
    "1.5",
    "\n",
    "\r\n",
    "\u{2028}",
    "//c\n",
    "/*",
    "*/",
    "<!--",
    "é",
    "😀",
    "'m'",
    "<a>",
    "</a>",
    "&amp;",
];

fn language() -> impl Strategy<Value = Language> {
    prop::sample::select(vec![
        Language::JavaScript,
        Language::TypeScript,
        Language::Tsx,
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read(language in language(), text in "\\PC*|[\\x00-\\xff]*") {
        prop_assert_eq!(printed(language, &text), printed(language, &text));
    }

    #[test]
    fn any_tokens_are_read(language in language(), tokens in prop::collection::vec(prop::sample::select(TOKENS), 0..40)) {
        printed(language, &tokens.join(" "));
        printed(language, &tokens.concat());
    }

    #[test]
    fn a_damaged_file_is_read(at in 0usize..2000, length in 0usize..30, token in prop::sample::select(TOKENS)) {
        for (language, text) in [
            (Language::JavaScript, include_str!("classes.js")),
            (Language::JavaScript, include_str!("jsx.jsx")),
            (Language::TypeScript, include_str!("declarations.ts")),
            (Language::TypeScript, include_str!("classes.ts")),
        ] {
            let start = text.floor_char_boundary(at % text.len());
            let end = text.ceil_char_boundary((start + length).min(text.len()));
            printed(language, &[&text[..start], token, &text[end..]].concat());
        }
    }
}
