//! Measures import and matching: `cargo run --release -p shindan-advisory --example measure -- ADVISORIES [TOTAL]`.
//!
//! `ADVISORIES` is a folder of OSV exports. Synthetic records are added up to `TOTAL` (250,000): four of five about a
//! package of their own with one version, as of malicious packages, the others with ranges, a long text and a CVSS
//! vector. A day's EPSS scores come with them. CPU time is that of the only thread, from `/proc/self/schedstat`.

#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use shindan_advisory::epss::Epss;
use shindan_advisory::import::Import;
use shindan_advisory::rematch::{InventoryIndex, PackageKey};
use shindan_advisory::{Index, source};
use shindan_package::Ecosystem;

fn main() {
    let mut arguments = std::env::args_os().skip(1);
    let first = arguments.next().expect("a folder of OSV exports");
    if first == "match" {
        return measure_match(Path::new(&arguments.next().unwrap()));
    }
    let total = arguments
        .next()
        .map_or(250_000, |text| text.to_string_lossy().parse().unwrap());
    let start = cpu();
    let mut import = Import::new().unwrap();
    source::read(&mut import, Path::new(&first), &mut |_| {}).unwrap();
    let real = import.read();
    let read = cpu() - start;
    println!("{real} real records read in {read:?}");
    let synthetic = synthetic(total - real.min(total));
    let bytes: usize = synthetic.iter().map(Vec::len).sum();
    let start = cpu();
    for json in &synthetic {
        import.add_record("synthetic", json).unwrap();
    }
    println!(
        "{} synthetic, {bytes} bytes, read in {:?}",
        synthetic.len(),
        cpu() - start
    );
    drop(synthetic);
    let scores = scores();
    let before = cpu();
    import.set_epss(Epss::read(scores.as_bytes()).unwrap());
    println!("{SCORES} EPSS scores read in {:?}", cpu() - before);
    let before = cpu();
    let (index, facts) = import.finish().unwrap();
    println!("written in {:?}: {} bytes", cpu() - before, index.len());
    println!("import in all: {:?}", read + (cpu() - start));
    println!("{facts:#?}");
    let path = std::env::temp_dir().join("shindan-measure.index");
    std::fs::write(&path, index).unwrap();
    // Another process, so that its memory is that of a match alone.
    let status = std::process::Command::new(std::env::current_exe().unwrap())
        .arg("match")
        .arg(&path)
        .status()
        .unwrap();
    assert!(status.success());
    std::fs::remove_file(path).unwrap();
    measure_rematch(Path::new(&first));
}

/// 100 advisories change, and 10,000 inventories of 200 packages each are stored.
fn measure_rematch(folder: &Path) {
    let built = |fixed: &str| {
        let mut import = Import::new().unwrap();
        source::read(&mut import, folder, &mut |_| {}).unwrap();
        for number in 0..100 {
            let json = format!(
                r#"{{"id": "X-{number}", "modified": "2026-01-01T00:00:00Z", "affected": [{{
                    "package": {{"ecosystem": "npm", "name": "package-{}"}},
                    "ranges": [{{"type": "SEMVER", "events": [{{"introduced": "0"}}, {{"fixed": "{fixed}"}}]}}]}}]}}"#,
                number * number
            );
            import.add_record("synthetic", json.as_bytes()).unwrap();
        }
        Index::from_bytes(import.finish().unwrap().0).unwrap()
    };
    let (old, new) = (built("1.3.0"), built("1.5.0"));
    // Squares make packages with small numbers popular, as real ones are.
    let inventories = InventoryIndex::new((0..10_000_usize).map(|inventory| {
        let packages = (0..200_usize)
            .map(|slot| {
                let random = (inventory * 7919 + slot * 104_729) % 10_007;
                let name = format!("package-{}", random * random / 10_007);
                let version = format!("1.{}.0", (inventory + slot) % 8);
                (PackageKey::new(Ecosystem::Npm, &name), version)
            })
            .collect();
        (inventory, packages)
    }));
    let mut rounds = Vec::new();
    let mut changes = Vec::new();
    for _ in 0..50 {
        let start = std::time::Instant::now();
        changes = inventories.changes(&old, &new).unwrap();
        rounds.push(start.elapsed());
    }
    rounds.sort();
    let affected: BTreeSet<&usize> = changes
        .iter()
        .flat_map(|change| &change.inventories)
        .collect();
    println!(
        "re-match: {} changes in {} inventories, median {:?}, longest {:?} (wall)",
        changes.len(),
        affected.len(),
        rounds[25],
        rounds[49]
    );
}

fn measure_match(path: &Path) {
    let before = memory("VmRSS");
    let start = cpu();
    let index = Index::open(path).unwrap();
    println!("opened in {:?}", cpu() - start);
    let packages = packages();
    let mut rounds = Vec::new();
    let mut found = 0;
    for _ in 0..1000 {
        let start = std::time::Instant::now();
        found = packages
            .iter()
            .map(|(ecosystem, name, version)| {
                index.matches(*ecosystem, name, version).unwrap().len()
            })
            .sum();
        rounds.push(start.elapsed());
    }
    println!(
        "{} packages, {found} matches, first round {:?}",
        packages.len(),
        rounds[0]
    );
    rounds.sort();
    println!("median {:?}, p99 {:?} (wall)", rounds[500], rounds[990]);
    println!(
        "resident memory: {} kB before, {} kB after",
        before,
        memory("VmRSS")
    );
    let start = cpu();
    index.verify().unwrap();
    println!("verified in {:?}", cpu() - start);
}

