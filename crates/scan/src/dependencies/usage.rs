//! Whether a function's own code imports a package, and calls what an advisory names.
//!
//! The analysis knows the full name of each library function that is called. What is imported is known for Python and JavaScript, whose imports are names of modules. Elsewhere names say nothing
//! about the package they come from, and the answer is [`Usage::Unknown`].

use std::collections::BTreeSet;

use shindan_advisory::index::AffectedCode;
use shindan_base::Interner;
use shindan_finding::Usage;
use shindan_inventory::Package;
use shindan_package::Ecosystem;
use shindan_source::Family;

use crate::load::Loaded;

/// The modules that own code imports.
#[derive(Debug, Default)]
pub(crate) struct Imports {
    /// First parts of imported modules, normalised; `None` where there is no Python.
    python: Option<BTreeSet<String>>,
    /// Packages that are required or imported; `None` where there is no JavaScript.
    javascript: Option<BTreeSet<String>>,
    /// Library functions that are called, by their full names.
    called: BTreeSet<String>,
}

impl Imports {
    /// `called` are API paths as a catalogue writes them.
    pub(crate) fn of(files: &[Loaded], names: &Interner, called: BTreeSet<String>) -> Self {
        let mut imports = Self {
            called: called
                .into_iter()
                .map(|api| api.replace("()", ""))
                .collect(),
            ..Self::default()
        };
        for file in files {
            let (Some(language), Some(module)) = (file.language, &file.module) else {
                continue;
            };
            let modules = module.requires.iter().filter(|r| r.level == 0);
            let modules = modules.map(|r| names.text(r.module));
            match language.family() {
                Family::Python => imports
                    .python
                    .get_or_insert_default()
                    .extend(modules.map(|m| normal(m.split('.').next().unwrap_or(m)))),
                Family::EcmaScript => imports
                    .javascript
                    .get_or_insert_default()
                    .extend(modules.filter_map(package_of).map(str::to_owned)),
                Family::Java | Family::CSharp | Family::Ruby => {}
            }
        }
        imports
    }

    /// `functions` are those that the advisory is about, by their full names; none where it does not say.
    pub(super) fn usage(&self, package: &Package, functions: &[AffectedCode<'_>]) -> Usage {
        let mut symbols = functions.iter().filter(|c| c.path.is_empty());
        if symbols.any(|code| code.symbols.iter().any(|s| self.called.contains(*s))) {
            return Usage::Called;
        }
        let (modules, imported_as) = match package.ecosystem {
            Ecosystem::PyPi => (&self.python, python_modules(&package.name)),
            Ecosystem::Npm => (&self.javascript, vec![package.name.clone()]),
            Ecosystem::Maven
            | Ecosystem::RubyGems
            | Ecosystem::NuGet
            | Ecosystem::Go
            | Ecosystem::CratesIo => return Usage::Unknown,
        };
        let Some(modules) = modules else {
            return Usage::Unknown;
        };
        match imported_as.iter().any(|name| modules.contains(name)) {
            true => Usage::Imported,
            // A distribution may bring modules of any name.
            false if package.ecosystem == Ecosystem::PyPi => Usage::Unknown,
            false => Usage::NotImported,
        }
    }
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

fn normal(name: &str) -> String {
    Ecosystem::PyPi.normal_name(name).replace('-', "_")
}

/// What a distribution is imported as: its own name, unless it is known to differ.
fn python_modules(distribution: &str) -> Vec<String> {
    let name = normal(distribution);
    let known: &[&str] = match name.as_str() {
        "beautifulsoup4" => &["bs4"],
        "pyyaml" => &["yaml"],
        "pillow" => &["pil"],
        "python_dateutil" => &["dateutil"],
        "pyjwt" => &["jwt"],
        "pycryptodome" | "pycrypto" => &["crypto"],
        "pyopenssl" => &["openssl"],
        "scikit_learn" => &["sklearn"],
        "opencv_python" => &["cv2"],
        "python_jose" => &["jose"],
        "protobuf" => &["google"],
        "mysqlclient" => &["mysqldb"],
        "psycopg2_binary" => &["psycopg2"],
        "gitpython" => &["git"],
        "attrs" => &["attr", "attrs"],
        "setuptools" => &["setuptools", "pkg_resources"],
        "pymongo" => &["pymongo", "bson", "gridfs"],
        "websocket_client" => &["websocket"],
        "djangorestframework" => &["rest_framework"],
        _ => return vec![name],
    };
    known.iter().map(|m| (*m).to_owned()).collect()
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
    fn distributions_are_imported_as_what_they_are_known_by() {
        assert_eq!(python_modules("PyYAML"), ["yaml"]);
        assert_eq!(python_modules("Flask-Login"), ["flask_login"]);
    }
}
