//! Changes as they happen.

use std::collections::BTreeMap;
use std::time::Duration;

use super::describe::Common;
use super::{Accounts, Change, ChangeQueue, Cloud, LookError, Place};
use crate::LayerPackage;

/// How long to wait after a queue could not be read.
const AFTER_FAILURE: Duration = Duration::from_secs(30);

impl<C: Cloud> Accounts<C> {
    /// Follows the events of a queue, for ever. What goes wrong is logged, and comes again.
    pub async fn keep_following(&self, queue: &impl ChangeQueue) {
        loop {
            if let Err(error) = self.follow(queue).await {
                tracing::error!(%error, "change events were not read; what they say is seen at the next look");
                tokio::time::sleep(AFTER_FAILURE).await;
            }
        }
    }

    /// Waits for events and does what they ask for; how many were taken off the queue.
    ///
    /// An event that cannot be handled stays: the queue gives it out again, and puts it aside in the end.
    ///
    /// # Errors
    /// When the queue or the list of places cannot be read.
    pub async fn follow<Q: ChangeQueue>(&self, queue: &Q) -> Result<u64, LookError> {
        // Several events about one function are one.
        let mut changes: BTreeMap<Change, Vec<Q::Receipt>> = BTreeMap::new();
        for (change, receipt) in queue.receive().await? {
            changes.entry(change).or_default().push(receipt);
        }
        if changes.is_empty() {
            return Ok(0);
        }
        let places = self.cloud.places().await?;
        let mut done = 0;
        for (change, receipts) in changes {
            if places.contains(&change.place())
                && let Err(error) = self.changed(&change).await
            {
                tracing::warn!(%error, "a change event was not handled; it comes again");
                continue;
            }
            let count = receipts.len() as u64;
            queue.done(receipts).await?;
            done += count;
        }
        Ok(done)
    }

    async fn changed(&self, change: &Change) -> Result<(), LookError> {
        let account = self.cloud.account(&change.place()).await?;
        let common = Common::default();
        match change {
            Change::Function(arn) => {
                let told = self.tell(&account, arn, None, None, &common).await?;
                tracing::info!(function = %arn, changed = told.changed, removed = told.removed, "a function was changed");
                if told.again {
                    return Err(LookError::InPart(arn.clone()));
                }
            }
            Change::Layer(_, arn) => {
                // A version never changes, but functions may have named it before it could be had.
                let store = self.service.store();
                let users = store
                    .functions_with_layer(&arn.region, &arn.to_string())
                    .await?;
                if !users.is_empty()
                    && let Some(hash) = self.layer(&account, arn, &common).await?
                {
                    let package = LayerPackage::Kept(hash);
                    self.service.layer_changed(arn, package).await?;
                }
            }
        }
        Ok(())
    }
}

impl Change {
    fn place(&self) -> Place {
        match self {
            Self::Function(arn) => Place::of(arn),
            Self::Layer(place, _) => place.clone(),
        }
    }
}
