//! What the caller may switch on and off.

use serde::Serialize;
use shindan_inspector::{Action, Target};

use crate::call::{Answer, Call, answer};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Permissions {
    permissions: Vec<Permission>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
struct Permission {
    service: &'static str,
    operation: &'static str,
}

pub(super) fn list(call: &Call) -> Answer {
    let (service, limit) = call.read(|form| {
        (
            form.word("service", &["EC2", "ECR", "LAMBDA"]),
            form.number("maxResults", 1..=1024).unwrap_or(1024),
        )
    })?;
    let before: usize = call.cursor()?.unwrap_or(0);
    let wanted = service.is_none_or(|service| service == "LAMBDA");
    let all: Vec<_> = [
        (Action::Enable, "ENABLE_SCANNING"),
        (Action::Disable, "DISABLE_SCANNING"),
    ]
    .into_iter()
    .filter(|(action, _)| wanted && call.may(*action, Target::Own).is_ok())
    .map(|(_, operation)| Permission {
        service: "LAMBDA",
        operation,
    })
    .collect();
    let after = before.saturating_add(limit as usize);
    let next = (all.len() > after).then_some(after);
    answer(&Permissions {
        next_token: call.next_token(next.as_ref())?,
        permissions: all.into_iter().skip(before).take(limit as usize).collect(),
    })
}
