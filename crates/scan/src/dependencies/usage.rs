//! Whether a function's own code imports a package, and calls what an advisory names.
//!
//! The analysis knows the full name of each library function that is called, and each file says what it imports:
//! modules (Python, JavaScript), paths of `require` (Ruby), classes and namespaces (Java, C#). What a package is
//! imported as is told by a table ([`import_names`]), by its own files where these lie in the artifact ([`Installed`],
//! [`Assemblies`]), or by its name. Where none of them tells all its names, code that imports none of them may still import the package,
//! and the answer is [`Usage::Unknown`].

use std::collections::BTreeSet;

use shindan_advisory::index::AffectedCode;
use shindan_artifact::Artifact;
use shindan_base::Interner;
use shindan_finding::Usage;
use shindan_inventory::Package;
use shindan_package::Ecosystem;
use shindan_program::Module;
use shindan_source::Family;

use super::assemblies::Assemblies;
use super::import_names;
use super::installed::Installed;
use crate::load::Loaded;

/// What own code imports; a language is `None` where no file is of it.
#[derive(Debug)]
pub(crate) struct Imports<'a> {
    artifact: &'a Artifact,
    /// Dotted modules, with what is imported from them, in normal form.
    python: Option<Names>,
    /// Packages.
    javascript: Option<Names>,
    /// What `require` is given.
    ruby: Option<Names>,
    /// Qualified classes, and packages that all classes are imported of.
    java: Option<Names>,
    /// Namespaces and qualified classes, in lower case.
    csharp: Option<Names>,
    /// Read where there is C#.
    assemblies: Assemblies,
    /// Library functions that are called, by their full names.
    called: BTreeSet<String>,
}

impl<'a> Imports<'a> {
    /// `called` are API paths as a catalogue writes them.
    pub(crate) fn of(
        artifact: &'a Artifact,
        files: &[Loaded],
        names: &Interner,
        called: BTreeSet<String>,
    ) -> Self {
        let mut imports = Self {
            artifact,
            python: None,
            javascript: None,
            ruby: None,
            java: None,
            csharp: None,
            assemblies: Assemblies::default(),
            called: called
                .into_iter()
                .map(|api| api.replace("()", ""))
                .collect(),
        };
        for file in files {
            let (Some(language), Some(module)) = (file.language, &file.module) else {
                continue;
            };
            let asked = module.requires.iter().filter(|r| r.level == 0);
            let modules = asked.clone().map(|r| names.text(r.module));
            match language.family() {
                Family::Python => {
                    let known = imports.python.get_or_insert(Names::new('.'));
                    for require in asked {
                        let module = python_module(names.text(require.module));
                        if let Some(item) = require.item {
                            let item = python_module(names.text(item));
                            known.add(format!("{module}.{item}"));
                        }
                        known.add(module);
                    }
                }
                Family::EcmaScript => {
                    let known = imports.javascript.get_or_insert(Names::new('/'));
                    known.extend(modules.filter_map(package_of).map(str::to_owned));
                }
                Family::Ruby => {
                    let known = imports.ruby.get_or_insert(Names::new('/'));
                    let paths = modules.map(|path| path.trim_end_matches(".rb"));
                    known.extend(paths.map(str::to_owned));
                }
                Family::Java => {
                    let known = imports.java.get_or_insert(Names::new('.'));
                    known.extend(qualified(module, names));
                }
                Family::CSharp => {
                    let known = imports.csharp.get_or_insert(Names::new('.'));
                    known.extend(qualified(module, names).map(|name| name.to_lowercase()));
                }
            }
        }
        if imports.csharp.is_some() {
            imports.assemblies = Assemblies::of(artifact);
        }
        imports
    }

