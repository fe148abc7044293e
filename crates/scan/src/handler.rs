//! What a function's handler setting names: a file and what it exports, or a method of a class, by runtime.
//!
//! Sources: the developer guide of AWS Lambda on the handlers of each runtime.

use shindan_base::{FileId, Interner};

use crate::functions::is_inside;
use crate::load::Loaded;

/// A handler setting, taken apart.
pub(crate) struct Handler<'h> {
    text: &'h str,
    runtime: Option<&'h str>,
}

impl<'h> Handler<'h> {
    pub(crate) fn new(text: &'h str, runtime: Option<&'h str>) -> Self {
        Self { text, runtime }
    }

    fn may_run_on(&self, runtime: &str) -> bool {
        self.runtime.is_none_or(|r| r.starts_with(runtime))
    }

    /// Whether code of the function's runtime can be analysed.
    pub(crate) fn is_readable(&self) -> bool {
        ["python", "node", "java", "dotnet", "ruby", "provided"]
            .iter()
            .any(|runtime| self.may_run_on(runtime))
    }

    /// Whether it names no code, but a program that registers its handler itself (.NET's executable assemblies).
    pub(crate) fn is_program(&self) -> bool {
        self.runtime.is_some_and(|r| r.starts_with("dotnet")) && !self.text.contains("::")
    }

    /// Paths that it may mean, most likely first: `src/app.main` in `code` is `code/src/app.py`.
    pub(crate) fn paths(&self, folder: &str) -> Vec<String> {
        let Some((module, _)) = self.text.rsplit_once('.') else {
            return Vec::new();
        };
        let mut paths = Vec::new();
        let join = |name: &str| {
            if folder.is_empty() {
                name.to_owned()
            } else {
                format!("{folder}/{name}")
            }
        };
        if self.may_run_on("python") {
            let module = module.replace('.', "/");
            paths.push(join(&format!("{module}.py")));
            paths.push(join(&format!("{module}/__init__.py")));
        }
        if self.may_run_on("node") {
            for extension in ["js", "mjs", "cjs", "ts", "mts", "cts", "tsx", "jsx"] {
                paths.push(join(&format!("{module}.{extension}")));
            }
        }
        if self.may_run_on("ruby")
            && let Some((file, _)) = self.text.split_once('.')
        {
            paths.push(join(&format!("{file}.rb")));
        }
        paths
    }

    /// What it names in its file: a function, or `Class::method` with the class's qualified name.
    pub(crate) fn exported(&self) -> String {
        if self.runtime.is_some_and(|r| r.starts_with("ruby"))
            && let Some((_, name)) = self.text.split_once('.')
        {
            return match name.rsplit_once('.') {
                Some((class, method)) => format!("{}::{method}", class.replace("::", ".")),
                None => name.to_owned(),
            };
        }
        self.text.rsplit('.').next().unwrap_or_default().to_owned()
    }

    /// The class and the method of `Assembly::Namespace.Class::Method`, `package.Class::method` or `package.Class`.
    fn method(&self) -> Option<(String, &'h str)> {
        let named = self.runtime.map_or(self.text.contains("::"), |r| {
            r.starts_with("java") || r.starts_with("dotnet")
        });
        if !named || self.is_program() {
            return None;
        }
        let parts: Vec<&str> = self.text.split("::").collect();
        let (class, method) = match parts.as_slice() {
            // The interface's own method.
            [class] if !class.is_empty() => (*class, "handleRequest"),
            [class, method] | [_, class, method] => (*class, *method),
            _ => return None,
        };
        // Nested classes have other separators there than in the program.
        Some((class.replace(['+', '$'], "."), method))
    }

    /// The file that declares the class of a handler that is a method, wherever a build keeps its sources, and the
    /// handler as the analysis names it.
    pub(crate) fn find_method(
        &self,
        folder: &str,
        files: &[Loaded],
        names: &Interner,
    ) -> Option<(FileId, String)> {
        let (class, method) = self.method()?;
        let qualified = names.get(&class)?;
        let declares = |loaded: &&Loaded| {
            is_inside(&loaded.path, folder)
                && loaded.module.as_ref().is_some_and(|module| {
                    let mut classes = module.classes.iter();
                    classes.any(|c| c.declared.qualified == qualified)
                })
        };
        let found = files.iter().find(declares)?;
        Some((found.file, format!("{class}::{method}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_runtime_names_its_handlers_in_its_own_way() {
        let method = |text, runtime| Handler::new(text, Some(runtime)).method();
        assert_eq!(
            method("Shop::Shop.Orders::Handle", "dotnet8"),
            Some(("Shop.Orders".to_owned(), "Handle"))
        );
        assert_eq!(method("Shop", "dotnet8"), None);
        assert_eq!(
            method("shop.Orders$Inner", "java21"),
            Some(("shop.Orders.Inner".to_owned(), "handleRequest"))
        );
        let exported = |text, runtime| Handler::new(text, Some(runtime)).exported();
        assert_eq!(
            exported("app.Shop::Orders.call", "ruby3.4"),
            "Shop.Orders::call"
        );
        assert_eq!(exported("app.call", "ruby3.4"), "call");
        assert_eq!(exported("src/app.main", "python3.13"), "main");
    }

    #[test]
    fn a_handler_without_runtime_may_be_of_any() {
        let paths = Handler::new("app.main", None).paths("code");
        for path in ["code/app.py", "code/app.mjs", "code/app.rb"] {
            assert!(paths.iter().any(|p| p == path), "{path}");
        }
    }
}
