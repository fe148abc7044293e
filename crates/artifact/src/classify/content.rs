//! What the text of a file tells beyond its path.

use memchr::memmem;

use super::{Class, Classification, Reason};
use crate::path::extension;

/// Refines the verdict on a file once its content has been read. Only verdicts that the path left
/// open change: vendored and generated files stay what they are.
#[must_use]
pub fn classify_content(path: &str, known: Classification, content: &[u8]) -> Classification {
    let verdict = match known.class {
        Class::FirstParty => first_party(path, content),
        Class::Config => is_binary(content).then_some((Class::Data, Reason::Binary)),
        Class::Data if known.reason == Reason::Extension && extension(path).is_empty() => {
            names_interpreter(content).then_some((Class::FirstParty, Reason::Shebang))
        }
        Class::Data | Class::Vendored | Class::Generated | Class::Compiled => None,
    };
    verdict.map_or(known, |(class, reason)| Classification {
        class,
        reason,
        ..known
    })
}

fn first_party(path: &str, content: &[u8]) -> Option<(Class, Reason)> {
    if is_binary(content) {
        return Some((Class::Data, Reason::Binary));
    }
    if says_generated(content) {
        return Some((Class::Generated, Reason::GeneratedMark));
    }
    let extension = extension(path);
    if matches!(extension.as_str(), "js" | "mjs" | "cjs") {
        if has_library_banner(content) {
            return Some((Class::Vendored, Reason::LicenceBanner));
        }
        if is_minified(content) {
            return Some((Class::Generated, Reason::Minified));
        }
    }
    None
}

/// NUL bytes stand in no source text but UTF-16, which starts with a mark.
fn is_binary(content: &[u8]) -> bool {
    const LOOKED_AT: usize = 8 * 1024;
    let is_utf16 = content.starts_with(b"\xff\xfe") || content.starts_with(b"\xfe\xff");
    !is_utf16 && memchr::memchr(0, &content[..content.len().min(LOOKED_AT)]).is_some()
}

fn names_interpreter(content: &[u8]) -> bool {
    let line = content
        .split(|byte| *byte == b'\n')
        .next()
        .unwrap_or(content);
    let interpreters: [&[u8]; 6] = [b"python", b"node", b"deno", b"ruby", b"bash", b"/sh"];
    line.starts_with(b"#!")
        && line.len() < 256
        && interpreters
            .iter()
            .any(|name| memmem::find(line, name).is_some())
}

fn says_generated(content: &[u8]) -> bool {
    const LOOKED_AT: usize = 1024;
    let head = &content[..content.len().min(LOOKED_AT)];
    head.split(|byte| *byte == b'\n').any(|line| {
        let is_comment = [
            &b"#"[..],
            b"//",
            b"/*",
            b"*",
            b";",
            b"--",
            b"\"\"\"",
            b"'''",
        ]
        .iter()
        .any(|start| line.trim_ascii_start().starts_with(start));
        is_comment
            && (has_word(line, b"@generated")
                || memmem::find(line, b"Code generated").is_some()
                    && memmem::find(line, b"DO NOT EDIT").is_some())
    })
}

/// Whether `word` stands in `line` and no letter follows it: `@generatedBy` is another tag.
fn has_word(line: &[u8], word: &[u8]) -> bool {
    memmem::find_iter(line, word).any(|at| {
        !line
            .get(at + word.len())
            .is_some_and(u8::is_ascii_alphanumeric)
    })
}

/// `/*! jQuery v3.7.1 | (c) ... */`: a kept comment that names a library and its version.
fn has_library_banner(content: &[u8]) -> bool {
    const LOOKED_AT: usize = 1024;
    let text = content
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(content)
        .trim_ascii_start();
    let Some(rest) = text.strip_prefix(b"/*!") else {
        return false;
    };
    let rest = &rest[..rest.len().min(LOOKED_AT)];
    let comment = memmem::find(rest, b"*/").map_or(rest, |end| &rest[..end]);
    comment
        .split(|byte| byte.is_ascii_whitespace())
        .any(is_version)
}

