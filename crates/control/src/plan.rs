//! From what is and what is wanted to the calls that lead there.
//!
//! A [`Plan`] is for one Region and is a pure function of its facts, so planning again after any part of it was carried
//! out gives what is left. Its order:
//!
//! 1. the caller's own account, because members can only be enabled from an administrator that is;
//! 2. members, in batches of [`MAX_ACCOUNTS`] as the API takes them;
//! 3. what new members get, since enabling does nothing for accounts that join later;
//! 4. suspended members that lack a wanted type are disassociated, since nothing can be enabled in them;
//! 5. waiting, since `Enable` answers before anything is enabled.
//!
//! Standard and code scanning of Lambda are enabled in the same call, standard first, because code scanning depends on
//! it. What cannot be done, or is left out, is said in a [`PlanNote`].

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};
use shindan_inspector::{AccountId, AutoEnable, Region, ResourceScanType, Status};

use crate::definition::{CODE_SCANNING_REGIONS, ControlId};
use crate::facts::{AccountFacts, Member, RegionFacts, Role, Unreadable};

/// How many accounts `Enable` and `BatchGetAccountStatus` take at once.
pub const MAX_ACCOUNTS: usize = 100;

/// What is wanted in a Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goal {
    types: BTreeSet<ResourceScanType>,
    /// Whether accounts that join the organization later get the types too.
    pub new_members: bool,
}

impl Goal {
    /// Wants the types of these controls, and what they depend on.
    #[must_use]
    pub fn for_controls(controls: impl IntoIterator<Item = ControlId>, new_members: bool) -> Self {
        let mut types: BTreeSet<ResourceScanType> =
            controls.into_iter().map(ControlId::scan_type).collect();
        types.extend(
            types
                .clone()
                .into_iter()
                .filter_map(ResourceScanType::needs),
        );
        Self { types, new_members }
    }

    /// The wanted types, in the order in which they may be enabled.
    #[must_use]
    pub const fn types(&self) -> &BTreeSet<ResourceScanType> {
        &self.types
    }
}

/// What to do in a Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub region: Region,
    /// The account that makes the calls.
    pub caller: AccountId,
    /// What is to be enabled there: the wanted types without those that the Region does not have.
    pub types: BTreeSet<ResourceScanType>,
    /// In order; empty when everything is as wanted, or nothing can be done.
    pub steps: Vec<Step>,
    pub notes: Vec<PlanNote>,
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// `Enable` for one to [`MAX_ACCOUNTS`] accounts.
    Enable {
        accounts: Vec<AccountId>,
        types: BTreeSet<ResourceScanType>,
    },
    /// `UpdateOrganizationConfiguration`, which sets all types at once.
    UpdateOrganizationConfiguration { auto_enable: AutoEnable },
    /// `DisassociateMember`.
    Disassociate { account: AccountId },
    /// `BatchGetAccountStatus` until every type is enabled in every account.
    WaitUntilEnabled { accounts: Vec<AccountId> },
}

/// What the user should know about a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanNote {
    /// Only standard scanning can be enabled here.
    NoCodeScanning { region: Region },
    /// Only the delegated administrator can do it.
    AskAdministrator { administrator: AccountId },
    /// The caller's role is not known, and with it not whether it may do anything.
    RoleUnreadable(Unreadable),
    /// Only the administrator itself is in the plan.
    MembersUnreadable(Unreadable),
    /// What is not known is not replaced.
    AutoEnableUnreadable(Unreadable),
    /// Enabling is asked for all the same: it does no harm where it is enabled already.
    StatusUnreadable { account: AccountId, why: Unreadable },
    /// It is neither enabled nor disassociated, since it is not known whether it has the types.
    SuspendedUnreadable { account: AccountId, why: Unreadable },
}

impl fmt::Display for PlanNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCodeScanning { region } => write!(
                f,
                "Amazon Inspector has no Lambda code scanning in {region}: only standard scanning can be enabled, and \
                 Inspector.3 does not exist there"
            ),
            Self::AskAdministrator { administrator } => write!(
                f,
                "this account is a member: only the delegated administrator {administrator} can change its scan types; \
                 run the command there"
            ),
            Self::RoleUnreadable(why) => write!(
                f,
                "it could not be found out whether the account belongs to an organization, so nothing is planned: {why}"
            ),
            Self::MembersUnreadable(why) => write!(
                f,
                "the member accounts could not be listed, so only the administrator's own account is planned: {why}"
            ),
            Self::AutoEnableUnreadable(why) => write!(
                f,
                "what new members get could not be read, so it stays as it is: {why}"
            ),
            Self::StatusUnreadable { account, why } => write!(
                f,
                "the status of account {account} could not be read, so enabling is asked for without knowing it: {why}"
            ),
            Self::SuspendedUnreadable { account, why } => write!(
                f,
                "account {account} is suspended and its status could not be read, so it is left alone: {why}"
            ),
        }
    }
}

