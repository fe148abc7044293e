//! Package URLs (<https://github.com/package-url/purl-spec>): one string that names a package of any ecosystem.
//!
//! `pkg:type/namespace/name@version?qualifiers#subpath`. A [`Purl`] is always canonical: it is made by parsing or by
//! [`Purl::of`] and [`Purl::new`], all of which bring the parts to the form that the rules of the type ask for, so that
//! equal values name equal packages. Our own code and not a crate, because the published ones fail tests of the
//! specification, and because the split between namespace and name decides whether an advisory is found.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::Ecosystem;
use crate::purl_type::{self, has_path_as_name};

/// A canonical package URL.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Purl {
    kind: String,
    namespace: Option<String>,
    name: String,
    version: Option<String>,
    qualifiers: BTreeMap<String, String>,
    subpath: Option<String>,
}

/// The parts of a package URL as they are before any check; all decoded.
#[derive(Clone, Copy, Debug, Default)]
pub struct Parts<'a> {
    /// The `type`, such as `pypi`.
    pub kind: &'a str,
    /// Segments divided by `/`; empty for none.
    pub namespace: &'a str,
    pub name: &'a str,
    /// Empty for none.
    pub version: &'a str,
    pub qualifiers: &'a [(&'a str, &'a str)],
    /// Segments divided by `/`; empty for none.
    pub subpath: &'a str,
}

/// Why a text is no package URL.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PurlError {
    #[error("a package URL begins with `pkg:`")]
    Scheme,
    #[error("`{0}` is no type of packages: letters, digits, `.` and `-`, a letter first")]
    Type(String),
    #[error("the name of the package is missing")]
    Name,
    #[error("`{0}` is no key of a qualifier: letters, digits, `.`, `-` and `_`, a letter first")]
    Key(String),
    #[error("packages of type `{kind}` have no qualifier `{key}`, but `{}`", key.to_ascii_lowercase())]
    KeyCase { kind: String, key: String },
    #[error("the qualifier `{0}` stands twice")]
    RepeatedKey(String),
    #[error("`{0}` holds a broken percent escape or is no UTF-8 once decoded")]
    Escape(String),
    #[error("packages of type `{kind}` have {rule}")]
    Rule { kind: String, rule: &'static str },
}

impl Purl {
    /// The package URL of a package as its ecosystem names it; an empty `version` is left out.
    ///
    /// Maven's `group:artifact`, npm's `@scope/name` and Go's module paths are divided into namespace and name.
    /// `None` where the name is empty or, for Maven, has no group.
    pub fn of(ecosystem: Ecosystem, name: &str, version: &str) -> Option<Self> {
        let (namespace, name) = match ecosystem {
            Ecosystem::Maven => name.split_once(':')?,
            Ecosystem::Npm | Ecosystem::Go => name.rsplit_once('/').unwrap_or(("", name)),
            _ => ("", name),
        };
        Self::new(&Parts {
            kind: ecosystem.purl_type(),
            namespace,
            name,
            version,
            ..Parts::default()
        })
        .ok()
    }

    /// Parses as the tests of the specification ask of a parser: a qualifier that the definition of the type has must be
    /// spelled as it is there.
    ///
    /// Parsing by [`FromStr`] takes every key in lower case, because a bill of materials with `Arch=` tells of a package
    /// all the same.
    pub fn parse_strict(text: &str) -> Result<Self, PurlError> {
        let purl: Self = text.parse()?;
        let before_subpath = text.rsplit_once('#').map_or(text, |(before, _)| before);
        let (_, qualifiers) = before_subpath.rsplit_once('?').unwrap_or_default();
        let misspelled = qualifiers
            .split('&')
            .map(|pair| pair.split_once('=').map_or(pair, |(key, _)| key))
            .find(|key| {
                purl_type::defined_keys(&purl.kind)
                    .any(|defined| defined != *key && defined.eq_ignore_ascii_case(key))
            });
        match misspelled {
            Some(key) => Err(PurlError::KeyCase {
                kind: purl.kind,
                key: key.to_owned(),
            }),
            None => Ok(purl),
        }
    }

