//! Findings: what scans say, recorded, listed, counted and forgotten.
//!
//! ```text
//! record    what a scan says of a function -> rows; closing
//! rows      the columns of a finding
//! place     where findings belong: Region, account, administrator; the function as they show it
//! page      criteria and an order -> ids, by a plan that stays fast whatever is asked
//! filter    criteria -> SQL
//! driver    the parts of criteria that lead to few findings by an index
//! read      ids -> findings as the API shows them
//! count     the active findings of each function
//! aggregate counts by what findings have in common
//! grouping  the statements that count
//! title     titles by number
//! snippet   sealed lines of code
//! retention forgetting what was closed long ago
//! ```
//!
//! What must stay true: `finding.administrator` is the same for all findings of an account in a Region, and is that of
//! `member` ([`crate::Write::set_administrator`]); the copies of a finding's columns in `finding_package` and
//! `finding_layer` equal it; every active finding is counted in `finding_count`; every
//! finding has a row in `finding_document`, and its function one in `finding_resource`.

mod aggregate;
mod count;
mod driver;
mod filter;
mod grouping;
mod page;
mod place;
mod reach;
mod read;
mod record;
mod retention;
mod rows;
mod snippet;
mod title;

pub use filter::compiled;
pub use read::FindingRow;
pub use record::{Recorded, ScanFindings};
pub use snippet::SealedSnippet;

pub(crate) use filter::{Context, conditions};
pub(crate) use record::{Existing, Plan};
pub(crate) use rows::digest;
pub(crate) use title::Titles;
