//! Who may do what, and the organisation.

use serde_json::json;
use shindan_inspector::{Relation, Role};
use shindan_security_hub::aggregator::{Aggregator, Linking};
use shindan_security_hub::members::{HubAction, MemberStatus, already_subscribed, may};
use shindan_security_hub::{
    AggregatorArn, Hub, HubArn, HubMember, HubOperation, HubOrganization, HubStanding,
};

use crate::model;
use crate::sample::{account, now, tokyo};

fn standing(enabled: bool, management: bool, relation: Relation) -> HubStanding {
    HubStanding {
        enabled,
        management,
        relation,
    }
}

#[test]
fn what_an_account_may_do_depends_on_where_it_stands() {
    let member = Relation::Member(account(2));
    for (action, standing, error) in [
        (
            HubAction::Read,
            standing(false, false, Relation::Standalone),
            Some("InvalidAccessException"),
        ),
        (
            HubAction::Enable,
            standing(false, false, Relation::Standalone),
            None,
        ),
        (
            HubAction::Designate,
            standing(false, true, Relation::Standalone),
            None,
        ),
        (
            HubAction::Designate,
            standing(true, false, Relation::Administrator),
            Some("AccessDeniedException"),
        ),
        (
            HubAction::ReadDesignation,
            standing(true, false, member),
            Some("InvalidAccessException"),
        ),
        (
            HubAction::ReadDesignation,
            standing(true, false, Relation::Administrator),
            None,
        ),
        (
            HubAction::ReadMembers,
            standing(true, false, Relation::Administrator),
            None,
        ),
        (
            HubAction::ReadMembers,
            standing(true, false, member),
            Some("InvalidAccessException"),
        ),
        (
            HubAction::ReadOrganization,
            standing(true, false, Relation::Administrator),
            None,
        ),
        (
            HubAction::ReadOrganization,
            standing(true, false, Relation::Standalone),
            Some("InvalidAccessException"),
        ),
        (
            HubAction::ChangeMembers,
            standing(true, false, Relation::Standalone),
            Some("InvalidAccessException"),
        ),
        (
            HubAction::ChangeMembers,
            standing(true, false, Relation::Administrator),
            None,
        ),
        (
            HubAction::Disable,
            standing(true, false, Relation::Administrator),
            Some("AccessDeniedException"),
        ),
        (HubAction::Disable, standing(true, false, member), None),
        (
            HubAction::Disable,
            standing(false, false, member),
            Some("InvalidAccessException"),
        ),
        (
            HubAction::Aggregate,
            standing(true, false, member),
            Some("AccessDeniedException"),
        ),
        (
            HubAction::Aggregate,
            standing(true, false, Relation::Standalone),
            None,
        ),
        (
            HubAction::Leave,
            standing(true, false, member),
            Some("AccessDeniedException"),
        ),
        (
            HubAction::Leave,
            standing(true, false, Relation::Standalone),
            Some("ResourceNotFoundException"),
        ),
        (
            HubAction::UpdateFindings,
            standing(true, false, member),
            None,
        ),
        (HubAction::Import, standing(true, false, member), None),
    ] {
        let answer = may(Role::Administrator, standing, account(1), action);
        assert_eq!(
            answer.err().map(|error| error.kind.name()),
            error,
            "{action:?} {standing:?}"
        );
    }
}

#[test]
fn a_read_only_key_reads_and_a_scanner_does_not_even_that() {
    for relation in [Relation::Administrator, Relation::Standalone] {
        for operation in HubOperation::ALL {
            let standing = standing(true, true, relation);
            let action = operation.action();
            let reads = match action {
                HubAction::Read | HubAction::ReadMembers | HubAction::ReadDesignation => true,
                HubAction::ReadOrganization => relation == Relation::Administrator,
                _ => false,
            };
            assert_eq!(
                may(Role::ReadOnly, standing, account(1), action).is_ok(),
                reads,
                "{operation}"
            );
            assert!(
                may(Role::Scanner, standing, account(1), action).is_err(),
                "{operation}"
            );
        }
    }
    let standing = standing(true, true, Relation::Standalone);
    assert!(
        may(
            Role::DelegatedAdministrator,
            standing,
            account(1),
            HubAction::Designate
        )
        .is_err()
    );
}

