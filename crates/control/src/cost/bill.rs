//! A time that is over: what coverage was metered, and what it cost.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shindan_inspector::{AccountId, Region};

use super::FreeTrials;
use super::amount::Amount;
use super::money::Coverage;
use super::price::PriceTable;
use crate::function::FunctionScan;

/// A time from its first moment to the one before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval {
    pub from: Timestamp,
    pub to: Timestamp,
}

impl Interval {
    /// What two intervals share; may be empty, with its end before its beginning.
    fn within(self, other: Self) -> Self {
        Self {
            from: self.from.max(other.from),
            to: self.to.min(other.to),
        }
    }

    /// How long it is; an empty one takes no time.
    #[must_use]
    pub fn coverage(self) -> Coverage {
        Coverage::from_duration(self.to.duration_since(self.from))
    }
}

/// When one scan type covered one function: from discovery to deletion or exclusion, and again once it is included
/// again. The intervals of a function do not overlap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoveredFunction {
    pub account: AccountId,
    pub region: Region,
    pub function: String,
    pub scan: FunctionScan,
    pub intervals: Vec<Interval>,
}

/// What a time cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bill {
    pub total: Amount,
    pub by_account: BTreeMap<AccountId, Amount>,
    /// In the order of what was given, each rounded by itself.
    pub by_function: Vec<Amount>,
    /// What was covered, the free trial not counted.
    pub billed: Coverage,
    /// What was covered within free trials.
    pub free: Coverage,
}

/// Computes the cost of a time.
#[must_use]
pub fn bill(
    covered: &[CoveredFunction],
    time: Interval,
    trials: &FreeTrials,
    prices: &PriceTable,
) -> Bill {
    let mut sums: BTreeMap<(AccountId, &Region, FunctionScan), Coverage> = BTreeMap::new();
    let mut by_function = Vec::with_capacity(covered.len());
    let mut all = Coverage::default();
    for function in covered {
        let CoveredFunction {
            account,
            region,
            scan,
            ..
        } = function;
        let mut billed = Coverage::default();
        for interval in &function.intervals {
            let shared = interval.within(time);
            all = all + shared.coverage();
            billed = billed + trials.billed(*account, region, *scan, shared).coverage();
        }
        by_function.push(price(prices, region, *scan, billed));
        let sum = sums.entry((*account, region, *scan)).or_default();
        *sum = *sum + billed;
    }

    let mut accounts: BTreeMap<AccountId, Vec<Amount>> = BTreeMap::new();
    let mut regions: BTreeMap<(&Region, FunctionScan), Coverage> = BTreeMap::new();
    for ((account, region, scan), coverage) in &sums {
        let amount = price(prices, region, *scan, *coverage);
        accounts.entry(*account).or_default().push(amount);
        let sum = regions.entry((region, *scan)).or_default();
        *sum = *sum + *coverage;
    }
    let billed: Coverage = sums.values().copied().sum();
    Bill {
        total: regions
            .into_iter()
            .map(|((region, scan), coverage)| price(prices, region, scan, coverage))
            .sum(),
        by_account: accounts
            .into_iter()
            .map(|(account, amounts)| (account, amounts.into_iter().sum()))
            .collect(),
        by_function,
        billed,
        free: Coverage::from_seconds(all.seconds().saturating_sub(billed.seconds())),
    }
}

/// What coverage costs. No coverage costs nothing, whatever the price.
pub(super) fn price(
    prices: &PriceTable,
    region: &Region,
    scan: FunctionScan,
    coverage: Coverage,
) -> Amount {
    if coverage == Coverage::default() {
        return Amount::ZERO;
    }
    match prices.get(region, scan) {
        Some(price) => Amount::Known {
            usd: coverage.at(price.usd),
            source: price.source,
        },
        None => Amount::Unknown {
            prices: [(region.clone(), scan)].into(),
        },
    }
}
