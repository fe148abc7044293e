//! The parser's diagnostics as issues: one line each, a bounded number, spans that lie in the text.

use oxc_parser::ParserReturn;
use oxc_span::LabeledSpan;
use shindan_base::Span;

use crate::ParseIssue;

/// More issues than this say nothing new about a file.
const MAX_ISSUES: usize = 100;
/// A message may quote the source, and that may be one minified line.
const MAX_MESSAGE: usize = 200;

/// Why the parser gave up.
#[derive(Debug)]
pub(super) struct Fatal {
    /// Where it stopped.
    pub(super) offset: u32,
    /// Where the bracket was opened whose closing is missing.
    pub(super) opened: Option<u32>,
    /// What it said.
    pub(super) message: String,
}

/// The diagnostic that stopped the parser: the one farthest into the file, since later text was not looked at.
pub(super) fn fatal(parsed: &ParserReturn<'_>) -> Fatal {
    let mut worst = Fatal {
        offset: 0,
        opened: None,
        message: "the file could not be read".to_owned(),
    };
    for (i, diagnostic) in parsed.diagnostics.iter().enumerate() {
        let Some(label) = diagnostic.labels.first() else {
            continue;
        };
        if i == 0 || label.offset() >= worst.offset {
            let opening = diagnostic
                .labels
                .iter()
                .find(|label| label.label() == Some("Opened here"));
            let opened = opening
                .map(LabeledSpan::offset)
                .filter(|&o| o < label.offset());
            worst = Fatal {
                offset: label.offset(),
                opened,
                message: one_line(&diagnostic.message),
            };
        }
    }
    worst
}

/// What the parser complained about without giving up.
pub(super) fn issues(parsed: &ParserReturn<'_>, text: &str) -> Vec<ParseIssue> {
    parsed
        .diagnostics
        .iter()
        .take(MAX_ISSUES)
        .map(|diagnostic| ParseIssue {
            span: diagnostic
                .labels
                .first()
                .map_or(Span::default(), |label| within(label, text)),
            message: one_line(&diagnostic.message),
        })
        .collect()
}

fn within(label: &LabeledSpan, text: &str) -> Span {
    let start = text.floor_char_boundary(label.offset() as usize);
    let end = text.ceil_char_boundary(label.offset() as usize + label.len() as usize);
    Span::new(start as u32, end.max(start) as u32)
}

fn one_line(message: &str) -> String {
    message
        .lines()
        .next()
        .unwrap_or("")
        .chars()
        .take(MAX_MESSAGE)
        .collect()
}
