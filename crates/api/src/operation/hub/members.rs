//! Members of Security Hub's administrator.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use shindan_inspector::{AccountId, Relation, RelationshipStatus};
use shindan_security_hub::members::{AutoEnableStandards, MAX_MEMBERS};
use shindan_security_hub::{Hub, HubError, HubMember};
use shindan_store::{HUB_JOBS, JobNumbers, Write};

use super::HubCall;
use super::call::account;
use crate::call::{Answer, answer, nothing};
use crate::error::Fault;

/// Accounts of one request; the model says so of CreateMembers.
const MAX_ACCOUNTS: usize = 50;

/// Adds accounts of the organisation. One that has no hub gets one.
pub(super) async fn create(call: &HubCall) -> Answer {
    let accounts = details(call)?;
    let mut jobs = call.store().job_numbers(HUB_JOBS * accounts.len()).await?;
    let count = call
        .store()
        .hub_member_count(call.region(), call.account())
        .await?;
    if count.saturating_add(accounts.len() as u64) > MAX_MEMBERS {
        let message = format!("An administrator has {MAX_MEMBERS} members at most");
        return Err(
            HubError::new(shindan_security_hub::HubErrorKind::LimitExceeded, message).into(),
        );
    }
    let mut write = call.store().write().await?;
    let mut unprocessed = Vec::new();
    for (account, email) in accounts {
        match add(call, &mut write, &mut jobs, account, email).await? {
            Ok(()) => call.audit(&mut write, &account.to_string()).await?,
            Err(reason) => unprocessed.push(result(account, &reason)),
        }
    }
    write.commit().await?;
    answer(&json!({ "UnprocessedAccounts": unprocessed }))
}

pub(super) async fn delete(call: &HubCall) -> Answer {
    let accounts = call.needed_accounts("AccountIds", MAX_ACCOUNTS)?;
    let mut write = call.store().write().await?;
    let mut unprocessed = Vec::new();
    for account in accounts {
        let member = write.hub_member(call.region(), account).await?;
        let deleted = member
            .ok_or_else(|| not_a_member(call, account))
            .and_then(|member| member.delete(call.account()));
        match deleted {
            Ok(()) => {
                write.delete_hub_member(call.region(), account).await?;
                call.audit(&mut write, &account.to_string()).await?;
            }
            Err(reason) => unprocessed.push(result(account, &reason)),
        }
    }
    write.commit().await?;
    answer(&json!({ "UnprocessedAccounts": unprocessed }))
}

/// All of them or none.
pub(super) async fn disassociate(call: &HubCall) -> Answer {
    let accounts = call.needed_accounts("AccountIds", MAX_ACCOUNTS)?;
    let mut write = call.store().write().await?;
    for account in accounts {
        let member = write.hub_member(call.region(), account).await?;
        let member = member.ok_or_else(|| HubError::not_found(not_a_member(call, account)))?;
        let member = member.disassociate(call.account(), call.now)?;
        write.put_hub_member(call.region(), &member).await?;
        call.audit(&mut write, &account.to_string()).await?;
    }
    write.commit().await?;
    nothing()
}

/// Members by invitation may leave; there are none here, as [`may`](shindan_security_hub::members::may) says before.
pub(super) fn leave(call: &HubCall) -> Answer {
    let account = call.account();
    let message = format!("Account {account} is no member by invitation");
    Err(HubError::not_found(message).into())
}

pub(super) async fn get(call: &HubCall) -> Answer {
    let accounts = call.needed_accounts("AccountIds", MAX_ACCOUNTS)?;
    let (mut members, mut unprocessed) = (Vec::new(), Vec::new());
    for account in accounts {
        let member = call.store().hub_member(call.region(), account).await?;
        match member.filter(|member| member.administrator == call.account()) {
            Some(member) => members.push(member.to_json()),
            None => unprocessed.push(result(account, &not_a_member(call, account))),
        }
    }
    answer(&json!({ "Members": members, "UnprocessedAccounts": unprocessed }))
}

