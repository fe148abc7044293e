//! The words of Amazon Inspector's API: accounts, Regions, scan types and statuses.
//!
//! Names and values are those of the API model `inspector2` 2020-06-08.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// An AWS account: twelve digits, leading zeros included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct AccountId(u64);

/// A text that is no account.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("an AWS account is written as twelve digits, such as 012345678901")]
pub struct AccountIdError;

impl FromStr for AccountId {
    type Err = AccountIdError;

    fn from_str(text: &str) -> Result<Self, AccountIdError> {
        // `parse` alone would take a sign.
        if text.len() != 12 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(AccountIdError);
        }
        text.parse().map(Self).map_err(|_| AccountIdError)
    }
}

impl TryFrom<String> for AccountId {
    type Error = AccountIdError;

    fn try_from(text: String) -> Result<Self, AccountIdError> {
        text.parse()
    }
}

impl From<AccountId> for String {
    fn from(account: AccountId) -> Self {
        account.to_string()
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:012}", self.0)
    }
}

/// A Region by its code, such as `ap-northeast-1`. Codes that are not known yet are Regions too.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Region(String);

/// A text that is no Region.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "a Region is written as its code, such as ap-northeast-1: lower-case letters, digits and `-`"
)]
pub struct RegionError;

impl Region {
    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part of AWS that it belongs to; ARNs begin with it.
    #[must_use]
    pub fn partition(&self) -> Partition {
        match self.0.split('-').next() {
            Some("cn") => Partition::China,
            Some("us") if self.0.starts_with("us-gov-") => Partition::GovCloud,
            _ => Partition::Aws,
        }
    }
}

impl FromStr for Region {
    type Err = RegionError;

    fn from_str(text: &str) -> Result<Self, RegionError> {
        let letter = |b: &u8| b.is_ascii_lowercase();
        let fits = (1..=32).contains(&text.len())
            && text.as_bytes().first().is_some_and(letter)
            && text
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(RegionError)
        }
    }
}

impl TryFrom<String> for Region {
    type Error = RegionError;

    fn try_from(text: String) -> Result<Self, RegionError> {
        text.parse()
    }
}

impl From<Region> for String {
    fn from(region: Region) -> Self {
        region.0
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A separate part of AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Partition {
    Aws,
    China,
    GovCloud,
}

impl Partition {
    /// As ARNs write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::China => "aws-cn",
            Self::GovCloud => "aws-us-gov",
        }
    }
}

/// A kind of scan that an account has on or off. The order is the one in which types may be enabled: code scanning
/// depends on standard scanning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ScanType {
    Ec2,
    Ecr,
    /// Lambda standard scanning: the dependencies of functions.
    Lambda,
    /// Lambda code scanning: the functions' own code.
    LambdaCode,
}

impl ScanType {
    pub const ALL: [Self; 4] = [Self::Ec2, Self::Ecr, Self::Lambda, Self::LambdaCode];

    /// The value of `resourceTypes` in `Enable` and `Disable`.
    #[must_use]
    pub const fn api_name(self) -> &'static str {
        match self {
            Self::Ec2 => "EC2",
            Self::Ecr => "ECR",
            Self::Lambda => "LAMBDA",
            Self::LambdaCode => "LAMBDA_CODE",
        }
    }

    /// The type that has to be enabled for this one to be.
    #[must_use]
    pub const fn needs(self) -> Option<Self> {
        match self {
            Self::LambdaCode => Some(Self::Lambda),
            Self::Ec2 | Self::Ecr | Self::Lambda => None,
        }
    }
}

/// The status of one scan type in one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ScanStatus {
    Enabling,
    Enabled,
    Disabling,
    Disabled,
    Suspending,
    Suspended,
}

/// How a member account stands to the delegated administrator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RelationshipStatus {
    Created,
    Invited,
    Disabled,
    Enabled,
    Removed,
    Resigned,
    Deleted,
    EmailVerificationInProgress,
    EmailVerificationFailed,
    RegionDisabled,
    AccountSuspended,
    CannotCreateDetectorInOrgMaster,
}

