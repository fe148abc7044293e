//! Workers: they take jobs, do them, and write what came of them.
//!
//! A worker holds the lease of its job by extending it while it works. When it is told to stop it takes no other job and has
//! some time to finish; what is not done by then is given back. When it is killed, the lease runs out and another worker
//! does the job anew.
//!
//! A worker that has its results and only waits for the database gives up its [`Place`], and another one begins its job
//! meanwhile: so there are more workers than places, results pile up when the database is slower than the scans, and are
//! then written many at a time ([`shindan_store::Store::write_together`]).

mod job;
mod scan;
mod stop;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use shindan_store::Lease;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;

pub use stop::Stop;

use crate::{Scanner, Service};

/// How often an idle worker looks for work that nobody told it of.
const IDLE: Duration = Duration::from_secs(2);

/// How long a worker waits after the database failed.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// Workers that may wait for the database while all places are taken.
const RECORDING: usize = 16;

/// The right to do something but wait for the database; none where nobody counts.
type Place = Option<OwnedSemaphorePermit>;

/// Writes the reports and exports that the API was asked for.
pub trait Reporter: Send + Sync + 'static {
    /// Writes one; the reason when it cannot be written now. What the report itself is to say about a failure is the
    /// reporter's business.
    fn report(&self, id: &str) -> impl Future<Output = Result<(), String>> + Send;
}

/// Writes none.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoReports;

impl Reporter for NoReports {
    async fn report(&self, _: &str) -> Result<(), String> {
        Err("this process writes no reports".to_owned())
    }
}

/// Workers of one process.
pub struct Workers<S, R> {
    service: Service,
    scanner: Arc<S>,
    reporter: Arc<R>,
    name: Arc<str>,
    /// How long a job may go on after the workers were told to stop.
    grace: Duration,
}

impl<S, R> Clone for Workers<S, R> {
    fn clone(&self) -> Self {
        Self {
            service: self.service.clone(),
            scanner: Arc::clone(&self.scanner),
            reporter: Arc::clone(&self.reporter),
            name: Arc::clone(&self.name),
            grace: self.grace,
        }
    }
}

impl<S: Scanner, R: Reporter> Workers<S, R> {
    /// Workers of a process that is called `name`, unlike any other process on the same database.
    pub fn new(service: Service, scanner: S, reporter: R, name: &str, grace: Duration) -> Self {
        Self {
            service,
            scanner: Arc::new(scanner),
            reporter: Arc::new(reporter),
            name: name.into(),
            grace,
        }
    }

    /// Works with `count` jobs at a time until told to stop. Returns when all are done or given back.
    pub async fn run(&self, count: usize, stop: Stop) {
        let places = Arc::new(Semaphore::new(count));
        let mut workers = JoinSet::new();
        for number in 0..count + RECORDING {
            let (workers_of, places, stop) = (self.clone(), Arc::clone(&places), stop.clone());
            workers.spawn(async move { workers_of.work(number, &places, stop).await });
        }
        while let Some(ended) = workers.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "a worker ended early; its job is done again when its lease runs out");
            }
        }
    }

    async fn work(&self, number: usize, places: &Arc<Semaphore>, mut stop: Stop) {
        let owner = format!("{}/{number}", self.name);
        while !stop.is_stopped() {
            let place = tokio::select! {
                place = Arc::clone(places).acquire_owned() => place.ok(),
                () = stop.stopped() => return,
            };
            let woken = self.service.woken();
            let lease = self.claim(&owner).await;
            match lease {
                Ok(Some(lease)) => self.do_until_stopped(&lease, place, &mut stop).await,
                Ok(None) => tokio::select! {
                    () = woken => {}
                    () = tokio::time::sleep(IDLE) => {}
                    () = stop.stopped() => {}
                },
                Err(error) => {
                    tracing::error!(%error, "cannot ask for work");
                    tokio::select! {
                        () = tokio::time::sleep(AFTER_FAILURE) => {}
                        () = stop.stopped() => {}
                    }
                }
            }
        }
    }

    async fn claim(&self, owner: &str) -> Result<Option<Lease>, shindan_store::StoreError> {
        let service = &self.service;
        service
            .store()
            .claim(owner, service.now(), service.lease_millis())
            .await
    }

    /// Takes one job and does it; whether there was one. For tests and for commands that work through what there is.
    ///
    /// # Errors
    /// When the database cannot be asked for work.
    pub async fn do_next(&self) -> Result<bool, shindan_store::StoreError> {
        match self.claim(&self.name).await? {
            Some(lease) => {
                self.hold_and_do(&lease, None).await;
                Ok(true)
            }
            None => Ok(false),
        }
    }

    async fn do_until_stopped(&self, lease: &Lease, place: Place, stop: &mut Stop) {
        let too_late = async {
            stop.stopped().await;
            tokio::time::sleep(self.grace).await;
        };
        tokio::select! {
            () = self.hold_and_do(lease, place) => {}
            () = too_late => {
                if let Err(error) = self.service.store().give_back(lease).await {
                    tracing::warn!(%error, "a job was not given back; it is done again when its lease runs out");
                }
            }
        }
    }

    /// Does a job while extending its lease; leaves it when the lease is another's.
    async fn hold_and_do(&self, lease: &Lease, place: Place) {
        tokio::select! {
            () = self.do_job(lease, place) => {}
            () = self.hold(lease) => {
                tracing::warn!(job = ?lease.job, "the lease of a job was lost, and its work stopped");
            }
        }
    }

    /// Ends when the lease is lost.
    async fn hold(&self, lease: &Lease) {
        let service = &self.service;
        let pause = service.settings().lease / 3;
        loop {
            tokio::time::sleep(pause).await;
            let extended = service
                .store()
                .extend(lease, service.now(), service.lease_millis())
                .await;
            match extended {
                Ok(true) => {}
                Ok(false) => return,
                // Whether it is lost shows when the job ends.
                Err(error) => tracing::warn!(%error, "cannot extend the lease of a job"),
            }
        }
    }
}
