//! Words of the API that may be newer than this program.

use std::fmt;

use serde::{Deserialize, Deserializer};
use shindan_inspector::WireEnum;

/// A value of one of the API's enumerations; one that is not known here keeps its spelling.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Word<T> {
    Known(T),
    Other(String),
}

impl<T: WireEnum> Word<T> {
    /// The value, if it is one that is known.
    #[must_use]
    pub const fn known(&self) -> Option<T> {
        match self {
            Self::Known(value) => Some(*value),
            Self::Other(_) => None,
        }
    }
}

impl<T: WireEnum> From<&str> for Word<T> {
    fn from(text: &str) -> Self {
        T::VALUES
            .iter()
            .find(|value| value.name() == text)
            .map_or_else(|| Self::Other(text.to_owned()), |value| Self::Known(*value))
    }
}

impl<T: WireEnum> fmt::Display for Word<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Known(value) => value.name(),
            Self::Other(text) => text,
        })
    }
}

impl<'de, T: WireEnum> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Ok(Self::from(text.as_ref()))
    }
}
