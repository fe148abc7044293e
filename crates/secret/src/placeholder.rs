//! Recognises values that stand for a secret without being one.

use std::sync::LazyLock;

use regex::bytes::Regex;

use crate::rule::compile;

/// Texts that only invented values contain. The long ones cannot turn up by chance.
const LONG_WORDS: &[&str] = &[
    "example",
    "placeholder",
    "changeme",
    "change_me",
    "change-me",
    "redacted",
    "your_",
    "your-",
    "yourpass",
    "yoursecret",
    "yourtoken",
    "yourapikey",
    "yourkey",
    "insert_",
    "insert-",
    "replace_",
    "replace-",
    "replaceme",
    "process.env",
    "os.environ",
    "getenv",
    "xxxxx",
    "*****",
    ".....",
    "-----",
    "_____",
    "notreal",
    "not-real",
    "not_real",
    "foobar",
    "deadbeef",
    "sample_",
    "sample-",
    "secretsmanager",
    "put_your",
    "put-your",
    "my_secret",
    "my-secret",
    "enter_",
    "enter-",
    "fixme",
    "dummy",
    "goes-here",
    "goes_here",
    "goeshere",
    "key-here",
    "_here",
    "-here",
];

/// Texts that a random value of some length may contain by chance.
const SHORT_WORDS: &[&str] = &["fake", "xxxx", "todo", "mock"];

/// Syntax that fetches the value from elsewhere.
const TEMPLATES: &[&str] = &[
    "${",
    "{{",
    "}}",
    "#{",
    "%{",
    "$(",
    "%(",
    "<%",
    "!Ref",
    "!Sub",
    "!GetAtt",
    "!ImportValue",
];

/// Longest value in which a short word means something.
const SHORT_WORDS_UP_TO: usize = 64;

/// How many neighbours in the alphabet in a row (`abcdefgh`, `12345678`) no random value has.
const SEQUENCE: usize = 8;

/// Whether the value is a template, a reference or an invented text.
pub(crate) fn is_placeholder(value: &str) -> bool {
    is_reference(value) || has_stock_word(value) || is_sequence(value) || is_repetition(value)
}

/// Something in angle brackets, or a shell variable.
fn is_reference(value: &str) -> bool {
    value.starts_with('$') || (value.contains('<') && value.contains('>'))
}

fn has_stock_word(value: &str) -> bool {
    static LONG: LazyLock<Option<Regex>> =
        LazyLock::new(|| any_of(&[LONG_WORDS, TEMPLATES].concat()));
    static SHORT: LazyLock<Option<Regex>> = LazyLock::new(|| any_of(SHORT_WORDS));
    let has = |list: &Option<Regex>| list.as_ref().is_some_and(|r| r.is_match(value.as_bytes()));
    has(&LONG) || (value.len() <= SHORT_WORDS_UP_TO && has(&SHORT))
}

/// One search for all words: values come by the million in hostile texts.
fn any_of(words: &[&str]) -> Option<Regex> {
    let words: Vec<_> = words.iter().map(|w| regex::escape(w)).collect();
    compile(&format!("(?i){}", words.join("|"))).ok()
}

fn is_sequence(value: &str) -> bool {
    let mut run = 1;
    for pair in value.as_bytes().windows(2) {
        let (a, b) = (pair[0].to_ascii_lowercase(), pair[1].to_ascii_lowercase());
        let next =
            (a.is_ascii_alphanumeric() && b == a + 1) || (a == b'9' && (b == b'0' || b == b'a'));
        run = if next { run + 1 } else { 1 };
        if run >= SEQUENCE || (run >= 6 && run * 2 > value.len()) {
            return true;
        }
    }
    false
}

/// Few different characters, or one of them over a third of the value in a row.
fn is_repetition(value: &str) -> bool {
    let bytes = value.as_bytes();
    let mut seen = [false; 256];
    let mut longest = 0;
    let mut run = 0;
    let mut last = None;
    for &b in bytes {
        seen[usize::from(b)] = true;
        run = if last == Some(b) { run + 1 } else { 1 };
        last = Some(b);
        longest = longest.max(run);
    }
    let different = seen.iter().filter(|&&s| s).count();
    (bytes.len() >= 6 && different <= 2)
        || (bytes.len() >= 16 && different <= 5)
        || longest * 3 > bytes.len().max(9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_seen() {
        let cases = [
            "AKIAIOSFODNN7EXAMPLE",
            "xxxxxxxx",
            "<your token>",
            "${DB_PASSWORD}",
            "{{token}}",
            "changeme",
            "your-key-here",
            "process.env.KEY",
            "aaaaaaaaaa",
            "1234567890",
            "abcdefghij",
            "$SECRET",
            "ghp_0123456789abcdefghij",
            "ababababab",
        ];
        for value in cases {
            assert!(is_placeholder(value), "{value}");
        }
    }

    #[test]
    fn real_looking_values_are_not() {
        for value in [
            "hunter2",
            "Tr0ub4dor&3",
            "k3J9x0Q7v2M5n8B1z4C6",
            "s3cr3t!",
            "p4ss$word",
        ] {
            assert!(!is_placeholder(value), "{value}");
        }
    }
}