impl RelationshipStatus {
    /// Whether such an account is a member: it is until it was removed, left, or was deleted.
    #[must_use]
    pub const fn is_member(self) -> bool {
        match self {
            Self::Removed | Self::Resigned | Self::Deleted => false,
            Self::Created
            | Self::Invited
            | Self::Disabled
            | Self::Enabled
            | Self::EmailVerificationInProgress
            | Self::EmailVerificationFailed
            | Self::RegionDisabled
            | Self::AccountSuspended
            | Self::CannotCreateDetectorInOrgMaster => true,
        }
    }
}

/// Why `Enable` or `Disable` did nothing for one account: `failedAccounts[].errorCode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AccountErrorCode {
    AlreadyEnabled,
    EnableInProgress,
    DisableInProgress,
    SuspendInProgress,
    ResourceNotFound,
    AccessDenied,
    InternalError,
    SsmUnavailable,
    SsmThrottled,
    #[serde(rename = "EVENTBRIDGE_UNAVAILABLE")]
    EventBridgeUnavailable,
    #[serde(rename = "EVENTBRIDGE_THROTTLED")]
    EventBridgeThrottled,
    ResourceScanNotDisabled,
    DisassociateAllMembers,
    AccountIsIsolated,
    Ec2SsmResourceDataSyncLimitExceeded,
    Ec2SsmAssociationVersionLimitExceeded,
    BlockedByOrganizationPolicy,
    /// A code that is newer than this list.
    #[serde(other)]
    Unknown,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_twelve_digits_and_keeps_its_zeros() {
        let account: AccountId = "000000000042".parse().expect("twelve digits");
        assert_eq!(account.to_string(), "000000000042");
        for wrong in ["", "42", "+00000000042", "1234567890123", "12345678901x"] {
            assert_eq!(wrong.parse::<AccountId>(), Err(AccountIdError), "{wrong}");
        }
    }

    #[test]
    fn a_region_is_a_code_and_knows_its_partition() {
        for (code, partition) in [
            ("ap-northeast-1", "aws"),
            ("us-east-1", "aws"),
            ("us-gov-west-1", "aws-us-gov"),
            ("cn-north-1", "aws-cn"),
        ] {
            let region: Region = code.parse().expect("a code");
            assert_eq!(region.partition().as_str(), partition);
        }
        for wrong in ["", "Tokyo", "ap northeast", "-1", "a/../b", &"a".repeat(33)] {
            assert_eq!(wrong.parse::<Region>(), Err(RegionError), "{wrong}");
        }
    }

    #[test]
    fn statuses_are_spelled_as_the_api_spells_them() {
        assert_eq!(
            serde_json::to_string(&RelationshipStatus::CannotCreateDetectorInOrgMaster)
                .expect("a string"),
            "\"CANNOT_CREATE_DETECTOR_IN_ORG_MASTER\""
        );
        assert_eq!(
            serde_json::from_str::<ScanStatus>("\"SUSPENDING\"").expect("a status"),
            ScanStatus::Suspending
        );
        for (code, spelled) in [
            (
                AccountErrorCode::EventBridgeThrottled,
                "\"EVENTBRIDGE_THROTTLED\"",
            ),
            (
                AccountErrorCode::Ec2SsmResourceDataSyncLimitExceeded,
                "\"EC2_SSM_RESOURCE_DATA_SYNC_LIMIT_EXCEEDED\"",
            ),
            (AccountErrorCode::Unknown, "\"SOMETHING_NEW\""),
        ] {
            assert_eq!(
                serde_json::from_str::<AccountErrorCode>(spelled).expect("a code"),
                code
            );
        }
        for scan in ScanType::ALL {
            assert_eq!(
                serde_json::to_string(&scan).expect("a string"),
                format!("\"{}\"", scan.api_name())
            );
        }
    }
}
