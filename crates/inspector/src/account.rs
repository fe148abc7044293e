//! What an account has switched on, and what Enable and Disable make of it.
//!
//! Both calls only begin the change: a scan type goes to ENABLING or DISABLING, and the service settles it when it has
//! done what follows ([`AccountSettings::settled`]). Rules that AWS documents ("Deactivating a scan type", "Scanning AWS
//! Lambda functions" in the Inspector user guide): code scanning needs standard scanning, and goes down with it; an
//! account that has members cannot switch itself off. What the documents leave open is decided here and said where.

use std::collections::BTreeSet;

use crate::{ErrorCode, Region, ResourceScanType, Status};

/// The status of every scan type of an account in a Region. Never enabled is all DISABLED.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountSettings {
    /// By the scan type's code.
    statuses: [Status; ResourceScanType::ALL.len()],
    /// The organisation suspended the account: nothing is scanned, nothing can be changed.
    pub suspended: bool,
}

/// Why a change was not made for one account; `failedAccounts` of the API.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct AccountError {
    /// The API's code.
    pub code: ErrorCode,
    /// What happened and what to do.
    pub message: &'static str,
}

/// Where code scanning may be switched on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum CodeScanningRegions {
    /// In every Region: the scanner runs here, not there.
    #[default]
    Everywhere,
    /// In these only, for those who want what AWS has.
    Only(BTreeSet<Region>),
}

/// The Regions in which Inspector scans code ("Regions and endpoints" in the Inspector user guide).
pub const AWS_CODE_SCANNING_REGIONS: [&str; 10] = [
    "ap-northeast-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "us-east-1",
    "us-east-2",
    "us-west-2",
];

impl Default for AccountSettings {
    fn default() -> Self {
        Self::all(Status::Disabled)
    }
}

impl AccountSettings {
    const fn all(status: Status) -> Self {
        Self {
            statuses: [status; ResourceScanType::ALL.len()],
            suspended: false,
        }
    }

    /// The status of a scan type, whoever suspended the account.
    #[must_use]
    pub const fn stored(&self, scan: ResourceScanType) -> Status {
        self.statuses[scan as usize]
    }

    /// Sets the status of a scan type.
    pub const fn set(&mut self, scan: ResourceScanType, status: Status) {
        self.statuses[scan as usize] = status;
    }

    /// The status of a scan type as the API shows it.
    #[must_use]
    pub fn status_of(&self, scan: ResourceScanType) -> Status {
        match self.stored(scan) {
            Status::Enabled | Status::Enabling if self.suspended => Status::Suspended,
            status => status,
        }
    }

    /// The account's own status: the furthest that any of its scan types is.
    #[must_use]
    pub fn status(&self) -> Status {
        if self.suspended {
            return Status::Suspended;
        }
        [Status::Enabled, Status::Enabling, Status::Disabling]
            .into_iter()
            .find(|status| self.statuses.contains(status))
            .unwrap_or(Status::Disabled)
    }

    /// Whether a scan type is on or about to be, and the account not suspended.
    #[must_use]
    pub fn is_on(&self, scan: ResourceScanType) -> bool {
        matches!(self.status_of(scan), Status::Enabled | Status::Enabling)
    }

    /// What Enable makes of it.
    ///
    /// Types that are on already are passed over as long as there is something left to do, so that a script may ask for
    /// LAMBDA and LAMBDA_CODE together whatever was on before.
    ///
    /// # Errors
    /// When nothing can or need be changed. AWS has no code for code scanning without standard scanning;
    /// RESOURCE_NOT_FOUND is what comes closest and what no client retries.
    pub fn enable(&self, scans: &[ResourceScanType]) -> Result<Self, AccountError> {
        self.refuse_suspended()?;
        let mut next = *self;
        for &scan in scans {
            match self.stored(scan) {
                Status::Disabled => next.set(scan, Status::Enabling),
                Status::Disabling => return Err(DISABLING),
                _ => {}
            }
        }
        let wants_code = scans.contains(&ResourceScanType::LambdaCode);
        match next.stored(ResourceScanType::Lambda) {
            Status::Enabled | Status::Enabling => {}
            Status::Disabling if wants_code => return Err(DISABLING),
            _ if wants_code => {
                return Err(AccountError {
                    code: ErrorCode::ResourceNotFound,
                    message: "Lambda code scanning needs Lambda standard scanning: enable LAMBDA with or before LAMBDA_CODE",
                });
            }
            _ => {}
        }
        if next != *self {
            return Ok(next);
        }
        let enabling = scans.iter().any(|&s| self.stored(s) == Status::Enabling);
        Err(if enabling {
            ENABLING
        } else {
            AccountError {
                code: ErrorCode::AlreadyEnabled,
                message: "Amazon Inspector is already enabled for these scan types in this account",
            }
        })
    }

