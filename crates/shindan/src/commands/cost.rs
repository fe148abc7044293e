//! `shindan cost`: what Amazon Inspector's scanning of functions costs, and what shindan saves.
//!
//! This month is what Inspector meters (`ListUsageTotals`), the next one a forecast from the functions there are. Past
//! months Inspector tells nobody; for those there are the hours in which shindan itself watched functions, which is what
//! Inspector would have billed.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde_json::{Value, json};
use shindan_cloud::Policy;
use shindan_cloud::inspector::{Inspector, UsageTotal};
use shindan_control::cost::{
    Amount, Bill, Coverage, CoveredFunction, Forecast, FreeTrials, Interval, PriceTable, bill,
    forecast,
};
use shindan_control::function::{FunctionFacts, FunctionScan};
use shindan_inspector::{AccountId, Region, ScanType};
use shindan_store::{Scope, Store};

use super::control::alternative::Alternative;
use super::control::functions::Functions;
use super::control::inspector::{Gathered, gather, known, printable};
use super::control::prices::{self, amount, missing, name_of, range, range_in_words};
use super::control::record::Record;
use super::control::{answer, millis, now, say_unread};
use crate::aws::Aws;
use crate::cli::control::{Breakdown, CostArgs};
use crate::complaint::Complaint;
use crate::exit::Exit;
use crate::server::wait;
use crate::terminal::{BOLD, DIM};

/// Past months that are shown when none is named.
const PAST_MONTHS: usize = 3;

pub(crate) fn run(args: &CostArgs) -> Result<Exit, Complaint> {
    wait(cost(args))
}

/// What is known of a Region.
struct Costs {
    region: Region,
    metered: Result<Vec<Metered>, String>,
    forecast: Forecast,
    /// The same for each scan type by itself, because the price of the other may not be known.
    by_scan: Vec<(FunctionScan, Forecast)>,
    functions: Vec<FunctionFacts>,
    names: Gathered,
    past: Vec<(Month, Bill)>,
}

/// What an account used of one scan type in this month.
struct Metered {
    account: AccountId,
    scan: FunctionScan,
    coverage: Coverage,
    amount: Amount,
}

/// A month of the calendar, in UTC as Inspector meters it.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Month {
    first: Date,
}

async fn cost(args: &CostArgs) -> Result<Exit, Complaint> {
    let table = prices::table(args.prices.as_deref())?;
    let at = now(&args.sources);
    let this = Month::of(at);
    let past: Vec<Month> = if args.months.is_empty() {
        std::iter::successors(this.before(), |month| month.before())
            .take(PAST_MONTHS)
            .collect()
    } else {
        let months = args.months.iter().map(|text| Month::read(text));
        months.collect::<Result<_, _>>()?
    };
    let aws = Aws::open(&args.sources.aws, Policy::Scanner).await?;
    let record = Record::open(&args.sources.place).await?;
    let mut unread = Vec::new();
    let mut all = Vec::new();
    for region in &aws.regions {
        let gathered = gather(&aws, region).await?;
        let accounts = gathered.accounts();
        let listed = Functions::ask(&aws, &gathered.facts, &accounts, millis(at)).await?;
        let alternative = Alternative::ask(&record.store, &args.sources, region, &accounts).await?;
        let inspector = match known(aws.home(region).await)? {
            Ok(session) => Some(session.inspector()),
            Err(_) => None,
        };
        let trials = trials(inspector.as_ref(), &accounts, region, &mut unread).await?;
        let functions = listed.scanned_by(&alternative, &FunctionScan::ALL);
        let mut bills = Vec::new();
        for month in &past {
            let covered = watched(&record.store, region, &accounts, *month).await?;
            bills.push((
                *month,
                bill(&covered, month.interval(), &FreeTrials::default(), &table),
            ));
        }
        let next = of_720_hours(this.after().unwrap_or(this).interval());
        let of = |scans: &[FunctionScan]| forecast(&functions, scans, next, &trials, &table);
        let (both, by_scan) = (
            of(&FunctionScan::ALL),
            FunctionScan::ALL.map(|scan| (scan, of(&[scan]))).to_vec(),
        );
        all.push(Costs {
            region: region.clone(),
            metered: metered(inspector.as_ref(), region, &table).await?,
            forecast: both,
            by_scan,
            functions,
            past: bills,
            names: gathered.clone(),
        });
        let unknown = gathered
            .unread
            .iter()
            .chain(&listed.unread)
            .chain(&alternative.unread);
        unread.extend(unknown.map(|why| format!("{region}: {why}")));
    }
    record.close().await;
    unread.extend(all.iter().filter_map(|costs| {
        let why = costs.metered.as_ref().err()?;
        Some(format!("{}: usage of this month: {why}", costs.region))
    }));
    let value: Vec<Value> = all.iter().map(|costs| costs.json(this, args.by)).collect();
    answer(
        args.answers.format,
        &json!({ "regions": value, "unread": unread }),
        || {
            let mut text = String::new();
            for costs in &all {
                costs.write(&mut text, this, args.by);
            }
            text
        },
    )?;
    say_unread(&unread);
    Ok(if unread.is_empty() {
        Exit::Clean
    } else {
        Exit::Incomplete
    })
}

