use crate::Span;

/// Turns byte offsets of one text into lines and columns.
///
/// Lines end at `\n`, `\r\n` or a lone `\r`, as compilers and SARIF viewers count them.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Indexes `text`, which must be shorter than 4 GiB.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for (i, &b) in bytes.iter().enumerate() {
            let ends_line = b == b'\n' || (b == b'\r' && bytes.get(i + 1) != Some(&b'\n'));
            if ends_line {
                starts.push(i as u32 + 1);
            }
        }
        Self { starts }
    }

    /// The line of an offset, counted from 1.
    #[must_use]
    pub fn line(&self, offset: u32) -> u32 {
        self.starts.partition_point(|&s| s <= offset) as u32
    }

    /// Line and column of an offset, both counted from 1; the column counts Unicode scalar values.
    #[must_use]
    pub fn line_column(&self, text: &str, offset: u32) -> (u32, u32) {
        let line = self.line(offset);
        let start = self.starts[line as usize - 1] as usize;
        let before = text
            .get(start..(offset as usize).min(text.len()))
            .unwrap_or("");
        (line, before.chars().count() as u32 + 1)
    }

    /// The bytes of a line counted from 1, its line end included; `None` past the last line.
    #[must_use]
    pub fn span_of_line(&self, line: u32, text_len: u32) -> Option<Span> {
        let i = (line as usize).checked_sub(1)?;
        let start = *self.starts.get(i)?;
        let end = self.starts.get(i + 1).copied().unwrap_or(text_len);
        Some(Span::new(start, end))
    }

    /// How many lines there are; an empty text has one.
    #[must_use]
    pub fn len(&self) -> u32 {
        self.starts.len() as u32
    }

    /// Never true: even an empty text has a line.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crlf_and_lone_cr_end_lines_once() {
        let text = "a\r\nb\rc\nd";
        let lines = LineIndex::new(text);
        assert_eq!(lines.len(), 4);
        assert_eq!(lines.line_column(text, 3), (2, 1));
        assert_eq!(lines.line_column(text, 5), (3, 1));
        assert_eq!(lines.line_column(text, 7), (4, 1));
    }

    #[test]
    fn columns_count_characters_not_bytes() {
        let text = "診断 x";
        assert_eq!(LineIndex::new(text).line_column(text, 7), (1, 4));
    }
}
