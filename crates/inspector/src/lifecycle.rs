//! The life of a finding: which state follows from what happens to it.
//!
//! ```text
//!              observed             observed, a filter matches
//!      +------------------> ACTIVE <=========================> SUPPRESSED
//!      |                      |      filter comes and goes         |
//!    (new)                    |                                    |
//!                             '----------> CLOSED <----------------'
//!                                            |     fixed, resource gone, ineligible, disabled, superseded
//!          observed within 7 days: it reopens; later: a new finding begins, and this one stays closed
//! ```
//!
//! Inspector's rules (user guide, "Understanding findings" and "Suppressing findings"): a suppressed finding closes when it
//! is fixed; one that is back within 7 days of closing keeps its ARN and the time it was first observed; one whose
//! resource is gone or no longer eligible is removed 3 days after closing, of a disabled scan type after 24 hours, of any
//! other reason after 30 days. The store applies the results of this module and decides nothing by itself.

use crate::wire_enum;
use crate::{FilterId, FindingStatus, Timestamp};

wire_enum!(
    /// Why a finding was closed. The API does not show it; it decides how long the finding is kept.
    ClosedBecause {
        /// A complete scan did not find it any more.
        Fixed = "FIXED",
        /// The function was deleted.
        ResourceDeleted = "RESOURCE_DELETED",
        /// The function is excluded by a tag, was not used for 90 days, or its runtime is not supported any more.
        NoLongerEligible = "NO_LONGER_ELIGIBLE",
        /// The account switched this kind of scanning off.
        ScanningDisabled = "SCANNING_DISABLED",
        /// Another finding says the same better: the vulnerability got another name.
        Superseded = "SUPERSEDED",
    }
);

/// Where a finding is in its life, with what only that state has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is there and wants attention.
    Active,
    /// It is there, and a filter hides it.
    Suppressed {
        /// The filter; of several that match, the oldest.
        by: FilterId,
    },
    /// It is gone, or nobody looks any more.
    Closed {
        /// Why.
        because: ClosedBecause,
        /// When.
        at: Timestamp,
    },
}

impl State {
    /// What the API calls it.
    #[must_use]
    pub const fn status(self) -> FindingStatus {
        match self {
            Self::Active => FindingStatus::Active,
            Self::Suppressed { .. } => FindingStatus::Suppressed,
            Self::Closed { .. } => FindingStatus::Closed,
        }
    }

    /// The state of something that is there.
    #[must_use]
    pub const fn open(suppressed_by: Option<FilterId>) -> Self {
        match suppressed_by {
            Some(by) => Self::Suppressed { by },
            None => Self::Active,
        }
    }
}

/// A finding's state and times. `first_observed_at` is never after the other two, and none of them ever goes back,
/// whatever the clock does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Life {
    /// Where it is.
    pub state: State,
    /// When a scan first said it.
    pub first_observed_at: Timestamp,
    /// When a scan last said it.
    pub last_observed_at: Timestamp,
    /// When anything of it last changed: what a scan says, or the state. A scan that says the same again changes nothing.
    pub updated_at: Timestamp,
}

/// What can happen to a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A scan says it.
    Observed {
        /// The filter that matches it now, if one does.
        suppressed_by: Option<FilterId>,
        /// Whether the scan says something else about it than the last one.
        changed: bool,
    },
    /// A scan of its kind does not say it.
    NotObserved {
        /// Whether the scan could not see where it is: then it may still be there.
        hidden: bool,
    },
    /// The owner's filters were applied anew; this is the one that matches.
    Filtered(Option<FilterId>),
    /// It ends for a reason that no scan has to confirm.
    Ended(ClosedBecause),
}

/// What follows from an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The finding goes on like this; possibly as it was.
    Same(Life),
    /// The finding stays as it is, and a new one begins.
    Anew(Life),
}

/// How long closed findings are kept, in milliseconds from closing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Those whose function is gone or no longer eligible.
    pub gone: i64,
    /// Those of a kind of scanning that was switched off.
    pub disabled: i64,
    /// All others.
    pub fixed: i64,
}