    /// What Disable makes of it; no scan types mean all. Standard scanning takes code scanning down.
    ///
    /// Nothing to do is no error: Terraform disables what it did not ask for without looking.
    ///
    /// # Errors
    /// When a change is under way, or a delegated administrator with members would switch itself off.
    pub fn disable(
        &self,
        scans: &[ResourceScanType],
        has_members: bool,
    ) -> Result<Self, AccountError> {
        self.refuse_suspended()?;
        let all = scans.is_empty();
        let lambda = scans.contains(&ResourceScanType::Lambda);
        let named = |scan: &ResourceScanType| {
            all || scans.contains(scan) || (lambda && *scan == ResourceScanType::LambdaCode)
        };
        let mut next = *self;
        let mut disabling = false;
        for &scan in ResourceScanType::ALL.iter().filter(|scan| named(scan)) {
            match self.stored(scan) {
                Status::Enabled => next.set(scan, Status::Disabling),
                Status::Enabling => return Err(ENABLING),
                Status::Disabling => disabling = true,
                _ => {}
            }
        }
        if next == *self {
            return if disabling { Err(DISABLING) } else { Ok(next) };
        }
        if has_members && !matches!(next.status(), Status::Enabled | Status::Enabling) {
            return Err(AccountError {
                code: ErrorCode::DisassociateAllMembers,
                message: "The delegated administrator has members: disassociate all of them before disabling Amazon Inspector for itself",
            });
        }
        Ok(next)
    }

    /// What it is once everything that was begun is done.
    #[must_use]
    pub fn settled(&self) -> Self {
        let mut next = *self;
        for status in &mut next.statuses {
            *status = match *status {
                Status::Enabling => Status::Enabled,
                Status::Disabling => Status::Disabled,
                other => other,
            };
        }
        next
    }

    fn refuse_suspended(&self) -> Result<(), AccountError> {
        if self.suspended {
            return Err(AccountError {
                code: ErrorCode::AccountIsIsolated,
                message: "The account is suspended in its organization: reactivate it there, or disassociate it",
            });
        }
        Ok(())
    }
}

const ENABLING: AccountError = AccountError {
    code: ErrorCode::EnableInProgress,
    message: "Enabling is in progress: ask BatchGetAccountStatus until it is ENABLED",
};

const DISABLING: AccountError = AccountError {
    code: ErrorCode::DisableInProgress,
    message: "Disabling is in progress: ask BatchGetAccountStatus until it is DISABLED",
};

impl CodeScanningRegions {
    /// Inspector's own ten.
    #[must_use]
    pub fn of_aws() -> Self {
        Self::Only(
            AWS_CODE_SCANNING_REGIONS
                .iter()
                .filter_map(|region| Region::parse(region).ok())
                .collect(),
        )
    }

    /// Whether a Region is one.
    #[must_use]
    pub fn contains(&self, region: &Region) -> bool {
        match self {
            Self::Everywhere => true,
            Self::Only(regions) => regions.contains(region),
        }
    }

