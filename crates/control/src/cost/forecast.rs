//! The next month: what scanning the functions that are there would cost.
//!
//! Nobody knows which functions will be deployed and used, so a forecast is a range whose ends are facts:
//!
//! - the least: functions that are eligible now and stay so all month without being used again, nothing for the others;
//! - expected: every function that is eligible now;
//! - the most: dormant functions too, since the first use makes them eligible.
//!
//! New functions are not in it.

use std::collections::BTreeMap;

use shindan_inspector::{AccountId, Region};

use super::FreeTrials;
use super::amount::Amount;
use super::bill::{Interval, price};
use super::price::PriceTable;
use crate::function::{Eligibility, FunctionFacts, FunctionScan, Ineligibility};

/// What a month would cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forecast {
    pub total: Range,
    pub by_account: BTreeMap<AccountId, Range>,
    /// In the order of what was given.
    pub by_function: Vec<Range>,
    /// The part of the total for functions that shindan scans already: what leaving the scan types off saves.
    pub saved_by_shindan: Range,
}

/// From the least to the most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    pub least: Amount,
    pub expected: Amount,
    pub most: Amount,
}

/// How many functions count towards which end of a range.
#[derive(Clone, Copy, Debug, Default)]
struct Functions {
    least: u64,
    expected: u64,
    most: u64,
}

type Groups<'a> = BTreeMap<(AccountId, &'a Region, FunctionScan), Functions>;

/// Forecasts the cost of the given scan types. `month` is the time in question; `trials` lets the free part of it out,
/// which for a scan type that is about to be enabled is the trial that begins then.
#[must_use]
pub fn forecast(
    functions: &[FunctionFacts],
    scans: &[FunctionScan],
    month: Interval,
    trials: &FreeTrials,
    prices: &PriceTable,
) -> Forecast {
    let cost = |groups: &Groups<'_>| cost(groups, month, trials, prices);
    let mut all = Groups::new();
    let mut shindan = Groups::new();
    let mut by_function = Vec::with_capacity(functions.len());
    for function in functions {
        let mut own = Groups::new();
        for scan in scans {
            let key = (function.account, &function.region, *scan);
            let count = Functions::of(function.eligibility(*scan));
            own.insert(key, count);
            all.entry(key).or_default().add(count);
            if function.scanned_by_shindan {
                shindan.entry(key).or_default().add(count);
            }
        }
        by_function.push(cost(&own));
    }
    let mut accounts: BTreeMap<AccountId, Groups<'_>> = BTreeMap::new();
    for (key, count) in &all {
        accounts.entry(key.0).or_default().insert(*key, *count);
    }
    Forecast {
        total: cost(&all),
        by_account: accounts
            .iter()
            .map(|(account, groups)| (*account, cost(groups)))
            .collect(),
        by_function,
        saved_by_shindan: cost(&shindan),
    }
}

fn cost(groups: &Groups<'_>, month: Interval, trials: &FreeTrials, prices: &PriceTable) -> Range {
    let end = |functions: fn(&Functions) -> u64| {
        groups
            .iter()
            .map(|((account, region, scan), count)| {
                let billed = trials.billed(*account, region, *scan, month).coverage();
                price(prices, region, *scan, billed.times(functions(count)))
            })
            .sum()
    };
    Range {
        least: end(|count| count.least),
        expected: end(|count| count.expected),
        most: end(|count| count.most),
    }
}

impl Functions {
    const fn of(eligibility: Eligibility) -> Self {
        let (least, expected, most) = match eligibility {
            Eligibility::Eligible => (1, 1, 1),
            Eligibility::Expiring => (0, 1, 1),
            Eligibility::Not(Ineligibility::Dormant) => (0, 0, 1),
            Eligibility::Not(
                Ineligibility::UnsupportedRuntime
                | Ineligibility::ExcludedByTag
                | Ineligibility::CustomerManagedKey
                | Ineligibility::ContainerImage,
            ) => (0, 0, 0),
        };
        Self {
            least,
            expected,
            most,
        }
    }

    const fn add(&mut self, other: Self) {
        self.least += other.least;
        self.expected += other.expected;
        self.most += other.most;
    }
}

impl Range {
    /// Whether there is anything to pay at most.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.most.usd() == Some(super::Usd::ZERO)
    }
}
