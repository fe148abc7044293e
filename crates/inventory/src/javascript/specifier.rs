//! `name@version` and its relatives in lock files.

/// Divides `name@rest` or `@scope/name@rest` at the `@` behind the name.
pub(super) fn split(text: &str) -> Option<(&str, &str)> {
    let from = usize::from(text.starts_with('@'));
    let at = text[from..].find('@')? + from;
    Some((&text[..at], &text[at + 1..]))
}

/// Whether `text` is a version of the registry and no range, URL or path.
pub(super) fn is_version(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit()) && !text.contains([':', '/', ' ', '|'])
}

/// Whether `name` may be a name of npm's registry.
pub(super) fn is_name(name: &str) -> bool {
    let bare = match name.strip_prefix('@') {
        Some(scoped) => match scoped.split_once('/') {
            Some((scope, bare)) if !scope.is_empty() => bare,
            _ => return false,
        },
        None => name,
    };
    !bare.is_empty()
        && !bare.starts_with('.')
        && !bare.contains([
            '/', '\\', ':', '@', ' ', '"', '\'', '*', '?', '(', '!', '<', '>',
        ])
        && name.len() <= 214
}
