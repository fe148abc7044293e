//! The evaluation of controls: each rule by itself, and all of them against a reference that is written sentence by
//! sentence from the documentation.

use proptest::prelude::*;
use shindan_control::definition::ControlId;
use shindan_control::evaluate::{
    Absence, Cause, ComplianceStatus, Evaluation, ReasonCode, evaluate, evaluate_all,
};
use shindan_control::facts::{
    AccountFacts, Member, RegionFacts, Role, ScanStates, Unreadable, UnreadableCause,
};
use shindan_inspector::{AccountId, AutoEnable, RelationshipStatus, ResourceScanType, Status};

const STATUSES: [Status; 6] = [
    Status::Enabling,
    Status::Enabled,
    Status::Disabling,
    Status::Disabled,
    Status::Suspending,
    Status::Suspended,
];

fn account(number: u64) -> AccountId {
    format!("{number:012}").parse().expect("twelve digits")
}

fn with_code(number: u64, status: Status) -> AccountFacts {
    AccountFacts {
        id: account(number),
        scans: Ok(ScanStates::all(Status::Enabled).with(ResourceScanType::LambdaCode, status)),
    }
}

fn unread(number: u64, cause: UnreadableCause) -> AccountFacts {
    AccountFacts {
        id: account(number),
        scans: Err(unreadable(cause)),
    }
}

fn unreadable(cause: UnreadableCause) -> Unreadable {
    Unreadable {
        cause,
        message: "BatchGetAccountStatus answered something".to_owned(),
    }
}

fn member(account: AccountFacts) -> Member {
    Member {
        account,
        relationship: RelationshipStatus::Enabled,
        suspended: false,
    }
}

fn in_region(region: &str, caller: AccountFacts, role: Result<Role, Unreadable>) -> RegionFacts {
    RegionFacts {
        region: region.parse().expect("a Region"),
        caller,
        role,
    }
}

fn administrator(caller: AccountFacts, members: Vec<Member>) -> RegionFacts {
    in_region(
        "ap-northeast-1",
        caller,
        Ok(Role::DelegatedAdministrator {
            members: Ok(members),
            auto_enable: Ok(AutoEnable::default()),
        }),
    )
}

