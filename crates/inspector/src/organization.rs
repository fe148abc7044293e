//! An organisation as Inspector sees it: who manages it, who is its delegated administrator, which accounts are members.
//!
//! Designation is per Region and made by the management account; the delegated administrator then associates accounts of
//! the organisation. Rules after "Managing multiple accounts" in the Inspector user guide. Which accounts an
//! organisation has is not Inspector's to decide: whoever knows (a configuration file, AWS Organizations) tells the store.

use serde::{Deserialize, Serialize};

use crate::{AccountId, DelegatedAdminStatus, RelationshipStatus, ResourceScanType, Timestamp};

/// How many accounts one delegated administrator may have ("Quotas" in the Inspector user guide).
pub const MAX_MEMBERS: u64 = 10_000;

/// From how many members on new accounts are not enabled by themselves any more ("Adding member accounts").
pub const MAX_MEMBERS_FOR_AUTO_ENABLE: u64 = 5_000;

/// The organisation in a Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// The account that owns it.
    pub management: AccountId,
    /// The delegated administrator, when there is one.
    pub administrator: Option<AccountId>,
    /// Whether the administrator stays.
    pub administrator_status: DelegatedAdminStatus,
    /// What accounts that join get.
    pub auto_enable: AutoEnable,
}

/// What is switched on for accounts that join; the API's shape.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AutoEnable {
    /// Kept and shown because clients wait for it; nothing here scans instances.
    pub ec2: bool,
    /// Kept and shown because clients wait for it; nothing here scans images.
    pub ecr: bool,
    /// Standard scanning of functions.
    #[serde(default)]
    pub lambda: bool,
    /// Code scanning of functions.
    #[serde(default)]
    pub lambda_code: bool,
    /// Kept and shown because clients wait for it; nothing here scans repositories.
    #[serde(default)]
    pub code_repository: bool,
}

/// An account of the organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// Which.
    pub account: AccountId,
    /// The administrator it is associated with, if it is.
    pub administrator: Option<AccountId>,
    /// How it stands to the administrator.
    pub relationship: RelationshipStatus,
    /// When that last changed.
    pub updated_at: Timestamp,
}

/// Where an account stands in its organisation. The management account may be the administrator, a member, or neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// It owns the organisation.
    pub management: bool,
    /// How it stands to the delegated administrator.
    pub relation: Relation,
}

/// How an account stands to the delegated administrator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// It is the delegated administrator.
    Administrator,
    /// It is associated with this administrator.
    Member(AccountId),
    /// It is alone: in no organisation, in one without administrator, or not associated.
    Standalone,
}

/// Why the organisation was not changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OrganizationError {
    /// Designated a second time; clients take this for success.
    #[error("The account {0} is already enabled as the delegated administrator")]
    AlreadyAdministrator(AccountId),
    /// There can be one.
    #[error(
        "The organization already has the delegated administrator {0}: disable it before enabling another account"
    )]
    OtherAdministrator(AccountId),
    /// It cannot be removed because it is none.
    #[error("The account {0} is not the delegated administrator of the organization")]
    NotAdministrator(AccountId),
    /// It is not an account of the organisation.
    #[error("The account {0} is not in the organization")]
    NotInOrganization(AccountId),
    /// Nobody can be a member of itself.
    #[error("The account {0} is the delegated administrator and cannot be a member of itself")]
    Itself(AccountId),
    /// There is no room for more members.
    #[error(
        "The delegated administrator has {MAX_MEMBERS} members, which is the most there can be"
    )]
    TooManyMembers,
    /// It is no member.
    #[error(
        "The account {account} cannot be disassociated from {administrator}: it is not yet associated to it."
    )]
    NotAssociated {
        /// The account.
        account: AccountId,
        /// Who asked.
        administrator: AccountId,
    },
    /// Code scanning needs standard scanning for new accounts too.
    #[error(
        "autoEnable.lambdaCode needs autoEnable.lambda: Lambda code scanning builds on standard scanning"
    )]
    AutoEnableCodeOnly,
}

impl Standing {
    /// An account that has to do with no organisation.
    pub const STANDALONE: Self = Self {
        management: false,
        relation: Relation::Standalone,
    };

