use std::ops::Range;

use shindan_base::LineIndex;

/// What is wrong in a rule file, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {message}")]
pub struct RuleError {
    /// The name under which the text was given.
    pub file: String,
    /// Byte range in the text.
    pub span: Range<usize>,
    /// Line of its start, counted from 1.
    pub line: u32,
    /// Column of its start, counted from 1.
    pub column: u32,
    /// What is wrong, one line.
    pub message: String,
}

impl RuleError {
    pub(crate) fn new(file: &str, text: &str, span: Range<usize>, message: String) -> Self {
        let start = u32::try_from(span.start).unwrap_or(u32::MAX);
        let (line, column) = LineIndex::new(text).line_column(text, start);
        Self {
            file: file.to_owned(),
            span,
            line,
            column,
            message,
        }
    }
}
