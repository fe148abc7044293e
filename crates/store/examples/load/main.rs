//! Measures the store under a load like that of a large organisation: findings recorded a second, pages, counts, memory.
//!
//! ```sh
//! cargo run --release -p shindan-store --example load -- sqlite:/tmp/load.db 1000000
//! cargo run --release -p shindan-store --example load -- postgres://user@host/empty 1000000
//! ```
//!
//! The database must be empty. 25 findings a function, 80 functions an account, one delegated administrator for all.
#![expect(clippy::print_stdout, reason = "it reports to a person")]

mod sample;

use std::collections::BTreeMap;
use std::error::Error;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use shindan_inspector::{
    AccountId, AggregationRequest, FilterAction, FilterCriteria, FindingType, Observed, Region,
    ScanType, SortCriteria, Timestamp, Unseen,
};
use shindan_store::{
    Cursor, Engine, FILTER_QUOTA, NewFilter, ScanFindings, Scope, Store, StoreError, Work, Write,
};
use sqlx::AssertSqlSafe;
use sqlx::any::AnyPoolOptions;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Findings of a function.
const EACH: i64 = 25;
const FUNCTIONS_EACH: i64 = 80;
const ADMINISTRATOR: i64 = 100_000_000_000;

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let usage = "give a database and a number of findings: sqlite:PATH 1000000";
    let url = arguments.next().ok_or(usage)?;
    let findings: i64 = arguments.next().ok_or(usage)?.parse()?;
    let functions = findings / EACH;
    let store = Store::open(&url).await?;
    println!(
        "{} {findings} findings, {functions} functions, {} accounts",
        store.engine(),
        functions / FUNCTIONS_EACH
    );
    prepare(&url, functions).await?;
    suppress_some(&store).await?;
    ingest(&store, functions).await?;
    settle(&store, &url).await?;
    pages(&store, functions).await?;
    counts(&store, functions).await?;
    println!("memory of this process: {}", memory());
    store.close().await;
    Ok(())
}

fn region() -> Result<Region> {
    Ok(Region::parse("us-east-1")?)
}

fn account_of(function: i64) -> Result<AccountId> {
    let number = ADMINISTRATOR + function / FUNCTIONS_EACH;
    Ok(AccountId::from_number(number).ok_or("an account")?)
}

/// Functions, tags and members, which other parts of the service write.
async fn prepare(url: &str, functions: i64) -> Result<()> {
    let pool = AnyPoolOptions::new()
        .max_connections(1)
        .connect(url)
        .await?;
    let ids: Vec<i64> = (0..functions).collect();
    for ids in ids.chunks(500) {
        let mut rows = Vec::new();
        let mut tags = Vec::new();
        for id in ids {
            let account = account_of(*id)?.number();
            rows.push(format!(
                "({id}, 'us-east-1', {account}, 'function-{id}', 'load', 'python3.12', 'a.b', '', 1, 0, '', 0, '', '', '', 0, 0, 0)"
            ));
            tags.push(format!("({id}, 'team', 'team-{}')", id % 200));
        }
        let sql = format!(
            "INSERT INTO function (id, region, account_id, name, origin, runtime, handler, role_arn, package_type, architecture, \
             code_sha256, code_size, content, kms_key, vpc, last_modified, discovered_at, updated_at) VALUES {}",
            rows.join(", ")
        );
        sqlx::query(AssertSqlSafe(sql))
            .persistent(false)
            .execute(&pool)
            .await?;
        let sql = format!(
            "INSERT INTO function_tag (function_id, key, value) VALUES {}",
            tags.join(", ")
        );
        sqlx::query(AssertSqlSafe(sql))
            .persistent(false)
            .execute(&pool)
            .await?;
    }
    for account in 1..=functions / FUNCTIONS_EACH {
        let account = ADMINISTRATOR + account;
        let sql = format!(
            "INSERT INTO member (region, account_id, administrator, relationship, updated_at) \
             VALUES ('us-east-1', {account}, {ADMINISTRATOR}, 2, 0)"
        );
        sqlx::query(AssertSqlSafe(sql))
            .persistent(false)
            .execute(&pool)
            .await?;
    }
    pool.close().await;
    Ok(())
}