    /// Where an account stands.
    #[must_use]
    pub fn of(
        account: AccountId,
        organization: Option<&Organization>,
        member: Option<&Member>,
    ) -> Self {
        let Some(organization) = organization else {
            return Self::STANDALONE;
        };
        let relation = match (organization.administrator, member) {
            (Some(administrator), _) if administrator == account => Relation::Administrator,
            (Some(administrator), Some(member)) if member.administrator == Some(administrator) => {
                Relation::Member(administrator)
            }
            _ => Relation::Standalone,
        };
        Self {
            management: organization.management == account,
            relation,
        }
    }
}

impl Organization {
    /// A new organisation, without administrator.
    #[must_use]
    pub fn new(management: AccountId) -> Self {
        Self {
            management,
            administrator: None,
            administrator_status: DelegatedAdminStatus::Enabled,
            auto_enable: AutoEnable::default(),
        }
    }

    /// Makes an account the delegated administrator. `known` says whether the account is in the organisation.
    ///
    /// # Errors
    /// When it or another one is that already, or it is not in the organisation.
    pub fn designate(&mut self, account: AccountId, known: bool) -> Result<(), OrganizationError> {
        match self.administrator {
            Some(current) if current == account => {
                Err(OrganizationError::AlreadyAdministrator(account))
            }
            Some(current) => Err(OrganizationError::OtherAdministrator(current)),
            None if !known && account != self.management => {
                Err(OrganizationError::NotInOrganization(account))
            }
            None => {
                self.administrator = Some(account);
                self.administrator_status = DelegatedAdminStatus::Enabled;
                Ok(())
            }
        }
    }

    /// Takes the designation back. Members become standalone with their settings as they are; nothing is enabled for new
    /// accounts any more.
    ///
    /// # Errors
    /// When the account is not the administrator.
    pub fn revoke(&mut self, account: AccountId) -> Result<(), OrganizationError> {
        if self.administrator != Some(account) {
            return Err(OrganizationError::NotAdministrator(account));
        }
        self.administrator = None;
        self.auto_enable = AutoEnable::default();
        Ok(())
    }

    /// Whether the administrator may associate an account: `known` is the account in the organisation, `members` how many
    /// are associated now. `Ok(false)` when it is associated already.
    ///
    /// # Errors
    /// When it is the administrator itself, not in the organisation, or there is no room.
    pub fn associate(
        administrator: AccountId,
        account: AccountId,
        known: Option<&Member>,
        members: u64,
    ) -> Result<bool, OrganizationError> {
        if account == administrator {
            return Err(OrganizationError::Itself(account));
        }
        let member = known.ok_or(OrganizationError::NotInOrganization(account))?;
        if member.administrator == Some(administrator) {
            return Ok(false);
        }
        if members >= MAX_MEMBERS {
            return Err(OrganizationError::TooManyMembers);
        }
        Ok(true)
    }

    /// Whether the administrator may let an account go.
    ///
    /// # Errors
    /// When it is not associated.
    pub fn disassociate(
        administrator: AccountId,
        account: AccountId,
        known: Option<&Member>,
    ) -> Result<(), OrganizationError> {
        match known {
            Some(member) if member.administrator == Some(administrator) => Ok(()),
            _ => Err(OrganizationError::NotAssociated {
                account,
                administrator,
            }),
        }
    }

    /// What happens to an account that joins: the administrator it is associated with, and the scan types that are
    /// enabled for it. `members` is how many are associated before it.
    #[must_use]
    pub fn joining(&self, members: u64) -> Option<(AccountId, Vec<ResourceScanType>)> {
        let scans = self.auto_enable.scans();
        let administrator = self.administrator?;
        (!scans.is_empty() && members < MAX_MEMBERS_FOR_AUTO_ENABLE)
            .then_some((administrator, scans))
    }
}

impl AutoEnable {
    /// The scan types of it that are scanned here.
    #[must_use]
    pub fn scans(&self) -> Vec<ResourceScanType> {
        [
            (self.lambda, ResourceScanType::Lambda),
            (self.lambda_code, ResourceScanType::LambdaCode),
        ]
        .into_iter()
        .filter_map(|(on, scan)| on.then_some(scan))
        .collect()
    }

    /// The same with one type on or off; the others stay as they are, because the API replaces all at once.
    #[must_use]
    pub const fn with(mut self, scan: ResourceScanType, on: bool) -> Self {
        match scan {
            ResourceScanType::Ec2 => self.ec2 = on,
            ResourceScanType::Ecr => self.ecr = on,
            ResourceScanType::Lambda => self.lambda = on,
            ResourceScanType::LambdaCode => self.lambda_code = on,
            ResourceScanType::CodeRepository => self.code_repository = on,
        }
        self
    }

