//! Carries out a plan against AWS: makes the calls that [`Progress`] names, sleeps, and tells it the answers.
//!
//! Time and sleep are those of [`Effects`], so that a test of half an hour takes no time. What a failure means for the plan
//! is decided here ([`failure_of`]), what is to be done about it there.

use std::time::Duration;

use jiff::Timestamp;
use shindan_cloud::inspector::Inspector;
use shindan_cloud::{CloudError, Effects, ErrorKind};
use shindan_control::facts::AccountFacts;
use shindan_control::plan::Plan;
use shindan_control::progress::{
    Action, Answer, CallFailure, Counts, Event, FailedAccount, Patience, Progress, Report, Request,
};
use shindan_inspector::ResourceScanType;

use super::inspector::{printable, settings_of};

/// The longest that is added to a wait, so that programs that were throttled together do not come back together.
const JITTER: Duration = Duration::from_secs(1);

/// Carries out a plan until it is done, refused or out of time. `show` is told how far it is, after every answer.
pub(super) async fn carry_out(
    plan: &Plan,
    inspector: &Inspector,
    effects: &Effects,
    patience: Patience,
    mut show: impl FnMut(Counts),
) -> Report {
    let mut progress = Progress::new(plan, patience, now(effects));
    let mut event = Event::Resume;
    loop {
        let action = progress.step(event, now(effects));
        show(progress.counts());
        event = match action {
            Action::Call(request) => call(inspector, &request).await,
            Action::Wait { until } => {
                let wait = until.duration_since(now(effects));
                let wait = Duration::try_from(wait).unwrap_or_default();
                effects
                    .wait(wait + JITTER.mul_f64(effects.random.unit()))
                    .await;
                Event::Resume
            }
            Action::Done(report) => return report,
        };
    }
}

/// The time that a plan goes by.
pub(super) fn now(effects: &Effects) -> Timestamp {
    // A clock before the year -9999 or after 9999 is no clock.
    Timestamp::try_from(effects.now()).unwrap_or(Timestamp::UNIX_EPOCH)
}

async fn call(inspector: &Inspector, request: &Request) -> Event {
    let answer = match request {
        Request::Enable { accounts, types } => {
            // In their order: standard scanning of functions before that of their code.
            let types: Vec<ResourceScanType> = types.iter().copied().collect();
            inspector.enable(accounts, &types).await.map(|settings| {
                let failed = settings.failed.iter().map(|failed| FailedAccount {
                    account: failed.account,
                    code: failed.code.known(),
                    message: printable(&failed.message),
                });
                Answer::Enable {
                    failed: failed.collect(),
                }
            })
        }
        Request::ReadStatus { accounts } => {
            inspector
                .status(accounts)
                .await
                .map(|settings| Answer::Status {
                    accounts: settings_of(&settings)
                        .map(|(id, scans)| AccountFacts { id, scans })
                        .collect(),
                })
        }
        Request::UpdateOrganizationConfiguration { auto_enable } => inspector
            .update_organization_configuration(*auto_enable)
            .await
            .map(|()| Answer::Done),
        Request::Disassociate { account } => inspector
            .disassociate(*account)
            .await
            .map(|()| Answer::Done),
    };
    match answer {
        Ok(answer) => Event::Answered(answer),
        Err(error) => Event::Failed(failure_of(&error)),
    }
}

/// What the failure of a whole call means for a plan.
fn failure_of(error: &CloudError) -> CallFailure {
    let message = error.to_string();
    let says = |text: &str| error.message.to_lowercase().contains(text);
    match error.kind {
        ErrorKind::NoCredentials
        | ErrorKind::CredentialsExpired
        | ErrorKind::CredentialsRefused
        | ErrorKind::ClockSkew => CallFailure::CredentialsExpired { message },
        ErrorKind::Throttled => CallFailure::Throttled { retry_after: None },
        ErrorKind::Unavailable
        | ErrorKind::Timeout
        | ErrorKind::Unreachable
        | ErrorKind::NoSuchHost
        | ErrorKind::NotTheService
        | ErrorKind::Conflict => CallFailure::Unavailable { message },
        ErrorKind::NotInRegion if says("code scanning") => CallFailure::NoCodeScanning,
        // "BLOCKED_BY_ORGANIZATION_POLICY", or in words as the console says it.
        _ if says("organization policy") || says("blocked_by_organization_policy") => {
            CallFailure::OrganizationPolicy { message }
        }
        ErrorKind::AccessDenied => CallFailure::AccessDenied { message },
        _ if says("not yet associated") || says("not associated") => CallFailure::NotAssociated,
        _ => CallFailure::Invalid { message },
    }
}

#[cfg(test)]
mod tests;
