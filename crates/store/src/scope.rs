use shindan_inspector::{AccountId, Region};

/// For whom something is read or written. Made by whoever checked the request, and taken by every function of the store
/// that touches data of accounts, so that no query can forget to ask whose rows it may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// Inspector's state is kept per Region.
    pub region: Region,
    /// The account that asks.
    pub account: AccountId,
    /// Whose rows it may see.
    pub reach: Reach,
}

/// How far an account sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Its own rows only.
    Own,
    /// Its own rows and those of the accounts that are associated with it as their delegated administrator.
    Members,
}

impl Scope {
    /// An account that sees its own rows.
    #[must_use]
    pub const fn own(region: Region, account: AccountId) -> Self {
        Self {
            region,
            account,
            reach: Reach::Own,
        }
    }

    /// A delegated administrator.
    #[must_use]
    pub const fn members(region: Region, account: AccountId) -> Self {
        Self {
            region,
            account,
            reach: Reach::Members,
        }
    }
}
