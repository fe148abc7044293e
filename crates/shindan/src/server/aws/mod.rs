//! Accounts of AWS that the service keeps scanning: the wiring between the crate `cloud`, which asks AWS, and the service's
//! source of accounts, which knows what to ask.

mod account;
mod queue;
pub(crate) mod settings;

use std::sync::Arc;
use std::time::{Duration, Instant};

use shindan_cloud::{AccountStatus, CloudError, Effects, ErrorKind, Sessions};
use shindan_inspector::{AccountId, Region};
use shindan_service::Service;
use shindan_service::source::account::{Accounts, CallError, CallErrorKind, Cloud, Place, Rhythm};
use tokio::sync::{Mutex, OnceCell};
use tokio::task::JoinSet;

use self::account::AwsAccount;
use self::queue::Queue;
use self::settings::{AwsSource, Which};
use crate::aws::SystemRandom;
use crate::complaint::Complaint;

/// How old the list of an organization's accounts may be.
const ORGANIZATION: Duration = Duration::from_secs(3600);
/// How long to wait after it could not be had.
const AFTER_FAILURE: Duration = Duration::from_secs(300);

/// Starts to look at accounts and to follow their queues. `owner` names this process.
pub(crate) fn watch(
    tasks: &mut JoinSet<()>,
    service: &Service,
    source: &AwsSource,
    owner: &str,
) -> Result<(), Complaint> {
    let cloud = Arc::new(Aws {
        settings: source.settings()?,
        source: source.clone(),
        sessions: OnceCell::new(),
        organization: Mutex::default(),
    });
    let accounts = Accounts::new(service.clone(), Arc::clone(&cloud));
    let rhythm = Rhythm {
        every: Duration::from_secs(source.poll_seconds.into()),
        parallel: source.parallel,
        ..Rhythm::default()
    };
    for url in &source.queues {
        let queue = Queue::new(Arc::clone(&cloud), url);
        let accounts = accounts.clone();
        tasks.spawn(async move { accounts.keep_following(&queue).await });
    }
    let owner = owner.to_owned();
    tasks.spawn(async move { accounts.keep_looking(&owner, rhythm).await });
    Ok(())
}

/// What one `[[aws]]` of the settings reaches.
struct Aws {
    source: AwsSource,
    settings: shindan_cloud::Settings,
    /// Opened when they are needed first, and again until that succeeds.
    sessions: OnceCell<Sessions>,
    organization: Mutex<Organization>,
}

/// The accounts of the organization, as they were when it was last asked for them.
#[derive(Default)]
struct Organization {
    accounts: Vec<AccountId>,
    asked: Option<Instant>,
    failed: Option<(Instant, CallError)>,
}

impl Aws {
    async fn sessions(&self) -> Result<&Sessions, CallError> {
        self.sessions
            .get_or_try_init(|| {
                Sessions::open(self.settings.clone(), Effects::system(SystemRandom))
            })
            .await
            .map_err(|error| call_error(&error))
    }

    async fn accounts(&self) -> Result<Vec<AccountId>, CallError> {
        let sessions = self.sessions().await?;
        match &self.source.accounts {
            Which::Own => Ok(vec![sessions.home()]),
            Which::These(accounts) => Ok(accounts.clone()),
            Which::Organization => self.organization(sessions).await,
        }
    }

    /// Accounts of the organization that are active. When it cannot be asked, those that are known.
    async fn organization(&self, sessions: &Sessions) -> Result<Vec<AccountId>, CallError> {
        let mut known = self.organization.lock().await;
        let is_fresh = known.asked.is_some_and(|at| at.elapsed() < ORGANIZATION);
        let just_failed = known
            .failed
            .as_ref()
            .filter(|(at, _)| at.elapsed() < AFTER_FAILURE);
        if let (Some((_, error)), true) = (just_failed, known.accounts.is_empty()) {
            return Err(error.clone());
        }
        if is_fresh || just_failed.is_some() {
            return Ok(known.accounts.clone());
        }
        let listed = async {
            let session = sessions.session(sessions.home(), sessions.region()).await?;
            session.accounts().await
        };
        match listed.await {
            Ok(accounts) => {
                let active = accounts
                    .into_iter()
                    .filter(|account| account.status == AccountStatus::Active);
                known.accounts = active.map(|account| account.id).collect();
                known.asked = Some(Instant::now());
                known.failed = None;
            }
            Err(error) => {
                let error = call_error(&error);
                known.failed = Some((Instant::now(), error.clone()));
                if known.accounts.is_empty() {
                    return Err(error);
                }
                tracing::error!(%error, "the organization's accounts cannot be listed; those that are known are looked at");
            }
        }
        Ok(known.accounts.clone())
    }

    fn regions(&self, sessions: &Sessions) -> Vec<Region> {
        if self.source.regions.is_empty() {
            vec![sessions.region().clone()]
        } else {
            self.source.regions.clone()
        }
    }
}

impl Cloud for Aws {
    type Account = AwsAccount;

    async fn places(&self) -> Result<Vec<Place>, CallError> {
        let accounts = self.accounts().await?;
        let regions = self.regions(self.sessions().await?);
        let in_account = |account| {
            let place = move |region| Place { account, region };
            regions.iter().cloned().map(place)
        };
        Ok(accounts.into_iter().flat_map(in_account).collect())
    }

    async fn account(&self, place: &Place) -> Result<AwsAccount, CallError> {
        let sessions = self.sessions().await?;
        let session = sessions.session(place.account, &place.region).await;
        session
            .map(AwsAccount::new)
            .map_err(|error| call_error(&error))
    }
}

/// What the service hears of an error.
fn call_error(error: &CloudError) -> CallError {
    CallError {
        kind: match error.kind {
            ErrorKind::AccessDenied => CallErrorKind::Denied,
            ErrorKind::TooLarge | ErrorKind::ForeignUrl => CallErrorKind::Unusable,
            _ => CallErrorKind::Failed,
        },
        message: error.to_string(),
    }
}
