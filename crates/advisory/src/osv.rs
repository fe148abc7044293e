//! OSV records (<https://ossf.github.io/osv-schema/>), read in place.
//!
//! Only what the index needs is read. Texts borrow from the input where no escape stands in them. What upstream
//! databases are known to get wrong in places that do not matter here (hashes of commits, extra fields, `null` for a
//! list) does not cost the record.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, Visitor};
use serde::{Deserialize, de};
use serde_json::value::RawValue;

/// A text that borrows from the document where it can, at any depth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Text<'a>(pub(crate) Cow<'a, str>);

impl Text<'_> {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Record<'a> {
    #[serde(borrow)]
    pub(crate) id: Text<'a>,
    pub(crate) modified: Text<'a>,
    pub(crate) published: Option<Text<'a>>,
    pub(crate) withdrawn: Option<Text<'a>>,
    pub(crate) aliases: Option<Vec<Text<'a>>>,
    pub(crate) summary: Option<Text<'a>>,
    pub(crate) details: Option<Text<'a>>,
    pub(crate) severity: Option<Vec<Score<'a>>>,
    pub(crate) affected: Option<Vec<Affected<'a>>>,
    pub(crate) references: Option<Vec<Reference<'a>>>,
    pub(crate) database_specific: Option<&'a RawValue>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Score<'a> {
    /// The vector.
    #[serde(borrow)]
    pub(crate) score: Text<'a>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Affected<'a> {
    #[serde(borrow)]
    pub(crate) package: Option<Package<'a>>,
    pub(crate) ranges: Option<Vec<Range<'a>>>,
    pub(crate) versions: Option<Vec<Text<'a>>>,
    pub(crate) severity: Option<Vec<Score<'a>>>,
    pub(crate) ecosystem_specific: Option<&'a RawValue>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Package<'a> {
    #[serde(borrow)]
    pub(crate) ecosystem: Text<'a>,
    pub(crate) name: Text<'a>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Range<'a> {
    #[serde(borrow, rename = "type")]
    pub(crate) kind: Text<'a>,
    pub(crate) events: Option<Vec<Event<'a>>>,
}

/// One event; records from before version 1.4 of the schema put several into one object.
#[derive(Debug, Deserialize)]
pub(crate) struct Event<'a> {
    #[serde(borrow)]
    pub(crate) introduced: Option<Text<'a>>,
    pub(crate) fixed: Option<Text<'a>>,
    pub(crate) last_affected: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Reference<'a> {
    #[serde(borrow)]
    pub(crate) url: Text<'a>,
}

/// What GitHub's database adds to a record.
#[derive(Debug, Default, Deserialize)]
struct DatabaseSpecific<'a> {
    #[serde(borrow)]
    severity: Option<&'a RawValue>,
    cwe_ids: Option<&'a RawValue>,
}

/// The symbols that Go's database names (`imports`), and functions as GitHub's database lists them.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct EcosystemSpecific<'a> {
    #[serde(borrow)]
    pub(crate) imports: Option<Vec<Import<'a>>>,
    pub(crate) affected_functions: Option<Vec<Text<'a>>>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Import<'a> {
    #[serde(borrow)]
    pub(crate) path: Option<Text<'a>>,
    pub(crate) symbols: Option<Vec<Text<'a>>>,
}

impl<'a> Record<'a> {
    pub(crate) fn read(json: &'a [u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(json)
    }

    /// The severity in a word.
    pub(crate) fn label(&self) -> Option<Text<'a>> {
        let specific: DatabaseSpecific<'a> = lenient(self.database_specific);
        lenient(specific.severity)
    }

    pub(crate) fn cwes(&self) -> Vec<Text<'a>> {
        let specific: DatabaseSpecific<'a> = lenient(self.database_specific);
        lenient(specific.cwe_ids)
    }
}

impl<'a> Affected<'a> {
    pub(crate) fn ecosystem_specific(&self) -> EcosystemSpecific<'a> {
        lenient(self.ecosystem_specific)
    }
}

/// Objects that every database fills as it likes: of another shape than the known ones, they say nothing.
fn lenient<'a, T: Default + Deserialize<'a>>(raw: Option<&'a RawValue>) -> T {
    raw.and_then(|raw| serde_json::from_str(raw.get()).ok())
        .unwrap_or_default()
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;
        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Cow<'de, str>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Cow::Borrowed(text))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Cow::Owned(text.to_owned()))
            }
        }
        deserializer.deserialize_str(TextVisitor).map(Self)
    }
}