/// 500 packages: half of them with advisories.
fn packages() -> Vec<(Ecosystem, String, String)> {
    let known = [
        (Ecosystem::PyPi, "django", "3.2.1"),
        (Ecosystem::PyPi, "pillow", "8.0.0"),
        (Ecosystem::PyPi, "tensorflow", "2.4.0"),
        (Ecosystem::PyPi, "requests", "2.20.0"),
        (Ecosystem::Npm, "lodash", "4.17.4"),
        (Ecosystem::Npm, "jquery", "1.8.0"),
        (Ecosystem::Go, "stdlib", "1.17.0"),
        (
            Ecosystem::Go,
            "golang.org/x/crypto",
            "v0.0.0-20200101000000-aaaaaaaaaaaa",
        ),
        (Ecosystem::RubyGems, "rails", "5.0.0"),
        (
            Ecosystem::Maven,
            "org.apache.logging.log4j:log4j-core",
            "2.14.1",
        ),
    ];
    let mut packages: Vec<_> = known
        .into_iter()
        .map(|(ecosystem, name, version)| (ecosystem, name.to_owned(), version.to_owned()))
        .collect();
    for number in 0..240 {
        packages.push((
            Ecosystem::Npm,
            format!("range-{number}"),
            "1.4.2".to_owned(),
        ));
        packages.push((
            Ecosystem::Npm,
            format!("absent-{number}"),
            "1.0.0".to_owned(),
        ));
    }
    for number in 0..10 {
        packages.push((
            Ecosystem::Npm,
            format!("malicious-{number}"),
            "9.9.9".to_owned(),
        ));
    }
    packages
}

/// As many as EPSS publishes a day, for the CVEs of the synthetic records among others.
const SCORES: usize = 300_000;

fn scores() -> String {
    let mut text =
        "#model_version:v2025,score_date:2026-01-01T00:00:00Z\ncve,epss,percentile\n".to_owned();
    for number in 0..SCORES {
        let units = number % 100_000;
        text.push_str(&format!("CVE-2025-{number},0.{units:05},0.{units:05}\n"));
    }
    text
}

fn synthetic(count: usize) -> Vec<Vec<u8>> {
    let words = [
        "remote",
        "attacker",
        "request",
        "parser",
        "crafted",
        "memory",
        "before",
        "version",
        "allows",
        "denial",
        "service",
        "header",
        "token",
        "session",
        "library",
        "function",
        "input",
        "validation",
    ];
    let mut state = 1_u64;
    let mut next = move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        state >> 33
    };
    let mut text = |length: usize| {
        let mut text = String::new();
        while text.len() < length {
            text.push_str(words[next() as usize % words.len()]);
            text.push_str(if next() % 5 == 0 { "-7f3a " } else { " " });
        }
        text
    };
    (0..count)
        .map(|number| {
            let json = if number % 5 != 0 {
                serde_json::json!({
                    "id": format!("MAL-2025-{number}"), "modified": "2025-03-01T00:00:00Z",
                    "published": "2025-03-01T00:00:00Z", "summary": format!("Malicious code in malicious-{number} (npm)"),
                    "details": text(400),
                    "affected": [{"package": {"ecosystem": "npm", "name": format!("malicious-{number}")},
                        "versions": ["9.9.9"]}],
                    "references": [{"type": "WEB", "url": format!("https://registry.example/malicious-{number}")}],
                    "database_specific": {"malicious-packages-origins": [{"sha256": format!("{number:064x}"), "source": "a"}]},
                })
            } else {
                serde_json::json!({
                    "id": format!("GHSA-xxxx-{number}"), "modified": "2025-03-01T00:00:00Z",
                    "published": "2025-02-01T00:00:00Z", "aliases": [format!("CVE-2025-{number}")],
                    "summary": text(60), "details": text(1500),
                    "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N"}],
                    "affected": (0..1 + number % 3).map(|part| serde_json::json!({
                        "package": {"ecosystem": "npm", "name": format!("range-{}", (number / 5 + part) % 20_000)},
                        "ranges": [{"type": "SEMVER", "events": [{"introduced": "1.2.0"}, {"fixed": format!("1.4.{}", number % 9)}]}],
                    })).collect::<Vec<_>>(),
                    "references": (0..5).map(|part| serde_json::json!(
                        {"type": "WEB", "url": format!("https://registry.example/{number}/{part}")})).collect::<Vec<_>>(),
                    "database_specific": {"cwe_ids": ["CWE-79"], "severity": "MODERATE"},
                })
            };
            serde_json::to_vec(&json).unwrap()
        })
        .collect()
}

fn cpu() -> Duration {
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap();
    Duration::from_nanos(text.split(' ').next().unwrap().parse().unwrap())
}

fn memory(field: &str) -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let fields: BTreeMap<&str, &str> = text
        .lines()
        .filter_map(|line| line.split_once(':'))
        .collect();
    fields[field]
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .unwrap()
}
