//! Which file an import means, and which files belong together.
//!
//! Resolution follows the languages' own rules as far as file names tell: no configuration file is read, nothing is
//! looked up on disk. A name that no listed file answers to is [`Resolution::External`], so what a package brings
//! along under the name of a library hides the library, as it does at run time.
//!
//! **Invariant.** The result depends on the set of paths and the order of the roots, not on the order of the files.

mod components;
mod ecmascript;
mod nominal;
mod python;
mod roots;

pub use nominal::{ClassRef, Declared, MOST_PARTS};
use roots::{Roots, stem};
use rustc_hash::{FxHashMap, FxHashSet};
use shindan_base::FileId;
use shindan_source::Language;

/// What an import means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// This file. For `from package import item` also when `item` is a submodule, whose file this then is.
    File(FileId),
    /// The module is this file, and the item is a name in it. For JavaScript every item is.
    FileItem(FileId),
    /// No file of the package: a library, a builtin module, or a name that nothing answers to.
    External,
}

/// Resolves imports between the files of one package.
#[derive(Debug)]
pub struct Linker {
    files: FxHashMap<FileId, File>,
    by_path: FxHashMap<String, FileId>,
    /// How the names of the package's files and directories begin, up to a dot: most imports are of libraries, which
    /// need no further look.
    stems: FxHashSet<String>,
    roots: Roots,
    names: nominal::Names,
}

#[derive(Debug)]
struct File {
    path: String,
    language: Language,
}

impl Linker {
    /// Knows the given files. Paths are relative to the package, with `/` between names; `roots` are the directories
    /// that the run-time looks imports up in, in its order: `""` is the package itself, a layer brings `python`, …
    #[must_use]
    pub fn new(paths: &[(FileId, &str, Language)], roots: &[String]) -> Self {
        let mut files = FxHashMap::default();
        let mut by_path = FxHashMap::default();
        for &(id, path, language) in paths {
            let path = normal(path);
            by_path.insert(path.clone(), id);
            files.insert(id, File { path, language });
        }
        let mut stems: FxHashSet<String> = FxHashSet::default();
        for name in by_path.keys().flat_map(|path| path.split('/')) {
            if !stems.contains(stem(name)) {
                stems.insert(stem(name).to_owned());
            }
        }
        let roots = Roots::new(roots, by_path.keys().map(String::as_str));
        Self {
            files,
            by_path,
            stems,
            roots,
            names: nominal::Names::default(),
        }
    }

    /// What the import of `module` in the file `from` means; `level` and `item` as in [`crate::ir::Require`].
    #[must_use]
    pub fn resolve(
        &self,
        from: FileId,
        module: &str,
        level: u32,
        item: Option<&str>,
    ) -> Resolution {
        let Some(file) = self.files.get(&from) else {
            return Resolution::External;
        };
        match file.language {
            Language::Python => self.resolve_python(file, module, level, item),
            Language::Java
            | Language::CSharp
            | Language::Ruby
            | Language::Erb
            | Language::RailsView
            | Language::Haml => Resolution::External,
            Language::JavaScript | Language::TypeScript | Language::Tsx => {
                match self.resolve_ecmascript(file, module) {
                    Some(found) if item.is_some() => Resolution::FileItem(found),
                    Some(found) => Resolution::File(found),
                    None => Resolution::External,
                }
            }
        }
    }

    fn at(&self, path: &str) -> Option<FileId> {
        self.by_path.get(path).copied()
    }

    fn path(&self, file: FileId) -> &str {
        self.files.get(&file).map_or("", |file| &file.path)
    }
}

/// A path without empty and `.` parts, `..` applied; what leaves the package at the top stays there.
fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

/// The directory of a file; empty at the top.
fn directory(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(directory, _)| directory)
}

/// `name` inside `directory`.
fn inside(directory: &str, name: &str) -> String {
    match (directory, name) {
        ("", _) => name.to_owned(),
        (_, "") => directory.to_owned(),
        _ => format!("{directory}/{name}"),
    }
}
