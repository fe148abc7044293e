//! `scan --account` against an AWS where nearly everything goes wrong: each trouble names account, Region, call and remedy,
//! and costs itself alone.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::runtime::Runtime;

use crate::aws_server::{Answer, Asked, Server};
use crate::support::{Archive, BAD, Run, Sandbox, Scan};

const HOME: &str = "111111111111";
const STRANGER: &str = "222222222222";
const LIST: &str = "/2015-03-31/functions";
const LAYER: &str = "arn:aws:lambda:us-east-1:333333333333:layer:tools:3";

/// Different for each function, so that each is downloaded.
fn zip(name: &str) -> Vec<u8> {
    let code = format!("{BAD}# {name}\n");
    Archive::new().stored("app.py", code.as_bytes()).finish()
}

fn configuration(region: &str, name: &str) -> Value {
    let zip = zip(name);
    let mut configuration = json!({
        "FunctionName": name,
        "FunctionArn": format!("arn:aws:lambda:{region}:{HOME}:function:{name}"),
        "Runtime": "python3.12",
        "Handler": "app.handler",
        "CodeSha256": BASE64_STANDARD.encode(Sha256::digest(&zip)),
        "CodeSize": zip.len(),
        "PackageType": if name == "image" { "Image" } else { "Zip" },
    });
    if name == "layered" {
        configuration["Layers"] = json!([{ "Arn": LAYER }]);
    }
    configuration
}

fn function(region: &str, name: &str) -> Answer {
    let host = "awslambda-us-east-1-tasks.s3.us-east-1.amazonaws.com";
    let code = if name == "image" {
        json!({ "RepositoryType": "ECR", "ImageUri": "registry.example/image:1" })
    } else {
        json!({ "Location": format!("https://{host}/{name}.zip?X-Amz-Signature=placeholder") })
    };
    Answer::json(&json!({ "Configuration": configuration(region, name), "Code": code }))
}

/// The Region that a request is signed for.
fn region(asked: &Asked) -> &str {
    let scope = asked.header("authorization").unwrap_or_default();
    scope.split('/').nth(2).unwrap_or_default()
}

fn identity() -> Answer {
    Answer::xml(
        200,
        &format!(
            "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
             <Arn>arn:aws:iam::{HOME}:user/shindan</Arn><UserId>AIDA</UserId><Account>{HOME}</Account>\
             </GetCallerIdentityResult></GetCallerIdentityResponse>"
        ),
    )
}

fn sts_error(code: &str, message: &str) -> Answer {
    Answer::xml(
        403,
        &format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
        ),
    )
}

fn skewed() -> Answer {
    let late = jiff::Timestamp::now() + jiff::SignedDuration::from_mins(10);
    let date = late.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let message = "Signature expired: 20261129T170000Z is now earlier than 20261129T170500Z";
    Answer::error(403, "InvalidSignatureException", message).with("date", &date)
}

fn list(before: usize, asked: &Asked) -> Answer {
    let names: &[&str] = match (region(asked), before) {
        ("us-east-1", _) => &["broken", "deleted", "denied", "good", "image", "layered"],
        ("us-west-2", 0..=1) => return Answer::error(429, "TooManyRequestsException", "slow down"),
        ("eu-central-1", 0) | ("eu-west-3", _) => return skewed(),
        ("us-west-2" | "eu-central-1", _) => &["good"],
        ("eu-west-1", _) => return Answer::html(200, "<html>log in to the proxy</html>"),
        ("ap-south-1", _) => {
            return Answer::error(
                403,
                "AccessDeniedException",
                "no identity-based policy allows it",
            );
        }
        _ => {
            let message = "The security token included in the request is invalid.";
            return Answer::error(403, "UnrecognizedClientException", message);
        }
    };
    let region = region(asked);
    let functions: Vec<_> = names
        .iter()
        .map(|name| configuration(region, name))
        .collect();
    Answer::json(&json!({ "Functions": functions }))
}

fn answer(before: usize, asked: &Asked) -> Answer {
    if asked.body.starts_with("Action=GetCallerIdentity&") {
        return identity();
    }
    if asked.body.starts_with("Action=AssumeRole&") {
        return sts_error("AccessDenied", "the role does not trust you");
    }
    let path = asked.path().trim_end_matches('/');
    if path == LIST {
        return list(before, asked);
    }
    if let Some(name) = path.strip_prefix("/2015-03-31/functions/") {
        return match name {
            "deleted" => Answer::error(404, "ResourceNotFoundException", "Function not found"),
            "denied" => Answer::error(403, "AccessDeniedException", "an explicit deny"),
            name => function(region(asked), name),
        };
    }
    if path.starts_with("/2018-10-31/layers/") {
        return Answer::error(403, "AccessDeniedException", "the layer is not shared");
    }
    match path
        .strip_prefix('/')
        .and_then(|name| name.strip_suffix(".zip"))
    {
        Some("broken") => Answer::xml(403, "<Error><Code>AccessDenied</Code></Error>"),
        Some(name) => Answer::new(200, zip(name)),
        None => Answer::error(400, "Unexpected", path),
    }
}

