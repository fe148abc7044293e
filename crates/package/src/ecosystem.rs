use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A family of packages with one registry of names and one order of versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Ecosystem {
    PyPi,
    Npm,
    Maven,
    RubyGems,
    NuGet,
    Go,
    CratesIo,
}

impl Ecosystem {
    pub const ALL: [Ecosystem; 7] = [
        Ecosystem::PyPi,
        Ecosystem::Npm,
        Ecosystem::Maven,
        Ecosystem::RubyGems,
        Ecosystem::NuGet,
        Ecosystem::Go,
        Ecosystem::CratesIo,
    ];

    /// The name in OSV records (<https://ossf.github.io/osv-schema/#defined-ecosystems>).
    pub fn osv_name(self) -> &'static str {
        match self {
            Ecosystem::PyPi => "PyPI",
            Ecosystem::Npm => "npm",
            Ecosystem::Maven => "Maven",
            Ecosystem::RubyGems => "RubyGems",
            Ecosystem::NuGet => "NuGet",
            Ecosystem::Go => "Go",
            Ecosystem::CratesIo => "crates.io",
        }
    }

    /// The ecosystem of an OSV record's `ecosystem`, whose part behind a colon names a release of it.
    pub fn from_osv_name(name: &str) -> Option<Self> {
        let name = name
            .split_once(':')
            .map_or(name, |(ecosystem, _)| ecosystem);
        Self::ALL
            .into_iter()
            .find(|ecosystem| ecosystem.osv_name() == name)
    }

    /// The `type` of a package URL (<https://github.com/package-url/purl-spec>).
    pub fn purl_type(self) -> &'static str {
        match self {
            Ecosystem::PyPi => "pypi",
            Ecosystem::Npm => "npm",
            Ecosystem::Maven => "maven",
            Ecosystem::RubyGems => "gem",
            Ecosystem::NuGet => "nuget",
            Ecosystem::Go => "golang",
            Ecosystem::CratesIo => "cargo",
        }
    }

    /// The form of a package's name under which two spellings of one package are equal.
    ///
    /// PyPI as in PEP 503 (lower case, runs of `-`, `_` and `.` become one `-`), NuGet lower case, the others as they are;
    /// Maven names are `group:artifact`, Go names are module paths, scoped npm names begin with `@scope/`.
    pub fn normal_name(self, name: &str) -> Cow<'_, str> {
        match self {
            Ecosystem::PyPi => normal_python_name(name),
            Ecosystem::NuGet if name.chars().any(char::is_uppercase) => {
                Cow::Owned(name.to_lowercase())
            }
            _ => Cow::Borrowed(name),
        }
    }
}

impl fmt::Display for Ecosystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.osv_name())
    }
}

fn normal_python_name(name: &str) -> Cow<'_, str> {
    let separator = |byte: u8| matches!(byte, b'-' | b'_' | b'.');
    let bytes = name.as_bytes();
    let is_normal = bytes
        .iter()
        .all(|&byte| !byte.is_ascii_uppercase() && byte != b'_' && byte != b'.')
        && !bytes.windows(2).any(|pair| pair == b"--");
    if is_normal {
        return Cow::Borrowed(name);
    }
    let mut normal = String::with_capacity(name.len());
    let mut in_separator = false;
    for character in name.chars() {
        let is_separator = u8::try_from(character).is_ok_and(separator);
        if !is_separator {
            normal.push(character.to_ascii_lowercase());
        } else if !in_separator {
            normal.push('-');
        }
        in_separator = is_separator;
    }
    Cow::Owned(normal)
}

#[cfg(test)]
mod tests {
    use super::Ecosystem;

    #[test]
    fn python_names_are_compared_as_pep_503_says() {
        for spelling in [
            "friendly-bard",
            "Friendly-Bard",
            "FRIENDLY.BARD",
            "friendly_bard",
            "FrIeNdLy-._.-bArD",
        ] {
            assert_eq!(Ecosystem::PyPi.normal_name(spelling), "friendly-bard");
        }
    }

    #[test]
    fn names_of_ecosystems_are_read_back() {
        for ecosystem in Ecosystem::ALL {
            assert_eq!(
                Ecosystem::from_osv_name(ecosystem.osv_name()),
                Some(ecosystem)
            );
        }
        assert_eq!(
            Ecosystem::from_osv_name("Maven:central"),
            Some(Ecosystem::Maven)
        );
        assert_eq!(Ecosystem::from_osv_name("Debian:12"), None);
    }
}
