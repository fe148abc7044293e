//! Any JSON as the criteria, order or kind of count of a request: it is refused with complaints, or it is written as it
//! was read and becomes a condition in which nothing but this program's words stands.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use serde_json::Value;
use shindan_inspector::{AggregationRequest, FilterCriteria, Region, SortCriteria};
use shindan_store::{Engine, compiled};

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Ok(value) = serde_json::from_slice::<Value>(bytes) else {
        return Corpus::Reject;
    };
    for refused in [
        SortCriteria::parse(&value).err(),
        AggregationRequest::parse(&value).err(),
    ] {
        assert!(refused.is_none_or(|complaints| !complaints.is_empty()));
    }
    let criteria = match FilterCriteria::parse(&value) {
        Ok(criteria) => criteria,
        Err(complaints) => {
            assert!(!complaints.is_empty());
            return Corpus::Keep;
        }
    };
    let written = serde_json::to_value(&criteria).expect("criteria are written");
    assert_eq!(FilterCriteria::parse(&written).as_ref(), Ok(&criteria));
    let region = Region::parse("us-east-1").expect("a Region");
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let (text, values) = compiled(engine, &region, &criteria);
        let plain = |c: char| c.is_ascii_alphanumeric() || " ._$?()=<>+*,".contains(c);
        assert!(text.chars().all(plain), "{text}");
        let unnamed = text.matches('?').count();
        assert_eq!(
            unnamed,
            if engine == Engine::Sqlite { values } else { 0 },
            "{text}"
        );
        let mut parameters = text.split('$').skip(1).map(|rest| {
            let end = rest
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(rest.len());
            rest[..end].parse::<usize>().expect("a number")
        });
        assert!((1..=values - unnamed).eq(parameters.by_ref()), "{text}");
        assert_eq!(text.matches('(').count(), text.matches(')').count());
    }
    Corpus::Keep
});
