//! Amazon Inspector as its clients see it: settings, members, findings, coverage, usage.
//!
//! Values are the API's own words ([`Word`] where AWS may know more of them than this program). Enabling is not done
//! when the call has succeeded: read the status until it says so, and mind `failed`.

mod account;
mod listing;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use shindan_inspector::{AccountId, AutoEnable, ResourceScanType};

use crate::call::Call;
use crate::error::{CloudError, ErrorKind};
use crate::failure::Failure;
use crate::session::Session;
use crate::signed::{Input, Paging};

pub use account::{
    AccountState, Administrator, FailedAccount, Member, OrganizationConfiguration, ScanStates,
    Settings,
};
pub use listing::{
    CoveredFunction, CoveredResource, FreeTrial, FreeTrials, ListedFinding, ScanState, Usage,
    UsageTotal,
};

/// Accounts of one call, the most that Enable, Disable and BatchGetAccountStatus take.
const ACCOUNTS: usize = 100;

/// Inspector in an account and Region.
#[derive(Clone, Debug)]
pub struct Inspector(Session);

impl Session {
    /// Inspector in this account and Region.
    #[must_use]
    pub fn inspector(&self) -> Inspector {
        Inspector(self.clone())
    }
}

impl Inspector {
    /// Begins to switch kinds of scanning on. LAMBDA_CODE needs LAMBDA: name both.
    ///
    /// # Errors
    /// When a call fails as a whole. Calls of 100 accounts before it have taken effect; doing it again does no harm.
    pub async fn enable(
        &self,
        accounts: &[AccountId],
        scans: &[ResourceScanType],
    ) -> Result<Settings, CloudError> {
        self.switch(Call::Enable, accounts, scans).await
    }

    /// Begins to switch kinds of scanning off; an empty list is all kinds, and with them Inspector and its findings.
    /// LAMBDA takes LAMBDA_CODE along.
    ///
    /// # Errors
    /// As [`Inspector::enable`].
    pub async fn disable(
        &self,
        accounts: &[AccountId],
        scans: &[ResourceScanType],
    ) -> Result<Settings, CloudError> {
        self.switch(Call::Disable, accounts, scans).await
    }

    async fn switch(
        &self,
        call: Call,
        accounts: &[AccountId],
        scans: &[ResourceScanType],
    ) -> Result<Settings, CloudError> {
        self.for_accounts(call, accounts, &json!({ "resourceTypes": scans }))
            .await
    }

    /// Reads what accounts have switched on. An account that is neither in the answer's accounts nor in its failures was
    /// left out by the service.
    ///
    /// # Errors
    /// When a call fails as a whole.
    pub async fn status(&self, accounts: &[AccountId]) -> Result<Settings, CloudError> {
        self.for_accounts(Call::BatchGetAccountStatus, accounts, &json!({}))
            .await
    }

    async fn for_accounts(
        &self,
        call: Call,
        accounts: &[AccountId],
        rest: &Value,
    ) -> Result<Settings, CloudError> {
        let mut settings = Settings::default();
        for batch in accounts.chunks(ACCOUNTS) {
            let mut body = rest.clone();
            body["accountIds"] = json!(batch);
            let answer: Settings = self.0.json(call, &Input::body(body)).await?;
            settings.accounts.extend(answer.accounts);
            settings.failed.extend(answer.failed);
        }
        Ok(settings)
    }

    /// The members of this delegated administrator.
    ///
    /// # Errors
    /// When it is none, or may not list them.
    pub async fn members(&self, only_associated: bool) -> Result<Vec<Member>, CloudError> {
        let body = json!({ "onlyAssociated": only_associated, "maxResults": 50 });
        self.list(Call::ListMembers, body, "members").await
    }

    /// Begins to make an account a member. Right after it, the member's settings can be denied for a while.
    ///
    /// # Errors
    /// When the service refuses.
    pub async fn associate(&self, account: AccountId) -> Result<(), CloudError> {
        self.for_account(Call::AssociateMember, account).await
    }

    /// Makes a member stand alone, with its settings unchanged. An account that is none is refused as
    /// [`ErrorKind::Invalid`].
    ///
    /// # Errors
    /// When the service refuses.
    pub async fn disassociate(&self, account: AccountId) -> Result<(), CloudError> {
        self.for_account(Call::DisassociateMember, account).await
    }

    async fn for_account(&self, call: Call, account: AccountId) -> Result<(), CloudError> {
        let body = json!({ "accountId": account });
        let _: Map<String, Value> = self.0.json(call, &Input::body(body)).await?;
        Ok(())
    }

