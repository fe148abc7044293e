//! Enabling is idempotent: from whatever state a run that was stopped leaves behind, planning and running again arrives
//! where one run without trouble arrives.
//!
//! The service is a small imitation: enabling takes minutes, calls fail, answers get lost, memberships become known
//! late. What it does wrong is decided by a list of random bytes; when the list is over, it does nothing wrong any more.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use shindan_control::definition::ControlId;
use shindan_control::evaluate::{ComplianceStatus, Evaluation, evaluate};
use shindan_control::facts::{
    AccountFacts, Member, RegionFacts, Role, ScanStates, Unreadable, UnreadableCause,
};
use shindan_control::plan::{Goal, MAX_ACCOUNTS, plan};
use shindan_control::progress::{
    Action, Answer, CallFailure, Event, FailedAccount, Outcome, Patience, Progress, Refusal,
    Report, Request,
};
use shindan_inspector::{
    AccountId, AutoEnable, ErrorCode, RelationshipStatus, ResourceScanType, Status,
};

const CALLER: u64 = 1;

#[derive(Clone, Debug, PartialEq)]
struct FakeAccount {
    scans: ScanStates,
    /// When what is under way will be over.
    settled_at: Timestamp,
    associated: bool,
    suspended: bool,
    /// A policy of the organization forbids changes.
    blocked: bool,
}

#[derive(Clone, Debug)]
struct FakeInspector {
    region: &'static str,
    now: Timestamp,
    accounts: BTreeMap<AccountId, FakeAccount>,
    auto_enable: AutoEnable,
    chaos: Vec<u8>,
}

impl FakeInspector {
    /// The next thing to go wrong, if any is left.
    fn mishap(&mut self) -> Option<u8> {
        self.chaos.pop()
    }

    fn pass(&mut self, until: Timestamp) {
        self.now = self.now.max(until);
        for account in self.accounts.values_mut() {
            if account.settled_at > self.now {
                continue;
            }
            for &scan in ResourceScanType::ALL {
                let settled = match account.scans[scan] {
                    Status::Enabling => Status::Enabled,
                    Status::Disabling => Status::Disabled,
                    Status::Suspending => Status::Suspended,
                    status => status,
                };
                account.scans = account.scans.with(scan, settled);
            }
        }
    }

    fn facts(&self) -> RegionFacts {
        let of = |id: AccountId| AccountFacts {
            id,
            scans: Ok(self.accounts[&id].scans),
        };
        let members = self
            .accounts
            .iter()
            .filter(|(id, _)| **id != account(CALLER));
        RegionFacts {
            region: self.region.parse().expect("a Region"),
            caller: of(account(CALLER)),
            role: Ok(Role::DelegatedAdministrator {
                members: Ok(members
                    .map(|(id, member)| Member {
                        account: of(*id),
                        relationship: if member.associated {
                            RelationshipStatus::Enabled
                        } else {
                            RelationshipStatus::Removed
                        },
                        suspended: member.suspended,
                    })
                    .collect()),
                auto_enable: Ok(self.auto_enable),
            }),
        }
    }

    fn call(&mut self, request: &Request) -> Event {
        self.pass(
            self.now
                .checked_add(SignedDuration::from_secs(1))
                .expect("in range"),
        );
        let mishap = self.mishap();
        match mishap {
            Some(0..20) => return Event::Failed(CallFailure::Throttled { retry_after: None }),
            Some(20..40) => {
                return Event::Failed(CallFailure::Unavailable {
                    message: "HTML".to_owned(),
                });
            }
            Some(40..45) => {
                let message = "sign in".to_owned();
                return Event::Failed(CallFailure::CredentialsExpired { message });
            }
            _ => {}
        }
        let answer = match request {
            Request::Enable { accounts, types } => {
                assert!((1..=MAX_ACCOUNTS).contains(&accounts.len()));
                if types.contains(&ResourceScanType::LambdaCode) {
                    if self.region == "ap-south-1" {
                        return Event::Failed(CallFailure::NoCodeScanning);
                    }
                    assert!(
                        types.contains(&ResourceScanType::Lambda),
                        "code scanning needs standard scanning"
                    );
                }
                let failed = accounts
                    .iter()
                    .filter_map(|id| {
                        let code = self.enable(*id, types)?;
                        let message = format!("{code:?}");
                        Some(FailedAccount {
                            account: *id,
                            code: Some(code),
                            message,
                        })
                    })
                    .collect();
                Answer::Enable { failed }
            }
            Request::ReadStatus { accounts } => {
                assert!((1..=MAX_ACCOUNTS).contains(&accounts.len()));
                let mut facts = Vec::new();
                for id in accounts {
                    let scans = match self.mishap() {
                        Some(0..20) => Err(Unreadable {
                            cause: UnreadableCause::ServiceError,
                            message: "no status".to_owned(),
                        }),
                        Some(20..40) => continue,
                        _ => Ok(self.accounts[id].scans),
                    };
                    facts.push(AccountFacts { id: *id, scans });
                }
                Answer::Status { accounts: facts }
            }
            Request::UpdateOrganizationConfiguration { auto_enable } => {
                self.auto_enable = *auto_enable;
                Answer::Done
            }
            Request::Disassociate { account } => {
                let member = self.accounts.get_mut(account).expect("a member");
                assert!(member.suspended, "only suspended members are disassociated");
                if !member.associated {
                    return Event::Failed(CallFailure::NotAssociated);
                }
                member.associated = false;
                Answer::Done
            }
        };
        // The call was carried out, and yet nobody hears of it.
        if matches!(mishap, Some(45..70)) {
            Event::Resume
        } else {
            Event::Answered(answer)
        }
    }

