//! Cost: the rule of hours, the price table, trials, forecasts, and what is not known.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use shindan_control::cost::{
    Amount, Coverage, CoveredFunction, FreeTrials, Interval, PriceSource, PriceTable, Usd, bill,
    forecast,
};
use shindan_control::function::{Eligibility, FunctionFacts, FunctionScan, Ineligibility};
use shindan_inspector::{AccountId, Region};

fn account(number: u64) -> AccountId {
    format!("{number:012}").parse().expect("twelve digits")
}

fn region(code: &str) -> Region {
    code.parse().expect("a Region")
}

fn tokyo() -> Region {
    region("ap-northeast-1")
}

fn usd(text: &str) -> Usd {
    text.parse().expect("dollars")
}

fn day(day: i64) -> Timestamp {
    Timestamp::from_second(1_722_470_400 + day * 86_400).expect("in range")
}

/// Thirty days, which are 720 hours.
fn month() -> Interval {
    Interval {
        from: day(0),
        to: day(30),
    }
}

fn covered(number: u64, from: i64, to: i64) -> CoveredFunction {
    CoveredFunction {
        account: account(number),
        region: tokyo(),
        function: format!("f{number}"),
        scan: FunctionScan::Code,
        intervals: vec![Interval {
            from: day(from),
            to: day(to),
        }],
    }
}

fn known(text: &str) -> Amount {
    Amount::Known {
        usd: usd(text),
        source: PriceSource::Published,
    }
}

#[test]
fn dollars_are_read_and_written_exactly() {
    for (text, millionths, shown) in [
        ("0.65", 650_000, "0.65"),
        ("12", 12_000_000, "12.00"),
        ("0.000001", 1, "0.00"),
        ("1.995", 1_995_000, "2.00"),
        ("1.994999", 1_994_999, "1.99"),
    ] {
        assert_eq!(usd(text), Usd::from_millionths(millionths));
        assert_eq!(usd(text).to_string(), shown);
    }
    for wrong in [
        "",
        ".5",
        "1.",
        "-1",
        "1e3",
        "1.0000001",
        "0,65",
        "18446744073710",
    ] {
        assert!(wrong.parse::<Usd>().is_err(), "{wrong}");
    }
}

#[test]
fn only_prices_that_somebody_has_seen_are_built_in() {
    use FunctionScan::{Code, Standard};
    let table = PriceTable::built_in();
    for (code, scan, price) in [
        (
            "ap-northeast-1",
            Code,
            Some(("0.65", PriceSource::Published)),
        ),
        ("ap-northeast-1", Standard, None),
        (
            "us-east-1",
            Standard,
            Some(("0.30", PriceSource::Unverified)),
        ),
        ("us-east-1", Code, Some(("0.60", PriceSource::Unverified))),
        ("eu-west-1", Code, None),
    ] {
        let found = table
            .get(&region(code), scan)
            .map(|price| (price.usd, price.source));
        assert_eq!(
            found,
            price.map(|(text, source)| (usd(text), source)),
            "{code} {scan:?}"
        );
    }
}

#[test]
fn a_user_replaces_prices() {
    let toml = "[[price]]\nregion = \"ap-northeast-1\"\nscan = \"code\"\nusd = \"0.70\"\n";
    let table = PriceTable::built_in()
        .with_overrides(toml)
        .expect("a table");
    let price = table.get(&tokyo(), FunctionScan::Code).expect("a price");
    assert_eq!((price.usd, price.source), (usd("0.70"), PriceSource::Given));
    assert!(
        table
            .get(&region("us-east-1"), FunctionScan::Code)
            .is_some(),
        "the others stay"
    );
    for wrong in [
        "[[price]]",
        "[[price]]\nregion = \"Tokyo\"\nscan = \"code\"\nusd = \"1\"",
        "x = 1",
        "[[",
    ] {
        assert!(
            PriceTable::built_in().with_overrides(wrong).is_err(),
            "{wrong}"
        );
    }
}