/// The status of Inspector.3, the codes of its reasons, and the accounts that cause it by number and kind.
fn code_scanning(
    facts: &RegionFacts,
) -> (ComplianceStatus, Vec<ReasonCode>, Vec<(u64, &'static str)>) {
    let Evaluation::Checked(check) = evaluate(ControlId::Inspector3, facts) else {
        panic!("there should be a finding");
    };
    let accounts = check.accounts.iter().map(|a| {
        let number = a.account.to_string().parse().expect("digits");
        let kind = match a.cause {
            Cause::Disabled => "disabled",
            Cause::Enabling => "enabling",
            Cause::Disabling => "disabling",
            Cause::Suspended => "suspended",
            Cause::SuspendedMember => "suspended member",
            Cause::Unreadable(_) => "unreadable",
        };
        (number, kind)
    });
    (
        check.status,
        check.reasons.iter().map(|r| r.reason_code).collect(),
        accounts.collect(),
    )
}

#[test]
fn a_standalone_account_passes_only_when_the_type_is_enabled() {
    use ComplianceStatus::{Failed, Passed};
    for (status, compliance, cause) in [
        (Status::Enabled, Passed, None),
        (Status::Enabling, Failed, Some("enabling")),
        (Status::Disabling, Failed, Some("disabling")),
        (Status::Disabled, Failed, Some("disabled")),
        (Status::Suspending, Failed, Some("suspended")),
        (Status::Suspended, Failed, Some("suspended")),
    ] {
        let facts = in_region("eu-west-1", with_code(1, status), Ok(Role::Standalone));
        let accounts = cause.map(|cause| (1, cause)).into_iter().collect();
        assert_eq!(
            code_scanning(&facts),
            (compliance, vec![], accounts),
            "{status:?}"
        );
    }
}

#[test]
fn each_control_looks_at_its_own_type() {
    for control in ControlId::ALL {
        let scans = ScanStates::all(Status::Enabled).with(control.scan_type(), Status::Disabled);
        let caller = AccountFacts {
            id: account(1),
            scans: Ok(scans),
        };
        let facts = in_region("us-east-1", caller, Ok(Role::Standalone));
        for (other, evaluation) in evaluate_all(&facts) {
            let Evaluation::Checked(check) = evaluation else {
                panic!("{other} should be there")
            };
            let failed = check.status == ComplianceStatus::Failed;
            assert_eq!(failed, control == other, "{control} off, {other} checked");
        }
    }
}

#[test]
fn a_member_account_has_no_finding() {
    let role = Ok(Role::Member {
        administrator: account(9),
    });
    let facts = in_region("eu-west-1", with_code(1, Status::Disabled), role);
    for (_, evaluation) in evaluate_all(&facts) {
        let administrator = account(9);
        assert_eq!(
            evaluation,
            Evaluation::Absent(Absence::MemberAccount { administrator })
        );
    }
}

#[test]
fn a_region_without_the_control_has_no_finding() {
    for (region, code, standard) in [
        ("us-west-1", false, true),
        ("eu-south-2", false, false),
        ("us-west-2", true, true),
    ] {
        let facts = in_region(region, with_code(1, Status::Disabled), Ok(Role::Standalone));
        for (control, there) in [
            (ControlId::Inspector3, code),
            (ControlId::Inspector4, standard),
        ] {
            let absent = evaluate(control, &facts) == Evaluation::Absent(Absence::Region);
            assert_eq!(absent, !there, "{control} in {region}");
        }
    }
}

#[test]
fn an_administrator_passes_when_it_and_all_members_have_the_type() {
    use ComplianceStatus::{Failed, Passed};
    let on = || with_code(1, Status::Enabled);
    let of = |number, status| member(with_code(number, status));
    for (facts, status, accounts) in [
        (administrator(on(), vec![]), Passed, vec![]),
        (
            administrator(on(), vec![of(2, Status::Enabled)]),
            Passed,
            vec![],
        ),
        (
            administrator(on(), vec![of(2, Status::Enabled), of(3, Status::Enabling)]),
            Failed,
            vec![(3, "enabling")],
        ),
        (
            administrator(
                with_code(1, Status::Disabled),
                vec![of(2, Status::Disabled)],
            ),
            Failed,
            vec![(1, "disabled"), (2, "disabled")],
        ),
    ] {
        assert_eq!(code_scanning(&facts), (status, vec![], accounts));
    }
}

#[test]
fn a_suspended_member_without_the_type_fails_until_it_is_disassociated() {
    use ComplianceStatus::{Failed, Passed};
    let on = || with_code(1, Status::Enabled);
    let suspended = |status| Member {
        suspended: true,
        ..member(with_code(2, status))
    };
    let cause = || vec![(2, "suspended member")];

    let by_organizations = administrator(on(), vec![suspended(Status::Disabled)]);
    assert_eq!(code_scanning(&by_organizations), (Failed, vec![], cause()));

    let by_inspector = administrator(on(), vec![member(with_code(2, Status::Suspended))]);
    assert_eq!(code_scanning(&by_inspector), (Failed, vec![], cause()));

    let mut by_relationship = member(with_code(2, Status::Disabled));
    by_relationship.relationship = RelationshipStatus::AccountSuspended;
    assert_eq!(
        code_scanning(&administrator(on(), vec![by_relationship])),
        (Failed, vec![], cause())
    );

    let mut removed = suspended(Status::Disabled);
    removed.relationship = RelationshipStatus::Removed;
    assert_eq!(
        code_scanning(&administrator(on(), vec![removed])),
        (Passed, vec![], vec![])
    );

    let with_type = administrator(on(), vec![suspended(Status::Enabled)]);
    assert_eq!(code_scanning(&with_type), (Passed, vec![], vec![]));
}

#[test]
fn what_could_not_be_read_is_neither_passed_nor_failed() {
    use ComplianceStatus::{Failed, NotAvailable, Passed, Warning};
    let on = || with_code(1, Status::Enabled);
    let off = || with_code(1, Status::Disabled);
    let denied = || unread(2, UnreadableCause::AccessDenied);
    let region = "eu-west-1";
    let no_members = |caller| {
        in_region(
            region,
            caller,
            Ok(Role::DelegatedAdministrator {
                members: Err(unreadable(UnreadableCause::ServiceError)),
                auto_enable: Ok(AutoEnable::default()),
            }),
        )
    };
    for (name, facts, status, reasons, accounts) in [
        (
            "one member",
            administrator(on(), vec![member(denied())]),
            Warning,
            vec![ReasonCode::ConfigAccessDenied],
            vec![(2, "unreadable")],
        ),
        (
            "one member, and another is off",
            administrator(
                on(),
                vec![member(denied()), member(with_code(3, Status::Disabled))],
            ),
            Failed,
            vec![],
            vec![(2, "unreadable"), (3, "disabled")],
        ),
        (
            "one that is a member no more",
            administrator(
                on(),
                vec![Member {
                    relationship: RelationshipStatus::Resigned,
                    ..member(denied())
                }],
            ),
            Passed,
            vec![],
            vec![],
        ),
        (
            "three members for two causes",
            administrator(
                on(),
                vec![
                    member(denied()),
                    member(unread(3, UnreadableCause::AccountUnavailable)),
                    member(unread(4, UnreadableCause::AccessDenied)),
                ],
            ),
            Warning,
            vec![
                ReasonCode::ConfigAccessDenied,
                ReasonCode::ConfigRuleEvaluationError,
            ],
            vec![(2, "unreadable"), (3, "unreadable"), (4, "unreadable")],
        ),
        (
            "the members",
            no_members(on()),
            NotAvailable,
            vec![ReasonCode::InternalServiceError],
            vec![],
        ),
        (
            "the members, and the administrator is off",
            no_members(off()),
            Failed,
            vec![],
            vec![(1, "disabled")],
        ),
        (
            "the account itself",
            in_region(
                region,
                unread(1, UnreadableCause::Throttled),
                Ok(Role::Standalone),
            ),
            NotAvailable,
            vec![ReasonCode::ThrottlingError],
            vec![(1, "unreadable")],
        ),
        (
            "the role, so that an account that is off may be a member",
            in_region(
                region,
                off(),
                Err(unreadable(UnreadableCause::AccessDenied)),
            ),
            NotAvailable,
            vec![ReasonCode::ConfigAccessDenied],
            vec![],
        ),
    ] {
        assert_eq!(code_scanning(&facts), (status, reasons, accounts), "{name}");
    }
}

/// The documentation's sentences, one after the other, without regard to the order of accounts or to speed.
fn reference(control: ControlId, facts: &RegionFacts) -> Option<ComplianceStatus> {
    let scan = control.scan_type();
    // "This feature is available in specific AWS Regions only."
    if !control.exists_in(&facts.region) {
        return None;
    }
    let enabled = |a: &AccountFacts| a.scans.as_ref().ok().map(|s| s[scan] == Status::Enabled);
    let role = match &facts.role {
        Ok(role) => role,
        Err(_) => return Some(ComplianceStatus::NotAvailable),
    };
    let everyone: Vec<&AccountFacts> = match role {
        // "For a standalone account, the control fails if scanning is disabled in the account."
        Role::Standalone => vec![&facts.caller],
        // "The control generates findings in only the delegated administrator account."
        Role::Member { .. } => return None,
        // "... fails if the delegated administrator account and all member accounts don't have it enabled", and
        // "... if the delegated administrator has a suspended member account that doesn't have it enabled": so
        // suspended members count like all others.
        Role::DelegatedAdministrator { members, .. } => std::iter::once(&facts.caller)
            .chain(
                members
                    .iter()
                    .flatten()
                    .filter(|m| m.relationship.is_member())
                    .map(|m| &m.account),
            )
            .collect(),
    };
    let lacks_it = everyone.iter().any(|a| enabled(a) == Some(false));
    let has_it = everyone.iter().all(|a| enabled(a) == Some(true));
    let no_list = matches!(
        role,
        Role::DelegatedAdministrator {
            members: Err(_),
            ..
        }
    );
    Some(if lacks_it {
        ComplianceStatus::Failed
    } else if has_it && !no_list {
        ComplianceStatus::Passed
    } else if no_list || facts.caller.scans.is_err() {
        // "The check can't be completed because a server failed."
        ComplianceStatus::NotAvailable
    } else {
        // "Can't determine whether the resource is in a PASSED or FAILED state."
        ComplianceStatus::Warning
    })
}

fn any_unreadable() -> impl Strategy<Value = Unreadable> {
    prop_oneof![
        Just(UnreadableCause::AccessDenied),
        Just(UnreadableCause::Throttled),
        Just(UnreadableCause::ServiceError),
        Just(UnreadableCause::AccountUnavailable),
    ]
    .prop_map(unreadable)
}

fn any_status() -> impl Strategy<Value = Status> {
    prop_oneof![4 => Just(Status::Enabled), 1 => prop::sample::select(&STATUSES)]
}

fn any_account(number: u64) -> impl Strategy<Value = AccountFacts> {
    let scans = (any_status(), any_status(), any_status(), any_status()).prop_map(
        |(ec2, ecr, lambda, lambda_code)| {
            ScanStates::all(Status::Disabled)
                .with(ResourceScanType::Ec2, ec2)
                .with(ResourceScanType::Ecr, ecr)
                .with(ResourceScanType::Lambda, lambda)
                .with(ResourceScanType::LambdaCode, lambda_code)
        },
    );
    prop_oneof![9 => scans.prop_map(Ok), 1 => any_unreadable().prop_map(Err)].prop_map(
        move |scans| AccountFacts {
            id: account(number),
            scans,
        },
    )
}

fn any_member(number: u64) -> impl Strategy<Value = Member> {
    use RelationshipStatus::{
        AccountSuspended, Created, Deleted, Disabled, Enabled, Invited, RegionDisabled, Removed,
        Resigned,
    };
    let relationships = vec![
        Enabled,
        Enabled,
        Enabled,
        Created,
        Invited,
        Disabled,
        Removed,
        Resigned,
        Deleted,
        RegionDisabled,
        AccountSuspended,
    ];
    (
        any_account(number),
        prop::sample::select(relationships),
        prop::bool::weighted(0.2),
    )
        .prop_map(|(account, relationship, suspended)| Member {
            account,
            relationship,
            suspended,
        })
}

fn any_role() -> impl Strategy<Value = Result<Role, Unreadable>> {
    let members = (0u64..6).prop_flat_map(|n| (2..2 + n).map(any_member).collect::<Vec<_>>());
    let members = prop_oneof![9 => members.prop_map(Ok), 1 => any_unreadable().prop_map(Err)];
    prop_oneof![
        2 => Just(Ok(Role::Standalone)),
        1 => Just(Ok(Role::Member { administrator: account(99) })),
        6 => members.prop_map(|members| Ok(Role::DelegatedAdministrator {
            members,
            auto_enable: Ok(AutoEnable::default()),
        })),
        1 => any_unreadable().prop_map(Err),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_evaluation_agrees_with_the_documentation(
        region in prop::sample::select(vec!["us-east-1", "us-west-1", "eu-south-2"]),
        caller in any_account(1),
        role in any_role(),
    ) {
        let facts = in_region(region, caller, role);
        for (control, evaluation) in evaluate_all(&facts) {
            let expected = reference(control, &facts);
            match evaluation {
                Evaluation::Absent(_) => prop_assert_eq!(None, expected),
                Evaluation::Checked(check) => {
                    prop_assert_eq!(Some(check.status), expected);
                    // Whoever keeps the control from passing is named, and nobody else.
                    prop_assert_eq!(
                        check.status == ComplianceStatus::Failed,
                        check.accounts.iter().any(|a| a.cause.fails())
                    );
                    prop_assert_eq!(
                        matches!(check.status, ComplianceStatus::Warning | ComplianceStatus::NotAvailable),
                        !check.reasons.is_empty()
                    );
                    if check.status == ComplianceStatus::Passed {
                        prop_assert!(check.accounts.is_empty());
                    }
                }
            }
        }
    }
}
