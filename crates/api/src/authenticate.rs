//! From a signed request to who sent it.

use std::sync::Mutex;
use std::time::Duration;

use axum::http::request::Parts;
use secrecy::SecretString;
use shindan_inspector::{AccountId, Region, Role, Timestamp};
use shindan_sigv4::{
    AccessKeyId, Admission, Authorization, AwsError, Key, NotAdmitted, ReplayWindow, Request,
    Session, UnsignedPayload, Verified, Verifier,
};
use shindan_store::AccessKey;

use crate::Settings;
use crate::asked::Service;
use crate::error::Fault;
use crate::ports::Ports;
use crate::seal;

/// The service that a request says it is for. Nothing is decided by it that the signature does not prove afterwards.
pub(crate) fn claimed_service(parts: &Parts) -> Option<Service> {
    let header = parts.headers.get("authorization")?;
    let authorization = Authorization::parse(header.as_bytes()).ok()?;
    Service::parse(authorization.credential.service)
}

/// Who asks, proven.
#[derive(Clone, Debug)]
pub(crate) struct Principal {
    pub(crate) access_key: String,
    pub(crate) account: AccountId,
    pub(crate) role: Role,
    pub(crate) region: Region,
    /// The service that the signature is for.
    pub(crate) service: Service,
}

/// A request that may run, and the body without what carried it.
pub(crate) struct Authenticated {
    pub(crate) principal: Principal,
    pub(crate) body: Vec<u8>,
    /// Of a request that changes something.
    pub(crate) admission: Option<Admission>,
}

/// Requests that change something and are remembered for ten minutes.
const REPLAY_WINDOW: usize = 200_000;

/// How long a request that was received already waits for its refusal. Signatures know no time below the second, so clients
/// that do the same twice in one sign it the same; AWS's try again after half a second, and would be refused again. After
/// this their next try has a new signature.
const UNTIL_SIGNED_ANEW: Duration = Duration::from_secs(1);

/// How old the note of a key's last use may get.
const LAST_USED: i64 = 10 * 60 * 1000;

/// Checks signatures.
#[derive(Debug)]
pub(crate) struct Authenticator {
    verifier: Verifier,
    replays: Mutex<ReplayWindow>,
}

