//! Any text as C#: parsing and lowering ends, and keeps the promises of tree and IR.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use shindan_fuzz::{MAX_SOURCE, parse_and_check, with_scanner_stack};
use shindan_source::Language;

fuzz_target!(|bytes: &[u8]| -> Corpus {
    if bytes.len() > MAX_SOURCE {
        return Corpus::Reject;
    }
    let text = String::from_utf8_lossy(bytes);
    with_scanner_stack(|| parse_and_check(Language::CSharp, &text));
    Corpus::Keep
});
