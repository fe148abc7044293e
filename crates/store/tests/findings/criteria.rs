//! The compiler of criteria against their meaning, on random findings and criteria.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};
use shindan_inspector::criteria::{DateField, NumberField, StringField, Subject};
use shindan_inspector::finding::Epss;
use shindan_inspector::{
    ExploitAvailable, FilterCriteria, FindingStatus, FixAvailable, Observed, ScanType, Severity,
};
use shindan_store::{FindingRow, Scope};

use crate::sample::{Fixture, Function, account, at, region};

const LAYERS: [&str; 2] = [
    "arn:aws:lambda:us-east-1:111111111111:layer:a:1",
    "arn:aws:lambda:us-east-1:111111111111:layer:ab:2",
];

/// Texts that findings and criteria share, near each other.
const WORDS: [&str; 9] = ["a", "ab", "abc", "b", "B", "é", "a%", "a_c", "\u{10ffff}"];

fn word() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&WORDS[..])
}

fn severity() -> impl Strategy<Value = Severity> {
    prop::sample::select(Severity::ALL)
}

fn observed(function: Function) -> impl Strategy<Value = Observed> {
    let score = prop::option::of(prop::sample::select(vec![0.0, 4.5, 7.0, 10.0]));
    (
        (
            any::<bool>(),
            word(),
            word(),
            severity(),
            prop::sample::select(FixAvailable::ALL),
            prop::sample::select(ExploitAvailable::ALL),
        ),
        (
            score.clone(),
            score,
            prop::collection::vec(word(), 0..3),
            prop::collection::vec((word(), word(), word(), 0..3_usize), 0..3),
            prop::option::of(word()),
            any::<u32>(),
        ),
    )
        .prop_map(
            move |(
                (package, id, name, severity, fix, exploit),
                (score, epss, words, packages, vendor, unique),
            )| {
                let words: Vec<String> = words.iter().map(ToString::to_string).collect();
                let mut observed = if package {
                    function.package(id, name, severity)
                } else {
                    function.code(id, name, severity)
                };
                observed.identity = unique.to_string();
                let document = &mut observed.document;
                name.clone_into(&mut document.title);
                document.fix_available = fix;
                document.exploit_available = exploit;
                document.inspector_score = score;
                document.epss = epss.map(|score| Epss { score });
                if let Some(details) = &mut document.package_vulnerability_details {
                    details.related_vulnerabilities = words;
                    details.vendor_severity = vendor.map(str::to_owned);
                    let pattern = details.vulnerable_packages[0].clone();
                    details.vulnerable_packages = packages
                        .iter()
                        .map(|(name, version, path, layer)| {
                            let mut package = pattern.clone();
                            (*name).clone_into(&mut package.name);
                            (*version).clone_into(&mut package.version);
                            package.file_path = Some((*path).to_owned()).filter(|_| *layer != 2);
                            package.source_lambda_layer_arn =
                                LAYERS.get(*layer).map(ToString::to_string);
                            package
                        })
                        .collect();
                } else if let Some(details) = &mut document.code_vulnerability_details {
                    details.detector_tags = words;
                }
                observed
            },
        )
}

fn functions() -> Vec<Function> {
    let owners = [111_111_111_111, 111_111_111_112, 222_222_222_222];
    (0..6_usize)
        .map(|n| {
            let mut function = Function::new(
                i64::try_from(n).expect("small") + 1,
                account(owners[n / 2]),
                ["a", "ab", "abc", "b", "B", "a_c"][n],
            );
            function.runtime = ["a", "ab", "b"][n % 3].to_owned();
            if n % 2 == 0 {
                function.tags.insert("a".to_owned(), WORDS[n].to_owned());
            }
            if n > 3 {
                function.tags.insert("b".to_owned(), String::new());
            }
            function.layers = LAYERS.iter().take(n % 3).map(ToString::to_string).collect();
            function
        })
        .collect()
}

