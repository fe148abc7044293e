//! Getting code: only from where it may come, only what was announced, and once.

use serde_json::{Value, json};
use shindan_cloud::{
    CloudError, CodeHash, ErrorKind, Fetched, FetchedLayer, Function, Known, Lambda, Limits,
    Sessions,
};
use shindan_inspector::LayerArn;

use crate::server::{Answer, Asked, Server};
use crate::world::{HOME, account, effects, region, settings, sts};

const ZIP: &[u8] = b"PK\x05\x06 as good as any zip";
const HOST: &str = "awslambda-us-east-1-tasks.s3.us-east-1.amazonaws.com";
const LIST: &str = "/2015-03-31/functions";
const GET: &str = "/2015-03-31/functions/orders";
const LAYER: &str = "arn:aws:lambda:us-east-1:333333333333:layer:tools:3";
const LAYER_PATH: &str =
    "/2018-10-31/layers/arn%3Aaws%3Alambda%3Aus-east-1%3A333333333333%3Alayer%3Atools/versions/3";

fn configuration(zip: &[u8]) -> Value {
    json!({
        "FunctionName": "orders",
        "FunctionArn": format!("arn:aws:lambda:us-east-1:{HOME}:function:orders"),
        "CodeSha256": CodeHash::of(zip).to_string(),
        "CodeSize": zip.len(),
        "PackageType": "Zip",
    })
}

/// What GetFunction says, with the code at a path of a host.
fn function(zip: &[u8], url: &str) -> Answer {
    let code = json!({ "RepositoryType": "S3", "Location": url });
    Answer::json(
        &json!({ "Configuration": configuration(zip), "Code": code, "Tags": { "team": "web" } }),
    )
}

fn at(path: &str) -> String {
    format!("https://{HOST}/{path}?X-Amz-Signature=placeholder")
}

/// A server of Lambda with one function, and of everything else by the script.
async fn start(script: impl Fn(usize, &Asked) -> Answer + Send + Sync + 'static) -> Server {
    Server::start(move |before, asked| {
        sts(asked).unwrap_or_else(|| match asked.path() {
            "/2015-03-31/functions" => Answer::json(&json!({ "Functions": [configuration(ZIP)] })),
            _ => script(before, asked),
        })
    })
    .await
}

async fn lambda(server: &Server, limits: Limits) -> Lambda {
    let mut settings = settings(server);
    settings.limits = limits;
    let (effects, _) = effects();
    let sessions = Sessions::open(settings, effects).await.expect("sessions");
    let session = sessions.session(account(HOME), &region("us-east-1")).await;
    session.expect("a session").lambda()
}

async fn listed(lambda: &Lambda) -> Function {
    let mut listed = lambda.functions().await.expect("functions");
    listed.functions.remove(0)
}

async fn fetch(server: &Server) -> Result<Fetched, CloudError> {
    let lambda = lambda(server, Limits::default()).await;
    let function = listed(&lambda).await;
    lambda.fetch(&function, &Known::default()).await
}

#[tokio::test]
async fn code_is_downloaded_checked_and_then_known() {
    let server = start(|_, asked| match asked.path() {
        GET => function(ZIP, &at("orders.zip")),
        _ => Answer::new(200, ZIP),
    })
    .await;
    let lambda = lambda(&server, Limits::default()).await;
    let function = listed(&lambda).await;
    let known = Known::default();
    let fetched = lambda.fetch(&function, &known).await.expect("code");
    assert!(
        matches!(&fetched, Fetched::Zip { zip, .. } if zip == ZIP),
        "{fetched:?}"
    );
    let again = lambda.fetch(&function, &known).await.expect("code");
    assert!(matches!(again, Fetched::Known(hash) if hash == CodeHash::of(ZIP)));
    let downloads = server.asked("/orders.zip");
    assert_eq!(downloads.len(), 1);
    assert_eq!(downloads[0].header("host"), Some(HOST));
    assert_eq!(downloads[0].header("authorization"), None);
    // Known code costs no call at all.
    assert_eq!(server.asked(GET).len(), 1);
}

