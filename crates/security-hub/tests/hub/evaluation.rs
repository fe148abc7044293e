//! Checks of the controls over this server's own state.

use std::collections::BTreeMap;

use serde_json::json;
use shindan_control::definition::{ControlId, Standard};
use shindan_control::evaluate::ComplianceStatus;
use shindan_control::facts::RegionFacts;
use shindan_control::finding::{RecordState, WorkflowStatus};
use shindan_inspector::{
    AccountSettings, AutoEnable, Member, Relation, RelationshipStatus, ResourceScanType, Standing,
    Status, Timestamp,
};
use shindan_security_hub::asff::check;
use shindan_security_hub::evaluation::{
    Change, ChangeKind, StoredControl, archive_stale, evaluate, region_facts,
};
use shindan_security_hub::standards::{ControlSetting, Settings};
use shindan_security_hub::update::Update;

use crate::model;
use crate::sample::{account, now, tokyo};

fn settings_of(statuses: &[(ResourceScanType, Status)]) -> AccountSettings {
    let mut settings = AccountSettings::default();
    for (scan, status) in statuses {
        settings.set(*scan, *status);
    }
    settings
}

fn alone(statuses: &[(ResourceScanType, Status)]) -> RegionFacts {
    let settings = BTreeMap::from([(account(1), settings_of(statuses))]);
    region_facts(
        &tokyo(),
        account(1),
        Standing::STANDALONE,
        &settings,
        &[],
        AutoEnable::default(),
    )
}

/// What is stored, after changes.
fn store(stored: &mut Vec<StoredControl>, changes: &[Change]) {
    for change in changes {
        let shown = change.finding.shown.finding.clone().into_value();
        check(shown.clone()).expect("within the format");
        model::hold("AwsSecurityFinding", &shown);
        stored.retain(|known| known.control.id() != change.finding.control.id());
        stored.push(change.finding.clone());
    }
}

fn of(stored: &[StoredControl], control: ControlId) -> &StoredControl {
    stored
        .iter()
        .find(|known| known.control.id().control == control)
        .expect("a finding")
}

fn hours(hours: i64) -> Timestamp {
    now().plus_millis(hours * 3_600_000)
}

#[test]
fn the_loop_of_a_control_runs_here() {
    let settings = Settings::with_defaults(now());
    let mut stored = Vec::new();
    let code = ControlId::Inspector3;

    let changes = evaluate(&alone(&[]), &settings, &stored, now());
    assert_eq!(
        changes.iter().map(|c| c.kind).collect::<Vec<_>>(),
        [ChangeKind::New; 4]
    );
    store(&mut stored, &changes);
    let failed = of(&stored, code).shown.finding.clone();
    assert_eq!(failed.compliance(), Some(ComplianceStatus::Failed));
    assert_eq!(failed.workflow(), WorkflowStatus::New);

    // Somebody is told; the next check changes nothing about that.
    let notify = Update::parse(
        &json!({ "Workflow": { "Status": "NOTIFIED" }, "Note": { "Text": "asked", "UpdatedBy": "me" } }),
    );
    let at = stored
        .iter()
        .position(|known| known.control.id().control == code)
        .expect("a finding");
    stored[at].shown = notify
        .expect("an update")
        .apply(&stored[at].shown, hours(1))
        .expect("fits");
    let changes = evaluate(&alone(&[]), &settings, &stored, hours(12));
    store(&mut stored, &changes);
    let told = &of(&stored, code).shown.finding;
    assert_eq!(told.workflow(), WorkflowStatus::Notified);
    assert_eq!(told.text(&["Note", "Text"]), Some("asked"));

    // It is being enabled, which is not enabled; then it is.
    let both = |status| {
        [
            (ResourceScanType::Lambda, status),
            (ResourceScanType::LambdaCode, status),
        ]
    };
    for (status, compliance, workflow) in [
        (
            Status::Enabling,
            ComplianceStatus::Failed,
            WorkflowStatus::Notified,
        ),
        (
            Status::Enabled,
            ComplianceStatus::Passed,
            WorkflowStatus::Resolved,
        ),
        (
            Status::Disabled,
            ComplianceStatus::Failed,
            WorkflowStatus::New,
        ),
    ] {
        let changes = evaluate(&alone(&both(status)), &settings, &stored, hours(24));
        store(&mut stored, &changes);
        let finding = &of(&stored, code).shown.finding;
        assert_eq!(
            (finding.compliance(), finding.workflow()),
            (Some(compliance), workflow),
            "{status}"
        );
        assert_eq!(finding.identifier(), failed.identifier());
        assert_eq!(finding.text(&["CreatedAt"]), failed.text(&["CreatedAt"]));
    }
    assert_eq!(stored.len(), 4);
}

