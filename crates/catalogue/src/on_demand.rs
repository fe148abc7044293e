//! Parts of the catalogue that few scans need, decoded when they are first asked for: decoding all of them would cost
//! more than many a scan. A package is seldom written in more than two languages, and only `explain` shows examples.
//!
//! **Invariant.** Nobody outside sees whether a part was decoded already.

use std::sync::OnceLock;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::RowLanguage;

/// A value that stays encoded until it is asked for.
#[derive(Clone, Debug)]
pub struct OnDemand<T> {
    encoded: &'static [u8],
    decoded: OnceLock<T>,
}

impl<T: DeserializeOwned> OnDemand<T> {
    /// The value.
    #[must_use]
    pub fn get(&self) -> &T {
        self.decoded.get_or_init(|| {
            postcard::from_bytes(self.encoded).expect("the same version encoded it")
        })
    }
}

impl<T> From<T> for OnDemand<T> {
    fn from(value: T) -> Self {
        Self {
            encoded: &[],
            decoded: OnceLock::from(value),
        }
    }
}

impl<T: Serialize> Serialize for OnDemand<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.decoded.get() {
            Some(value) => {
                let encoded = postcard::to_stdvec(value).map_err(serde::ser::Error::custom)?;
                serializer.serialize_bytes(&encoded)
            }
            None => serializer.serialize_bytes(self.encoded),
        }
    }
}

/// Borrowed from what is decoded, which is a part of the binary.
impl<'de: 'static, T> Deserialize<'de> for OnDemand<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self {
            encoded: <&'de [u8]>::deserialize(deserializer)?,
            decoded: OnceLock::new(),
        })
    }
}

/// Rows of every language, each language's decoded on demand.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound(serialize = "T: Serialize", deserialize = "'de: 'static"))]
pub struct ByLanguage<T> {
    languages: [Option<OnDemand<Vec<T>>>; RowLanguage::ALL.len()],
}

impl<T: DeserializeOwned> ByLanguage<T> {
    /// Those of a language, in the order in which they were given.
    #[must_use]
    pub fn of(&self, language: RowLanguage) -> &[T] {
        self.languages[language as usize]
            .as_ref()
            .map_or(&[], |rows| rows.get())
    }

    /// All of them, by language.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        RowLanguage::ALL.into_iter().flat_map(|l| self.of(l))
    }
}

impl<T> FromIterator<(RowLanguage, T)> for ByLanguage<T> {
    fn from_iter<I: IntoIterator<Item = (RowLanguage, T)>>(rows: I) -> Self {
        let mut languages = [const { Vec::new() }; RowLanguage::ALL.len()];
        for (language, row) in rows {
            languages[language as usize].push(row);
        }
        Self {
            languages: languages.map(|rows| (!rows.is_empty()).then(|| rows.into())),
        }
    }
}

impl<T> Default for ByLanguage<T> {
    fn default() -> Self {
        std::iter::empty().collect()
    }
}
