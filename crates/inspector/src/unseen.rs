use std::collections::BTreeSet;

/// What an incomplete scan could not look at. A finding there may still be there, so it is not closed for being absent
/// from what the scan says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Unseen {
    /// It saw all there is.
    #[default]
    Nothing,
    /// It saw so little that nothing can be said to be gone.
    Everything,
    /// It did not see these files, folders and archives: paths as findings name them.
    Paths(BTreeSet<String>),
}

impl Unseen {
    /// Whether a file was out of sight: it, a folder above it, or an archive around it (`a.zip` of `a.zip!/b.py`).
    #[must_use]
    pub fn hides(&self, path: &str) -> bool {
        match self {
            Self::Nothing => false,
            Self::Everything => true,
            Self::Paths(paths) => {
                paths.contains(path)
                    || path
                        .match_indices('/')
                        .map(|(at, _)| &path[..at])
                        .any(|above| {
                            paths.contains(above)
                                || above
                                    .strip_suffix('!')
                                    .is_some_and(|archive| paths.contains(archive))
                        })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Unseen;

    #[test]
    fn what_lies_in_an_unseen_folder_or_archive_is_unseen() {
        let unseen = Unseen::Paths(
            ["src/app.py", "vendor", "lib/a.zip"]
                .map(String::from)
                .into(),
        );
        for path in [
            "src/app.py",
            "vendor/x/y.py",
            "lib/a.zip!/b.py",
            "lib/a.zip",
        ] {
            assert!(unseen.hides(path), "{path}");
        }
        for path in [
            "src/app.pyc",
            "src/other.py",
            "vendored.py",
            "lib/a.zip2",
            "",
        ] {
            assert!(!unseen.hides(path), "{path}");
        }
        assert!(Unseen::Everything.hides("any"));
        assert!(!Unseen::Nothing.hides("any"));
    }
}
