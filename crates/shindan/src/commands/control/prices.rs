//! What scanning costs: the prices that come with shindan, and a user's own.

use std::io::Read;
use std::path::Path;

use serde_json::{Value, json};
use shindan_control::cost::{Amount, PriceSource, PriceTable, Range};
use shindan_control::function::FunctionScan;

use crate::complaint::Complaint;

/// A table of prices for each Region there is has a few kilobytes.
const MAX_BYTES: u64 = 1 << 20;

/// The prices to compute with.
pub(crate) fn table(file: Option<&Path>) -> Result<PriceTable, Complaint> {
    let built_in = PriceTable::built_in();
    let Some(path) = file else {
        return Ok(built_in);
    };
    let mut text = String::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(MAX_BYTES + 1).read_to_string(&mut text))
        .map_err(|error| Complaint::file(path, "read", &error))?;
    if text.len() as u64 > MAX_BYTES {
        return Err(Complaint::input(format!(
            "{}: larger than {MAX_BYTES} bytes, which no table of prices is",
            path.display()
        )));
    }
    built_in.with_overrides(&text).map_err(|error| {
        Complaint::input(format!("{}: {error}", path.display())).with_hint(
            "it is TOML: [[price]] with region, scan = \"standard\" or \"code\", and usd",
        )
    })
}

pub(crate) const fn name_of(scan: FunctionScan) -> &'static str {
    match scan {
        FunctionScan::Standard => "Lambda standard scanning",
        FunctionScan::Code => "Lambda code scanning",
    }
}

/// An amount as JSON has it: dollars as a text, so that none is lost, or which prices are missing.
pub(crate) fn amount(amount: &Amount) -> Value {
    match amount {
        Amount::Known { usd, source } => json!({
            "usd": usd,
            "unverified": *source == PriceSource::Unverified,
        }),
        Amount::Unknown { prices } => json!({
            "usd": null,
            "missingPrices": prices
                .iter()
                .map(|(region, scan)| json!({ "region": region, "scan": scan }))
                .collect::<Vec<_>>(),
        }),
    }
}

pub(crate) fn range(range: &Range) -> Value {
    json!({
        "least": amount(&range.least),
        "expected": amount(&range.expected),
        "most": amount(&range.most),
    })
}

/// A range for people: the expected amount, and its ends where they differ from it.
pub(crate) fn range_in_words(range: &Range) -> String {
    let ends = match (range.least.usd(), range.most.usd()) {
        (Some(least), Some(most)) if least != most => format!(", {least} to {most}"),
        _ => String::new(),
    };
    format!("{}{ends}", range.expected)
}

/// What is missing to know an amount.
pub(crate) fn missing(amount: &Amount) -> Vec<String> {
    match amount {
        Amount::Known { .. } => Vec::new(),
        Amount::Unknown { prices } => prices
            .iter()
            .map(|(region, scan)| {
                format!(
                    "the price of {} in {region} is not known here; give it with --prices",
                    name_of(*scan)
                )
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_of_ones_own_come_before_those_that_are_known() {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(
            file.path(),
            "[[price]]\nregion = \"ap-northeast-1\"\nscan = \"code\"\nusd = \"0.70\"\n",
        )
        .expect("writable");
        let region = "ap-northeast-1".parse().expect("a Region");
        let price = |table: &PriceTable| {
            table
                .get(&region, FunctionScan::Code)
                .map(|price| price.usd.to_string())
        };
        let own = table(Some(file.path())).expect("a table");
        assert_eq!(price(&own).as_deref(), Some("0.70"));
        assert_eq!(
            price(&table(None).expect("a table")).as_deref(),
            Some("0.65")
        );

        std::fs::write(file.path(), "[[price]]\nregion = \"Tokyo\"\n").expect("writable");
        let wrong = table(Some(file.path())).expect_err("no table");
        assert!(wrong.what.contains("price table"), "{}", wrong.what);
    }
}
