//! Which file is evidence of packages, and which reader reads it.

use shindan_artifact::may_be_executable;

use crate::files::Files;
use crate::package::Evidence;
use crate::reading::Reading;
use crate::{binary, dotnet, java, javascript, python, ruby};

/// A kind of evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    PythonMetadata,
    Requirements,
    PipfileLock,
    PoetryLock,
    UvLock,
    PdmLock,
    Pylock,
    PackageJson,
    ProjectManifest,
    PackageLock,
    YarnLock,
    PnpmLock,
    BunLock,
    SourceMap,
    Script,
    PomProperties,
    Pom,
    GradleLockfile,
    GemfileLock,
    Gemspec,
    DepsJson,
    PackagesLock,
    PackagesConfig,
    PackagesProps,
    Assembly,
    GoMod,
    Executable,
}

impl Format {
    /// All formats.
    pub const ALL: [Format; 27] = [
        Format::PythonMetadata,
        Format::Requirements,
        Format::PipfileLock,
        Format::PoetryLock,
        Format::UvLock,
        Format::PdmLock,
        Format::Pylock,
        Format::PackageJson,
        Format::ProjectManifest,
        Format::PackageLock,
        Format::YarnLock,
        Format::PnpmLock,
        Format::BunLock,
        Format::SourceMap,
        Format::Script,
        Format::PomProperties,
        Format::Pom,
        Format::GradleLockfile,
        Format::GemfileLock,
        Format::Gemspec,
        Format::DepsJson,
        Format::PackagesLock,
        Format::PackagesConfig,
        Format::PackagesProps,
        Format::Assembly,
        Format::GoMod,
        Format::Executable,
    ];

    /// The format of a file, by its path in the artifact (with `!/` behind each archive) and its size.
    ///
    /// Lock files and manifests of projects count only where a project may be: those inside of installed packages and
    /// of library archives tell what their authors work with, not what is installed.
    #[must_use]
    pub fn of(path: &str, size: u64) -> Option<Self> {
        let installed = Self::of_installed(path);
        if installed.is_some() {
            return installed;
        }
        let of_project = || Self::of_project(path).filter(|_| !is_within_package(path));
        // Whoever packed it, an executable can be run, and what was linked into it with it.
        of_project().or_else(|| may_be_executable(path, size).then_some(Self::Executable))
    }

    /// The strongest evidence that such a file gives.
    #[must_use]
    pub fn evidence(self) -> Evidence {
        match self {
            Self::PythonMetadata
            | Self::PackageJson
            | Self::PomProperties
            | Self::Gemspec
            | Self::DepsJson
            | Self::Assembly
            | Self::Executable => Evidence::Installed,
            Self::SourceMap | Self::Script => Evidence::Bundled,
            Self::PipfileLock
            | Self::PoetryLock
            | Self::UvLock
            | Self::PdmLock
            | Self::Pylock
            | Self::PackageLock
            | Self::YarnLock
            | Self::PnpmLock
            | Self::BunLock
            | Self::GradleLockfile
            | Self::GemfileLock
            | Self::PackagesLock => Evidence::Locked,
            Self::ProjectManifest => Evidence::Subject,
            Self::Requirements
            | Self::Pom
            | Self::PackagesConfig
            | Self::PackagesProps
            | Self::GoMod => Evidence::Declared,
        }
    }

    /// Reads a file of this format. Only POMs and gemspecs look at other files.
    #[must_use]
    pub fn read(self, path: &str, bytes: &[u8], files: &dyn Files) -> Reading {
        match self {
            Self::PythonMetadata => python::metadata::read(path, bytes),
            Self::Requirements => python::requirements::read(path, bytes),
            Self::PipfileLock => python::pipfile_lock::read(path, bytes),
            Self::PoetryLock => python::toml_lock::read_poetry(path, bytes),
            Self::UvLock => python::toml_lock::read_uv(path, bytes),
            Self::PdmLock => python::toml_lock::read_pdm(path, bytes),
            Self::Pylock => python::pylock::read(path, bytes),
            Self::PackageJson => javascript::package_json::read(path, bytes),
            Self::ProjectManifest => javascript::package_json::read_project(path, bytes),
            Self::PackageLock => javascript::package_lock::read(path, bytes),
            Self::YarnLock => javascript::yarn_lock::read(path, bytes),
            Self::PnpmLock => javascript::pnpm_lock::read(path, bytes),
            Self::BunLock => javascript::bun_lock::read(path, bytes),
            Self::SourceMap => javascript::bundle::read_source_map(path, bytes),
            Self::Script => javascript::bundle::read_script(path, bytes),
            Self::PomProperties => java::pom_properties::read(path, bytes),
            Self::Pom => java::pom::read(path, bytes, files),
            Self::GradleLockfile => java::gradle_lockfile::read(path, bytes),
            Self::GemfileLock => ruby::gemfile_lock::read(path, bytes),
            Self::Gemspec => ruby::gemspec::read(path, bytes, files),
            Self::DepsJson => dotnet::deps_json::read(path, bytes),
            Self::PackagesLock => dotnet::packages_lock::read(path, bytes),
            Self::PackagesConfig => dotnet::projects::read_config(path, bytes),
            Self::PackagesProps => dotnet::projects::read_props(path, bytes),
            Self::Assembly => dotnet::assembly::read(path, bytes),
            Self::GoMod => binary::go_mod::read(path, bytes),
            Self::Executable => binary::executable::read(path, bytes),
        }
    }

