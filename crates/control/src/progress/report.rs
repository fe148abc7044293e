//! What became of a plan.

use std::collections::BTreeMap;

use shindan_inspector::AccountId;

use super::{Refusal, Trouble};

/// The end of carrying out a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Each account that was to be enabled.
    pub accounts: BTreeMap<AccountId, Outcome>,
    /// What new members get, if it was to be changed.
    pub auto_enable: Option<Outcome>,
    /// Each suspended member that was to be disassociated.
    pub disassociated: BTreeMap<AccountId, Outcome>,
    /// The Region turned out to have no Lambda code scanning, so that standard scanning alone was enabled.
    pub code_scanning_missing: bool,
    /// Why everything was stopped before its end.
    pub stopped: Option<String>,
}

/// How one thing ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// A person has to change something first.
    Refused(Refusal),
    /// Time was up, with the last trouble; none if its turn never came. Running again goes on from there.
    Unfinished(Option<Trouble>),
}

impl Report {
    /// Whether everything that was planned is done.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        self.outcomes().all(|outcome| *outcome == Outcome::Done)
    }

    /// Whether running again, with nothing else changed, may get further.
    #[must_use]
    pub fn can_go_on(&self) -> bool {
        self.outcomes()
            .any(|outcome| matches!(outcome, Outcome::Unfinished(_)))
    }

    fn outcomes(&self) -> impl Iterator<Item = &Outcome> {
        self.accounts
            .values()
            .chain(&self.auto_enable)
            .chain(self.disassociated.values())
    }
}
