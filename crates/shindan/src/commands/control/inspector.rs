//! What Amazon Inspector says about an account and its members in a Region: the facts that controls are evaluated from.
//!
//! A call that is denied leaves its fact unknown. Only what no other call would survive ends the command.

use std::collections::{BTreeMap, BTreeSet};

use shindan_cloud::inspector::{self as api, Administrator, FailedAccount, Inspector};
use shindan_cloud::{AccountStatus, CloudError, ErrorKind, Word};
use shindan_control::facts::{
    AccountFacts, Member, RegionFacts, Role, ScanStates, Unreadable, UnreadableCause,
};
use shindan_inspector::{
    AccountId, ErrorCode, Region, RelationshipStatus, ResourceScanType, Status,
};

use crate::aws::{Aws, is_fatal};
use crate::complaint::Complaint;

/// What AWS Organizations says about accounts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Organization {
    pub(crate) names: BTreeMap<AccountId, String>,
    suspended: BTreeSet<AccountId>,
    /// Why it could not be asked.
    unread: Option<String>,
    /// Which accounts of it are no members.
    strangers: Option<String>,
}

/// The facts about a Region, and what else there is to say about them.
#[derive(Clone, Debug)]
pub(crate) struct Gathered {
    pub(crate) facts: RegionFacts,
    /// What the accounts are called, as far as that is known.
    pub(crate) names: BTreeMap<AccountId, String>,
    /// What is not known beside the facts, and why.
    pub(crate) unread: Vec<String>,
    /// Which accounts of the organization are no members.
    pub(crate) strangers: Option<String>,
}

impl Gathered {
    /// The accounts that take part: the caller and, if it administers others, its members.
    pub(crate) fn accounts(&self) -> Vec<AccountId> {
        let mut accounts = vec![self.facts.caller.id];
        if let Ok(Role::DelegatedAdministrator {
            members: Ok(members),
            ..
        }) = &self.facts.role
        {
            let members = members.iter().filter(|m| m.relationship.is_member());
            accounts.extend(members.map(|member| member.account.id));
        }
        accounts
    }

    /// An account by number and name.
    pub(crate) fn named(&self, account: AccountId) -> String {
        match self.names.get(&account) {
            Some(name) => format!("{account} ({name})"),
            None => account.to_string(),
        }
    }
}

/// Asks for everything that the controls depend on.
pub(crate) async fn gather(aws: &Aws, region: &Region) -> Result<Gathered, Complaint> {
    let home = aws.sessions.home();
    let session = match aws.home(region).await {
        Ok(session) => session,
        Err(error) if is_fatal(&error) => return Err(error.into()),
        Err(error) => return Ok(nothing(home, region, &error)),
    };
    let inspector = session.inspector();
    let own = statuses(&inspector, &[home]).await?;
    let caller = AccountFacts {
        id: home,
        scans: status_in(&own, home),
    };
    let mut organization = Organization::default();
    let role = match known(inspector.administrator().await)? {
        Ok(Administrator::None) => Ok(Role::Standalone),
        Ok(Administrator::Account(administrator)) => Ok(Role::Member { administrator }),
        Ok(Administrator::Caller) => {
            organization = Organization::ask(aws).await?;
            Ok(administers(&inspector, home, &mut organization).await?)
        }
        // An account without an organization has no administrator.
        Err((ErrorKind::NoOrganization, _)) => Ok(Role::Standalone),
        Err((_, why)) => Err(why),
    };
    Ok(Gathered {
        facts: RegionFacts {
            region: region.clone(),
            caller,
            role,
        },
        names: organization.names,
        unread: organization.unread.into_iter().collect(),
        strangers: organization.strangers,
    })
}

/// Facts about an account that cannot be entered in a Region at all.
fn nothing(home: AccountId, region: &Region, error: &CloudError) -> Gathered {
    Gathered {
        facts: RegionFacts {
            region: region.clone(),
            caller: AccountFacts {
                id: home,
                scans: Err(unreadable(error)),
            },
            role: Err(unreadable(error)),
        },
        names: BTreeMap::new(),
        unread: Vec::new(),
        strangers: None,
    }
}

