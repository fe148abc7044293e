//! HAML and Slim templates, as far as their lines of code go.
//!
//! Blocks end by indentation there, which has no place for an `end`: lines that open one are left out but for what they
//! write, so that every other line of code is one statement of a program with the offsets of the template.
//! Everything else is blanked, apart from code in `#{…}`.

use memchr::memmem;
use shindan_base::Interner;

use super::erb::{ESCAPED, Output, UNESCAPED, as_view};
use crate::{Language, Tree};

/// Parses a HAML (`!=` writes as it is) or Slim (`==` does) template.
pub(crate) fn parse(language: Language, text: &str, names: &Interner) -> Tree {
    let mut code: Vec<u8> = text
        .bytes()
        .map(|byte| if byte == b'\n' { byte } else { b' ' })
        .collect();
    let mut outputs = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        line_of_code(line, start, &mut code, &mut outputs);
        start += line.len();
    }
    // Whole characters were copied, and the rest is ASCII.
    let code = String::from_utf8(code).unwrap_or_default();
    let tree = super::read(language, text, &code, &outputs, names);
    as_view(tree, text, names)
}

/// Keeps the code of one line that starts at `at`.
fn line_of_code(line: &str, at: usize, code: &mut [u8], outputs: &mut Vec<Output>) {
    let bytes = line.trim_end().as_bytes();
    let indent = bytes.iter().take_while(|b| b.is_ascii_whitespace()).count();
    let mark = indent + tag(&bytes[indent..]);
    let (after, function) = match &bytes[mark..] {
        [b'!', b'=', b'=', ..] => (mark + 3, Some(UNESCAPED)),
        [b'!', b'=', ..] | [b'=', b'=', ..] => (mark + 2, Some(UNESCAPED)),
        [b'&', b'=', ..] => (mark + 2, Some(ESCAPED)),
        [b'=', ..] => (mark + 1, Some(ESCAPED)),
        [b'-', ..] if mark == indent => (mark + 1, None),
        _ => {
            interpolated(bytes, indent, at, code, outputs);
            return;
        }
    };
    let rest = &bytes[after..];
    let spaces = rest.iter().take_while(|b| b.is_ascii_whitespace()).count();
    let start = after + spaces;
    let mut end = bytes.len();
    for opening in [&b" do |"[..], b" do"] {
        if let Some(found) = memmem::rfind(&bytes[start..end], opening)
            && (opening.ends_with(b"|") || start + found + opening.len() == end)
        {
            end = start + found;
        }
    }
    let opens_block = end < bytes.len() || starts_branch(&bytes[start..]);
    if start >= end || opens_block && function.is_none() {
        return;
    }
    code[at + start..at + end].copy_from_slice(&bytes[start..end]);
    if let Some(function) = function {
        outputs.push(Output {
            start: (at + start) as u32,
            function,
        });
    }
}

/// The length of what stands before the code of a line: `%h1.title#top{…}`, `h1.title`.
fn tag(bytes: &[u8]) -> usize {
    let is_name =
        |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'%' | b'.' | b'#' | b'_' | b'-');
    if matches!(
        bytes.first(),
        Some(b'-' | b'=' | b'!' | b'&' | b'/' | b'|') | None
    ) {
        return 0;
    }
    let mut length = bytes.iter().take_while(|b| is_name(b)).count();
    if let Some(open @ (b'{' | b'(' | b'[')) = bytes.get(length).copied() {
        let close = match open {
            b'{' => b'}',
            b'(' => b')',
            _ => b']',
        };
        if let Some(end) = memchr::memrchr(close, bytes) {
            length = (end + 1).max(length);
        }
    }
    // Slim allows a space before the sign.
    match bytes[length..] {
        [b' ', b'=', ..] => length + 1,
        _ => length,
    }
}

fn starts_branch(code: &[u8]) -> bool {
    let word = code.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    matches!(
        &code[..word],
        b"if"
            | b"elsif"
            | b"else"
            | b"unless"
            | b"case"
            | b"when"
            | b"in"
            | b"while"
            | b"until"
            | b"for"
            | b"begin"
            | b"rescue"
            | b"ensure"
            | b"end"
    )
}

/// Keeps the code of `#{…}` in a line of text.
fn interpolated(bytes: &[u8], from: usize, at: usize, code: &mut [u8], outputs: &mut Vec<Output>) {
    let mut next = from;
    while let Some(open) = memmem::find(&bytes[next..], b"#{").map(|found| next + found + 2) {
        let Some(close) = memchr::memchr(b'}', &bytes[open..]).map(|found| open + found) else {
            return;
        };
        if open < close {
            code[at + open..at + close].copy_from_slice(&bytes[open..close]);
            code[at + open - 1] = b';';
            let spaces = bytes[open..close]
                .iter()
                .take_while(|b| b.is_ascii_whitespace())
                .count();
            outputs.push(Output {
                start: (at + open + spaces) as u32,
                function: ESCAPED,
            });
        }
        next = close + 1;
    }
}
