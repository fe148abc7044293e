//! Which class a name means, where files use each other by names instead of importing files.
//!
//! **Invariant.** Of several classes of one name, that of the nearest file is meant: repositories hold many functions with
//! classes of equal names. The answer depends on the set of files, not on their order.

use std::cmp::Reverse;

use rustc_hash::{FxHashMap, FxHashSet};
use shindan_base::{FileId, Interner, Sym};
use shindan_source::Family;
use smallvec::SmallVec;

use super::Linker;
use super::roots::shared_folders;
use crate::ir::{ClassIdx, ClassKind, Module, NameRef};

/// Classes of one name that a file tells apart, and parts of one class that are seen together, the nearest ones. Large
/// programs open a namespace in some hundred files.
pub const MOST_PARTS: usize = 400;

/// A class of the program.
pub type ClassRef = (FileId, ClassIdx);

/// What a dotted name means that the program declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// The class; where it has several parts, the nearest one first.
    pub parts: SmallVec<[ClassRef; 1]>,
    /// How many parts of the dotted name it takes; the rest are members.
    pub length: usize,
}

/// The classes of all files by name.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// In the order of their files' paths.
    classes: FxHashMap<Sym, Vec<ClassRef>>,
    /// Their own names, without what encloses them.
    simple: FxHashSet<Sym>,
    open: FxHashSet<ClassRef>,
    subclasses: FxHashMap<ClassRef, Vec<ClassRef>>,
    created: FxHashSet<ClassRef>,
    abstract_classes: FxHashSet<ClassRef>,
    /// Namespaces that some file imports for all.
    global_imports: Vec<Sym>,
    /// Files by the top-level functions and constants that they declare (Ruby).
    globals: FxHashMap<Sym, Vec<FileId>>,
}

impl Linker {
    /// Learns the names that files declare. To be called once, before names are asked for.
    pub fn declare(&mut self, modules: &[&Module], names: &Interner) {
        let mut order: Vec<&Module> = modules
            .iter()
            .copied()
            .filter(|m| !m.nominal.scopes.is_empty())
            .collect();
        order.sort_by(|a, b| self.path(a.file).cmp(self.path(b.file)));
        let mut found = Names::default();
        for module in &order {
            for (i, class) in module.classes.iter().enumerate() {
                let qualified = class.declared.qualified;
                let of = (module.file, ClassIdx(i as u32));
                if qualified != Sym::EMPTY && !names.text(qualified).contains('<') {
                    found.classes.entry(qualified).or_default().push(of);
                    found.simple.insert(class.name);
                    // Ruby's `class A::B`.
                    if let Some((_, last)) = names.text(class.name).rsplit_once('.') {
                        found.simple.insert(names.intern(last));
                    }
                }
                if class.declared.is_open {
                    found.open.insert(of);
                }
                if matches!(
                    class.declared.kind,
                    ClassKind::Abstract | ClassKind::Interface
                ) {
                    found.abstract_classes.insert(of);
                }
            }
            for import in &module.nominal.global_imports {
                if !found.global_imports.contains(import) {
                    found.global_imports.push(*import);
                }
            }
            for &name in &module.nominal.globals {
                let files = found.globals.entry(name).or_default();
                if files.last() != Some(&module.file) {
                    files.push(module.file);
                }
            }
        }
        self.names = found;
        let mut subclasses: FxHashMap<ClassRef, Vec<ClassRef>> = FxHashMap::default();
        let mut created = FxHashSet::default();
        for module in &order {
            for (i, class) in module.classes.iter().enumerate() {
                for base in &class.declared.bases {
                    if let Some(meant) = self.declared(module, *base, names)
                        && meant.length == parts(names.text(base.path))
                        && let Some(&base) = meant.parts.first()
                    {
                        let of = (module.file, ClassIdx(i as u32));
                        subclasses.entry(base).or_default().push(of);
                    }
                }
            }
            for name in &module.nominal.creates {
                if let Some(meant) = self.declared(module, *name, names) {
                    created.extend(meant.parts);
                }
            }
        }
        self.names.subclasses = subclasses;
        self.names.created = created;
    }

