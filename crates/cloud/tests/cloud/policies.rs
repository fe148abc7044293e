//! The policies in `deploy/iam` allow exactly the calls that the code makes.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use shindan_cloud::{Call, Policy};

fn root() -> &'static Path {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    crates.and_then(Path::parent).expect("a workspace")
}

fn statements(policy: Policy) -> Vec<Value> {
    let text = std::fs::read_to_string(root().join(policy.file())).expect("a policy");
    let document: Value = serde_json::from_str(&text).expect("JSON");
    document["Statement"]
        .as_array()
        .cloned()
        .expect("statements")
}

/// One text, or a list of them.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        value => value.as_str().map(str::to_owned).into_iter().collect(),
    }
}

#[test]
fn policies_allow_what_is_called_and_nothing_else() {
    for policy in [Policy::Scanner, Policy::Remediator] {
        let called: BTreeSet<_> = Call::ALL
            .iter()
            .filter(|call| call.policies().contains(&policy))
            .flat_map(|call| call.actions())
            .map(|action| (*action).to_owned())
            .collect();
        let allowed: Vec<_> = statements(policy)
            .iter()
            .flat_map(|statement| texts(&statement["Action"]))
            .collect();
        let distinct: BTreeSet<_> = allowed.iter().cloned().collect();
        assert_eq!(distinct, called, "{}", policy.file());
        assert_eq!(allowed.len(), distinct.len(), "twice in {}", policy.file());
    }
}

#[test]
fn what_can_be_limited_to_resources_is() {
    for policy in [Policy::Scanner, Policy::Remediator] {
        for statement in statements(policy) {
            assert_eq!(statement["Effect"], "Allow");
            for action in texts(&statement["Action"]) {
                let (service, _) = action.split_once(':').expect("a service");
                let everything = texts(&statement["Resource"])
                    .iter()
                    .any(|resource| resource == "*");
                let limited = matches!(service, "sqs" | "sts" | "iam");
                assert_eq!(everything, !limited, "{action} in {}", policy.file());
            }
        }
    }
}

#[test]
fn every_call_of_the_table_is_made_somewhere() {
    let mut source = String::new();
    let mut folders = vec![root().join("crates/cloud/src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.ends_with("call.rs") {
                source.push_str(&std::fs::read_to_string(path).expect("source"));
            }
        }
    }
    for call in Call::ALL {
        let name = format!("Call::{}", call.name());
        let used = source.match_indices(&name).any(|(at, _)| {
            !source[at + name.len()..].starts_with(|c: char| c.is_ascii_alphanumeric())
        });
        assert!(used, "{name}");
    }
}
