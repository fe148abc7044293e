use shindan_finding::{
    Confidence, DetectorId, DetectorInfo, FileNote, Finding, Location, Region, Severity as Rated,
    Snippet,
};
use shindan_inspector::{
    Architecture, CodeSnippet, FunctionArn, PackageType, Region as AwsRegion, Timestamp,
};
use shindan_inventory::{
    Confidence as Trust, Evidence, Note, Package, PackageManager, Place, Relation,
};
use shindan_package::Ecosystem;

use super::*;

fn function() -> FunctionState {
    let region = AwsRegion::parse("eu-west-1").expect("a Region");
    let account = shindan_inspector::AccountId::parse("123456789012").expect("an account");
    FunctionState {
        arn: FunctionArn::new(region, account, "orders").expect("a name"),
        origin: "test".to_owned(),
        runtime: "python3.12".to_owned(),
        handler: String::new(),
        role_arn: String::new(),
        package_type: PackageType::Zip,
        architecture: Architecture::X86_64,
        code_sha256: String::new(),
        code_size: 0,
        kms_key: String::new(),
        vpc: None,
        tags: std::collections::BTreeMap::new(),
        layers: Vec::new(),
        last_modified: Timestamp::from_millis(0),
        last_invoked: None,
    }
}

fn finding(path: &str, line: u32, sink: &str) -> Finding {
    Finding {
        kind: FindingKind::Code,
        detector: DetectorId("log-injection".to_owned()),
        message: "event data reaches the log".to_owned(),
        severity: Rated::Info,
        confidence: Confidence::High,
        cwe: vec![117, 93],
        location: Location {
            path: path.to_owned(),
            region: Region {
                start_line: line,
                start_column: 1,
                end_line: line,
                end_column: 2,
            },
            snippet: None,
        },
        flow: Vec::new(),
        enclosing: "handler".to_owned(),
        functions: Vec::new(),
        approximations: Vec::new(),
        normalized_sink: sink.to_owned(),
        source: String::new(),
        masked: None,
        secret_hash: None,
        ignored_inline: None,
        vulnerability: None,
    }
}

fn outcome(findings: Vec<Finding>) -> Outcome {
    Outcome {
        findings,
        ..Outcome::default()
    }
}

fn code(outcome: &Outcome) -> Translated {
    let inventory = Inventory::default();
    let seal: &Seal = &|_, _, plain| Some(plain.to_vec());
    translate(outcome, &inventory, ScanType::Code, &function(), seal)
}

#[test]
fn a_finding_without_texts_still_says_what_the_api_demands() {
    let said = code(&outcome(vec![Finding {
        cwe: Vec::new(),
        message: "\u{1b}[31m".to_owned(),
        ..finding("app.py", 3, "x")
    }]));
    let document = &said.observed[0].document;
    assert_eq!(document.title, "Log injection");
    assert_eq!(document.description, "[31m");
    assert!(!document.remediation.recommendation.text.is_empty());
    assert_eq!(document.severity, Severity::Informational);
    let details = document.code_vulnerability_details.as_ref().expect("code");
    assert_eq!(details.cwes, ["CWE-Other"]);
    assert_eq!(said.observed[0].sealed_snippet, None);
}

#[test]
fn several_weaknesses_stand_in_one_title() {
    let said = code(&outcome(vec![finding("src/app.rb", 3, "x")]));
    let document = &said.observed[0].document;
    assert_eq!(document.title, "CWE-117,93 - Log injection");
    let details = document.code_vulnerability_details.as_ref().expect("code");
    assert_eq!(details.detector_id, "ruby/log-injection@v1.0");
    assert_eq!(details.rule_id.as_deref(), Some("ruby-log-injection"));
    assert_eq!(
        details.detector_tags,
        ["security", "cwe-117", "cwe-93", "Ruby"]
    );
    assert_eq!(details.file_path.file_name, "app.rb");
}