impl Authenticator {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            verifier: Verifier {
                services: Service::ALL
                    .map(|service| service.name().to_owned())
                    .to_vec(),
                regions: settings
                    .regions
                    .as_ref()
                    .map(|regions| regions.iter().map(ToString::to_string).collect()),
                unsigned_payload: UnsignedPayload::Refuse,
            },
            replays: Mutex::new(ReplayWindow::new(REPLAY_WINDOW)),
        }
    }

    /// Whether a request is worth reading a large body for: it names a key that exists and a service. What it says is
    /// not believed for anything else.
    pub(crate) async fn is_plausible(&self, ports: &Ports, parts: &Parts) -> Result<(), Fault> {
        match self.key(ports, parts).await? {
            Some(_) => Ok(()),
            None => Err(refused(&shindan_sigv4::Refusal::UnknownKeyOrWrongSignature)),
        }
    }

    /// Who sent a request.
    pub(crate) async fn authenticate(
        &self,
        ports: &Ports,
        parts: &Parts,
        body: &[u8],
        changes_something: bool,
    ) -> Result<Authenticated, Fault> {
        let now = ports.clock.now();
        let instant = jiff::Timestamp::from_millisecond(now.as_millis())
            .map_err(|_| Fault::internal("the clock shows a time that no calendar has"))?;
        let stored = self.key(ports, parts).await?;
        let key = match &stored {
            Some(stored) => Some(opened(ports, stored)?),
            None => None,
        };
        let headers: Vec<(&str, &[u8])> = parts
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_bytes()))
            .collect();
        let request = Request {
            method: parts.method.as_str(),
            path: parts.uri.path(),
            query: parts.uri.query().unwrap_or_default(),
            headers: &headers,
            body,
        };
        let find = |_: &AccessKeyId| key.clone();
        let verified = self
            .verifier
            .verify(&request, &find, instant)
            .map_err(|refusal| refused(&refusal))?;
        let stored = stored.ok_or_else(|| Fault::internal("a key that is not there verified"))?;
        let region = Region::parse(&verified.region).map_err(|error| {
            refused_as(
                AwsError::InvalidSignature,
                format!("The credential's scope: {error}"),
            )
        })?;
        let service = Service::parse(&verified.service)
            .ok_or_else(|| Fault::internal("a service that is not there verified"))?;
        let admission = match changes_something.then(|| self.admit(&verified, instant)) {
            None => None,
            Some(Ok(admission)) => Some(admission),
            Some(Err(refusal)) => {
                tokio::time::sleep(UNTIL_SIGNED_ANEW).await;
                return Err(Fault::Throttled {
                    message: refusal.to_string(),
                    retry_after: 1,
                });
            }
        };
        note_use(ports, &stored, now);
        Ok(Authenticated {
            principal: Principal {
                access_key: stored.id,
                account: stored.account,
                role: stored.role,
                region,
                service,
            },
            body: verified.body.into_owned(),
            admission,
        })
    }

    /// Lets the same signature in once more: its request changed nothing.
    pub(crate) fn forget(&self, admission: Admission) {
        let mut replays = self.replays.lock().unwrap_or_else(|lock| lock.into_inner());
        replays.forget(admission);
    }

    fn admit(
        &self,
        verified: &Verified<'_>,
        instant: jiff::Timestamp,
    ) -> Result<Admission, NotAdmitted> {
        let mut replays = self.replays.lock().unwrap_or_else(|lock| lock.into_inner());
        replays.admit(verified, instant)
    }

    /// The key that a request names. A disabled one is as good as none.
    async fn key(&self, ports: &Ports, parts: &Parts) -> Result<Option<AccessKey>, Fault> {
        let Some(header) = parts.headers.get("authorization") else {
            return Ok(None);
        };
        // What is wrong with the header, the verifier tells in full.
        let Ok(authorization) = Authorization::parse(header.as_bytes()) else {
            return Ok(None);
        };
        let id = authorization.credential.access_key_id;
        let key = ports.store.access_key(id.as_str()).await?;
        Ok(key.filter(|key| key.disabled_at.is_none()))
    }
}

fn opened(ports: &Ports, key: &AccessKey) -> Result<Key, Fault> {
    let id = &key.id;
    let damaged = |error| Fault::internal(format!("the secret of the access key {id}: {error}"));
    let session = match (&key.session_token, key.expires_at) {
        (Some(token), Some(expires)) => Some(Session {
            token: seal::open_session_token(&ports.keyring, id, token).map_err(damaged)?,
            expires: jiff::Timestamp::from_millisecond(expires.as_millis())
                .map_err(|_| Fault::internal(format!("the access key {id} ends at no time")))?,
        }),
        (None, None) => None,
        _ => {
            return Err(Fault::internal(format!(
                "the access key {id} is half temporary"
            )));
        }
    };
    let secret: SecretString =
        seal::open_secret(&ports.keyring, id, &key.secret).map_err(damaged)?;
    Ok(Key { secret, session })
}

fn refused(refusal: &shindan_sigv4::Refusal) -> Fault {
    refused_as(refusal.aws_error(), refusal.to_string())
}

const fn refused_as(error: AwsError, message: String) -> Fault {
    Fault::Refused { error, message }
}

/// Notes that a key was used, beside the request and at most every ten minutes. A note that is lost is no loss.
fn note_use(ports: &Ports, key: &AccessKey, now: Timestamp) {
    let last = key.last_used_at;
    if last.is_some_and(|last| now.millis_since(last) < LAST_USED) {
        return;
    }
    let (store, id) = (ports.store.clone(), key.id.clone());
    tokio::spawn(async move { store.touch_access_key(&id, now).await });
}
