//! TOML lock files: arrays of tables, with the line of each.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::Spanned;

use super::lines::LineOf;

/// Reads a TOML text, whose nesting the parser bounds.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<(T, LineOf), String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|_| "is no UTF-8 text".to_owned())?;
    let value =
        toml::from_str(text).map_err(|error| format!("is no valid TOML: {}", error.message()))?;
    Ok((value, LineOf::new(text)))
}

/// A name with its line, as the lock files of Python have one in every `[[package]]`.
pub(crate) type Name = Spanned<String>;

/// Anything, so that a member of an unexpected type costs that member alone.
#[derive(Deserialize)]
#[serde(transparent)]
pub(crate) struct Any(pub(crate) toml::Value);

impl Any {
    pub(crate) fn text(&self) -> Option<&str> {
        self.0.as_str()
    }
}
