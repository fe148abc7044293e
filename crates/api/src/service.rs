//! From a request to an answer: everything around the operations.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State as Shared};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use http_body_util::BodyExt;
use secrecy::{ExposeSecret, SecretBox};
use serde_json::Value;
use shindan_inspector::access::Denied;
use shindan_inspector::{Action, CodeScanningRegions, Operation, Region, Standing, Target};
use shindan_sigv4::vault::{Context, Sealed};
use shindan_store::{FILTER_QUOTA, StoreError};
use tokio::sync::Semaphore;

use crate::asked::{Asked, Service};
use crate::authenticate::{Authenticated, Authenticator, Principal, claimed_service};
use crate::call::{Answer, Call, Caller};
use crate::error::Fault;
use crate::limit::{Limits, RateLimiter};
use crate::metrics::Metrics;
use crate::operation;
use crate::operation::hub::HubCall;
use crate::ports::Ports;
use crate::push;
use crate::route::{self, Route};
use crate::token::Tokens;

/// What the operator decides.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Regions that requests may be for; any when there are none.
    pub regions: Option<BTreeSet<Region>>,
    /// Where code scanning can be switched on.
    pub code_scanning: CodeScanningRegions,
    /// Whether a delegated administrator may read code of its members' functions. Inspector says no.
    pub administrators_read_snippets: bool,
    /// Filters of an account in a Region; Inspector's quota when absent.
    pub filter_quota: Option<u32>,
    /// What usage is shown to cost.
    pub prices: Prices,
    /// Bounds of requests.
    pub limits: Limits,
}

/// US dollars for one function in one month, as `ListUsageTotals` estimates. Nothing by default: nobody is billed here.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Prices {
    /// Standard scanning.
    pub lambda: f64,
    /// Code scanning.
    pub lambda_code: f64,
}

/// Why the API cannot start.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The key of page tokens in the database was sealed with another key file.
    #[error("the database belongs to another key file: {0}; give the key file it was made with")]
    OtherKeyFile(String),
}

/// The API. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Api(Arc<State>);

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) settings: Settings,
    pub(crate) ports: Ports,
    pub(crate) tokens: Tokens,
    authenticator: Authenticator,
    rate: Mutex<RateLimiter>,
    packages: Arc<Semaphore>,
    metrics: Metrics,
}

/// The setting that holds the key of page tokens.
const TOKEN_KEY: &str = "page-token-key";

impl Settings {
    pub(crate) fn filter_quota(&self) -> u32 {
        self.filter_quota.unwrap_or(FILTER_QUOTA)
    }
}

impl Api {
    /// Makes the API ready. The first start on a database makes the key that its page tokens are sealed with.
    ///
    /// # Errors
    /// When the database fails or belongs to another key file.
    pub async fn open(settings: Settings, ports: Ports) -> Result<Self, OpenError> {
        let tokens = Tokens::new(token_key(&ports).await?);
        Ok(Self(Arc::new(State {
            authenticator: Authenticator::new(&settings),
            rate: Mutex::new(RateLimiter::new(&settings.limits)),
            packages: Arc::new(Semaphore::new(settings.limits.packages_at_once)),
            metrics: Metrics::default(),
            tokens,
            settings,
            ports,
        })))
    }

    /// As a service for one port. Paths are not for axum to match: an ARN in a path must stay encoded.
    pub fn router(&self) -> Router {
        Router::new().fallback(answer).with_state(self.clone())
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.0.settings.limits
    }
}

async fn token_key(ports: &Ports) -> Result<SecretBox<[u8; 32]>, OpenError> {
    let context = Context {
        purpose: TOKEN_KEY,
        place: &[],
    };
    let kept = match ports.store.setting(TOKEN_KEY).await? {
        Some(kept) => kept,
        None => {
            let mut bytes = zeroize::Zeroizing::new([0; 32]);
            ports.entropy.fill(bytes.as_mut_slice());
            let mut nonce = [0; 12];
            ports.entropy.fill(&mut nonce);
            let sealed = ports
                .keyring
                .seal(context, nonce, bytes.as_slice())
                .map_err(|error| OpenError::OtherKeyFile(error.to_string()))?;
            let mut write = ports.store.write().await?;
            let kept = write
                .setting_or(TOKEN_KEY, &encode(sealed.as_bytes()))
                .await?;
            write.commit().await?;
            kept
        }
    };
    let sealed = Sealed::from_bytes(decode(&kept));
    let other = |reason: String| OpenError::OtherKeyFile(reason);
    let opened = ports
        .keyring
        .open(context, &sealed)
        .map_err(|error| other(error.to_string()))?;
    let bytes: [u8; 32] = opened
        .expose_secret()
        .try_into()
        .map_err(|_| other("the key of page tokens has another length".to_owned()))?;
    Ok(SecretBox::new(Box::new(bytes)))
}

