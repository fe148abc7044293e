//! The queue: durable work with leases.
//!
//! A row is the truth about a job; whatever wakes a worker only hints. A job waits, is leased to one worker, and is gone when
//! that worker completes it; a worker that dies lets its lease run out, and the job waits again. What must stay true:
//!
//! - One row for each kind and key. Asking again for a waiting job changes its priority at most; asking for a leased one
//!   raises its generation, so that it runs once more afterwards, on what is true then.
//! - Deliveries count when a job is leased, not when it fails. Work that kills its worker runs out of tries like any other,
//!   and stays as a dead letter with the last error.
//! - Only whoever holds the current lease of the current generation can complete or fail a job, in the transaction that
//!   writes what came of it. A worker that was too slow changes nothing.
//! - Lower priorities get a turn now and then, so that a busy day cannot starve them.
//! - A clock that jumps back delays a job by minutes at most, never until the clock has caught up.

mod dead;
mod enqueue;
mod lease;

pub use dead::{DeadLetter, QueueDepth};
pub use enqueue::{JobNumber, JobNumbers};
pub use lease::{Completed, Failed, Lease};

use shindan_inspector::{AccountId, Region};

use crate::StoreError;

/// Work that the service does on its own time. Whoever changes something enqueues the work that follows from it in the
/// same transaction, so that neither can be lost without the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Job {
    /// Scan a function's current content.
    Scan {
        /// Its row.
        function: i64,
    },
    /// Compare a function's stored inventory with the current advisories.
    Rematch {
        /// Its row.
        function: i64,
    },
    /// An account's settings changed: finish what is ENABLING or DISABLING, decide eligibility of its functions anew,
    /// enqueue scans, close what is no longer watched.
    Reconcile {
        /// The Region.
        region: Region,
        /// The account.
        account: AccountId,
    },
    /// An owner's suppression rules changed: apply them to all findings they reach.
    ApplyFilters {
        /// The Region.
        region: Region,
        /// Whose filters.
        owner: AccountId,
    },
    /// Write a report or an export of bills of materials.
    Report {
        /// Its row.
        id: String,
    },
    /// A function's findings changed: show them in Security Hub.
    MirrorFunction {
        /// Its row.
        function: i64,
    },
    /// A hub was enabled: show all findings of its account in it.
    MirrorAccount {
        /// The Region.
        region: Region,
        /// The account.
        account: AccountId,
    },
    /// Check Security Hub's controls for an account.
    CheckControls {
        /// The Region.
        region: Region,
        /// The account.
        account: AccountId,
    },
}

/// Which work goes first. The numbers are in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// Someone waits for it: a new deployment, a changed setting.
    Now = 0,
    /// It should happen soon: a changed layer, new advisories.
    Soon = 1,
    /// It may take its time: everything that was there before.
    Later = 2,
}

impl Job {
    /// The number of its kind in the database.
    #[must_use]
    pub const fn kind(&self) -> i16 {
        match self {
            Self::Scan { .. } => 0,
            Self::Rematch { .. } => 1,
            Self::Reconcile { .. } => 2,
            Self::ApplyFilters { .. } => 3,
            Self::Report { .. } => 4,
            Self::MirrorFunction { .. } => 10,
            Self::MirrorAccount { .. } => 11,
            Self::CheckControls { .. } => 12,
        }
    }

    /// What it is about, unique within its kind.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Scan { function }
            | Self::Rematch { function }
            | Self::MirrorFunction { function } => function.to_string(),
            Self::Reconcile { region, account }
            | Self::MirrorAccount { region, account }
            | Self::CheckControls { region, account } => format!("{region}/{account}"),
            Self::ApplyFilters { region, owner } => format!("{region}/{owner}"),
            Self::Report { id } => id.clone(),
        }
    }

    /// The job of a row.
    fn of_row(kind: i16, key: &str) -> Result<Self, StoreError> {
        let job = || {
            let place = || {
                let (region, account) = key.split_once('/')?;
                Some((Region::parse(region).ok()?, AccountId::parse(account).ok()?))
            };
            Some(match kind {
                0 => Self::Scan {
                    function: key.parse().ok()?,
                },
                1 => Self::Rematch {
                    function: key.parse().ok()?,
                },
                2 => place().map(|(region, account)| Self::Reconcile { region, account })?,
                3 => place().map(|(region, owner)| Self::ApplyFilters { region, owner })?,
                4 => Self::Report { id: key.to_owned() },
                10 => Self::MirrorFunction {
                    function: key.parse().ok()?,
                },
                11 => place().map(|(region, account)| Self::MirrorAccount { region, account })?,
                12 => place().map(|(region, account)| Self::CheckControls { region, account })?,
                _ => return None,
            })
        };
        job().ok_or_else(|| StoreError::Row {
            what: format!("a job of kind {kind} with the key {key:?}"),
        })
    }
}

impl Priority {
    /// All, the most urgent first.
    pub const ALL: [Self; 3] = [Self::Now, Self::Soon, Self::Later];
}

/// The state of a dead letter in the database; 0 waits, 1 is leased.
const DEAD: i16 = 2;

/// How often a job is tried.
const MAX_DELIVERIES: i16 = 6;

/// No job waits longer for its next try, and no lease lasts longer: a moment further ahead than this was written before the
/// clock jumped back.
const HORIZON_MILLIS: i64 = 10 * 60 * 1000;

/// How long a job waits after its first, second, … delivery failed.
const fn back_off_millis(deliveries: i16) -> i64 {
    match deliveries {
        ..=1 => 2_000,
        2 => 10_000,
        3 => 60_000,
        _ => 300_000,
    }
}
