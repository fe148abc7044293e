//! Requests that are wrong, too large or about nothing.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use shindan_api::{Limits, Settings};
use shindan_inspector::Role;

use crate::support::{Key, STRANGER, Server};

async fn server_and_key() -> (Server, Key) {
    let server = Server::start().await;
    let key = server.key(STRANGER, Role::Administrator).await;
    (server, key)
}

#[tokio::test]
async fn validation_errors_have_reason_and_fields() {
    let (server, key) = server_and_key().await;
    let eleven: Vec<Value> = (0..11)
        .map(|n| json!({"comparison": "EQUALS", "value": n.to_string()}))
        .collect();
    for (path, body, field, reason) in [
        (
            "/enable",
            json!({"resourceTypes": ["PARROT"]}),
            "resourceTypes",
            "FIELD_VALIDATION_FAILED",
        ),
        (
            "/enable",
            json!({}),
            "resourceTypes",
            "FIELD_VALIDATION_FAILED",
        ),
        (
            "/enable",
            json!({"resourceTypes": "LAMBDA"}),
            "resourceTypes",
            "CANNOT_PARSE",
        ),
        (
            "/findings/list",
            json!({"maxResults": 101}),
            "maxResults",
            "FIELD_VALIDATION_FAILED",
        ),
        (
            "/findings/list",
            json!({"filterCriteria": {"title": eleven}}),
            "filterCriteria.title",
            "FIELD_VALIDATION_FAILED",
        ),
        (
            "/findings/list",
            json!({"filterCriteria": {"title": [{"comparison": "LIKE", "value": "a"}]}}),
            "filterCriteria.title.1.member.comparison",
            "FIELD_VALIDATION_FAILED",
        ),
        (
            "/findings/list",
            json!({"sortCriteria": {"field": "LUCK", "sortOrder": "ASC"}}),
            "sortCriteria.field",
            "FIELD_VALIDATION_FAILED",
        ),
        (
            "/coverage/list",
            json!({"filterCriteria": {"scanType": eleven}}),
            "filterCriteria.scanType",
            "FIELD_VALIDATION_FAILED",
        ),
        (
            "/coverage/statistics/list",
            json!({"groupBy": "LUCK"}),
            "groupBy",
            "FIELD_VALIDATION_FAILED",
        ),
        (
            "/findings/aggregation/list",
            json!({"aggregationType": "LUCK"}),
            "aggregationType",
            "FIELD_VALIDATION_FAILED",
        ),
        (
            "/codesnippet/batchget",
            json!({"findingArns": []}),
            "findingArns",
            "FIELD_VALIDATION_FAILED",
        ),
        (
            "/codesnippet/batchget",
            json!({"findingArns": ["x"]}),
            "findingArns",
            "FIELD_VALIDATION_FAILED",
        ),
        (
            "/vulnerabilities/search",
            json!({"filterCriteria": {"vulnerabilityIds": ["GHSA-1"]}}),
            "filterCriteria.vulnerabilityIds",
            "FIELD_VALIDATION_FAILED",
        ),
        (
            "/reporting/create",
            json!({"reportFormat": "PDF", "s3Destination": {"bucketName": "b", "kmsKeyArn": "k"}}),
            "reportFormat",
            "FIELD_VALIDATION_FAILED",
        ),
        (
            "/reporting/create",
            json!({"reportFormat": "CSV", "s3Destination": {"bucketName": "b", "kmsKeyArn": "k", "keyPrefix": "a/../b"}}),
            "s3Destination.keyPrefix",
            "FIELD_VALIDATION_FAILED",
        ),
        (
            "/sbomexport/create",
            json!({"reportFormat": "SPDX_2_3", "s3Destination": {"bucketName": "b", "kmsKeyArn": "k"},
                   "resourceFilterCriteria": {"lambdaFunctionName": [{"comparison": "PREFIX", "value": "a"}]}}),
            "resourceFilterCriteria.lambdaFunctionName.1.member.comparison",
            "FIELD_VALIDATION_FAILED",
        ),
        (
            "/filters/create",
            json!({"name": "", "action": "NONE", "filterCriteria": {}}),
            "name",
            "FIELD_VALIDATION_FAILED",
        ),
    ] {
        let reply = server.call(&key, path, &body).await;
        assert_eq!(
            (reply.err().0, reply.err().1),
            (400, "ValidationException"),
            "{}",
            reply.text
        );
        assert_eq!(
            reply.body["fields"][0]["name"], field,
            "{path}: {}",
            reply.text
        );
        assert_eq!(reply.body["reason"], reason, "{path}: {}", reply.text);
    }
}

