use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::criteria::{Invalid, Reader};
use crate::{SortField, SortOrder};

/// What a list of findings is sorted by.
///
/// Findings without the value come last in either order; findings with the same value are in the order in which they were
/// first observed, in the direction of the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SortCriteria {
    /// By what.
    pub field: SortField,
    /// Which end first.
    pub sort_order: SortOrder,
}

impl Default for SortCriteria {
    /// What a caller gets who asks for no order: the worst first. Inspector does not say what it does.
    fn default() -> Self {
        Self {
            field: SortField::Severity,
            sort_order: SortOrder::Desc,
        }
    }
}

impl SortCriteria {
    /// Reads a request's `sortCriteria`.
    ///
    /// # Errors
    /// With what is wrong, paths beginning with `sortCriteria`.
    pub fn parse(value: &Value) -> Result<Self, Vec<Invalid>> {
        const PATH: &str = "sortCriteria";
        let mut reader = Reader::default();
        let mut sort = Self::default();
        if let Some(map) = reader.structure(PATH, value) {
            if let Some(field) = reader.member(PATH, map, "field") {
                sort.field = field;
            }
            if let Some(order) = reader.member(PATH, map, "sortOrder") {
                sort.sort_order = order;
            }
        }
        reader.finish(sort)
    }
}
