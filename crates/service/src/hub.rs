//! Security Hub's controls, checked over what this server itself knows.
//!
//! The controls of an account are checked every [`PERIOD`], and soon after something they depend on was changed: whoever
//! changes scan types, members, the delegated administrator, what new members get, standards or controls enqueues
//! [`Job::CheckControls`] in its transaction. A check that runs meanwhile with older facts is followed by that one.
//! Which checks are due, the sweep tells; a check that was done says when.

use shindan_inspector::{AccountId, AutoEnable, Region, Relation, Timestamp};
use shindan_security_hub::evaluation::{PERIOD, region_facts};
use shindan_store::{Association, Job, Priority, StoreError};

use crate::{PackageError, Service};

/// Checks that are enqueued, and members that are read, at once.
const BATCH: u32 = 500;

impl Service {
    /// Checks the controls of an account now. Returns how many findings were written; none where there is no hub.
    ///
    /// # Errors
    /// When the database fails; then nothing was written.
    pub async fn check_controls(
        &self,
        region: &Region,
        account: AccountId,
    ) -> Result<usize, StoreError> {
        let store = self.store();
        if store.hub(region, account).await?.is_none() {
            return Ok(0);
        }
        let standing = store.standing(region, account).await?;
        let mut accounts = vec![account];
        let mut members = Vec::new();
        let mut auto_enable = AutoEnable::default();
        if standing.relation == Relation::Administrator {
            let mut after = None;
            loop {
                let with = Association::With(account);
                let page = store.members(region, with, after, BATCH).await?;
                let Some(last) = page.last() else { break };
                after = Some(last.account);
                members.extend(page);
            }
            accounts.extend(members.iter().map(|member| member.account));
            let organization = store.organization(region).await?;
            auto_enable = organization.map_or_else(AutoEnable::default, |o| o.auto_enable);
        }
        let settings = store.settings_of(region, &accounts).await?;
        let facts = region_facts(region, account, standing, &settings, &members, auto_enable);
        let changes = store
            .check_hub_controls(region, account, &facts, self.now())
            .await?;
        Ok(changes.len())
    }

    /// Enqueues the checks whose time has come. Returns how many.
    pub(crate) async fn check_due_controls(&self) -> Result<u64, PackageError> {
        let (store, now) = (self.store(), self.now());
        let before = Timestamp::from_millis(now.as_millis() - period_millis());
        let due = store.hubs_to_check(before, now, BATCH).await?;
        if due.is_empty() {
            return Ok(0);
        }
        let jobs = store.job_numbers(due.len()).await?;
        let mut write = store.write().await?;
        let count = due.len() as u64;
        for ((region, account), number) in due.into_iter().zip(jobs) {
            let job = Job::CheckControls { region, account };
            write.enqueue(&job, Priority::Later, now, number).await?;
        }
        write.commit().await?;
        self.wake();
        Ok(count)
    }

    /// Archives control findings of hubs that nobody checks any more, and removes what was kept long enough. Returns how many
    /// findings that were.
    pub(crate) async fn end_hub_findings(&self) -> Result<u64, PackageError> {
        let (store, now) = (self.store(), self.now());
        let mut ended = 0;
        for (region, account) in store.disabled_hubs().await? {
            let archived = store
                .archive_stale_hub_controls(&region, account, now)
                .await?;
            ended += archived as u64;
        }
        Ok(ended + store.remove_expired_hub_findings(now).await?)
    }
}

fn period_millis() -> i64 {
    i64::try_from(PERIOD.as_millis()).unwrap_or(i64::MAX)
}
