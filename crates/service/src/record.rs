//! What came of a scan, written with the end of its job in one transaction.

use shindan_advisory::rematch::PackageKey;
use shindan_finding::Outcome;
use shindan_inspector::coverage::ScanStatus;
use shindan_inspector::eligibility::{Eligibility, decide};
use shindan_inspector::{ScanStatusCode, ScanStatusReason, ScanType, Timestamp};
use shindan_inventory::{Inventory, sbom};
use shindan_store::{
    Completed, CoverageState, Failed, Function, InventoryPackage, InventoryRow, Job, Lease,
    MissingCode, Priority, StoreError, Write,
};

use crate::rematch::{ADVISORIES, package_key};
use crate::translate::{Translated, layer_path, translate};
use crate::watching;
use crate::{PackageHash, ScanAnswer, Service};

/// What one scan says, ready to be written.
pub(crate) struct Results {
    /// By kind of scanning: what was found, and what it was found with.
    pub(crate) scans: Vec<(ScanType, Translated, String)>,
    /// The bill of materials, unless the scan was of one.
    pub(crate) inventory: Option<(Vec<u8>, Vec<InventoryPackage>)>,
    /// The advisories that packages were compared with.
    pub(crate) advisories: String,
}

/// What was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResultsOf {
    /// The package itself.
    Code,
    /// The bill of materials that an earlier scan of the package wrote.
    Inventory,
}

/// What became of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// Its results are written, or there was nothing to do.
    Done,
    /// It was another's by then, and nothing was written.
    Lost,
}

impl Service {
    /// Makes results of an answer.
    pub(crate) fn results(
        &self,
        function: &Function,
        scans: &[ScanType],
        answer: &ScanAnswer,
        of: ResultsOf,
    ) -> Results {
        let said = |scan: ScanType| {
            let seal = &self.settings().seal;
            let said = translate(
                &answer.outcome,
                &answer.inventory,
                scan,
                &function.state,
                seal,
            );
            let with = match scan {
                ScanType::Code => answer.detectors.clone(),
                ScanType::Package | ScanType::Network => answer.advisories.clone(),
            };
            (scan, said, with)
        };
        Results {
            scans: scans.iter().map(|&scan| said(scan)).collect(),
            inventory: (of == ResultsOf::Code).then(|| {
                (
                    document(&answer.inventory, function, self.now()),
                    packages(&answer.inventory),
                )
            }),
            advisories: answer.advisories.clone(),
        }
    }

    /// Writes results and ends the job. They are of `function` as it was when the scan began; what is no longer so is not
    /// written, because whoever changed it asked for another scan.
    pub(crate) async fn record(
        &self,
        lease: &Lease,
        function: &Function,
        results: Results,
    ) -> Result<Ended, StoreError> {
        let now = self.now();
        let mut said = Vec::with_capacity(results.scans.len());
        for (scan, what, with) in results.scans {
            let ready = self.store().scan_findings(scan, what.observed, what.unseen);
            said.push((scan, ready.await?, what.notes, with));
        }
        let jobs = self.store().job_numbers(1).await?;
        let mut write = self.store().write_again().await?;
        let current = watching::locked(&mut write, function.id).await?;
        if write.complete(lease).await? == Completed::Lost {
            return Ok(Ended::Lost);
        }
        let current = current.filter(|(current, _)| {
            current.deleted_at.is_none() && current.state.content() == function.state.content()
        });
        let Some((current, settings)) = current else {
            write.commit().await?;
            return Ok(Ended::Done);
        };
        let content = current.state.content();
        let facts = current.state.facts(false);
        let policy = self.settings().policy;
        let known = write.coverage_of(current.id).await?;
        said.retain(|(scan, ..)| {
            decide(&facts, settings, policy, *scan, now) == Eligibility::Watched
        });
        let compares = said.iter().any(|(scan, ..)| *scan == ScanType::Package);
        let mut findings = Vec::with_capacity(said.len());
        for (scan, of_scan, notes, with) in said {
            findings.push(of_scan);
            // What was skipped in the package stays skipped when only its bill of materials is read.
            let notes = match known.get(&scan) {
                Some(known) if results.inventory.is_none() => known.notes.clone(),
                _ => notes,
            };
            let state = CoverageState {
                status: ScanStatus {
                    status_code: ScanStatusCode::Active,
                    reason: ScanStatusReason::Successful,
                },
                last_scanned_at: Some(now),
                scanned_content: content.clone(),
                scanned_with: with,
                notes,
            };
            write.set_scanned(current.id, scan, &state, now).await?;
        }
        write.record_scan(current.id, &findings, now).await?;
        if let Some((document, packages)) = results.inventory {
            let row = InventoryRow {
                content,
                document,
                updated_at: now,
            };
            write.put_inventory(current.id, &row, packages).await?;
        }
        if compares {
            let compared = (current.id, results.advisories.as_str());
            catch_up(&mut write, compared, jobs.into_iter().next(), now).await?;
        }
        write.commit().await?;
        Ok(Ended::Done)
    }

