//! The key that code snippets are sealed with.
//!
//! It is the server's own, from its key file; a key of AWS KMS cannot be used by a server that is not AWS. Saying so is the
//! only honest answer to a request for one: who believed that deleting that key makes snippets unreadable would be wrong.

use shindan_inspector::ScanType;

use crate::call::{Answer, Call, nothing};
use crate::error::Fault;
use crate::validate::Form;

/// What the model has keys for.
const RESOURCE_TYPES: [&str; 12] = [
    "AWS_EC2_INSTANCE",
    "AWS_ECR_CONTAINER_IMAGE",
    "AWS_ECR_REPOSITORY",
    "AWS_LAMBDA_FUNCTION",
    "CODE_REPOSITORY",
    "Microsoft.Compute/virtualMachines",
    "Microsoft.ContainerRegistry/registry/containerImage",
    "Microsoft.Web/sites",
    "MACHINE_IMAGE",
    "cloudfunctions.googleapis.com/Function",
    "compute.googleapis.com/Instance",
    "artifactregistry.googleapis.com/DockerImage",
];

pub(super) fn get(call: &Call) -> Answer {
    let pairs = call
        .query
        .iter()
        .map(|(name, value)| (name.clone(), value.as_str().into()));
    let query = serde_json::Value::Object(pairs.collect());
    Form::read(&query, kind)?;
    Err(own_key())
}

pub(super) fn update(call: &Call) -> Answer {
    call.read(|form| {
        kind(form);
        form.needed_text("kmsKeyId", 1..=2048);
    })?;
    Err(Fault::AccessDenied(
        "Keys of AWS KMS are not supported: code snippets are sealed with the server's own key file".to_owned(),
    ))
}

pub(super) fn reset(call: &Call) -> Answer {
    call.read(kind)?;
    nothing()
}

fn kind(form: &mut Form<'_>) {
    form.needed_choice::<ScanType>("scanType");
    form.needed_word("resourceType", &RESOURCE_TYPES);
}

/// As AWS answers when its own key is in use.
fn own_key() -> Fault {
    Fault::NotFound(
        "No customer managed key is in use: code snippets are sealed with the server's own key"
            .to_owned(),
    )
}
