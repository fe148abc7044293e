//! Who decided what about a control, why, and until when.
//!
//! A [`Decision`] is about one control in one Region of one account (the delegated administrator's, in an
//! organization). It is nothing but its history, to which entries are only ever appended; its state is that of the last
//! entry. An entry that does not follow from the one before is refused, also when a stored history is read again.
//!
//! ```text
//!           ask                decide             apply
//!   (new) ------> Asked ------------> Decided ------------> Applied
//!     |             ^  \-- ask again    |  \-- decide anew    |
//!     |   decide    |                   '---------.-----------'
//!     '-------> Decided                 lift |    | the day has come
//!                   |                        v    v
//!                   '-- ask, decide ---- Lifted  Expired
//! ```
//!
//! The order of entries is the order in which they were written. Their times are what the clocks of the machines said,
//! which may disagree by minutes, so they are compared with the end of a verdict alone and never with each other.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shindan_inspector::{AccountId, Region};
use thiserror::Error;

use crate::definition::ControlId;
use crate::text::ShortText;

/// What is decided about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Subject {
    pub control: ControlId,
    pub account: AccountId,
    pub region: Region,
}

/// A decision with its whole history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct Decision {
    subject: Subject,
    history: Vec<Entry>,
}

/// One line of the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub at: Timestamp,
    /// Who wrote the entry; for one that a machine wrote by itself, what it is called.
    pub by: ShortText,
    pub event: Event,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// Somebody was asked to decide.
    Asked {
        whom: ShortText,
    },
    Decided(Verdict),
    /// What was decided was carried out; `evidence` says how to see it, such as the id of the finding.
    Applied {
        evidence: ShortText,
    },
    /// The end that was decided has come.
    Expired,
    /// Somebody took it back before its end.
    Lifted {
        why: ShortText,
    },
}

/// What was decided, and by whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    pub outcome: Outcome,
    /// Who is answerable for it, which need not be who wrote it down.
    pub decided_by: ShortText,
    pub why: ShortText,
}

/// What is to be done about a control. Enabling has no end; a suppression without one is possible, but whoever asks for
/// it should be asked back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// Enable the scan type.
    Enable,
    /// Accept the risk: suppress the finding.
    Suppress { until: Option<Timestamp> },
    /// Something else does what the control asks for: suppress the finding and name it.
    AcceptAlternative {
        alternative: ShortText,
        until: Option<Timestamp>,
    },
}

impl Outcome {
    /// When it ends.
    #[must_use]
    pub const fn until(&self) -> Option<Timestamp> {
        match self {
            Self::Enable => None,
            Self::Suppress { until } | Self::AcceptAlternative { until, .. } => *until,
        }
    }
}

/// Where a decision stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum State {
    Asked,
    Decided,
    Applied,
    Expired,
    Lifted,
}

/// Why an entry was refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DecisionError {
    #[error("it is decided already; lift the decision first if something else is wanted")]
    AlreadyDecided,
    #[error("it is in force already; lift the decision first if something else is wanted")]
    AlreadyApplied,
    #[error("nothing has been decided yet")]
    NotDecided,
    #[error("the decision has ended; ask or decide again")]
    Ended,
    #[error("the decision has no end, or its end has not come")]
    NotOver,
    #[error("the end of the decision lies before its beginning")]
    EndsBeforeItBegins,
    #[error("the history of a decision begins with a question or a decision")]
    Beginning,
}

impl Decision {
    /// Begins a history; the first entry asks or decides.
    ///
    /// # Errors
    /// If it does neither, or decides on an end that has passed.
    pub fn begin(subject: Subject, first: Entry) -> Result<Self, DecisionError> {
        let mut decision = Self {
            subject,
            history: Vec::with_capacity(1),
        };
        decision.append(first)?;
        Ok(decision)
    }

    /// Appends an entry.
    ///
    /// # Errors
    /// If it does not follow from the state; nothing is appended then.
    pub fn append(&mut self, entry: Entry) -> Result<(), DecisionError> {
        self.check(&entry)?;
        self.history.push(entry);
        Ok(())
    }

