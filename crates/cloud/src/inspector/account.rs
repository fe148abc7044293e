//! Accounts, members and their settings, as Inspector answers.

use serde::Deserialize;
use shindan_inspector::{AccountId, AutoEnable, ErrorCode, RelationshipStatus, Status, Timestamp};

use crate::word::Word;

/// What Enable, Disable and BatchGetAccountStatus answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Settings {
    pub accounts: Vec<AccountState>,
    /// Accounts for which nothing was done or read.
    #[serde(rename = "failedAccounts")]
    pub failed: Vec<FailedAccount>,
}

/// What an account has switched on.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "WireAccount")]
pub struct AccountState {
    pub account: AccountId,
    pub status: Word<Status>,
    pub scans: ScanStates,
}

/// The status of every kind of scanning. What the service does not name is off: no Region without code scanning has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanStates {
    pub ec2: Word<Status>,
    pub ecr: Word<Status>,
    pub lambda: Word<Status>,
    pub lambda_code: Word<Status>,
}

/// An account for which nothing was done or read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FailedAccount {
    #[serde(rename = "accountId")]
    pub account: AccountId,
    #[serde(rename = "errorCode")]
    pub code: Word<ErrorCode>,
    #[serde(rename = "errorMessage", default)]
    pub message: String,
}

/// An account that a delegated administrator administers, or did.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    #[serde(rename = "accountId")]
    pub account: AccountId,
    #[serde(rename = "relationshipStatus")]
    pub relationship: Word<RelationshipStatus>,
    pub updated_at: Option<Timestamp>,
}

/// Who administers an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Administrator {
    /// Nobody: it stands alone.
    None,
    /// It is the delegated administrator itself.
    Caller,
    Account(AccountId),
}

/// What new members get.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OrganizationConfiguration {
    pub auto_enable: AutoEnable,
    /// There are as many members as Inspector takes.
    pub max_account_limit_reached: bool,
}

/// Statuses of an account stand in two forms: an object for each in `BatchGetAccountStatus`, a word in the others.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireAccount {
    account_id: AccountId,
    #[serde(alias = "state")]
    status: State,
    #[serde(alias = "resourceState", default)]
    resource_status: WireScans,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct WireScans {
    ec2: Option<State>,
    ecr: Option<State>,
    lambda: Option<State>,
    lambda_code: Option<State>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum State {
    Word(Word<Status>),
    Object { status: Word<Status> },
}

impl State {
    fn word(self) -> Word<Status> {
        match self {
            Self::Word(status) | Self::Object { status } => status,
        }
    }
}

impl From<WireAccount> for AccountState {
    fn from(wire: WireAccount) -> Self {
        let status =
            |state: Option<State>| state.map_or(Word::Known(Status::Disabled), State::word);
        Self {
            account: wire.account_id,
            status: wire.status.word(),
            scans: ScanStates {
                ec2: status(wire.resource_status.ec2),
                ecr: status(wire.resource_status.ecr),
                lambda: status(wire.resource_status.lambda),
                lambda_code: status(wire.resource_status.lambda_code),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_a_status_are_read_and_new_words_kept() {
        let batch: Settings = serde_json::from_str(
            r#"{"accounts": [{"accountId": "123456789012", "state": {"status": "ENABLED"},
                "resourceState": {"ec2": {"status": "DISABLED"}, "ecr": {"status": "DISABLED"},
                                  "lambda": {"status": "ENABLED", "errorMessage": ""}}}]}"#,
        )
        .expect("an answer to BatchGetAccountStatus");
        let enable: Settings = serde_json::from_str(
            r#"{"accounts": [{"accountId": "123456789012", "status": "ENABLED",
                "resourceStatus": {"ec2": "DISABLED", "ecr": "DISABLED", "lambda": "ENABLED"}}],
                "failedAccounts": [{"accountId": "210987654321", "errorCode": "MOON_PHASE", "errorMessage": "later"}]}"#,
        )
        .expect("an answer to Enable");
        assert_eq!(batch.accounts, enable.accounts);
        let scans = &batch.accounts[0].scans;
        assert_eq!(scans.lambda.known(), Some(Status::Enabled));
        assert_eq!(scans.lambda_code.known(), Some(Status::Disabled));
        assert_eq!(enable.failed[0].code, Word::Other("MOON_PHASE".to_owned()));
    }
}
