//! Any bytes as an OSV record, an index with a right header, a VEX document, EPSS and KEV: all are read or refused.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use shindan_advisory::Index;
use shindan_advisory::epss::Epss;
use shindan_advisory::import::Import;
use shindan_advisory::kev::Kev;
use shindan_advisory::vex::Vex;
use shindan_package::Ecosystem;

const NAME: &str = "tool";

fn exhaust(index: &Index) {
    let _ = index.facts();
    for ecosystem in Ecosystem::ALL {
        for found in index.matches(ecosystem, NAME, "1.0").into_iter().flatten() {
            let _ = index.vulnerability(found.vulnerability);
            let _ = index.describe(found.vulnerability);
            let packages = index.packages_with(found.vulnerability).expect("whole");
            assert!(packages.iter().any(|package| package.name == NAME));
        }
    }
    let _ = shindan_advisory::rematch::changed_packages(index, index);
}

fuzz_target!(|bytes: &[u8]| -> Corpus {
    if bytes.len() > 64 << 10 {
        return Corpus::Reject;
    }
    let Ok(mut import) = Import::new() else {
        return Corpus::Reject;
    };
    import.add_record("fuzz", bytes).expect("small");
    let (index, _) = import.finish().expect("small");
    exhaust(&Index::from_bytes(index).expect("what was written is read"));
    let _ = Vex::default().add(bytes);
    let _ = Epss::read(bytes);
    let _ = Kev::read(bytes);
    Corpus::Keep
});
