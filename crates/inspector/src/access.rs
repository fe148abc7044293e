//! Who may do what.
//!
//! Three things decide: where the *account* stands in its organisation, which caps what anyone speaking for it may do;
//! the *role* of the access key, which caps it further; and *whose* things the request is about. [`may`] is the whole
//! rule, and the only one: the API asks it once for the operation, and once more for each account a request names.
//!
//! The standing's part is Inspector's ("Understanding the delegated administrator and member accounts" in its user
//! guide). Where two of AWS's pages disagree whether members may change their settings, this follows the more precise
//! one: they may switch on, not off. The roles are ours; AWS has IAM for that.

use crate::organization::{Relation, Standing};
use crate::wire_enum;

wire_enum!(
    /// What an access key is for: a cap on what its account may do.
    Role {
        /// Everything the account's standing allows.
        Administrator = "administrator",
        /// The same without designating the delegated administrator.
        DelegatedAdministrator = "delegated-administrator",
        /// What a member account may do, for the own account, even if the account is the delegated administrator.
        Member = "member",
        /// Reads what the account's standing lets it see.
        ReadOnly = "read-only",
        /// Pushes packages of functions; for pipelines. Reads nothing.
        Scanner = "scanner",
    }
);

/// What a request wants to do, as far as rights go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// See findings, coverage, settings, filters, usage.
    Read,
    /// See lines of code, which may hold secrets.
    ReadSnippets,
    /// See the members and what new ones get.
    ReadMembers,
    /// See whom the management account designated.
    ReadDesignation,
    /// Switch scan types on.
    Enable,
    /// Switch scan types off.
    Disable,
    /// Make, change or delete filters that only find, and their tags.
    ChangeFilters,
    /// Make, change or delete filters that suppress.
    Suppress,
    /// Write reports and bills of materials somewhere.
    Export,
    /// Choose keys and the like.
    Configure,
    /// Associate and disassociate members, and say what new ones get.
    ChangeMembers,
    /// Designate the delegated administrator.
    Designate,
    /// Give the scanner a function's package.
    Push,
}

/// Whose things a request is about, as seen by the account that asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Its own.
    Own,
    /// Those of an account that is associated with it as its administrator.
    Member,
    /// Anyone else's.
    Stranger,
}

/// Why something may not be done. The messages are AWS's where clients look for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// The account is none of its members.
    #[error("Invoking account does not have access to this account")]
    Account,
    /// The key's role is for something else.
    #[error("The access key's role {0} does not allow this; use a key of another role")]
    Role(Role),
    /// Members are managed.
    #[error(
        "Invoking account is a member of an organization; only its delegated administrator can do this"
    )]
    Member,
    /// Only the delegated administrator.
    #[error("Invoking account is not the delegated administrator of an organization")]
    NotAdministrator,
    /// Only the management account.
    #[error("Invoking account is not the management account of an organization")]
    NotManagement,
}

/// Whether it may be done.
///
/// # Errors
/// Why not.
pub fn may(role: Role, standing: Standing, action: Action, target: Target) -> Result<(), Denied> {
    role_allows(role, action)?;
    let relation = capped(role, standing);
    standing_allows(relation, standing.management, action)?;
    match target {
        Target::Own => Ok(()),
        Target::Member if relation == Relation::Administrator => Ok(()),
        Target::Member | Target::Stranger => Err(Denied::Account),
    }
}

/// Whether what it sees includes its members' things.
#[must_use]
pub fn sees_members(role: Role, standing: Standing) -> bool {
    capped(role, standing) == Relation::Administrator
}

/// A member's key makes even an administrator a member; of whom does not matter to anything it may do.
fn capped(role: Role, standing: Standing) -> Relation {
    match (role, standing.relation) {
        (Role::Member, Relation::Administrator | Relation::Standalone) => Relation::Standalone,
        (_, relation) => relation,
    }
}

fn role_allows(role: Role, action: Action) -> Result<(), Denied> {
    let allowed = match role {
        Role::Administrator => true,
        Role::DelegatedAdministrator => action != Action::Designate,
        Role::Member => matches!(
            action,
            Action::Read
                | Action::ReadSnippets
                | Action::Enable
                | Action::ChangeFilters
                | Action::Export
                | Action::Configure
                | Action::Push
        ),
        Role::ReadOnly => matches!(
            action,
            Action::Read | Action::ReadSnippets | Action::ReadMembers | Action::ReadDesignation
        ),
        Role::Scanner => action == Action::Push,
    };
    if allowed {
        Ok(())
    } else {
        Err(Denied::Role(role))
    }
}

