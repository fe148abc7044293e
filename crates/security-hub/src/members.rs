//! The hub of an account, its organisation, and who may do what.
//!
//! An account uses Security Hub in a Region once it enabled its hub there. The management account of the organisation
//! designates an administrator; accounts that the administrator adds are its members, at once and without an invitation,
//! because they are accounts of the organisation. Invitations to others are not served. Security Hub's administrator and
//! Inspector's are designated separately and may differ.
//!
//! Rules after the pages "Managing administrator and member accounts" and "Allowed actions" of the Security Hub user guide
//! and the documentation of the operations. The roles of access keys are Inspector's, see
//! [`access`](shindan_inspector::access).

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use shindan_inspector::{AccountId, Region, Relation, Role, Timestamp};

use crate::name::HubArn;
use crate::time::write_time;
use crate::{HubError, HubErrorKind};
use shindan_inspector::wire_enum;

/// How many accounts one administrator may have ("Quotas" in the Security Hub user guide).
pub const MAX_MEMBERS: u64 = 11_000;

/// An account's hub in a Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hub {
    /// Its name: Region and account.
    pub arn: HubArn,
    /// When it was enabled.
    pub subscribed_at: Timestamp,
    /// Whether controls that are new to a standard are enabled. Kept and shown; there are no new ones.
    pub auto_enable_controls: bool,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

impl Hub {
    /// The hub of an account, as it begins.
    #[must_use]
    pub const fn new(region: Region, account: AccountId, now: Timestamp) -> Self {
        Self {
            arn: HubArn { region, account },
            subscribed_at: now,
            auto_enable_controls: true,
            tags: BTreeMap::new(),
        }
    }

    /// What DescribeHub answers.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "HubArn": self.arn.to_string(),
            "SubscribedAt": write_time(self.subscribed_at),
            "AutoEnableControls": self.auto_enable_controls,
            "ControlFindingGenerator": crate::ControlFindingGenerator::SecurityControl.as_str(),
        })
    }
}

/// The organisation as Security Hub sees it in a Region.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HubOrganization {
    /// The administrator, when one is designated.
    pub administrator: Option<AccountId>,
    /// Whether accounts that join get a hub.
    pub auto_enable: bool,
    /// Whether that hub has the default standards.
    pub auto_enable_standards: AutoEnableStandards,
}

wire_enum!(
    /// Which standards hubs of new members have.
    AutoEnableStandards { Default = "DEFAULT", None = "NONE" }
);

#[expect(
    clippy::derivable_impls,
    reason = "the macro that defines the type derives no Default"
)]
impl Default for AutoEnableStandards {
    fn default() -> Self {
        Self::Default
    }
}

wire_enum!(
    /// How an account stands to the administrator.
    MemberStatus {
        Created = "Created",
        Invited = "Invited",
        Enabled = "Enabled",
        Removed = "Removed",
        Resigned = "Resigned",
        Deleted = "Deleted",
        AccountSuspended = "AccountSuspended",
    }
);

/// An account that is or was a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HubMember {
    /// Which.
    pub account: AccountId,
    /// Its address, when the administrator gave one.
    pub email: Option<String>,
    /// Whose member it is or was.
    pub administrator: AccountId,
    /// How it stands to it.
    pub status: MemberStatus,
    /// When it was added.
    pub invited_at: Timestamp,
    /// When that last changed.
    pub updated_at: Timestamp,
}

/// Where an account stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HubStanding {
    /// Its hub is enabled.
    pub enabled: bool,
    /// It owns the organisation.
    pub management: bool,
    /// How it stands to the administrator.
    pub relation: Relation,
}