    /// Ends a scan that cannot be done: the package is not there, no archive, or a hostile one. Nothing is said about
    /// findings.
    pub(crate) async fn record_unusable(
        &self,
        lease: &Lease,
        function: &Function,
        scans: &[ScanType],
        why: &MissingCode,
    ) -> Result<Ended, StoreError> {
        self.record_without_answer(lease, function, scans, &why.note, why.reason)
            .await
    }

    /// Ends a try that failed. After the last one coverage says so.
    pub(crate) async fn record_failure(
        &self,
        lease: &Lease,
        function: Option<(&Function, &[ScanType])>,
        error: &str,
    ) -> Result<Ended, StoreError> {
        let now = self.now();
        let mut write = self.store().write_again().await?;
        if let Some((function, _)) = function {
            watching::locked(&mut write, function.id).await?;
        }
        let ended = match write.fail(lease, error, now).await? {
            Failed::Lost => return Ok(Ended::Lost),
            Failed::Again => Ended::Done,
            Failed::Dead => {
                if let Some((function, scans)) = function {
                    let reason = ScanStatusReason::InternalError;
                    set_reason(&mut write, function.id, scans, reason, error, now).await?;
                }
                Ended::Done
            }
        };
        write.commit().await?;
        Ok(ended)
    }

    async fn record_without_answer(
        &self,
        lease: &Lease,
        function: &Function,
        scans: &[ScanType],
        notes: &str,
        reason: ScanStatusReason,
    ) -> Result<Ended, StoreError> {
        let now = self.now();
        let mut write = self.store().write_again().await?;
        watching::locked(&mut write, function.id).await?;
        match write.complete(lease).await? {
            Completed::Lost => return Ok(Ended::Lost),
            // Asked for again: the next run says what is true then.
            Completed::Again => {}
            Completed::Done => {
                set_reason(&mut write, function.id, scans, reason, notes, now).await?;
            }
        }
        write.commit().await?;
        Ok(Ended::Done)
    }
}

/// Makes coverage say that a watched function could not be scanned.
pub(crate) async fn set_reason(
    write: &mut Write,
    function: i64,
    scans: &[ScanType],
    reason: ScanStatusReason,
    notes: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let known = write.coverage_of(function).await?;
    for scan in scans {
        let Some(state) = known.get(scan) else {
            continue;
        };
        if state.status.status_code != ScanStatusCode::Active {
            continue;
        }
        let state = CoverageState {
            status: ScanStatus {
                status_code: ScanStatusCode::Inactive,
                reason,
            },
            notes: notes.to_owned(),
            ..state.clone()
        };
        write.set_scanned(function, *scan, &state, now).await?;
    }
    Ok(())
}

/// Advisories that arrived while the scan ran were compared with the inventories that were stored then, not with this one.
async fn catch_up(
    write: &mut Write,
    (function, compared_with): (i64, &str),
    number: Option<shindan_store::JobNumber>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let current = write.setting(ADVISORIES).await?;
    if current.is_some_and(|current| current != compared_with)
        && let Some(number) = number
    {
        let job = Job::Rematch { function };
        write.enqueue(&job, Priority::Soon, now, number).await?;
    }
    Ok(())
}

/// The bill of materials of a function, as it is stored.
fn document(inventory: &Inventory, function: &Function, now: Timestamp) -> Vec<u8> {
    let arn = function.state.arn.to_string();
    let hash = PackageHash::of(format!("{arn}\n{}", function.state.content()).as_bytes());
    let mut serial = [0; 16];
    serial.copy_from_slice(&hash.bytes()[..16]);
    let document = sbom::Document {
        subject: arn,
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        serial,
        created: u64::try_from(now.as_millis() / 1000).unwrap_or_default(),
    };
    sbom::write(inventory, sbom::Format::CycloneDx16, &document).into_bytes()
}

/// The packages that advisories can be about.
fn packages(inventory: &Inventory) -> Vec<InventoryPackage> {
    let matched = inventory.packages.iter().filter(|p| p.is_matched());
    matched
        .map(|package| InventoryPackage {
            package: package_key(&PackageKey::new(package.ecosystem, &package.name)),
            version: package.version.clone().unwrap_or_default(),
        })
        .collect()
}

/// An outcome that says nothing was looked at, for what was not there to be looked at.
pub(crate) fn unseen_layer(outcome: &mut Outcome, arn: &str, reason: &str) {
    let note = shindan_finding::FileNote {
        path: layer_path(arn),
        reason: format!("the layer {arn} was not scanned: {reason}"),
        incomplete: true,
    };
    outcome.coverage.skipped.push(note);
}
