//! Sorts files: whose code is this, and is it code at all?
//!
//! There are three steps, each seeing more. [`classify_path`] knows a path alone; it never reads.
//! [`vendored`] looks at all paths of an artifact together, and at the manifests in which installers
//! write down what they put there. [`classify_content`] is called by whoever has read a file anyway,
//! and recognises what only the text tells: minified and generated code, copies of libraries with a
//! licence banner, binary data. Each verdict carries its [`Reason`], since "why was my file not
//! scanned" is the first question of a user.

mod content;
mod path;
pub(crate) mod vendored;

use std::fmt;

pub use content::classify_content;
pub(crate) use path::lies_among_packages;
pub use path::{classify_path, may_be_executable};

/// What kind of file an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Source code of the package's authors.
    FirstParty,
    /// Configuration in text, which may hold secrets and templates.
    Config,
    /// Code of others that is shipped with the package.
    Vendored,
    /// Source code that a program wrote.
    Generated,
    /// Compiled code, and archives of it.
    Compiled,
    /// Everything else.
    Data,
}

/// A verdict on one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Classification {
    pub class: Class,
    pub reason: Reason,
    /// Whether the file is a test by the customs of its language. Tests are not deployed code,
    /// though they are first-party.
    pub is_test: bool,
}

/// Why a file has its class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// By its extension, or the lack of one.
    Extension,
    /// By its whole name.
    Name,
    /// A first line that names an interpreter.
    Shebang,
    /// Lies in an archive in which libraries are shipped.
    LibraryArchive,
    /// Lies in a folder into which a package manager installs.
    PackageFolder(&'static str),
    /// An installer's manifest beside it lists it.
    InstallerManifest,
    /// Lies in a Python virtual environment.
    VirtualEnvironment,
    /// Starts with the banner of a published library.
    LicenceBanner,
    /// Lies in a folder into which a build tool writes.
    BuildFolder(&'static str),
    /// Says itself that it is generated.
    GeneratedMark,
    /// Lines as long as only a minifier writes them.
    Minified,
    /// Declares types only.
    TypeDeclarations,
    /// Contains NUL bytes.
    Binary,
    /// An archive.
    Archive,
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FirstParty => "first-party",
            Self::Config => "configuration",
            Self::Vendored => "vendored",
            Self::Generated => "generated",
            Self::Compiled => "compiled",
            Self::Data => "data",
        })
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Extension => f.write_str("by its extension"),
            Self::Name => f.write_str("by its name"),
            Self::Shebang => f.write_str("its first line names an interpreter"),
            Self::PackageFolder(folder) => {
                write!(f, "lies in `{folder}`, where packages are installed")
            }
            Self::LibraryArchive => f.write_str("lies in the archive of a library"),
            Self::InstallerManifest => f.write_str("the manifest of an installed package lists it"),
            Self::VirtualEnvironment => f.write_str("lies in a Python virtual environment"),
            Self::LicenceBanner => f.write_str("starts with the banner of a published library"),
            Self::BuildFolder(folder) => write!(f, "lies in `{folder}`, which a build tool writes"),
            Self::GeneratedMark => f.write_str("says that it is generated"),
            Self::Minified => f.write_str("minified"),
            Self::TypeDeclarations => f.write_str("declares types only"),
            Self::Binary => f.write_str("contains NUL bytes"),
            Self::Archive => f.write_str("an archive"),
        }
    }
}
