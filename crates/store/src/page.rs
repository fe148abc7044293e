use serde::{Deserialize, Serialize};

/// A part of a list, and where the next part begins.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// At most as many as were asked for.
    pub rows: Vec<T>,
    /// Behind the last row; `None` at the end of the list.
    pub next: Option<Cursor>,
}

/// Where a page ended: what its list is sorted by, of its last row. It survives rows that come and go. It is given to
/// clients in sealed form only, and means something in the list it came from alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(pub(crate) Vec<CursorValue>);

/// One sorting value of a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum CursorValue {
    /// A column that is null.
    Null,
    /// A number, code or time.
    Integer(i64),
    /// A score.
    Real(f64),
    /// A text.
    Text(String),
}

impl<T> Page<T> {
    /// A list without rows.
    pub(crate) const fn empty() -> Self {
        Self {
            rows: Vec::new(),
            next: None,
        }
    }

    /// Makes a page of one row more than was asked for, which only tells that there is a next page.
    pub(crate) fn cut(mut rows: Vec<T>, limit: u32, cursor: impl Fn(&T) -> Cursor) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| has_more).map(cursor);
        Self { rows, next }
    }
}
