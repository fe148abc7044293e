//! Switching scan types on and off, and telling what is on.
//!
//! Both changes only begin here: the job that is enqueued in the same transaction does what follows. A call is answered
//! account by account; what cannot be done for one does not stop the others.

use serde_json::Value;
use sha2::{Digest, Sha256};
use shindan_inspector::{
    AccountError, AccountId, AccountSettings, Action, Relation, RelationshipStatus,
    ResourceScanType, Target,
};
use shindan_store::{Job, JobNumbers, Priority, Remembered, Write};

use crate::call::{Answer, Call, answer};
use crate::error::Fault;
use crate::token::canonical;
use crate::wire::{Account, AccountState, Accounts, FailedAccount};

pub(super) async fn batch_get(call: &Call) -> Answer {
    let mut accounts = call.read(|form| form.accounts("accountIds", 0..=100))?;
    if accounts.is_empty() {
        accounts.push(call.account());
    }
    let mut answered = Accounts::default();
    for account in accounts {
        let target = call.target(account).await?;
        if let Err(denied) = call.may(Action::Read, target) {
            let failed = FailedAccount::denied(account, denied.to_string());
            answered.failed_accounts.push(failed);
            continue;
        }
        let settings = call
            .store()
            .account_settings(call.region(), account)
            .await?;
        answered
            .accounts
            .push(AccountState::new(account, &settings));
    }
    answer(&answered)
}

struct Change {
    accounts: Vec<AccountId>,
    scans: Vec<ResourceScanType>,
    token: Option<String>,
    direction: Direction,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    On,
    Off,
}

pub(super) async fn enable(call: &Call) -> Answer {
    let change = call.read(|form| {
        form.need("resourceTypes");
        Change {
            accounts: form.accounts("accountIds", 0..=100),
            scans: form.choices("resourceTypes", 1..=6),
            token: form.text("clientToken", 1..=64),
            direction: Direction::On,
        }
    })?;
    // In the words that AWS has for what a Region lacks; clients know them.
    let lacking = change.scans.iter().find_map(|scan| match scan {
        ResourceScanType::Ec2 => Some("EC2"),
        ResourceScanType::Ecr => Some("ECR"),
        ResourceScanType::CodeRepository => Some("Code repository"),
        ResourceScanType::Lambda | ResourceScanType::LambdaCode => None,
    });
    if let Some(kind) = lacking {
        let region = call.region();
        return Err(Fault::AccessDenied(format!(
            "{kind} scanning is not supported in {region}: shindan scans LAMBDA and LAMBDA_CODE"
        )));
    }
    apply(call, change).await
}

pub(super) async fn disable(call: &Call) -> Answer {
    let change = call.read(|form| Change {
        accounts: form.accounts("accountIds", 0..=100),
        scans: form.choices("resourceTypes", 0..=6),
        token: None,
        direction: Direction::Off,
    })?;
    apply(call, change).await
}