#[test]
fn there_is_one_administrator_at_a_time() {
    let organization = HubOrganization::default();
    assert!(organization.designate(account(1), false).is_err());
    let organization = organization
        .designate(account(1), true)
        .expect("designated");
    assert_eq!(organization.designate(account(1), true), Ok(organization));
    assert!(organization.designate(account(2), true).is_err());
    assert!(organization.dismiss(account(2)).is_err());
    let configured =
        organization.configure(&json!({ "AutoEnable": true, "AutoEnableStandards": "NONE" }));
    let configured = configured.expect("configured");
    assert!(configured.auto_enable);
    for body in [
        json!({}),
        json!({ "AutoEnable": true, "AutoEnableStandards": "SOME" }),
        json!({ "AutoEnable": true, "OrganizationConfiguration": { "ConfigurationType": "CENTRAL" } }),
    ] {
        assert!(organization.configure(&body).is_err(), "{body}");
    }
    let dismissed = configured.dismiss(account(1)).expect("dismissed");
    assert_eq!(
        (dismissed.administrator, dismissed.auto_enable),
        (None, false)
    );
    model::hold(
        "DescribeOrganizationConfigurationResponse",
        &configured.to_json(3),
    );
    model::hold("AdminAccounts", &configured.administrators().into());
}

#[test]
fn members_come_and_go() {
    let create = |known, existing: Option<&HubMember>, number| {
        HubMember::create(
            known,
            existing,
            account(1),
            account(number),
            Some("a@example.com".to_owned()),
            now(),
        )
    };
    assert!(create(true, None, 1).is_err());
    assert!(create(false, None, 2).is_err());
    let member = create(true, None, 2).expect("a member");
    assert_eq!(create(true, Some(&member), 2), Ok(member.clone()));
    assert!(member.delete(account(1)).is_err(), "it is associated");
    assert!(member.clone().disassociate(account(3), now()).is_err());
    let organization = HubOrganization::default()
        .designate(account(1), true)
        .expect("designated");
    let standing = |member: &HubMember| {
        HubStanding::of(account(2), true, false, &organization, Some(member)).relation
    };
    assert_eq!(standing(&member), Relation::Member(account(1)));
    model::hold("Member", &member.to_json());
    model::hold("Invitation", &member.administrator_to_json());
    let removed = member
        .disassociate(account(1), now())
        .expect("disassociated");
    assert_eq!(removed.status, MemberStatus::Removed);
    assert_eq!(standing(&removed), Relation::Standalone);
    assert!(removed.clone().disassociate(account(1), now()).is_err());
    assert!(removed.delete(account(1)).is_ok() && removed.delete(account(3)).is_err());
    let again = create(true, Some(&removed), 2).expect("a member");
    assert_eq!(again.status, MemberStatus::Enabled);
}

#[test]
fn hubs_and_aggregators_have_the_apis_shapes() {
    let hub = Hub {
        arn: HubArn {
            region: tokyo(),
            account: account(1),
        },
        subscribed_at: now(),
        auto_enable_controls: true,
        tags: [("team".to_owned(), "security".to_owned())].into(),
    };
    model::hold("DescribeHubResponse", &hub.to_json());
    let linked = shindan_inspector::Region::parse("us-east-1").expect("a Region");
    for linking in [
        Linking::All,
        Linking::None,
        Linking::Only(vec![linked.clone()]),
        Linking::Except(vec![linked]),
    ] {
        let id = "12345678-1234-1234-1234-123456789abc".to_owned();
        let arn = AggregatorArn {
            region: tokyo(),
            account: account(1),
            id,
        };
        model::hold(
            "GetFindingAggregatorResponse",
            &Aggregator { arn, linking }.to_json(),
        );
    }
    let error = already_subscribed();
    assert_eq!(
        (error.kind.status(), error.kind.name()),
        (409, "ResourceConflictException")
    );
}
