use shindan_inspector::{AccountId, Region};

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
        }
    }

    /// What it is about, unique within its kind.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Scan { function } | Self::Rematch { function } => function.to_string(),
            Self::Reconcile { region, account } => format!("{region}/{account}"),
            Self::ApplyFilters { region, owner } => format!("{region}/{owner}"),
            Self::Report { id } => id.clone(),
        }
    }
}
