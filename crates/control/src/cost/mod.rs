//! What Amazon Inspector's Lambda scanning costs: months that are over from metering, the next one as a forecast.
//!
//! The rule (Inspector user guide, page `usage`): hours of coverage, added up over functions, divided by 720, times the
//! price. Standard and code scanning are billed separately. Each has a free trial of 15 days in each account, which
//! begins when the scan type is first enabled and runs on when it is disabled.
//!
//! Amounts are exact fractions that are rounded once each; a total is not the sum of rounded parts. A price that is not
//! known makes an amount [`Amount::Unknown`]: it is never left out of a total silently.

mod amount;
mod bill;
mod forecast;
mod money;
mod price;

pub use amount::Amount;
pub use bill::{Bill, CoveredFunction, Interval, bill};
pub use forecast::{Forecast, Range, forecast};
pub use money::{Coverage, Usd, UsdError};
pub use price::{Price, PriceSource, PriceTable, PriceTableError};

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use shindan_inspector::{AccountId, Region};

use crate::function::FunctionScan;

/// How long a free trial lasts.
pub const FREE_TRIAL: SignedDuration = SignedDuration::from_hours(15 * 24);

/// When which scan type was first enabled in which account and Region.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FreeTrials {
    began: BTreeMap<(AccountId, Region, FunctionScan), Timestamp>,
}

impl FreeTrials {
    /// Notes the beginning of a trial.
    #[must_use]
    pub fn with(
        mut self,
        account: AccountId,
        region: Region,
        scan: FunctionScan,
        began: Timestamp,
    ) -> Self {
        self.began.insert((account, region, scan), began);
        self
    }

    /// The part of an interval that is billed: what comes after the trial, or everything if no trial is known.
    fn billed(
        &self,
        account: AccountId,
        region: &Region,
        scan: FunctionScan,
        interval: Interval,
    ) -> Interval {
        let over = self
            .began
            .get(&(account, region.clone(), scan))
            .and_then(|began| began.checked_add(FREE_TRIAL).ok());
        Interval {
            from: over.map_or(interval.from, |over| interval.from.max(over)),
            to: interval.to,
        }
    }
}