/// Runs `scan --account` against a server.
fn run(
    script: impl Fn(usize, &Asked) -> Answer + Send + Sync + 'static,
    args: &[&str],
) -> (Run, Server, Sandbox) {
    let runtime = Runtime::new().expect("a runtime");
    let server = runtime.block_on(Server::start(script));
    let sandbox = Sandbox::new();
    let url = server.url.clone();
    let mut all = vec!["scan", "--account"];
    all.extend(args);
    all.extend([
        "--endpoint-url",
        &url,
        "--format",
        "json",
        "--fail-on",
        "never",
    ]);
    let variables = [
        ("AWS_ACCESS_KEY_ID", "AKIAEXAMPLEEXAMPLE00"),
        ("AWS_SECRET_ACCESS_KEY", "placeholder-for-the-secret-key"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ];
    let run = sandbox.run_with(&all, &variables);
    (run, server, sandbox)
}

#[test]
fn each_trouble_is_told_with_its_remedy_and_the_rest_is_scanned() {
    let mut args = vec![HOME, STRANGER, "--role", "shindan-scanner"];
    for region in [
        "us-east-1",
        "us-west-2",
        "eu-central-1",
        "eu-west-3",
        "eu-west-1",
        "ap-south-1",
        "me-south-1",
    ] {
        args.extend(["--region", region]);
    }
    let (run, server, sandbox) = run(answer, &args);
    let scan = Scan::of(run);
    assert_eq!(scan.code, 3, "{}", scan.err);
    let mut found = scan.findings();
    found.sort();
    let expected = [
        "eu-central-1/good",
        "us-east-1/good",
        "us-east-1/layered",
        "us-west-2/good",
    ];
    assert_eq!(
        found,
        expected.map(|place| format!("command-injection {HOME}/{place}/app.py:3"))
    );
    for (place, call, remedy) in [
        (
            format!("account {HOME}, us-east-1"),
            "lambda:GetFunction: access is denied",
            "Allow lambda:GetFunction",
        ),
        (
            format!("account {HOME}, us-east-1"),
            "lambda:GetLayerVersion: access is denied",
            "Allow lambda:GetLayerVersion",
        ),
        (
            format!("account {HOME}, eu-west-1"),
            "lambda:ListFunctions: something else than the service answered",
            "Check the proxy",
        ),
        (
            format!("account {HOME}, ap-south-1"),
            "lambda:ListFunctions: access is denied",
            "Allow lambda:ListFunctions",
        ),
        (
            format!("account {HOME}, me-south-1"),
            "lambda:ListFunctions: the credentials are not accepted",
            "opted in to me-south-1",
        ),
        (
            format!("account {HOME}, eu-west-3"),
            "lambda:ListFunctions: the clock of this machine is wrong",
            "Set the clock",
        ),
        (
            format!("account {STRANGER}, us-east-1"),
            "sts:AssumeRole: access is denied",
            "trust the caller",
        ),
    ] {
        let told = format!("{place}, {call}");
        assert!(scan.err.contains(&told), "{told}\n{}", scan.err);
        assert!(scan.err.contains(remedy), "{remedy}\n{}", scan.err);
    }
    for (path, words) in [
        ("us-east-1/denied", "lambda:GetFunction"),
        ("us-east-1/broken", "downloading from"),
        ("us-east-1/image", "container image"),
        ("us-east-1/layered", "was not scanned"),
        ("eu-west-1", "ListFunctions"),
    ] {
        scan.says(&format!("{HOME}/{path}"), words);
    }
    assert!(
        !scan
            .remarks()
            .iter()
            .any(|remark| remark.contains("deleted")),
        "what is gone is no trouble"
    );
    assert!(
        !scan.err.contains("placeholder") && !scan.text.contains("placeholder"),
        "{}",
        scan.err
    );
    assert_eq!(
        server.asked("/good.zip").len(),
        1,
        "equal code is downloaded once"
    );
    assert!(
        crate::support::names_below(&sandbox.path("input")).is_empty(),
        "nothing is left behind"
    );
}

#[test]
fn credentials_that_have_expired_are_told_at_once() {
    let expired = |_: usize, _: &Asked| {
        sts_error(
            "ExpiredToken",
            "The security token included in the request is expired",
        )
    };
    let (run, ..) = run(expired, &[]);
    assert_eq!(run.code, 2, "{}", run.err);
    assert!(
        run.err
            .contains("sts:GetCallerIdentity: the credentials have expired"),
        "{}",
        run.err
    );
    assert!(run.err.contains("aws sso login"), "{}", run.err);
}

#[test]
fn flags_that_do_not_go_together_are_refused() {
    let sandbox = Sandbox::new();
    for args in [
        &["scan", "input", "--account"][..],
        &["scan", "--account", "1"],
        &["scan", "--account", "--layer", "a.zip"],
        &[
            "scan",
            "--account",
            "--role",
            "arn:aws:iam::111111111111:role/a",
        ],
        &["scan", "input", "--function", "orders"],
        &["scan", "input", "--region", "us-east-1"],
    ] {
        let run = sandbox.run(args);
        assert_eq!(run.code, 2, "{args:?}\n{}", run.err);
    }
}
