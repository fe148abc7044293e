//! Looking at all places, each when it is due, and by one server at a time.

use std::time::Duration;

use futures_util::{StreamExt, stream};
use shindan_inspector::Timestamp;
use shindan_store::{LookIntervals, SourceLease};

use super::{Accounts, Cloud, LookError, Looked, Place};

/// How often it is asked whether a place is due.
const TICK: Duration = Duration::from_secs(15);
/// How long a server may be silent before another looks at its place.
const LEASE: Duration = Duration::from_secs(90);
/// How often CloudWatch is asked, which charges for it.
const INVOCATIONS_MILLIS: i64 = Timestamp::DAY;

/// When and how places are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rhythm {
    /// How often each place is looked at.
    pub every: Duration,
    /// How soon again when something could not be read.
    pub again: Duration,
    /// Places at the same time.
    pub parallel: usize,
}

impl Default for Rhythm {
    fn default() -> Self {
        Self {
            every: Duration::from_secs(6 * 60 * 60),
            again: Duration::from_secs(10 * 60),
            parallel: 4,
        }
    }
}

impl<C: Cloud> Accounts<C> {
    /// Looks at places when they are due, for ever. `owner` names this process.
    pub async fn keep_looking(&self, owner: &str, rhythm: Rhythm) {
        loop {
            self.look_where_due(owner, rhythm).await;
            tokio::time::sleep(TICK.min(rhythm.every)).await;
        }
    }

    /// Looks at the places that are due and that no other server looks at; what goes wrong is logged.
    pub async fn look_where_due(&self, owner: &str, rhythm: Rhythm) {
        let places = match self.cloud.places().await {
            Ok(places) => places,
            Err(error) => {
                tracing::error!(%error, "it is not known which accounts there are");
                return;
            }
        };
        stream::iter(places)
            .for_each_concurrent(rhythm.parallel.max(1), |place| async move {
                if let Err(error) = self.look_if_due(&place, owner, rhythm).await {
                    tracing::error!(%place, %error, "the functions there were not looked at; they stay as they were");
                }
            })
            .await;
    }

    async fn look_if_due(
        &self,
        place: &Place,
        owner: &str,
        rhythm: Rhythm,
    ) -> Result<(), LookError> {
        let store = self.service.store();
        let every = LookIntervals {
            complete: millis(rhythm.every),
            incomplete: millis(rhythm.again.min(rhythm.every)),
        };
        let name = format!("{}/{}", place.account, place.region);
        let now = self.service.now();
        let taken = store.take_source(&name, owner, now, millis(LEASE), every);
        let Some(lease) = taken.await? else {
            return Ok(());
        };
        let asks = lease
            .invocations_at
            .is_none_or(|at| at > now || now.millis_since(at) >= INVOCATIONS_MILLIS);
        let looked = tokio::select! {
            looked = self.look(place, asks) => looked,
            () = self.hold(&lease) => {
                tracing::warn!(%place, "another server looks at this place now");
                return Ok(());
            }
        };
        let is_complete = looked.as_ref().is_ok_and(|looked| looked.is_complete);
        let asked = (asks && looked.is_ok()).then_some(now);
        store
            .end_source(&lease, self.service.now(), is_complete, asked)
            .await?;
        let Looked {
            functions,
            changed,
            removed,
            is_complete,
        } = looked?;
        tracing::info!(%place, functions, changed, removed, is_complete, "looked at an account");
        Ok(())
    }

    /// Ends when the lease is another's.
    async fn hold(&self, lease: &SourceLease) {
        loop {
            tokio::time::sleep(LEASE / 3).await;
            let held = self
                .service
                .store()
                .hold_source(lease, self.service.now(), millis(LEASE))
                .await;
            match held {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => tracing::warn!(%error, "cannot extend the lease of an account"),
            }
        }
    }
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX / 4)
}
