//! What a path alone tells.

use super::{Class, Classification, Reason};
use crate::path::{extension, file_name};

/// Classifies a file by its path.
#[must_use]
pub fn classify_path(path: &str) -> Classification {
    // Of a path into an archive the part after the last `!/` follows the customs.
    let inner = path.rsplit_once("!/").map_or(path, |(_, inner)| inner);
    let (class, reason) = class_of(path, inner);
    Classification {
        class,
        reason,
        is_test: is_test(inner),
    }
}

/// Whether a file of this path and size may be an executable of Linux or Windows, by custom: those have no extension or
/// `exe`, and the smallest of Go have 1 MB, of Rust 300 kB.
#[must_use]
pub fn may_be_executable(path: &str, size: u64) -> bool {
    const SMALLEST: u64 = 64 << 10;
    let name = file_name(path);
    let has_other = name
        .rsplit_once('.')
        .is_some_and(|(stem, extension)| !stem.is_empty() && extension != "exe");
    size >= SMALLEST && !has_other
}

/// Whether `path`, of whatever kind, lies where others' code is installed or shipped.
pub(crate) fn lies_among_packages(path: &str) -> bool {
    package_folder(path).is_some() || lies_in_library_archive(path)
}

fn class_of(path: &str, inner: &str) -> (Class, Reason) {
    let own = by_name(file_name(inner));
    if matches!(own.0, Class::FirstParty | Class::Config | Class::Generated) {
        if let Some(folder) = package_folder(path) {
            return (Class::Vendored, Reason::PackageFolder(folder));
        }
        if lies_in_library_archive(path) {
            return (Class::Vendored, Reason::LibraryArchive);
        }
        if let Some(folder) = build_folder(path) {
            return (Class::Generated, Reason::BuildFolder(folder));
        }
    }
    own
}

/// Whether one of the archives around `path` is of a kind in which libraries are shipped. A jar that
/// is the artifact itself is around nothing, since its own name is no part of the paths.
fn lies_in_library_archive(path: &str) -> bool {
    path.match_indices("!/").any(|(at, _)| {
        matches!(
            extension(&path[..at]).as_str(),
            "jar" | "whl" | "egg" | "nupkg"
        )
    })
}

/// The folder on the way to `path` into which a package manager installs.
fn package_folder(path: &str) -> Option<&'static str> {
    const ANYWHERE: [&str; 5] = [
        "node_modules",
        "bower_components",
        "jspm_packages",
        "site-packages",
        "dist-packages",
    ];
    const PAIRS: [&str; 4] = ["vendor/bundle", "ruby/gems", "vendor/cache", "java/lib"];
    let mut previous = "";
    let mut folders = path.split('/').peekable();
    while let Some(folder) = folders.next() {
        if folders.peek().is_none() {
            break;
        }
        if let Some(known) = ANYWHERE.into_iter().find(|known| *known == folder) {
            return Some(known);
        }
        let pair = PAIRS
            .into_iter()
            .find(|pair| pair.split_once('/') == Some((previous, folder)));
        if pair.is_some() {
            return pair;
        }
        previous = folder;
    }
    None
}

/// The folder on the way to `path` that holds copies made by a build tool from sources elsewhere.
fn build_folder(path: &str) -> Option<&'static str> {
    let is_in = |known: &str| {
        path.match_indices(known).any(|(at, _)| {
            let starts_part = at == 0 || path.as_bytes()[at - 1] == b'/';
            starts_part && path[at + known.len()..].starts_with('/')
        })
    };
    [".aws-sam/build", ".serverless", ".webpack", ".esbuild"]
        .into_iter()
        .find(|known| is_in(known))
}

fn by_name(name: &str) -> (Class, Reason) {
    let lower = name.to_ascii_lowercase();
    let extension = extension(&lower);
    if is_config_name(&lower) {
        return (Class::Config, Reason::Name);
    }
    if lower.ends_with("_pb2.py")
        || lower.ends_with("_pb2_grpc.py")
        || lower.ends_with("_pb.js")
        || lower.ends_with("_pb.ts")
    {
        return (Class::Generated, Reason::Name);
    }
    if [".d.ts", ".d.mts", ".d.cts", ".pyi"]
        .iter()
        .any(|suffix| lower.ends_with(suffix))
    {
        return (Class::Generated, Reason::TypeDeclarations);
    }
    if [".min.js", ".min.mjs", ".min.cjs"]
        .iter()
        .any(|suffix| lower.ends_with(suffix))
    {
        return (Class::Generated, Reason::Name);
    }
    match extension.as_str() {
        "py" | "pyw" | "js" | "mjs" | "cjs" | "jsx" | "ts" | "mts" | "cts" | "tsx" | "rb"
        | "rake" | "gemspec" | "ru" | "erb" | "rhtml" | "haml" | "slim" | "java" | "kt" | "kts"
        | "scala" | "groovy" | "clj" | "cs" | "fs" | "vb" | "go" | "rs" | "php" | "swift"
        | "sh" | "bash" | "ps1" | "psm1" | "lua" | "pl" | "pm" | "ex" | "exs" | "vue"
        | "svelte" => (Class::FirstParty, Reason::Extension),
        "yaml" | "yml" | "json" | "json5" | "jsonc" | "toml" | "ini" | "cfg" | "conf"
        | "config" | "env" | "properties" | "xml" | "tf" | "tfvars" | "hcl" | "template"
        | "cfn" | "sql" | "pem" | "key" | "ipynb" | "bat" | "cmd" | "npmrc" | "pypirc"
        | "netrc" | "plist" => (Class::Config, Reason::Extension),
        "jar" | "war" | "ear" | "whl" | "egg" | "nupkg" => (Class::Compiled, Reason::Archive),
        "zip" | "tar" | "gz" | "tgz" | "bz2" | "xz" | "zst" | "7z" => {
            (Class::Data, Reason::Archive)
        }
        "class" | "dll" | "so" | "dylib" | "pyc" | "pyo" | "pyd" | "exe" | "wasm" | "node"
        | "a" | "o" | "lib" => (Class::Compiled, Reason::Extension),
        // A shared library with its version behind: `libssl.so.3`.
        _ if lower.contains(".so.") => (Class::Compiled, Reason::Extension),
        _ => (Class::Data, Reason::Extension),
    }
}

