//! What little Markdown a terminal needs: the first paragraph, and lines that fit.

/// The first paragraph as one line, empty if there is none.
/// A heading, a code block or the name of the language before one does not count as one.
pub(crate) fn first_paragraph(markdown: &str) -> String {
    let mut words: Vec<&str> = Vec::new();
    let mut in_code = false;
    for line in markdown.lines().map(str::trim) {
        if line.starts_with("```") {
            in_code = !in_code;
        }
        let is_prose = !in_code
            && !line.is_empty()
            && !line.starts_with("```")
            && !line.starts_with('#')
            && !names_language(line);
        if is_prose {
            words.extend(line.split_whitespace());
        } else if !words.is_empty() {
            break;
        }
    }
    words.join(" ")
}

/// `Python:`, `JavaScript (multer):`; what is said under it is code.
fn names_language(line: &str) -> bool {
    line.ends_with(':')
        && ["Python", "JavaScript", "TypeScript"]
            .iter()
            .filter_map(|language| line.strip_prefix(language))
            .any(|rest| rest == ":" || rest.starts_with(" ("))
}

/// Text broken at blanks into lines of at most `width` characters; a longer word gets a line of its own.
pub(crate) fn wrapped(text: &str, width: usize) -> String {
    let mut wrapped = String::with_capacity(text.len() + 8);
    let mut column = 0;
    for word in text.split(' ').filter(|w| !w.is_empty()) {
        let length = word.chars().count();
        if column > 0 {
            let fits = column + 1 + length <= width;
            wrapped.push(if fits { ' ' } else { '\n' });
            column = if fits { column + 1 } else { 0 };
        }
        wrapped.push_str(word);
        column += length;
    }
    wrapped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_paragraph_skips_headings_and_code() {
        assert_eq!(
            first_paragraph("# Title\n\nUse\nparameters.\n\nThen more."),
            "Use parameters."
        );
        assert_eq!(
            first_paragraph("```python\nx = 1\n```\nAfter code."),
            "After code."
        );
        assert_eq!(first_paragraph("Before:\n```\ncode\n```"), "Before:");
        assert_eq!(first_paragraph("# Only"), "");
    }

    #[test]
    fn the_first_paragraph_is_not_the_name_of_a_language() {
        let fix = "Python:\n\n```python\nx = 1\n```\n\nJavaScript (multer):\n\n```\ncode\n```\n";
        assert_eq!(first_paragraph(fix), "");
        assert_eq!(first_paragraph(&format!("{fix}\nThen more.")), "Then more.");
        assert_eq!(
            first_paragraph("Python has a module for it:\n\n```\ncode\n```"),
            "Python has a module for it:"
        );
    }

    #[test]
    fn lines_fit_unless_a_word_does_not() {
        assert_eq!(wrapped("aa bb  cc dddddddd e", 5), "aa bb\ncc\ndddddddd\ne");
        assert_eq!(wrapped("", 5), "");
    }
}
