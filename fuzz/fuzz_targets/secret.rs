//! Any text searched for secrets, in a file of any name: the first line of the input is the file's path.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::{Corpus, fuzz_target};
use shindan_fuzz::MAX_SOURCE;
use shindan_secret::{Rules, mask_text};

static RULES: OnceLock<Rules> = OnceLock::new();

fuzz_target!(|bytes: &[u8]| -> Corpus {
    if bytes.len() > MAX_SOURCE {
        return Corpus::Reject;
    }
    let input = String::from_utf8_lossy(bytes);
    let (path, text) = input.split_once('\n').unwrap_or(("app.py", &input));
    let found = RULES.get_or_init(Rules::builtin).scan(path, text);
    let mut end = 0;
    for secret in &found {
        let (from, to) = (secret.span.start as usize, secret.span.end as usize);
        let value = text
            .get(from..to)
            .expect("a secret lies in the text, on character boundaries");
        assert!(!value.is_empty());
        assert!(from >= end, "secrets overlap or are not in order");
        end = to;
        assert!(
            !secret.masked.contains(value),
            "a mask shows the whole secret"
        );
    }
    let spans: Vec<_> = found.iter().map(|secret| secret.span).collect();
    let masked = mask_text(text, &spans);
    assert_eq!(
        masked.matches('\n').count(),
        text.matches('\n').count(),
        "masking moves lines"
    );
    Corpus::Keep
});
