//! Plans: which calls in which order, and what is said about the rest.

use std::collections::BTreeSet;

use shindan_control::definition::ControlId;
use shindan_control::facts::{
    AccountFacts, Member, RegionFacts, Role, ScanStates, Unreadable, UnreadableCause,
};
use shindan_control::plan::{Goal, MAX_ACCOUNTS, PlanNote, Step, plan};
use shindan_inspector::{AccountId, AutoEnable, RelationshipStatus, ResourceScanType, Status};

fn account(number: u64) -> AccountId {
    format!("{number:012}").parse().expect("twelve digits")
}

fn facts_of(number: u64, lambda: Status, lambda_code: Status) -> AccountFacts {
    AccountFacts {
        id: account(number),
        scans: Ok(ScanStates::all(Status::Disabled)
            .with(ResourceScanType::Ec2, Status::Enabled)
            .with(ResourceScanType::Lambda, lambda)
            .with(ResourceScanType::LambdaCode, lambda_code)),
    }
}

fn on(number: u64) -> AccountFacts {
    facts_of(number, Status::Enabled, Status::Enabled)
}

fn off(number: u64) -> AccountFacts {
    facts_of(number, Status::Disabled, Status::Disabled)
}

fn member(account: AccountFacts) -> Member {
    Member {
        account,
        relationship: RelationshipStatus::Enabled,
        suspended: false,
    }
}

fn unreadable() -> Unreadable {
    Unreadable {
        cause: UnreadableCause::AccessDenied,
        message: "not allowed".to_owned(),
    }
}

fn organization(caller: AccountFacts, members: Vec<Member>) -> RegionFacts {
    RegionFacts {
        region: "ap-northeast-1".parse().expect("a Region"),
        caller,
        role: Ok(Role::DelegatedAdministrator {
            members: Ok(members),
            auto_enable: Ok(AutoEnable {
                ec2: true,
                ..AutoEnable::default()
            }),
        }),
    }
}

fn standalone(region: &str, caller: AccountFacts) -> RegionFacts {
    RegionFacts {
        region: region.parse().expect("a Region"),
        caller,
        role: Ok(Role::Standalone),
    }
}

fn code_scanning() -> Goal {
    Goal::for_controls([ControlId::Inspector3], true)
}

fn both() -> BTreeSet<ResourceScanType> {
    [ResourceScanType::Lambda, ResourceScanType::LambdaCode].into()
}

fn enable(numbers: &[u64]) -> Step {
    Step::Enable {
        accounts: numbers.iter().map(|n| account(*n)).collect(),
        types: both(),
    }
}

fn wait(numbers: &[u64]) -> Step {
    Step::WaitUntilEnabled {
        accounts: numbers.iter().map(|n| account(*n)).collect(),
    }
}

fn auto_enable() -> Step {
    Step::UpdateOrganizationConfiguration {
        auto_enable: AutoEnable {
            ec2: true,
            ecr: false,
            lambda: true,
            lambda_code: true,
            code_repository: false,
        },
    }
}

#[test]
fn code_scanning_brings_standard_scanning_along_and_comes_after_it() {
    let types: Vec<_> = code_scanning().types().iter().copied().collect();
    assert_eq!(
        types,
        [ResourceScanType::Lambda, ResourceScanType::LambdaCode]
    );
    let standard = Goal::for_controls([ControlId::Inspector4], true);
    assert_eq!(
        standard.types(),
        &BTreeSet::from([ResourceScanType::Lambda])
    );
}

#[test]
fn a_standalone_account_is_enabled_and_waited_for() {
    let plan = plan(&standalone("us-east-1", off(1)), &code_scanning());
    assert_eq!(plan.steps, [enable(&[1]), wait(&[1])]);
    assert_eq!(plan.notes, []);
}

#[test]
fn what_is_as_wanted_needs_nothing() {
    assert_eq!(
        plan(&standalone("us-east-1", on(1)), &code_scanning()).steps,
        []
    );
}

#[test]
fn what_is_being_enabled_is_only_waited_for() {
    let enabling = facts_of(1, Status::Enabled, Status::Enabling);
    assert_eq!(
        plan(&standalone("us-east-1", enabling), &code_scanning()).steps,
        [wait(&[1])]
    );
}

#[test]
fn what_is_being_disabled_is_enabled_again() {
    let disabling = facts_of(1, Status::Enabled, Status::Disabling);
    let plan = plan(&standalone("us-east-1", disabling), &code_scanning());
    assert_eq!(plan.steps, [enable(&[1]), wait(&[1])]);
}

