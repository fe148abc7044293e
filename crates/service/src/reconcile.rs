//! What follows from changed settings of an account, for all of its functions.

use shindan_inspector::{AccountId, Region, ResourceScanType, ScanSettings, Status};
use shindan_store::{Completed, Lease, Priority, Scope, StoreError};

use crate::Service;
use crate::record::Ended;
use crate::watching::scan_settings;

/// Functions that are decided about in one transaction.
const BATCH: u32 = 100;

impl Service {
    /// Decides about all functions of an account as if its settings had settled, settles them, and ends the job.
    ///
    /// A function that is deployed while scanning is being switched off is decided about by the settings of that moment;
    /// once they settled, all functions are looked at again, which changes only such ones.
    pub(crate) async fn reconcile(
        &self,
        lease: &Lease,
        region: &Region,
        account: AccountId,
    ) -> Result<Ended, StoreError> {
        let settings = self.store().account_settings(region, account).await?;
        let settled = settings.settled();
        self.decide_all(region, account, scan_settings(&settled))
            .await?;
        let now = self.now();
        let mut jobs = self.store().job_numbers(2).await?;
        let mut write = self.store().write().await?;
        let current = write.account_settings(region, account).await?;
        for &scan in ResourceScanType::ALL {
            // What was asked for meanwhile has a job of its own, which finds this one leased and runs after it.
            let target = match (settings.stored(scan), current.stored(scan)) {
                (Status::Enabling, Status::Enabling) => Status::Enabled,
                (Status::Disabling, Status::Disabling) => Status::Disabled,
                _ => continue,
            };
            write
                .set_scan_status(region, account, scan, target, now)
                .await?;
        }
        write
            .check_controls_around(region, account, now, &mut jobs)
            .await?;
        write.commit().await?;
        let current = self.store().account_settings(region, account).await?;
        if current != settings {
            self.decide_all(region, account, scan_settings(&current))
                .await?;
        }
        Ok(match self.store().complete(lease).await? {
            Completed::Done | Completed::Again => Ended::Done,
            Completed::Lost => Ended::Lost,
        })
    }

    async fn decide_all(
        &self,
        region: &Region,
        account: AccountId,
        settings: ScanSettings,
    ) -> Result<(), StoreError> {
        let scope = Scope::own(region.clone(), account);
        let mut after = None;
        loop {
            let page = self
                .store()
                .functions(&scope, after.as_ref(), BATCH)
                .await?;
            let jobs = self.store().job_numbers(page.rows.len()).await?;
            let mut write = self.store().write().await?;
            for (function, number) in page.rows.iter().zip(jobs) {
                let (settings, number) = (Some(settings), Some(number));
                self.decide_one(&mut write, function.id, settings, number, Priority::Later)
                    .await?;
            }
            write.commit().await?;
            self.wake();
            after = page.next;
            if after.is_none() {
                return Ok(());
            }
        }
    }
}
