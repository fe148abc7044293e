//! The directories that imports are looked up in, and which of them can answer to a name at all.
//!
//! A package of a thousand functions has thousands of search directories, and most imports are of libraries, which none
//! of them holds. So the directories are indexed by the names of what lies in them, and only those that hold something of
//! the name's first part are asked.
//!
//! **Invariant.** [`Roots::holding`] leaves out no directory that answers; nearer ones come first, and of equally near ones
//! the given order is kept.

use std::cmp::Reverse;

use rustc_hash::FxHashMap;

use super::normal;

#[derive(Debug, Default)]
pub(super) struct Roots {
    /// Without a slash at the end; empty for the package's root.
    all: Vec<String>,
    /// Their places in `all`.
    numbers: FxHashMap<String, u32>,
    /// Numbers of the directories, ascending, by the [`stem`] of the files and directories in them.
    by_stem: FxHashMap<String, Vec<u32>>,
}

impl Roots {
    /// `paths` are those of all files, normal.
    pub(super) fn new<'a>(roots: &[String], paths: impl Iterator<Item = &'a str>) -> Self {
        let mut all: Vec<String> = Vec::new();
        let mut numbers: FxHashMap<String, u32> = FxHashMap::default();
        for root in roots {
            let root = normal(root);
            if !numbers.contains_key(&root) {
                numbers.insert(root.clone(), all.len() as u32);
                all.push(root);
            }
        }
        let mut by_stem: FxHashMap<String, Vec<u32>> = FxHashMap::default();
        for path in paths {
            let inner = path
                .match_indices('/')
                .map(|(at, _)| (&path[..at], &path[at + 1..]));
            for (directory, rest) in std::iter::once(("", path)).chain(inner) {
                if let Some(&number) = numbers.get(directory) {
                    let holding = by_stem.entry(stem(rest).to_owned()).or_default();
                    if let Err(at) = holding.binary_search(&number) {
                        holding.insert(at, number);
                    }
                }
            }
        }
        Self {
            all,
            numbers,
            by_stem,
        }
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(String::as_str)
    }

    /// Those that may hold one of `paths`: where the importing file lies, innermost first, then all that hold a file or
    /// a directory whose name starts like the first part of one of `paths`, up to a dot.
    ///
    /// A file's own function comes first because functions of one package often have modules of the same name.
    pub(super) fn holding<'a>(
        &'a self,
        from: &'a str,
        paths: &'a [&'a str],
    ) -> impl Iterator<Item = &'a str> {
        let around = from.rmatch_indices('/').map(|(at, _)| &from[..at]);
        let own = around
            .chain([""])
            .filter_map(|directory| self.numbers.get(directory));
        let others = paths.iter().filter_map(|path| self.by_stem.get(stem(path)));
        let others = std::iter::once_with(move || {
            let mut others: Vec<u32> = others.flatten().copied().collect();
            others.sort_unstable();
            others.dedup();
            // Of the layers of two stacks in one repository, a function's own is the one nearer to it.
            others.sort_by_key(|n| Reverse(shared_folders(from, &self.all[*n as usize])));
            others
        });
        own.copied()
            .chain(others.flatten())
            .filter_map(|number| self.all.get(number as usize).map(String::as_str))
    }
}

/// How many folders two paths have in common at their start.
pub(super) fn shared_folders(a: &str, b: &str) -> usize {
    a.split('/')
        .zip(b.split('/'))
        .take_while(|(x, y)| x == y)
        .count()
}

/// The first part of a path up to its first dot: the same whatever extension is added to the part or replaced.
pub(super) fn stem(path: &str) -> &str {
    path.split(['/', '.']).next().unwrap_or_default()
}