pub(super) async fn list(call: &HubCall) -> Answer {
    let associated = call.flag("OnlyAssociated")?.unwrap_or(true);
    let limit = call.limit(1..=50)?;
    let after: Option<AccountId> = call.cursor()?;
    let mut members = call
        .store()
        .hub_members(call.region(), call.account(), associated, after, limit + 1)
        .await?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = members.len() > limit;
    members.truncate(limit);
    let next = members.last().filter(|_| more).map(|last| last.account);
    let members = members.iter().map(HubMember::to_json).collect();
    call.listed("Members", members, next.as_ref())
}

/// Whose member the caller is; nothing when it is nobody's.
pub(super) async fn administrator(call: &HubCall, name: &str) -> Answer {
    let Relation::Member(administrator) = call.standing.relation else {
        return nothing();
    };
    let member = call
        .store()
        .hub_member(call.region(), call.account())
        .await?;
    match member.filter(|member| member.is_associated_with(administrator)) {
        Some(member) => answer(&json!({ name: member.administrator_to_json() })),
        None => nothing(),
    }
}

/// Adds one account, or says why not.
async fn add(
    call: &HubCall,
    write: &mut Write,
    jobs: &mut JobNumbers,
    account: AccountId,
    email: Option<String>,
) -> Result<Result<(), String>, Fault> {
    let region = call.region();
    let known = write.member(region, account).await?;
    if known
        .as_ref()
        .is_some_and(|known| known.relationship == RelationshipStatus::AccountSuspended)
    {
        return Ok(Err(format!("Account {account} is suspended")));
    }
    let existing = write.hub_member(region, account).await?;
    let administrator = call.account();
    let member = HubMember::create(
        known.is_some(),
        existing.as_ref(),
        administrator,
        account,
        email,
        call.now,
    );
    let member = match member {
        Ok(member) => member,
        Err(reason) => return Ok(Err(reason)),
    };
    let organization = write.organization(region).await?;
    let manages = organization.is_some_and(|organization| organization.management == account);
    if manages && call.store().hub(region, account).await?.is_none() {
        return Ok(Err(format!(
            "Account {account} is the management account: enable its hub before adding it"
        )));
    }
    if !manages {
        let standards = write.hub_organization(region).await?.auto_enable_standards;
        let hub = Hub::new(region.clone(), account, call.now);
        let with_standards = standards == AutoEnableStandards::Default;
        write.open_hub(&hub, with_standards, jobs).await?;
    }
    write.put_hub_member(region, &member).await?;
    Ok(Ok(()))
}

/// The accounts of a CreateMembers request, each once, in their order.
fn details(call: &HubCall) -> Result<BTreeMap<AccountId, Option<String>>, HubError> {
    let name = "AccountDetails";
    let list = call
        .raw(name)
        .and_then(Value::as_array)
        .filter(|list| (1..=MAX_ACCOUNTS).contains(&list.len()))
        .ok_or_else(|| {
            HubError::member(
                name,
                format_args!("must be a list of 1 to {MAX_ACCOUNTS} accounts"),
            )
        })?;
    let mut accounts = BTreeMap::new();
    for (entry, at) in list.iter().zip(0..) {
        let id = entry.get("AccountId").and_then(Value::as_str);
        let path = format!("{name}[{at}].AccountId");
        let account = account(&path, id.unwrap_or_default())?;
        let email = match entry.get("Email").filter(|email| !email.is_null()) {
            None => None,
            Some(email) => {
                let email = email
                    .as_str()
                    .filter(|email| !email.trim().is_empty() && email.chars().nth(254).is_none());
                let path = format!("{name}[{at}].Email");
                let email = email.ok_or_else(|| HubError::member(path, "must be an address"))?;
                Some(email.to_owned())
            }
        };
        accounts.insert(account, email);
    }
    Ok(accounts)
}

fn result(account: AccountId, reason: &str) -> Value {
    json!({ "AccountId": account.to_string(), "ProcessingResult": reason })
}

fn not_a_member(call: &HubCall, account: AccountId) -> String {
    format!(
        "Account {account} is not a member of account {}",
        call.account()
    )
}
