//! What holds for any text: no panic, sound spans, masks that do not tell, linear time.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::LazyLock;

use proptest::prelude::*;
use shindan_finding::Confidence;
use shindan_secret::{Rules, SecretMatch, mask_text, mask_window};

static RULES: LazyLock<Rules> = LazyLock::new(Rules::builtin);

/// A text for tests that contains no secret until it runs.
fn access_key(tail: &str) -> String {
    format!("AKIAQ5ZB7XK2M4{tail}")
}

fn ids(path: &str, text: &str) -> Vec<String> {
    RULES
        .scan(path, text)
        .iter()
        .map(|m| m.rule.id().to_owned())
        .collect()
}

#[test]
fn the_span_covers_the_value_alone() {
    let key = access_key("NTWYEL");
    let text = format!("é = boto3.client(aws_access_key_id='{key}')");
    let found = RULES.scan("app.py", &text);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].span.slice(&text), key);
    assert_eq!(found[0].masked, "AKIA************WYEL");
    assert_eq!(
        format!("{:?}", found[0].value),
        "SecretValue(AKIA************WYEL)"
    );
}

#[test]
fn the_name_is_the_whole_identifier() {
    let text = "Environment:\n  Variables:\n    ORDERS_DB_PASSWORD: hunter2hunter\n";
    let found = RULES.scan("template.yaml", text);
    assert_eq!(found[0].rule.id(), "secret-template-environment");
    assert_eq!(found[0].name, Some("ORDERS_DB_PASSWORD"));
}

#[test]
fn windows_line_ends_change_nothing() {
    assert_eq!(
        ids(".env", "DB_PASSWORD=hunter2!\r\nX=1\r\n"),
        ["secret-config-literal"]
    );
    assert_eq!(
        RULES.scan(".env", "DB_PASSWORD=hunter2!\r\n")[0].span.end,
        20
    );
}

#[test]
fn a_mistyped_token_is_reported_with_doubt() {
    let text = format!("t = 'ghp_{}'", "k3J9x0Q7v2M5n8B1z4C6h7T0r5Y2w9L3p6D1");
    let found = RULES.scan("app.py", &text);
    assert_eq!(found[0].confidence, Confidence::Low);
    assert!(found[0].doubt.is_some());
    assert!(RULES.scan("node_modules/x/app.js", &text).is_empty());
}

#[test]
fn generated_files_are_searched_for_sure_formats_only() {
    let key = access_key("NTWYEL");
    let weak = "api_key = 'k3J9x0Q7v2M5n8B1z4C6'";
    assert_eq!(ids("src/app.py", weak), ["secret-code-literal"]);
    assert!(ids("node_modules/a/index.js", weak).is_empty());
    assert_eq!(
        ids("node_modules/a/index.js", &format!("x = '{key}'")),
        ["secret-aws-access-key-id"]
    );
    let minified = format!("{};{weak};{}", "a=1;".repeat(400), "b=2;".repeat(400));
    assert!(ids("bundle.js", &minified).is_empty());
}

#[test]
fn the_specific_rule_speaks() {
    let text = format!(
        "Environment:\n  Variables:\n    SECRET_KEY: {}\n",
        access_key("NTWYEL")
    );
    assert_eq!(ids("template.yaml", &text), ["secret-aws-access-key-id"]);
}

