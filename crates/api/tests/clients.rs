//! Clients that were not made for this: boto3 and the AWS CLI, against a server on a real port.
//!
//! SHINDAN_TEST_PYTHON names a Python that has boto3 (and awscli, for its part). Without it nothing is tested, and the
//! output says so.

#[path = "http/support.rs"]
#[expect(dead_code, reason = "the tests without a network use the rest")]
mod support;

use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use secrecy::ExposeSecret;
use shindan_api::{Limits, Settings};
use shindan_inspector::{Role, Timestamp};
use shindan_security_hub::HubOperation;
use shindan_service::{Packages, Service};
use shindan_store::{Job, Store};
use support::{ADMINISTRATOR, MANAGEMENT, MEMBER, STRANGER, Server};
use tokio::net::TcpListener;

mod seed;

#[tokio::test(flavor = "multi_thread")]
async fn unmodified_clients_get_answers_that_fit_the_apis_own_model() {
    let Ok(python) = std::env::var("SHINDAN_TEST_PYTHON") else {
        #[expect(clippy::print_stderr, reason = "a test that does not run must say so")]
        {
            eprintln!("not tested: set SHINDAN_TEST_PYTHON to a Python with boto3 and awscli");
        }
        return;
    };
    // How often one may ask is tested elsewhere; here it would depend on how fast this machine is.
    let limits = Limits {
        rate: 100_000,
        burst: 100_000,
        ..Limits::default()
    };
    let server = Server::with(Settings {
        limits,
        ..Settings::default()
    })
    .await;
    server.organize().await;
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("after 1970");
    let now = i64::try_from(now.as_millis()).expect("in this era");
    server.millis.store(now, Ordering::SeqCst);
    seed::findings(&server, MEMBER, now).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let api = server.api.clone();
    let clock = server.millis.clone();
    tokio::spawn(async move {
        // Signatures are good for five minutes; the tests' clock must not stand still meanwhile.
        loop {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            clock.fetch_add(100, Ordering::SeqCst);
        }
    });
    tokio::spawn(hub_jobs(server.store.clone(), server.millis.clone()));
    let serving = tokio::spawn(async move {
        shindan_api::serve(&api, listener, None, std::future::pending()).await
    });

    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/clients");
    let mut command = tokio::process::Command::new(python);
    command
        .args(["-m", "unittest"])
        .args(["discover", "-s", folder, "-p", "test_*.py", "-v"])
        .env_clear()
        .env("PATH", std::env::var("PATH").unwrap_or_default())
        .env("HOME", "/nonexistent")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("SHINDAN_ENDPOINT", format!("http://{address}"))
        .env("SHINDAN_HUB_OPERATIONS", {
            let names: Vec<_> = HubOperation::ALL.iter().map(|one| one.as_str()).collect();
            names.join(" ")
        })
        .stdin(Stdio::null());
    for (name, number, role) in [
        ("MANAGEMENT", MANAGEMENT, Role::Administrator),
        ("ADMINISTRATOR", ADMINISTRATOR, Role::Administrator),
        ("MEMBER", MEMBER, Role::Administrator),
        ("STRANGER", STRANGER, Role::Administrator),
        ("READER", ADMINISTRATOR, Role::ReadOnly),
    ] {
        let key = server.key(number, role).await;
        let secret = key.secret.expose_secret();
        command.env(format!("SHINDAN_{name}"), format!("{}:{secret}", key.id));
    }
    let output = command.output().await.expect("Python runs");
    serving.abort();
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Does what changes of hubs lead to, as the workers of the service do. Their other work is nothing for these tests, which
/// look at scan types that are about to be on.
async fn hub_jobs(store: Store, millis: Arc<AtomicI64>) {
    let folder = tempfile::tempdir().expect("a folder");
    let packages = Packages::in_directory(folder.path()).expect("made");
    let clock = Clock(Arc::clone(&millis));
    let service = Service::new(store.clone(), packages, clock, Default::default());
    loop {
        let now = service.now();
        let lease = store.claim("test", now, 600_000).await.expect("claims");
        let Some(lease) = lease else {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            continue;
        };
        match &lease.job {
            Job::MirrorFunction { function } => {
                store.mirror_function(*function, now).await.expect("shows");
            }
            Job::MirrorAccount { region, account } => {
                let shown = store.mirror_account(region, *account, now).await;
                shown.expect("shows");
            }
            Job::CheckControls { region, account } => {
                let checked = service.check_controls(region, *account).await;
                checked.expect("checks");
            }
            _ => continue,
        }
        store.complete(&lease).await.expect("ends");
    }
}

struct Clock(Arc<AtomicI64>);

impl shindan_service::Clock for Clock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}
