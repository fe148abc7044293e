//! The ways in which one file may be read, and which of several readings is the best.
//!
//! The parser decides between script and module by what it meets (`import`, `export`, `import.meta`); a module
//! without any of these (top-level `await` alone) needs to be told. JavaScript with type annotations is read as
//! TypeScript with JSX, which also covers most of Flow.

use oxc_allocator::Allocator;
use oxc_parser::{ParseOptions, Parser, ParserReturn};
use oxc_span::{GetSpan, SourceType};

use super::diagnostics;
use crate::Language;

/// How to read a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dialect {
    typescript: bool,
    jsx: bool,
    module: bool,
}

/// The dialects of a language, the likeliest first.
pub(super) fn dialects(language: Language) -> &'static [Dialect] {
    const JS: Dialect = Dialect {
        typescript: false,
        jsx: true,
        module: false,
    };
    const TS: Dialect = Dialect {
        typescript: true,
        jsx: false,
        module: false,
    };
    const TSX: Dialect = Dialect {
        typescript: true,
        jsx: true,
        module: false,
    };
    match language {
        Language::Python
        | Language::Java
        | Language::CSharp
        | Language::Ruby
        | Language::Erb
        | Language::RailsView
        | Language::Haml => &[],
        Language::JavaScript => &[JS, Dialect { module: true, ..JS }, TSX],
        Language::TypeScript => &[TS, Dialect { module: true, ..TS }],
        Language::Tsx => &[
            TSX,
            Dialect {
                module: true,
                ..TSX
            },
        ],
    }
}

/// Parses `text` as `dialect`.
pub(super) fn read<'a>(
    allocator: &'a Allocator,
    text: &'a str,
    dialect: Dialect,
) -> ParserReturn<'a> {
    let source_type = SourceType::unambiguous()
        .with_typescript(dialect.typescript)
        .with_jsx(dialect.jsx);
    let source_type = if dialect.module {
        source_type.with_module(true)
    } else {
        source_type
    };
    let options = ParseOptions {
        allow_return_outside_function: true,
        preserve_parens: false,
        enable_ident_hashes: false,
        ..ParseOptions::default()
    };
    Parser::new(allocator, text, source_type)
        .with_options(options)
        .parse()
}

/// Whether the parser did not read to the end. It may say so, and then has nothing; but at a character that starts no
/// token it ends quietly with the statements so far, and then complains about a place after the last of them.
pub(super) fn stopped_early(parsed: &ParserReturn<'_>) -> bool {
    let program = &parsed.program;
    let directives = program
        .directives
        .last()
        .map_or(0, |directive| directive.span.end);
    let end = program
        .body
        .last()
        .map_or(directives, |stmt| stmt.span().end);
    parsed.panicked
        || parsed
            .diagnostics
            .iter()
            .filter_map(|d| d.labels.first())
            .any(|label| label.offset() >= end)
}

/// How well a reading went.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The parser has a whole tree and this many complaints.
    Read { complaints: usize },
    /// The parser gave up at this offset.
    GaveUp { at: u32 },
}

impl Verdict {
    pub(super) fn of(parsed: &ParserReturn<'_>) -> Self {
        if !stopped_early(parsed) {
            return Self::Read {
                complaints: parsed.diagnostics.len(),
            };
        }
        // The parser replaces every error of a Flow file by one about Flow itself, so how far it came is unknown.
        let at = if parsed.is_flow_language {
            0
        } else {
            diagnostics::fatal(parsed).offset
        };
        Self::GaveUp { at }
    }

    pub(super) fn is_clean(&self) -> bool {
        matches!(self, Self::Read { complaints: 0 })
    }

    pub(super) fn is_fatal(&self) -> bool {
        matches!(self, Self::GaveUp { .. })
    }

    pub(super) fn is_better_than(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Read { complaints: a }, Self::Read { complaints: b }) => a < b,
            (Self::GaveUp { at: a }, Self::GaveUp { at: b }) => a > b,
            (Self::Read { .. }, Self::GaveUp { .. }) => true,
            (Self::GaveUp { .. }, Self::Read { .. }) => false,
        }
    }
}