#[tokio::test]
async fn what_is_no_json_is_told_so() {
    let (server, key) = server_and_key().await;
    for body in [
        &b"{"[..],
        b"[]",
        b"null",
        b"\xff",
        b"{\"a\":1e999}",
        b"{} x",
    ] {
        let reply = server.send(&key, "POST", "/findings/list", body).await;
        assert_eq!(reply.err().1, "ValidationException", "{}", reply.text);
        assert_eq!(reply.body["reason"], "CANNOT_PARSE");
    }
    let deep = "[".repeat(100_000);
    let reply = server
        .send(&key, "POST", "/findings/list", deep.as_bytes())
        .await;
    assert_eq!(reply.body["reason"], "CANNOT_PARSE");
    // Operations without members are called without a body.
    server.send(&key, "POST", "/findings/list", b"").await.ok();
}

#[tokio::test]
async fn unknown_paths_and_operations_that_are_not_served_have_answers_in_json() {
    let (server, key) = server_and_key().await;
    for (method, path) in [
        ("POST", "/parrot"),
        ("GET", "/findings/list"),
        ("DELETE", "/"),
    ] {
        let reply = server.send(&key, method, path, b"").await;
        assert_eq!(
            (reply.err().0, reply.err().1),
            (404, "UnknownOperationException")
        );
    }
    let reply = server.call(&key, "/cis/scan/list", &json!({})).await;
    let (status, name, message) = reply.err();
    assert_eq!((status, name), (403, "AccessDeniedException"));
    assert!(
        message.starts_with("ListCisScans is not supported"),
        "{message}"
    );
}

#[tokio::test]
async fn a_body_above_the_limit_is_refused_and_one_at_the_limit_is_read() {
    let settings = Settings {
        limits: Limits {
            body: 1000,
            ..Limits::default()
        },
        ..Settings::default()
    };
    let server = Server::with(settings).await;
    let key = server.key(STRANGER, Role::Administrator).await;
    let of = |size: usize| format!("{{{}}}", " ".repeat(size - 2));
    let fits = server
        .send(&key, "POST", "/findings/list", of(1000).as_bytes())
        .await;
    fits.ok();
    for size in [1001, 1_000_000] {
        let reply = server
            .send(&key, "POST", "/findings/list", of(size).as_bytes())
            .await;
        assert_eq!(reply.err().1, "ValidationException", "{}", reply.text);
    }
}

#[tokio::test]
async fn an_arn_that_was_encoded_twice_is_nobodys() {
    let (server, key) = server_and_key().await;
    let body = json!({"name": "f", "action": "NONE", "filterCriteria": {}});
    let made = server.call(&key, "/filters/create", &body).await.ok();
    let arn = made["arn"].as_str().expect("an ARN");
    let once = arn.replace(':', "%3A").replace('/', "%2F");
    let tags = |label: &str| format!("/tags/{label}");
    let body = json!({"tags": {"a b": "c/d"}}).to_string();
    server
        .send(&key, "POST", &tags(&once), body.as_bytes())
        .await
        .ok();
    let path = format!("{}?tagKeys=a%20b&tagKeys=other", tags(&once));
    server.send(&key, "DELETE", &path, b"").await.ok();
    let left = server.send(&key, "GET", &tags(&once), b"").await.ok();
    assert_eq!(left["tags"], json!({}));
    let twice = once.replace('%', "%25");
    let reply = server.send(&key, "GET", &tags(&twice), b"").await;
    assert_eq!(reply.err().1, "ResourceNotFoundException");
    let reply = server.send(&key, "GET", &tags(arn), b"").await;
    assert_eq!(reply.err().1, "UnknownOperationException");
}