/// A price is for 720 hours, whatever the calendar says; a forecast is of one such month.
fn of_720_hours(month: Interval) -> Interval {
    Interval {
        to: month
            .from
            .checked_add(SignedDuration::from_hours(720))
            .unwrap_or(month.to),
        ..month
    }
}

/// When the scan types of accounts were first enabled. What is not known begins no trial.
async fn trials(
    inspector: Option<&Inspector>,
    accounts: &[AccountId],
    region: &Region,
    unread: &mut Vec<String>,
) -> Result<FreeTrials, Complaint> {
    let mut trials = FreeTrials::default();
    let Some(inspector) = inspector else {
        return Ok(trials);
    };
    match known(inspector.free_trials(accounts).await)? {
        Ok(known) => {
            for account in known {
                for trial in account.trials {
                    let scan = match trial.kind.as_str() {
                        "LAMBDA" => FunctionScan::Standard,
                        "LAMBDA_CODE" => FunctionScan::Code,
                        _ => continue,
                    };
                    if let Ok(began) = Timestamp::from_millisecond(trial.start.as_millis()) {
                        trials = trials.with(account.account, region.clone(), scan, began);
                    }
                }
            }
        }
        Err((_, why)) => unread.push(format!(
            "{region}: free trials, so none is taken off: {why}"
        )),
    }
    Ok(trials)
}

async fn metered(
    inspector: Option<&Inspector>,
    region: &Region,
    table: &PriceTable,
) -> Result<Result<Vec<Metered>, String>, Complaint> {
    let Some(inspector) = inspector else {
        return Ok(Err("the account cannot be entered here".to_owned()));
    };
    Ok(known(inspector.usage(&[]).await)?
        .map(|totals| {
            totals
                .iter()
                .flat_map(|total| of_total(total, region, table))
                .collect()
        })
        .map_err(|(_, why)| why.message))
}

fn of_total(total: &UsageTotal, region: &Region, table: &PriceTable) -> Vec<Metered> {
    let hours = total.usage.iter().filter_map(|usage| {
        let scan = match usage.kind.as_str() {
            "LAMBDA_FUNCTION_HOURS" => FunctionScan::Standard,
            "LAMBDA_FUNCTION_CODE_HOURS" => FunctionScan::Code,
            _ => return None,
        };
        Some((scan, seconds(usage.total)))
    });
    hours
        .map(|(scan, coverage)| Metered {
            account: total.account,
            scan,
            coverage,
            amount: of_coverage(table, region, scan, coverage),
        })
        .collect()
}

/// Hours as the API writes them, to the second.
fn seconds(hours: f64) -> Coverage {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a conversion of floats stops at the ends of the range"
    )]
    Coverage::from_seconds((hours.max(0.0) * 3600.0).round() as u64)
}

fn of_coverage(
    table: &PriceTable,
    region: &Region,
    scan: FunctionScan,
    coverage: Coverage,
) -> Amount {
    if coverage == Coverage::default() {
        return Amount::ZERO;
    }
    match table.get(region, scan) {
        Some(price) => Amount::Known {
            usd: coverage.at(price.usd),
            source: price.source,
        },
        None => Amount::Unknown {
            prices: [(region.clone(), scan)].into(),
        },
    }
}

