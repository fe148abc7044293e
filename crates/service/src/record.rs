//! What came of a scan, written with the end of its job in one transaction.

use shindan_advisory::rematch::PackageKey;
use shindan_finding::Outcome;
use shindan_inspector::coverage::ScanStatus;
use shindan_inspector::eligibility::{Eligibility, decide};
use shindan_inspector::{RuntimePolicy, ScanStatusCode, ScanStatusReason, ScanType, Timestamp};
use shindan_inventory::{Inventory, sbom};
use shindan_store::{
    Completed, CoverageState, Failed, Function, InventoryPackage, InventoryRow, Job, JobNumber,
    Lease, MissingCode, Priority, ScanFindings, StoreError, Work, Write,
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
        let mut scans = Vec::with_capacity(results.scans.len());
        for (scan, what, with) in results.scans {
            let ready = self.store().scan_findings(scan, what.observed, what.unseen);
            scans.push(OfScan {
                scan,
                findings: ready.await?,
                notes: what.notes,
                with,
            });
        }
        let recording = Recording {
            lease: lease.clone(),
            function: function.id,
            content: function.state.content(),
            scans,
            inventory: results.inventory,
            advisories: results.advisories,
            policy: self.settings().policy,
            job: self.store().job_numbers(1).await?.next(),
            now: self.now(),
        };
        self.store().write_together(recording).await
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

/// Results of a scan on their way to the database.
struct Recording {
    lease: Lease,
    function: i64,
    /// What was scanned.
    content: String,
    scans: Vec<OfScan>,
    inventory: Option<(Vec<u8>, Vec<InventoryPackage>)>,
    advisories: String,
    policy: RuntimePolicy,
    job: Option<JobNumber>,
    now: Timestamp,
}

struct OfScan {
    scan: ScanType,
    findings: ScanFindings,
    notes: String,
    with: String,
}

impl Work for Recording {
    type Output = Ended;

    async fn run(&self, write: &mut Write) -> Result<Ended, StoreError> {
        let now = self.now;
        let current = watching::locked(write, self.function).await?;
        if write.complete(&self.lease).await? == Completed::Lost {
            return Ok(Ended::Lost);
        }
        let current = current.filter(|(current, _)| {
            current.deleted_at.is_none() && current.state.content() == self.content
        });
        let Some((current, settings)) = current else {
            return Ok(Ended::Done);
        };
        let facts = current.state.facts(false);
        let known = write.coverage_of(current.id).await?;
        let is_watched = |of: &&OfScan| {
            decide(&facts, settings, self.policy, of.scan, now) == Eligibility::Watched
        };
        let scans: Vec<&OfScan> = self.scans.iter().filter(is_watched).collect();
        for of in &scans {
            // What was skipped in the package stays skipped when only its bill of materials is read.
            let notes = match known.get(&of.scan) {
                Some(known) if self.inventory.is_none() => &known.notes,
                _ => &of.notes,
            };
            let state = CoverageState {
                status: ScanStatus {
                    status_code: ScanStatusCode::Active,
                    reason: ScanStatusReason::Successful,
                },
                last_scanned_at: Some(now),
                scanned_content: self.content.clone(),
                scanned_with: of.with.clone(),
                notes: notes.clone(),
            };
            write.set_scanned(current.id, of.scan, &state, now).await?;
        }
        let findings: Vec<&ScanFindings> = scans.iter().map(|of| &of.findings).collect();
        write.record_scan(current.id, &findings, now).await?;
        if let Some((document, packages)) = &self.inventory {
            let row = InventoryRow {
                content: self.content.clone(),
                document: document.clone(),
                updated_at: now,
            };
            write
                .put_inventory(current.id, &row, packages.clone())
                .await?;
        }
        if scans.iter().any(|of| of.scan == ScanType::Package) {
            self.catch_up(write).await?;
        }
        Ok(Ended::Done)
    }
}

impl Recording {
    /// Advisories that arrived while the scan ran were compared with the inventories that were stored then, not with this
    /// one.
    async fn catch_up(&self, write: &mut Write) -> Result<(), StoreError> {
        let current = write.setting(ADVISORIES).await?;
        if current.is_some_and(|current| current != self.advisories)
            && let Some(number) = &self.job
        {
            let job = Job::Rematch {
                function: self.function,
            };
            write
                .enqueue(&job, Priority::Soon, self.now, number.clone())
                .await?;
        }
        Ok(())
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
