//! Against moto, which stands in for AWS: several accounts and Regions by AssumeRole, code, tags, layers, deletion,
//! change events through EventBridge and SQS; and nothing is downloaded twice.
//!
//! Runs when `SHINDAN_TEST_PYTHON` names a Python with `moto[server]` (PyPI). moto checks neither signatures nor
//! permissions, does not page functions, and has no layers to download; the scripted tests have these.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use shindan_cloud::events::{ChangeKind, QueueOptions, Subject};
use shindan_cloud::{
    AccountStatus, Described, ErrorKind, Fetched, FetchedLayer, Known, LastInvocation, MemberRole,
    Policy, RoleName, Sessions, Settings,
};
use shindan_inspector::{AccountId, FunctionArn, LayerArn, Region, ResourceScanType, Status};

use crate::world::{access_key, account, real_effects, region};

const REGIONS: [&str; 2] = ["us-east-1", "ap-northeast-1"];

/// A running moto, ended with the test.
struct Moto {
    python: String,
    url: String,
    server: Child,
}

impl Moto {
    async fn start() -> Option<Self> {
        let Ok(python) = std::env::var("SHINDAN_TEST_PYTHON") else {
            note("SHINDAN_TEST_PYTHON names no Python");
            return None;
        };
        let found = Command::new(&python)
            .args(["-c", "import boto3, moto.server, yaml"])
            .stderr(Stdio::null())
            .status();
        if !found.is_ok_and(|status| status.success()) {
            note("the Python that SHINDAN_TEST_PYTHON names has no moto (PyPI: moto[server])");
            return None;
        }
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a port")
            .port();
        let server = Command::new(&python)
            .args([
                "-c",
                "import sys, moto.server; moto.server.main(sys.argv[1:])",
            ])
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("moto");
        let moto = Self {
            python,
            url: format!("http://127.0.0.1:{port}"),
            server,
        };
        for _ in 0..600 {
            if tokio::net::TcpStream::connect(("127.0.0.1", port))
                .await
                .is_ok()
            {
                return Some(moto);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("moto does not listen after a minute");
    }

    /// Has something happen in "AWS".
    async fn does(&self, command: &str, arguments: &[&str]) -> Value {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cloud/moto_world.py");
        let mut python = Command::new(&self.python);
        python
            .arg(script)
            .args([&self.url, command])
            .args(arguments);
        let output = tokio::task::spawn_blocking(move || python.output()).await;
        let output = output.expect("a thread").expect("Python");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            output.status.success(),
            "{command}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        serde_json::from_str(&said).expect("JSON")
    }

    async fn sessions(&self) -> Sessions {
        let settings = Settings {
            access_key: access_key(),
            region: Some(region("us-east-1")),
            role: Some(MemberRole {
                name: RoleName::parse("shindan-scanner").expect("a name"),
                external_id: None,
                policy: Policy::Scanner,
            }),
            endpoint: Some(self.url.clone()),
            ..Settings::default()
        };
        Sessions::open(settings, real_effects())
            .await
            .expect("sessions")
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

#[expect(clippy::print_stderr, reason = "who runs the tests should know")]
fn note(reason: &str) {
    eprintln!("the tests against moto are NOT run: {reason}");
}

/// The accounts, as moto made them.
struct World {
    home: AccountId,
    member: AccountId,
    closed: AccountId,
    queue: String,
    layer: LayerArn,
}

#[tokio::test]
async fn moto_stands_in_for_aws() {
    let Some(moto) = Moto::start().await else {
        return;
    };
    let template =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/cloudformation/events.yaml");
    let made = moto
        .does("setup", &[template.to_str().expect("a path")])
        .await;
    let text = |name: &str| made[name].as_str().expect("a text").to_owned();
    let world = World {
        home: account(&text("home")),
        member: account(&text("member")),
        closed: account(&text("closed")),
        queue: text("queue"),
        layer: LayerArn::parse(&text("layer")).expect("an ARN"),
    };
    let sessions = moto.sessions().await;
    assert_eq!(sessions.home(), world.home);
    the_organization_is_read(&sessions, &world).await;
    let known = Known::default();
    everything_is_downloaded_once(&sessions, &world, &known).await;
    only_what_changed_is_downloaded_again(&moto, &sessions, &world, &known).await;
    what_was_deleted_is_an_outcome(&moto, &sessions, &world, &known).await;
    tags_and_layers_are_read(&sessions, &world, &known).await;
    changes_arrive_through_the_queue(&moto, &sessions, &world).await;
    metrics_inspector_and_security_hub_understand_us(&sessions, &world).await;
}

async fn the_organization_is_read(sessions: &Sessions, world: &World) {
    let session = sessions
        .session(world.home, sessions.region())
        .await
        .expect("a session");
    let organization = session
        .organization()
        .await
        .expect("an answer")
        .expect("an organization");
    assert_eq!(organization.management, world.home);
    let accounts = session.accounts().await.expect("accounts");
    let status = |id| {
        accounts
            .iter()
            .find(|a| a.id == id)
            .map(|a| a.status.clone())
    };
    assert_eq!(status(world.home), Some(AccountStatus::Active));
    assert_eq!(status(world.member), Some(AccountStatus::Active));
    assert_eq!(status(world.closed), Some(AccountStatus::Suspended));
    // moto knows six trusted services, and Inspector is none of them: what is seen is the refusal.
    let error = session
        .delegated_administrators()
        .await
        .expect_err("moto's gap");
    assert_eq!(error.kind, ErrorKind::Invalid, "{error}");
}

fn places(world: &World) -> (Vec<AccountId>, Vec<Region>) {
    (vec![world.home, world.member], REGIONS.map(region).to_vec())
}

/// Fetches the code of all functions everywhere; how many were downloaded and how many known.
async fn fetch_all(sessions: &Sessions, world: &World, known: &Known) -> (usize, usize) {
    let (accounts, regions) = places(world);
    let (mut downloaded, mut skipped) = (0, 0);
    for found in sessions.discover(&accounts, &regions, 4).await {
        let session = sessions
            .session(found.account, &found.region)
            .await
            .expect("a session");
        for function in found.functions.expect("functions").functions {
            assert_eq!(
                (function.arn.account, &function.arn.region),
                (found.account, &found.region)
            );
            match session
                .lambda()
                .fetch(&function, known)
                .await
                .expect("code")
            {
                Fetched::Zip { zip, .. } => {
                    assert!(zip.starts_with(b"PK"));
                    downloaded += 1;
                }
                Fetched::Known(_) => skipped += 1,
                other => panic!("{other:?}"),
            }
        }
    }
    (downloaded, skipped)
}

async fn everything_is_downloaded_once(sessions: &Sessions, world: &World, known: &Known) {
    let (accounts, regions) = places(world);
    let found = sessions.discover(&accounts, &regions, 2).await;
    for found in &found {
        let listed = found.functions.as_ref().expect("functions");
        let names: Vec<_> = listed
            .functions
            .iter()
            .map(|function| function.arn.name())
            .collect();
        assert_eq!(
            names,
            ["own", "shared"],
            "{} {}",
            found.account,
            found.region
        );
    }
    // Eight functions: four of their own, four with the same code.
    assert_eq!(fetch_all(sessions, world, known).await, (5, 3));
    assert_eq!(fetch_all(sessions, world, known).await, (0, 8));
}

async fn only_what_changed_is_downloaded_again(
    moto: &Moto,
    sessions: &Sessions,
    world: &World,
    known: &Known,
) {
    let member = world.member.to_string();
    moto.does("update", &[&member, "ap-northeast-1", "own", "# changed\n"])
        .await;
    assert_eq!(fetch_all(sessions, world, known).await, (1, 7));
}

async fn what_was_deleted_is_an_outcome(
    moto: &Moto,
    sessions: &Sessions,
    world: &World,
    known: &Known,
) {
    let session = sessions
        .session(world.member, &region("us-east-1"))
        .await
        .expect("a session");
    let lambda = session.lambda();
    let mut functions = lambda.functions().await.expect("functions").functions;
    let mut function = functions.remove(0);
    let member = world.member.to_string();
    moto.does("delete", &[&member, "us-east-1", function.arn.name()])
        .await;
    // Known code is not asked for, so that it is gone would not be noticed.
    if let shindan_cloud::Package::Zip { hash, .. } = &mut function.package {
        *hash = shindan_cloud::CodeHash::of(b"not known");
    }
    let fetched = lambda.fetch(&function, known).await.expect("an outcome");
    assert!(matches!(fetched, Fetched::Deleted), "{fetched:?}");
    assert!(matches!(
        lambda.describe(&function.arn).await,
        Ok(Described::Deleted)
    ));
    assert_eq!(
        lambda.functions().await.expect("functions").functions.len(),
        1
    );
}

async fn tags_and_layers_are_read(sessions: &Sessions, world: &World, known: &Known) {
    let session = sessions
        .session(world.home, &region("us-east-1"))
        .await
        .expect("a session");
    let lambda = session.lambda();
    let own = FunctionArn::new(region("us-east-1"), world.home, "own").expect("a name");
    let description = lambda
        .describe(&own)
        .await
        .expect("an answer")
        .function()
        .expect("there");
    let tags = description.tags.expect("tags");
    assert_eq!(
        tags.get("InspectorExclusion").map(String::as_str),
        Some("LambdaStandardScanning")
    );
    assert_eq!(
        description.function.layers,
        std::slice::from_ref(&world.layer)
    );
    // moto has nothing to download for a layer: its location is the text `s3://`, which is refused.
    let error = lambda
        .fetch_layer(&world.layer, known)
        .await
        .expect_err("moto's gap");
    assert_eq!(error.kind, ErrorKind::ForeignUrl, "{error}");
    let gone = LayerArn::parse(&world.layer.to_string().replace(":tools:", ":nothing:"));
    let gone = lambda.fetch_layer(&gone.expect("an ARN"), known).await;
    assert_eq!(gone, Ok(FetchedLayer::Deleted));
}

async fn changes_arrive_through_the_queue(moto: &Moto, sessions: &Sessions, world: &World) {
    let named = json!({ "functionName": "own" }).to_string();
    let tagged = json!({ "resource": format!("arn:aws:lambda:us-east-1:{}:function:own", world.home), "tags": {} }).to_string();
    moto.does("emit", &["UpdateFunctionCode20150331v2", &named])
        .await;
    moto.does("emit", &["UpdateFunctionCodeSigningConfig", &named])
        .await;
    moto.does("emit", &["TagResource20170331v2", &tagged]).await;
    moto.does("emit", &["DeleteFunction20150331", &named]).await;
    moto.does("send", &["no event"]).await;
    let session = sessions
        .session(world.home, &region("us-east-1"))
        .await
        .expect("a session");
    let options = QueueOptions {
        wait_seconds: 0,
        malformed_receives: 1,
    };
    let queue = session.events(&world.queue, options);
    let (mut kinds, mut malformed) = (Vec::new(), 0);
    for _ in 0..5 {
        let received = queue.receive().await.expect("messages");
        malformed += received.malformed.len();
        assert_eq!(received.unrelated, 0, "the rule lets nothing else through");
        for delivery in received.changes {
            let own = FunctionArn::new(region("us-east-1"), world.home, "own").expect("a name");
            assert_eq!(delivery.change.subject, Subject::Function(own));
            assert_eq!(delivery.change.account, world.home);
            kinds.push(delivery.change.kind);
            queue.done(&[delivery.receipt]).await.expect("deleted");
        }
    }
    kinds.sort_unstable();
    assert_eq!(
        kinds,
        [
            ChangeKind::CodeUpdated,
            ChangeKind::Deleted,
            ChangeKind::TagsChanged
        ]
    );
    assert_eq!(malformed, 1);
    assert_eq!(moto.does("left", &[]).await, 0);
}

async fn metrics_inspector_and_security_hub_understand_us(sessions: &Sessions, world: &World) {
    let session = sessions
        .session(world.member, &region("us-east-1"))
        .await
        .expect("a session");
    let shared = FunctionArn::new(region("us-east-1"), world.member, "shared").expect("a name");
    let found = session
        .last_invocations(std::slice::from_ref(&shared))
        .await;
    assert_eq!(found.get(&shared), Some(&LastInvocation::NotRecently));

    let inspector = session.inspector();
    let scans = [ResourceScanType::Lambda, ResourceScanType::LambdaCode];
    inspector
        .enable(&[world.member], &scans)
        .await
        .expect("enabled");
    let settings = inspector.status(&[world.member]).await.expect("a status");
    assert_eq!(
        settings.accounts[0].scans.lambda_code.known(),
        Some(Status::Enabled)
    );
    assert_eq!(
        settings.accounts[0].scans.ec2.known(),
        Some(Status::Disabled)
    );
    assert!(
        inspector
            .findings(&json!({}))
            .await
            .expect("findings")
            .is_empty()
    );
    // What moto does not have, it answers with a page.
    let error = inspector
        .coverage(&json!({}))
        .await
        .expect_err("moto's gap");
    assert_eq!(error.kind, ErrorKind::NotTheService, "{error}");
    assert_eq!(session.security_hub().hub().await.expect("an answer"), None);
}
