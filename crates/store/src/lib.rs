//! What the service remembers, in SQLite or PostgreSQL.
//!
//! One schema and one set of statements for both: parameters in order, times as milliseconds, enumerations as small
//! numbers, no `LIKE`, no JSON operators, no upserts that only one of them knows. Every function that reads or writes data
//! of accounts takes a [`Scope`], which says for whom; there is no unscoped door.
//!
//! A [`Store`] has two pools. Reads run side by side. Writes go through [`Store::write`]: on SQLite one connection that
//! begins every transaction with the right to write, so that two writers wait for each other instead of failing; on
//! PostgreSQL as many as there are connections.

mod access_key;
mod account;
mod audit;
mod backup;
mod client_token;
mod counter;
mod coverage;
mod database;
mod decision;
mod error;
mod filter;
mod finding;
mod function;
mod hub;
mod inventory;
mod job;
mod migration;
mod missing_code;
mod organization;
mod page;
mod report;
mod row;
mod scope;
mod setting;
mod source;
mod sql;
mod together;
mod watch;

pub use access_key::AccessKey;
pub use account::AccountDetails;
pub use audit::{AuditEntry, AuditError};
pub use backup::BackupError;
pub use client_token::Remembered;
pub use coverage::{CoverageCount, CoverageRow, CoverageState};
pub use database::{Engine, Store, Write};
pub use decision::DecisionError;
pub use error::StoreError;
pub use filter::{FILTER_QUOTA, FilterChange, FilterError, NewFilter, SavedFilter};
pub use finding::{FindingRow, Recorded, ScanFindings, SealedSnippet, compiled};
pub use function::{Function, FunctionNumber, FunctionState, Layer};
pub use hub::{HUB_JOBS, HubImport, HubUpdate};
pub use inventory::{InventoryPackage, InventoryRow};
pub use job::{
    Completed, DeadLetter, Failed, Job, JobNumber, JobNumbers, Lease, Priority, QueueDepth,
};
pub use missing_code::MissingCode;
pub use organization::Association;
pub use page::{Cursor, Page};
pub use report::{Report, ReportKind, ReportStatus};
pub use scope::{Reach, Scope};
pub use source::{LookIntervals, SourceLease};
pub use together::Work;
pub use watch::{Usage, Watched};
