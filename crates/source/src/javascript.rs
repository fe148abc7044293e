//! JavaScript and TypeScript to the surface tree, by way of the `oxc` parser.
//!
//! A file does not say whether it is a script, a CommonJS module or an ES module, and a `.js` file may hold JSX,
//! Flow or TypeScript: the [`dialects`] of a language are tried in order until one reads the file without error;
//! else the one that got farthest is used and [`recovery`] blanks what stops it. [`convert`] and the modules below
//! it then turn the parser's tree into ours. Types are erased, except for plain references, which later stages use
//! to tell which class a value has.
//!
//! **Invariant.** Offsets in the tree are offsets in the given text: nothing is ever inserted or removed before
//! parsing, only blanked.

mod classes;
mod convert;
mod diagnostics;
mod dialects;
mod expressions;
mod functions;
mod jsx;
mod literals;
mod modules;
mod nesting;
mod operators;
mod patterns;
mod recovery;
mod spine;
mod statements;
mod types;
mod typescript;

use std::borrow::Cow;

use oxc_allocator::Allocator;
use shindan_base::{Interner, Span};

use crate::{Language, ParseIssue, Tree};
use dialects::{Verdict, dialects, read};

/// Parses a file of any of the three ECMAScript languages.
pub(crate) fn parse(language: Language, text: &str, names: &Interner) -> Tree {
    if nesting::is_too_deep(text) {
        let issue = ParseIssue {
            span: Span::new(0, text.len() as u32),
            message: format!(
                "nested deeper than {} brackets; the file was not analysed",
                nesting::MAX_BRACKETS
            ),
        };
        return Tree {
            language,
            body: Vec::new(),
            issues: vec![issue],
            comments: Vec::new(),
        };
    }
    let text = without_marked_shebang(text);
    let mut allocator = Allocator::new();
    let mut best = None;
    for &dialect in dialects(language) {
        let verdict = {
            let parsed = read(&allocator, &text, dialect);
            let verdict = Verdict::of(&parsed);
            if verdict.is_clean() {
                return convert::tree(language, &parsed, &allocator, names, Vec::new());
            }
            verdict
        };
        allocator.reset();
        if best
            .as_ref()
            .is_none_or(|(_, other)| verdict.is_better_than(other))
        {
            best = Some((dialect, verdict));
        }
    }
    let Some((dialect, verdict)) = best else {
        return Tree {
            language,
            body: Vec::new(),
            issues: Vec::new(),
            comments: Vec::new(),
        };
    };
    if verdict.is_fatal() {
        return recovery::tree(language, &text, dialect, &mut allocator, names);
    }
    let parsed = read(&allocator, &text, dialect);
    convert::tree(
        language,
        &parsed,
        &allocator,
        names,
        diagnostics::issues(&parsed, &text),
    )
}

/// A byte order mark is white space to the parser, but hides a shebang line behind it: that line is blanked.
fn without_marked_shebang(text: &str) -> Cow<'_, str> {
    const MARK: &str = "\u{feff}";
    if !text
        .strip_prefix(MARK)
        .is_some_and(|rest| rest.starts_with("#!"))
    {
        return Cow::Borrowed(text);
    }
    let end = text.find(['\n', '\r']).unwrap_or(text.len());
    Cow::Owned(" ".repeat(end) + &text[end..])
}
