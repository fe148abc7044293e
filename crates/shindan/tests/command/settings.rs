//! `shindan.toml`, comments that ignore, and baselines.

use crate::support::{BAD, Sandbox, Scan};

const TWO: &str = "\
import os
def handler(event, context):
    os.system('ls ' + event['name'])
    os.system('rm ' + event['other'])  # shindan: ignore[command-injection] reviewed
";

#[test]
fn comments_and_rules_ignore_findings() {
    let sandbox = Sandbox::new();
    sandbox.write("input/app.py", TWO);
    let scan = |sandbox: &Sandbox| Scan::of(sandbox.run(&["scan", "input", "--format", "json"]));
    let before = scan(&sandbox);
    assert_eq!(before.code, 1);
    assert_eq!(
        before.report["summary"]["suppressed"]["inline"], 1,
        "{}",
        before.text
    );
    sandbox.write(
        "input/shindan.toml",
        "[[ignore]]\ndetector = \"*\"\npath = \"app.py\"\nreason = \"a test\"\n",
    );
    let after = scan(&sandbox);
    assert_eq!(after.code, 0, "{}", after.text);
    assert_ne!(after.report["summary"]["suppressed"]["config"], 0);
}

#[test]
fn an_expired_rule_ignores_nothing_and_says_so() {
    let sandbox = Sandbox::new();
    sandbox.write("input/app.py", BAD);
    sandbox.write(
        "input/shindan.toml",
        "[[ignore]]\ndetector = \"*\"\nreason = \"old\"\nexpires = \"2020-01-31\"\n",
    );
    let run = sandbox.run(&["scan", "input"]);
    assert_eq!(run.code, 1);
    assert!(run.out.contains("expired after 2020-01-31"), "{}", run.out);
}

#[test]
fn rules_of_a_repository_hold_for_a_folder_in_it() {
    let sandbox = Sandbox::new();
    sandbox.write("input/.git/HEAD", "");
    sandbox.write("input/functions/orders/app.py", BAD);
    sandbox.write("input/functions/orders/generated/app.py", BAD);
    sandbox.write(
        "input/shindan.toml",
        "[paths]\nexclude = [\"functions/*/generated\"]\n[[ignore]]\ndetector = \"*\"\npath = \"functions/orders/app.py\"\nreason = \"a test\"\n",
    );
    for paths in [
        &["input"][..],
        &["input/functions/orders"],
        &["input/functions", "input/functions/orders"],
    ] {
        let args = [&["scan", "--format", "json"][..], paths].concat();
        let scan = Scan::of(sandbox.run(&args));
        assert_eq!(scan.code, 0, "{paths:?}\n{}", scan.text);
        assert!(
            !scan.text.contains("generated/app.py"),
            "{paths:?}\n{}",
            scan.text
        );
        assert!(
            !scan.text.contains("matches no finding"),
            "{paths:?}\n{}",
            scan.text
        );
    }
}

#[test]
fn thresholds_come_from_the_settings_and_give_way_to_the_command_line() {
    let sandbox = Sandbox::new();
    sandbox.write("input/app.py", BAD);
    sandbox.write("own.toml", "fail-on = \"critical\"\n");
    sandbox.write("input/low.py", "import hashlib\nhashlib.md5(b'x')\n");
    let code = |args: &[&str]| {
        sandbox
            .run(&[&["scan", "input/low.py"][..], args].concat())
            .code
    };
    let without = code(&[]);
    assert_eq!(code(&["--config", "own.toml"]), 0);
    assert_eq!(
        code(&["--config", "own.toml", "--fail-on", "info"]),
        without
    );
    let all = sandbox.run(&[
        "scan",
        "input",
        "--min-severity",
        "critical",
        "--format",
        "json",
    ]);
    assert_eq!(Scan::of(all).findings(), ["command-injection app.py:3"]);
}

#[test]
fn mistakes_in_the_settings_are_shown_in_place() {
    let sandbox = Sandbox::new();
    sandbox.write("input/app.py", BAD);
    sandbox.write("input/shindan.toml", "fail-on = \"hihg\"\nminimum = 3\n");
    let run = sandbox.run(&["scan", "input"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    for words in [
        "input/shindan.toml:1:11",
        "hihg",
        "unknown key `minimum`",
        "2 errors in the settings",
    ] {
        assert!(run.err.contains(words), "{words}\n{}", run.err);
    }
}

#[test]
fn a_baseline_leaves_what_is_new() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "input/app.py",
        format!("{BAD}key = '{}{}'\n", "AKIA", "Z7QK2MXN4RJ5TV3B"),
    );
    for format in ["json", "sarif"] {
        sandbox.run(&["scan", "input", "--format", format, "--output", "known"]);
        let again = sandbox.run(&["scan", "input", "--baseline", "known"]);
        assert_eq!(again.code, 0, "{format}\n{}\n{}", again.out, again.err);
        assert!(again.out.contains(" by the baseline)"), "{}", again.out);
    }
    sandbox.write("input/new.py", BAD);
    let new = sandbox.run(&["scan", "input", "--baseline", "known", "--format", "json"]);
    assert_eq!(new.code, 1);
    let scan = Scan::of(new);
    for finding in scan.report["findings"].as_array().expect("a list") {
        let is_new = finding["location"]["path"] == "new.py";
        let expected = if is_new { "new" } else { "unchanged" };
        assert_eq!(finding["baseline"], expected, "{finding}");
    }
    assert!(
        scan.findings()
            .contains(&"command-injection new.py:3".to_owned())
    );
}

#[test]
fn a_secret_keeps_its_hash_within_an_installation_only() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "input/app.py",
        format!("key = '{}{}'\n", "AKIA", "Z7QK2MXN4RJ5TV3B"),
    );
    let hash = |state: &str| {
        let run = sandbox.run_with(
            &["scan", "input", "--format", "json"],
            &[("XDG_STATE_HOME", state)],
        );
        let scan = Scan::of(run);
        assert!(!scan.text.contains("Z7QK2MXN4RJ5"), "{}", scan.text);
        scan.report["findings"][0]["secret"]["hash"].clone()
    };
    let (one, other) = (sandbox.path("one"), sandbox.path("other"));
    let (one, other) = (one.to_string_lossy(), other.to_string_lossy());
    assert!(hash(&one).is_string());
    assert_eq!(hash(&one), hash(&one));
    assert_ne!(hash(&one), hash(&other));
}

#[test]
fn without_a_place_for_the_key_the_scan_goes_on() {
    let sandbox = Sandbox::new();
    sandbox.write("input/app.py", BAD);
    sandbox.write("file", "");
    let state = sandbox.path("file");
    let run = sandbox.run_with(
        &["scan", "input"],
        &[("XDG_STATE_HOME", &state.to_string_lossy())],
    );
    assert_eq!(run.code, 1);
    assert!(
        run.err.contains("warning: ") && run.err.contains("this run only"),
        "{}",
        run.err
    );
}
