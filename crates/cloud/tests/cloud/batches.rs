//! Long lists, in both directions: pages that come, batches that go; and answers that are no errors.

use serde_json::{Value, json};
use shindan_cloud::inspector::Administrator;
use shindan_cloud::security_hub::{FindingId, FindingUpdate, Note, Workflow};
use shindan_cloud::{ErrorKind, LastInvocation};
use shindan_inspector::{AccountId, FunctionArn, ResourceScanType, Status};

use crate::server::{Answer, Server};
use crate::world::{HOME, account, home, sts};

async fn answering(script: impl Fn(usize, Value) -> Answer + Send + Sync + 'static) -> Server {
    Server::start(move |before, asked| sts(asked).unwrap_or_else(|| script(before, asked.json())))
        .await
}

#[tokio::test]
async fn all_pages_are_read() {
    let server = answering(|_, body| {
        Answer::json(&match body["nextToken"].as_str() {
            None => json!({ "members": [{ "accountId": "333333333333", "relationshipStatus": "ENABLED" }], "nextToken": "2" }),
            Some("2") => json!({ "members": [], "nextToken": "3" }),
            _ => json!({ "members": [{ "accountId": "444444444444", "relationshipStatus": "MOVED_TO_MARS" }] }),
        })
    })
    .await;
    let (session, _) = home(&server).await;
    let members = session.inspector().members(false).await.expect("members");
    let words: Vec<_> = members
        .iter()
        .map(|member| member.relationship.to_string())
        .collect();
    assert_eq!(words, ["ENABLED", "MOVED_TO_MARS"]);
    assert_eq!(
        server.asked("/members/list")[0].json()["onlyAssociated"],
        false
    );
}

#[tokio::test]
async fn a_list_that_goes_in_a_circle_ends() {
    let server =
        answering(|_, _| Answer::json(&json!({ "members": [], "nextToken": "again" }))).await;
    let (session, _) = home(&server).await;
    let error = session
        .inspector()
        .members(true)
        .await
        .expect_err("a circle");
    assert_eq!(error.kind, ErrorKind::NotTheService);
    assert_eq!(server.asked("/members/list").len(), 2);
}

#[tokio::test]
async fn lambda_pages_are_read_too() {
    let server = Server::start(|_, asked| {
        sts(asked).unwrap_or_else(|| {
            let function = |name: &str| {
                json!({
                    "FunctionArn": format!("arn:aws:lambda:us-east-1:{HOME}:function:{name}"),
                    "CodeSha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
                    "CodeSize": 0,
                })
            };
            Answer::json(&if asked.target.contains("Marker=next") {
                json!({ "Functions": [function("a"), { "FunctionArn": "nonsense" }] })
            } else {
                json!({ "Functions": [function("b")], "NextMarker": "next" })
            })
        })
    })
    .await;
    let (session, _) = home(&server).await;
    let listed = session.lambda().functions().await.expect("functions");
    let names: Vec<_> = listed
        .functions
        .iter()
        .map(|function| function.arn.name())
        .collect();
    assert_eq!(names, ["a", "b"]);
    assert_eq!(listed.unreadable.len(), 1);
}

#[tokio::test]
async fn a_hundred_accounts_are_asked_for_at_a_time() {
    let server = answering(|_, body| {
        let accounts: Vec<_> = body["accountIds"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|id| {
                let state = json!({ "status": "ENABLED" });
                json!({ "accountId": id, "state": state, "resourceState": { "ec2": state, "ecr": state, "lambda": state } })
            })
            .collect();
        Answer::json(&json!({ "accounts": accounts, "failedAccounts": [] }))
    })
    .await;
    let (session, _) = home(&server).await;
    let accounts: Vec<_> = (1..=250_i64).filter_map(AccountId::from_number).collect();
    let settings = session
        .inspector()
        .status(&accounts)
        .await
        .expect("statuses");
    assert_eq!(settings.accounts.len(), 250);
    assert_eq!(
        settings.accounts[249].scans.lambda.known(),
        Some(Status::Enabled)
    );
    assert_eq!(server.asked("/status/batch/get").len(), 3);
}

#[tokio::test]
async fn enabling_is_partial_and_names_what_it_enables() {
    let server = answering(|_, _| {
        let failed = json!({ "accountId": "333333333333", "errorCode": "ACCESS_DENIED", "errorMessage": "not a member yet" });
        Answer::json(&json!({ "accounts": [], "failedAccounts": [failed] }))
    })
    .await;
    let (session, _) = home(&server).await;
    let scans = [ResourceScanType::Lambda, ResourceScanType::LambdaCode];
    let settings = session
        .inspector()
        .enable(&[account("333333333333")], &scans)
        .await
        .expect("an answer");
    assert_eq!(settings.failed[0].code.to_string(), "ACCESS_DENIED");
    let body = server.asked("/enable")[0].json();
    assert_eq!(
        body,
        json!({ "accountIds": ["333333333333"], "resourceTypes": ["LAMBDA", "LAMBDA_CODE"] })
    );
}

#[tokio::test]
async fn the_administrator_learns_that_it_is_the_one() {
    for (answer, expected) in [
        (
            Answer::error(
                400,
                "ValidationException",
                "Invoking account is the delegated admin.",
            ),
            Administrator::Caller,
        ),
        (
            Answer::error(404, "ResourceNotFoundException", "none"),
            Administrator::None,
        ),
        (Answer::json(&json!({})), Administrator::None),
        (
            Answer::json(
                &json!({ "delegatedAdmin": { "accountId": "333333333333", "relationshipStatus": "ENABLED" } }),
            ),
            Administrator::Account(account("333333333333")),
        ),
    ] {
        let server = answering(move |_, _| answer.clone()).await;
        let (session, _) = home(&server).await;
        assert_eq!(
            session
                .inspector()
                .administrator()
                .await
                .expect("an answer"),
            expected
        );
        // A call without members has no body and no content type.
        let asked = &server.asked("/delegatedadminaccounts/get")[0];
        assert_eq!(
            (asked.body.as_str(), asked.header("content-type")),
            ("", None)
        );
    }
}