    /// Why a call with these scan types is refused in a Region as a whole, before any account is looked at. In the words
    /// that AWS has for a type a Region lacks, which clients look for.
    #[must_use]
    pub fn refusal(&self, region: &Region, scans: &[ResourceScanType]) -> Option<String> {
        (scans.contains(&ResourceScanType::LambdaCode) && !self.contains(region))
            .then(|| format!("Lambda code scanning is not supported in {region}"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use ResourceScanType::{Ec2, Lambda, LambdaCode};

    fn with(lambda: Status, code: Status) -> AccountSettings {
        let mut settings = AccountSettings::default();
        settings.set(Lambda, lambda);
        settings.set(LambdaCode, code);
        settings
    }

    fn code(result: Result<AccountSettings, AccountError>) -> ErrorCode {
        result.expect_err("refused").code
    }

    #[test]
    fn code_scanning_needs_standard_scanning() {
        let off = AccountSettings::default();
        assert_eq!(code(off.enable(&[LambdaCode])), ErrorCode::ResourceNotFound);
        let both = off.enable(&[LambdaCode, Lambda]).expect("together");
        assert_eq!(both, with(Status::Enabling, Status::Enabling));
        assert_eq!(both.status(), Status::Enabling);
        let later = with(Status::Enabled, Status::Disabled)
            .enable(&[LambdaCode])
            .expect("afterwards");
        assert_eq!(later.status(), Status::Enabled);
    }

    #[test]
    fn standard_scanning_takes_code_scanning_down() {
        let on = with(Status::Enabled, Status::Enabled);
        let down = on.disable(&[Lambda], false).expect("allowed");
        assert_eq!(down, with(Status::Disabling, Status::Disabling));
        assert_eq!(down.settled(), AccountSettings::default());
        let code_only = on.disable(&[LambdaCode], false).expect("allowed");
        assert_eq!(code_only, with(Status::Enabled, Status::Disabling));
    }

    #[test]
    fn what_is_under_way_or_done_has_its_code() {
        let on = with(Status::Enabled, Status::Disabled);
        assert_eq!(code(on.enable(&[Lambda])), ErrorCode::AlreadyEnabled);
        assert!(on.enable(&[Lambda, LambdaCode]).is_ok());
        let enabling = with(Status::Enabling, Status::Disabled);
        assert_eq!(
            code(enabling.enable(&[Lambda])),
            ErrorCode::EnableInProgress
        );
        assert_eq!(
            code(enabling.disable(&[], false)),
            ErrorCode::EnableInProgress
        );
        let disabling = with(Status::Disabling, Status::Disabled);
        assert_eq!(
            code(disabling.enable(&[Lambda])),
            ErrorCode::DisableInProgress
        );
        assert_eq!(
            code(disabling.enable(&[LambdaCode])),
            ErrorCode::DisableInProgress
        );
        assert_eq!(
            code(disabling.disable(&[], false)),
            ErrorCode::DisableInProgress
        );
        let off = AccountSettings::default();
        assert_eq!(off.disable(&[], false), Ok(off));
    }

    #[test]
    fn an_administrator_with_members_stays_on() {
        let on = with(Status::Enabled, Status::Enabled);
        assert_eq!(
            code(on.disable(&[], true)),
            ErrorCode::DisassociateAllMembers
        );
        assert_eq!(
            code(on.disable(&[Lambda], true)),
            ErrorCode::DisassociateAllMembers
        );
        assert!(on.disable(&[LambdaCode], true).is_ok());
    }

    #[test]
    fn a_suspended_account_shows_it_and_changes_nothing() {
        let mut settings = with(Status::Enabled, Status::Disabled);
        settings.suspended = true;
        assert_eq!(settings.status(), Status::Suspended);
        assert_eq!(settings.status_of(Lambda), Status::Suspended);
        assert_eq!(settings.status_of(LambdaCode), Status::Disabled);
        assert_eq!(
            code(settings.enable(&[LambdaCode])),
            ErrorCode::AccountIsIsolated
        );
        assert_eq!(
            code(settings.disable(&[], false)),
            ErrorCode::AccountIsIsolated
        );
    }

    #[test]
    fn regions_without_code_scanning_say_so() {
        let tokyo = Region::parse("ap-northeast-1").expect("a Region");
        let mumbai = Region::parse("ap-south-1").expect("a Region");
        let aws = CodeScanningRegions::of_aws();
        assert_eq!(aws.refusal(&tokyo, &[Lambda, LambdaCode]), None);
        assert_eq!(aws.refusal(&mumbai, &[Lambda, Ec2]), None);
        assert_eq!(
            aws.refusal(&mumbai, &[LambdaCode]).as_deref(),
            Some("Lambda code scanning is not supported in ap-south-1")
        );
        assert!(CodeScanningRegions::Everywhere.contains(&mumbai));
    }

    proptest! {
        #[test]
        fn code_scanning_is_never_on_without_standard_scanning(
            calls in proptest::collection::vec((any::<bool>(), any::<[bool; 5]>(), any::<bool>()), 0..24)
        ) {
            let mut settings = AccountSettings::default();
            for (enable, mask, settle) in calls {
                let scans: Vec<_> = ResourceScanType::ALL.iter().zip(mask)
                    .filter_map(|(scan, named)| named.then_some(*scan)).collect();
                let next = if enable { settings.enable(&scans) } else { settings.disable(&scans, false) };
                settings = next.unwrap_or(settings);
                if settle {
                    settings = settings.settled();
                }
                prop_assert!(!settings.is_on(LambdaCode) || settings.is_on(Lambda), "{settings:?}");
            }
        }
    }
}