    /// Checks the parts and brings them to canonical form.
    pub fn new(parts: &Parts<'_>) -> Result<Self, PurlError> {
        let mut qualifiers = BTreeMap::new();
        for &(key, value) in parts.qualifiers {
            if !is_key(key) {
                return Err(PurlError::Key(key.to_owned()));
            }
            let key = key.to_ascii_lowercase();
            if value.is_empty() {
                continue;
            }
            if qualifiers.insert(key.clone(), value.to_owned()).is_some() {
                return Err(PurlError::RepeatedKey(key));
            }
        }
        let filled = |text: String| (!text.is_empty()).then_some(text);
        let mut purl = Self {
            kind: parts.kind.to_ascii_lowercase(),
            namespace: filled(joined(parts.namespace, |segment| !segment.is_empty())),
            name: parts.name.to_owned(),
            version: filled(parts.version.to_owned()),
            qualifiers,
            subpath: filled(joined(parts.subpath, |segment| {
                !matches!(segment, "" | "." | "..")
            })),
        };
        if !is_type(&purl.kind) {
            return Err(PurlError::Type(purl.kind));
        }
        if purl.name.is_empty() {
            return Err(PurlError::Name);
        }
        purl_type::normalise(&mut PartsMut {
            kind: &purl.kind,
            namespace: &mut purl.namespace,
            name: &mut purl.name,
            version: &mut purl.version,
            qualifiers: &mut purl.qualifiers,
        })
        .map_err(|rule| PurlError::Rule {
            kind: purl.kind.clone(),
            rule,
        })?;
        Ok(purl)
    }

    /// The `type`, in lower case.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    pub fn namespace(&self) -> Option<&str> {
        self.namespace.as_deref()
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// Keys in lower case, values decoded.
    pub fn qualifiers(&self) -> &BTreeMap<String, String> {
        &self.qualifiers
    }

    pub fn subpath(&self) -> Option<&str> {
        self.subpath.as_deref()
    }

    /// The ecosystem, where it is one that advisories are matched for.
    pub fn ecosystem(&self) -> Option<Ecosystem> {
        Ecosystem::ALL
            .into_iter()
            .find(|ecosystem| ecosystem.purl_type() == self.kind)
    }

    /// The name as the ecosystem spells it, the inverse of [`Purl::of`].
    pub fn package_name(&self) -> Cow<'_, str> {
        match (&self.namespace, self.kind.as_str()) {
            (Some(namespace), "maven") => Cow::Owned(format!("{namespace}:{}", self.name)),
            (Some(namespace), _) => Cow::Owned(format!("{namespace}/{}", self.name)),
            (None, _) => Cow::Borrowed(&self.name),
        }
    }

    /// The same package with this qualifier; an empty value removes it.
    pub fn with_qualifier(mut self, key: &str, value: &str) -> Result<Self, PurlError> {
        if !is_key(key) {
            return Err(PurlError::Key(key.to_owned()));
        }
        let key = key.to_ascii_lowercase();
        if value.is_empty() {
            self.qualifiers.remove(&key);
        } else {
            self.qualifiers.insert(key, value.to_owned());
        }
        Ok(self)
    }
}

/// What the rules of a type may change.
pub(crate) struct PartsMut<'a> {
    pub(crate) kind: &'a str,
    pub(crate) namespace: &'a mut Option<String>,
    pub(crate) name: &'a mut String,
    pub(crate) version: &'a mut Option<String>,
    pub(crate) qualifiers: &'a mut BTreeMap<String, String>,
}

impl FromStr for Purl {
    type Err = PurlError;

    fn from_str(text: &str) -> Result<Self, PurlError> {
        let (rest, subpath) = text.rsplit_once('#').unwrap_or((text, ""));
        let (rest, qualifiers) = rest.rsplit_once('?').unwrap_or((rest, ""));
        let (scheme, rest) = rest.split_once(':').ok_or(PurlError::Scheme)?;
        if !scheme.eq_ignore_ascii_case("pkg") {
            return Err(PurlError::Scheme);
        }
        let rest = rest.trim_matches('/');
        let Some((kind, rest)) = rest.split_once('/') else {
            return Err(PurlError::Type(rest.to_owned()));
        };
        // An `@` in front of a `/` is the sign of an npm scope, not of a version.
        let (path, version) = match rest.rsplit_once('@') {
            Some((path, version)) if !version.contains('/') => (path, version),
            _ => (rest, ""),
        };
        if path.ends_with('/') && !version.is_empty() {
            return Err(PurlError::Name);
        }
        let path = path.trim_end_matches('/');
        let (namespace, name) = if has_path_as_name(&kind.to_ascii_lowercase()) {
            path.split_once('/')
        } else {
            path.rsplit_once('/')
        }
        .unwrap_or(("", path));
        let decoded_qualifiers = qualifiers
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
                Ok((key, decoded(value)?))
            })
            .collect::<Result<Vec<_>, PurlError>>()?;
        let borrowed: Vec<(&str, &str)> = decoded_qualifiers
            .iter()
            .map(|(key, value)| (*key, value.as_ref()))
            .collect();
        Self::new(&Parts {
            kind,
            namespace: &decoded(namespace)?,
            name: &decoded(name)?,
            version: &decoded(version)?,
            qualifiers: &borrowed,
            subpath: &decoded(subpath)?,
        })
    }
}