async fn administers(
    inspector: &Inspector,
    home: AccountId,
    organization: &mut Organization,
) -> Result<Role, Complaint> {
    let auto_enable = known(inspector.organization_configuration().await)?
        .map(|configuration| configuration.auto_enable)
        .map_err(|(_, why)| why);
    // Accounts that were never associated are no members; the control does not count them.
    let members = match known(inspector.members(true).await)? {
        Ok(mut members) => {
            members.retain(|member| member.account != home);
            members
        }
        Err((_, why)) => {
            return Ok(Role::DelegatedAdministrator {
                members: Err(why),
                auto_enable,
            });
        }
    };
    let asked: Vec<AccountId> = members
        .iter()
        .filter(|member| relationship(member).is_member())
        .map(|member| member.account)
        .collect();
    let statuses = statuses(inspector, &asked).await?;
    let mut members: Vec<Member> = members
        .iter()
        .map(|member| {
            let relationship = relationship(member);
            Member {
                account: AccountFacts {
                    id: member.account,
                    scans: if relationship.is_member() {
                        status_in(&statuses, member.account)
                    } else {
                        Err(Unreadable {
                            cause: UnreadableCause::AccountUnavailable,
                            message: format!("account {} has left", member.account),
                        })
                    },
                },
                relationship,
                suspended: organization.suspended.contains(&member.account),
            }
        })
        .collect();
    members.sort_by_key(|member| member.account.id);
    organization.note_strangers(home, &members);
    Ok(Role::DelegatedAdministrator {
        members: Ok(members),
        auto_enable,
    })
}

/// A word that is newer than this program is taken for membership: then the account is looked at, and nothing is passed
/// over.
fn relationship(member: &api::Member) -> RelationshipStatus {
    member
        .relationship
        .known()
        .unwrap_or(RelationshipStatus::Created)
}

type Statuses = Result<BTreeMap<AccountId, Result<ScanStates, Unreadable>>, Unreadable>;

/// Each batch for itself, so that one that fails leaves the others known.
async fn statuses(inspector: &Inspector, accounts: &[AccountId]) -> Result<Statuses, Complaint> {
    let mut known_of = BTreeMap::new();
    let mut failed = None;
    for batch in accounts.chunks(shindan_control::plan::MAX_ACCOUNTS) {
        match known(inspector.status(batch).await)? {
            Ok(settings) => known_of.extend(settings_of(&settings)),
            Err((_, why)) => {
                known_of.extend(batch.iter().map(|account| (*account, Err(why.clone()))));
                failed = Some(why);
            }
        }
    }
    Ok(match failed {
        Some(why) if accounts.len() == 1 => Err(why),
        _ => Ok(known_of),
    })
}

/// What an answer says about accounts.
pub(crate) fn settings_of(
    settings: &api::Settings,
) -> impl Iterator<Item = (AccountId, Result<ScanStates, Unreadable>)> {
    let states = settings
        .accounts
        .iter()
        .map(|state| (state.account, scan_states(&state.scans)));
    let failed = settings
        .failed
        .iter()
        .map(|failed| (failed.account, Err(account_unreadable(failed))));
    states.chain(failed)
}

fn status_in(statuses: &Statuses, account: AccountId) -> Result<ScanStates, Unreadable> {
    let statuses = statuses.as_ref().map_err(Clone::clone)?;
    statuses.get(&account).cloned().unwrap_or_else(|| {
        Err(Unreadable {
            cause: UnreadableCause::ServiceError,
            message: format!("inspector2:BatchGetAccountStatus left account {account} out"),
        })
    })
}