fn string_filters(field: StringField) -> BoxedStrategy<Value> {
    let values: Vec<String> = match field {
        StringField::AwsAccountId => vec![
            "111111111111",
            "11111111111",
            "222",
            "x",
            "222222222222",
            "2222222222222",
        ]
        .into_iter()
        .map(String::from)
        .collect(),
        StringField::FindingType => ["PACKAGE_VULNERABILITY", "CODE", "C"]
            .map(String::from)
            .into(),
        StringField::Severity => ["HIGH", "CRITICAL", "U", "high"].map(String::from).into(),
        StringField::FindingStatus => ["ACTIVE", "CLOSED", "SUPPRESSED", "S"]
            .map(String::from)
            .into(),
        StringField::ResourceType => ["AWS_LAMBDA_FUNCTION", "AWS_", "AWS_EC2_INSTANCE"]
            .map(String::from)
            .into(),
        StringField::FixAvailable | StringField::ExploitAvailable => {
            ["YES", "NO", "P", "N"].map(String::from).into()
        }
        StringField::LambdaFunctionLayers => LAYERS.map(String::from).into(),
        StringField::LambdaFunctionExecutionRoleArn => {
            ["arn:aws:iam::1", "arn:aws:iam::111111111111:role/1"]
                .map(String::from)
                .into()
        }
        StringField::ResourceId => [
            "arn:aws:lambda:us-east-1:1",
            "arn:aws:lambda:us-east-1:111111111111:function:a:$LATEST",
        ]
        .map(String::from)
        .into(),
        StringField::VulnerabilitySource => ["NVD", "N", "GITHUB"].map(String::from).into(),
        StringField::FindingArn => [
            "arn:aws",
            "arn:aws:inspector2:us-east-1:111",
            "arn:aws:inspector2:us-east-1:111111111111:find",
            "arn:aws:inspector2:us-east-1:222222222222:finding/018b",
            "arn:aws:inspector2:us-east-1:111111111111:finding/02",
            "arn:aws:inspector2:us-east-2:",
        ]
        .map(String::from)
        .into(),
        _ => WORDS
            .iter()
            .chain(["security", "nul\0"].iter())
            .map(ToString::to_string)
            .collect(),
    };
    let comparison = prop::sample::select(vec!["EQUALS", "PREFIX", "NOT_EQUALS"]);
    let filter = (comparison, prop::sample::select(values))
        .prop_map(|(comparison, value)| json!({ "comparison": comparison, "value": value }));
    prop::collection::vec(filter, 1..4)
        .prop_map(Value::from)
        .boxed()
}

fn string_filter() -> impl Strategy<Value = Value> {
    string_filters(StringField::Title).prop_map(|filters| filters[0].clone())
}

fn numbers() -> impl Strategy<Value = Value> {
    let bound = prop::option::of(prop::sample::select(vec![0.0, 4.5, 7.0, 9.0]));
    let filter = (bound.clone(), bound)
        .prop_map(|(lower, upper)| json!({ "lowerInclusive": lower, "upperInclusive": upper }));
    prop::collection::vec(filter, 1..3).prop_map(Value::from)
}

fn dates() -> impl Strategy<Value = Value> {
    let bound = prop::option::of((0..8_i64).prop_map(|n| 1_700_000_000 + n));
    let filter = (bound.clone(), bound)
        .prop_map(|(start, end)| json!({ "startInclusive": start, "endInclusive": end }));
    prop::collection::vec(filter, 1..3).prop_map(Value::from)
}

fn tags() -> impl Strategy<Value = Value> {
    let filter = (
        prop::sample::select(vec!["a", "b", "c"]),
        prop::option::of(prop_oneof![Just(""), word()]),
    )
        .prop_map(|(key, value)| json!({ "comparison": "EQUALS", "key": key, "value": value }));
    prop::collection::vec(filter, 1..3).prop_map(Value::from)
}

fn packages() -> impl Strategy<Value = Value> {
    let layer = prop::option::of(
        string_filters(StringField::LambdaFunctionLayers).prop_map(|f| f[0].clone()),
    );
    let part = || prop::option::of(string_filter());
    let filter = (part(), part(), part(), layer, prop::option::weighted(0.1, string_filter()), prop::option::weighted(0.1, numbers().prop_map(|n| n[0].clone())))
        .prop_map(|(name, version, path, layer, release, epoch)| {
            json!({ "name": name, "version": version, "filePath": path, "sourceLambdaLayerArn": layer, "release": release, "epoch": epoch })
        });
    prop::collection::vec(filter, 1..3).prop_map(Value::from)
}