async fn suppress_some(store: &Store) -> Result<()> {
    let owner = AccountId::from_number(ADMINISTRATOR).ok_or("an account")?;
    for package in 30..40 {
        let criteria = json!({ "vulnerablePackages": [{ "name": { "comparison": "EQUALS", "value": format!("package-{package}") } }] });
        let new = NewFilter {
            name: format!("rule {package}"),
            description: None,
            reason: None,
            action: FilterAction::Suppress,
            criteria: criteria_of(&criteria)?,
            tags: BTreeMap::new(),
        };
        store
            .create_filter(&region()?, owner, new, FILTER_QUOTA, Timestamp::default())
            .await?;
    }
    Ok(())
}

/// As many workers as may wait for the database in a service, each with one scan after the other.
async fn ingest(store: &Store, functions: i64) -> Result<()> {
    const WORKERS: i64 = 16;
    let processor = processor_time();
    let began = Instant::now();
    let mut part = Instant::now();
    let mut rates = Vec::new();
    let step = (functions / 10).max(1);
    for first in (0..functions).step_by(usize::try_from(step)?) {
        let end = (first + step).min(functions);
        let mut tasks = tokio::task::JoinSet::new();
        for worker in 0..WORKERS {
            let store = store.clone();
            tasks.spawn(async move {
                for function in (first + worker..end).step_by(usize::try_from(WORKERS)?) {
                    scan(&store, function).await?;
                }
                Ok::<(), Box<dyn Error + Send + Sync>>(())
            });
        }
        while let Some(done) = tasks.join_next().await {
            done??;
        }
        rates.push(per_second((end - first) * EACH, part.elapsed()));
        part = Instant::now();
    }
    println!(
        "ingest: {} findings/s; by tenth: {rates:?}",
        per_second(functions * EACH, began.elapsed())
    );
    let spent = processor_time().saturating_sub(processor);
    println!(
        "processor time of this process: {:?} a finding",
        spent / u32::try_from(functions * EACH)?
    );
    // A scan that says the same again, and one that says a fifth less.
    let again = (functions / 20).max(1);
    for (name, less) in [("same again", 0), ("a fifth fixed", 5)] {
        let part = Instant::now();
        for function in 0..again {
            let observed = sample::observed(function)?;
            let (packages, code) = split(observed.into_iter().skip(less).collect());
            record(
                store,
                function,
                packages,
                code,
                Timestamp::from_millis(9_000_000),
            )
            .await?;
        }
        println!(
            "ingest, {name}: {} findings/s",
            per_second(again * EACH, part.elapsed())
        );
    }
    Ok(())
}

fn per_second(count: i64, time: Duration) -> i64 {
    count * 1000 / i64::try_from(time.as_millis().max(1)).unwrap_or(i64::MAX)
}

async fn scan(store: &Store, function: i64) -> Result<()> {
    let (packages, code) = split(sample::observed(function)?);
    record(
        store,
        function,
        packages,
        code,
        Timestamp::from_millis(function * 100),
    )
    .await
}

fn split(observed: Vec<Observed>) -> (Vec<Observed>, Vec<Observed>) {
    observed
        .into_iter()
        .partition(|o| o.document.finding_type == FindingType::PackageVulnerability)
}

async fn record(
    store: &Store,
    function: i64,
    packages: Vec<Observed>,
    code: Vec<Observed>,
    now: Timestamp,
) -> Result<()> {
    let mut findings = Vec::new();
    for (scan, observed) in [(ScanType::Package, packages), (ScanType::Code, code)] {
        let ready = store.scan_findings(scan, observed, Unseen::Nothing);
        findings.push(ready.await?);
    }
    let scan = Scan {
        function,
        findings,
        now,
    };
    Ok(store.write_together(scan).await?)
}

struct Scan {
    function: i64,
    findings: Vec<ScanFindings>,
    now: Timestamp,
}

impl Work for Scan {
    type Output = ();

    async fn run(&self, write: &mut Write) -> std::result::Result<(), StoreError> {
        let findings: Vec<&ScanFindings> = self.findings.iter().collect();
        write
            .record_scan(self.function, &findings, self.now)
            .await?;
        Ok(())
    }
}

