//! What follows for one function from what is known now: coverage, spans of watching, findings that end, scans.
//!
//! Everything that could change whether a function is watched ends here: deployments, tags, settings of the account, the
//! passing of 90 days. Applying it twice changes nothing the second time.

use shindan_inspector::coverage::ScanStatus;
use shindan_inspector::eligibility::{Eligibility, ScanSettings, decide};
use shindan_inspector::lifecycle::ClosedBecause;
use shindan_inspector::{
    AccountSettings, FindingType, ResourceScanType, RuntimePolicy, ScanStatusCode,
    ScanStatusReason, ScanType, Timestamp,
};
use shindan_store::{Function, FunctionState, StoreError, Write};

/// The kinds of scanning of a function.
pub(crate) const SCANS: [ScanType; 2] = [ScanType::Package, ScanType::Code];

/// A function in a transaction.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject<'f> {
    /// Its row.
    pub(crate) id: i64,
    /// What is known of it.
    pub(crate) state: &'f FunctionState,
    /// Whether it was deleted.
    pub(crate) is_deleted: bool,
    /// Whether its content is not the one that was last looked at.
    pub(crate) is_changed: bool,
}

/// The settings that eligibility depends on.
pub(crate) fn scan_settings(settings: &AccountSettings) -> ScanSettings {
    ScanSettings {
        standard: settings.status_of(ResourceScanType::Lambda),
        code: settings.status_of(ResourceScanType::LambdaCode),
    }
}

/// A function and the settings of its account, both as they stay until the transaction ends.
///
/// Whoever decides about a function takes the account's lock before it reads the function or ends a job: what it decides
/// by cannot change meanwhile, and nobody waits for a lock that is held by someone who waits for this one.
pub(crate) async fn locked(
    write: &mut Write,
    function: i64,
) -> Result<Option<(Function, ScanSettings)>, StoreError> {
    // Which account it is of never changes; everything else is read under the lock.
    let Some((region, account)) = write.place_of(function).await? else {
        return Ok(None);
    };
    let settings = write.account_settings(&region, account).await?;
    let known = write.function_by_id(function).await?;
    Ok(known.map(|known| (known, scan_settings(&settings))))
}

/// The kind of findings that a kind of scanning makes.
pub(crate) const fn finding_type(scan: ScanType) -> FindingType {
    match scan {
        ScanType::Code => FindingType::CodeVulnerability,
        ScanType::Package | ScanType::Network => FindingType::PackageVulnerability,
    }
}

/// Whether a reason is that of a function that is watched, or would be were its package there and readable.
const fn is_of_watched(reason: ScanStatusReason) -> bool {
    matches!(
        reason,
        ScanStatusReason::PendingInitialScan
            | ScanStatusReason::ScanInProgress
            | ScanStatusReason::Successful
            | ScanStatusReason::InternalError
            | ScanStatusReason::AccessDenied
            | ScanStatusReason::InvalidArtifact
    )
}

/// Writes what follows; whether the function has to be scanned.
pub(crate) async fn apply(
    write: &mut Write,
    subject: Subject<'_>,
    settings: ScanSettings,
    policy: RuntimePolicy,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let facts = subject.state.facts(subject.is_deleted);
    let before = write.coverage_of(subject.id).await?;
    let mut needs_scan = false;
    for scan in SCANS {
        let known = before.get(&scan).map(|state| state.status);
        match decide(&facts, settings, policy, scan, now) {
            Eligibility::Watched => {
                let was_watched = known.is_some_and(|known| is_of_watched(known.reason));
                if was_watched && !subject.is_changed {
                    continue;
                }
                needs_scan = true;
                write
                    .begin_watch(subject.id, &subject.state.arn, scan, now)
                    .await?;
                // A watched function stays what it is until its next scan says something new.
                let is_scanned = was_watched
                    && known.is_some_and(|known| known.reason == ScanStatusReason::Successful);
                if !is_scanned {
                    let pending = ScanStatus {
                        status_code: ScanStatusCode::Active,
                        reason: ScanStatusReason::PendingInitialScan,
                    };
                    set(write, subject, scan, known, pending, now).await?;
                }
            }
            Eligibility::Excluded(reason) => {
                let excluded = ScanStatus {
                    status_code: ScanStatusCode::Inactive,
                    reason,
                };
                if known == Some(excluded) {
                    continue;
                }
                set(write, subject, scan, known, excluded, now).await?;
                write.end_watch(subject.id, scan, now).await?;
                if let Some(because) = closed_because(reason) {
                    close(write, subject.id, scan, because, now).await?;
                }
            }
            Eligibility::Off => {
                if known.is_some() {
                    write.remove_coverage(subject.id, scan).await?;
                    write.end_watch(subject.id, scan, now).await?;
                    close(
                        write,
                        subject.id,
                        scan,
                        ClosedBecause::ScanningDisabled,
                        now,
                    )
                    .await?;
                }
            }
        }
    }
    Ok(needs_scan)
}

/// What an exclusion means for findings. While scanning is being switched off they stay; when it is off they close.
const fn closed_because(reason: ScanStatusReason) -> Option<ClosedBecause> {
    match reason {
        ScanStatusReason::PendingDisable => None,
        ScanStatusReason::ResourceTerminated => Some(ClosedBecause::ResourceDeleted),
        _ => Some(ClosedBecause::NoLongerEligible),
    }
}

async fn close(
    write: &mut Write,
    function: i64,
    scan: ScanType,
    because: ClosedBecause,
    now: Timestamp,
) -> Result<(), StoreError> {
    write
        .close_findings(function, Some(finding_type(scan)), because, now)
        .await
        .map(drop)
}

async fn set(
    write: &mut Write,
    subject: Subject<'_>,
    scan: ScanType,
    known: Option<ScanStatus>,
    status: ScanStatus,
    now: Timestamp,
) -> Result<(), StoreError> {
    if known == Some(status) {
        return Ok(());
    }
    write
        .set_coverage(subject.id, &subject.state.arn, scan, status, now)
        .await
}
