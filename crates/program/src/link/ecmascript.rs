//! JavaScript's and TypeScript's imports: relative paths, extensions, index files, packages of a layer.

use shindan_base::FileId;
use shindan_source::Language;

use super::{File, Linker, directory, inside, normal};

const JAVASCRIPT: [&str; 4] = [".js", ".mjs", ".cjs", ".jsx"];
const TYPESCRIPT: [&str; 4] = [".ts", ".mts", ".cts", ".tsx"];

/// What TypeScript sources are called where an import names what they compile to.
const COMPILED: [(&str, &[&str]); 4] = [
    (".js", &[".ts", ".tsx"]),
    (".jsx", &[".tsx"]),
    (".mjs", &[".mts"]),
    (".cjs", &[".cts"]),
];

/// Where the run-time puts the function's code and its layers.
const DEPLOYED: [&str; 2] = ["/var/task/", "/opt/"];

impl Linker {
    pub(super) fn resolve_ecmascript(&self, from: &File, specifier: &str) -> Option<FileId> {
        let prefers_typescript = from.language != Language::JavaScript;
        let find = |base: &str| self.module_file(base, prefers_typescript);
        if specifier.starts_with("./")
            || specifier.starts_with("../")
            || specifier == "."
            || specifier == ".."
        {
            return find(&normal(&format!("{}/{specifier}", directory(&from.path))));
        }
        if specifier.starts_with('/') {
            let deployed = DEPLOYED
                .iter()
                .find_map(|place| specifier.strip_prefix(place))?;
            let deployed = normal(deployed);
            let from_roots = if deployed.is_empty() {
                self.roots.iter().find_map(find)
            } else {
                self.roots
                    .holding(&from.path, &[&deployed])
                    .find_map(|root| find(&inside(root, &deployed)))
            };
            return from_roots.or_else(|| find(&deployed));
        }
        let name = normal(specifier);
        if name.is_empty() || specifier.contains(':') {
            return None;
        }
        const MODULES: [&str; 2] = ["node_modules", "nodejs/node_modules"];
        self.roots.holding(&from.path, &MODULES).find_map(|root| {
            MODULES
                .iter()
                .find_map(|modules| find(&inside(&inside(root, modules), &name)))
        })
    }

    fn module_file(&self, base: &str, prefers_typescript: bool) -> Option<FileId> {
        if !base.is_empty() {
            if let Some(found) = self.at(base) {
                return Some(found);
            }
            if let Some(found) = self.with_extension(base, prefers_typescript) {
                return Some(found);
            }
            for (written, sources) in COMPILED {
                if let Some(stem) = base.strip_suffix(written)
                    && let Some(found) = sources
                        .iter()
                        .find_map(|source| self.at(&format!("{stem}{source}")))
                {
                    return Some(found);
                }
            }
        }
        self.with_extension(&inside(base, "index"), prefers_typescript)
    }

    fn with_extension(&self, stem: &str, prefers_typescript: bool) -> Option<FileId> {
        let (first, second) = if prefers_typescript {
            (TYPESCRIPT, JAVASCRIPT)
        } else {
            (JAVASCRIPT, TYPESCRIPT)
        };
        let mut extensions = first.iter().chain(&second).chain(&[".json"]);
        extensions.find_map(|extension| self.at(&format!("{stem}{extension}")))
    }
}