    #[must_use]
    pub const fn subject(&self) -> &Subject {
        &self.subject
    }

    /// Everything that happened, oldest first; never empty.
    #[must_use]
    pub fn history(&self) -> &[Entry] {
        &self.history
    }

    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> State {
        match self.history.last().map(|entry| &entry.event) {
            Some(Event::Decided(_)) => State::Decided,
            Some(Event::Applied { .. }) => State::Applied,
            Some(Event::Expired) => State::Expired,
            Some(Event::Lifted { .. }) => State::Lifted,
            Some(Event::Asked { .. }) | None => State::Asked,
        }
    }

    /// What is decided at the moment: the last verdict, unless it was followed by an end or a new question.
    #[must_use]
    pub fn verdict(&self) -> Option<&Verdict> {
        match self.state() {
            State::Decided | State::Applied => self.last_verdict(),
            State::Asked | State::Expired | State::Lifted => None,
        }
    }

    /// The verdict if it has not come to its end, whether or not anybody has noted the end yet.
    #[must_use]
    pub fn in_force(&self, now: Timestamp) -> Option<&Verdict> {
        self.verdict()
            .filter(|verdict| verdict.outcome.until().is_none_or(|until| now < until))
    }

    /// Whether the end has come and has to be noted: what was suppressed is to be seen again.
    #[must_use]
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.verdict().is_some() && self.in_force(now).is_none()
    }

    fn last_verdict(&self) -> Option<&Verdict> {
        self.history
            .iter()
            .rev()
            .find_map(|entry| match &entry.event {
                Event::Decided(verdict) => Some(verdict),
                _ => None,
            })
    }

    fn check(&self, entry: &Entry) -> Result<(), DecisionError> {
        let state = (!self.history.is_empty()).then(|| self.state());
        match (state, &entry.event) {
            (None, Event::Applied { .. } | Event::Expired | Event::Lifted { .. }) => {
                Err(DecisionError::Beginning)
            }
            (None | Some(State::Asked | State::Expired | State::Lifted), Event::Asked { .. }) => {
                Ok(())
            }
            (Some(State::Decided), Event::Asked { .. }) => Err(DecisionError::AlreadyDecided),
            (Some(State::Applied), Event::Asked { .. } | Event::Decided(_)) => {
                Err(DecisionError::AlreadyApplied)
            }
            (_, Event::Decided(verdict)) => match verdict.outcome.until() {
                Some(until) if until <= entry.at => Err(DecisionError::EndsBeforeItBegins),
                _ => Ok(()),
            },
            (Some(State::Decided), Event::Applied { .. }) => {
                if self.in_force(entry.at).is_some() {
                    Ok(())
                } else {
                    Err(DecisionError::Ended)
                }
            }
            (Some(State::Applied), Event::Applied { .. }) => Err(DecisionError::AlreadyApplied),
            (Some(State::Decided | State::Applied), Event::Expired) => {
                if self.is_due(entry.at) {
                    Ok(())
                } else {
                    Err(DecisionError::NotOver)
                }
            }
            (Some(State::Decided | State::Applied), Event::Lifted { .. }) => Ok(()),
            (Some(State::Asked), Event::Applied { .. } | Event::Expired | Event::Lifted { .. }) => {
                Err(DecisionError::NotDecided)
            }
            (
                Some(State::Expired | State::Lifted),
                Event::Applied { .. } | Event::Expired | Event::Lifted { .. },
            ) => Err(DecisionError::Ended),
        }
    }
}

/// A decision as it is read, before its history is believed.
#[derive(Deserialize)]
struct Stored {
    subject: Subject,
    history: Vec<Entry>,
}

impl TryFrom<Stored> for Decision {
    type Error = DecisionError;

    fn try_from(stored: Stored) -> Result<Self, DecisionError> {
        let mut entries = stored.history.into_iter();
        let first = entries.next().ok_or(DecisionError::Beginning)?;
        let mut decision = Self::begin(stored.subject, first)?;
        for entry in entries {
            decision.append(entry)?;
        }
        Ok(decision)
    }
}
