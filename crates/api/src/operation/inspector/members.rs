//! Members of the delegated administrator.

use serde::Serialize;
use shindan_inspector::{
    AccountId, Member, Organization, Relation, RelationshipStatus, organization::OrganizationError,
};
use shindan_store::{Association, Job, JobNumbers, Priority, Write};

use super::account_status::no_number;
use crate::call::{Answer, Call, answer};
use crate::error::Fault;
use crate::wire::MemberAnswer;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Done {
    account_id: AccountId,
}

#[derive(Serialize)]
struct One {
    member: MemberAnswer,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Members {
    members: Vec<MemberAnswer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

pub(super) async fn associate(call: &Call) -> Answer {
    let account = named(call)?;
    let mut jobs = call.store().job_numbers(3).await?;
    let mut write = call.store().write().await?;
    let known = write.member(call.region(), account).await?;
    let members = write.member_count(call.region(), call.account()).await?;
    let new = Organization::associate(call.account(), account, known.as_ref(), members)
        .map_err(refused)?;
    if let (true, Some(mut member)) = (new, known) {
        member.administrator = Some(call.account());
        member.relationship = RelationshipStatus::Enabled;
        put(call, &mut write, &mut jobs, member, call.account()).await?;
    }
    write.commit().await?;
    answer(&Done {
        account_id: account,
    })
}

pub(super) async fn disassociate(call: &Call) -> Answer {
    let account = named(call)?;
    let mut jobs = call.store().job_numbers(3).await?;
    let mut write = call.store().write().await?;
    let known = write.member(call.region(), account).await?;
    Organization::disassociate(call.account(), account, known.as_ref()).map_err(refused)?;
    if let Some(mut member) = known {
        member.administrator = None;
        member.relationship = RelationshipStatus::Removed;
        // What its administrator's rules suppressed is for its own rules to judge.
        put(call, &mut write, &mut jobs, member, account).await?;
    }
    write.commit().await?;
    answer(&Done {
        account_id: account,
    })
}

/// Writes a member that is to be judged by the rules of `owner` from now on, and asks for what follows.
async fn put(
    call: &Call,
    write: &mut Write,
    jobs: &mut JobNumbers,
    mut member: Member,
    owner: AccountId,
) -> Result<(), Fault> {
    member.updated_at = call.now;
    write.put_member(call.region(), &member).await?;
    let job = Job::ApplyFilters {
        region: call.region().clone(),
        owner,
    };
    let number = jobs.next().ok_or_else(no_number)?;
    write
        .enqueue(&job, Priority::Soon, call.now, number)
        .await?;
    for account in [member.account, call.account()] {
        write
            .check_controls_soon(call.region(), account, call.now, jobs)
            .await?;
    }
    call.audit(write, &member.account.to_string()).await
}

pub(super) async fn get(call: &Call) -> Answer {
    let account = named(call)?;
    let member = call.store().member(call.region(), account).await?;
    let member = member.filter(|_| call.standing.relation == Relation::Administrator);
    match member {
        Some(member) => answer(&One {
            member: MemberAnswer::from(&member),
        }),
        None => Err(Fault::AccessDenied(
            "Invoking account does not have access to get member account".to_owned(),
        )),
    }
}

pub(super) async fn list(call: &Call) -> Answer {
    let (associated, limit) = call.read(|form| {
        (
            form.flag("onlyAssociated").unwrap_or(true),
            form.number("maxResults", 1..=50).unwrap_or(50),
        )
    })?;
    let association = if associated {
        Association::With(call.account())
    } else {
        Association::Any
    };
    let after: Option<AccountId> = call.cursor()?;
    let mut members = call
        .store()
        .members(call.region(), association, after, limit + 1)
        .await?;
    let limit = limit as usize;
    let more = members.len() > limit;
    members.truncate(limit);
    let next = members.last().filter(|_| more).map(|last| last.account);
    answer(&Members {
        members: members.iter().map(MemberAnswer::from).collect(),
        next_token: call.next_token(next.as_ref())?,
    })
}

fn named(call: &Call) -> Result<AccountId, Fault> {
    call.read(|form| form.needed_account("accountId"))?
        .ok_or_else(|| Fault::member("accountId", "Member must not be null"))
}

/// An error about the organisation, as the operation's model has it.
pub(super) fn refused(error: OrganizationError) -> Fault {
    let message = error.to_string();
    match error {
        OrganizationError::AlreadyAdministrator(account)
        | OrganizationError::OtherAdministrator(account) => Fault::Conflict {
            message,
            resource: account.to_string(),
            kind: "ACCOUNT",
        },
        OrganizationError::NotAdministrator(_) | OrganizationError::NotInOrganization(_) => {
            Fault::NotFound(message)
        }
        OrganizationError::TooManyMembers => Fault::Quota {
            message,
            resource: "members".to_owned(),
        },
        OrganizationError::Itself(_)
        | OrganizationError::NotAssociated { .. }
        | OrganizationError::AutoEnableCodeOnly => Fault::other(message),
    }
}