#[test]
fn a_suppressed_finding_stays_suppressed_through_all_checks() {
    let settings = Settings::with_defaults(now());
    let mut stored = Vec::new();
    store(&mut stored, &evaluate(&alone(&[]), &settings, &[], now()));
    let suppress =
        Update::parse(&json!({ "Workflow": { "Status": "SUPPRESSED" } })).expect("an update");
    for known in &mut stored {
        known.shown = suppress.apply(&known.shown, hours(1)).expect("fits");
    }
    for (hour, status) in [
        (12, Status::Enabled),
        (24, Status::Disabled),
        (36, Status::Enabled),
    ] {
        let facts = alone(&[(ResourceScanType::Lambda, status)]);
        let changes = evaluate(&facts, &settings, &stored, hours(hour));
        store(&mut stored, &changes);
        let suppressed = stored.iter().all(|known| {
            known.shown.finding.workflow() == WorkflowStatus::Suppressed
                && known.control.workflow() == WorkflowStatus::Suppressed
        });
        assert!(suppressed, "after {hour} hours");
    }
}

#[test]
fn a_control_that_nobody_asks_for_is_archived_once_and_comes_back() {
    let mut settings = Settings::with_defaults(now());
    let mut stored = Vec::new();
    store(&mut stored, &evaluate(&alone(&[]), &settings, &[], now()));
    let control = ControlId::Inspector4;
    let setting = ControlSetting {
        enabled: false,
        reason: Some("not here".to_owned()),
        updated_at: now(),
    };
    settings
        .controls
        .insert((Standard::FoundationalBestPractices, control), setting);
    let changes = evaluate(&alone(&[]), &settings, &stored, hours(1));
    let archived: Vec<_> = changes
        .iter()
        .filter(|c| c.kind == ChangeKind::Archived)
        .collect();
    assert_eq!(archived.len(), 1);
    store(&mut stored, &changes);
    assert_eq!(
        of(&stored, control).shown.finding.record_state(),
        RecordState::Archived
    );
    let again = evaluate(&alone(&[]), &settings, &stored, hours(2));
    assert!(
        again
            .iter()
            .all(|c| c.finding.control.id().control != control)
    );
    settings.controls.clear();
    let changes = evaluate(&alone(&[]), &settings, &stored, hours(3));
    store(&mut stored, &changes);
    let back = &of(&stored, control).shown.finding;
    assert_eq!(
        (back.record_state(), back.workflow()),
        (RecordState::Active, WorkflowStatus::New)
    );
}

#[test]
fn only_the_delegated_administrator_has_findings() {
    let enabled = settings_of(&[(ResourceScanType::Lambda, Status::Enabled)]);
    let member = |number, relationship| Member {
        account: account(number),
        administrator: Some(account(1)),
        relationship,
        updated_at: now(),
    };
    let members = [
        member(3, RelationshipStatus::Removed),
        member(2, RelationshipStatus::Enabled),
    ];
    let settings = Settings::with_defaults(now());
    let standing = |relation| Standing {
        management: false,
        relation,
    };
    let facts = |scans: &BTreeMap<_, _>, number, relation| {
        region_facts(
            &tokyo(),
            account(number),
            standing(relation),
            scans,
            &members,
            AutoEnable::default(),
        )
    };
    let status = |scans: &BTreeMap<_, _>| {
        let changes = evaluate(
            &facts(scans, 1, Relation::Administrator),
            &settings,
            &[],
            now(),
        );
        changes
            .iter()
            .find(|c| c.finding.control.id().control == ControlId::Inspector4)
            .map(|c| c.finding.control.status())
    };
    let mut scans = BTreeMap::from([(account(1), enabled)]);
    assert_eq!(
        status(&scans),
        Some(ComplianceStatus::Failed),
        "a member lacks it"
    );
    scans.insert(account(2), enabled);
    assert_eq!(
        status(&scans),
        Some(ComplianceStatus::Passed),
        "the one that was removed does not count"
    );
    let of_member = evaluate(
        &facts(&scans, 2, Relation::Member(account(1))),
        &settings,
        &[],
        now(),
    );
    assert!(of_member.is_empty());

    // One who stood alone and joins: its findings are archived.
    let mut stored = Vec::new();
    store(&mut stored, &evaluate(&alone(&[]), &settings, &[], now()));
    let joined = facts(&scans, 1, Relation::Member(account(9)));
    let changes = evaluate(&joined, &settings, &stored, hours(1));
    assert_eq!(
        changes
            .iter()
            .filter(|c| c.kind == ChangeKind::Archived)
            .count(),
        4
    );
}

#[test]
fn what_is_not_checked_for_days_is_archived() {
    let settings = Settings::with_defaults(now());
    let stored: Vec<_> = evaluate(&alone(&[]), &settings, &[], now())
        .into_iter()
        .map(|c| c.finding)
        .collect();
    assert!(archive_stale(&stored, hours(119)).is_empty());
    assert_eq!(archive_stale(&stored, hours(120)).len(), 4);
}