fn encode(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

fn decode(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD
        .decode(text)
        .unwrap_or_default()
}

/// What a request turned out to be, for the log, the metrics and the error's model.
#[derive(Clone)]
struct Named {
    service: Option<Service>,
    asked: Option<Asked>,
    name: Cow<'static, str>,
}

async fn answer(Shared(api): Shared<Api>, request: Request) -> Response {
    let began = Instant::now();
    let state = api.0;
    if *request.method() == Method::GET
        && let Some(response) = unsigned(&state, request.uri().path()).await
    {
        return response;
    }
    let mut id = [0; 16];
    state.ports.entropy.fill(&mut id);
    let id = uuid(id);
    let (parts, body) = request.into_parts();
    let named = name(&parts);
    // In a task of its own: a client that hangs up must not stop a change half-way, and a panic must be an answer.
    let working = Arc::clone(&state);
    let done = tokio::spawn(async move { run(&working, parts, body).await }).await;
    let result = done.unwrap_or_else(|error| Err(Fault::internal(error.to_string())));
    let response = respond(result, &named, &id);
    state
        .metrics
        .count(named.name, response.status().as_u16(), began.elapsed());
    response
}

/// What anyone may ask: whether the server is there, and how it is.
async fn unsigned(state: &State, path: &str) -> Option<Response> {
    let (status, text) = match path {
        "/healthz" => (StatusCode::OK, "ok\n".to_owned()),
        "/readyz" => match state.ports.store.ping().await {
            Ok(()) => (StatusCode::OK, "ready\n".to_owned()),
            Err(_) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "the database does not answer\n".to_owned(),
            ),
        },
        "/metrics" => {
            let mut text = state.metrics.text();
            text.push_str(&(state.ports.metrics)());
            (StatusCode::OK, text)
        }
        _ => return None,
    };
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    let plain = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, plain);
    Some(response)
}

fn name(parts: &Parts) -> Named {
    let service = claimed_service(parts);
    let (asked, name) = match route(service, parts) {
        Route::Served(asked, _) => (Some(asked), Cow::Owned(asked.to_string())),
        Route::NotServed(not_served) => (None, Cow::Borrowed(not_served.name)),
        Route::Unknown if push::function_of(&parts.method, parts.uri.path()).is_some() => {
            (None, Cow::Borrowed("PushPackage"))
        }
        Route::Unknown => (None, Cow::Borrowed("none")),
    };
    Named {
        service,
        asked,
        name,
    }
}

fn route(service: Option<Service>, parts: &Parts) -> Route {
    service.map_or(Route::Unknown, |service| {
        route::route(service, &parts.method, parts.uri.path())
    })
}

async fn run(state: &Arc<State>, parts: Parts, body: Body) -> Result<Vec<u8>, Fault> {
    let limits = &state.settings.limits;
    let route = route(claimed_service(&parts), &parts);
    let pushed = push::function_of(&parts.method, parts.uri.path());
    let (bytes, _permit) = if pushed.is_some() {
        // The body is large: not for everyone, and not for many at once.
        state
            .authenticator
            .is_plausible(&state.ports, &parts)
            .await?;
        let permit = Arc::clone(&state.packages).acquire_owned().await;
        let bytes = read(body, limits.package, limits.package_time).await?;
        (bytes, permit.ok())
    } else {
        (read(body, limits.body, limits.request_time).await?, None)
    };
    let changes =
        pushed.is_some() || matches!(&route, Route::Served(asked, _) if asked.changes_something());
    let Authenticated {
        principal,
        body: unframed,
        admission,
    } = state
        .authenticator
        .authenticate(&state.ports, &parts, &bytes, changes)
        .await?;
    let time = if pushed.is_some() {
        limits.package_time
    } else {
        limits.request_time
    };
    let answering = dispatch(state, &parts, principal, route, pushed, unframed);
    let result = match tokio::time::timeout(time, answering).await {
        Ok(result) => result,
        Err(_) => Err(Fault::Internal {
            detail: format!("no answer within {} seconds", time.as_secs()),
            retry_after: 5,
        }),
    };
    if let (Err(_), Some(admission)) = (&result, admission) {
        state.authenticator.forget(admission);
    }
    result
}