impl fmt::Display for Purl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pkg:{}/", self.kind)?;
        if let Some(namespace) = &self.namespace {
            write!(f, "{}/", Encoded(namespace, b"/"))?;
        }
        let plain: &[u8] = if has_path_as_name(&self.kind) {
            b"/"
        } else {
            b""
        };
        write!(f, "{}", Encoded(&self.name, plain))?;
        if let Some(version) = &self.version {
            write!(f, "@{}", Encoded(version, b""))?;
        }
        for (index, (key, value)) in self.qualifiers.iter().enumerate() {
            let separator = if index == 0 { '?' } else { '&' };
            write!(f, "{separator}{key}={}", Encoded(value, b""))?;
        }
        if let Some(subpath) = &self.subpath {
            write!(f, "#{}", Encoded(subpath, b"/"))?;
        }
        Ok(())
    }
}

impl From<Purl> for String {
    fn from(purl: Purl) -> Self {
        purl.to_string()
    }
}

impl TryFrom<String> for Purl {
    type Error = PurlError;

    fn try_from(text: String) -> Result<Self, PurlError> {
        text.parse()
    }
}

/// Text in percent encoding; the bytes of the second field stay as they are.
struct Encoded<'a>(&'a str, &'a [u8]);

impl fmt::Display for Encoded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for &byte in self.0.as_bytes() {
            let plain = byte.is_ascii_alphanumeric()
                || matches!(byte, b'.' | b'-' | b'_' | b'~' | b':')
                || self.1.contains(&byte);
            if plain {
                write!(f, "{}", char::from(byte))?;
            } else {
                write!(f, "%{byte:02X}")?;
            }
        }
        Ok(())
    }
}

fn decoded(text: &str) -> Result<Cow<'_, str>, PurlError> {
    if !text.contains('%') {
        return Ok(Cow::Borrowed(text));
    }
    let broken = || PurlError::Escape(text.to_owned());
    let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let high = digit(rest.next()).ok_or_else(broken)?;
        let low = digit(rest.next()).ok_or_else(broken)?;
        bytes.push(u8::try_from(high * 16 + low).map_err(|_| broken())?);
    }
    String::from_utf8(bytes)
        .map(Cow::Owned)
        .map_err(|_| broken())
}

fn joined(path: &str, keeps: impl Fn(&str) -> bool) -> String {
    let segments: Vec<&str> = path.split('/').filter(|segment| keeps(segment)).collect();
    segments.join("/")
}

fn is_type(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
}

