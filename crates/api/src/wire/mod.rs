//! Shapes of answers, in the API's words; only members that are ever sent.
//!
//! Members that have no value are left out, never `null`; times are numbers of seconds. Requests are read member by member
//! in `operation`, because everything wrong with one is to be told at once.

mod account;
mod vulnerability;

pub(crate) use account::{
    Account, AccountState, Accounts, AutoEnableAnswer, FailedAccount, MemberAnswer,
    ResourceStatuses,
};
pub use vulnerability::{CisaData, CvssMetric, Epss, Vulnerability};