/// Plans the way from the facts to the goal.
#[must_use]
pub fn plan(facts: &RegionFacts, goal: &Goal) -> Plan {
    let mut plan = Plan {
        region: facts.region.clone(),
        caller: facts.caller.id,
        types: goal.types.clone(),
        steps: Vec::new(),
        notes: Vec::new(),
    };
    if plan.types.contains(&ResourceScanType::LambdaCode)
        && !CODE_SCANNING_REGIONS.contains(&facts.region.as_str())
    {
        plan.types.remove(&ResourceScanType::LambdaCode);
        plan.notes.push(PlanNote::NoCodeScanning {
            region: facts.region.clone(),
        });
    }
    let (members, auto_enable) = match &facts.role {
        Err(why) => {
            plan.notes.push(PlanNote::RoleUnreadable(why.clone()));
            return plan;
        }
        Ok(Role::Member { administrator }) => {
            plan.notes.push(PlanNote::AskAdministrator {
                administrator: *administrator,
            });
            return plan;
        }
        Ok(Role::Standalone) => (&[][..], None),
        Ok(Role::DelegatedAdministrator {
            members,
            auto_enable,
        }) => match members {
            Ok(members) => (&members[..], Some(auto_enable)),
            Err(why) => {
                plan.notes.push(PlanNote::MembersUnreadable(why.clone()));
                (&[][..], Some(auto_enable))
            }
        },
    };

    let mut waiting = Vec::new();
    let mut enable = Vec::new();
    let mut disassociate = Vec::new();
    plan.account(&facts.caller, &mut enable, &mut waiting);
    plan.enable(&std::mem::take(&mut enable));
    for member in members.iter().filter(|m| m.relationship.is_member()) {
        if let Some(suspended) = plan.suspended(member) {
            disassociate.extend(suspended.then_some(member.account.id));
        } else {
            plan.account(&member.account, &mut enable, &mut waiting);
        }
    }
    plan.enable(&enable);
    match auto_enable {
        Some(Ok(now)) if goal.new_members => {
            let auto_enable = plan
                .types
                .iter()
                .fold(*now, |all, scan| all.with(*scan, true));
            if auto_enable != *now {
                plan.steps
                    .push(Step::UpdateOrganizationConfiguration { auto_enable });
            }
        }
        Some(Err(why)) if goal.new_members => {
            plan.notes.push(PlanNote::AutoEnableUnreadable(why.clone()));
        }
        _ => {}
    }
    plan.steps.extend(
        disassociate
            .into_iter()
            .map(|account| Step::Disassociate { account }),
    );
    if !waiting.is_empty() {
        plan.steps
            .push(Step::WaitUntilEnabled { accounts: waiting });
    }
    plan
}

impl Plan {
    /// Sorts an account by what it needs.
    fn account(
        &mut self,
        account: &AccountFacts,
        enable: &mut Vec<AccountId>,
        waiting: &mut Vec<AccountId>,
    ) {
        let (ask, wait) = match &account.scans {
            Ok(scans) => {
                let ready = |scan: &ResourceScanType| scans[*scan] == Status::Enabled;
                let coming = |scan: &ResourceScanType| {
                    matches!(scans[*scan], Status::Enabled | Status::Enabling)
                };
                (
                    !self.types.iter().all(coming),
                    !self.types.iter().all(ready),
                )
            }
            Err(why) => {
                self.notes.push(PlanNote::StatusUnreadable {
                    account: account.id,
                    why: why.clone(),
                });
                (true, true)
            }
        };
        enable.extend(ask.then_some(account.id));
        waiting.extend(wait.then_some(account.id));
    }

    /// Whether a member is suspended, and if so, whether it lacks a type and has to be disassociated.
    fn suspended(&mut self, member: &Member) -> Option<bool> {
        let stopped = |scan: &ResourceScanType| match &member.account.scans {
            Ok(scans) => matches!(scans[*scan], Status::Suspended | Status::Suspending),
            Err(_) => false,
        };
        if !member.is_suspended() && !self.types.iter().any(stopped) {
            return None;
        }
        match &member.account.scans {
            Ok(scans) => Some(
                self.types
                    .iter()
                    .any(|scan| scans[*scan] != Status::Enabled),
            ),
            Err(why) => {
                self.notes.push(PlanNote::SuspendedUnreadable {
                    account: member.account.id,
                    why: why.clone(),
                });
                Some(false)
            }
        }
    }

    fn enable(&mut self, accounts: &[AccountId]) {
        let types = &self.types;
        self.steps
            .extend(accounts.chunks(MAX_ACCOUNTS).map(|accounts| Step::Enable {
                accounts: accounts.to_vec(),
                types: types.clone(),
            }));
    }
}