/// When shindan watched the functions of accounts.
async fn watched(
    store: &Store,
    region: &Region,
    accounts: &[AccountId],
    month: Month,
) -> Result<Vec<CoveredFunction>, Complaint> {
    let Interval { from, to } = month.interval();
    let mut functions: BTreeMap<(AccountId, String, FunctionScan), Vec<Interval>> = BTreeMap::new();
    for account in accounts {
        let scope = Scope::own(region.clone(), *account);
        for watched in store.watched(&scope, millis(from), millis(to)).await? {
            let scan = match watched.scan_type {
                ScanType::Package => FunctionScan::Standard,
                ScanType::Code => FunctionScan::Code,
                ScanType::Network => continue,
            };
            let moment = |at: shindan_inspector::Timestamp| {
                Timestamp::from_millisecond(at.as_millis()).unwrap_or(to)
            };
            let interval = Interval {
                from: moment(watched.span.began_at),
                to: watched.span.ended_at.map_or(to, moment),
            };
            let name = watched.function.name().to_owned();
            functions
                .entry((watched.function.account, name, scan))
                .or_default()
                .push(interval);
        }
    }
    Ok(functions
        .into_iter()
        .map(|((account, function, scan), intervals)| CoveredFunction {
            account,
            region: region.clone(),
            function,
            scan,
            intervals,
        })
        .collect())
}

impl Month {
    fn of(at: Timestamp) -> Self {
        Self {
            first: at.to_zoned_datetime(TimeZone::UTC).date().first_of_month(),
        }
    }

    fn read(text: &str) -> Result<Self, Complaint> {
        format!("{text}-01")
            .parse()
            .map(|first| Self { first })
            .map_err(|_| Complaint::input(format!("--month {text}: a month is written as 2026-10")))
    }

    fn before(&self) -> Option<Self> {
        let first = self.first.checked_sub(1.month()).ok()?;
        Some(Self { first })
    }

    fn after(&self) -> Option<Self> {
        let first = self.first.checked_add(1.month()).ok()?;
        Some(Self { first })
    }

    fn interval(self) -> Interval {
        let begin = |date: Date| {
            date.to_zoned_datetime(TimeZone::UTC)
                .map_or(Timestamp::MAX, |zoned| zoned.timestamp())
        };
        Interval {
            from: begin(self.first),
            to: self
                .after()
                .map_or(Timestamp::MAX, |month| begin(month.first)),
        }
    }

    fn in_words(self) -> String {
        self.first.strftime("%Y-%m").to_string()
    }
}

impl Costs {
    // Writing to a text cannot fail.
    fn write(&self, text: &mut String, this: Month, by: Breakdown) {
        let _ = writeln!(text, "{BOLD}{}{BOLD:#}", self.region);
        match &self.metered {
            Ok(metered) => {
                let total: Amount = metered.iter().map(|m| m.amount.clone()).sum();
                let _ = writeln!(
                    text,
                    "  {} so far, as Inspector meters it, free trials not taken off: {total}",
                    this.in_words()
                );
                for Metered {
                    account,
                    scan,
                    coverage,
                    amount,
                } in metered.iter().filter(|m| m.coverage > Coverage::default())
                {
                    let _ = writeln!(
                        text,
                        "    {}  {}  {:.1} hours  {amount}",
                        self.names.named(*account),
                        name_of(*scan),
                        in_hours(*coverage)
                    );
                }
            }
            Err(why) => {
                let _ = writeln!(
                    text,
                    "  {} so far: not known: {}",
                    this.in_words(),
                    printable(why)
                );
            }
        }
        let next = this.after().unwrap_or(this);
        let _ = writeln!(
            text,
            "  {} with both scan types, a forecast: {}",
            next.in_words(),
            range_in_words(&self.forecast.total)
        );
        for (scan, forecast) in &self.by_scan {
            let _ = writeln!(
                text,
                "    {}  {}",
                name_of(*scan),
                range_in_words(&forecast.total)
            );
        }
        match by {
            Breakdown::Account => {
                for (account, amounts) in &self.forecast.by_account {
                    let _ = writeln!(
                        text,
                        "    {}  {}",
                        self.names.named(*account),
                        range_in_words(amounts)
                    );
                }
            }
            Breakdown::Function => {
                for (function, amounts) in self.functions.iter().zip(&self.forecast.by_function) {
                    let _ = writeln!(
                        text,
                        "    {}  {}  {}  {}",
                        function.account,
                        printable(&function.name),
                        printable(&function.runtime),
                        range_in_words(amounts)
                    );
                }
            }
        }
        for why in missing(&self.forecast.total.most) {
            let _ = writeln!(text, "    {DIM}{why}{DIM:#}");
        }
        let scanned = self
            .functions
            .iter()
            .filter(|f| f.scanned_by_shindan)
            .count();
        if scanned > 0 {
            let _ = writeln!(
                text,
                "  shindan scans {scanned} of {} functions: leaving the scan types off for them saves in that month",
                self.functions.len(),
            );
            for (scan, forecast) in &self.by_scan {
                let _ = writeln!(
                    text,
                    "    {}  {}",
                    name_of(*scan),
                    range_in_words(&forecast.saved_by_shindan)
                );
            }
        }
        for (month, bill) in &self.past {
            if bill.billed > Coverage::default() {
                let _ = writeln!(
                    text,
                    "  {} as shindan covered it, at Inspector's prices: {}",
                    month.in_words(),
                    bill.total
                );
            }
        }
        let _ = writeln!(
            text,
            "  {DIM}hours of coverage / 720 x price; new functions are not in a forecast{DIM:#}"
        );
    }

