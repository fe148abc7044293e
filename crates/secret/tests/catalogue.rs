//! The built-in rules against their own examples, and against the repository that holds them.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use shindan_finding::Confidence;
use shindan_secret::Rules;

fn rule_files() -> Vec<(String, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../catalogue/secrets");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "toml"))
        .map(|p| {
            (
                p.file_name().unwrap().to_string_lossy().into_owned(),
                fs::read_to_string(p).unwrap(),
            )
        })
        .collect();
    files.sort();
    files
}

#[test]
fn every_example_of_every_rule_holds() {
    let rules = Rules::builtin();
    let mut wrong = Vec::new();
    for rule in rules.iter() {
        let (bad, good): (Vec<_>, Vec<_>) = rule.examples().partition(|e| e.is_bad());
        assert!(
            !bad.is_empty() && !good.is_empty(),
            "{} needs a bad and a good example",
            rule.id()
        );
        for example in rule.examples() {
            let text = example.text();
            let found = rules.scan(example.path(), &text);
            let by_rule = found.iter().any(|m| m.rule.id() == rule.id());
            let sure = found.iter().all(|m| m.doubt.is_none());
            let right = if example.is_bad() {
                by_rule && sure
            } else {
                found.is_empty()
            };
            if !right {
                let ids: Vec<_> = found
                    .iter()
                    .map(|m| (m.rule.id(), m.span, m.doubt))
                    .collect();
                wrong.push(format!(
                    "{} in {}: {text}  found: {ids:?}",
                    rule.id(),
                    example.path()
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn the_files_pass_the_checks_for_user_rules_and_match_the_packed_table() {
    let mut from_files = Rules::default();
    for (name, text) in rule_files() {
        from_files.extend(Rules::from_toml(&text, &name).unwrap());
    }
    let builtin = Rules::builtin();
    assert!(builtin.iter().len() >= 60);
    assert_eq!(format!("{builtin:?}"), format!("{from_files:?}"));
}

#[test]
fn ids_and_references_between_rules_are_sound() {
    let rules = Rules::builtin();
    let ids: BTreeSet<_> = rules.iter().map(shindan_secret::Rule::id).collect();
    assert_eq!(ids.len(), rules.iter().len(), "an id stands twice");
    for rule in rules.iter() {
        let info = rule.info();
        assert!(info.id.0.starts_with("secret-"), "{}", info.id);
        assert!(info.cwe.first() == Some(&798), "{}", info.id);
        assert!(
            info.description.len() > 40 && info.fix.len() > 40,
            "{}",
            info.id
        );
    }
}

/// What is checked in must not look like a secret to anyone, us included.
#[test]
fn the_rule_files_hold_no_secrets() {
    let rules = Rules::builtin();
    for (name, text) in rule_files() {
        let found = rules.scan(&name, &text);
        let found: Vec<_> = found
            .iter()
            .map(|m| (m.rule.id(), m.span.slice(&text)))
            .collect();
        assert!(found.is_empty(), "{name}: {found:?}");
    }
}

#[test]
fn every_keyword_wakes_a_rule_with_a_matching_example() {
    for rule in Rules::builtin().iter() {
        assert!(rule.confidence() >= Confidence::Low);
        for example in rule.examples().filter(|e| e.is_bad()) {
            assert!(
                example.text() != example.template(),
                "{}: write the secret as {{{{rand:…}}}}",
                rule.id()
            );
        }
    }
}
