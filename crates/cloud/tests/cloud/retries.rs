//! What calls do when they fail, and what they say in the end.

use std::time::Duration;

use serde_json::json;
use shindan_cloud::{ErrorKind, Limits, Sessions, Timeouts};

use crate::server::{Answer, Server};
use crate::world::{HOME, account, effects, home, region, settings, sts};

/// A server where the nth call of Inspector's ListMembers is answered by the script.
async fn members(script: impl Fn(usize) -> Answer + Send + Sync + 'static) -> Server {
    Server::start(move |before, asked| sts(asked).unwrap_or_else(|| script(before))).await
}

fn no_members() -> Answer {
    Answer::json(&json!({ "members": [] }))
}

const PATH: &str = "/members/list";

#[tokio::test]
async fn throttling_is_waited_out_with_jitter_or_as_long_as_asked() {
    let server = members(|before| match before {
        0 => Answer::error(429, "ThrottlingException", "Rate exceeded"),
        1 => Answer::error(429, "ThrottlingException", "Rate exceeded").with("retry-after", "3"),
        2 => Answer::error(500, "InternalServerException", "sorry"),
        _ => no_members(),
    })
    .await;
    let (session, waits) = home(&server).await;
    let members = session.inspector().members(true).await.expect("members");
    assert!(members.is_empty());
    // Half of 500 ms, what was asked for, half of 2 s.
    assert_eq!(waits.millis(), [250, 3000, 1000]);
}

