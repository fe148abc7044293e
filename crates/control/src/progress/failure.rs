//! What the failures of calls mean: wait, ask a person, or nothing at all.

use std::fmt;

use jiff::SignedDuration;

use shindan_inspector::{AccountId, ErrorCode};

/// An account for which `Enable` did nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedAccount {
    pub account: AccountId,
    /// None for a code that is newer than the list.
    pub code: Option<ErrorCode>,
    /// In the words of the service.
    pub message: String,
}

/// Why a whole call failed. Whoever makes the calls sorts the errors of the service into these; every `message` is fit
/// to show to the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallFailure {
    /// Too many calls (429), and how long to wait if the answer said.
    Throttled { retry_after: Option<SignedDuration> },
    /// The service failed, could not be reached, or what answered was not the service (a proxy's page).
    Unavailable { message: String },
    /// The caller may not make this call.
    AccessDenied { message: String },
    /// A policy of the organization manages what the call would change.
    OrganizationPolicy { message: String },
    /// `AccessDeniedException`, saying that Lambda code scanning is not supported in the Region.
    NoCodeScanning,
    /// The account is not associated with the caller.
    NotAssociated,
    /// The service does not understand or accept the call.
    Invalid { message: String },
    /// No call will succeed any more.
    CredentialsExpired { message: String },
}

/// Something that may pass by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Enabling has been accepted and takes its time.
    StillEnabling,
    /// Another change is under way in the account.
    Busy,
    /// The membership may not have become known everywhere.
    Denied,
    Throttled,
    /// A service did not do its part.
    Unavailable(String),
    /// Enabling was accepted, and yet a type is off.
    ReadAsDisabled,
    StatusUnreadable(String),
}

/// Something that a person has to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    OrganizationPolicy,
    Isolated,
    Suspended,
    NotFound,
    NotAssociated,
    AccessDenied(String),
    /// A quota of Systems Manager, which EC2 scanning needs.
    Limit(String),
    NoCodeScanning,
    Other(String),
}

pub(super) enum Verdict {
    /// It is enabled or being enabled; the status will tell.
    Accepted,
    Passing(Trouble),
    /// Passing at first, and final when it lasts.
    Denied(Refusal),
    Refused(Refusal),
}

pub(super) fn judge(failure: &FailedAccount) -> Verdict {
    let message = || failure.message.clone();
    let Some(code) = failure.code else {
        return Verdict::Refused(Refusal::Other(message()));
    };
    match code {
        ErrorCode::AlreadyEnabled | ErrorCode::EnableInProgress => Verdict::Accepted,
        ErrorCode::DisableInProgress | ErrorCode::SuspendInProgress => {
            Verdict::Passing(Trouble::Busy)
        }
        ErrorCode::SsmThrottled | ErrorCode::EventbridgeThrottled => {
            Verdict::Passing(Trouble::Throttled)
        }
        ErrorCode::InternalError
        | ErrorCode::SsmUnavailable
        | ErrorCode::EventbridgeUnavailable => Verdict::Passing(Trouble::Unavailable(message())),
        ErrorCode::AccessDenied => Verdict::Denied(Refusal::AccessDenied(message())),
        ErrorCode::BlockedByOrganizationPolicy => Verdict::Refused(Refusal::OrganizationPolicy),
        ErrorCode::AccountIsIsolated => Verdict::Refused(Refusal::Isolated),
        ErrorCode::ResourceNotFound => Verdict::Refused(Refusal::NotFound),
        ErrorCode::Ec2SsmResourceDataSyncLimitExceeded
        | ErrorCode::Ec2SsmAssociationVersionLimitExceeded => {
            Verdict::Refused(Refusal::Limit(message()))
        }
        ErrorCode::ResourceScanNotDisabled | ErrorCode::DisassociateAllMembers => {
            Verdict::Refused(Refusal::Other(message()))
        }
    }
}

impl Refusal {
    /// What a failed call means for everything that was in it.
    pub(super) fn from_call(failure: &CallFailure) -> Self {
        match failure {
            CallFailure::OrganizationPolicy { .. } => Self::OrganizationPolicy,
            CallFailure::NoCodeScanning => Self::NoCodeScanning,
            CallFailure::NotAssociated => Self::NotAssociated,
            CallFailure::AccessDenied { message } => Self::AccessDenied(message.clone()),
            CallFailure::Invalid { message }
            | CallFailure::Unavailable { message }
            | CallFailure::CredentialsExpired { message } => Self::Other(message.clone()),
            CallFailure::Throttled { .. } => Self::Other("there were too many calls".to_owned()),
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StillEnabling => f.write_str("Amazon Inspector is still enabling it"),
            Self::Busy => f.write_str("another change was still under way in the account"),
            Self::Denied => f.write_str(
                "the account did not accept the administrator yet, which takes a while after it was associated",
            ),
            Self::Throttled => f.write_str("there were too many calls"),
            Self::Unavailable(message) => write!(f, "a service did not do its part: {message}"),
            Self::ReadAsDisabled => f.write_str("enabling was accepted, but the type is still off"),
            Self::StatusUnreadable(message) => write!(f, "its status could not be read: {message}"),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OrganizationPolicy => f.write_str(
                "a policy of the organization manages Amazon Inspector here; change the policy in AWS Organizations",
            ),
            Self::Isolated => {
                f.write_str("AWS has isolated the account; contact AWS Support to lift that")
            }
            Self::Suspended => f.write_str(
                "the account is suspended; plan again to disassociate it, or have it reopened",
            ),
            Self::NotFound => f.write_str("there is no such account; check its number"),
            Self::NotAssociated => {
                f.write_str("the account is no member of this administrator; associate it first")
            }
            Self::AccessDenied(message) => {
                write!(f, "access was denied; check the permissions of the role: {message}")
            }
            Self::Limit(message) => {
                write!(f, "a quota of Systems Manager is reached; raise or free it: {message}")
            }
            Self::NoCodeScanning => {
                f.write_str("Amazon Inspector has no Lambda code scanning in this Region")
            }
            Self::Other(message) => write!(f, "Amazon Inspector refused it: {message}"),
        }
    }
}
