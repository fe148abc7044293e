//! Comments in the scanned code that ignore findings: `shindan: ignore[detector, other] reason`.
//!
//! Without brackets every detector is ignored. The words must stand at the start of a comment, or after another
//! comment marker in it (`# noqa  # shindan: ignore[x] reason`), so that prose about them ignores nothing.
//! A comment on a line of its own speaks for the next line of code, any other for its own line.

use crate::Region;

/// An ignore comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InlineIgnore {
    /// Detectors by id; empty means all.
    pub detectors: Vec<String>,
    /// Why; empty when the comment does not say.
    pub reason: String,
}

impl InlineIgnore {
    /// Whether this comment, speaking for `line`, ignores a finding of `detector` at `region`.
    ///
    /// A region of several lines is met on its first line and on its last, where a comment after the closing
    /// bracket stands; a comment somewhere inside belongs to something else.
    #[must_use]
    pub fn covers(&self, line: u32, detector: &str, region: &Region) -> bool {
        (line == region.start_line || line == region.end_line)
            && (self.detectors.is_empty() || self.detectors.iter().any(|d| d == detector))
    }
}

/// Reads the ignore in a comment, given with or without its markers (`#`, `//`, `/* */`, `<!-- -->`).
#[must_use]
pub fn parse_inline(comment: &str) -> Option<InlineIgnore> {
    comment.lines().find_map(parse_line)
}

/// The line that an ignore comment speaks for: its own, or the next line of code when it stands `alone` on its line.
#[must_use]
pub const fn ignored_line(
    comment_line: u32,
    alone: bool,
    next_code_line: Option<u32>,
) -> Option<u32> {
    if alone {
        next_code_line
    } else {
        Some(comment_line)
    }
}

const KEYWORD: &str = "shindan:";

fn parse_line(line: &str) -> Option<InlineIgnore> {
    line.match_indices(KEYWORD)
        .filter(|&(at, _)| opens_a_comment(&line[..at]))
        .find_map(|(at, _)| parse_directive(&line[at + KEYWORD.len()..]))
}

fn opens_a_comment(before: &str) -> bool {
    let before = before.trim_end();
    before.is_empty() || before.ends_with(['#', '/', '*', '-', '!', ';'])
}

fn parse_directive(text: &str) -> Option<InlineIgnore> {
    let rest = text.trim_start().strip_prefix("ignore")?;
    let (detectors, reason) = match rest.strip_prefix('[') {
        Some(list) => {
            let (list, reason) = list.split_once(']')?;
            let detectors: Vec<String> = list
                .split(',')
                .map(str::trim)
                .filter(|d| !d.is_empty())
                .map(str::to_owned)
                .collect();
            // An empty list would otherwise mean all detectors, the opposite of what it says.
            if detectors.is_empty() {
                return None;
            }
            (detectors, reason)
        }
        None if rest.is_empty() || rest.starts_with([' ', '\t', ':']) || rest.starts_with("*/") => {
            (Vec::new(), rest)
        }
        None => return None,
    };
    Some(InlineIgnore {
        detectors,
        reason: tidy_reason(reason),
    })
}

fn tidy_reason(reason: &str) -> String {
    let reason = reason.trim();
    let reason = reason
        .strip_suffix("*/")
        .or_else(|| reason.strip_suffix("-->"))
        .unwrap_or(reason);
    reason
        .trim_start_matches([':', '-', '–', '—', ' ', '\t'])
        .trim_end()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(comment: &str) -> Option<(String, String)> {
        parse_inline(comment).map(|i| (i.detectors.join("+"), i.reason))
    }

    fn some(detectors: &str, reason: &str) -> Option<(String, String)> {
        Some((detectors.into(), reason.into()))
    }

    #[test]
    fn all_comment_styles_are_read() {
        assert_eq!(
            parsed("# shindan: ignore[sql-injection] table name is constant"),
            some("sql-injection", "table name is constant")
        );
        assert_eq!(
            parsed("//shindan:ignore[a, b]: reason"),
            some("a+b", "reason")
        );
        assert_eq!(
            parsed("/* shindan: ignore[a] reason */"),
            some("a", "reason")
        );
        assert_eq!(
            parsed("/*\n * shindan: ignore[a] reason\n */"),
            some("a", "reason")
        );
        assert_eq!(
            parsed("<!-- shindan: ignore[a] reason -->"),
            some("a", "reason")
        );
        assert_eq!(
            parsed("# noqa: S608  # shindan: ignore[a] reason"),
            some("a", "reason")
        );
        assert_eq!(
            parsed("# shindan: ignore reviewed by the team"),
            some("", "reviewed by the team")
        );
        assert_eq!(parsed("/* shindan: ignore*/"), some("", ""));
        assert_eq!(parsed("# shindan: ignore[a]"), some("a", ""));
    }

    #[test]
    fn anything_else_ignores_nothing() {
        for comment in [
            "# see how shindan: ignore works",
            "# shindan: ignored",
            "# shindan: ignore[a",
            "# shindan: ignore[]",
            "# shindan: ignore[ , ] reason",
            "# shindan: ignore-file",
            "# shindan ignore[a]",
            "",
        ] {
            assert_eq!(parse_inline(comment), None, "{comment}");
        }
    }

    #[test]
    fn a_comment_alone_speaks_for_the_next_code_line() {
        assert_eq!(ignored_line(4, false, Some(5)), Some(4));
        assert_eq!(ignored_line(4, true, Some(7)), Some(7));
        assert_eq!(ignored_line(4, true, None), None);
    }

    #[test]
    fn a_region_is_met_on_its_first_and_last_line_only() {
        let region = Region {
            start_line: 3,
            start_column: 1,
            end_line: 5,
            end_column: 2,
        };
        let ignore = InlineIgnore {
            detectors: vec!["a".into()],
            reason: String::new(),
        };
        let met: Vec<u32> = (1..8)
            .filter(|&line| ignore.covers(line, "a", &region))
            .collect();
        assert_eq!(met, [3, 5]);
        assert!(!ignore.covers(3, "b", &region));
        assert!(
            InlineIgnore {
                detectors: Vec::new(),
                ..ignore
            }
            .covers(3, "b", &region)
        );
    }
}
