//! Security Hub: hubs, what is set in them, members, and findings.
//!
//! ```text
//! account      the hub of an account; its standards and controls
//! organization the administrator and its members
//! aggregator   findings of other Regions
//! columns      a finding -> the columns that lists are filtered and sorted by
//! rows         findings by name, read and written
//! import       what is imported, and what customers say of it
//! control      checks of the controls, and what they lead to
//! mirror       findings of Inspector shown here
//! page         filters and an order -> findings
//! retention    forgetting
//! ```
//!
//! Decisions are `security-hub`'s; here is what they are made from, read and written in one transaction each.
//!
//! What must stay true: `hub_finding.administrator` is the same for all findings of an account in a Region, and is the
//! administrator that `hub_member` says it is associated with ([`crate::Write::put_hub_member`]); every finding has a row in
//! `hub_finding_document`; its columns are [`columns::Columns::of`] that document.

pub(crate) mod account;
mod aggregator;
mod columns;
mod control;
mod import;
mod mirror;
mod organization;
mod page;
mod retention;
mod rows;

pub use account::HUB_JOBS;
pub use import::{HubImport, HubUpdate};