#[test]
fn hours_are_divided_by_720() {
    for (hours, price, cost) in [
        (720, "0.65", "0.65"),
        (744, "0.65", "0.671667"),
        (360, "0.65", "0.325"),
        (1, "0.65", "0.000903"),
        (72_000, "0.65", "65"),
        (0, "0.65", "0"),
    ] {
        assert_eq!(
            Coverage::from_hours(hours).at(usd(price)),
            usd(cost),
            "{hours} hours"
        );
    }
    let enormous = Coverage::from_seconds(u64::MAX).at(Usd::from_millionths(u64::MAX));
    assert_eq!(enormous, Usd::from_millionths(u64::MAX));
}

#[test]
fn a_bill_counts_what_was_covered_within_the_time() {
    let functions = [
        covered(1, -10, 15),
        covered(1, 0, 30),
        covered(2, 20, 90),
        covered(2, 40, 50),
    ];
    let bill = bill(
        &functions,
        month(),
        &FreeTrials::default(),
        &PriceTable::built_in(),
    );
    assert_eq!(
        bill.by_function,
        [
            known("0.325"),
            known("0.65"),
            known("0.216667"),
            Amount::ZERO
        ]
    );
    assert_eq!(bill.by_account[&account(1)], known("0.975"));
    assert_eq!(bill.by_account[&account(2)], known("0.216667"));
    assert_eq!(bill.total, known("1.191667"));
    assert_eq!(bill.billed, Coverage::from_hours(24 * (15 + 30 + 10)));
}

#[test]
fn a_free_trial_lasts_fifteen_days_in_each_account() {
    let trials = FreeTrials::default().with(account(1), tokyo(), FunctionScan::Code, day(5));
    let functions = [covered(1, 5, 30), covered(2, 5, 30)];
    let bill = bill(&functions, month(), &trials, &PriceTable::built_in());
    assert_eq!(
        bill.by_account[&account(1)],
        known("0.216667"),
        "ten days are left"
    );
    assert_eq!(
        bill.by_account[&account(2)],
        known("0.541667"),
        "another account has its own"
    );
    assert_eq!(bill.free, Coverage::from_hours(24 * 15));
}

#[test]
fn a_missing_price_makes_the_sum_unknown_and_is_named() {
    let mut elsewhere = covered(1, 0, 30);
    elsewhere.region = region("eu-west-1");
    let functions = [covered(1, 0, 30), elsewhere];
    let table = PriceTable::built_in();
    let unknown = bill(&functions, month(), &FreeTrials::default(), &table);
    let prices = [(region("eu-west-1"), FunctionScan::Code)].into();
    assert_eq!(unknown.total, Amount::Unknown { prices });
    assert_eq!(
        unknown.by_function[0],
        known("0.65"),
        "what is known is said"
    );
    assert_eq!(unknown.total.to_string(), "unknown");

    let given = table.with(region("eu-west-1"), FunctionScan::Code, usd("0.62"));
    let total = bill(&functions, month(), &FreeTrials::default(), &given).total;
    assert_eq!(total.usd(), Some(usd("1.27")));
}

#[test]
fn a_sum_is_as_reliable_as_its_least_reliable_part() {
    let mut virginia = covered(1, 0, 30);
    virginia.region = region("us-east-1");
    let functions = [covered(1, 0, 30), virginia];
    let total = bill(
        &functions,
        month(),
        &FreeTrials::default(),
        &PriceTable::built_in(),
    )
    .total;
    assert_eq!(total.to_string(), "1.25 USD (unverified price)");
}

fn function(number: u64, code: Eligibility) -> FunctionFacts {
    FunctionFacts {
        account: account(number),
        region: tokyo(),
        name: "f".to_owned(),
        runtime: "python3.12".to_owned(),
        standard: Eligibility::Eligible,
        code,
        scanned_by_shindan: number == 1,
    }
}

