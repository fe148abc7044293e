//! Lines of code around findings, and suggested repairs.
//!
//! They may hold what is in the code, so they are sealed in the database, opened here only, and every reading is in the
//! audit log before it is answered. A delegated administrator does not see those of its members' functions, as Inspector
//! has it, unless the operator decided otherwise.

use serde::Serialize;
use shindan_inspector::{Action, CodeSnippet, FindingArn, Target};

use super::findings::finding_arns;
use crate::call::{Answer, Call, answer};
use crate::error::Fault;
use crate::seal::open_snippet;

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Snippets {
    code_snippet_results: Vec<Snippet>,
    errors: Vec<NoSnippet>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Snippet {
    finding_arn: FindingArn,
    #[serde(flatten)]
    snippet: CodeSnippet,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NoSnippet {
    finding_arn: FindingArn,
    error_code: &'static str,
    error_message: String,
}

pub(super) async fn batch_get(call: &Call) -> Answer {
    let mut snippets = Snippets::default();
    for arn in finding_arns(call)? {
        match one(call, &arn).await? {
            Ok(snippet) => {
                call.audit_after(&arn.to_string()).await?;
                snippets.code_snippet_results.push(Snippet {
                    finding_arn: arn,
                    snippet,
                });
            }
            Err((error_code, error_message)) => snippets.errors.push(NoSnippet {
                finding_arn: arn,
                error_code,
                error_message,
            }),
        }
    }
    answer(&snippets)
}

async fn one(
    call: &Call,
    arn: &FindingArn,
) -> Result<Result<CodeSnippet, (&'static str, String)>, Fault> {
    let target = call.target(arn.account).await?;
    if let Err(denied) = call.may(Action::ReadSnippets, target) {
        return Ok(Err(("ACCESS_DENIED", denied.to_string())));
    }
    if target == Target::Member && !call.state.settings.administrators_read_snippets {
        let message = "The delegated administrator cannot view code snippets of member accounts";
        return Ok(Err(("ACCESS_DENIED", message.to_owned())));
    }
    let Some(kept) = call.store().snippet(&call.scope(), arn).await? else {
        let message = "There is no code snippet for this finding".to_owned();
        return Ok(Err(("CODE_SNIPPET_NOT_FOUND", message)));
    };
    let keyring = &call.ports().keyring;
    match open_snippet(keyring, arn.account, &kept.identity, &kept.sealed) {
        Ok(snippet) => Ok(Ok(snippet)),
        Err(error) => {
            tracing::error!(finding = %arn, "a code snippet cannot be opened: {error}");
            let message = "The code snippet cannot be opened; the server's log says why".to_owned();
            Ok(Err(("INTERNAL_ERROR", message)))
        }
    }
}