async fn dispatch(
    state: &Arc<State>,
    parts: &Parts,
    principal: Principal,
    route: Route,
    pushed: Option<String>,
    body: Vec<u8>,
) -> Answer {
    let now = state.ports.clock.now();
    {
        let mut rate = state.rate.lock().unwrap_or_else(|lock| lock.into_inner());
        rate.admit(&principal.access_key, now)
            .map_err(|retry_after| Fault::Throttled {
                message: "Rate exceeded".to_owned(),
                retry_after,
            })?;
    }
    let query = route::query(parts.uri.query().unwrap_or_default())
        .ok_or_else(|| Fault::cannot_parse("The query is not UTF-8"))?;
    let caller = Caller {
        state: Arc::clone(state),
        principal,
        now,
    };
    match (caller.principal.service, route) {
        (Service::Inspector, Route::Served(Asked::Inspector(operation), label)) => {
            let call = Call {
                body: json(&body)?,
                standing: standing(&caller).await?,
                caller,
                operation,
                label,
                query,
            };
            match call.may(operation.action(), Target::Own) {
                // Whether members may is told account by account.
                Err(Denied::Member) if operation == Operation::Disable => {}
                allowed => allowed?,
            }
            operation::inspector::run(&call).await
        }
        (Service::SecurityHub, Route::Served(Asked::Hub(operation), label)) => {
            let body = json(&body)?;
            let call = HubCall::new(caller, operation, body, &query, label).await?;
            operation::hub::run(&call).await
        }
        (_, Route::NotServed(not_served)) => Err(Fault::NotServed(not_served)),
        (Service::Shindan, _) if pushed.is_some() => {
            let name = pushed.unwrap_or_default();
            let standing = standing(&caller).await?;
            let role = caller.principal.role;
            shindan_inspector::access::may(role, standing, Action::Push, Target::Own)?;
            push::run(state, &caller.principal, &name, &query, body.into(), now).await
        }
        (service, _) => Err(Fault::Unknown(format!(
            "The service {} has no operation {} {}",
            service.name(),
            parts.method,
            parts.uri.path()
        ))),
    }
}

/// Where the caller's account stands in Inspector's organisation.
async fn standing(caller: &Caller) -> Result<Standing, Fault> {
    let (region, account) = (caller.region(), caller.account());
    Ok(caller.store().standing(region, account).await?)
}

fn json(body: &[u8]) -> Result<Value, Fault> {
    if body.is_empty() {
        return Ok(Value::Object(serde_json::Map::new()));
    }
    serde_json::from_slice(body).map_err(|error| {
        Fault::cannot_parse(format!("The body of the request is not JSON: {error}"))
    })
}

/// Reads a body. Of one that is too large the rest is thrown away for a while: a client that still sends does not hear
/// the answer.
async fn read(mut body: Body, limit: usize, time: std::time::Duration) -> Result<Bytes, Fault> {
    let reading = async {
        let mut bytes = Vec::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| {
                Fault::cannot_parse(format!("The body of the request broke off: {error}"))
            })?;
            let Some(data) = frame.data_ref() else {
                continue;
            };
            if data.len() > limit - bytes.len() {
                drop(bytes);
                discard(body, limit).await;
                return Err(Fault::other(format!(
                    "The body of the request is larger than {limit} bytes"
                )));
            }
            bytes.extend_from_slice(data);
        }
        Ok(Bytes::from(bytes))
    };
    tokio::time::timeout(time, reading)
        .await
        .unwrap_or_else(|_| {
            Err(Fault::cannot_parse(format!(
                "The body of the request did not arrive within {} seconds",
                time.as_secs()
            )))
        })
}

async fn discard(mut body: Body, at_most: usize) {
    let mut left = at_most;
    while let Some(Ok(frame)) = body.frame().await {
        let length = frame.data_ref().map_or(0, Bytes::len);
        if length > left {
            return;
        }
        left -= length;
    }
}

fn respond(result: Answer, named: &Named, id: &str) -> Response {
    let mut response = match result {
        Ok(body) => Response::new(Body::from(body)),
        Err(fault) => {
            let error = fault.answer(named.service, named.asked);
            if let Some(detail) = &error.detail {
                tracing::error!(request = id, operation = %named.name, "{detail}");
            }
            let mut response = Response::new(Body::from(error.body));
            *response.status_mut() = error.status;
            let headers = response.headers_mut();
            headers.insert("x-amzn-errortype", HeaderValue::from_static(error.name));
            if let Some(seconds) = error.retry_after {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            response
        }
    };
    let headers = response.headers_mut();
    let json = HeaderValue::from_static("application/json");
    headers.insert(header::CONTENT_TYPE, json);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert("x-amzn-requestid", id);
    }
    response
}

/// A version 4 UUID of random bytes.
pub(crate) fn uuid(mut bytes: [u8; 16]) -> String {
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut text = String::with_capacity(36);
    for (at, byte) in bytes.into_iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
        }
    }
    text
}
