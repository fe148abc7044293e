//! What an administrator meets when it enables scanning, one case a row: a server that answers HTTP by a script, the real
//! client, and a clock on which half an hour is over at once.
//!
//! The service is three accounts: the administrator 1, which makes the calls, and its members 2 and 3. Each call has a list
//! of things that happen to it, in order; what comes after the list is what a healthy service answers.

mod service;

use serde_json::json;
use shindan_control::definition::ControlId;
use shindan_control::facts::Role;
use shindan_control::plan::{Goal, Plan, plan};
use shindan_control::progress::{Counts, Outcome, Patience, Report};
use shindan_inspector::{AccountId, Region};

use self::service::{ENABLE, MEMBER, ORGANIZATION, Reply, STATUS, Service, account};
use super::super::inspector::gather;
use super::carry_out;
use crate::aws::Aws;

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ends {
    /// Everything is enabled.
    Done,
    /// A person has to change something first; what is told of account 2 says this.
    Refused(&'static str),
    /// There was no time left; what is told says this.
    Unfinished(&'static str),
    /// No call will succeed any more; what is told says this.
    Stopped(&'static str),
}

struct Case {
    name: &'static str,
    /// What happens to which call.
    script: Vec<(&'static str, Vec<Reply>)>,
    ends: Ends,
    /// How long it takes on the clock, in seconds, at least and at most.
    seconds: (i64, i64),
}

fn case(
    name: &'static str,
    script: Vec<(&'static str, Vec<Reply>)>,
    ends: Ends,
    seconds: (i64, i64),
) -> Case {
    Case {
        name,
        script,
        ends,
        seconds,
    }
}

fn cases() -> Vec<Case> {
    use Ends::{Done, Refused, Stopped, Unfinished};
    let many = |reply: Reply, count: usize| vec![reply; count];
    let failed = |code: &'static str| Reply::Failed(MEMBER, code, "as the service says");
    let error = Reply::Error;
    vec![
        case("everything at once", vec![], Done, (0, 60)),
        case(
            "enabling for five minutes",
            vec![(STATUS, many(Reply::Enabling, 30))],
            Done,
            (280, 420),
        ),
        case(
            "enabling for longer than anybody waits",
            vec![(STATUS, many(Reply::Enabling, 1000))],
            Unfinished("still enabling"),
            (1800, 1810),
        ),
        case(
            "read as disabled right after it was accepted",
            vec![(STATUS, many(Reply::Disabled, 3))],
            Done,
            (10, 120),
        ),
        case(
            "switched off again by somebody",
            vec![(STATUS, vec![Reply::Disabling, Reply::Enabling])],
            Done,
            (1, 120),
        ),
        case(
            "throttled once",
            vec![(
                ENABLE,
                vec![error(429, "ThrottlingException", "Rate exceeded")],
            )],
            Done,
            (0, 60),
        ),
        case(
            "throttled for a minute",
            vec![(
                ENABLE,
                many(error(429, "ThrottlingException", "Rate exceeded"), 9),
            )],
            Done,
            (20, 180),
        ),
        case(
            "throttled while waiting",
            vec![(
                STATUS,
                many(error(429, "ThrottlingException", "Rate exceeded"), 5),
            )],
            Done,
            (5, 120),
        ),
        case(
            "throttled for ever",
            vec![(
                ENABLE,
                many(error(429, "ThrottlingException", "Rate exceeded"), 10_000),
            )],
            Unfinished("too many calls"),
            (1800, 1950),
        ),
        case(
            "asked to wait by Retry-After",
            vec![(ENABLE, vec![Reply::RetryAfter(40)])],
            Done,
            (40, 120),
        ),
        case(
            "the service fails three times",
            vec![(
                ENABLE,
                many(error(500, "InternalServerException", "sorry"), 3),
            )],
            Done,
            (1, 60),
        ),
        case(
            "the service is down for longer than a call waits",
            vec![(
                ENABLE,
                many(error(503, "ServiceUnavailableException", "sorry"), 20),
            )],
            Done,
            (60, 400),
        ),
        case(
            "a proxy answers HTML once",
            vec![(ENABLE, vec![Reply::Html(200, "<title>Log in</title>")])],
            Done,
            (1, 60),
        ),
        case(
            "a proxy answers HTML for ever",
            vec![(
                ENABLE,
                many(
                    Reply::Html(200, "<title>Log in to the network</title>"),
                    10_000,
                ),
            )],
            Unfinished("Log in to the network"),
            (1800, 1950),
        ),
        case(
            "a load balancer is without a service for a while",
            vec![(ENABLE, many(Reply::Html(502, "<h1>Bad Gateway</h1>"), 4))],
            Done,
            (1, 60),
        ),
        case(
            "JSON that is none",
            vec![(STATUS, vec![Reply::Text("{\"accounts\": [")])],
            Done,
            (1, 60),
        ),
        case(
            "an answer of another shape",
            vec![(STATUS, vec![Reply::Text("{\"accounts\": {}}")])],
            Done,
            (1, 60),
        ),
        case(
            "a status that is newer than the program",
            vec![(
                STATUS,
                vec![Reply::Word("HIBERNATING"), Reply::Word("HIBERNATING")],
            )],
            Done,
            (10, 120),
        ),
        case(
            "a member is left out of the answer",
            vec![(STATUS, vec![Reply::LeftOut])],
            Done,
            (0, 120),
        ),
        case(
            "access is denied until the membership is known",
            vec![(
                ENABLE,
                vec![
                    failed("ACCESS_DENIED"),
                    failed("ACCESS_DENIED"),
                    failed("ACCESS_DENIED"),
                ],
            )],
            Done,
            (10, 180),
        ),
        case(
            "access stays denied",
            vec![(ENABLE, many(failed("ACCESS_DENIED"), 1000))],
            Refused("access was denied"),
            (180, 400),
        ),
        case(
            "enabled already",
            vec![(ENABLE, vec![failed("ALREADY_ENABLED")])],
            Done,
            (0, 60),
        ),
        case(
            "somebody else is enabling it",
            vec![(ENABLE, vec![failed("ENABLE_IN_PROGRESS")])],
            Done,
            (0, 60),
        ),
        case(
            "still being disabled",
            vec![(
                ENABLE,
                vec![failed("DISABLE_IN_PROGRESS"), failed("DISABLE_IN_PROGRESS")],
            )],
            Done,
            (2, 60),
        ),
        case(
            "being suspended meanwhile",
            vec![(ENABLE, vec![failed("SUSPEND_IN_PROGRESS")])],
            Done,
            (1, 60),
        ),
        case(
            "Systems Manager is throttled",
            vec![(ENABLE, vec![failed("SSM_THROTTLED")])],
            Done,
            (1, 60),
        ),
        case(
            "EventBridge is not there",
            vec![(
                ENABLE,
                vec![
                    failed("EVENTBRIDGE_UNAVAILABLE"),
                    failed("EVENTBRIDGE_THROTTLED"),
                ],
            )],
            Done,
            (2, 60),
        ),
        case(
            "an account fails inside",
            vec![(ENABLE, vec![failed("INTERNAL_ERROR")])],
            Done,
            (1, 60),
        ),
        case(
            "blocked by a policy of the organization",
            vec![(ENABLE, many(failed("BLOCKED_BY_ORGANIZATION_POLICY"), 1000))],
            Refused("policy of the organization"),
            (0, 60),
        ),
        case(
            "isolated by AWS",
            vec![(ENABLE, many(failed("ACCOUNT_IS_ISOLATED"), 1000))],
            Refused("isolated"),
            (0, 60),
        ),
        case(
            "an account outside the organization",
            vec![(ENABLE, many(failed("RESOURCE_NOT_FOUND"), 1000))],
            Refused("no such account"),
            (0, 60),
        ),
        case(
            "a quota of Systems Manager",
            vec![(
                ENABLE,
                many(failed("EC2_SSM_ASSOCIATION_VERSION_LIMIT_EXCEEDED"), 1000),
            )],
            Refused("quota of Systems Manager"),
            (0, 60),
        ),
        case(
            "a code that is newer than the program",
            vec![(ENABLE, many(failed("MOON_PHASE"), 1000))],
            Refused("as the service says"),
            (0, 60),
        ),
        case(
            "suspended while it was being enabled",
            vec![(STATUS, many(Reply::Suspended, 1000))],
            Refused("the account is suspended"),
            (0, 60),
        ),
        case(
            "the caller may not call Enable",
            vec![(
                ENABLE,
                many(
                    error(
                        403,
                        "AccessDeniedException",
                        "not authorized to perform inspector2:Enable",
                    ),
                    1000,
                ),
            )],
            Refused("Allow inspector2:Enable"),
            (0, 60),
        ),
        case(
            "the caller may not read statuses",
            vec![(
                STATUS,
                many(error(403, "AccessDeniedException", "not authorized"), 1000),
            )],
            Refused("inspector2:BatchGetAccountStatus"),
            (0, 60),
        ),
        case(
            "the whole call is blocked by a policy of the organization",
            vec![(
                ENABLE,
                many(
                    error(
                        403,
                        "AccessDeniedException",
                        "managed by an organization policy",
                    ),
                    1000,
                ),
            )],
            Refused("policy of the organization"),
            (0, 60),
        ),
        case(
            "the service does not understand the call",
            vec![(
                ENABLE,
                many(error(400, "ValidationException", "resourceTypes: no"), 1000),
            )],
            Refused("resourceTypes: no"),
            (0, 60),
        ),
        case(
            "the credentials expire half-way",
            vec![(
                STATUS,
                many(
                    error(
                        403,
                        "ExpiredTokenException",
                        "The security token included in the request is expired",
                    ),
                    1000,
                ),
            )],
            Stopped("the credentials have expired"),
            (0, 60),
        ),
        case(
            "the key is revoked half-way",
            vec![(
                STATUS,
                many(
                    error(
                        403,
                        "UnrecognizedClientException",
                        "The security token is invalid",
                    ),
                    1000,
                ),
            )],
            Stopped("the credentials are not accepted"),
            (0, 60),
        ),
        case(
            "the clock is ten minutes off",
            vec![(ENABLE, vec![Reply::Skew(600)])],
            Done,
            (0, 60),
        ),
        case(
            "what new members get cannot be changed",
            vec![(
                ORGANIZATION,
                many(error(403, "AccessDeniedException", "no"), 1000),
            )],
            Refused("inspector2:UpdateOrganizationConfiguration"),
            (0, 60),
        ),
        case(
            "what new members get is throttled",
            vec![(
                ORGANIZATION,
                many(error(429, "ThrottlingException", "Rate exceeded"), 4),
            )],
            Done,
            (1, 90),
        ),
        case(
            "the connection is cut",
            vec![(ENABLE, many(Reply::Cut, 2))],
            Done,
            (0, 60),
        ),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_trouble_has_its_end() {
    let cases = cases();
    assert!(cases.len() >= 30);
    for Case {
        name,
        script,
        ends,
        seconds: (least, most),
    } in cases
    {
        let run = run(script).await;
        assert!(
            (least..=most).contains(&run.seconds),
            "{name}: {} seconds\n{:#?}",
            run.seconds,
            run.report
        );
        let said = run.said();
        match ends {
            Ends::Done => {
                assert!(run.report.succeeded(), "{name}: {:#?}", run.report);
                assert!(
                    run.service.is_enabled(),
                    "{name}: said to be done, and is not"
                );
            }
            Ends::Refused(words) => {
                let refused = run.outcomes().any(|end| matches!(end, Outcome::Refused(_)));
                assert!(refused, "{name}: {:#?}", run.report);
                assert!(said.contains(words), "{name}: {said}");
            }
            Ends::Unfinished(words) => {
                assert!(run.report.can_go_on(), "{name}: {:#?}", run.report);
                assert!(said.contains(words), "{name}: {said}");
            }
            Ends::Stopped(words) => {
                let stopped = run.report.stopped.clone().unwrap_or_default();
                assert!(stopped.contains(words), "{name}: {:#?}", run.report);
            }
        }
        // One account's trouble is no other's.
        if run.report.accounts.get(&account(1)) == Some(&Outcome::Done)
            && !matches!(ends, Ends::Stopped(_))
        {
            let other = run.report.accounts.get(&account(3));
            assert_eq!(other, Some(&Outcome::Done), "{name}: {:#?}", run.report);
        }
    }
}

/// A run that was cut off is gone on with by planning again, and then does only what is left.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_half_finished_run_can_be_run_again() {
    let script = vec![(
        ENABLE,
        vec![Reply::Failed(MEMBER, "ACCOUNT_IS_ISOLATED", "isolated"); 1],
    )];
    let first = run(script).await;
    assert!(!first.report.succeeded());
    let again = carry_on(&first).await;
    assert!(again.succeeded(), "{again:#?}");
    assert_eq!(
        again.accounts.keys().copied().collect::<Vec<_>>(),
        [account(2)],
        "the others are enabled already"
    );
    assert!(first.service.is_enabled());
    let nothing = plan_of(&first.aws).await;
    assert!(nothing.steps.is_empty(), "{nothing:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_region_turns_out_to_have_no_code_scanning() {
    let refused = Reply::Error(
        403,
        "AccessDeniedException",
        "Lambda code scanning is not supported in us-east-1",
    );
    let run = run(vec![(ENABLE, vec![refused])]).await;
    assert!(run.report.code_scanning_missing);
    assert!(run.report.succeeded(), "{:#?}", run.report);
    let types: Vec<_> = run
        .service
        .bodies(ENABLE)
        .iter()
        .map(|body| body["resourceTypes"].clone())
        .collect();
    assert_eq!(types[0], json!(["LAMBDA", "LAMBDA_CODE"]), "standard first");
    assert!(types[1..].iter().all(|types| *types == json!(["LAMBDA"])));
}

/// Facts are read with trouble too: what is denied is unknown, the rest is known, and only what no call survives ends it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_read_is_unknown_and_nothing_else() {
    let denied = || Reply::Error(403, "AccessDeniedException", "not authorized");
    let service = Service::start(vec![(service::MEMBERS, vec![denied(); 100])]).await;
    let aws = service.aws().await.expect("opens");
    let gathered = gather(&aws, &region()).await.expect("goes on");
    let Ok(Role::DelegatedAdministrator {
        members,
        auto_enable,
    }) = gathered.facts.role
    else {
        panic!("it administers");
    };
    let why = members.expect_err("denied").message;
    for part in [
        "000000000001",
        "us-east-1",
        "inspector2:ListMembers",
        "deploy/iam/scanner.json",
    ] {
        assert!(why.contains(part), "{part} is not in: {why}");
    }
    assert!(auto_enable.is_ok());
    assert!(gathered.facts.caller.scans.is_ok());
    // Organizations is not served here.
    assert_eq!(gathered.unread.len(), 1, "{:?}", gathered.unread);

    let expired = Reply::Error(403, "ExpiredTokenException", "expired");
    let service = Service::start(vec![(service::MEMBERS, vec![expired; 100])]).await;
    let aws = service.aws().await.expect("opens");
    let complaint = gather(&aws, &region()).await.expect_err("ends");
    assert!(
        complaint.what.contains("the credentials have expired"),
        "{}",
        complaint.what
    );
    assert!(
        complaint
            .hint
            .is_some_and(|hint| hint.contains("aws sso login"))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_that_left_takes_no_part() {
    let service = Service::start(vec![(service::MEMBERS, vec![Reply::Removed(MEMBER)])]).await;
    let aws = service.aws().await.expect("opens");
    let plan = plan_of(&aws).await;
    let named: Vec<AccountId> = plan
        .steps
        .iter()
        .filter_map(|step| match step {
            shindan_control::plan::Step::Enable { accounts, .. } => Some(accounts.clone()),
            _ => None,
        })
        .flatten()
        .collect();
    assert_eq!(named, [account(1), account(3)]);
}

fn region() -> Region {
    Region::parse("us-east-1").expect("a Region")
}

/// A plan that was carried out.
struct Run {
    service: Service,
    aws: Aws,
    report: Report,
    /// On the clock of the test.
    seconds: i64,
}

impl Run {
    fn outcomes(&self) -> impl Iterator<Item = &Outcome> {
        let Report {
            accounts,
            auto_enable,
            disassociated,
            ..
        } = &self.report;
        accounts
            .values()
            .chain(auto_enable)
            .chain(disassociated.values())
    }

    /// All that is told of what is not done.
    fn said(&self) -> String {
        let said = self.outcomes().map(|end| match end {
            Outcome::Done => String::new(),
            Outcome::Refused(refusal) => refusal.to_string(),
            Outcome::Unfinished(trouble) => trouble
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
        });
        said.collect::<Vec<_>>().join("\n")
    }
}

async fn plan_of(aws: &Aws) -> Plan {
    let gathered = gather(aws, &region()).await.expect("facts");
    plan(
        &gathered.facts,
        &Goal::for_controls([ControlId::Inspector3], true),
    )
}

/// Plans in peace, and carries out while the script runs.
async fn run(script: Vec<(&'static str, Vec<Reply>)>) -> Run {
    let service = Service::start(Vec::new()).await;
    let aws = service.aws().await.expect("opens");
    let plan = plan_of(&aws).await;
    service.script(script);
    let began = super::now(&aws.effects);
    let report = carry(&aws, &plan).await;
    let seconds = super::now(&aws.effects).duration_since(began).as_secs();
    Run {
        service,
        aws,
        report,
        seconds,
    }
}

async fn carry_on(run: &Run) -> Report {
    carry(&run.aws, &plan_of(&run.aws).await).await
}

async fn carry(aws: &Aws, plan: &Plan) -> Report {
    let session = aws.home(&region()).await.expect("a session");
    let mut seen: Vec<Counts> = Vec::new();
    let report = carry_out(
        plan,
        &session.inspector(),
        &aws.effects,
        Patience::default(),
        |counts| seen.push(counts),
    )
    .await;
    assert!(!seen.is_empty(), "progress is shown");
    report
}