#[tokio::test]
async fn a_page_token_is_good_for_its_own_account_and_list() {
    let (server, key) = server_and_key().await;
    for name in ["a", "b", "c"] {
        let body = json!({"name": name, "action": "NONE", "filterCriteria": {}});
        server.call(&key, "/filters/create", &body).await.ok();
    }
    let mut seen = Vec::new();
    let mut token = Value::Null;
    let mut first = Value::Null;
    loop {
        let body = json!({"maxResults": 1, "nextToken": token});
        let page = server.call(&key, "/filters/list", &body).await.ok();
        seen.push(
            page["filters"][0]["name"]
                .as_str()
                .expect("a name")
                .to_owned(),
        );
        token = page["nextToken"].clone();
        if first.is_null() {
            first = token.clone();
        }
        if token.is_null() {
            break;
        }
    }
    seen.sort();
    assert_eq!(seen, ["a", "b", "c"]);
    let other = server
        .key(crate::support::MEMBER, Role::Administrator)
        .await;
    let text = first.as_str().expect("a token");
    let forged = format!("{}A", &text[..text.len() - 1]);
    for (key, path, body) in [
        (&other, "/filters/list", json!({"nextToken": first})),
        (
            &key,
            "/filters/list",
            json!({"nextToken": first, "action": "NONE"}),
        ),
        (&key, "/findings/list", json!({"nextToken": first})),
        (&key, "/filters/list", json!({"nextToken": forged})),
        (&key, "/filters/list", json!({"nextToken": 7})),
    ] {
        let reply = server.call(key, path, &body).await;
        assert_eq!(
            reply.err().1,
            "ValidationException",
            "{body}: {}",
            reply.text
        );
    }
}

#[tokio::test]
async fn who_asks_too_often_is_told_to_wait() {
    let settings = Settings {
        limits: Limits {
            rate: 1,
            burst: 3,
            ..Limits::default()
        },
        ..Settings::default()
    };
    let server = Server::with(settings).await;
    let key = server.key(STRANGER, Role::ReadOnly).await;
    let list = || server.signed(&key, "inspector2", "POST", "/findings/list", b"{}");
    for _ in 0..3 {
        server.raw(list()).await.ok();
    }
    let reply = server.raw(list()).await;
    assert_eq!((reply.err().0, reply.err().1), (429, "ThrottlingException"));
    assert_eq!(reply.headers["retry-after"], "1");
    let other = server.key(STRANGER, Role::ReadOnly).await;
    let list = server.signed(&other, "inspector2", "POST", "/findings/list", b"{}");
    server.raw(list).await.ok();
}

#[tokio::test]
async fn health_and_metrics_need_no_signature() {
    let (server, key) = server_and_key().await;
    server.call(&key, "/findings/list", &json!({})).await.ok();
    for (path, expected) in [
        ("/healthz", "ok"),
        ("/readyz", "ready"),
        (
            "/metrics",
            "shindan_api_requests_total{operation=\"ListFindings\",status=\"200\"} 1",
        ),
        ("/metrics", "other_metric 1"),
    ] {
        let request = Request::get(path).body(Body::empty()).expect("a request");
        let reply = server.raw(request).await;
        assert!(reply.text.contains(expected), "{path}: {}", reply.text);
    }
}

