//! Whether a control passes, and which accounts are the reason if it does not.
//!
//! The rules are those of the Security Hub user guide (page `inspector-controls`):
//!
//! - A standalone account fails while the scan type is not enabled.
//! - In an organization only the delegated administrator has a finding. It passes when the type is enabled in its own
//!   and in every member account, suspended members included: those have to be disassociated.
//! - What is being enabled is not enabled yet.
//!
//! The page does not say what happens to a fact that cannot be read. One account that is known to lack the type is
//! enough to fail. Otherwise what could not be read keeps the control from passing: `WARNING` while only some members
//! are unknown, `NOT_AVAILABLE` when the check could not be made at all.

use std::fmt;

use serde::{Deserialize, Serialize};
use shindan_inspector::{AccountId, ResourceScanType, Status};

use crate::definition::ControlId;
use crate::facts::{AccountFacts, Member, RegionFacts, Role, Unreadable, UnreadableCause};
use crate::text::shorten;

/// The result of one control for one account in one Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evaluation {
    /// There is a finding.
    Checked(Check),
    /// There is none.
    Absent(Absence),
}

/// Why a control has no finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absence {
    /// The control does not exist in the Region.
    Region,
    /// The finding is in the account of the delegated administrator.
    MemberAccount { administrator: AccountId },
}

/// What the check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    pub status: ComplianceStatus,
    /// Why the check could not be completed, one for each code; empty for `PASSED` and `FAILED`.
    pub reasons: Vec<StatusReason>,
    /// The accounts that keep the control from passing: the caller first, then members in order of their numbers.
    pub accounts: Vec<AccountCause>,
}

/// `Compliance.Status` of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ComplianceStatus {
    Passed,
    Failed,
    Warning,
    NotAvailable,
}

impl ComplianceStatus {
    /// As ASFF writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "PASSED",
            Self::Failed => "FAILED",
            Self::Warning => "WARNING",
            Self::NotAvailable => "NOT_AVAILABLE",
        }
    }
}

/// An entry of `Compliance.StatusReasons`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct StatusReason {
    pub reason_code: ReasonCode,
    pub description: String,
}

/// Those codes of Security Hub that say why a check of an account could not be completed (user guide, page
/// `controls-findings-create-update`). The others tell of Config itself, which takes no part here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReasonCode {
    /// The caller lacks a permission.
    ConfigAccessDenied,
    /// The evaluation failed; a suspended account is one of the documented causes.
    ConfigRuleEvaluationError,
    ThrottlingError,
    InternalServiceError,
}

impl From<UnreadableCause> for ReasonCode {
    fn from(cause: UnreadableCause) -> Self {
        match cause {
            UnreadableCause::AccessDenied => Self::ConfigAccessDenied,
            UnreadableCause::Throttled => Self::ThrottlingError,
            UnreadableCause::ServiceError => Self::InternalServiceError,
            UnreadableCause::AccountUnavailable => Self::ConfigRuleEvaluationError,
        }
    }
}

/// An account that keeps a control from passing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountCause {
    pub account: AccountId,
    pub cause: Cause,
}

/// What is wrong with an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cause {
    /// The scan type is off: enable it.
    Disabled,
    /// It is being switched on: wait.
    Enabling,
    /// It is being switched off.
    Disabling,
    /// Amazon Inspector is suspended in the account that asks.
    Suspended,
    /// A suspended member without the scan type: only disassociating it helps.
    SuspendedMember,
    /// Its status is not known.
    Unreadable(Unreadable),
}

impl Cause {
    /// Whether this alone makes the control fail.
    #[must_use]
    pub const fn fails(&self) -> bool {
        !matches!(self, Self::Unreadable(_))
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Disabled => f.write_str("disabled"),
            Self::Enabling => f.write_str("still being enabled"),
            Self::Disabling => f.write_str("being disabled"),
            Self::Suspended => f.write_str("suspended"),
            Self::SuspendedMember => f.write_str("suspended member, has to be disassociated"),
            Self::Unreadable(why) => write!(f, "could not be read: {why}"),
        }
    }
}

