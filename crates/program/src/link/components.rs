//! Files that import each other, grouped and put in order.

use rustc_hash::FxHashMap;
use shindan_base::{FileId, Interner};

use super::{Linker, Resolution};
use crate::ir::Module;

impl Linker {
    /// The connected components of the import graph. In each a file comes after those that it imports; where files
    /// import each other in a circle, the one whose path is first is taken to be the one that starts, and comes last. Components are
    /// sorted by the first path in them.
    #[must_use]
    pub fn components(&self, modules: &[&Module], names: &Interner) -> Vec<Vec<FileId>> {
        let mut order: Vec<usize> = (0..modules.len()).collect();
        order.sort_by(|&a, &b| self.path(modules[a].file).cmp(self.path(modules[b].file)));
        // From here on a module is its place in path order.
        let place: FxHashMap<FileId, usize> = order
            .iter()
            .enumerate()
            .map(|(i, &m)| (modules[m].file, i))
            .collect();
        let imports: Vec<Vec<usize>> = order
            .iter()
            .map(|&m| self.imports(modules[m], names, &place))
            .collect();
        let component = join(&imports);
        let sequence = imported_first(&imports);
        let mut lists: Vec<Vec<FileId>> = vec![Vec::new(); modules.len()];
        for at in sequence {
            lists[component[at]].push(modules[order[at]].file);
        }
        lists.retain(|list| !list.is_empty());
        lists
    }

    fn imports(
        &self,
        module: &Module,
        names: &Interner,
        place: &FxHashMap<FileId, usize>,
    ) -> Vec<usize> {
        let mut found: Vec<usize> = self
            .used_files(module, names)
            .iter()
            .filter_map(|file| place.get(file).copied())
            .collect();
        for require in &module.requires {
            let name = names.text(require.module);
            let items = [require.item.map(|item| names.text(item)), None];
            // An imported submodule runs its package first.
            let asked = if require.item.is_some() {
                &items[..]
            } else {
                &items[1..]
            };
            for &item in asked {
                match self.resolve(module.file, name, require.level, item) {
                    Resolution::File(file) | Resolution::FileItem(file) => {
                        found.extend(place.get(&file))
                    }
                    Resolution::External => {}
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// The component of each module, called by its first module.
fn join(imports: &[Vec<usize>]) -> Vec<usize> {
    let mut parent: Vec<usize> = (0..imports.len()).collect();
    for (from, imported) in imports.iter().enumerate() {
        for &to in imported {
            let (a, b) = (root(&mut parent, from), root(&mut parent, to));
            parent[a.max(b)] = a.min(b);
        }
    }
    (0..imports.len()).map(|at| root(&mut parent, at)).collect()
}

fn root(parent: &mut [usize], mut at: usize) -> usize {
    while parent[at] != at {
        parent[at] = parent[parent[at]];
        at = parent[at];
    }
    at
}

/// All modules, each after those that it imports, unless it is in a circle with them.
fn imported_first(imports: &[Vec<usize>]) -> Vec<usize> {
    let mut is_seen = vec![false; imports.len()];
    let mut sequence = Vec::with_capacity(imports.len());
    let mut stack: Vec<(usize, usize)> = Vec::new();
    for start in 0..imports.len() {
        if !std::mem::replace(&mut is_seen[start], true) {
            stack.push((start, 0));
        }
        while let Some((at, next)) = stack.last_mut() {
            match imports[*at].get(*next) {
                Some(&to) => {
                    *next += 1;
                    if !std::mem::replace(&mut is_seen[to], true) {
                        stack.push((to, 0));
                    }
                }
                None => {
                    sequence.push(*at);
                    stack.pop();
                }
            }
        }
    }
    sequence
}
