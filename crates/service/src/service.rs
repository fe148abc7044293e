use std::sync::Arc;
use std::time::Duration;

use shindan_inspector::lifecycle::Retention;
use shindan_inspector::{RuntimePolicy, Timestamp};
use shindan_store::Store;
use tokio::sync::Notify;

use crate::translate::Seal;
use crate::{Clock, Packages};

/// What the service works with and how.
pub struct Settings {
    /// Which runtimes are scanned.
    pub policy: RuntimePolicy,
    /// How long closed findings are kept.
    pub retention: Retention,
    /// How long a job is a worker's before another may take it.
    pub lease: Duration,
    /// Seals lines of code.
    pub seal: Box<Seal>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            policy: RuntimePolicy::default(),
            retention: Retention::default(),
            lease: Duration::from_secs(60),
            // Code is not kept unless someone says how it is sealed.
            seal: Box::new(|_, _, _| None),
        }
    }
}

/// Continuous scanning: everything that changes functions, findings and coverage over time. Cheap to clone.
///
/// All that follows from one event is written in one transaction, together with the jobs for what has to be done about it.
/// A process that dies at any moment leaves a state that another takes up.
#[derive(Clone)]
pub struct Service(Arc<Inner>);

struct Inner {
    store: Store,
    packages: Packages,
    clock: Box<dyn Clock>,
    settings: Settings,
    work: Notify,
}

impl Service {
    /// A service on a database and a package store.
    #[must_use]
    pub fn new(store: Store, packages: Packages, clock: impl Clock, settings: Settings) -> Self {
        Self(Arc::new(Inner {
            store,
            packages,
            clock: Box::new(clock),
            settings,
            work: Notify::new(),
        }))
    }

    /// The database.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// The packages.
    #[must_use]
    pub fn packages(&self) -> &Packages {
        &self.0.packages
    }

    /// How it works.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// What time it is.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// Tells idle workers of this process that there is work. Others find it by themselves.
    pub fn wake(&self) {
        self.0.work.notify_waiters();
    }

    /// Waits for [`Self::wake`].
    pub(crate) async fn woken(&self) {
        self.0.work.notified().await;
    }

    /// How long a lease lasts.
    pub(crate) fn lease_millis(&self) -> i64 {
        i64::try_from(self.settings().lease.as_millis()).unwrap_or(i64::MAX)
    }
}