impl HubStanding {
    /// Where an account stands.
    #[must_use]
    pub fn of(
        account: AccountId,
        enabled: bool,
        management: bool,
        organization: &HubOrganization,
        member: Option<&HubMember>,
    ) -> Self {
        let relation = match (organization.administrator, member) {
            (Some(administrator), _) if administrator == account => Relation::Administrator,
            (Some(administrator), Some(member)) if member.is_associated_with(administrator) => {
                Relation::Member(administrator)
            }
            _ => Relation::Standalone,
        };
        Self {
            enabled,
            management,
            relation,
        }
    }
}

/// What a request wants to do, as far as rights go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HubAction {
    /// See findings, standards, controls, settings.
    Read,
    /// See the members.
    ReadMembers,
    /// See what new members get.
    ReadOrganization,
    /// See whom the management account designated.
    ReadDesignation,
    /// Give findings.
    Import,
    /// Say what the customer knows of findings; suppress them.
    UpdateFindings,
    /// Subscribe to standards, enable and disable controls, tag.
    Configure,
    /// Enable the hub.
    Enable,
    /// Disable the hub.
    Disable,
    /// Gather findings of other Regions.
    Aggregate,
    /// Add and remove members, and say what new ones get.
    ChangeMembers,
    /// Leave the administrator.
    Leave,
    /// Designate the administrator.
    Designate,
}

/// Whether an account may do something, by its standing and the role of its key. Whose findings and members a request may
/// name is a question of the scope that it is answered in.
///
/// # Errors
/// Why not: InvalidAccessException where the hub is not enabled or the account administers nobody, otherwise
/// AccessDeniedException.
pub fn may(
    role: Role,
    standing: HubStanding,
    account: AccountId,
    action: HubAction,
) -> Result<(), HubError> {
    if !role_allows(role, action) {
        return Err(HubError::denied(format!(
            "The access key's role {role} does not allow this; use a key of another role"
        )));
    }
    let without_hub = matches!(
        action,
        HubAction::Enable | HubAction::Designate | HubAction::ReadDesignation
    );
    if !standing.enabled && !without_hub {
        return Err(not_subscribed(account));
    }
    match (action, standing.relation) {
        (
            HubAction::ChangeMembers | HubAction::ReadOrganization,
            Relation::Member(_) | Relation::Standalone,
        )
        | (HubAction::ReadMembers, Relation::Member(_)) => Err(not_administrator(account)),
        (HubAction::Disable, Relation::Administrator) => Err(HubError::denied(format!(
            "Account {account} is the Security Hub administrator: disable another account's designation before its hub"
        ))),
        (HubAction::Aggregate, Relation::Member(administrator)) => Err(HubError::denied(format!(
            "Account {account} is a member; only its administrator {administrator} aggregates findings"
        ))),
        (HubAction::Leave, Relation::Member(administrator)) => Err(HubError::denied(format!(
            "Account {account} is a member through its organization; only its administrator {administrator} can disassociate it"
        ))),
        (HubAction::Leave, Relation::Administrator | Relation::Standalone) => {
            Err(HubError::not_found(format!(
                "Account {account} is not associated with an administrator account"
            )))
        }
        (HubAction::Designate, _) if !standing.management => Err(HubError::denied(format!(
            "Account {account} is not the management account of an organization"
        ))),
        (HubAction::ReadDesignation, relation)
            if !standing.management && relation != Relation::Administrator =>
        {
            Err(HubError::new(
                HubErrorKind::InvalidAccess,
                format!("Account {account} is not the management account of an organization"),
            ))
        }
        _ => Ok(()),
    }
}

/// Whether what an account sees includes its members' findings.
#[must_use]
pub fn sees_members(role: Role, standing: HubStanding) -> bool {
    role != Role::Member && standing.relation == Relation::Administrator
}

fn role_allows(role: Role, action: HubAction) -> bool {
    match role {
        Role::Administrator => true,
        Role::DelegatedAdministrator => action != HubAction::Designate,
        Role::Member => matches!(
            action,
            HubAction::Read
                | HubAction::Import
                | HubAction::UpdateFindings
                | HubAction::Configure
                | HubAction::Enable
        ),
        Role::ReadOnly => matches!(
            action,
            HubAction::Read
                | HubAction::ReadMembers
                | HubAction::ReadOrganization
                | HubAction::ReadDesignation
        ),
        Role::Scanner => false,
    }
}