#[tokio::test]
async fn a_pushed_package_is_of_the_keys_account_and_what_is_said_of_it_is_checked() {
    let (server, key) = server_and_key().await;
    let push = async |path: &str, body: &[u8]| {
        let request = server.signed(&key, "shindan", "PUT", path, body);
        let reply = server.raw(request).await;
        server
            .millis
            .fetch_add(1000, std::sync::atomic::Ordering::SeqCst);
        reply
    };
    let path = "/shindan/functions/orders/package?runtime=python3.12&handler=app.handler&tags=team%3Dred&layers=arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Alayer%3Atools%3A7";
    let pushed = push(path, b"PK").await.ok();
    assert_eq!(
        pushed["functionArn"],
        "arn:aws:lambda:us-east-1:999999999999:function:orders"
    );
    assert_eq!(pushed["changed"], true);
    for (path, body) in [
        ("/shindan/functions/orders/package", &b"PK"[..]),
        ("/shindan/functions/orders/package?runtime=python3.12", b""),
        (
            "/shindan/functions/orders/package?runtime=python3.12",
            b"no zip",
        ),
        (
            "/shindan/functions/or%2Fders/package?runtime=python3.12",
            b"PK",
        ),
        (
            "/shindan/functions/orders/package?runtime=python3.12&tags=red",
            b"PK",
        ),
        (
            "/shindan/functions/orders/package?runtime=python3.12&layers=tools",
            b"PK",
        ),
        (
            "/shindan/functions/orders/package?runtime=python3.12&parrot=x",
            b"PK",
        ),
    ] {
        let reply = push(path, body).await;
        assert_eq!(
            reply.err().1,
            "ValidationException",
            "{path}: {}",
            reply.text
        );
    }
    // Inspector's service has no such operation, and shindan's none of Inspector's.
    let request = server.signed(&key, "inspector2", "PUT", path, b"PK");
    assert_eq!(
        server.raw(request).await.err().1,
        "UnknownOperationException"
    );
    let request = server.signed(&key, "shindan", "POST", "/findings/list", b"{}");
    assert_eq!(
        server.raw(request).await.err().1,
        "UnknownOperationException"
    );
}

#[tokio::test]
async fn a_panic_is_an_answer_and_the_server_goes_on() {
    let (server, key) = server_and_key().await;
    let search = async |id: &str| {
        let body = json!({"filterCriteria": {"vulnerabilityIds": [id]}});
        server.call(&key, "/vulnerabilities/search", &body).await
    };
    let reply = search("CVE-1999-9999").await;
    assert_eq!(
        (reply.err().0, reply.err().1),
        (500, "InternalServerException")
    );
    assert!(!reply.text.contains("for the test"), "{}", reply.text);
    assert!(reply.headers.contains_key("x-amzn-requestid"));
    search("CVE-2023-30861").await.ok();
}

#[tokio::test]
async fn the_server_ends_when_told_and_answers_what_is_under_way() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let (server, _) = server_and_key().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("a port");
    let address = listener.local_addr().expect("an address");
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let api = server.api.clone();
    let serving = tokio::spawn(async move {
        let end = async { drop(ended.await) };
        shindan_api::serve(&api, listener, None, end).await;
    });
    let mut client = tokio::net::TcpStream::connect(address)
        .await
        .expect("connects");
    let head = "POST /findings/list HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n";
    client.write_all(head.as_bytes()).await.expect("sends");
    // The head must have arrived before the end begins.
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    end.send(()).expect("listens");
    client.write_all(b"{}").await.expect("sends");
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.expect("reads");
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
    assert!(
        answer.contains("MissingAuthenticationTokenException"),
        "{answer}"
    );
    serving.await.expect("ends");
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_large_package_is_not_read_for_an_unknown_key() {
    let (server, key) = server_and_key().await;
    let unknown = Key {
        id: "AKIAAAAAAAAAAAAAAAAA".to_owned(),
        ..key
    };
    let path = "/shindan/functions/f/package?runtime=python3.12";
    let mut request = server.signed(&unknown, "shindan", "PUT", path, b"PK");
    // It would never end.
    *request.body_mut() = Body::new(Endless);
    let reply = server.raw(request).await;
    assert_eq!(reply.err().1, "UnrecognizedClientException");
}

struct Endless;

impl hyper::body::Body for Endless {
    type Data = axum::body::Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<hyper::body::Frame<Self::Data>, Self::Error>>> {
        std::task::Poll::Pending
    }
}
