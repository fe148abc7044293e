//! JSON read into typed values whose objects keep their order and bear values of other types than expected.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, MapAccess, Visitor};
use serde_json::Value;

/// Reads a JSON text; a byte order mark is passed over.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    serde_json::from_slice(bytes).map_err(|error| format!("is no valid JSON: {error}"))
}

/// JSON with comments and commas before closing brackets, made plain JSON; every byte keeps its place.
pub(crate) fn plain(bytes: &[u8]) -> Vec<u8> {
    let mut plain = bytes.to_vec();
    let mut at = 0;
    let mut comma = None;
    while at < plain.len() {
        match plain[at] {
            b'"' => {
                comma = None;
                at += 1;
                while at < plain.len() && plain[at] != b'"' {
                    at += if plain[at] == b'\\' { 2 } else { 1 };
                }
            }
            b'/' if plain.get(at + 1) == Some(&b'/') => {
                while at < plain.len() && plain[at] != b'\n' {
                    plain[at] = b' ';
                    at += 1;
                }
                continue;
            }
            b'/' if plain.get(at + 1) == Some(&b'*') => {
                let end = memchr::memmem::find(&plain[at + 2..], b"*/")
                    .map_or(plain.len(), |length| at + 2 + length + 2);
                for byte in &mut plain[at..end] {
                    if *byte != b'\n' {
                        *byte = b' ';
                    }
                }
                at = end;
                continue;
            }
            b',' => comma = Some(at),
            b']' | b'}' => {
                if let Some(comma) = comma.take() {
                    plain[comma] = b' ';
                }
            }
            byte if byte.is_ascii_whitespace() => {}
            _ => comma = None,
        }
        at += 1;
    }
    plain
}

/// The members of an object in their order; none for a value of another kind.
#[derive(Clone, Debug)]
pub(crate) struct Members<T>(pub(crate) Vec<(String, T)>);

impl<T> Default for Members<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Members<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for MembersVisitor<T> {
            type Value = Members<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Members::default())
            }
        }
        deserializer.deserialize_any(MembersVisitor(PhantomData))
    }
}

/// The text of a member, whatever else it may be.
pub(crate) fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str()
}

/// Whether a member is `true`.
pub(crate) fn is_true(value: &Value, key: &str) -> bool {
    value.get(key).and_then(Value::as_bool) == Some(true)
}

/// The members of an object, sorted by name; none for a value of another kind.
pub(crate) fn members(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flatten()
}

/// The items of an array; none for a value of another kind.
pub(crate) fn items(value: Option<&Value>) -> &[Value] {
    value
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn comments_and_last_commas_are_taken_away() {
        let text = br#"{"a": [1, /* x, */ 2,], // "y",
            "b, }": "\",]",}"#;
        let value: serde_json::Value = serde_json::from_slice(&plain(text)).expect("is JSON now");
        assert_eq!(value, serde_json::json!({"a": [1, 2], "b, }": "\",]"}));
    }
}