/// What an account hears whose hub is not enabled.
#[must_use]
pub fn not_subscribed(account: AccountId) -> HubError {
    let message = format!("Account {account} is not subscribed to AWS Security Hub");
    HubError::new(HubErrorKind::InvalidAccess, message)
}

/// What an account hears that enables its hub again.
#[must_use]
pub fn already_subscribed() -> HubError {
    let message = "Account is already subscribed to Security Hub";
    HubError::new(HubErrorKind::ResourceConflict, message)
}

fn not_administrator(account: AccountId) -> HubError {
    let message = format!("Account {account} is not an administrator for this organization");
    HubError::new(HubErrorKind::InvalidAccess, message)
}

impl HubOrganization {
    /// Makes an account the administrator. `known` says whether it is an account of the organisation.
    ///
    /// # Errors
    /// When it is not, or another one is the administrator.
    pub fn designate(mut self, account: AccountId, known: bool) -> Result<Self, HubError> {
        match self.administrator {
            _ if !known => Err(HubError::invalid(format!(
                "Account {account} is not in the organization"
            ))),
            Some(other) if other != account => Err(HubError::invalid(format!(
                "Account {other} is the administrator already: disable it before enabling {account}"
            ))),
            // Asking again changes nothing.
            _ => {
                self.administrator = Some(account);
                Ok(self)
            }
        }
    }

    /// Ends it. The members of the account are then nobody's, and keep their hubs.
    ///
    /// # Errors
    /// When the account is not the administrator.
    pub fn dismiss(mut self, account: AccountId) -> Result<Self, HubError> {
        if self.administrator != Some(account) {
            return Err(HubError::invalid(format!(
                "Account {account} is not the administrator of the organization"
            )));
        }
        self.administrator = None;
        self.auto_enable = false;
        Ok(self)
    }

    /// What an UpdateOrganizationConfiguration request makes of it.
    ///
    /// # Errors
    /// When it is out of bounds, or asks for central configuration, which is not served.
    pub fn configure(mut self, body: &Value) -> Result<Self, HubError> {
        let auto_enable = body.get("AutoEnable").and_then(Value::as_bool);
        self.auto_enable =
            auto_enable.ok_or_else(|| HubError::member("AutoEnable", "must be true or false"))?;
        if let Some(standards) = body.get("AutoEnableStandards").filter(|s| !s.is_null()) {
            let standards = standards.as_str().and_then(AutoEnableStandards::parse);
            self.auto_enable_standards = standards.ok_or_else(|| {
                HubError::member("AutoEnableStandards", "must be DEFAULT or NONE")
            })?;
        }
        let kind = body
            .get("OrganizationConfiguration")
            .and_then(|c| c.get("ConfigurationType"));
        match kind.and_then(Value::as_str) {
            None | Some("LOCAL") => Ok(self),
            Some(_) => Err(HubError::member(
                "OrganizationConfiguration.ConfigurationType",
                "must be LOCAL; central configuration is not served here",
            )),
        }
    }

    /// What DescribeOrganizationConfiguration answers.
    #[must_use]
    pub fn to_json(&self, members: u64) -> Value {
        json!({
            "AutoEnable": self.auto_enable,
            "MemberAccountLimitReached": members >= MAX_MEMBERS,
            "AutoEnableStandards": self.auto_enable_standards.as_str(),
            "OrganizationConfiguration": { "ConfigurationType": "LOCAL", "Status": "ENABLED" },
        })
    }

    /// What ListOrganizationAdminAccounts answers, but for `Feature`.
    #[must_use]
    pub fn administrators(&self) -> Vec<Value> {
        let one = self.administrator.iter();
        one.map(|account| json!({ "AccountId": account.to_string(), "Status": "ENABLED" }))
            .collect()
    }
}