#[tokio::test]
async fn a_description_has_tags_or_the_reason_why_not() {
    let server = start(|before, _| {
        if before == 0 {
            return function(ZIP, &at("a"));
        }
        let error = json!({ "ErrorCode": "AccessDenied", "Message": "lambda:ListTags" });
        Answer::json(&json!({ "Configuration": configuration(ZIP), "TagsError": error }))
    })
    .await;
    let lambda = lambda(&server, Limits::default()).await;
    let arn = listed(&lambda).await.arn;
    let description = lambda
        .describe(&arn)
        .await
        .expect("an answer")
        .function()
        .expect("there");
    assert_eq!(
        description
            .tags
            .expect("tags")
            .get("team")
            .map(String::as_str),
        Some("web")
    );
    let description = lambda
        .describe(&arn)
        .await
        .expect("an answer")
        .function()
        .expect("there");
    assert!(description.tags.expect_err("denied").contains("ListTags"));
}

#[tokio::test]
async fn a_function_deleted_between_list_and_download_is_an_outcome() {
    let server =
        start(|_, _| Answer::error(404, "ResourceNotFoundException", "Function not found")).await;
    assert!(matches!(fetch(&server).await, Ok(Fetched::Deleted)));
}

#[tokio::test]
async fn a_function_changed_between_list_and_download_is_fetched_as_it_is_now() {
    let server = start(|_, asked| match asked.path() {
        GET => function(b"newer", &at("newer.zip")),
        _ => Answer::new(200, "newer"),
    })
    .await;
    let fetched = fetch(&server).await.expect("code");
    assert!(matches!(fetched, Fetched::Zip { hash, .. } if hash == CodeHash::of(b"newer")));
}

#[tokio::test]
async fn an_image_is_an_outcome() {
    let server = start(|_, _| {
        let code = json!({ "RepositoryType": "ECR", "ImageUri": "111111111111.dkr.ecr.us-east-1.amazonaws.com/orders:1" });
        Answer::json(&json!({ "Configuration": configuration(ZIP), "Code": code }))
    })
    .await;
    assert!(
        matches!(fetch(&server).await, Ok(Fetched::Image { uri }) if uri.ends_with("orders:1"))
    );
}

#[tokio::test]
async fn a_url_that_has_ended_is_asked_for_anew() {
    let expired = "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>";
    let server = start(move |before, asked| match asked.path() {
        GET => function(ZIP, &at(if before == 0 { "old" } else { "new" })),
        "/old" => Answer::xml(403, expired),
        _ => Answer::new(200, ZIP),
    })
    .await;
    assert!(matches!(fetch(&server).await, Ok(Fetched::Zip { .. })));
}

#[tokio::test]
async fn a_url_that_fails_names_the_host_and_not_the_url() {
    let server = start(|_, asked| match asked.path() {
        GET => function(ZIP, &at("secret-path")),
        _ => Answer::xml(
            404,
            "<Error><Code>NoSuchKey</Code><Key>secret-path</Key></Error>",
        ),
    })
    .await;
    let error = fetch(&server).await.expect_err("not there");
    assert_eq!(error.kind, ErrorKind::NotFound);
    let text = format!("{error} {error:?}");
    assert!(text.contains(HOST) && text.contains("NoSuchKey"), "{text}");
    assert!(
        !text.contains("secret-path") && !text.contains("X-Amz"),
        "{text}"
    );
}

#[tokio::test]
async fn storage_that_is_busy_is_waited_out() {
    let server = start(|before, asked| match asked.path() {
        GET => function(ZIP, &at("orders.zip")),
        _ if before == 0 => Answer::xml(503, "<Error><Code>SlowDown</Code></Error>"),
        _ => Answer::new(200, ZIP),
    })
    .await;
    assert!(matches!(fetch(&server).await, Ok(Fetched::Zip { .. })));
}

