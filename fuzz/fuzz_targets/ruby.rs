//! Any text as Ruby and as a template of each kind: parsing and lowering ends, and keeps the promises of tree and IR.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use shindan_fuzz::{MAX_SOURCE, parse_and_check, with_scanner_stack};
use shindan_source::Language;

fuzz_target!(|bytes: &[u8]| -> Corpus {
    if bytes.len() > MAX_SOURCE {
        return Corpus::Reject;
    }
    let text = String::from_utf8_lossy(bytes);
    with_scanner_stack(|| {
        for language in [
            Language::Ruby,
            Language::Erb,
            Language::RailsView,
            Language::Haml,
        ] {
            parse_and_check(language, &text);
        }
    });
    Corpus::Keep
});