    /// `functions` are those that the advisory is about, by their full names; none where it does not say.
    pub(super) fn usage(&self, package: &Package, functions: &[AffectedCode<'_>]) -> Usage {
        let mut symbols = functions.iter().filter(|c| c.path.is_empty());
        if symbols.any(|code| code.symbols.iter().any(|s| self.called.contains(*s))) {
            return Usage::Called;
        }
        let Some(imported) = self.of_ecosystem(package.ecosystem) else {
            return Usage::Unknown;
        };
        let (is_imported, is_certain) = self.search(package, imported);
        match (is_imported, is_certain) {
            (true, _) => Usage::Imported,
            (false, true) if !self.may_load_all(package.ecosystem) => Usage::NotImported,
            (false, _) => Usage::Unknown,
        }
    }

    fn of_ecosystem(&self, ecosystem: Ecosystem) -> Option<&Names> {
        match ecosystem {
            Ecosystem::PyPi => self.python.as_ref(),
            Ecosystem::Npm => self.javascript.as_ref(),
            Ecosystem::RubyGems => self.ruby.as_ref(),
            Ecosystem::Maven => self.java.as_ref(),
            Ecosystem::NuGet => self.csharp.as_ref(),
            Ecosystem::Go | Ecosystem::CratesIo => None,
        }
    }

    /// Whether a name of the package is imported, and whether all its names were looked for.
    fn search(&self, package: &Package, imported: &Names) -> (bool, bool) {
        let ecosystem = package.ecosystem;
        let spelled = |name: &str| match ecosystem {
            Ecosystem::PyPi => python_module(name),
            Ecosystem::NuGet => name.to_lowercase(),
            _ => name.to_owned(),
        };
        if let Some(known) = import_names::known(ecosystem, &package.name) {
            let found = known.iter().any(|name| imported.has(&spelled(name)));
            return (found, true);
        }
        if let Some(installed) = Installed::of(self.artifact, package) {
            return (imported.iter().any(|name| installed.provides(name)), true);
        }
        let by_name = imported.has(&spelled(&package.name));
        match ecosystem {
            Ecosystem::Npm => (by_name, true),
            // `net-http` is required as `net/http` by custom.
            Ecosystem::RubyGems => {
                let path = package.name.replace('-', "/");
                (by_name || imported.has(&path), false)
            }
            // Groups and artifacts name no packages of Java.
            Ecosystem::Maven => (false, false),
            Ecosystem::NuGet => {
                let mut assemblies = self.assemblies.of_package(package).iter();
                let by_assembly = assemblies.any(|name| imported.has(&spelled(name)));
                (by_name || by_assembly, false)
            }
            _ => (by_name, false),
        }
    }

    /// Whether code asks Bundler or Rails for every gem that is there.
    fn may_load_all(&self, ecosystem: Ecosystem) -> bool {
        let loads = |ruby: &Names| ruby.has("bundler") || ruby.has("rails");
        ecosystem == Ecosystem::RubyGems && self.ruby.as_ref().is_some_and(loads)
    }
}

/// Names in parts.
#[derive(Debug)]
struct Names {
    separator: char,
    names: BTreeSet<String>,
}

impl Names {
    const fn new(separator: char) -> Self {
        Self {
            separator,
            names: BTreeSet::new(),
        }
    }

    fn add(&mut self, name: String) {
        self.names.insert(name);
    }

    fn extend(&mut self, names: impl Iterator<Item = String>) {
        self.names.extend(names);
    }

    /// Whether it is there, or something beneath it.
    fn has(&self, name: &str) -> bool {
        let beneath = format!("{name}{}", self.separator);
        let mut next = self.names.range(beneath.clone()..);
        self.names.contains(name) || next.next().is_some_and(|n| n.starts_with(&beneath))
    }

    fn iter(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }
}

/// What a file of a nominal language imports, and the dotted names that it uses without.
fn qualified<'m>(module: &'m Module, names: &'m Interner) -> impl Iterator<Item = String> + 'm {
    let nominal = &module.nominal;
    let aliases = nominal.aliases.iter().map(|(_, name)| *name);
    let whole = nominal.imports.iter().chain(&nominal.global_imports);
    let used = nominal.references.iter().map(|reference| reference.path);
    let used = used.filter(|name| names.text(*name).contains('.'));
    (aliases.chain(whole.copied()).chain(used)).map(|name| names.text(name).to_owned())
}

/// The package of a module specifier; `None` for files and for what the runtime brings.
fn package_of(specifier: &str) -> Option<&str> {
    if specifier.starts_with(['.', '/', '#']) || specifier.starts_with("node:") {
        return None;
    }
    let parts = if specifier.starts_with('@') { 2 } else { 1 };
    let end = specifier
        .match_indices('/')
        .nth(parts - 1)
        .map_or(specifier.len(), |(at, _)| at);
    Some(&specifier[..end])
}

/// A dotted module in the form in which names of distributions are compared, so that either finds the other.
fn python_module(name: &str) -> String {
    let part = |part: &str| Ecosystem::PyPi.normal_name(part).replace('-', "_");
    let parts: Vec<String> = name.split('.').map(part).collect();
    parts.join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specifiers_name_packages() {
        for (specifier, package) in [
            ("lodash", Some("lodash")),
            ("lodash/fp", Some("lodash")),
            ("@aws-sdk/client-s3", Some("@aws-sdk/client-s3")),
            ("@aws-sdk/client-s3/dist/x", Some("@aws-sdk/client-s3")),
            ("./util", None),
            ("node:fs", None),
        ] {
            assert_eq!(package_of(specifier), package);
        }
    }

    #[test]
    fn names_hold_what_is_beneath_and_not_what_begins_alike() {
        let mut names = Names::new('.');
        names.extend(
            ["google.protobuf.json_format", "yaml", "yaml_tools"]
                .map(str::to_owned)
                .into_iter(),
        );
        for (name, is_there) in [
            ("google", true),
            ("google.protobuf", true),
            ("google.proto", false),
            ("yaml", true),
            ("yam", false),
        ] {
            assert_eq!(names.has(name), is_there, "{name}");
        }
    }

    #[test]
    fn modules_are_compared_in_the_form_of_distributions() {
        assert_eq!(python_module("Flask-Login"), "flask_login");
        assert_eq!(python_module("google.Protobuf"), "google.protobuf");
    }
}
