//! Ruby's findings agree with the logic of bundler-audit, on a sample written for it.
//!
//! ruby-advisory-db lists requirements that repaired and that never affected versions satisfy; bundler-audit reports a
//! version that satisfies none of them. OSV has the same as ranges. Each sample here says it both ways.

use std::cmp::Ordering;

use shindan_advisory::Index;
use shindan_advisory::import::Import;
use shindan_package::Ecosystem;
use shindan_package::version::compare;

struct Sample {
    gem: &'static str,
    patched: &'static [&'static str],
    unaffected: &'static [&'static str],
    /// `introduced` and `fixed`, empty where there is none.
    ranges: &'static [(&'static str, &'static str)],
}

const SAMPLES: &[Sample] = &[
    Sample {
        gem: "one-line",
        patched: &[">= 2.4.1"],
        unaffected: &[],
        ranges: &[("0", "2.4.1")],
    },
    Sample {
        gem: "branches",
        patched: &["~> 5.2.4.3", "~> 6.0.3, >= 6.0.3.1", ">= 6.1.0.rc2"],
        unaffected: &["< 4.0"],
        ranges: &[
            ("4.0", "5.2.4.3"),
            ("5.2.5", "6.0.3.1"),
            ("6.0.4", "6.0.4"),
            ("6.1.0.a", "6.1.0.rc2"),
        ],
    },
    Sample {
        gem: "never-repaired",
        patched: &[],
        unaffected: &["< 1.2.0.pre"],
        ranges: &[("1.2.0.pre", "")],
    },
    Sample {
        gem: "one-version",
        patched: &["> 1.0.9"],
        unaffected: &["< 1.0.9"],
        ranges: &[("1.0.9", "1.0.9.1")],
    },
];

const VERSIONS: &[&str] = &[
    "0.1",
    "1.0.8",
    "1.0.9",
    "1.1",
    "1.2.0.a",
    "1.2.0.pre",
    "1.2.0.rc1",
    "1.2",
    "2.4",
    "2.4.1.rc1",
    "2.4.1",
    "2.4.1-java",
    "2.10",
    "3.9.9",
    "4.0",
    "4.0.0.beta",
    "5.2.4.2",
    "5.2.4.3",
    "5.2.4.10",
    "5.2.5",
    "6.0.3",
    "6.0.3.1",
    "6.0.3.7",
    "6.1.0.rc1",
    "6.1.0.rc2",
    "6.1.0",
    "7",
];

fn order(a: &str, b: &str) -> Ordering {
    compare(Ecosystem::RubyGems, a, b)
}

/// `Gem::Requirement#satisfied_by?`: conditions divided by commas, all of which must hold.
fn satisfies(version: &str, requirement: &str) -> bool {
    requirement.split(", ").all(|condition| {
        let (operator, bound) = condition
            .split_once(' ')
            .expect("an operator and a version");
        let order = order(version, bound);
        match operator {
            ">=" => order.is_ge(),
            ">" => order.is_gt(),
            "<" => order.is_lt(),
            "~>" => order.is_ge() && is_below_bump(version, bound),
            _ => panic!("{operator}"),
        }
    })
}

/// Whether the release of a version is below the bound with its last number dropped and the one before raised.
fn is_below_bump(version: &str, bound: &str) -> bool {
    let numbers = |text: &str| -> Vec<u32> {
        text.split('.')
            .map_while(|part| part.parse().ok())
            .collect()
    };
    let mut bump = numbers(bound);
    if bump.len() > 1 {
        bump.pop();
    }
    *bump.last_mut().expect("a number") += 1;
    numbers(version).cmp(&bump).is_lt()
}

fn index() -> Index {
    let mut import = Import::new().expect("memory");
    for sample in SAMPLES {
        let ranges: Vec<_> = sample
            .ranges
            .iter()
            .map(|(introduced, fixed)| {
                let mut events = vec![serde_json::json!({"introduced": introduced})];
                if !fixed.is_empty() {
                    events.push(serde_json::json!({"fixed": fixed}));
                }
                serde_json::json!({"type": "ECOSYSTEM", "events": events})
            })
            .collect();
        let record = serde_json::json!({
            "id": format!("X-{}", sample.gem), "modified": "2026-01-01T00:00:00Z",
            "affected": [{"package": {"ecosystem": "RubyGems", "name": sample.gem}, "ranges": ranges}],
        });
        import
            .add_record("sample", record.to_string().as_bytes())
            .expect("small");
    }
    Index::from_bytes(import.finish().expect("small").0).expect("valid")
}

#[test]
fn versions_are_reported_where_bundler_audit_reports_them() {
    let index = index();
    let mut reported = 0;
    for sample in SAMPLES {
        for version in VERSIONS {
            let expected = !sample
                .unaffected
                .iter()
                .any(|requirement| satisfies(version, requirement))
                && !sample
                    .patched
                    .iter()
                    .any(|requirement| satisfies(version, requirement));
            let found = index
                .matches(Ecosystem::RubyGems, sample.gem, version)
                .expect("valid");
            assert_eq!(!found.is_empty(), expected, "{} {version}", sample.gem);
            reported += usize::from(expected);
        }
    }
    assert!(reported > SAMPLES.len(), "{reported}");
}
