use serde::Serialize;
use shindan_inspector::{
    AccountId, AccountSettings, AutoEnable, ErrorCode, Member, RelationshipStatus,
    ResourceScanType, Status, Timestamp,
};

/// Accounts that were changed, and those that were not.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Accounts<A> {
    pub(crate) accounts: Vec<A>,
    pub(crate) failed_accounts: Vec<FailedAccount>,
}

impl<A> Default for Accounts<A> {
    fn default() -> Self {
        Self {
            accounts: Vec::new(),
            failed_accounts: Vec::new(),
        }
    }
}

/// An account after a change.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Account {
    account_id: AccountId,
    status: Status,
    resource_status: ResourceStatuses,
}

/// An account that was not changed or not shown.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FailedAccount {
    pub(crate) account_id: AccountId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<Status>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) resource_status: Option<ResourceStatuses>,
    pub(crate) error_code: ErrorCode,
    pub(crate) error_message: String,
}

/// What an account has switched on. Clients index these four; there are no others, because Terraform switches off every
/// type it sees here and did not ask for.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ResourceStatuses {
    ec2: Status,
    ecr: Status,
    lambda: Status,
    lambda_code: Status,
}

/// An account and what it has switched on.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccountState {
    account_id: AccountId,
    state: State,
    resource_state: ResourceStates,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ResourceStates {
    ec2: State,
    ecr: State,
    lambda: State,
    lambda_code: State,
}

/// A status. The model wants an error with each, but has no word for none; healthy states are sent without.
#[derive(Debug, Serialize)]
pub(crate) struct State {
    status: Status,
}

impl Account {
    pub(crate) fn new(account_id: AccountId, settings: &AccountSettings) -> Self {
        Self {
            account_id,
            status: settings.status(),
            resource_status: ResourceStatuses::new(settings),
        }
    }
}

impl ResourceStatuses {
    pub(crate) fn new(settings: &AccountSettings) -> Self {
        Self {
            ec2: settings.status_of(ResourceScanType::Ec2),
            ecr: settings.status_of(ResourceScanType::Ecr),
            lambda: settings.status_of(ResourceScanType::Lambda),
            lambda_code: settings.status_of(ResourceScanType::LambdaCode),
        }
    }
}

impl AccountState {
    pub(crate) fn new(account_id: AccountId, settings: &AccountSettings) -> Self {
        let state = |scan| State {
            status: settings.status_of(scan),
        };
        Self {
            account_id,
            state: State {
                status: settings.status(),
            },
            resource_state: ResourceStates {
                ec2: state(ResourceScanType::Ec2),
                ecr: state(ResourceScanType::Ecr),
                lambda: state(ResourceScanType::Lambda),
                lambda_code: state(ResourceScanType::LambdaCode),
            },
        }
    }
}

impl FailedAccount {
    /// One that the caller may not touch. What it has switched on is none of the caller's business.
    pub(crate) fn denied(account_id: AccountId, message: impl Into<String>) -> Self {
        Self {
            account_id,
            status: None,
            resource_status: None,
            error_code: ErrorCode::AccessDenied,
            error_message: message.into(),
        }
    }
}

/// A member of the organisation.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MemberAnswer {
    account_id: AccountId,
    relationship_status: RelationshipStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    delegated_admin_account_id: Option<AccountId>,
    updated_at: Timestamp,
}

impl From<&Member> for MemberAnswer {
    fn from(member: &Member) -> Self {
        Self {
            account_id: member.account,
            relationship_status: member.relationship,
            delegated_admin_account_id: member.administrator,
            updated_at: member.updated_at,
        }
    }
}

/// What new accounts get.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AutoEnableAnswer {
    pub(crate) auto_enable: AutoEnable,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_account_limit_reached: Option<bool>,
}