/// `v1.2.3`, `1.2.3,` and `@1.2.3`.
fn is_version(word: &[u8]) -> bool {
    let word = word
        .iter()
        .position(u8::is_ascii_digit)
        .map_or(&[][..], |at| if at <= 1 { &word[at..] } else { &[] });
    let digits_and_dots = word
        .iter()
        .take_while(|byte| byte.is_ascii_digit() || **byte == b'.')
        .count();
    let parts = word[..digits_and_dots]
        .split(|byte| *byte == b'.')
        .filter(|part| !part.is_empty())
        .count();
    parts >= 3 || parts == 2 && word.len() == digits_and_dots && digits_and_dots >= 3
}

/// Lines as no person writes them: one very long, or all of them long on average. A long line that
/// is mostly a string (an inlined image, a certificate) does not make the file minified, hence the
/// average counts only together with a size.
fn is_minified(content: &[u8]) -> bool {
    const LONGEST_LINE: usize = 10_000;
    const AVERAGE_LINE: usize = 500;
    const SMALLEST: usize = 1024;
    if content.len() < SMALLEST {
        return false;
    }
    let mut lines = 1;
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', content) {
        if end - start > LONGEST_LINE {
            return true;
        }
        lines += usize::from(end > start);
        start = end + 1;
    }
    content.len() - start > LONGEST_LINE || content.len() / lines > AVERAGE_LINE
}

#[cfg(test)]
mod tests {
    use super::super::classify_path;
    use super::*;

    fn classify(path: &str, content: &[u8]) -> (Class, Reason) {
        let verdict = classify_content(path, classify_path(path), content);
        (verdict.class, verdict.reason)
    }

    #[test]
    fn plain_source_stays_first_party() {
        assert_eq!(
            classify("a.py", b"import os\n"),
            (Class::FirstParty, Reason::Extension)
        );
        assert_eq!(
            classify("bundle.js", "var a = 1;\n".repeat(5000).as_bytes()).0,
            Class::FirstParty
        );
    }

    #[test]
    fn nul_bytes_make_data_and_utf16_does_not() {
        assert_eq!(classify("a.py", b"a\0b"), (Class::Data, Reason::Binary));
        assert_eq!(classify("a.py", b"\xff\xfea\0").0, Class::FirstParty);
    }

    #[test]
    fn generated_marks_count_in_comments_only() {
        assert_eq!(
            classify("a.go", b"// Code generated by protoc. DO NOT EDIT.\n"),
            (Class::Generated, Reason::GeneratedMark)
        );
        assert_eq!(
            classify("a.ts", b"/**\n * @generated\n */\n").0,
            Class::Generated
        );
        assert_eq!(
            classify("a.py", b"print('@generated')\n").0,
            Class::FirstParty
        );
        assert_eq!(
            classify("a.py", b"# see @generatedBy\n").0,
            Class::FirstParty
        );
    }

    #[test]
    fn banners_of_libraries_are_vendored() {
        assert_eq!(
            classify("js/jquery.js", b"/*! jQuery v3.7.1 | (c) x */\nvar a"),
            (Class::Vendored, Reason::LicenceBanner)
        );
        assert_eq!(
            classify("js/b.js", b"/*!\n  * Bootstrap 5.3.2 (https://x)\n */"),
            (Class::Vendored, Reason::LicenceBanner)
        );
        assert_eq!(
            classify("js/mine.js", b"/*! Copyright 2024 Me */").0,
            Class::FirstParty
        );
    }

    #[test]
    fn minified_scripts_are_generated() {
        assert_eq!(
            classify("a.js", "a=1;".repeat(4000).as_bytes()),
            (Class::Generated, Reason::Minified)
        );
        let average = format!("{}\n", "a=1;".repeat(200)).repeat(10);
        assert_eq!(classify("a.js", average.as_bytes()).0, Class::Generated);
        assert_eq!(
            classify("a.js", b"exports.handler=async()=>1").0,
            Class::FirstParty
        );
        assert_eq!(
            classify("a.py", "a=1;".repeat(4000).as_bytes()).0,
            Class::FirstParty
        );
    }

    #[test]
    fn scripts_without_extension_are_known_by_their_first_line() {
        assert_eq!(
            classify("bootstrap", b"#!/usr/bin/env python3\n"),
            (Class::FirstParty, Reason::Shebang)
        );
        assert_eq!(classify("LICENSE", b"MIT\n").0, Class::Data);
    }
}
