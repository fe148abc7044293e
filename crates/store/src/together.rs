//! Several pieces of work in one transaction (group commit).
//!
//! SQLite has one writer, and a third of what it costs to record a scan is the end of the transaction: pages of indexes
//! that the next scan changes again. So whoever has to wait for its turn shares the transaction of those that wait with it.
//! When one of them fails, what all did is undone, and each does its work again alone: nobody pays for another's failure
//! but with time. PostgreSQL has many writers, and each has a transaction of its own.

use std::collections::VecDeque;
use std::fmt;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use tokio::sync::oneshot;

use crate::{Engine, Store, StoreError, Write};

/// Pieces of work in one transaction: other writers wait that long.
const TOGETHER: usize = 16;

/// Work in a transaction that others may share. It may be done again from the beginning, after what it did was undone.
pub trait Work: Send + Sync + 'static {
    /// What comes of it.
    type Output: Send + 'static;

    /// Does it.
    fn run(
        &self,
        write: &mut Write,
    ) -> impl Future<Output = Result<Self::Output, StoreError>> + Send;
}

impl Store {
    /// Does work that is done again when it is lost (see [`Self::write_again`]), with others that wait at the same time. It
    /// may be done even though the caller waits no longer.
    ///
    /// # Errors
    /// When the database fails; then nothing was done.
    pub async fn write_together<W: Work>(&self, work: W) -> Result<W::Output, StoreError> {
        let work = Arc::new(work);
        if self.engine() == Engine::Sqlite {
            let (tell, told) = oneshot::channel();
            let is_first = self.together().wait(Box::new(Waiting {
                work: Arc::clone(&work),
                output: None,
                tell,
            }));
            if is_first {
                let mut running = Running {
                    store: self.clone(),
                    is_over: false,
                };
                running.do_some().await;
                // Ours is done; others do not wait for whoever waits for us.
                if !running.is_over() {
                    tokio::spawn(async move {
                        while !running.is_over() {
                            running.do_some().await;
                        }
                    });
                }
            }
            if let Ok(output) = told.await {
                return Ok(output);
            }
        }
        let mut write = self.write_again().await?;
        let output = work.run(&mut write).await?;
        write.commit().await?;
        Ok(output)
    }
}

/// Whoever does what waits. When it ends early, those that wait are sent away to do their work alone.
struct Running {
    store: Store,
    is_over: bool,
}

impl Running {
    /// Does what waits, as much as goes into one transaction.
    async fn do_some(&mut self) {
        // More may come until it is our turn.
        let begun = self.store.write_again().await;
        let mut works = self.store.together().take();
        let Ok(mut write) = begun else { return };
        for work in &mut works {
            let mut running = work.run(&mut write);
            // Whoever panics does so again, alone.
            let is_done = poll_fn(|context| {
                let polled = AssertUnwindSafe(|| running.as_mut().poll(context));
                match catch_unwind(polled) {
                    Ok(polled) => polled.map(|done| done.is_ok()),
                    Err(_) => Poll::Ready(false),
                }
            });
            if !is_done.await {
                return;
            }
        }
        if write.commit().await.is_ok() {
            works.into_iter().for_each(Queued::told);
        }
    }

    /// Whether nothing waits; then whoever comes next is the first again.
    fn is_over(&mut self) -> bool {
        self.is_over = self.store.together().is_empty();
        self.is_over
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.is_over {
            let mut state = self.store.together().state();
            state.works.clear();
            state.is_running = false;
        }
    }
}

/// Work that waits to be done with others.
#[derive(Default)]
pub(crate) struct Together(Mutex<State>);

#[derive(Default)]
struct State {
    works: VecDeque<Box<dyn Queued>>,
    is_running: bool,
}

impl fmt::Debug for Together {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        write!(f, "Together({} waiting)", state.works.len())
    }
}

impl Together {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds work; whether the caller has to see to it that it is done.
    fn wait(&self, work: Box<dyn Queued>) -> bool {
        let mut state = self.state();
        state.works.push_back(work);
        !std::mem::replace(&mut state.is_running, true)
    }

    /// Whether nothing waits; then whoever comes next is the first again.
    fn is_empty(&self) -> bool {
        let mut state = self.state();
        state.is_running = !state.works.is_empty();
        !state.is_running
    }

    fn take(&self) -> Vec<Box<dyn Queued>> {
        let mut state = self.state();
        let count = state.works.len().min(TOGETHER);
        state.works.drain(..count).collect()
    }
}

struct Waiting<W: Work> {
    work: Arc<W>,
    output: Option<W::Output>,
    tell: oneshot::Sender<W::Output>,
}

trait Queued: Send {
    fn run<'w>(
        &'w mut self,
        write: &'w mut Write,
    ) -> Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send + 'w>>;

    /// It was committed. Dropping it instead tells that it was not.
    fn told(self: Box<Self>);
}

impl<W: Work> Queued for Waiting<W> {
    fn run<'w>(
        &'w mut self,
        write: &'w mut Write,
    ) -> Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send + 'w>> {
        Box::pin(async move {
            self.output = Some(self.work.run(write).await?);
            Ok(())
        })
    }

    fn told(self: Box<Self>) {
        if let Some(output) = self.output {
            // Whoever asked may wait no longer.
            let _ = self.tell.send(output);
        }
    }
}
