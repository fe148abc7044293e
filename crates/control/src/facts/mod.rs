//! What is known about Amazon Inspector in one Region, as the API tells it, and what could not be read.
//!
//! Everything that this crate decides, it decides from a [`RegionFacts`]. A fact that could not be read is no fact:
//! it stays in the place of the value as an [`Unreadable`] with the reason, so that nothing is taken for enabled or
//! disabled that nobody has seen. The words are `inspector`'s.

mod organization;

pub use organization::{
    AccountFacts, Member, RegionFacts, Role, ScanStates, Unreadable, UnreadableCause,
};
