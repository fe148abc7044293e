//! What is known about Amazon Inspector in one Region, as the API tells it, and what could not be read.
//!
//! Everything that this crate decides, it decides from a [`RegionFacts`]. A fact that could not be read is no fact:
//! it stays in the place of the value as an [`Unreadable`] with the reason, so that nothing is taken for enabled or
//! disabled that nobody has seen. `vocabulary` holds the words of the API; nothing else in the crate knows how they
//! are spelled.

mod organization;
mod vocabulary;

pub use organization::{
    AccountFacts, AutoEnable, Member, RegionFacts, Role, ScanStates, Unreadable, UnreadableCause,
};
pub use vocabulary::{
    AccountErrorCode, AccountId, AccountIdError, Partition, Region, RegionError,
    RelationshipStatus, ScanStatus, ScanType,
};
