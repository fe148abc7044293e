//! A server inside the test, with accounts, keys, functions and findings of its own.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use secrecy::{ExposeSecret, SecretBox, SecretString};
use serde_json::{Value, json};
use shindan_api::{
    Advisories, Api, CisaData, DeployError, Deployed, Deploying, Deployment, Deployments, Epss,
    Ports, Settings, Vulnerability, new_access_key,
};
use shindan_inspector::{
    AccountId, Member, Organization, Region, RelationshipStatus, ResourceScanType, Role, Status,
    Timestamp,
};
use shindan_sigv4::vault::{Keyring, MasterKey};
use shindan_sigv4::{Request as Signed, Signer};
use shindan_store::Store;
use tower::ServiceExt;

/// When tests happen, unless they say otherwise.
pub(crate) const NOW: i64 = 1_800_000_000_000;

pub(crate) const REGION: &str = "us-east-1";

/// The accounts of the organisation, and one outside.
pub(crate) const MANAGEMENT: i64 = 111_111_111_111;
pub(crate) const ADMINISTRATOR: i64 = 222_222_222_222;
pub(crate) const MEMBER: i64 = 333_333_333_333;
/// In the organisation, but not associated.
pub(crate) const UNASSOCIATED: i64 = 444_444_444_444;
pub(crate) const STRANGER: i64 = 999_999_999_999;

pub(crate) fn account(number: i64) -> AccountId {
    AccountId::from_number(number).expect("an account")
}

pub(crate) fn region() -> Region {
    Region::parse(REGION).expect("a Region")
}

/// An access key and its secret.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) secret: SecretString,
}

pub(crate) struct Server {
    pub(crate) api: Api,
    pub(crate) store: Store,
    pub(crate) keyring: Arc<Keyring>,
    pub(crate) millis: Arc<AtomicI64>,
    random: Arc<AtomicU64>,
    _folder: tempfile::TempDir,
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::with(Settings::default()).await
    }

    pub(crate) async fn with(settings: Settings) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}", folder.path().join("shindan.db").display());
        let store = Store::open(&url).await.expect("opens");
        let master = MasterKey::new(SecretBox::new(Box::new([1; 32])));
        let keyring = Arc::new(Keyring::new(master, Vec::new()));
        let millis = Arc::new(AtomicI64::new(NOW));
        let random = Arc::new(AtomicU64::new(1));
        let ports = Ports {
            store: store.clone(),
            keyring: Arc::clone(&keyring),
            clock: {
                let millis = Arc::clone(&millis);
                Arc::new(move || Timestamp::from_millis(millis.load(Ordering::SeqCst)))
            },
            entropy: Arc::new(pseudo_random(Arc::clone(&random))),
            advisories: Arc::new(OneAdvisory),
            deployments: Arc::new(Acceptance),
            metrics: Arc::new(|| "other_metric 1\n".to_owned()),
        };
        let api = Api::open(settings, ports).await.expect("opens");
        Self {
            api,
            store,
            keyring,
            millis,
            random,
            _folder: folder,
        }
    }

    /// With an organisation: management, administrator, one member and one account that is not associated.
    pub(crate) async fn with_organization() -> Self {
        let server = Self::start().await;
        server.organize().await;
        server
    }

    pub(crate) async fn organize(&self) {
        let mut organization = Organization::new(account(MANAGEMENT));
        organization
            .designate(account(ADMINISTRATOR), true)
            .expect("allowed");
        let now = Timestamp::from_millis(NOW);
        let mut write = self.store.write().await.expect("begins");
        write
            .put_organization(&region(), &organization, now)
            .await
            .expect("writes");
        for (number, administrator) in [
            (MANAGEMENT, None),
            (ADMINISTRATOR, None),
            (MEMBER, Some(account(ADMINISTRATOR))),
            (UNASSOCIATED, None),
        ] {
            let relationship = match administrator {
                Some(_) => RelationshipStatus::Enabled,
                None => RelationshipStatus::Created,
            };
            let member = Member {
                account: account(number),
                administrator,
                relationship,
                updated_at: now,
            };
            write.put_member(&region(), &member).await.expect("writes");
        }
        write.commit().await.expect("commits");
    }

    pub(crate) async fn key(&self, number: i64, role: Role) -> Key {
        let entropy = pseudo_random(Arc::clone(&self.random));
        let now = Timestamp::from_millis(NOW);
        let (key, secret) = new_access_key(
            &self.keyring,
            &entropy,
            account(number),
            role,
            "a test",
            now,
        )
        .expect("seals");
        let mut write = self.store.write().await.expect("begins");
        write.add_access_key(&key).await.expect("writes");
        write.commit().await.expect("commits");
        Key { id: key.id, secret }
    }

    /// Settles what is ENABLING and DISABLING, as the service's job does.
    pub(crate) async fn settle(&self, number: i64) {
        let mut write = self.store.write().await.expect("begins");
        let settings = write
            .account_settings(&region(), account(number))
            .await
            .expect("reads")
            .settled();
        write
            .put_account_settings(
                &region(),
                account(number),
                &settings,
                Timestamp::from_millis(NOW),
            )
            .await
            .expect("writes");
        write.commit().await.expect("commits");
    }

    pub(crate) async fn status(&self, number: i64, scan: ResourceScanType) -> Status {
        let settings = self
            .store
            .account_settings(&region(), account(number))
            .await;
        settings.expect("reads").status_of(scan)
    }

    /// Calls an operation of Inspector with a body.
    pub(crate) async fn call(&self, key: &Key, path: &str, body: &Value) -> Reply {
        self.send(key, "POST", path, body.to_string().as_bytes())
            .await
    }

    /// Calls an operation of Security Hub; `null` is no body.
    pub(crate) async fn hub(&self, key: &Key, method: &str, path: &str, body: Value) -> Reply {
        self.millis.fetch_add(1000, Ordering::SeqCst);
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let request = self.signed(key, "securityhub", method, path, body.as_bytes());
        self.raw(request).await
    }

    pub(crate) async fn send(&self, key: &Key, method: &str, path: &str, body: &[u8]) -> Reply {
        // Two requests that are alike differ in time, or they would be one.
        self.millis.fetch_add(1000, Ordering::SeqCst);
        let request = self.signed(key, "inspector2", method, path, body);
        self.raw(request).await
    }

    /// A request signed now.
    pub(crate) fn signed(
        &self,
        key: &Key,
        service: &str,
        method: &str,
        path: &str,
        body: &[u8],
    ) -> Request<Body> {
        let now = self.millis.load(Ordering::SeqCst);
        self.signed_at(key, service, method, path, body, now)
    }

    pub(crate) fn signed_at(
        &self,
        key: &Key,
        service: &str,
        method: &str,
        path: &str,
        body: &[u8],
        millis: i64,
    ) -> Request<Body> {
        let signer = Signer {
            access_key_id: key.id.clone(),
            secret: SecretString::from(key.secret.expose_secret()),
            session_token: None,
            region: REGION.to_owned(),
            service: service.to_owned(),
        };
        let headers: [(&str, &[u8]); 1] = [("host", b"shindan.example")];
        let (raw, query) = path.split_once('?').unwrap_or((path, ""));
        let signed = Signed {
            method,
            path: raw,
            query,
            headers: &headers,
            body,
        };
        let at = jiff::Timestamp::from_millisecond(millis).expect("a time");
        let set = signer.sign(&signed, at).expect("signs");
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "shindan.example");
        for (name, value) in set {
            request = request.header(name, value);
        }
        request.body(Body::from(body.to_vec())).expect("a request")
    }

    pub(crate) async fn raw(&self, request: Request<Body>) -> Reply {
        let response = self.api.router().oneshot(request).await.expect("answers");
        Reply::of(response).await
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) error: Option<String>,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Value,
    pub(crate) text: String,
}

