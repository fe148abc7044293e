//! Carries out a plan, one call at a time, whatever the answers are.
//!
//! [`Progress`] is a state machine without a network and without a clock. Whoever drives it makes the call that an
//! [`Action`] names, or waits, and tells the answer as an [`Event`]:
//!
//! ```text
//! let mut action = progress.step(Event::Resume, now);
//! loop {
//!     match action {
//!         Action::Call(request) => action = progress.step(/* make the call, tell the answer */, now),
//!         Action::Wait { until } => { /* sleep, with some jitter */ action = progress.step(Event::Resume, now) }
//!         Action::Done(report) => break,
//!     }
//! }
//! ```
//!
//! What must stay true:
//!
//! - An answer to `Enable` proves nothing. An account is done when its status was read and every type was `ENABLED`.
//! - Every call may be made twice. An answer that got lost is asked for again, and a run that was stopped can be
//!   planned and started again; both arrive at the same end.
//! - Trouble that may pass is waited out, longer each time, until the deadline. What a person has to change first is
//!   refused at once and not tried again.
//! - One account's trouble stops no other account.

mod failure;
mod patience;
mod report;
mod target;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use shindan_inspector::{AccountId, AutoEnable, ResourceScanType, Status};

use crate::facts::AccountFacts;
use crate::plan::{MAX_ACCOUNTS, Plan, Step};

pub use failure::{CallFailure, FailedAccount, Refusal, Trouble};
use failure::{Verdict, judge};
use patience::later;
use target::{Account, End, Stage, Task, TaskStage};

pub use patience::Patience;
pub use report::{Outcome, Report};

/// A plan that is being carried out.
#[derive(Clone, Debug)]
pub struct Progress {
    caller: AccountId,
    types: BTreeSet<ResourceScanType>,
    accounts: BTreeMap<AccountId, Account>,
    auto_enable: Option<(AutoEnable, Task)>,
    disassociate: BTreeMap<AccountId, Task>,
    /// The call whose answer is awaited.
    in_flight: Option<Request>,
    /// No call at all before this time, because the service said that there were too many.
    pause: Timestamp,
    deadline: Timestamp,
    code_scanning_missing: bool,
    stopped: Option<String>,
    patience: Patience,
}

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Make this call and tell the answer.
    Call(Request),
    /// Do nothing until then, and resume. Whoever runs several plans at once adds jitter.
    Wait { until: Timestamp },
    /// There is nothing left to do, or no time.
    Done(Report),
}

/// A call to Amazon Inspector in the Region of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    Enable {
        accounts: Vec<AccountId>,
        types: BTreeSet<ResourceScanType>,
    },
    /// `BatchGetAccountStatus`.
    ReadStatus {
        accounts: Vec<AccountId>,
    },
    UpdateOrganizationConfiguration {
        auto_enable: AutoEnable,
    },
    /// `DisassociateMember`.
    Disassociate {
        account: AccountId,
    },
}

/// What happened since the last step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Nothing: this is the beginning, or the end of a wait, or an answer got lost.
    Resume,
    Answered(Answer),
    /// The whole call failed.
    Failed(CallFailure),
}

/// The answer to a call that succeeded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// To `Enable`: the accounts for which nothing was done.
    Enable { failed: Vec<FailedAccount> },
    /// To `BatchGetAccountStatus`; failed accounts as such whose status could not be read.
    Status { accounts: Vec<AccountFacts> },
    /// To the other calls.
    Done,
}

/// How many accounts are how far; for a line of progress.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub to_ask: usize,
    pub enabling: usize,
    pub enabled: usize,
    pub refused: usize,
}

