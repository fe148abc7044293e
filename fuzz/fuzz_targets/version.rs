//! Any three texts as versions of an ecosystem, and as package URLs: every order is total, and what is a package URL
//! comes back.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use shindan_package::version::compare;
use shindan_package::{Ecosystem, Purl};

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Some((&first, rest)) = bytes.split_first() else {
        return Corpus::Reject;
    };
    let text = String::from_utf8_lossy(rest);
    let texts: Vec<&str> = text.split('\n').collect();
    if let Ok(purl) = text.parse::<Purl>() {
        assert_eq!(purl.to_string().parse(), Ok(purl));
    }
    let [a, b, c] = texts[..] else {
        return Corpus::Reject;
    };
    let ecosystem = Ecosystem::ALL[usize::from(first) % Ecosystem::ALL.len()];
    let order = |a, b| compare(ecosystem, a, b);
    assert!(order(a, a).is_eq());
    assert_eq!(order(a, b), order(b, a).reverse());
    if order(a, b).is_le() && order(b, c).is_le() {
        assert!(order(a, c).is_le());
    }
    Corpus::Keep
});
