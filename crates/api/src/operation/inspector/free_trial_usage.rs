//! Free trials, and how much is used.

use std::collections::BTreeMap;

use serde::Serialize;
use shindan_inspector::metering::{FreeTrial, average_functions};
use shindan_inspector::{AccountId, Action, ScanType, Timestamp};

use crate::call::{Answer, Call, answer};

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Trials {
    accounts: Vec<AccountTrials>,
    failed_accounts: Vec<NoTrials>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AccountTrials {
    account_id: AccountId,
    free_trial_info: Vec<Trial>,
}

#[derive(Serialize)]
struct Trial {
    #[serde(rename = "type")]
    kind: &'static str,
    start: Timestamp,
    end: Timestamp,
    status: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NoTrials {
    account_id: AccountId,
    code: &'static str,
    message: String,
}

pub(super) async fn batch_get_free_trial(call: &Call) -> Answer {
    let accounts = call.read(|form| {
        form.need("accountIds");
        form.accounts("accountIds", 1..=100)
    })?;
    let mut trials = Trials::default();
    for account_id in accounts {
        let target = call.target(account_id).await?;
        if let Err(denied) = call.may(Action::Read, target) {
            trials.failed_accounts.push(NoTrials {
                account_id,
                code: "ACCESS_DENIED",
                message: denied.to_string(),
            });
            continue;
        }
        let details = call
            .store()
            .account_details(call.region(), account_id)
            .await?;
        let free_trial_info = [
            ("LAMBDA", details.lambda_since),
            ("LAMBDA_CODE", details.lambda_code_since),
        ]
        .into_iter()
        .filter_map(|(kind, since)| since.map(|since| trial(kind, since, call.now)))
        .collect();
        trials.accounts.push(AccountTrials {
            account_id,
            free_trial_info,
        });
    }
    answer(&trials)
}

fn trial(kind: &'static str, since: Timestamp, now: Timestamp) -> Trial {
    let trial = FreeTrial::since(since);
    Trial {
        kind,
        start: trial.start,
        end: trial.end,
        status: if trial.is_active(now) {
            "ACTIVE"
        } else {
            "INACTIVE"
        },
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Totals {
    totals: Vec<Total>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Total {
    account_id: AccountId,
    usage: Vec<Used>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Used {
    #[serde(rename = "type")]
    kind: &'static str,
    total: f64,
    estimated_monthly_cost: f64,
    currency: &'static str,
}

/// Coverage hours of this month. The estimate is what a whole month of as many functions would cost.
pub(super) async fn list_usage(call: &Call) -> Answer {
    let (accounts, limit) = call.read(|form| {
        (
            form.accounts("accountIds", 1..=7000),
            form.number("maxResults", 1..=500).unwrap_or(500),
        )
    })?;
    let after: Option<AccountId> = call.cursor()?;
    let rows = call
        .store()
        .usage(&call.scope(), &accounts, call.now)
        .await?;
    let prices = call.state.settings.prices;
    let mut totals: BTreeMap<AccountId, Vec<Used>> = BTreeMap::new();
    for row in rows {
        if after.is_some_and(|after| row.account <= after) {
            continue;
        }
        let (kind, price) = match row.scan_type {
            ScanType::Package => ("LAMBDA_FUNCTION_HOURS", prices.lambda),
            ScanType::Code => ("LAMBDA_FUNCTION_CODE_HOURS", prices.lambda_code),
            ScanType::Network => continue,
        };
        totals.entry(row.account).or_default().push(Used {
            kind,
            total: row.coverage_hours,
            estimated_monthly_cost: average_functions(row.coverage_hours) * price,
            currency: "USD",
        });
    }
    let limit = limit as usize;
    let next = (totals.len() > limit)
        .then(|| totals.keys().nth(limit - 1).copied())
        .flatten();
    answer(&Totals {
        totals: totals
            .into_iter()
            .take(limit)
            .map(|(account_id, usage)| Total { account_id, usage })
            .collect(),
        next_token: call.next_token(next.as_ref())?,
    })
}
