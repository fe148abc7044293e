//! Reading back what columns hold.

use std::fmt::Display;

use shindan_inspector::AccountId;

use crate::StoreError;

/// The account of a number.
pub(crate) fn account(number: i64) -> Result<AccountId, StoreError> {
    AccountId::from_number(number).ok_or_else(|| unknown("account", number))
}

/// A value that nothing here writes.
pub(crate) fn unknown(column: &str, value: impl Display) -> StoreError {
    StoreError::Row {
        what: format!("the {column} {value}"),
    }
}