#[test]
fn moved_lines_keep_their_identity_and_equal_ones_are_told_apart() {
    let before = code(&outcome(vec![
        finding("a.py", 3, "x"),
        finding("a.py", 9, "x"),
    ]));
    let after = code(&outcome(vec![
        finding("a.py", 30, "x"),
        finding("a.py", 90, "x"),
    ]));
    let identities = |said: &Translated| -> Vec<String> {
        said.observed.iter().map(|o| o.identity.clone()).collect()
    };
    assert_eq!(identities(&before), identities(&after));
    assert_ne!(identities(&before)[0], identities(&before)[1]);
}

#[test]
fn what_a_comment_ignores_is_not_observed_and_numbers_the_others() {
    let ignored = Finding {
        ignored_inline: Some("tested".to_owned()),
        ..finding("a.py", 3, "x")
    };
    let all = code(&outcome(vec![
        finding("a.py", 3, "x"),
        finding("a.py", 9, "x"),
    ]));
    let one = code(&outcome(vec![ignored, finding("a.py", 9, "x")]));
    assert_eq!(one.observed.len(), 1);
    assert_eq!(one.observed[0].identity, all.observed[1].identity);
}

#[test]
fn a_snippet_stays_within_the_bounds_of_the_api() {
    let mut long = finding("a.py", 7, "x");
    long.location.snippet = Some(Snippet {
        first_line: 7,
        text: vec!["é".repeat(400); 30].join("\n"),
        cut: 0,
    });
    let mut outcome = outcome(vec![long]);
    outcome.detectors.push(DetectorInfo {
        id: DetectorId("log-injection".to_owned()),
        title: "Log".to_owned(),
        severity: Rated::Low,
        confidence: Confidence::Low,
        cwe: Vec::new(),
        description: "d".repeat(5000),
        fix: format!("{}\n```python\nlog(repr(x))\n```\n", "Escape. ".repeat(400)),
        references: Vec::new(),
        languages: Vec::new(),
    });
    let said = code(&outcome);
    assert_eq!(said.observed[0].document.description.chars().count(), 1024);
    let sealed = said.observed[0].sealed_snippet.as_ref().expect("sealed");
    let snippet: CodeSnippet = serde_json::from_slice(sealed).expect("the API's shape");
    assert_eq!((snippet.start_line, snippet.end_line), (7, 26));
    assert_eq!(snippet.code_snippet.len(), 20);
    assert!(
        snippet
            .code_snippet
            .iter()
            .all(|line| line.content.chars().count() == 240)
    );
    let fix = &snippet.suggested_fixes[0];
    assert_eq!(fix.description.chars().count(), 1000);
    assert_eq!(fix.code.as_deref(), Some("log(repr(x))"));
}

fn skipped(notes: &[(&str, &str)]) -> Outcome {
    let mut outcome = Outcome::default();
    for (path, reason) in notes {
        outcome.coverage.skipped.push(FileNote {
            path: (*path).to_owned(),
            reason: (*reason).to_owned(),
            incomplete: true,
        });
    }
    outcome
}

fn inventory(places: &[&str]) -> Inventory {
    let place = |path: &&str| Place {
        path: (*path).to_owned(),
        line: None,
        layer: None,
        evidence: Evidence::Installed,
        manager: PackageManager::Jar,
        vendored: false,
        development: false,
        overruled: false,
        sha1: None,
    };
    Inventory {
        packages: vec![Package {
            ecosystem: Ecosystem::Maven,
            name: "g:a".to_owned(),
            version: Some("1".to_owned()),
            purl: None,
            manager: PackageManager::Jar,
            evidence: Evidence::Installed,
            confidence: Trust::High,
            vendored: false,
            relation: Relation::Unknown,
            development: false,
            overruled: false,
            places: places.iter().map(place).collect(),
        }],
        notes: Vec::new(),
    }
}

fn unseen_of(outcome: &Outcome, inventory: &Inventory) -> [Unseen; 2] {
    [ScanType::Package, ScanType::Code].map(|scan| unseen(outcome, inventory, scan))
}

