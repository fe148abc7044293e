//! The queue of change events: what is understood is delivered, nothing blocks it.

use serde_json::{Value, json};
use shindan_cloud::ErrorKind;
use shindan_cloud::events::{ChangeKind, QueueOptions};

use crate::server::{Answer, Server};
use crate::world::{HOME, home, sts};

fn event(name: &str) -> String {
    json!({
        "source": "aws.lambda",
        "account": HOME,
        "region": "us-east-1",
        "time": "2026-11-29T17:00:00Z",
        "detail": { "eventName": name, "requestParameters": { "functionName": "orders" } },
    })
    .to_string()
}

fn message(handle: &str, receives: u32, body: &str) -> Value {
    json!({
        "MessageId": handle,
        "ReceiptHandle": handle,
        "Body": body,
        "Attributes": { "ApproximateReceiveCount": receives.to_string() },
    })
}

/// A queue with messages, and what deleting answers.
async fn queue(messages: Vec<Value>, deleted: Answer) -> Server {
    Server::start(move |_, asked| {
        sts(asked).unwrap_or_else(|| match asked.header("x-amz-target") {
            Some("AmazonSQS.ReceiveMessage") => Answer::json(&json!({ "Messages": messages })),
            _ => deleted.clone(),
        })
    })
    .await
}

fn nothing_failed() -> Answer {
    Answer::json(&json!({ "Successful": [], "Failed": [] }))
}

/// The receipts that were deleted.
fn deleted(server: &Server) -> Vec<String> {
    server
        .asked("/")
        .iter()
        .filter(|asked| asked.header("x-amz-target") == Some("AmazonSQS.DeleteMessageBatch"))
        .flat_map(|asked| {
            asked.json()["Entries"]
                .as_array()
                .cloned()
                .unwrap_or_default()
        })
        .map(|entry| {
            entry["ReceiptHandle"]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        })
        .collect()
}

#[tokio::test]
async fn changes_stay_on_the_queue_until_they_are_handled_and_the_rest_never_blocks_it() {
    let messages = vec![
        message("change", 1, &event("UpdateFunctionCode20150331v2")),
        message("unrelated", 1, &event("Invoke20150331")),
        message("broken", 1, "{"),
        message("broken for the third time", 3, "not even JSON"),
    ];
    let server = queue(messages, nothing_failed()).await;
    let (session, _) = home(&server).await;
    let queue = session.events(
        &format!("{}/{HOME}/shindan-events", server.url),
        QueueOptions::default(),
    );
    let received = queue.receive().await.expect("messages");
    assert_eq!(received.changes.len(), 1);
    assert_eq!(received.changes[0].change.kind, ChangeKind::CodeUpdated);
    assert_eq!((received.unrelated, received.malformed.len()), (1, 2));
    assert_eq!(deleted(&server), ["unrelated", "broken for the third time"]);

    queue
        .done(&[received.changes[0].receipt.clone()])
        .await
        .expect("deleted");
    assert_eq!(deleted(&server).last().map(String::as_str), Some("change"));
    let receive = server
        .asked("/")
        .into_iter()
        .find(|asked| asked.header("x-amz-target") == Some("AmazonSQS.ReceiveMessage"));
    assert_eq!(receive.expect("a call").json()["WaitTimeSeconds"], 20);
}

#[tokio::test]
async fn ten_messages_are_deleted_at_a_time() {
    let messages = (0..10)
        .map(|at| message(&at.to_string(), 1, &event("DeleteFunction20150331")))
        .collect();
    let server = queue(messages, nothing_failed()).await;
    let (session, _) = home(&server).await;
    let queue = session.events(&server.url, QueueOptions::default());
    let mut receipts: Vec<_> = queue
        .receive()
        .await
        .expect("messages")
        .changes
        .into_iter()
        .map(|delivery| delivery.receipt)
        .collect();
    receipts.extend(
        queue
            .receive()
            .await
            .expect("messages")
            .changes
            .into_iter()
            .take(3)
            .map(|delivery| delivery.receipt),
    );
    queue.done(&receipts).await.expect("deleted");
    assert_eq!(deleted(&server).len(), 13);
}

#[tokio::test]
async fn a_message_that_cannot_be_deleted_is_told() {
    let failed = json!([{ "Id": "0", "Code": "ReceiptHandleIsInvalid", "Message": "too late", "SenderFault": true }]);
    let answer = Answer::json(&json!({ "Successful": [], "Failed": failed }));
    let server = queue(
        vec![message("a", 1, &event("CreateFunction20150331"))],
        answer,
    )
    .await;
    let (session, _) = home(&server).await;
    let queue = session.events(&server.url, QueueOptions::default());
    let received = queue.receive().await.expect("messages");
    let error = queue
        .done(&[received.changes[0].receipt.clone()])
        .await
        .expect_err("too late");
    assert!(error.message.contains("too late"), "{error}");
}

#[tokio::test]
async fn a_queue_that_is_not_there_is_named() {
    let missing = json!({ "__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "The specified queue does not exist." });
    let server = Server::start(move |_, asked| {
        sts(asked).unwrap_or_else(|| Answer::new(400, missing.to_string()))
    })
    .await;
    let (session, _) = home(&server).await;
    let error = session
        .events(&server.url, QueueOptions::default())
        .receive()
        .await
        .expect_err("no queue");
    assert_eq!(error.kind, ErrorKind::NotFound);
    assert!(error.to_string().contains("sqs:ReceiveMessage"), "{error}");
}
