//! Pushing a function's package, shindan's own operation.
//!
//! `PUT /shindan/functions/NAME/package`, signed for the service `shindan`, with the zip file as body. The function is one
//! of the account and Region of the signature. The query says what Lambda would know: `runtime=python3.12`,
//! `handler=app.handler`, `tags=KEY%3DVALUE` and `layers=ARN`, the last two as often as needed.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::http::Method;
use percent_encoding::percent_decode_str;
use serde::Serialize;
use shindan_inspector::{FunctionArn, LayerArn, Timestamp};
use shindan_store::AuditEntry;

use crate::authenticate::Principal;
use crate::call::{Answer, answer};
use crate::error::Fault;
use crate::ports::{DeployError, Deployment};
use crate::service::State;
use crate::validate::MAX_TAGS;

/// Layers of a function ("Lambda quotas").
const MAX_LAYERS: usize = 5;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Pushed {
    function_arn: FunctionArn,
    code_sha256: String,
    changed: bool,
}

/// The name of the function that a path is about.
pub(crate) fn function_of(method: &Method, path: &str) -> Option<String> {
    let name = path
        .strip_prefix("/shindan/functions/")?
        .strip_suffix("/package")?;
    if *method != Method::PUT || name.contains('/') {
        return None;
    }
    let name = percent_decode_str(name).decode_utf8().ok()?;
    Some(name.into_owned())
}

/// Takes a package.
pub(crate) async fn run(
    state: &Arc<State>,
    principal: &Principal,
    name: &str,
    query: &[(String, String)],
    package: Bytes,
    now: Timestamp,
) -> Answer {
    let function = FunctionArn::new(principal.region.clone(), principal.account, name)?;
    let mut deployment = Deployment {
        function: function.clone(),
        runtime: String::new(),
        handler: String::new(),
        tags: BTreeMap::new(),
        layers: Vec::new(),
        package,
        at: now,
    };
    for (name, value) in query {
        match name.as_str() {
            "runtime" => deployment.runtime = bounded(name, value)?,
            "handler" => deployment.handler = bounded(name, value)?,
            "tags" => {
                let (key, tag) = value.split_once('=').ok_or_else(|| {
                    Fault::member("tags", "Member must have the form KEY=VALUE, encoded")
                })?;
                if deployment.tags.len() >= MAX_TAGS || key.is_empty() {
                    return Err(Fault::member(
                        "tags",
                        "Member must be at most 50 tags with keys",
                    ));
                }
                deployment
                    .tags
                    .insert(bounded("tags", key)?, bounded("tags", tag)?);
            }
            "layers" if deployment.layers.len() < MAX_LAYERS => {
                deployment.layers.push(LayerArn::parse(value)?);
            }
            "layers" => {
                return Err(Fault::member(
                    "layers",
                    format!("Member must have length less than or equal to {MAX_LAYERS}"),
                ));
            }
            _ => {
                return Err(Fault::member(
                    &name.chars().take(64).collect::<String>(),
                    "Member must be one of runtime, handler, tags and layers",
                ));
            }
        }
    }
    if deployment.runtime.is_empty() {
        return Err(Fault::member("runtime", "Member must not be null"));
    }
    if deployment.package.is_empty() {
        return Err(Fault::other(
            "The body must be the function's zip file; it is empty",
        ));
    }
    let deployed = state.ports.deployments.deploy(deployment).await;
    let deployed = deployed.map_err(|error| match error {
        DeployError::Invalid(message) => Fault::other(message),
        DeployError::Failed(detail) => Fault::internal(detail),
    })?;
    let mut write = state.ports.store.write().await?;
    write
        .audit(&AuditEntry {
            at: now,
            region: principal.region.clone(),
            account: principal.account,
            access_key: principal.access_key.clone(),
            operation: "PushPackage".to_owned(),
            target: function.to_string(),
            outcome: format!("done, SHA-256 {}", deployed.code_sha256),
        })
        .await?;
    write.commit().await?;
    answer(&Pushed {
        function_arn: function,
        code_sha256: deployed.code_sha256,
        changed: deployed.changed,
    })
}

fn bounded(name: &str, value: &str) -> Result<String, Fault> {
    if value.chars().count() > 256 {
        return Err(Fault::member(
            name,
            "Member must have length less than or equal to 256",
        ));
    }
    Ok(value.to_owned())
}
