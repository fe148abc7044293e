//! What the environment decides: credentials, profiles, endpoints. Each in a process of its own, because tests share
//! theirs.

use std::process::Command;

use serde_json::json;
use shindan_cloud::{Call, ErrorKind, Sessions, Settings};

use crate::server::{Answer, Server};
use crate::world::{HOME, account, effects, sts};

const CHILD: &str = "SHINDAN_TEST_CHILD";

/// Runs one of the tests below that are for children, with this environment and no other of AWS's.
async fn child(name: &str, environment: &[(&str, &str)]) {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    for (variable, _) in std::env::vars() {
        if variable.starts_with("AWS_") || variable.to_ascii_lowercase().ends_with("_proxy") {
            command.env_remove(variable);
        }
    }
    let test = format!("environment::{name}");
    command
        .args(["--exact", &test, "--nocapture", "--test-threads=1"])
        .envs(environment.iter().copied())
        .env(CHILD, "1")
        .env("AWS_EC2_METADATA_DISABLED", "true");
    let output = tokio::task::spawn_blocking(move || command.output()).await;
    let output = output.expect("a thread").expect("a child");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn is_child() -> bool {
    std::env::var_os(CHILD).is_some()
}

async fn open(settings: Settings) -> Result<Sessions, shindan_cloud::CloudError> {
    Sessions::open(settings, effects().0).await
}

async fn general() -> Server {
    Server::start(|_, asked| {
        sts(asked).unwrap_or_else(|| Answer::json(&json!({ "Functions": [] })))
    })
    .await
}

#[tokio::test]
async fn endpoints_and_keys_come_from_the_environment() {
    let (all, inspector) = (
        general().await,
        Server::start(|_, _| Answer::json(&json!({ "members": [] }))).await,
    );
    child(
        "child_with_endpoints",
        &[
            ("AWS_ACCESS_KEY_ID", "AKIAEXAMPLEEXAMPLE00"),
            ("AWS_SECRET_ACCESS_KEY", "placeholder"),
            ("AWS_REGION", "ap-northeast-1"),
            ("AWS_ENDPOINT_URL", &all.url),
            ("AWS_ENDPOINT_URL_INSPECTOR2", &inspector.url),
        ],
    )
    .await;
    assert_eq!(all.asked("/2015-03-31/functions").len(), 1);
    assert_eq!(inspector.asked("/members/list").len(), 1);
    let signed = inspector.asked("/members/list")[0]
        .header("authorization")
        .map(str::to_owned)
        .unwrap_or_default();
    assert!(
        signed.contains("/ap-northeast-1/inspector2/aws4_request"),
        "{signed}"
    );
}

#[tokio::test]
async fn child_with_endpoints() {
    if !is_child() {
        return;
    }
    let sessions = open(Settings::default()).await.expect("sessions");
    assert_eq!(sessions.home(), account(HOME));
    let session = sessions
        .session(sessions.home(), sessions.region())
        .await
        .expect("a session");
    session.lambda().functions().await.expect("functions");
    session.inspector().members(true).await.expect("members");
}

#[tokio::test]
async fn a_profile_has_its_key_and_region() {
    let server = general().await;
    let folder = std::env::temp_dir().join(format!("shindan-cloud-profile-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let (config, credentials) = (folder.join("config"), folder.join("credentials"));
    let endpoint = format!(
        "[profile audit]\nregion = eu-west-1\nendpoint_url = {}\n",
        server.url
    );
    std::fs::write(&config, endpoint).expect("a file");
    let key =
        "[audit]\naws_access_key_id = AKIAEXAMPLEAUDIT0000\naws_secret_access_key = placeholder\n";
    std::fs::write(&credentials, key).expect("a file");
    child(
        "child_with_profile",
        &[
            ("AWS_CONFIG_FILE", config.to_str().expect("a path")),
            (
                "AWS_SHARED_CREDENTIALS_FILE",
                credentials.to_str().expect("a path"),
            ),
        ],
    )
    .await;
    std::fs::remove_dir_all(&folder).expect("the folder");
    let signed = server.actions("GetCallerIdentity")[0]
        .header("authorization")
        .map(str::to_owned)
        .unwrap_or_default();
    assert!(
        signed.contains("Credential=AKIAEXAMPLEAUDIT0000/20261129/eu-west-1/sts/"),
        "{signed}"
    );
}

#[tokio::test]
async fn child_with_profile() {
    if !is_child() {
        return;
    }
    let settings = Settings {
        profile: Some("audit".to_owned()),
        ..Settings::default()
    };
    let sessions = open(settings).await.expect("sessions");
    assert_eq!(sessions.region().as_str(), "eu-west-1");
}

#[tokio::test]
async fn a_machine_without_credentials_is_told_what_to_configure() {
    child(
        "child_without_credentials",
        &[
            ("AWS_CONFIG_FILE", "/nonexistent"),
            ("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent"),
        ],
    )
    .await;
}

#[tokio::test]
async fn child_without_credentials() {
    if !is_child() {
        return;
    }
    let error = open(Settings::default()).await.expect_err("no credentials");
    assert_eq!(
        (error.kind, error.call),
        (ErrorKind::NoCredentials, Call::GetCallerIdentity)
    );
    assert!(error.to_string().contains("aws sso login"), "{error}");
}

#[tokio::test]
async fn a_region_without_the_service_is_named() {
    child(
        "child_in_no_region",
        &[("AWS_ENDPOINT_URL_STS", &general().await.url)],
    )
    .await;
}

#[tokio::test]
async fn child_in_no_region() {
    if !is_child() {
        return;
    }
    let settings = Settings {
        access_key: crate::world::access_key(),
        ..Settings::default()
    };
    let sessions = open(settings).await.expect("sessions");
    // Names below `invalid` have no address; no Region is called like this one either.
    let region = crate::world::region("xx-nowhere-9");
    let session = sessions
        .session(sessions.home(), &region)
        .await
        .expect("a session");
    let error = session
        .inspector()
        .members(true)
        .await
        .expect_err("no such host");
    assert!(
        matches!(error.kind, ErrorKind::NoSuchHost | ErrorKind::Unreachable),
        "{error}"
    );
    let text = error.to_string();
    assert!(
        text.contains("xx-nowhere-9") && text.contains("inspector2:ListMembers"),
        "{text}"
    );
}

#[tokio::test]
async fn a_region_that_is_none_is_named_and_not_replaced_by_another() {
    child("child_with_a_strange_region", &[("AWS_REGION", "tokyo")]).await;
}

#[tokio::test]
async fn child_with_a_strange_region() {
    if !is_child() {
        return;
    }
    let settings = Settings {
        access_key: crate::world::access_key(),
        ..Settings::default()
    };
    let error = open(settings).await.expect_err("no Region");
    assert!(error.message.contains("tokyo"), "{error}");
}
