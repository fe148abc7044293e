//! Carrying out a plan: what each answer leads to. Each case is a list of answers to the calls that one account's plan
//! makes; when the list is over, everything succeeds.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use shindan_control::definition::ControlId;
use shindan_control::facts::{
    AccountFacts, Member, RegionFacts, Role, ScanStates, Unreadable, UnreadableCause,
};
use shindan_control::plan::{Goal, plan};
use shindan_control::progress::{
    Action, Answer, CallFailure, Event, FailedAccount, Outcome, Patience, Progress, Refusal,
    Report, Request, Trouble,
};
use shindan_inspector::{
    AccountId, AutoEnable, ErrorCode, RelationshipStatus, ResourceScanType, Status,
};

fn account(number: u64) -> AccountId {
    format!("{number:012}").parse().expect("twelve digits")
}

fn states(code: Status) -> ScanStates {
    ScanStates::all(Status::Enabled).with(ResourceScanType::LambdaCode, code)
}

fn start() -> Timestamp {
    "2024-08-19T00:00:00Z".parse().expect("a timestamp")
}

fn standalone() -> RegionFacts {
    RegionFacts {
        region: "ap-northeast-1".parse().expect("a Region"),
        caller: AccountFacts {
            id: account(1),
            scans: Ok(ScanStates::all(Status::Disabled)),
        },
        role: Ok(Role::Standalone),
    }
}

fn organization(members: Vec<Member>) -> RegionFacts {
    RegionFacts {
        caller: AccountFacts {
            id: account(1),
            scans: Ok(states(Status::Enabled)),
        },
        role: Ok(Role::DelegatedAdministrator {
            members: Ok(members),
            auto_enable: Ok(AutoEnable {
                lambda: true,
                lambda_code: true,
                ..AutoEnable::default()
            }),
        }),
        ..standalone()
    }
}

/// What the service answers to a call.
#[derive(Clone, Debug)]
enum Reply {
    Ok,
    Code(ErrorCode),
    /// A code that is newer than the list.
    Newer,
    Is(Status),
    Unread,
    Unnamed,
    Fail(CallFailure),
    Lost,
}

/// The end of a run, the calls by their first letters, and how long it took.
struct Run {
    report: Report,
    calls: String,
    took: SignedDuration,
    types: BTreeSet<ResourceScanType>,
}

fn run(facts: &RegionFacts, replies: &[Reply], forever: &Reply) -> Run {
    let plan = plan(facts, &Goal::for_controls([ControlId::Inspector3], true));
    let mut now = start();
    let mut progress = Progress::new(&plan, Patience::default(), now);
    let mut replies = replies.iter();
    let mut calls = String::new();
    let mut types = BTreeSet::new();
    let mut action = progress.step(Event::Resume, now);
    for _ in 0..10_000 {
        let event = match action {
            Action::Done(report) => {
                let took = now.duration_since(start());
                return Run {
                    report,
                    calls,
                    took,
                    types,
                };
            }
            Action::Wait { until } => {
                assert!(until > now, "a wait that waits for nothing");
                now = until;
                Event::Resume
            }
            Action::Call(request) => {
                calls.push(match request {
                    Request::Enable { .. } => 'E',
                    Request::ReadStatus { .. } => 'R',
                    Request::UpdateOrganizationConfiguration { .. } => 'U',
                    Request::Disassociate { .. } => 'D',
                });
                now = now
                    .checked_add(SignedDuration::from_secs(1))
                    .expect("in range");
                if let Request::Enable { types: asked, .. } = &request {
                    types.clone_from(asked);
                }
                answer(&request, replies.next().unwrap_or(forever))
            }
        };
        action = progress.step(event, now);
    }
    panic!("it goes on for ever: {calls}");
}