fn is_key(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Parts, Purl, PurlError};
    use crate::Ecosystem;

    fn canonical(text: &str) -> String {
        text.parse::<Purl>().expect(text).to_string()
    }

    #[test]
    fn names_of_ecosystems_are_divided_and_put_together_again() {
        for (ecosystem, name, version, expected) in [
            (
                Ecosystem::Maven,
                "org.example:tool",
                "1.0",
                "pkg:maven/org.example/tool@1.0",
            ),
            (
                Ecosystem::Npm,
                "@scope/tool",
                "1.0.0",
                "pkg:npm/%40scope/tool@1.0.0",
            ),
            (Ecosystem::Npm, "tool", "", "pkg:npm/tool"),
            (
                Ecosystem::Go,
                "example.org/Team/tool/v2",
                "v2.0.1",
                "pkg:golang/example.org/Team/tool/v2@v2.0.1",
            ),
            (
                Ecosystem::Go,
                "stdlib",
                "1.22.1",
                "pkg:golang/stdlib@1.22.1",
            ),
            (
                Ecosystem::NuGet,
                "Tool.Core",
                "1.0.0",
                "pkg:nuget/Tool.Core@1.0.0",
            ),
            (Ecosystem::RubyGems, "tool", "1.0", "pkg:gem/tool@1.0"),
            (
                Ecosystem::CratesIo,
                "tool",
                "1.0.0+b",
                "pkg:cargo/tool@1.0.0%2Bb",
            ),
        ] {
            let purl = Purl::of(ecosystem, name, version).expect(name);
            assert_eq!(purl.to_string(), expected);
            assert_eq!(purl.package_name(), name);
            assert_eq!(purl.ecosystem(), Some(ecosystem));
            assert_eq!(expected.parse(), Ok(purl));
        }
        assert_eq!(
            Purl::of(Ecosystem::PyPi, "Some_Tool", "1")
                .expect("named")
                .to_string(),
            "pkg:pypi/some-tool@1"
        );
        assert_eq!(Purl::of(Ecosystem::Maven, "no-group", "1"), None);
        assert_eq!(Purl::of(Ecosystem::Npm, "", "1"), None);
    }

    #[test]
    fn spellings_of_one_package_become_one_text() {
        for (text, expected) in [
            ("pkg:npm/@scope/tool@1.0", "pkg:npm/%40scope/tool@1.0"),
            ("pkg:npm/@scope/tool", "pkg:npm/%40scope/tool"),
            (
                "PKG://Maven/org.example//tool/",
                "pkg:maven/org.example/tool",
            ),
            ("pkg:generic/tool?b=2&A=1&c=", "pkg:generic/tool?a=1&b=2"),
            ("pkg:generic/tool#/a/../b/./", "pkg:generic/tool#a/b"),
            (
                "pkg:generic/tool?url=https://x/y",
                "pkg:generic/tool?url=https:%2F%2Fx%2Fy",
            ),
        ] {
            assert_eq!(canonical(text), expected);
        }
    }

    #[test]
    fn what_is_no_package_url_is_refused_with_the_reason() {
        for (text, reason) in [
            ("tool@1", PurlError::Scheme),
            ("pkg:tool@1", PurlError::Type("tool@1".to_owned())),
            ("pkg:3d/tool", PurlError::Type("3d".to_owned())),
            ("pkg:generic/@1", PurlError::Name),
            ("pkg:generic/tool?a b=1", PurlError::Key("a b".to_owned())),
            (
                "pkg:generic/tool?a=1&A=2",
                PurlError::RepeatedKey("a".to_owned()),
            ),
            ("pkg:generic/tool%4", PurlError::Escape("tool%4".to_owned())),
            (
                "pkg:generic/tool%FF",
                PurlError::Escape("tool%FF".to_owned()),
            ),
        ] {
            assert_eq!(text.parse::<Purl>(), Err(reason), "{text}");
        }
    }

    #[test]
    fn strictly_a_key_is_spelled_as_its_type_defines_it() {
        for text in [
            "pkg:gem/tool@1?Platform=java",
            "pkg:rpm/f/tool@1?b=1&Arch=i386#sub",
        ] {
            assert!(matches!(
                Purl::parse_strict(text),
                Err(PurlError::KeyCase { .. })
            ));
            assert!(text.parse::<Purl>().is_ok());
        }
        for text in [
            "pkg:gem/tool@1?platform=java",
            "pkg:maven/g/tool@1?Repository_URL=x",
            "pkg:generic/tool@1?Platform=java",
        ] {
            assert_eq!(Purl::parse_strict(text), text.parse());
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(pkg:)?\\PC{0,60}") {
            if let Ok(purl) = text.parse::<Purl>() {
                prop_assert_eq!(Purl::parse_strict(&purl.to_string()), Ok(purl));
            }
        }

        #[test]
        fn any_parts_come_back(
            namespace in "\\PC{0,20}", name in "\\PC{1,20}", version in "\\PC{0,20}", value in "\\PC{0,20}",
        ) {
            let parts = Parts {
                kind: "generic",
                namespace: &namespace,
                name: &name,
                version: &version,
                qualifiers: &[("key", &value)],
                subpath: "",
            };
            let purl = Purl::new(&parts).expect("every part is allowed");
            prop_assert_eq!(purl.to_string().parse(), Ok(purl));
        }
    }
}
