//! Conditional sections (`#if`) that split a statement or an expression, which the grammar cannot read as both.
//!
//! Where that breaks a file, the first side of every such section is kept, and the lines of the others and of the
//! directives become blank. Offsets stay what they were.

use std::borrow::Cow;

use shindan_base::Span;

use crate::ParseIssue;

/// The text with one side of each conditional section; borrowed when there is none.
pub(super) fn first_sides(text: &str) -> Cow<'_, str> {
    if !text.contains("#if") && !text.contains("# if") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut open: Vec<Section> = Vec::new();
    for line in text.split_inclusive('\n') {
        let is_kept = open.last().is_none_or(|section| section.is_kept);
        match directive(line) {
            "if" => {
                let side = is_kept && !is_switched_off(line);
                open.push(Section {
                    around: is_kept,
                    is_kept: side,
                    has_kept: side,
                });
            }
            "elif" | "else" => {
                if let Some(section) = open.last_mut() {
                    section.is_kept = section.around && !section.has_kept && !is_switched_off(line);
                    section.has_kept |= section.is_kept;
                }
            }
            "endif" => {
                open.pop();
            }
            _ if is_kept => {
                out.push_str(line);
                continue;
            }
            _ => {}
        }
        blank(line, &mut out);
    }
    Cow::Owned(out)
}

/// A conditional section that is open.
struct Section {
    /// Whether what is around it is kept.
    around: bool,
    /// Whether the side at hand is.
    is_kept: bool,
    /// Whether one of its sides was.
    has_kept: bool,
}

/// `#if false`.
fn is_switched_off(line: &str) -> bool {
    line.trim_end().ends_with(" false")
}

/// One issue for each run of lines that was blanked although it holds code.
pub(super) fn left_out(text: &str, kept: &str) -> Vec<ParseIssue> {
    let mut issues: Vec<ParseIssue> = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        let is_code = directive(line).is_empty() && !line.trim().is_empty();
        if is_code
            && kept
                .get(start..end)
                .is_some_and(|line| line.trim().is_empty())
        {
            let span = Span::new(start as u32, end as u32);
            match issues.last_mut() {
                Some(last) if last.span.end == span.start => last.span.end = span.end,
                _ => issues.push(ParseIssue {
                    span,
                    message: "this side of a conditional section was not analysed: the parser cannot read both"
                        .to_owned(),
                }),
            }
        }
        start = end;
    }
    issues
}

/// The word of a directive line, or nothing.
fn directive(line: &str) -> &str {
    let Some(rest) = line
        .trim_start_matches(['\u{feff}', ' ', '\t'])
        .strip_prefix('#')
    else {
        return "";
    };
    let rest = rest.trim_start();
    let end = rest
        .find(|c: char| !c.is_ascii_alphabetic())
        .unwrap_or(rest.len());
    &rest[..end]
}

fn blank(line: &str, out: &mut String) {
    for byte in line.bytes() {
        out.push(match byte {
            b'\n' => '\n',
            b'\r' => '\r',
            _ => ' ',
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_side_is_kept_and_offsets_stay() {
        let text = "a\n#if X\nb é\n#elif Y\nc\n#else\nd\n#endif\ne\n#region r\n";
        let kept = first_sides(text);
        assert_eq!(kept.len(), text.len());
        let words: Vec<&str> = kept.split_whitespace().collect();
        assert_eq!(words, ["a", "b", "é", "e", "#region", "r"]);
        assert_eq!(left_out(text, &kept).len(), 2);
    }

    #[test]
    fn nested_sections_belong_to_their_side() {
        let text = "#if X\n#if Y\na\n#else\nb\n#endif\n#else\n#if Z\nc\n#endif\nd\n#endif\n";
        assert_eq!(first_sides(text).trim(), "a");
    }

    #[test]
    fn a_section_that_is_switched_off_gives_its_other_side() {
        assert_eq!(first_sides("#if false\na\n#else\nb\n#endif\n").trim(), "b");
    }
}