#[tokio::test]
async fn a_hundred_findings_are_imported_at_a_time_and_refusals_told() {
    let server = answering(|before, body| {
        let count = body["Findings"].as_array().map_or(0, Vec::len);
        let refused = json!([{ "Id": "x", "ErrorCode": "InvalidInput", "ErrorMessage": "no" }]);
        Answer::json(&if before == 0 {
            json!({ "FailedCount": 1, "SuccessCount": count - 1, "FailedFindings": refused })
        } else {
            json!({ "FailedCount": 0, "SuccessCount": count })
        })
    })
    .await;
    let (session, _) = home(&server).await;
    let findings = vec![json!({ "Id": "x" }); 201];
    let imported = session
        .security_hub()
        .import(&findings)
        .await
        .expect("an answer");
    assert_eq!((imported.taken, imported.refused.len()), (200, 1));
    let sizes: Vec<_> = server
        .asked("/findings/import")
        .iter()
        .map(|asked| asked.json()["Findings"].as_array().map_or(0, Vec::len))
        .collect();
    assert_eq!(sizes, [100, 100, 1]);
}

#[tokio::test]
async fn findings_are_suppressed_with_a_note() {
    let server = answering(|_, _| {
        let unknown = json!({ "FindingIdentifier": { "Id": "b", "ProductArn": "p" }, "ErrorCode": "FindingNotFound", "ErrorMessage": "gone" });
        Answer::json(&json!({ "ProcessedFindings": [], "UnprocessedFindings": [unknown] }))
    })
    .await;
    let (session, _) = home(&server).await;
    let ids = ["a", "b"].map(|id| FindingId {
        id: id.to_owned(),
        product: "p".to_owned(),
    });
    let update = FindingUpdate {
        workflow: Some(Workflow::Suppressed),
        note: Some(Note {
            text: "scanned by shindan".to_owned(),
            updated_by: "shindan".to_owned(),
        }),
    };
    let unprocessed = session
        .security_hub()
        .update(&ids, &update)
        .await
        .expect("an answer");
    assert_eq!(unprocessed[0].id.id, "b");
    let asked = &server.asked("/findings/batchupdate")[0];
    assert_eq!(asked.method, "PATCH");
    assert_eq!(asked.json()["Workflow"], json!({ "Status": "SUPPRESSED" }));
    assert_eq!(asked.json()["Note"]["UpdatedBy"], "shindan");
}

#[tokio::test]
async fn a_hub_that_is_off_is_no_error_and_a_call_to_it_says_so() {
    let server = answering(|_, _| {
        let body = json!({ "Code": "InvalidAccessException", "Message": "Account is not subscribed to AWS Security Hub" });
        Answer::new(401, body.to_string())
    })
    .await;
    let (session, _) = home(&server).await;
    let hub = session.security_hub();
    assert_eq!(hub.hub().await.expect("an answer"), None);
    let error = hub.findings(&json!({})).await.expect_err("not enabled");
    assert_eq!(error.kind, ErrorKind::NotEnabled);
    assert!(error.to_string().contains("Enable SecurityHub"), "{error}");
}

fn functions(count: usize) -> Vec<FunctionArn> {
    (0..count)
        .filter_map(|at| {
            FunctionArn::parse(&format!("arn:aws:lambda:us-east-1:{HOME}:function:f{at}")).ok()
        })
        .collect()
}

#[tokio::test]
async fn invocations_are_asked_for_five_hundred_at_a_time() {
    let server = answering(|_, body| {
        let results: Vec<_> = body["MetricDataQueries"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|query| json!({ "Id": query["Id"], "Timestamps": [1_795_824_000], "Values": [2], "StatusCode": "Complete" }))
            .collect();
        Answer::json(&json!({ "MetricDataResults": results }))
    })
    .await;
    let (session, _) = home(&server).await;
    let found = session.last_invocations(&functions(501)).await;
    assert_eq!(found.len(), 501);
    assert!(
        found
            .values()
            .all(|last| matches!(last, LastInvocation::Before(_)))
    );
    let asked = server.asked("/");
    let asked: Vec<_> = asked
        .iter()
        .filter(|asked| asked.header("x-amz-target").is_some())
        .collect();
    assert_eq!(asked.len(), 2);
    assert_eq!(
        asked[0].header("x-amz-target"),
        Some("GraniteServiceVersion20100801.GetMetricData")
    );
    let body = asked[0].json();
    assert_eq!(
        body["EndTime"]
            .as_i64()
            .zip(body["StartTime"].as_i64())
            .map(|(end, start)| end - start),
        Some(90 * 86400)
    );
}

#[tokio::test]
async fn invocations_that_may_not_be_read_are_unknown_and_not_none() {
    let server = answering(|_, _| Answer::error(403, "AccessDeniedException", "no")).await;
    let (session, _) = home(&server).await;
    let found = session.last_invocations(&functions(3)).await;
    assert_eq!(found.len(), 3);
    for last in found.values() {
        assert!(matches!(last, LastInvocation::Unknown(why) if why.contains("GetMetricData")));
    }
}
