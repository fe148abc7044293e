//! All functions of a place.

use std::collections::BTreeSet;

use futures_util::{StreamExt, TryStreamExt, stream};
use shindan_inspector::FunctionArn;
use shindan_store::Scope;

use super::describe::{Common, Told};
use super::{Account, Accounts, Cloud, Invocations, Listed, LookError, Place};
use crate::source::Origin;

/// Functions that are looked at at the same time; each may hold a package in memory.
const PARALLEL: usize = 4;
/// Functions of one question to the database.
const BATCH: u32 = 500;

/// What a look saw.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// Functions that there are.
    pub functions: u64,
    /// Functions that were not known as they are.
    pub changed: u64,
    /// Functions that are gone.
    pub removed: u64,
    /// Whether everything could be read.
    pub is_complete: bool,
}

impl<C: Cloud> Accounts<C> {
    /// Looks at all functions of a place. `asks_invocations` says whether to ask when they were last invoked.
    ///
    /// # Errors
    /// When the functions cannot be listed, which changes nothing; or when the service fails. What was noted stays.
    pub async fn look(&self, place: &Place, asks_invocations: bool) -> Result<Looked, LookError> {
        let account = &self.cloud.account(place).await?;
        // Before the list, so that what is made meanwhile is not taken for gone.
        let known = self.known(place).await?;
        let listing = account.list().await?;
        let arns: Vec<FunctionArn> = listing.functions.iter().map(|f| f.arn.clone()).collect();
        let invocations = if asks_invocations && !arns.is_empty() {
            self.invocations(account, place, &arns).await
        } else {
            Invocations::default()
        };
        let common = &Common::default();
        let mut looked = Looked {
            functions: arns.len() as u64,
            is_complete: listing.unreadable.is_empty(),
            ..Looked::default()
        };
        let last = &invocations.last;
        let tell = |listed: Listed| async move {
            let invoked = last.get(&listed.arn).copied();
            self.tell(account, &listed.arn, Some(&listed), invoked, common)
                .await
        };
        let mut told = stream::iter(listing.functions)
            .map(tell)
            .buffer_unordered(PARALLEL);
        while let Some(told) = told.try_next().await? {
            looked.add(told);
        }
        for reason in &listing.unreadable {
            tracing::warn!(%place, %reason, "a function cannot be read, so that none here is taken for deleted");
        }
        if listing.unreadable.is_empty() {
            let there: BTreeSet<&FunctionArn> = arns.iter().collect();
            for arn in known.iter().filter(|arn| !there.contains(arn)) {
                // A list may lag behind, so Lambda is asked once more.
                match self.tell(account, arn, None, None, common).await {
                    Ok(told) => looked.add(told),
                    Err(LookError::Call(error)) => {
                        tracing::warn!(function = %arn, %error, "it is not known whether this function was deleted");
                        looked.is_complete = false;
                    }
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(looked)
    }

    /// Functions of a place that are known from it.
    async fn known(&self, place: &Place) -> Result<Vec<FunctionArn>, LookError> {
        let scope = Scope::own(place.region.clone(), place.account);
        let origin = Origin::Account.to_string();
        let mut known = Vec::new();
        let mut after = None;
        loop {
            let store = self.service.store();
            let page = store.functions(&scope, after.as_ref(), BATCH).await?;
            let ours = page.rows.into_iter().filter(|f| f.state.origin == origin);
            known.extend(ours.map(|f| f.state.arn));
            after = page.next;
            if after.is_none() {
                return Ok(known);
            }
        }
    }

    async fn invocations(
        &self,
        account: &C::Account,
        place: &Place,
        arns: &[FunctionArn],
    ) -> Invocations {
        let mut invocations = account.invocations(arns).await;
        if let Some(reason) = &invocations.reason {
            tracing::warn!(%place, %reason, "it is not known when functions were last invoked; they are taken for used");
        }
        // To leave a function out that may be in use every day would be worse than to look at one that is not.
        let now = self.service.now();
        let unknown = std::mem::take(&mut invocations.unknown);
        invocations
            .last
            .extend(unknown.into_iter().map(|arn| (arn, now)));
        invocations
    }
}

impl Looked {
    fn add(&mut self, told: Told) {
        self.changed += u64::from(told.changed);
        self.removed += u64::from(told.removed);
        self.is_complete &= !told.again;
    }
}
