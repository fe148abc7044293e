//! Other files of the same root, for the few formats in which one file refers to another.

/// Reads files of a root by their path.
pub trait Files {
    /// The content of the file at `path`; `None` where there is none or it cannot be read.
    fn read(&self, path: &str) -> Option<Vec<u8>>;
}

/// No other files.
impl Files for () {
    fn read(&self, _path: &str) -> Option<Vec<u8>> {
        None
    }
}

/// The path that `target` means in the file at `path`; `None` where it leads out of the root or archive, or is a URL.
pub(crate) fn resolve(path: &str, target: &str) -> Option<String> {
    if target.is_empty()
        || target.starts_with('/')
        || target.contains("://")
        || target.contains('\\')
    {
        return None;
    }
    let (archive, inner) = match path.rfind("!/") {
        Some(at) => path.split_at(at + 2),
        None => ("", path),
    };
    let folder = inner.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(format!("{archive}{}", parts.join("/")))
}

#[cfg(test)]
mod tests {
    use super::resolve;

    #[test]
    fn targets_stay_within_their_archive() {
        assert_eq!(resolve("a/b.txt", "../c.txt").as_deref(), Some("c.txt"));
        assert_eq!(
            resolve("x.zip!/b.txt", "./c/d.txt").as_deref(),
            Some("x.zip!/c/d.txt")
        );
        assert_eq!(resolve("x.zip!/b.txt", "../c.txt"), None);
        assert_eq!(resolve("b.txt", "https://files.example/c.txt"), None);
    }
}