#[test]
fn an_administrator_enables_itself_then_members_then_what_new_members_get() {
    let members = vec![member(off(2)), member(on(3)), member(off(4))];
    let plan = plan(&organization(off(9), members), &code_scanning());
    assert_eq!(
        plan.steps,
        [
            enable(&[9]),
            enable(&[2, 4]),
            auto_enable(),
            wait(&[9, 2, 4])
        ]
    );
}

#[test]
fn new_members_are_left_alone_when_nobody_asked() {
    let goal = Goal::for_controls([ControlId::Inspector3], false);
    assert_eq!(plan(&organization(on(9), vec![]), &goal).steps, []);
}

#[test]
fn members_come_in_batches() {
    let many = 2 * MAX_ACCOUNTS as u64 + 1;
    let members = (0..many).map(|n| member(off(n))).collect();
    let plan = plan(&organization(on(999), members), &code_scanning());
    let batches: Vec<usize> = plan
        .steps
        .iter()
        .filter_map(|step| match step {
            Step::Enable { accounts, .. } => Some(accounts.len()),
            _ => None,
        })
        .collect();
    assert_eq!(batches, [100, 100, 1]);
}

#[test]
fn suspended_members_without_the_type_are_disassociated_and_those_with_it_left() {
    let suspended = |facts| Member {
        suspended: true,
        ..member(facts)
    };
    let stopped = facts_of(5, Status::Suspended, Status::Disabled);
    let members = vec![
        suspended(off(2)),
        suspended(on(3)),
        Member {
            relationship: RelationshipStatus::AccountSuspended,
            ..member(off(4))
        },
        member(stopped),
        Member {
            relationship: RelationshipStatus::Removed,
            ..suspended(off(6))
        },
    ];
    let plan = plan(&organization(on(9), members), &code_scanning());
    let disassociate = |n| Step::Disassociate {
        account: account(n),
    };
    assert_eq!(
        plan.steps,
        [
            auto_enable(),
            disassociate(2),
            disassociate(4),
            disassociate(5)
        ]
    );
}

#[test]
fn a_region_without_code_scanning_gets_standard_scanning_and_a_note() {
    let facts = standalone("ap-south-1", off(1));
    let plan = plan(&facts, &code_scanning());
    assert_eq!(plan.types, BTreeSet::from([ResourceScanType::Lambda]));
    assert_eq!(plan.steps.len(), 2);
    assert_eq!(
        plan.notes,
        [PlanNote::NoCodeScanning {
            region: facts.region
        }]
    );
    assert!(plan.notes[0].to_string().contains("only standard scanning"));
}

#[test]
fn a_member_is_told_whom_to_ask() {
    let mut facts = standalone("us-east-1", off(1));
    facts.role = Ok(Role::Member {
        administrator: account(9),
    });
    let plan = plan(&facts, &code_scanning());
    assert_eq!(plan.steps, []);
    assert_eq!(
        plan.notes,
        [PlanNote::AskAdministrator {
            administrator: account(9)
        }]
    );
}

#[test]
fn nothing_is_done_on_what_is_not_known() {
    let mut no_role = standalone("us-east-1", off(1));
    no_role.role = Err(unreadable());
    let no_role = plan(&no_role, &code_scanning());
    assert_eq!(
        (no_role.steps, no_role.notes),
        (vec![], vec![PlanNote::RoleUnreadable(unreadable())])
    );

    let mut no_settings = organization(off(9), vec![]);
    no_settings.role = Ok(Role::DelegatedAdministrator {
        members: Err(unreadable()),
        auto_enable: Err(unreadable()),
    });
    let no_settings = plan(&no_settings, &code_scanning());
    assert_eq!(no_settings.steps, [enable(&[9]), wait(&[9])]);
    assert_eq!(
        no_settings.notes,
        [
            PlanNote::MembersUnreadable(unreadable()),
            PlanNote::AutoEnableUnreadable(unreadable())
        ]
    );

    let unread = |n| AccountFacts {
        id: account(n),
        scans: Err(unreadable()),
    };
    let suspended = Member {
        suspended: true,
        ..member(unread(3))
    };
    let unknown = organization(on(9), vec![member(unread(2)), suspended]);
    let unknown = plan(
        &unknown,
        &Goal::for_controls([ControlId::Inspector3], false),
    );
    assert_eq!(
        unknown.steps,
        [enable(&[2]), wait(&[2])],
        "enabling twice does no harm"
    );
    assert_eq!(
        unknown.notes,
        [
            PlanNote::StatusUnreadable {
                account: account(2),
                why: unreadable()
            },
            PlanNote::SuspendedUnreadable {
                account: account(3),
                why: unreadable()
            },
        ]
    );
}