    /// Whether it can be.
    ///
    /// # Errors
    /// When it asks for code scanning alone.
    pub const fn check(&self) -> Result<(), OrganizationError> {
        if self.lambda_code && !self.lambda {
            return Err(OrganizationError::AutoEnableCodeOnly);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(number: i64) -> AccountId {
        AccountId::from_number(number).expect("an account")
    }

    fn member(number: i64, administrator: Option<i64>) -> Member {
        Member {
            account: account(number),
            administrator: administrator.map(account),
            relationship: RelationshipStatus::Enabled,
            updated_at: Timestamp::default(),
        }
    }

    #[test]
    fn one_account_of_the_organization_can_be_designated() {
        let mut organization = Organization::new(account(1));
        assert_eq!(
            organization.designate(account(9), false),
            Err(OrganizationError::NotInOrganization(account(9)))
        );
        assert_eq!(organization.designate(account(2), true), Ok(()));
        assert_eq!(
            organization.designate(account(2), true),
            Err(OrganizationError::AlreadyAdministrator(account(2)))
        );
        assert_eq!(
            organization.designate(account(3), true),
            Err(OrganizationError::OtherAdministrator(account(2)))
        );
        assert_eq!(
            organization.revoke(account(3)),
            Err(OrganizationError::NotAdministrator(account(3)))
        );
        organization.auto_enable.lambda = true;
        assert_eq!(organization.revoke(account(2)), Ok(()));
        assert_eq!(organization.auto_enable, AutoEnable::default());
    }

    #[test]
    fn standing_follows_from_designation_and_association() {
        let mut organization = Organization::new(account(1));
        let of = |organization: &Organization, number, administrator: Option<i64>| {
            Standing::of(
                account(number),
                Some(organization),
                Some(&member(number, administrator)),
            )
        };
        assert_eq!(Standing::of(account(1), None, None), Standing::STANDALONE);
        assert_eq!(of(&organization, 3, None).relation, Relation::Standalone);
        organization.administrator = Some(account(2));
        assert_eq!(of(&organization, 2, None).relation, Relation::Administrator);
        assert_eq!(of(&organization, 3, None).relation, Relation::Standalone);
        assert_eq!(
            of(&organization, 3, Some(2)).relation,
            Relation::Member(account(2))
        );
        // Left over from an administrator before this one.
        assert_eq!(of(&organization, 3, Some(7)).relation, Relation::Standalone);
        let management = of(&organization, 1, Some(2));
        assert!(management.management);
        assert_eq!(management.relation, Relation::Member(account(2)));
    }

    #[test]
    fn members_are_accounts_of_the_organization_and_bounded() {
        let administrator = account(2);
        let known = member(3, None);
        let associate =
            |known, members| Organization::associate(administrator, account(3), known, members);
        assert_eq!(associate(Some(&known), 0), Ok(true));
        let associated = member(3, Some(2));
        assert_eq!(associate(Some(&associated), MAX_MEMBERS), Ok(false));
        assert_eq!(
            associate(Some(&known), MAX_MEMBERS),
            Err(OrganizationError::TooManyMembers)
        );
        assert_eq!(
            associate(None, 0),
            Err(OrganizationError::NotInOrganization(account(3)))
        );
        assert_eq!(
            Organization::associate(administrator, administrator, None, 0),
            Err(OrganizationError::Itself(administrator))
        );
        assert!(Organization::disassociate(administrator, account(3), Some(&known)).is_err());
    }

    #[test]
    fn who_joins_gets_what_is_switched_on_for_new_accounts() {
        let mut organization = Organization::new(account(1));
        organization.auto_enable.ec2 = true;
        organization.auto_enable.lambda = true;
        assert_eq!(organization.joining(0), None);
        organization.administrator = Some(account(2));
        assert_eq!(
            organization.joining(0),
            Some((account(2), vec![ResourceScanType::Lambda]))
        );
        assert_eq!(organization.joining(MAX_MEMBERS_FOR_AUTO_ENABLE), None);
        let code_only = AutoEnable {
            lambda_code: true,
            ..AutoEnable::default()
        };
        assert_eq!(
            code_only.check(),
            Err(OrganizationError::AutoEnableCodeOnly)
        );
    }
}
