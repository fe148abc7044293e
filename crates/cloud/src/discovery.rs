//! Finding the functions of many accounts and Regions; one that fails does not stop the others.

use std::sync::Arc;

use shindan_inspector::{AccountId, Region};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::error::CloudError;
use crate::lambda::{Described, Description, Listed};
use crate::session::Sessions;

/// What there is in one account and Region.
#[derive(Clone, Debug)]
pub struct Discovered {
    pub account: AccountId,
    pub region: Region,
    /// The functions, or why they could not be listed.
    pub functions: Result<Listed, CloudError>,
}

impl Sessions {
    /// Lists the functions of accounts in Regions, so many at a time. The answer has the order of the accounts and
    /// Regions.
    pub async fn discover(
        &self,
        accounts: &[AccountId],
        regions: &[Region],
        parallel: usize,
    ) -> Vec<Discovered> {
        let permits = Arc::new(Semaphore::new(parallel.max(1)));
        let mut tasks = JoinSet::new();
        let places = accounts
            .iter()
            .flat_map(|account| regions.iter().map(move |region| (*account, region.clone())));
        for (at, (account, region)) in places.enumerate() {
            let (sessions, permits) = (self.clone(), Arc::clone(&permits));
            tasks.spawn(async move {
                // The semaphore is never closed.
                let _permit = permits.acquire_owned().await;
                let functions = sessions.functions(account, &region).await;
                let discovered = Discovered {
                    account,
                    region,
                    functions,
                };
                (at, discovered)
            });
        }
        let mut found = tasks.join_all().await;
        found.sort_by_key(|(at, _)| *at);
        found
            .into_iter()
            .map(|(_, discovered)| discovered)
            .collect()
    }

    async fn functions(&self, account: AccountId, region: &Region) -> Result<Listed, CloudError> {
        let session = self.session(account, region).await?;
        session.lambda().functions().await
    }
}

impl Described {
    /// The function, if it is still there.
    #[must_use]
    pub fn function(self) -> Option<Description> {
        match self {
            Self::Function(description) => Some(*description),
            Self::Deleted => None,
        }
    }
}
