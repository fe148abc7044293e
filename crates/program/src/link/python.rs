//! Python's imports: packages, submodules, relative levels, search roots.

use super::roots::stem;
use super::{File, Linker, Resolution, directory, inside};
use shindan_base::FileId;

impl Linker {
    pub(super) fn resolve_python(
        &self,
        from: &File,
        module: &str,
        level: u32,
        item: Option<&str>,
    ) -> Resolution {
        let path = module.replace('.', "/");
        if level > 0 {
            let mut package = directory(&from.path);
            for _ in 1..level {
                if package.is_empty() {
                    return Resolution::External;
                }
                package = directory(package);
            }
            return self
                .in_directory(package, &path, item)
                .unwrap_or(Resolution::External);
        }
        if path.is_empty() || !self.stems.contains(stem(&path)) {
            return Resolution::External;
        }
        let from_roots = self
            .roots
            .holding(&from.path, &[&path])
            .find_map(|root| self.in_directory(root, &path, item));
        from_roots
            .or_else(|| self.beside(from, &path, item))
            .unwrap_or(Resolution::External)
    }

    /// Looks from the directories above the importing file, nearest first, as a script or a function that is deployed
    /// from one of them does. Directories inside a package are left out: their modules have other names at run time.
    fn beside(&self, from: &File, path: &str, item: Option<&str>) -> Option<Resolution> {
        let mut at = directory(&from.path);
        loop {
            let is_package = !at.is_empty() && self.at(&inside(at, "__init__.py")).is_some();
            if !is_package && let Some(found) = self.in_directory(at, path, item) {
                return Some(found);
            }
            if at.is_empty() {
                return None;
            }
            at = directory(at);
        }
    }

    fn in_directory(&self, directory: &str, path: &str, item: Option<&str>) -> Option<Resolution> {
        let base = inside(directory, path);
        if let Some(item) = item
            && let Some(submodule) = self.module_at(&inside(&base, item))
        {
            return Some(Resolution::File(submodule));
        }
        let module = self.module_at(&base)?;
        Some(if item.is_some() {
            Resolution::FileItem(module)
        } else {
            Resolution::File(module)
        })
    }

    fn module_at(&self, base: &str) -> Option<FileId> {
        let package = self.at(&inside(base, "__init__.py"));
        package.or_else(|| {
            if base.is_empty() {
                None
            } else {
                self.at(&format!("{base}.py"))
            }
        })
    }
}