impl Default for Retention {
    /// Inspector's.
    fn default() -> Self {
        Self {
            gone: 3 * Timestamp::DAY,
            disabled: Timestamp::DAY,
            fixed: 30 * Timestamp::DAY,
        }
    }
}

impl Retention {
    /// How long a finding is kept that was closed for this reason.
    #[must_use]
    pub const fn of(&self, because: ClosedBecause) -> i64 {
        match because {
            ClosedBecause::ResourceDeleted | ClosedBecause::NoLongerEligible => self.gone,
            ClosedBecause::ScanningDisabled => self.disabled,
            ClosedBecause::Fixed | ClosedBecause::Superseded => self.fixed,
        }
    }
}

/// A finding that is back this soon after closing is the same finding, in milliseconds.
pub const REOPENS_WITHIN: i64 = 7 * Timestamp::DAY;

impl Life {
    /// A finding that a scan says for the first time.
    #[must_use]
    pub const fn begin(suppressed_by: Option<FilterId>, now: Timestamp) -> Self {
        Self {
            state: State::open(suppressed_by),
            first_observed_at: now,
            last_observed_at: now,
            updated_at: now,
        }
    }

    /// What follows when something happens.
    #[must_use]
    pub fn after(self, event: Event, now: Timestamp) -> Step {
        // Clocks are set back; a finding's times never are.
        let now = now.max(self.last_observed_at);
        let changed_now = now.max(self.updated_at);
        let closed = |because| {
            Step::Same(Self {
                state: State::Closed {
                    because,
                    at: changed_now,
                },
                updated_at: changed_now,
                ..self
            })
        };
        match (self.state, event) {
            (State::Closed { at, .. }, Event::Observed { suppressed_by, .. }) => {
                if now.millis_since(at) > REOPENS_WITHIN {
                    return Step::Anew(Self::begin(suppressed_by, now));
                }
                Step::Same(Self {
                    state: State::open(suppressed_by),
                    last_observed_at: now,
                    updated_at: changed_now,
                    ..self
                })
            }
            (
                state,
                Event::Observed {
                    suppressed_by,
                    changed,
                },
            ) => {
                let next = State::open(suppressed_by);
                let updated_at = if changed || next != state {
                    changed_now
                } else {
                    self.updated_at
                };
                Step::Same(Self {
                    state: next,
                    last_observed_at: now,
                    updated_at,
                    ..self
                })
            }
            (State::Active | State::Suppressed { .. }, Event::NotObserved { hidden: false }) => {
                closed(ClosedBecause::Fixed)
            }
            (State::Active | State::Suppressed { .. }, Event::Ended(because)) => closed(because),
            (state @ (State::Active | State::Suppressed { .. }), Event::Filtered(by)) => {
                let next = State::open(by);
                Step::Same(Self {
                    state: next,
                    updated_at: if next == state {
                        self.updated_at
                    } else {
                        changed_now
                    },
                    ..self
                })
            }
            (_, Event::NotObserved { .. })
            | (State::Closed { .. }, Event::Filtered(_) | Event::Ended(_)) => Step::Same(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FILTER: FilterId = FilterId([7; 8]);

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn same(step: Step) -> Life {
        match step {
            Step::Same(life) => life,
            Step::Anew(_) => panic!("a new finding"),
        }
    }

    const SEEN: Event = Event::Observed {
        suppressed_by: None,
        changed: false,
    };

    #[test]
    fn a_finding_that_is_back_within_seven_days_is_the_same() {
        let life = Life::begin(None, at(1000));
        let closed = same(life.after(Event::NotObserved { hidden: false }, at(2000)));
        assert_eq!(closed.state.status(), FindingStatus::Closed);
        let back = same(closed.after(SEEN, at(2000 + REOPENS_WITHIN)));
        assert_eq!(back.state, State::Active);
        assert_eq!(back.first_observed_at, at(1000));
        let late = at(2001 + REOPENS_WITHIN);
        assert_eq!(
            closed.after(SEEN, late),
            Step::Anew(Life::begin(None, late))
        );
    }

    #[test]
    fn a_suppressed_finding_closes_when_it_is_fixed() {
        let life = Life::begin(Some(FILTER), at(0));
        assert_eq!(life.state.status(), FindingStatus::Suppressed);
        let closed = same(life.after(Event::NotObserved { hidden: false }, at(1)));
        assert_eq!(closed.state.status(), FindingStatus::Closed);
    }

    #[test]
    fn an_incomplete_scan_closes_nothing() {
        let life = Life::begin(None, at(0));
        let step = life.after(Event::NotObserved { hidden: true }, at(1));
        assert_eq!(step, Step::Same(life));
    }

    #[test]
    fn a_scan_that_says_the_same_again_updates_nothing() {
        let life = same(Life::begin(None, at(0)).after(SEEN, at(5)));
        assert_eq!((life.last_observed_at, life.updated_at), (at(5), at(0)));
    }

    #[test]
    fn what_ended_stays_ended_for_the_first_reason() {
        let life = Life::begin(None, at(0));
        let gone = same(life.after(Event::Ended(ClosedBecause::ResourceDeleted), at(1)));
        let twice = gone.after(Event::Ended(ClosedBecause::ScanningDisabled), at(2));
        assert_eq!(twice, Step::Same(gone));
        assert_eq!(
            Retention::default().of(ClosedBecause::ResourceDeleted),
            3 * Timestamp::DAY
        );
    }

    fn events() -> impl Strategy<Value = Event> {
        let filter = prop_oneof![
            Just(None),
            any::<[u8; 8]>().prop_map(|id| Some(FilterId(id)))
        ];
        prop_oneof![
            (filter.clone(), any::<bool>()).prop_map(|(suppressed_by, changed)| Event::Observed {
                suppressed_by,
                changed
            }),
            Just(Event::NotObserved { hidden: false }),
            Just(Event::NotObserved { hidden: true }),
            filter.prop_map(Event::Filtered),
            (0..ClosedBecause::ALL.len()).prop_map(|at| Event::Ended(ClosedBecause::ALL[at])),
        ]
    }

    proptest! {
        /// Whatever happens in whatever order, with a clock that may go back.
        #[test]
        fn a_life_is_always_consistent(
            happenings in prop::collection::vec((events(), -2 * Timestamp::DAY..4 * Timestamp::DAY), 1..60),
        ) {
            let mut now = at(100 * Timestamp::DAY);
            let mut life = Life::begin(None, now);
            for (event, passed) in happenings {
                now = now.plus_millis(passed);
                let before = life;
                let step = before.after(event, now);
                let after = match step {
                    Step::Same(life) => life,
                    Step::Anew(life) => {
                        prop_assert_eq!(before.state.status(), FindingStatus::Closed);
                        let observed = matches!(event, Event::Observed { .. });
                        prop_assert!(observed);
                        prop_assert!(life.first_observed_at > before.last_observed_at);
                        life
                    }
                };
                if matches!(step, Step::Same(_)) {
                    prop_assert_eq!(after.first_observed_at, before.first_observed_at);
                }
                prop_assert!(after.first_observed_at <= after.last_observed_at);
                prop_assert!(after.first_observed_at <= after.updated_at);
                prop_assert!(after.last_observed_at >= before.last_observed_at);
                prop_assert!(after.updated_at >= before.updated_at);
                match event {
                    Event::Observed { suppressed_by, .. } => {
                        prop_assert_eq!(after.state, State::open(suppressed_by));
                    }
                    Event::NotObserved { hidden: true } => prop_assert_eq!(after, before),
                    Event::NotObserved { hidden: false } | Event::Ended(_) => {
                        prop_assert_eq!(after.state.status(), FindingStatus::Closed);
                        if before.state.status() == FindingStatus::Closed {
                            prop_assert_eq!(after, before);
                        }
                    }
                    Event::Filtered(by) => {
                        if before.state.status() == FindingStatus::Closed {
                            prop_assert_eq!(after, before);
                        } else {
                            prop_assert_eq!(after.state, State::open(by));
                        }
                        prop_assert_eq!(after.last_observed_at, before.last_observed_at);
                    }
                }
                // An event twice in a row is an event once, but for the time it was last observed.
                if let Step::Same(again) = after.after(event, now) {
                    prop_assert_eq!(again.state, after.state);
                }
                life = after;
            }
        }
    }
}