impl HubOrganization {
    /// Whose member an account becomes that joins the organisation, and whether its hub has the default standards; none when
    /// it gets no hub by itself.
    #[must_use]
    pub fn joining(&self, account: AccountId) -> Option<(AccountId, bool)> {
        let administrator = self
            .administrator
            .filter(|administrator| *administrator != account)?;
        let with_standards = self.auto_enable_standards == AutoEnableStandards::Default;
        self.auto_enable.then_some((administrator, with_standards))
    }
}

impl HubMember {
    /// Whether it is a member of an administrator now.
    #[must_use]
    pub fn is_associated_with(&self, administrator: AccountId) -> bool {
        self.administrator == administrator && self.status == MemberStatus::Enabled
    }

    /// Adds an account to an administrator's members, as CreateMembers does for accounts of the organisation. `known` says
    /// whether it is one.
    ///
    /// # Errors
    /// `ProcessingResult`: why it is not added.
    pub fn create(
        known: bool,
        existing: Option<&Self>,
        administrator: AccountId,
        account: AccountId,
        email: Option<String>,
        now: Timestamp,
    ) -> Result<Self, String> {
        if account == administrator {
            return Err(format!(
                "Account {account} is the administrator and cannot be a member of itself"
            ));
        }
        if !known {
            return Err(format!(
                "Account {account} is not in the organization, and invitations are not served here"
            ));
        }
        if let Some(member) = existing.filter(|member| member.is_associated_with(administrator)) {
            return Ok(member.clone());
        }
        Ok(Self {
            account,
            email: email.or_else(|| existing.and_then(|member| member.email.clone())),
            administrator,
            status: MemberStatus::Enabled,
            invited_at: now,
            updated_at: now,
        })
    }

    /// Ends the association.
    ///
    /// # Errors
    /// When it is no member of the administrator.
    pub fn disassociate(
        mut self,
        administrator: AccountId,
        now: Timestamp,
    ) -> Result<Self, HubError> {
        if !self.is_associated_with(administrator) {
            return Err(HubError::not_found(format!(
                "Account {} is not associated with account {administrator}",
                self.account
            )));
        }
        self.status = MemberStatus::Removed;
        self.updated_at = now;
        Ok(self)
    }

    /// Whether DeleteMembers may forget it.
    ///
    /// # Errors
    /// `ProcessingResult`: why not.
    pub fn delete(&self, administrator: AccountId) -> Result<(), String> {
        if self.administrator != administrator {
            Err(format!(
                "Account {} is not a member of account {administrator}",
                self.account
            ))
        } else if self.status == MemberStatus::Enabled {
            Err(format!(
                "Account {} is associated: disassociate it before deleting it",
                self.account
            ))
        } else {
            Ok(())
        }
    }

    /// In the API's shape, `Member`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut shape = Map::new();
        for (name, value) in [
            ("AccountId", self.account.to_string()),
            ("MasterId", self.administrator.to_string()),
            ("AdministratorId", self.administrator.to_string()),
            ("MemberStatus", self.status.as_str().to_owned()),
            ("InvitedAt", write_time(self.invited_at)),
            ("UpdatedAt", write_time(self.updated_at)),
        ] {
            shape.insert(name.to_owned(), value.into());
        }
        if let Some(email) = &self.email {
            shape.insert("Email".to_owned(), (&**email).into());
        }
        Value::Object(shape)
    }

    /// Its administrator in the shape `Invitation` of GetAdministratorAccount.
    #[must_use]
    pub fn administrator_to_json(&self) -> Value {
        json!({
            "AccountId": self.administrator.to_string(),
            "InvitedAt": write_time(self.invited_at),
            "MemberStatus": self.status.as_str(),
        })
    }
}