fn answer(request: &Request, reply: &Reply) -> Event {
    let accounts = match request {
        Request::Enable { accounts, .. } | Request::ReadStatus { accounts } => accounts.as_slice(),
        _ => &[],
    };
    match (request, reply) {
        (_, Reply::Lost) => Event::Resume,
        (_, Reply::Fail(failure)) => Event::Failed(failure.clone()),
        (Request::Enable { .. }, Reply::Code(_) | Reply::Newer) => {
            Event::Answered(Answer::Enable {
                failed: accounts
                    .iter()
                    .map(|account| FailedAccount {
                        account: *account,
                        code: match reply {
                            Reply::Code(code) => Some(*code),
                            _ => None,
                        },
                        message: "as the service says".to_owned(),
                    })
                    .collect(),
            })
        }
        (Request::Enable { .. }, _) => Event::Answered(Answer::Enable { failed: vec![] }),
        (Request::ReadStatus { .. }, Reply::Unnamed) => {
            Event::Answered(Answer::Status { accounts: vec![] })
        }
        (Request::ReadStatus { .. }, reply) => Event::Answered(Answer::Status {
            accounts: accounts
                .iter()
                .map(|id| AccountFacts {
                    id: *id,
                    scans: match reply {
                        Reply::Unread => Err(Unreadable {
                            cause: UnreadableCause::AccessDenied,
                            message: "not allowed".to_owned(),
                        }),
                        Reply::Is(status) => Ok(states(*status)),
                        _ => Ok(states(Status::Enabled)),
                    },
                })
                .collect(),
        }),
        _ => Event::Answered(Answer::Done),
    }
}

fn unavailable() -> CallFailure {
    CallFailure::Unavailable {
        message: "HTML instead of JSON".to_owned(),
    }
}

fn throttled(seconds: Option<i64>) -> CallFailure {
    CallFailure::Throttled {
        retry_after: seconds.map(SignedDuration::from_secs),
    }
}

