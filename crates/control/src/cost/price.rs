//! What a function costs for a month, by Region and scan type. A price that nobody has seen is unknown, never guessed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shindan_inspector::Region;
use thiserror::Error;

use super::money::Usd;
use crate::function::FunctionScan;

/// Prices that are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PriceTable {
    prices: BTreeMap<(Region, FunctionScan), Price>,
}

/// The price of a function that is covered for a month of 720 hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    pub usd: Usd,
    pub source: PriceSource,
}

/// How far a price can be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum PriceSource {
    /// The user gave it.
    Given,
    /// It was read in a bill or on a page about it.
    Published,
    /// A secondary source says so. Check it before deciding by it.
    Unverified,
}

/// A price table that cannot be read.
#[derive(Debug, Error)]
#[error("the price table is not understood: {0}")]
pub struct PriceTableError(#[from] toml::de::Error);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    price: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    region: Region,
    scan: FunctionScan,
    usd: Usd,
    #[serde(default)]
    unverified: bool,
}

impl PriceTable {
    /// The prices that come with shindan.
    #[must_use]
    pub fn built_in() -> Self {
        let rows = toml::from_str::<File>(include_str!("prices.toml"));
        // The file is part of the crate, and a test reads it.
        rows.map(|file| Self::of(file, PriceSource::Published))
            .unwrap_or_default()
    }

    /// Puts a user's prices in place of those that are there: TOML of the same form, `[[price]]` with `region`, `scan`
    /// (`standard` or `code`) and `usd`.
    ///
    /// # Errors
    /// If the text is no such table.
    pub fn with_overrides(mut self, toml: &str) -> Result<Self, PriceTableError> {
        let file: File = toml::from_str(toml)?;
        self.prices
            .extend(Self::of(file, PriceSource::Given).prices);
        Ok(self)
    }

    /// Puts one price in place.
    #[must_use]
    pub fn with(mut self, region: Region, scan: FunctionScan, usd: Usd) -> Self {
        let source = PriceSource::Given;
        self.prices.insert((region, scan), Price { usd, source });
        self
    }

    /// The price, if it is known.
    #[must_use]
    pub fn get(&self, region: &Region, scan: FunctionScan) -> Option<Price> {
        self.prices.get(&(region.clone(), scan)).copied()
    }

    /// All prices, in order of Regions.
    pub fn all(&self) -> impl Iterator<Item = (&Region, FunctionScan, Price)> {
        self.prices
            .iter()
            .map(|((region, scan), price)| (region, *scan, *price))
    }

    fn of(file: File, source: PriceSource) -> Self {
        let prices = file.price.into_iter().map(|row| {
            let source = if row.unverified {
                PriceSource::Unverified
            } else {
                source
            };
            (
                (row.region, row.scan),
                Price {
                    usd: row.usd,
                    source,
                },
            )
        });
        Self {
            prices: prices.collect(),
        }
    }
}
