//! Checks of the controls over this server's own state: which control findings are to be written.
//!
//! The service runs [`evaluate`] for every account with a hub, every [`PERIOD`] and at once after a change of what it
//! depends on: scan types, members, subscriptions, controls. It is `control`'s evaluation with what surrounds it here: which
//! standards ask for a control, what is stored already, and what customers have set of it.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use shindan_control::definition::ControlId;
use shindan_control::evaluate::{self, Evaluation};
use shindan_control::facts::{self, AccountFacts, RegionFacts, Role, ScanStates};
use shindan_control::finding::{ArchivalReason, ControlFinding, FindingId};
use shindan_inspector::{
    AccountId, AccountSettings, AutoEnable, Member, Region, Relation, ResourceScanType, Standing,
    Status, Timestamp,
};

use crate::asff::{Finding, object};
use crate::import::{Imported, Importer, Stored, merge};
use crate::standards::Settings;
use crate::time::moment;

/// How often the controls are checked when nothing has changed.
pub const PERIOD: SignedDuration = SignedDuration::from_hours(12);

/// A control finding that is stored: what `control` knows of it, and what GetFindings shows.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredControl {
    /// As `control` keeps it.
    pub control: ControlFinding,
    /// As it is shown.
    pub shown: Stored,
}

/// A control finding to be written.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// What happened to it.
    pub kind: ChangeKind,
    /// What it is now.
    pub finding: StoredControl,
}

/// What happened to a control finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// The first check.
    New,
    /// A later check.
    Updated,
    /// It is not checked any more.
    Archived,
}

/// Checks all controls of an account in a Region. `stored` are its control findings.
#[must_use]
pub fn evaluate(
    facts: &RegionFacts,
    settings: &Settings,
    stored: &[StoredControl],
    now: Timestamp,
) -> Vec<Change> {
    let check = |control| {
        let id = FindingId {
            account: facts.caller.id,
            region: facts.region.clone(),
            control,
        };
        let known = stored.iter().find(|known| *known.control.id() == id);
        let standards = settings.standards_of(control);
        if standards.is_empty() {
            return archive(known?, ArchivalReason::ControlDisabled, now);
        }
        match evaluate::evaluate(control, facts) {
            Evaluation::Absent(_) => archive(known?, ArchivalReason::NotApplicable, now),
            Evaluation::Checked(check) => match known {
                None => {
                    let finding = ControlFinding::new(id, &check, standards, moment(now));
                    change(ChangeKind::New, finding, None, now)
                }
                Some(known) => {
                    let mut finding = current(known);
                    finding.update(&check, standards, moment(now));
                    change(ChangeKind::Updated, finding, Some(known), now)
                }
            },
        }
    };
    ControlId::ALL.into_iter().filter_map(check).collect()
}

/// Archives control findings that were not checked for days, as those of an account whose hub was disabled.
#[must_use]
pub fn archive_stale(stored: &[StoredControl], now: Timestamp) -> Vec<Change> {
    let stale = stored
        .iter()
        .filter(|known| known.control.is_stale(moment(now)));
    stale
        .filter_map(|known| archive(known, ArchivalReason::NotUpdated, now))
        .collect()
}

fn archive(known: &StoredControl, reason: ArchivalReason, now: Timestamp) -> Option<Change> {
    if known.control.record_state() == shindan_control::finding::RecordState::Archived {
        return None;
    }
    let mut finding = current(known);
    finding.archive(reason, moment(now));
    change(ChangeKind::Archived, finding, Some(known), now)
}

/// The finding with the state that customers gave it since the last check. When they did is not kept; the least moment after
/// that check does, because the check at hand has to come later still.
fn current(known: &StoredControl) -> ControlFinding {
    let mut finding = known.control.clone();
    let shown = known.shown.finding.workflow();
    if shown != finding.workflow() {
        let checked_at = finding.updated_at();
        finding.set_workflow(shown, None, checked_at);
    }
    finding
}

fn change(
    kind: ChangeKind,
    control: ControlFinding,
    known: Option<&StoredControl>,
    now: Timestamp,
) -> Option<Change> {
    let asff = Finding::trusted(object(control.to_asff()));
    let shown = match merge(
        known.map(|known| &known.shown),
        asff,
        Importer::Service,
        now,
    ) {
        Imported::New(shown) | Imported::Updated(shown) => shown,
        Imported::Ignored => return None,
    };
    Some(Change {
        kind,
        finding: StoredControl { control, shown },
    })
}

/// The facts about Inspector in a Region as this server knows them, for one account.
///
/// `settings` holds what accounts have switched on; those that are missing have nothing on. `members` are the accounts of the
/// organisation and matter for its delegated administrator alone, as `auto_enable` does.
#[must_use]
pub fn region_facts(
    region: &Region,
    account: AccountId,
    standing: Standing,
    settings: &BTreeMap<AccountId, AccountSettings>,
    members: &[Member],
    auto_enable: AutoEnable,
) -> RegionFacts {
    let facts_of = |account: AccountId| AccountFacts {
        id: account,
        scans: Ok(scan_states(settings.get(&account))),
    };
    let role = match standing.relation {
        Relation::Standalone => Role::Standalone,
        Relation::Member(administrator) => Role::Member { administrator },
        Relation::Administrator => {
            let own = members
                .iter()
                .filter(|member| member.administrator == Some(account));
            let mut members: Vec<_> = own
                .map(|member| facts::Member {
                    account: facts_of(member.account),
                    relationship: member.relationship,
                    suspended: settings
                        .get(&member.account)
                        .is_some_and(|settings| settings.suspended),
                })
                .collect();
            members.sort_by_key(|member| member.account.id);
            Role::DelegatedAdministrator {
                members: Ok(members),
                auto_enable: Ok(auto_enable),
            }
        }
    };
    RegionFacts {
        region: region.clone(),
        caller: facts_of(account),
        role: Ok(role),
    }
}

fn scan_states(settings: Option<&AccountSettings>) -> ScanStates {
    let all = ScanStates::all(Status::Disabled);
    settings.map_or(all, |settings| {
        ResourceScanType::ALL.iter().fold(all, |states, &scan| {
            states.with(scan, settings.status_of(scan))
        })
    })
}
