//! Patterns of a settings file, as seen from a folder below it.
//!
//! A repository's `shindan.toml` says `functions/*/tests`; a scan of `functions/orders` sees paths such as `tests/a.py`.

use shindan_finding::PathPattern;

/// The patterns that cover, relative to the folder `position`, what `pattern` covers relative to the settings file.
pub(crate) fn rebased(pattern: &str, position: &str) -> Vec<String> {
    let folder = pattern
        .strip_prefix("./")
        .unwrap_or(pattern)
        .trim_end_matches('/');
    let parts: Vec<&str> = folder.split('/').collect();
    let below: Vec<&str> = position
        .split('/')
        .filter(|part| !part.is_empty())
        .collect();
    let mut found = Vec::new();
    descend(&parts, &below, &mut found);
    found.sort();
    found.dedup();
    found
}

fn descend(parts: &[&str], below: &[&str], found: &mut Vec<String>) {
    match (parts, below) {
        // The pattern covers a folder around the position, and so all that is in it.
        ([], _) => found.push("**".to_owned()),
        (rest, []) => found.push(rest.join("/")),
        (["**"], _) => found.push("**".to_owned()),
        (["**", rest @ ..], [_, deeper @ ..]) => {
            // The stars stand for no folder, or for one and perhaps more.
            descend(rest, below, found);
            descend(parts, deeper, found);
        }
        ([part, rest @ ..], [folder, deeper @ ..]) => {
            if PathPattern::new(part).is_ok_and(|p| p.matches(folder)) {
                descend(rest, deeper, found);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_lose_what_leads_to_the_position() {
        for (pattern, position, expected) in [
            ("tests", "", vec!["tests"]),
            ("functions/*/tests", "functions/orders", vec!["tests"]),
            ("./functions/orders/", "functions/orders/src", vec!["**"]),
            ("layers/x", "functions/orders", vec![]),
            ("**/*.min.js", "functions", vec!["**/*.min.js"]),
            (
                "**/orders/gen",
                "functions/orders",
                vec!["**/orders/gen", "gen"],
            ),
            ("functions/{a,orders}", "functions/orders", vec!["**"]),
        ] {
            assert_eq!(
                rebased(pattern, position),
                expected,
                "{pattern} in {position}"
            );
        }
    }
}
