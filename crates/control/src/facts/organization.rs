//! The facts about one Region as one account sees them: itself, its role, and the members it administers.

use std::fmt;
use std::ops::Index;

use serde::{Deserialize, Serialize};

use shindan_inspector::{
    AccountId, AutoEnable, Region, RelationshipStatus, ResourceScanType, Status,
};

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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScanStates([Status; ResourceScanType::ALL.len()]);

impl ScanStates {
    /// Every type in the same status.
    #[must_use]
    pub const fn all(status: Status) -> Self {
        Self([status; ResourceScanType::ALL.len()])
    }

    /// The same with one type in another status.
    #[must_use]
    pub const fn with(mut self, scan: ResourceScanType, status: Status) -> Self {
        self.0[scan as usize] = status;
        self
    }
}

impl Index<ResourceScanType> for ScanStates {
    type Output = Status;

    fn index(&self, scan: ResourceScanType) -> &Status {
        &self.0[scan as usize]
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