fn scan_states(scans: &api::ScanStates) -> Result<ScanStates, Unreadable> {
    let word = |word: &Word<Status>| {
        word.known().ok_or_else(|| Unreadable {
            cause: UnreadableCause::ServiceError,
            message: format!(
                "inspector2:BatchGetAccountStatus answered the status {word}, which is not known here; update shindan"
            ),
        })
    };
    Ok(ScanStates::all(Status::Disabled)
        .with(ResourceScanType::Ec2, word(&scans.ec2)?)
        .with(ResourceScanType::Ecr, word(&scans.ecr)?)
        .with(ResourceScanType::Lambda, word(&scans.lambda)?)
        .with(ResourceScanType::LambdaCode, word(&scans.lambda_code)?))
}

fn account_unreadable(failed: &FailedAccount) -> Unreadable {
    let cause = match failed.code.known() {
        Some(ErrorCode::AccessDenied | ErrorCode::BlockedByOrganizationPolicy) => {
            UnreadableCause::AccessDenied
        }
        Some(ErrorCode::ResourceNotFound | ErrorCode::AccountIsIsolated) => {
            UnreadableCause::AccountUnavailable
        }
        Some(ErrorCode::SsmThrottled | ErrorCode::EventbridgeThrottled) => {
            UnreadableCause::Throttled
        }
        _ => UnreadableCause::ServiceError,
    };
    Unreadable {
        cause,
        message: format!("{}: {}", failed.code, printable(&failed.message)),
    }
}

/// A text of the service as one line that can be printed.
pub(crate) fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(CloudError::MAX_MESSAGE)
        .collect::<String>()
        .trim()
        .to_owned()
}

/// A call's answer, or why there is none; a complaint when there will never be one.
pub(crate) fn known<T>(
    answer: Result<T, CloudError>,
) -> Result<Result<T, (ErrorKind, Unreadable)>, Complaint> {
    match answer {
        Ok(answer) => Ok(Ok(answer)),
        Err(error) if is_fatal(&error) => Err(error.into()),
        Err(error) => Ok(Err((error.kind, unreadable(&error)))),
    }
}

/// Why a fact is missing.
pub(crate) fn unreadable(error: &CloudError) -> Unreadable {
    let cause = match error.kind {
        ErrorKind::AccessDenied | ErrorKind::CredentialsRefused => UnreadableCause::AccessDenied,
        ErrorKind::Throttled => UnreadableCause::Throttled,
        ErrorKind::NotFound => UnreadableCause::AccountUnavailable,
        _ => UnreadableCause::ServiceError,
    };
    Unreadable {
        cause,
        message: error.to_string(),
    }
}

impl Organization {
    /// Says which accounts are in the organization and yet no members, so that nobody takes them for scanned.
    fn note_strangers(&mut self, home: AccountId, members: &[Member]) {
        let strangers: Vec<String> = self
            .names
            .keys()
            .filter(|account| **account != home && !self.suspended.contains(*account))
            .filter(|account| !members.iter().any(|member| member.account.id == **account))
            .map(ToString::to_string)
            .collect();
        if let Some(first) = strangers.first() {
            self.strangers = Some(format!(
                "{} accounts of the organization are not associated with this administrator, and no control counts them; the first: {first}",
                strangers.len()
            ));
        }
    }

    async fn ask(aws: &Aws) -> Result<Self, Complaint> {
        let listed = match aws.home(aws.sessions.region()).await {
            Ok(session) => session.accounts().await,
            Err(error) => Err(error),
        };
        Ok(match known(listed)? {
            Ok(accounts) => Self {
                names: accounts
                    .iter()
                    .map(|account| (account.id, account.name.clone()))
                    .collect(),
                suspended: accounts
                    .iter()
                    .filter(|account| {
                        matches!(
                            account.status,
                            AccountStatus::Suspended
                                | AccountStatus::PendingClosure
                                | AccountStatus::Closed
                        )
                    })
                    .map(|account| account.id)
                    .collect(),
                ..Self::default()
            },
            Err((_, why)) => Self {
                unread: Some(format!(
                    "names of accounts, and which are suspended, are known from Inspector alone: {why}"
                )),
                ..Self::default()
            },
        })
    }
}