/// What a server does by itself in the minutes after a load.
async fn settle(store: &Store, url: &str) -> Result<()> {
    let pool = AnyPoolOptions::new()
        .max_connections(1)
        .connect(url)
        .await?;
    let began = Instant::now();
    let sql = match store.engine() {
        Engine::Sqlite => "PRAGMA wal_checkpoint(TRUNCATE)",
        Engine::Postgres => "VACUUM ANALYZE",
    };
    sqlx::query(sql).persistent(false).execute(&pool).await?;
    println!("{sql}: {:?}", began.elapsed());
    pool.close().await;
    Ok(())
}

fn criteria_of(value: &Value) -> Result<FilterCriteria> {
    let parsed = FilterCriteria::parse(value).map_err(|invalid| format!("{invalid:?}"));
    Ok(parsed?)
}

/// Criteria, order, and a cursor deep in the list when it is deep.
type Asked = (Value, Value, Option<Value>);

/// What is asked for the n-th time.
type Asking = Box<dyn Fn(i64) -> Asked>;

fn equals(value: String) -> Value {
    json!([{ "comparison": "EQUALS", "value": value }])
}

fn active() -> Value {
    equals("ACTIVE".to_owned())
}

fn sort(field: &str, order: &str) -> Value {
    json!({ "field": field, "sortOrder": order })
}

async fn pages(store: &Store, functions: i64) -> Result<()> {
    let members = Scope::members(
        region()?,
        AccountId::from_number(ADMINISTRATOR).ok_or("an account")?,
    );
    let deep = functions * EACH / 2;
    let lists: Vec<(&str, bool, Asking)> = vec![
        (
            "all, no order",
            false,
            Box::new(move |_| (json!({}), Value::Null, None)),
        ),
        (
            "active, by severity",
            false,
            Box::new(move |_| {
                (
                    json!({ "findingStatus": active() }),
                    sort("SEVERITY", "DESC"),
                    None,
                )
            }),
        ),
        (
            "the same, deep",
            false,
            Box::new(move |n| {
                (
                    json!({ "findingStatus": active() }),
                    sort("SEVERITY", "DESC"),
                    Some(json!([3, deep + n * 97])),
                )
            }),
        ),
        (
            "by last observed, deep",
            false,
            Box::new(move |n| {
                (
                    json!({}),
                    sort("LAST_OBSERVED_AT", "ASC"),
                    Some(json!([(deep / EACH + n) * 100, deep])),
                )
            }),
        ),
        (
            "critical code, by last observed",
            false,
            Box::new(move |_| {
                (
                    json!({ "findingType": equals("CODE_VULNERABILITY".to_owned()), "severity": equals("CRITICAL".to_owned()), "findingStatus": active() }),
                    sort("LAST_OBSERVED_AT", "DESC"),
                    None,
                )
            }),
        ),
        (
            "package, by EPSS",
            false,
            Box::new(move |n| {
                (
                    json!({ "vulnerablePackages": [{ "name": { "comparison": "EQUALS", "value": format!("package-{}", n * 7 % 400) } }], "findingStatus": active() }),
                    sort("EPSS_SCORE", "DESC"),
                    None,
                )
            }),
        ),
        (
            "title prefix, by score",
            false,
            Box::new(move |n| {
                (
                    json!({ "title": [{ "comparison": "PREFIX", "value": format!("CVE-{}-0{}", 2015 + n % 10, n % 9) }] }),
                    sort("INSPECTOR_SCORE", "DESC"),
                    None,
                )
            }),
        ),
        (
            "tag, by severity",
            false,
            Box::new(move |n| {
                (
                    json!({ "resourceTags": [{ "comparison": "EQUALS", "key": "team", "value": format!("team-{}", n % 200) }] }),
                    sort("SEVERITY", "DESC"),
                    None,
                )
            }),
        ),
        (
            "one function",
            false,
            Box::new(move |n| {
                (
                    json!({ "lambdaFunctionName": equals(format!("function-{}", n * 61 % functions)) }),
                    Value::Null,
                    None,
                )
            }),
        ),
        (
            "suppressed, by vulnerability",
            false,
            Box::new(move |_| {
                (
                    json!({ "findingStatus": equals("SUPPRESSED".to_owned()) }),
                    sort("VULNERABILITY_ID", "ASC"),
                    None,
                )
            }),
        ),
        (
            "not these, exploit known, by account",
            false,
            Box::new(move |_| {
                (
                    json!({ "exploitAvailable": equals("YES".to_owned()), "severity": [{ "comparison": "NOT_EQUALS", "value": "LOW" }] }),
                    sort("AWS_ACCOUNT_ID", "ASC"),
                    None,
                )
            }),
        ),
        (
            "detector, by first observed",
            false,
            Box::new(move |n| {
                (
                    json!({ "codeVulnerabilityDetectorName": equals(format!("Weakness number {}", n % 60)) }),
                    sort("FIRST_OBSERVED_AT", "DESC"),
                    None,
                )
            }),
        ),
        (
            "a member's own, by last observed",
            true,
            Box::new(move |_| (json!({}), sort("LAST_OBSERVED_AT", "DESC"), None)),
        ),
        (
            "nothing matches",
            false,
            Box::new(move |n| {
                (
                    json!({ "codeVulnerabilityFilePath": equals(format!("no/{n}")), "findingStatus": active() }),
                    sort("SEVERITY", "DESC"),
                    None,
                )
            }),
        ),
    ];
    println!("pages of 100:                                   rows   median      p99      max");
    for (name, own, asked) in lists {
        let mut times = Vec::new();
        let mut rows = 0;
        let runs = if name == "nothing matches" { 5 } else { 100 };
        for n in 0..runs {
            let (criteria, sort, cursor) = asked(n);
            let criteria = criteria_of(&criteria)?;
            let sort: Option<SortCriteria> = serde_json::from_value(sort)?;
            let cursor: Option<Cursor> = cursor.map(serde_json::from_value).transpose()?;
            let scope = if own {
                Scope::own(region()?, account_of((n * 131 + 80) % functions)?)
            } else {
                members.clone()
            };
            let began = Instant::now();
            let page = store
                .findings(&scope, &criteria, sort, cursor.as_ref(), 100)
                .await?;
            let json: usize = page.rows.iter().map(|row| row.to_json().len()).sum();
            times.push(began.elapsed());
            std::hint::black_box(json);
            rows = rows.max(page.rows.len());
        }
        println!("  {name:45} {rows:4} {}", summary(&mut times));
    }
    Ok(())
}

