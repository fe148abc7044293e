//! The models of all languages, each language's decoded when it is first asked for: a package is seldom written in more
//! than two, and decoding all of them would cost more than many a scan.
//!
//! **Invariant.** Nobody outside sees whether models were decoded already.

use std::sync::OnceLock;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Model, RowLanguage};

/// The models of all languages.
#[derive(Clone, Debug, Default)]
pub struct Models {
    languages: [OneLanguage; RowLanguage::ALL.len()],
}

#[derive(Clone, Debug, Default)]
struct OneLanguage {
    encoded: Vec<u8>,
    decoded: OnceLock<Vec<Model>>,
}

impl Models {
    /// Those of a language, sorted by file name.
    #[must_use]
    pub fn of(&self, language: RowLanguage) -> &[Model] {
        let one = &self.languages[language as usize];
        one.decoded.get_or_init(|| {
            if one.encoded.is_empty() {
                return Vec::new();
            }
            postcard::from_bytes(&one.encoded).expect("the same version encoded it")
        })
    }

    /// All of them, sorted by language and file name.
    pub fn iter(&self) -> impl Iterator<Item = &Model> {
        RowLanguage::ALL.into_iter().flat_map(|l| self.of(l))
    }
}

impl FromIterator<Model> for Models {
    fn from_iter<I: IntoIterator<Item = Model>>(models: I) -> Self {
        let mut languages: [Vec<Model>; RowLanguage::ALL.len()] = Default::default();
        for model in models {
            languages[model.language as usize].push(model);
        }
        Self {
            languages: languages.map(|models| OneLanguage {
                encoded: Vec::new(),
                decoded: OnceLock::from(models),
            }),
        }
    }
}

impl Serialize for Models {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let encoded = RowLanguage::ALL.map(|language| Encoded(self.encode(language)));
        encoded.serialize(serializer)
    }
}

impl Models {
    fn encode(&self, language: RowLanguage) -> Vec<u8> {
        let one = &self.languages[language as usize];
        match one.decoded.get() {
            Some(models) => postcard::to_stdvec(models).expect("plain data serialises"),
            None => one.encoded.clone(),
        }
    }
}

impl<'de> Deserialize<'de> for Models {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let encoded = <[Encoded; RowLanguage::ALL.len()]>::deserialize(deserializer)?;
        Ok(Self {
            languages: encoded.map(|Encoded(encoded)| OneLanguage {
                encoded,
                decoded: OnceLock::new(),
            }),
        })
    }
}

/// Bytes that are read and written as a whole.
struct Encoded(Vec<u8>);

impl Serialize for Encoded {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Encoded {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;
        impl<'de> Visitor<'de> for Bytes {
            type Value = Encoded;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("bytes")
            }
            fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<Encoded, E> {
                Ok(Encoded(bytes.to_vec()))
            }
            fn visit_byte_buf<E: serde::de::Error>(self, bytes: Vec<u8>) -> Result<Encoded, E> {
                Ok(Encoded(bytes))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Encoded, A::Error> {
                let mut bytes = Vec::new();
                while let Some(byte) = seq.next_element()? {
                    bytes.push(byte);
                }
                Ok(Encoded(bytes))
            }
        }
        deserializer.deserialize_byte_buf(Bytes)
    }
}
