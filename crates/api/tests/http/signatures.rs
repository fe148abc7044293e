//! Requests that do not prove who sent them.

use std::sync::atomic::Ordering;

use axum::body::Body;
use axum::http::Request;
use secrecy::SecretString;
use serde_json::json;
use shindan_inspector::Role;

use crate::support::{Key, NOW, STRANGER, Server};

async fn server_and_key() -> (Server, Key) {
    let server = Server::start().await;
    let key = server.key(STRANGER, Role::Administrator).await;
    (server, key)
}

fn list(server: &Server, key: &Key) -> Request<Body> {
    server.signed(key, "inspector2", "POST", "/findings/list", b"{}")
}

#[tokio::test]
async fn unsigned_and_presigned_requests_are_refused_by_name() {
    let (server, _) = server_and_key().await;
    let request = |uri: &str| {
        Request::post(uri)
            .header("host", "shindan.example")
            .body(Body::from("{}"))
            .expect("a request")
    };
    let unsigned = server.raw(request("/findings/list")).await;
    assert_eq!(
        (unsigned.err().0, unsigned.err().1),
        (403, "MissingAuthenticationTokenException")
    );
    assert!(unsigned.headers.contains_key("x-amzn-requestid"));
    let presigned = server
        .raw(request(
            "/findings/list?X-Amz-Signature=00&X-Amz-Algorithm=AWS4-HMAC-SHA256",
        ))
        .await;
    assert_eq!(
        (presigned.err().0, presigned.err().1),
        (403, "IncompleteSignatureException")
    );
}

#[tokio::test]
async fn unknown_disabled_and_wrong_keys_are_told_the_same() {
    let (server, key) = server_and_key().await;
    let wrong = Key {
        secret: SecretString::from("x".repeat(40)),
        ..key.clone()
    };
    let unknown = Key {
        id: "AKIAAAAAAAAAAAAAAAAA".to_owned(),
        ..key.clone()
    };
    let first = server.raw(list(&server, &wrong)).await;
    let second = server.raw(list(&server, &unknown)).await;
    let mut write = server.store.write().await.expect("begins");
    let now = shindan_inspector::Timestamp::from_millis(NOW);
    write
        .disable_access_key(&key.id, now)
        .await
        .expect("writes");
    write.commit().await.expect("commits");
    let third = server.raw(list(&server, &key)).await;
    assert_eq!(first.err().1, "UnrecognizedClientException");
    for reply in [&second, &third] {
        assert_eq!(reply.err(), first.err());
    }
}

#[tokio::test]
async fn a_signature_is_good_for_five_minutes_either_way() {
    let (server, key) = server_and_key().await;
    for (seconds, accepted) in [(-301, false), (-299, true), (299, true), (301, false)] {
        let at = NOW + seconds * 1000;
        let request = server.signed_at(&key, "inspector2", "POST", "/findings/list", b"{}", at);
        let reply = server.raw(request).await;
        assert_eq!(
            reply.status.is_success(),
            accepted,
            "{seconds}: {}",
            reply.text
        );
        if !accepted {
            assert_eq!(reply.err().1, "InvalidSignatureException");
        }
    }
}

#[tokio::test]
async fn what_was_signed_is_what_counts() {
    let (server, key) = server_and_key().await;
    let changed = |change: fn(&mut Request<Body>)| {
        let mut request = list(&server, &key);
        change(&mut request);
        request
    };
    for request in [
        changed(|request| *request.body_mut() = Body::from("{\"maxResults\":1}")),
        changed(|request| *request.uri_mut() = "/coverage/list".parse().expect("a path")),
        changed(|request| *request.uri_mut() = "/findings/list?a=b".parse().expect("a path")),
        changed(|request| {
            let host = "other.example".parse().expect("a value");
            request.headers_mut().insert("host", host);
        }),
        changed(|request| {
            let value = "x".parse().expect("a value");
            request.headers_mut().insert("x-amz-target", value);
        }),
    ] {
        let reply = server.raw(request).await;
        assert!(
            matches!(
                reply.err().1,
                "UnrecognizedClientException" | "InvalidSignatureException"
            ),
            "{}",
            reply.text
        );
    }
    let other = server.signed(&key, "guardduty", "POST", "/findings/list", b"{}");
    let reply = server.raw(other).await;
    assert_eq!(reply.err().1, "InvalidSignatureException", "{}", reply.text);
}

