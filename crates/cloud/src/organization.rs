//! Organizations: which accounts there are, who manages them, and who administers Inspector for them.
//!
//! Only the management account and delegated administrators may ask for lists; everyone else is denied, which is an
//! error here and says nothing about the organization.

use shindan_inspector::AccountId;

use crate::call::Call;
use crate::error::{CloudError, ErrorKind, printable};
use crate::failure::Failure;
use crate::pages::Pages;
use crate::session::Session;

/// What Inspector is called as a trusted service.
const INSPECTOR: &str = "inspector2.amazonaws.com";

/// The organization that an account belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// `o-exampleorgid`.
    pub id: String,
    /// The account that may appoint delegated administrators.
    pub management: AccountId,
}

/// An account of an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub id: AccountId,
    pub name: String,
    pub status: AccountStatus,
}

/// How far an account's life is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AccountStatus {
    /// Still being made.
    PendingActivation,
    Active,
    /// Closed by AWS or by its owner; what is in it cannot be reached.
    Suspended,
    /// Being closed.
    PendingClosure,
    Closed,
    /// A status that is newer than this list.
    Other(String),
}

impl AccountStatus {
    fn read(text: &str) -> Self {
        match text {
            "PENDING_ACTIVATION" => Self::PendingActivation,
            "ACTIVE" => Self::Active,
            "SUSPENDED" => Self::Suspended,
            "PENDING_CLOSURE" => Self::PendingClosure,
            "CLOSED" => Self::Closed,
            other => Self::Other(printable(other, 50)),
        }
    }
}

impl Session {
    /// The organization of this account; `None` if it belongs to none.
    ///
    /// # Errors
    /// When it may not be asked for.
    pub async fn organization(&self) -> Result<Option<Organization>, CloudError> {
        let call = Call::DescribeOrganization;
        let client = aws_sdk_organizations::Client::new(&self.config);
        let answer = match self
            .sdk(call, || client.describe_organization().send())
            .await
        {
            Ok(answer) => answer,
            Err(error) if error.kind == ErrorKind::NoOrganization => return Ok(None),
            Err(error) => return Err(error),
        };
        let organization = answer.organization();
        let management = organization.and_then(|o| o.master_account_id());
        let management = AccountId::parse(management.unwrap_or_default())
            .map_err(|error| self.misread(call, &error.to_string()))?;
        let id = organization.and_then(|o| o.id()).unwrap_or_default();
        Ok(Some(Organization {
            id: printable(id, 50),
            management,
        }))
    }

    /// All accounts of the organization, in order of their numbers.
    ///
    /// # Errors
    /// When they may not be listed from this account, or it is in no organization.
    pub async fn accounts(&self) -> Result<Vec<Account>, CloudError> {
        let call = Call::ListAccounts;
        let client = aws_sdk_organizations::Client::new(&self.config);
        let mut accounts = Vec::new();
        let mut pages = Pages::new(self.shared.settings.limits.pages);
        let mut token = None;
        loop {
            let attempt = || client.list_accounts().set_next_token(token.clone()).send();
            let page = self.sdk(call, attempt).await?;
            for account in page.accounts() {
                // `Status` is being replaced by `State`, which has more values.
                let state = account.state().map(|state| state.as_str());
                let status = account.status().map(|status| status.as_str());
                let status = state.or(status).unwrap_or_default();
                accounts.push(Account {
                    id: AccountId::parse(account.id().unwrap_or_default())
                        .map_err(|error| self.misread(call, &error.to_string()))?,
                    name: printable(account.name().unwrap_or_default(), 100),
                    status: AccountStatus::read(status),
                });
            }
            token = self.turn(call, &mut pages, page.next_token)?;
            if token.is_none() {
                accounts.sort_by_key(|account| account.id);
                return Ok(accounts);
            }
        }
    }

    /// The accounts that administer Inspector for the organization. The designation that counts is Inspector's own, for
    /// each Region; this one, for all Regions, comes with it.
    ///
    /// # Errors
    /// When they may not be listed from this account.
    pub async fn delegated_administrators(&self) -> Result<Vec<AccountId>, CloudError> {
        let call = Call::ListDelegatedAdministrators;
        let client = aws_sdk_organizations::Client::new(&self.config);
        let mut administrators = Vec::new();
        let mut pages = Pages::new(self.shared.settings.limits.pages);
        let mut token = None;
        loop {
            let attempt = || {
                let page = client.list_delegated_administrators();
                page.service_principal(INSPECTOR)
                    .set_next_token(token.clone())
                    .send()
            };
            let page = self.sdk(call, attempt).await?;
            for administrator in page.delegated_administrators() {
                let id = AccountId::parse(administrator.id().unwrap_or_default());
                administrators.push(id.map_err(|error| self.misread(call, &error.to_string()))?);
            }
            token = self.turn(call, &mut pages, page.next_token)?;
            if token.is_none() {
                administrators.sort_unstable();
                return Ok(administrators);
            }
        }
    }

    fn misread(&self, call: Call, message: &str) -> CloudError {
        self.error(call, &Failure::of(ErrorKind::NotTheService, message))
    }

    fn turn(
        &self,
        call: Call,
        pages: &mut Pages,
        next: Option<String>,
    ) -> Result<Option<String>, CloudError> {
        pages
            .turn(next)
            .map_err(|failure| self.error(call, &failure))
    }
}
