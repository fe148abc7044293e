use globset::{GlobBuilder, GlobMatcher};

/// A glob over paths of the artifact.
///
/// `*` and `?` stay within a folder name, `**` crosses folders. A pattern that names a folder covers all in it,
/// with or without a `/` at its end: `tests` and `tests/` are the same as `tests/**`.
#[derive(Clone, Debug)]
pub struct PathPattern {
    text: String,
    itself: GlobMatcher,
    inside: GlobMatcher,
}

impl PathPattern {
    /// Compiles a glob; the error says in words what is wrong with it.
    pub fn new(text: &str) -> Result<Self, String> {
        let folder = text
            .strip_prefix("./")
            .unwrap_or(text)
            .trim_end_matches('/');
        if folder.is_empty() {
            return Err("the pattern is empty".to_owned());
        }
        let compile = |glob: &str| {
            let glob = GlobBuilder::new(glob)
                .literal_separator(true)
                .backslash_escape(true)
                .build();
            glob.map(|g| g.compile_matcher())
                .map_err(|e| e.kind().to_string())
        };
        Ok(Self {
            text: text.to_owned(),
            itself: compile(folder)?,
            inside: compile(&format!("{folder}/**"))?,
        })
    }

    /// Whether `path` (`/`-separated, relative) is covered.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        self.itself.is_match(path) || self.inside.is_match(path)
    }

    /// The pattern as written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, path: &str) -> bool {
        PathPattern::new(pattern).expect("valid glob").matches(path)
    }

    #[test]
    fn a_star_stays_in_its_folder_and_two_cross() {
        assert!(matches("src/*.py", "src/app.py"));
        assert!(!matches("src/*.py", "src/deep/app.py"));
        assert!(matches("src/**/*.py", "src/deep/er/app.py"));
        assert!(matches("**/test_*.py", "test_a.py"));
    }

    #[test]
    fn a_folder_covers_what_is_in_it() {
        for pattern in ["tests", "tests/", "./tests", "tests/**"] {
            assert!(matches(pattern, "tests/deep/a.py"), "{pattern}");
            assert!(!matches(pattern, "src/tests/a.py"), "{pattern}");
            assert!(!matches(pattern, "tests2/a.py"), "{pattern}");
        }
    }

    #[test]
    fn nested_archives_are_paths_like_others() {
        assert!(matches("layer.zip!/python", "layer.zip!/python/lib/a.py"));
    }

    #[test]
    fn broken_patterns_are_explained() {
        assert!(PathPattern::new("a[").is_err_and(|e| e.contains("unclosed")));
        assert!(PathPattern::new("/").is_err());
    }
}
