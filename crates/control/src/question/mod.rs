//! The question to the people who have to decide: shall a Lambda scan type be enabled, or not, and why?
//!
//! [`Question::to_markdown`] writes it with the facts of this organization, in English or Japanese: why the control is
//! as it is, which functions scanning would look at and which not, what it would cost, and what shindan scans already.
//! Names come from accounts and functions that anybody may have named, so none of them can write Markdown of its own.

mod english;
mod japanese;
mod markdown;
mod summary;

use std::collections::BTreeMap;

use jiff::civil::Date;
use shindan_inspector::{AccountId, Region};

use crate::cost::Forecast;
use crate::definition::ControlId;
use crate::evaluate::Check;
use crate::function::{FunctionFacts, FunctionScan};
use crate::text::ShortText;

use markdown::escape;
use summary::Summary;

/// How many accounts or lines a table names; the rest is counted.
const MAX_ROWS: usize = 50;

/// What is asked, and the facts it rests on.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// The scan type in question; with code scanning, standard scanning would be enabled too.
    pub scan: FunctionScan,
    /// The account that has the finding.
    pub account: AccountId,
    /// Whether it decides for member accounts too.
    pub administers: bool,
    pub region: &'a Region,
    pub check: &'a Check,
    /// The functions of all accounts in the Region.
    pub functions: &'a [FunctionFacts],
    /// The scan types that are off and would be enabled.
    pub enables: &'a [FunctionScan],
    /// What those would cost in a month.
    pub forecast: &'a Forecast,
    /// What the accounts are called.
    pub names: &'a BTreeMap<AccountId, String>,
    pub asked_by: &'a ShortText,
    pub answer_by: Option<Date>,
}

/// The languages that a question can be asked in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    English,
    Japanese,
}

impl Question<'_> {
    /// The control that asks for the scan type.
    #[must_use]
    pub const fn control(&self) -> ControlId {
        match self.scan {
            FunctionScan::Standard => ControlId::Inspector4,
            FunctionScan::Code => ControlId::Inspector3,
        }
    }

    /// The question as Markdown.
    #[must_use]
    pub fn to_markdown(&self, language: Language) -> String {
        let summary = Summary::of(self.functions, self.scan);
        match language {
            Language::English => english::write(self, &summary),
            Language::Japanese => japanese::write(self, &summary),
        }
    }

    /// An account by number and name, safe in Markdown.
    fn named(&self, account: AccountId) -> String {
        match self.names.get(&account) {
            Some(name) => format!("{account} ({})", escape(name)),
            None => account.to_string(),
        }
    }
}