fn standing_allows(relation: Relation, management: bool, action: Action) -> Result<(), Denied> {
    match action {
        Action::Read
        | Action::ReadSnippets
        | Action::Enable
        | Action::ChangeFilters
        | Action::Export
        | Action::Configure
        | Action::Push => Ok(()),
        Action::Disable | Action::Suppress => match relation {
            Relation::Member(_) => Err(Denied::Member),
            Relation::Administrator | Relation::Standalone => Ok(()),
        },
        Action::ReadMembers | Action::ChangeMembers => match relation {
            Relation::Administrator => Ok(()),
            Relation::Member(_) | Relation::Standalone => Err(Denied::NotAdministrator),
        },
        // The administrator may ask too; what it is told is that it is the one.
        Action::ReadDesignation if management || relation == Relation::Administrator => Ok(()),
        Action::Designate if management => Ok(()),
        Action::ReadDesignation | Action::Designate => Err(Denied::NotManagement),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AccountId, Operation};

    fn standing(management: bool, relation: Relation) -> Standing {
        Standing {
            management,
            relation,
        }
    }

    fn member() -> Relation {
        Relation::Member(AccountId::from_number(2).expect("an account"))
    }

    fn standings() -> Vec<Standing> {
        [Relation::Administrator, member(), Relation::Standalone]
            .into_iter()
            .flat_map(|relation| [false, true].map(|management| standing(management, relation)))
            .collect()
    }

    #[test]
    fn a_stranger_is_never_touched() {
        for &role in Role::ALL {
            for standing in standings() {
                for operation in Operation::ALL {
                    let refused = may(role, standing, operation.action(), Target::Stranger);
                    assert!(refused.is_err(), "{role} {standing:?} {operation}");
                }
            }
        }
    }

    #[test]
    fn only_an_administrator_reaches_members() {
        for &role in Role::ALL {
            for standing in standings() {
                let reaches = may(role, standing, Action::Read, Target::Member).is_ok();
                let administrator = standing.relation == Relation::Administrator
                    && !matches!(role, Role::Member | Role::Scanner);
                assert_eq!(reaches, administrator, "{role} {standing:?}");
                assert!(!reaches || sees_members(role, standing));
            }
        }
    }

    #[test]
    fn members_switch_on_but_not_off_and_do_not_suppress() {
        let standing = standing(false, member());
        let may = |action| may(Role::Administrator, standing, action, Target::Own);
        assert_eq!(may(Action::Enable), Ok(()));
        assert_eq!(may(Action::Disable), Err(Denied::Member));
        assert_eq!(may(Action::Suppress), Err(Denied::Member));
        assert_eq!(may(Action::ChangeFilters), Ok(()));
        assert_eq!(may(Action::ReadMembers), Err(Denied::NotAdministrator));
    }

    #[test]
    fn only_an_administrators_key_of_the_management_account_designates() {
        for &role in Role::ALL {
            for standing in standings() {
                let designates = may(role, standing, Action::Designate, Target::Own).is_ok();
                assert_eq!(
                    designates,
                    role == Role::Administrator && standing.management,
                    "{role} {standing:?}"
                );
            }
        }
    }

    #[test]
    fn a_read_only_key_changes_nothing_and_a_scanner_reads_nothing() {
        for standing in standings() {
            for operation in Operation::ALL {
                let action = operation.action();
                let reads = matches!(
                    action,
                    Action::Read
                        | Action::ReadSnippets
                        | Action::ReadMembers
                        | Action::ReadDesignation
                );
                if !reads {
                    let refused = may(Role::ReadOnly, standing, action, Target::Own);
                    assert_eq!(refused, Err(Denied::Role(Role::ReadOnly)), "{operation}");
                }
                let refused = may(Role::Scanner, standing, action, Target::Own);
                assert_eq!(refused, Err(Denied::Role(Role::Scanner)), "{operation}");
            }
            assert!(may(Role::Scanner, standing, Action::Push, Target::Own).is_ok());
        }
    }
}
