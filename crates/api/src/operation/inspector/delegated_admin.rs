//! The delegated administrator: designated by the management account, asked for by anyone in the organisation.

use serde::Serialize;
use shindan_inspector::{
    AccountId, Action, DelegatedAdminStatus, Relation, RelationshipStatus, ResourceScanType, Target,
};
use shindan_store::{Job, Priority, Remembered};

use super::account_status::{enqueue_reconcile, hash, no_number, repeated};
use super::members::refused;
use crate::call::{Answer, Call, answer};
use crate::error::Fault;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Done {
    delegated_admin_account_id: AccountId,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct One {
    delegated_admin: Administrator,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Administrator {
    account_id: AccountId,
    relationship_status: RelationshipStatus,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Administrators {
    delegated_admin_accounts: Vec<Designated>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Designated {
    account_id: AccountId,
    status: DelegatedAdminStatus,
}

/// Designates an account, and switches on for it all that there is.
pub(super) async fn enable(call: &Call) -> Answer {
    let account = named(call)?;
    let token = call.read(|form| form.text("clientToken", 1..=64))?;
    let mut jobs = call.store().job_numbers(2).await?;
    let mut write = call.store().write().await?;
    let request_hash = hash(&call.body);
    if let Some(token) = &token {
        let before = write
            .remembered(&call.scope(), call.operation, token)
            .await?;
        if let Some(before) = before {
            return repeated(&before, &request_hash);
        }
    }
    let mut organization = write
        .organization(call.region())
        .await?
        .ok_or_else(not_management)?;
    let known = write.member(call.region(), account).await?;
    organization
        .designate(account, known.is_some())
        .map_err(refused)?;
    write
        .put_organization(call.region(), &organization, call.now)
        .await?;
    let settings = write.account_settings(call.region(), account).await?;
    let mut scans = vec![ResourceScanType::Lambda];
    if call.state.settings.code_scanning.contains(call.region()) {
        scans.push(ResourceScanType::LambdaCode);
    }
    // What is on already, or being switched off just now, stays as it is.
    if let Ok(next) = settings.enable(&scans) {
        write
            .put_account_settings(call.region(), account, &next, call.now)
            .await?;
        enqueue_reconcile(call, account, &mut write, &mut jobs).await?;
    }
    write
        .check_controls_soon(call.region(), account, call.now, &mut jobs)
        .await?;
    call.audit(&mut write, &account.to_string()).await?;
    let body = answer(&Done {
        delegated_admin_account_id: account,
    })?;
    if let Some(token) = &token {
        let remembered = Remembered {
            request_hash,
            answer: String::from_utf8_lossy(&body).into_owned(),
        };
        write
            .remember(&call.scope(), call.operation, token, &remembered, call.now)
            .await?;
    }
    write.commit().await?;
    Ok(body)
}

/// Takes the designation back. Members stand alone from then on, with what they have switched on.
pub(super) async fn disable(call: &Call) -> Answer {
    let account = named(call)?;
    let members = call.store().member_count(call.region(), account).await?;
    // Two for each: its own filters judge its findings, and its own controls are checked.
    let numbers = usize::try_from(members)
        .unwrap_or(usize::MAX)
        .saturating_mul(2);
    let numbers = numbers.saturating_add(1);
    let mut jobs = call.store().job_numbers(numbers).await?;
    let mut write = call.store().write().await?;
    let mut organization = write
        .organization(call.region())
        .await?
        .ok_or_else(not_management)?;
    organization.revoke(account).map_err(refused)?;
    write
        .put_organization(call.region(), &organization, call.now)
        .await?;
    let released = write
        .release_members(call.region(), account, call.now)
        .await?;
    for owner in released {
        let job = Job::ApplyFilters {
            region: call.region().clone(),
            owner,
        };
        let number = jobs.next().ok_or_else(no_number)?;
        write
            .enqueue(&job, Priority::Soon, call.now, number)
            .await?;
        write
            .check_controls_soon(call.region(), owner, call.now, &mut jobs)
            .await?;
    }
    write
        .check_controls_soon(call.region(), account, call.now, &mut jobs)
        .await?;
    call.audit(&mut write, &account.to_string()).await?;
    write.commit().await?;
    answer(&Done {
        delegated_admin_account_id: account,
    })
}

/// Whom the caller's organisation has. The administrator itself is told that it is the one, as by AWS.
pub(super) async fn get(call: &Call) -> Answer {
    itself(call)?;
    let organization = call.store().organization(call.region()).await?;
    let member = call.store().member(call.region(), call.account()).await?;
    let inside = call.standing.management || member.is_some();
    let administrator = organization
        .filter(|_| inside)
        .and_then(|organization| organization.administrator)
        .ok_or_else(|| {
            Fault::NotFound("Invoking account has no delegated administrator".to_owned())
        })?;
    let relationship_status = match call.standing.relation {
        Relation::Member(_) => RelationshipStatus::Enabled,
        Relation::Administrator | Relation::Standalone => {
            member.map_or(RelationshipStatus::Created, |member| member.relationship)
        }
    };
    answer(&One {
        delegated_admin: Administrator {
            account_id: administrator,
            relationship_status,
        },
    })
}

pub(super) async fn list(call: &Call) -> Answer {
    call.read(|form| form.number("maxResults", 1..=5))?;
    itself(call)?;
    let organization = call.store().organization(call.region()).await?;
    let designated = organization.and_then(|organization| {
        let status = organization.administrator_status;
        let administrator = organization.administrator;
        administrator.map(|account_id| Designated { account_id, status })
    });
    // There is one at most, so there is never a second page.
    let _: Option<AccountId> = call.cursor()?;
    answer(&Administrators {
        delegated_admin_accounts: designated.into_iter().collect(),
    })
}

fn itself(call: &Call) -> Result<(), Fault> {
    let administers = call.standing.relation == Relation::Administrator;
    let designates = call.may(Action::Designate, Target::Own).is_ok();
    if administers && !designates {
        return Err(Fault::other("Invoking account is the delegated admin."));
    }
    Ok(())
}

fn named(call: &Call) -> Result<AccountId, Fault> {
    call.read(|form| form.needed_account("delegatedAdminAccountId"))?
        .ok_or_else(|| Fault::member("delegatedAdminAccountId", "Member must not be null"))
}

fn not_management() -> Fault {
    Fault::AccessDenied(shindan_inspector::access::Denied::NotManagement.to_string())
}
