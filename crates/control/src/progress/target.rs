//! The two kinds of things that have to be brought to an end: accounts, whose status says when they are done, and tasks,
//! which are done when their call succeeds.

use jiff::Timestamp;

use super::patience::{Patience, later};
use super::{Outcome, Refusal, Trouble};

#[derive(Clone, Debug)]
pub(super) struct Account {
    pub(super) stage: Stage,
    pub(super) tries: u32,
    pub(super) denied_since: Option<Timestamp>,
    pub(super) trouble: Option<Trouble>,
}

#[derive(Clone, Debug)]
pub(super) enum Stage {
    /// `Enable` has to be called.
    Ask {
        not_before: Timestamp,
    },
    /// It was; the status has to be read.
    Wait {
        since: Timestamp,
        poll: Timestamp,
    },
    Enabled,
    Refused(Refusal),
}

/// A call that is over when it succeeds.
#[derive(Clone, Debug)]
pub(super) struct Task {
    pub(super) stage: TaskStage,
    pub(super) tries: u32,
    pub(super) trouble: Option<Trouble>,
}

#[derive(Clone, Debug)]
pub(super) enum TaskStage {
    Ask { not_before: Timestamp },
    Done,
    Refused(Refusal),
}

/// How a call ended.
pub(super) enum End {
    Done,
    Again(Trouble),
    Refused(Refusal),
}

impl Account {
    pub(super) fn wait(&mut self, since: Timestamp, poll: Timestamp) {
        self.stage = Stage::Wait { since, poll };
    }

    /// Does the same again after a delay: asks, or looks at the status if asking was accepted already and only reading
    /// failed.
    pub(super) fn again(&mut self, trouble: Trouble, patience: &Patience, now: Timestamp) {
        self.tries = self.tries.saturating_add(1);
        let at = later(now, patience.delay(self.tries));
        self.stage = match self.stage {
            Stage::Wait { since, .. } if !matches!(trouble, Trouble::ReadAsDisabled) => {
                Stage::Wait { since, poll: at }
            }
            _ => Stage::Ask { not_before: at },
        };
        self.trouble = Some(trouble);
    }

    pub(super) fn outcome(&self) -> Outcome {
        match &self.stage {
            Stage::Enabled => Outcome::Done,
            Stage::Refused(refusal) => Outcome::Refused(refusal.clone()),
            Stage::Ask { .. } => Outcome::Unfinished(self.trouble.clone()),
            Stage::Wait { .. } => {
                Outcome::Unfinished(Some(self.trouble.clone().unwrap_or(Trouble::StillEnabling)))
            }
        }
    }
}

impl Task {
    pub(super) const fn not_before(&self) -> Option<Timestamp> {
        match self.stage {
            TaskStage::Ask { not_before } => Some(not_before),
            TaskStage::Done | TaskStage::Refused(_) => None,
        }
    }

    pub(super) fn end(&mut self, end: &End, patience: &Patience, now: Timestamp) {
        self.stage = match end {
            End::Done => TaskStage::Done,
            End::Refused(refusal) => TaskStage::Refused(refusal.clone()),
            End::Again(trouble) => {
                self.tries = self.tries.saturating_add(1);
                self.trouble = Some(trouble.clone());
                TaskStage::Ask {
                    not_before: later(now, patience.delay(self.tries)),
                }
            }
        };
    }

    pub(super) fn outcome(&self) -> Outcome {
        match &self.stage {
            TaskStage::Done => Outcome::Done,
            TaskStage::Refused(refusal) => Outcome::Refused(refusal.clone()),
            TaskStage::Ask { .. } => Outcome::Unfinished(self.trouble.clone()),
        }
    }
}