/// Evaluates one control.
#[must_use]
pub fn evaluate(control: ControlId, facts: &RegionFacts) -> Evaluation {
    if !control.exists_in(&facts.region) {
        return Evaluation::Absent(Absence::Region);
    }
    let scan = control.scan_type();
    let mut accounts: Vec<AccountCause> =
        cause_of_caller(scan, &facts.caller).into_iter().collect();
    // What keeps the whole check from being made, as against one member that is not known.
    let mut missing: Option<&Unreadable> = facts.caller.scans.as_ref().err();
    match &facts.role {
        Ok(Role::Standalone) => {}
        Ok(Role::Member { administrator }) => {
            return Evaluation::Absent(Absence::MemberAccount {
                administrator: *administrator,
            });
        }
        Ok(Role::DelegatedAdministrator { members, .. }) => match members {
            Ok(members) => accounts.extend(members.iter().filter_map(|m| cause_of_member(scan, m))),
            Err(why) => missing = missing.or(Some(why)),
        },
        // The account may be a member and have no finding at all, so what it lacks itself proves nothing.
        Err(why) => {
            return Evaluation::Checked(Check {
                status: ComplianceStatus::NotAvailable,
                reasons: reasons(std::iter::once(why)),
                accounts: Vec::new(),
            });
        }
    }

    let fails = accounts.iter().any(|a| a.cause.fails());
    let status = match (fails, missing) {
        (true, _) => ComplianceStatus::Failed,
        (false, Some(_)) => ComplianceStatus::NotAvailable,
        (false, None) if accounts.is_empty() => ComplianceStatus::Passed,
        (false, None) => ComplianceStatus::Warning,
    };
    let reasons = if fails {
        Vec::new()
    } else {
        reasons(missing.into_iter().chain(accounts.iter().filter_map(
            |account| match &account.cause {
                Cause::Unreadable(why) => Some(why),
                _ => None,
            },
        )))
    };
    Evaluation::Checked(Check {
        status,
        reasons,
        accounts,
    })
}

/// Evaluates all four controls, in their order.
#[must_use]
pub fn evaluate_all(facts: &RegionFacts) -> [(ControlId, Evaluation); 4] {
    ControlId::ALL.map(|control| (control, evaluate(control, facts)))
}

fn cause_of_caller(scan: ResourceScanType, caller: &AccountFacts) -> Option<AccountCause> {
    let cause = match &caller.scans {
        Ok(scans) => cause_of_status(scans[scan])?,
        Err(why) => Cause::Unreadable(why.clone()),
    };
    Some(AccountCause {
        account: caller.id,
        cause,
    })
}

fn cause_of_member(scan: ResourceScanType, member: &Member) -> Option<AccountCause> {
    if !member.relationship.is_member() {
        return None;
    }
    let cause = match &member.account.scans {
        Ok(scans) => match cause_of_status(scans[scan])? {
            // Nothing can be enabled in a suspended account, whatever its scan type does at the moment.
            Cause::Suspended => Cause::SuspendedMember,
            _ if member.is_suspended() => Cause::SuspendedMember,
            cause => cause,
        },
        Err(why) => Cause::Unreadable(why.clone()),
    };
    Some(AccountCause {
        account: member.account.id,
        cause,
    })
}

const fn cause_of_status(status: Status) -> Option<Cause> {
    match status {
        Status::Enabled => None,
        Status::Enabling => Some(Cause::Enabling),
        Status::Disabling => Some(Cause::Disabling),
        Status::Disabled => Some(Cause::Disabled),
        Status::Suspending | Status::Suspended => Some(Cause::Suspended),
    }
}

/// One reason for each code, described by the first that has it; ten thousand members may be unknown for one cause.
fn reasons<'a>(unreadable: impl Iterator<Item = &'a Unreadable>) -> Vec<StatusReason> {
    let mut reasons: Vec<StatusReason> = Vec::new();
    for why in unreadable {
        let code = ReasonCode::from(why.cause);
        if !reasons.iter().any(|reason| reason.reason_code == code) {
            reasons.push(StatusReason {
                reason_code: code,
                description: describe(code, why),
            });
        }
    }
    reasons
}

/// How many characters of an answer of the service are enough to see what it was.
const MAX_DESCRIPTION: usize = 1_024;

fn describe(code: ReasonCode, why: &Unreadable) -> String {
    let what = match code {
        ReasonCode::ConfigAccessDenied => "A permission to read the status is missing.",
        ReasonCode::ConfigRuleEvaluationError => "An account could not be evaluated.",
        ReasonCode::ThrottlingError => "The service answered that there were too many calls.",
        ReasonCode::InternalServiceError => "The service failed.",
    };
    shorten(format!("{what} {why}").trim_end(), MAX_DESCRIPTION)
}