#[tokio::test]
async fn other_bytes_than_announced_are_never_taken() {
    let mut longer = ZIP.to_vec();
    longer.push(0);
    for bytes in [
        b"PK\x05\x06 something else entirely".to_vec(),
        ZIP[1..].to_vec(),
        longer,
        vec![],
    ] {
        let server = start(move |_, asked| match asked.path() {
            GET => function(ZIP, &at("orders.zip")),
            _ => Answer::new(200, bytes.clone()),
        })
        .await;
        let error = fetch(&server).await.expect_err("wrong bytes");
        assert_eq!(error.kind, ErrorKind::WrongHash, "{error}");
    }
}

#[tokio::test]
async fn a_zip_that_is_too_large_is_not_even_begun() {
    let server = start(|_, asked| match asked.path() {
        GET => function(ZIP, &at("orders.zip")),
        _ => Answer::new(200, ZIP),
    })
    .await;
    let small = Limits {
        package: 10,
        ..Limits::default()
    };
    let lambda = lambda(&server, small).await;
    let function = listed(&lambda).await;
    let error = lambda
        .fetch(&function, &Known::default())
        .await
        .expect_err("too large");
    assert_eq!(error.kind, ErrorKind::TooLarge);
    assert!(server.asked("/orders.zip").is_empty());
}

#[tokio::test]
async fn code_elsewhere_is_not_fetched_and_redirects_are_not_followed() {
    let server = start(|_, _| function(ZIP, "https://169.254.169.254/latest/meta-data")).await;
    let error = fetch(&server).await.expect_err("elsewhere");
    assert_eq!(error.kind, ErrorKind::ForeignUrl);
    assert!(error.message.contains("169.254.169.254"), "{error}");

    let server = start(|_, asked| match asked.path() {
        GET => function(ZIP, &at("orders.zip")),
        "/orders.zip" => Answer::new(302, "").with("location", "/elsewhere"),
        _ => Answer::new(200, ZIP),
    })
    .await;
    let error = fetch(&server).await.expect_err("a redirect");
    assert_eq!(error.kind, ErrorKind::ForeignUrl);
    assert!(server.asked("/elsewhere").is_empty());
}

#[tokio::test]
async fn a_layer_is_downloaded_once_for_each_version() {
    let server = start(|_, asked| match asked.path() {
        LAYER_PATH => {
            let hash = CodeHash::of(ZIP).to_string();
            let content =
                json!({ "Location": at("tools.zip"), "CodeSha256": hash, "CodeSize": ZIP.len() });
            Answer::json(&json!({ "LayerVersionArn": LAYER, "Version": 3, "Content": content }))
        }
        "/tools.zip" => Answer::new(200, ZIP),
        _ => Answer::error(404, "ResourceNotFoundException", "gone"),
    })
    .await;
    let lambda = lambda(&server, Limits::default()).await;
    let layer = LayerArn::parse(LAYER).expect("an ARN");
    let known = Known::default();
    let fetched = lambda.fetch_layer(&layer, &known).await.expect("a layer");
    assert!(matches!(fetched, FetchedLayer::Zip { zip, .. } if zip == ZIP));
    let again = lambda.fetch_layer(&layer, &known).await.expect("a layer");
    assert_eq!(again, FetchedLayer::Known(CodeHash::of(ZIP)));
    assert_eq!(
        (
            server.asked(LAYER_PATH).len(),
            server.asked("/tools.zip").len()
        ),
        (1, 1)
    );

    let mut gone = layer.clone();
    gone.version = 4;
    assert_eq!(
        lambda.fetch_layer(&gone, &known).await,
        Ok(FetchedLayer::Deleted)
    );
    assert!(server.asked(LIST).is_empty());
}