    fn of_installed(path: &str) -> Option<Self> {
        let mut parts = path.rsplit('/');
        let file = parts.next()?;
        let folder = parts.next().unwrap_or("");
        let above = parts.next().unwrap_or("");
        match file {
            "METADATA" if folder.ends_with("dist-info") => Some(Self::PythonMetadata),
            "PKG-INFO" if folder.ends_with("egg-info") || folder == "EGG-INFO" => {
                Some(Self::PythonMetadata)
            }
            "package.json" => {
                let is_package = above == "node_modules" && !folder.starts_with('@');
                let is_scoped = above.starts_with('@') && parts.next() == Some("node_modules");
                (is_package || is_scoped).then_some(Self::PackageJson)
            }
            "pom.properties" => {
                let is_maven = parts.next() == Some("maven") && parts.next() == Some("META-INF");
                is_maven.then_some(Self::PomProperties)
            }
            _ if file.ends_with(".egg-info") => Some(Self::PythonMetadata),
            _ if file.ends_with(".gemspec") => {
                let is_specification = folder == "specifications"
                    || (folder == "default" && above == "specifications");
                let is_gem = above == "gems"
                    && folder.contains('-')
                    && (path.contains("ruby/") || path.contains("/gems/"));
                (is_specification || is_gem).then_some(Self::Gemspec)
            }
            _ if file.ends_with(".deps.json") => Some(Self::DepsJson),
            _ if file.ends_with(".dll") => Some(Self::Assembly),
            _ => None,
        }
    }

    fn of_project(path: &str) -> Option<Self> {
        let mut parts = path.rsplit('/');
        let file = parts.next()?;
        let folder = parts.next().unwrap_or("");
        match file {
            "Pipfile.lock" => Some(Self::PipfileLock),
            "poetry.lock" => Some(Self::PoetryLock),
            "uv.lock" => Some(Self::UvLock),
            "pdm.lock" => Some(Self::PdmLock),
            "package.json" => Some(Self::ProjectManifest),
            "package-lock.json" | "npm-shrinkwrap.json" => Some(Self::PackageLock),
            "yarn.lock" => Some(Self::YarnLock),
            "pnpm-lock.yaml" => Some(Self::PnpmLock),
            "bun.lock" => Some(Self::BunLock),
            "Gemfile.lock" | "gems.locked" => Some(Self::GemfileLock),
            "packages.lock.json" => Some(Self::PackagesLock),
            "packages.config" => Some(Self::PackagesConfig),
            "go.mod" => Some(Self::GoMod),
            // What an archive carries of the build that made it says nothing about what is in the archive.
            "pom.xml" if !path.contains("!/") && !path.contains("META-INF/") => Some(Self::Pom),
            "gradle.lockfile" | "buildscript-gradle.lockfile" if !path.contains("!/") => {
                Some(Self::GradleLockfile)
            }
            _ if file.starts_with("pylock.") && file.ends_with(".toml") => Some(Self::Pylock),
            _ if file.to_ascii_lowercase().ends_with("packages.props") => Some(Self::PackagesProps),
            _ if file.ends_with(".txt")
                && (file.contains("requirements") || folder == "requirements") =>
            {
                Some(Self::Requirements)
            }
            _ if [".js.map", ".mjs.map", ".cjs.map"]
                .iter()
                .any(|end| file.ends_with(end)) =>
            {
                Some(Self::SourceMap)
            }
            _ if [".js", ".mjs", ".cjs"]
                .iter()
                .any(|end| file.ends_with(end)) =>
            {
                Some(Self::Script)
            }
            _ => None,
        }
    }
}

/// Whether `path` lies in an installed package or in an archive of a library.
pub(crate) fn is_within_package(path: &str) -> bool {
    let in_folder = [
        "node_modules/",
        "site-packages/",
        "dist-packages/",
        "/gems/",
        "bower_components/",
    ]
    .iter()
    .any(|folder| path.contains(folder));
    let in_library = [".jar!/", ".whl!/", ".egg!/", ".nupkg!/"]
        .iter()
        .any(|archive| path.contains(archive));
    in_folder || in_library
}
