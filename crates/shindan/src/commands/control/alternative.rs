//! What shindan scans itself, which may be in place of Amazon Inspector: from its database, and from a server's coverage.

use std::collections::BTreeSet;

use shindan_cloud::{Policy, Word};
use shindan_control::function::{Eligibility, FunctionFacts, FunctionScan};
use shindan_inspector::{
    AccountId, FunctionArn, Region, ScanStatusCode, ScanStatusReason, ScanType,
};
use shindan_store::{Scope, Store};

use super::functions::scan_type;
use super::inspector::known;
use crate::aws::{Aws, AwsArgs};
use crate::cli::control::Sources;
use crate::complaint::Complaint;

/// Rows read at once.
const ROWS: u32 = 500;

/// The functions whose last scan by shindan was complete.
#[derive(Clone, Debug, Default)]
pub(crate) struct Alternative {
    scanned: BTreeSet<(AccountId, Region, String, ScanType)>,
    pub(crate) unread: Vec<String>,
}

/// How far shindan scans what a scan type of Amazon Inspector would look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct InPlace {
    pub(crate) scanned: usize,
    pub(crate) eligible: usize,
}

impl InPlace {
    /// Whether it scans all of them. Where there is nothing to scan, nothing is in place of anything.
    pub(crate) const fn is_complete(self) -> bool {
        self.eligible > 0 && self.scanned == self.eligible
    }
}

impl Alternative {
    /// Reads the coverage of accounts in a Region.
    pub(crate) async fn ask(
        store: &Store,
        sources: &Sources,
        region: &Region,
        accounts: &[AccountId],
    ) -> Result<Self, Complaint> {
        let mut alternative = Self::default();
        for account in accounts {
            alternative
                .read(store, &Scope::own(region.clone(), *account))
                .await?;
        }
        if let Some(url) = &sources.shindan_url {
            alternative.ask_server(sources, url, region).await?;
        }
        Ok(alternative)
    }

    async fn read(&mut self, store: &Store, scope: &Scope) -> Result<(), Complaint> {
        let criteria = shindan_inspector::CoverageCriteria::default();
        let mut after = None;
        loop {
            let page = store
                .coverage(scope, &criteria, after.as_ref(), ROWS)
                .await?;
            for row in page.rows {
                let status = row.resource.scan_status;
                // An incomplete scan is no evidence.
                if status.status_code == ScanStatusCode::Active
                    && status.reason == ScanStatusReason::Successful
                    && row.notes.is_empty()
                {
                    self.add(&row.resource.resource_id, row.resource.scan_type);
                }
            }
            after = page.next;
            if after.is_none() {
                return Ok(());
            }
        }
    }

    async fn ask_server(
        &mut self,
        sources: &Sources,
        url: &str,
        region: &Region,
    ) -> Result<(), Complaint> {
        let args = AwsArgs {
            profile: sources
                .shindan_profile
                .clone()
                .or_else(|| sources.aws.profile.clone()),
            regions: vec![region.to_string()],
            endpoint_url: Some(url.to_owned()),
            ..AwsArgs::default()
        };
        let asked = async {
            let aws = Aws::open(&args, Policy::Scanner).await?;
            let session = aws.home(region).await?;
            Ok::<_, Complaint>(session.inspector().coverage(&serde_json::json!({})).await)
        };
        let covered = match asked.await {
            Ok(answer) => known(answer)?.map_err(|(_, why)| why.message),
            // A server that cannot be asked proves nothing; what the rest says holds.
            Err(complaint) => Err(complaint.what),
        };
        match covered {
            Ok(covered) => {
                for resource in covered {
                    let state = resource.scan_status.as_ref();
                    let successful = state.is_some_and(|state| {
                        state.code == Word::Known(ScanStatusCode::Active)
                            && state.reason == Word::Known(ScanStatusReason::Successful)
                    });
                    if let Some(scan) = resource.scan_type.known().filter(|_| successful) {
                        self.add(&resource.resource_id, scan);
                    }
                }
            }
            Err(why) => self.unread.push(format!("coverage of {url}: {why}")),
        }
        Ok(())
    }

    fn add(&mut self, resource: &str, scan: ScanType) {
        if let Ok(arn) = FunctionArn::parse(resource.trim_end_matches(":$LATEST")) {
            let name = arn.name().to_owned();
            self.scanned
                .insert((arn.account, arn.region.clone(), name, scan));
        }
    }

    /// Whether shindan scans a function in a way.
    pub(crate) fn covers(&self, function: &FunctionFacts, scan: FunctionScan) -> bool {
        let FunctionFacts {
            account,
            region,
            name,
            ..
        } = function;
        self.scanned
            .contains(&(*account, region.clone(), name.clone(), scan_type(scan)))
    }

    /// How far shindan does what a scan type would do.
    pub(crate) fn in_place(&self, functions: &[FunctionFacts], scan: FunctionScan) -> InPlace {
        let eligible = functions.iter().filter(|function| {
            matches!(
                function.eligibility(scan),
                Eligibility::Eligible | Eligibility::Expiring
            )
        });
        InPlace {
            scanned: eligible
                .clone()
                .filter(|function| self.covers(function, scan))
                .count(),
            eligible: eligible.count(),
        }
    }
}