#[test]
fn a_forecast_is_a_range_between_facts() {
    let functions = [
        function(1, Eligibility::Eligible),
        function(1, Eligibility::Expiring),
        function(2, Eligibility::Not(Ineligibility::Dormant)),
        function(2, Eligibility::Not(Ineligibility::ExcludedByTag)),
    ];
    let code = [FunctionScan::Code];
    let table = PriceTable::built_in();
    let forecast = |scans, trials| forecast(&functions, scans, month(), trials, &table);
    let none = FreeTrials::default();
    let all = forecast(&code, &none);
    assert_eq!(all.total.least, known("0.65"));
    assert_eq!(all.total.expected, known("1.30"));
    assert_eq!(all.total.most, known("1.95"));
    assert_eq!(all.by_account[&account(2)].expected, Amount::ZERO);
    assert_eq!(all.by_account[&account(2)].most, known("0.65"));
    assert!(all.by_function[3].is_zero());
    assert_eq!(all.saved_by_shindan.expected, known("1.30"));

    // The trial that begins with the month covers half of it.
    let trials = none
        .clone()
        .with(account(1), tokyo(), FunctionScan::Code, day(0));
    assert_eq!(forecast(&code, &trials).total.expected, known("0.65"));

    // Tokyo's price of standard scanning is not known, so neither is the sum.
    assert_eq!(
        forecast(&FunctionScan::ALL, &none).total.expected.usd(),
        None
    );
}

#[test]
fn a_long_month_costs_more_than_the_price() {
    let august = Interval {
        from: day(0),
        to: day(31),
    };
    let functions = [function(1, Eligibility::Eligible)];
    let table = PriceTable::built_in();
    let total = forecast(
        &functions,
        &[FunctionScan::Code],
        august,
        &FreeTrials::default(),
        &table,
    )
    .total;
    assert_eq!(total.expected, known("0.671667"));
}

proptest! {
    #[test]
    fn a_bill_adds_up(
        functions in prop::collection::vec((1u64..4, -40i64..40, 0i64..60), 0..12),
        trial in prop::option::of(-40i64..40),
    ) {
        let functions: Vec<_> = functions.into_iter().map(|(n, from, days)| covered(n, from, from + days)).collect();
        let mut trials = FreeTrials::default();
        if let Some(began) = trial {
            trials = trials.with(account(1), tokyo(), FunctionScan::Code, day(began));
        }
        let bill = bill(&functions, month(), &trials, &PriceTable::built_in());
        // Rounding moves each part by half a millionth at most.
        let total = bill.total.usd().expect("a known price").millionths();
        let parts: u64 = bill.by_account.values().map(|a| a.usd().expect("known").millionths()).sum();
        prop_assert!(total.abs_diff(parts) <= 3);
        // The slow way, day by day.
        let mut days = 0;
        let mut free = 0;
        for function in &functions {
            for today in 0..30 {
                let inside = function.intervals[0].from <= day(today) && day(today) < function.intervals[0].to;
                let trial_over = trial.is_none_or(|began| today >= began + 15);
                if inside && (function.account != account(1) || trial_over) {
                    days += 1;
                } else if inside {
                    free += 1;
                }
            }
        }
        prop_assert_eq!(bill.billed, Coverage::from_hours(24 * days));
        prop_assert_eq!(bill.free, Coverage::from_hours(24 * free));
    }

    #[test]
    fn dollars_read_what_they_write(millionths: u64) {
        let written = serde_json::to_string(&Usd::from_millionths(millionths)).expect("JSON");
        prop_assert_eq!(serde_json::from_str::<Usd>(&written).expect("JSON"), Usd::from_millionths(millionths));
    }
}

#[test]
fn an_interval_that_ends_before_it_begins_covers_nothing() {
    let backwards = Interval {
        from: day(3),
        to: day(1),
    };
    assert_eq!(
        backwards.coverage(),
        Coverage::from_duration(SignedDuration::ZERO)
    );
}