    fn enable(
        &mut self,
        id: AccountId,
        types: &std::collections::BTreeSet<ResourceScanType>,
    ) -> Option<ErrorCode> {
        let mishap = self.mishap();
        let now = self.now;
        let account = self.accounts.get_mut(&id).expect("an account");
        assert!(
            !account.suspended && account.associated,
            "nothing can be enabled there"
        );
        if account.blocked {
            return Some(ErrorCode::BlockedByOrganizationPolicy);
        }
        match mishap {
            Some(0..40) => return Some(ErrorCode::AccessDenied),
            Some(40..60) => return Some(ErrorCode::SsmThrottled),
            Some(60..80) => return Some(ErrorCode::EventbridgeUnavailable),
            _ => {}
        }
        if types
            .iter()
            .any(|scan| account.scans[*scan] == Status::Disabling)
        {
            return Some(ErrorCode::DisableInProgress);
        }
        if types
            .iter()
            .all(|scan| account.scans[*scan] == Status::Enabled)
        {
            return Some(ErrorCode::AlreadyEnabled);
        }
        if types
            .iter()
            .all(|scan| account.scans[*scan] != Status::Disabled)
        {
            return Some(ErrorCode::EnableInProgress);
        }
        for scan in types {
            if account.scans[*scan] != Status::Enabled {
                account.scans = account.scans.with(*scan, Status::Enabling);
            }
        }
        let seconds = 5 + 2 * i64::from(mishap.unwrap_or(0));
        account.settled_at = now
            .checked_add(SignedDuration::from_secs(seconds))
            .expect("in range");
        None
    }

    /// Plans and runs, at most for so many calls and waits.
    fn run(&mut self, goal: &Goal, steps: usize) -> Option<Report> {
        let plan = plan(&self.facts(), goal);
        let mut progress = Progress::new(&plan, Patience::default(), self.now);
        let mut event = Event::Resume;
        for _ in 0..steps {
            event = match progress.step(event, self.now) {
                Action::Done(report) => {
                    for (id, outcome) in &report.accounts {
                        let enabled = |scan: &ResourceScanType| {
                            self.accounts[id].scans[*scan] == Status::Enabled
                        };
                        let done = *outcome == Outcome::Done;
                        assert!(!done || plan.types.iter().all(enabled), "{id} is not done");
                    }
                    return Some(report);
                }
                Action::Wait { until } => {
                    assert!(until > self.now);
                    self.pass(until);
                    Event::Resume
                }
                Action::Call(request) => self.call(&request),
            };
        }
        None
    }

    /// What is left when everything has calmed down.
    fn end(&self) -> (AutoEnable, Vec<(AccountId, ScanStates, bool)>) {
        let accounts = self.accounts.iter();
        (
            self.auto_enable,
            accounts
                .map(|(id, a)| (*id, a.scans, a.associated))
                .collect(),
        )
    }
}

fn account(number: u64) -> AccountId {
    format!("{number:012}").parse().expect("twelve digits")
}

