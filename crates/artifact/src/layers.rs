//! Where the runtimes look for modules in a layer.
//!
//! Lambda unpacks layers into `/opt` and puts a few folders of it on each runtime's search path. A
//! module in `python/shared/db.py` of a layer is imported as `shared.db`; this file knows the prefix.

use std::collections::BTreeSet;
use std::fmt;

use crate::artifact::Entry;
use crate::path::is_within;

/// A language whose functions this product reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    Python,
    JavaScript,
    Ruby,
    Java,
    DotNet,
}

/// A folder from which a runtime imports.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImportRoot {
    pub language: Language,
    /// The folder, as a path within the artifact.
    pub path: String,
}

/// The folders of the layer content in `root` from which runtimes import, in the order in which each
/// runtime searches. `root` is the folder of the layer (empty for an artifact that is one), or its
/// name and `!` for an archive or an attached layer.
#[must_use]
pub fn import_roots(entries: &[Entry], root: &str) -> Vec<ImportRoot> {
    let mut found = BTreeSet::new();
    for entry in entries {
        if !is_within(&entry.path, root) {
            continue;
        }
        let inner = entry.path[root.len()..].trim_start_matches('/');
        if let Some((language, order, length)) = root_above(inner) {
            let path = if root.is_empty() {
                inner[..length].to_owned()
            } else {
                format!("{root}/{}", &inner[..length])
            };
            found.insert((language, order, path));
        }
    }
    found
        .into_iter()
        .map(|(language, _, path)| ImportRoot { language, path })
        .collect()
}

impl Language {
    /// The language of a Lambda runtime identifier, such as `python3.12`.
    #[must_use]
    pub fn of_runtime(runtime: &str) -> Option<Self> {
        let families = [
            ("python", Self::Python),
            ("nodejs", Self::JavaScript),
            ("ruby", Self::Ruby),
            ("java", Self::Java),
            ("dotnet", Self::DotNet),
        ];
        families
            .into_iter()
            .find(|(prefix, _)| runtime.starts_with(prefix))
            .map(|(_, language)| language)
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Python => "Python",
            Self::JavaScript => "JavaScript",
            Self::Ruby => "Ruby",
            Self::Java => "Java",
            Self::DotNet => ".NET",
        })
    }
}

/// The search folder above `path`: its language, its place in the search order, and its length.
fn root_above(path: &str) -> Option<(Language, u8, usize)> {
    let parts: Vec<&str> = path.split('/').collect();
    let (language, order, depth) = match parts.as_slice() {
        ["python", "lib", version, "site-packages", _, ..] if version.starts_with("python") => {
            (Language::Python, 0, 4)
        }
        ["python", _, ..] => (Language::Python, 1, 1),
        ["nodejs", version, "node_modules", _, ..] if version.starts_with("node") => {
            (Language::JavaScript, 0, 3)
        }
        ["nodejs", "node_modules", _, ..] => (Language::JavaScript, 1, 2),
        ["ruby", "lib", _, ..] => (Language::Ruby, 0, 2),
        ["ruby", "gems", _, "gems", _, "lib", _, ..] => (Language::Ruby, 1, 6),
        ["java", "lib", _, ..] => (Language::Java, 0, 2),
        _ => return None,
    };
    let length = parts[..depth]
        .iter()
        .map(|part| part.len() + 1)
        .sum::<usize>()
        - 1;
    Some((language, order, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root(path: &str) -> Option<(Language, &str)> {
        root_above(path).map(|(language, _, length)| (language, &path[..length]))
    }

    #[test]
    fn every_documented_folder_is_known() {
        let site = "python/lib/python3.12/site-packages";
        assert_eq!(
            root(&format!("{site}/requests/api.py")),
            Some((Language::Python, site))
        );
        assert_eq!(
            root("python/shared/db.py"),
            Some((Language::Python, "python"))
        );
        assert_eq!(
            root("nodejs/node_modules/a/index.js"),
            Some((Language::JavaScript, "nodejs/node_modules"))
        );
        assert_eq!(
            root("nodejs/node20/node_modules/a/index.js"),
            Some((Language::JavaScript, "nodejs/node20/node_modules"))
        );
        assert_eq!(
            root("ruby/gems/3.3.0/gems/rack-3.0/lib/rack.rb"),
            Some((Language::Ruby, "ruby/gems/3.3.0/gems/rack-3.0/lib"))
        );
        assert_eq!(root("ruby/lib/mine.rb"), Some((Language::Ruby, "ruby/lib")));
        assert_eq!(root("java/lib/a.jar"), Some((Language::Java, "java/lib")));
        assert_eq!(root("bin/tool"), None);
        assert_eq!(root("python"), None);
    }
}
