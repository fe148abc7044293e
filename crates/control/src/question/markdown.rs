//! Just enough Markdown: texts that stay texts, and tables.

use crate::text::{is_unprintable, shorten};

/// A text of somebody else as one that cannot be Markdown: one line, at most 64 characters, nothing with a meaning.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in shorten(text, 64).chars() {
        if is_unprintable(c) {
            escaped.push(' ');
            continue;
        }
        // `.` and `-` mean something only at the beginning of a line, where no text of others stands; `:` and `@` would
        // make links and mentions.
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            ':' => escaped.push_str("&#58;"),
            '@' => escaped.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '(' | ')' | '#' | '|' | '~' | '!' | '$' => {
                escaped.push('\\');
                escaped.push(c);
            }
            _ => escaped.push(c),
        }
    }
    escaped
}

/// A table. Columns whose alignment is `true` are numbers.
pub(super) struct Table {
    text: String,
}

impl Table {
    pub(super) fn new(columns: &[(&str, bool)]) -> Self {
        let mut table = Self {
            text: String::new(),
        };
        table.row(columns.iter().map(|(title, _)| (*title).to_owned()));
        table.row(
            columns
                .iter()
                .map(|(_, number)| if *number { "---:" } else { "---" }.to_owned()),
        );
        table
    }

    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.text.push('|');
        for cell in cells {
            self.text.push(' ');
            self.text.push_str(&cell);
            self.text.push_str(" |");
        }
        self.text.push('\n');
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_write_markdown() {
        for (name, escaped) in [
            ("shop-prod", "shop-prod"),
            ("a|b", "a\\|b"),
            ("[x](javascript:alert)", "\\[x\\]\\(javascript&#58;alert\\)"),
            ("<img src=x>", "&lt;img src=x&gt;"),
            ("a\n# b", "a \\# b"),
            ("a\u{202e}b", "a b"),
            (
                "https://example.com @all",
                "https&#58;//example.com &#64;all",
            ),
        ] {
            assert_eq!(escape(name), escaped);
        }
        assert!(escape(&"x".repeat(1_000)).chars().count() <= 64);
    }
}
