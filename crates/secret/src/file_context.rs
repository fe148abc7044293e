//! What a file's name says about the secrets in it.

use crate::format::FileFormat;

/// What kind of file a text comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileContext {
    pub(crate) format: FileFormat,
    /// Lock files, vendored and minified code: full of hashes, and written by others.
    pub(crate) generated: bool,
    /// A file of environment variables: every value in it is meant.
    pub(crate) environment: bool,
    /// Tests and their data: weak passwords there are invented.
    pub(crate) test: bool,
}

impl FileContext {
    /// Reads a `/`-separated path, in any case.
    pub(crate) fn of(path: &str) -> Self {
        let path = path.to_ascii_lowercase();
        let mut parts: Vec<&str> = path.split('/').collect();
        let name = parts.pop().unwrap_or("");
        Self {
            format: format_of(name),
            generated: is_generated(name) || parts.iter().any(|p| is_vendor_folder(p)),
            environment: name.starts_with(".env") || name.ends_with(".env"),
            test: is_test_file(name) || parts.iter().any(|p| is_test_folder(p)),
        }
    }
}

fn format_of(name: &str) -> FileFormat {
    let extension = name.rsplit_once('.').map_or("", |(_, e)| e);
    if name == "dockerfile" || name == "containerfile" || name.starts_with("dockerfile.") {
        return FileFormat::Lines;
    }
    if name.starts_with(".env")
        || matches!(
            name,
            ".npmrc" | ".pypirc" | ".netrc" | "credentials" | "config"
        )
    {
        return FileFormat::Lines;
    }
    match extension {
        "yaml" | "yml" | "template" => FileFormat::Yaml,
        "json" | "json5" | "jsonc" | "tfstate" | "ipynb" => FileFormat::Json,
        "toml" => FileFormat::Toml,
        "tf" | "tfvars" | "hcl" => FileFormat::Hcl,
        "xml" | "config" | "csproj" | "props" | "targets" | "plist" | "xhtml" => FileFormat::Xml,
        "ini" | "cfg" | "conf" | "properties" | "env" | "envrc" | "sh" | "bash" | "zsh"
        | "fish" | "cmd" | "bat" | "ps1" => FileFormat::Lines,
        "py" | "pyi" | "js" | "mjs" | "cjs" | "jsx" | "ts" | "mts" | "cts" | "tsx" | "java"
        | "kt" | "kts" | "scala" | "groovy" | "gradle" | "cs" | "fs" | "vb" | "rb" | "erb"
        | "go" | "rs" | "php" | "c" | "h" | "cc" | "cpp" | "hpp" | "swift" | "m" | "lua" | "pl"
        | "pm" | "ex" | "exs" | "dart" | "vue" | "svelte" | "sql" | "r" | "jl" => FileFormat::Code,
        "md" | "markdown" | "rst" | "adoc" | "txt" | "html" | "htm" | "tex" | "csv" | "tsv" => {
            FileFormat::Document
        }
        _ => FileFormat::Other,
    }
}

fn is_generated(name: &str) -> bool {
    let lock = matches!(
        name,
        "package-lock.json"
            | "npm-shrinkwrap.json"
            | "yarn.lock"
            | "pnpm-lock.yaml"
            | "composer.lock"
            | "go.sum"
            | "poetry.lock"
            | "pipfile.lock"
            | "uv.lock"
            | "pdm.lock"
            | "cargo.lock"
            | "gemfile.lock"
            | "packages.lock.json"
            | "project.assets.json"
            | "gradle.lockfile"
            | ".terraform.lock.hcl"
            | "bun.lock"
    );
    let ending = [
        ".min.js",
        ".min.css",
        ".min.mjs",
        ".js.map",
        ".css.map",
        ".mjs.map",
        ".bundle.js",
        ".svg",
        ".lock",
    ];
    lock || ending.iter().any(|e| name.ends_with(e))
}

fn is_vendor_folder(name: &str) -> bool {
    matches!(
        name,
        "node_modules" | "site-packages" | "dist-packages" | "bower_components" | "third_party"
    ) || matches!(name, "vendor" | ".terraform" | "__pycache__" | "gems")
        || name.ends_with(".dist-info")
}

fn is_test_folder(name: &str) -> bool {
    matches!(
        name,
        "test"
            | "tests"
            | "__tests__"
            | "spec"
            | "specs"
            | "fixtures"
            | "testdata"
            | "__fixtures__"
    ) || matches!(name, "mocks" | "__mocks__" | "__snapshots__" | "cassettes")
}

fn is_test_file(name: &str) -> bool {
    let stem = name.split_once('.').map_or(name, |(s, _)| s);
    stem.starts_with("test_")
        || stem.ends_with("_test")
        || stem.ends_with("_spec")
        || stem == "conftest"
        || name.contains(".test.")
        || name.contains(".spec.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_format() {
        let cases = [
            ("template.yaml", FileFormat::Yaml),
            ("cdk.out/App.template.json", FileFormat::Json),
            ("infra/main.tf", FileFormat::Hcl),
            ("Dockerfile", FileFormat::Lines),
            (".env.production", FileFormat::Lines),
            ("src/Handler.PY", FileFormat::Code),
            ("README.md", FileFormat::Document),
            ("Web.config", FileFormat::Xml),
            ("blob", FileFormat::Other),
        ];
        for (path, format) in cases {
            assert_eq!(FileContext::of(path).format, format, "{path}");
        }
    }

    #[test]
    fn names_tell_generated_and_test_files() {
        for path in [
            "package-lock.json",
            "a/node_modules/x/index.js",
            "static/app.min.js",
        ] {
            assert!(FileContext::of(path).generated, "{path}");
        }
        for path in [
            "tests/app.py",
            "src/test_app.py",
            "src/app.spec.ts",
            "pkg/app_test.go",
        ] {
            assert!(FileContext::of(path).test, "{path}");
        }
        let plain = FileContext::of("src/latest/contest.py");
        assert!(!plain.generated && !plain.test);
    }
}