async fn counts(store: &Store, functions: i64) -> Result<()> {
    let administrator = AccountId::from_number(ADMINISTRATOR).ok_or("an account")?;
    let scopes = [
        ("", Scope::members(region()?, administrator)),
        (
            " of a member",
            Scope::own(region()?, account_of(functions / 2)?),
        ),
    ];
    println!("counts, 100 rows:                               rows   median      p99      max");
    for (whose, scope) in scopes {
        for kind in [
            "FINDING_TYPE",
            "ACCOUNT",
            "TITLE",
            "PACKAGE",
            "AWS_LAMBDA_FUNCTION",
            "LAMBDA_LAYER",
        ] {
            let request = AggregationRequest::parse(&json!({ "aggregationType": kind }));
            let request = request.map_err(|invalid| format!("{invalid:?}"))?;
            let mut times = Vec::new();
            let mut rows = 0;
            for _ in 0..10 {
                let began = Instant::now();
                let page = store.aggregate(&scope, &request, None, 100).await?;
                times.push(began.elapsed());
                rows = page.rows.len();
            }
            println!(
                "  {:45} {rows:4} {}",
                format!("{kind}{whose}"),
                summary(&mut times)
            );
        }
    }
    Ok(())
}

fn summary(times: &mut [Duration]) -> String {
    times.sort();
    let at = |share: usize| times[(times.len() - 1) * share / 100].as_secs_f64() * 1000.0;
    format!("{:7.2}ms {:7.2}ms {:7.2}ms", at(50), at(99), at(100))
}

/// What all threads of this process used so far, as Linux says it: unlike rates the same on a machine that others use too.
fn processor_time() -> Duration {
    let spent = |task: std::io::Result<std::fs::DirEntry>| {
        let text = std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<u64>().ok()
    };
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten();
    Duration::from_nanos(tasks.filter_map(spent).sum())
}

/// Resident memory now and at its highest, as Linux says it.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let lines = status.lines().filter(|line| {
        line.starts_with("VmRSS") || line.starts_with("VmHWM") || line.starts_with("RssAnon")
    });
    lines.collect::<Vec<_>>().join(", ")
}