fn criterion() -> impl Strategy<Value = (String, Value)> {
    prop_oneof![
        // Mostly those that functions have.
        8 => (0..21_usize).prop_flat_map(|n| {
            let field = StringField::ALL[n];
            string_filters(field).prop_map(move |value| (field.to_string(), value))
        }),
        1 => prop::sample::select(StringField::ALL).prop_flat_map(|field| string_filters(field).prop_map(move |value| (field.to_string(), value))),
        2 => (prop::sample::select(DateField::ALL), dates()).prop_map(|(field, value)| (field.to_string(), value)),
        2 => (prop::sample::select(NumberField::ALL), numbers()).prop_map(|(field, value)| (field.to_string(), value)),
        2 => tags().prop_map(|value| ("resourceTags".to_owned(), value)),
        2 => packages().prop_map(|value| ("vulnerablePackages".to_owned(), value)),
        1 => Just(("portRange".to_owned(), json!([{ "beginInclusive": 0 }]))),
    ]
}

fn criteria() -> impl Strategy<Value = FilterCriteria> {
    prop::collection::vec(criterion(), 0..4).prop_map(|members| {
        let map: Map<String, Value> = members.into_iter().collect();
        FilterCriteria::parse(&Value::Object(map)).expect("valid")
    })
}

fn meant(row: &FindingRow, criteria: &FilterCriteria) -> bool {
    let document = row.document().expect("reads");
    let tags: BTreeMap<_, _> = document.resources[0].tags.clone();
    criteria.matches(&Subject {
        arn: &row.arn,
        status: row.status,
        first_observed_at: row.first_observed_at,
        last_observed_at: row.last_observed_at,
        updated_at: row.updated_at,
        document: &document,
        tags: &tags,
    })
}

#[test]
fn the_database_finds_what_criteria_mean() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    for fixture in runtime.block_on(Fixture::each()) {
        let mut runner = TestRunner::new_with_rng(
            Config {
                cases: 600,
                failure_persistence: None,
                ..Config::default()
            },
            proptest::test_runner::TestRng::deterministic_rng(
                proptest::test_runner::RngAlgorithm::ChaCha,
            ),
        );
        let functions = functions();
        runtime.block_on(async {
            fixture
                .associate(functions[2].arn.account, functions[0].arn.account)
                .await;
            for (function, n) in functions.iter().zip(0..) {
                fixture.add(function).await;
                let some = prop::collection::vec(observed(function.clone()), 14)
                    .new_tree(&mut runner)
                    .expect("generates")
                    .current();
                let (packages, code): (Vec<_>, Vec<_>) = some
                    .into_iter()
                    .partition(|o| o.document.package_vulnerability_details.is_some());
                for (scan, observed) in [(ScanType::Package, packages), (ScanType::Code, code)] {
                    let half = observed.iter().skip(observed.len() / 3).cloned().collect();
                    fixture.record(function, scan, observed, at(n * 1000)).await;
                    fixture
                        .record(function, scan, half, at(n * 1000 + 2500))
                        .await;
                }
            }
        });
        let scopes = [
            Scope::members(region(), functions[0].arn.account),
            Scope::own(region(), functions[2].arn.account),
        ];
        let all = FilterCriteria::default();
        let everything: Vec<Vec<FindingRow>> = scopes
            .iter()
            .map(|scope| {
                let page = fixture.store.findings(scope, &all, None, None, 1000);
                runtime.block_on(page).expect("lists").rows
            })
            .collect();
        assert_eq!((everything[0].len(), everything[1].len()), (56, 28));
        assert!(
            everything[0]
                .iter()
                .any(|row| row.status == FindingStatus::Closed)
        );
        let (mut some, mut none) = (0, 0);
        let run = runner.run(&criteria(), |criteria| {
            for (scope, rows) in scopes.iter().zip(&everything) {
                let mut expected: Vec<_> = rows
                    .iter()
                    .filter(|row| meant(row, &criteria))
                    .map(|row| row.arn.clone())
                    .collect();
                let page = fixture.store.findings(scope, &criteria, None, None, 1000);
                let mut found: Vec<_> = runtime
                    .block_on(page)
                    .expect("lists")
                    .rows
                    .into_iter()
                    .map(|row| row.arn)
                    .collect();
                expected.sort();
                found.sort();
                prop_assert_eq!(found, expected);
            }
            Ok(())
        });
        run.expect("the same");
        // Not a test of empty lists: most criteria find something, or half of them do.
        for _ in 0..200 {
            let criteria = criteria()
                .new_tree(&mut runner)
                .expect("generates")
                .current();
            if everything[0].iter().any(|row| meant(row, &criteria)) {
                some += 1
            } else {
                none += 1
            }
        }
        assert!(
            some > 50 && none > 20,
            "{some} find something, {none} nothing"
        );
        runtime.block_on(fixture.end());
    }
}