    fn json(&self, this: Month, by: Breakdown) -> Value {
        let next = this.after().unwrap_or(this);
        let mut value = json!({
            "region": self.region,
            "thisMonth": {
                "month": this.in_words(),
                "metered": self.metered.as_ref().ok().map(|metered| metered
                    .iter()
                    .map(|m| json!({
                        "account": m.account,
                        "scan": m.scan,
                        "hours": in_hours(m.coverage),
                        "amount": amount(&m.amount),
                    }))
                    .collect::<Vec<_>>()),
            },
            "nextMonth": {
                "month": next.in_words(),
                "total": range(&self.forecast.total),
                "savedByShindan": range(&self.forecast.saved_by_shindan),
                "scans": self.by_scan.iter().map(|(scan, forecast)| json!({
                    "scan": scan,
                    "total": range(&forecast.total),
                    "savedByShindan": range(&forecast.saved_by_shindan),
                })).collect::<Vec<_>>(),
            },
            "pastMonths": self.past.iter().map(|(month, bill)| json!({
                "month": month.in_words(),
                "coveredByShindan": amount(&bill.total),
                "hours": in_hours(bill.billed),
                "accounts": bill.by_account.iter().map(|(account, total)| json!({
                    "account": account,
                    "amount": amount(total),
                })).collect::<Vec<_>>(),
            })).collect::<Vec<_>>(),
        });
        match by {
            Breakdown::Account => {
                let accounts = self.forecast.by_account.iter().map(|(account, amounts)| {
                    json!({
                        "account": account,
                        "name": self.names.names.get(account),
                        "amount": range(amounts),
                    })
                });
                value["nextMonth"]["accounts"] = accounts.collect();
            }
            Breakdown::Function => {
                let functions = self.functions.iter().zip(&self.forecast.by_function);
                value["nextMonth"]["functions"] = functions
                    .map(|(function, amounts)| {
                        json!({
                            "account": function.account,
                            "function": function.name,
                            "runtime": function.runtime,
                            "scannedByShindan": function.scanned_by_shindan,
                            "amount": range(amounts),
                        })
                    })
                    .collect();
            }
        }
        value
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "shown with a digit behind the point"
)]
fn in_hours(coverage: Coverage) -> f64 {
    coverage.seconds() as f64 / 3600.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_those_of_the_calendar() {
        let march = Month::read("2026-03").expect("a month");
        let Interval { from, to } = march.interval();
        assert_eq!(from.to_string(), "2026-03-01T00:00:00Z");
        assert_eq!(to.to_string(), "2026-04-01T00:00:00Z");
        assert_eq!(
            march.before().map(Month::in_words).as_deref(),
            Some("2026-02")
        );
        let now = "2026-03-31T23:59:59Z".parse().expect("a time");
        assert!(Month::of(now) == march);
        assert!(Month::read("2026-13").is_err());
        assert!(Month::read("March").is_err());
    }

    #[test]
    fn usage_is_hours_by_720_times_the_price() {
        let total: UsageTotal = serde_json::from_value(json!({
            "accountId": "123456789012",
            "usage": [
                { "type": "LAMBDA_FUNCTION_HOURS", "total": 1440.0 },
                { "type": "LAMBDA_FUNCTION_CODE_HOURS", "total": 360.5 },
                { "type": "EC2_INSTANCE_HOURS", "total": 9.0 },
            ],
        }))
        .expect("a total");
        let tokyo = Region::parse("ap-northeast-1").expect("a Region");
        let metered = of_total(&total, &tokyo, &PriceTable::built_in());
        let amounts: Vec<String> = metered.iter().map(|m| m.amount.to_string()).collect();
        // Nobody has seen the price of standard scanning in Tokyo.
        assert_eq!(amounts, ["unknown", "0.33 USD"]);
    }
}
