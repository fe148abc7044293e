//! Amounts of money and of scanning, exact.

use std::fmt;
use std::iter::Sum;
use std::ops::Add;
use std::str::FromStr;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// US dollars, in millionths.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(into = "String", try_from = "String")]
pub struct Usd(u64);

/// A text that is no amount of dollars.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("a price is written in dollars with at most six decimals, such as 0.65")]
pub struct UsdError;

impl Usd {
    pub const ZERO: Self = Self(0);

    #[must_use]
    pub const fn from_millionths(millionths: u64) -> Self {
        Self(millionths)
    }

    #[must_use]
    pub const fn millionths(self) -> u64 {
        self.0
    }
}

impl FromStr for Usd {
    type Err = UsdError;

    fn from_str(text: &str) -> Result<Self, UsdError> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(decimals) || decimals.len() > 6 {
            return Err(UsdError);
        }
        let whole: u64 = whole.parse().map_err(|_| UsdError)?;
        let millionths: u64 = format!("{decimals:0<6}").parse().map_err(|_| UsdError)?;
        whole
            .checked_mul(1_000_000)
            .and_then(|whole| whole.checked_add(millionths))
            .map(Self)
            .ok_or(UsdError)
    }
}

impl TryFrom<String> for Usd {
    type Error = UsdError;

    fn try_from(text: String) -> Result<Self, UsdError> {
        text.parse()
    }
}

impl From<Usd> for String {
    fn from(usd: Usd) -> Self {
        let (whole, rest) = (usd.0 / 1_000_000, usd.0 % 1_000_000);
        format!("{whole}.{rest:06}")
    }
}

/// To the cent, a half cent up.
impl fmt::Display for Usd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cents = self.0 / 10_000 + u64::from(self.0 % 10_000 >= 5_000);
        write!(f, "{}.{:02}", cents / 100, cents % 100)
    }
}

impl Add for Usd {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sum for Usd {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

/// For how long functions were covered by a scan type, added up over functions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Coverage(u64);

impl Coverage {
    /// The hours that a price is for.
    pub const HOURS_PER_MONTH: u64 = 720;

    #[must_use]
    pub const fn from_seconds(seconds: u64) -> Self {
        Self(seconds)
    }

    #[must_use]
    pub const fn from_hours(hours: u64) -> Self {
        Self(hours.saturating_mul(3_600))
    }

    /// A negative time is none.
    #[must_use]
    pub fn from_duration(duration: SignedDuration) -> Self {
        Self(u64::try_from(duration.as_secs()).unwrap_or(0))
    }

    #[must_use]
    pub const fn seconds(self) -> u64 {
        self.0
    }

    /// The same for so many functions.
    #[must_use]
    pub const fn times(self, functions: u64) -> Self {
        Self(self.0.saturating_mul(functions))
    }

    /// What it costs at a price for a function and month: hours / 720 × price, rounded once, to the nearest millionth.
    #[must_use]
    pub fn at(self, price: Usd) -> Usd {
        let month = u128::from(Self::HOURS_PER_MONTH) * 3_600;
        let cost = (u128::from(self.0) * u128::from(price.0) + month / 2) / month;
        Usd(u64::try_from(cost).unwrap_or(u64::MAX))
    }
}

impl Add for Coverage {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sum for Coverage {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), Add::add)
    }
}