    /// What new members get.
    ///
    /// # Errors
    /// When this account does not administer an organization.
    pub async fn organization_configuration(
        &self,
    ) -> Result<OrganizationConfiguration, CloudError> {
        let call = Call::DescribeOrganizationConfiguration;
        self.0.json(call, &Input::default()).await
    }

    /// Decides what new members get. It replaces all kinds of scanning at once, and does not touch existing members.
    ///
    /// # Errors
    /// When the service refuses.
    pub async fn update_organization_configuration(
        &self,
        auto_enable: AutoEnable,
    ) -> Result<(), CloudError> {
        let body = json!({ "autoEnable": auto_enable });
        let call = Call::UpdateOrganizationConfiguration;
        let _: Map<String, Value> = self.0.json(call, &Input::body(body)).await?;
        Ok(())
    }

    /// Who administers this account in this Region.
    ///
    /// # Errors
    /// When it may not be asked for.
    pub async fn administrator(&self) -> Result<Administrator, CloudError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Answer {
            delegated_admin: Option<DelegatedAdmin>,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct DelegatedAdmin {
            account_id: Option<AccountId>,
        }
        let call = Call::GetDelegatedAdminAccount;
        match self.0.json::<Answer>(call, &Input::default()).await {
            Ok(answer) => Ok(
                match answer.delegated_admin.and_then(|admin| admin.account_id) {
                    Some(account) if account == self.0.account() => Administrator::Caller,
                    Some(account) => Administrator::Account(account),
                    None => Administrator::None,
                },
            ),
            // Asked by the administrator itself, AWS refuses with these words.
            Err(error) if error.message.contains("is the delegated admin") => {
                Ok(Administrator::Caller)
            }
            Err(error) if error.kind == ErrorKind::NotFound => Ok(Administrator::None),
            Err(error) => Err(error),
        }
    }

    /// Findings. The filter is the API's `FilterCriteria`, `{}` for all.
    ///
    /// # Errors
    /// When a page cannot be had.
    pub async fn findings(&self, filter: &Value) -> Result<Vec<ListedFinding>, CloudError> {
        let body = json!({ "filterCriteria": filter, "maxResults": 100 });
        self.list(Call::ListFindings, body, "findings").await
    }

    /// What is covered. The filter is the API's `CoverageFilterCriteria`, `{}` for all.
    ///
    /// # Errors
    /// When a page cannot be had.
    pub async fn coverage(&self, filter: &Value) -> Result<Vec<CoveredResource>, CloudError> {
        let body = json!({ "filterCriteria": filter, "maxResults": 200 });
        self.list(Call::ListCoverage, body, "coveredResources")
            .await
    }

    /// This month's usage of accounts; of all members and this account without any.
    ///
    /// # Errors
    /// When a page cannot be had.
    pub async fn usage(&self, accounts: &[AccountId]) -> Result<Vec<UsageTotal>, CloudError> {
        let mut body = json!({});
        if !accounts.is_empty() {
            body["accountIds"] = json!(accounts);
        }
        self.list(Call::ListUsageTotals, body, "totals").await
    }

    /// The free trials of accounts; those that may not be read are left out, as those are that never began one.
    ///
    /// # Errors
    /// When a call fails as a whole.
    pub async fn free_trials(&self, accounts: &[AccountId]) -> Result<Vec<FreeTrials>, CloudError> {
        #[derive(Deserialize)]
        struct Answer {
            accounts: Vec<FreeTrials>,
        }
        let mut trials = Vec::new();
        for batch in accounts.chunks(ACCOUNTS) {
            let input = Input::body(json!({ "accountIds": batch }));
            let answer: Answer = self.0.json(Call::BatchGetFreeTrialInfo, &input).await?;
            trials.extend(answer.accounts);
        }
        Ok(trials)
    }

    /// The account that asks, as the service sees it: its status is what is answered when no account is named.
    pub(crate) async fn caller(&self) -> Result<AccountId, CloudError> {
        let call = Call::BatchGetAccountStatus;
        let answer: Settings = self.0.json(call, &Input::body(json!({}))).await?;
        let failed = answer.failed.iter().map(|failed| failed.account);
        let mut all = answer
            .accounts
            .iter()
            .map(|state| state.account)
            .chain(failed);
        all.next().ok_or_else(|| {
            let message = "the answer names no account";
            self.0
                .error(call, &Failure::of(ErrorKind::NotTheService, message))
        })
    }

    async fn list<T: serde::de::DeserializeOwned>(
        &self,
        call: Call,
        body: Value,
        items: &'static str,
    ) -> Result<Vec<T>, CloudError> {
        let token = "nextToken";
        self.0
            .list(call, Input::body(body), Paging { items, token })
            .await
    }
}