fn is_config_name(lower: &str) -> bool {
    matches!(
        lower,
        "dockerfile"
            | "makefile"
            | "procfile"
            | "gemfile"
            | "rakefile"
            | ".npmrc"
            | ".pypirc"
            | ".netrc"
            | ".htpasswd"
            | "credentials"
            | ".dockercfg"
    ) || lower == ".env"
        || lower.starts_with(".env.")
        || lower.starts_with("dockerfile.")
        || lower.starts_with("containerfile")
}

fn is_test(path: &str) -> bool {
    let mut parts = path.rsplit('/');
    let name = parts.next().unwrap_or("");
    let in_test_folder = parts.any(|folder| {
        matches!(
            folder,
            "tests" | "test" | "__tests__" | "spec" | "__mocks__"
        )
    });
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    in_test_folder
        || name == "conftest.py"
        || (stem.starts_with("test_") || stem.ends_with("_test") || stem.ends_with("_spec"))
        || (stem.ends_with(".test") || stem.ends_with(".spec"))
        || ["Test.java", "Tests.java", "Test.cs", "Tests.cs"]
            .iter()
            .any(|suffix| name.ends_with(suffix))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(path: &str) -> Class {
        classify_path(path).class
    }

    #[test]
    fn extensions_decide() {
        assert_eq!(class("src/app.py"), Class::FirstParty);
        assert_eq!(class("src/App.TSX"), Class::FirstParty);
        assert_eq!(class("template.yaml"), Class::Config);
        assert_eq!(class(".env.production"), Class::Config);
        assert_eq!(class("Dockerfile"), Class::Config);
        assert_eq!(class("lib/libssl.so.3"), Class::Compiled);
        assert_eq!(class("a/B.class"), Class::Compiled);
        assert_eq!(class("README.md"), Class::Data);
        assert_eq!(class("bootstrap"), Class::Data);
    }

    #[test]
    fn package_folders_are_vendored_with_their_manifests() {
        let verdict = classify_path("fn/node_modules/lodash/index.js");
        assert_eq!(
            (verdict.class, verdict.reason),
            (Class::Vendored, Reason::PackageFolder("node_modules"))
        );
        assert_eq!(
            class("fn/node_modules/lodash/package.json"),
            Class::Vendored
        );
        assert_eq!(
            class("vendor/bundle/ruby/3.2.0/gems/rack/rack.rb"),
            Class::Vendored
        );
        assert_eq!(class("ruby/gems/3.2.0/gems/rack/rack.rb"), Class::Vendored);
        assert_eq!(
            class("python/lib/python3.12/site-packages/requests/api.py"),
            Class::Vendored
        );
    }

    #[test]
    fn a_file_named_like_a_package_folder_is_not_vendored() {
        assert_eq!(class("src/node_modules.js"), Class::FirstParty);
        assert_eq!(class("vendor/mine.js"), Class::FirstParty);
    }

    #[test]
    fn generated_by_name() {
        assert_eq!(class("api/user_pb2.py"), Class::Generated);
        assert_eq!(class("types/index.d.ts"), Class::Generated);
        assert_eq!(class(".aws-sam/build/Fn/app.py"), Class::Generated);
        assert_eq!(class("cdk.out/asset.1/index.js"), Class::FirstParty);
    }

    #[test]
    fn tests_are_first_party_and_marked() {
        for path in [
            "tests/unit/a.py",
            "test_a.py",
            "a_test.go",
            "src/a.test.ts",
            "src/__tests__/a.js",
            "spec/a.rb",
        ] {
            let verdict = classify_path(path);
            assert!(
                verdict.is_test && verdict.class == Class::FirstParty,
                "{path}"
            );
        }
        assert!(!classify_path("latest/contest.py").is_test);
    }

    #[test]
    fn paths_into_archives_are_judged_by_their_inner_part() {
        assert_eq!(class("tests/layer.zip!/python/app.py"), Class::FirstParty);
        assert!(!classify_path("tests/layer.zip!/python/app.py").is_test);
        let verdict = classify_path("lib/a.jar!/META-INF/maven/pom.xml");
        assert_eq!(
            (verdict.class, verdict.reason),
            (Class::Vendored, Reason::LibraryArchive)
        );
    }
}