impl Progress {
    /// Begins to carry out a plan.
    #[must_use]
    pub fn new(plan: &Plan, patience: Patience, now: Timestamp) -> Self {
        let ask = Account {
            stage: Stage::Ask { not_before: now },
            tries: 0,
            denied_since: None,
            trouble: None,
        };
        let task = Task {
            stage: TaskStage::Ask { not_before: now },
            tries: 0,
            trouble: None,
        };
        let mut progress = Self {
            caller: plan.caller,
            types: plan.types.clone(),
            accounts: BTreeMap::new(),
            auto_enable: None,
            disassociate: BTreeMap::new(),
            in_flight: None,
            pause: now,
            deadline: later(now, patience.whole),
            code_scanning_missing: false,
            stopped: None,
            patience,
        };
        for step in &plan.steps {
            match step {
                Step::Enable { accounts, .. } => progress
                    .accounts
                    .extend(accounts.iter().map(|account| (*account, ask.clone()))),
                Step::UpdateOrganizationConfiguration { auto_enable } => {
                    progress.auto_enable = Some((*auto_enable, task.clone()));
                }
                Step::Disassociate { account } => {
                    progress.disassociate.insert(*account, task.clone());
                }
                Step::WaitUntilEnabled { accounts } => {
                    for account in accounts {
                        progress
                            .accounts
                            .entry(*account)
                            .or_insert_with(|| Account {
                                stage: Stage::Wait {
                                    since: now,
                                    poll: now,
                                },
                                ..ask.clone()
                            });
                    }
                }
            }
        }
        progress
    }

    /// Takes in what happened and says what to do next.
    pub fn step(&mut self, event: Event, now: Timestamp) -> Action {
        match (self.in_flight.take(), event) {
            (
                Some(Request::Enable { accounts, .. }),
                Event::Answered(Answer::Enable { failed }),
            ) => {
                self.enable_answered(&accounts, &failed, now);
            }
            (
                Some(Request::ReadStatus { accounts }),
                Event::Answered(Answer::Status { accounts: facts }),
            ) => self.status_answered(&accounts, &facts, now),
            (
                Some(
                    request @ (Request::UpdateOrganizationConfiguration { .. }
                    | Request::Disassociate { .. }),
                ),
                Event::Answered(Answer::Done),
            ) => self.settle(&request, &End::Done, now),
            (Some(request), Event::Failed(failure)) => self.call_failed(&request, &failure, now),
            // Whatever is still to do is chosen again, the unanswered call included.
            (_, Event::Resume | Event::Answered(_)) | (None, Event::Failed(_)) => {}
        }
        let action = self.next(now);
        if let Action::Call(request) = &action {
            self.in_flight = Some(request.clone());
        }
        action
    }