#[tokio::test]
async fn a_change_is_made_once_however_often_its_request_is_replayed() {
    let (server, key) = server_and_key().await;
    let body = json!({"name": "f", "action": "NONE", "filterCriteria": {}}).to_string();
    let make = || {
        server.signed(
            &key,
            "inspector2",
            "POST",
            "/filters/create",
            body.as_bytes(),
        )
    };
    server.raw(make()).await.ok();
    let replayed = server.raw(make()).await;
    assert_eq!(
        (replayed.err().0, replayed.err().1),
        (429, "ThrottlingException")
    );
    assert!(replayed.headers.contains_key("retry-after"));
    // Signed anew it is another request, and there is a filter of the name.
    server.millis.fetch_add(1000, Ordering::SeqCst);
    let again = server.raw(make()).await;
    assert_eq!((again.err().0, again.err().1), (400, "BadRequestException"));
    // It changed nothing, so it may come again.
    let again = server.raw(make()).await;
    assert_eq!((again.err().0, again.err().1), (400, "BadRequestException"));
    // Reading twice tells nobody more than reading once.
    for _ in 0..2 {
        server.raw(list(&server, &key)).await.ok();
    }
}

#[tokio::test]
async fn a_temporary_key_needs_its_token_and_ends() {
    let (server, key) = server_and_key().await;
    let mut stored = server
        .store
        .access_key(&key.id)
        .await
        .expect("reads")
        .expect("there");
    let token = SecretString::from("the session's token");
    let id = "ASIAAAAAAAAAAAAAAAAA";
    let (keyring, secret) = (&server.keyring, &key.secret);
    stored.secret = shindan_api::seal::seal_secret(keyring, id, [8; 12], secret).expect("seals");
    let sealed = shindan_api::seal::seal_session_token(keyring, id, [9; 12], &token);
    stored.session_token = Some(sealed.expect("seals"));
    stored.expires_at = Some(shindan_inspector::Timestamp::from_millis(NOW + 60_000));
    stored.id = id.to_owned();
    let mut write = server.store.write().await.expect("begins");
    write.add_access_key(&stored).await.expect("writes");
    write.commit().await.expect("commits");

    let temporary = Key {
        id: id.to_owned(),
        secret: key.secret.clone(),
    };
    let without = server.raw(list(&server, &temporary)).await;
    assert_eq!(without.err().1, "UnrecognizedClientException");
    let signer = |token: &str| shindan_sigv4::Signer {
        access_key_id: id.to_owned(),
        secret: key.secret.clone(),
        session_token: Some(SecretString::from(token)),
        region: crate::support::REGION.to_owned(),
        service: "inspector2".to_owned(),
    };
    for (token, after, expected) in [
        ("the session's token", 0, 200),
        ("another token", 0, 403),
        ("the session's token", 61_000, 403),
    ] {
        server.millis.store(NOW + after, Ordering::SeqCst);
        let at = jiff::Timestamp::from_millisecond(NOW + after).expect("a time");
        let headers: [(&str, &[u8]); 1] = [("host", b"shindan.example")];
        let signed = shindan_sigv4::Request {
            method: "POST",
            path: "/findings/list",
            query: "",
            headers: &headers,
            body: b"{}",
        };
        let mut request = Request::post("/findings/list").header("host", "shindan.example");
        for (name, value) in signer(token).sign(&signed, at).expect("signs") {
            request = request.header(name, value);
        }
        let request = request.body(Body::from("{}")).expect("a request");
        let reply = server.raw(request).await;
        assert_eq!(
            reply.status.as_u16(),
            expected,
            "{token} {after}: {}",
            reply.text
        );
    }
}
