//! An amount that may be unknown.

use std::collections::BTreeSet;
use std::fmt;
use std::iter::Sum;

use shindan_inspector::Region;

use super::money::Usd;
use super::price::PriceSource;
use crate::function::FunctionScan;

/// What something costs, or which prices are missing to say so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Amount {
    Known {
        usd: Usd,
        /// The least reliable of the prices it was computed with.
        source: PriceSource,
    },
    Unknown {
        prices: BTreeSet<(Region, FunctionScan)>,
    },
}

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self::Known {
        usd: Usd::ZERO,
        source: PriceSource::Given,
    };

    /// The dollars, if they are known.
    #[must_use]
    pub const fn usd(&self) -> Option<Usd> {
        match self {
            Self::Known { usd, .. } => Some(*usd),
            Self::Unknown { .. } => None,
        }
    }
}

/// A sum is unknown if a part of it is, and as reliable as the least reliable part.
impl Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, |total, amount| match (total, amount) {
            (Self::Known { usd: a, source: x }, Self::Known { usd: b, source: y }) => Self::Known {
                usd: a + b,
                source: x.max(y),
            },
            (Self::Unknown { prices: mut a }, Self::Unknown { prices: b }) => {
                a.extend(b);
                Self::Unknown { prices: a }
            }
            (unknown @ Self::Unknown { .. }, _) | (_, unknown @ Self::Unknown { .. }) => unknown,
        })
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known { usd, source } => {
                write!(f, "{usd} USD")?;
                if *source == PriceSource::Unverified {
                    f.write_str(" (unverified price)")?;
                }
                Ok(())
            }
            Self::Unknown { .. } => f.write_str("unknown"),
        }
    }
}
