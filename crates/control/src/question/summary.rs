//! Functions counted by account and runtime.

use std::collections::BTreeMap;

use shindan_inspector::AccountId;

use crate::function::{Eligibility, FunctionFacts, FunctionScan, Ineligibility};

/// The functions that a question is about.
pub(super) struct Summary<'a> {
    pub(super) by_runtime: BTreeMap<(AccountId, &'a str), Counts>,
    pub(super) total: Counts,
}

/// How many functions there are, and what would be done with them.
#[derive(Clone, Default)]
pub(super) struct Counts {
    pub(super) functions: u64,
    pub(super) scanned: u64,
    pub(super) not_scanned: BTreeMap<Ineligibility, u64>,
    pub(super) by_shindan: u64,
    /// Both eligible and scanned by shindan.
    pub(super) eligible_by_shindan: u64,
}

impl<'a> Summary<'a> {
    pub(super) fn of(functions: &'a [FunctionFacts], scan: FunctionScan) -> Self {
        let mut summary = Self {
            by_runtime: BTreeMap::new(),
            total: Counts::default(),
        };
        for function in functions {
            let key = (function.account, function.runtime.as_str());
            summary
                .by_runtime
                .entry(key)
                .or_default()
                .add(function, scan);
            summary.total.add(function, scan);
        }
        summary
    }
}

impl Counts {
    fn add(&mut self, function: &FunctionFacts, scan: FunctionScan) {
        self.functions += 1;
        match function.eligibility(scan) {
            Eligibility::Eligible | Eligibility::Expiring => {
                self.scanned += 1;
                self.eligible_by_shindan += u64::from(function.scanned_by_shindan);
            }
            Eligibility::Not(why) => *self.not_scanned.entry(why).or_default() += 1,
        }
        self.by_shindan += u64::from(function.scanned_by_shindan);
    }
}