async fn apply(call: &Call, mut change: Change) -> Answer {
    let regions = &call.state.settings.code_scanning;
    if let Some(refusal) = regions.refusal(call.region(), &change.scans) {
        return Err(Fault::AccessDenied(refusal));
    }
    if change.accounts.is_empty() {
        change.accounts.push(call.account());
    }
    // One to settle the account, and one for the findings of an account that becomes a member.
    let mut jobs = call.store().job_numbers(2 * change.accounts.len()).await?;
    let mut write = call.store().write().await?;
    let request_hash = hash(&call.body);
    if let Some(token) = &change.token {
        let before = write
            .remembered(&call.scope(), call.operation, token)
            .await?;
        if let Some(before) = before {
            return repeated(&before, &request_hash);
        }
    }
    let mut answered = Accounts::default();
    for &account in &change.accounts {
        match one(call, &change, account, &mut write, &mut jobs).await? {
            Ok(settings) => answered.accounts.push(Account::new(account, &settings)),
            Err(failed) => answered.failed_accounts.push(failed),
        }
    }
    let body = answer(&answered)?;
    if let Some(token) = &change.token {
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

/// Changes one account, or says why not.
async fn one(
    call: &Call,
    change: &Change,
    account: AccountId,
    write: &mut Write,
    jobs: &mut JobNumbers,
) -> Result<Result<AccountSettings, FailedAccount>, Fault> {
    let target = target(call, account, write).await?;
    let action = match change.direction {
        Direction::On => Action::Enable,
        Direction::Off => Action::Disable,
    };
    if let Err(denied) = call.may(action, target) {
        return Ok(Err(FailedAccount::denied(account, denied.to_string())));
    }
    let settings = write.account_settings(call.region(), account).await?;
    let next = match change.direction {
        Direction::On => settings.enable(&change.scans),
        Direction::Off => {
            let administers = target == Target::Own
                && call.standing.relation == Relation::Administrator
                && write.member_count(call.region(), account).await? > 0;
            settings.disable(&change.scans, administers)
        }
    };
    let next = match next {
        Ok(next) => next,
        Err(error) => return Ok(Err(failed(account, &settings, &error))),
    };
    if next != settings {
        write
            .put_account_settings(call.region(), account, &next, call.now)
            .await?;
        if change.direction == Direction::On && target == Target::Own {
            join(call, write, jobs).await?;
        }
        enqueue_reconcile(call, account, write, jobs).await?;
        let scans: Vec<_> = change.scans.iter().map(|scan| scan.as_str()).collect();
        let audited = format!("{account} {}", scans.join(","));
        call.audit(write, audited.trim_end()).await?;
    }
    Ok(Ok(next))
}

/// An account of the organisation that switches scanning on becomes a member, unless it was let go before ("Adding member
/// accounts" in the Inspector user guide).
async fn join(call: &Call, write: &mut Write, jobs: &mut JobNumbers) -> Result<(), Fault> {
    if call.standing.relation != Relation::Standalone {
        return Ok(());
    }
    let Some(administrator) = write
        .organization(call.region())
        .await?
        .and_then(|organization| organization.administrator)
    else {
        return Ok(());
    };
    let member = write.member(call.region(), call.account()).await?;
    let Some(mut member) = member.filter(|m| m.relationship != RelationshipStatus::Removed) else {
        return Ok(());
    };
    let members = write.member_count(call.region(), administrator).await?;
    if members >= shindan_inspector::organization::MAX_MEMBERS {
        return Ok(());
    }
    member.administrator = Some(administrator);
    member.relationship = RelationshipStatus::Enabled;
    member.updated_at = call.now;
    write.put_member(call.region(), &member).await?;
    let job = Job::ApplyFilters {
        region: call.region().clone(),
        owner: administrator,
    };
    let number = jobs.next().ok_or_else(no_number)?;
    Ok(write
        .enqueue(&job, Priority::Soon, call.now, number)
        .await?)
}

/// Enqueues what follows from an account's new settings.
pub(super) async fn enqueue_reconcile(
    call: &Call,
    account: AccountId,
    write: &mut Write,
    jobs: &mut JobNumbers,
) -> Result<(), Fault> {
    let job = Job::Reconcile {
        region: call.region().clone(),
        account,
    };
    let number = jobs.next().ok_or_else(no_number)?;
    Ok(write.enqueue(&job, Priority::Now, call.now, number).await?)
}

/// More accounts are concerned than when the numbers were taken; the call can be repeated.
pub(super) fn no_number() -> Fault {
    Fault::Internal {
        detail: "the organisation changed meanwhile".to_owned(),
        retry_after: 1,
    }
}

/// What an account is to the caller, as the transaction sees it.
async fn target(call: &Call, account: AccountId, write: &mut Write) -> Result<Target, Fault> {
    if account == call.account() {
        return Ok(Target::Own);
    }
    if call.standing.relation != Relation::Administrator {
        return Ok(Target::Stranger);
    }
    let member = write.member(call.region(), account).await?;
    let mine = member.is_some_and(|member| member.administrator == Some(call.account()));
    Ok(if mine {
        Target::Member
    } else {
        Target::Stranger
    })
}

fn failed(account: AccountId, settings: &AccountSettings, error: &AccountError) -> FailedAccount {
    FailedAccount {
        account_id: account,
        status: Some(settings.status()),
        resource_status: Some(crate::wire::ResourceStatuses::new(settings)),
        error_code: error.code,
        error_message: error.message.to_owned(),
    }
}

pub(super) fn repeated(before: &Remembered, request_hash: &str) -> Answer {
    if before.request_hash == request_hash {
        Ok(before.answer.clone().into_bytes())
    } else {
        Err(Fault::member(
            "clientToken",
            "Member must not be that of another request; make a new one for each",
        ))
    }
}

/// SHA-256 of a request without its client token.
pub(super) fn hash(request: &Value) -> String {
    let mut request = request.clone();
    if let Some(members) = request.as_object_mut() {
        members.remove("clientToken");
    }
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(Sha256::digest(canonical(&request)))
}
