//! What the parser could not read.

use shindan_base::Span;
use tree_sitter::Tree;

use crate::ParseIssue;

/// Past this many errors a file is not Java, and listing more helps nobody.
const MAX_ISSUES: usize = 100;

/// One issue for each outermost part that was not read; neighbours are joined.
pub(super) fn find(tree: &Tree, text: &str) -> Vec<ParseIssue> {
    let mut found: Vec<ParseIssue> = Vec::new();
    let mut cursor = tree.walk();
    loop {
        let node = cursor.node();
        let is_issue = node.is_error() || node.is_missing();
        if is_issue {
            let start = text.floor_char_boundary(node.start_byte());
            let end = text.ceil_char_boundary(node.end_byte()).max(start);
            let span = Span::new(start as u32, end as u32);
            let is_neighbour = |last: &&mut ParseIssue| {
                text.get(last.span.end as usize..start)
                    .is_some_and(|between| between.trim().is_empty())
            };
            let is_full = found.len() >= MAX_ISSUES;
            match found.last_mut().filter(is_neighbour) {
                Some(last) => last.span = last.span.to(span),
                None if is_full => return found,
                None => {
                    let message = if node.is_missing() {
                        format!("`{}` is missing", node.kind().replace(['\n', '\r'], " "))
                    } else {
                        "this is not Java that the parser knows".to_owned()
                    };
                    found.push(ParseIssue { span, message });
                }
            }
        }
        if !is_issue && node.has_error() && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return found;
            }
        }
    }
}