impl Reply {
    async fn of(response: Response<Body>) -> Self {
        let status = response.status();
        let headers: BTreeMap<_, _> = response
            .headers()
            .iter()
            .map(|(name, value)| {
                let value = value.to_str().expect("text").to_owned();
                (name.to_string(), value)
            })
            .collect();
        let bytes = response.into_body().collect().await.expect("a body");
        let text = String::from_utf8(bytes.to_bytes().to_vec()).expect("text");
        Self {
            status,
            error: headers.get("x-amzn-errortype").cloned(),
            headers,
            body: serde_json::from_str(&text).unwrap_or(Value::Null),
            text,
        }
    }

    /// The body of a success.
    pub(crate) fn ok(self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text);
        self.body
    }

    /// Status, name and message of an error.
    pub(crate) fn err(&self) -> (u16, &str, &str) {
        let error = self.error.as_deref().unwrap_or("none");
        let message = self.body["message"].as_str().unwrap_or_default();
        (self.status.as_u16(), error, message)
    }
}

impl Reply {
    /// Status, name and message of an error of Security Hub, whose body names the error too.
    pub(crate) fn hub_err(&self) -> (u16, &str, &str) {
        let error = self.error.as_deref().unwrap_or("none");
        assert_eq!(self.body["Code"], error, "{}", self.text);
        let message = self.body["Message"].as_str().unwrap_or_default();
        (self.status.as_u16(), error, message)
    }
}

/// Bytes that differ from call to call. Tests must not depend on chance.
fn pseudo_random(counter: Arc<AtomicU64>) -> impl Fn(&mut [u8]) {
    move |bytes| {
        for byte in bytes {
            let next = counter.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst);
            let mixed = (next ^ (next >> 31)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            *byte = (mixed >> 56) as u8;
        }
    }
}

struct OneAdvisory;

impl Advisories for OneAdvisory {
    fn vulnerability(&self, id: &str) -> Result<Option<Vulnerability>, String> {
        assert_ne!(id, "CVE-1999-9999", "for the test of what a panic becomes");
        Ok((id == "CVE-2023-30861").then(|| Vulnerability {
            id: id.to_owned(),
            cwes: vec!["CWE-539".to_owned()],
            cisa_data: Some(CisaData {
                date_added: Some(Timestamp::from_millis(NOW)),
                date_due: Some(Timestamp::from_millis(NOW + Timestamp::DAY)),
                action: Some("Update.".to_owned()),
            }),
            source: Some("NVD"),
            description: Some("Cookies are cached.".to_owned()),
            epss: Some(Epss { score: 0.5 }),
            ..Vulnerability::default()
        }))
    }
}

struct Acceptance;

impl Deployments for Acceptance {
    fn deploy(&self, deployment: Deployment) -> Deploying<'_> {
        Box::pin(async move {
            if deployment.package.starts_with(b"PK") {
                Ok(Deployed {
                    code_sha256: "c2hh".to_owned(),
                    changed: true,
                })
            } else {
                Err(DeployError::Invalid(
                    "The body is not a zip file".to_owned(),
                ))
            }
        })
    }
}

/// What switches everything on.
pub(crate) fn both() -> Value {
    json!({"resourceTypes": ["LAMBDA", "LAMBDA_CODE"]})
}