    /// How far it is.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for account in self.accounts.values() {
            match account.stage {
                Stage::Ask { .. } => counts.to_ask += 1,
                Stage::Wait { .. } => counts.enabling += 1,
                Stage::Enabled => counts.enabled += 1,
                Stage::Refused(_) => counts.refused += 1,
            }
        }
        counts
    }

    fn next(&self, now: Timestamp) -> Action {
        if self.stopped.is_some() || now >= self.deadline {
            return Action::Done(self.report());
        }
        let Some((due, request)) = self.earliest() else {
            return Action::Done(self.report());
        };
        let until = due.max(self.pause);
        if until > now {
            return Action::Wait {
                until: until.min(self.deadline),
            };
        }
        Action::Call(match request {
            Kind::Enable => Request::Enable {
                accounts: self.due(now, |stage| match stage {
                    Stage::Ask { not_before } => Some(*not_before),
                    _ => None,
                }),
                types: self.types.clone(),
            },
            Kind::ReadStatus => Request::ReadStatus {
                accounts: self.due(now, |stage| match stage {
                    Stage::Wait { poll, .. } => Some(*poll),
                    _ => None,
                }),
            },
            Kind::Update(auto_enable) => Request::UpdateOrganizationConfiguration { auto_enable },
            Kind::Disassociate(account) => Request::Disassociate { account },
        })
    }

    /// The call that can be made first, and when; of several at the same time, the first in the order of the plan.
    fn earliest(&self) -> Option<(Timestamp, Kind)> {
        let ask = self
            .accounts
            .iter()
            .filter_map(|(account, state)| match state.stage {
                Stage::Ask { not_before } if self.may_ask(*account) => {
                    Some((not_before, Kind::Enable))
                }
                _ => None,
            });
        let update = self.auto_enable.iter().filter_map(|(auto_enable, task)| {
            Some((task.not_before()?, Kind::Update(*auto_enable)))
        });
        let disassociate = self
            .disassociate
            .iter()
            .filter_map(|(account, task)| Some((task.not_before()?, Kind::Disassociate(*account))));
        let poll = self
            .accounts
            .values()
            .filter_map(|state| match state.stage {
                Stage::Wait { poll, .. } => Some((poll, Kind::ReadStatus)),
                _ => None,
            });
        ask.chain(update)
            .chain(disassociate)
            .chain(poll)
            .min_by_key(|(due, _)| *due)
    }

    /// Members are asked for only when the administrator's own account was, and in calls of their own.
    fn may_ask(&self, account: AccountId) -> bool {
        account == self.caller
            || self
                .accounts
                .get(&self.caller)
                .is_none_or(|caller| !matches!(caller.stage, Stage::Ask { .. }))
    }

    /// As many accounts as fit one call of those whose time has come.
    fn due(&self, now: Timestamp, time: impl Fn(&Stage) -> Option<Timestamp>) -> Vec<AccountId> {
        self.accounts
            .iter()
            .filter(|(account, state)| {
                time(&state.stage).is_some_and(|due| due <= now)
                    && (self.may_ask(**account) || matches!(state.stage, Stage::Wait { .. }))
            })
            .map(|(account, _)| *account)
            .take(MAX_ACCOUNTS)
            .collect()
    }

    fn enable_answered(&mut self, asked: &[AccountId], failed: &[FailedAccount], now: Timestamp) {
        let failed: BTreeMap<AccountId, &FailedAccount> =
            failed.iter().map(|f| (f.account, f)).collect();
        let patience = self.patience;
        for id in asked {
            let Some(account) = self.accounts.get_mut(id) else {
                continue;
            };
            match failed.get(id).map(|failure| judge(failure)) {
                None => account.wait(now, later(now, patience.poll)),
                Some(Verdict::Accepted) => account.wait(now, now),
                Some(Verdict::Passing(trouble)) => account.again(trouble, &patience, now),
                Some(Verdict::Denied(refusal)) => {
                    let since = *account.denied_since.get_or_insert(now);
                    if now.duration_since(since) >= patience.denied {
                        account.stage = Stage::Refused(refusal);
                    } else {
                        account.again(Trouble::Denied, &patience, now);
                    }
                }
                Some(Verdict::Refused(refusal)) => account.stage = Stage::Refused(refusal),
            }
        }
    }

    fn status_answered(&mut self, asked: &[AccountId], facts: &[AccountFacts], now: Timestamp) {
        let facts: BTreeMap<AccountId, &AccountFacts> = facts.iter().map(|f| (f.id, f)).collect();
        let patience = self.patience;
        for id in asked {
            let Some(account) = self.accounts.get_mut(id) else {
                continue;
            };
            let Stage::Wait { since, .. } = account.stage else {
                continue;
            };
            let scans = match facts.get(id).map(|facts| &facts.scans) {
                Some(Ok(scans)) => scans,
                unread => {
                    account.trouble = Some(Trouble::StatusUnreadable(match unread {
                        Some(Err(why)) => why.message.clone(),
                        _ => "the answer did not name the account".to_owned(),
                    }));
                    account.wait(since, later(now, patience.poll));
                    continue;
                }
            };
            let any =
                |statuses: &[Status]| self.types.iter().any(|s| statuses.contains(&scans[*s]));
            if self
                .types
                .iter()
                .all(|scan| scans[*scan] == Status::Enabled)
            {
                account.stage = Stage::Enabled;
            } else if any(&[Status::Suspended, Status::Suspending]) {
                account.stage = Stage::Refused(Refusal::Suspended);
            } else if any(&[Status::Disabling])
                || (any(&[Status::Disabled]) && now.duration_since(since) >= patience.settling)
            {
                account.again(Trouble::ReadAsDisabled, &patience, now);
            } else {
                account.trouble = None;
                account.wait(since, later(now, patience.poll));
            }
        }
    }

    fn call_failed(&mut self, request: &Request, failure: &CallFailure, now: Timestamp) {
        let end = match failure {
            CallFailure::CredentialsExpired { message } => {
                self.stopped = Some(message.clone());
                return;
            }
            CallFailure::NoCodeScanning if self.without_code_scanning(request) => return,
            CallFailure::NotAssociated if matches!(request, Request::Disassociate { .. }) => {
                End::Done
            }
            CallFailure::Throttled { retry_after } => {
                let delay = retry_after.unwrap_or(self.patience.first_delay);
                self.pause = self.pause.max(later(now, delay));
                End::Again(Trouble::Throttled)
            }
            CallFailure::Unavailable { message } => {
                End::Again(Trouble::Unavailable(message.clone()))
            }
            CallFailure::AccessDenied { .. }
            | CallFailure::OrganizationPolicy { .. }
            | CallFailure::NoCodeScanning
            | CallFailure::NotAssociated
            | CallFailure::Invalid { .. } => End::Refused(Refusal::from_call(failure)),
        };
        self.settle(request, &end, now);
    }

    /// Applies the end of a call to everything that was in it.
    fn settle(&mut self, request: &Request, end: &End, now: Timestamp) {
        let patience = self.patience;
        match request {
            Request::Enable { accounts, .. } | Request::ReadStatus { accounts } => {
                for id in accounts {
                    let Some(account) = self.accounts.get_mut(id) else {
                        continue;
                    };
                    match end {
                        End::Again(trouble) => account.again(trouble.clone(), &patience, now),
                        End::Refused(refusal) => account.stage = Stage::Refused(refusal.clone()),
                        // Accounts are done when their status says so, not when a call succeeds.
                        End::Done => {}
                    }
                }
            }
            Request::UpdateOrganizationConfiguration { .. } => {
                if let Some((_, task)) = &mut self.auto_enable {
                    task.end(end, &patience, now);
                }
            }
            Request::Disassociate { account } => {
                if let Some(task) = self.disassociate.get_mut(account) {
                    task.end(end, &patience, now);
                }
            }
        }
    }

    /// Goes on with standard scanning alone when the Region turns out to have nothing else. False if code scanning was
    /// not asked for, so that the answer makes no sense.
    fn without_code_scanning(&mut self, request: &Request) -> bool {
        let asked = match request {
            Request::Enable { types, .. } => types.contains(&ResourceScanType::LambdaCode),
            Request::UpdateOrganizationConfiguration { auto_enable } => auto_enable.lambda_code,
            Request::ReadStatus { .. } | Request::Disassociate { .. } => false,
        };
        if asked {
            self.types.remove(&ResourceScanType::LambdaCode);
            if let Some((auto_enable, _)) = &mut self.auto_enable {
                *auto_enable = auto_enable.with(ResourceScanType::LambdaCode, false);
            }
            self.code_scanning_missing = true;
        }
        asked
    }

    fn report(&self) -> Report {
        Report {
            accounts: self
                .accounts
                .iter()
                .map(|(id, account)| (*id, account.outcome()))
                .collect(),
            auto_enable: self.auto_enable.as_ref().map(|(_, task)| task.outcome()),
            disassociated: self
                .disassociate
                .iter()
                .map(|(id, task)| (*id, task.outcome()))
                .collect(),
            code_scanning_missing: self.code_scanning_missing,
            stopped: self.stopped.clone(),
        }
    }
}

/// A call that can be made, as yet without its accounts.
enum Kind {
    Enable,
    Update(AutoEnable),
    Disassociate(AccountId),
    ReadStatus,
}