fn any_account() -> impl Strategy<Value = FakeAccount> {
    let status = || {
        prop::sample::select(vec![
            Status::Disabled,
            Status::Disabled,
            Status::Enabling,
            Status::Enabled,
            Status::Disabling,
        ])
    };
    let flags = (
        prop::bool::weighted(0.2),
        prop::bool::weighted(0.15),
        0i64..400,
    );
    (status(), status(), status(), flags).prop_map(
        |(ec2, lambda, lambda_code, (suspended, blocked, settled))| FakeAccount {
            scans: ScanStates::all(Status::Disabled)
                .with(ResourceScanType::Ec2, ec2)
                .with(ResourceScanType::Lambda, lambda)
                .with(ResourceScanType::LambdaCode, lambda_code),
            settled_at: Timestamp::from_second(settled).expect("in range"),
            associated: true,
            suspended,
            blocked,
        },
    )
}

fn any_inspector() -> impl Strategy<Value = FakeInspector> {
    (
        prop::sample::select(vec!["us-east-1", "ap-south-1"]),
        prop::collection::vec(any_account(), 1..5),
        prop::collection::vec(any::<u8>(), 0..60),
    )
        .prop_map(|(region, accounts, chaos)| FakeInspector {
            region,
            now: Timestamp::UNIX_EPOCH,
            accounts: (CALLER..)
                .zip(accounts)
                .map(|(number, fake)| {
                    let suspended = fake.suspended && number != CALLER;
                    // What a suspended account does is not under way any more.
                    let scans = if suspended
                        && fake.scans[ResourceScanType::LambdaCode] != Status::Enabled
                    {
                        ScanStates::all(Status::Disabled)
                    } else if suspended {
                        ScanStates::all(Status::Enabled)
                    } else {
                        fake.scans
                    };
                    (
                        account(number),
                        FakeAccount {
                            scans,
                            suspended,
                            ..fake
                        },
                    )
                })
                .collect(),
            auto_enable: AutoEnable::default(),
            chaos,
        })
}

/// Runs until nothing but what a policy forbids is left.
fn finish(inspector: &mut FakeInspector, goal: &Goal) -> Report {
    for _ in 0..20 {
        let report = inspector
            .run(goal, 10_000)
            .expect("every run ends by itself");
        let over = |outcome: &Outcome| {
            matches!(
                outcome,
                Outcome::Done | Outcome::Refused(Refusal::OrganizationPolicy)
            )
        };
        if report.stopped.is_none()
            && report
                .accounts
                .values()
                .chain(&report.auto_enable)
                .all(over)
            && report.disassociated.values().all(over)
        {
            return report;
        }
    }
    panic!("it never comes to an end");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn running_again_from_any_state_reaches_the_same_end(
        inspector in any_inspector(),
        stops in prop::collection::vec(0usize..12, 0..4),
    ) {
        let goal = Goal::for_controls([ControlId::Inspector3], true);
        let mut calm = FakeInspector { chaos: Vec::new(), ..inspector.clone() };
        finish(&mut calm, &goal);

        let mut troubled = inspector.clone();
        for stop in stops {
            troubled.run(&goal, stop);
        }
        finish(&mut troubled, &goal);

        // What was under way on its own at the beginning is over by then in both.
        let long_after = Timestamp::from_second(1_000_000).expect("in range");
        calm.pass(long_after);
        troubled.pass(long_after);
        prop_assert_eq!(calm.end(), troubled.end());

        // And the end is the right one.
        let code_scanning = troubled.region == "us-east-1";
        prop_assert!(troubled.auto_enable.lambda);
        prop_assert_eq!(troubled.auto_enable.lambda_code, code_scanning);
        for (id, account) in &troubled.accounts {
            let wanted = account.scans[ResourceScanType::Lambda] == Status::Enabled
                && (!code_scanning || account.scans[ResourceScanType::LambdaCode] == Status::Enabled);
            prop_assert!(wanted || account.blocked || !account.associated, "{} {:?}", id, account);
            prop_assert!(account.associated || account.suspended);
            let before = inspector.accounts[id].scans;
            let untouched = |was, is| was == is || !matches!(was, Status::Disabled | Status::Enabled);
            prop_assert!(untouched(before[ResourceScanType::Ec2], account.scans[ResourceScanType::Ec2]), "nobody asked for EC2");
        }
        let facts = troubled.facts();
        let nobody_blocked = !troubled.accounts.values().any(|a| a.blocked);
        for control in [ControlId::Inspector3, ControlId::Inspector4] {
            if let Evaluation::Checked(check) = evaluate(control, &facts) {
                prop_assert!(check.status == ComplianceStatus::Passed || !nobody_blocked);
            }
        }
        if nobody_blocked {
            prop_assert_eq!(plan(&facts, &goal).steps, vec![]);
        }
    }
}
