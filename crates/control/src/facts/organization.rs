//! The facts about one Region as one account sees them: itself, its role, and the members it administers.

use std::fmt;
use std::ops::Index;

use serde::{Deserialize, Serialize};

use super::{AccountId, Region, RelationshipStatus, ScanStatus, ScanType};

/// What one account knows about Amazon Inspector in one Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegionFacts {
    pub region: Region,
    /// The account that asks.
    pub caller: AccountFacts,
    /// What the caller is, or why that could not be found out.
    pub role: Result<Role, Unreadable>,
}

/// What an account is to Amazon Inspector in a Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// It decides for itself: no organization, or no delegated administrator in this Region.
    Standalone,
    /// It belongs to an organization that another account administers.
    Member { administrator: AccountId },
    /// It decides for its organization.
    DelegatedAdministrator {
        /// All accounts that `ListMembers` names, in order of their numbers, the administrator not among them.
        members: Result<Vec<Member>, Unreadable>,
        /// What new members get.
        auto_enable: Result<AutoEnable, Unreadable>,
    },
}

/// A member account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub account: AccountFacts,
    pub relationship: RelationshipStatus,
    /// Whether Organizations lists the account as suspended (closed, and within the 90 days until it is deleted).
    pub suspended: bool,
}

impl Member {
    /// Whether the account is suspended, whoever says so.
    #[must_use]
    pub const fn is_suspended(&self) -> bool {
        self.suspended || matches!(self.relationship, RelationshipStatus::AccountSuspended)
    }
}

/// One account and the statuses of its scan types, or why they could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountFacts {
    pub id: AccountId,
    pub scans: Result<ScanStates, Unreadable>,
}

/// The status of every scan type in an account. In a Region without code scanning it is `DISABLED` there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScanStates {
    pub ec2: ScanStatus,
    pub ecr: ScanStatus,
    pub lambda: ScanStatus,
    pub lambda_code: ScanStatus,
}

impl ScanStates {
    /// Every type in the same status.
    #[must_use]
    pub const fn all(status: ScanStatus) -> Self {
        Self {
            ec2: status,
            ecr: status,
            lambda: status,
            lambda_code: status,
        }
    }

    /// The same with one type in another status.
    #[must_use]
    pub const fn with(mut self, scan: ScanType, status: ScanStatus) -> Self {
        match scan {
            ScanType::Ec2 => self.ec2 = status,
            ScanType::Ecr => self.ecr = status,
            ScanType::Lambda => self.lambda = status,
            ScanType::LambdaCode => self.lambda_code = status,
        }
        self
    }
}

impl Index<ScanType> for ScanStates {
    type Output = ScanStatus;

    fn index(&self, scan: ScanType) -> &ScanStatus {
        match scan {
            ScanType::Ec2 => &self.ec2,
            ScanType::Ecr => &self.ecr,
            ScanType::Lambda => &self.lambda,
            ScanType::LambdaCode => &self.lambda_code,
        }
    }
}

/// Which scan types accounts get that join the organization; accounts that are in it already are not touched by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AutoEnable {
    pub ec2: bool,
    pub ecr: bool,
    pub lambda: bool,
    pub lambda_code: bool,
}

impl AutoEnable {
    /// Whether a type is on.
    #[must_use]
    pub const fn has(self, scan: ScanType) -> bool {
        match scan {
            ScanType::Ec2 => self.ec2,
            ScanType::Ecr => self.ecr,
            ScanType::Lambda => self.lambda,
            ScanType::LambdaCode => self.lambda_code,
        }
    }

    /// The same with one type on; the others stay as they are, because the API replaces all at once.
    #[must_use]
    pub const fn with(mut self, scan: ScanType) -> Self {
        match scan {
            ScanType::Ec2 => self.ec2 = true,
            ScanType::Ecr => self.ecr = true,
            ScanType::Lambda => self.lambda = true,
            ScanType::LambdaCode => self.lambda_code = true,
        }
        self
    }

    /// The same with one type off.
    #[must_use]
    pub const fn without(mut self, scan: ScanType) -> Self {
        match scan {
            ScanType::Ec2 => self.ec2 = false,
            ScanType::Ecr => self.ecr = false,
            ScanType::Lambda => self.lambda = false,
            ScanType::LambdaCode => self.lambda_code = false,
        }
        self
    }
}

/// Why a fact is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unreadable {
    pub cause: UnreadableCause,
    /// Which call failed and what it answered, fit to show to the user.
    pub message: String,
}

/// What kept a fact from being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum UnreadableCause {
    /// The caller may not ask.
    AccessDenied,
    /// Too many calls, also after waiting.
    Throttled,
    /// The service failed, or answered something that is no answer of it.
    ServiceError,
    /// The account was not found, or is suspended and not evaluated.
    AccountUnavailable,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