#[tokio::test]
async fn throttling_without_end_is_given_up_after_two_minutes() {
    let server = members(|_| Answer::error(429, "ThrottlingException", "Rate exceeded")).await;
    let (session, waits) = home(&server).await;
    let error = session
        .inspector()
        .members(true)
        .await
        .expect_err("throttled");
    assert_eq!(error.kind, ErrorKind::Throttled);
    let waited: u128 = waits.millis().iter().sum();
    assert!((60_000..=120_000).contains(&waited), "{waited} ms");
    assert_eq!(error.attempts as usize, waits.millis().len() + 1);
    let text = error.to_string();
    for part in [
        HOME,
        "us-east-1",
        "inspector2:ListMembers",
        "Rate exceeded",
        "Run it again later",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[tokio::test]
async fn a_wait_longer_than_anyone_would_is_not_begun() {
    let server = members(|_| {
        Answer::error(429, "ThrottlingException", "later").with("retry-after", "86400")
    })
    .await;
    let (session, waits) = home(&server).await;
    let error = session
        .inspector()
        .members(true)
        .await
        .expect_err("throttled");
    assert_eq!(error.attempts, 1);
    assert_eq!(waits.millis(), [] as [u128; 0]);
}

#[tokio::test]
async fn calls_of_an_sdk_are_tried_again_in_the_same_way() {
    let server = Server::start(|before, asked| {
        sts(asked).unwrap_or_else(|| match before {
            0 => Answer::error(429, "TooManyRequestsException", "Rate exceeded")
                .with("retry-after", "2"),
            1 => Answer::error(503, "ServiceException", ""),
            _ => Answer::json(&json!({ "Functions": [] })),
        })
    })
    .await;
    let (session, waits) = home(&server).await;
    let listed = session.lambda().functions().await.expect("functions");
    assert!(listed.functions.is_empty());
    assert_eq!(waits.millis(), [2000, 500]);
}

#[tokio::test]
async fn a_proxys_login_page_is_named_and_not_asked_again() {
    let page = "<!doctype html><title>Corporate proxy</title><p>Please log in";
    let server =
        Server::start(move |_, asked| sts(asked).unwrap_or_else(|| Answer::html(200, page))).await;
    let (session, waits) = home(&server).await;
    let json = session.inspector().members(true).await.expect_err("a page");
    let sdk = session.lambda().functions().await.expect_err("a page");
    for error in [json, sdk] {
        assert_eq!(error.kind, ErrorKind::NotTheService, "{error}");
        assert!(error.message.contains("Corporate proxy"), "{error}");
        assert!(error.to_string().contains("Check the proxy"), "{error}");
    }
    assert!(waits.millis().is_empty());
}

#[tokio::test]
async fn a_gateways_page_is_waited_out() {
    let server = members(|before| match before {
        0 => Answer::html(502, "<h1>Bad gateway</h1>"),
        _ => no_members(),
    })
    .await;
    let (session, waits) = home(&server).await;
    assert!(session.inspector().members(true).await.is_ok());
    assert_eq!(waits.millis().len(), 1);
}

#[tokio::test]
async fn a_clock_ten_minutes_off_is_set_right_by_the_service_once_for_all_calls() {
    let server = Server::start(|_, asked| {
        if let Some(answer) = sts(asked) {
            return answer;
        }
        // This machine says 17:00:00.
        if asked.header("x-amz-date") == Some("20261129T171000Z") {
            return match asked.path() {
                PATH => no_members(),
                _ => Answer::json(&json!({ "Functions": [] })),
            };
        }
        let message = "Signature expired: 20261129T170000Z is now earlier than 20261129T170500Z (20261129T171000Z - 5 min.)";
        Answer::error(403, "InvalidSignatureException", message)
            .with("date", "Sun, 29 Nov 2026 17:10:00 GMT")
    })
    .await;
    let (session, waits) = home(&server).await;
    session.inspector().members(true).await.expect("members");
    assert_eq!(server.asked(PATH).len(), 2);
    session.lambda().functions().await.expect("functions");
    assert_eq!(server.asked("/2015-03-31/functions").len(), 1);
    assert!(waits.millis().is_empty());
}

#[tokio::test]
async fn a_clock_that_cannot_be_set_right_is_the_error() {
    let server = members(|_| {
        Answer::error(403, "RequestTimeTooSkewed", "The difference is too large")
            .with("date", "Sun, 29 Nov 2026 17:10:00 GMT")
    })
    .await;
    let (session, _) = home(&server).await;
    let error = session.inspector().members(true).await.expect_err("skew");
    assert_eq!((error.kind, error.attempts), (ErrorKind::ClockSkew, 2));
    assert!(error.message.contains("600 s ahead"), "{error}");
}

#[tokio::test]
async fn a_denied_call_says_what_to_allow() {
    let server =
        members(|_| Answer::error(403, "AccessDeniedException", "User is not authorized")).await;
    let (session, _) = home(&server).await;
    let error = session.inspector().members(true).await.expect_err("denied");
    assert_eq!((error.kind, error.attempts), (ErrorKind::AccessDenied, 1));
    assert!(
        error
            .to_string()
            .contains("Allow inspector2:ListMembers (deploy/iam/scanner.json)"),
        "{error}"
    );
}

#[tokio::test]
async fn a_region_without_code_scanning_is_told_apart_from_a_denial() {
    let message = "Lambda code scanning is not supported in ap-south-1";
    let server = Server::start(move |_, asked| {
        sts(asked).unwrap_or_else(|| Answer::error(403, "AccessDeniedException", message))
    })
    .await;
    let (session, _) = home(&server).await;
    let error = session
        .inspector()
        .enable(&[account(HOME)], &[])
        .await
        .expect_err("no such thing");
    assert_eq!(error.kind, ErrorKind::NotInRegion);
}

#[tokio::test]
async fn a_service_that_never_answers_times_out() {
    let server = members(|_| Answer::silence()).await;
    let mut settings = settings(&server);
    settings.timeouts = Timeouts {
        connect: Duration::from_secs(5),
        read: Duration::from_millis(100),
    };
    let (effects, waits) = effects();
    let sessions = Sessions::open(settings, effects).await.expect("sessions");
    let session = sessions
        .session(account(HOME), &region("us-east-1"))
        .await
        .expect("a session");
    let error = session
        .inspector()
        .members(true)
        .await
        .expect_err("no answer");
    assert_eq!(
        (error.kind, error.attempts),
        (ErrorKind::Timeout, 3),
        "{error}"
    );
    assert_eq!(waits.millis().len(), 2);
}

#[tokio::test]
async fn a_service_that_is_not_there_is_unreachable() {
    let server = members(|_| no_members()).await;
    // A port that nobody listens on any more.
    let gone = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let url = format!("http://{}", gone.local_addr().expect("an address"));
    drop(gone);
    let mut settings = settings(&server);
    settings.endpoint = Some(url);
    let (effects, _) = effects();
    let error = Sessions::open(settings, effects)
        .await
        .expect_err("nobody there");
    assert_eq!(
        (error.kind, error.account),
        (ErrorKind::Unreachable, None),
        "{error}"
    );
}

#[tokio::test]
async fn an_endless_answer_is_cut_off() {
    let server = members(|_| Answer::new(200, vec![b' '; 2000])).await;
    let mut settings = settings(&server);
    settings.limits = Limits {
        answer: 1000,
        ..Limits::default()
    };
    let (effects, _) = effects();
    let sessions = Sessions::open(settings, effects).await.expect("sessions");
    let session = sessions
        .session(account(HOME), &region("us-east-1"))
        .await
        .expect("a session");
    let error = session
        .inspector()
        .members(true)
        .await
        .expect_err("too much");
    assert_eq!(error.kind, ErrorKind::TooLarge);
}
