//! Security controls, whatever standards hold them.

use serde_json::{Value, json};
use shindan_security_hub::HubError;
use shindan_security_hub::standards::{
    self, control_of, definition as shape, security_control, standard_of,
};

use super::HubCall;
use super::standards::settings;
use crate::call::{Answer, answer};

/// Controls of one request.
const MAX_CONTROLS: usize = 100;

pub(super) fn definitions(call: &HubCall) -> Answer {
    let standard = match call.text("StandardsArn")? {
        None => None,
        Some(arn) => Some(standard_of(arn, call.region()).ok_or_else(|| {
            HubError::member(
                "StandardsArn",
                "must be the ARN of a standard that DescribeStandards lists",
            )
        })?),
    };
    let definitions: Vec<Value> = if call.wants_aws()? {
        let all = standards::definitions(standard, call.region());
        all.into_iter().map(|(_, definition)| definition).collect()
    } else {
        Vec::new()
    };
    call.paged("SecurityControlDefinitions", definitions)
}

pub(super) fn definition(call: &HubCall) -> Answer {
    let id = call.needed("SecurityControlId")?;
    let control = control_of(id).ok_or_else(|| HubError::not_found(unknown(id)))?;
    answer(&json!({ "SecurityControlDefinition": shape(control, call.region()) }))
}

pub(super) async fn batch_get(call: &HubCall) -> Answer {
    let ids = call.needed_texts("SecurityControlIds", MAX_CONTROLS)?;
    let settings = settings(call).await?;
    let (mut controls, mut unprocessed) = (Vec::new(), Vec::new());
    for id in ids {
        match control_of(id) {
            Some(control) => {
                let (region, account) = (call.region(), call.account());
                controls.push(security_control(control, region, account, &settings));
            }
            None => unprocessed.push(json!({
                "SecurityControlId": id,
                "ErrorCode": "RESOURCE_NOT_FOUND",
                "ErrorReason": unknown(id),
            })),
        }
    }
    answer(&json!({ "SecurityControls": controls, "UnprocessedIds": unprocessed }))
}

fn unknown(id: &str) -> String {
    format!("There is no control {id} here; the controls for Amazon Inspector are served")
}
