//! Whose credentials are used where, and that nobody sees them.

use serde_json::json;
use shindan_cloud::{ErrorKind, Sessions};
use shindan_sigv4::{AccessKeyId, Key, Request, UnsignedPayload, Verifier};

use crate::server::{Answer, Asked, Server};
use crate::world::{
    HOME, MEMBER, SECRET, TOKEN, account, effects, home, region, sessions, settings, sts,
};

fn empty(asked: &Asked) -> Answer {
    Answer::json(&match asked.path() {
        "/members/list" => json!({ "members": [] }),
        _ => json!({ "Functions": [] }),
    })
}

#[tokio::test]
async fn a_role_is_assumed_once_for_all_regions_and_calls_and_may_only_read() {
    let server = Server::start(|_, asked| sts(asked).unwrap_or_else(|| empty(asked))).await;
    let (sessions, _) = sessions(&server).await;
    for name in ["us-east-1", "ap-northeast-1"] {
        let session = sessions
            .session(account(MEMBER), &region(name))
            .await
            .expect("a session");
        session.lambda().functions().await.expect("functions");
        session.inspector().members(true).await.expect("members");
    }
    let assumed = server.actions("AssumeRole");
    assert_eq!(assumed.len(), 1);
    let body = &assumed[0].body;
    for part in [
        "RoleArn=arn%3Aaws%3Aiam%3A%3A222222222222%3Arole%2Fshindan-scanner&",
        "DurationSeconds=900",
        "ExternalId=a%20text%20that%20only%20we%20know",
        "lambda%3AGetFunction",
    ] {
        assert!(body.contains(part), "{part} in {body}");
    }
    assert!(!body.contains("inspector2%3AEnable"), "{body}");
    for asked in server.asked("/members/list") {
        assert_eq!(asked.header("x-amz-security-token"), Some(TOKEN));
    }
}

#[tokio::test]
async fn the_own_account_needs_no_role() {
    let server = Server::start(|_, asked| sts(asked).unwrap_or_else(|| empty(asked))).await;
    let (session, _) = home(&server).await;
    session.lambda().functions().await.expect("functions");
    assert!(server.actions("AssumeRole").is_empty());
}

#[tokio::test]
async fn a_role_that_cannot_be_assumed_stops_only_its_own_account() {
    let denied = "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>\
                  <Code>AccessDenied</Code><Message>not authorized to perform: sts:AssumeRole</Message></Error></ErrorResponse>";
    let server = Server::start(move |_, asked| {
        if asked.body.starts_with("Action=AssumeRole&") {
            return Answer::xml(403, denied);
        }
        sts(asked).unwrap_or_else(|| empty(asked))
    })
    .await;
    let (sessions, _) = sessions(&server).await;
    let regions = [region("us-east-1")];
    let found = sessions
        .discover(&[account(MEMBER), account(HOME)], &regions, 2)
        .await;
    assert_eq!(found[0].account, account(MEMBER));
    let error = found[0].functions.as_ref().expect_err("denied");
    assert_eq!(
        (error.kind, error.account),
        (ErrorKind::AccessDenied, Some(account(MEMBER)))
    );
    let text = error.to_string();
    assert!(
        text.contains("sts:AssumeRole") && text.contains("trust"),
        "{text}"
    );
    assert!(found[1].functions.is_ok());
}

#[tokio::test]
async fn without_a_role_members_are_refused_before_any_call() {
    let server = Server::start(|_, asked| sts(asked).unwrap_or_else(|| empty(asked))).await;
    let mut settings = settings(&server);
    settings.role = None;
    let (effects, _) = effects();
    let sessions = Sessions::open(settings, effects).await.expect("sessions");
    let error = sessions
        .session(account(MEMBER), &region("us-east-1"))
        .await
        .expect_err("no role");
    assert!(error.message.contains("no role"), "{error}");
    assert!(server.actions("AssumeRole").is_empty());
}

#[tokio::test]
async fn expired_credentials_are_renewed_once() {
    let server = Server::start(|before, asked| {
        sts(asked).unwrap_or_else(|| match before {
            0 => Answer::error(
                403,
                "ExpiredTokenException",
                "The security token included in the request is expired",
            ),
            _ => empty(asked),
        })
    })
    .await;
    let (sessions, _) = sessions(&server).await;
    let session = sessions
        .session(account(MEMBER), &region("us-east-1"))
        .await
        .expect("a session");
    session.inspector().members(true).await.expect("members");
    assert_eq!(server.actions("AssumeRole").len(), 2);
}

#[tokio::test]
async fn credentials_that_stay_expired_say_so() {
    let server = Server::start(|_, asked| {
        sts(asked).unwrap_or_else(|| Answer::error(403, "ExpiredTokenException", "expired"))
    })
    .await;
    let (session, _) = home(&server).await;
    for error in [
        session
            .inspector()
            .members(true)
            .await
            .expect_err("expired"),
        session.lambda().functions().await.expect_err("expired"),
    ] {
        assert_eq!(
            (error.kind, error.attempts),
            (ErrorKind::CredentialsExpired, 2),
            "{error}"
        );
        assert!(error.to_string().contains("aws sso login"), "{error}");
    }
}

#[tokio::test]
async fn no_error_and_no_debug_output_shows_a_credential() {
    let server = Server::start(|_, asked| {
        sts(asked).unwrap_or_else(|| Answer::error(400, "ValidationException", "no"))
    })
    .await;
    let (sessions, _) = sessions(&server).await;
    let session = sessions
        .session(account(MEMBER), &region("us-east-1"))
        .await
        .expect("a session");
    let error = session.inspector().members(true).await.expect_err("no");
    let shown = format!(
        "{error} {error:?} {sessions:?} {session:?} {:?} {:?} {:?}",
        session.lambda(),
        session.inspector(),
        settings(&server),
    );
    for secret in [SECRET, TOKEN, "only we know"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[tokio::test]
async fn signed_json_is_signed_as_a_server_checks_it() {
    let server = Server::start(|_, asked| {
        sts(asked).unwrap_or_else(|| Answer::json(&json!({ "SecurityControlDefinitions": [] })))
    })
    .await;
    let (session, _) = home(&server).await;
    let standard = "arn:aws:securityhub:us-east-1::standards/pci dss/v/4.0.1";
    let hub = session.security_hub();
    hub.control_definitions(Some(standard))
        .await
        .expect("definitions");
    hub.enabled_standards().await.expect("standards");

    let verifier = Verifier {
        services: vec!["securityhub".to_owned()],
        regions: Some(vec!["us-east-1".to_owned()]),
        unsigned_payload: UnsignedPayload::Refuse,
    };
    let keys = |_: &AccessKeyId| {
        Some(Key {
            secret: SECRET.into(),
            session: None,
        })
    };
    let now = jiff::Timestamp::from_second(1_795_971_600).expect("a time");
    let mut asked = server.asked("/securityControls/definitions");
    asked.extend(server.asked("/standards/get"));
    assert_eq!(asked.len(), 2);
    for asked in asked {
        let (path, query) = asked.target.split_once('?').unwrap_or((&asked.target, ""));
        let headers: Vec<_> = asked
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_bytes()))
            .collect();
        let request = Request {
            method: &asked.method,
            path,
            query,
            headers: &headers,
            body: asked.body.as_bytes(),
        };
        verifier
            .verify(&request, &keys, now)
            .expect("a right signature");
    }
}
