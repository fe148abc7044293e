//! Reading a file that the parser gives up on, by blanking what stops it.
//!
//! The parser returns nothing at all after a hard error. The top-level region around the error is overwritten with
//! spaces (line ends stay) and the rest is read again. A region starts and ends at lines that look like the start
//! of a top-level statement: they begin in the first column, and not with a closing bracket. Where that was too
//! little, the region grows, twice as far every time; the last try gives up everything after the error.
//!
//! **Invariant.** At most [`MAX_TRIES`] readings, and every offset stays what it was.

use memchr::{memchr, memrchr};
use oxc_allocator::Allocator;
use shindan_base::{Interner, Span};

use super::convert;
use super::diagnostics::{self, Fatal};
use super::dialects::{Dialect, read, stopped_early};
use crate::{Language, ParseIssue, Tree};

/// How often a region is blanked before the file is given up.
const MAX_TRIES: u32 = 8;

/// The tree of what can be read of `text`, which `dialect` is known not to read.
pub(super) fn tree(
    language: Language,
    text: &str,
    dialect: Dialect,
    allocator: &mut Allocator,
    names: &Interner,
) -> Tree {
    let mut text = text.to_owned();
    let mut blanked: Vec<ParseIssue> = Vec::new();
    let mut growth = 1;
    for tries in 0..=MAX_TRIES {
        allocator.reset();
        let fatal = {
            let parsed = read(allocator, &text, dialect);
            if !stopped_early(&parsed) {
                blanked.extend(diagnostics::issues(&parsed, &text));
                return convert::tree(language, &parsed, allocator, names, blanked);
            }
            diagnostics::fatal(&parsed)
        };
        let mut region = region_of(&fatal, &text);
        if is_conflict_marker(&text, region) {
            region.end = next_line(&text, region.start as usize) as u32;
        } else if is_blank(&text, region) || follows(fatal.offset, &blanked, &text) {
            region = grown(region, &text, growth);
            growth *= 2;
        }
        if tries + 1 >= MAX_TRIES {
            region.end = text.len() as u32;
        }
        text = with_blank(text, region);
        absorb(
            &mut blanked,
            ParseIssue {
                span: region,
                message: format!("{}; this part was not analysed", fatal.message),
            },
        );
    }
    Tree {
        language,
        body: Vec::new(),
        issues: blanked,
        comments: Vec::new(),
    }
}

/// The top-level region that the error belongs to. Where a bracket is still open at the end of the file or at the
/// next statement, that is where it was opened.
fn region_of(fatal: &Fatal, text: &str) -> Span {
    let at = text.floor_char_boundary(fatal.offset as usize);
    let in_first_column = at == 0 || text.as_bytes()[at - 1] == b'\n';
    let is_late = in_first_column || at >= text.trim_end().len();
    let (start, at) = match fatal.opened {
        Some(opened) if is_late => {
            let opened = text.floor_char_boundary(opened as usize);
            (statement_start(text, opened), opened)
        }
        // What is wrong with the first word of a line need not be the fault of the line before.
        _ if in_first_column => (at, at),
        _ => (statement_start(text, at), at),
    };
    Span::new(start as u32, next_statement(text, at) as u32)
}

/// Whether there is nothing but white space between a blanked region and `at`: the fault lies before both.
fn follows(at: u32, blanked: &[ParseIssue], text: &str) -> bool {
    blanked
        .iter()
        .any(|issue| issue.span.end <= at && is_blank(text, Span::new(issue.span.end, at)))
}

/// The region with `lines` more statement starts on both sides.
fn grown(region: Span, text: &str, lines: u32) -> Span {
    let (mut start, mut end) = (region.start as usize, region.end as usize);
    for _ in 0..lines {
        start = statement_start(text, start.saturating_sub(1));
    }
    if start == region.start as usize {
        for _ in 0..lines {
            end = next_statement(text, end);
        }
    }
    Span::new(start as u32, end as u32)
}

/// The last line start at or before `at` that looks like the start of a statement.
fn statement_start(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    let mut end = at;
    while let Some(newline) = memrchr(b'\n', &bytes[..end]) {
        if starts_statement(bytes.get(newline + 1)) {
            return newline + 1;
        }
        end = newline;
    }
    0
}

/// The first line start after `at` that looks like the start of a statement.
fn next_statement(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    let mut start = at;
    while let Some(n) = memchr(b'\n', &bytes[start..]) {
        start += n + 1;
        if starts_statement(bytes.get(start)) {
            return start;
        }
    }
    bytes.len()
}

/// Whether a line that begins with this byte may start a statement; the comparison signs start conflict markers.
fn starts_statement(first: Option<&u8>) -> bool {
    first.is_some_and(|&b| {
        b.is_ascii_alphanumeric() || !b.is_ascii() || b"_$@#\"'`/(!<>=|".contains(&b)
    })
}

/// Whether a region starts with a line that version control left there: both sides of the conflict are kept.
fn is_conflict_marker(text: &str, region: Span) -> bool {
    let line = &text.as_bytes()[region.start as usize..];
    line.len() >= 7 && b"<=>|".contains(&line[0]) && line[..7].iter().all(|b| *b == line[0])
}

fn next_line(text: &str, at: usize) -> usize {
    memchr(b'\n', &text.as_bytes()[at..]).map_or(text.len(), |n| at + n + 1)
}

fn is_blank(text: &str, region: Span) -> bool {
    region.slice(text).trim().is_empty()
}

fn with_blank(text: String, region: Span) -> String {
    let (start, end) = (region.start as usize, region.end as usize);
    let mut out = String::with_capacity(text.len());
    out.push_str(&text[..start]);
    for b in text[start..end].bytes() {
        out.push(if matches!(b, b'\n' | b'\r') {
            char::from(b)
        } else {
            ' '
        });
    }
    out.push_str(&text[end..]);
    out
}

/// Adds an issue and merges it with those that it overlaps.
fn absorb(issues: &mut Vec<ParseIssue>, mut new: ParseIssue) {
    issues.retain(|old| {
        let touches = old.span.start <= new.span.end && new.span.start <= old.span.end;
        if touches {
            new.span = new.span.to(old.span);
            new.message.clone_from(&old.message);
        }
        !touches
    });
    issues.push(new);
}