    /// The class that a name begins with, if the program declares it.
    #[must_use]
    pub fn declared(&self, module: &Module, name: NameRef, names: &Interner) -> Option<Declared> {
        let path = names.text(name.path);
        let scope = module.nominal.scopes.get(name.scope.0 as usize)?;
        let head = path.split('.').next().unwrap_or(path);
        let alias = names.get(head).and_then(|head| {
            module
                .nominal
                .aliases
                .iter()
                .find(|(local, _)| *local == head)
        });
        let may_be_declared = path.split('.').any(|part| {
            names
                .get(part)
                .is_some_and(|part| self.names.simple.contains(&part))
        });
        // Most names are those of libraries.
        if !may_be_declared && alias.is_none() {
            return None;
        }
        if let Some((_, qualified)) = alias {
            let mut whole = String::from(names.text(*qualified));
            let before = parts(&whole);
            whole.push_str(&path[head.len()..]);
            let (parts, length) = self.longest(module.file, &whole, names)?;
            // The alias stands for several parts of the whole name.
            return Some(Declared {
                parts,
                length: (length + 1).checked_sub(before).filter(|l| *l > 0)?,
            });
        }
        let mut candidate = String::new();
        let global = &self.names.global_imports;
        for prefix in scope.prefixes.iter().chain(global) {
            candidate.clear();
            let prefix = names.text(*prefix);
            if !prefix.is_empty() {
                candidate.push_str(prefix);
                candidate.push('.');
            }
            candidate.push_str(path);
            let before = if prefix.is_empty() { 0 } else { parts(prefix) };
            if let Some((parts, length)) = self.longest(module.file, &candidate, names)
                && length > before
            {
                return Some(Declared {
                    parts,
                    length: length - before,
                });
            }
        }
        None
    }

    /// The class of the longest beginning of a qualified name, and how many parts of the name that is.
    fn longest(
        &self,
        from: FileId,
        whole: &str,
        names: &Interner,
    ) -> Option<(SmallVec<[ClassRef; 1]>, usize)> {
        let mut at = whole;
        loop {
            if let Some(found) = names.get(at).and_then(|sym| self.class_named(from, sym)) {
                return Some((found, parts(at)));
            }
            at = at.rsplit_once('.')?.0;
        }
    }

    /// The class of a qualified name, as a file means it.
    #[must_use]
    pub fn class_named(&self, from: FileId, qualified: Sym) -> Option<SmallVec<[ClassRef; 1]>> {
        let family = self.family(from);
        let all = self.names.classes.get(&qualified)?;
        // They are in the order of their paths, in which the nearest files are neighbours.
        let at = all.partition_point(|(file, _)| self.path(*file) < self.path(from));
        let near = all.get(at.saturating_sub(MOST_PARTS)..all.len().min(at + MOST_PARTS));
        let mut sorted = near?.to_vec();
        sorted.retain(|(file, _)| self.family(*file) == family);
        if let [only] = sorted.as_slice() {
            return Some(SmallVec::from_elem(*only, 1));
        }
        let from = self.path(from);
        sorted.sort_by_cached_key(|(file, _)| {
            let path = self.path(*file);
            (path != from, Reverse(shared_folders(from, path)))
        });
        sorted.truncate(MOST_PARTS);
        let first = *sorted.first()?;
        let mut parts: SmallVec<[ClassRef; 1]> = SmallVec::from_elem(first, 1);
        if self.names.open.contains(&first) {
            let others = sorted
                .iter()
                .skip(1)
                .filter(|c| self.names.open.contains(c));
            parts.extend(others.copied());
        }
        Some(parts)
    }

    /// Other parts of an open class, the nearest first.
    #[must_use]
    pub fn other_parts(&self, of: ClassRef, qualified: Sym) -> SmallVec<[ClassRef; 1]> {
        if !self.names.open.contains(&of) {
            return SmallVec::new();
        }
        let mut parts = self.class_named(of.0, qualified).unwrap_or_default();
        parts.retain(|part| *part != of);
        parts
    }