#[test]
fn hashes_and_identifiers_are_no_secrets() {
    let texts = [
        (
            "a.json",
            r#"{"token": "550e8400-e29b-41d4-a716-446655440000"}"#,
        ),
        (
            "a.ini",
            "sha256_secret_key = 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        ),
        (
            "a.yaml",
            "sha256: x\napi_key: config.api.key1\npassword: $(get)\ntoken: *anchor1",
        ),
        (
            "a.py",
            "token = 'AUTHORIZATION_CODE'\npassword == 'k3J9x0Q7v2M5n8B1'\n",
        ),
        (
            "a.js",
            "const tokenTypes = { token: 'keyword.operator.new2' };",
        ),
    ];
    for (path, text) in texts {
        assert!(ids(path, text).is_empty(), "{text}: {:?}", ids(path, text));
    }
}

#[test]
fn long_lines_cost_no_more_than_short_ones() {
    let rules = Rules::builtin();
    for unit in [
        "ghp_",
        "password: x, ",
        "AKIA",
        "eyJhbGciOi.",
        "-----BEGIN PRIVATE KEY-----",
        "token='a",
        "https://a:b",
    ] {
        let line = unit.repeat((64 << 10) / unit.len());
        let start = std::time::Instant::now();
        let _ = rules.scan("a.yaml", &line);
        let once = start.elapsed();
        let start = std::time::Instant::now();
        let _ = rules.scan("a.yaml", &line.repeat(16));
        assert!(
            start.elapsed() < once * 64 + std::time::Duration::from_secs(1),
            "{unit}: {once:?}, {:?}",
            start.elapsed()
        );
    }
}

fn check(text: &str, found: &[SecretMatch<'_, '_>]) {
    let mut end = 0;
    for m in found {
        let value = text
            .get(m.span.start as usize..m.span.end as usize)
            .unwrap();
        assert!(
            !value.is_empty() && m.span.start >= end,
            "spans are sorted and do not overlap"
        );
        end = m.span.end;
        let shown = m.masked.chars().filter(|&c| c != '*').count();
        assert!(shown <= 8 && !m.masked.contains(value));
    }
    let spans: Vec<_> = found.iter().map(|m| m.span).collect();
    let masked = mask_text(text, &spans);
    assert_eq!(masked.chars().count(), text.chars().count());
    let (mut shown, mut clear) = (masked.chars(), text.char_indices());
    let mut seen = vec![0; found.len()];
    while let (Some(masked), Some((at, c))) = (shown.next(), clear.next()) {
        let inside = found
            .iter()
            .position(|m| (m.span.start as usize..m.span.end as usize).contains(&at));
        match inside {
            Some(i) => seen[i] += usize::from(masked != '*' && !masked.is_control()),
            None => assert_eq!(masked, c),
        }
    }
    assert!(seen.iter().all(|&n| n <= 8));
}

/// Texts made of what rules look for, so that windows, groups and boundaries are hit.
fn pieces() -> impl Strategy<Value = String> {
    let key = access_key("NTWYEL");
    let piece = prop_oneof![
        Just("AKIA".to_owned()),
        Just(key),
        Just("ghp_k3J9x0Q7v2M5n8B1z4C6h7T0r5Y2w9L3p6D1".to_owned()),
        Just("password = '".to_owned()),
        Just("\n    DB_PASSWORD: ".to_owned()),
        Just("Environment:\n  Variables:\n".to_owned()),
        Just("postgres://u:".to_owned()),
        Just("@host".to_owned()),
        Just("-----BEGIN PRIVATE KEY-----".to_owned()),
        Just("eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.".to_owned()),
        "[A-Za-z0-9+/]{8,80}",
        "[\"'`;=:,{}\\n\\r \\t]{1,3}",
        "[é€😀\\u{0}]{1,2}",
    ];
    prop::collection::vec(piece, 0..24).prop_map(|p| p.concat())
}

const PATHS: [&str; 6] = ["a.yaml", "a.json", "a.py", "a.tf", "x.xml", ".env"];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn any_text_is_survived(text in ".{0,400}", path in "[a-z/.]{0,20}") {
        check(&text, &RULES.scan(&path, &text));
    }

    #[test]
    fn secrets_in_any_surroundings_are_masked(text in pieces(), path in 0..PATHS.len()) {
        check(&text, &RULES.scan(PATHS[path], &text));
    }

    #[test]
    fn masks_take_any_span(text in ".{0,60}", spans in prop::collection::vec((0..80_u32, 0..80_u32), 0..5), window in (0..80_u32, 0..80_u32)) {
        let spans: Vec<_> = spans.into_iter().map(|(a, b)| shindan_base::Span::new(a, b)).collect();
        prop_assert_eq!(mask_text(&text, &spans).chars().count(), text.chars().count());
        let _ = mask_window(&text, shindan_base::Span::new(window.0, window.1), &spans);
    }
}
