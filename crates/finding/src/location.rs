use serde::{Deserialize, Serialize};

/// A range of text in lines and columns, both counted from 1; the end column stands after the last character.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Region {
    /// First line.
    pub start_line: u32,
    /// Column of the first character, in Unicode scalar values.
    pub start_column: u32,
    /// Last line.
    pub end_line: u32,
    /// Column after the last character.
    pub end_column: u32,
}

/// Whole source lines around a region, secrets already masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snippet {
    /// The number of the first line.
    pub first_line: u32,
    /// The lines, joined by `\n`; a very long line is clipped around the region.
    pub text: String,
}

/// A place in a scanned file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    /// Path within the scanned artifact, `/`-separated; parts inside nested archives follow a `!/`.
    pub path: String,
    /// Where in the file.
    pub region: Region,
    /// The code there, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snippet: Option<Snippet>,
}
