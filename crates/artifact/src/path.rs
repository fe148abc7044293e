//! Paths within a package: UTF-8, separated by `/`, relative, without `.` and `..`.
//!
//! Names come from archives and file systems and are hostile. [`normalise`] is the only door; what
//! it lets through can be joined to a folder without leaving it, on any system.

use crate::skip::UnsafePath;

/// Turns a name from an archive into a path within the package.
pub(crate) fn normalise(name: &str, limit: usize) -> Result<String, UnsafePath> {
    if name.len() > limit {
        return Err(UnsafePath::TooLong);
    }
    if name.contains('\0') {
        return Err(UnsafePath::Nul);
    }
    let bytes = name.as_bytes();
    let has_drive = bytes.len() >= 2 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':';
    if name.starts_with('/') || has_drive {
        return Err(UnsafePath::Absolute);
    }
    if name.contains('\\') {
        return Err(UnsafePath::Backslash);
    }
    if !name.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return Ok(name.to_owned());
    }
    let path = resolve("", name).ok_or(UnsafePath::ClimbsOut)?;
    // `a/../b` stays inside, yet no packer writes it, and unzip programs do not agree on it.
    if name.split('/').any(|part| part == "..") {
        return Err(UnsafePath::ClimbsOut);
    }
    if path.is_empty() {
        Err(UnsafePath::Empty)
    } else {
        Ok(path)
    }
}

/// The path that `relative` names when written in a file of `folder`, or `None` when it leaves the package.
pub(crate) fn resolve(folder: &str, relative: &str) -> Option<String> {
    if relative.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The folder a path stands in; empty at the top.
pub(crate) fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The last part of a path.
pub(crate) fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// The extension in lower case without the dot; empty when there is none.
pub(crate) fn extension(path: &str) -> String {
    match file_name(path).rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => extension.to_ascii_lowercase(),
        _ => String::new(),
    }
}

/// Whether `path` is `folder` or lies in it.
pub(crate) fn is_within(path: &str, folder: &str) -> bool {
    folder.is_empty()
        || path
            .strip_prefix(folder)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Folders that are no part of any package and are passed over: version control and compiled caches
/// without a word, since they stand in every checkout, and tool caches with a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PassedOver {
    Silently,
    WithNote,
}

/// Whether the folder at `path` is passed over.
pub(crate) fn passed_over(path: &str) -> Option<PassedOver> {
    match file_name(path) {
        ".git" | ".hg" | ".svn" | "__pycache__" => Some(PassedOver::Silently),
        ".terraform" => Some(PassedOver::WithNote),
        ".cache" if file_name(parent(path)) == "node_modules" => Some(PassedOver::WithNote),
        _ => None,
    }
}

/// The topmost folder above the file at `path` that is passed over.
pub(crate) fn passed_over_folder(path: &str) -> Option<(&str, PassedOver)> {
    path.match_indices('/').find_map(|(at, _)| {
        let folder = &path[..at];
        passed_over(folder).map(|how| (folder, how))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unsafe_names_are_told_apart() {
        let cases = [
            ("../x", UnsafePath::ClimbsOut),
            ("a/../../x", UnsafePath::ClimbsOut),
            ("a/../x", UnsafePath::ClimbsOut),
            ("/etc/passwd", UnsafePath::Absolute),
            ("C:\\x", UnsafePath::Absolute),
            ("c:x", UnsafePath::Absolute),
            ("a\\b", UnsafePath::Backslash),
            ("a\0b", UnsafePath::Nul),
            ("./", UnsafePath::Empty),
            ("", UnsafePath::Empty),
        ];
        for (name, expected) in cases {
            assert_eq!(normalise(name, 100), Err(expected), "{name:?}");
        }
        assert_eq!(normalise(&"x".repeat(101), 100), Err(UnsafePath::TooLong));
    }

    #[test]
    fn dots_and_double_slashes_vanish() {
        assert_eq!(normalise("./a//b/./c.py", 100).as_deref(), Ok("a/b/c.py"));
        assert_eq!(normalise("a/..b/c...", 100).as_deref(), Ok("a/..b/c..."));
    }

    #[test]
    fn resolving_stays_in_the_package() {
        assert_eq!(resolve("a/b", "../c").as_deref(), Some("a/c"));
        assert_eq!(resolve("a", "../../c"), None);
        assert_eq!(resolve("a", "/c"), None);
        assert_eq!(resolve("", "./").as_deref(), Some(""));
    }

    #[test]
    fn only_the_cache_of_node_modules_is_passed_over() {
        assert_eq!(
            passed_over_folder("a/node_modules/.cache/x.js"),
            Some(("a/node_modules/.cache", PassedOver::WithNote))
        );
        assert_eq!(passed_over_folder("a/.cache/x.js"), None);
        assert_eq!(
            passed_over_folder(".git/config"),
            Some((".git", PassedOver::Silently))
        );
        assert_eq!(passed_over_folder("x/.git"), None);
    }
}
