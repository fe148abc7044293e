//! A cheap look at how deep a file's brackets nest, before the parser recurses into them.
//!
//! The parser is recursive and has no bound of its own: enough nested brackets overflow any stack, which no caller
//! can catch. Counting is done a block at a time, so that the common case costs next to nothing; only a file whose
//! plain count is suspicious is looked at again with strings and comments left out.

use memchr::{memchr, memmem};

/// The most nested brackets that the parser is given. Every shape measured fits into 64 MiB at five times as many;
/// arrow functions nested in default values take the parser quadratic time, half a second at this bound. Conversion
/// stops at a quarter of it.
pub(super) const MAX_BRACKETS: usize = 2_000;

const BLOCK: usize = 1024;

/// Whether the brackets of `text` nest deeper than [`MAX_BRACKETS`].
pub(super) fn is_too_deep(text: &str) -> bool {
    text.len() > MAX_BRACKETS
        && plain_count_exceeds(text.as_bytes())
        && nested_brackets(text.as_bytes()) > MAX_BRACKETS
}

/// Counts every bracket, in strings and comments too, and each block's openings before its closings.
fn plain_count_exceeds(bytes: &[u8]) -> bool {
    let mut depth = 0usize;
    for block in bytes.chunks(BLOCK) {
        let opened: u16 = block.iter().map(|&b| u16::from(is_opening(b))).sum();
        let closed: u16 = block.iter().map(|&b| u16::from(is_closing(b))).sum();
        if depth + usize::from(opened) > MAX_BRACKETS {
            return true;
        }
        depth = (depth + usize::from(opened)).saturating_sub(usize::from(closed));
    }
    false
}

fn is_opening(b: u8) -> bool {
    (b == b'(') | (b == b'[') | (b == b'{')
}

fn is_closing(b: u8) -> bool {
    (b == b')') | (b == b']') | (b == b'}')
}

/// The deepest nesting with quoted strings and comments skipped. Regular expressions and template literals are
/// read as code, which miscounts by the few brackets that are unbalanced in them.
fn nested_brackets(bytes: &[u8]) -> usize {
    let mut depth = 0usize;
    let mut deepest = 0;
    let mut i = 0;
    while let Some(&b) = bytes.get(i) {
        i += 1;
        match b {
            b'(' | b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b'"' | b'\'' => i = after_string(bytes, i, b),
            b'/' => i = after_comment(bytes, i),
            _ => {}
        }
    }
    deepest
}

/// The offset after the string whose opening quote ends at `i`; a line end closes it too.
fn after_string(bytes: &[u8], mut i: usize, quote: u8) -> usize {
    while let Some(&b) = bytes.get(i) {
        i += match b {
            b'\\' => 2,
            b'\n' => return i,
            _ if b == quote => return i + 1,
            _ => 1,
        };
    }
    bytes.len()
}

/// The offset after the comment whose first slash ends at `i`, or `i` if it starts none.
fn after_comment(bytes: &[u8], i: usize) -> usize {
    match bytes.get(i) {
        Some(b'/') => memchr(b'\n', &bytes[i..]).map_or(bytes.len(), |n| i + n),
        Some(b'*') => memmem::find(&bytes[i + 1..], b"*/").map_or(bytes.len(), |n| i + n + 3),
        _ => i,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_count_when_they_nest_and_not_when_they_follow_each_other() {
        assert!(is_too_deep(&"(".repeat(MAX_BRACKETS + 1)));
        assert!(!is_too_deep(&"(".repeat(MAX_BRACKETS)));
        assert!(!is_too_deep(&"f([{}]);".repeat(3 * MAX_BRACKETS)));
    }

    #[test]
    fn brackets_in_strings_and_comments_do_not_nest() {
        for line in [
            "a = ':(';\n",
            "b = \"\\\"[\";\n",
            "// (\n",
            "/* ( \n { */\n",
        ] {
            let text = line.repeat(MAX_BRACKETS + 2 * BLOCK);
            assert!(plain_count_exceeds(text.as_bytes()), "{line}");
            assert!(!is_too_deep(&text), "{line}");
        }
    }
}