#[test]
fn each_answer_leads_to_its_end() {
    use ErrorCode::{
        AccessDenied, AccountIsIsolated, AlreadyEnabled, BlockedByOrganizationPolicy,
        DisableInProgress, DisassociateAllMembers, Ec2SsmAssociationVersionLimitExceeded,
        EnableInProgress, EventbridgeThrottled, EventbridgeUnavailable, InternalError,
        ResourceNotFound, ResourceScanNotDisabled, SsmThrottled, SsmUnavailable, SuspendInProgress,
    };
    use Reply::{Code, Fail, Is, Lost, Newer, Ok, Unnamed, Unread};
    let said = || "as the service says".to_owned();
    let done = || Outcome::Done;
    let refused = Outcome::Refused;
    for (name, replies, outcome, calls) in [
        // Enable answered, and the status decides.
        ("enabled at once", vec![Ok, Ok], done(), "ER"),
        (
            "enabling twice",
            vec![Ok, Is(Status::Enabling), Is(Status::Enabling)],
            done(),
            "ERRR",
        ),
        (
            "read as off at first",
            vec![Ok, Is(Status::Disabled)],
            done(),
            "ERR",
        ),
        (
            "switched off by somebody meanwhile",
            vec![Ok, Is(Status::Disabling)],
            done(),
            "ERER",
        ),
        (
            "suspended meanwhile",
            vec![Ok, Is(Status::Suspended)],
            refused(Refusal::Suspended),
            "ER",
        ),
        (
            "being suspended",
            vec![Ok, Is(Status::Suspending)],
            refused(Refusal::Suspended),
            "ER",
        ),
        ("status denied once", vec![Ok, Unread], done(), "ERR"),
        (
            "status without the account",
            vec![Ok, Unnamed],
            done(),
            "ERR",
        ),
        // Codes for the account.
        ("enabled before", vec![Code(AlreadyEnabled)], done(), "ER"),
        (
            "somebody else enables it",
            vec![Code(EnableInProgress)],
            done(),
            "ER",
        ),
        (
            "being disabled",
            vec![Code(DisableInProgress)],
            done(),
            "EER",
        ),
        (
            "suspension under way",
            vec![Code(SuspendInProgress)],
            done(),
            "EER",
        ),
        (
            "denied right after association",
            vec![Code(AccessDenied), Code(AccessDenied)],
            done(),
            "EEER",
        ),
        ("SSM throttled", vec![Code(SsmThrottled)], done(), "EER"),
        ("SSM down", vec![Code(SsmUnavailable)], done(), "EER"),
        (
            "EventBridge throttled",
            vec![Code(EventbridgeThrottled)],
            done(),
            "EER",
        ),
        (
            "EventBridge down",
            vec![Code(EventbridgeUnavailable)],
            done(),
            "EER",
        ),
        ("internal error", vec![Code(InternalError)], done(), "EER"),
        (
            "a policy forbids it",
            vec![Code(BlockedByOrganizationPolicy)],
            refused(Refusal::OrganizationPolicy),
            "E",
        ),
        (
            "isolated",
            vec![Code(AccountIsIsolated)],
            refused(Refusal::Isolated),
            "E",
        ),
        (
            "no such account",
            vec![Code(ResourceNotFound)],
            refused(Refusal::NotFound),
            "E",
        ),
        (
            "a quota",
            vec![Code(Ec2SsmAssociationVersionLimitExceeded)],
            refused(Refusal::Limit(said())),
            "E",
        ),
        (
            "an error of disabling",
            vec![Code(ResourceScanNotDisabled)],
            refused(Refusal::Other(said())),
            "E",
        ),
        (
            "another error of disabling",
            vec![Code(DisassociateAllMembers)],
            refused(Refusal::Other(said())),
            "E",
        ),
        (
            "a code of the future",
            vec![Newer],
            refused(Refusal::Other(said())),
            "E",
        ),
        // The whole call.
        ("throttled", vec![Fail(throttled(None))], done(), "EER"),
        (
            "throttled with a hint",
            vec![Fail(throttled(Some(90)))],
            done(),
            "EER",
        ),
        (
            "throttled while waiting",
            vec![Ok, Fail(throttled(None))],
            done(),
            "ERR",
        ),
        ("a proxy's page", vec![Fail(unavailable())], done(), "EER"),
        (
            "a proxy's page while waiting",
            vec![Ok, Fail(unavailable())],
            done(),
            "ERR",
        ),
        ("lost answer", vec![Lost], done(), "EER"),
        ("lost answer while waiting", vec![Ok, Lost], done(), "ERR"),
        (
            "the role may not enable",
            vec![Fail(CallFailure::AccessDenied { message: said() })],
            refused(Refusal::AccessDenied(said())),
            "E",
        ),
        (
            "managed by a policy",
            vec![Fail(CallFailure::OrganizationPolicy { message: said() })],
            refused(Refusal::OrganizationPolicy),
            "E",
        ),
        (
            "not understood",
            vec![Fail(CallFailure::Invalid { message: said() })],
            refused(Refusal::Other(said())),
            "E",
        ),
        (
            "no member",
            vec![Fail(CallFailure::NotAssociated)],
            refused(Refusal::NotAssociated),
            "E",
        ),
        (
            "no code scanning after all",
            vec![Fail(CallFailure::NoCodeScanning)],
            done(),
            "EER",
        ),
        (
            "no code scanning, said twice",
            vec![
                Fail(CallFailure::NoCodeScanning),
                Fail(CallFailure::NoCodeScanning),
            ],
            refused(Refusal::NoCodeScanning),
            "EE",
        ),
        (
            "much trouble",
            vec![
                Code(InternalError),
                Lost,
                Fail(unavailable()),
                Code(AccessDenied),
            ],
            done(),
            "EEEEER",
        ),
    ] {
        let run = run(&standalone(), &replies, &Ok);
        assert_eq!(run.report.accounts[&account(1)], outcome, "{name}");
        assert_eq!(run.calls, calls, "{name}");
        assert_eq!(run.report.succeeded(), outcome == Outcome::Done, "{name}");
        assert!(!run.report.can_go_on(), "{name}");
    }
}

#[test]
fn trouble_that_does_not_pass_ends_at_the_deadline_and_may_go_on() {
    use ErrorCode::SsmThrottled;
    let unreadable = Trouble::StatusUnreadable("not allowed".to_owned());
    for (name, forever, trouble, most) in [
        (
            "enabling",
            Reply::Is(Status::Enabling),
            Trouble::StillEnabling,
            200,
        ),
        (
            "throttled",
            Reply::Fail(throttled(None)),
            Trouble::Throttled,
            60,
        ),
        (
            "one service throttled",
            Reply::Code(SsmThrottled),
            Trouble::Throttled,
            60,
        ),
        ("unreadable", Reply::Unread, unreadable, 200),
        (
            "told to come back tomorrow",
            Reply::Fail(throttled(Some(86_400))),
            Trouble::Throttled,
            1,
        ),
    ] {
        let forever = match forever {
            // The first call is to enable, which must be accepted for the status to matter.
            Reply::Code(_) | Reply::Fail(_) => run(&standalone(), &[], &forever),
            _ => run(&standalone(), &[Reply::Ok], &forever),
        };
        let unfinished = Outcome::Unfinished(Some(trouble));
        assert_eq!(forever.report.accounts[&account(1)], unfinished, "{name}");
        assert!(
            forever.report.can_go_on() && !forever.report.succeeded(),
            "{name}"
        );
        let whole = Patience::default().whole;
        assert!(
            forever.took >= whole,
            "{name} gave up after {:#}",
            forever.took
        );
        assert!(
            forever.took <= whole + SignedDuration::from_secs(5),
            "{name}: {:#}",
            forever.took
        );
        assert!(
            forever.calls.len() <= most,
            "{name}: {} calls",
            forever.calls.len()
        );
    }
}