    /// The classes whose instances a value of a declared type may be: the class itself if it can have any, and those
    /// below it that the program makes instances of, or all where it makes none itself.
    #[must_use]
    pub fn instances_of(&self, class: ClassRef) -> SmallVec<[ClassRef; 2]> {
        /// More implementations than this say nothing about which one is meant.
        const MOST: usize = 4;
        let mut below: SmallVec<[ClassRef; 2]> = SmallVec::new();
        let mut queue = vec![class];
        let mut seen: FxHashSet<ClassRef> = FxHashSet::default();
        while let Some(at) = queue.pop() {
            if !seen.insert(at) || seen.len() > 64 {
                continue;
            }
            if !self.names.abstract_classes.contains(&at) {
                below.push(at);
            }
            if let Some(subclasses) = self.names.subclasses.get(&at) {
                queue.extend(subclasses.iter().rev());
            }
        }
        let created: SmallVec<[ClassRef; 2]> = below
            .iter()
            .copied()
            .filter(|c| self.names.created.contains(c))
            .collect();
        let own_is_created = created.contains(&class);
        let mut found = if created.is_empty() || (created.len() == 1 && own_is_created) {
            if below.contains(&class) {
                SmallVec::from_elem(class, 1)
            } else {
                below
            }
        } else {
            created
        };
        if found.is_empty() {
            found.push(class);
        }
        found.truncate(MOST);
        found
    }

    /// The files that declare a top-level function or constant, the nearest first.
    #[must_use]
    pub fn global(&self, from: FileId, name: Sym) -> SmallVec<[FileId; 2]> {
        let Some(all) = self.names.globals.get(&name) else {
            return SmallVec::new();
        };
        let family = self.family(from);
        let from = self.path(from);
        let mut sorted: SmallVec<[FileId; 2]> = all
            .iter()
            .copied()
            .filter(|file| self.family(*file) == family)
            .collect();
        sorted.sort_by_key(|file| Reverse(shared_folders(from, self.path(*file))));
        sorted
    }

    /// The class whose variables a view of Rails shows: `app/views/admin/users/…` belongs to `Admin::UsersController`.
    #[must_use]
    pub fn controller_of(&self, view: FileId, names: &Interner) -> Option<ClassRef> {
        let (_, rest) = self.path(view).rsplit_once("app/views/")?;
        let (folder, _) = rest.rsplit_once('/')?;
        let mut name = String::new();
        for part in folder.split('/') {
            if !name.is_empty() {
                name.push('.');
            }
            for word in part.split('_') {
                let mut letters = word.chars();
                name.extend(letters.next().into_iter().flat_map(char::to_uppercase));
                name.push_str(letters.as_str());
            }
        }
        name.push_str("Controller");
        self.class_named(view, names.get(&name)?)?.first().copied()
    }

    /// The files that a file of a nominal language uses.
    pub(super) fn used_files(&self, module: &Module, names: &Interner) -> Vec<FileId> {
        let mut found = Vec::new();
        found.extend(self.controller_of(module.file, names).map(|(file, _)| file));
        for name in &module.nominal.references {
            if let Some(meant) = self.declared(module, *name, names) {
                found.extend(meant.parts.iter().map(|(file, _)| *file));
            } else if self.names.globals.contains_key(&name.path) {
                found.extend(self.global(module.file, name.path).first());
            }
        }
        let mut seen: FxHashSet<Sym> = FxHashSet::default();
        for (i, class) in module.classes.iter().enumerate() {
            // Parts in one file have the same other files.
            if !class.declared.is_open || !seen.insert(class.declared.qualified) {
                continue;
            }
            let of = (module.file, ClassIdx(i as u32));
            let others = self.other_parts(of, class.declared.qualified);
            found.extend(others.iter().map(|(file, _)| *file));
        }
        found
    }

    fn family(&self, file: FileId) -> Option<Family> {
        self.files.get(&file).map(|f| f.language.family())
    }

    /// Namespaces that some file imports for the whole project.
    #[must_use]
    pub fn global_imports(&self) -> &[Sym] {
        &self.names.global_imports
    }
}

fn parts(path: &str) -> usize {
    path.bytes().filter(|b| *b == b'.').count() + 1
}