#[test]
fn a_jar_whose_code_is_not_analysed_hides_code_but_no_packages() {
    let outcome = skipped(&[
        ("lib/app.jar", "compiled Java code is not analysed yet"),
        ("lib/broken.jar", "damaged"),
    ]);
    let [packages, code] = unseen_of(&outcome, &inventory(&["lib/app.jar!/META-INF/pom"]));
    assert!(!packages.hides("lib/app.jar"));
    assert!(packages.hides("lib/broken.jar"));
    assert!(code.hides("lib/app.jar!/A.class"));
    // A longer name is another file.
    let [packages, _] = unseen_of(&outcome, &inventory(&["lib/app.jar.old"]));
    assert!(packages.hides("lib/app.jar"));
}

#[test]
fn advisories_that_are_missing_close_no_package_and_keep_no_code() {
    let outcome = skipped(&[(
        "",
        "2 packages were not compared with advisories: there is no database; run `shindan db update`",
    )]);
    let [packages, code] = unseen_of(&outcome, &Inventory::default());
    assert_eq!(packages, Unseen::Everything);
    assert_eq!(code, Unseen::Nothing);
    let outcome = skipped(&[("", "nothing was analysed: no memory")]);
    let [packages, code] = unseen_of(&outcome, &Inventory::default());
    assert_eq!((packages, code), (Unseen::Everything, Unseen::Everything));
}

#[test]
fn what_only_the_inventory_could_not_read_hides_no_code() {
    let outcome = skipped(&[("package-lock.json", "is no JSON")]);
    let mut inventory = inventory(&["package-lock.json"]);
    inventory.notes.push(Note {
        path: "package-lock.json".to_owned(),
        text: "is no JSON".to_owned(),
        is_incomplete: true,
    });
    let [packages, code] = unseen_of(&outcome, &inventory);
    assert!(packages.hides("package-lock.json"));
    assert_eq!(code, Unseen::Nothing);
}

#[test]
fn notes_are_one_line_each_and_few() {
    let many: Vec<(String, String)> = (0..500)
        .map(|n| (format!("f{n}\n.py"), "too\tlarge ".repeat(200)))
        .collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(p, r)| (p.as_str(), r.as_str())).collect();
    let notes = notes(&skipped(&many));
    assert_eq!(notes.lines().count(), MAX_NOTES);
    assert!(notes.lines().all(|line| line.chars().count() <= MAX_NOTE));
    assert!(notes.starts_with("f0 .py: too large "));
}

#[test]
fn layers_give_their_names_and_positions_to_what_lies_in_them() {
    let mut outcome = outcome(vec![finding("ab12.zip!/python/t.py", 1, "x")]);
    let mut inventory = inventory(&["ab12.zip!/python/a.jar", "lib/own.jar"]);
    inventory.packages[0].places[0].layer = Some(0);
    let arn = "arn:aws:lambda:eu-west-1:123456789012:layer:tools:7";
    let layers = [LayerFile {
        arn: arn.to_owned(),
        // The first layer was not there to be scanned.
        position: 1,
        file_name: "ab12.zip".to_owned(),
    }];
    name_layers(&mut outcome, &mut inventory, &layers);
    assert_eq!(
        outcome.findings[0].location.path,
        "layer:tools!/python/t.py"
    );
    let places = &inventory.packages[0].places;
    assert_eq!(
        (places[0].path.as_str(), places[0].layer),
        ("layer:tools!/python/a.jar", Some(1))
    );
    assert_eq!(
        (places[1].path.as_str(), places[1].layer),
        ("lib/own.jar", None)
    );
    let found = layers::layer_of("layer:tools!/python/t.py", std::iter::once(arn));
    assert_eq!(found.as_deref(), Some(arn));
    assert_eq!(layers::layer_of("tools!/t.py", std::iter::once(arn)), None);
    assert!(Unseen::Paths([layer_path(arn)].into()).hides("layer:tools!/python/t.py"));
}