#[test]
fn access_that_stays_denied_is_refused_after_minutes() {
    let run = run(&standalone(), &[], &Reply::Code(ErrorCode::AccessDenied));
    let said = "as the service says".to_owned();
    assert_eq!(
        run.report.accounts[&account(1)],
        Outcome::Refused(Refusal::AccessDenied(said))
    );
    assert!(run.took >= Patience::default().denied && run.took < SignedDuration::from_mins(5));
}

#[test]
fn a_type_that_stays_off_is_asked_for_again() {
    let mut replies = vec![Reply::Ok];
    replies.extend(std::iter::repeat_n(Reply::Is(Status::Disabled), 12));
    let run = run(&standalone(), &replies, &Reply::Ok);
    assert!(run.report.succeeded());
    assert!(run.calls.matches('E').count() >= 2, "{}", run.calls);
}

#[test]
fn without_code_scanning_only_standard_scanning_is_asked_for() {
    let run = run(
        &standalone(),
        &[Reply::Fail(CallFailure::NoCodeScanning)],
        &Reply::Ok,
    );
    assert_eq!(run.types, BTreeSet::from([ResourceScanType::Lambda]));
    assert!(run.report.code_scanning_missing);
}

#[test]
fn expired_credentials_stop_everything_at_once() {
    let message = "sign in again".to_owned();
    let expired = Reply::Fail(CallFailure::CredentialsExpired {
        message: message.clone(),
    });
    let run = run(&standalone(), &[expired], &Reply::Ok);
    assert_eq!(run.calls, "E");
    assert_eq!(run.report.stopped, Some(message));
    assert!(run.report.can_go_on());
}

#[test]
fn a_wait_respects_what_the_service_asks_for() {
    let hint = run(
        &standalone(),
        &[Reply::Fail(throttled(Some(90)))],
        &Reply::Ok,
    );
    assert!(
        hint.took >= SignedDuration::from_secs(90),
        "{:#}",
        hint.took
    );
}

fn suspended(number: u64) -> Member {
    Member {
        account: AccountFacts {
            id: account(number),
            scans: Ok(states(Status::Disabled)),
        },
        relationship: RelationshipStatus::Enabled,
        suspended: true,
    }
}

#[test]
fn disassociating_what_is_gone_is_success() {
    let facts = organization(vec![suspended(2)]);
    for (reply, outcome) in [
        (Reply::Ok, Outcome::Done),
        (Reply::Lost, Outcome::Done),
        (Reply::Fail(CallFailure::NotAssociated), Outcome::Done),
        (Reply::Fail(unavailable()), Outcome::Done),
        (
            Reply::Fail(CallFailure::OrganizationPolicy {
                message: String::new(),
            }),
            Outcome::Refused(Refusal::OrganizationPolicy),
        ),
    ] {
        let run = run(&facts, std::slice::from_ref(&reply), &Reply::Ok);
        assert_eq!(run.report.disassociated[&account(2)], outcome, "{reply:?}");
    }
}

#[test]
fn one_refused_task_stops_no_other() {
    let off = |number| Member {
        suspended: false,
        ..suspended(number)
    };
    let mut facts = organization(vec![off(2), suspended(3)]);
    if let Ok(Role::DelegatedAdministrator { auto_enable, .. }) = &mut facts.role {
        *auto_enable = Ok(AutoEnable::default());
    }
    let denied = || {
        Reply::Fail(CallFailure::AccessDenied {
            message: String::new(),
        })
    };
    let run = run(&facts, &[denied(), denied()], &Reply::Ok);
    assert_eq!(run.calls, "EUD");
    let refused = Outcome::Refused(Refusal::AccessDenied(String::new()));
    assert_eq!(run.report.accounts[&account(2)], refused);
    assert_eq!(run.report.auto_enable, Some(refused));
    assert_eq!(run.report.disassociated[&account(3)], Outcome::Done);
}
